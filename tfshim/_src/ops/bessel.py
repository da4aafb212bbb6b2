"""Bessel functions: `tf.math.special.bessel_*` and their four names in `tf.math`.

J, Y and K are Chebyshev series (bessel_data.py), evaluated in float64 for every dtype.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src.ops import bessel_data as data
from tfshim._src.ops.special import widened
from tfshim._src.registry import op
from tfshim._src.rules import FLOAT, same

_X = same("x", of=FLOAT)


def _series(coefficients: tuple[float, ...], t):
    """A Chebyshev series at t in [-1, 1], by Clenshaw's recurrence."""
    ahead = beyond = jnp.zeros_like(t)
    for c in coefficients[:0:-1]:
        ahead, beyond = 2 * t * ahead - beyond + c, ahead
    return t * ahead - beyond + coefficients[0]


def _in_double(body):
    """A body that computes in float64 and gives the dtype of its argument."""

    def wide(x):
        return body(x.astype(np.float64)).astype(x.dtype)

    return wide


# -- I: the series are XLA's -----------------------------------------------------------------------


@widened
def _i0e(x):
    return lax.bessel_i0e(x)


@widened
def _i1e(x):
    return lax.bessel_i1e(x)


@widened
def _grown(x):
    return jnp.exp(jnp.abs(x)) * lax.bessel_i0e(x)


@widened
def _grown_odd(x):
    return jnp.exp(jnp.abs(x)) * lax.bessel_i1e(x)


@jax.custom_jvp
def i0e(x):
    """exp(-|x|) I0(x)."""
    return _i0e(x)


@jax.custom_jvp
def i1e(x):
    """exp(-|x|) I1(x)."""
    return _i1e(x)


@jax.custom_jvp
def i0(x):
    """The modified Bessel function of the first kind of order 0."""
    return _grown(x)


@jax.custom_jvp
def i1(x):
    """The modified Bessel function of the first kind of order 1."""
    return _grown_odd(x)


def _over(y, x, at_zero: float):
    """y / x, and a constant where x is 0."""
    zero = x == 0
    return jnp.where(zero, jnp.asarray(at_zero, x.dtype), y / jnp.where(zero, 1, x))


@i0e.defjvp
def _i0e_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return i0e(x), (i1e(x) - jnp.sign(x) * i0e(x)) * t


@i1e.defjvp
def _i1e_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = i1e(x)
    return y, (i0e(x) - jnp.sign(x) * y - _over(y, x, 0.5)) * t


@i0.defjvp
def _i0_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return i0(x), i1(x) * t


@i1.defjvp
def _i1_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = i1(x)
    # TensorFlow sets the derivative at 0 to 1, although it is 1/2.
    return y, (i0(x) - _over(y, x, 0.0)) * t


# -- J and Y ---------------------------------------------------------------------------------------


def _small_square(x):
    """The series' argument for x in (0, 8], clipped so that the unused branch stays finite."""
    return 2 * jnp.square(jnp.minimum(x, 8.0) / 8.0) - 1


def _modulus_and_phase(x, order: int):
    """P, Q, the phase and the amplitude of the form for x >= 8."""
    x = jnp.maximum(x, 8.0)
    t = 2 * jnp.square(8.0 / x) - 1
    p = _series((data.P0, data.P1)[order], t)
    q = _series((data.Q0, data.Q1)[order], t) * (8.0 / x)
    return p, q, x - (2 * order + 1) * math.pi / 4, jnp.sqrt(2 / (math.pi * x))


def _j_small(x, order: int):
    t = _small_square(x)
    return _series(data.J0_SMALL, t) if order == 0 else x * _series(data.J1_SMALL, t)


def _j(x, order: int):
    size = jnp.abs(x)
    p, q, phase, amplitude = _modulus_and_phase(size, order)
    large = amplitude * (p * jnp.cos(phase) - q * jnp.sin(phase))
    value = jnp.where(size <= 8, _j_small(jnp.minimum(size, 8.0), order), large)
    return value if order == 0 else jnp.where(x < 0, -value, value)


def _y(x, order: int):
    p, q, phase, amplitude = _modulus_and_phase(x, order)
    large = amplitude * (p * jnp.sin(phase) + q * jnp.cos(phase))
    near = jnp.where(x > 0, jnp.minimum(x, 8.0), 1.0)
    t = _small_square(near)
    logs = jnp.log(near) * _j_small(near, order)
    if order == 0:
        small = 2 / math.pi * logs + _series(data.Y0_SMALL, t)
    else:
        small = 2 / math.pi * (logs - 1 / near) + near * _series(data.Y1_SMALL, t)
    value = jnp.where(x <= 8, small, large)
    return jnp.where(x <= 0, -np.inf, value)


@jax.custom_jvp
def j0(x):
    """The Bessel function of the first kind of order 0."""
    return _in_double(lambda v: _j(v, 0))(x)


@jax.custom_jvp
def j1(x):
    """The Bessel function of the first kind of order 1."""
    return _in_double(lambda v: _j(v, 1))(x)


@jax.custom_jvp
def y0(x):
    """The Bessel function of the second kind of order 0."""
    return _in_double(lambda v: _y(v, 0))(x)


@jax.custom_jvp
def y1(x):
    """The Bessel function of the second kind of order 1."""
    value = _in_double(lambda v: _y(v, 1))(x)
    if x.dtype.itemsize < 8:  # at 0 TensorFlow's float32 kernel gives NaN, its float64 one -inf
        value = jnp.where(x == 0, jnp.asarray(np.nan, x.dtype), value)
    return value


@j0.defjvp
def _j0_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return j0(x), -j1(x) * t


@j1.defjvp
def _j1_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = j1(x)
    rate = jnp.where(x == 0, jnp.asarray(0.5, x.dtype), j0(x) - _over(y, x, 0.0))
    return y, rate * t


@y0.defjvp
def _y0_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return y0(x), -y1(x) * t


@y1.defjvp
def _y1_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = y1(x)
    return y, (y0(x) - y / x) * t


# -- K ---------------------------------------------------------------------------------------------


def _k_scaled(x, order: int):
    """exp(x) K(x)."""
    near = jnp.where(x > 0, jnp.minimum(x, 2.0), 1.0)
    t = 2 * jnp.square(near / 2) - 1
    logs = jnp.log(near / 2)
    if order == 0:
        small = _series(data.K0_SMALL, t) - logs * jnp.exp(near) * lax.bessel_i0e(near)
    else:
        small = _series(data.K1_SMALL, t) / near + logs * jnp.exp(near) * lax.bessel_i1e(near)
    far = jnp.maximum(x, 2.0)
    large = _series((data.K0_LARGE, data.K1_LARGE)[order], 4 / far - 1) / jnp.sqrt(far)
    value = jnp.where(x <= 2, small * jnp.exp(near), large)
    return jnp.where(x <= 0, np.inf, value)


@jax.custom_jvp
def k0e(x):
    """exp(x) K0(x)."""
    return _in_double(lambda v: _k_scaled(v, 0))(x)


@jax.custom_jvp
def k1e(x):
    """exp(x) K1(x)."""
    return _in_double(lambda v: _k_scaled(v, 1))(x)


@jax.custom_jvp
def k0(x):
    """The modified Bessel function of the second kind of order 0."""
    return _in_double(lambda v: _k_scaled(v, 0) * jnp.exp(-v))(x)


@jax.custom_jvp
def k1(x):
    """The modified Bessel function of the second kind of order 1."""
    return _in_double(lambda v: _k_scaled(v, 1) * jnp.exp(-v))(x)


@k0.defjvp
def _k0_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return k0(x), -k1(x) * t


@k0e.defjvp
def _k0e_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = k0e(x)
    return y, (y - k1e(x)) * t


@k1.defjvp
def _k1_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = k1(x)
    return y, (-k0(x) - y / x) * t


@k1e.defjvp
def _k1e_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = k1e(x)
    one = jnp.ones((), x.dtype)
    return y, (y * (one - one / x) - k0e(x)) * t


# -- the public ops --------------------------------------------------------------------------------


@op("tf.math.special.bessel_i0", "tf.math.bessel_i0", kernel="BesselI0", inputs=_X)
def bessel_i0(x):
    """The modified Bessel function of the first kind of order 0, element by element."""
    return i0(x)


@op("tf.math.special.bessel_i0e", "tf.math.bessel_i0e", kernel="BesselI0e", inputs=_X)
def bessel_i0e(x):
    """exp(-|x|) times the modified Bessel function of the first kind of order 0."""
    return i0e(x)


@op("tf.math.special.bessel_i1", "tf.math.bessel_i1", kernel="BesselI1", inputs=_X)
def bessel_i1(x):
    """The modified Bessel function of the first kind of order 1, element by element."""
    return i1(x)


@op("tf.math.special.bessel_i1e", "tf.math.bessel_i1e", kernel="BesselI1e", inputs=_X)
def bessel_i1e(x):
    """exp(-|x|) times the modified Bessel function of the first kind of order 1."""
    return i1e(x)


@op("tf.math.special.bessel_j0", kernel="BesselJ0", inputs=_X)
def bessel_j0(x):
    """The Bessel function of the first kind of order 0, element by element."""
    return j0(x)


@op("tf.math.special.bessel_j1", kernel="BesselJ1", inputs=_X)
def bessel_j1(x):
    """The Bessel function of the first kind of order 1, element by element."""
    return j1(x)


@op("tf.math.special.bessel_y0", kernel="BesselY0", inputs=_X)
def bessel_y0(x):
    """The Bessel function of the second kind of order 0; -inf for x <= 0."""
    return y0(x)


@op("tf.math.special.bessel_y1", kernel="BesselY1", inputs=_X)
def bessel_y1(x):
    """The Bessel function of the second kind of order 1; -inf for x <= 0."""
    return y1(x)


@op("tf.math.special.bessel_k0", kernel="BesselK0", inputs=_X)
def bessel_k0(x):
    """The modified Bessel function of the second kind of order 0; inf for x <= 0."""
    return k0(x)


@op("tf.math.special.bessel_k0e", kernel="BesselK0e", inputs=_X)
def bessel_k0e(x):
    """exp(x) times the modified Bessel function of the second kind of order 0."""
    return k0e(x)


@op("tf.math.special.bessel_k1", kernel="BesselK1", inputs=_X)
def bessel_k1(x):
    """The modified Bessel function of the second kind of order 1; inf for x <= 0."""
    return k1(x)


@op("tf.math.special.bessel_k1e", kernel="BesselK1e", inputs=_X)
def bessel_k1e(x):
    """exp(x) times the modified Bessel function of the second kind of order 1."""
    return k1e(x)
