"""Jacobians: one captured gradient computation, mapped over all rows by `jax.vmap`."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from tfshim._src import nest
from tfshim._src.backprop import zeros
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.aval import make_aval
from tfshim._src.engine.capture import Graph, vmapped
from tfshim._src.engine.kernel import Kernel
from tfshim._src.indexed_slices import densify
from tfshim._src.plans import planned
from tfshim._src.tensor import STATE, EagerTensor, pending
from tfshim._src.unconnected import UnconnectedGradients
from tfshim._src.variable import Variable, held


@contextlib.contextmanager
def capturing(graph: Graph):
    """Dispatches into the graph; tapes outside do not see what is captured."""
    state = STATE
    saved = state.trace, state.recorders
    state.trace, state.recorders = graph, []
    try:
        yield graph
    finally:
        state.trace, state.recorders = saved


def vectorize(fn: Callable, *batches: EagerTensor) -> list[EagerTensor | None]:
    """`fn(row)` for all rows of a batch, or of several, at once.

    Args:
      fn: from a tensor of each batch to a list of tensors and Nones.
      *batches: rows along the first axis.

    Returns:
      The results, each with a leading axis; None where fn gave None.
    """
    graph = Graph()
    avals = [make_aval(b.aval.shape[1:], b.aval.dtype) for b in batches]
    rows = [graph.placeholder(a, pending) for a in avals]
    with capturing(graph):
        outs = fn(*rows)
    present = [o for o in outs if o is not None]
    kernel, captured = graph.finish(present)
    inputs = (*batches, *captured)
    mapped = vmapped(kernel, (*[True] * len(batches), *[False] * len(captured)))
    results = iter(dispatch(mapped, inputs) if present else ())
    return [None if o is None else next(results) for o in outs]


def _seed_kernel(name: str, key: Any, fn: Callable, cache: dict[Any, Kernel]) -> Kernel:
    found = cache.get(key)
    if found is None:
        if len(cache) > 512:
            cache.clear()
        found = cache[key] = Kernel(name, fn)
    return found


_SEEDS: dict[Any, Kernel] = {}


def _rows(aval) -> EagerTensor:
    """One seed per element of a tensor: the identity, shape [size, *shape]."""

    def fn():
        return jnp.eye(aval.size, dtype=aval.dtype.np).reshape((aval.size, *aval.shape))

    return dispatch(_seed_kernel("Eye", ("rows", aval), fn, _SEEDS), ())


def _row_seeds(aval) -> EagerTensor:
    """One seed per element of a row, the same in each row: shape [size/b, b, *row]."""

    def fn():
        row = math.prod(aval.shape[1:])
        eye = jnp.eye(row, dtype=aval.dtype.np).reshape((row, 1, *aval.shape[1:]))
        return jnp.broadcast_to(eye, (row, *aval.shape))

    return dispatch(_seed_kernel("Eye", ("batch", aval), fn, _SEEDS), ())


def _reshape(x: EagerTensor, shape: tuple[int, ...]) -> EagerTensor:
    from tfshim._src.ops import array

    return array.reshape(x, shape)


def _stacked(fn: Callable, seeds: EagerTensor) -> list[EagerTensor | None]:
    """The same as `vectorize`, one row after the other."""
    from tfshim._src.ops import array

    rows = [fn(seeds[i]) for i in range(seeds.aval.shape[0])]  # pyright: ignore
    if not rows:
        return vectorize(fn, seeds)
    return [
        None if column[0] is None else array.stack(list(column))
        for column in zip(*rows, strict=True)
    ]


def _check_loop(tape, name: str, pfor: bool, parallel_iterations) -> None:
    """TensorFlow's limits on tapes that are not persistent, which computes rows in a loop there."""
    if tape._persistent:
        return
    if not pfor and not STATE.trace.symbolic:
        with_pfor = "with  experimental" if name == "jacobian" else " with experimental"
        raise RuntimeError(
            f"GradientTape must be created with persistent=True to compute the {name} with eager "
            f"execution enabled and {with_pfor}_use_pfor set to False."
        )
    if pfor and parallel_iterations is not None:
        if name == "jacobian":
            raise ValueError(
                "Encountered an exception while vectorizing the jacobian computation. "
                "Vectorization can be disabled by setting experimental_use_pfor to False."
            )
        raise RuntimeError(
            "GradientTape must be created with persistent=True to compute the batch_jacobian with "
            "parallel_iterations."
        )


def jacobian(tape, target, sources, unconnected_gradients, parallel_iterations, pfor) -> Any:
    """The Jacobian of one tensor.

    Args:
      tape: the tape that saw the computation.
      target: a tensor of any shape.
      sources: a tensor or variable, or a nest of them.
      unconnected_gradients: what an unconnected source gets: None, or zeros.
      parallel_iterations: accepted as in TensorFlow; all rows are computed at once anyway.
      pfor: False computes one row after the other, on a persistent tape.

    Returns:
      Tensors of shape `target.shape + source.shape` in the structure of `sources`.

    Raises:
      RuntimeError: for a used tape, or one that is not persistent where rows are computed in turn.
      ValueError: for `parallel_iterations` on a tape that is not persistent, as in TensorFlow.
    """
    tape._begin()
    _check_loop(tape, "jacobian", pfor, parallel_iterations)
    _ = target.shape
    paused = tape._recording
    if paused:
        tape._pop()
    try:
        flat_sources = [held(s) for s in nest.flatten(sources, expand_composites=True)]
        y = _read(tape, held(target))
        unconnected = UnconnectedGradients.parse(unconnected_gradients)

        def row(seed):
            grads = tape._backprop([y], flat_sources, [seed], UnconnectedGradients.NONE)
            return [None if g is None else densify(g) for g in grads]

        def walk() -> list[EagerTensor | None]:
            seeds = _rows(y.aval)
            found = vectorize(row, seeds) if pfor else _stacked(row, seeds)
            result = []
            for g, s in zip(found, flat_sources, strict=True):
                if g is not None:
                    shape = y.aval.shape + tuple(g.aval.shape[1:])
                    result.append(_reshape(g, shape))
                elif unconnected is UnconnectedGradients.ZERO:
                    shape = s._current().aval.shape if isinstance(s, Variable) else s.aval.shape
                    result.append(zeros(make_aval(y.aval.shape + shape, s.dtype)))
                else:
                    result.append(None)
            return result

        how = "jacobian", unconnected, pfor
        result = planned(tape._seen, [y], flat_sources, how, walk)
    finally:
        if paused and tape._persistent:
            tape._push()
    tape._release()
    return nest.pack_sequence_as(sources, result, expand_composites=True)


def _read(tape, target) -> EagerTensor:
    """The target; a variable counts as a read of it that this tape saw."""
    if not isinstance(target, Variable):
        return target
    handle = target._current()
    tape._seen.variable_accessed(target, handle)
    return handle


def batch_jacobian(tape, target, source, unconnected_gradients, parallel_iterations, pfor) -> Any:
    """Jacobians of each row of the target with respect to the same row of the source.

    Args:
      tape: the tape that saw the computation.
      target: a tensor of shape [b, ...].
      source: a tensor or variable of shape [b, ...]; row i of the target must depend on row i only.
      unconnected_gradients, parallel_iterations, pfor: as in `jacobian`.

    Returns:
      A tensor of shape [b, *target.shape[1:], *source.shape[1:]]; zeros if unconnected.

    Raises:
      RuntimeError: as in `jacobian`.
      ValueError: if ranks or first dimensions do not fit.
    """
    tape._begin()
    target, source = held(target), held(source)
    for t in (target, source):
        if t.shape.rank is not None and t.shape.rank < 2:
            raise ValueError(f"Shape {t.shape} must have rank at least 2")
    if target.shape[0] != source.shape[0]:
        raise ValueError(
            f"Need first dimension of target shape ({target.shape}) and source shape "
            f"({source.shape}) to match."
        )
    _check_loop(tape, "batch_jacobian", pfor, parallel_iterations)
    UnconnectedGradients.parse(unconnected_gradients)
    paused = tape._recording
    if paused:
        tape._pop()
    try:
        y = _read(tape, target)
        rows = y.aval.shape[0]
        inner = y.aval.shape[1:]
        source_shape = (source if isinstance(source, EagerTensor) else source._current()).aval.shape

        def column(seed):
            (g,) = tape._backprop([y], [source], [seed], UnconnectedGradients.NONE)
            return [None if g is None else densify(g)]

        def walk() -> list[EagerTensor]:
            seeds = _row_seeds(y.aval)
            (found,) = vectorize(column, seeds) if pfor else _stacked(column, seeds)
            shape = (rows, *inner, *source_shape[1:])
            if found is None:
                return [zeros(make_aval(shape, y.aval.dtype))]
            from tfshim._src.ops import array

            perm = [1, 0, *range(2, found.ndim)]
            return [_reshape(array.transpose(found, perm), shape)]

        (result,) = planned(tape._seen, [y], [source], ("batch_jacobian", pfor), walk)
    finally:
        if paused and tape._persistent:
            tape._push()
    tape._release()
    return result
