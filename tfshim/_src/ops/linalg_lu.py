"""LU factors with partial pivoting, and what is computed from them."""

from __future__ import annotations

import collections
import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, reports, static
from tfshim._src.convert import convert
from tfshim._src.errors import dtype_mismatch, dtype_not_allowed, op_error, require
from tfshim._src.ops import linalg_pivots, linalg_rules as rules
from tfshim._src.ops.common import brackets
from tfshim._src.ops.index_checks import check_elements
from tfshim._src.ops.linalg_diag import band
from tfshim._src.ops.linalg_factor import FACTORED, refuse_half
from tfshim._src.ops.linalg_solve import is_singular
from tfshim._src.ops.shaping import reshape
from tfshim._src.ops.value_checks import check_permutations, check_pivots
from tfshim._src.registry import export, op
from tfshim._src.rules import each, same

_ROWS = (dtypes.int32, dtypes.int64)
Lu = collections.namedtuple("Lu", ["lu", "p"])


def _no_gradient(call):
    raise LookupError(f"gradient registry has no entry for: {call.kernel.name}")


@op(
    kernel="Lu",
    inputs=same("input", of=FACTORED),
    static={"output_idx_type": static.dtype},
    grad=_no_gradient,
)
def _lu(input, output_idx_type):
    require(input.ndim >= 2, f"Input tensor must have rank >= 2, got {input.ndim}")
    require(input.shape[-2] == input.shape[-1], "Input matrix must be square.")
    if 0 in input.shape:
        return input, jnp.zeros(input.shape[:-1], output_idx_type)
    if jnp.iscomplexobj(input):
        lu, perm = linalg_pivots.factors(input)
    else:
        lu, _, perm = lax.linalg.lu(input)
    return lu, perm.astype(output_idx_type)


@export("tf.linalg.lu")
def lu(input, output_idx_type=dtypes.int32, name=None) -> Any:
    """Factors L and U, and rows p, so that L @ U are the rows p of the matrix.

    Args:
      input: float or complex tensor of shape [..., n, n].
      output_idx_type: dtype of the rows, int32 or int64.
      name: ignored.

    Returns:
      A named tuple (lu, p): U with the diagonal, and below it L, whose diagonal is 1. It has no
      gradient.

    Raises:
      InvalidArgumentError: for matrices that are not square, or not invertible.
    """
    index = dtypes.as_dtype(output_idx_type)
    if index not in (dtypes.int32, dtypes.int64):
        raise dtype_not_allowed("Lu", index, (dtypes.int32, dtypes.int64), "output_idx_type")
    refuse_half("Lu", input, f", output_idx_type=DT_{index.name.upper()}")
    input = convert(input)
    factors, rows = _lu(input, index)
    if reports.collected():
        check_pivots(factors, "Input is not invertible.")
    elif not factors._is_symbolic() and factors.aval.shape[-1]:
        pivots = np.diagonal(factors._host_value(), 0, -2, -1)
        if not np.all(np.abs(pivots) > 0) and is_singular(input):
            raise op_error("Lu", "Input is not invertible.")
    return Lu(factors, rows)


def _factors(lower_upper, perm) -> tuple[Any, Any]:
    """Both as tensors of ranks that fit."""
    lower_upper = convert(lower_upper, hint=dtypes.float32)
    perm = convert(perm, hint=dtypes.int32)
    if lower_upper.ndim < 2:
        raise ValueError("Input `lower_upper` must have at least 2 dimensions.")
    if lower_upper.ndim != perm.ndim + 1:
        raise ValueError("`rank(lower_upper)` must equal `rank(perm) + 1`")
    if lower_upper.aval.shape[-2] != lower_upper.aval.shape[-1]:
        raise ValueError("`lower_upper` must be square.")
    return lower_upper, perm


def _unit_lower(x):
    return jnp.where(np.eye(x.shape[-1], dtype=bool), jnp.ones((), x.dtype), band(x, -1, 0))


@op(kernel="MatMul", inputs=same("lower_upper") + each("perm"))
def _lu_reconstruct(lower_upper, perm):
    product = _unit_lower(lower_upper) @ band(lower_upper, 0, -1)
    inverse = jnp.argsort(perm, axis=-1)
    return jnp.take_along_axis(product, inverse[..., None], axis=-2)


@export("tf.linalg.lu_reconstruct")
def lu_reconstruct(lower_upper, perm, validate_args=False, name=None) -> Any:
    """The matrices of which these are the LU factors.

    Args:
      lower_upper, perm: as `tf.linalg.lu` returns them, of shapes [..., n, n] and [..., n].
      validate_args: shapes are known here, so they are always validated.
      name: ignored.

    Returns:
      A tensor of shape [..., n, n].

    Raises:
      ValueError: for shapes that do not fit.
      InvalidArgumentError: if `perm` is no permutation, or of another dtype than int32 or (of one
        matrix) int64.
    """
    static.flag(validate_args)
    lower_upper, perm = _factors(lower_upper, perm)
    _check_index("InvertPermutation", perm, _ROWS, "T")
    if perm.ndim > 1:
        _check_batch(perm)
        wanted = math.prod(lower_upper.aval.shape[:-1])
        if perm.aval.size != wanted:
            text = f"Input to reshape is a tensor with {perm.aval.size} values, but the requested "
            raise op_error("Reshape", f"{text}shape has {wanted}")
    if reports.collected():
        check_permutations(perm)
    elif not perm._is_symbolic():
        _check_permutation(perm._host_value())
    return _lu_reconstruct(lower_upper, perm)


def _check_index(kernel: str, perm, allowed: tuple, attr: str) -> None:
    if perm.aval.dtype not in allowed:
        raise dtype_not_allowed(kernel, perm.aval.dtype, allowed, attr)


def _check_batch(perm) -> None:
    """Permutations of a batch are packed with the places of their matrices, int32."""
    if perm.aval.dtype is not dtypes.int32:
        raise dtype_mismatch("Pack", 1, dtypes.int32, perm.aval.dtype)


def _check_permutation(rows: np.ndarray) -> None:
    for one in rows.reshape(-1, rows.shape[-1]) if rows.size else ():
        seen = set()
        for value in one.tolist():
            if not 0 <= value < len(one):
                text = f"{value} is not between 0 and {len(one)}"
                raise op_error("InvertPermutation", text)
            if value in seen:
                raise op_error("InvertPermutation", f"{value} is duplicated in the input.")
            seen.add(value)


@op(kernel="MatrixTriangularSolve", inputs=same("lower_upper", "rhs") + each("perm"))
def _lu_solve(lower_upper, perm, rhs):
    batch = np.broadcast_shapes(perm.shape[:-1], rhs.shape[:-2])
    rhs = jnp.broadcast_to(rhs, (*batch, *rhs.shape[-2:]))
    perm = jnp.broadcast_to(perm, (*batch, perm.shape[-1]))
    if 0 in rhs.shape:
        return rhs
    rhs = jnp.take_along_axis(rhs, perm[..., None], axis=-2)
    inner = rules.triangular(_unit_lower(lower_upper), rhs, True, False)
    return rules.triangular(lower_upper, inner, False, False)


@export("tf.linalg.lu_solve")
def lu_solve(lower_upper, perm, rhs, validate_args=False, name=None) -> Any:
    """Solutions x of matrix @ x = rhs, given the LU factors of the matrices.

    Args:
      lower_upper, perm: as `tf.linalg.lu` returns them, of shapes [..., n, n] and [..., n].
      rhs: tensor of shape [..., n, k], of the dtype of the factors. The batch shapes broadcast.
      validate_args: shapes are known here, so they are always validated.
      name: ignored.

    Returns:
      A tensor of shape [..., n, k].

    Raises:
      ValueError: for shapes that do not fit.
      InvalidArgumentError: for rows out of range, other dtypes of `perm` than int32 or (of one
        matrix) int16 and int64, and batches without columns.
    """
    static.flag(validate_args)
    lower_upper, perm = _factors(lower_upper, perm)
    rhs = convert(rhs, hint=lower_upper.aval.dtype)
    if rhs.ndim < 2:
        raise ValueError("Input `rhs` must have at least 2 dimensions.")
    if lower_upper.aval.shape[-1] != rhs.aval.shape[-2]:
        raise ValueError("`lower_upper.shape[-1]` must equal `rhs.shape[-1]`.")
    if perm.ndim == 1 and rhs.ndim == 2:
        _check_index("GatherV2", perm, (dtypes.int16, *_ROWS), "Tindices")
    else:
        _check_batch(perm)
        if not rhs.aval.size and perm.aval.size:
            text = "Requested more than 0 entries, but params is empty.  Params shape: "
            raise op_error("GatherNd", text + brackets(rhs.aval.shape))
    if not rhs.aval.size:  # TensorFlow looks at no index for nothing
        pass
    elif reports.collected():
        n = perm.aval.shape[-1]
        flat = reshape(perm, [-1])
        check_elements("GatherV2", flat, n, f"indices{{at}} = {{value}} is not in [0, {n})")
    elif not perm._is_symbolic():
        n = perm.aval.shape[-1]
        for i, value in enumerate(perm._host_value().reshape(-1).tolist()):
            if not 0 <= value < n:
                raise op_error("GatherV2", f"indices[{i}] = {value} is not in [0, {n})")
    return _lu_solve(lower_upper, perm, rhs)


@export("tf.linalg.lu_matrix_inverse")
def lu_matrix_inverse(lower_upper, perm, validate_args=False, name=None) -> Any:
    """The inverses of matrices, given their LU factors.

    Args:
      lower_upper, perm: as `tf.linalg.lu` returns them, of shapes [..., n, n] and [..., n].
      validate_args: shapes are known here, so they are always validated.
      name: ignored.

    Returns:
      A tensor of shape [..., n, n].
    """
    lower_upper, perm = _factors(lower_upper, perm)
    eye = np.eye(lower_upper.aval.shape[-1], dtype=lower_upper.aval.dtype.np)
    return lu_solve(lower_upper, perm, eye, validate_args=validate_args)
