"""`experimental_enable_numpy_behavior`: tensors with NumPy's methods, promotion and indexing.

It changes the classes `Tensor` and `Variable` once, for the whole process, as in TensorFlow; a
program that does not call it pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import nest, operators
from tfshim._src.convert import convert
from tfshim._src.engine import speed
from tfshim._src.numpy_api import indexing, linalg, manipulation, reduction
from tfshim._src.numpy_api.elementwise import around, clip
from tfshim._src.numpy_api.promotion import Preference, numpy_operand, numpy_result
from tfshim._src.numpy_api.public import public
from tfshim._src.ops import casting, compare
from tfshim._src.tensor import EagerTensor, Tensor
from tfshim._src.variable import Variable

_MODES = ("off", "legacy", "safe", "all")


@public
def experimental_enable_numpy_behavior(prefer_float32=False, dtype_conversion_mode="legacy"):
    """Lets tensors behave like NumPy's arrays, in the whole process.

    They get methods such as `T`, `reshape` and `astype`; `x[...]` takes arrays of indices; and
    operators between different dtypes compute in the one that NumPy would choose.

    Args:
      prefer_float32: whether a Python float counts as float32 beside other dtypes, not as weak.
      dtype_conversion_mode: "legacy" for NumPy's promotion, "off" for none. With "all", dtypes are
        promoted as JAX does it, and what comes from Python's numbers is a weak tensor, which gives
        way to others; "safe" is the same without what could lose bits of a value.

    Raises:
      ValueError: for a mode that does not exist.
    """
    if dtype_conversion_mode not in _MODES:
        raise ValueError(
            f"The provided promotion mode {dtype_conversion_mode} does not exist. Make sure the "
            "provided dtype conversion mode is one of the followings: 'off', 'legacy', 'safe' or "
            "'all'."
        )
    weak = dtype_conversion_mode in ("safe", "all")
    Preference.float32, Preference.weak = bool(prefer_float32) or weak, weak
    _give_methods()
    if weak:
        from tfshim._src.numpy_api import weak_mode

        weak_mode.enable(dtype_conversion_mode)
    elif dtype_conversion_mode == "legacy":
        _promote_operands()
    else:
        operators.install()
    Tensor.__getitem__ = indexing.getitem  # type: ignore[attr-defined]


# -- methods --


def _reshape(a, *newshape, **kwargs):
    order = kwargs.pop("order", "C")
    if kwargs:
        raise ValueError(f"Unsupported arguments: {kwargs.keys()}")
    if len(newshape) == 1 and not isinstance(newshape[0], int):
        newshape = newshape[0]
    return manipulation.reshape(a, newshape, order=order)


def _tolist(self):
    if self._is_symbolic():
        raise ValueError("Symbolic Tensors do not support the tolist API.")
    return self._host_value().tolist()


_METHODS: dict[str, Any] = {
    "T": property(lambda self: self.transpose(), doc="The axes in reverse order."),
    "size": property(lambda self: np.prod(self.shape.as_list()), doc="The number of elements."),
    "data": property(lambda self: self, doc="The tensor itself."),
    "__pos__": lambda self: self,
    "__round__": around,
    "tolist": _tolist,
    "transpose": manipulation.transpose,
    "flatten": manipulation.flatten,
    "reshape": _reshape,
    "ravel": manipulation.ravel,
    "clip": clip,
    "astype": casting.cast,
    "max": reduction.amax,
    "mean": reduction.mean,
    "min": reduction.amin,
}


def _give_methods() -> None:
    for name, method in _METHODS.items():
        setattr(Tensor, name, method)


# -- operators --


def _operands(x: Any, y: Any) -> list[EagerTensor]:
    """Both as tensors of the dtype that NumPy would compute in."""
    dtype = numpy_result(*[numpy_operand(v) for v in nest.flatten((x, y))])
    return [casting.cast(v, dtype) if isinstance(v, Tensor) else convert(v, dtype) for v in (x, y)]


def _promoting(fn: Callable, name: str, cls: type) -> tuple[Callable, Callable]:
    """The operator and its reflection, of operands that are promoted."""

    def method(self, other):
        try:
            self, other = _operands(value_of(self), other)
            return fn(self, other)
        except (TypeError, ValueError):
            if (
                isinstance(other, Tensor)
                or (reflected := getattr(type(other), f"__r{name}__", None)) is None
            ):
                raise
            try:
                out = reflected(other, value_of(self))
            except (TypeError, ValueError):
                out = NotImplemented
            if out is NotImplemented:
                raise
            return out

    def reflected(self, other):
        return fn(*reversed(_operands(value_of(self), other)))

    value_of = _value_of if cls is Variable else _same
    return method, reflected


def _same(x):
    return x


def _value_of(x):
    return convert(x) if isinstance(x, Variable) else x


def _fast(fn: Callable, method: Callable, reverse: bool = False) -> Callable:
    """The C core's operator in front, where no promotion can be due.

    It takes operands of one dtype, and Python numbers that fit a floating point tensor. These
    change its dtype only where they count as float32.
    """
    entry = getattr(fn, "entry", None)
    if entry is None or Preference.float32:
        return method
    return speed.core.Method(entry, method, reverse)


def _promote_operands() -> None:
    binary = {**operators._BINARY, "matmul": linalg.matmul}
    for cls in (Tensor, Variable):
        for name, fn in binary.items():
            method, reflected = _promoting(fn, name, cls)
            setattr(cls, f"__{name}__", _fast(operators._BINARY[name], method))
            setattr(cls, f"__r{name}__", _fast(operators._BINARY[name], reflected, reverse=True))
        for name, fn in operators._COMPARE.items():
            setattr(cls, f"__{name}__", _fast(fn, _comparing(fn)))
    # variables compare as before, also in TensorFlow
    Tensor.__eq__ = _equality(compare.equal, False)  # type: ignore[method-assign]
    Tensor.__ne__ = _equality(compare.not_equal, True)  # type: ignore[method-assign]


def _comparing(fn: Callable) -> Callable:
    return lambda x, y: fn(*_operands(_value_of(x), y))


def _equality(fn: Callable, otherwise: bool) -> Callable:
    def method(x, y):
        if y is None:
            return otherwise
        x, y = _operands(x, y)
        return operators._compared(fn, x, y, otherwise)

    return method
