"""The arrays of a sparse tensor."""

from tfshim._src.sparse import SparseTensor
from tfshim._src.testing.values import SparseTensorValue

__all__ = ["SparseTensor", "SparseTensorValue"]
