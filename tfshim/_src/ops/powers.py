"""Powers with TensorFlow's derivatives, which differ from JAX's at and below zero."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jax import lax


@functools.partial(jax.custom_jvp, nondiff_argnums=(1,))
def integer_power(x, n: int):
    """x**n for a static whole n, as products; its derivative is n * x**(n - 1), even for n = 0."""
    return lax.integer_pow(x, n)


@integer_power.defjvp
def _integer_power_jvp(n, primals, tangents):
    (x,), (t,) = primals, tangents
    return integer_power(x, n), jnp.asarray(n, x.dtype) * integer_power(x, n - 1) * t


def whole_power(x, y):
    """x**y of integers that wrap around, by squaring; `jnp.power` reads six bits of y only."""
    x, y = jnp.broadcast_arrays(x, y)
    one = jnp.ones((), x.dtype)
    product = jnp.full_like(x, one)
    bits = 8 * x.dtype.itemsize - 1
    for i in range(bits):
        product = product * jnp.where(y & one, x, one)
        if i < bits - 1:
            x, y = x * x, y >> one
    return product


@jax.custom_jvp
def power(x, y):
    """x**y; the derivative by y is 0 where x has no logarithm."""
    if jnp.issubdtype(x.dtype, jnp.integer):
        return whole_power(x, y)
    if not jnp.iscomplexobj(x):
        return jnp.power(x, y)
    # XLA's logarithm of 0 makes NaN of all complex powers of it.
    x, y = jnp.broadcast_arrays(x, y)
    zero, one = jnp.zeros((), x.dtype), jnp.ones((), x.dtype)
    of_zero = jnp.where(
        jnp.real(y) > 0,
        zero,
        jnp.where(y == 0, one, jnp.asarray(complex(jnp.nan, jnp.nan), x.dtype)),
    )
    return jnp.where(x == 0, of_zero, jnp.power(jnp.where(x == 0, one, x), y))


@power.defjvp
def _power_jvp(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    out = power(x, y)
    has_log = x != 0 if jnp.iscomplexobj(x) else x > 0
    log_x = jnp.where(has_log, jnp.log(jnp.where(has_log, x, 1)), 0)
    one = jnp.ones((), y.dtype)
    return out, y * power(x, y - one) * dx + out * log_x * dy
