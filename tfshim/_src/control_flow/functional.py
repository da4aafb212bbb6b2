"""`tf.map_fn`, `tf.scan`, `tf.foldl` and `tf.foldr`: loops over the rows of tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tfshim._src import nest
from tfshim._src.control_flow import map_composites
from tfshim._src.control_flow.over_rows import over_rows
from tfshim._src.control_flow.tensor_array import TensorArray
from tfshim._src.control_flow.while_loop import check_dtypes, while_loop_v2
from tfshim._src.convert import convert
from tfshim._src.dtypes import as_dtype
from tfshim._src.registry import export
from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import STATE, EagerTensor, Tensor


def _rows(elems: Any, least: str) -> tuple[list[EagerTensor], int]:
    """The flat tensors and the number of rows that they have."""
    flat = [convert(e) for e in nest.flatten(elems)]
    if not flat:
        raise ValueError(
            "elems must be a Tensor or (possibly nested) sequence of Tensors. Got "
            f"{elems}, which does not contain any Tensors."
        )
    for t in flat:
        if not t.aval.shape:
            raise ValueError(least)
    n = flat[0].aval.shape[0]
    for t in flat[1:]:
        if t.aval.shape[0] != n:
            raise ValueError(f"Dimensions {n} and {t.aval.shape[0]} are not compatible")
    return flat, n


def _in_one_node(parallel_iterations: Any) -> bool:
    """Whether a loop is traced, with arguments that `tf.while_loop` takes."""
    return STATE.trace.symbolic and (parallel_iterations is None or parallel_iterations >= 1)


def _stopped(tensors: list, back_prop: bool) -> list:
    if back_prop:
        return tensors
    from tfshim._src.ops import array

    return [array.stop_gradient(t) for t in tensors]


def _pack(like: Any, flat: list) -> Any:
    return nest.pack_sequence_as(like, flat)


def _at(tensors: list[TensorArray], like: Any, i: Any) -> Any:
    return _pack(like, [t._read(i, checked=False) for t in tensors])


def _written(arrays: Sequence[TensorArray], i: Any, values: list) -> list[TensorArray]:
    return [a._write(i, v, checked=False) for a, v in zip(arrays, values, strict=True)]


def _arrays(flat: list[EagerTensor], n: int) -> list[TensorArray]:
    return [
        TensorArray(
            t.dtype, size=n, element_shape=t.aval.shape[1:], clear_after_read=False
        ).unstack(t)
        for t in flat
    ]


def _signature(fn_output_signature: Any, elems: Any) -> Any:
    """What the function returns, as specs; by default what it is given."""
    if fn_output_signature is None:
        fn_output_signature = nest.map_structure(lambda e: convert(e).dtype, elems)

    def spec(s: Any) -> TensorSpec:
        return s if isinstance(s, TensorSpec) else TensorSpec(None, as_dtype(s))

    return nest.map_structure(spec, fn_output_signature)


@export("tf.map_fn")
def map_fn_v2(
    fn,
    elems,
    dtype=None,
    parallel_iterations=None,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    name=None,
    fn_output_signature=None,
) -> Any:
    """Applies a function to each row and stacks the results.

    Args:
      fn: takes one row (of each tensor of `elems`, in its structure).
      elems: a tensor `[n, ...]` or a nest of them; ragged and sparse tensors give their rows.
      dtype: the older name of `fn_output_signature`.
      parallel_iterations, swap_memory: as in `tf.while_loop`.
      back_prop: False stops gradients.
      infer_shape: whether all results must have one shape.
      name: ignored.
      fn_output_signature: dtypes or specs of the results, where they differ from `elems`;
        `tf.RaggedTensorSpec` for results whose sizes differ.

    Raises:
      TypeError, ValueError: for functions, tensors or structures that do not fit.
      InvalidArgumentError: for a result of another dtype than the signature says.
    """
    fn.__name__  # noqa: B018  (TensorFlow names its scope by it)
    if not callable(fn):
        raise TypeError("fn must be callable.")
    signature = dtype if fn_output_signature is None else fn_output_signature
    if map_composites.concerns(elems, signature):
        return map_composites.map_rows(fn, elems, signature, infer_shape)
    flat, n = _rows(elems, "Elements in elems must be 1+ dimensional Tensors, not scalars")
    wanted = _signature(signature, elems)
    specs = nest.flatten(wanted)
    if n and STATE.trace.symbolic:
        found = _mapped(fn, flat, elems, wanted, specs)
        if found is not None:
            return _pack_rows(wanted, _stopped(found, back_prop))
    source = _arrays(flat, n)
    results = [
        TensorArray(
            s.dtype,
            size=n,
            infer_shape=infer_shape,
            element_shape=s.shape if s.shape.is_fully_defined() else None,
        )
        for s in specs
    ]

    def step(i, *arrays):
        result = fn(_at(source, elems, i))
        nest.assert_same_structure(wanted, result)
        values = nest.flatten(result)
        return (i + 1, *_written(arrays, i, values))

    if n == 0:
        return _pack_rows(wanted, _empty(fn, flat, elems, specs))
    _, *arrays = while_loop_v2(
        lambda i, *_: i < n,
        step,
        (0, *results),
        parallel_iterations=parallel_iterations or 10,
        back_prop=back_prop,
        swap_memory=swap_memory,
    )
    return _pack_rows(wanted, [a.stack() for a in arrays])


def _mapped(fn: Callable, flat: list, elems: Any, wanted: Any, specs: list) -> list | None:
    """The results of `tf.map_fn` in one node; None if a result is not what the signature says."""

    def step(_, row):
        result = fn(_pack(elems, row))
        nest.assert_same_structure(wanted, result)
        values = nest.flatten(result)
        return [], [
            convert(v, None if isinstance(v, Tensor) else s.dtype)
            for v, s in zip(values, specs, strict=True)
        ]

    found = over_rows(step, [], flat)
    assert found is not None
    fit = all(
        t.dtype is s.dtype and s.shape.is_compatible_with(t.shape[1:])
        for t, s in zip(found[1], specs, strict=True)
    )
    return found[1] if fit else None


def _pack_rows(wanted: Any, flat: list) -> Any:
    return nest.pack_sequence_as(wanted, flat)


def _empty(fn: Callable, flat: list[EagerTensor], elems: Any, specs: list) -> list:
    """Results for no rows: of the shape that the function gives while traced."""
    import numpy as np

    from tfshim._src.control_flow.captured import Captured
    from tfshim._src.engine.aval import make_aval
    from tfshim._src.tensor import STATE

    shapes = [[] if not s.shape.is_fully_defined() else s.shape.as_list() for s in specs]
    if STATE.trace.symbolic:
        avals = [make_aval(t.aval.shape[1:], t.aval.dtype) for t in flat]
        tried = Captured("map_body", lambda *row: fn(_pack(elems, list(row))), avals)
        shapes = [list(convert(t).aval.shape) for t in nest.flatten(tried.result)]
    return [
        convert(np.zeros([0, *shape], s.dtype.np)) for shape, s in zip(shapes, specs, strict=True)
    ]


def _scan_inputs(name: str, fn: Any, elems: Any, initializer: Any, last: bool):
    if not callable(fn):
        raise TypeError(
            f"{fn.__name__} is not callable." if hasattr(fn, "__name__") else "fn must be callable."
        )
    text = "elems must be a 1+ dimensional Tensor, not a scalar"
    try:
        flat, n = _rows(elems, text)
    except ValueError as e:
        if str(e) != text:
            raise
        raise IndexError("tuple index out of range") from None
    if initializer is None and n == 0:
        array = TensorArray(flat[0].dtype, 0)  # raises as TensorFlow's, which reads the first row
        array.read(-1 if last else 0)
    return flat, n


def _start(elems: Any, flat: list, n: int, initializer: Any, last: bool):
    """The first accumulator and the number of rows that it took."""
    if initializer is not None:
        return nest.map_structure(convert, initializer), 0
    i = n - 1 if last else 0
    return _pack(elems, [t[i] for t in flat]), 1


@export("tf.scan")
def scan_v2(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    reverse=False,
    name=None,
) -> Any:
    """All accumulators of `a = fn(a, row)`, stacked.

    Args:
      fn: takes the accumulator and a row of `elems`.
      elems: a tensor `[n, ...]` or a nest of them.
      initializer: the first accumulator; by default the first row.
      parallel_iterations, swap_memory: as in `tf.while_loop`.
      back_prop: False stops gradients.
      infer_shape: whether all accumulators must have one shape.
      reverse: whether to start with the last row.
      name: ignored.

    Returns:
      Tensors `[n, ...]` in the accumulator's structure.

    Raises:
      TypeError, ValueError: for functions, tensors or structures that do not fit.
    """
    flat, n = _scan_inputs("scan", fn, elems, initializer, reverse)
    first, taken = _start(elems, flat, n, initializer, reverse)
    flat_first = nest.flatten(first)
    like = first if initializer is not None else elems

    def once(accumulator, row):
        result = fn(_pack(first, accumulator), _pack(elems, row))
        nest.assert_same_structure(like, result)
        values = [convert(v) for v in nest.flatten(result)]
        return values, values

    if _in_one_node(parallel_iterations):
        found = over_rows(once, flat_first, _left(flat, taken, reverse), reverse)
        if found is not None:
            stacked = [
                _joined(a, rows, reverse) if taken else rows
                for a, rows in zip(flat_first, found[1], strict=True)
            ]
            return _pack(first, _stopped(stacked, back_prop))
    source = _arrays(flat, n)
    results = [
        TensorArray(
            a.dtype,
            size=n,
            element_shape=a.aval.shape if infer_shape else None,
            infer_shape=infer_shape,
            clear_after_read=False,
        )
        for a in flat_first
    ]
    at = n - 1 if reverse else 0
    if taken:
        results = [r.write(at, a) for r, a in zip(results, flat_first, strict=True)]
    step_by = -1 if reverse else 1
    size = len(flat_first)

    def step(i, *rest):
        accumulator, arrays = rest[:size], rest[size:]
        values, _ = once(list(accumulator), [t._read(i, checked=False) for t in source])
        if STATE.trace.symbolic:
            check_dtypes(rest[:size], values)
        return (
            i + step_by, *values, *_written(arrays, i, values)
        )  # fmt: skip

    _, *rest = while_loop_v2(
        (lambda i, *_: i >= 0) if reverse else (lambda i, *_: i < n),
        step,
        (at + step_by * taken, *flat_first, *results),
        parallel_iterations=parallel_iterations,
        back_prop=back_prop,
        swap_memory=swap_memory,
        maximum_iterations=n,
    )
    stacked = [a.stack() for a in rest[size:]]
    return _pack(first, stacked)


def _left(flat: list[EagerTensor], taken: int, last: bool) -> list[EagerTensor]:
    """The rows that are still to come."""
    if not taken:
        return flat
    return [t[:-1] if last else t[1:] for t in flat]


def _joined(row: EagerTensor, rows: EagerTensor, last: bool) -> Any:
    """Rows with one more at the start, or at the end."""
    from tfshim._src.ops import array

    one = array.expand_dims(row, 0)
    return array.concat([rows, one] if last else [one, rows], 0)


def _fold(name: str, fn, elems, initializer, back_prop, swap_memory, parallel, last: bool) -> Any:
    flat, n = _scan_inputs(name, fn, elems, initializer, last)
    first, taken = _start(elems, flat, n, initializer, last)
    flat_first = nest.flatten(first)

    def once(accumulator, row):
        result = fn(_pack(first, accumulator), _pack(elems, row))
        return [convert(v) for v in nest.flatten(result)], []

    if _in_one_node(parallel):
        one_node = over_rows(once, flat_first, _left(flat, taken, last), last)
        if one_node is not None:
            return _pack(first, _stopped(one_node[0], back_prop))
    source = _arrays(flat, n)
    by = -1 if last else 1

    def step(i, *accumulator):
        values, _ = once(list(accumulator), [t._read(i, checked=False) for t in source])
        return (i + by, *values)

    start = (n - 1 - taken) if last else taken
    _, *found = while_loop_v2(
        (lambda i, *_: i >= 0) if last else (lambda i, *_: i < n),
        step,
        (start, *flat_first),
        parallel_iterations=parallel,
        back_prop=back_prop,
        swap_memory=swap_memory,
        maximum_iterations=n,
    )
    return _pack(first, found)


@export("tf.foldl")
def foldl_v2(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
) -> Any:
    """The last accumulator of `a = fn(a, row)`, from the first row to the last.

    Args:
      fn: takes the accumulator and a row of `elems`.
      elems: a tensor `[n, ...]` or a nest of them.
      initializer: the first accumulator; by default the first row.
      parallel_iterations, back_prop, swap_memory: as in `tf.while_loop`.
      name: ignored.

    Raises:
      TypeError, ValueError: for functions or tensors that do not fit.
    """
    return _fold(
        "foldl", fn, elems, initializer, back_prop, swap_memory, parallel_iterations, False
    )


@export("tf.foldr")
def foldr_v2(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
) -> Any:
    """The same as `tf.foldl` from the last row to the first.

    Args:
      fn: takes the accumulator and a row of `elems`.
      elems: a tensor `[n, ...]` or a nest of them.
      initializer: the first accumulator; by default the last row.
      parallel_iterations, back_prop, swap_memory: as in `tf.while_loop`.
      name: ignored.

    Raises:
      TypeError, ValueError: for functions or tensors that do not fit.
    """
    return _fold("foldr", fn, elems, initializer, back_prop, swap_memory, parallel_iterations, True)
