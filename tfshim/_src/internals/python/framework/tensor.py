"""The tensor's classes."""

from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import Tensor

__all__ = ["Tensor", "TensorSpec"]
