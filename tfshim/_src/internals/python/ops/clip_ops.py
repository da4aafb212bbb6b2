"""Clipping by the average norm, which only TensorFlow 1 has."""

from __future__ import annotations

from typing import Any

from tfshim._src.convert import convert
from tfshim._src.registry import PUBLIC

__all__ = ["clip_by_average_norm"]


def clip_by_average_norm(t, clip_norm, name=None) -> Any:
    """A tensor whose norm, divided by how many elements it has, is `clip_norm` at most."""
    t = convert(t)
    size = PUBLIC["tf.cast"](PUBLIC["tf.size"](t), t.dtype)
    return PUBLIC["tf.clip_by_norm"](t, clip_norm * size)
