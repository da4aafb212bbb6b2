"""Public ops on ragged tensors that are neither element by element nor reductions."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import (  # noqa: F401
    dtypes,
    ragged_elementwise,
    ragged_reduce,
    ragged_rows as rows_module,
    ragged_shape,
    ragged_spec,
    static,
)
from tfshim._src.composite import handles
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import op_error
from tfshim._src.ragged import RaggedTensor, make, partition, public
from tfshim._src.ragged_make import constant
from tfshim._src.registry import export


@handles("ragged", "tf.concat")
def _concat(fn: Any, args: dict[str, Any]) -> Any:
    values = args["values"]
    values = list(values) if isinstance(values, (list, tuple)) else [values]
    if len(values) == 1:
        return values[0]
    return rows_module.join(values, static.integer(args["axis"]))


@handles("ragged", "tf.stack")
def _stack(fn: Any, args: dict[str, Any]) -> Any:
    return rows_module.stack(list(args["values"]), static.integer(args["axis"]))


def _part(value: Any) -> Any:
    if isinstance(value, RaggedTensor):
        return value
    return constant(value) if isinstance(value, list) else convert(value)


@export("tf.ragged.stack")
def stack(values, axis=0, name=None) -> RaggedTensor:
    """Stacks tensors of one rank, whose sizes may differ, along a new axis.

    Args:
      values: list of tensors, ragged tensors or values that convert.
      axis: where the new axis goes; may be negative.
      name: ignored.
    """
    if not isinstance(values, (list, tuple)):
        values = [values]
    parts = [
        v if isinstance(v, RaggedTensor) else constant(v) if isinstance(v, list) else convert(v)
        for v in values
    ]
    return rows_module.stack(parts, static.integer(axis))


@handles("ragged", "tf.expand_dims")
def _expand_dims(fn: Any, args: dict[str, Any]) -> Any:
    return rows_module.expand_dims(args["input"], static.integer(args["axis"]))


@handles("ragged", "tf.squeeze")
def _squeeze(fn: Any, args: dict[str, Any]) -> Any:
    rt, axis = args["input"], static.axis(args["axis"])
    if axis is None:
        raise ValueError("Ragged.squeeze must have an axis argument.")
    rank = len(rt.shape)
    axes = sorted({a % rank for a in ([axis] if isinstance(axis, int) else axis)}, reverse=True)
    for a in axes:
        rt = _without(rt, a)
    return rt


def _without(rt: Any, axis: int) -> Any:
    if not isinstance(rt, RaggedTensor):
        return public("squeeze")(rt, [axis])
    rows = rt._row_partition
    if axis == 0:
        if rows.nrows != 1:
            raise op_error(
                "Squeeze", f"Can not squeeze dim[0], expected a dimension of 1, got {rows.nrows}"
            )
        return rt._values
    if axis == 1:
        if (rows.lengths != 1).any():
            raise op_error("Squeeze", "Can not squeeze dim[1], expected a dimension of 1")
        return rt._values
    return make(_without(rt._values, axis - 1), rows)


@handles("ragged", "tf.tile")
def _tile(fn: Any, args: dict[str, Any]) -> Any:
    return rows_module.tile(args["input"], list(static.integers(args["multiples"])))


@handles("ragged", "tf.reverse")
def _reverse(fn: Any, args: dict[str, Any]) -> Any:
    rt = args["tensor"]
    rank = len(rt.shape)
    axes = static.integers(args["axis"])
    for a in axes:
        if not -rank <= a < rank:
            raise ValueError(f"axis[0]={a} out of bounds: expected {-rank}<=axis[0]<{rank}")
    return rows_module.reverse(rt, {a % rank for a in axes})


@handles("ragged", "tf.size")
def _size(fn: Any, args: dict[str, Any]) -> Any:
    rt = args["input"]
    return fn(rt.flat_values, out_type=args.get("out_type"))


@handles("ragged", "tf.rank")
def _rank(fn: Any, args: dict[str, Any]) -> Any:
    return from_array(np.array(len(args["input"].shape), np.int32))


@handles("ragged", "tf.one_hot")
def _one_hot(fn: Any, args: dict[str, Any]) -> Any:
    rt = args["indices"]
    axis = static.integer(args["axis"]) if args["axis"] is not None else -1
    if 0 <= axis <= rt.ragged_rank:
        raise ValueError("axis must be greater than indices.ragged_rank")
    flat = {**args, "indices": rt.flat_values}
    flat["axis"] = axis - rt.ragged_rank if axis >= 0 else axis
    return rt._rebuilt(fn(**flat))


@handles("ragged", "tf.split")
def _split(fn: Any, args: dict[str, Any]) -> Any:
    rt, sizes = args["value"], static.plain(args["num_or_size_splits"])
    axis = rt._axis(args["axis"])
    if axis:
        raise ValueError("split of a ragged tensor along an inner axis is not supported")
    n = rt._row_partition.nrows
    if isinstance(sizes, int):
        if n % sizes:
            raise op_error("Split", f"Cannot exactly split axis 0 of size {n} into {sizes} parts")
        sizes = [n // sizes] * sizes
    ends = np.cumsum([0, *sizes])
    if ends[-1] != n:
        raise op_error("Split", f"Sizes {sizes} do not sum to {n}")
    return [rows_module.cut(rt, int(a), int(b)) for a, b in zip(ends[:-1], ends[1:], strict=True)]


@handles("ragged", "tf.gather")
def gather(fn: Any, args: dict[str, Any]) -> Any:
    """`tf.gather` with ragged params or indices, along the first axis or within rows."""
    params, indices = args["params"], args["indices"]
    batch = static.integer(args["batch_dims"])
    axis = args["axis"]
    at = batch if axis is None else static.integer(axis)
    if at < 0 and isinstance(params, RaggedTensor):
        at += len(params.shape)
    if isinstance(indices, RaggedTensor) and not batch:
        inner = gather(fn, {**args, "indices": indices._values})
        return make(inner, indices._row_partition) if at == 0 else _bad_gather(at, batch)
    if not isinstance(params, RaggedTensor):
        return (
            fn(params, indices, axis=axis, batch_dims=batch)
            if not batch
            else _batched(params, indices)
        )
    if batch == 1 and at == 1:
        return _batched(params, indices)
    if at or batch:
        _bad_gather(at, batch)
    index = static.host(convert(indices))
    n = params._row_partition.nrows
    flat = index.reshape(-1)
    wrong = np.flatnonzero((flat < 0) | (flat >= n))
    if wrong.size:
        place = np.unravel_index(wrong[0], index.shape)
        shown = "" if not index.ndim else f"[{','.join(map(str, place))}]"
        raise op_error("RaggedGather", f"indices{shown} = {flat[wrong[0]]} is not in [0, {n})")
    if index.ndim == 0:
        return params[int(index)]
    found = rows_module.take(params, flat)
    from tfshim._src.ragged import uniform

    for d in reversed(range(1, index.ndim)):
        count = int(np.prod(index.shape[:d]))
        found = make(found, uniform(count, index.shape[d], params._row_partition.dtype))
    return found


def _bad_gather(axis: int, batch: int) -> Any:
    raise ValueError(
        f"gather of ragged tensors: axis={axis} with batch_dims={batch} is not supported"
    )


def _batched(params: Any, indices: Any) -> Any:
    params, indices = rows_module.as_ragged(params, 1), rows_module.as_ragged(indices, 1)
    rows, wanted = params._row_partition, indices._row_partition
    index = static.host(indices.values)
    if index.ndim != 1:
        _bad_gather(1, 1)
    starts = np.repeat(rows.host[:-1], wanted.lengths)
    return make(rows_module.take(params._values, starts + index), wanted)


@handles("ragged", "tf.math.bincount")
def _bincount(fn: Any, args: dict[str, Any]) -> Any:
    rt, weights, axis = args["arr"], args["weights"], args.get("axis")
    flat_weights = weights.flat_values if isinstance(weights, RaggedTensor) else weights
    if axis in (None, 0):
        return fn(**{**args, "arr": rt.flat_values, "weights": flat_weights, "axis": None})
    values = static.host(rt.flat_values)
    wide = int(values.max(initial=-1)) + 1
    if args["minlength"] is not None:
        wide = max(wide, static.integer(args["minlength"]))
    if args["maxlength"] is not None:
        wide = min(wide, static.integer(args["maxlength"]))
    rows = np.repeat(np.arange(rt._row_partition.nrows), rt._row_partition.lengths)
    keep = values < wide
    ones = np.ones(len(values)) if weights is None else static.host(flat_weights)
    kind = dtypes.as_dtype(args["dtype"]).np if weights is None else ones.dtype
    out = np.zeros((rt._row_partition.nrows, wide), kind)
    if args["binary_output"]:
        out[rows[keep], values[keep]] = 1
    else:
        np.add.at(out, (rows[keep], values[keep]), ones[keep].astype(kind))
    return from_array(out)


@handles("ragged", "tf.nn.softmax")
def _softmax(fn: Any, args: dict[str, Any]) -> Any:
    rt, axis = args["logits"], args["axis"]
    at = -1 if axis is None else static.integer(axis)
    if at not in (-1, len(rt.shape) - 1):
        raise ValueError(f"Only axis=-1 is supported for ragged softmax, got {axis}")
    if len(rt.shape) - 1 > rt.ragged_rank:
        return rt._rebuilt(fn(rt.flat_values, axis=-1))
    last = rt._partitions()[-1]
    ids = np.repeat(np.arange(last.nrows), last.lengths)
    x = rt.flat_values
    biggest = public("math.unsorted_segment_max")(x, ids, last.nrows)
    e = public("math.exp")(x - public("stop_gradient")(public("gather")(biggest, ids)))
    total = public("math.unsorted_segment_sum")(e, ids, last.nrows)
    return rt._rebuilt(e / public("gather")(total, ids))


@handles("ragged", "tf.nn.dropout", "tf.nn.experimental.stateless_dropout")
def _dropout(fn: Any, args: dict[str, Any]) -> Any:
    rt = args["x"]
    return rt._rebuilt(fn(**{**args, "x": rt.flat_values}))


@handles("ragged", "tf.math.cumsum")
def _cumsum(fn: Any, args: dict[str, Any]) -> Any:
    rt = args["x"]
    axis = rt._axis(args["axis"])
    rest = {k: v for k, v in args.items() if k in ("exclusive", "reverse")}
    if axis > rt.ragged_rank:
        return rt._rebuilt(fn(rt.flat_values, axis=axis - rt.ragged_rank, **rest))
    dense = rt.to_tensor()
    where = rows_module.positions(rt, len(rt.shape))
    found = public("gather_nd")(fn(dense, axis=axis, **rest), where)
    flat = public("reshape")(found, list(rt.flat_values.aval.shape))
    return rt._rebuilt(flat)


@handles("ragged", "tf.linalg.matmul")
def _matmul(fn: Any, args: dict[str, Any]) -> Any:
    a, b = args["a"], args["b"]
    if isinstance(a, RaggedTensor) and isinstance(b, RaggedTensor):
        n = a._row_partition.nrows
        parts = [fn(**{**args, "a": _dense_row(a[i]), "b": _dense_row(b[i])}) for i in range(n)]
    else:
        rt = a if isinstance(a, RaggedTensor) else b
        n = rt._row_partition.nrows
        other = convert(b if rt is a else a)
        parts = []
        for i in range(n):
            one = {**args, "a": _dense_row(rt[i]), "b": other[i]}
            if rt is b:
                one = {**args, "a": other[i], "b": _dense_row(rt[i])}
            parts.append(fn(**one))
    return rows_module.stack(parts, 0)


def _dense_row(row: Any) -> Any:
    return row.to_tensor() if isinstance(row, RaggedTensor) else row


@export("tf.ragged.boolean_mask")
def boolean_mask(data, mask, name=None) -> Any:
    """The elements of data where the mask holds; rows keep their place, shorter.

    Args:
      data: tensor or ragged tensor.
      mask: boolean tensor or ragged tensor with the rows of `data`.
      name: ignored.

    Raises:
      TypeError: for a mask that is not boolean.
      ValueError: for a scalar mask.
    """
    keep = constant(mask) if isinstance(mask, list) else mask
    values = constant(data) if isinstance(data, list) else data
    return rows_module.mask(values, keep)


@export("tf.ragged.stack_dynamic_partitions")
def stack_dynamic_partitions(data, partitions, num_partitions, name=None) -> RaggedTensor:
    """Row i holds the elements of data whose partition is i.

    Args:
      data: tensor or ragged tensor.
      partitions: int tensor of the shape of the first axes of `data`.
      num_partitions: number of rows.
      name: ignored.
    """
    values = data if isinstance(data, RaggedTensor) else convert(data)
    ids_t = partitions if isinstance(partitions, RaggedTensor) else convert(partitions)
    if isinstance(ids_t, RaggedTensor):
        depth = len(ids_t.shape) - 1
        for _ in range(depth):
            values = values._values if isinstance(values, RaggedTensor) else values
        ids_t = ids_t.flat_values
    elif ids_t.ndim > 1:
        shape = values.aval.shape
        values = public("reshape")(values, [-1, *shape[ids_t.ndim :]])
    n = static.integer(num_partitions)
    ids = static.host(ids_t).reshape(-1)
    wrong = np.flatnonzero((ids < 0) | (ids >= n))
    if wrong.size:
        raise op_error(
            "UnsortedSegmentSum",
            f"partitions[{wrong[0]}] = {ids[wrong[0]]} is not in [0, {n})",
        )
    order = np.argsort(ids, kind="stable")
    splits = np.concatenate([[0], np.cumsum(np.bincount(ids, minlength=n))])
    return make(rows_module.take(values, order), partition(splits, dtypes.int64))


def _cross_text(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


@export("tf.ragged.cross")
def cross(inputs, name=None) -> RaggedTensor:
    """Feature crosses: for each row, all combinations of one value of each input, joined by `_X_`.

    Args:
      inputs: list of 2-D ragged, sparse or dense tensors of strings or integers.
      name: ignored.
    """
    import itertools

    columns = []
    for value in inputs:
        if hasattr(value, "dense_shape"):
            from tfshim._src.ragged_make import from_sparse

            value = from_sparse(value)
        value = rows_module.as_ragged(value, 1)
        columns.append(value.to_list())
    if not columns:
        raise ValueError("inputs must not be empty")
    if len({len(c) for c in columns}) > 1:
        raise op_error("RaggedCross", "inputs must all have the same batch_size.")
    rows = [
        [b"_X_".join(map(_cross_text, combo)) for combo in itertools.product(*cells)]
        for cells in zip(*columns, strict=True)
    ]
    flat = np.array([c for r in rows for c in r] or [b""], object)[: sum(map(len, rows))]
    splits = np.cumsum([0, *map(len, rows)])
    return make(from_array(flat), partition(splits, dtypes.int64))


def _operator(name: str, reverse: bool = False) -> Any:
    def method(self, other):
        fn = public(name)
        return fn(other, self) if reverse else fn(self, other)

    return method


def _install() -> None:
    binary = {
        "add": "math.add", "sub": "math.subtract", "mul": "math.multiply", "div": "math.truediv",
        "truediv": "math.truediv", "floordiv": "math.floordiv", "mod": "math.floormod",
        "pow": "math.pow", "and": "math.logical_and", "or": "math.logical_or",
        "xor": "math.logical_xor",
    }  # fmt: skip
    compare = {
        "eq": "math.equal", "ne": "math.not_equal", "lt": "math.less", "le": "math.less_equal",
        "gt": "math.greater", "ge": "math.greater_equal",
    }  # fmt: skip
    for name, op in (binary | compare).items():
        setattr(RaggedTensor, f"__{name}__", _operator(op))
        if name in binary:
            setattr(RaggedTensor, f"__r{name}__", _operator(op, reverse=True))
    for name, op in {"neg": "negative", "abs": "abs", "invert": "logical_not"}.items():
        setattr(RaggedTensor, f"__{name}__", lambda self, op=op: public(f"math.{op}")(self))


_install()
