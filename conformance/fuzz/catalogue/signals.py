"""Fourier transforms, windows and frames."""

from __future__ import annotations

from typing import Any

from conformance.cases.arrays import ref
from conformance.cases.row import Row, code, row
from conformance.fuzz.draws import ALL, COMPLEX, Draw

_WIDE = ("float32", "float64")
_TIGHT = {"reason": "sums of many terms of the size of the largest"}


def _tolerance(dtype: str) -> dict[str, Any]:
    tol = (1e-10, 1e-10) if dtype in ("float64", "complex128") else (5e-5, 5e-5)
    return {"tol": tol, **_TIGHT}


def transform(d: Draw, op: str) -> Row:
    name = op.rpartition(".")[2]
    rank = int(name[-2]) if name.endswith("d") else 1
    shape = (*d.shape(0, 1), *(d.whole(1, 5) for _ in range(rank)))
    usual = _WIDE if name.startswith("rfft") else COMPLEX
    x = d.array(shape, d.dtype(usual), specials=False)
    kwargs: dict[str, Any] = _tolerance(x.dtype)
    if "rfft" in name and d.chance(0.6):
        kwargs["fft_length"] = [d.whole(1, 6) for _ in range(rank)]
    return row(op, x, **kwargs)


def shift(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    axes = {} if d.chance(0.4) else {"axes": d.axes(len(shape))}
    return row(op, d.array(shape, d.pick(ALL)), **axes)


def cosine(d: Draw, op: str) -> Row:
    x = d.array((*d.shape(0, 2), d.whole(1, 6)), d.dtype(_WIDE), specials=False)
    kwargs: dict[str, Any] = {"type": d.whole(1, 4)}
    if d.chance(0.3) and kwargs["type"] != 4:
        kwargs["n"] = d.whole(1, 7)
    if d.chance(0.3):
        kwargs["norm"] = "ortho"
    return row(op, x, **kwargs, **_tolerance(x.dtype))


def window(d: Draw, op: str) -> Row:
    dtype = d.pick(["float16", "bfloat16", *_WIDE, *_WIDE])
    return row(op, d.whole(0, 9), dtype=ref(f"tf.{dtype}"), kw=_periodic(d, op))


def _periodic(d: Draw, op: str) -> dict[str, Any]:
    if op.endswith(("hann_window", "hamming_window")):
        return {"periodic": d.chance(0.5)}
    return {"beta": d.pick([0.5, 4.0, 12.0])} if "kaiser" in op else {}


def frame(d: Draw, op: str) -> Row:
    shape = (*d.shape(0, 2), d.whole(0, 9))
    kwargs: dict[str, Any] = {}
    if d.chance(0.4):
        kwargs = {"pad_end": True, "pad_value": d.pick([0, 1])}
    return row(op, d.array(shape, d.pick(ALL)), d.whole(1, 5), d.whole(1, 4), **kwargs)


def overlap(d: Draw, op: str) -> Row:
    shape = (*d.shape(0, 1), d.whole(1, 4), d.whole(1, 5))
    return row(op, d.array(shape, d.pick(_WIDE), specials=False), d.whole(1, 5))


def short_time(d: Draw, op: str) -> Row:
    """stft and inverse_stft."""
    length, step = d.whole(1, 6), d.whole(1, 4)
    fft = d.pick([None, 8]) if d.chance(0.5) else None
    kwargs: dict[str, Any] = {} if fft is None else {"fft_length": fft}
    if d.chance(0.4):
        kwargs["window_fn"] = d.pick([None, ref("tf.signal.hamming_window")])
    dtype = d.pick(_WIDE)
    if op.endswith("inverse_stft"):
        bins = (fft or 1 << (length - 1).bit_length()) // 2 + 1
        shape = (*d.shape(0, 1), d.whole(1, 4), bins)
        x = d.array(shape, {"float32": "complex64"}.get(dtype, "complex128"), specials=False)
        return row(op, x, length, step, **kwargs, **_tolerance(x.dtype))
    if d.chance(0.4):
        kwargs["pad_end"] = d.chance(0.7)
    x = d.array((*d.shape(0, 1), d.whole(length, 9)), dtype, specials=False)
    return row(op, x, length, step, **kwargs, **_tolerance(dtype))


def lapped(d: Draw, op: str) -> Row:
    """mdct and its inverse."""
    kwargs: dict[str, Any] = {"norm": d.pick([None, "ortho"])} if d.chance(0.5) else {}
    if d.chance(0.3):
        kwargs["window_fn"] = d.pick([None, ref("tf.signal.kaiser_bessel_derived_window")])
    dtype = d.pick(_WIDE)
    if op.endswith("inverse_mdct"):
        x = d.array((*d.shape(0, 1), d.whole(1, 4), d.whole(1, 4)), dtype, specials=False)
        return row(op, x, **kwargs, **_tolerance(dtype))
    frame_length = d.pick([4, 8])
    if d.chance(0.3):
        kwargs["pad_end"] = True
    x = d.array((*d.shape(0, 1), d.whole(frame_length, 12)), dtype, specials=False)
    return row(op, x, frame_length, **kwargs, **_tolerance(dtype))


def inverse_window(d: Draw, op: str) -> Row:
    source = "lambda n, step: tf.signal.inverse_stft_window_fn(step)(n, tf.float32)"
    return code(op, source, d.whole(1, 9), d.whole(1, 6))


def mel(d: Draw, op: str) -> Row:
    low = d.pick([0.0, 60.0, 125.0])
    numbers = [
        d.whole(1, 8),
        d.whole(2, 30),
        d.pick([8000, 16000.0]),
        low,
        d.pick([3000.0, 3800.0]),
    ]
    return row(op, *numbers, **({"dtype": ref("tf.float64")} if d.chance(0.3) else {}))


def cepstral(d: Draw, op: str) -> Row:
    x = d.array((*d.shape(0, 2), d.whole(1, 6)), d.pick(_WIDE), specials=False)
    return row(op, x, **_tolerance(x.dtype))


_FFT = "fft ifft fft2d ifft2d fft3d ifft3d rfft rfft2d rfft3d irfft irfft2d irfft3d".split()
_WINDOWS = "hann hamming kaiser kaiser_bessel_derived vorbis".split()
CALLS = {
    **{f"tf.signal.{n}": transform for n in _FFT},
    **{f"tf.signal.{n}": shift for n in ("fftshift", "ifftshift")},
    **{f"tf.signal.{n}": cosine for n in ("dct", "idct")},
    **{f"tf.signal.{n}_window": window for n in _WINDOWS},
    "tf.signal.frame": frame,
    "tf.signal.overlap_and_add": overlap,
    **{f"tf.signal.{n}stft": short_time for n in ("", "inverse_")},
    **{f"tf.signal.{n}mdct": lapped for n in ("", "inverse_")},
    "tf.signal.inverse_stft_window_fn": inverse_window,
    "tf.signal.linear_to_mel_weight_matrix": mel,
    "tf.signal.mfccs_from_log_mel_spectrograms": cepstral,
}
