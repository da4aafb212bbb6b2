"""What array_ops has besides public names."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from tfshim._src.convert import convert
from tfshim._src.dtypes import as_dtype, int32
from tfshim._src.errors import OpError, bare_error, op_error
from tfshim._src.internals.graphs import no_graph
from tfshim._src.registry import PUBLIC, op
from tfshim._src.rules import each
from tfshim._src.shapes import TensorShape

__all__ = [
    "batch_gather", "batch_to_space", "convert_to_int_tensor", "get_positive_axis", "listdiff",
    "newaxis", "placeholder", "placeholder_with_default", "rank_internal", "repeat_with_axis",
    "setdiff1d", "shape_internal", "size_internal", "space_to_batch", "tile_one_dimension", "where",
]  # fmt: skip

newaxis = None


def batch_gather(params, indices, name=None) -> Any:
    """`tf.gather` of the last axis of `indices`, all others being batches."""
    indices = convert(indices)
    if indices.shape.rank is None:
        raise ValueError("batch_gather does not allow indices with unknown shape.")
    depth = indices.shape.rank - 1
    return PUBLIC["tf.gather"](convert(params), indices, axis=depth, batch_dims=depth)


def _block(size: Any) -> Any:
    return [size, size] if isinstance(size, int) else size


def space_to_batch(input, paddings, block_size=None, name=None, block_shape=None) -> Any:
    """`tf.space_to_batch`; a block may be given by one size."""
    block = _block(block_shape if block_size is None else block_size)
    return PUBLIC["tf.space_to_batch"](input, block, paddings, name)


def batch_to_space(input, crops, block_size, name=None, block_shape=None) -> Any:
    """`tf.batch_to_space`; a block may be given by one size."""
    block = _block(block_shape if block_size is None else block_size)
    return PUBLIC["tf.batch_to_space"](input, block, crops, name)


def setdiff1d(x, y, index_dtype=int32, name=None) -> Any:
    """The elements of a vector that are not in another one.

    Args:
      x, y: vectors of one dtype.
      index_dtype: int32 or int64.
      name: ignored.

    Returns:
      A named tuple: `out`, in the order of x, and `idx`, where they stand there.

    Raises:
      InvalidArgumentError: for what is no vector.
    """
    x = convert(x)
    y = convert(y, x.dtype)
    for name, v in (("x", x), ("y", y)):
        if v.shape.rank != 1:
            raise op_error("ListDiff", f"{name} should be a 1D vector.")
    found = _list_diff(x, y, as_dtype(index_dtype))
    return ListDiff(*found)


listdiff = setdiff1d
ListDiff = collections.namedtuple("ListDiff", ["out", "idx"])


@op(kernel="ListDiff", inputs=each("x", "y"), host=True, grad=None)
def _list_diff(x, y, index_dtype):
    gone = set(y.tolist())
    kept = [i for i, v in enumerate(x.tolist()) if v not in gone]
    return x[np.array(kept, np.int64)], np.array(kept, index_dtype.as_numpy_dtype)


def convert_to_int_tensor(tensor, name, dtype=int32) -> Any:
    """An integer tensor of a dtype.

    Raises:
      TypeError: for other tensors.
    """
    tensor = convert(tensor)
    if not tensor.dtype.is_integer:
        raise TypeError(
            f"Argument `tensor` (name: {name}) must be of type integer. Received "
            f"`tensor` = {tensor} of dtype: {tensor.dtype}"
        )
    return PUBLIC["tf.cast"](tensor, dtype)


def get_positive_axis(axis, ndims, axis_name="axis", ndims_name="ndims") -> int:
    """The axis, counted from the front.

    Raises:
      TypeError: for what is no int.
      ValueError: for an axis that is not there.
    """
    if not isinstance(axis, int):
        raise TypeError(f"{axis_name} must be an int; got {type(axis).__name__}")
    if ndims is None:
        if axis < 0:
            raise ValueError(
                f"{axis_name}={axis} may only be negative if {ndims_name} is statically known."
            )
        return axis
    if not -ndims <= axis < ndims:
        raise ValueError(
            f"{axis_name}={axis} out of bounds: expected {-ndims}<={axis_name}<{ndims}"
        )
    return axis % ndims if axis < 0 else axis


def repeat_with_axis(data, repeats, axis, name=None) -> Any:
    """`tf.repeat`."""
    return PUBLIC["tf.repeat"](data, repeats, axis, name)


def tile_one_dimension(data, axis, multiple) -> Any:
    """Repeats a tensor along one axis."""
    data = convert(data)
    multiples = [multiple if i == axis % data.shape.rank else 1 for i in range(data.shape.rank)]
    return PUBLIC["tf.tile"](data, PUBLIC["tf.stack"](multiples))


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
