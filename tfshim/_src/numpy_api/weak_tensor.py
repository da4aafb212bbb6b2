"""Weak tensors: what comes from Python's numbers, in the modes "safe" and "all".

A weak tensor holds a tensor and gives way to the dtype of what stands beside it. To everything that
does not know of weak tensors it is the tensor that it holds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src.convert import convert
from tfshim._src.spec import TensorSpec, TypeSpec
from tfshim._src.tensor import EagerTensor, Tensor

_MODULE = "tensorflow.python.framework.weak_tensor"


class WeakTensor:
    """A tensor whose dtype gives way to others.

    Args:
      tensor: what it holds.
    """

    __module__ = _MODULE
    __array_priority__ = 100

    def __init__(self, tensor: EagerTensor):
        self.tensor = tensor

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "tensor":
            raise AttributeError(name)
        return getattr(self.tensor, name)

    def to_tensor(self) -> EagerTensor:
        """The tensor, which does not give way."""
        return self.tensor

    # -- as a value --

    def _text(self, shown: str, end: str) -> str:
        return f"{shown.removesuffix(end)}, weak=True{end}"

    def __repr__(self) -> str:
        return self._text(repr(self.tensor), ">")

    def __str__(self) -> str:
        return self._text(str(self.tensor), ")")

    def __format__(self, spec: str) -> str:
        return f"{format(self.tensor, spec)} weakly typed"

    def __hash__(self) -> int:
        return hash(self.tensor)

    def __bool__(self) -> bool:
        return bool(self.tensor)

    def __int__(self) -> int:
        return int(self.tensor)

    def __index__(self) -> int:
        return self.tensor.__index__()

    def __float__(self) -> float:
        return float(self.tensor)

    def __complex__(self) -> complex:
        return complex(self.tensor)

    def __len__(self) -> int:
        return len(self.tensor)

    def __iter__(self):
        return (weaken(row) for row in self.tensor)  # pyright: ignore

    def __getitem__(self, index: Any) -> Any:
        return self.tensor[index]  # type: ignore[index]

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.asarray(self.tensor, dtype)

    # -- as a tensor and as a composite --

    def _as_operand(self, dtype: Any = None) -> EagerTensor:
        return convert(self.tensor, dtype)

    @property
    def _operand_dtype(self) -> Any:
        return self.tensor.dtype

    @property
    def values(self) -> EagerTensor:
        """The tensor, which is what gradients are of."""
        return self.tensor

    def with_values(self, values: EagerTensor) -> WeakTensor:
        """A weak tensor of another value."""
        return weaken(values)

    def _flatten_components(self) -> list:
        return [self.tensor]

    def _unflatten_components(self, components: Any) -> WeakTensor:
        return weaken(components[0])

    @property
    def _type_spec(self) -> WeakTensorSpec:
        return WeakTensorSpec(TensorSpec(self.tensor.shape, self.tensor.dtype))


class EagerWeakTensor(WeakTensor):
    """A weak tensor with a value."""

    __module__ = _MODULE


class GraphWeakTensor(WeakTensor):
    """A weak tensor of a function."""

    __module__ = _MODULE


class WeakTensorSpec(TypeSpec):
    """The type of a weak tensor.

    Args:
      tensor: the spec of the tensor that it holds.
    """

    __module__ = _MODULE

    def __init__(self, tensor: TensorSpec):
        self._tensor = tensor

    @property
    def value_type(self) -> type:
        """`WeakTensor`."""
        return WeakTensor

    def _serialize(self) -> tuple:
        return (self._tensor,)

    @property
    def _component_specs(self):
        return [self._tensor]

    def _to_components(self, value):
        return [value.tensor]

    def _from_components(self, components):
        return weaken(components[0])

    def __repr__(self) -> str:
        return f"EagerWeakTensor.Spec(tensor={self._tensor!r})"


def weaken(value: Any) -> WeakTensor:
    """The weak tensor of a tensor, also where that is one already."""
    if isinstance(value, WeakTensor):
        return value
    symbolic = isinstance(value, Tensor) and value._is_symbolic()
    return (GraphWeakTensor if symbolic else EagerWeakTensor)(value)
