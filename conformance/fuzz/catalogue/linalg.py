"""Products, solvers and factorisations, of matrices that are far enough from singular."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.cases.arrays import Array, np_dtype
from conformance.cases.row import Row, code, row
from conformance.fuzz.draws import ALL, NUMBERS, Draw

_WIDE = ("float32", "float64", "complex64", "complex128")


def _batch(d: Draw) -> tuple[int, ...]:
    return d.shape(0, 2) if d.chance(0.5) else ()


def _matrix(d: Draw, shape: tuple, dtype: str) -> Array:
    return d.array(shape, dtype, -2, 2, specials=False)


def _as(values: np.ndarray, dtype: str) -> Array:
    return Array(np.asarray(values).astype(np_dtype(dtype)), dtype)


def _adjoint(x: np.ndarray) -> np.ndarray:
    return np.conj(np.swapaxes(x, -1, -2))


def _solid(d: Draw, batch: tuple, n: int, dtype: str) -> np.ndarray:
    """Matrices with a heavy diagonal."""
    x = d.array((*batch, n, n), dtype, -1, 1, specials=False).value
    signs = d.state.choice([-1, 1], (*batch, n))[..., None]
    return x + np.eye(n) * signs * (n + d.random.uniform(0.5, 2))


def _positive(d: Draw, batch: tuple, n: int, dtype: str) -> np.ndarray:
    x = d.array((*batch, n, n), dtype, -1, 1, specials=False).value
    return x @ _adjoint(x) + np.eye(n) * d.random.uniform(0.5, 2)


def matmul(d: Draw, op: str) -> Row:
    n, k, m = (d.whole(0, 4) for _ in range(3))
    batches = d.broadcastable() if d.chance(0.5) else [(), ()]
    if len(batches[0]) > 2 or len(batches[1]) > 2:
        batches = [b[-2:] for b in batches]
    flags = {}
    if d.chance(0.5):
        flags = {f"transpose_{s}": d.chance(0.4) for s in "ab"}
        if d.chance(0.3):
            flags = {f"adjoint_{s}": d.chance(0.4) for s in "ab"}
    left = (k, n) if any(v for f, v in flags.items() if f.endswith("_a")) else (n, k)
    right = (m, k) if any(v for f, v in flags.items() if f.endswith("_b")) else (k, m)
    if d.chance(0.03):
        right = (right[0] + 1, right[1])
    dtype = d.dtype((*_WIDE, "int32", "float16", "bfloat16", "int64"))
    a, b = (
        d.array((*z, *s), dtype, specials=d.chance(0.1)) for z, s in zip(batches, (left, right))
    )
    return row(op, d.operand(a), d.operand(b), **flags)


def matvec(d: Draw, op: str) -> Row:
    n, k = d.whole(0, 3), d.whole(0, 3)
    left, right = (b[-2:] for b in d.broadcastable())
    flags = {"transpose_a": True} if d.chance(0.3) else {}
    shape = (k, n) if flags else (n, k)
    dtype = d.dtype((*_WIDE, "int32"))
    return row(op, _matrix(d, (*left, *shape), dtype), _matrix(d, (*right, k), dtype), **flags)


def square(d: Draw, op: str) -> Row:
    """inv, det and the like."""
    n, batch, dtype = d.whole(0, 4), _batch(d), d.pick(_WIDE)
    kwargs = {"adjoint": d.chance(0.5)} if op.endswith("inv") else {}
    return row(op, _as(_solid(d, batch, n, dtype), dtype), **kwargs)


def positive(d: Draw, op: str) -> Row:
    n, batch, dtype = d.whole(0, 4), _batch(d), d.pick(_WIDE)
    x = _positive(d, batch, n, dtype)
    if d.chance(0.04):
        x = -x
    return row(op, _as(x, dtype))


def small(d: Draw, op: str) -> Row:
    """expm, whose norm decides the method."""
    n, batch, dtype = d.whole(0, 3), _batch(d), d.pick(_WIDE)
    x = _matrix(d, (*batch, n, n), dtype).value * d.pick([0.05, 0.5, 1.0, 2.0])
    return row(op, _as(x, dtype))


def solve(d: Draw, op: str) -> Row:
    n, m, batch, dtype = d.whole(0, 4), d.whole(0, 3), _batch(d), d.pick(_WIDE)
    kwargs = {}
    if op.endswith("cholesky_solve"):
        factor = np.linalg.cholesky(_positive(d, batch, n, dtype).astype("complex128"))
        x = factor.real if dtype.startswith("float") else factor
    else:
        x = _solid(d, batch, n, dtype)
        if d.chance(0.5):
            kwargs["adjoint"] = d.chance(0.6)
        if op.endswith("triangular_solve"):
            kwargs["lower"] = d.chance(0.6)
            if len(batch) and d.chance(0.3):
                x = x[0] if batch[0] else x
    return row(op, _as(x, dtype), _matrix(d, (*batch, n, m), dtype), **kwargs)


def lstsq(d: Draw, op: str) -> Row:
    n, batch, dtype = d.whole(1, 3), _batch(d), d.pick(_WIDE[:2])
    extra = d.whole(0, 2)
    x = np.concatenate(
        [_solid(d, batch, n, dtype), _matrix(d, (*batch, extra, n), dtype).value], -2
    )
    if d.chance(0.4):
        x = np.swapaxes(x, -1, -2)
    kwargs = {"fast": False} if d.chance(0.3) else {"l2_regularizer": d.pick([0.0, 0.5])}
    return row(op, _as(x, dtype), _matrix(d, (*batch, x.shape[-2], 2), dtype), **kwargs)


#: What is unique of decompositions: signs and phases of vectors drop out, in derivatives too.
UNIQUE = {
    "tf.linalg.svd": (
        "lambda x: tf.linalg.svd(x)[0]",
        "lambda x: [tf.abs(v) ** 2 for v in tf.linalg.svd(x)[1:]]",
        "lambda x: (lambda s, u, v: u @ tf.linalg.diag(tf.cast(tf.sin(s), u.dtype))"
        " @ tf.linalg.adjoint(v))(*tf.linalg.svd(x))",
    ),
    "tf.linalg.qr": (
        "lambda x: [tf.abs(v) ** 2 for v in tf.linalg.qr(x)]",
        "lambda x: (lambda q, r: q @ r)(*tf.linalg.qr(x))",
    ),
    "tf.linalg.eigh": (
        "lambda x: tf.linalg.eigh(x)[0]",
        "lambda x: tf.abs(tf.linalg.eigh(x)[1]) ** 2",
        "lambda x: (lambda e, v: v @ tf.linalg.diag(tf.sin(e)) @ tf.linalg.adjoint(v))"
        "(*tf.linalg.eigh(x))",
    ),
    "tf.linalg.eig": (
        "lambda x: tf.reduce_sum(tf.linalg.eig(x)[0] ** 3, -1)",
        "lambda x: (lambda e, v: tf.reduce_sum(tf.cast(tf.abs(v) ** 2, e.dtype)"
        " * e[..., None, :], -1))(*tf.linalg.eig(x))",
    ),
    "tf.linalg.eigvals": ("lambda x: tf.reduce_sum(tf.linalg.eigvals(x) ** 3, -1)",),
}


def unique(d: Draw, op: str, x: Array) -> Row:
    """The decomposition of x, or what is unique of it with its second derivative."""
    if d.chance(0.25):
        return row(op, x)
    return code(op, d.pick(UNIQUE[op]), x, second=d.chance(0.4))


def factor(d: Draw, op: str) -> Row:
    """qr and svd, of singular values that lie apart, as vectors are unique only then."""
    batch, dtype = _batch(d), d.pick(_WIDE)
    rows, columns = d.whole(0, 4), d.whole(0, 4)
    x = _matrix(d, (*batch, rows, columns), dtype).value * 0.3
    x = x + np.eye(rows, columns) * (1 + np.arange(columns))
    if op.endswith("svd") and d.chance(0.2):
        return row(op, _as(x, dtype), compute_uv=False)
    if d.chance(0.2):
        return row(op, _as(x, dtype), full_matrices=True)
    return unique(d, op, _as(x, dtype))


def symmetric(d: Draw, op: str) -> Row:
    n, batch, dtype = d.whole(0, 4), _batch(d), d.pick(_WIDE)
    x = _matrix(d, (*batch, n, n), dtype).value
    return row(op, _as((x + _adjoint(x)) / 2 + np.eye(n) * np.arange(n) * 2, dtype))


def diag(d: Draw, op: str) -> Row:
    dtype = d.pick(ALL)
    if op.endswith(("tensor_diag", "tensor_diag_part")):
        shape = d.shape(1, 2)
        return row(op, d.array(shape * 2 if op.endswith("part") else shape, dtype))
    kwargs = {}
    low = d.whole(-2, 1)
    k = low if d.chance(0.5) else (low, low + d.whole(0, 2))
    if d.chance(0.6):
        kwargs["k"] = k
        if d.chance(0.4):
            aligns = ["LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT"]
            kwargs["align"] = d.pick(aligns)
    if op.endswith("diag_part"):
        if d.chance(0.3):
            kwargs["padding_value"] = d.pick([1, 0])
        return row(op, d.array((*_batch(d), d.whole(0, 4), d.whole(0, 4)), dtype), **kwargs)
    span = k[1] - k[0] + 1 if "k" in kwargs and isinstance(k, tuple) else None
    size = d.whole(1, 4)
    inner = (size,) if span in (None, 1) and d.chance(0.9) else (span or 1, size)
    return row(op, d.array((*_batch(d), *inner), dtype), **kwargs)


def set_diag(d: Draw, op: str) -> Row:
    dtype, batch = d.pick(ALL), _batch(d)
    n, m = d.whole(1, 4), d.whole(1, 4)
    x = d.array((*batch, n, m), dtype)
    if d.chance(0.5):
        return row(op, x, d.array((*batch, min(n, m)), dtype))
    k = d.whole(-n + 1, m - 1)
    size = min(n + min(k, 0), m - max(k, 0))
    return row(op, x, d.array((*batch, size), dtype), k=k)


def band(d: Draw, op: str) -> Row:
    shape = (*_batch(d), d.whole(0, 4), d.whole(0, 4))
    return row(op, d.array(shape, d.pick(ALL)), d.whole(-1, 4), d.whole(-1, 4))


def matrices(d: Draw, op: str) -> Row:
    """trace, adjoint and the like: any matrix."""
    return row(op, d.array((*_batch(d), d.whole(0, 4), d.whole(0, 4)), d.dtype(NUMBERS)))


def cross(d: Draw, op: str) -> Row:
    shapes = [(*s, 3) for s in (d.broadcastable() if d.chance(0.3) else [_batch(d)] * 2)]
    dtype = d.dtype(NUMBERS)
    return row(op, *(d.array(s, dtype) for s in shapes))


def norm(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    x = d.array(shape, d.pick(_WIDE), specials=d.chance(0.2))
    kwargs: dict[str, Any] = {"keepdims": d.chance(0.4)} if op.endswith("norm") else {}
    if len(shape) > 1 and d.chance(0.4):
        kwargs["axis"] = d.random.sample(range(len(shape)), 2)
        kwargs["ord"] = d.pick(["fro", "euclidean", 1, np.inf, 2])
    else:
        kwargs["axis"] = d.axis(len(shape))
        kwargs["ord"] = d.pick(["euclidean", 1, 2, 3, 1.5, np.inf])
    return row(op, x, **kwargs)


def tensordot(d: Draw, op: str) -> Row:
    shape = d.shape(0, 3)
    deep = d.whole(0, len(shape))
    more = d.shape(0, 2)
    dtype = d.dtype((*_WIDE, "int32"))
    a, b = _matrix(d, shape, dtype), _matrix(d, (*shape[len(shape) - deep :], *more), dtype)
    if d.chance(0.4) and deep:
        axes = [list(range(len(shape) - deep, len(shape))), list(range(deep))]
        return row(op, a, b, axes)
    return row(op, a, b, deep)


def einsum(d: Draw, op: str) -> Row:
    sizes = {c: d.whole(0, 3) for c in "abcde"}
    terms = ["".join(d.random.sample("abcde", d.whole(0, 3))) for _ in range(d.whole(1, 3))]
    used = sorted(set("".join(terms)))
    out = "".join(d.random.sample(used, d.whole(0, len(used))))
    equation = ",".join(terms) + ("->" + out if d.chance(0.85) else "")
    dots = d.chance(0.2)
    lead = d.shape(1, 2) if dots else ()
    if dots:
        equation = ",".join("..." + t for t in terms) + "->..." + out
    dtype = d.dtype(("float32", "float64", "complex64", "int32"))
    return row(op, equation, *(_matrix(d, (*lead, *(sizes[c] for c in t)), dtype) for t in terms))


def tridiagonal(d: Draw, op: str) -> Row:
    batch, n, m, dtype = _batch(d), d.whole(1, 4), d.whole(1, 3), d.pick(_WIDE)
    x = d.array((*batch, 3, n), dtype, -1, 1, specials=False).value
    x = x + np.array([0, 3, 0])[:, None]
    return row(op, _as(x, dtype), _matrix(d, (*batch, n, m), dtype), diagonals_format="compact")


CALLS = {
    "tf.linalg.matmul": matmul,
    "tf.linalg.matvec": matvec,
    **{f"tf.linalg.{n}": square for n in "inv det slogdet pinv lu".split()},
    **{f"tf.linalg.{n}": positive for n in "cholesky logdet sqrtm".split()},
    "tf.linalg.expm": small,
    **{f"tf.linalg.{n}": solve for n in "solve triangular_solve cholesky_solve".split()},
    "tf.linalg.lstsq": lstsq,
    "tf.linalg.qr": factor,
    "tf.linalg.svd": factor,
    "tf.linalg.eigvalsh": symmetric,
    **{f"tf.linalg.{n}": diag for n in "diag diag_part tensor_diag tensor_diag_part".split()},
    "tf.linalg.set_diag": set_diag,
    "tf.linalg.band_part": band,
    **{f"tf.linalg.{n}": matrices for n in "trace adjoint matrix_transpose".split()},
    "tf.linalg.cross": cross,
    "tf.norm": norm,
    "tf.tensordot": tensordot,
    "tf.einsum": einsum,
    "tf.linalg.tridiagonal_solve": tridiagonal,
    "tf.linalg.tridiagonal_matmul": tridiagonal,
}
