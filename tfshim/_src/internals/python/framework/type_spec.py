"""Specs of values."""

from __future__ import annotations

from typing import Any

from tfshim._src.spec import (
    TypeSpec,
    _compatible,
    _hashable,
    register_type_spec_from_value_converter,
    type_spec_from_value,
)

__all__ = [
    "BatchableTypeSpec", "TypeSpec", "register_type_spec_from_value_converter",
    "type_spec_from_value",
]  # fmt: skip


class BatchableTypeSpec(TypeSpec):
    """Base of specs whose values can be put together into a batch of such values.

    Subclasses of other packages call two methods by the names that Python makes of TensorFlow's
    private ones.
    """

    def _TypeSpec__make_cmp_key(self, value: Any) -> Any:
        """What can be hashed and compared in place of a structure."""
        return _hashable(self, value)

    @staticmethod
    def _TypeSpec__is_compatible(a: Any, b: Any) -> bool:
        """Whether two structures describe some value in common."""
        return _compatible(a, b)
