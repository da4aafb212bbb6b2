"""Functions of matrices: exponential, logarithm, square root."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src.convert import convert
from tfshim._src.errors import fail, require
from tfshim._src.ops import linalg_rules as rules
from tfshim._src.ops.common import brackets
from tfshim._src.ops.linalg_factor import FACTORED, check_square, refuse_half
from tfshim._src.ops.linalg_forms import adj
from tfshim._src.ops.linalg_lu import _no_gradient
from tfshim._src.registry import export, op
from tfshim._src.rules import same

# Higham, "The scaling and squaring method for the matrix exponential revisited", 2005: the diagonal
# Pade approximant of degree m is exact to rounding up to this 1-norm.
_DEGREE = {4: (7, 3.925724783138660), 8: (13, 5.371920351148152)}
#: Doublings of the argument: enough for a 1-norm of 2^64.
_SQUARINGS = 64


def _pade(degree: int) -> np.ndarray:
    """Coefficients of the numerator of the diagonal Pade approximant of exp; the last is 1."""
    f = math.factorial
    return np.array(
        [f(2 * degree - j) // (f(j) * f(degree - j)) for j in range(degree + 1)], np.float64
    )


def _rational(a, degree: int):
    """Odd and even part of the approximant's numerator at a."""
    b = _pade(degree)
    eye = jnp.asarray(np.eye(a.shape[-1]), a.dtype)
    square = a @ a
    power, odd, even = eye, jnp.zeros_like(a), jnp.zeros_like(a)
    for j in range(0, degree + 1, 2):
        even = even + jnp.asarray(b[j], a.dtype) * power
        if j + 1 <= degree:
            odd = odd + jnp.asarray(b[j + 1], a.dtype) * power
        if j + 2 <= degree:
            power = power @ square
    return a @ odd, even


def expm_raw(a):
    """exp of raw matrices by scaling and squaring."""
    if 0 in a.shape:
        return a
    real = np.finfo(a.dtype).dtype
    degree, bound = _DEGREE[real.itemsize]
    size = jnp.max(jnp.sum(jnp.abs(lax.stop_gradient(a)), axis=-2), axis=-1)
    count = jnp.maximum(jnp.ceil(jnp.log2(size / np.asarray(bound, real))), 0)
    count = jnp.where(jnp.isfinite(count), count, 0)
    scale = jnp.exp2(-count)[..., None, None].astype(a.dtype)
    odd, even = _rational(a * scale, degree)
    result = jnp.linalg.solve(even - odd, even + odd)

    def double(x, step):
        more = step < count
        square = lambda y: jnp.where(more[..., None, None], y @ y, y)  # noqa: E731
        return lax.cond(jnp.any(more), square, lambda y: y, x), None

    return lax.scan(double, result, np.arange(_SQUARINGS, dtype=real))[0]


@op(kernel="MatrixSolve", inputs=same("input", of=FACTORED))
def _expm(input):
    require(input.ndim >= 1, "Invalid reduction dimension (-1 for input with 0 dimension(s)")
    if input.ndim < 2 or input.shape[-2] != input.shape[-1]:
        shown = brackets((1, *input.shape[-2:]))
        fail(f"Matrix size-incompatible: In[0]: {shown}, In[1]: {shown}")
    return expm_raw(input)


@export("tf.linalg.expm")
def expm(input, name=None) -> Any:
    """The exponentials of square matrices, by scaling and squaring of a Pade approximant.

    Args:
      input: float or complex tensor of shape [..., n, n].
      name: ignored.

    Raises:
      ValueError: for other dtypes.
      InvalidArgumentError: for matrices that are not square.
    """
    input = convert(input)
    dtype = input.aval.dtype
    if dtype.name == "bfloat16" or dtype.kind not in "fc":
        raise ValueError(f"tf.linalg.expm does not support matrices of type {dtype!s}")
    refuse_half("MatrixSolve", input, ", adjoint=false")
    return _expm(input)


# -- square root --------------------------------------------------------------------------------


def _sqrt_triangle(t):
    """The upper triangular root of an upper triangular complex matrix, superdiagonal by
    superdiagonal (Bjorck and Hammarling, 1983)."""
    n = t.shape[-1]
    root = jnp.sqrt(jnp.diagonal(t))
    index = np.arange(n)

    def fill(d, r):
        inner = jnp.diagonal(jnp.roll(t - r @ r, -d, axis=1))
        total = root + jnp.roll(root, -d)
        value = jnp.where(index + d < n, inner / jnp.where(index + d < n, total, 1), 0)
        return r + jnp.roll(jnp.diag(value), d, axis=1)

    return lax.fori_loop(1, n, fill, jnp.diag(root))


def _by_matrix(function, a):
    """A function of one matrix, mapped over the batch."""
    flat = a.reshape(-1, *a.shape[-2:])
    return jax.vmap(function)(flat).reshape(a.shape)


def _schur(a):
    t, u = lax.linalg.schur(a)
    return t, u


def _sqrt_complex(a):
    t, u = _schur(a)
    return u @ _sqrt_triangle(t) @ adj(u)


def sqrtm_raw(a):
    """The principal square roots of raw matrices; NaN where a real one has none."""
    if 0 in a.shape:
        return a
    wide = jnp.result_type(a.dtype, jnp.complex64)
    root = _by_matrix(_sqrt_complex, a.astype(wide))
    if jnp.iscomplexobj(a):
        return root
    size = jnp.max(jnp.abs(root), axis=(-2, -1), keepdims=True)
    rounding = np.asarray(np.sqrt(np.finfo(a.dtype).eps), a.dtype)
    is_real = jnp.max(jnp.abs(jnp.imag(root)), axis=(-2, -1), keepdims=True) <= rounding * size
    return jnp.where(is_real, jnp.real(root), jnp.asarray(np.nan, a.dtype))


def _sqrtm_pull(inputs, outputs, cotangents):
    """Solves the adjoint of R dR + dR R = dA as a linear system of n^2 unknowns."""
    root, grad = outputs, cotangents
    n = root.shape[-1]
    if not n:
        return (grad,)
    eye = np.eye(n, dtype=root.dtype)
    shape = (*root.shape[:-2], n * n, n * n)
    # rows of X stacked: R^H X + X R^H, with a transpose where TensorFlow has no conjugate
    left = jnp.einsum("...ij,kl->...ikjl", jnp.swapaxes(root, -1, -2), eye).reshape(shape)
    right = jnp.einsum("ij,...kl->...ikjl", eye, root).reshape(shape)
    flat = grad.reshape(*grad.shape[:-2], n * n, 1)
    return (jnp.linalg.solve(left + right, flat).reshape(grad.shape),)


@op(
    kernel="MatrixSquareRoot",
    inputs=same("input", of=FACTORED),
    vjp=rules.conventional(_sqrtm_pull),
)
def _sqrtm(input):
    check_square(input)
    return sqrtm_raw(input)


@export("tf.linalg.sqrtm", "tf.matrix_square_root")
def sqrtm(input, name=None) -> Any:
    """The principal square roots of square matrices, by way of the Schur form.

    Args:
      input: float or complex tensor of shape [..., n, n].
      name: ignored.

    Returns:
      A tensor of the same shape; NaN where a real matrix has no real root.

    Raises:
      InvalidArgumentError: for matrices that are not square.
    """
    refuse_half("MatrixSquareRoot", input)
    return _sqrtm(input)


# -- logarithm ----------------------------------------------------------------------------------


def _log_complex(a):
    """Inverse scaling and squaring: log(T) = 2^k log(T^(1 / 2^k)), the inner one by Gauss-Legendre
    quadrature of the integral of (T - I) (s (T - I) + I)^-1 (Higham, Functions of Matrices, 11)."""
    t, u = _schur(a)
    eye = np.eye(t.shape[-1], dtype=t.dtype)
    real = np.finfo(t.dtype).dtype

    def far(state):
        k, r = state
        return (k < 60) & (jnp.max(jnp.sum(jnp.abs(r - eye), axis=-2)) > 0.25)

    def halve(state):
        k, r = state
        return k + 1, _sqrt_triangle(r)

    k, r = lax.while_loop(far, halve, (jnp.zeros((), np.int32), t))
    nodes, weights = np.polynomial.legendre.leggauss(8 if real == np.float32 else 16)
    rest = r - eye
    total = jnp.zeros_like(rest)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        inner = np.asarray(node, t.dtype) * rest + eye
        total = total + np.asarray(weight, t.dtype) * rules.triangular(inner, rest, False, False)
    log = total * jnp.exp2(k.astype(real)).astype(t.dtype)
    # eigenvalues have their logarithms exactly
    diagonal = jnp.log(jnp.diagonal(t))
    log = jnp.where(np.eye(t.shape[-1], dtype=bool), jnp.diag(diagonal), log)
    return u @ log @ adj(u)


@op(kernel="MatrixLogarithm", inputs=same("input", of=FACTORED[3:]), grad=_no_gradient)
def _logm(input):
    check_square(input)
    if 0 in input.shape:
        return input
    result = _by_matrix(_log_complex, input)
    finite = jnp.all(jnp.isfinite(result), axis=(-2, -1), keepdims=True)
    return jnp.where(finite, result, jnp.asarray(complex(np.nan, np.nan), input.dtype))


@export("tf.linalg.logm")
def logm(input, name=None) -> Any:
    """The principal logarithms of square matrices; they have no gradient.

    Args:
      input: complex tensor of shape [..., n, n].
      name: ignored.

    Returns:
      A tensor of the same shape; NaN for singular matrices.

    Raises:
      InvalidArgumentError: for matrices that are not square, and dtypes that are not complex.
    """
    return _logm(input)
