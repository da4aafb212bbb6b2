"""Python operators of tensors and variables: which op each of them is, and how operands convert."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tfshim._src import dtypes, slicing
from tfshim._src.convert import convert
from tfshim._src.engine import speed
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.ops import (
    arithmetic,
    bitwise,
    casting,
    compare,
    elementwise,
    linalg_basic,
    logical,
)
from tfshim._src.tensor import Tensor
from tfshim._src.variable import Variable


def _binary(fn: Callable, reverse: bool = False) -> Callable:
    """An operator method; a foreign operand with an operator of its own gets its turn."""

    def reflected(self, other):
        return fn(convert(other, self.dtype), self)

    def method(self, other):
        try:
            return fn(self, other)
        except (TypeError, ValueError) as error:
            if not _has_reflected(other, fn.__name__):
                raise
            try:
                out = getattr(other, _REFLECTED[fn.__name__])(self)
            except (TypeError, ValueError):
                raise error from None
            if out is NotImplemented:
                raise
            return out

    chosen = reflected if reverse else method
    entry = getattr(fn, "entry", None)
    return chosen if entry is None else speed.core.Method(entry, chosen, reverse)


_REFLECTED = {
    "add": "__radd__", "subtract": "__rsub__", "multiply": "__rmul__", "truediv": "__rtruediv__",
    "floordiv": "__rfloordiv__", "floormod": "__rmod__", "pow": "__rpow__", "matmul": "__rmatmul__",
}  # fmt: skip
_PLAIN = (int, float, complex, bool, str, bytes, list, tuple, type(None))


def _has_reflected(other: Any, name: str) -> bool:
    if isinstance(other, (*_PLAIN, Tensor, Variable)):
        return False
    return hasattr(type(other), _REFLECTED.get(name, "__none__"))


def equal(self, other):
    """`self == other` by elements; False for None and for shapes that do not fit."""
    if other is None:
        return False
    return _compared(compare.equal, self, other, False)


def not_equal(self, other):
    """`self != other` by elements; True for None and for shapes that do not fit."""
    if other is None:
        return True
    return _compared(compare.not_equal, self, other, True)


def _compared(fn: Callable, x, y, otherwise: bool):
    try:
        return fn(x, y)
    except InvalidArgumentError as e:
        if "Incompatible shapes" in str(e):
            return convert(otherwise)  # TensorFlow 2 compares like Python then
        raise


def _by_kind(for_bool: Callable, for_int: Callable) -> Callable:
    def choose(x, y):
        dtype = getattr(x, "dtype", None)
        return (for_bool if dtype is dtypes.bool else for_int)(x, y)

    choose.__name__ = for_bool.__name__
    return choose


def _multiply(x, y):
    """`x * y`, which of booleans, and of one and a number, is whether both are not zero."""
    if getattr(x, "dtype", None) is dtypes.bool or getattr(y, "dtype", None) is dtypes.bool:
        x, y = casting.cast(x, dtypes.int32), casting.cast(y, dtypes.int32)
        return casting.cast(arithmetic.multiply(x, y), dtypes.bool)
    return arithmetic.multiply(x, y)


_multiply.__name__ = "multiply"
_multiply.entry = arithmetic.multiply.entry


def _invert(self):
    fn = logical.logical_not if self.dtype is dtypes.bool else bitwise.invert
    return fn(self)


_BINARY = {
    "add": arithmetic.add,
    "sub": arithmetic.subtract,
    "mul": _multiply,
    "truediv": arithmetic.truediv,
    "div": arithmetic.truediv,
    "floordiv": arithmetic.floordiv,
    "mod": arithmetic.floormod,
    "pow": arithmetic.pow,
    "matmul": linalg_basic.matmul,
    "and": _by_kind(logical.logical_and, bitwise.bitwise_and),
    "or": _by_kind(logical.logical_or, bitwise.bitwise_or),
    "xor": _by_kind(logical.logical_xor, bitwise.bitwise_xor),
}
_COMPARE = {
    "lt": compare.less,
    "le": compare.less_equal,
    "gt": compare.greater,
    "ge": compare.greater_equal,
}


def install() -> None:
    """Puts the operators on `Tensor` and `Variable`."""
    for cls in (Tensor, Variable):
        for name, fn in _BINARY.items():
            setattr(cls, f"__{name}__", _binary(fn))
            setattr(cls, f"__r{name}__", _binary(fn, reverse=True))
        for name, fn in _COMPARE.items():
            setattr(cls, f"__{name}__", _binary(fn))
        cls.__neg__ = lambda self: arithmetic.negative(self)  # type: ignore[attr-defined]
        cls.__abs__ = lambda self: elementwise.abs(self)  # type: ignore[attr-defined]
        cls.__invert__ = _invert  # type: ignore[attr-defined]
    Tensor.__eq__ = equal  # type: ignore[method-assign]
    Tensor.__ne__ = not_equal  # type: ignore[method-assign]
    # unlike a tensor, a variable cannot be compared with None
    Variable.__eq__ = lambda x, y: _compared(compare.equal, x, y, False)  # type: ignore
    Variable.__ne__ = lambda x, y: _compared(compare.not_equal, x, y, True)  # type: ignore
    Tensor.__getitem__ = slicing.getitem  # type: ignore[attr-defined]
    Variable.__getitem__ = slicing.variable_getitem  # type: ignore[attr-defined]


install()
