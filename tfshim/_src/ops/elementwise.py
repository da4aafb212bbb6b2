"""Functions of one element: roots, exponentials, circular and hyperbolic ones, rounding, signs."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.errors import op_error
from tfshim._src.ops import kinds
from tfshim._src.ops.arithmetic import div_no_nan
from tfshim._src.ops.common import check_broadcast, still_without_cotangent
from tfshim._src.ops.missing_kernels import require_kernel
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT, FLOAT_COMPLEX, c_name, same

_X = same("x", of=FLOAT_COMPLEX)
_REAL_X = same("x", of=FLOAT)

# -- roots, exponentials, logarithms -------------------------------------------------------------


def _on_side(y, x, real: int = 0, imag: int = 1):
    """y with the signs that it has on x's side of a cut; XLA does not see which side -0 is.

    Args:
      y: the function's value.
      x: its argument.
      real, imag: 1 or -1 if that part of y has the sign of the same part of x, or the other sign.
    """
    if not jnp.iscomplexobj(x):
        return y
    parts = [(jnp.real(y), jnp.real(x), real), (jnp.imag(y), jnp.imag(x), imag)]
    return lax.complex(*(jnp.copysign(v, sign * of) if sign else v for v, of, sign in parts))


@jax.custom_jvp
def _sqrt(x):
    return _on_side(jnp.sqrt(x), x)


@_sqrt.defjvp
def _sqrt_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = _sqrt(x)
    return y, t * (jnp.asarray(0.5, x.dtype) / y)


@op("tf.math.sqrt", "tf.sqrt", inputs=_X, settle=still_without_cotangent)
def sqrt(x):
    """The square root of x, element by element; NaN for negative numbers."""
    return _sqrt(x) if jnp.iscomplexobj(x) else jnp.sqrt(x)


@jax.custom_jvp
def inverse_root(x):
    """x ** -0.5, whose derivative is -1/2 of its cube."""
    if jnp.iscomplexobj(x):  # TensorFlow's cut does not look at the sign of a zero
        imag = jnp.imag(x)
        x = lax.complex(jnp.real(x), jnp.where(imag == 0, jnp.zeros_like(imag), imag))
    if x.dtype.itemsize == 2:  # TensorFlow rounds the root, too
        return jnp.ones((), x.dtype) / jnp.sqrt(x)
    return lax.rsqrt(x)


@inverse_root.defjvp
def _inverse_root_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = inverse_root(x)
    wide = y.astype(np.float32) if x.dtype.itemsize == 2 else y
    rate = jnp.asarray(-0.5, wide.dtype) * (wide * wide * wide)
    return y, rate.astype(x.dtype) * t


@op("tf.math.rsqrt", inputs=_X, settle=still_without_cotangent)
def rsqrt(x):
    """1 / sqrt(x), element by element."""
    return inverse_root(x)


@op("tf.math.exp", "tf.exp", inputs=_X)
def exp(x):
    """e ** x, element by element."""
    return jnp.exp(x)


@op("tf.math.expm1", inputs=_X)
def expm1(x):
    """e ** x - 1, exact also for small x, element by element."""
    return jnp.expm1(x)


@op("tf.math.log", inputs=_X)
def log(x):
    """The natural logarithm of x, element by element."""
    return jnp.log(x)


@op("tf.math.log1p", inputs=_X)
def log1p(x):
    """The natural logarithm of 1 + x, exact also for small x, element by element."""
    return jnp.log1p(x)


# -- circular and hyperbolic functions -----------------------------------------------------------


@op("tf.math.sin", "tf.sin", inputs=_X)
def sin(x):
    """The sine of x (radians), element by element."""
    return jnp.sin(x)


@op("tf.math.cos", "tf.cos", inputs=_X)
def cos(x):
    """The cosine of x (radians), element by element."""
    return jnp.cos(x)


@op("tf.math.tan", "tf.tan", inputs=_X)
def tan(x):
    """The tangent of x (radians), element by element."""
    return jnp.tan(x)


def _arc_rate(x):
    """The derivative of asin; on its cut it is that of the conjugate's conjugate."""
    one = jnp.ones((), x.dtype)
    if not jnp.iscomplexobj(x):
        return lax.rsqrt(one - x * x)
    mirrored = jnp.conj(x)
    return jnp.conj(one / jnp.sqrt(one - mirrored * mirrored))


def _asin(x):
    return _on_side(jnp.arcsin(x), x, 1)


def _acos(x):
    return _on_side(jnp.arccos(x), x, imag=-1)


def _asin_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return _asin(x), _arc_rate(x) * t


def _acos_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return _acos(x), -_arc_rate(x) * t


@op("tf.math.asin", "tf.asin", inputs=_X, jvp=_asin_jvp)
def asin(x):
    """The angle in [-pi/2, pi/2] whose sine is x, element by element."""
    return _asin(x)


@op("tf.math.acos", "tf.acos", inputs=_X, jvp=_acos_jvp)
def acos(x):
    """The angle in [0, pi] whose cosine is x, element by element."""
    return _acos(x)


@op("tf.math.atan", "tf.atan", inputs=_X)
def atan(x):
    """The angle in (-pi/2, pi/2) whose tangent is x, element by element."""
    return jnp.arctan(x)


@op("tf.math.atan2", "tf.atan2", inputs=same("y", "x", of=FLOAT))
def atan2(y, x):
    """The angle of the point (x, y), in (-pi, pi], element by element, with broadcasting."""
    check_broadcast(y, x)
    return jnp.arctan2(y, x)


@op("tf.math.sinh", "tf.sinh", inputs=_X)
def sinh(x):
    """The hyperbolic sine of x, element by element."""
    return jnp.sinh(x)


@op("tf.math.cosh", "tf.cosh", inputs=_X)
def cosh(x):
    """The hyperbolic cosine of x, element by element."""
    return jnp.cosh(x)


@op("tf.math.tanh", "tf.tanh", "tf.nn.tanh", inputs=_X)
def tanh(x):
    """The hyperbolic tangent of x, element by element."""
    return jnp.tanh(x)


@jax.custom_jvp
def _asinh(x):
    return _on_side(jnp.arcsinh(x), x, 1)


@_asinh.defjvp
def _asinh_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = _asinh(x)
    return y, t / jnp.cosh(y)


@op("tf.math.asinh", "tf.asinh", inputs=_X)
def asinh(x):
    """The number whose hyperbolic sine is x, element by element."""
    return _asinh(x)


@jax.custom_jvp
def _acosh(x):
    return _on_side(jnp.arccosh(x), x)


@_acosh.defjvp
def _acosh_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = _acosh(x)
    return y, t / jnp.sinh(y)


@op("tf.math.acosh", "tf.acosh", inputs=_X)
def acosh(x):
    """The number >= 0 whose hyperbolic cosine is x, element by element; NaN for x < 1."""
    return _acosh(x)


def _atanh_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return jnp.arctanh(x), t / (jnp.ones((), x.dtype) - x * x)


@op("tf.math.atanh", "tf.atanh", inputs=_X, jvp=_atanh_jvp)
def atanh(x):
    """The number whose hyperbolic tangent is x, element by element."""
    return jnp.arctanh(x)


# -- signs ---------------------------------------------------------------------------------------


@jax.custom_jvp
def absolute(x):
    """|x|, real also for complex x, whose derivative at 0 is 0."""
    return jnp.abs(x)


@absolute.defjvp
def _absolute_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = absolute(x)
    if jnp.iscomplexobj(x):
        # The direction is part of the derivative, so that second derivatives are right too.
        return y, div_no_nan(x.real, y) * t.real + div_no_nan(x.imag, y) * t.imag
    return y, jnp.sign(x) * t


@op(inputs=same("x", of=kinds.SIGNED_REAL))
def _abs(x):
    return absolute(x)


@op(kernel="ComplexAbs", inputs=same("x", of=kinds.WIDE_COMPLEX))
def _complex_abs(x):
    return absolute(x)


@export("tf.math.abs", "tf.abs")
def abs(x, name=None) -> Any:
    """|x|, element by element; real for complex x. The derivative at 0 is 0.

    Args:
      x: tensor of any shape.
      name: ignored.
    """
    x = convert(x)
    return _complex_abs(x) if x.aval.dtype.kind == "c" else _abs(x)


@op("tf.math.sign", "tf.sign", inputs=same("x", of=kinds.SIGNED))
def sign(x):
    """-1, 0 or 1 by the sign of x, element by element; x / |x| for complex x."""
    if jnp.iscomplexobj(x):
        return div_no_nan(x, absolute(x).astype(x.dtype))
    return jnp.where(x == 0, jnp.zeros((), x.dtype), jnp.sign(x))  # of -0.0 it is 0.0


# -- rounding ------------------------------------------------------------------------------------


@op("tf.math.floor", "tf.floor", inputs=_REAL_X, grad=None)
def floor(x):
    """The largest whole number <= x, element by element; it has no gradient."""
    return jnp.floor(x)


@op("tf.math.ceil", inputs=_REAL_X, grad=None)
def ceil(x):
    """The smallest whole number >= x, element by element; it has no gradient."""
    return jnp.ceil(x)


@op("tf.math.rint", inputs=_REAL_X, grad=None)
def rint(x):
    """The whole number nearest to x, halves to the even one; it has no gradient."""
    return jnp.rint(x)


@op(inputs=same("x", of=kinds.SIGNED), grad=None)
def _round(x):
    require_kernel("Round", x, "f")
    return jnp.round(x)


@export("tf.math.round", "tf.round")
def round(x, name=None) -> Any:
    """The whole number nearest to x, halves to the even one; it has no gradient.

    Args:
      x: tensor of any shape; an integer tensor is returned as it is.
      name: ignored.
    """
    x = convert(x)
    return x if x.aval.dtype.kind in "iu" else _round(x)


def _nextafter_jvp(primals, tangents):
    (x1, x2), (t1, _) = primals, tangents
    y = jnp.nextafter(x1, x2)
    return y, jnp.broadcast_to(t1, y.shape)


@op(
    "tf.math.nextafter",
    kernel="NextAfter",
    inputs=same("x1", "x2", of=("double", "float"), default="float32"),
    jvp=_nextafter_jvp,
)
def nextafter(x1, x2):
    """The next number after x1 in the direction of x2, element by element, with broadcasting.

    Args:
      x1, x2: both float32 or both float64; what is no tensor becomes float32.
    """
    check_broadcast(x1, x2)
    return jnp.nextafter(x1, x2)


# -- sigmoids ------------------------------------------------------------------------------------


@op("tf.math.sigmoid", "tf.sigmoid", "tf.nn.sigmoid", inputs=_X)
def sigmoid(x):
    """1 / (1 + e ** -x), element by element."""
    return jax.nn.sigmoid(x)


@jax.custom_jvp
def soft_plus(x):
    """log(1 + e ** x), whose derivative is the sigmoid."""
    return jnp.maximum(x, 0) + jnp.log1p(jnp.exp(-jnp.abs(x)))


@soft_plus.defjvp
def _soft_plus_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return soft_plus(x), jax.nn.sigmoid(x) * t


@op("tf.math.softplus", "tf.nn.softplus", inputs=same("features", of=kinds.ACTIVATION))
def softplus(features):
    """log(1 + e ** features), element by element."""
    return soft_plus(features)


@op("tf.math.log_sigmoid", kernel="Neg", inputs=same("x", of=kinds.SIGNED))
def log_sigmoid(x):
    """log(1 / (1 + e ** -x)), element by element, without overflow."""
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise op_error(
            "Softplus",
            f"Value for attr 'T' of {c_name(dtypes.from_np(np.dtype(x.dtype)))} is not in the list "
            f"of allowed values: {', '.join(kinds.ACTIVATION)}\n\t; NodeDef: {{{{node Softplus}}}}",
            ran=False,
        )
    return -soft_plus(-x)


def _softsign_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    bound = jnp.asarray(1, x.dtype) + absolute(x)
    return x / bound, t / (bound * bound)


@op(
    "tf.math.softsign",
    "tf.nn.softsign",
    inputs=same("features", of=kinds.ACTIVATION),
    jvp=_softsign_jvp,
)
def softsign(features):
    """features / (1 + |features|), element by element."""
    return features / (jnp.asarray(1, features.dtype) + jnp.abs(features))


# -- products that are 0 where the first factor is -----------------------------------------------


def _or_zero(x, value):
    return jnp.where(x == 0, x, value)


@jax.custom_jvp
def x_log_y(x, y):
    """x * log(y), and 0 where x is 0."""
    return _or_zero(x, x * jnp.log(jnp.where(x == 0, 1, y)))


@jax.custom_jvp
def x_log1p_y(x, y):
    """x * log(1 + y), and 0 where x is 0."""
    return _or_zero(x, x * jnp.log1p(jnp.where(x == 0, 0, y)))


@jax.custom_jvp
def x_div_y(x, y):
    """x / y, and 0 where x is 0."""
    return _or_zero(x, x / jnp.where(x == 0, 1, y))


def _one_unless_zero(x):
    return (x != 0).astype(x.dtype)


@x_log_y.defjvp
def _x_log_y_jvp(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    # TensorFlow conjugates nothing here, which in JAX's convention is a conjugate.
    by_x, by_y = x_log_y(_one_unless_zero(x), y), x_div_y(x, y)
    return x_log_y(x, y), jnp.conj(by_x) * dx + jnp.conj(by_y) * dy


@x_log1p_y.defjvp
def _x_log1p_y_jvp(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    by_x, by_y = x_log1p_y(_one_unless_zero(x), y), x_div_y(x, y + jnp.asarray(1, y.dtype))
    return x_log1p_y(x, y), jnp.conj(by_x) * dx + jnp.conj(by_y) * dy


@x_div_y.defjvp
def _x_div_y_jvp(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    by_x, by_y = x_div_y(_one_unless_zero(x), y), x_div_y(-x, y * y)
    return x_div_y(x, y), jnp.conj(by_x) * dx + jnp.conj(by_y) * dy


@op("tf.math.xlogy", inputs=same("x", "y", of=kinds.LOG_PRODUCT))
def xlogy(x, y):
    """x * log(y), and 0 where x is 0, element by element, with broadcasting."""
    check_broadcast(x, y)
    return x_log_y(x, y)


@op("tf.math.xlog1py", inputs=same("x", "y", of=kinds.LOG_PRODUCT))
def xlog1py(x, y):
    """x * log(1 + y), and 0 where x is 0, element by element, with broadcasting."""
    check_broadcast(x, y)
    return x_log1p_y(x, y)


@op("tf.math.xdivy", inputs=same("x", "y", of=kinds.LOG_PRODUCT))
def xdivy(x, y):
    """x / y, and 0 where x is 0, element by element, with broadcasting."""
    check_broadcast(x, y)
    return x_div_y(x, y)
