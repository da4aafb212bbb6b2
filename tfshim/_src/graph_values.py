"""Python values as constants of a graph, which TensorFlow converts through NumPy.

Outside of functions TensorFlow reads Python values itself and refuses what does not fit. While a
function is traced it only looks at the kind of each number, and NumPy does the rest: True becomes
any number, integers that are too large wrap, and those of more than 64 bits fail in NumPy.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from typing import Any

import numpy as np

from tfshim._src.dtypes import DType

#: What the numbers in a value must be, by kind of dtype.
_LEAVES: dict[str, Any] = {
    "b": bool,
    "i": numbers.Integral,
    "u": numbers.Integral,
    "f": numbers.Real,
    "c": numbers.Complex,
    "s": (str, bytes),
}


def graph_array(value: Any, dtype: DType | None) -> np.ndarray:
    """The array of a Python or NumPy value; strings that fit are left to the caller.

    Raises:
      TypeError: for a leaf of another kind than the dtype's, and for objects.
      ValueError: for None, and for what is not rectangular, by NumPy.
      OverflowError: for integers that NumPy has no room for.
    """
    if value is None:
        raise ValueError("None values not supported.")
    if isinstance(value, (np.ndarray, np.generic)):
        return _of_numpy(np.asarray(value), dtype)
    wanted = object if dtype is None else _LEAVES.get(dtype.kind, object)
    for leaf in leaves(value):
        kind = leaf.dtype.type if isinstance(leaf, np.ndarray) else type(leaf)
        if dtype is not None and not issubclass(kind, wanted):
            raise TypeError(
                f"Expected {dtype.name}, but got {leaf} of type '{type(leaf).__name__}'."
            )
    array = _read(value, None if dtype is None else dtype.np)
    kind = array.dtype.kind if dtype is None else ""
    words = kind == "U" or kind == "S"
    if kind in tuple("OmM") or (words and not all(map(_is_word, leaves(value)))):
        raise TypeError(
            f"Failed to convert elements of {value} to Tensor. Consider casting elements to a "
            "supported type. See https://www.tensorflow.org/api_docs/python/tf/dtypes for "
            "supported TF dtypes."
        )
    shape = nested_shape(value)
    if list(array.shape) != shape:
        raise ValueError(
            f"Expected values {value} to be a dense tensor with shape {shape}, but got shape "
            f"{list(array.shape)}."
        )
    return array if dtype is not None else _usual(array)


def _is_word(leaf: Any) -> bool:
    return isinstance(leaf, (str, bytes))


def _read(value: Any, dtype: Any) -> np.ndarray:
    """NumPy's array of a value; integers that the dtype has no room for wrap."""
    with np.errstate(all="ignore"):
        try:
            return np.array(value, dtype)
        except OverflowError:
            return np.array(value).astype(dtype)


def leaves(value: Any) -> Iterator[Any]:
    """What is in nested lists, tuples and dictionaries."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, (list, tuple)):
        yield value
        return
    for item in value:
        yield from leaves(item)


def nested_shape(value: Any) -> list[int]:
    """The lengths of nested lists, as far as their first elements go."""
    shape = []
    while isinstance(value, (list, tuple)):
        shape.append(len(value))
        value = value[0] if value else None
    return shape


def _of_numpy(array: np.ndarray, dtype: DType | None) -> np.ndarray:
    """An array cast as NumPy casts; of strings, what is none."""
    if dtype is not None and dtype.kind != "s":
        with np.errstate(all="ignore"):
            return array.astype(dtype.np)
    if dtype is not None or array.dtype.kind == "O":
        for item in array.reshape(-1).tolist():
            if not isinstance(item, (str, bytes)):
                raise TypeError(f"Expected binary or unicode string, got {item!r}")
        return array.astype(object)
    if array.dtype.kind in "mM":
        raise TypeError(
            f"Cannot convert the argument `type_value`: {array.dtype!r} to a TensorFlow DType."
        )
    return array


def _usual(array: np.ndarray) -> np.ndarray:
    """float64 as float32, int64 as int32 where nothing is lost: Python's numbers have no width."""
    if array.dtype == np.float64:
        with np.errstate(all="ignore"):
            return array.astype(np.float32)
    if array.dtype == np.int64:
        narrow = array.astype(np.int32)
        return narrow if np.array_equal(narrow, array) else array
    return array
