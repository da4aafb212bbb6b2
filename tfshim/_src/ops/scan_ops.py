"""Running sums, products and log-sum-exps along an axis."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import static
from tfshim._src.ops import kinds
from tfshim._src.ops.arithmetic import div_no_nan
from tfshim._src.ops.axes import axis_of, scanned_axis
from tfshim._src.registry import op
from tfshim._src.rules import FLOAT, same


def _shifted(x, axis: int, reverse: bool, fill):
    """x moved by one along the axis, so that a scan of it leaves the element itself out."""
    n = x.shape[axis]
    if n == 0:
        return x
    edge = jnp.full_like(lax.slice_in_dim(x, 0, 1, axis=axis), fill)
    if reverse:
        return jnp.concatenate([lax.slice_in_dim(x, 1, n, axis=axis), edge], axis)
    return jnp.concatenate([edge, lax.slice_in_dim(x, 0, n - 1, axis=axis)], axis)


#: Elements that lie beside each other, from which on they are added one after another along the
#: axis, as TensorFlow does. XLA's own scan goes over all of the array log(n) times.
LINE = 1 << 10


def _line_by_line(f, x, axis: int, reverse: bool, start):
    """The scan of `f` along an axis, in order; `start` changes nothing that it is combined with."""

    def step(total, line):
        total = f(total, line)
        return total, total

    lines = jnp.moveaxis(x, axis, 0)
    scanned = lax.scan(step, jnp.full_like(lines[0], start), lines, reverse=reverse)[1]
    return jnp.moveaxis(scanned, 0, axis)


def _has_long_lines(x, axis: int) -> bool:
    return x.shape[axis] > 1 and x.size // x.shape[axis] >= LINE


def running_sum(x, axis: int, exclusive: bool, reverse: bool):
    """Sums of what comes before each element along an axis (and of itself)."""
    if exclusive:
        x = _shifted(x, axis, reverse, 0)
    if axis < x.ndim - 1 and _has_long_lines(x, axis):
        zero = -0.0 if jnp.issubdtype(x.dtype, jnp.floating) else 0
        return _line_by_line(lax.add, x, axis, reverse, zero)
    return lax.cumsum(x, axis=axis, reverse=reverse)


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2, 3))
def running_product(x, axis: int, exclusive: bool, reverse: bool):
    """Products of what comes before each element along an axis (and of itself).

    The derivative by an element that is 0 counts as 0, as in TensorFlow.
    """
    if exclusive:
        x = _shifted(x, axis, reverse, 1)
    if axis < x.ndim - 1 and _has_long_lines(x, axis):
        return _line_by_line(lax.mul, x, axis, reverse, 1)
    return lax.cumprod(x, axis=axis, reverse=reverse)


@running_product.defjvp
def _running_product_jvp(axis, exclusive, reverse, primals, tangents):
    (x,), (t,) = primals, tangents
    out = running_product(x, axis, exclusive, reverse)
    # TensorFlow conjugates nothing here, which in JAX's convention is a conjugate.
    rate = running_sum(div_no_nan(t, jnp.conj(x)), axis, exclusive, reverse)
    return out, jnp.conj(out) * rate


_SCAN = {"exclusive": static.flag, "reverse": static.flag}


@op(
    "tf.math.cumsum",
    "tf.cumsum",
    inputs=same("x", of=kinds.QUANTIZED_NUMBER),
    static={"axis": axis_of("Cumsum"), **_SCAN},
)
def cumsum(x, axis=0, exclusive=False, reverse=False):
    """Running sums of x along an axis.

    Args:
      x: tensor of rank 1 or more.
      axis: int in [-rank, rank).
      exclusive: whether an element is left out of its own sum.
      reverse: whether to start from the end.

    Raises:
      InvalidArgumentError: for an axis out of range.
    """
    return running_sum(x, scanned_axis(x, axis), exclusive, reverse)


@op(
    "tf.math.cumprod",
    inputs=same("x", of=kinds.QUANTIZED_NUMBER),
    static={"axis": axis_of("Cumprod"), **_SCAN},
)
def cumprod(x, axis=0, exclusive=False, reverse=False):
    """Running products of x along an axis.

    Args:
      x: tensor of rank 1 or more.
      axis: int in [-rank, rank).
      exclusive: whether an element is left out of its own product.
      reverse: whether to start from the end.

    Raises:
      InvalidArgumentError: for an axis out of range.
    """
    return running_product(x, scanned_axis(x, axis), exclusive, reverse)


@op(
    "tf.math.cumulative_logsumexp",
    inputs=same("x", of=FLOAT),
    static={"axis": axis_of("CumulativeLogsumexp"), **_SCAN},
)
def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False):
    """Running log(sum(exp(x))) along an axis, without overflow.

    Args:
      x: float tensor of rank 1 or more.
      axis: int in [-rank, rank).
      exclusive: whether an element is left out of its own sum; the first result is then -inf.
      reverse: whether to start from the end.

    Raises:
      InvalidArgumentError: for an axis out of range.
    """
    at = scanned_axis(x, axis)
    if exclusive:
        x = _shifted(x, at, reverse, -np.inf)
    if _has_long_lines(x, at):  # along any axis: XLA takes seconds to compile its own scan
        return _line_by_line(jnp.logaddexp, x, at, reverse, -np.inf)
    return lax.cumlogsumexp(x, axis=at, reverse=reverse)
