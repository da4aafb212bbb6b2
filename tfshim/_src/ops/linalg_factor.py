"""Decompositions of matrices: Cholesky, QR, eigenvalues, singular values.

Signs of eigenvectors and singular vectors are LAPACK's, which TensorFlow's own may differ from.
"""

from __future__ import annotations

import collections
from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, reports, static
from tfshim._src.convert import convert
from tfshim._src.errors import op_error, require
from tfshim._src.ops import linalg_rules as rules
from tfshim._src.ops.linalg_basic import no_kernel
from tfshim._src.ops.value_checks import check_finite
from tfshim._src.registry import export, op
from tfshim._src.rules import same
from tfshim._src.tensor import Tensor

#: What the kernels' definitions allow; half has a kernel in few of them.
FACTORED = ("double", "float", "half", "complex64", "complex128")
_EIG = ("float", "double", "complex64", "complex128")

Qr = collections.namedtuple("Qr", ["q", "r"])


def check_matrix(x) -> None:
    require(x.ndim >= 2, f"Input tensor 0 must have rank >= 2, got {x.ndim}")


def check_square(x) -> None:
    check_matrix(x)
    require(x.shape[-2] == x.shape[-1], "Input matrix must be square.")


def refuse_half(kernel: str, x: Any, attributes: str = "") -> None:
    """Raises TensorFlow's error if x is of dtype half, where only its definition allows that."""
    dtype = getattr(x, "dtype", None)
    if getattr(dtype, "name", None) == "float16":
        no_kernel(kernel, f"T=DT_HALF{attributes}")


def not_finite(result: Tensor) -> bool:
    """Whether there is an infinity or NaN in a result; False while a function is traced."""
    return not result._is_symbolic() and not np.all(np.isfinite(result._host_value()))


def _is_square(x: Tensor) -> bool:
    shape = x.aval.shape
    return len(shape) >= 2 and shape[-1] == shape[-2]


def _flag(value: Any) -> str:
    return "true" if value else "false"


# -- Cholesky -----------------------------------------------------------------------------------


@op(kernel="Cholesky", inputs=same("input", of=FACTORED), jvp=rules.cholesky_jvp)
def _cholesky(input):
    check_square(input)
    return rules.cholesky_body(input)


@export("tf.linalg.cholesky")
def cholesky(input, name=None) -> Any:
    """The lower triangular L with L @ adjoint(L) equal to a positive definite matrix.

    Args:
      input: float or complex tensor of shape [..., n, n], of which the lower triangle is read.
      name: ignored.

    Returns:
      A tensor of the same shape; NaN where a matrix is not positive definite.

    Raises:
      InvalidArgumentError: for matrices that are not square.
    """
    refuse_half("Cholesky", input)
    return _cholesky(input)


# -- QR -----------------------------------------------------------------------------------------


@op(
    kernel="Qr",
    inputs=same("input", of=FACTORED),
    static={"full_matrices": static.flag},
    vjp=rules.conventional(rules.qr_pull),
)
def _qr(input, full_matrices):
    check_matrix(input)
    if input.dtype == np.float16:
        wide = rules.qr_body(input.astype(np.float32), full_matrices)
        return tuple(x.astype(np.float16) for x in wide)
    return rules.qr_body(input, full_matrices)


def _no_qr_gradient(call):
    r = call.outputs[1].shape
    raise NotImplementedError(
        "QrGrad not implemented when nrows > ncols and full_matrices is true. Received "
        f"r.shape={r} with nrows={r[-2]}and ncols={r[-1]}."
    )


@op(kernel="Qr", inputs=same("input", of=FACTORED), grad=_no_qr_gradient)
def _qr_complete(input):
    if input.dtype == np.float16:
        return tuple(x.astype(np.float16) for x in rules.qr_body(input.astype(np.float32), True))
    return rules.qr_body(input, True)


@export("tf.linalg.qr")
def qr(input, full_matrices=False, name=None) -> Any:
    """A unitary Q and an upper triangular R with Q @ R equal to the matrix.

    Args:
      input: float or complex tensor of shape [..., m, n].
      full_matrices: whether Q is square; otherwise it has min(m, n) columns.
      name: ignored.

    Returns:
      A named tuple (q, r). It has no gradient if m > n and `full_matrices`.
    """
    input = convert(input)
    if full_matrices and input.ndim >= 2 and input.aval.shape[-2] > input.aval.shape[-1]:
        return Qr(*_qr_complete(input))
    return Qr(*_qr(input, full_matrices))


# -- eigenvalues of self-adjoint matrices -------------------------------------------------------

_EIGH = "SelfAdjointEigV2"


@op(kernel=_EIGH, inputs=same("a", of=FACTORED), vjp=rules.conventional(rules.eigh_pull))
def _eigh(a):
    check_square(a)
    return rules.eigh(a)


@op(kernel=_EIGH, inputs=same("a", of=FACTORED), vjp=rules.conventional(rules.eigvalsh_pull))
def _eigvalsh(a):
    check_square(a)
    return rules.eigvalsh_body(a)


def _check_eigh(tensor) -> None:
    if not _is_square(tensor) or tensor.aval.shape[-1] < 2:
        return
    text = "Self-adjoint eigen decomposition was not successful. The input might not be valid."
    if reports.collected():
        check_finite(_EIGH, tensor, text, lower=True)
    elif not tensor._is_symbolic() and np.any(np.isnan(np.tril(tensor._host_value()))):
        raise op_error(_EIGH, text)


@export("tf.linalg.eigh")
def eigh(tensor, name=None) -> Any:
    """Eigenvalues, in ascending order, and eigenvectors of self-adjoint matrices.

    Args:
      tensor: float or complex tensor of shape [..., n, n], of which the lower triangle is read.
      name: ignored.

    Returns:
      The values, of shape [..., n] and the dtype of the matrices, and the vectors as columns.

    Raises:
      InvalidArgumentError: for matrices that are not square, or have a NaN.
    """
    refuse_half(_EIGH, tensor, ", compute_v=true")
    tensor = convert(tensor)
    _check_eigh(tensor)
    e, v = _eigh(tensor)
    return e, v


@export("tf.linalg.eigvalsh")
def eigvalsh(tensor, name=None) -> Any:
    """Eigenvalues of self-adjoint matrices, in ascending order.

    Args:
      tensor: float or complex tensor of shape [..., n, n], of which the lower triangle is read.
      name: ignored.

    Returns:
      A tensor of shape [..., n] and the dtype of the matrices.

    Raises:
      InvalidArgumentError: for matrices that are not square, or have a NaN.
    """
    refuse_half(_EIGH, tensor, ", compute_v=false")
    tensor = convert(tensor)
    _check_eigh(tensor)
    return _eigvalsh(tensor)


# -- eigenvalues of general matrices ------------------------------------------------------------


@op(kernel="Eig", inputs=same("a", of=_EIG), vjp=rules.conventional(rules.eig_pull))
def _eig(a):
    check_square(a)
    return rules.eig(a)


@op(kernel="Eig", inputs=same("a", of=_EIG), vjp=rules.conventional(rules.eigvals_pull))
def _eigvals(a):
    check_square(a)
    return rules.eigvals_body(a)


def _check_eig_dtype(tensor) -> None:
    if tensor.dtype.name not in ("float32", "float64", "complex64", "complex128"):
        raise UnboundLocalError(
            "cannot access local variable 'out_dtype' where it is not associated with a value"
        )


def _check_eig(tensor) -> None:
    # before LAPACK sees it, which would print complaints of its own
    text = "Eigen decomposition was not successful. The input might not be valid."
    if _is_square(tensor) and reports.collected():
        check_finite("Eig", tensor, text, lower=False)
    elif _is_square(tensor) and not_finite(tensor):
        raise op_error("Eig", text)


@export("tf.linalg.eig", "tf.eig")
def eig(tensor, name=None) -> Any:
    """Eigenvalues and right eigenvectors of square matrices.

    Args:
      tensor: float or complex tensor of shape [..., n, n].
      name: ignored.

    Returns:
      The values, complex, of shape [..., n], in no particular order, and the vectors as columns.

    Raises:
      InvalidArgumentError: for matrices that are not square, or not finite.
    """
    _check_eig_dtype(tensor)
    tensor = convert(tensor)
    _check_eig(tensor)
    e, v = _eig(tensor)
    return e, v


@export("tf.linalg.eigvals", "tf.eigvals")
def eigvals(tensor, name=None) -> Any:
    """Eigenvalues of square matrices.

    Args:
      tensor: float or complex tensor of shape [..., n, n].
      name: ignored.

    Returns:
      A complex tensor of shape [..., n], in no particular order.

    Raises:
      InvalidArgumentError: for matrices that are not square, or not finite.
    """
    _check_eig_dtype(tensor)
    tensor = convert(tensor)
    _check_eig(tensor)
    return _eigvals(tensor)


# -- singular values ----------------------------------------------------------------------------


@op(
    kernel="Svd",
    inputs=same("a", of=FACTORED),
    static={"full_matrices": static.flag},
    vjp=rules.conventional(rules.svd_pull),
)
def _svd(a, full_matrices):
    check_matrix(a)
    return rules.svd_body(a, full_matrices)


def _no_svd_gradient(call):
    a = call.inputs[0]
    m, n = sorted(a.aval.shape[-2:])
    shown = a if a._is_symbolic() else a.numpy()
    raise NotImplementedError(
        "svd gradient is not implemented for abs(m - n) > 1 when full_matrices is True. "
        f"Received: m={m} and n={n} from op input={shown} with shape={a.shape}."
    )


@op(kernel="Svd", inputs=same("a", of=FACTORED), grad=_no_svd_gradient)
def _svd_complete(a):
    return rules.svd_body(a, True)


def _singular_values_pull(inputs, outputs, cotangents):
    return rules.conventional(rules.singular_values_pull)(inputs, outputs, cotangents)


@op(kernel="Svd", inputs=same("a", of=FACTORED), vjp=_singular_values_pull)
def _singular_values(a):
    check_matrix(a)
    return rules.singular_values_body(a)


@export("tf.linalg.svd")
def svd(tensor, full_matrices=False, compute_uv=True, name=None) -> Any:
    """Singular values s and vectors u, v of matrices: u @ diag(s) @ adjoint(v).

    Args:
      tensor: float or complex tensor of shape [..., m, n].
      full_matrices: whether u and v are square; otherwise they have min(m, n) columns.
      compute_uv: False for the values alone.
      name: ignored.

    Returns:
      (s, u, v), or s: the values in descending order, of shape [..., min(m, n)], real.
    """
    refuse_half(
        "Svd",
        tensor,
        f", compute_uv={_flag(compute_uv)}, full_matrices={_flag(full_matrices)}",
    )
    if not compute_uv:
        return _singular_values(tensor)
    tensor = convert(tensor)
    shape = tensor.aval.shape
    if full_matrices and len(shape) >= 2 and abs(shape[-1] - shape[-2]) > 1:
        return tuple(_svd_complete(tensor))
    return tuple(_svd(tensor, full_matrices))


# -- what follows from singular values ----------------------------------------------------------


def _float_matrix(a):
    if a.aval.dtype.kind != "f":
        raise TypeError(f"Input `a` must have `float`-like `dtype` (saw {a.aval.dtype.name}).")
    if a.ndim < 2:
        raise ValueError(f"Input `a` must have at least 2 dimensions (saw: {a.ndim}).")


@op(kernel="Svd", inputs=same("a", "tol?", of=FACTORED), grad=None)
def _matrix_rank(a, tol):
    s = rules.singular_values_body(a)
    if tol is None:
        if not s.shape[-1]:
            return jnp.zeros(s.shape[:-1], np.int32)
        largest = np.asarray(max(a.shape[-2:]), a.dtype) * np.finfo(a.dtype).eps
        tol = largest.astype(a.dtype) * jnp.max(s, axis=-1, keepdims=True)
    return jnp.sum((s > tol).astype(np.int32), axis=-1, dtype=np.int32)


@export("tf.linalg.matrix_rank")
def matrix_rank(a, tol=None, validate_args=False, name=None) -> Any:
    """The number of singular values above a tolerance.

    Args:
      a: float tensor of shape [..., m, n].
      tol: the tolerance, which broadcasts against [..., min(m, n)]; by default
        eps * max(m, n) * the largest singular value.
      validate_args: shapes are known here, so they are always validated.
      name: ignored.

    Returns:
      An int32 tensor of shape [...].
    """
    a = convert(a, hint=dtypes.float32)
    _float_matrix(a)
    refuse_half("Svd", a, ", compute_uv=false, full_matrices=false")
    static.flag(validate_args)
    return _matrix_rank(a, tol)


@op(kernel="Svd", inputs=same("a", "rcond", of=FACTORED))
def _pinv(a, rcond):
    if 0 in a.shape:
        return jnp.swapaxes(a, -1, -2)
    s, u, v = rules.svd_thin(a)
    cutoff = rcond * jnp.max(s, axis=-1)
    s = jnp.where(s > cutoff[..., None], s, jnp.asarray(np.inf, s.dtype))
    return (v / s[..., None, :]) @ jnp.swapaxes(u, -1, -2)


@export("tf.linalg.pinv")
def pinv(a, rcond=None, validate_args=False, name=None) -> Any:
    """The Moore-Penrose pseudo-inverses of matrices.

    Args:
      a: float tensor of shape [..., m, n].
      rcond: singular values up to this part of the largest count as zero; by default
        10 * max(m, n) * eps.
      validate_args: shapes are known here, so they are always validated.
      name: ignored.

    Returns:
      A tensor of shape [..., n, m].
    """
    a = convert(a)
    _float_matrix(a)
    static.flag(validate_args)
    if a.aval.dtype.name == "bfloat16" and rcond is None:
        raise ValueError(f"data type {a.aval.dtype.np.type} not inexact")
    refuse_half("Svd", a, ", compute_uv=true, full_matrices=false")
    if rcond is None:
        rcond = 10.0 * max(a.aval.shape[-2:]) * float(np.finfo(a.aval.dtype.np).eps)
    return _pinv(a, rcond)
