"""The base of what is made of several tensors."""

from tfshim._src.internals.composite import CompositeTensor

__all__ = ["CompositeTensor"]
