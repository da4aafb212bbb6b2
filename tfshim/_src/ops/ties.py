"""The larger and the smaller of two raw arrays; the first one gets the gradient of a tie."""

from __future__ import annotations

import jax
import jax.numpy as jnp


@jax.custom_jvp
def larger(x, y):
    """The larger of x and y; NaN if one is."""
    return jnp.maximum(x, y)


@larger.defjvp
def _larger_jvp(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    return larger(x, y), jnp.where(x >= y, dx, dy)


@jax.custom_jvp
def smaller(x, y):
    """The smaller of x and y; NaN if one is."""
    return jnp.minimum(x, y)


@smaller.defjvp
def _smaller_jvp(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    return smaller(x, y), jnp.where(x <= y, dx, dy)
