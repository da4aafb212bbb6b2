"""Eigenvalues and what follows from factorisations: LU, logarithms, ranks, banded systems."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.cases.arrays import Array
from conformance.cases.row import Row, row
from conformance.fuzz.catalogue.linalg import (
    _WIDE,
    _adjoint,
    _as,
    _batch,
    _matrix,
    _solid,
    norm,
    unique,
)
from conformance.fuzz.draws import Draw


def general(d: Draw, op: str) -> Row:
    """eig, eigvals and logm: eigenvalues that lie apart, as vectors are unique only then."""
    n, batch, dtype = d.whole(0, 4), _batch(d), d.pick(_WIDE)
    if op.endswith("logm"):
        dtype = d.dtype(("complex64", "complex128"), _WIDE)
    x = _matrix(d, (*batch, n, n), dtype).value * 0.3 + np.eye(n) * (1 + 3 * np.arange(n))
    return row(op, _as(x, dtype)) if op.endswith("logm") else unique(d, op, _as(x, dtype))


def symmetric(d: Draw, op: str) -> Row:
    """eigh: separate eigenvalues, or pairs of equal ones."""
    n, batch, dtype = d.whole(0, 4), _batch(d), d.pick(_WIDE)
    x = _matrix(d, (*batch, n, n), dtype).value
    x = (x + _adjoint(x)) / 2 + np.eye(n) * np.arange(n) * 3
    if d.chance(0.15):
        x = np.broadcast_to(np.eye(n) * np.floor(np.arange(n) / 2), x.shape)
    return unique(d, op, _as(x, dtype))


def tridiagonal_values(d: Draw, op: str) -> Row:
    n, dtype = d.whole(1, 6), d.pick(_WIDE)
    kind = dtype if d.chance(0.5) else dtype.replace("complex64", "float32")
    alpha = _matrix(d, (n,), kind.replace("complex128", "float64"))
    alpha = _as(alpha.value, dtype)
    kwargs: dict[str, Any] = {}
    if d.chance(0.4):
        low = d.whole(0, n - 1)
        kwargs = {"select": "i", "select_range": (low, d.whole(low, n - 1))}
    elif d.chance(0.3):
        kwargs = {"select": "v", "select_range": (-1.0, d.pick([0.5, 2.0]))}
    return row(op, alpha, _matrix(d, (n - 1,), dtype), grad=(), **kwargs)


def _permutations(d: Draw, batch: tuple, n: int) -> Array:
    count = int(np.prod(batch))
    values = np.array([d.state.permutation(n) for _ in range(count)], "int32")
    return Array(values.reshape((*batch, n)), "int32")


def factored(d: Draw, op: str) -> Row:
    """lu_solve, lu_reconstruct, lu_matrix_inverse: a factorisation and its permutation."""
    n, batch, dtype = d.whole(1, 4), _batch(d), d.pick(_WIDE)
    args = [_as(_solid(d, batch, n, dtype), dtype), _permutations(d, batch, n)]
    if op.endswith("lu_solve"):
        args.append(_matrix(d, (*batch, n, d.whole(1, 3)), dtype))
    kwargs = {"validate_args": True} if d.chance(0.2) else {}
    return row(op, *args, **kwargs)


def rank(d: Draw, op: str) -> Row:
    shape, dtype = (*_batch(d), d.whole(1, 4), d.whole(1, 4)), d.pick(_WIDE[:2])
    x = np.round(_matrix(d, shape, dtype).value)
    if d.chance(0.4):
        x[..., -1, :] = x[..., 0, :]
    # of a multiple of the unit matrix or of separate singular values, no one is on the limit
    return row(op, _as(x, dtype), *([d.pick([0.1, 0.7])] if d.chance(0.3) else []), grad=())


def banded(d: Draw, op: str) -> Row:
    n, width, batch, dtype = d.whole(1, 4), d.whole(1, 3), _batch(d), d.pick(_WIDE)
    width = min(width, n)
    kwargs: dict[str, Any] = {"lower": d.chance(0.6)} if d.chance(0.7) else {}
    lower = kwargs.get("lower", True)
    bands = _matrix(d, (*batch, width, n), dtype).value
    main = 0 if lower else width - 1
    bands[..., main, :] += np.where(bands[..., main, :].real < 0, -3, 3)
    if d.chance(0.3):
        kwargs["adjoint"] = d.chance(0.7)
    return row(op, _as(bands, dtype), _matrix(d, (*batch, n, d.whole(2, 3)), dtype), **kwargs)


def global_norm(d: Draw, op: str) -> Row:
    dtype = d.pick((*_WIDE[:2], "float16"))
    return row(op, [d.array(d.shape(), dtype) for _ in range(d.whole(1, 3))])


CALLS = {
    **{f"tf.linalg.{n}": general for n in ("eig", "eigvals", "logm")},
    "tf.linalg.eigh": symmetric,
    "tf.linalg.eigh_tridiagonal": tridiagonal_values,
    **{f"tf.linalg.lu_{n}": factored for n in ("solve", "reconstruct", "matrix_inverse")},
    "tf.linalg.matrix_rank": rank,
    "tf.linalg.banded_triangular_solve": banded,
    "tf.linalg.global_norm": global_norm,
    "tf.linalg.normalize": norm,
}
