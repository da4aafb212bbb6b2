"""Rows of ragged tensors: indexing, gathering, joining, padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.ragged import (
    RaggedTensor,
    RowPartition,
    make,
    partition,
    public,
    ranges,
    uniform,
)
from tfshim._src.tensor import EagerTensor, Tensor

_FULL = slice(None, None, None)


def take(values: Any, index: np.ndarray) -> Any:
    """The rows of a tensor or ragged tensor at these positions, which are in range."""
    if not isinstance(values, RaggedTensor):
        return public("gather")(values, index)
    rows = values._row_partition
    starts, lengths = rows.host[:-1][index], rows.lengths[index]
    inner = np.repeat(starts, lengths) + ranges(lengths)
    splits = np.concatenate([[0], np.cumsum(lengths)])
    return make(take(values._values, inner), partition(splits, rows, rows.uniform_row_length))


def cut(values: Any, start: int, stop: int) -> Any:
    """The rows from start to stop."""
    if not isinstance(values, RaggedTensor):
        return values[start:stop]
    rows = values._row_partition
    splits = rows.host[start : stop + 1]
    first, last = (int(splits[0]), int(splits[-1])) if len(splits) else (0, 0)
    moved = splits - first if len(splits) else np.zeros(1, np.int64)
    return make(cut(values._values, first, last), partition(moved, rows, rows.uniform_row_length))


# -- rt[...] ---------------------------------------------------------------------------------------


def getitem(rt: Any, keys: list) -> Any:
    """`rt[keys]`.

    Raises:
      IndexError: for a row that is not there.
      ValueError: for one column of rows that differ in length.
    """
    if not keys:
        return rt
    if not isinstance(rt, RaggedTensor):
        return rt[tuple(keys)]
    key, inner = keys[0], keys[1:]
    if key is Ellipsis:
        return getitem(rt, _expanded(keys, len(rt.shape)))
    if key is None:
        found = getitem(rt, inner)
        rows = _length(found)
        return make(found, uniform(1, rows, rt._row_partition.dtype))
    if isinstance(key, slice):
        return _inner(_rows(rt, key), inner)
    row = _position(key)
    n = rt._row_partition.nrows
    if not -n <= row < n:
        raise IndexError(f"Row key {row} out of bounds")
    a, b = rt._row_partition.host[row % n], rt._row_partition.host[row % n + 1]
    return getitem(cut(rt._values, int(a), int(b)), inner)


def _length(value: Any) -> int:
    if isinstance(value, RaggedTensor):
        return value._row_partition.nrows
    return value.aval.shape[0]


def _position(key: Any) -> int:
    if isinstance(key, (bool, np.bool_, float, str)) or (
        isinstance(key, Tensor) and key.dtype.kind not in "iu"
    ):
        raise TypeError(
            f"Slice indices must be integers, slices, or tensors; got {type(key).__name__!r}"
        )
    return static.integer(key)


def _expanded(keys: list, rank: int) -> list:
    used = sum(1 for k in keys if k is not None and k is not Ellipsis)
    if used > rank:
        raise IndexError("Too many indices for RaggedTensor")
    if sum(1 for k in keys if k is Ellipsis) > 1:
        raise ValueError("Only one ellipsis is allowed in a slice")
    return [_FULL] * (rank - used) + keys[1:]


def _bound(value: Any) -> int | None:
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Tensor) or hasattr(value, "__index__"):
        return static.integer(value)
    raise TypeError("slice offsets must be integers or None")


def _rows(rt: RaggedTensor, key: slice) -> RaggedTensor:
    if key == _FULL:
        return rt
    n = rt._row_partition.nrows
    start, stop, step = slice(_bound(key.start), _bound(key.stop), _bound(key.step)).indices(n)
    if step == 1:
        return cut(rt, start, max(start, stop))
    return take(rt, np.arange(start, stop, step))


def _inner(rt: Any, keys: list) -> Any:
    """Indexing of the columns of every row."""
    if not keys:
        return rt
    if not isinstance(rt, RaggedTensor):
        return rt[(_FULL, *keys)]
    key, rest = keys[0], keys[1:]
    rows = rt._row_partition
    if key is Ellipsis:
        return _inner(rt, _expanded(keys, len(rt.shape) - 1))
    if key is None:
        found = _inner(rt, rest)
        return make(found, uniform(_length(found), 1, rows.dtype))
    if isinstance(key, slice):
        if key == _FULL:
            return make(_inner(rt._values, rest), rows)
        return _columns(rt, key, rest)
    column = _position(key)
    n = rows.uniform_row_length
    if n is None:
        raise ValueError("Cannot index into an inner ragged dimension.")
    if not -n <= column < n:
        raise IndexError(f"Column key {column} out of bounds")
    return _inner_values(take(rt._values, rows.host[:-1] + column % n), rest)


def _inner_values(values: Any, keys: list) -> Any:
    return _inner(values, keys) if keys else values


def _columns(rt: RaggedTensor, key: slice, rest: list) -> RaggedTensor:
    rows = rt._row_partition
    bounds = slice(_bound(key.start), _bound(key.stop), _bound(key.step))
    picked = [np.arange(*bounds.indices(int(n))) for n in rows.lengths]
    counts = np.array([len(p) for p in picked], np.int64)
    offsets = np.concatenate(picked) if picked else np.zeros(0, np.int64)
    index = np.repeat(rows.host[:-1], counts) + offsets
    same = None
    if rows.uniform_row_length is not None:
        same = len(range(*bounds.indices(rows.uniform_row_length)))
    splits = np.concatenate([[0], np.cumsum(counts)])
    values = take(rt._values, index.astype(np.int64))
    return make(_inner_values(values, rest), partition(splits, rows, same))


# -- padding ---------------------------------------------------------------------------------------


def positions(rt: RaggedTensor, depth: int) -> np.ndarray:
    """The coordinates of all elements down to `depth` axes, shape [n, depth]."""
    parts = rt._partitions()
    where = np.arange(parts[0].nrows)[:, None]
    for rows in parts:
        lengths = rows.lengths
        where = np.concatenate([np.repeat(where, lengths, 0), ranges(lengths)[:, None]], 1)
    for size in rt.flat_values.aval.shape[1:]:
        column = np.tile(np.arange(size), len(where))[:, None]
        where = np.concatenate([np.repeat(where, size, 0), column], 1)
    return where[:, :depth].astype(np.int64)


def to_tensor(rt: RaggedTensor, default: Any, shape: Any) -> EagerTensor:
    bounds = rt._bounds()
    flat = rt.flat_values
    if shape is not None:
        wanted = shape.as_list() if hasattr(shape, "as_list") else static.plain(shape)
        wanted = [] if wanted is None else list(wanted)
        if wanted and len(wanted) != len(bounds):
            raise ValueError(
                f"rt_input.shape and shape={shape} are incompatible: rt_input.rank = {len(bounds)} "
                f"but shape.rank = {len(wanted)}"
            )
        sizes = [
            b if w is None or w == -1 else int(w) for w, b in zip(wanted, bounds, strict=False)
        ]
        bounds = sizes or bounds
    where = positions(rt, len(bounds))
    fits = (where < np.array(bounds)).all(1)
    count = len(where)
    table = [public("reshape")(flat, [-1])]
    inner = flat.aval.shape[1:]
    if default is None:
        filler = public("zeros")([1], flat.aval.dtype)
        places = np.full(bounds, count, np.int64)
    else:
        t = convert(default, flat.aval.dtype)
        if t.aval.shape:
            t = public("broadcast_to")(t, inner)
        filler = public("reshape")(t, [-1])
        if t.aval.shape:
            places = np.broadcast_to(
                count + np.arange(int(np.prod(inner))).reshape(inner), bounds
            ).copy()
        else:
            places = np.full(bounds, count, np.int64)
    table.append(filler)
    places[tuple(where[fits].T)] = np.flatnonzero(fits)
    return public("gather")(public("concat")(table, 0), places)


def merge_dims(value: Any, outer: int, inner: int) -> Any:
    if outer > inner:
        raise ValueError(
            f"Expected outer_axis ({outer}) to be less than or equal to inner_axis ({inner})"
        )
    if outer == inner:
        return value
    if not isinstance(value, RaggedTensor):
        shape = value.aval.shape
        return public("reshape")(value, [*shape[:outer], -1, *shape[inner + 1 :]])
    if outer == 0:
        values = value._values
        for _ in range(1, inner):
            if not isinstance(values, RaggedTensor):
                shape = values.aval.shape
                left = inner - 1
                return public("reshape")(values, [-1, *shape[left + 1 :]])
            values, inner = values._values, inner - 1
        return values
    rows = value._row_partition
    if outer > 1:
        return make(merge_dims(value._values, outer - 1, inner - 1), rows)
    splits, values = rows.host, value._values
    for _ in range(inner - outer):
        if isinstance(values, RaggedTensor):
            splits, values = values._row_partition.host[splits], values._values
        else:
            shape = values.aval.shape
            splits = splits * shape[1]
            values = public("reshape")(values, [shape[0] * shape[1], *shape[2:]])
    return make(values, partition(splits, rows))


# -- joining ---------------------------------------------------------------------------------------


def as_ragged(value: Any, ragged_rank: int, dtype: Any = dtypes.int64) -> Any:
    """A tensor as a ragged one with at least so many partitions."""
    if not isinstance(value, RaggedTensor):
        value = convert(value)
        if ragged_rank == 0:
            return value
        shape = value.aval.shape
        flat = public("reshape")(value, [-1, *shape[ragged_rank + 1 :]])
        rows = []
        n = 1
        for i in range(ragged_rank):
            n *= shape[i]
            rows.append(uniform(n, shape[i + 1], dtype))
        for p in reversed(rows):
            flat = make(flat, p)
        return flat
    if value.ragged_rank < ragged_rank:
        inner = as_ragged(value.flat_values, ragged_rank - value.ragged_rank, dtype)
        return value._rebuilt(inner)
    return value


def _level(values: list) -> list:
    """Ragged tensors of one ragged rank and one dtype of splits."""
    rank = max(v.ragged_rank for v in values if isinstance(v, RaggedTensor))
    kinds = {v._row_partition.dtype for v in values if isinstance(v, RaggedTensor)}
    dtype = kinds.pop() if len(kinds) == 1 else dtypes.int64
    same = [as_ragged(v, rank, dtype) for v in values]
    ranks = [len(v.shape) for v in same]
    if len(set(ranks)) > 1:
        raise ValueError(
            f"Shapes {same[0].shape} and "
            f"{next(v.shape for v in same if len(v.shape) != ranks[0])} must have the same rank"
        )
    return [v.with_row_splits_dtype(dtype) for v in same]


def join(values: list, axis: int) -> Any:
    """Concatenation along an axis; whether all rows were of one length is not looked at."""
    if not any(isinstance(v, RaggedTensor) for v in values):
        return public("concat")(values, axis)
    values = _level(values)
    rank = len(values[0].shape)
    if not -rank <= axis < rank:
        raise ValueError(f"axis={axis} out of bounds: expected {-rank}<=axis<{rank}")
    axis %= rank
    if axis == 0:
        return _append(values)
    counts = {v._row_partition.nrows for v in values}
    if len(counts) > 1:
        from tfshim._src.ops import checks

        for v in values[1:]:
            checks.assert_equal(v.nrows(), values[0].nrows())
    rows = values[0]._row_partition
    if axis > 1:
        inner = join([v._values for v in values], axis - 1)
        return make(inner, partition(rows.host, rows))
    # rows interleave: row i of every operand, one after the other
    n, k = counts.pop(), len(values)
    joined = _append(values)
    order = np.arange(n * k).reshape(k, n).T.reshape(-1)
    ordered = take(joined, order)
    return make(ordered._values, partition(ordered._row_partition.host[::k], rows))


def _append(values: list) -> RaggedTensor:
    splits, offset = [np.zeros(1, np.int64)], 0
    for v in values:
        host = v._row_partition.host
        splits.append(host[1:] + offset)
        offset += int(host[-1])
    inner = [v._values for v in values]
    if isinstance(inner[0], RaggedTensor):
        joined: Any = _append(inner)
    else:
        joined = public("concat")(inner, 0)
    return make(joined, partition(np.concatenate(splits), values[0]._row_partition))


def expand_dims(value: Any, axis: int) -> Any:
    """A new axis of size 1."""
    if not isinstance(value, RaggedTensor):
        return public("expand_dims")(value, axis)
    rank = len(value.shape) + 1
    if not -rank <= axis < rank:
        raise ValueError(f"axis={axis} out of bounds: expected {-rank}<=axis<{rank}")
    axis %= rank
    rows = value._row_partition
    if axis == 0:
        return make(value, uniform(1, rows.nrows, rows.dtype))
    if axis == 1:
        return make(value, uniform(rows.nrows, 1, rows.dtype))
    return make(expand_dims(value._values, axis - 1), rows)


def stack(values: list, axis: int) -> Any:
    """Joins tensors of one rank along a new axis; dense ones along one of the last two stay so."""
    values = [v if isinstance(v, RaggedTensor) else convert(v) for v in values]
    rank = len(values[0].shape)
    for v in values:
        v.shape.assert_has_rank(rank)
    if not -rank - 1 <= axis <= rank:
        raise ValueError(f"axis={axis} out of bounds: expected {-rank - 1}<=axis<{rank + 1}")
    axis %= rank + 1
    if rank == 1 and axis == 0:
        rows = partition(np.cumsum([0, *[v.aval.shape[0] for v in values]]), dtypes.int64)
        return make(public("concat")(values, 0), rows)
    if axis >= rank - 1 and not any(isinstance(v, RaggedTensor) for v in values):
        return public("stack")(values, axis)
    ragged = [
        v if isinstance(v, RaggedTensor) else public("RaggedTensor").from_tensor(v) for v in values
    ]
    return join([expand_dims(v, axis) for v in ragged], axis)


def tile(value: Any, multiples: list[int]) -> Any:
    """The tensor repeated along each axis."""
    for axis, n in enumerate(multiples):
        if n == 1:
            continue
        value = join([value] * n, axis) if n else cut_axis(value, axis)
    return value


def cut_axis(value: Any, axis: int) -> Any:
    """The tensor with nothing left along an axis."""
    return getitem(value, [_FULL] * axis + [slice(0, 0)])


def reverse(value: Any, axes: set[int]) -> Any:
    """The tensor with the order of elements turned round along axes."""
    if not isinstance(value, RaggedTensor):
        return public("reverse")(value, sorted(axes)) if axes else value
    if 0 in axes:
        value = take(value, np.arange(value._row_partition.nrows)[::-1].copy())
    inner = {a - 1 for a in axes if a > 0}
    if not inner:
        return value
    rows = value._row_partition
    values = value._values
    if 0 in inner:
        n, host = rows.lengths, rows.host
        values = take(values, np.repeat(host[1:] - 1, n) - ranges(n))
        inner = inner - {0}
    return make(reverse(values, inner), rows)


def mask(data: Any, keep: Any) -> Any:
    """The elements where a boolean mask holds, row by row."""
    keep = keep if isinstance(keep, RaggedTensor) else convert(keep)
    data = data if isinstance(data, RaggedTensor) else convert(data)
    if keep.dtype is not dtypes.bool:
        raise TypeError(f"Argument `mask` must be a boolean tensor. Got {keep.dtype}.")
    rank = len(keep.shape)
    if rank == 0:
        raise ValueError("mask cannot be scalar.")
    if rank == 1 and not isinstance(keep, RaggedTensor):
        return take(data, np.flatnonzero(static.host(keep)))
    keep = as_ragged(keep, rank - 1)
    data = as_ragged(data, rank - 1)
    from tfshim._src.ragged_elementwise import require_same_rows

    require_same_rows(data, keep, rank - 1)
    chosen = static.host(keep.flat_values)
    parts = keep._partitions()
    level: Any = data
    for _ in range(rank - 1):
        level = level._values
    result = take(level, np.flatnonzero(chosen))
    last: RowPartition = parts[-1]
    running = np.concatenate([[0], np.cumsum(chosen)])
    result = make(result, partition(running[last.host], last))
    for rows in reversed(parts[:-1]):
        result = make(result, rows)
    return result
