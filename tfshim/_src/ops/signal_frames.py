"""Signals cut into frames, and short-time transforms of the frames."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import op_error, require
from tfshim._src.ops.arithmetic import multiply
from tfshim._src.ops.fft import dct, irfft, rfft
from tfshim._src.ops.shaping import reshape
from tfshim._src.ops.signal_windows import hann_window, vorbis_window
from tfshim._src.registry import export, op
from tfshim._src.rules import same


def _require_rank(x, rank: int) -> None:
    if x.ndim < rank:
        raise ValueError(f"Shape {x.shape} must have rank at least {rank}")


def _scalar(value: Any) -> Any:
    value = static.host(value)
    if np.ndim(value):
        raise ValueError(f"Shape {np.shape(value)} must have rank 0")
    return value.item() if isinstance(value, (np.ndarray, np.generic)) else value


@op(kernel="GatherV2", inputs=same("signal", "pad_value"), diff=("signal",))
def _signal_frame(signal, pad_value, length, step, pad_end, axis):
    axis %= signal.ndim
    samples = signal.shape[axis]
    if pad_end:
        count = -(-samples // step)
        missing = max(0, length + step * (count - 1) - samples)
        paddings = [(0, missing if a == axis else 0) for a in range(signal.ndim)]
        signal = jnp.pad(signal, paddings, constant_values=pad_value)
    else:
        count = max(0, 1 + (samples - length) // step)
    index = np.arange(count)[:, None] * step + np.arange(length)
    if not index.size:
        shape = (*signal.shape[:axis], *index.shape, *signal.shape[axis + 1 :])
        return jnp.zeros(shape, signal.dtype)
    return jnp.take(signal, index, axis=axis)


@export("tf.signal.frame")
def frame(signal, frame_length, frame_step, pad_end=False, pad_value=0, axis=-1, name=None) -> Any:
    """Cuts signals into frames, which may overlap.

    Args:
      signal: tensor of shape [..., samples, ...].
      frame_length: samples of a frame.
      frame_step: samples from the start of one frame to that of the next.
      pad_end: whether frames that stick out of the signal are filled up; else they are left out.
      pad_value: what fills them.
      axis: the axis of the samples.
      name: ignored.

    Returns:
      A tensor of shape [..., frames, frame_length, ...].

    Raises:
      InvalidArgumentError: for a step of 0.
    """
    signal = convert(signal)
    _require_rank(signal, 1)
    length, step = _scalar(frame_length), _scalar(frame_step)
    axis = static.integer(axis)
    if not -signal.ndim <= axis < signal.ndim:
        raise IndexError("list index out of range")
    if isinstance(length, float) or isinstance(step, float):
        raise op_error(
            "FloorDiv",
            "cannot compute FloorDiv as input #1(zero-based) was expected to be a "
            f"{'float' if isinstance(length, float) else 'int32'} tensor but is a "
            f"{'float' if isinstance(step, float) else 'int32'} tensor",
            ran=False,
        )
    if step == 0:
        raise op_error("FloorDiv", "Integer division by zero")
    kind = signal.aval.dtype
    unused = not pad_end and kind.name == "bool"
    pad_value = convert(False if unused else pad_value, kind)
    return _signal_frame(signal, pad_value, length, step, static.flag(pad_end), axis)


@op(kernel="Sum", inputs=same("signal"))
def _overlap_and_add(signal, step):
    *batch, frames, length = signal.shape
    total = length + step * (frames - 1)
    require(step > 0, f"Paddings must be non-negative: 0 {-length}")
    if step == length:
        return jnp.reshape(signal, (*batch, total))
    # row j of the grid is the frame delayed by j steps; its columns are summed
    segments = -(-length // step)
    none = [(0, 0)] * len(batch)
    x = jnp.pad(signal, [*none, (0, segments), (0, segments * step - length)])
    x = jnp.reshape(x, (*batch, frames + segments, segments, step))
    x = jnp.swapaxes(x, -3, -2)
    x = jnp.reshape(x, (*batch, (frames + segments) * segments, step))
    x = x[..., : (frames + segments - 1) * segments, :]
    x = jnp.reshape(x, (*batch, segments, frames + segments - 1, step))
    x = jnp.sum(x, axis=-3, dtype=signal.dtype)
    return jnp.reshape(x, (*batch, (frames + segments - 1) * step))[..., :total]


@export("tf.signal.overlap_and_add")
def overlap_and_add(signal, frame_step, name=None) -> Any:
    """Adds frames up to signals, each delayed against the one before.

    Args:
      signal: tensor of shape [..., frames, frame_length].
      frame_step: the delay, an integer.
      name: ignored.

    Returns:
      A tensor of shape [..., (frames - 1) * frame_step + frame_length].

    Raises:
      ValueError: for a step that is no integer, or fewer than two dimensions.
    """
    signal = convert(signal)
    _require_rank(signal, 2)
    step = _scalar(frame_step)
    if not isinstance(step, int):
        raise ValueError(f"frame_step must be an integer. Got {convert(step).dtype!s}")
    return _overlap_and_add(signal, step)


# -- short-time Fourier transform -------------------------------------------------------------


def _enclosing_power_of_two(value: int) -> int:
    return int(2 ** np.ceil(np.log(value) / np.log(2.0)))


@export("tf.signal.stft")
def stft(
    signals,
    frame_length,
    frame_step,
    fft_length=None,
    window_fn=hann_window,
    pad_end=False,
    name=None,
) -> Any:
    """The short-time Fourier transform.

    Args:
      signals: float tensor of shape [..., samples].
      frame_length, frame_step: samples of a frame, and from one to the next.
      fft_length: length to which frames are padded; the next power of two by default.
      window_fn: function of a length and a keyword `dtype` that gives a window; None for none.
      pad_end: whether frames that stick out are filled up with zeros.
      name: ignored.

    Returns:
      A complex tensor of shape [..., frames, fft_length // 2 + 1].
    """
    signals = convert(signals)
    _require_rank(signals, 1)
    length, step = _scalar(frame_length), _scalar(frame_step)
    size = _enclosing_power_of_two(length) if fft_length is None else _scalar(fft_length)
    frames = frame(signals, length, step, pad_end=pad_end)
    if window_fn is not None:
        frames = multiply(frames, window_fn(length, dtype=frames.dtype))
    return rfft(frames, [size])


@op(kernel="SelectV2", inputs=same("window"))
def _inverse_window(window, step):
    length = window.shape[0]
    overlaps = -(-length // step)
    square = jnp.pad(window * window, (0, overlaps * step - length))
    total = jnp.sum(jnp.reshape(square, (overlaps, step)), axis=0, dtype=window.dtype)
    total = jnp.tile(total, overlaps)[:length]
    zero = total == 0
    return jnp.where(zero, jnp.zeros_like(window), window / jnp.where(zero, 1, total))


@export("tf.signal.inverse_stft_window_fn")
def inverse_stft_window_fn(frame_step, forward_window_fn=hann_window, name=None) -> Any:
    """A window function with which `tf.signal.inverse_stft` restores the signals.

    Args:
      frame_step: samples from one frame to the next.
      forward_window_fn: the window function of `tf.signal.stft`.
      name: ignored.

    Returns:
      A function of a frame length and a dtype.
    """

    def inverse_stft_window_fn_inner(frame_length, dtype):
        window = forward_window_fn(_scalar(frame_length), dtype=dtype)
        return _inverse_window(window, _scalar(frame_step))

    return inverse_stft_window_fn_inner


@op(kernel="StridedSlice", inputs=same("x"))
def _resize_frames(x, length):
    if x.shape[-1] >= length:
        return x[..., :length]
    return jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, length - x.shape[-1])])


@export("tf.signal.inverse_stft")
def inverse_stft(
    stfts, frame_length, frame_step, fft_length=None, window_fn=hann_window, name=None
) -> Any:
    """The inverse of `tf.signal.stft`, given a window function that makes it one.

    Args:
      stfts: complex tensor of shape [..., frames, fft_length // 2 + 1].
      frame_length, frame_step, fft_length: as for `tf.signal.stft`.
      window_fn: see `tf.signal.inverse_stft_window_fn`; None for none.
      name: ignored.

    Returns:
      A real tensor of shape [..., samples].
    """
    stfts = convert(stfts)
    _require_rank(stfts, 2)
    length, step = _scalar(frame_length), _scalar(frame_step)
    size = _enclosing_power_of_two(length) if fft_length is None else _scalar(fft_length)
    frames = irfft(stfts, [size])
    if frames.aval.shape[-1] != length:
        frames = _resize_frames(frames, length)
    if window_fn is not None:
        frames = multiply(frames, window_fn(length, dtype=frames.dtype))
    return overlap_and_add(frames, step)


# -- modified discrete cosine transform -------------------------------------------------------


@op(kernel="ConcatV2", inputs=same("frames"))
def _fold_frames(frames):
    a, b, c, d = jnp.split(frames, 4, axis=-1)
    return jnp.concatenate([-c[..., ::-1] - d, a - b[..., ::-1]], axis=-1)


@op(kernel="ConcatV2", inputs=same("x"))
def _unfold_frames(x, scale):
    size = x.shape[-1]
    if size % 2:
        raise op_error(
            "Split",
            "Number of ways to split should evenly divide the split dimension, but got split_dim "
            f"{x.ndim - 1} (size = {size}) and num_split 2",
        )
    x = x * jnp.asarray(scale, x.dtype)
    a, b = jnp.split(x, 2, axis=-1)
    return jnp.concatenate([b, -b[..., ::-1], -a[..., ::-1], -a], axis=-1)


def _windowed(frames, length: int, window_fn):
    if window_fn is None:
        return multiply(frames, 1.0 / np.sqrt(2))
    return multiply(frames, window_fn(length, dtype=frames.dtype))


@export("tf.signal.mdct")
def mdct(
    signals, frame_length, window_fn=vorbis_window, pad_end=False, norm=None, name=None
) -> Any:
    """The modified discrete cosine transform, of frames that overlap by half.

    Args:
      signals: float tensor of shape [..., samples].
      frame_length: samples of a frame, a multiple of 4.
      window_fn: function of a length and a keyword `dtype`; None for a constant window.
      pad_end: whether frames that stick out are filled up with zeros.
      norm: None or "ortho".
      name: ignored.

    Returns:
      A tensor of shape [..., frames, frame_length // 2].

    Raises:
      ValueError: for a frame length that is no multiple of 4.
    """
    signals = convert(signals)
    _require_rank(signals, 1)
    length = _scalar(frame_length)
    if length % 4:
        raise ValueError("The frame length must be a multiple of 4.")
    frames = frame(signals, length, length // 2, pad_end=pad_end)
    return dct(_fold_frames(_windowed(frames, length, window_fn)), type=4, norm=norm)


@export("tf.signal.inverse_mdct")
def inverse_mdct(mdcts, window_fn=vorbis_window, norm=None, name=None) -> Any:
    """The inverse of `tf.signal.mdct`.

    Args:
      mdcts: float tensor of shape [..., frames, frame_length // 2].
      window_fn, norm: as for `tf.signal.mdct`.
      name: ignored.

    Returns:
      A tensor of shape [..., samples].
    """
    mdcts = convert(mdcts)
    _require_rank(mdcts, 2)
    half = mdcts.aval.shape[-1]
    if not half:
        return reshape(mdcts, (*mdcts.aval.shape[:-2], 0))
    scale = 0.5 / half if norm is None else 1.0
    frames = _unfold_frames(dct(mdcts, type=4, norm=norm), scale)
    return overlap_and_add(_windowed(frames, 2 * half, window_fn), half)


@export("tf.signal.mfccs_from_log_mel_spectrograms")
def mfccs_from_log_mel_spectrograms(log_mel_spectrograms, name=None) -> Any:
    """Mel-frequency cepstral coefficients, scaled as HTK does.

    Args:
      log_mel_spectrograms: float tensor of shape [..., bins], logarithms of mel spectrograms.
      name: ignored.

    Returns:
      A tensor of the same shape.

    Raises:
      ValueError: if there are no bins.
    """
    x = convert(log_mel_spectrograms)
    bins = x.aval.shape[-1] if x.ndim else 0
    if not bins:
        raise ValueError(f"num_mel_bins must be positive. Got: {x!s}")
    if x.aval.dtype not in (dtypes.float32, dtypes.float64):
        return dct(x)  # raises
    return _scaled_cepstrum(dct(x), float(1 / np.sqrt(bins * 2.0)))


@op(kernel="Mul", inputs=same("x"))
def _scaled_cepstrum(x, factor):
    return x * jnp.asarray(factor, x.dtype)
