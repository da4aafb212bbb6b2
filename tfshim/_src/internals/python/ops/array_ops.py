"""What array_ops has besides public names."""

from __future__ import annotations

from typing import Any

from tfshim._src.convert import convert
from tfshim._src.dtypes import as_dtype
from tfshim._src.errors import OpError, bare_error
from tfshim._src.internals.graphs import no_graph
from tfshim._src.registry import PUBLIC
from tfshim._src.shapes import TensorShape

__all__ = [ "placeholder", "placeholder_with_default", "rank_internal", "shape_internal",
    "size_internal", "where",
]  # fmt: skip


def where(condition, x=None, y=None, name=None) -> Any:
    """`tf.where` as in TensorFlow 1: a vector of conditions chooses among rows.

    Args:
      condition: bools of the shape of x, or one, or one for each row of x.
      x: a tensor, or None for the indices of what is true.
      y: a tensor of the same shape and dtype.
      name: for error text.

    Raises:
      InvalidArgumentError: for other shapes: nothing is broadcast.
    """
    if x is None or y is None:
        return PUBLIC["tf.where"](condition, x, y, name)
    condition = convert(condition, as_dtype("bool"))
    x = convert(x)
    y = convert(y, x.dtype)
    if x.shape != y.shape:
        raise _select_error(
            "Inputs to operation Select of type Select must have the same size and shape."
            f"  Input 0: {_sizes(x)} != input 1: {_sizes(y)}"
        )
    if condition.shape.rank == 1 and x.shape.rank != 1:
        if x.shape.rank == 0:
            raise _select_error("'then' must be at least a vector, but saw shape: []")
        if condition.shape[0] != x.shape[0]:
            raise _select_error(
                "Number of batches of 'then' must match size of 'cond', but saw: "
                f"{x.shape[0]} vs. {condition.shape[0]}"
            )
        condition = PUBLIC["tf.reshape"](condition, [-1] + [1] * (x.shape.rank - 1))
    elif condition.shape.rank != 0 and condition.shape != x.shape:
        raise _select_error(
            "Inputs to operation Select of type Select must have the same size and shape."
            f"  Input 0: {_sizes(condition)} != input 1: {_sizes(x)}"
        )
    return PUBLIC["tf.where"](condition, x, y, name)


def _sizes(x: Any) -> str:
    return f"[{','.join(map(str, x.shape))}]"


def _select_error(message: str) -> OpError:
    return bare_error(message)


def shape_internal(input, name=None, optimize=True, out_type=None) -> Any:
    """`tf.shape`; `optimize` changes no value."""
    return PUBLIC["tf.shape"](input, out_type, name)


def size_internal(input, name=None, optimize=True, out_type=None) -> Any:
    """`tf.size`; `optimize` changes no value."""
    return PUBLIC["tf.size"](input, out_type, name)


def rank_internal(input, name=None, optimize=True) -> Any:
    """`tf.rank`; `optimize` changes no value."""
    return PUBLIC["tf.rank"](input, name)


def placeholder(dtype, shape=None, name=None) -> Any:
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
