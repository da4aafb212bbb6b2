"""Small things about matrices: transposes, traces, cross products, diagonals of tensors."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.errors import FailedPreconditionError, dtype_not_allowed, fail, require
from tfshim._src.ops import kinds
from tfshim._src.ops.common import brackets
from tfshim._src.ops.linalg_basic import no_kernel
from tfshim._src.registry import export, op
from tfshim._src.rules import same

_DIAG = (
    "bfloat16", "half", "float", "double", "int32", "int64", "complex64", "complex128",
)  # fmt: skip


def adj(x):
    """The conjugate transpose of raw matrices."""
    x = jnp.swapaxes(x, -1, -2)
    return jnp.conj(x) if jnp.iscomplexobj(x) else x


@op(kernel="Transpose", inputs=same("a"))
def _matrix_transpose(a):
    return jnp.swapaxes(a, -1, -2)


@op(kernel="ConjugateTranspose", inputs=same("a"))
def _conjugate_transpose(a):
    return adj(a)


@export("tf.linalg.matrix_transpose")
def matrix_transpose(a, name="matrix_transpose", conjugate=False) -> Any:
    """The transposes of matrices.

    Args:
      a: tensor of shape [..., m, n].
      name: ignored.
      conjugate: whether to take the complex conjugate too.

    Returns:
      A tensor of shape [..., n, m].

    Raises:
      ValueError: for a tensor of fewer than two dimensions.
    """
    a = convert(a)
    if a.ndim < 2:
        raise ValueError(
            "Argument `a` should be a (batch) matrix with rank >= 2.  Received `a` = "
            f"{a.numpy() if not a._is_symbolic() else a} with shape: {a.shape}"
        )
    return _conjugate_transpose(a) if conjugate else _matrix_transpose(a)


@export("tf.linalg.adjoint")
def adjoint(matrix, name=None) -> Any:
    """The conjugate transposes of matrices.

    Args:
      matrix: tensor of shape [..., m, n].
      name: ignored.

    Returns:
      A tensor of shape [..., n, m].
    """
    return matrix_transpose(matrix, conjugate=True)


@op(kernel="MatrixDiagPartV3", inputs=same("x"))
def _trace(x):
    require(x.ndim >= 2, f"input must be at least 2-dim, received shape: {brackets(x.shape)}")
    return jnp.sum(jnp.diagonal(x, 0, -2, -1), axis=-1, dtype=x.dtype)


@export("tf.linalg.trace")
def trace(x, name=None) -> Any:
    """The sums of the main diagonals.

    Args:
      x: tensor of numbers, of shape [..., m, n].
      name: ignored.

    Returns:
      A tensor of shape [...].
    """
    x = convert(x)
    if x.aval.dtype.kind in "bs":
        plain = {"half": "float16", "float": "float32", "double": "float64"}
        allowed = [dtypes.as_dtype(plain.get(n, n)) for n in kinds.QUANTIZED_NUMBER]
        raise dtype_not_allowed("Sum", x.aval.dtype, allowed)
    return _trace(x)


@op("tf.linalg.cross", kernel="Cross", inputs=same("a", "b", of=kinds.COMPARE))
def cross(a, b):
    """The cross products of vectors of three elements.

    Args:
      a, b: real tensors of one shape [..., 3].

    Raises:
      InvalidArgumentError: for different shapes.
      FailedPreconditionError: if the vectors have not three elements.
    """
    if a.shape != b.shape:
        fail(f"Both inputs must be of same shape: {brackets(a.shape)} vs. {brackets(b.shape)}")
    require(a.ndim >= 1, f"Input must be at least 1D{brackets(a.shape)}")
    require(
        a.shape[-1] == 3,
        "Cross-products are only defined for 3-element vectors.",
        FailedPreconditionError,
    )
    after, last = np.array([1, 2, 0]), np.array([2, 0, 1])
    return a[..., after] * b[..., last] - a[..., last] * b[..., after]


@op(kernel="Diag", inputs=same("diagonal", of=_DIAG))
def _tensor_diag(diagonal):
    require(diagonal.ndim >= 1, "Input must be at least rank 1, got 0")
    size = diagonal.size
    flat = jnp.reshape(diagonal, (size, 1))
    zero = jnp.zeros((), diagonal.dtype)
    return jnp.reshape(jnp.where(np.eye(size, dtype=bool), flat, zero), diagonal.shape * 2)


@export("tf.linalg.tensor_diag")
def tensor_diag(diagonal, name=None) -> Any:
    """A tensor of twice the rank with the given values where both halves of the indices agree.

    Args:
      diagonal: tensor of shape s, of at least one dimension.
      name: ignored.

    Returns:
      A tensor of shape s + s.
    """
    diagonal = convert(diagonal)
    if diagonal.aval.dtype.name == "bfloat16":
        no_kernel("Diag", "T=DT_BFLOAT16")
    return _tensor_diag(diagonal)


@op(kernel="DiagPart", inputs=same("input", of=_DIAG))
def _tensor_diag_part(input):
    half, odd = divmod(input.ndim, 2)
    if odd:
        # the gap is in TensorFlow's own text
        fail(
            "The rank of the tensor should be                                          even and "
            f"positive, got shape {brackets(input.shape)}"
        )
    for i in range(half):
        if input.shape[i] != input.shape[i + half]:
            shown = brackets(input.shape)
            fail(f"Invalid shape {shown}: dimensions {i} and {i + half} do not match.")
    shape = input.shape[:half]
    size = math.prod(shape)
    return jnp.reshape(jnp.diagonal(jnp.reshape(input, (size, size))), shape)


@export("tf.linalg.tensor_diag_part")
def tensor_diag_part(input, name=None) -> Any:
    """The values where both halves of the indices agree.

    Args:
      input: tensor of shape s + s.
      name: ignored.

    Returns:
      A tensor of shape s.

    Raises:
      InvalidArgumentError: if the shape is not one half repeated.
    """
    input = convert(input)
    if input.aval.dtype.name == "bfloat16":
        no_kernel("DiagPart", "T=DT_BFLOAT16")
    return _tensor_diag_part(input)
