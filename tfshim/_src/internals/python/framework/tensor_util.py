"""Static values of tensors."""

from __future__ import annotations

from typing import Any

from tfshim._src.registry import PUBLIC
from tfshim._src.shapes import TensorShape

__all__ = ["ShapeEquals", "constant_value", "constant_value_as_shape"]


def constant_value(tensor, partial=False) -> Any:
    """`tf.get_static_value`."""
    return PUBLIC["tf.get_static_value"](tensor, partial)


def constant_value_as_shape(tensor) -> TensorShape:
    """The shape that the values of a tensor are, as far as it is known; -1 is unknown."""
    value = constant_value(tensor)
    if value is None:
        size = None if tensor.shape.rank is None else tensor.shape[0]
        return TensorShape(None) if size is None else TensorShape([None] * size)
    return TensorShape([None if d == -1 else int(d) for d in value])


def ShapeEquals(tensor_proto, shape) -> bool:
    """Whether a TensorProto has a shape."""
    sizes = [d.size for d in tensor_proto.tensor_shape.dim]
    return sizes == list(TensorShape(shape).as_list())
