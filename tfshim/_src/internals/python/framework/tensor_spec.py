"""Specs of dense values."""

from __future__ import annotations

from typing import Any

from tfshim._src import dtypes
from tfshim._src.shapes import TensorShape
from tfshim._src.spec import TensorSpec, TypeSpec

__all__ = ["DenseSpec", "TensorSpec"]


class DenseSpec(TypeSpec):
    """Base of specs of what has a shape and a dtype.

    Args:
      shape: a shape, which may be unknown in part.
      dtype: a dtype.
      name: a name, or None.
    """

    __slots__ = ("_dtype", "_name", "_shape")

    def __init__(self, shape: Any, dtype: Any = dtypes.float32, name: str | None = None):
        self._shape = TensorShape(shape)
        self._dtype = dtypes.as_dtype(dtype)
        self._name = name

    @property
    def shape(self) -> TensorShape:
        return self._shape

    @property
    def dtype(self) -> Any:
        return self._dtype

    @property
    def name(self) -> str | None:
        return self._name

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"
        )

    def _serialize(self) -> tuple:
        return (self._shape, self._dtype, self._name)
