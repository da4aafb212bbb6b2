"""The one function that Keras takes from here and not from `tf.math`."""

from __future__ import annotations

from tfshim._src.ops.compare import is_nan

__all__ = ["is_nan"]
