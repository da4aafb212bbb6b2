"""`tf.__internal__.types`: the base class by which Keras' variables count as tensors."""

from __future__ import annotations

from typing import Any

from tfshim._src import dtypes
from tfshim._src.convert import convert


class Tensor:
    """Base of classes whose `value` is a variable or a tensor, and that ops take like it."""

    def _as_operand(self, dtype=None) -> Any:
        return convert(self.value, dtype)  # pyright: ignore[reportAttributeAccessIssue]

    @property
    def _operand_dtype(self) -> dtypes.DType:
        return dtypes.as_dtype(self.value.dtype)  # pyright: ignore[reportAttributeAccessIssue]
