"""Nests of specs, tensors and Python values as JSON, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tfshim._src import dtypes
from tfshim._src.shapes import TensorShape
from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import Tensor

_PLAIN = (bool, int, float, str, type(None))


class CannotSave(ValueError):
    """A value that has no place in the format."""


def encode(value: Any) -> Any:
    """A nest as JSON; specs and tensors become `{"spec": [shape, dtype, name]}`.

    Raises:
      CannotSave: for anything else than tuples, lists, dicts, specs, tensors and plain values.
    """
    if isinstance(value, (TensorSpec, Tensor)):
        shape = TensorShape(value.shape)
        sizes = None if shape.rank is None else shape.as_list()
        return {"spec": [sizes, value.dtype.name, getattr(value, "_name", None)]}
    if isinstance(value, _PLAIN):
        return {"value": value}
    if isinstance(value, dict) and all(isinstance(k, str) for k in value):
        return {"dict": {k: encode(v) for k, v in value.items()}}
    if type(value) in (list, tuple):
        return {"tuple" if type(value) is tuple else "list": [encode(v) for v in value]}
    raise CannotSave(f"{value!r} cannot be saved: only tensors, numbers, strings and nests of them")


def decode(value: Any, leaf: Callable[[TensorSpec], Any] = lambda s: s) -> Any:
    """The inverse; `leaf` makes something of each spec, in the order of `encode`."""
    ((kind, inner),) = value.items()
    if kind == "spec":
        return leaf(TensorSpec(inner[0], dtypes.as_dtype(inner[1]), inner[2]))
    if kind == "value":
        return inner
    if kind == "dict":
        # tensors of a dict are in the order of its sorted keys, as in tf.nest
        found = {k: decode(inner[k], leaf) for k in sorted(inner)}
        return {k: found[k] for k in inner}
    items = [decode(v, leaf) for v in inner]
    return tuple(items) if kind == "tuple" else items
