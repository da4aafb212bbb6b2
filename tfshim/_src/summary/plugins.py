"""Summaries for TensorBoard's own plugins.

In TensorFlow these need the package tensorboard, whose code makes the same tensors.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.registry import export
from tfshim._src.summary import values
from tfshim._src.summary.writer import summary_scope, write_value


@export("tf.summary.scalar")
def scalar(name, data, step=None, description=None) -> Any:
    """Writes a number.

    Args:
      name: the tag, below the name scope.
      data: a real scalar; it is written as float32.
      step: an int64 step; the default one if None.
      description: text in Markdown.

    Returns:
      Whether it was written, a bool tensor.

    Raises:
      ValueError: for data of another shape, or without any step.
    """
    with summary_scope(name, "scalar_summary") as (tag, _):
        t = convert(data)
        if t.aval.shape:
            raise ValueError(f"Expected scalar shape, saw shape: {t.shape}.")
        about = values.metadata("scalars", description)
        return write_value(tag, [_cast(t, dtypes.float32)], step, lambda a: a, about)


@export("tf.summary.histogram")
def histogram(name, data, step=None, buckets=None, description=None) -> Any:
    """Writes how often values lie in which interval.

    Args:
      name: the tag, below the name scope.
      data: a real tensor of any shape.
      step: an int64 step; the default one if None.
      buckets: how many intervals of equal width; 30 by default.
      description: text in Markdown.

    Returns:
      Whether it was written, a bool tensor.

    Raises:
      ValueError: without any step.
    """
    count = 30 if buckets is None else int(buckets)
    with summary_scope(name, "histogram_summary") as (tag, _):
        about = values.metadata("histograms", description)
        data = _cast(convert(data), dtypes.float64)
        return write_value(tag, [data], step, lambda a: values.histogram(a, count), about)


@export("tf.summary.image")
def image(name, data, step=None, max_outputs=3, description=None) -> Any:
    """Writes images, as PNG files.

    Args:
      name: the tag, below the name scope.
      data: `[n, height, width, channels]` with 1 to 4 channels: floats between 0 and 1, or
        integers over their whole range.
      step: an int64 step; the default one if None.
      max_outputs: at most so many are written.
      description: text in Markdown.

    Returns:
      Whether it was written, a bool tensor.

    Raises:
      ValueError: for data of another rank, or without any step.
    """
    with summary_scope(name, "image_summary") as (tag, _):
        t = _of_rank(convert(data), 4)
        pixels = _as_pixels(t[: _at_least_none(max_outputs)])
        return write_value(
            tag, [pixels], step, values.images, values.metadata("images", description)
        )


@export("tf.summary.audio")
def audio(
    name, data, sample_rate, step=None, max_outputs=3, encoding=None, description=None
) -> Any:
    """Writes sounds, as WAV files.

    Args:
      name: the tag, below the name scope.
      data: float32 `[n, time, channels]` between -1 and 1.
      sample_rate: samples a second.
      step: an int64 step; the default one if None.
      max_outputs: at most so many are written.
      encoding: "wav", which is the default.
      description: text in Markdown.

    Returns:
      Whether it was written, a bool tensor.

    Raises:
      ValueError: for data of another rank, another encoding, or without any step.
    """
    if encoding not in (None, "wav"):
        raise ValueError(f"Unknown encoding: {encoding!r}")
    with summary_scope(name, "audio_summary") as (tag, _):
        t = _of_rank(convert(data), 3)
        about = values.metadata("audio", description, bytes([0x10, values.WAV]))
        return write_value(
            tag,
            [t[: _at_least_none(max_outputs)], convert(sample_rate, dtypes.int32)],
            step,
            lambda samples, rate: values.sounds(samples, int(rate)),
            about,
        )


@export("tf.summary.text")
def text(name, data, step=None, description=None) -> Any:
    """Writes text in Markdown.

    Args:
      name: the tag, below the name scope.
      data: a string tensor.
      step: an int64 step; the default one if None.
      description: text in Markdown.

    Returns:
      Whether it was written, a bool tensor.

    Raises:
      TypeError: for data that are no strings.
      ValueError: without any step.
    """
    with summary_scope(name, "text_summary") as (tag, _):
        t = convert(data)
        if t.dtype is not dtypes.string:
            raise TypeError(f"tensor must be of type tf.string; got {t.dtype!r}")
        return write_value(tag, [t], step, lambda a: a, values.metadata("text", description))


def _cast(t: Any, dtype: Any) -> Any:
    from tfshim._src.ops import array

    return array.cast(t, dtype)


def _of_rank(t: Any, rank: int) -> Any:
    if t.ndim != rank:
        raise ValueError(
            f"Tensor {t.name if t._is_symbolic() else ''} must have rank {rank}. "
            f" Received rank {t.ndim}, shape {t.shape}"
        )
    return t


def _at_least_none(count: Any) -> int:
    return max(int(count), 0)


def _as_pixels(t: Any) -> Any:
    """Numbers as uint8, as `tf.image.convert_image_dtype` has it with saturation."""
    if t.dtype is dtypes.uint8:
        return t
    if t.dtype.is_floating:
        return _cast(_clipped(t * (255 + 0.5)), dtypes.uint8)
    top = int(np.iinfo(t.dtype.np).max) + 1
    if top < 256:
        return _cast(_clipped(_cast(t, dtypes.int32) * (256 // top)), dtypes.uint8)
    shift = top // 256
    return _cast(_clipped(t // np.asarray(shift, t.dtype.np)), dtypes.uint8)


def _clipped(t: Any) -> Any:
    from tfshim._src.ragged import public

    return public("clip_by_value")(t, np.asarray(0, t.dtype.np), np.asarray(255, t.dtype.np))
