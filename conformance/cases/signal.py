"""Frames, windows and short-time transforms."""

from conformance.cases.row import code, draw, f32, f64, ref, row

_TIGHT = {"tol": 1e-10, "reason": "sums of many terms of the size of the largest"}
_WINDOW = {"tol": 1e-6, "reason": "sines and cosines of float32 arguments"}
_HALF = {"tol": 2e-3, "reason": "float16 throughout, in another order of rounding"}
_COSINE = ("tf.signal.hann_window", "tf.signal.hamming_window")
_KAISER = ("tf.signal.kaiser_window", "tf.signal.kaiser_bessel_derived_window")
_ALL = (*_COSINE, *_KAISER, "tf.signal.vorbis_window")
_S = draw((2, 20), "float64")
_SPECTRA = draw((2, 4, 5), "complex128", 1)
_FRAMES = draw((2, 3, 4), "float64", 2)
_MDCTS = draw((2, 4, 4), "float64", 3)
_MEL = "tf.signal.linear_to_mel_weight_matrix"

ROWS = [
    *(row(w, n, **_WINDOW) for w in _ALL for n in (5, 8)),
    *(row(w, 6, dtype=ref("tf.float64"), **_TIGHT) for w in _ALL),
    *(row(w, 6, dtype=ref("tf.float16"), **_HALF) for w in _ALL),
    *(row(w, 6, periodic=False, **_WINDOW) for w in _COSINE),
    *(row(w, 6, beta=3.0, **_WINDOW) for w in _KAISER),
    *(row(w, n, kind="boundary", **_WINDOW) for w in _ALL for n in (1, 2)),
    *(row(w, 0, kind="boundary") for w in (*_COSINE, _KAISER[1], _ALL[-1])),
    *(row(w, 6, dtype=ref("tf.int32"), kind="error") for w in _ALL),
    *(row(w, [6], kind="error") for w in _ALL),
    *(row(w, 6.0, kind="error") for w in _ALL),
    *(row(w, -1, kind="error") for w in _ALL),
    # frames
    *(row("tf.signal.frame", _S, 6, 4, **k) for k in ({}, {"pad_end": True})),
    row("tf.signal.frame", _S, 6, 4, True, 9),
    row("tf.signal.frame", _S, 6, 4, second=True),
    row("tf.signal.frame", draw((6, 2, 3)), 3, 2, axis=0),
    row("tf.signal.frame", [1, 2, 3, 4], 2, 1),
    row("tf.signal.frame", _S, 30, 4, kind="boundary"),
    row("tf.signal.frame", _S, 30, 4, True, kind="boundary"),
    row("tf.signal.frame", 1.0, 1, 1, kind="error"),
    row("tf.signal.frame", _S, 4, 0, kind="error"),
    row("tf.signal.frame", _S, 4, 1, axis=3, kind="error"),
    *(row("tf.signal.overlap_and_add", _FRAMES, n) for n in (1, 2, 3, 4, 6)),
    row("tf.signal.overlap_and_add", _FRAMES, 2, second=True),
    row("tf.signal.overlap_and_add", [[1, 2], [3, 4]], 1),
    row("tf.signal.overlap_and_add", f64([[1.0]]), 1, kind="boundary"),
    row("tf.signal.overlap_and_add", _S[0], 2, kind="error"),
    row("tf.signal.overlap_and_add", _FRAMES, 2.0, kind="error"),
    row("tf.signal.overlap_and_add", _FRAMES, [1], kind="error"),
    # short-time transforms
    *(row("tf.signal.stft", _S, n, 4, **_TIGHT) for n in (6, 8)),
    row("tf.signal.stft", _S, 6, 4, 16, pad_end=True, **_TIGHT),
    row("tf.signal.stft", _S, 8, 4, window_fn=None, **_TIGHT),
    row("tf.signal.stft", _S, 8, 4, window_fn=ref("tf.signal.hamming_window"), **_TIGHT),
    row("tf.signal.stft", _S, 30, 4, kind="error"),
    row("tf.signal.stft", _S, 20, 4, kind="boundary", **_TIGHT),
    row("tf.signal.stft", 1.0, 2, 1, kind="error"),
    row("tf.signal.stft", [1, 2, 3, 4], 2, 1, kind="error"),
    row("tf.signal.inverse_stft", _SPECTRA, 8, 4, **_TIGHT),
    row("tf.signal.inverse_stft", _SPECTRA, 6, 4, **_TIGHT),
    row("tf.signal.inverse_stft", _SPECTRA, 8, 4, 8, None, **_TIGHT),
    code(
        "tf.signal.inverse_stft",
        "lambda x: tf.signal.inverse_stft(tf.signal.stft(x, 8, 4), 8, 4, "
        "window_fn=tf.signal.inverse_stft_window_fn(4))",
        _S,
        **_TIGHT,
    ),
    row("tf.signal.inverse_stft", _SPECTRA[:, :1], 8, 4, kind="boundary", **_TIGHT),
    row("tf.signal.inverse_stft", _FRAMES, 8, 4, kind="error"),
    row("tf.signal.inverse_stft", _SPECTRA[0, 0], 8, 4, kind="error"),
    *(
        code(
            "tf.signal.inverse_stft_window_fn",
            "lambda n, step: tf.signal.inverse_stft_window_fn(step)(n, tf.float64)",
            n,
            step,
            kind=kind,
            **_TIGHT,
        )
        for n, step, kind in ((8, 4, "ordinary"), (8, 3, "ordinary"), (2, 4, "boundary"))
    ),
    code(
        "tf.signal.inverse_stft_window_fn",
        "lambda n: tf.signal.inverse_stft_window_fn(4)(n, tf.int32)",
        8,
        kind="error",
    ),
    *(
        row("tf.signal.mdct", _S, 8, **k, **_TIGHT)
        for k in ({}, {"window_fn": None}, {"norm": "ortho"}, {"pad_end": True})
    ),
    row("tf.signal.mdct", _S, 24, kind="error"),
    row("tf.signal.mdct", _S, 20, kind="boundary", **_TIGHT),
    row("tf.signal.mdct", _S, 6, kind="error"),
    row("tf.signal.mdct", 1.0, 8, kind="error"),
    *(
        row("tf.signal.inverse_mdct", _MDCTS, **k, **_TIGHT)
        for k in ({}, {"window_fn": None}, {"norm": "ortho"})
    ),
    row("tf.signal.inverse_mdct", _MDCTS[:, :1], kind="boundary", **_TIGHT),
    row("tf.signal.inverse_mdct", _S[0], kind="error"),
    row("tf.signal.inverse_mdct", _MDCTS[..., :3], kind="error"),
    # mel scale
    row(_MEL, 4, 9, 8000, dtype=ref("tf.float64"), **_TIGHT),
    row(_MEL, tol=1e-4, reason="differences of nearly equal float32 logarithms"),
    row(_MEL, 1, 2, 8000, dtype=ref("tf.float64"), kind="boundary", **_TIGHT),
    row(_MEL, 0, kind="error"),
    row(_MEL, lower_edge_hertz=-1, kind="error"),
    row(_MEL, lower_edge_hertz=5000.0, kind="error"),
    row(_MEL, upper_edge_hertz=5000.0, kind="error"),
    row(_MEL, sample_rate=0, kind="error"),
    row(_MEL, dtype=ref("tf.int32"), kind="error"),
    row("tf.signal.mfccs_from_log_mel_spectrograms", _FRAMES, second=True, **_TIGHT),
    row("tf.signal.mfccs_from_log_mel_spectrograms", f64([[1.0]]), kind="boundary"),
    row("tf.signal.mfccs_from_log_mel_spectrograms", f32([]).reshape(2, 0), kind="error"),
]
