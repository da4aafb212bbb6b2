"""Functions that go element by element: of one argument, of two, and comparisons.

Most of them are an op of `tf` behind NumPy's promotion, and stand in a table; what NumPy defines
by several ops is written out. Python's operators on tensors appear on purpose: their dtype rules
change with `experimental_enable_numpy_behavior`, and so do these functions.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.control_flow.while_loop import while_loop_v2
from tfshim._src.convert import convert
from tfshim._src.numpy_api.promotion import (
    array,
    asarray,
    floats_of,
    is_inexact,
    promoted,
    promoted_pair,
    result_type,
)
from tfshim._src.numpy_api.public import named, public
from tfshim._src.ops import (
    arithmetic,
    bitwise,
    casting,
    clip as clipping,
    compare,
    complex_ops,
    creation,
    elementwise as ops,
    facts,
    gather,
    logical,
    nn_activations,
    reduction,
    shaping,
    sizes,
)
from tfshim._src.tensor import Tensor

# -- of one argument --


def _of_floats(name: str, op: Callable, what: str) -> Callable:
    """A function that computes in floating point: integers and booleans become float64."""

    def fn(x):
        return op(floats_of(x))

    return named(name, __name__, fn, f"{what}, element by element; integers become float64.")


def _of_any(name: str, op: Callable, what: str) -> Callable:
    """A function that keeps the dtype of its argument."""

    def fn(x):
        return op(asarray(x))

    return named(name, __name__, fn, f"{what}, element by element.")


sin = _of_floats("sin", ops.sin, "The sine")
cos = _of_floats("cos", ops.cos, "The cosine")
tan = _of_floats("tan", ops.tan, "The tangent")
sinh = _of_floats("sinh", ops.sinh, "The hyperbolic sine")
cosh = _of_floats("cosh", ops.cosh, "The hyperbolic cosine")
tanh = _of_floats("tanh", ops.tanh, "The hyperbolic tangent")
arcsin = _of_floats("arcsin", ops.asin, "The inverse sine")
arccos = _of_floats("arccos", ops.acos, "The inverse cosine")
arctan = _of_floats("arctan", ops.atan, "The inverse tangent")
arcsinh = _of_floats("arcsinh", ops.asinh, "The inverse hyperbolic sine")
arccosh = _of_floats("arccosh", ops.acosh, "The inverse hyperbolic cosine")
arctanh = _of_floats("arctanh", ops.atanh, "The inverse hyperbolic tangent")
exp = _of_floats("exp", ops.exp, "e to the power of x")
expm1 = _of_floats("expm1", ops.expm1, "exp(x) - 1, exact near 0")
log = _of_floats("log", ops.log, "The natural logarithm")
log1p = _of_floats("log1p", ops.log1p, "log(1 + x), exact near 0")
sqrt = _of_floats("sqrt", ops.sqrt, "The square root")
ceil = _of_floats("ceil", ops.ceil, "The least integer that is not below x")
floor = _of_floats("floor", ops.floor, "The greatest integer that is not above x")
isnan = _of_floats("isnan", compare.is_nan, "Whether x is no number")
isfinite = _of_floats("isfinite", compare.is_finite, "Whether x is a finite number")

abs = _of_any("abs", ops.abs, "The absolute value")
absolute = _of_any("absolute", ops.abs, "The absolute value")
fabs = _of_any("fabs", ops.abs, "The absolute value")
conj = _of_any("conj", complex_ops.conj, "The complex conjugate")
conjugate = _of_any("conjugate", complex_ops.conj, "The complex conjugate")
negative = _of_any("negative", arithmetic.negative, "-x")
positive = _of_any("positive", lambda x: x, "x itself")
reciprocal = _of_any("reciprocal", arithmetic.reciprocal, "1/x")
square = _of_any("square", arithmetic.square, "x * x")


@public
def imag(val):
    """The imaginary part, element by element; zeros for real numbers."""
    return complex_ops.imag(asarray(val))


@public
def real(val):
    """The real part, element by element."""
    return complex_ops.real(asarray(val))


def _invert(x):
    return logical.logical_not(x) if x.dtype is dtypes.bool else bitwise.invert(x)


def _signbit(x):
    return creation.fill(sizes.shape(x), False) if x.dtype is dtypes.bool else x < 0


def _cbrt(x):
    root = ops.abs(x) ** (1.0 / 3)  # a negative base has no such power
    return gather.where(x < 0, -root, root)


def _sinc(x):
    scaled = x * np.pi
    return gather.where(x == 0, creation.ones_like(x), ops.sin(scaled) / scaled)


def _fix(x):
    return gather.where(x < 0, ops.ceil(x), ops.floor(x))


bitwise_not = _of_any("bitwise_not", _invert, "Every bit inverted; `not x` for booleans")
signbit = _of_any("signbit", _signbit, "Whether x is below zero")
cbrt = _of_floats("cbrt", _cbrt, "The cube root")
deg2rad = _of_floats("deg2rad", lambda x: x * (np.pi / 180.0), "Degrees in radians")
exp2 = _of_floats("exp2", lambda x: 2**x, "2 to the power of x")
fix = _of_floats("fix", _fix, "The nearest integer towards zero")
sinc = _of_floats("sinc", _sinc, "sin(pi x) / (pi x), and 1 at 0")


@public
def rad2deg(x):
    """Radians in degrees, element by element."""
    return x * (180.0 / np.pi)


@public
def log2(x):
    """The logarithm to base 2, element by element; integers become float64."""
    return log(x) / np.log(2)


@public
def log10(x):
    """The logarithm to base 10, element by element; integers become float64."""
    return log(x) / np.log(10)


@public
def sign(x, out=None, where=None, **kwargs):
    """-1, 0 or 1, element by element; x/|x| for complex numbers.

    Raises:
      ValueError: for any other argument than x.
    """
    for name, given in (("out", out), ("where", where)):
        if given:
            raise ValueError(f"tf.numpy doesnt support setting {name}.")
    if kwargs:
        raise ValueError(f"tf.numpy doesnt support setting {kwargs.keys()}")
    return ops.sign(asarray(x))


@public
def angle(z, deg=False):
    """The angle of complex numbers in the plane, in radians or degrees."""
    z = floats_of(z)
    found = gather.where(z < 0, np.pi, 0) if z.dtype.is_floating else complex_ops.angle(z)
    return rad2deg(found) if deg else found


@public
def around(a, decimals=0):
    """Rounded to a number of decimals, halves to even; negative decimals round before the point."""
    a = asarray(a)
    own = a.dtype
    if not is_inexact(a):
        a = a.astype(result_type(float))
    factor = casting.cast(math.pow(10, decimals), a.dtype)
    rounded = ops.round(arithmetic.multiply(a, factor))
    return arithmetic.divide(rounded, factor).astype(own)


@public
def round(a, decimals=0):
    """`around`."""
    return around(a, decimals=decimals)


@public
def iscomplex(x):
    """Whether the imaginary part is not zero, element by element."""
    return imag(x) != 0


@public
def isreal(x):
    """Whether the imaginary part is zero, element by element."""
    return imag(x) == 0


@public
def iscomplexobj(x):
    """Whether the dtype is complex."""
    return np.issubdtype(array(x).dtype.as_numpy_dtype, np.complexfloating)


@public
def isrealobj(x):
    """Whether the dtype is not complex."""
    return not iscomplexobj(x)


@public
def isinf(x):
    """Whether x, a tensor, is an infinity, element by element; False for other dtypes."""
    return compare.is_inf(floats_of(x)) if x.dtype.is_floating else False


def _equals_infinity(name: str, value: float, what: str) -> Callable:
    def fn(x):
        return (
            x == creation.fill(sizes.shape(x), convert(value, x.dtype))
            if (x.dtype.is_floating)
            else False
        )

    doc = f"Whether x, a tensor, is {what} infinity, element by element; False for other dtypes."
    return named(name, __name__, fn, doc)


isposinf = _equals_infinity("isposinf", np.inf, "positive")
isneginf = _equals_infinity("isneginf", -np.inf, "negative")

# -- of two arguments --


def _promoting(op: Callable, for_bool: Callable | None = None) -> Callable:
    """A function of two arrays that broadcast, in the dtype that NumPy gives them together.

    Args:
      for_bool: the op where that dtype is bool.
    """

    def fn(x1, x2):
        x1, x2 = promoted_pair(x1, x2)
        return (op if for_bool is None or x1.dtype is not dtypes.bool else for_bool)(x1, x2)

    return fn


def _binary(name: str, op: Callable, what: str, for_bool: Callable | None = None) -> Callable:
    doc = f"{what}, element by element, with broadcasting."
    return named(name, __name__, _promoting(op, for_bool), doc)


def _through(op: Callable, dtype: Any, back: bool = False) -> Callable:
    """An op on booleans by way of another dtype."""

    def fn(x1, x2):
        out = op(casting.cast(x1, dtype), casting.cast(x2, dtype))
        return casting.cast(out, dtypes.bool) if back else out

    return fn


def _bits(name: str, op: Callable, what: str) -> Callable:
    return _binary(name, op, what, for_bool=_through(op, dtypes.int8, back=True))


add = _binary("add", arithmetic.add, "x1 + x2", for_bool=logical.logical_or)
subtract = _binary("subtract", arithmetic.subtract, "x1 - x2")
multiply = _binary("multiply", arithmetic.multiply, "x1 * x2", for_bool=logical.logical_and)
true_divide = _binary(
    "true_divide",
    arithmetic.truediv,
    "x1 / x2",
    for_bool=_through(arithmetic.truediv, dtypes.float64),
)
floor_divide = _binary(
    "floor_divide",
    arithmetic.floordiv,
    "x1 / x2, rounded down",
    for_bool=_through(arithmetic.floordiv, dtypes.int8),
)
mod = _binary(
    "mod",
    arithmetic.floormod,
    "The remainder of `floor_divide`",
    for_bool=_through(arithmetic.floormod, dtypes.int8),
)
power = _binary("power", arithmetic.pow, "x1 to the power of x2")
arctan2 = _binary("arctan2", ops.atan2, "The angle of the point (x2, x1)")
nextafter = _binary("nextafter", ops.nextafter, "The number after x1 towards x2")
minimum = _binary("minimum", compare.minimum, "The smaller", for_bool=logical.logical_and)
_larger = _promoting(compare.maximum, for_bool=logical.logical_or)
bitwise_and = _bits("bitwise_and", bitwise.bitwise_and, "The bits that both have")
bitwise_or = _bits("bitwise_or", bitwise.bitwise_or, "The bits that one of both has")
bitwise_xor = _bits("bitwise_xor", bitwise.bitwise_xor, "The bits that only one of both has")


@public
def divide(x1, x2):
    """`true_divide`."""
    return true_divide(x1, x2)


@public
def remainder(x1, x2):
    """`mod`."""
    return mod(x1, x2)


@public
def divmod(x1, x2):
    """`floor_divide` and `mod`."""
    return floor_divide(x1, x2), mod(x1, x2)


@public
def float_power(x1, x2):
    """`power`."""
    return power(x1, x2)


@public
def maximum(x1, x2):
    """The larger, element by element, with broadcasting; NaN where one is NaN."""
    if (
        isinstance(x2, numbers.Real)
        and not isinstance(x2, bool)
        and x2 == 0
        and isinstance(x1, Tensor)
        and x1.dtype is not dtypes.bool
    ):
        return nn_activations.relu(x1)  # whose derivative at 0 is 0
    return _larger(x1, x2)


@public
def clip(a, a_min, a_max):
    """Values below `a_min` become `a_min`, values above `a_max` become `a_max`.

    Raises:
      ValueError: where both bounds are None.
    """
    if a_min is None and a_max is None:
        raise ValueError("Not more than one of `a_min` and `a_max` may be `None`.")
    if a_min is None:
        return minimum(a, a_max)
    if a_max is None:
        return maximum(a, a_min)
    return clipping.clip_by_value(*broadcast(*promoted(a, a_min, a_max)))


@public
def hypot(x1, x2):
    """The length of the vector (x1, x2), element by element."""
    return sqrt(square(x1) + square(x2))


def _heaviside(x1, x2):
    none, one = (creation.constant(n, dtype=x2.dtype) for n in (0, 1))
    return gather.where(x1 < 0, none, gather.where(x1 > 0, one, x2))


@public
def heaviside(x1, x2):
    """0 where x1 is negative, x2 where it is 0, and 1 above, in floating point."""
    return floats_of(_heaviside(*promoted_pair(x1, x2)))


def _log_of_sum(x1, x2, power: Callable, scale: float | None):
    larger, delta = maximum(x1, x2), x1 - x2
    # infinities of one sign have no difference, but a sum
    undefined, total = isnan(delta), x1 + x2
    rest = log1p(power(-abs(delta)))
    return choose(undefined, total, larger + (rest if scale is None else rest / scale))


@public
def logaddexp(x1, x2):
    """log(exp(x1) + exp(x2)), element by element, without overflow."""
    return _log_of_sum(x1, x2, exp, None)


@public
def logaddexp2(x1, x2):
    """log2(2**x1 + 2**x2), element by element, without overflow."""
    return _log_of_sum(x1, x2, exp2, np.log(2))


def choose(condition, x, y):
    """`where` with three arguments."""
    return gather.where(asarray(condition, dtype=np.bool_), *promoted(x, y))


# -- of integers --


def _gcd(x1, x2):
    """Euclid's algorithm on all elements at once, until no remainder is left."""
    for x in (x1, x2):
        if not np.issubdtype(x.dtype.as_numpy_dtype, np.integer):
            raise ValueError("Arguments to gcd must be integers.")
    one, none = (creation.constant(n, x2.dtype) for n in (1, 0))

    def step(a, b):
        left = b != 0
        # the larger stays in front
        a, b = (
            gather.where(left, b, a),
            gather.where(left, arithmetic.floormod(a, gather.where(left, b, one)), none),
        )
        return gather.where(a < b, b, a), gather.where(a < b, a, b)

    a, b = broadcast(x1, x2)
    return while_loop_v2(lambda _, b: reduction.reduce_any(b != 0), step, (ops.abs(a), ops.abs(b)))[
        0
    ]


def _lcm(x1, x2):
    d = _gcd(x1, x2)
    none = creation.constant(0, d.dtype)
    safe = gather.where(compare.equal(d, 0), creation.constant(1, d.dtype), d)
    return gather.where(compare.equal(d, 0), none, ops.abs(x1) * (ops.abs(x2) // safe))


gcd = _binary("gcd", _gcd, "The greatest common divisor of integers")
lcm = _binary("lcm", _lcm, "The least common multiple of integers")

# -- comparisons and logic --


def _comparison(name: str, op: Callable, what: str, orders: bool = True) -> Callable:
    """A comparison in the common dtype; booleans are ordered as integers."""

    def fn(x1, x2):
        dtype = result_type(x1, x2)
        x1, x2 = array(x1, dtype=dtype), array(x2, dtype=dtype)
        if orders and x1.dtype is dtypes.bool:
            x1, x2 = casting.cast(x1, dtypes.int32), casting.cast(x2, dtypes.int32)
        return op(x1, x2)

    return named(name, __name__, fn, f"Whether x1 {what} x2, element by element.")


equal = _comparison("equal", compare.equal, "equals", orders=False)
not_equal = _comparison("not_equal", compare.not_equal, "differs from", orders=False)
greater = _comparison("greater", compare.greater, "is above")
greater_equal = _comparison("greater_equal", compare.greater_equal, "is not below")
less = _comparison("less", compare.less, "is below")
less_equal = _comparison("less_equal", compare.less_equal, "is not above")


@public
def array_equal(a1, a2):
    """Whether two arrays have one shape and equal elements: a scalar of bool."""
    dtype = result_type(a1, a2)
    a1, a2 = array(a1, dtype=dtype), array(a2, dtype=dtype)
    if a1.aval.shape != a2.aval.shape:
        return creation.constant(False)
    return reduction.reduce_all(compare.equal(a1, a2))


@public
def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """|a - b| <= atol + rtol |b|, element by element; equality for integers.

    Args:
      rtol, atol: the relative and the absolute tolerance.
      equal_nan: whether NaN equals NaN.
    """
    a, b = promoted_pair(a, b)
    if not is_inexact(a):
        return a == b
    width = a.dtype.real_dtype
    rtol, atol = creation.convert_to_tensor(rtol, width), creation.convert_to_tensor(atol, width)
    near = ops.abs(a - b) <= atol + rtol * ops.abs(b)
    return near | (compare.is_nan(a) & compare.is_nan(b)) if equal_nan else near


@public
def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Whether `isclose` holds everywhere: a scalar of bool."""
    near = isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)
    return reduction.reduce_all(asarray(near, dtype=bool))


def _logical(name: str, op: Callable, what: str) -> Callable:
    def fn(x1, x2):
        return op(array(x1, dtype=np.bool_), array(x2, dtype=np.bool_))

    return named(name, __name__, fn, f"{what} of the arguments is true, element by element.")


logical_and = _logical("logical_and", logical.logical_and, "Whether each")
logical_or = _logical("logical_or", logical.logical_or, "Whether one")
logical_xor = _logical("logical_xor", logical.logical_xor, "Whether only one")


@public
def logical_not(x):
    """Whether x is false, element by element."""
    return logical.logical_not(array(x, dtype=np.bool_))


def broadcast(*tensors: Any) -> Any:
    """Tensors broadcast to their common shape."""
    if len(tensors) < 2:
        return tensors
    shape = sizes.shape(tensors[0])
    for t in tensors[1:]:
        shape = facts.broadcast_dynamic_shape(shape, sizes.shape(t))
    return [shaping.broadcast_to(t, shape) for t in tensors]
