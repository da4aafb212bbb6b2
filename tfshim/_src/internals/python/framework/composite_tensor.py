"""The base of what is made of several tensors."""

from tfshim._src.internals.namespace import CompositeTensor

__all__ = ["CompositeTensor"]
