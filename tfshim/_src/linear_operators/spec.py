"""The types of operators, which lets functions take, return and cache them as composites."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import nest
from tfshim._src.linear_operators import hints, ops
from tfshim._src.shapes import TensorShape
from tfshim._src.spec import TensorSpec, TypeSpec
from tfshim._src.tensor import Tensor
from tfshim._src.variable import Variable

_SPECS: dict[type, type] = {}


def fields(operator: Any) -> dict[str, Any]:
    """The arguments of the constructor that make an operator equal to this one."""
    found = {}
    for name in dict.fromkeys((*operator._composite_tensor_fields, *hints.NAMES)):
        if hasattr(operator, name):
            value = getattr(operator, name)
        elif hasattr(operator, f"_{name}"):
            value = getattr(operator, f"_{name}")
        else:
            value = operator.parameters[name]
        if isinstance(value, TensorShape) and not value.is_fully_defined():
            value = operator._batch_shape_arg  # which is known when the function runs
        if name in operator._composite_tensor_prefer_static_fields and isinstance(value, Tensor):
            known = ops.get_static_value(value)
            value = value if known is None else known
        found[name] = value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
    return found


def _is_part(value: Any) -> bool:
    """Whether an argument is made of tensors, not of numbers and names."""
    leaves = nest.flatten(value)
    return bool(leaves) and all(
        isinstance(leaf, (Tensor, Variable, TypeSpec)) or hasattr(leaf, "_flatten_components")
        for leaf in leaves
    )


def parts(operator: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """(arguments made of tensors, all others) of an operator's constructor."""
    moving, fixed = {}, {}
    for name, value in sorted(fields(operator).items()):
        (moving if _is_part(value) else fixed)[name] = value
    return moving, fixed


def frozen(value: Any) -> Any:
    """A hashable form of an argument that holds no tensors."""
    if isinstance(value, (list, tuple)):
        return tuple(frozen(v) for v in value)
    return tuple(value.as_list()) if isinstance(value, TensorShape) else value


def _spec_of(value: Any) -> Any:
    if isinstance(value, (Tensor, Variable)):
        return TensorSpec(value.shape, value.dtype)
    if isinstance(value, TypeSpec):
        return value
    if isinstance(value, (list, tuple)):
        return [_spec_of(v) for v in value]
    return value._type_spec


class LinearOperatorSpec(TypeSpec):
    """The type of an operator.

    Args:
      param_specs: argument of the constructor -> the spec, or nest of specs, of its value.
      non_tensor_params: the constructor's other arguments, hints included.
      prefer_static_fields: arguments kept as numbers where they are known.
    """

    _value_type: type

    def __init__(self, param_specs, non_tensor_params, prefer_static_fields):
        self._param_specs = param_specs
        self._non_tensor_params = non_tensor_params
        self._prefer_static_fields = prefer_static_fields

    @property
    def value_type(self) -> type:
        return self._value_type

    @property
    def _component_specs(self):
        return self._param_specs

    def _to_components(self, value):
        moving, fixed = parts(value)
        return {name: moving.get(name, fixed.get(name)) for name in self._param_specs}

    def _from_components(self, components):
        return self.value_type(**self._non_tensor_params, **components)

    def _serialize(self) -> tuple:
        return self._param_specs, self._non_tensor_params, self._prefer_static_fields


def spec_of(operator: Any) -> TypeSpec:
    """The spec of an operator; each class has a class of specs."""
    cls = type(operator)
    spec = _SPECS.get(cls)
    if spec is None:
        spec = type(f"{cls.__name__}Spec", (LinearOperatorSpec,), {"_value_type": cls})
        spec.__module__ = cls.__module__
        _SPECS[cls] = spec
    moving, fixed = parts(operator)
    return spec(
        {name: _spec_of(value) for name, value in moving.items()},
        {name: frozen(value) for name, value in fixed.items()},
        operator._composite_tensor_prefer_static_fields,
    )
