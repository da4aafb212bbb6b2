"""Inverses, determinants and solutions of systems of linear equations."""

from __future__ import annotations

import collections
import importlib
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import static
from tfshim._src.convert import convert
from tfshim._src.errors import fail, op_error, require
from tfshim._src.ops import linalg_rules as rules
from tfshim._src.ops.arithmetic import multiply
from tfshim._src.ops.common import brackets
from tfshim._src.ops.linalg_basic import no_kernel
from tfshim._src.ops.linalg_factor import (
    FACTORED,
    check_square,
    not_finite,
    refuse_half,
)
from tfshim._src.ops.linalg_forms import adj
from tfshim._src.ops.shaping import expand_dims
from tfshim._src.ops.value_checks import check_invertible
from tfshim._src.registry import export, op
from tfshim._src.rules import each, same
from tfshim._src.tensor import EagerTensor

_DETERMINANT = ("half", "float", "double", "complex64", "complex128")
_TRIANGULAR = ("bfloat16", "double", "float", "half", "complex64", "complex128")

LogMatrixDeterminant = collections.namedtuple(
    "LogMatrixDeterminant", ["sign", "log_abs_determinant"]
)


def is_singular(matrix: EagerTensor) -> bool:
    """Whether elimination meets a pivot that is zero or NaN in one of the matrices."""
    value = matrix._host_value()
    if value.dtype == np.float16:
        value = value.astype(np.float32)
    factor = importlib.import_module("scipy.linalg.lapack").get_lapack_funcs(("getrf",), (value,))
    for index in np.ndindex(*value.shape[:-2]):
        pivots = np.diagonal(factor[0](value[index])[0])
        if not np.all(np.abs(pivots) > 0):
            return True
    return False


# -- inverse and determinant --------------------------------------------------------------------


def _inverse_pull(inputs, outputs, cotangents, adjoint):
    inverse, grad = outputs, cotangents
    if adjoint:
        return (-(inverse @ (adj(grad) @ inverse)),)
    return (-(adj(inverse) @ (grad @ adj(inverse))),)


@op(
    kernel="MatrixInverse",
    inputs=same("input", of=FACTORED),
    static={"adjoint": static.flag},
    vjp=rules.conventional(_inverse_pull),
)
def _inv(input, adjoint):
    check_square(input)
    return inverse(adj(input) if adjoint else input)


def inverse(x):
    """The inverse of raw matrices."""
    if 0 in x.shape:
        return x
    if x.dtype == np.float16:
        return jnp.linalg.inv(x.astype(np.float32)).astype(np.float16)
    return jnp.linalg.inv(x)


@export("tf.linalg.inv")
def inv(input, adjoint=False, name=None) -> Any:
    """The inverses of square matrices.

    Args:
      input: float or complex tensor of shape [..., n, n].
      adjoint: whether to invert the conjugate transposes.
      name: ignored.

    Raises:
      InvalidArgumentError: for matrices that are not square, or not invertible.
    """
    input = convert(input)
    result = _inv(input, adjoint)
    if not_finite(result) and is_singular(input):
        raise op_error("MatrixInverse", "Input is not invertible.")
    check_invertible("MatrixInverse", input, result, "Input is not invertible.")
    return result


def _determinant_pull(inputs, outputs, cotangents):
    # TensorFlow multiplies by the determinant itself, not by its conjugate.
    scale = (cotangents * outputs)[..., None, None]
    return (scale * adj(inverse(inputs[0])),)


def _per_matrix(scale):
    """Numbers that scale matrices."""
    return expand_dims(expand_dims(scale, -1), -1)


def _determinant_gradient(call):
    (x,), (y,), (dy,) = call.inputs, call.outputs, call.cotangents
    return [multiply(_per_matrix(multiply(dy, y)), inv(x, adjoint=True))]


@op(
    kernel="MatrixDeterminant",
    inputs=same("input", of=_DETERMINANT),
    vjp=rules.conventional(_determinant_pull),
    grad=_determinant_gradient,
)
def _det(input):
    check_square(input)
    if not input.shape[-1]:
        return jnp.ones(input.shape[:-2], input.dtype)
    sign, diagonal = _factored(input)
    return sign * jnp.prod(diagonal, axis=-1)


def _factored(x):
    """The sign of the permutation and the diagonal of U."""
    lu, pivots, _ = lax.linalg.lu(x)
    moved = jnp.sum(pivots != np.arange(x.shape[-1], dtype=pivots.dtype), axis=-1)
    return (1 - 2 * (moved % 2)).astype(x.dtype), rules.diagonal(lu)


@export("tf.linalg.det")
def det(input, name=None) -> Any:
    """The determinants of square matrices.

    Args:
      input: float or complex tensor of shape [..., n, n].
      name: ignored.

    Returns:
      A tensor of shape [...].

    Raises:
      InvalidArgumentError: for matrices that are not square.
    """
    refuse_half("MatrixDeterminant", input)
    return _det(input)


def _log_determinant_pull(inputs, outputs, cotangents):
    # TensorFlow has no gradient through the sign.
    return (cotangents[1][..., None, None] * adj(inverse(inputs[0])),)


def _log_determinant_gradient(call):
    (x,), (_, dy) = call.inputs, call.cotangents
    if dy is None:
        return [None]
    return [multiply(_per_matrix(dy), inv(x, adjoint=True))]


@op(
    kernel="LogMatrixDeterminant",
    inputs=same("input", of=_DETERMINANT),
    vjp=rules.conventional(_log_determinant_pull),
    grad=_log_determinant_gradient,
)
def _slogdet(input):
    check_square(input)
    if 0 in input.shape:  # a sum of nothing, so that the result stays connected
        return jnp.ones(input.shape[:-2], input.dtype), jnp.sum(input, axis=(-2, -1))
    sign, diagonal = _factored(input)
    size = jnp.abs(diagonal)
    unit = jnp.where(size == 0, jnp.zeros((), input.dtype), jnp.sign(diagonal))
    return sign * jnp.prod(unit, axis=-1), jnp.sum(jnp.log(size), axis=-1).astype(input.dtype)


@export("tf.linalg.slogdet")
def slogdet(input, name=None) -> Any:
    """Signs and logarithms of the absolute values of determinants.

    Args:
      input: float or complex tensor of shape [..., n, n].
      name: ignored.

    Returns:
      A named tuple (sign, log_abs_determinant) of tensors of shape [...], both of the dtype of
      `input`. The sign has no gradient.
    """
    refuse_half("LogMatrixDeterminant", input)
    return LogMatrixDeterminant(*_slogdet(input))


@op(kernel="Cholesky", inputs=same("matrix", of=FACTORED))
def _logdet(matrix):
    check_square(matrix)
    real = jnp.real(rules.diagonal(rules.cholesky(matrix)))
    return jnp.asarray(2, real.dtype) * jnp.sum(jnp.log(real), axis=-1)


@export("tf.linalg.logdet")
def logdet(matrix, name=None) -> Any:
    """Logarithms of the determinants of positive definite matrices.

    Args:
      matrix: float or complex tensor of shape [..., n, n].
      name: ignored.

    Returns:
      A real tensor of shape [...].
    """
    refuse_half("Cholesky", matrix)
    return _logdet(matrix)


# -- systems of equations -----------------------------------------------------------------------


def check_pair(matrix, rhs) -> None:
    for i, x in enumerate((matrix, rhs)):
        require(x.ndim == matrix.ndim, "All input tensors must have the same rank.")
        require(x.ndim >= 2, f"Input tensor {i} must have rank >= 2, got {x.ndim}")
        require(
            x.shape[:-2] == matrix.shape[:-2],
            "All input tensors must have the same outer dimensions.",
        )


def _solve_raw(matrix, rhs):
    if 0 in rhs.shape or 0 in matrix.shape:
        return rhs
    return jnp.linalg.solve(matrix, rhs)


def _solve_pull(inputs, outputs, cotangents, adjoint):
    matrix, x, grad = inputs[0], outputs, cotangents
    to_rhs = _solve_raw(matrix if adjoint else adj(matrix), grad)
    to_matrix = -(x @ adj(to_rhs)) if adjoint else -(to_rhs @ adj(x))
    return to_matrix, to_rhs


@op(
    kernel="MatrixSolve",
    inputs=same("matrix", "rhs", of=FACTORED),
    static={"adjoint": static.flag},
    vjp=rules.conventional(_solve_pull),
)
def _solve(matrix, rhs, adjoint):
    check_pair(matrix, rhs)
    require(matrix.shape[-2] == matrix.shape[-1], "First input (lhs) must be a square matrix.")
    require(matrix.shape[-1] == rhs.shape[-2], "Input matrix and rhs are incompatible.")
    return _solve_raw(adj(matrix) if adjoint else matrix, rhs)


@export("tf.linalg.solve")
def solve(matrix, rhs, adjoint=False, name=None) -> Any:
    """Solutions x of matrix @ x = rhs.

    Args:
      matrix: float or complex tensor of shape [..., n, n].
      rhs: tensor of shape [..., n, k], of the same dtype and batch shape.
      adjoint: whether to solve with the conjugate transposes.
      name: ignored.

    Returns:
      A tensor of the shape of `rhs`.

    Raises:
      InvalidArgumentError: for shapes that do not fit, and matrices that are not invertible.
    """
    flag = "true" if adjoint else "false"
    refuse_half("MatrixSolve", matrix, f", adjoint={flag}")
    if not isinstance(matrix, EagerTensor) and isinstance(rhs, EagerTensor):
        matrix = convert(matrix, rhs.aval.dtype)
    else:
        matrix = convert(matrix)
    result = _solve(matrix, rhs, adjoint)
    if not_finite(result) and not matrix._is_symbolic() and is_singular(matrix):
        raise op_error("MatrixSolve", "Input matrix is not invertible.")
    check_invertible("MatrixSolve", matrix, result, "Input matrix is not invertible.")
    return result


def check_triangular(matrix, rhs, lower: bool, adjoint: bool, square: bool = True) -> None:
    for i, x in enumerate((matrix, rhs)):
        require(x.ndim >= 2, f"In[{i}] ndims must be >= 2: {x.ndim}")
    for m, n in zip(matrix.shape[-3::-1], rhs.shape[-3::-1], strict=False):
        if m != n and m != 1 and n != 1:
            fail(
                "In[0] and In[1] must have compatible batch dimensions: "
                f"{brackets(matrix.shape)} vs. {brackets(rhs.shape)}"
            )
    rows, cols = matrix.shape[-2:]
    if square and rows != cols:
        fail(f"In[0] matrices in the last dimensions must be square ({cols} =/= {rows})")
    if cols != rhs.shape[-2]:
        fail(
            f"In[0] mismatch In[1] shape: {cols} vs. {rhs.shape[-2]}: {brackets(matrix.shape)} "
            f"{brackets(rhs.shape)} {int(lower)} {int(adjoint)}"
        )


@op(
    kernel="MatrixTriangularSolve",
    inputs=same("matrix", "rhs", of=_TRIANGULAR),
    static={"lower": static.flag, "adjoint": static.flag},
)
def _triangular_solve(matrix, rhs, lower, adjoint):
    check_triangular(matrix, rhs, lower, adjoint)
    return rules.triangular(matrix, rhs, lower, adjoint)


def _refuse_small(x: Any, lower, adjoint) -> None:
    text = f"adjoint={'true' if adjoint else 'false'}, lower={'true' if lower else 'false'}"
    refuse_half("MatrixTriangularSolve", x, f", {text}")
    if getattr(getattr(x, "dtype", None), "name", None) == "bfloat16":
        no_kernel("MatrixTriangularSolve", f"T=DT_BFLOAT16, {text}")


@export("tf.linalg.triangular_solve")
def triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None) -> Any:
    """Solutions x of matrix @ x = rhs with triangular matrices.

    Args:
      matrix: float or complex tensor of shape [..., n, n], of which one triangle is read.
      rhs: tensor of shape [..., n, k], of the same dtype. The batch shapes broadcast.
      lower: which triangle.
      adjoint: whether to solve with the conjugate transposes.
      name: ignored.

    Returns:
      A tensor of shape [..., n, k]; not finite where there is a zero on the diagonal.

    Raises:
      InvalidArgumentError: for shapes that do not fit.
    """
    _refuse_small(matrix, lower, adjoint)
    return _triangular_solve(matrix, rhs, lower, adjoint)


@op(kernel="MatrixTriangularSolve", inputs=same("chol", "rhs", of=_TRIANGULAR))
def _cholesky_solve(chol, rhs):
    check_triangular(chol, rhs, True, False)
    return rules.triangular(chol, rules.triangular(chol, rhs, True, False), True, True)


@export("tf.linalg.cholesky_solve")
def cholesky_solve(chol, rhs, name=None) -> Any:
    """Solutions x of matrix @ x = rhs, given the Cholesky factors of the matrices.

    Args:
      chol: float or complex tensor of shape [..., n, n], of which the lower triangle is read.
      rhs: tensor of shape [..., n, k], of the same dtype. The batch shapes broadcast.
      name: ignored.

    Returns:
      A tensor of shape [..., n, k].
    """
    _refuse_small(chol, True, False)
    return _cholesky_solve(chol, rhs)


# -- least squares ------------------------------------------------------------------------------


def _check_product(a, b, turned: bool) -> None:
    """The errors of the product with which TensorFlow starts."""
    if a.ndim <= 2 and b.ndim <= 2:
        if a.ndim != b.ndim:
            fail(
                f"In[0] and In[1] has different ndims: {brackets(a.shape)} vs. {brackets(b.shape)}"
            )
    else:
        for i, x in enumerate((a, b)):
            require(x.ndim >= 2, f"In[{i}] ndims must be >= 2: {x.ndim}")
        for m, n in zip(a.shape[-3::-1], b.shape[-3::-1], strict=False):
            if m != n and m != 1 and n != 1:
                fail(
                    "In[0] and In[1] must have compatible batch dimensions: "
                    f"{brackets(a.shape)} vs. {brackets(b.shape)}"
                )
    if a.shape[-2] != b.shape[-2]:
        fail(f"Matrix size-incompatible: In[0]: {brackets(a.shape)}, In[1]: {brackets(b.shape)}")


@op(
    kernel="MatMul",
    inputs=same("matrix", "rhs", of=FACTORED) + each("l2_regularizer"),
)
def _lstsq(matrix, rhs, l2_regularizer):
    rows, cols = matrix.shape[-2:]
    _check_product(matrix, rhs, True)
    weight = l2_regularizer.astype(matrix.dtype)
    ridge = weight * np.eye(min(rows, cols), dtype=matrix.dtype)
    if rows >= cols:
        chol = rules.cholesky(adj(matrix) @ matrix + ridge)
        rhs = adj(matrix) @ rhs
        return rules.triangular(chol, rules.triangular(chol, rhs, True, False), True, True)
    chol = rules.cholesky(matrix @ adj(matrix) + ridge)
    x = rules.triangular(chol, rules.triangular(chol, rhs, True, False), True, True)
    return adj(matrix) @ x


def _no_least_squares_gradient(call):
    raise ValueError("Gradient not defined for fast=False")


@op(
    kernel="MatrixSolveLs",
    inputs=same("matrix", "rhs", of=FACTORED),
    grad=_no_least_squares_gradient,
)
def _lstsq_complete(matrix, rhs):
    """The solution of least norm, by singular values."""
    check_pair(matrix, rhs)
    rows, cols = matrix.shape[-2:]
    require(rows == rhs.shape[-2], "Input matrix and rhs are incompatible.")
    if 0 in matrix.shape or 0 in rhs.shape:
        return jnp.zeros((*rhs.shape[:-2], cols, rhs.shape[-1]), rhs.dtype)
    s, u, v = rules.svd_body(matrix, False)
    cutoff = np.finfo(s.dtype).eps * max(rows, cols) * s[..., :1]
    inverted = jnp.where(s > cutoff, 1 / jnp.where(s > cutoff, s, 1), 0)
    return v @ (inverted[..., :, None].astype(rhs.dtype) * (adj(u) @ rhs))


@export("tf.linalg.lstsq")
def lstsq(matrix, rhs, l2_regularizer=0.0, fast=True, name=None) -> Any:
    """Solutions of least squares: x that minimizes |matrix @ x - rhs|^2 + l2 * |x|^2.

    Args:
      matrix: float or complex tensor of shape [..., m, n].
      rhs: tensor of shape [..., m, k], of the same dtype.
      l2_regularizer: the weight l2, a scalar.
      fast: whether to solve the normal equations, which needs full rank. Otherwise the solution of
        least norm is found for any rank, `l2_regularizer` does not count, and there is no
        gradient: as in TensorFlow.
      name: ignored.

    Returns:
      A tensor of shape [..., n, k].

    Raises:
      NotImplementedError: for complex128 matrices with a regularizer.
      InvalidArgumentError: for shapes that do not fit.
    """
    matrix = convert(matrix)
    if matrix.aval.dtype.name == "complex128" and static.host(l2_regularizer) != 0:
        raise NotImplementedError(
            "matrix_solve_ls is currently disabled for complex128 and l2_regularizer != 0 due to "
            "poor accuracy."
        )
    if not fast:
        refuse_half("MatrixSolveLs", matrix, ", fast=false")
        return _lstsq_complete(matrix, rhs)
    refuse_half("Cholesky", matrix)
    shape = matrix.aval.shape
    if len(shape) < 2:
        if not shape:
            raise ValueError("zero-size array to reduction operation minimum which has no identity")
        raise IndexError("tuple index out of range")
    if isinstance(l2_regularizer, (int, float)):  # a number has all its digits
        real = np.zeros((), matrix.aval.dtype.np).real.dtype
        l2_regularizer = convert(np.asarray(l2_regularizer, real))
    return _lstsq(matrix, rhs, l2_regularizer)
