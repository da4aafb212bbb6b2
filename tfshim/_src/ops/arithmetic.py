"""Sums, differences, products, quotients, powers and their remainders."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, reports
from tfshim._src.convert import convert, convert_inputs
from tfshim._src.dtypes import DType
from tfshim._src.errors import InternalError, InvalidArgumentError, op_error
from tfshim._src.ops import kinds
from tfshim._src.ops.common import (
    broadcasting,
    check_broadcast,
    still_without_cotangent,
    unbroadcast,
)
from tfshim._src.ops.index_checks import check_none
from tfshim._src.ops.missing_kernels import require_kernel
from tfshim._src.ops.powers import integer_power, power
from tfshim._src.ops.strings_or import textual
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT_COMPLEX, same
from tfshim._src.tensor import EagerTensor, Tensor

# -- sums, differences, products ----------------------------------------------------------------


@op(kernel="AddV2", inputs=same("x", "y", of=kinds.ADD, lenient=True))
@broadcasting
def _add(x, y):
    return jnp.add(x, y)


@op(kernel="Add", inputs=same("x", "y", lenient=True), host=True)
@broadcasting
def _add_strings(x, y):
    return np.add(x, y)


@export("tf.math.add", "tf.add")
def add(x, y, name=None) -> Any:
    """x + y, element by element, with broadcasting; strings are joined.

    Args:
      x, y: tensors of one dtype.
      name: ignored.

    Raises:
      InvalidArgumentError: for different dtypes, or shapes that do not broadcast.
    """
    try:
        return _add(x, y)
    except InvalidArgumentError as e:
        return textual(_add_strings, x, y, e)


add.entry = _add.entry  # type: ignore[attr-defined]


@op("tf.math.subtract", "tf.subtract", kernel="Sub", inputs=same("x", "y", of=kinds.SUB))
@broadcasting
def subtract(x, y):
    """x - y, element by element, with broadcasting."""
    return jnp.subtract(x, y)


@op("tf.math.multiply", "tf.multiply", kernel="Mul", inputs=same("x", "y", of=kinds.MUL))
@broadcasting
def multiply(x, y):
    """x * y, element by element, with broadcasting."""
    return jnp.multiply(x, y)


@op("tf.math.negative", "tf.negative", kernel="Neg", inputs=same("x", of=kinds.SIGNED))
def negative(x):
    """-x, element by element."""
    return jnp.negative(x)


@jax.custom_jvp
def mul_no_nan(x, y):
    """x * y, and 0 where y is 0, whatever x is."""
    return jnp.where(y == 0, jnp.zeros((), x.dtype), x * jnp.where(y == 0, 1, y))


@mul_no_nan.defjvp
def _mul_no_nan_jvp(primals, tangents):
    # The conjugates are what makes complex gradients equal TensorFlow's, which has none here.
    (x, y), (dx, dy) = primals, tangents
    return mul_no_nan(x, y), jnp.conj(y) * dx + jnp.conj(x) * dy


@op(kernel="MulNoNan", inputs=same("x", "y", "g"))
def _mul_no_nan_grads(x, y, g):
    """Cotangents of both factors; 0 where the cotangent is 0, also next to an infinity."""
    return unbroadcast(mul_no_nan(g, y), x.shape), unbroadcast(mul_no_nan(x, g), y.shape)


@op(
    kernel="MulNoNan",
    inputs=same("x", "y", of=FLOAT_COMPLEX),
    grad=lambda call: _mul_no_nan_grads(*call.inputs, *call.dense_cotangents()),
)
@broadcasting
def _multiply_no_nan(x, y):
    return mul_no_nan(x, y)


@export("tf.math.multiply_no_nan")
def multiply_no_nan(x, y, name=None) -> Any:
    """x * y, and 0 where y is 0, even if x is infinite or NaN there.

    Args:
      x, y: float or complex tensors of one dtype that broadcast.
      name: ignored.
    """
    x = convert(x)
    try:
        y = convert(y, x.aval.dtype)
    except ValueError as e:
        raise ValueError(f"y: {e}") from None
    return _multiply_no_nan(x, y)


@export("tf.math.scalar_mul", "tf.scalar_mul")
def scalar_mul(scalar, x, name=None) -> Any:
    """A scalar times a tensor or `tf.IndexedSlices`.

    Args:
      scalar: a number or a tensor of shape [].
      x: tensor of any shape, or slices, of which only the rows are multiplied.
      name: ignored.

    Raises:
      ValueError: if `scalar` is no scalar.
    """
    scalar = convert(scalar, dtypes.as_dtype(x.dtype).base_dtype)
    if scalar.aval.shape:
        raise ValueError(f"The input scalar must be a 0-D value. Received shape {scalar.shape}.")
    if hasattr(x, "indices") and hasattr(x, "dense_shape"):
        return type(x)(multiply(scalar, x.values), x.indices, x.dense_shape)
    return multiply(scalar, x)


def _squared_difference_jvp(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    # The conjugate is what makes complex gradients equal TensorFlow's.
    conj = jnp.conj(x - y)
    return conj * (x - y), (jnp.asarray(2, x.dtype) * conj) * (dx - dy)


@op(
    "tf.math.squared_difference",
    inputs=same("x", "y", of=kinds.SQUARED_DIFFERENCE),
    jvp=_squared_difference_jvp,
)
@broadcasting
def squared_difference(x, y):
    """conj(x - y) * (x - y), element by element, with broadcasting."""
    return jnp.conj(x - y) * (x - y)


def _square_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return x * x, (x * jnp.asarray(2, x.dtype)) * t


@op("tf.math.square", "tf.square", inputs=same("x", of=kinds.SQUARE), jvp=_square_jvp)
def square(x):
    """x * x, element by element."""
    return x * x


# -- quotients -----------------------------------------------------------------------------------

#: What each dtype becomes before it is divided.
_QUOTIENT: dict[DType, Any] = {
    dtypes.uint8: np.float32,
    dtypes.int8: np.float32,
    dtypes.uint16: np.float32,
    dtypes.int16: np.float32,
    dtypes.uint32: np.float64,
    dtypes.int32: np.float64,
    dtypes.uint64: np.float64,
    dtypes.int64: np.float64,
    dtypes.bfloat16: None,
    dtypes.float16: None,
    dtypes.float32: None,
    dtypes.float64: None,
    dtypes.complex64: None,
    dtypes.complex128: None,
}


def _quotient_jvp(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    # not -x / y / y, of which XLA makes -x / (y * y)
    return divide_raw(x, y), dx / y + (-(x / y) / y) * dy


def divide_raw(x, y):
    """x / y of integers or floats, in the dtype of TensorFlow's quotient."""
    wide = _QUOTIENT[dtypes.from_np(np.dtype(x.dtype))]
    return x / y if wide is None else x.astype(wide) / y.astype(wide)


@op(kernel="RealDiv", inputs=same("x", "y"), jvp=_quotient_jvp)
@broadcasting
def _truediv(x, y):
    return divide_raw(x, y)


@op("tf.realdiv", kernel="RealDiv", inputs=same("x", "y", of=kinds.MUL), jvp=_quotient_jvp)
@broadcasting
def realdiv(x, y):
    """x / y of floats or complex numbers, with broadcasting.

    Raises:
      NotFoundError: for integers, for which there is no kernel.
    """
    require_kernel("RealDiv", x)
    return x / y


def _same_dtype(x: Any, y: Any, what: str) -> tuple[EagerTensor, EagerTensor]:
    """Both as tensors of one dtype that has a quotient, or TensorFlow's TypeError."""
    x = convert(x)
    dtype = x.aval.dtype
    y = convert(y, hint=dtype)
    if y.aval.dtype is not dtype:
        raise TypeError(f"`x` and `y` must have the same dtype, got {dtype!r} != {y.aval.dtype!r}.")
    if dtype not in _QUOTIENT:
        known = ", ".join(map(repr, _QUOTIENT))
        raise TypeError(f"Invalid dtype {dtype!r} in {what}. Expected one of {{{known}}}.")
    return x, y


@export("tf.math.truediv", "tf.truediv")
def truediv(x, y, name=None) -> Any:
    """x / y, element by element; integers are divided as floats.

    Args:
      x, y: tensors of one dtype that broadcast. 8- and 16-bit integers give float32, larger ones
        float64.
      name: ignored.

    Raises:
      TypeError: for different dtypes, and for those that cannot be divided.
    """
    if type(x) is EagerTensor and type(y) is EagerTensor and x.aval.dtype is y.aval.dtype:
        if x.aval.dtype in _QUOTIENT:
            return _truediv(x, y)
    return _truediv(*_same_dtype(x, y, "__truediv__"))


truediv.entry = _truediv.entry  # type: ignore[attr-defined]


@export("tf.math.divide", "tf.divide")
def divide(x, y, name=None) -> Any:
    """Python's x / y with at least x made a tensor; see `truediv`.

    Args:
      x, y: tensors of one dtype that broadcast.
      name: ignored.

    Raises:
      TypeError: for different dtypes, and for those that cannot be divided.
    """
    if not is_tensor(x):
        x = convert(x, dtype_of(y))
    return x / y


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor or stands for one (a variable, a composite)."""
    return isinstance(value, Tensor) or hasattr(value, "_operand_dtype")


def dtype_of(value: Any) -> DType | None:
    """The dtype of a tensor or variable, None for other values."""
    if isinstance(value, Tensor):
        return value.aval.dtype
    return getattr(value, "_operand_dtype", None)


def div_no_nan(x, y):
    """x / y, and 0 where y is 0."""
    zero = y == 0
    return jnp.where(zero, jnp.zeros((), x.dtype), x / jnp.where(zero, 1, y))


def _safe_quotient_jvp(primals, tangents):
    (x, y), (dx, dy) = _floats(*primals), tangents
    return div_no_nan(x, y), div_no_nan(dx, y) + div_no_nan(div_no_nan(-x, y), y) * dy


def _floats(x, y):
    wide = _QUOTIENT[dtypes.from_np(np.dtype(x.dtype))]
    return (x, y) if wide is None else (x.astype(wide), y.astype(wide))


@op(kernel="DivNoNan", inputs=same("x", "y"), jvp=_safe_quotient_jvp)
@broadcasting
def _divide_no_nan(x, y):
    return div_no_nan(*_floats(x, y))


@export("tf.math.divide_no_nan")
def divide_no_nan(x, y, name=None) -> Any:
    """x / y, and 0 where y is 0; so are the derivatives there.

    Args:
      x, y: tensors of one dtype that broadcast; integers are divided as floats.
      name: ignored.

    Raises:
      TypeError: for different dtypes, and for those that cannot be divided.
    """
    if not is_tensor(x) and is_tensor(y):
        x = convert(x, dtype_of(y))
    return _divide_no_nan(*_same_dtype(x, y, "tf.math.divide_no_nan"))


def _reciprocal_no_nan_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    one = jnp.ones((), x.dtype)
    return div_no_nan(one, x), div_no_nan(div_no_nan(-one, x), x) * t


@op(kernel="DivNoNan", inputs=same("x", of=kinds.DIV_NO_NAN), jvp=_reciprocal_no_nan_jvp)
def _reciprocal_no_nan(x):
    return div_no_nan(jnp.ones((), x.dtype), x)


@export("tf.math.reciprocal_no_nan")
def reciprocal_no_nan(x, name=None) -> Any:
    """1 / x, and 0 where x is 0; so is the derivative there.

    Args:
      x: float or complex tensor.
      name: ignored.
    """
    x = convert(x)
    if x.aval.dtype.kind not in "iufcV":
        convert(1, x.aval.dtype)  # the numerator fails first
    return _reciprocal_no_nan(x)


def _reciprocal_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = jnp.asarray(1, x.dtype) / x
    return y, -t * y * y


@op(
    "tf.math.reciprocal",
    inputs=same("x", of=kinds.SIGNED),
    jvp=_reciprocal_jvp,
    settle=still_without_cotangent,
)
def reciprocal(x):
    """1 / x of floats or complex numbers, element by element.

    Raises:
      NotFoundError: for integers, for which there is no kernel.
    """
    require_kernel("Reciprocal", x)
    return jnp.asarray(1, x.dtype) / x


# -- whole quotients and remainders --------------------------------------------------------------


def _check_divisor(kernel: str, x: EagerTensor, y: EagerTensor) -> None:
    """Raises for a zero among integer divisors, unless a function is being traced."""
    dtype = y.aval.dtype
    if dtype.kind not in "iu" or x.aval.dtype is not dtype:
        return
    if kernel == "TruncateMod" and dtype.name not in kinds.TRUNCATE_MOD:
        return
    text, cls = "Integer division by zero", InvalidArgumentError
    if kernel.startswith("Truncate"):
        cls = InternalError
        text = "Unexpected error in binary operator (only integer div and mod should have errors)"
    if reports.collected():
        if x.aval.size and y.aval.size and (y._is_symbolic() or not np.all(y._host_value())):
            check_none(kernel, _is_zero, [y], reports.failure(kernel, text, cls))
    elif x.aval.size and not y._is_symbolic() and not np.all(y._host_value()):
        raise op_error(kernel, text, cls)


def _is_zero(divisor):
    return divisor == 0


def _is_negative(exponent):
    return exponent < 0


def floor_quotient(x, y):
    """x / y rounded down."""
    if jnp.issubdtype(x.dtype, jnp.integer):
        return jnp.floor_divide(x, y)
    return jnp.floor(x / y)


@op(kernel="FloorDiv", inputs=same("x", "y", of=kinds.MUL), grad=None)
@broadcasting
def _floordiv(x, y):
    require_kernel("FloorDiv", x, "fiu")
    return floor_quotient(x, y)


@export("tf.math.floordiv")
def floordiv(x, y, name=None) -> Any:
    """x / y rounded down, element by element, with broadcasting; it has no gradient.

    Args:
      x, y: real tensors of one dtype.
      name: ignored.

    Raises:
      InvalidArgumentError: for a zero among integer divisors.
    """
    x, y = _pair(_floordiv, x, y)
    _check_divisor("FloorDiv", x, y)
    return _floordiv(x, y)


def _pair(fn: Any, x: Any, y: Any) -> tuple[EagerTensor, EagerTensor]:
    """The two arguments as tensors, by the rule of a private op."""
    if type(x) is EagerTensor and type(y) is EagerTensor:
        return x, y
    found = convert_inputs(fn.op, (x, y))
    return found[0], found[1]


def floor_remainder(x, y):
    """x - floor(x / y) * y, of the sign of y."""
    rest = lax.rem(*jnp.broadcast_arrays(x, y))
    return jnp.where((rest != 0) & ((rest < 0) != (y < 0)), rest + y, rest)


def _remainder_jvp(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    return floor_remainder(x, y), dx - floor_quotient(x, y) * dy


@op(kernel="FloorMod", inputs=same("x", "y", of=kinds.FLOOR_MOD), jvp=_remainder_jvp)
@broadcasting
def _floormod(x, y):
    return floor_remainder(x, y)


@export("tf.math.floormod", "tf.math.mod")
def floormod(x, y, name=None) -> Any:
    """The remainder of x / y, of the sign of y, element by element, with broadcasting.

    Args:
      x, y: real tensors of one dtype.
      name: ignored.

    Raises:
      InvalidArgumentError: for a zero among integer divisors.
    """
    x, y = _pair(_floormod, x, y)
    _check_divisor("FloorMod", x, y)
    return _floormod(x, y)


@op(kernel="TruncateDiv", inputs=same("x", "y", of=kinds.MUL), grad=None)
@broadcasting
def _truncatediv(x, y):
    require_kernel("TruncateDiv", x, "fiu")
    x, y = jnp.broadcast_arrays(x, y)
    if jnp.issubdtype(x.dtype, jnp.integer):
        return lax.div(x, y)
    return jnp.trunc(x / y)


@export("tf.truncatediv")
def truncatediv(x, y, name=None) -> Any:
    """x / y rounded towards zero, element by element, with broadcasting; it has no gradient.

    Args:
      x, y: real tensors of one dtype.
      name: ignored.

    Raises:
      InternalError: for a zero among integer divisors.
    """
    x, y = _pair(_truncatediv, x, y)
    _check_divisor("TruncateDiv", x, y)
    return _truncatediv(x, y)


def _no_gradient(call):
    raise LookupError("gradient registry has no entry for: TruncateMod")


@op(kernel="TruncateMod", inputs=same("x", "y", of=kinds.TRUNCATE_MOD), grad=_no_gradient)
@broadcasting
def _truncatemod(x, y):
    return lax.rem(*jnp.broadcast_arrays(x, y))


@export("tf.truncatemod")
def truncatemod(x, y, name=None) -> Any:
    """The remainder of x / y, of the sign of x, element by element, with broadcasting.

    Args:
      x, y: real tensors of one dtype.
      name: ignored.

    Raises:
      InternalError: for a zero among integer divisors.
    """
    x, y = _pair(_truncatemod, x, y)
    _check_divisor("TruncateMod", x, y)
    return _truncatemod(x, y)


# -- powers --------------------------------------------------------------------------------------

#: Exponents that are written out as products, so that x**2 stays a square.
_SMALL = range(-2, 5)


@op(kernel="Pow", inputs=same("x", of=kinds.POW))
def _pow_whole(x, exponent):
    return integer_power(x, exponent)


@op(kernel="Pow", inputs=same("x", "y", of=kinds.POW))
def _pow(x, y):
    check_broadcast(x, y)
    return power(x, y)


@export("tf.math.pow", "tf.pow")
def pow(x, y, name=None) -> Any:
    """x to the power of y, element by element, with broadcasting.

    Args:
      x, y: tensors of one dtype. A Python number that is a small whole exponent becomes products.
      name: ignored.

    Raises:
      InvalidArgumentError: for negative powers of integers.
    """
    if type(y) in (int, float) and y in _SMALL:
        x = convert(x)
        kind = x.aval.dtype.kind
        if kind in "fc" or (kind == "i" and type(y) is int and y >= 0):
            return _pow_whole(x, int(y))
    x, y = _pair(_pow, x, y)
    whole = y.aval.dtype.kind == "i" and x.aval.dtype is y.aval.dtype and x.aval.size
    text = "Integers to negative integer powers are not allowed"
    if whole and reports.collected():
        check_none("Pow", _is_negative, [y], reports.failure("Pow", text))
    elif whole and not y._is_symbolic() and np.any(y._host_value() < 0):
        raise op_error("Pow", text)
    return _pow(x, y)
