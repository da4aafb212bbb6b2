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


def running_sum(x, axis: int, exclusive: bool, reverse: bool):
    """Sums of what comes before each element along an axis (and of itself)."""
    if exclusive:
        x = _shifted(x, axis, reverse, 0)
    return lax.cumsum(x, axis=axis, reverse=reverse)


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2, 3))
def running_product(x, axis: int, exclusive: bool, reverse: bool):
    """Products of what comes before each element along an axis (and of itself).

    The derivative by an element that is 0 counts as 0, as in TensorFlow.
    """
    if exclusive:
        x = _shifted(x, axis, reverse, 1)
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
    return lax.cumlogsumexp(x, axis=at, reverse=reverse)
