"""Shapes and their sizes."""

from __future__ import annotations

from typing import Any

from tfshim._src.shapes import Dimension, TensorShape, as_dimension

__all__ = [
    "Dimension", "TensorShape", "as_dimension", "as_shape", "dimension_at_index",
    "dimension_value", "unknown_shape",
]  # fmt: skip


def dimension_value(dimension: Any) -> Any:
    """The size as an int or None."""
    return dimension.value if isinstance(dimension, Dimension) else dimension


def dimension_at_index(shape: TensorShape, index: int) -> Dimension:
    """The `Dimension` at an index."""
    return Dimension(None) if shape.rank is None else as_dimension(shape[index])


def as_shape(shape: Any) -> TensorShape:
    """A `TensorShape` of what stands for one."""
    return shape if isinstance(shape, TensorShape) else TensorShape(shape)


def unknown_shape(rank: int | None = None) -> TensorShape:
    """A shape of unknown sizes, or of unknown rank."""
    return TensorShape(None) if rank is None else TensorShape([None] * rank)
