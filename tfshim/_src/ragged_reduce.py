"""Reductions of ragged tensors: sums and the like within rows, and across them column by column."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.composite import handles
from tfshim._src.convert import convert
from tfshim._src.ragged import RaggedTensor, make, partition, public, ranges
from tfshim._src.ragged_rows import expand_dims


def _segments(name: str, values: Any, ids: np.ndarray, count: int) -> Any:
    """Values combined by row; ragged values position by position."""
    if not isinstance(values, RaggedTensor):
        if name == "any":
            return public("math.unsorted_segment_max")(values, ids, count)
        return public(f"math.unsorted_segment_{name}")(values, ids, count)
    rows = values._row_partition
    lengths = np.zeros(count, np.int64)
    np.maximum.at(lengths, ids, rows.lengths)
    splits = np.concatenate([[0], np.cumsum(lengths)])
    target = np.repeat(splits[:-1][ids], rows.lengths) + ranges(rows.lengths)
    inner = _segments(name, values._values, target.astype(np.int64), int(splits[-1]))
    return make(inner, partition(splits, rows))


def reduce(name: str, fn: Any, rt: Any, axes: list[int] | None, keepdims: bool) -> Any:
    """A reduction.

    Args:
      name: of the segment op: "sum", "prod", "min", "max".
      fn: the dense reduction.
      rt: what to reduce.
      axes: sorted, or None for all.
      keepdims: whether reduced axes stay.
    """
    if not isinstance(rt, RaggedTensor):
        return fn(rt, axes, keepdims)
    if axes is None:
        if keepdims:
            raise ValueError("keepdims=True is not supported when axis=None.")
        return fn(rt.flat_values, None, False)
    if len(axes) > 1:
        inner = reduce(name, fn, rt, [axes[-1]], keepdims)
        return reduce(name, fn, inner, axes[:-1], keepdims)
    axis = axes[0]
    rows = rt._row_partition
    if axis == 0:
        lengths = rows.lengths
        found = _segments(name, rt._values, ranges(lengths), int(lengths.max(initial=0)))
    elif axis == 1:
        ids = np.repeat(np.arange(rows.nrows), rows.lengths)
        found = _segments(name, rt._values, ids, rows.nrows)
    else:
        return make(reduce(name, fn, rt._values, [axis - 1], keepdims), rows)
    return expand_dims(found, axis) if keepdims else found


def _axes(rt: RaggedTensor, axis: Any) -> list[int] | None:
    given = static.axis(axis)
    if given is None:
        return None
    rank = len(rt.shape)
    axes = [given] if isinstance(given, int) else list(given)
    for a in axes:
        if not -rank <= a < rank:
            raise ValueError(f"axis={a} out of bounds: expected {-rank}<=axis<{rank}")
    found = sorted({a % rank for a in axes})
    return None if len(found) == rank else found


_SEGMENT = {"sum": "sum", "prod": "prod", "min": "min", "max": "max"}


def _reducer(kind: str):
    def handler(fn: Any, args: dict[str, Any]) -> Any:
        rt = args["input_tensor"]
        axes, keep = _axes(rt, args["axis"]), bool(args["keepdims"])
        return reduce(kind, public(f"reduce_{kind}"), rt, axes, keep)

    return handler


for _kind in _SEGMENT:
    handles("ragged", f"tf.reduce_{_kind}", f"tf.math.reduce_{_kind}")(_reducer(_kind))


def _sum(rt: Any, axes: Any, keep: bool) -> Any:
    return reduce("sum", public("reduce_sum"), rt, axes, keep)


def mean(rt: RaggedTensor, axes: Any, keep: bool) -> Any:
    """The mean: a sum over a count."""
    if axes is None:
        return public("reduce_mean")(rt.flat_values, None, keep)
    total = _sum(rt, axes, keep)
    ones = rt.with_flat_values(public("ones_like")(rt.flat_values))
    count = _sum(ones, axes, keep)
    if isinstance(total, RaggedTensor):
        divided = public("math.divide")(total.flat_values, count.flat_values)
        return total.with_flat_values(divided)
    return public("math.divide")(total, count)


@handles("ragged", "tf.reduce_mean", "tf.math.reduce_mean")
def reduce_mean(fn: Any, args: dict[str, Any]) -> Any:
    rt = args["input_tensor"]
    return mean(rt, _axes(rt, args["axis"]), bool(args["keepdims"]))


@handles("ragged", "tf.math.reduce_variance")
def reduce_variance(fn: Any, args: dict[str, Any]) -> Any:
    rt = args["input_tensor"]
    axes, keep = _axes(rt, args["axis"]), bool(args["keepdims"])
    if axes is None:
        return fn(rt.flat_values, None, keep)
    square = rt.with_flat_values(public("math.square")(rt.flat_values))
    mean_of_squares, average = mean(square, axes, keep), mean(rt, axes, keep)
    return public("math.subtract")(mean_of_squares, public("math.square")(average))


@handles("ragged", "tf.math.reduce_std")
def reduce_std(fn: Any, args: dict[str, Any]) -> Any:
    return public("math.sqrt")(reduce_variance(public("math.reduce_variance"), args))


def _logical(kind: str, dense: str):
    def handler(fn: Any, args: dict[str, Any]) -> Any:
        rt = args["input_tensor"]
        axes, keep = _axes(rt, args["axis"]), bool(args["keepdims"])
        if axes is None:
            return public(f"reduce_{dense}")(rt.flat_values, None, keep)
        numbers = rt.with_flat_values(public("cast")(rt.flat_values, dtypes.int32))
        found = reduce(
            kind, public("reduce_prod" if kind == "prod" else "reduce_sum"), numbers, axes, keep
        )
        return public("cast")(found, dtypes.bool)

    return handler


handles("ragged", "tf.reduce_all", "tf.math.reduce_all")(_logical("prod", "all"))
handles("ragged", "tf.reduce_any", "tf.math.reduce_any")(_logical("sum", "any"))


def _segment_op(kind: str):
    def handler(fn: Any, args: dict[str, Any]) -> Any:
        data, ids = args["data"], args["segment_ids"]
        count = static.integer(args["num_segments"])
        if isinstance(ids, RaggedTensor):
            from tfshim._src.ragged_elementwise import require_same_rows

            require_same_rows(data, ids)
            return fn(data.flat_values, ids.flat_values, count)
        return _segments(kind, data, static.host(convert(ids)), count)

    return handler


for _kind in _SEGMENT:
    handles("ragged", f"tf.math.unsorted_segment_{_kind}")(_segment_op(_kind))


@handles("ragged", "tf.strings.reduce_join")
def reduce_join(fn: Any, args: dict[str, Any]) -> Any:
    """`tf.strings.reduce_join` along ragged rows."""
    rt, separator = args["inputs"], args["separator"]
    axes = _axes(rt, args["axis"])

    def within(value: Any, axis: int) -> Any:
        if not isinstance(value, RaggedTensor):
            return fn(value, axis=axis, separator=separator)
        rows = value._row_partition
        if axis > 1:
            return make(within(value._values, axis - 1), rows)
        ids = ranges(rows.lengths) if axis == 0 else np.repeat(np.arange(rows.nrows), rows.lengths)
        n = int(rows.lengths.max(initial=0)) if axis == 0 else rows.nrows
        if isinstance(value._values, RaggedTensor):
            raise ValueError("axis must be the innermost ragged axis, or inside of it")
        join = public("strings.unsorted_segment_join")
        return join(value._values, ids, n, separator=separator)

    if axes is None:
        return fn(rt.flat_values, axis=None, keepdims=bool(args["keepdims"]), separator=separator)
    for axis in reversed(axes):
        rt = within(rt, axis)
        if args["keepdims"]:
            rt = expand_dims(rt, axis)
    return rt
