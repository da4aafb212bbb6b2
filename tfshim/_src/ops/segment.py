"""Reductions of the rows that belong to one segment."""

from __future__ import annotations

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, reports, static
from tfshim._src.convert import convert
from tfshim._src.dtypes import DType
from tfshim._src.errors import op_error
from tfshim._src.ops import kinds
from tfshim._src.ops.common import brackets
from tfshim._src.ops.index_checks import check_elements
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT_COMPLEX, INDEX, c_name, each, same
from tfshim._src.tensor import EagerTensor

# -- scattering and gathering raw arrays -----------------------------------------------------------


def _rows(data, ids):
    """Data with one row per id."""
    return data.reshape(ids.size, *data.shape[ids.ndim :])


def _empty(data, ids, n: int, value):
    return jnp.full((n, *data.shape[ids.ndim :]), value, data.dtype)


def _scatter(combine, start, data, ids):
    """Combines each row of the data with that of its id; those with an id out of range are left
    out, negative ones among them, which `start.at` would count from the end."""
    rows = _rows(data, ids)
    window = tuple(range(1, rows.ndim))
    numbers = lax.ScatterDimensionNumbers(window, (0,), (0,))
    return combine(start, ids.reshape(-1, 1), rows, numbers, mode="drop")


def segment_add(data, ids, n: int):
    """Sums of the rows of each of n segments; rows with an id out of range are left out."""
    return _scatter(lax.scatter_add, _empty(data, ids, n, 0), data, ids)


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def segment_product(data, ids, n: int):
    """Products of the rows of each of n segments."""
    return _scatter(lax.scatter_mul, _empty(data, ids, n, 1), data, ids)


def _bound(dtype, largest: bool) -> Any:
    info = jnp.finfo(dtype) if jnp.issubdtype(dtype, jnp.floating) else jnp.iinfo(dtype)
    return info.min if largest else info.max


def _segment_extreme(data, ids, n: int, largest: bool, empty):
    """Extremes of n segments; `empty` is what a segment without rows gets, None for the bound."""
    bound = _bound(data.dtype, largest)
    if empty is not None and jnp.issubdtype(data.dtype, jnp.floating):
        bound = -np.inf if largest else np.inf  # there are segments of nothing but infinities
    combine = lax.scatter_max if largest else lax.scatter_min
    out = _scatter(combine, _empty(data, ids, n, bound), data, ids)
    if empty is not None:
        out = jnp.where(_tall(_sizes(ids, n) > 0, out), out, jnp.asarray(empty, data.dtype))
    return out


def _sizes(ids, n: int):
    """How many rows each segment has, int32."""
    ones = jnp.ones(ids.shape, np.int32)
    return segment_add(ones, ids, n)


def _tall(x, like):
    """x with as many axes as `like`, to broadcast along its later ones."""
    return x.reshape(*x.shape, *(1,) * (like.ndim - x.ndim))


def _spread(segments, ids, n: int, fill=0):
    """For each row the value of its segment; `fill` for rows that belong to none."""
    if n == 0:
        return jnp.full((*ids.shape, *segments.shape[1:]), fill, segments.dtype)
    inside = (ids >= 0) & (ids < n)
    found = jnp.take(segments, jnp.clip(ids, 0, n - 1), axis=0)
    return jnp.where(_tall(inside, found), found, jnp.asarray(fill, segments.dtype))


# -- derivatives -----------------------------------------------------------------------------------


@segment_product.defjvp
def _product_jvp(n, primals, tangents):
    """Of several zeros in a segment none has an influence; of a single one its place has."""
    (data, ids), (t, _) = primals, tangents
    out = segment_product(data, ids, n)
    one = jnp.ones((), data.dtype)
    zero = data == 0
    filled = jnp.where(zero, one, data)
    zeros = segment_add(zero.astype(np.int32), ids, n)
    others = segment_product(filled, ids, n)
    rate = jnp.where(zero, _spread(others, ids, n), _spread(out, ids, n) / filled)
    rate = jnp.where(_spread(zeros, ids, n) > 1, jnp.zeros((), data.dtype), rate)
    # TensorFlow conjugates nothing here, which in JAX's convention is a conjugate.
    return out, segment_add(jnp.conj(rate) * t, ids, n)


def _extreme_jvp(largest: bool, empty):
    def jvp(primals, tangents, n):
        """Rows that are equally extreme share the gradient."""
        (data, ids), (t, _) = primals, tangents
        out = _segment_extreme(data, ids, n, largest, empty)
        inside = _tall((ids >= 0) & (ids < n), data)
        chosen = (data == _spread(out, ids, n)) & inside
        count = _spread(segment_add(chosen.astype(data.dtype), ids, n), ids, n, 1)
        share = jnp.where(chosen, 1 / jnp.where(chosen, count, 1), 0).astype(data.dtype)
        return out, segment_add(share * t, ids, n)

    return jvp


_COUNT = {"n": static.integer}


def _data_and_ids(of) -> Any:
    return same("data", of=of) + each("ids")


# -- sorted segments -------------------------------------------------------------------------------


@op(kernel="SegmentSum", inputs=_data_and_ids(kinds.QUANTIZED_NUMBER), static=_COUNT)
def _segment_sum(data, ids, n):
    return segment_add(data, ids, n)


@op(kernel="SegmentMean", inputs=_data_and_ids(kinds.QUANTIZED_NUMBER), static=_COUNT)
def _segment_mean(data, ids, n):
    total = segment_add(data, ids, n)
    count = _tall(jnp.maximum(_sizes(ids, n), 1), total).astype(data.dtype)
    if jnp.issubdtype(data.dtype, jnp.integer):
        return jax.lax.div(total, jnp.broadcast_to(count, total.shape))
    return total / count


@op(
    kernel="SegmentProd",
    inputs=_data_and_ids(kinds.QUANTIZED_NUMBER),
    static=_COUNT,
)
def _segment_prod(data, ids, n):
    return segment_product(data, ids, n)


@op(
    kernel="SegmentMax",
    inputs=_data_and_ids(kinds.COMPARE),
    static=_COUNT,
    jvp=_extreme_jvp(True, 0),
)
def _segment_max(data, ids, n):
    return _segment_extreme(data, ids, n, True, 0)


@op(
    kernel="SegmentMin",
    inputs=_data_and_ids(kinds.COMPARE),
    static=_COUNT,
    jvp=_extreme_jvp(False, 0),
)
def _segment_min(data, ids, n):
    return _segment_extreme(data, ids, n, False, 0)


def index_tensor(kernel: str, value: Any, attr: str, allowed: tuple[str, ...]) -> EagerTensor:
    """A tensor of an index dtype, or TensorFlow's error for other dtypes."""
    t = convert(value)
    if t.aval.dtype.name not in allowed:
        raise op_error(
            kernel,
            f"Value for attr '{attr}' of {c_name(t.aval.dtype)} is not in the list of allowed "
            f"values: {', '.join(allowed)}\n\t; NodeDef: {{{{node {kernel}}}}}",
            ran=False,
        )
    return t


def _sorted(fn: Any, data: Any, segment_ids: Any) -> Any:
    """Checks sorted ids, whose last one says how many segments there are, and reduces."""
    kernel = fn.op.kernel
    data = convert(data)
    ids = index_tensor(kernel, segment_ids, "Tindices", INDEX)
    if data.ndim < 1:
        raise op_error(kernel, "input must be at least rank 1")
    if ids.ndim != 1:
        raise op_error(kernel, "segment_ids should be a vector.")
    if ids.aval.shape[0] != data.aval.shape[0]:
        raise op_error(kernel, "segment_ids should be the same size as dimension 0 of input.")
    values = np.asarray(static.host(ids))
    count = int(values[-1]) + 1 if values.size else 0
    check_sorted(kernel, values, count)
    return fn(data, ids, count)


def check_sorted(kernel: str, values: np.ndarray, count: int) -> None:
    """Raises for ids that decrease or lie out of [0, count): what is met first from the front."""
    if values.size == 0:
        return
    if count <= 0:
        raise op_error(kernel, "segment ids must be >= 0")
    if values[0] >= 0 and np.all(values[1:] >= values[:-1]):
        return
    steps = np.diff(values)
    decreases = np.flatnonzero(steps < 0)
    known = decreases[0] if decreases.size else values.size
    outside = np.flatnonzero((values[:known] < 0) | (values[:known] >= count))
    if outside.size and (not decreases.size or np.any(steps[outside[0] : known] > 0)):
        raise op_error(
            kernel,
            f"Segment id {values[outside[0]]} out of range [0, {count}), possibly because "
            "'segment_ids' input is not sorted.",
        )
    if decreases.size:
        raise op_error(kernel, "segment ids are not increasing")


@export("tf.math.segment_sum")
def segment_sum(data, segment_ids, name=None) -> Any:
    """The sums of the rows of each segment.

    Args:
      data: numeric tensor [n, ...].
      segment_ids: sorted int tensor [n]: to which segment each row belongs.
      name: ignored.

    Returns:
      A tensor [last id + 1, ...]; 0 where a segment has no rows.

    Raises:
      InvalidArgumentError: for ids that are not sorted, negative, or not one per row.
    """
    return _sorted(_segment_sum, data, segment_ids)


@export("tf.math.segment_mean")
def segment_mean(data, segment_ids, name=None) -> Any:
    """The means of the rows of each segment.

    Args:
      data: numeric tensor [n, ...].
      segment_ids: sorted int tensor [n]: to which segment each row belongs.
      name: ignored.

    Returns:
      A tensor [last id + 1, ...]; 0 where a segment has no rows.

    Raises:
      InvalidArgumentError: for ids that are not sorted, negative, or not one per row.
    """
    return _sorted(_segment_mean, data, segment_ids)


@export("tf.math.segment_prod")
def segment_prod(data, segment_ids, name=None) -> Any:
    """The products of the rows of each segment.

    Args:
      data: numeric tensor [n, ...].
      segment_ids: sorted int tensor [n]: to which segment each row belongs.
      name: ignored.

    Returns:
      A tensor [last id + 1, ...]; 1 where a segment has no rows.

    Raises:
      InvalidArgumentError: for ids that are not sorted, negative, or not one per row.
    """
    return _sorted(_segment_prod, data, segment_ids)


@export("tf.math.segment_max")
def segment_max(data, segment_ids, name=None) -> Any:
    """The largest elements of the rows of each segment; equal ones share the gradient.

    Args:
      data: real tensor [n, ...].
      segment_ids: sorted int tensor [n]: to which segment each row belongs.
      name: ignored.

    Returns:
      A tensor [last id + 1, ...]; 0 where a segment has no rows.

    Raises:
      InvalidArgumentError: for ids that are not sorted, negative, or not one per row.
    """
    return _sorted(_segment_max, data, segment_ids)


@export("tf.math.segment_min")
def segment_min(data, segment_ids, name=None) -> Any:
    """The smallest elements of the rows of each segment; equal ones share the gradient.

    Args:
      data: real tensor [n, ...].
      segment_ids: sorted int tensor [n]: to which segment each row belongs.
      name: ignored.

    Returns:
      A tensor [last id + 1, ...]; 0 where a segment has no rows.

    Raises:
      InvalidArgumentError: for ids that are not sorted, negative, or not one per row.
    """
    return _sorted(_segment_min, data, segment_ids)


# -- unsorted segments -----------------------------------------------------------------------------


@op(kernel="UnsortedSegmentSum", inputs=_data_and_ids(kinds.QUANTIZED_NUMBER), static=_COUNT)
def _unsorted_sum(data, ids, n):
    return segment_add(data, ids, n)


@op(
    kernel="UnsortedSegmentProd",
    inputs=_data_and_ids(kinds.QUANTIZED_NUMBER),
    static=_COUNT,
)
def _unsorted_prod(data, ids, n):
    return segment_product(data, ids, n)


@op(
    kernel="UnsortedSegmentMax",
    inputs=_data_and_ids(kinds.COMPARE),
    static=_COUNT,
    jvp=_extreme_jvp(True, None),
)
def _unsorted_max(data, ids, n):
    return _segment_extreme(data, ids, n, True, None)


@op(
    kernel="UnsortedSegmentMin",
    inputs=_data_and_ids(kinds.COMPARE),
    static=_COUNT,
    jvp=_extreme_jvp(False, None),
)
def _unsorted_min(data, ids, n):
    return _segment_extreme(data, ids, n, False, None)


def _refuse(kernel: str, dtype: DType, allowed: tuple[str, ...]) -> None:
    """Raises the error of a kernel that TensorFlow would call on the way."""
    raise op_error(
        kernel,
        f"Value for attr 'T' of {c_name(dtype)} is not in the list of allowed values: "
        f"{', '.join(allowed)}\n\t; NodeDef: {{{{node {kernel}}}}}",
        ran=False,
    )


def _per_root(data, ids, n: int, root: bool):
    """Sums divided by the number of rows, or by its root."""
    kind = dtypes.from_np(np.dtype(data.dtype))
    if kind.kind == "c":
        _refuse("Maximum", kind, kinds.EXTREMUM)
    if root and kind.kind in "iu":
        _refuse("Sqrt", kind, FLOAT_COMPLEX)
    total = segment_add(data, ids, n)
    if jnp.issubdtype(data.dtype, jnp.integer):
        wide = np.float64 if data.dtype.itemsize >= 4 else np.float32
        total = total.astype(wide)
    count = jnp.maximum(_sizes(ids, n), 1).astype(total.dtype)
    return total / _tall(jnp.sqrt(count) if root else count, total)


@op(kernel="UnsortedSegmentSum", inputs=_data_and_ids(kinds.QUANTIZED_NUMBER), static=_COUNT)
def _unsorted_mean(data, ids, n):
    return _per_root(data, ids, n, False)


@op(kernel="UnsortedSegmentSum", inputs=_data_and_ids(kinds.QUANTIZED_NUMBER), static=_COUNT)
def _unsorted_sqrt_n(data, ids, n):
    return _per_root(data, ids, n, True)


def _unsorted(
    fn: Any, data: Any, segment_ids: Any, num_segments: Any, allowed: tuple[str, ...] = INDEX
) -> Any:
    """Checks ids in any order and reduces; rows with a negative id are left out."""
    kernel = fn.op.kernel
    data = convert(data)
    ids = index_tensor(kernel, segment_ids, "Tindices", allowed)
    count = np.asarray(static.host(index_tensor(kernel, num_segments, "Tnumsegments", INDEX)))
    if count.ndim:
        raise op_error(
            kernel, f"num_segments should be a scalar, not shape {brackets(count.shape)}"
        )
    shape = data.aval.shape
    if shape[: ids.ndim] != ids.aval.shape:
        raise op_error(
            kernel,
            f"data.shape = {brackets(shape)} does not start with segment_ids.shape = "
            f"{brackets(ids.aval.shape)}",
        )
    n = int(count)
    if n < 0:
        raise op_error(kernel, f"Input num_segments == {n} must not be negative.")
    # Where nothing is to be summed TensorFlow does not look at the ids, unless it counts them.
    looked_at = ids.aval.size if fn in (_unsorted_mean, _unsorted_sqrt_n) else math.prod(shape)
    if looked_at and reports.collected():
        text = f"segment_ids{{at}} = {{value}} is out of range [0, {n})"
        check_elements(kernel, ids, n, text, below=False)
    elif not ids._is_symbolic() and looked_at:
        check_below(kernel, ids._host_value(), n)
    return fn(data, ids, n)


def check_below(kernel: str, ids: np.ndarray, n: int) -> None:
    """Raises for an id that names no segment; negative ones are allowed."""
    if ids.size and ids.max() >= n:
        outside = np.flatnonzero(ids.reshape(-1) >= n)
        first = outside[0]
        place = ",".join(map(str, np.unravel_index(first, ids.shape))) if ids.ndim else ""
        where = f"[{place}]" if ids.ndim else ""
        raise op_error(
            kernel,
            f"segment_ids{where} = {ids.reshape(-1)[first]} is out of range [0, {n})",
        )


#: Dtypes of the ids where the kernel is UnsortedSegmentSum.
_SUMMED = ("int16", *INDEX)


@export("tf.math.unsorted_segment_sum")
def unsorted_segment_sum(data, segment_ids, num_segments, name=None) -> Any:
    """The sums of the slices of each segment.

    Args:
      data: numeric tensor whose shape begins with that of the ids.
      segment_ids: int tensor: to which segment each slice belongs; negative for none.
      num_segments: how many segments there are.
      name: ignored.

    Returns:
      A tensor [num_segments, ...]; 0 where a segment is empty.

    Raises:
      InvalidArgumentError: for ids out of range, and shapes that do not fit.
    """
    return _unsorted(_unsorted_sum, data, segment_ids, num_segments, _SUMMED)


@export("tf.math.unsorted_segment_prod")
def unsorted_segment_prod(data, segment_ids, num_segments, name=None) -> Any:
    """The products of the slices of each segment.

    Args:
      data: numeric tensor whose shape begins with that of the ids.
      segment_ids: int tensor: to which segment each slice belongs; negative for none.
      num_segments: how many segments there are.
      name: ignored.

    Returns:
      A tensor [num_segments, ...]; 1 where a segment is empty.

    Raises:
      InvalidArgumentError: for ids out of range, and shapes that do not fit.
    """
    return _unsorted(_unsorted_prod, data, segment_ids, num_segments)


@export("tf.math.unsorted_segment_max")
def unsorted_segment_max(data, segment_ids, num_segments, name=None) -> Any:
    """The largest elements of the slices of each segment; equal ones share the gradient.

    Args:
      data: real tensor whose shape begins with that of the ids.
      segment_ids: int tensor: to which segment each slice belongs; negative for none.
      num_segments: how many segments there are.
      name: ignored.

    Returns:
      A tensor [num_segments, ...]; the smallest finite number where a segment is empty.

    Raises:
      InvalidArgumentError: for ids out of range, and shapes that do not fit.
    """
    return _unsorted(_unsorted_max, data, segment_ids, num_segments)


@export("tf.math.unsorted_segment_min")
def unsorted_segment_min(data, segment_ids, num_segments, name=None) -> Any:
    """The smallest elements of the slices of each segment; equal ones share the gradient.

    Args:
      data: real tensor whose shape begins with that of the ids.
      segment_ids: int tensor: to which segment each slice belongs; negative for none.
      num_segments: how many segments there are.
      name: ignored.

    Returns:
      A tensor [num_segments, ...]; the largest finite number where a segment is empty.

    Raises:
      InvalidArgumentError: for ids out of range, and shapes that do not fit.
    """
    return _unsorted(_unsorted_min, data, segment_ids, num_segments)


@export("tf.math.unsorted_segment_mean")
def unsorted_segment_mean(data, segment_ids, num_segments, name=None) -> Any:
    """The means of the slices of each segment; of integers as floats.

    Args:
      data: numeric tensor whose shape begins with that of the ids.
      segment_ids: int tensor: to which segment each slice belongs; negative for none.
      num_segments: how many segments there are.
      name: ignored.

    Returns:
      A tensor [num_segments, ...]; 0 where a segment is empty.

    Raises:
      InvalidArgumentError: for ids out of range, and shapes that do not fit.
    """
    return _unsorted(_unsorted_mean, data, segment_ids, num_segments, _SUMMED)


@export("tf.math.unsorted_segment_sqrt_n")
def unsorted_segment_sqrt_n(data, segment_ids, num_segments, name=None) -> Any:
    """The sums of the slices of each segment, divided by the root of their number.

    Args:
      data: float tensor whose shape begins with that of the ids.
      segment_ids: int tensor: to which segment each slice belongs; negative for none.
      num_segments: how many segments there are.
      name: ignored.

    Returns:
      A tensor [num_segments, ...]; 0 where a segment is empty.

    Raises:
      InvalidArgumentError: for ids out of range, and shapes that do not fit.
    """
    return _unsorted(_unsorted_sqrt_n, data, segment_ids, num_segments, _SUMMED)
