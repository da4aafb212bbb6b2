"""Facts about tensors that are known at once, and small ops around them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from tfshim._src.convert import convert, from_array
from tfshim._src.errors import op_error
from tfshim._src.fold import static_value
from tfshim._src.ops.common import brackets
from tfshim._src.ops.joining import copy
from tfshim._src.ops.vectors import index_array
from tfshim._src.registry import export
from tfshim._src.shapes import (
    TensorShape,
    broadcast_shapes,
)
from tfshim._src.tensor import STATE, Tensor


@export("tf.broadcast_dynamic_shape")
def broadcast_dynamic_shape(shape_x, shape_y) -> Tensor:
    """The shape that two shapes, given as 1-D tensors, broadcast to.

    Args:
      shape_x, shape_y: int32 or int64.

    Raises:
      InvalidArgumentError: if they do not broadcast.
    """
    first = index_array(shape_x, "BroadcastArgs", "T")
    a = tuple(first.tolist())
    b = tuple(index_array(shape_y, "BroadcastArgs", "T").tolist())
    try:
        found = broadcast_shapes(a, b)
    except ValueError:
        raise op_error(
            "BroadcastArgs", f"Incompatible shapes: {brackets(a)} vs. {brackets(b)}"
        ) from None
    return from_array(np.array(found, first.dtype))


@export("tf.ensure_shape")
def ensure_shape(x, shape, name=None) -> Tensor:
    """The tensor itself, if its shape is as expected.

    Args:
      x: tensor.
      shape: what is expected; None for any size, or as a whole for any rank.
      name: ignored.

    Raises:
      InvalidArgumentError: if it is not.
    """
    expected = TensorShape(shape)
    t = convert(x)
    if not expected.is_compatible_with(t.aval.shape):
        sizes = "[" + ",".join("?" if d is None else str(d) for d in expected.as_list()) + "]"
        raise op_error(
            "EnsureShape",
            f"Shape of tensor input {brackets(t.aval.shape)} is not compatible with expected shape "
            f"{sizes}.",
        )
    out = copy(t)
    if out._trace is not None and not t.shape.is_fully_defined():
        out.set_shape(expected)
    return out


@export("tf.get_static_value")
def get_static_value(tensor, partial=False) -> Any:
    """The value of a tensor if it is known without running anything, else None.

    Args:
      tensor: tensor, or a value, which is returned as it is.
      partial: whether a partially known value would do; there are none here.

    Returns:
      A NumPy array or scalar, or None.
    """
    del partial
    if not isinstance(tensor, Tensor):
        return None if hasattr(tensor, "sparse_read") else tensor
    found = static_value(tensor)
    if found is None:
        return None
    return found[()] if found.ndim == 0 else np.array(found)


@export("tf.is_tensor")
def is_tensor(x) -> bool:
    """Whether x is a tensor, variable or composite tensor.

    Args:
      x: anything.
    """
    return (
        isinstance(x, Tensor) or hasattr(x, "_operand_dtype") or hasattr(x, "_flatten_components")
    )


@export("tf.is_symbolic_tensor")
def is_symbolic_tensor(tensor) -> bool:
    """Whether a tensor has no value because a function is being traced.

    Args:
      tensor: anything.
    """
    return isinstance(tensor, Tensor) and tensor._is_symbolic()


@export("tf.tuple")
def tuple_(tensors, control_inputs=None, name=None) -> Any:
    """The tensors themselves: outside of TensorFlow 1 graphs there is no order to keep.

    Args:
      tensors: list of tensors or None.
      control_inputs, name: ignored, as in TensorFlow's eager mode.

    Raises:
      ValueError: in a function, where there is no tensor among them.
    """
    if STATE.trace is not STATE.pending and not [t for t in tensors if t is not None]:
        raise ValueError(f"'tensors' must have at least one Tensor. Received: {tensors}.")
    return tensors


@export("tf.group")
def group(*inputs, **kwargs) -> None:
    """Nothing: eager operations have run when this is called.

    Args:
      *inputs: tensors or operations.
      **kwargs: ignored, as in TensorFlow's eager mode.
    """


@export("tf.no_op")
def no_op(name=None) -> None:
    """Does nothing.

    Args:
      name: ignored.
    """


@export("tf.timestamp")
def timestamp(name=None) -> Tensor:
    """Seconds since 1970-01-01 UTC, a float64 scalar.

    Args:
      name: ignored.
    """
    return from_array(np.array(time.time(), np.float64))
