"""`tf.experimental.Optional`: a value, or its absence, of a known type."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import nest
from tfshim._src.convert import convert
from tfshim._src.data import structure
from tfshim._src.errors import InvalidArgumentError, op_error
from tfshim._src.fold import static_value
from tfshim._src.registry import export
from tfshim._src.spec import TensorSpec, TypeSpec
from tfshim._src.tensor import STATE, EagerTensor, Tensor


@export("tf.experimental.Optional", "tf.data.experimental.Optional")
class Optional:
    """A value or its absence; made by `from_value`, `empty` and iterators."""

    __module__ = "tensorflow.python.data.ops.optional_ops"

    def has_value(self, name=None) -> Any:
        """A bool tensor: whether there is a value."""
        raise NotImplementedError("Optional.has_value()")

    def get_value(self, name=None) -> Any:
        """The value.

        Raises:
          InvalidArgumentError: if there is none.
        """
        raise NotImplementedError("Optional.get_value()")

    @property
    def element_spec(self) -> Any:
        """The spec, or nest of specs, of the value."""
        raise NotImplementedError("Optional.element_spec")

    @staticmethod
    def empty(element_spec) -> Optional:
        """The absence of a value.

        Args:
          element_spec: the spec, or nest of specs, of what is absent.
        """
        parts = nest.map_structure(_blank, element_spec)
        return _OptionalImpl(convert(False), parts, element_spec)

    @staticmethod
    def from_value(value) -> Optional:
        """A value.

        Args:
          value: a nest of tensors, or of what becomes one.
        """
        value = structure.normalized(value)
        return _OptionalImpl(convert(True), value, structure.specs_of(value))


class _OptionalImpl(Optional):
    """The one implementation: a flag and a value, which is blank where the flag is false."""

    __module__ = Optional.__module__

    def __init__(self, flag: EagerTensor, value: Any, element_spec: Any):
        self._flag = flag
        self._value = value
        self._element_spec = element_spec

    def has_value(self, name=None) -> EagerTensor:
        return self._flag

    def get_value(self, name=None) -> Any:
        known = static_value(self._flag)
        if known is None:
            from tfshim._src.function.effects import effect

            if hasattr(STATE.trace, "effects"):
                effect("OptionalGetValue", self._require, [self._flag])
        else:
            self._require(known)
        return self._value

    def _require(self, flag: np.ndarray) -> None:
        if not flag:
            count = len(nest.flatten(self._element_spec))
            raise op_error(
                "OptionalGetValue",
                "The given optional does not have a value.",
                InvalidArgumentError,
                attrs=f"output_types_{count}",
            )

    @property
    def element_spec(self) -> Any:
        return self._element_spec

    @property
    def _type_spec(self) -> OptionalSpec:
        return OptionalSpec(self._element_spec)

    def _flatten_components(self) -> list:
        return [self._flag, self._value]

    def _unflatten_components(self, parts: list) -> _OptionalImpl:
        return _OptionalImpl(parts[0], parts[1], self._element_spec)


def _blank(spec: Any) -> Any:
    """Some value of a type, for an optional that is empty."""
    if isinstance(spec, TensorSpec):
        shape = [n or 0 for n in (() if spec.shape.rank is None else spec.shape.as_list())]
        text = spec.dtype.kind == "s"
        return convert(np.full(shape, b"", object) if text else np.zeros(shape, spec.dtype.np))
    return spec._from_components(nest.map_structure(_blank, spec._component_specs))


@export("tf.OptionalSpec")
class OptionalSpec(TypeSpec):
    """The type of a `tf.experimental.Optional`.

    Args:
      element_spec: the spec, or nest of specs, of the value.
    """

    __module__ = "tensorflow.python.data.ops.optional_ops"

    def __init__(self, element_spec):
        self._element_spec = element_spec

    @property
    def value_type(self):
        """The class of optionals."""
        return _OptionalImpl

    @staticmethod
    def from_value(value) -> OptionalSpec:
        """The spec of an optional."""
        return OptionalSpec(value.element_spec)

    def _serialize(self) -> tuple:
        return (self._element_spec,)

    @property
    def _component_specs(self) -> list[Any]:
        return [TensorSpec([], "bool"), self._element_spec]

    def _to_components(self, value) -> list[Any]:
        return value._flatten_components()

    def _from_components(self, components) -> _OptionalImpl:
        flag, value = components
        assert isinstance(flag, (Tensor, TensorSpec))
        return _OptionalImpl(flag, value, self._element_spec)  # type: ignore[arg-type]
