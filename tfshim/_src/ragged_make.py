"""Making ragged tensors: from lists, partitions, dense and sparse tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array
from tfshim._src.dtypes import DType
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.ragged import (
    RaggedTensor,
    RowPartition,
    make,
    partition,
    public,
    splits_of,
    uniform,
)
from tfshim._src.registry import export
from tfshim._src.tensor import EagerTensor, Tensor


def _values(value: Any) -> Any:
    return value if isinstance(value, RaggedTensor) else convert(value)


def _count(values: Any) -> int:
    if isinstance(values, RaggedTensor):
        return values._row_partition.nrows
    if not values.aval.shape:
        public("shape")(values)[0]  # raises as TensorFlow does
    return values.aval.shape[0]


def _require_equal(x: Any, y: Any, dtype: DType, where: str) -> None:
    if x != y:
        raise InvalidArgumentError(
            None,
            None,
            f"{where}\nCondition x == y did not hold.\nFirst 1 elements of x:\n[{x}]\n"
            f"First 1 elements of y:\n[{y}]",
        )


def _require_natural(x: np.ndarray, where: str) -> None:
    if (x < 0).any():
        shown = [[str(v) for v in x[:3]]] + ["..."] * (len(x) > 3)
        raise InvalidArgumentError(
            None,
            None,
            f"{where}.  \nCondition x >= 0 did not hold element-wise:\n"
            f"x (shape={x.shape} dtype={x.dtype}) = \n{', '.join(map(str, shown))}",
        )


def _index_tensor(value: Any, what: str, values: Any) -> EagerTensor:
    like = values._row_partition.dtype if isinstance(values, RaggedTensor) else None
    t = splits_of(value)
    if t.aval.dtype not in (dtypes.int32, dtypes.int64):
        if t.aval.shape == (0,):
            t = from_array(np.zeros(0, np.int64))
        else:
            raise ValueError(f"{what} must have dtype int32 or int64")
    if t.ndim != 1:
        raise ValueError(f"Shape {t.shape} must have rank 1")
    return t if like is None or t.aval.dtype is like else public("cast")(t, like)


def _joined(values: Any, rows: RowPartition, validate: bool) -> RaggedTensor:
    if isinstance(values, RaggedTensor) and values._row_partition.dtype is not rows.dtype:
        values = values.with_row_splits_dtype(rows.dtype)
    count = _count(values)
    if validate:
        _require_equal(
            int(rows.host[-1]),
            count,
            rows.dtype,
            "Arguments to _from_row_partition do not form a valid RaggedTensor",
        )
    return make(values, rows)


def from_row_splits(values, row_splits, validate=True) -> RaggedTensor:
    values = _values(values)
    if isinstance(row_splits, (list, tuple)) and not row_splits:
        raise ValueError("row_splits tensor may not be empty.")
    rows = RowPartition(_index_tensor(row_splits, "row_splits", values))
    if validate and not rows.row_splits._is_symbolic():
        where = "Arguments to from_row_splits do not form a valid RaggedTensor"
        _require_equal(int(rows.host[0]), 0, rows.dtype, f"{where}:zero")
        _require_natural(rows.lengths, f"{where}:monotonic")
        return _joined(values, rows, validate)
    return make(values, rows)


def from_row_lengths(values, row_lengths, validate=True) -> RaggedTensor:
    values = _values(values)
    lengths = _index_tensor(row_lengths, "row_lengths", values)
    host = static.host(lengths)
    if validate:
        _require_natural(host, "Arguments to from_row_lengths do not form a valid RowPartition")
    splits = np.concatenate([[0], np.cumsum(host)])
    return _joined(values, partition(splits, lengths.aval.dtype), validate)


def from_row_starts(values, row_starts, validate=True) -> RaggedTensor:
    values = _values(values)
    starts = _index_tensor(row_starts, "row_starts", values)
    host = static.host(starts)
    if validate and host.size:
        _require_equal(
            int(host[0]),
            0,
            starts.aval.dtype,
            "Arguments to from_row_starts do not form a valid RaggedTensor",
        )
    splits = np.append(host, _count(values))
    if validate:
        _require_natural(
            np.diff(splits), "Arguments to from_row_starts do not form a valid RaggedTensor"
        )
    return _joined(values, partition(splits, starts.aval.dtype), validate)


def from_row_limits(values, row_limits, validate=True) -> RaggedTensor:
    values = _values(values)
    limits = _index_tensor(row_limits, "row_limits", values)
    splits = np.concatenate([[0], static.host(limits)])
    if validate:
        _require_natural(
            np.diff(splits), "Arguments to from_row_limits do not form a valid RaggedTensor"
        )
    return _joined(values, partition(splits, limits.aval.dtype), validate)


def from_value_rowids(values, value_rowids, nrows=None, validate=True) -> RaggedTensor:
    values = _values(values)
    ids = _index_tensor(value_rowids, "value_rowids", values)
    host = static.host(ids)
    if nrows is None:
        n = int(host[-1]) + 1 if host.size else 0
    else:
        n = static.integer(nrows)
        if n < 0:
            raise ValueError(f"Expected nrows >= 0; got {n}")
        if host.size and n <= int(host[-1]):
            raise ValueError(
                f"Expected nrows >= value_rowids[-1] + 1; got nrows={n}, "
                f"value_rowids[-1]={int(host[-1])}"
            )
    if validate:
        where = "Arguments to from_value_rowids do not form a valid RowPartition"
        _require_natural(np.diff(host), where)
        _require_natural(host[:1], where)
        _require_equal(_count(values), len(host), ids.aval.dtype, where)
    splits = np.searchsorted(host, np.arange(n + 1))
    return _joined(values, partition(splits, ids.aval.dtype), validate)


def from_uniform_row_length(values, uniform_row_length, nrows=None, validate=True):
    values = _values(values)
    length, count = static.integer(uniform_row_length), _count(values)
    dtype = values._row_partition.dtype if isinstance(values, RaggedTensor) else dtypes.int64
    if length < 0:
        raise ValueError(f"uniform_row_length={length} must be greater than or equal to 0.")
    n = (count // length if length else 0) if nrows is None else static.integer(nrows)
    if n < 0:
        raise ValueError(f"nrows={n} must be greater than or equal to 0.")
    if validate and n * length != count:
        raise ValueError(f"uniform_row_length={length} times nrows={n} must equal nvals={count}")
    return make(values, uniform(n, length, dtype))


def _splits_dtype(row_splits_dtype: Any) -> DType:
    dtype = dtypes.as_dtype(row_splits_dtype)
    if dtype not in (dtypes.int32, dtypes.int64):
        raise ValueError(f"row_splits_dtype must be int32 or int64; got {dtype!r}")
    return dtype


def from_tensor(tensor, lengths=None, padding=None, ragged_rank=1, row_splits_dtype=None) -> Any:
    dtype = _splits_dtype(row_splits_dtype or dtypes.int64)
    if lengths is not None and padding is not None:
        raise ValueError("Specify argument `lengths` or `padding`, but not both.")
    if not isinstance(ragged_rank, int):
        raise TypeError(f"Argument `ragged_rank` must be an int. Received {ragged_rank}.")
    if ragged_rank <= 0:
        raise ValueError(f"Argument `ragged_rank` must be greater than 0. Received {ragged_rank}.")
    t = convert(tensor)
    shape = t.aval.shape
    if len(shape) < 2:
        raise ValueError(
            "The rank of a RaggedTensor must be greater than 1, i.e., a list of scalars won't have "
            f"ragged dimensions. Received argument `tensor` with rank {len(shape)}."
        )
    if ragged_rank >= len(shape):
        raise ValueError(f"Argument `ragged_rank` must be less than rank {len(shape)}.")
    if isinstance(lengths, (list, tuple)) and lengths and not isinstance(lengths[0], int):
        return _nested_lengths(t, lengths, dtype)
    if ragged_rank > 1:
        flat = public("reshape")(t, [-1, *shape[ragged_rank:]])
        inner = from_tensor(flat, lengths, padding, 1, dtype)
        for n in reversed(range(1, ragged_rank)):
            rows = 1
            for s in shape[:n]:
                rows *= s
            inner = make(inner, uniform(rows, shape[n], dtype))
        return inner
    rows, columns = shape[0], shape[1]
    flat = public("reshape")(t, [rows * columns, *shape[2:]])
    if lengths is None and padding is None:
        return make(flat, uniform(rows, columns, dtype))
    if padding is not None:
        keep = static.host(public("not_equal")(t, convert(padding, t.aval.dtype)))
        keep = keep.reshape(rows, columns, -1).any(-1)
        last = columns - np.argmax(keep[:, ::-1], 1)
        counts = np.where(keep.any(1), last, 0)
    else:
        counts = np.clip(static.host(splits_of(lengths, dtype)), 0, columns)
        if counts.shape != (rows,):
            raise ValueError(f"Shape {counts.shape} must have rank 1")
    mask = np.arange(columns) < counts[:, None]
    kept = public("gather")(flat, np.flatnonzero(mask))
    return make(kept, partition(np.concatenate([[0], np.cumsum(counts)]), dtype))


def _nested_lengths(t: EagerTensor, lengths: Any, dtype: DType) -> Any:
    outer = from_tensor(t, lengths[0], None, 1, dtype)
    if len(lengths) == 1:
        return outer
    return make(_nested_lengths(outer.values, lengths[1:], dtype), outer._row_partition)


def from_sparse(st: Any, row_splits_dtype=None) -> RaggedTensor:
    dtype = _splits_dtype(row_splits_dtype or dtypes.int64)
    if not hasattr(st, "dense_shape"):
        raise TypeError(
            f"Argument `st_input` must be of type SparseTensor, but is of type {type(st).__name__}."
        )
    sizes = static.host(st.dense_shape)
    if len(sizes) != 2:
        raise ValueError("st_input.dense_shape must have rank 2")
    where = static.host(st.indices)
    counts = np.bincount(where[:, 0], minlength=int(sizes[0]))
    columns = np.concatenate([np.arange(c) for c in counts]) if where.size else where[:, 1]
    if (np.diff(where[:, 0]) < 0).any() or (columns != where[:, 1]).any():
        raise InvalidArgumentError(None, None, "SparseTensor is not right-ragged")
    return make(st.values, partition(np.concatenate([[0], np.cumsum(counts)]), dtype))


# -- from Python lists -----------------------------------------------------------------------------


def _depth(value: Any) -> int | None:
    """How deep scalars are nested; None where there are none."""
    if not isinstance(value, (list, tuple)) and np.ndim(value) == 0:
        return 0
    found = None
    for item in value:
        d = _depth(item)
        if d is not None:
            if found is not None and d != found:
                raise ValueError("all scalar values must have the same nesting depth")
            found = d
    return None if found is None else found + 1


def _max_depth(value: Any) -> int:
    if not isinstance(value, (list, tuple)) and np.ndim(value) == 0:
        return 0
    return 1 + max((_max_depth(v) for v in value), default=0)


def _inner_shape(rows: list) -> tuple[int, ...]:
    """The uniform shape of the innermost values, where ragged_rank leaves some of them dense."""
    shape: list[int] = []
    while rows and (isinstance(rows[0], (list, tuple)) or np.ndim(rows[0])):
        sizes = {len(r) for r in rows}
        if len(sizes) > 1:
            raise ValueError("inner values have inconsistent shape")
        shape.append(sizes.pop())
        rows = [item for r in rows for item in r]
    return tuple(shape)


@export("tf.ragged.constant")
def constant(
    pylist,
    dtype=None,
    ragged_rank=None,
    inner_shape=None,
    name=None,
    row_splits_dtype=dtypes.int64,
) -> Any:
    """A ragged tensor of nested lists.

    Args:
      pylist: nested lists, tuples or arrays whose scalars are all equally deep.
      dtype: of the elements; found from them by default.
      ragged_rank: how many axes are ragged; by default all but the first, or those that
        `inner_shape` leaves.
      inner_shape: shape of the dense innermost values.
      name: ignored.
      row_splits_dtype: int32 or int64.

    Raises:
      ValueError: for scalars at different depths, or a rank that does not fit.
    """
    splits_dtype = _splits_dtype(row_splits_dtype)
    if isinstance(pylist, Tensor):
        pylist = pylist.numpy()
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    scalars, deepest = _depth(pylist), _max_depth(pylist)
    if scalars is not None and deepest > scalars:
        raise ValueError(
            f"Invalid pylist={pylist}: empty list nesting is greater than scalar value nesting"
        )
    if deepest == 0:
        if ragged_rank:
            raise ValueError(
                f"Invalid pylist={pylist}: incompatible with ragged_rank={ragged_rank}"
            )
        return convert(pylist, wanted)
    if ragged_rank is not None and deepest < ragged_rank:
        raise ValueError(
            f"Invalid pylist={pylist}, max depth smaller than ragged_rank={ragged_rank}"
        )
    if inner_shape is not None:
        inner_shape = (inner_shape,) if isinstance(inner_shape, int) else tuple(inner_shape)
        expected = (scalars or deepest) - 1 - len(inner_shape)
        if ragged_rank is None:
            ragged_rank = max(0, expected)
        elif ragged_rank != expected:
            raise ValueError(
                f"Invalid pylist={pylist}: incompatible with ragged_rank={ragged_rank} and dim("
                f"inner_shape)={len(inner_shape)}"
            )
    if ragged_rank is None:
        ragged_rank = deepest - 1
    if ragged_rank == 0:
        return convert(pylist if isinstance(pylist, np.ndarray) else list(pylist), wanted)
    splits, rows = [], list(pylist)
    for _ in range(ragged_rank):
        splits.append(np.cumsum([0, *map(len, rows)]))
        rows = [item for r in rows for item in r]
    if inner_shape is None:
        inner_shape = _inner_shape(rows)
    flat = _flat(rows, wanted, inner_shape)
    for s in reversed(splits):
        flat = make(flat, partition(s, splits_dtype))
    return flat


def _flat(rows: list, dtype: DType | None, inner_shape: tuple[int, ...]) -> EagerTensor:
    if not rows:
        np_dtype = np.float32 if dtype is None else (object if dtype.kind == "s" else dtype.np)
        return from_array(np.zeros((0, *inner_shape), np_dtype))
    if isinstance(rows[0], np.generic):
        rows = [r.item() for r in rows] if dtype is None else rows
    return public("reshape")(convert(rows, dtype), [len(rows), *inner_shape])


def _nested_range(value: Any, dtype: DType | None):
    return static.host(convert(value) if dtype is None else convert(value, dtype))


@export("tf.ragged.range")
def ragged_range(
    starts, limits=None, deltas=1, dtype=None, name=None, row_splits_dtype=dtypes.int64
) -> RaggedTensor:
    """Rows of evenly spaced numbers.

    Args:
      starts, limits, deltas: scalars or vectors of one length; with `starts` alone it is the limits
        and rows start at 0.
      dtype: of the numbers.
      name: ignored.
      row_splits_dtype: int32 or int64.

    Raises:
      InvalidArgumentError: for a step of 0, or lengths that differ.
    """
    from tfshim._src.errors import op_error

    splits_dtype = _splits_dtype(row_splits_dtype)
    if limits is None:
        starts, limits = 0, starts
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    parts = [static.host(convert(v, wanted)) for v in (starts, limits, deltas)]
    if wanted is None:
        kinds = [dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64]
        order = [kinds.index(dtypes.from_np(p.dtype)) for p in parts]
        wanted = kinds[max(order)]
    first, last, step = [p.astype(wanted.np) for p in parts]
    sizes = {len(p) for p in (first, last, step) if p.ndim == 1}
    for name_, p in (("starts", first), ("limits", last), ("deltas", step)):
        if p.ndim > 1:
            raise op_error("RaggedRange", f"{name_} must be a scalar or vector")
    if len(sizes) > 1:
        raise op_error("RaggedRange", "starts, limits, and deltas must have the same shape")
    first, last, step = np.broadcast_arrays(*[np.atleast_1d(p) for p in (first, last, step)])
    if (step == 0).any():
        raise op_error("RaggedRange", "Requires delta != 0")
    counts = np.maximum(0, np.ceil((last - first) / step)).astype(np.int64)
    offsets = np.concatenate([np.arange(c) for c in counts]) if len(counts) else np.zeros(0)
    flat = np.repeat(first, counts) + offsets.astype(wanted.np) * np.repeat(step, counts)
    splits = np.concatenate([[0], np.cumsum(counts)])
    return make(from_array(flat.astype(wanted.np)), partition(splits, splits_dtype))


@export("tf.ragged.row_splits_to_segment_ids")
def row_splits_to_segment_ids(splits, name=None, out_type=None) -> Tensor:
    """The row of each value.

    Args:
      splits: int tensor of shape [nrows + 1], starting with 0.
      name: ignored.
      out_type: int32 or int64; by default that of `splits`.
    """
    t = splits_of(splits)
    if t.aval.dtype not in (dtypes.int32, dtypes.int64):
        raise ValueError("splits must have dtype int32 or int64")
    dtype = t.aval.dtype if out_type is None else dtypes.as_dtype(out_type)
    if t.ndim != 1:
        raise ValueError(f"Shape {t.shape} must have rank 1")
    if t.aval.shape == (0,):
        raise ValueError("Invalid row_splits: []")
    counts = np.diff(static.host(t))
    return from_array(np.repeat(np.arange(len(counts)), counts).astype(dtype.np))


@export("tf.ragged.segment_ids_to_row_splits")
def segment_ids_to_row_splits(segment_ids, num_segments=None, out_type=None, name=None) -> Tensor:
    """Where the rows end, from the row of each value.

    Args:
      segment_ids: int tensor of shape [nvals], sorted.
      num_segments: number of rows; by default the last row is the last.
      out_type: int32 or int64; by default that of `segment_ids`.
      name: ignored.
    """
    t = splits_of(segment_ids)
    if t.aval.dtype not in (dtypes.int32, dtypes.int64):
        raise ValueError("segment_ids must have dtype int32 or int64")
    dtype = t.aval.dtype if out_type is None else dtypes.as_dtype(out_type)
    host = static.host(t)
    n = (int(host.max()) + 1 if host.size else 0) if num_segments is None else None
    counts = np.bincount(host, minlength=n if n is not None else static.integer(num_segments))
    return from_array(np.concatenate([[0], np.cumsum(counts)]).astype(dtype.np))
