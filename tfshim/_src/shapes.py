"""Static shapes: `tf.TensorShape`, TF1's `Dimension`, and the rules of broadcasting.

A shape is a tuple of sizes in which None is an unknown size, or has no known rank at all.
Inside the package shapes of arrays are plain tuples; `TensorShape` is what users see.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Sequence
from typing import Any, SupportsIndex, overload


class Dimension:
    """One size of a shape, or an unknown one (`value` None): TF1's view of a dimension.

    Arithmetic with an unknown size is unknown; comparison with one gives None.

    Args:
      value: an integer >= 0, None, a `Dimension`, or anything with `__index__`.

    Raises:
      ValueError: for a negative size.
      TypeError: for what is no integer.
    """

    __slots__ = ("_value",)
    _value: int | None

    def __init__(self, value):
        self._value = _size(value)

    @property
    def value(self) -> int | None:
        """The size, or None."""
        return self._value

    def __repr__(self):
        return f"Dimension({self._value!r})"

    def __str__(self):
        return "?" if self._value is None else str(self._value)

    def __bool__(self):
        return self._value is not None and self._value != 0

    def __int__(self):
        return self._value  # TypeError from int() when unknown

    def __index__(self):
        return self._value

    def __reduce__(self):
        return Dimension, (self._value,)

    def _compare(self, other, relation):
        other = _size(other)
        if self._value is None or other is None:
            return None
        return relation(self._value, other)

    def __eq__(self, other):
        try:
            return self._compare(other, operator.eq)
        except (TypeError, ValueError):
            return NotImplemented

    def __ne__(self, other):
        try:
            return self._compare(other, operator.ne)
        except (TypeError, ValueError):
            return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other):
        return self._compare(other, operator.lt)

    def __le__(self, other):
        return self._compare(other, operator.le)

    def __gt__(self, other):
        return self._compare(other, operator.gt)

    def __ge__(self, other):
        return self._compare(other, operator.ge)

    def _combine(self, other, function) -> Dimension:
        result = self._compare(other, function)
        return Dimension(result)

    def _arithmetic(self, other, function):
        try:
            other = _size(other)
        except (TypeError, ValueError):
            return NotImplemented
        return self._combine(other, function)

    def __add__(self, other):
        return self._arithmetic(other, operator.add)

    def __radd__(self, other):
        return self + other  # in this order the error names the operands as TensorFlow does

    def __sub__(self, other):
        return self._arithmetic(other, operator.sub)

    def __rsub__(self, other):
        return Dimension(other)._combine(self, operator.sub)

    def __mul__(self, other):
        return self._arithmetic(other, operator.mul)

    def __rmul__(self, other):
        return self * other

    def __floordiv__(self, other):
        return self._arithmetic(other, operator.floordiv)

    def __rfloordiv__(self, other):
        return Dimension(other)._combine(self, operator.floordiv)

    def __mod__(self, other):
        return self._combine(other, operator.mod)

    def __rmod__(self, other):
        return Dimension(other)._combine(self, operator.mod)

    def __truediv__(self, other):
        raise TypeError(
            f"unsupported operand type(s) for /: 'Dimension' and '{type(other).__name__}', "
            "please use // instead"
        )

    def __rtruediv__(self, other):
        raise TypeError(
            f"unsupported operand type(s) for /: '{type(other).__name__}' and 'Dimension', "
            "please use // instead"
        )

    def is_compatible_with(self, other) -> bool:
        """Whether both can be the same size: equal, or one of them unknown."""
        return _sizes_compatible(self._value, _size(other))

    def assert_is_compatible_with(self, other) -> None:
        """Raises ValueError unless `is_compatible_with(other)`."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Dimensions {self} and {other} are not compatible")

    def merge_with(self, other) -> Dimension:
        """What both together say about the size; ValueError where they contradict."""
        other = as_dimension(other)
        self.assert_is_compatible_with(other)
        return Dimension(other._value if self._value is None else self._value)


def as_dimension(value) -> Dimension:
    """`value` as a `Dimension`; a `Dimension` is returned as it is."""
    return value if isinstance(value, Dimension) else Dimension(value)


def _size(value) -> int | None:
    if value is None or value.__class__ is int and value >= 0:
        return value
    if isinstance(value, Dimension):
        return value._value
    if not isinstance(value, int):
        try:
            value = int(value.__index__())
        except AttributeError:
            raise TypeError(
                "Dimension value must be integer or None or have an __index__ method, "
                f"got value '{value!r}' with type '{type(value)!r}'"
            ) from None
    if value < 0:
        raise ValueError(f"Dimension {value:d} must be >= 0")
    return value


def _sizes_compatible(x: int | None, y: int | None) -> bool:
    return x is None or y is None or x == y


class TensorShape:
    """The static shape of a tensor: known, known in part, or of unknown rank.

    Args:
      dims: None for unknown rank, one size, or an iterable of sizes. A size is an integer, None
        for unknown, or a `Dimension`.

    Raises:
      ValueError: for a negative size.
      TypeError: for what is no size.
    """

    __slots__ = ("__weakref__", "_dims")
    _dims: tuple[int | None, ...] | None

    def __init__(self, dims):
        if isinstance(dims, (tuple, list)):
            self._dims = tuple(_size(d) for d in dims)
        elif dims is None:
            self._dims = None
        elif isinstance(dims, TensorShape):
            self._dims = dims._dims
        else:
            try:
                iterator = iter(dims)
            except TypeError:
                if hasattr(dims, "unknown_rank"):  # a protocol message
                    self._dims = TensorShape.experimental_from_proto(dims)._dims
                else:
                    self._dims = (_size(dims),)
            else:
                self._dims = tuple(_size_within(dims, d) for d in iterator)

    @classmethod
    def _of(cls, dims: tuple[int | None, ...] | None) -> TensorShape:
        """Trusts `dims`: for callers that hold a clean tuple already."""
        shape = object.__new__(cls)
        shape._dims = dims
        return shape

    def __reduce__(self):
        return TensorShape, (None if self._dims is None else list(self._dims),)

    def __repr__(self):
        return f"TensorShape({None if self._dims is None else list(self._dims)})"

    def __str__(self):
        if self._dims is None:
            return "<unknown>"
        if len(self._dims) == 1:
            return f"({self._dims[0]},)"
        return f"({', '.join(map(str, self._dims))})"

    @property
    def rank(self) -> int | None:
        """The number of dimensions, or None."""
        return None if self._dims is None else len(self._dims)

    @property
    def ndims(self) -> int | None:
        """The older name of `rank`."""
        return self.rank

    @property
    def dims(self) -> list[Dimension] | None:
        """The sizes as TF1 `Dimension`s; prefer `as_list`."""
        return None if self._dims is None else [Dimension(d) for d in self._dims]

    def __len__(self):
        if self._dims is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._dims)

    def __bool__(self):
        return self._dims is not None

    def __iter__(self) -> Iterator[int | None]:
        if self._dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter(self._dims)

    @overload
    def __getitem__(self, key: slice) -> TensorShape: ...
    @overload
    def __getitem__(self, key: SupportsIndex) -> Any: ...
    def __getitem__(self, key):
        if self._dims is not None:
            found = self._dims[key]
            return TensorShape._of(found) if isinstance(key, slice) else found
        if not isinstance(key, slice):
            return None
        if key.step is not None:
            raise ValueError("Steps are not yet handled")
        start = 0 if key.start is None else key.start
        if key.stop is None or start < 0 or key.stop < 0:
            return unknown_shape()
        return unknown_shape(rank=key.stop - start)

    def __eq__(self, other):
        if other.__class__ is TensorShape:
            return self._dims == other._dims
        try:
            other = as_shape(other)
        except TypeError:
            return NotImplemented
        return self._dims == other._dims

    def __hash__(self):
        return hash(self._dims)

    def __add__(self, other):
        return self.concatenate(other)

    def __radd__(self, other):
        return as_shape(other).concatenate(self)

    def __concat__(self, other):
        return self.concatenate(other)

    def as_list(self) -> list[int | None]:
        """The sizes as a list; ValueError when the rank is unknown."""
        if self._dims is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self._dims)

    def num_elements(self) -> int | None:
        """The product of the sizes, or None unless all are known."""
        return math.prod(self._dims) if self.is_fully_defined() else None  # type: ignore[arg-type]

    def is_fully_defined(self) -> bool:
        """Whether every size is known."""
        return self._dims is not None and None not in self._dims

    def assert_is_fully_defined(self) -> None:
        """Raises ValueError unless every size is known."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    def is_compatible_with(self, other) -> bool:
        """Whether some fully known shape agrees with both."""
        theirs = as_shape(other)._dims
        if self._dims is None or theirs is None:
            return True
        return len(self._dims) == len(theirs) and all(map(_sizes_compatible, self._dims, theirs))

    def assert_is_compatible_with(self, other) -> None:
        """Raises ValueError unless `is_compatible_with(other)`."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are incompatible")

    def assert_same_rank(self, other) -> None:
        """Raises ValueError if both ranks are known and differ."""
        other = as_shape(other)
        if None not in (self.rank, other.rank) and self.rank != other.rank:
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def assert_has_rank(self, rank: int) -> None:
        """Raises ValueError if the rank is known and is not `rank`."""
        if self.rank not in (None, rank):
            raise ValueError("Shape %s must have rank %d" % (self, rank))  # noqa: UP031

    def with_rank(self, rank: int) -> TensorShape:
        """This shape; `[None] * rank` if the rank was unknown; ValueError for another rank."""
        if self._dims is None:
            return unknown_shape(rank=rank)
        self.assert_has_rank(rank)
        return TensorShape._of(self._dims)

    def with_rank_at_least(self, rank: int) -> TensorShape:
        """This shape; ValueError if the rank is known and smaller than `rank`."""
        if self._dims is not None and len(self._dims) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank:d}")
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        """This shape; ValueError if the rank is known and larger than `rank`."""
        if self._dims is not None and len(self._dims) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank:d}")
        return self

    def merge_with(self, other) -> TensorShape:
        """What both shapes together say; ValueError where they contradict."""
        other = as_shape(other)
        if self._dims is None:
            return other
        if other._dims is None:
            return self
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are not compatible")
        pairs = zip(self._dims, other._dims, strict=True)
        return TensorShape._of(tuple(y if x is None else x for x, y in pairs))

    def concatenate(self, other) -> TensorShape:
        """The sizes of this shape, then those of `other`; unknown if either rank is."""
        theirs = as_shape(other)._dims
        if self._dims is None or theirs is None:
            return unknown_shape()
        return TensorShape._of(self._dims + theirs)

    def most_specific_compatible_shape(self, other) -> TensorShape:
        """The closest shape that both fit: sizes that differ become None, ranks that differ too."""
        other = as_shape(other)
        if self._dims is None or other._dims is None or len(self._dims) != len(other._dims):
            return unknown_shape()
        pairs = zip(self._dims, other._dims, strict=True)
        return TensorShape._of(tuple(x if x == y else None for x, y in pairs))

    def as_proto(self) -> Any:
        """This shape as a `TensorShapeProto`, whose bytes are TensorFlow's."""
        from tfshim._src.protos import specs

        return specs.of_shape(self)

    def experimental_as_proto(self) -> Any:
        """See `as_proto`."""
        return self.as_proto()

    @classmethod
    def experimental_type_proto(cls) -> type:
        """The class `TensorShapeProto`."""
        from tfshim._src.protos.messages import message

        return message("TensorShapeProto")

    @classmethod
    def experimental_from_proto(cls, proto) -> TensorShape:
        """The shape that a `TensorShapeProto` stands for."""
        from tfshim._src.protos import specs

        return specs.to_shape(proto)

    # A shape is also a TraceType (tf.types.experimental): a static value of a signature.
    def is_subtype_of(self, other) -> bool:
        """Whether every shape that this one describes is described by `other` too."""
        if not isinstance(other, TensorShape):
            return False
        if other._dims is None:
            return True
        if self.rank != len(other._dims):
            return False
        return all(o is None or s == o for s, o in zip(self._dims, other._dims, strict=True))  # type: ignore[arg-type]

    def most_specific_common_supertype(self, others: Sequence[Any]) -> TensorShape | None:
        """The closest shape that this one and all `others` are subtypes of; None for no shapes."""
        if not all(isinstance(other, TensorShape) for other in others):
            return None
        shape = TensorShape._of(self._dims)
        for other in others:
            shape = shape.most_specific_compatible_shape(other)
        return shape

    def placeholder_value(self, placeholder_context=None):
        """None: a shape in a signature stands for no tensor."""
        return None

    def to_tensors(self, value) -> list:
        """No tensors."""
        return []

    def from_tensors(self, tensors):
        """None, and takes nothing from `tensors`."""
        return None

    def flatten(self) -> list:
        """No tensor types."""
        return []

    def cast(self, value, cast_context=None):
        """`value` itself, which can only be None (see `placeholder_value`)."""
        assert value is None, f"Can not cast {value!r} to type {self!r}"
        return value


def _size_within(dims, size) -> int | None:
    try:
        return _size(size)
    except TypeError as error:
        raise TypeError(
            f"Failed to convert '{dims!r}' to a shape: '{size!r}'"
            "could not be converted to a dimension. A shape should either be single dimension "
            "(e.g. 10), or an iterable of dimensions (e.g. [1, 10, None])."
        ) from error


def as_shape(shape) -> TensorShape:
    """`shape` as a `TensorShape`; a `TensorShape` is returned as it is."""
    return shape if isinstance(shape, TensorShape) else TensorShape(shape)


def unknown_shape(rank: int | None = None) -> TensorShape:
    """A shape of unknown rank, or of `rank` unknown sizes."""
    return TensorShape._of(None if rank is None else (None,) * rank)


def dimension_value(dimension) -> int | None:
    """The size of a `Dimension`, or `dimension` itself (`tf.compat.dimension_value`)."""
    return dimension._value if isinstance(dimension, Dimension) else dimension


def dimension_at_index(shape: TensorShape, index: int) -> Dimension:
    """The `Dimension` of `shape` at `index`, unknown if the rank is."""
    assert isinstance(shape, TensorShape)
    return Dimension(shape[index])


def broadcast_shapes(
    x: tuple[int | None, ...] | None, y: tuple[int | None, ...] | None
) -> tuple[int | None, ...] | None:
    """The sizes that two shapes broadcast to, by NumPy's rule, unknown sizes included.

    Args:
      x, y: tuples of sizes, or None for unknown rank.

    Returns:
      A tuple of sizes, or None for unknown rank.

    Raises:
      ValueError: if no broadcasting is possible; the message has no operand names.
    """
    if x == y:
        return x
    if x is None or y is None:
        return None
    rank = max(len(x), len(y))
    padded = zip((1,) * (rank - len(x)) + x, (1,) * (rank - len(y)) + y, strict=True)
    return tuple(_broadcast_sizes(a, b) for a, b in padded)


def _broadcast_sizes(a: int | None, b: int | None) -> int | None:
    if a is None or b is None:
        # A known size above 1 decides; TensorFlow says nothing about 0 and 1.
        known = b if a is None else a
        return None if known is None or known < 2 else known
    if a == 1:
        return b
    if b == 1 or a == b:
        return a
    raise ValueError(f"Dimensions {a} and {b} are not compatible")


def broadcast_static_shape(shape_x: TensorShape, shape_y: TensorShape) -> TensorShape:
    """The shape that two static shapes broadcast to (`tf.broadcast_static_shape`).

    Args:
      shape_x, shape_y: `TensorShape`s, known in part or not at all.

    Raises:
      ValueError: if they cannot be broadcast together.
    """
    if shape_x.ndims is None or shape_y.ndims is None:
        return unknown_shape()
    try:
        return TensorShape._of(broadcast_shapes(shape_x._dims, shape_y._dims))
    except ValueError:
        raise ValueError(
            "Incompatible shapes for broadcasting. Two shapes are compatible if for each "
            "dimension pair they are either equal or one of them is 1. "
            f"Received: {shape_x} and {shape_y}."
        ) from None
