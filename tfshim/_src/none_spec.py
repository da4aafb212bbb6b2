"""`tf.NoneTensorSpec`: the type of None, where it stands for a tensor that is not there."""

from __future__ import annotations

from typing import Any

from tfshim._src.registry import export
from tfshim._src.spec import TypeSpec, register_type_spec_from_value_converter


class NoneTensor:
    """What `tf.NoneTensorSpec().value_type` names; the value itself is None."""

    __module__ = "tensorflow.python.framework.none_tensor"


@export("tf.NoneTensorSpec")
class NoneTensorSpec(TypeSpec):
    """The type of None."""

    __module__ = "tensorflow.python.framework.none_tensor"

    @property
    def value_type(self):
        """A class that has no instances."""
        return NoneTensor

    @staticmethod
    def from_value(value) -> NoneTensorSpec:
        """The spec of None."""
        return NoneTensorSpec()

    def most_specific_compatible_shape(self, other):
        """This spec.

        Raises:
          ValueError: if the other one is of another class.
        """
        if type(self) is not type(other):
            raise ValueError(f"No `TypeSpec` is compatible with both {self} and {other}")
        return self

    def _serialize(self) -> tuple:
        return ()

    @property
    def _component_specs(self) -> list[Any]:
        return []

    def _to_components(self, value) -> list[Any]:
        return []

    def _from_components(self, components) -> None:
        return None

    def _batch(self, batch_size) -> NoneTensorSpec:
        return self

    def _unbatch(self) -> NoneTensorSpec:
        return self


register_type_spec_from_value_converter(type(None), NoneTensorSpec.from_value)
