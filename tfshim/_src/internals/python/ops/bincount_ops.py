"""Counts of whole numbers, with the parameters of TensorFlow 1."""

from tfshim._src.internals.python.ops.math_ops import bincount as bincount_v1

__all__ = ["bincount_v1"]
