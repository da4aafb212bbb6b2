"""Matrices stored by their diagonals: tridiagonal and banded triangular ones."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, reports, static
from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError, fail, op_error, require, runtime_name
from tfshim._src.ops import linalg_rules as rules
from tfshim._src.ops.common import brackets
from tfshim._src.ops.linalg_diag import diag_part
from tfshim._src.ops.linalg_factor import FACTORED, check_matrix, refuse_half
from tfshim._src.ops.linalg_forms import matrix_transpose
from tfshim._src.ops.linalg_solve import check_triangular
from tfshim._src.ops.value_checks import check_main_band
from tfshim._src.registry import _with_vjp, export, op
from tfshim._src.rules import same

_TRIDIAGONAL = ("double", "float", "complex64", "complex128")


# -- products ---------------------------------------------------------------------------------


@op(
    kernel="TridiagonalMatMul",
    inputs=same("superdiag", "maindiag", "subdiag", "rhs", of=_TRIDIAGONAL),
)
def _tridiagonal_mat_mul(superdiag, maindiag, subdiag, rhs):
    require(rhs.ndim == maindiag.ndim + 1, "All input tensors must have the same rank.")
    for x in (superdiag, maindiag, subdiag):
        require(
            x.shape[:-1] == rhs.shape[:-2], "All input tensors must have the same outer dimensions."
        )
    names = ("superdiagonal", "maindiagonal", "subdiagonal")
    for name, x in zip(names, (superdiag, maindiag, subdiag), strict=True):
        require(x.shape[-1] == rhs.shape[-2], f"Invalid {name} shape.")
    above = [(0, 0)] * (rhs.ndim - 2) + [(0, 1), (0, 0)]
    below = [(0, 0)] * (rhs.ndim - 2) + [(1, 0), (0, 0)]
    following = jnp.pad(rhs[..., 1:, :], above)
    previous = jnp.pad(rhs[..., :-1, :], below)
    return (
        superdiag[..., None] * following + maindiag[..., None] * rhs + subdiag[..., None] * previous
    )


def _diagonals_of(matrix):
    shape = matrix.aval.shape
    if len(shape) < 2:
        raise IndexError("tuple index out of range")
    if shape[-2] != shape[-1]:
        raise ValueError(
            f"Expected last two dimensions of diagonals to be same, got {shape[-1]} and {shape[-2]}"
        )
    return diag_part(matrix, k=(-1, 1), align="LEFT_RIGHT")


@op(kernel="StridedSlice", inputs=same("diagonals"))
def _diagonal_rows(diagonals):
    require(diagonals.ndim >= 1, "Attempting to slice scalar input.")
    require(
        diagonals.ndim >= 2,
        "Index out of range using input dim 1; input has only 1 dims",
    )
    have = diagonals.shape[-2]
    if have < 3:
        axis = diagonals.ndim - 2
        first = next(i for i in (0, 1, 2) if i >= have)
        fail(f"slice index {first} of dimension {axis} out of bounds.")
    return diagonals[..., 0, :], diagonals[..., 1, :], diagonals[..., 2, :]


@export("tf.linalg.tridiagonal_matmul")
def tridiagonal_matmul(diagonals, rhs, diagonals_format="compact", name=None) -> Any:
    """The product of tridiagonal matrices and dense ones.

    Args:
      diagonals: by `diagonals_format`: "compact", a tensor of shape [..., 3, n] with the diagonals
        above, on and below the main one (the last element above and the first below do not
        count); "sequence", these three as a list; "matrix", of shape [..., n, n].
      rhs: tensor of shape [..., n, k].
      diagonals_format: see above.
      name: ignored.

    Returns:
      A tensor of shape [..., n, k].

    Raises:
      ValueError: for an unknown format, or a matrix that is not square.
      InvalidArgumentError: for shapes that do not fit.
    """
    if diagonals_format == "compact":
        parts = _diagonal_rows(convert(diagonals))
    elif diagonals_format == "sequence":
        above, on, below = diagonals
        parts = [above, on, below]
    elif diagonals_format == "matrix":
        parts = _diagonal_rows(_diagonals_of(convert(diagonals)))
    else:
        raise ValueError(f"Unrecognized diagonals_format: {diagonals_format}")
    return _tridiagonal_mat_mul(*parts, rhs)


# -- systems of equations ---------------------------------------------------------------------


def _eliminate(above, on, below, rhs, pivoting: bool, perturb: bool):
    """Gaussian elimination of one tridiagonal system [n], rhs [n, k]; NaN if it is singular."""
    n = on.shape[0]
    if not n:
        return rhs
    zero = jnp.zeros((), on.dtype)
    row_k = jnp.zeros_like(rhs[0])

    def step(carry, row):
        # carry: the row of U that waits for its pivot, and its right-hand side
        d, u, b = carry
        low, next_d, next_u, next_b = row
        swap = jnp.abs(low) > jnp.abs(d) if pivoting else jnp.zeros((), bool)
        # the two rows are [d, u, 0] and [low, next_d, next_u]
        p0, p1, p2 = (jnp.where(swap, x, y) for x, y in ((low, d), (next_d, u), (next_u, zero)))
        q0, q1, q2 = (jnp.where(swap, y, x) for x, y in ((low, d), (next_d, u), (next_u, zero)))
        pb, qb = jnp.where(swap, next_b, b), jnp.where(swap, b, next_b)
        factor = q0 / jnp.where(p0 == 0, 1, p0)
        rest = (q1 - factor * p1, q2 - factor * p2, qb - factor * pb)
        return rest, (p0, p1, p2, pb)

    rows = (below[1:], on[1:], jnp.append(above[1:-1], zero) if n > 1 else above[1:], rhs[1:])
    (d, _, b), upper = lax.scan(step, (on[0], above[0] if n > 1 else zero, rhs[0]), rows)
    p0, p1, p2, pb = (
        jnp.concatenate([x, jnp.reshape(last, (1, *x.shape[1:]))])
        for x, last in zip(upper, (d, zero, zero, b), strict=True)
    )
    if perturb:
        info = np.finfo(on.dtype)
        largest = jnp.max(jnp.stack([jnp.max(jnp.abs(x)) for x in (p0, p1, p2)]))
        least = jnp.maximum(info.eps * largest, info.tiny / info.eps).astype(info.dtype)
        sign = jnp.where(jnp.real(p0) < 0, -1, 1).astype(on.dtype)
        p0 = jnp.where(jnp.abs(p0) < least, sign * least.astype(on.dtype), p0)

    def back(carry, row):
        first, second = carry
        a0, a1, a2, right = row
        x = (right - a1 * first - a2 * second) / a0
        return (x, first), x

    _, x = lax.scan(back, (row_k, row_k), (p0, p1, p2, pb), reverse=True)
    return jnp.where(jnp.any(p0 == 0), jnp.asarray(np.nan, x.dtype), x)


def _turned(diagonals):
    """The diagonals of the transposed matrices."""
    end = [(0, 0)] * (diagonals.ndim - 2) + [(0, 1)]
    start = [(0, 0)] * (diagonals.ndim - 2) + [(1, 0)]
    above, on, below = (diagonals[..., i, :] for i in range(3))
    return jnp.stack([jnp.pad(below[..., 1:], end), on, jnp.pad(above[..., :-1], start)], axis=-2)


def _shifted(x):
    """What the diagonals above, on and below are multiplied with in a product."""
    below = [(0, 0)] * (x.ndim - 2) + [(0, 1), (0, 0)]
    above = [(0, 0)] * (x.ndim - 2) + [(1, 0), (0, 0)]
    return jnp.pad(x[..., 1:, :], below), x, jnp.pad(x[..., :-1, :], above)


def _solve_raw(diagonals, rhs, partial_pivoting, perturb_singular):
    if 0 in rhs.shape:
        return rhs
    eliminate: Any = jax.vmap(
        lambda a, b, c, d: _eliminate(a, b, c, d, partial_pivoting, perturb_singular)
    )

    def solve(diagonals, rhs):
        parts = [diagonals[..., i, :].reshape(-1, diagonals.shape[-1]) for i in range(3)]
        return eliminate(*parts, rhs.reshape(-1, *rhs.shape[-2:])).reshape(rhs.shape)

    def product(x):
        parts = zip(range(3), _shifted(x), strict=True)
        return sum(diagonals[..., i, :, None] * y for i, y in parts)

    # Says what is linear in rhs: JAX cannot tell from the elimination's loops.
    return lax.custom_linear_solve(
        product,
        rhs,
        lambda _, b: solve(diagonals, b),
        lambda _, b: solve(_turned(diagonals), b),
    )


def _tridiagonal_solve_pull(inputs, outputs, cotangents, partial_pivoting, perturb_singular):
    (diagonals, _), x = inputs, outputs
    # TensorFlow transposes the matrix and does not conjugate it, nor x below.
    turned = _turned(diagonals)
    # the rule's own derivative is taken by the rule again, as in TensorFlow
    to_rhs = _solve_with_rule(partial_pivoting, perturb_singular)(turned, cotangents)
    to_diagonals = jnp.stack([-jnp.sum(to_rhs * y, axis=-1) for y in _shifted(x)], axis=-2)
    return to_diagonals, to_rhs


@functools.cache
def _solve_with_rule(partial_pivoting: bool, perturb_singular: bool) -> Callable:
    attrs = {"partial_pivoting": partial_pivoting, "perturb_singular": perturb_singular}
    return _with_vjp(
        lambda diagonals, rhs: _solve_raw(diagonals, rhs, **attrs),
        rules.conventional(_tridiagonal_solve_pull),
        attrs,
    )


@op(
    kernel="TridiagonalSolve",
    inputs=same("diagonals", "rhs", of=_TRIDIAGONAL),
    vjp=rules.conventional(_tridiagonal_solve_pull),
)
def _tridiagonal_solve(diagonals, rhs, partial_pivoting, perturb_singular):
    check_matrix(diagonals)
    rows = diagonals.shape[-2]
    require(
        rows == 3, f"Expected diagonals to be provided as a matrix with 3 rows, got {rows} rows."
    )
    return _solve_raw(diagonals, rhs, partial_pivoting, perturb_singular)


@op(kernel="Stack", inputs=same("above", "on", "below"))
def _compact_diagonals(above, on, below):
    n = on.shape[-1]
    end = [(0, 0)] * (on.ndim - 1)
    above = jnp.pad(above, [*end, (0, n - above.shape[-1])])
    below = jnp.pad(below, [*end, (n - below.shape[-1], 0)])
    return jnp.stack([above, on, below], axis=-2)


def _from_sequence(diagonals):
    if not isinstance(diagonals, (tuple, list)) or len(diagonals) != 3:
        raise ValueError("Expected diagonals to be a sequence of length 3.")
    above, on, below = diagonals
    sizes = [x.aval.shape for x in (above, on, below)]
    n = sizes[1][-1]
    for what, size in (("superdiagonal", sizes[0][-1]), ("subdiagonal", sizes[2][-1])):
        if size not in (n, n - 1):
            raise ValueError(f"Expected {what} to be have length {n} or {n - 1}, got {size}.")
    return _compact_diagonals(above, on, below)


def _check_compact(diagonals, rhs) -> None:
    d, r = diagonals.aval.shape, rhs.aval.shape
    if len(d) == 0:
        raise IndexError("tuple index out of range")
    if len(d) < 2:
        raise ValueError(f"Expected diagonals to have rank at least 2, got {len(d)}")
    if len(r) not in (0, len(d), len(d) - 1):
        raise ValueError(f"Expected the rank of rhs to be {len(d) - 1} or {len(d)}, got {len(r)}")
    if len(r) and d[:-2] != r[: len(d) - 2]:
        raise ValueError(f"Batch shapes {d[:-2]} and {r[: len(d) - 2]} are incompatible")
    if d[-2] and d[-2] != 3:
        raise ValueError(f"Expected 3 diagonals got {d[-2]}")


@op(kernel="ExpandDims", inputs=same("x"))
def _rhs_as_column(x):
    return x[..., None]


@op(kernel="Squeeze", inputs=same("x"))
def _rhs_as_vector(x):
    return x[..., 0]


@op(kernel="Conj", inputs=same("x"))
def _conjugated_rhs(x):
    return jnp.conj(x)


@export("tf.linalg.tridiagonal_solve")
def tridiagonal_solve(
    diagonals,
    rhs,
    diagonals_format="compact",
    transpose_rhs=False,
    conjugate_rhs=False,
    name=None,
    partial_pivoting=True,
    perturb_singular=False,
) -> Any:
    """Solutions x of matrix @ x = rhs with tridiagonal matrices.

    Args:
      diagonals: as for `tf.linalg.tridiagonal_matmul`; in a sequence the diagonals above and below
        may be shorter by one.
      rhs: tensor of shape [..., n] or [..., n, k].
      diagonals_format: "compact", "sequence" or "matrix".
      transpose_rhs: whether a matrix `rhs` has shape [..., k, n].
      conjugate_rhs: whether `rhs` is conjugated.
      name: ignored.
      partial_pivoting: whether rows may be swapped, which is more stable.
      perturb_singular: whether pivots that vanish become tiny ones.

    Returns:
      A tensor of shape [..., n] or [..., n, k]; NaN for singular matrices.

    Raises:
      ValueError: for an unknown format, shapes that do not fit, and `perturb_singular` without
        `partial_pivoting`.
    """
    if perturb_singular and not partial_pivoting:
        raise ValueError("partial_pivoting must be True if perturb_singular is.")
    if diagonals_format == "compact":
        _ = diagonals.shape
        diagonals = convert(diagonals)
    elif diagonals_format == "sequence":
        diagonals = _from_sequence(diagonals)
    elif diagonals_format == "matrix":
        diagonals = _diagonals_of(convert(diagonals))
    else:
        raise ValueError(f"Unrecognized diagonals_format: {diagonals_format}")
    _ = rhs.shape
    rhs = convert(rhs)
    _check_compact(diagonals, rhs)
    vector = rhs.ndim == diagonals.ndim - 1
    if vector:
        rhs = _rhs_as_column(_conjugated_rhs(rhs) if conjugate_rhs else rhs)
    elif transpose_rhs:
        rhs = matrix_transpose(rhs, conjugate=conjugate_rhs)
    elif conjugate_rhs:
        rhs = _conjugated_rhs(rhs)
    n, rows = diagonals.aval.shape[-1], rhs.aval.shape[-2]
    if n and rows and n != rows:
        raise ValueError(
            "Expected number of left-hand sided and right-hand sides to be equal, got "
            f"{n} and {rows}"
        )
    x = _tridiagonal_solve(
        diagonals, rhs, static.flag(partial_pivoting), static.flag(perturb_singular)
    )
    return _rhs_as_vector(x) if vector else x


# -- banded triangles -------------------------------------------------------------------------


@op(
    kernel="BandedTriangularSolve",
    inputs=same("bands", "rhs", of=FACTORED),
    static={"lower": static.flag, "adjoint": static.flag},
)
def _banded_triangular_solve(bands, rhs, lower, adjoint):
    for i, x in enumerate((bands, rhs)):
        if 0 in x.shape:
            dtype = runtime_name(dtypes.from_np(np.dtype(x.dtype)))
            fail(
                f"In[{i}] must not be an empty tensor: Tensor<type: {dtype} shape: "
                f"{brackets(x.shape)} values: >"
            )
    check_triangular(bands, rhs, lower, adjoint, square=False)
    count, n = bands.shape[-2:]
    i, j = np.indices((n, n))
    distance = i - j if lower else j - i
    row = distance if lower else count - 1 - distance
    inside = (distance >= 0) & (distance < count)
    dense = bands[..., np.where(inside, row, 0), i]
    dense = jnp.where(inside, dense, jnp.zeros((), bands.dtype))
    return rules.triangular(dense, rhs, lower, adjoint)


@export("tf.linalg.banded_triangular_solve")
def banded_triangular_solve(bands, rhs, lower=True, adjoint=False, name=None) -> Any:
    """Solutions x of matrix @ x = rhs with triangular matrices of few diagonals.

    Args:
      bands: tensor of shape [..., d, n]. Below the main diagonal (`lower`) the first row is the
        main one, and the first r elements of row r do not count; above it the last row is the
        main one, and the last r elements of the r-th row before it do not count.
      rhs: tensor of shape [..., n, k], of the same dtype. The batch shapes broadcast.
      lower: which triangle.
      adjoint: whether to solve with the conjugate transposes.
      name: ignored.

    Returns:
      A tensor of shape [..., n, k].

    Raises:
      InvalidArgumentError: for shapes that do not fit, and a zero on the main diagonal.
    """
    flags = f", adjoint={'true' if adjoint else 'false'}, lower={'true' if lower else 'false'}"
    refuse_half("BandedTriangularSolve", bands, flags)
    if not hasattr(bands, "dtype") and hasattr(rhs, "dtype"):
        bands = convert(bands, hint=convert(rhs).aval.dtype)
    bands = convert(bands)
    result = _banded_triangular_solve(bands, rhs, lower, adjoint)
    text = "Input matrix is not invertible."
    if reports.collected():
        check_main_band(bands, bool(lower), text)
    elif not bands._is_symbolic():
        main = bands._host_value()[..., 0 if lower else -1, :]
        if not np.all(np.abs(main) > 0):
            raise op_error("BandedTriangularSolve", text)
    return result


# -- eigenvalues of tridiagonal matrices ------------------------------------------------------


def _eigenvalues_pull(inputs, outputs, cotangents, first, last, tol):
    """The derivative of an eigenvalue is its unit vector times the change of the matrix."""
    alpha, beta = inputs
    v = _dense_eigenvectors(alpha, beta, first, last)
    grad = cotangents.astype(alpha.dtype)
    to_beta = 2 * jnp.sum(grad * v[:-1] * jnp.conj(v[1:]), axis=1)
    return jnp.sum(grad * v * jnp.conj(v), axis=1), to_beta


@op(
    kernel="EighTridiagonal",
    inputs=same("alpha", "beta"),
    vjp=rules.conventional(_eigenvalues_pull),
)
def _tridiagonal_eigenvalues(alpha, beta, first, last, tol):
    """Bisection by Sturm sequences, for the eigenvalues of these numbers."""
    if jnp.iscomplexobj(alpha):
        alpha, beta = jnp.real(alpha), jnp.abs(beta)
    from jax.scipy.linalg import eigh_tridiagonal as bisect

    return bisect(
        alpha, beta, eigvals_only=True, select="i", select_range=(first, last), tol=tol
    ).astype(alpha.dtype)


def _dense_eigenvectors(alpha, beta, first, last):
    n = alpha.shape[0]
    i, j = np.indices((n, n))
    matrix = jnp.where(i == j, alpha[i], jnp.zeros((), alpha.dtype))
    off = jnp.pad(beta, (0, 1))
    matrix = jnp.where(i == j + 1, jnp.conj(off[j]) if jnp.iscomplexobj(off) else off[j], matrix)
    return rules.eigh_with_rule(matrix)[1][:, first : last + 1]


@op(kernel="EighTridiagonal", inputs=same("alpha", "beta"))
def _tridiagonal_eigenvectors(alpha, beta, first, last):
    return _dense_eigenvectors(alpha, beta, first, last)


@op(kernel="Real", inputs=same("x"))
def _real_part_of_alpha(x):
    return jnp.real(x)


def _selected(alpha, beta, select, select_range, tol) -> tuple[int, int]:
    """Numbers of the first and the last of the wanted eigenvalues."""
    n = alpha.aval.shape[0]
    if select == "a":
        return 0, n - 1
    if select not in ("i", "v"):
        raise ValueError("'select must have a value in {'a', 'i', 'v'}.")
    low, high = (static.plain(v) for v in (select_range[0], select_range[1]))
    if select == "i":
        if low > high:
            raise _empty("Got empty index range in select_range.", "<=", low, high)
        return low, high
    if low >= high:
        raise _empty("Got empty interval in select_range.", "<", low, high)
    values = static.host(_tridiagonal_eigenvalues(alpha, beta, 0, n - 1, tol))
    return int(np.sum(values <= low)), int(np.sum(values <= high)) - 1


def _empty(message: str, relation: str, low, high) -> Exception:
    dots = "." if isinstance(low, float) else ""
    shown = [f"{v:g}{dots}" if float(v).is_integer() else repr(v) for v in (low, high)]
    return InvalidArgumentError(
        None,
        None,
        f"{message}\nCondition x {relation} y did not hold.\nFirst 1 elements of x:\n"
        f"[{shown[0]}]\nFirst 1 elements of y:\n[{shown[1]}]",
    )


@export("tf.linalg.eigh_tridiagonal")
def eigh_tridiagonal(
    alpha, beta, eigvals_only=True, select="a", select_range=None, tol=None, name=None
) -> Any:
    """Eigenvalues of a self-adjoint tridiagonal matrix, and eigenvectors if they are wanted.

    Args:
      alpha: the main diagonal, of shape [n], of which the real part counts.
      beta: the diagonal above it, of shape [n - 1], of the same dtype.
      eigvals_only: False for the eigenvectors too.
      select: "a" for all, "i" for those with numbers from select_range[0] to select_range[1]
        inclusively, "v" for those between these values.
      select_range: see above.
      tol: absolute tolerance of the values; by default as exact as their dtype allows.
      name: ignored.

    Returns:
      The eigenvalues in ascending order, real; or a pair of these and the vectors as columns.

    Raises:
      ValueError: for different dtypes, or an unknown `select`.
      InvalidArgumentError: for an empty range.
    """
    alpha = convert(alpha)
    n = alpha.aval.shape[0]
    if n <= 1:
        return _real_part_of_alpha(alpha) if alpha.aval.dtype.kind == "c" else alpha
    beta = convert(beta)
    if alpha.aval.dtype is not beta.aval.dtype:
        raise ValueError("'alpha' and 'beta' must have the same type.")
    if beta.aval.shape != (n - 1,):
        raise op_error("AddV2", f"Incompatible shapes: [{n}] vs. [{beta.aval.shape[0] + 1}]")
    limit = None if tol is None else float(static.host(tol))
    first, last = _selected(alpha, beta, select, select_range, limit)
    values = _tridiagonal_eigenvalues(alpha, beta, first, last, limit)
    if eigvals_only:
        return values
    return values, _tridiagonal_eigenvectors(alpha, beta, first, last)
