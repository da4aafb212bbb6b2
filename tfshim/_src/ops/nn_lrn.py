"""Local response normalization, and monotone regression."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError, require
from tfshim._src.ops.arithmetic import negative
from tfshim._src.ops.casting import cast
from tfshim._src.ops.missing_kernels import require_kernel
from tfshim._src.registry import export, op
from tfshim._src.rules import each, same
from tfshim._src.tensor import Tensor


def _int(value: Any) -> int:
    if isinstance(value, (str, bytes)) or not hasattr(value, "__int__"):
        raise TypeError(f"Expected int for argument 'depth_radius' not {value!r}.")
    return int(value)


def _float32(value: Any) -> float:
    return float(np.float32(static.host(value)))


@op(
    "tf.nn.local_response_normalization",
    "tf.nn.lrn",
    kernel="LRN",
    inputs=same("input", of=("half", "bfloat16", "float"), default="float32"),
    static={"depth_radius": _int, "bias": _float32, "alpha": _float32, "beta": _float32},
)
def local_response_normalization(input, depth_radius=5, bias=1, alpha=1, beta=0.5):
    """Each value divided by (bias + alpha * sum of squares of near channels) ** beta.

    Args:
      input: [batch, height, width, channels].
      depth_radius: how many channels before and after count.
      bias, alpha, beta: Python numbers.

    Raises:
      InvalidArgumentError: for another rank, and a negative radius.

    Source: Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks"
    (2012).
    """
    x = input
    require(0 <= depth_radius < 2**31, f"depth_radius = {depth_radius} larger than int max")
    if x.dtype.name == "bfloat16":
        require_kernel("LRN", x, "")
    require(x.ndim == 4, "in must be 4-dimensional")
    radius = min(depth_radius, x.shape[3])
    squares = lax.reduce_window(
        x * x,
        np.zeros((), x.dtype),
        lax.add,
        (1, 1, 1, 2 * radius + 1),
        (1, 1, 1, 1),
        ((0, 0), (0, 0), (0, 0), (radius, radius)),
    )
    norm = jnp.asarray(bias, x.dtype) + jnp.asarray(alpha, x.dtype) * squares
    return x * norm ** jnp.asarray(-beta, x.dtype)


# -- monotone regression ---------------------------------------------------------------------------


class IsotonicRegression(NamedTuple):
    """The result of `tf.nn.isotonic_regression` where it needs no transposition."""

    output: Any
    segments: Any


@op(kernel="IsotonicRegression", inputs=each("values"), host=True, grad=None)
def _segments(values):
    """For each element of each row the number of its block, by pooling adjacent violators."""
    if not values.size:
        return np.zeros(values.shape, np.int32)
    rows = np.asarray(values, np.float64).reshape(-1, values.shape[-1])
    out = np.zeros(rows.shape, np.int32)
    for r, row in enumerate(rows):
        totals: list[float] = []
        counts: list[int] = []
        for value in row:
            totals.append(float(value))
            counts.append(1)
            while len(totals) > 1 and totals[-2] * counts[-1] < totals[-1] * counts[-2]:
                total, count = totals.pop(), counts.pop()
                totals[-1] += total
                counts[-1] += count
        out[r] = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    return out.reshape(values.shape)


@op(kernel="IsotonicRegression", inputs=each("values", "segments"), diff=("values",))
def _block_means(values, segments):
    if not values.size:
        return values
    n = values.shape[-1]
    x, s = values.reshape(-1, n), segments.reshape(-1, n)
    row = jnp.arange(x.shape[0])[:, None]
    totals = jnp.zeros(x.shape, x.dtype).at[row, s].add(x)
    counts = jnp.zeros(x.shape, x.dtype).at[row, s].add(jnp.ones((), x.dtype))
    return (totals[row, s] / counts[row, s]).reshape(values.shape)


@op(kernel="Transpose", inputs=each("x"))
def _swapped(x, axis):
    return jnp.swapaxes(x, axis, -1)


@op(kernel="Neg", inputs=each("x"))
def _negated(x):
    return -x


@export("tf.nn.isotonic_regression")
def isotonic_regression(inputs, decreasing=True, axis=-1) -> tuple[Tensor, Tensor]:
    """The monotone values that are nearest to the inputs, by least squares.

    Args:
      inputs: real tensor of rank 1 or more. int8 and int16 give float32, other integers float64.
      decreasing: whether values go down or up along the axis.
      axis: an int.

    Returns:
      The values, and int32 numbers of the blocks of equal values that they form along the axis.

    Source: Best and Chakravarti, "Active set algorithms for isotonic regression" (1990).
    """
    x = convert(inputs)
    dtype = x.aval.dtype
    if dtype.kind in "iu":
        small = dtype in (dtypes.int8, dtypes.int16)
        # of integers the negatives are taken first: there are none of unsigned ones
        x = cast(x if decreasing else negative(x), dtypes.float32 if small else dtypes.float64)
    elif not decreasing:
        x = _negated(x)
    n = x.ndim
    at = static.integer(axis)
    if not n or not -n <= at < n:
        raise InvalidArgumentError(
            None,
            None,
            f"`dim` must be in the range [{-n}, {n}) where {n} is the number of dimensions in the "
            f"input. Received: dim={at}",
        )
    moved = x if at % n == n - 1 else _swapped(x, at)
    segments = _segments(moved)
    values = _block_means(moved, segments)
    if at % n != n - 1:
        values, segments = _swapped(values, at), _swapped(segments, at)
    elif decreasing:
        return IsotonicRegression(values, segments)
    return (values if decreasing else _negated(values)), segments
