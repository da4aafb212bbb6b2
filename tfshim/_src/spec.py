"""What can be said of a value without having it: `tf.TypeSpec`, `tf.TensorSpec` and trace types.

A trace type is what `tf.function` keys its traces on. A type spec is the trace type of a tensor
or of a composite of tensors. Subclasses of `TypeSpec` say how a value splits into components;
everything else here follows from `_serialize`, the tuple of their constructor's arguments.

This module knows no tensor: tensor.py and convert.py give it theirs with `connect`.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tfshim._src import nest
from tfshim._src.dtypes import DType, as_dtype, float32
from tfshim._src.shapes import TensorShape, as_shape, broadcast_shapes


class PlaceholderContext:
    """How `TraceType.placeholder_value` makes placeholders; `placeholder(spec)` is the tracer's."""

    unnest_only = False

    def placeholder(self, spec: TensorSpec):
        """A symbolic tensor for `spec`."""
        raise NotImplementedError("placeholders can only be made while a function is traced")


class CastContext:
    """What `TraceType.cast` may do; `allow_specs` lets specs stand for values."""

    def __init__(self, allow_specs: bool = False):
        self.allow_specs = allow_specs


class TraceType(metaclass=abc.ABCMeta):
    """The type of an argument of a traced function.

    Subclasses define a partial order: a trace made for a type serves all of its subtypes.
    """

    @abc.abstractmethod
    def is_subtype_of(self, other: TraceType) -> bool:
        """Whether a trace made for `other` can take values of this type."""

    @abc.abstractmethod
    def most_specific_common_supertype(self, others: Sequence[TraceType]) -> Any:
        """The closest type of which this one and all `others` are subtypes, or None."""

    @abc.abstractmethod
    def placeholder_value(self, placeholder_context) -> Any:
        """What the traced function sees in place of a value."""

    def to_tensors(self, value) -> list:
        """The tensors in a value of this type; always equally many."""
        return []

    def from_tensors(self, tensors) -> Any:
        """The inverse of `to_tensors`; takes what it needs from the iterator `tensors`."""
        return self.placeholder_value(PlaceholderContext())

    def flatten(self) -> list:
        """The `TensorSpec`s of the tensors that `to_tensors` gives."""
        return []

    def cast(self, value, cast_context) -> Any:
        """`value` as one of this type; AssertionError if it is not."""
        fits = value == self.placeholder_value(PlaceholderContext())
        assert fits, f"Can not cast {value!r} to type {self!r}"
        return value

    @abc.abstractmethod
    def __hash__(self) -> int: ...

    @abc.abstractmethod
    def __eq__(self, other) -> bool: ...


TraceType.register(DType)
TraceType.register(TensorShape)


class TypeSpec(TraceType):
    """The type of a value that is made of tensors.

    Subclasses define `value_type`, `_serialize()` (the arguments of their constructor),
    `_component_specs`, `_to_components(value)` and `_from_components(components)`.
    """

    _cached_key: tuple

    @property
    @abc.abstractmethod
    def value_type(self) -> type:
        """The class of the values."""

    @abc.abstractmethod
    def _serialize(self) -> tuple:
        """The arguments of the constructor: numbers, strings, dtypes, shapes, specs, nests."""

    @classmethod
    def _deserialize(cls, serialization):
        return cls(*serialization)

    @property
    @abc.abstractmethod
    def _component_specs(self):
        """The structure of specs of what `_to_components` gives."""

    @abc.abstractmethod
    def _to_components(self, value):
        """The structure of tensors that `value` is made of."""

    @abc.abstractmethod
    def _from_components(self, components):
        """The inverse of `_to_components`."""

    # Specs expand in `tf.nest` as the values do that they describe.
    def _flatten_components(self) -> list:
        return [self._component_specs]

    def _unflatten_components(self, parts: list):
        return self._from_components(parts[0])

    @property
    def _flat_tensor_specs(self) -> list:
        return nest.flatten(self._component_specs, expand_composites=True)

    def _to_tensor_list(self, value) -> list:
        return nest.flatten(self._to_components(value), expand_composites=True)

    def _from_tensor_list(self, tensors: list):
        components = nest.pack_sequence_as(self._component_specs, tensors, expand_composites=True)
        return self._from_components(components)

    def is_subtype_of(self, other: Any) -> bool:
        """Whether `other` describes everything that this spec does.

        Args:
          other: any trace type; one of another class is never a supertype.
        """
        if type(self) is not type(other):
            return False
        mine, theirs = self._serialize(), other._serialize()
        try:
            nest.assert_same_structure(mine, theirs)
        except (ValueError, TypeError):
            return False
        pairs = zip(nest.flatten(mine), nest.flatten(theirs), strict=True)
        return all(x.is_subtype_of(y) if isinstance(x, TraceType) else x == y for x, y in pairs)

    def most_specific_common_supertype(self, others: Sequence[Any]) -> Any:
        """The closest spec that describes all that this one and `others` do, or None.

        Args:
          others: a sequence of trace types.
        """
        if any(type(self) is not type(other) for other in others):
            return None
        mine = self._serialize()
        theirs: list[Any] = [other._serialize() for other in others]
        try:
            return self._deserialize(nest.map_structure(_join, mine, *theirs))
        except (ValueError, TypeError):  # _NoSupertype, or structures that differ
            return None

    def most_specific_compatible_type(self, other: TypeSpec) -> TypeSpec:
        """The older form of `most_specific_common_supertype`, which raises ValueError for None."""
        result = self.most_specific_common_supertype([other])
        if result is None:
            raise ValueError(f"No TypeSpec is compatible with both {self} and {other}")
        return result

    def is_compatible_with(self, spec_or_value) -> bool:
        """Whether some value fits both this spec and another one, or whether a value fits.

        Args:
          spec_or_value: a spec, or a value that has one.
        """
        other = spec_or_value
        if not isinstance(other, TypeSpec):
            other = type_spec_from_value(other)
        return type(self) is type(other) and _compatible(self._serialize(), other._serialize())

    def placeholder_value(self, placeholder_context) -> Any:
        """A value made of placeholders; the spec itself if the context wants no placeholders."""
        if placeholder_context.unnest_only:
            return self
        components = nest.map_structure(
            lambda spec: spec.placeholder_value(placeholder_context), self._component_specs
        )
        return self._from_components(components)

    def to_tensors(self, value) -> list:
        """The tensors in `value`, those of its composite components included."""
        tensors: list = []
        nest.map_structure(
            lambda spec, component: tensors.extend(spec.to_tensors(component)),
            self._component_specs,
            self._to_components(value),
        )
        return tensors

    def from_tensors(self, tensors) -> Any:
        """A value of this type out of the next tensors of an iterator."""
        components = nest.map_structure(
            lambda spec: spec.from_tensors(tensors), self._component_specs
        )
        return self._from_components(components)

    def flatten(self) -> list:
        """The specs of the tensors that `to_tensors` gives."""
        return [tensor for spec in nest.flatten(self._component_specs) for tensor in spec.flatten()]

    def cast(self, value, cast_context) -> Any:
        """`value` with its components cast to the component specs."""
        if cast_context.allow_specs and isinstance(value, TypeSpec):
            assert value.is_subtype_of(self), f"Can not cast {value!r} to {self!r}"
            return self
        components = self._to_components(value)
        cast = nest.map_structure(
            lambda spec, component: spec.cast(component, cast_context),
            self._component_specs,
            components,
        )
        pairs = zip(nest.flatten(components), nest.flatten(cast), strict=True)
        return value if all(x is y for x, y in pairs) else self._from_components(cast)

    def _with_tensor_ranks_only(self) -> TypeSpec:
        return self._deserialize(nest.map_structure(_relax, self._serialize()))

    def _without_tensor_names(self) -> TypeSpec:
        return self._deserialize(nest.map_structure(_unname, self._serialize()))

    def __tf_tracing_type__(self, context) -> TraceType:
        return self

    @classmethod
    def experimental_type_proto(cls) -> type:
        """The class of the protocol messages that stand for specs of this class."""
        from tfshim._src.protos import specs

        return specs.type_proto(cls)

    @classmethod
    def experimental_from_proto(cls, proto) -> Any:
        """The spec that a protocol message stands for."""
        from tfshim._src.protos import specs

        return specs.to_spec(proto)

    def experimental_as_proto(self) -> Any:
        """This spec as a protocol message, whose bytes are TensorFlow's."""
        from tfshim._src.protos import specs

        return specs.of_spec(self)

    def _key(self) -> tuple:
        try:
            return self._cached_key
        except AttributeError:
            self._cached_key = (type(self), _hashable(self, self._serialize()))
            return self._cached_key

    def __eq__(self, other):
        return type(self) is type(other) and self._key() == other._key()

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self._key())

    def __reduce__(self):
        return type(self), self._serialize()

    def __repr__(self):
        return f"{type(self).__name__}{self._serialize()!r}"


class _NoSupertype(ValueError):
    pass


def _join(mine, *theirs):
    if isinstance(mine, TraceType):
        joined = mine.most_specific_common_supertype(theirs)
        if joined is None:
            raise _NoSupertype
        return joined
    if not all(mine == other for other in theirs):
        raise _NoSupertype
    return mine


def _relax(value):
    if isinstance(value, TypeSpec):
        return value._with_tensor_ranks_only()
    if isinstance(value, TensorShape) and value.rank is not None:
        return TensorShape([None] * value.rank)
    return value


def _unname(value):
    return value._without_tensor_names() if isinstance(value, TypeSpec) else value


def _compatible(a, b) -> bool:
    if isinstance(a, TypeSpec):
        return a.is_compatible_with(b)
    try:
        nest.assert_same_structure(a, b)
    except (ValueError, TypeError):
        return False
    if nest.is_nested(a):
        return all(map(_compatible, nest.flatten(a), nest.flatten(b)))
    if type(a) is not type(b):
        return False
    return a.is_compatible_with(b) if isinstance(a, (TensorShape, DType)) else a == b


def _hashable(spec: TypeSpec, value):
    """`value` with its dicts, lists and arrays made into tuples."""
    if value is None or isinstance(
        value, (int, float, np.generic, DType, TypeSpec, TensorShape, str, bytes)
    ):
        return value
    if isinstance(value, dict):
        return tuple((key, _hashable(spec, value[key])) for key in sorted(value))
    if isinstance(value, tuple):
        return tuple(_hashable(spec, item) for item in value)
    if isinstance(value, list):
        return list, tuple(_hashable(spec, item) for item in value)
    if isinstance(value, np.ndarray):
        return np.ndarray, value.shape, tuple(value.ravel().tolist())
    raise ValueError(
        f"Cannot generate a hashable key for {spec} because the _serialize() method returned an "
        f"unsupported value of type {type(value)}"
    )


class TensorSpec(TypeSpec):
    """The shape and dtype of a tensor.

    Args:
      shape: what `tf.TensorShape` takes; None for any shape.
      dtype: what `tf.as_dtype` takes.
      name: of the argument that the tensor is.

    Raises:
      TypeError: if `shape` or `dtype` is none.
    """

    _flatten_components = None  # type: ignore[assignment]  # an atom of `tf.nest`

    def __init__(self, shape: Any, dtype: Any = float32, name: str | None = None):
        self._shape = TensorShape(shape)
        self._dtype = as_dtype(dtype)
        self._name = name

    @classmethod
    def from_spec(cls, spec, name=None):
        """A spec of the shape and dtype of another one, with its name unless `name` is given."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    @classmethod
    def from_tensor(cls, tensor, name=None):
        """The spec of a tensor; ValueError if it is none, a variable included."""
        if not isinstance(tensor, _links.tensor):
            raise ValueError(f"`tensor` should be a tf.Tensor, but got type {type(tensor)}.")
        return TensorSpec(tensor.shape, tensor.dtype, name)

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return self._shape

    @property
    def dtype(self) -> DType:
        """The dtype."""
        return self._dtype

    @property
    def name(self):
        """The name, or None."""
        return self._name

    @property
    def value_type(self):
        """`tf.Tensor`."""
        return _links.tensor

    @property
    def _component_specs(self):
        return self

    def _to_components(self, value):
        assert isinstance(value, _links.tensor)
        return value

    def _from_components(self, components):
        return components

    @property
    def _flat_tensor_specs(self) -> list:
        return [self]

    def _to_tensor_list(self, value) -> list:
        return [self._to_components(value)]

    def _from_tensor_list(self, tensors: list):
        return tensors[0]

    def _serialize(self) -> tuple:
        return self._shape, self._dtype, self._name

    def is_compatible_with(self, spec_or_tensor) -> bool:
        """Whether dtypes are equal and shapes compatible; False for all but specs and tensors.

        Args:
          spec_or_tensor: a `TensorSpec` or a tensor.
        """
        return (
            isinstance(spec_or_tensor, (TensorSpec, _links.tensor))
            and self._dtype.is_compatible_with(spec_or_tensor.dtype)
            and self._shape.is_compatible_with(spec_or_tensor.shape)
        )

    def is_subtype_of(self, other) -> bool:
        """Whether `other` has the same dtype, a more general shape, and the name, if any."""
        return (
            isinstance(other, TensorSpec)
            and (not self._name or self._name == other._name)
            and self._shape.is_subtype_of(other._shape)
            and self._dtype is other._dtype
        )

    def placeholder_value(self, placeholder_context) -> Any:
        """A symbolic tensor; the spec itself if the context wants no placeholders."""
        if placeholder_context.unnest_only:
            return self
        return placeholder_context.placeholder(self)

    def to_tensors(self, value) -> list:
        """`[value]`, cast; TypeError if it does not fit."""
        value = self.cast(value, CastContext())
        if not value.shape.is_subtype_of(self._shape):
            raise TypeError(f"Received tensor of shape {value.shape} instead of {self._shape}")
        return [value]

    def from_tensors(self, tensors) -> Any:
        """The next of the iterator `tensors`."""
        return next(tensors)

    def flatten(self) -> list:
        """`[self]`."""
        return [self]

    def cast(self, value, cast_context) -> Any:
        """`value` as a tensor that this spec describes.

        Raises:
          TypeError: if it is none.
        """
        if cast_context.allow_specs and isinstance(value, TensorSpec):
            assert value.is_subtype_of(self), f"Can not cast {value!r} to {self!r}"
            return self
        if not isinstance(value, _links.tensor):
            value = _links.convert(value, self._dtype)
        actual = TensorSpec(value.shape, value.dtype, self._name)
        if actual.is_subtype_of(self):
            return value
        if not self.is_subtype_of(actual):
            raise TypeError(f"Can not cast {actual!r} to {self!r}")
        value.set_shape(self._shape)
        return value

    def _batch(self, batch_size) -> TensorSpec:
        return TensorSpec(TensorShape([batch_size]).concatenate(self._shape), self._dtype)

    def _unbatch(self) -> TensorSpec:
        if self._shape.rank == 0:
            raise ValueError("Unbatching a tensor is only supported for rank >= 1")
        return TensorSpec(self._shape[1:], self._dtype)

    def _without_tensor_names(self) -> TensorSpec:
        return self if self._name is None else TensorSpec(self._shape, self._dtype)

    def __eq__(self, other):
        return (
            type(self) is type(other)
            and self._dtype is other._dtype
            and self._shape == other._shape
            and self._name == other._name
        )

    def __hash__(self):
        return hash((self._shape, self._dtype))

    def __repr__(self):
        return (
            f"{type(self).__name__}(shape={self._shape}, dtype={self._dtype!r}, "
            f"name={self._name!r})"
        )


class BoundedTensorSpec(TensorSpec):
    """A `TensorSpec` with inclusive bounds of the elements.

    Args:
      shape: what `tf.TensorShape` takes.
      dtype: what `tf.as_dtype` takes.
      minimum, maximum: numbers or arrays that broadcast to `shape`.
      name: of the argument that the tensor is.

    Raises:
      ValueError: if a bound is None or does not broadcast to `shape`.
    """

    def __init__(self, shape, dtype, minimum, maximum, name=None):
        super().__init__(shape, dtype, name)
        self._minimum = self._bound("minimum", minimum)
        self._maximum = self._bound("maximum", maximum)

    def _bound(self, which: str, value) -> np.ndarray:
        if value is None:
            raise ValueError(f"`{which}` can not be None.")
        try:
            broadcast_shapes(np.shape(value), self._shape._dims)
        except ValueError as error:
            raise ValueError(
                f"`{which}` {value} is not compatible with shape {self._shape}."
            ) from error
        array = np.array(value, dtype=self._dtype.as_numpy_dtype)
        array.setflags(write=False)
        return array

    @classmethod
    def from_spec(cls, spec, name=None):
        """A bounded spec like `spec`; bounds are its own, or the extremes of its dtype."""
        dtype = as_dtype(spec.dtype)
        bounded = isinstance(spec, BoundedTensorSpec)
        low, high = (spec.minimum, spec.maximum) if bounded else (dtype.min, dtype.max)
        return BoundedTensorSpec(spec.shape, dtype, low, high, name or spec.name)

    @property
    def minimum(self) -> np.ndarray:
        """The lower bound, as a read-only array."""
        return self._minimum

    @property
    def maximum(self) -> np.ndarray:
        """The upper bound, as a read-only array."""
        return self._maximum

    def _serialize(self) -> tuple:
        return self._shape, self._dtype, self._minimum, self._maximum, self._name

    def cast(self, value, cast_context) -> Any:
        """`value` as a tensor of the shape and dtype; bounds are not checked."""
        if cast_context.allow_specs and isinstance(value, BoundedTensorSpec):
            assert value.is_subtype_of(self), f"Can not cast {value!r} to {self!r}"
            return self
        return TensorSpec(self._shape, self._dtype, self._name).cast(value, cast_context)

    def __eq__(self, other):
        return (
            super().__eq__(other)
            and np.allclose(self._minimum, other._minimum)
            and np.allclose(self._maximum, other._maximum)
        )

    __hash__ = TensorSpec.__hash__

    def __repr__(self):
        return (
            f"BoundedTensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r}, "
            f"minimum={self._minimum!r}, maximum={self._maximum!r})"
        )


class _Unconnected:
    """Stands for `tf.Tensor` until there is one: nothing is an instance."""


class _Links:
    tensor: Any = _Unconnected
    convert: Callable[..., Any]

    def __init__(self):
        self.convert = _no_convert


def _no_convert(value, dtype=None):
    raise TypeError(f"cannot convert {value!r} to a tensor: tensors are not connected")


_links = _Links()
_CONVERTERS: list[tuple[type, Callable[[Any], TypeSpec]]] = []


def connect(tensor: type, convert: Callable[..., Any]) -> None:
    """Says what a tensor is.

    Args:
      tensor: the class `tf.Tensor`; instances have `shape`, `dtype` and `set_shape`.
      convert: `convert(value, dtype=None)` makes a tensor; raises TypeError or ValueError.
    """
    _links.tensor = tensor
    _links.convert = convert


def register_type_spec_from_value_converter(
    value_type: type, converter: Callable[[Any], TypeSpec]
) -> None:
    """Says how `type_spec_from_value` finds the spec of values of a class.

    Args:
      value_type: the class; the latest registered class that fits a value wins.
      converter: takes the value.
    """
    _CONVERTERS.append((value_type, converter))


def type_spec_from_value(value) -> TypeSpec:
    """The spec of a value (`tf.type_spec_from_value`).

    Args:
      value: a tensor, an array, a composite with a `_type_spec`, or what converts to a tensor.

    Raises:
      TypeError: if it has none.
    """
    spec = _type_spec_or_none(value)
    if spec is None:
        try:
            spec = _type_spec_or_none(_links.convert(value))
        except (ValueError, TypeError):
            spec = None
    if spec is None:
        raise TypeError(
            f"Could not build a TypeSpec for {value} of unsupported type {type(value)}."
        )
    return spec


def _type_spec_or_none(value) -> TypeSpec | None:
    if isinstance(value, (_links.tensor, np.ndarray)):
        return TensorSpec(as_shape(value.shape), value.dtype)
    if not isinstance(value, type):
        spec = getattr(value, "_type_spec", None)
        if isinstance(spec, TypeSpec):
            return spec
    for value_type, converter in reversed(_CONVERTERS):
        if isinstance(value, value_type):
            return converter(value)
    return None
