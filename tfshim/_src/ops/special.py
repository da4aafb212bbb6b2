"""Special functions: gamma, zeta, beta, error functions and their inverses."""

from __future__ import annotations

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
from jax import lax

from tfshim._src.convert import convert
from tfshim._src.errors import fail
from tfshim._src.ops import kinds
from tfshim._src.ops.axes import reduced_axes
from tfshim._src.ops.common import brackets, check_broadcast
from tfshim._src.ops.elementwise import x_log1p_y, x_log_y
from tfshim._src.ops.reduction import sum_raw
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT, same

_X = same("x", of=FLOAT)


def widened(body):
    """A body that computes in float32 for 16-bit floats."""

    @functools.wraps(body)
    def wide(*xs):
        dtype = xs[0].dtype
        if dtype.itemsize > 2:
            return body(*xs)
        return body(*[x.astype(np.float32) for x in xs]).astype(dtype)

    return wide


# -- gamma and zeta ------------------------------------------------------------------------------


@widened
def log_gamma(x):
    """log |gamma(x)|."""
    return jnp.where(jnp.isinf(x), jnp.asarray(np.inf, x.dtype), lax.lgamma(x))


@widened
def _digamma(x):
    # JAX releases differ at 0: NaN, as in TensorFlow, or -inf
    return jnp.where(x == 0, jnp.asarray(np.nan, x.dtype), lax.digamma(x))


@jax.custom_jvp
def poly_gamma(n, x):
    """The n-th derivative of digamma; n is a whole float >= 0, and constant to derivatives."""
    one = jnp.ones((), n.dtype)
    sign = jnp.where(n % 2 == 0, -one, one)
    value = sign * jnp.exp(log_gamma(n + one)) * hurwitz_zeta(n + one, x)
    value = jnp.where(n == 0, _digamma(x), value)
    return jnp.where((n == jnp.floor(n)) & (n >= 0), value, jnp.asarray(np.nan, x.dtype))


@poly_gamma.defjvp
def _poly_gamma_jvp(primals, tangents):
    (n, x), (_, t) = primals, tangents
    return poly_gamma(n, x), poly_gamma(n + jnp.ones((), n.dtype), x) * t


@jax.custom_jvp
def hurwitz_zeta(x, q):
    """The sum of (q + k)**-x over whole k >= 0; x is constant to derivatives."""
    x, q = jnp.broadcast_arrays(x, q)
    nan, inf, zero, one = (jnp.asarray(v, x.dtype) for v in (np.nan, np.inf, 0, 1))
    value = jnp.where(x < 1, nan, lax.zeta(x, q))
    # The series starts too far from its limit for q below -9: the terms before 0 apart, by their
    # absolute values, are the difference of two series that start above 0.
    below = (q < -1) & (q != jnp.floor(q)) & (x == jnp.floor(x)) & (x > 1) & jnp.isfinite(q)
    start = jnp.where(below, q, -one - one / 2)
    after = start - jnp.floor(start)
    before = lax.zeta(x, one - after) - lax.zeta(x, one - start)
    whole = lax.zeta(x, after) + jnp.where(x % 2 == 0, before, -before)
    value = jnp.where(below, whole, value)
    # What the series has no value for: q ** -x of its first term.
    limit = jnp.where(q == 1, one, jnp.where(q < 1, inf, zero))
    value = jnp.where((x == inf) & ~jnp.isnan(q), limit, value)
    return jnp.where((x > 1) & (q == inf), zero, value)


@hurwitz_zeta.defjvp
def _hurwitz_zeta_jvp(primals, tangents):
    (x, q), (_, t) = primals, tangents
    return hurwitz_zeta(x, q), -x * hurwitz_zeta(x + jnp.ones((), x.dtype), q) * t


@jax.custom_jvp
def _psi(x):
    return _digamma(x)


@_psi.defjvp
def _psi_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    wide = x.astype(np.float32) if x.dtype.itemsize == 2 else x
    rate = poly_gamma(jnp.ones((), wide.dtype), wide).astype(x.dtype)
    return _psi(x), rate * t


@jax.custom_jvp
def _log_gamma_with_psi(x):
    return log_gamma(x)


@_log_gamma_with_psi.defjvp
def _log_gamma_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return _log_gamma_with_psi(x), _psi(x) * t


@op("tf.math.lgamma", inputs=_X)
def lgamma(x):
    """log |gamma(x)|, element by element."""
    return _log_gamma_with_psi(x)


@op("tf.math.digamma", inputs=_X)
def digamma(x):
    """The derivative of lgamma, element by element; NaN at 0 and at negative whole numbers."""
    return _psi(x)


@op("tf.math.polygamma", inputs=same("a", "x", of=kinds.WIDE_FLOAT), diff=("x",))
def polygamma(a, x):
    """The a-th derivative of digamma, element by element, with broadcasting.

    Args:
      a: whole floats >= 0; the result is NaN for others. It has no gradient.
      x: floats of the same dtype.
    """
    check_broadcast(a, x)
    return poly_gamma(a, x)


@op("tf.math.zeta", inputs=same("x", "q", of=kinds.WIDE_FLOAT), diff=("q",))
def zeta(x, q):
    """Hurwitz's zeta: the sum of (q + k)**-x over whole k >= 0, with broadcasting.

    Args:
      x: floats > 1. It has no gradient.
      q: floats of the same dtype.
    """
    check_broadcast(x, q)
    return hurwitz_zeta(x, q)


def _gamma_rate(a, x):
    """The derivative of igamma(a, x) by x."""
    one = jnp.ones((), a.dtype)
    return jnp.exp(-x + (a - one) * jnp.log(x) - _log_gamma_with_psi(a))


@widened
def _lower_gamma_raw(a, x):
    a, x = jnp.broadcast_arrays(a, x)
    value = jnp.where(a <= 0, jnp.asarray(np.nan, a.dtype), lax.igamma(a, x))
    return jnp.where((x == 0) | ((a == np.inf) & (x > 0)), jnp.zeros((), a.dtype), value)


@widened
def _upper_gamma_raw(a, x):
    a, x = jnp.broadcast_arrays(a, x)
    nowhere = (a <= 0) & (x != 0)
    value = jnp.where(nowhere, jnp.asarray(np.nan, a.dtype), lax.igammac(a, x))
    return jnp.where((a == np.inf) & (x > 0) & (x < np.inf), jnp.ones((), a.dtype), value)


@widened
def _gamma_by_order_raw(a, x):
    a, x = jnp.broadcast_arrays(a, x)
    flat = (x == 0) | (x == np.inf) | ((a == np.inf) & (x > 0))
    return jnp.where(flat, jnp.zeros((), a.dtype), lax.igamma_grad_a(a, x))


@jax.custom_vjp
def _gamma_by_order(a, x):
    """The derivative of igamma(a, x) by a, which has none of its own, as in TensorFlow."""
    return _gamma_by_order_raw(a, x)


def _gamma_by_order_fwd(a, x):
    return _gamma_by_order_raw(a, x), None


def _gamma_by_order_bwd(_, cotangent):
    # Only called where the result has a cotangent, so that other derivatives work.
    raise LookupError("gradient registry has no entry for: IgammaGradA")


_gamma_by_order.defvjp(_gamma_by_order_fwd, _gamma_by_order_bwd)


@jax.custom_jvp
def _lower_gamma(a, x):
    return _lower_gamma_raw(a, x)


@_lower_gamma.defjvp
def _lower_gamma_jvp(primals, tangents):
    (a, x), (da, dx) = primals, tangents
    return _lower_gamma(a, x), _gamma_by_order(a, x) * da + _gamma_rate(a, x) * dx


@jax.custom_jvp
def _upper_gamma(a, x):
    return _upper_gamma_raw(a, x)


@_upper_gamma.defjvp
def _upper_gamma_jvp(primals, tangents):
    (a, x), (da, dx) = primals, tangents
    return _upper_gamma(a, x), -_gamma_by_order(a, x) * da - _gamma_rate(a, x) * dx


@op("tf.math.igamma", inputs=same("a", "x", of=FLOAT))
def igamma(a, x):
    """The lower regularized incomplete gamma function, element by element, with broadcasting."""
    check_broadcast(a, x)
    return _lower_gamma(a, x)


@op("tf.math.igammac", inputs=same("a", "x", of=FLOAT))
def igammac(a, x):
    """The upper regularized incomplete gamma function, element by element, with broadcasting."""
    check_broadcast(a, x)
    return _upper_gamma(a, x)


# -- beta ----------------------------------------------------------------------------------------


@jax.custom_jvp
def incomplete_beta(a, b, x):
    """The regularized incomplete beta integral; a and b are constant to derivatives."""
    a, b, x = jnp.broadcast_arrays(a, b, x)
    found = jnp.where(jnp.isinf(a) | jnp.isinf(b), jnp.nan, lax.betainc(a, b, x))
    found = jnp.where((x == 0) | (x == 1), x, found)
    return jnp.where((a <= 0) | (b <= 0), jnp.asarray(jnp.nan, x.dtype), found)


@incomplete_beta.defjvp
def _incomplete_beta_jvp(primals, tangents):
    (a, b, x), (_, _, t) = primals, tangents
    one = jnp.ones((), a.dtype)
    log_beta = _log_gamma_with_psi(a) + _log_gamma_with_psi(b) - _log_gamma_with_psi(a + b)
    rate = jnp.exp(x_log1p_y(b - one, -x) + x_log_y(a - one, x) - log_beta)
    return incomplete_beta(a, b, x), rate * t


@op(
    "tf.math.betainc",
    inputs=same("a", "b", "x", of=kinds.WIDE_FLOAT),
    diff=("x",),
)
def betainc(a, b, x):
    """The regularized incomplete beta integral from 0 to x, element by element.

    Args:
      a, b, x: positive floats of one dtype and shape; scalars broadcast. Only x has a gradient.

    Raises:
      InvalidArgumentError: for shapes that are neither equal nor [].
    """
    for (left, u), (right, v) in ((("a", a), ("b", b)), (("a", a), ("x", x)), (("b", b), ("x", x))):
        if u.ndim and v.ndim and u.shape != v.shape:
            fail(
                f"Shapes of {left} and {right} are inconsistent: {brackets(u.shape)} vs. "
                f"{brackets(v.shape)}"
            )
    return incomplete_beta(a, b, x)


@op("tf.math.lbeta", kernel="Sum", inputs=_X)
def lbeta(x):
    """The logarithm of the beta function of the elements along the last axis.

    Raises:
      InvalidArgumentError: for a scalar.
    """
    axes = reduced_axes(x, -1)
    gammas = sum_raw(_log_gamma_with_psi(x), axes, False)
    return gammas - _log_gamma_with_psi(sum_raw(x, axes, False))


# -- error functions -----------------------------------------------------------------------------


def _scaled(value: float, like):
    return jnp.asarray(value, like.dtype)


def _erf_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return lax.erf(x), _scaled(2 / math.sqrt(math.pi), x) * jnp.exp(-(x * x)) * t


def _erfc_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return lax.erfc(x), _scaled(-2 / math.sqrt(math.pi), x) * jnp.exp(-(x * x)) * t


@op("tf.math.erf", inputs=_X, jvp=_erf_jvp)
def erf(x):
    """The error function 2 / sqrt(pi) * integral of exp(-t**2) from 0 to x, element by element."""
    return lax.erf(x)


@op("tf.math.erfc", inputs=_X, jvp=_erfc_jvp)
def erfc(x):
    """1 - erf(x), exact also for large x, element by element."""
    return lax.erfc(x)


@jax.custom_jvp
def inverse_erf(x):
    """The y with erf(y) = x."""
    return _inverse_erf_raw(x)


@widened
def _inverse_erf_raw(x):
    return lax.erf_inv(x)


@inverse_erf.defjvp
def _inverse_erf_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = inverse_erf(x)
    return y, _scaled(math.sqrt(math.pi) / 2, x) * jnp.exp(y * y) * t


@op("tf.math.erfinv", inputs=_X)
def erfinv(x):
    """The y with erf(y) = x, element by element; NaN outside of [-1, 1]."""
    return inverse_erf(x)


@jax.custom_jvp
def normal_quantile(x):
    """The y below which a standard normal variable lies with probability x."""
    return _normal_quantile_raw(x)


@widened
def _normal_quantile_raw(x):
    return jsp.ndtri(x)


@normal_quantile.defjvp
def _normal_quantile_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = normal_quantile(x)
    return y, _scaled(math.sqrt(2 * math.pi), x) * jnp.exp(y * y / _scaled(2, x)) * t


@op("tf.math.ndtri", inputs=_X)
def ndtri(x):
    """The quantile of the standard normal distribution, element by element."""
    return normal_quantile(x)


@op(kernel="Ndtri", inputs=_X)
def _erfcinv(x):
    return -normal_quantile(_scaled(0.5, x) * x) * _scaled(math.sqrt(0.5), x)


@export("tf.math.erfcinv")
def erfcinv(x, name=None) -> Any:
    """The y with erfc(y) = x, element by element.

    Args:
      x: float tensor in [0, 2].
      name: ignored.

    Raises:
      TypeError: for integers, booleans and strings.
    """
    x = convert(x)
    if x.aval.dtype.kind not in "fc":
        raise TypeError(f"Cannot convert 0.5 to EagerTensor of dtype {x.aval.dtype.name}")
    return _erfcinv(x)


# -- integrals -----------------------------------------------------------------------------------


@jax.custom_jvp
def _dawson(x):
    return widened(jsp.dawsn)(x)


@_dawson.defjvp
def _dawson_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = _dawson(x)
    return y, (_scaled(1, x) - _scaled(2, x) * x * y) * t


@op("tf.math.special.dawsn", inputs=_X)
def dawsn(x):
    """Dawson's integral exp(-x**2) * integral of exp(t**2) from 0 to x, element by element."""
    return _dawson(x)


@jax.custom_jvp
def _exponential_integral(x):
    # JAX's loop for negative numbers may never end where others stand beside them.
    value = widened(jsp.expi)(jnp.where(x > 0, x, _scaled(1, x)))
    value = jnp.where(jnp.isnan(x), x, value)
    value = jnp.where(x == 0, _scaled(-np.inf, x), value)
    return jnp.where(x < 0, _scaled(np.nan, x), value)


@_exponential_integral.defjvp
def _exponential_integral_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return _exponential_integral(x), jnp.exp(x) / x * t


@op("tf.math.special.expint", inputs=_X)
def expint(x):
    """The exponential integral Ei(x), element by element; NaN for negative x."""
    return _exponential_integral(x)


@jax.custom_jvp
def _fresnel_cosine(x):
    return widened(lambda v: jsp.fresnel(v)[1])(x)


@jax.custom_jvp
def _fresnel_sine(x):
    return widened(lambda v: jsp.fresnel(v)[0])(x)


@_fresnel_cosine.defjvp
def _fresnel_cosine_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return _fresnel_cosine(x), jnp.cos(_scaled(math.pi / 2, x) * (x * x)) * t


@_fresnel_sine.defjvp
def _fresnel_sine_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return _fresnel_sine(x), jnp.sin(_scaled(math.pi / 2, x) * (x * x)) * t


@op("tf.math.special.fresnel_cos", inputs=_X)
def fresnel_cos(x):
    """Fresnel's integral of cos(pi/2 * t**2) from 0 to x, element by element."""
    return _fresnel_cosine(x)


@op("tf.math.special.fresnel_sin", inputs=_X)
def fresnel_sin(x):
    """Fresnel's integral of sin(pi/2 * t**2) from 0 to x, element by element."""
    return _fresnel_sine(x)


@jax.custom_jvp
def _dilogarithm(x):
    return widened(jsp.spence)(x)


@_dilogarithm.defjvp
def _dilogarithm_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    one = jnp.ones((), x.dtype)
    away = jnp.where(x == 1, _scaled(2, x), x)
    rate = jnp.where(x == 1, -one, jnp.log(away) / (one - away))
    return _dilogarithm(x), rate * t


@op("tf.math.special.spence", inputs=_X)
def spence(x):
    """The dilogarithm: the integral of log(t) / (1 - t) from 1 to x, element by element."""
    return _dilogarithm(x)
