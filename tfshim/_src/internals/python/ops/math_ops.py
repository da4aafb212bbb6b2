"""What math_ops has besides public names."""

from __future__ import annotations

from typing import Any

from tfshim._src.convert import convert
from tfshim._src.registry import PUBLIC
from tfshim._src.tensor import Tensor

__all__ = ["cast_v2", "div", "mod", "tensor_equals", "tensor_not_equals"]


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
