"""The arrays of indexed slices."""

from tfshim._src.indexed_slices import IndexedSlices
from tfshim._src.testing.values import IndexedSlicesValue

__all__ = ["IndexedSlices", "IndexedSlicesValue"]
