"""What `tf.TensorArray` refuses, eagerly and in functions, in TensorFlow's words."""

from __future__ import annotations

from typing import Any

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.tensor import STATE, Tensor


def check_alike(shapes: list[tuple[int, ...]]) -> None:
    """Raises where elements of a function's array have other shapes than the first one."""
    for shape in shapes:
        if shape != shapes[0]:
            first, other = (f"[{','.join(map(str, s))}]" for s in (shapes[0], shape))
            text = f"PartialTensorShape: Incompatible shapes during merge: {first} vs. {other}"
            raise InvalidArgumentError(None, None, text)


def refuse_float(value: Any, parameter: str, kernel: str) -> None:
    """Raises for a float where TensorFlow's kernel takes an integer."""
    if isinstance(value, float):
        raise TypeError(
            f"Expected int32 passed to parameter '{parameter}' of op '{kernel}', got {value} of "
            f"type 'float' instead. Error: Expected int32, but got {value} of type 'float'."
        )


def checked_index(index: Any, kernel: str) -> Any:
    """An index that TensorFlow would take.

    Raises:
      TypeError: for a float, a list, and in functions an int64 tensor.
      InvalidArgumentError: for a vector, in functions.
    """
    if not STATE.trace.symbolic:
        if isinstance(index, float):
            raise TypeError("list indices must be integers or slices, not float")
        if isinstance(index, (list, tuple)):
            kind = type(index).__name__
            raise TypeError(f"'<' not supported between instances of '{kind}' and 'int'")
        return index
    refuse_float(index, "index", kernel)
    if isinstance(index, (list, tuple)):
        index = convert(index)
    if isinstance(index, Tensor):
        if index.dtype is not dtypes.int32:
            raise TypeError(
                f"Input 'index' of '{kernel}' Op has type {index.dtype.name} that does not match "
                "expected type of int32."
            )
        if index.shape.rank:
            text = f"Expected argument 1 to be a scalar. Received a tensor of shape {index.shape}"
            raise InvalidArgumentError(None, None, text)
    return index
