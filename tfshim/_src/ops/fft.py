"""Discrete Fourier and cosine transforms."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import fail, op_error, require
from tfshim._src.ops.common import brackets
from tfshim._src.registry import export, op
from tfshim._src.rules import same
from tfshim._src.tensor import STATE

_COMPLEX = ("complex64", "complex128")


def _check_rank(x, rank: int) -> None:
    require(x.ndim >= rank, f"Input must have rank of at least {rank} but got: {brackets(x.shape)}")


def _transform(x, rank: int, inverse: bool):
    _check_rank(x, rank)
    if 0 in x.shape:
        return x
    kind = lax.FftType.IFFT if inverse else lax.FftType.FFT
    return lax.fft(x, kind, x.shape[x.ndim - rank :])


_INPUT = same("input", of=_COMPLEX, attr="Tcomplex", default="complex64")


@op("tf.signal.fft", kernel="FFT", inputs=_INPUT)
def fft(input):
    """The discrete Fourier transform along the last axis.

    Args:
      input: complex tensor of shape [..., n].
    """
    return _transform(input, 1, False)


@op("tf.signal.ifft", kernel="IFFT", inputs=_INPUT)
def ifft(input):
    """The inverse of `tf.signal.fft`.

    Args:
      input: complex tensor of shape [..., n].
    """
    return _transform(input, 1, True)


@op("tf.signal.fft2d", kernel="FFT2D", inputs=_INPUT)
def fft2d(input):
    """The discrete Fourier transform along the last two axes.

    Args:
      input: complex tensor of shape [..., m, n].
    """
    return _transform(input, 2, False)


@op("tf.signal.ifft2d", kernel="IFFT2D", inputs=_INPUT)
def ifft2d(input):
    """The inverse of `tf.signal.fft2d`.

    Args:
      input: complex tensor of shape [..., m, n].
    """
    return _transform(input, 2, True)


@op("tf.signal.fft3d", kernel="FFT3D", inputs=_INPUT)
def fft3d(input):
    """The discrete Fourier transform along the last three axes.

    Args:
      input: complex tensor of shape [..., l, m, n].
    """
    return _transform(input, 3, False)


@op("tf.signal.ifft3d", kernel="IFFT3D", inputs=_INPUT)
def ifft3d(input):
    """The inverse of `tf.signal.fft3d`.

    Args:
      input: complex tensor of shape [..., l, m, n].
    """
    return _transform(input, 3, True)


# -- real signals -----------------------------------------------------------------------------


def rfft_raw(x, lengths: tuple[int, ...]):
    """The half of the spectrum that determines it, of x cut or padded to these lengths."""
    batch = x.shape[: x.ndim - len(lengths)]
    last = lengths[-1] // 2 + 1 if lengths[-1] else 0
    out = jnp.result_type(x.dtype, jnp.complex64)
    if 0 in x.shape or 0 in lengths:
        return jnp.zeros((*batch, *lengths[:-1], last), out)
    return jnp.fft.rfftn(x, s=lengths, axes=tuple(range(-len(lengths), 0)))


def irfft_raw(x, lengths: tuple[int, ...]):
    """The inverse of `rfft_raw`."""
    batch = x.shape[: x.ndim - len(lengths)]
    if 0 in x.shape or 0 in lengths:
        return jnp.zeros((*batch, *lengths), np.finfo(x.dtype).dtype)
    return jnp.fft.irfftn(x, s=lengths, axes=tuple(range(-len(lengths), 0)))


def _no_gradient(call):
    raise LookupError(f"gradient registry has no entry for: {call.kernel.name}")


_REAL = same("x", of=("float", "double"), attr="Treal")
_HALF = same("x", of=_COMPLEX, attr="Tcomplex")


@op(kernel="RFFT", inputs=_REAL)
def _rfft(x, lengths):
    _check_empty(x, lengths)
    return rfft_raw(x, lengths)


@op(kernel="RFFT3D", inputs=_REAL, grad=_no_gradient)
def _rfft3d(x, lengths):
    _check_empty(x, lengths)
    return rfft_raw(x, lengths)


@op(kernel="IRFFT", inputs=_HALF)
def _irfft(x, lengths):
    _check_empty(x, (*lengths[:-1], lengths[-1] // 2 + 1 if lengths[-1] else 0))
    return irfft_raw(x, lengths)


@op(kernel="IRFFT3D", inputs=_HALF, grad=_no_gradient)
def _irfft3d(x, lengths):
    _check_empty(x, (*lengths[:-1], lengths[-1] // 2 + 1 if lengths[-1] else 0))
    return irfft_raw(x, lengths)


def _lengths(kernel: str, value: Any, rank: int) -> tuple[int, ...]:
    found = np.asarray(static.host(convert(value, dtypes.int32)))
    if found.ndim != 1:  # TensorFlow takes it for the shape of a tensor first
        if not STATE.trace.symbolic:
            array = "only integer scalar arrays can be converted to a scalar index"
            raise TypeError(array if found.ndim else "'numpy.int32' object is not iterable")
        if found.ndim or found == -1:
            raise ValueError(f"Shape {found.shape} must have rank 1")
        raise ValueError(
            f"Received a scalar value '{found}' as shape; require a statically known scalar with "
            "value '-1' to describe an unknown shape."
        )
    lengths = tuple(found.tolist())
    if any(n < -1 for n in lengths):
        raise ValueError(f"Dimension {next(n for n in lengths if n < -1)} must be >= 0")
    if len(lengths) != rank:
        raise op_error(kernel, f"fft_length must have shape [{rank}]")
    if -1 in lengths:
        raise op_error(kernel, f"fft_length[{lengths.index(-1)}] must >= 0, but got: -1")
    return lengths


def _check_empty(x, lengths: tuple[int, ...]) -> None:
    """Signals are padded to the length of the transform, unless there are none: TensorFlow."""
    if 0 not in x.shape:
        return
    for axis, wanted in enumerate(lengths, x.ndim - len(lengths)):
        if x.shape[axis] < wanted:
            fail(
                f"Input dimension {axis} must have length of at least {wanted} but got: "
                f"{x.shape[axis]}"
            )


def _require_rank(x, rank: int) -> None:
    if x.ndim < rank:
        raise ValueError(f"Shape {x.shape} must have rank at least {rank}")


def _forward(x, fft_length, rank: int) -> Any:
    x = convert(x, hint=dtypes.float32)
    if x.aval.dtype not in (dtypes.float32, dtypes.float64):
        raise ValueError(f"RFFT requires tf.float32 or tf.float64 inputs, got: {x!s}")
    _require_rank(x, rank)
    kernel = "RFFT" if rank == 1 else f"RFFT{rank}D"
    if fft_length is None:
        lengths = x.aval.shape[x.ndim - rank :]
    else:
        lengths = _lengths(kernel, fft_length, rank)
    return _rfft3d(x, lengths) if rank == 3 else _rfft(x, lengths)


def _backward(x, fft_length, rank: int) -> Any:
    x = convert(x, hint=dtypes.complex64)
    _require_rank(x, rank)
    if x.aval.dtype not in (dtypes.complex64, dtypes.complex128):
        raise ValueError(f"IRFFT requires tf.complex64 or tf.complex128 inputs, got: {x!s}")
    kernel = "IRFFT" if rank == 1 else f"IRFFT{rank}D"
    if fft_length is None:
        shape = x.aval.shape[x.ndim - rank :]
        lengths = (*shape[:-1], max(0, 2 * (shape[-1] - 1)))
    else:
        lengths = _lengths(kernel, fft_length, rank)
    return _irfft3d(x, lengths) if rank == 3 else _irfft(x, lengths)


@export("tf.signal.rfft")
def rfft(input_tensor, fft_length=None, name=None) -> Any:
    """The discrete Fourier transform of real signals along the last axis.

    Args:
      input_tensor: float tensor of shape [..., n].
      fft_length: a list of one length, to which signals are cut or padded with zeros.
      name: ignored.

    Returns:
      A complex tensor of shape [..., length // 2 + 1]; the rest of the spectrum is its mirror.

    Raises:
      ValueError: for other dtypes.
    """
    return _forward(input_tensor, fft_length, 1)


@export("tf.signal.rfft2d")
def rfft2d(input_tensor, fft_length=None, name=None) -> Any:
    """The discrete Fourier transform of real signals along the last two axes.

    Args:
      input_tensor: float tensor of shape [..., m, n].
      fft_length: a list of two lengths; see `tf.signal.rfft`.
      name: ignored.
    """
    return _forward(input_tensor, fft_length, 2)


@export("tf.signal.rfft3d")
def rfft3d(input_tensor, fft_length=None, name=None) -> Any:
    """The discrete Fourier transform of real signals along three axes; it has no gradient.

    Args:
      input_tensor: float tensor of shape [..., l, m, n].
      fft_length: a list of three lengths; see `tf.signal.rfft`.
      name: ignored.
    """
    return _forward(input_tensor, fft_length, 3)


@export("tf.signal.irfft")
def irfft(input_tensor, fft_length=None, name=None) -> Any:
    """The inverse of `tf.signal.rfft`.

    Args:
      input_tensor: complex tensor of shape [..., n // 2 + 1].
      fft_length: a list of one length, that of the signals; 2 * (size - 1) by default.
      name: ignored.

    Returns:
      A real tensor of shape [..., n].

    Raises:
      ValueError: for other dtypes.
    """
    return _backward(input_tensor, fft_length, 1)


@export("tf.signal.irfft2d")
def irfft2d(input_tensor, fft_length=None, name=None) -> Any:
    """The inverse of `tf.signal.rfft2d`.

    Args:
      input_tensor: complex tensor of shape [..., m, n // 2 + 1].
      fft_length: a list of two lengths; see `tf.signal.irfft`.
      name: ignored.
    """
    return _backward(input_tensor, fft_length, 2)


@export("tf.signal.irfft3d")
def irfft3d(input_tensor, fft_length=None, name=None) -> Any:
    """The inverse of `tf.signal.rfft3d`; it has no gradient.

    Args:
      input_tensor: complex tensor of shape [..., l, m, n // 2 + 1].
      fft_length: a list of three lengths; see `tf.signal.irfft`.
      name: ignored.
    """
    return _backward(input_tensor, fft_length, 3)


# -- order of frequencies ---------------------------------------------------------------------


@op(kernel="Roll", inputs=same("x"), static={"axes": static.axis, "back": static.flag})
def _fft_shift(x, axes, back):
    if axes is None:
        require(
            x.ndim,
            "Value for attr 'Taxis' of float is not in the list of allowed values: int32, int64",
        )
        axes = tuple(range(x.ndim))
    axes = axes if isinstance(axes, tuple) else (axes,)
    for a in axes:
        require(-x.ndim <= a < x.ndim, f"slice index {a} of dimension 0 out of bounds.")
    steps = [-(x.shape[a] // 2) if back else x.shape[a] // 2 for a in axes]
    return jnp.roll(x, steps, axes) if axes else x


@export("tf.signal.fftshift")
def fftshift(x, axes=None, name=None) -> Any:
    """Moves frequency zero to the middle, by swapping halves.

    Args:
      x: tensor of any dtype.
      axes: the axes along which to do so; all by default.
      name: ignored.
    """
    return _fft_shift(x, axes, False)


@export("tf.signal.ifftshift")
def ifftshift(x, axes=None, name=None) -> Any:
    """The inverse of `tf.signal.fftshift`.

    Args:
      x: tensor of any dtype.
      axes: the axes along which to do so; all by default.
      name: ignored.
    """
    return _fft_shift(x, axes, True)


# -- cosine transforms ------------------------------------------------------------------------


def dct_raw(x, kind: int, n: int | None, norm: str | None):
    """Discrete cosine transform I to IV along the last axis, by real Fourier transforms."""
    size = x.shape[-1]
    if n is not None and n <= size:
        x = x[..., :n]
    elif n is not None:
        x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, n - size)])
    size = x.shape[-1]
    real = x.dtype
    if kind == 1:
        return jnp.real(rfft_raw(jnp.concatenate([x, x[..., -2:0:-1]], -1), (2 * size - 2,)))
    angle = np.arange(size) * np.pi * 0.5 / size
    wide = np.complex64 if real == np.float32 else np.complex128
    weights = np.full(size, np.sqrt(0.5 / size))
    weights[:1] *= np.sqrt(0.5)
    if kind == 2:
        half = rfft_raw(x, (2 * size,))[..., :size]
        out = jnp.real(half * (2 * np.exp(-1j * angle)).astype(wide))
        return out * weights.astype(real) if norm == "ortho" else out
    if kind == 3:
        if norm == "ortho":
            weights = np.full(size, np.sqrt(size * 0.5))
            weights[:1] *= np.sqrt(2)
            x = x * weights.astype(real)
        else:
            x = x * np.asarray(size, real)
        half = x * (2 * np.exp(1j * angle)).astype(wide)
        return irfft_raw(half, (2 * size,))[..., :size]
    out = dct_raw(x, 2, 2 * size, None)[..., 1::2]
    return out * np.asarray(np.sqrt(0.5 / size), real) if norm == "ortho" else out


@op(kernel="RFFT", inputs=same("x", of=("float", "double")))
def _dct(x, kind, n, norm):
    if 0 in x.shape and kind > 1:  # what the Fourier transforms inside say of no signals
        size = (x.shape[-1] if n is None else n) * (2 if kind == 4 else 1)
        wanted = size + 1 if kind == 3 else 2 * size
        fail(f"Input dimension {x.ndim - 1} must have length of at least {wanted} but got: {size}")
    return dct_raw(x, kind, n, norm)


def _check_dct(x, kind, n, axis, norm) -> Any:
    if axis != -1:
        raise NotImplementedError(f"axis must be -1. Got: {axis}")
    if n is not None and n < 1:
        raise ValueError("n should be a positive integer or None")
    if kind not in (1, 2, 3, 4):
        raise ValueError("Types I, II, III and IV (I)DCT are supported.")
    if kind == 1:
        if norm == "ortho":
            raise ValueError("Normalization is not supported for the Type-I DCT.")
        if getattr(x, "aval", x).shape[-1] < 2:
            raise ValueError("Type-I DCT requires the dimension to be greater than one.")
    if norm not in (None, "ortho"):
        raise ValueError(f"Unknown normalization. Expected None or 'ortho', got: {norm}")
    x = convert(x)
    dtype = x.aval.dtype
    if dtype.kind not in "fc":
        raise TypeError(f"Cannot convert 0.0 to EagerTensor of dtype {dtype.name}")
    if dtype.kind == "c":
        raise AssertionError  # as TensorFlow, without a word
    if dtype.name in ("float16", "bfloat16"):
        raise TypeError(
            f"The `real` and `imag` components have incorrect types: {dtype.name} {dtype.name}. "
            "They must be consistent, and one of [tf.float32, tf.float64]"
        )
    return x


@export("tf.signal.dct")
def dct(input, type=2, n=None, axis=-1, norm=None, name=None) -> Any:
    """The discrete cosine transform along the last axis.

    Args:
      input: float tensor of shape [..., size].
      type: 1, 2, 3 or 4.
      n: length to which signals are cut or padded with zeros.
      axis: only -1.
      norm: None, or "ortho" for a transform that is its own transpose's inverse.
      name: ignored.

    Raises:
      ValueError, NotImplementedError: for arguments that are not supported.
    """
    n = None if n is None else static.integer(n)
    return _dct(_check_dct(input, type, n, axis, norm), type, n, norm)


@export("tf.signal.idct")
def idct(input, type=2, n=None, axis=-1, norm=None, name=None) -> Any:
    """The inverse of `tf.signal.dct` up to scale; exactly the inverse for norm "ortho".

    Args:
      input, n, axis, norm: as for `tf.signal.dct`.
      type: the type of the transform of which this is the inverse.
      name: ignored.
    """
    n = None if n is None else static.integer(n)
    x = _check_dct(input, type, n, axis, norm)
    return _dct(x, {1: 1, 2: 3, 3: 2, 4: 4}[type], n, norm)
