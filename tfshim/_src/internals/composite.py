"""The base of what is made of several tensors."""

from __future__ import annotations

import abc
from typing import Any

from tfshim._src import nest
from tfshim._src.spec import TypeSpec


class CompositeTensor(abc.ABC):
    """What is made of several tensors: ragged and sparse tensors, indexed slices, and more.

    A subclass says by `_type_spec` how it is taken apart, and then `tf.nest` and `tf.function` do
    it.
    """

    @classmethod
    def __subclasshook__(cls, subclass: type) -> Any:
        """tfshim's own composites are told by what they do, not by a base."""
        if cls is not CompositeTensor:
            return NotImplemented
        return hasattr(subclass, "_flatten_components") and not issubclass(subclass, TypeSpec)

    @property
    @abc.abstractmethod
    def _type_spec(self) -> Any:
        """The `tf.TypeSpec` that takes the object apart and makes one like it."""

    def _flatten_components(self) -> list:
        return [self._type_spec._to_components(self)]

    def _unflatten_components(self, parts: list) -> Any:
        """An object like this of other parts; of specs, the spec, as it can only be made of
        tensors."""
        if any(isinstance(part, TypeSpec) for part in nest.flatten(parts)):
            return self._type_spec
        return self._type_spec._from_components(parts[0])

    def _static_key(self) -> Any:
        """What is the same in objects for which a function need be traced once: all but values."""
        return self._type_spec

    def _shape_invariant_to_type_spec(self, shape: Any) -> Any:
        """The spec that a loop variable has whose shape may change to this one.

        Raises:
          NotImplementedError: unless a subclass knows.
        """
        raise NotImplementedError(f"{type(self).__name__}._shape_invariant_to_type_spec")
