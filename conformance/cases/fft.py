"""Fourier and cosine transforms."""

from conformance.cases.row import draw, f16, f64, i32, row

_TIGHT = {"tol": 1e-10, "reason": "sums of many terms of the size of the largest"}
_LOOSE = {"tol": 2e-5, "reason": "sums of many terms of the size of the largest"}
_COMPLEX = ("fft", "ifft", "fft2d", "ifft2d", "fft3d", "ifft3d")
_RANK = {"fft": 1, "fft2d": 2, "fft3d": 3}
_Z = draw((2, 3, 4), "complex128")
_X = draw((2, 3, 4), "float64")
_HALF = draw((2, 3, 3), "complex128", 1)


def _names(prefix):
    return [(f"tf.signal.{prefix}{n}", _RANK[n]) for n in _RANK]


def _grads(rank):
    return {"grad": ()} if rank == 3 else {"second": True}


ROWS = [
    *(row(f"tf.signal.{n}", _Z, second=True, **_TIGHT) for n in _COMPLEX),
    *(row(f"tf.signal.{n}", draw((2, 3, 5), "complex64"), **_LOOSE) for n in _COMPLEX),
    *(row(f"tf.signal.{n}", _Z[:0], kind="boundary") for n in _COMPLEX),
    *(row(f"tf.signal.{n}", _Z[:1, :1, :1], kind="boundary") for n in _COMPLEX),
    *(row(f"tf.signal.{n}", _X, kind="error") for n in _COMPLEX),
    *(row(f"tf.signal.{n}", 1j, kind="error") for n in _COMPLEX),
    row("tf.signal.fft", [1 + 1j, 2]),
    row("tf.signal.fft2d", _Z[0, 0], kind="error"),
    # real signals
    *(row(n, _X, **_grads(r), **_TIGHT) for n, r in _names("r")),
    *(row(n, draw((2, 3, 5)), **_grads(r), **_LOOSE) for n, r in _names("r")),
    *(row(n, _X, [k] * r, grad=(), **_TIGHT) for n, r in _names("r") for k in (2, 3, 5, 8)),
    row("tf.signal.rfft", _X, [6], **_TIGHT),
    row("tf.signal.rfft2d", _X, fft_length=[5, 6], **_TIGHT),
    row("tf.signal.rfft", [1.0, 2.0, 3.0]),
    *(row(n, _X[:0], grad=(), kind="boundary") for n, r in _names("r")),
    *(row(n, f64([]).reshape(2, 3, 0), grad=(), kind="boundary") for n, r in _names("r")),
    *(row(n, _Z, kind="error") for n, r in _names("r")),
    *(row(n, f16([1.0]), kind="error") for n, r in _names("r")),
    *(row(n, 1.0, kind="error") for n, r in _names("r")),
    *(row(n, _X, [2] * (r + 1), kind="error") for n, r in _names("r")),
    *(row(n, _X, 4, kind="error") for n, r in _names("r")),
    *(row(n, _HALF, **_grads(r), **_TIGHT) for n, r in _names("ir")),
    *(row(n, draw((2, 3, 3), "complex64", 1), **_grads(r), **_LOOSE) for n, r in _names("ir")),
    *(row(n, _HALF, [k] * r, grad=(), **_TIGHT) for n, r in _names("ir") for k in (2, 3, 5, 8)),
    row("tf.signal.irfft", _HALF, [5], **_TIGHT),
    row("tf.signal.irfft2d", _HALF, [3, 5], **_TIGHT),
    *(row(n, _HALF[:0], grad=(), kind="boundary") for n, r in _names("ir")),
    *(row(n, _X, kind="error") for n, r in _names("ir")),
    *(row(n, 1j, kind="error") for n, r in _names("ir")),
    *(row(n, _HALF, [2] * (r + 1), kind="error") for n, r in _names("ir")),
    # order of frequencies
    *(
        row(n, draw((3, 4, 5), t), *axes)
        for n in ("tf.signal.fftshift", "tf.signal.ifftshift")
        for t in ("float64", "complex64", "int32")
        for axes in ((), (1,), ([0, -1],))
    ),
    *(
        row(n, f64([]).reshape(0, 2), kind="boundary")
        for n in ("tf.signal.fftshift", "tf.signal.ifftshift")
    ),
    *(row(n, _X, 5, kind="error") for n in ("tf.signal.fftshift", "tf.signal.ifftshift")),
    # cosine transforms
    *(
        row(n, _X, k, norm=norm, **_TIGHT)
        for n in ("tf.signal.dct", "tf.signal.idct")
        for k in (1, 2, 3, 4)
        for norm in ((None, "ortho") if k > 1 else (None,))
    ),
    row("tf.signal.dct", draw((2, 5)), second=True, **_LOOSE),
    row("tf.signal.idct", draw((2, 5)), second=True, **_LOOSE),
    *(
        row(n, _X, n_, kw={"n": size}, **_TIGHT)
        for n in ("tf.signal.dct", "tf.signal.idct")
        for n_ in (2, 3, 4)
        for size in (2, 6)
    ),
    row("tf.signal.dct", [1.0, 2.0]),
    *(row(n, f64([[3.0]]), kind="boundary") for n in ("tf.signal.dct", "tf.signal.idct")),
    *(
        row(n, *args, kind="error", **named)
        for n in ("tf.signal.dct", "tf.signal.idct")
        for args, named in (
            ((_X, 5), {}),
            ((_X,), {"norm": "x"}),
            ((_X, 1), {"norm": "ortho"}),
            ((_X,), {"axis": 0}),
            ((_X, 2, 0), {}),
            ((f64([[1.0]]), 1), {}),
            ((i32([1, 2]),), {}),
            ((f16([1.0, 2.0]),), {}),
        )
    ),
]
