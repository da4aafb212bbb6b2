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


@rule("qr")
def _qr(eqn):
    if not _supported(eqn) or eqn.params.get("pivoting"):
        return None
    mode = "complete" if eqn.params["full_matrices"] else "reduced"
    return lambda x: tuple(np.linalg.qr(x, mode))


def _nan_where_it_fails(eqn, kernel: Callable) -> Callable:
    """LAPACK's failure to converge gives nan for that matrix, not an exception."""
    outputs = eqn.outputs
    batch = eqn.inputs[0].shape[:-2]

    def careful(x):
        try:
            return kernel(x)
        except np.linalg.LinAlgError:
            return [np.full(shape[len(batch) :], np.nan).astype(dtype) for shape, dtype in outputs]

    by_matrix = _by_matrix(eqn, careful)

    def call(x):
        try:
            results = kernel(x)
        except np.linalg.LinAlgError:
            return by_matrix(x)
        return results if len(outputs) > 1 else results[0]

    return call


@rule("eigh")
def _eigh(eqn):
    params = eqn.params
    if (
        not _supported(eqn)
        or params.get("algorithm") is not None
        or params.get("subset_by_index") not in (None, (0, eqn.inputs[0].shape[-1]))
    ):
        return None
    triangle = "L" if params["lower"] else "U"

    def kernel(x):
        values, vectors = np.linalg.eigh(x, triangle)
        return vectors, values

    return _nan_where_it_fails(eqn, kernel)


@rule("svd")
def _svd(eqn):
    params = eqn.params
    if (
        not _supported(eqn)
        or params.get("algorithm") is not None
        or params.get("subset_by_index") is not None
    ):
        return None
    if not params["compute_uv"]:
        return _nan_where_it_fails(eqn, lambda x: (np.linalg.svd(x, compute_uv=False),))
    full = bool(params["full_matrices"])

    def kernel(x):
        u, s, vt = np.linalg.svd(x, full)
        return s, u, vt

    return _nan_where_it_fails(eqn, kernel)
