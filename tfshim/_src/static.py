"""Converters for static attributes: what XLA has to know while tracing.

Each takes what a user may pass (Python values, NumPy values, tensors whose value is then read) and
returns a canonical, hashable value with which the kernel is found and its body is called.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.errors import op_error


def host(value: Any) -> Any:
    """The value on the host: tensors are read, everything else is returned as it is.

    A symbolic tensor that depends on constants only has a value too (fold.py).
    """
    read = getattr(value, "_host_value", None)
    return value if read is None else read()


def plain(value: Any) -> Any:
    """Python values with tensors and arrays inside turned into numbers and tuples."""
    value = host(value)
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (list, tuple)):
        return tuple(plain(v) for v in value)
    return value


def flag(value: Any) -> bool:
    """A bool, as TensorFlow takes one for a bool attribute."""
    value = host(value)
    if isinstance(value, (bool, np.bool_, int)):
        return bool(value)
    if value is None:
        return False
    raise TypeError(f"Expected bool, but got {value!r} of type {type(value).__name__!r}.")


def integer(value: Any) -> int:
    """One int; floats are refused with TensorFlow's sentence."""
    value = host(value)
    if isinstance(value, np.ndarray) and value.ndim == 0 or isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int):
        index = getattr(value, "__index__", None)
        if isinstance(value, (bool, float, str)) or index is None:
            raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype int32")
        value = index()
    return value


def integers(value: Any) -> tuple[int, ...]:
    """A tuple of ints from a list, a 1-d tensor, a TensorShape, or one int."""
    value = host(value)
    if hasattr(value, "as_list"):
        value = value.as_list()
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "iu":
            raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype int32")
        value = value.reshape(-1).tolist()
    if isinstance(value, (list, tuple, range)):
        return tuple(integer(v) for v in value)
    return (integer(value),)


def optional(convert):
    """The same converter, with None kept."""

    def converted(value):
        return None if value is None else convert(value)

    return converted


def axis(value: Any) -> int | tuple[int, ...] | None:
    """A reduction's axis: None, one int, or several, given in any form; negative ones are kept."""
    value = host(value)
    if value is None:
        return None
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, (list, tuple, range, np.ndarray)) or hasattr(value, "as_list"):
        return integers(value)
    return integer(value)


def shape(value: Any) -> tuple[int, ...]:
    """A fully known shape from a list, tuple, TensorShape or tensor (its items may be tensors)."""
    return integers(value)


def dtype(value: Any) -> Any:
    """A NumPy dtype from anything that names a dtype; None is kept."""
    return None if value is None else dtypes.as_dtype(value).np


def normalize_axis(kernel: str, a: int, ndim: int, message: str) -> int:
    """The axis counted from the front, or TensorFlow's InvalidArgumentError.

    Args:
      kernel: kernel name for the error.
      a: axis, may be negative.
      ndim: rank of the tensor.
      message: the error's sentence, a format string with `axis` and `ndim`.
    """
    if not -ndim <= a < ndim:
        raise op_error(kernel, message.format(axis=a, ndim=ndim))
    return a % ndim if ndim else 0
