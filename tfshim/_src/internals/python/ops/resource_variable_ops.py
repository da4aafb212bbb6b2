"""Variables."""

from __future__ import annotations

from typing import Any

from tfshim._src import dtypes
from tfshim._src.internals.python.framework.tensor_spec import DenseSpec
from tfshim._src.variable import Variable

__all__ = ["BaseResourceVariable", "ResourceVariable", "VariableSpec", "is_resource_variable"]

BaseResourceVariable = ResourceVariable = Variable


def is_resource_variable(var: Any) -> bool:
    """Whether something is a variable."""
    return isinstance(var, Variable)


class VariableSpec(DenseSpec):
    """The spec of a variable, which is one part.

    Args:
      shape, dtype: those of its value.
      trainable: whether it is trained.
      alias_id: a number that two specs of one variable share.
    """

    __slots__ = ("alias_id", "trainable")

    value_type = Variable  # type: ignore[assignment]

    def __init__(
        self, shape: Any, dtype: Any = dtypes.float32, trainable: bool = True, alias_id: Any = None
    ):
        super().__init__(shape, dtype)
        self.trainable = trainable
        self.alias_id = alias_id

    def _serialize(self) -> tuple:
        return self._shape, self._dtype, self.trainable, self.alias_id

    @property
    def _component_specs(self) -> Any:
        return self

    def _to_components(self, value: Any) -> Any:
        return value

    def _from_components(self, components: Any) -> Any:
        return components

    def __repr__(self) -> str:
        return (
            f"VariableSpec(shape={self.shape}, dtype={self.dtype!r}, trainable={self.trainable}, "
            f"alias_id={self.alias_id})"
        )
