"""Reverse mode: `tf.GradientTape` lists the nodes that it saw and replays them backwards.

A tape entry is `(kernel, inputs, outputs)`. A node is kept if an input is watched, and then its
outputs are watched too. The gradient of a node is the kernel's pullback, dispatched as a node of
its own, or the kernel's rule on tensors where TensorFlow gives something that is no plain array.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from tfshim._src import derive, logs, nest
from tfshim._src.connection import connected
from tfshim._src.convert import convert
from tfshim._src.dispatch import dispatch
from tfshim._src.engine import flush as engine
from tfshim._src.engine.aval import Aval
from tfshim._src.engine.kernel import Kernel
from tfshim._src.errors import dtype_mismatch
from tfshim._src.indexed_slices import IndexedSlices, aggregate, densify
from tfshim._src.registry import export
from tfshim._src.tensor import STATE, EagerTensor, Tensor, concrete
from tfshim._src.unconnected import UnconnectedGradients
from tfshim._src.variable import ResourceVariable, Variable, held

Entry = tuple[Kernel, tuple, tuple]


class Call:
    """What a gradient rule sees of one node.

    Attributes:
      kernel, attrs: what was called.
      inputs, outputs: its tensors.
      cotangents: one per output, None where nothing depends on it.
      needed: which inputs a gradient is wanted for.
    """

    __slots__ = ("kernel", "inputs", "outputs", "cotangents", "needed")

    def __init__(self, kernel, inputs, outputs, cotangents, needed):
        self.kernel = kernel
        self.inputs = inputs
        self.outputs = outputs
        self.cotangents = cotangents
        self.needed = needed

    @property
    def attrs(self) -> dict[str, Any]:
        return self.kernel.attrs

    def dense_cotangents(self) -> list[EagerTensor]:
        """Cotangents with zeros in place of None."""
        return [
            zeros(o.aval) if c is None else densify(c)
            for o, c in zip(self.outputs, self.cotangents, strict=True)
        ]


def _fill_kernel(value: int, aval: Aval) -> Kernel:
    def fn():
        import jax.numpy as jnp

        return jnp.full(aval.shape, value, aval.dtype.np)

    return Kernel("Fill", fn, {"value": value})


_fills: dict[tuple[int, Aval], Kernel] = {}


def _filled(value: int, aval: Aval) -> EagerTensor:
    kernel = _fills.get((value, aval))
    if kernel is None:
        if len(_fills) > 4096:
            _fills.clear()
        kernel = _fills[value, aval] = _fill_kernel(value, aval)
    return dispatch(kernel, ())


def ones(aval: Aval) -> EagerTensor:
    if not aval.shape and STATE.trace is STATE.pending:
        t = concrete(_one(aval), aval)  # a loss's seed: an input like any number, not a node
        t._literal = True
        return t
    return _filled(1, aval)


@functools.cache
def _one(aval: Aval) -> np.ndarray:
    return np.ones((), aval.dtype.np)


def zeros(aval: Aval) -> EagerTensor:
    return _filled(0, aval)


def node_gradients(call: Call) -> list[Any]:
    """Gradients of one node's inputs: a list with None where there is none."""
    kernel = call.kernel
    if kernel.rule is not None:
        return list(kernel.rule(call))
    inputs, outputs, cotangents, needed = call.inputs, call.outputs, call.cotangents, call.needed
    allowed = kernel.diff_inputs
    diff = []
    for i, t in enumerate(inputs):
        if needed[i] and t.aval.trainable and (allowed is None or i in allowed):
            diff.append(i)
    which, cts = [], []
    for i, c in enumerate(cotangents):
        if c is not None:
            o = outputs[i]
            if o.aval.trainable:
                which.append(i)
                # the common case first: a dense cotangent of the right shape and dtype
                cts.append(c if getattr(c, "aval", None) is o.aval else _fit(densify(c), o))
    result: list[Any] = [None] * len(inputs)
    if diff and which and (kernel.parent is not None or len(outputs) > 1):
        read = connected(kernel, tuple([t.aval for t in inputs]), which)
        diff = [i for i in diff if i in read]  # None, not zeros: see connection.py
    if diff and which:
        first = inputs[diff[0]]
        if len(diff) > 1 and all(inputs[i] is first for i in diff):
            pull = derive.pullback(kernel, tuple(diff), tuple(which), len(inputs), summed=True)
            diff = diff[:1]
        else:
            pull = derive.pullback(kernel, tuple(diff), tuple(which), len(inputs))
        grads = dispatch(pull, (*inputs, *cts))
        for i, g in zip(diff, grads, strict=True):
            result[i] = g
    return result


def _fit(cotangent: EagerTensor, output: EagerTensor) -> EagerTensor:
    """A cotangent of the output's dtype and shape (a rule may give one that only broadcasts)."""
    if cotangent.aval is output.aval:
        return cotangent
    from tfshim._src.ops import array

    if cotangent.aval.dtype is not output.aval.dtype:
        cotangent = array.cast(cotangent, output.aval.dtype)
    if cotangent.aval.shape != output.aval.shape:
        cotangent = array.broadcast_to(cotangent, output.aval.shape)
    return cotangent


def backprop(
    entries: Sequence[Entry],
    targets: Sequence[Any],
    source_ids: set[int],
    seeds: Sequence[Any],
) -> dict[int, Any]:
    """Replays entries backwards.

    Args:
      entries: nodes in the order of execution.
      targets: tensors.
      source_ids: ids of the tensors whose gradients are wanted.
      seeds: a cotangent per target; None for ones.

    Returns:
      Gradients by id of the source tensor; a source that is unconnected is missing.
    """
    reach = set(source_ids)
    on_path = []
    for entry in entries:
        kernel, inputs, outputs = entry
        if not kernel.differentiable:  # graphs keep all their nodes
            continue
        allowed = kernel.diff_inputs
        for i, t in enumerate(inputs):
            if id(t) in reach and (allowed is None or i in allowed):
                on_path.append(entry)
                for o in outputs:
                    if o.aval.trainable:
                        reach.add(id(o))
                break
    #: id of a tensor -> its cotangent, or a list of several that are yet to be added
    cotangents: dict[int, Any] = {}
    for target, seed in zip(targets, seeds, strict=True):
        if id(target) in reach:
            _accumulate(cotangents, id(target), ones(target.aval) if seed is None else seed)
    for kernel, inputs, outputs in reversed(on_path):
        cts: list[Any] = []
        found = False
        for o in outputs:
            ct = cotangents.get(id(o))
            if ct is not None:
                found = True
                if type(ct) is list:
                    ct = cotangents[id(o)] = aggregate(ct)
                if id(o) not in source_ids:
                    del cotangents[id(o)]
            cts.append(ct)
        if not found:
            continue
        needed = [id(t) in reach for t in inputs]
        grads = node_gradients(Call(kernel, inputs, outputs, cts, needed))
        for i, grad in enumerate(grads):
            if grad is not None and needed[i]:
                _accumulate(cotangents, id(inputs[i]), grad)
    return {
        i: aggregate(ct) if type(ct) is list else ct
        for i, ct in cotangents.items()
        if i in source_ids
    }


def _accumulate(cotangents: dict[int, Any], key: int, value: Any) -> None:
    """Adds a cotangent to those of a tensor; they are summed when they are used."""
    known = cotangents.get(key)
    if known is None:
        cotangents[key] = value
    elif type(known) is list:
        known.append(value)
    else:
        cotangents[key] = [known, value]


@export("tf.GradientTape")
class GradientTape:
    """Records operations for automatic differentiation.

    Args:
      persistent: whether `gradient` and the others may be called more than once.
      watch_accessed_variables: whether trainable variables are watched when they are read.
    """

    __module__ = "tensorflow"

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True):
        self._persistent = persistent
        self._watch_accessed_variables = watch_accessed_variables
        self._recording = False
        self._entered = False
        self._alive = False  # whether there is a recording that gradients can be taken of
        self._forget()

    def _forget(self) -> None:
        self._entries: list[Entry] = []
        self._watched: dict[int, Any] = {}
        #: id of a variable -> (variable, ids of the tensors that were read from it)
        self._variables: dict[int, tuple[Variable, dict[int, Any]]] = {}

    # -- recording --

    def __enter__(self) -> GradientTape:
        self._push()
        return self

    def __exit__(self, exc_type, exc, tb) -> None:
        if self._recording:
            self._pop()

    def _push(self, existing: bool = False) -> None:
        if self._recording:
            raise ValueError(
                "Tape is still recording, This can happen if you try to re-enter an "
                "already-active tape."
            )
        state = STATE
        if not state.recorders and state.trace is state.pending and state.pending.assigned:
            engine.flush(state.pending)  # a training step ended: its program is complete
        if not self._alive:
            self._forget()
            self._alive = True
        state.recorders = [*state.recorders, self]
        self._recording = self._entered = True

    def _pop(self) -> None:
        if not self._recording:
            raise ValueError("Tape is not recording.")
        STATE.recorders = [r for r in STATE.recorders if r is not self]
        self._recording = False

    def record(self, kernel: Kernel, inputs: tuple, outputs: tuple) -> None:
        """Called by dispatch with every node made while this tape is active."""
        if not kernel.differentiable:
            return
        watched = self._watched
        diff = kernel.diff_inputs
        for i, t in enumerate(inputs):
            if id(t) in watched and (diff is None or i in diff):
                break
        else:
            return
        self._entries.append((kernel, inputs, outputs))
        for o in outputs:
            if o.aval.trainable:
                watched[id(o)] = o

    def variable_accessed(self, variable: Variable, handle: EagerTensor) -> None:
        """Called when a variable is read while this tape is active."""
        variable = variable._root
        known = self._variables.get(id(variable))
        if known is None:
            if not (self._watch_accessed_variables and variable.trainable):
                return
            known = self._variables[id(variable)] = (variable, {})
        if handle.aval.trainable:
            known[1][id(handle)] = handle
            self._watched[id(handle)] = handle

    def watch(self, tensor: Any) -> None:
        """Makes this tape follow a tensor, a variable or a nest of them.

        Raises:
          ValueError: for something that is neither a tensor nor a variable.
        """
        for t in nest.flatten(tensor, expand_composites=True):
            if not isinstance(t, (Tensor, Variable)):
                raise ValueError(
                    f"Passed in object {t} of type {type(t).__name__!r}, not tf.Tensor or "
                    "tf.Variable or ExtensionType."
                )
            if not self._entered:
                raise AttributeError(
                    "'NoneType' object has no attribute '_tape' (this tape was never entered)"
                )
            if not any(isinstance(r, GradientTape) for r in STATE.recorders):
                continue  # TensorFlow watches nothing while no tape is active in this thread
            if isinstance(t, Variable):
                known = self._variables.setdefault(id(t._root), (t._root, {}))
                handle = t._current()
                known[1][id(handle)] = handle
                self._watched[id(handle)] = handle
                continue
            if not t.aval.trainable:
                logs.warn_first(
                    "The dtype of the watched tensor must be floating (e.g. tf.float32), got %r",
                    t.dtype,
                )
            self._watched[id(t)] = t

    @contextlib.contextmanager
    def stop_recording(self):
        """Pauses recording: what is computed inside is constant to this tape.

        Raises:
          RuntimeError: if this tape is not recording.
        """
        if not self._recording:
            raise RuntimeError("Trying to stop recording a tape which is not recording.")
        self._pop()
        try:
            yield
        finally:
            self._push()

    def reset(self) -> None:
        """Forgets all that was recorded and watched.

        Raises:
          ValueError: if this tape is not recording.
        """
        self._pop()
        self._alive = False
        self._push()

    def watched_variables(self) -> tuple[Variable, ...]:
        """The watched variables in the order in which they were made."""
        return tuple(sorted((v for v, _ in self._variables.values()), key=lambda v: v._serial))

    # -- gradients --

    def _begin(self) -> None:
        if not self._alive:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients "
                "(or jacobians)"
            )

    def _release(self) -> None:
        if not self._persistent:
            self._alive = False
            variables = self._variables
            self._forget()
            self._variables = {k: (v, {}) for k, (v, _) in variables.items()}

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
    ) -> Any:
        """The gradient of `target` with respect to `sources`.

        Args:
          target: a tensor or nest of tensors; several count as their sum.
          sources: a tensor or variable, or a nest of them.
          output_gradients: cotangents of the targets, in their structure; ones by default.
          unconnected_gradients: "none" or "zero": what an unconnected source gets.

        Returns:
          Gradients in the structure of `sources`: tensors, `tf.IndexedSlices` or None.

        Raises:
          RuntimeError: on a second call of a tape that is not persistent.
          ValueError: for an unknown `unconnected_gradients`.
          LookupError: if an operation on the way has no gradient.
        """
        self._begin()
        if self._recording:
            if not self._persistent:
                self._pop()
            else:
                logs.warn_first(
                    "Calling GradientTape.gradient on a persistent tape inside its context is "
                    "significantly less efficient than calling it outside the context (it causes "
                    "the gradient ops to be recorded on the tape, leading to increased CPU and "
                    "memory usage). Only call GradientTape.gradient inside the context if you "
                    "actually want to trace the gradient in order to compute higher order "
                    "derivatives."
                )
        unconnected = UnconnectedGradients.parse(unconnected_gradients)
        if target is None:
            raise TypeError(
                "Argument `target` should be a list or nested structure of Tensors, Variables or "
                "CompositeTensors to be differentiated, but received None."
            )
        flat_targets = differentiated(target)
        flat_sources = differentiated(sources)
        _warn_sources(flat_sources)
        seeds: list[Any] = [None] * len(flat_targets)
        if output_gradients is not None:
            for i, g in enumerate(differentiated(output_gradients, check=False)):
                seeds[i] = _seed(g, flat_targets[i])
        grads = self._backprop(flat_targets, flat_sources, seeds, unconnected)
        self._release()
        return _packed(sources, grads)

    def _handles(self, source: Any) -> list[EagerTensor]:
        """The watched tensors that stand for a source on this tape."""
        if isinstance(source, Variable):
            known = self._variables.get(id(source._root))
            return [] if known is None else list(known[1].values())
        return [source] if id(source) in self._watched else []

    def _backprop(self, targets, sources, seeds, unconnected) -> list[Any]:
        handles = [self._handles(s) for s in sources]
        ids = {id(h) for hs in handles for h in hs}
        kept, direct = [], {}
        for t, seed in zip(targets, seeds, strict=True):
            if t.dtype.kind == "s":
                continue
            if isinstance(t, Tensor) and id(t) in self._watched:
                kept.append((t, seed))
            else:  # nothing leads to it but itself
                direct.setdefault(_identity(t), []).append((t, seed))
        found = backprop(self._entries, [t for t, _ in kept], ids, [s for _, s in kept])
        result = []
        for source, hs in zip(sources, handles, strict=True):
            parts = [found[id(h)] for h in hs if id(h) in found]
            for t, seed in direct.get(_identity(source), ()):
                parts.append(ones(_aval_of(t)) if seed is None else seed)
            if parts:
                result.append(parts[0] if len(parts) == 1 else aggregate(parts))
            elif unconnected is UnconnectedGradients.ZERO:
                result.append(_zeros_like_source(source))
            else:
                result.append(None)
        return result

    def jacobian(
        self,
        target,
        sources,
        unconnected_gradients=UnconnectedGradients.NONE,
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """The Jacobian of `target` with respect to `sources`; see `tfshim._src.jacobian`."""
        from tfshim._src import jacobian

        return jacobian.jacobian(
            self, target, sources, unconnected_gradients, parallel_iterations, experimental_use_pfor
        )

    def batch_jacobian(
        self,
        target,
        source,
        unconnected_gradients=UnconnectedGradients.NONE,
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """Per-example Jacobians; see `tfshim._src.jacobian`."""
        from tfshim._src import jacobian

        return jacobian.batch_jacobian(
            self, target, source, unconnected_gradients, parallel_iterations, experimental_use_pfor
        )


def _identity(thing: Any) -> int:
    return id(thing._root) if isinstance(thing, Variable) else id(thing)


def _aval_of(thing: Any) -> Aval:
    return thing._current().aval if isinstance(thing, Variable) else thing.aval


def _zeros_like_source(source) -> EagerTensor:
    return zeros(_aval_of(source))


def _component(composite: Any) -> Any:
    """What of a ragged tensor is differentiated: its values.

    Raises:
      ValueError: for a sparse tensor, which TensorFlow differentiates by its values only.
    """
    if isinstance(composite, (Tensor, Variable, IndexedSlices)):
        return None
    if not hasattr(composite, "_flatten_components"):
        return None
    if hasattr(composite, "with_values") and not hasattr(composite, "dense_shape"):
        return composite.values
    raise ValueError(
        f"Type {type(composite).__name__} is not supported as a gradient source or gradient target."
    )


def differentiated(structure: Any, check: bool = True) -> list[Any]:
    """The tensors and variables of a nest; of composite tensors their values.

    Raises:
      TypeError, AttributeError: for what is no tensor, as TensorFlow does.
    """
    if _is_plain(structure):
        return [structure] if type(structure) is EagerTensor else list(structure)
    flat = []
    for thing in map(held, nest.flatten(structure)):
        while (inner := _component(thing)) is not None:
            thing = inner
        if check and isinstance(thing, IndexedSlices):
            thing = convert(thing)
        if check and not isinstance(thing, (Tensor, Variable)):
            if thing is None or isinstance(thing, str):
                raise TypeError(
                    f"Cannot convert the argument `type_value`: {thing!r} to a TensorFlow DType."
                )
            kind = type(thing)
            name = kind.__name__ if kind.__module__ == "builtins" else f"numpy.{kind.__name__}"
            raise AttributeError(f"{name!r} object has no attribute '_id'")
        flat.append(thing)
    return flat


def _is_plain(structure: Any) -> bool:
    """Whether it is one tensor, or a list of tensors and variables, as it nearly always is."""
    if type(structure) is list:
        return all(type(t) in _PLAIN_SOURCES for t in structure)
    return type(structure) is EagerTensor


_PLAIN_SOURCES = frozenset({EagerTensor, ResourceVariable})


def _packed(structure: Any, grads: list[Any]) -> Any:
    """Gradients in the structure of the sources; a composite's gradient is one of its own kind."""
    if _is_plain(structure):
        return grads if type(structure) is list else grads[0]
    rest = iter(grads)

    def one(thing):
        return with_component(thing, next(rest))

    return nest.pack_sequence_as(structure, [one(t) for t in nest.flatten(structure)])


def with_component(thing: Any, grad: Any) -> Any:
    inner = _component(thing)
    if inner is None or grad is None:
        return grad
    return thing.with_values(with_component(inner, densify(grad)))


def _seed(value: Any, target: Any) -> EagerTensor:
    """A cotangent that the user gave for a target.

    Raises:
      InvalidArgumentError: if it has another dtype.
    """
    seed = value if isinstance(value, IndexedSlices) else convert(value)
    if seed.dtype is not target.dtype:
        raise dtype_mismatch("Mul", 1, seed.dtype, target.dtype)
    return densify(seed)


def _warn_sources(sources) -> None:
    for s in sources:
        dtype = s.dtype
        if not dtype.trainable:
            logs.warn_first(
                "The dtype of the source tensor must be floating (e.g. tf.float32) when calling "
                "GradientTape.gradient, got %r",
                dtype,
            )


@contextlib.contextmanager
def stop_all_recording():
    """Nothing that is computed inside is seen by any tape or accumulator."""
    state = STATE
    saved = state.recorders
    state.recorders = []
    try:
        yield
    finally:
        state.recorders = saved
