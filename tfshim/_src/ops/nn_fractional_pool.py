"""Pooling by windows of random sizes, so that the output shrinks by any factor.

Source: Graham, "Fractional Max-Pooling" (2015).
"""

from __future__ import annotations

import math
import os
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src.convert import convert, from_array
from tfshim._src.errors import UnimplementedError, dtype_not_allowed, op_error
from tfshim._src.ops import nn_windows as nw, philox, random_choice
from tfshim._src.ops.reduction import lowest
from tfshim._src.random_state import Stream, op_seeds
from tfshim._src.registry import export, op
from tfshim._src.rules import Group, each, same

_TYPES = Group(("value",), ("float", "double", "int32", "int64"))


class FractionalMaxPool(NamedTuple):
    """The result of `tf.nn.fractional_max_pool`."""

    output: Any
    row_pooling_sequence: Any
    col_pooling_sequence: Any


class FractionalAvgPool(NamedTuple):
    """The result of `tf.nn.fractional_avg_pool`."""

    output: Any
    row_pooling_sequence: Any
    col_pooling_sequence: Any


def _edges(size: int, count: int, stream: Stream, pseudo_random: bool) -> np.ndarray:
    """Where windows begin along an axis, and its end: `count` + 1 numbers."""
    width, rest = divmod(size, count)
    if not pseudo_random:  # equal widths are shuffled too: the next axis has other numbers
        widths = np.full(count, width, np.int64)
        widths[:rest] += 1
        order = random_choice.permutation(stream.take(-(-count // 4)), count)
        return np.concatenate([[0], np.cumsum(widths[order])])
    low, high = philox.bits32(stream.take(1), 2)
    if not rest:
        return np.arange(count + 1, dtype=np.int64) * width
    alpha = size / count
    # The bounds keep the first and the last window from being too large or too small.
    limit = min((width + 2) / alpha - 1, (size + 1 - width) / alpha - (count - 1))
    u = float(philox.unit_double(low, high)) * limit
    inner = [math.ceil(alpha * (i + u)) for i in range(1, count)]
    return np.array([1, *inner, size + 1], np.int64) - 1


def _windows(edges: np.ndarray, size: int, overlapping: bool) -> tuple[np.ndarray, np.ndarray]:
    """Indices of each window's elements, and which of them there are."""
    end = np.minimum(edges[1:] + (1 if overlapping else 0), size)
    longest = int((end - edges[:-1]).max(initial=0))
    index = edges[:-1, None] + np.arange(longest)
    inside = index < end[:, None]
    return np.where(inside, index, 0), inside


def _taps(value, rows, row_ok, columns, column_ok):
    """[batch, rows, columns, taps, channels], and which taps there are."""
    taps = jnp.take(value, rows, axis=1)
    taps = jnp.take(taps, columns, axis=3)
    taps = jnp.moveaxis(taps, 3, 2)
    batch, r, c, i, j, channels = taps.shape
    ok = (row_ok[:, None, :, None] & column_ok[None, :, None, :]).reshape(r, c, i * j)
    return taps.reshape(batch, r, c, i * j, channels), ok[None, ..., None]


_INPUTS = same("value") + each("rows", "row_ok", "columns", "column_ok")


@op(kernel="FractionalMaxPool", inputs=_INPUTS, diff=("value",))
def _fractional_max(value, rows, row_ok, columns, column_ok):
    taps, ok = _taps(value, rows, row_ok, columns, column_ok)
    key = jnp.where(ok, taps, np.asarray(lowest(value.dtype), value.dtype))
    best = jnp.argmax(key, axis=3, keepdims=True)
    return jnp.take_along_axis(taps, best, 3)[:, :, :, 0]


@op(kernel="FractionalAvgPool", inputs=_INPUTS, diff=("value",))
def _fractional_mean(value, rows, row_ok, columns, column_ok):
    taps, ok = _taps(value, rows, row_ok, columns, column_ok)
    total = jnp.sum(jnp.where(ok, taps, jnp.zeros((), value.dtype)), axis=3, dtype=value.dtype)
    count = jnp.sum(ok, axis=3).astype(value.dtype)
    if jnp.issubdtype(value.dtype, jnp.integer):
        return lax.div(total, jnp.broadcast_to(count, total.shape))  # towards zero
    return total / count


def _pool(kernel, which, value, ratio, pseudo_random, overlapping, seed) -> tuple:
    x = convert(value)
    if x.aval.dtype not in _TYPES.ordered:
        raise dtype_not_allowed(kernel, x.aval.dtype, _TYPES.ordered)
    if seed == 0:
        stream = Stream(int.from_bytes(os.urandom(4)), int.from_bytes(os.urandom(4)))
    else:
        first, second, _ = op_seeds(seed)
        stream = Stream(first, second)
    if x.ndim != 4:
        raise op_error(kernel, "tensor_in must be 4-dimensional", name=None)
    ratio = [np.float32(r) for r in ratio]  # as in TensorFlow's attribute
    edges, inputs = [], []
    for axis, size in enumerate(x.aval.shape):
        count = int(np.floor(np.float32(size) / ratio[axis]))
        if count <= 0:
            raise op_error(
                kernel,
                f"Pooling ratio is higher than input dimension size for dimension {axis}. "
                f"Input dim size: {size} pooling ratio: {ratio[axis]:g}",
                name=None,
            )
        if axis in (0, 3):
            continue
        found = _edges(size, count, stream, bool(pseudo_random))
        edges.append(found)
        inputs += _windows(found, size, bool(overlapping))
    out = which(x, *(from_array(i) for i in inputs))
    return out, from_array(edges[0]), from_array(edges[1])


@export("tf.nn.fractional_max_pool")
def fractional_max_pool(
    value, pooling_ratio, pseudo_random=False, overlapping=False, seed=0, name=None
) -> FractionalMaxPool:
    """The largest value of each window, where windows have random sizes near the ratio.

    Args:
      value: [batch, height, width, channels] of float32, float64, int32 or int64.
      pooling_ratio: a number >= 1, or 1, 2 or 4 of them, with 1.0 for batch and channels.
      pseudo_random: whether sizes follow one random number instead of being shuffled.
      overlapping: whether each window includes the first element of the next one.
      seed: an integer; 0 for other windows at each call.
      name: ignored.

    Returns:
      The values, and where windows begin along both axes (int64).

    Raises:
      ValueError: for ratios below 1.
    """
    if isinstance(pooling_ratio, (list, tuple)):
        if pooling_ratio[0] != 1.0 or pooling_ratio[-1] != 1.0:
            raise ValueError(
                "`pooling_ratio` should have first and last elements with value 1.0. Received: "
                f"pooling_ratio={pooling_ratio}"
            )
        if any(r < 1.0 for r in pooling_ratio):
            raise ValueError(
                "`pooling_ratio` elements should be >= 1.0. Received: "
                f"pooling_ratio={pooling_ratio}"
            )
    elif not isinstance(pooling_ratio, (int, float)):
        raise ValueError(
            "`pooling_ratio` should be an int or a list of ints. Received: "
            f"pooling_ratio={pooling_ratio}"
        )
    elif pooling_ratio < 1.0:
        raise ValueError(
            f"`pooling_ratio` should be >= 1.0. Received: pooling_ratio={pooling_ratio}"
        )
    ratio = nw.sequence(pooling_ratio, 2, 3, "pooling_ratio")
    return FractionalMaxPool(
        *_pool("FractionalMaxPool", _fractional_max, value, ratio, pseudo_random, overlapping, seed)
    )


@export("tf.nn.fractional_avg_pool")
def fractional_avg_pool(
    value, pooling_ratio, pseudo_random=False, overlapping=False, seed=0, name=None
) -> FractionalAvgPool:
    """The mean of each window, where windows have random sizes near the ratio.

    Args:
      value: [batch, height, width, channels] of float32, float64, int32 or int64.
      pooling_ratio: a list of four numbers >= 1, with 1.0 for batch and channels.
      pseudo_random: whether sizes follow one random number instead of being shuffled.
      overlapping: whether each window includes the first element of the next one.
      seed: an integer; 0 for other windows at each call.
      name: ignored.

    Returns:
      The means, and where windows begin along both axes (int64).

    Raises:
      TypeError: if the ratio is no list.
      InvalidArgumentError, UnimplementedError: for ratios that cannot be.
    """
    kernel = "FractionalAvgPool"
    if not isinstance(pooling_ratio, (list, tuple)):
        raise TypeError(
            "Expected list for 'pooling_ratio' argument to 'fractional_avg_pool' Op, not "
            f"{pooling_ratio!r}."
        )
    if len(pooling_ratio) < 4:
        raise op_error(
            kernel,
            f"Length for attr 'pooling_ratio' of {len(pooling_ratio)} must be at least minimum 4"
            f"\n\t; NodeDef: {{{{node {kernel}}}}}",
            ran=False,
        )
    if len(pooling_ratio) > 4:
        raise op_error(kernel, "pooling_ratio field must specify 4 dimensions")
    for r in pooling_ratio:
        if r < 1:
            raise op_error(kernel, f"pooling_ratio cannot be smaller than 1, got: {r:g}")
    if pooling_ratio[0] != 1 or pooling_ratio[3] != 1:
        raise op_error(
            kernel,
            "Fractional average pooling is not yet supported on the batch nor channel dimension.",
            UnimplementedError,
        )
    return FractionalAvgPool(
        *_pool(kernel, _fractional_mean, value, pooling_ratio, pseudo_random, overlapping, seed)
    )
