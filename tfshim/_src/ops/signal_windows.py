"""Windows for short-time transforms, and the matrix of the mel scale."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import i0e

from tfshim._src import dtypes, static
from tfshim._src.errors import op_error
from tfshim._src.registry import export, op


def _number(value: float) -> str:
    return f"{value:g}"


def _length(window_length: Any, dtype: Any) -> tuple[int, Any]:
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Found {dtype!s}")
    value = static.host(window_length)
    if np.ndim(value):
        raise ValueError(f"Shape {np.shape(value)} must have rank 0")
    if isinstance(value, (float, np.floating)):
        raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype int32")
    return static.integer(value), dtype


def _require_range(start: float, limit: float) -> None:
    if start > limit:
        raise op_error(
            "Range", f"Requires start <= limit when delta > 0: {_number(start)}/{_number(limit)}"
        )


@op(kernel="Cos", static={"dtype": static.dtype})
def _raised_cosine(length, divisor, mean, amplitude, dtype):
    if length == 1:
        return jnp.ones(1, dtype)
    angle = jnp.asarray(2 * np.pi, dtype) * np.arange(length).astype(dtype)
    angle = angle / jnp.asarray(divisor, dtype)
    return jnp.asarray(mean, dtype) - jnp.asarray(amplitude, dtype) * jnp.cos(angle)


def _cosine_window(window_length, periodic, dtype, mean, amplitude):
    length, dtype = _length(window_length, dtype)
    _require_range(0, length)
    even = 1 - length % 2
    divisor = length + int(static.flag(periodic)) * even - 1
    return _raised_cosine(length, divisor, mean, amplitude, dtype)


@export("tf.signal.hann_window")
def hann_window(window_length, periodic=True, dtype=dtypes.float32, name=None) -> Any:
    """The Hann window, 0.5 - 0.5 cos.

    Args:
      window_length: number of samples.
      periodic: whether a window of even length is one period, rather than symmetric.
      dtype: a float dtype.
      name: ignored.

    Returns:
      A tensor of shape [window_length].
    """
    return _cosine_window(window_length, periodic, dtype, 0.5, 0.5)


@export("tf.signal.hamming_window")
def hamming_window(window_length, periodic=True, dtype=dtypes.float32, name=None) -> Any:
    """The Hamming window, 0.54 - 0.46 cos.

    Args:
      window_length, periodic, dtype: as for `tf.signal.hann_window`.
      name: ignored.
    """
    return _cosine_window(window_length, periodic, dtype, 0.54, 0.46)


def _kaiser_raw(length: int, beta: float, dtype):
    if length == 1:
        return jnp.ones(1, dtype)
    half = np.float32((length - 1.0) / 2.0)
    arg = (-half + np.arange(length, dtype=np.float32)).astype(dtype)
    scale = jnp.asarray(half, dtype)
    b = jnp.asarray(beta, dtype)
    ratio = jnp.asarray(arg) / scale
    inner = jnp.maximum(jnp.asarray(1, dtype) - ratio * ratio, 0)
    num = b * jnp.sqrt(inner)

    def bessel(x):
        wide = x.astype(np.float32) if dtype.itemsize == 2 else x
        return i0e(wide).astype(dtype)

    return jnp.exp(num - b) * (bessel(num) / bessel(b))


@op(kernel="BesselI0e", static={"dtype": static.dtype})
def _kaiser(length, beta, dtype):
    return _kaiser_raw(length, beta, dtype)


def _check_kaiser(length: int) -> None:
    half = (length - 1.0) / 2.0
    _require_range(-half, half + 0.1)


@export("tf.signal.kaiser_window")
def kaiser_window(window_length, beta=12.0, dtype=dtypes.float32, name=None) -> Any:
    """The Kaiser window, a ratio of modified Bessel functions.

    Args:
      window_length: number of samples.
      beta: its shape; larger ones are narrower.
      dtype: a float dtype.
      name: ignored.

    Returns:
      A tensor of shape [window_length].
    """
    length, dtype = _length(window_length, dtype)
    _check_kaiser(length)
    return _kaiser(length, float(static.host(beta)), dtype)


@op(kernel="Cumsum", static={"dtype": static.dtype})
def _kaiser_bessel_derived(length, beta, dtype):
    total = jnp.cumsum(_kaiser_raw(length // 2 + 1, beta, dtype), dtype=dtype)
    half = jnp.sqrt(total[:-1] / total[-1])
    return jnp.concatenate([half, half[::-1]])


@export("tf.signal.kaiser_bessel_derived_window")
def kaiser_bessel_derived_window(window_length, beta=12.0, dtype=dtypes.float32, name=None) -> Any:
    """The window whose squares are running sums of a Kaiser window.

    Args:
      window_length: number of samples, even.
      beta: shape of the Kaiser window.
      dtype: a float dtype.
      name: ignored.

    Returns:
      A tensor of shape [window_length].
    """
    length, dtype = _length(window_length, dtype)
    _check_kaiser(length // 2 + 1)
    return _kaiser_bessel_derived(length, float(static.host(beta)), dtype)


@op(kernel="Sin", static={"dtype": static.dtype})
def _vorbis(length, dtype):
    arg = np.arange(length).astype(dtype) + jnp.asarray(0.5, dtype)
    step = jnp.asarray(np.pi, dtype) / jnp.asarray(max(length, 1), dtype)
    inner = jnp.sin(step * arg)
    return jnp.sin(jnp.asarray(np.pi / 2, dtype) * (inner * inner))


@export("tf.signal.vorbis_window")
def vorbis_window(window_length, dtype=dtypes.float32, name=None) -> Any:
    """The power-complementary window of the Vorbis codec.

    Args:
      window_length: number of samples.
      dtype: a float dtype.
      name: ignored.

    Returns:
      A tensor of shape [window_length].
    """
    length, dtype = _length(window_length, dtype)
    _require_range(0, length)
    return _vorbis(length, dtype)


# -- mel scale --------------------------------------------------------------------------------


@op(kernel="Pad", static={"dtype": static.dtype})
def _mel_matrix(bins, spectrogram_bins, sample_rate, low, high, dtype):
    def mel(hertz):
        return jnp.asarray(1127.0, dtype) * jnp.log(1 + hertz / jnp.asarray(700.0, dtype))

    nyquist = jnp.asarray(sample_rate, dtype) / 2
    frequencies = jnp.linspace(jnp.zeros((), dtype), nyquist, spectrogram_bins, dtype=dtype)[1:]
    points = mel(frequencies)[:, None]
    edges = jnp.linspace(
        mel(jnp.asarray(low, dtype)), mel(jnp.asarray(high, dtype)), bins + 2, dtype=dtype
    )
    lower, center, upper = edges[:-2], edges[1:-1], edges[2:]
    rising = (points - lower) / (center - lower)
    falling = (upper - points) / (upper - center)
    return jnp.pad(jnp.maximum(jnp.minimum(rising, falling), 0), [(1, 0), (0, 0)])


@export("tf.signal.linear_to_mel_weight_matrix")
def linear_to_mel_weight_matrix(
    num_mel_bins=20,
    num_spectrogram_bins=129,
    sample_rate=8000,
    lower_edge_hertz=125.0,
    upper_edge_hertz=3800.0,
    dtype=dtypes.float32,
    name=None,
) -> Any:
    """A matrix that sums a linear spectrogram into triangular bands of the mel scale.

    Args:
      num_mel_bins: number of bands.
      num_spectrogram_bins: number of frequencies, from 0 to half of the sample rate.
      sample_rate: samples per second.
      lower_edge_hertz, upper_edge_hertz: lowest and highest frequency of the bands.
      dtype: a float dtype.
      name: ignored.

    Returns:
      A tensor of shape [num_spectrogram_bins, num_mel_bins].

    Raises:
      ValueError: for numbers out of range.
    """
    sample_rate = static.plain(sample_rate)
    low, high = static.plain(lower_edge_hertz), static.plain(upper_edge_hertz)
    bins = static.plain(num_mel_bins)
    if bins <= 0:
        raise ValueError(f"num_mel_bins must be positive. Got: {bins}")
    if low < 0.0:
        raise ValueError(f"lower_edge_hertz must be non-negative. Got: {low}")
    if low >= high:
        raise ValueError(f"lower_edge_hertz {low:.1f} >= upper_edge_hertz {high:.1f}")
    if sample_rate <= 0.0:
        raise ValueError(f"sample_rate must be positive. Got: {sample_rate}")
    if high > sample_rate / 2:
        raise ValueError(
            "upper_edge_hertz must not be larger than the Nyquist frequency (sample_rate / 2). "
            f"Got {high} for sample_rate: {sample_rate}"
        )
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Got: {dtype!s}")
    spectrogram_bins = static.integer(num_spectrogram_bins)
    return _mel_matrix(bins, spectrogram_bins, float(sample_rate), float(low), float(high), dtype)
