"""`tf.__operators__`: what `+`, `==`, `!=` and `[]` call, by name."""

from __future__ import annotations

from typing import Any

from tfshim._src.convert import convert
from tfshim._src.operators import equal, not_equal
from tfshim._src.ragged import RaggedTensor
from tfshim._src.registry import export
from tfshim._src.slicing import assignable, getitem as tensor_getitem


@export("tf.__operators__.add")
def add(x, y, name=None) -> Any:
    """`x + y`; strings are joined.

    Args:
      x: a tensor.
      y: a tensor of the same dtype, or a value that can become one.
      name: for error text.

    Raises:
      AttributeError: if `x` is no tensor.
    """
    if not hasattr(x, "dtype"):
        raise AttributeError(f"{type(x).__name__!r} object has no attribute 'dtype'")
    return convert(x) + y


@export("tf.__operators__.eq")
def eq(self, other) -> Any:
    """`self == other`: False for None and for shapes that do not fit."""
    return equal(self, other)


@export("tf.__operators__.ne")
def ne(self, other) -> Any:
    """`self != other`: True for None and for shapes that do not fit."""
    return not_equal(self, other)


@export("tf.__operators__.getitem")
def getitem(tensor, slice_spec, var=None) -> Any:
    """`tensor[slice_spec]`.

    Args:
      tensor: a tensor, a variable, or what can become a tensor.
      slice_spec: as in Python: numbers, slices, `...`, None, and integer tensors.
      var: a variable whose value the tensor is: the result then has `assign`.
    """
    found = tensor_getitem(convert(tensor), slice_spec)
    return found if var is None else assignable(found, var, slice_spec)


@export("tf.__operators__.ragged_getitem")
def ragged_getitem(rt_input, key) -> Any:
    """`rt_input[key]` of a ragged tensor.

    Raises:
      TypeError: for anything else.
    """
    if not isinstance(rt_input, RaggedTensor):
        raise TypeError("Ragged __getitem__ expects a ragged_tensor.")
    return rt_input[key]
