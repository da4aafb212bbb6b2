"""What math_ops has besides public names."""

from __future__ import annotations

from typing import Any

from tfshim._src.convert import convert
from tfshim._src.registry import PUBLIC
from tfshim._src.tensor import Tensor

__all__ = [
    "bincount", "cast_v2", "div", "mod", "tensor_equals", "tensor_not_equals", "to_bfloat16",
    "to_complex128", "to_complex64", "to_double", "to_float", "to_int32", "to_int64",
]  # fmt: skip


def div(x, y, name=None) -> Any:
    """The quotient as in Python 2: that of integers is rounded down."""
    x = x if isinstance(x, Tensor) else convert(x)
    name = "tf.math.floordiv" if x.dtype.is_integer else "tf.realdiv"
    return PUBLIC[name](x, y)


def mod(x, y, name=None) -> Any:
    """`tf.math.floormod`."""
    return PUBLIC["tf.math.floormod"](x, y, name)


def cast_v2(x, dtype, name=None) -> Any:
    """`tf.cast`."""
    return PUBLIC["tf.cast"](x, dtype, name)


def tensor_equals(x, y) -> Any:
    """What `x == y` gives."""
    return convert(x) == y


def tensor_not_equals(x, y) -> Any:
    """What `x != y` gives."""
    return convert(x) != y


def bincount(arr, weights=None, minlength=None, maxlength=None, dtype="int32") -> Any:
    """`tf.math.bincount` of all elements."""
    return PUBLIC["tf.math.bincount"](arr, weights, minlength, maxlength, dtype)


def _caster(dtype: str) -> Any:
    def cast(x, name=None) -> Any:
        return PUBLIC["tf.cast"](x, dtype, name)

    cast.__doc__ = f"`tf.cast` to {dtype}."
    return cast


to_float, to_double, to_bfloat16 = _caster("float32"), _caster("float64"), _caster("bfloat16")
to_int32, to_int64 = _caster("int32"), _caster("int64")
to_complex64, to_complex128 = _caster("complex64"), _caster("complex128")
