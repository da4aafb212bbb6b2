"""`tf.sparse.segment_*`: reductions of chosen rows that belong to one segment."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import static
from tfshim._src.convert import convert
from tfshim._src.errors import dtype_not_allowed, op_error
from tfshim._src.indexed_slices import IndexedSlices
from tfshim._src.ops import kinds
from tfshim._src.ops.common import brackets
from tfshim._src.ops.segment import check_sorted, index_tensor, segment_add
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT, INDEX, each, same
from tfshim._src.tensor import STATE


def _weights(dtype, ids, n: int, norm: str):
    """What each chosen row is multiplied with: 1, or 1 over the size of its segment or its root."""
    ones = jnp.ones(ids.shape, dtype)
    if norm == "sum" or n == 0:
        return ones
    sizes = jnp.take(segment_add(ones, ids, n), ids)
    return 1 / (sizes if norm == "mean" else jnp.sqrt(sizes))


def _tall(x, like):
    return x.reshape(*x.shape, *(1,) * (like.ndim - x.ndim))


def _reduce(data, indices, ids, n: int, norm: str):
    rows = jnp.take(data, indices, axis=0)
    if norm == "sum":
        return segment_add(rows, ids, n)
    total = segment_add(rows, ids, n)
    sizes = jnp.maximum(segment_add(jnp.ones(ids.shape, data.dtype), ids, n), 1)
    return total / _tall(sizes if norm == "mean" else jnp.sqrt(sizes), total)


_STATIC = {"n": static.integer}


def _row_gradient(cotangent, indices, ids, place, count: int, norm: str):
    """The cotangents of the chosen rows, those of one row added up: [count, ...]."""
    rows = jnp.take(cotangent, ids, axis=0)
    weights = _weights(cotangent.dtype, ids, cotangent.shape[0], norm)
    return segment_add(rows * _tall(weights, rows), place, count)


@op(
    kernel="SparseSegmentSumGradV2",
    inputs=same("cotangent") + each("indices", "ids", "place"),
    static={"count": static.integer},
)
def _gradient_of_rows(cotangent, indices, ids, place, count, norm):
    return _row_gradient(cotangent, indices, ids, place, count, norm)


def _sparse_rule(norm: str):
    def rule(call):
        """The gradient as slices of the rows that were chosen, in increasing order."""
        data, indices, ids = call.inputs
        (cotangent,) = call.dense_cotangents()
        rows, place = np.unique(np.asarray(static.host(indices)), return_inverse=True)
        place = place.astype(np.int32).reshape(-1)
        values = _gradient_of_rows(cotangent, indices, ids, place, len(rows), norm)
        shape = np.array(data.aval.shape, np.int32)
        return [IndexedSlices(values, convert(rows), convert(shape)), None, None]

    return rule


def _family(norm: str, kernel: str, of: tuple[str, ...]):
    """The op with a dense gradient and the one with a gradient of slices."""

    def body(data, indices, ids, n):
        return _reduce(data, indices, ids, n, norm)

    inputs = same("data", of=of) + each("indices", "ids")
    body.__name__ = f"_sparse_segment_{norm}"
    dense = op(kernel=kernel, inputs=inputs, static=_STATIC)(body)

    def body_of_slices(data, indices, ids, n):
        return _reduce(data, indices, ids, n, norm)

    body_of_slices.__name__ = f"_sparse_segment_{norm}_slices"
    slices = op(kernel=kernel, inputs=inputs, static=_STATIC, grad=_sparse_rule(norm))(
        body_of_slices
    )
    return dense, slices


_SUM = _family("sum", "SparseSegmentSum", kinds.COMPARE)
_MEAN = _family("mean", "SparseSegmentMean", FLOAT)
_SQRT_N = _family("sqrt_n", "SparseSegmentSqrtN", FLOAT)


def _apply(pair, data, indices, segment_ids, num_segments, sparse_gradient) -> Any:
    fn = pair[1] if sparse_gradient else pair[0]
    kernel = fn.op.kernel + ("" if num_segments is None else "WithNumSegments")
    data = convert(data)
    _check_data(fn.op, data)
    found = [_indices(kernel, v, a) for v, a in ((indices, "Tidx"), (segment_ids, "Tsegmentids"))]
    rows, ids = (np.asarray(static.host(t)) for t in found)
    if num_segments is None:
        count = int(ids.reshape(-1)[-1]) + 1 if ids.size else 0
    else:
        n = np.asarray(static.host(index_tensor(kernel, num_segments, "Tnumsegments", INDEX)))
        if n.ndim:
            raise op_error(
                kernel, f"num_segments should be a scalar, not shape {brackets(n.shape)}"
            )
        count = int(n)
        if count < 0:
            raise op_error(kernel, "segment ids must be >= 0")
    if data.ndim < 1:
        raise op_error(kernel, "Shape must be at least rank 1")
    if rows.ndim != 1:
        raise op_error(kernel, "indices should be a vector.")
    if ids.ndim != 1:
        raise op_error(kernel, "segment_ids should be a vector.")
    if rows.size != ids.size:
        raise op_error(kernel, "segment_ids and indices should have same size.")
    if num_segments is not None and ids.size and ids[-1] >= count:
        raise op_error(kernel, "segment ids must be < num_segments")
    check_sorted(kernel, ids, count)
    height = data.aval.shape[0]
    outside = np.flatnonzero((rows < 0) | (rows >= height))
    if outside.size:
        first = outside[0]
        raise op_error(kernel, f"Bad: indices[{first}] == {rows[first]} out of range [0, {height})")
    return fn(data, *found, count)


def _check_data(op: Any, data: Any) -> None:
    """What a function refuses when it is traced, before any value is looked at."""
    (group,) = (g for g in op.rule.groups if "data" in g.names)
    if STATE.trace.symbolic and data.aval.dtype not in group.allowed:
        raise dtype_not_allowed(op.kernel, data.aval.dtype, group.ordered)


def _indices(kernel: str, value: Any, attr: str):
    """Indices as a tensor; an empty list counts as one of int32."""
    if isinstance(value, list) and not value:
        value = np.zeros(0, np.int32)
    return index_tensor(kernel, value, attr, INDEX)


@export("tf.sparse.segment_sum")
def segment_sum(
    data, indices, segment_ids, num_segments=None, name=None, sparse_gradient=False
) -> Any:
    """The sums of the rows `data[indices]` of each segment.

    Args:
      data: real tensor [m, ...].
      indices: int tensor [n]: which rows to take.
      segment_ids: sorted int tensor [n]: to which segment each of them belongs.
      num_segments: how many segments there are; by default up to the last id.
      name: ignored.
      sparse_gradient: whether the gradient is `tf.IndexedSlices`.

    Returns:
      A tensor [number of segments, ...]; 0 where a segment has no rows.

    Raises:
      InvalidArgumentError: for indices or ids out of range, or ids that are not sorted.
    """
    return _apply(_SUM, data, indices, segment_ids, num_segments, sparse_gradient)


@export("tf.sparse.segment_mean")
def segment_mean(
    data, indices, segment_ids, num_segments=None, name=None, sparse_gradient=False
) -> Any:
    """The means of the rows `data[indices]` of each segment.

    Args:
      data: float tensor [m, ...].
      indices: int tensor [n]: which rows to take.
      segment_ids: sorted int tensor [n]: to which segment each of them belongs.
      num_segments: how many segments there are; by default up to the last id.
      name: ignored.
      sparse_gradient: whether the gradient is `tf.IndexedSlices`.

    Returns:
      A tensor [number of segments, ...]; 0 where a segment has no rows.

    Raises:
      InvalidArgumentError: for indices or ids out of range, or ids that are not sorted.
    """
    return _apply(_MEAN, data, indices, segment_ids, num_segments, sparse_gradient)


@export("tf.sparse.segment_sqrt_n")
def segment_sqrt_n(
    data, indices, segment_ids, num_segments=None, name=None, sparse_gradient=False
) -> Any:
    """The sums of the rows `data[indices]` of each segment over the root of their number.

    Args:
      data: float tensor [m, ...].
      indices: int tensor [n]: which rows to take.
      segment_ids: sorted int tensor [n]: to which segment each of them belongs.
      num_segments: how many segments there are; by default up to the last id.
      name: ignored.
      sparse_gradient: whether the gradient is `tf.IndexedSlices`.

    Returns:
      A tensor [number of segments, ...]; 0 where a segment has no rows.

    Raises:
      InvalidArgumentError: for indices or ids out of range, or ids that are not sorted.
    """
    return _apply(_SQRT_N, data, indices, segment_ids, num_segments, sparse_gradient)
