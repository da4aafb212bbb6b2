"""The kernels of derivatives of gamma functions, which TensorFlow Probability calls by name."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from tfshim._src.ops.common import broadcasting
from tfshim._src.registry import op
from tfshim._src.rules import same


@op(kernel="RandomGammaGrad", inputs=same("alpha", "sample", of=("float", "double")), grad=None)
def random_gamma_grad(alpha, sample):
    """The derivative of a gamma-distributed sample with respect to its shape parameter.

    Args:
      alpha: float32 or float64; the shape parameter.
      sample: of the same dtype, of a shape that broadcasts with it.

    Raises:
      InvalidArgumentError: for other dtypes, or shapes that do not broadcast.
    """
    return _random_gamma_grad(alpha, sample)


@broadcasting
def _random_gamma_grad(alpha, sample):
    alpha, sample = jnp.broadcast_arrays(alpha, sample)
    return lax.random_gamma_grad(alpha, sample)  # pyright: ignore[reportCallIssue]


@op(kernel="IgammaGradA", inputs=same("a", "x", of=("float", "double")), grad=None)
def igamma_grad_a(a, x):
    """The derivative of `tf.math.igamma(a, x)` with respect to `a`.

    Args:
      a, x: float32 or float64, of shapes that broadcast.

    Raises:
      InvalidArgumentError: for other dtypes, or shapes that do not broadcast.
    """
    return _igamma_grad_a(a, x)


@broadcasting
def _igamma_grad_a(a, x):
    a, x = jnp.broadcast_arrays(a, x)
    return lax.igamma_grad_a(a, x)
