"""The types of arguments and results as text."""

from __future__ import annotations

from typing import Any

from tfshim._src.shapes import TensorShape
from tfshim._src.spec import TensorSpec, TypeSpec
from tfshim._src.tensor import Tensor, shown_shape
from tfshim._src.variable import Variable


class VariableSpec:
    """The type of an argument that is a variable.

    Args:
      variable: the variable that the function was traced with.
      alias_id: its number among the distinct variables of the arguments.
    """

    __module__ = "tensorflow.python.ops.resource_variable_ops"

    def __init__(self, variable: Variable, alias_id: int):
        self.shape: TensorShape = variable.shape
        self.dtype = variable.dtype
        self.trainable = variable.trainable
        self.alias_id = alias_id

    def __repr__(self) -> str:
        return (
            f"VariableSpec(shape={self.shape}, dtype={self.dtype!r}, "
            f"trainable={self.trainable}, alias_id={self.alias_id})"
        )


def type_text(value: Any) -> str:
    """The type of an argument or a result as text."""
    if isinstance(value, (TypeSpec, VariableSpec)):
        return repr(value)
    if isinstance(value, Tensor):
        return repr(TensorSpec(shown_shape(value), value.dtype))
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = zip(value._fields, value, strict=True)  # type: ignore[attr-defined]
        inner = ", ".join([f"[{k!r}, {type_text(v)}]" for k, v in fields])
        return f"{type(value).__name__}[{inner}]"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(type_text, value))
        return f"{'List' if isinstance(value, list) else 'Tuple'}[{inner}]"
    if isinstance(value, dict):
        return "Dict[" + ", ".join(f"[{k!r}, {type_text(v)}]" for k, v in value.items()) + "]"
    return f"Literal[{value!r}]"
