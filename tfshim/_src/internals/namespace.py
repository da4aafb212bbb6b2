"""`tf.__internal__`, as far as Keras uses it."""

from __future__ import annotations

from tfshim._src.internals import smart_cond, tensor_types as types, tracking
from tfshim._src.internals.distribute import INTERNAL as distribute
from tfshim._src.spec import TypeSpec
from tfshim._src.tensor import EagerTensor

__all__ = ["CompositeTensor", "EagerTensor", "distribute", "smart_cond", "tracking", "types"]


class _Composites(type):
    def __instancecheck__(cls, value) -> bool:
        return hasattr(type(value), "_flatten_components") and not isinstance(value, TypeSpec)


class CompositeTensor(metaclass=_Composites):
    """What is made of several tensors: ragged and sparse tensors, indexed slices."""
