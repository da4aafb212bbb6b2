"""Host rules of matrix decompositions: LAPACK by way of NumPy and SciPy, as in XLA on CPU."""

import importlib
from collections.abc import Callable

import numpy as np

from tfshim._src.engine.host_rules import rule


def _scipy(module: str, name: str, dtype: np.dtype):
    library = importlib.import_module(f"scipy.linalg.{module}")
    (function,) = getattr(library, f"get_{module}_funcs")((name,), dtype=dtype)
    return function


def _by_matrix(eqn, kernel: Callable) -> Callable:
    """`kernel` on each matrix of a batch; it gets matrices and returns a tuple of results."""
    outputs, batch = eqn.outputs, eqn.inputs[0].shape[:-2]

    def call(*operands):
        results = [np.empty(shape, dtype) for shape, dtype in outputs]
        for index in np.ndindex(*batch):
            parts = kernel(*[x[index] for x in operands])
            for result, part in zip(results, parts, strict=True):
                result[index] = part
        return results if len(results) > 1 else results[0]

    return call


def _supported(eqn) -> bool:
    return eqn.inputs[0].dtype.char in "fdFD" and 0 not in eqn.inputs[0].shape


@rule("cholesky")
def _cholesky(eqn):
    if not _supported(eqn):
        return None
    potrf = _scipy("lapack", "potrf", eqn.inputs[0].dtype)

    def kernel(x):
        factor, info = potrf(x, lower=1, clean=1)
        # XLA marks a matrix that is not positive definite by nan everywhere in the triangle.
        return (np.tril(np.full_like(factor, np.nan)) if info else factor,)

    return _by_matrix(eqn, kernel)


@rule("triangular_solve")
def _triangular_solve(eqn):
    if not _supported(eqn) or 0 in eqn.inputs[1].shape:
        return None
    trsm = _scipy("blas", "trsm", eqn.inputs[0].dtype)
    params = eqn.params
    turn = (2 if params["conjugate_a"] else 1) if params["transpose_a"] else 0
    conjugate = bool(params["conjugate_a"] and not params["transpose_a"])
    side, lower = int(not params["left_side"]), int(params["lower"])
    unit = int(params["unit_diagonal"])

    def kernel(a, b):
        a = a.conj() if conjugate else a
        return (trsm(1, a, b, side=side, lower=lower, trans_a=turn, diag=unit),)

    return _by_matrix(eqn, kernel)


@rule("lu")
def _lu(eqn):
    if not _supported(eqn):
        return None
    getrf = _scipy("lapack", "getrf", eqn.inputs[0].dtype)

    def kernel(x):
        factors, pivots, info = getrf(x)
        if info < 0:
            factors = np.full_like(factors, np.nan)
        permutation = np.arange(x.shape[0], dtype=np.int32)
        for row, other in enumerate(pivots):
            permutation[[row, other]] = permutation[[other, row]]
        return factors, pivots, permutation

    return _by_matrix(eqn, kernel)


@rule("geqrf")
def _geqrf(eqn):
    if not _supported(eqn):
        return None
    geqrf = _scipy("lapack", "geqrf", eqn.inputs[0].dtype)
    return _by_matrix(eqn, lambda x: geqrf(x)[:2])


def _orgqr(dtype: np.dtype):
    return _scipy("lapack", "ungqr" if dtype.kind == "c" else "orgqr", dtype)


@rule("qr")
def _qr(eqn):
    if not _supported(eqn) or eqn.params.get("pivoting"):
        return None
    dtype, (rows, columns) = eqn.inputs[0].dtype, eqn.inputs[0].shape[-2:]
    geqrf, orgqr = _scipy("lapack", "geqrf", dtype), _orgqr(dtype)
    width = rows if eqn.params["full_matrices"] else min(rows, columns)

    def kernel(x):
        factors, tau = geqrf(x)[:2]
        frame = np.zeros((rows, width), dtype)
        frame[:, : min(width, columns)] = factors[:, : min(width, columns)]
        return orgqr(frame, tau)[0], np.triu(factors[:width])

    return _by_matrix(eqn, kernel)


@rule("householder_product")
def _householder_product(eqn):
    if not _supported(eqn) or 0 in eqn.inputs[1].shape:
        return None
    orgqr = _orgqr(eqn.inputs[0].dtype)
    return _by_matrix(eqn, lambda a, tau: orgqr(a, tau)[:1])


def _nan_on_failure(eqn, kernel: Callable) -> Callable:
    """What LAPACK cannot compute (info, the last of its results, is not 0) becomes nan."""
    rank = len(eqn.inputs[0].shape) - 2

    def careful(x):
        *results, info = kernel(x)
        if info == 0:
            return results
        return [np.full(shape[rank:], np.nan).astype(dtype) for shape, dtype in eqn.outputs]

    return _by_matrix(eqn, careful)


# SciPy's LAPACK, not NumPy's: jaxlib calls the same library, so that the signs of vectors agree.
@rule("eigh")
def _eigh(eqn):
    params, dtype = eqn.params, eqn.inputs[0].dtype
    if (
        not _supported(eqn)
        or params.get("algorithm") is not None
        or params.get("subset_by_index") not in (None, (0, eqn.inputs[0].shape[-1]))
    ):
        return None
    syevd = _scipy("lapack", "heevd" if dtype.kind == "c" else "syevd", dtype)
    lower = int(params["lower"])

    def kernel(x):
        values, vectors, info = syevd(x, compute_v=1, lower=lower)
        return vectors, values, info

    return _nan_on_failure(eqn, kernel)


@rule("svd")
def _svd(eqn):
    params = eqn.params
    if (
        not _supported(eqn)
        or params.get("algorithm") is not None
        or params.get("subset_by_index") is not None
    ):
        return None
    gesdd = _scipy("lapack", "gesdd", eqn.inputs[0].dtype)
    vectors, full = int(params["compute_uv"]), int(params["full_matrices"])

    def kernel(x):
        u, s, vt, info = gesdd(x, compute_uv=vectors, full_matrices=full)
        # gesdd does not always notice nan.
        info = info or int(not np.isfinite(s).all())
        return (s, u, vt, info) if vectors else (s, info)

    return _nan_on_failure(eqn, kernel)


@rule("eig")
def _eig(eqn):
    params, dtype = eqn.params, eqn.inputs[0].dtype
    if (
        not _supported(eqn)
        or params["compute_left_eigenvectors"]
        or params.get("implementation") is not None
    ):
        return None
    geev = _scipy("lapack", "geev", dtype)
    vectors = int(params["compute_right_eigenvectors"])

    def kernel(x):
        if dtype.kind == "c":
            values, _, right, info = geev(x, compute_vl=0, compute_vr=vectors)
        else:
            real, imag, _, right, info = geev(x, compute_vl=0, compute_vr=vectors)
            values = real + 1j * imag
            right = _paired(right, imag) if vectors else right
        return (values, right, info) if vectors else (values, info)

    return _nan_on_failure(eqn, kernel)


def _paired(vectors, imag):
    """LAPACK's real form of complex eigenvectors: a pair of columns is real and imaginary part."""
    result = vectors.astype(np.result_type(vectors, np.complex64))
    for first in np.flatnonzero(imag > 0):
        result[:, first] = vectors[:, first] + 1j * vectors[:, first + 1]
        result[:, first + 1] = result[:, first].conj()
    return result
