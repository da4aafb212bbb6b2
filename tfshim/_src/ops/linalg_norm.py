"""Norms of vectors and matrices."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.errors import dtype_not_allowed, fail
from tfshim._src.ops import linalg_rules as rules
from tfshim._src.ops.arithmetic import truediv
from tfshim._src.ops.common import still_root
from tfshim._src.ops.linalg_factor import FACTORED, refuse_half
from tfshim._src.ops.reduction import reduce_max
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT_COMPLEX, same

_PLAIN = {"half": "float16", "float": "float32", "double": "float64"}
_MATRIX_NORMS = ["euclidean", "fro", 1, 2, np.inf]


@jax.custom_jvp
def _size(x):
    return jnp.abs(x)


@_size.defjvp
def _size_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    if not jnp.iscomplexobj(x):
        return jnp.abs(x), jnp.sign(x) * t
    # not jnp.sign, whose own derivative JAX takes for zero. TensorFlow divides by the size with 0
    # for 0 / 0, which stops infinities from above too.
    size, zero = _size(x), x == 0
    return size, jnp.where(zero, 0, jnp.real(jnp.conj(x) * t) / jnp.where(zero, 1, size))


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def _largest(x, axis, keepdims):
    """The largest of each; of no elements minus infinity, as in TensorFlow."""
    if x.size if axis is None else x.shape[axis]:
        return jnp.max(x, axis=axis, keepdims=keepdims)
    return jnp.max(x, axis=axis, keepdims=keepdims, initial=-np.inf)


@_largest.defjvp
def _largest_jvp(axis, keepdims, primals, tangents):
    _, tangent = reduce_max.op.jvp(primals, tangents, axis, keepdims)
    return _largest(*primals, axis, keepdims), tangent


def _settled(attrs, inputs, outputs, cotangents, gradients):
    """A root of 0 without a cotangent has the gradient 0, as in TensorFlow (SqrtGrad)."""
    order, axis = attrs["order"], attrs["axis"]
    if order not in ("fro", "euclidean") and (order != 2 or len(axis or ()) == 2):
        return gradients
    return still_root(attrs, inputs, outputs, cotangents, gradients)


@op(kernel="Norm", inputs=same("x"), settle=_settled)
def _matrix_or_vector_norm(x, order, axis, keepdims):
    for a in axis or ():
        if not -x.ndim <= a < x.ndim:
            fail(f"Invalid reduction dimension ({a} for input with {x.ndim} dimension(s)")
    first: Any
    second: Any
    first, second = (*(axis or (None,)), None)[:2]
    matrix = second is not None
    if order in ("fro", "euclidean") or (order == 2 and not matrix):
        square = x * (jnp.conj(x) if jnp.iscomplexobj(x) else x)
        result = jnp.sqrt(jnp.sum(square, axis=axis, keepdims=True))
    elif order == 2:
        moved = jnp.moveaxis(x, (first, second), (-2, -1))
        result = _largest(rules.singular_values(moved), -1, False)
        for a in sorted((first % x.ndim, second % x.ndim)):
            result = jnp.expand_dims(result, a)
    else:
        result = _size(x)
        if order == 1:
            result = jnp.sum(result, axis=first, keepdims=True, dtype=result.dtype)
            if matrix:
                result = _largest(result, second, True)
        elif order == np.inf:
            if matrix:
                result = jnp.sum(result, axis=second, keepdims=True, dtype=result.dtype)
            result = _largest(result, first, True)
        else:
            power = jnp.power(result, jnp.asarray(order, result.dtype))
            total = jnp.sum(power, axis=axis, keepdims=True)
            result = jnp.power(total, jnp.asarray(1.0 / order, result.dtype))
    return result if keepdims else jnp.squeeze(result, axis)


def _check_arguments(order: Any, axis: Any) -> Any:
    """The axis as a tuple or None; raises as TensorFlow for orders and axes that are none."""
    wrong = f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}"
    if isinstance(axis, (tuple, list)) and len(axis) == 2:
        axis = tuple(axis)
        if not all(isinstance(a, int) for a in axis) or axis[0] == axis[1]:
            wrong = f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}"
            raise ValueError(wrong)
        if order not in _MATRIX_NORMS:
            raise ValueError(
                f"'ord' must be a supported matrix norm in {_MATRIX_NORMS}, got {order}"
            )
        return axis
    if axis is not None and not isinstance(axis, int):
        raise ValueError(wrong)
    if (not np.isreal(order) or isinstance(order, str) or order <= 0) and order != "euclidean":
        raise ValueError(f"'ord' must be a supported vector norm, got {order}")
    return None if axis is None else (axis,)


def _check_dtype(x: Any, order: Any, axis: Any) -> None:
    """Which norms need floats, and the errors of the kernels that say so."""
    dtype = x.aval.dtype
    matrix = axis is not None and len(axis) == 2
    if order == 2 and matrix:
        refuse_half("Svd", x, ", compute_uv=false, full_matrices=false")
        if dtype.name == "bfloat16" or dtype.kind in "iu":
            raise dtype_not_allowed("Svd", dtype, _dtypes(FACTORED))
    if dtype.kind not in "iu" or order in (1, np.inf):
        return
    if order in ("fro", "euclidean", 2):
        raise dtype_not_allowed("Sqrt", dtype, _dtypes(FLOAT_COMPLEX))
    value = order if isinstance(order, float) else 1.0 / order
    raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype {dtype.name}")


def _dtypes(names) -> list:
    return [dtypes.as_dtype(_PLAIN.get(n, n)) for n in names]


@export("tf.norm", "tf.linalg.norm")
def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None) -> Any:
    """Norms of vectors, of matrices, or of all elements.

    Args:
      tensor: numbers; integers for the orders 1 and infinity only.
      ord: for vectors "euclidean", or p > 0 for the p-norm, np.inf included. For matrices
        "euclidean" or "fro" (root of the sum of squares), 1 and np.inf (largest sum of a column
        and of a row), or 2 (largest singular value).
      axis: an int for vectors along this axis; a pair for matrices; None for the vector of all
        elements.
      keepdims: whether the reduced axes stay, with size 1.
      name: ignored.

    Returns:
      The norms. Complex for the euclidean norm of complex numbers, as in TensorFlow.

    Raises:
      ValueError: for an order or axis that is none.
    """
    axis = _check_arguments(ord, axis)
    tensor = convert(tensor)
    _check_dtype(tensor, ord, axis)
    order = ord if isinstance(ord, str) else float(ord)
    return _matrix_or_vector_norm(tensor, order, axis, bool(keepdims))


@export("tf.linalg.normalize")
def normalize(tensor, ord="euclidean", axis=None, name=None) -> Any:
    """A tensor divided by its norms, and the norms.

    Args:
      tensor, ord, axis: as for `tf.norm`.
      name: ignored.

    Returns:
      The quotient, of the shape of `tensor`, and the norms, with reduced axes of size 1.
    """
    tensor = convert(tensor)
    size = norm(tensor, ord, axis, keepdims=True)
    return truediv(tensor, size), size
