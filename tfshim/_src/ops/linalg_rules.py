"""Decompositions of raw matrices, with TensorFlow's derivatives.

TensorFlow's rules differ from JAX's in what they do where a derivative does not exist: reciprocals
of differences of eigenvalues are broadened, so that equal ones give finite numbers; triangles that
the kernel does not read get no gradient. The formulas are those of Giles, "An extended collection
of matrix derivative results" (2008), Walter and Lehmann, arXiv 1011.3854 (eigenvectors of general
matrices), Townsend, "Differentiating the SVD" (2016), and Roberts and Roberts, arXiv 2009.10071
(QR). `pull` functions get and give cotangents in TensorFlow's convention.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src.ops.linalg_diag import band
from tfshim._src.ops.linalg_forms import adj
from tfshim._src.registry import _with_vjp


def conventional(pull: Callable) -> Callable:
    """A pullback in TensorFlow's convention as `vjp=` takes it: conjugates on both sides."""

    def rule(inputs, outputs, cotangents, **attrs):
        if 0 in inputs[0].shape:
            return tuple(jnp.zeros_like(x) for x in inputs)
        several = isinstance(cotangents, (tuple, list))
        cts = tuple(_conj(c) for c in cotangents) if several else _conj(cotangents)
        return tuple(None if g is None else _conj(g) for g in pull(inputs, outputs, cts, **attrs))

    return rule


def _nothing(a):
    """The sum of no elements: what is added to the results for an empty matrix, so that they stay
    connected to it, as TensorFlow's do."""
    return jnp.sum(a)


def _conj(x):
    return jnp.conj(x) if jnp.iscomplexobj(x) else x


def diagonal(x):
    return jnp.diagonal(x, 0, -2, -1)


def diagonal_matrix(x):
    """Square matrices with these diagonals."""
    eye = np.eye(x.shape[-1], dtype=bool)
    return jnp.where(eye, x[..., None, :], jnp.zeros((), x.dtype))


def _off_diagonal(x):
    return jnp.where(np.eye(x.shape[-1], dtype=bool), jnp.zeros((), x.dtype), x)


def _halved_diagonal(x):
    half = np.where(np.eye(x.shape[-1], dtype=bool), 0.5, 1.0)
    return x * half.astype(x.dtype)


@jax.custom_jvp
def _broadened(x):
    """1 / (x^2 + 1e-20), whose square would overflow in float32."""
    return 1 / (x * x + jnp.asarray(1e-20, x.dtype))


@_broadened.defjvp
def _broadened_jvp(primals, tangents):
    (x,), (dx,) = primals, tangents
    r = _broadened(x)
    return r, jnp.asarray(-2, x.dtype) * (x * r) * r * dx


def _reciprocal(x):
    """1 / x, broadened so that it is 0 at 0."""
    return x * _broadened(x)


def _gaps(e):
    """_reciprocal(e_j - e_i) off the diagonal."""
    return _off_diagonal(_reciprocal(e[..., None, :] - e[..., :, None]))


# -- Cholesky -----------------------------------------------------------------------------------


def cholesky_body(a):
    return band(lax.linalg.cholesky(a, symmetrize_input=False), -1, 0)


def cholesky_jvp(primals, tangents):
    (a,), (da,) = primals, tangents
    factor = cholesky(a)
    da = (da + adj(da)) * jnp.asarray(0.5, a.dtype)
    inner = triangular(factor, da, True, False)
    inner = adj(triangular(factor, adj(inner), True, False))
    return factor, factor @ _halved_diagonal(band(inner, -1, 0))


cholesky = jax.custom_jvp(cholesky_body)
cholesky.defjvp(cholesky_jvp)


def triangular(matrix, rhs, lower: bool, adjoint: bool):
    """Solves triangular systems; the batch shapes broadcast."""
    if matrix.shape[:-2] != rhs.shape[:-2]:
        batch = np.broadcast_shapes(matrix.shape[:-2], rhs.shape[:-2])
        matrix = jnp.broadcast_to(matrix, (*batch, *matrix.shape[-2:]))
        rhs = jnp.broadcast_to(rhs, (*batch, *rhs.shape[-2:]))
    if 0 in rhs.shape:
        return rhs
    return lax.linalg.triangular_solve(
        matrix,
        rhs,
        left_side=True,
        lower=lower,
        transpose_a=adjoint,
        conjugate_a=adjoint and jnp.iscomplexobj(matrix),
    )


# -- QR -----------------------------------------------------------------------------------------


def qr_body(a, full_matrices):
    rows, cols = a.shape[-2:]
    if 0 in a.shape:
        inner = rows if full_matrices else min(rows, cols)
        eye = np.eye(rows, inner, dtype=a.dtype)
        q = jnp.broadcast_to(eye, (*a.shape[:-2], rows, inner))
        return q + _nothing(a), jnp.zeros((*a.shape[:-2], inner, cols), a.dtype) + _nothing(a)
    q, r = lax.linalg.qr(a, full_matrices=full_matrices)
    return q, r


def _right_solve(x, r):
    """x @ inv(r)^H for an upper triangle."""
    return adj(triangular(r, adj(x), False, False))


def _qr_tall_pull(q, r, dq, dr):
    qdq = adj(q) @ dq
    rdr = r @ adj(dr)
    inner = band(qdq - adj(qdq) + rdr - adj(rdr), -1, 0)
    grad = q @ (dr + _right_solve(inner, r)) + _right_solve(dq - q @ qdq, r)
    if jnp.iscomplexobj(q):
        m = diagonal(rdr - adj(qdq))
        imaginary = diagonal_matrix(m - jnp.real(m).astype(m.dtype))
        grad = grad + _right_solve(q @ adj(imaginary), r)
    return grad


def qr_pull(inputs, outputs, cotangents, full_matrices):
    (a,), (q, r), (dq, dr) = inputs, outputs, cotangents
    rows, cols = a.shape[-2:]
    if rows >= cols:
        return (_qr_tall_pull(q, r, dq, dr),)
    u, dv = r[..., :, :rows], dr[..., :, rows:]
    rest = a[..., :, rows:]
    left = _qr_tall_pull(q, u, dq + rest @ adj(dv), dr[..., :, :rows])
    return (jnp.concatenate([left, q @ dv], axis=-1),)


# -- self-adjoint eigenproblem ------------------------------------------------------------------


def eigh(a):
    """(eigenvalues in the dtype of a, eigenvectors); reads the lower triangle only."""
    if 0 in a.shape:
        zeros = (jnp.zeros(shape, a.dtype) for shape in (a.shape[:-1], a.shape))
        return tuple(z + _nothing(a) for z in zeros)
    v, e = lax.linalg.eigh(a, lower=True, symmetrize_input=False)
    return e.astype(a.dtype), v


def _lower_gradient(x):
    """What a gradient of a full matrix is in the lower triangle, if only that is read."""
    return _halved_diagonal(band(x + adj(x), -1, 0))


def eigh_pull(inputs, outputs, cotangents):
    (e, v), (ge, gv) = outputs, cotangents
    inner = diagonal_matrix(ge) + _gaps(e) * (adj(v) @ gv)
    return (_lower_gradient(v @ inner @ adj(v)),)


eigh_with_rule: Callable = _with_vjp(eigh, conventional(eigh_pull), {})


def eigvalsh_body(a):
    return eigh(a)[0]


def eigvalsh_pull(inputs, outputs, cotangents):
    _, v = eigh_with_rule(inputs[0])
    return (_lower_gradient(v @ diagonal_matrix(cotangents) @ adj(v)),)


# -- general eigenproblem -----------------------------------------------------------------------


def eig(a):
    """(eigenvalues, right eigenvectors), complex."""
    out = jnp.result_type(a.dtype, jnp.complex64)
    if 0 in a.shape:
        zeros = (jnp.zeros(shape, out) for shape in (a.shape[:-1], a.shape))
        return tuple(z + _nothing(a).astype(out) for z in zeros)
    e, v = lax.linalg.eig(a, compute_left_eigenvectors=False)
    return e, v


def _restore(grad, a):
    return grad if jnp.iscomplexobj(a) else jnp.real(grad)


def eig_pull(inputs, outputs, cotangents):
    (a,), (e, v), (ge, gv) = inputs, outputs, cotangents
    vh = adj(v)
    vgv = vh @ gv
    scale = diagonal_matrix(jnp.real(diagonal(vgv)).astype(vgv.dtype))
    inner = diagonal_matrix(ge) + jnp.conj(_gaps(e)) * (vgv - vh @ v @ scale)
    return (_restore(jnp.linalg.solve(vh, inner @ vh), a),)


eig_with_rule: Callable = _with_vjp(eig, conventional(eig_pull), {})


def eigvals_body(a):
    if 0 in a.shape:
        return eig(a)[0]
    (e,) = lax.linalg.eig(a, compute_left_eigenvectors=False, compute_right_eigenvectors=False)
    return e


def eigvals_pull(inputs, outputs, cotangents):
    (a,) = inputs
    vh = adj(eig_with_rule(a)[1])
    return (_restore(jnp.linalg.solve(vh, diagonal_matrix(cotangents) @ vh), a),)


# -- singular values ----------------------------------------------------------------------------


def svd_body(a, full_matrices):
    rows, cols = a.shape[-2:]
    if 0 in a.shape:
        least = min(rows, cols)
        u = np.eye(rows, rows if full_matrices else least, dtype=a.dtype)
        v = np.eye(cols, cols if full_matrices else least, dtype=a.dtype)
        batch = a.shape[:-2]
        values = jnp.zeros((*batch, least), jnp.real(a).dtype)
        return (
            (values + jnp.real(_nothing(a))).astype(_real_dtype(a)),
            jnp.broadcast_to(u, (*batch, *u.shape)) + _nothing(a),
            jnp.broadcast_to(v, (*batch, *v.shape)) + _nothing(a),
        )
    u, s, vh = lax.linalg.svd(a, full_matrices=full_matrices)
    return s.astype(_real_dtype(a)), u, adj(vh)


def _real_dtype(a) -> Any:
    return np.finfo(a.dtype).dtype


def svd_pull(inputs, outputs, cotangents, full_matrices):
    (a,), (s, u, v), (gs, gu, gv) = inputs, outputs, cotangents
    m, n = a.shape[-2:]
    turned = m > n
    if turned:  # the adjoint's decomposition has u and v swapped
        m, n, u, v, gu, gv = n, m, v, u, gv, gu
    s = s.astype(a.dtype)
    s_row, s_column = s[..., None, :], s[..., :, None]
    s_inverse = _reciprocal(s)
    f = _gaps(s * s)
    v1, gv1 = v[..., :, :m], gv[..., :, :m]
    f_u = f * (adj(u) @ gu)
    v_gv = adj(v1) @ gv1
    f_v = f * v_gv
    inner = (
        diagonal_matrix(gs.astype(a.dtype)) + (f_u + adj(f_u)) * s_row + s_column * (f_v + adj(f_v))
    )
    grad = u @ inner @ adj(v1)
    if m != n:
        rest = adj(gv1) - adj(gv1) @ v1 @ adj(v1)
        if full_matrices:
            rest = rest - adj(v1) @ gv[..., :, m:n] @ adj(v[..., :, m:n])
        grad = grad + (u * s_inverse[..., None, :]) @ rest
    if jnp.iscomplexobj(a):
        phase = diagonal(v_gv)
        phase = s_inverse * (jnp.conj(phase) - phase) * jnp.asarray(0.5, a.dtype)
        grad = grad + (u * phase[..., None, :]) @ adj(v1)
    return (adj(grad) if turned else grad,)


_svd_thin: Callable = _with_vjp(
    lambda a: svd_body(a, False),
    lambda i, o, c: conventional(svd_pull)(i, o, c, full_matrices=False),
    {},
)


def svd_thin(a):
    """(s, u, v) of raw matrices, differentiable by TensorFlow's rule."""
    return _svd_thin(a)


def singular_values_body(a):
    if 0 in a.shape:
        return svd_body(a, False)[0]
    return lax.linalg.svd(a, compute_uv=False).astype(_real_dtype(a))


def singular_values_pull(inputs, outputs, cotangents):
    (a,) = inputs
    _, u, v = svd_thin(a)
    return ((u * cotangents.astype(a.dtype)[..., None, :]) @ adj(v),)


singular_values: Callable = _with_vjp(singular_values_body, conventional(singular_values_pull), {})
