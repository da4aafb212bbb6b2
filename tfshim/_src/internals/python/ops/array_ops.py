"""What array_ops has besides public names."""

from __future__ import annotations

from typing import Any

from tfshim._src.convert import convert
from tfshim._src.internals.graphs import no_graph
from tfshim._src.registry import PUBLIC
from tfshim._src.shapes import TensorShape

__all__ = [ "placeholder", "placeholder_with_default", "rank_internal", "shape_internal",
    "size_internal", "where",
]  # fmt: skip


def where(condition, x=None, y=None, name=None) -> Any:
    """`tf.where` as in TensorFlow 1: a vector of conditions chooses among rows."""
    if x is None or y is None:
        return PUBLIC["tf.where"](condition, x, y)
    condition, x = convert(condition), convert(x)
    if condition.shape.rank == 1 and x.shape.rank > 1:
        condition = PUBLIC["tf.reshape"](condition, [-1] + [1] * (x.shape.rank - 1))
    return PUBLIC["tf.where"](condition, x, y)


def shape_internal(input, name=None, optimize=True, out_type=None) -> Any:
    """`tf.shape`."""
    return PUBLIC["tf.shape"](input, out_type, name)


def size_internal(input, name=None, optimize=True, out_type=None) -> Any:
    """`tf.size`."""
    return PUBLIC["tf.size"](input, out_type, name)


def rank_internal(input, name=None, optimize=True) -> Any:
    """`tf.rank`."""
    return PUBLIC["tf.rank"](input, name)


def placeholder(dtype, shape: TensorShape | None = None, name=None) -> Any:
    """Raises: there are no graphs to feed.

    Raises:
      NotImplementedError: always.
    """
    raise no_graph("placeholder")


def placeholder_with_default(input, shape=None, name=None) -> Any:
    """The default, of a shape that it fits: nothing is fed."""
    value = convert(input)
    TensorShape(shape).assert_is_compatible_with(value.shape)
    return value
