"""Shapes, axes and permutations as arguments: vectors of integers whose values XLA must know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import op_error
from tfshim._src.ops.common import brackets
from tfshim._src.rules import INDEX, c_name

#: Attributes without a default: NumPy's floats are not taken as integers there.
_UNHINTED = frozenset({"Tshift", "Taxis", "Index"})


def index_array(value: Any, kernel: str, attr: str, of: tuple[str, ...] = INDEX) -> np.ndarray:
    """The integers of a Python value or tensor, of any rank.

    Args:
      value: what the caller passed; lists may have tensors in them.
      kernel: TensorFlow's kernel name, for the error.
      attr: name of the dtype attribute, for the error.
      of: the dtypes that the kernel takes.

    Raises:
      InvalidArgumentError: for other dtypes.
    """
    if plain_ints(value) and value:
        return np.array(value, np.int64 if any(abs(v) >> 31 for v in value) else np.int32)
    if type(value) is int and -(2**31) <= value < 2**31:
        return np.array(value, np.int32)
    if type(value) is list and all(plain_ints(v) for v in value):
        array = np.array(value) if len({len(v) for v in value}) == 1 else None
        if array is not None and array.size and abs(array).max() < 2**31:
            return array.astype(np.int32)
    if isinstance(value, (list, tuple)) and not len(value) and attr not in _UNHINTED:
        return np.zeros(0, np.int32)
    t = convert(value, hint=None if attr in _UNHINTED else dtypes.int32)
    found = static.host(t)
    if c_name(t.aval.dtype) not in of:
        raise op_error(
            kernel,
            f"Value for attr '{attr}' of {c_name(t.aval.dtype)} is not in the list of allowed "
            f"values: {', '.join(of)}\n\t; NodeDef: {{{{node {kernel}}}}}",
            ran=False,
        )
    return np.asarray(found)


def plain_ints(value: Any) -> bool:
    """Whether this is a flat list or tuple of Python ints, as shapes mostly are."""
    kind = type(value)
    return (kind is list or kind is tuple) and all(type(v) is int for v in value)


def vector(kernel: str, attr: str, sentence: str, of: tuple[str, ...] = INDEX) -> Callable:
    """A converter to a tuple of ints for arguments that must be 1-D.

    Args:
      kernel, attr, of: as in `index_array`.
      sentence: the error for other ranks, a format string with `shape` and `ndim`.
    """

    def converted(value: Any) -> tuple[int, ...]:
        if plain_ints(value):
            return tuple(value)
        array = index_array(value, kernel, attr, of)
        if array.ndim != 1:
            text = sentence.format(shape=brackets(array.shape), ndim=array.ndim)
            raise op_error(kernel, text)
        return tuple(array.tolist())

    return converted


def loose_vector(kernel: str, attr: str, sentence: str = "", of: tuple[str, ...] = INDEX):
    """The same where a scalar counts as a vector of one."""
    strict = vector(kernel, attr, sentence, of)

    def converted(value: Any) -> tuple[int, ...]:
        if plain_ints(value):
            return tuple(value)
        array = index_array(value, kernel, attr, of)
        return (int(array),) if array.ndim == 0 else strict(array)

    return converted


def refuse_float(value: Any) -> None:
    """Raises for a Python float where TensorFlow converts to int32 first."""
    if isinstance(value, float):
        raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype int32")
