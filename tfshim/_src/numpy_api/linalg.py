"""Products of arrays, diagonals and triangles."""

from __future__ import annotations

import numpy as np

from tfshim._src.errors import InvalidArgumentError
from tfshim._src.numpy_api.creation import tri
from tfshim._src.numpy_api.elementwise import broadcast, conj
from tfshim._src.numpy_api.manipulation import moveaxis, reshape
from tfshim._src.numpy_api.promotion import asarray, promoted, promoted_pair, result_type
from tfshim._src.numpy_api.public import public
from tfshim._src.numpy_api.reduction import sum
from tfshim._src.ops import (
    checks,
    creation,
    einsum as contraction,
    gather,
    joining,
    linalg_basic,
    linalg_diag,
    linalg_forms,
    padding,
    shaping,
    sizes,
    statistics,
)

# -- products --


@public
def dot(a, b):
    """The product over the last axis of `a` and the last but one of `b`, the only one of a vector.

    With a scalar, the product element by element.
    """
    a, b = promoted_pair(a, b)
    if not (a.shape.rank and b.shape.rank):
        return a * b
    return contraction.tensordot(a, b, axes=[[-1], [-1 if b.shape.rank == 1 else -2]])


@public
def inner(a, b):
    """The product over the last axes; with a scalar, the product element by element."""
    a, b = promoted_pair(a, b)
    if not (a.shape.rank and b.shape.rank):
        return a * b
    return contraction.tensordot(a, b, axes=[[-1], [-1]])


@public
def outer(a, b):
    """All products of an element of `a` and one of `b`, as a matrix."""
    a, b = promoted_pair(a, b)
    return shaping.reshape(a, [-1, 1]) * shaping.reshape(b, [-1])


@public
def vdot(a, b):
    """The product of two flat arrays, the first conjugated."""
    a, b = (reshape(x, [-1]) for x in promoted(a, b))
    return dot(conj(a) if a.dtype.is_complex else a, b)


@public
def matmul(x1, x2):
    """The matrix product, of stacks of matrices too; vectors are rows and columns.

    Raises:
      ValueError: for shapes that do not fit.
    """
    x1, x2 = promoted_pair(x1, x2)
    try:
        if x2.shape.rank == 1:
            return contraction.tensordot(x1, x2, axes=1)
        if x1.shape.rank == 1:
            return contraction.tensordot(x1, x2, axes=[[0], [-2]])
        return linalg_basic.matmul(x1, x2)
    except InvalidArgumentError as e:
        raise ValueError(str(e)) from None


@public
def tensordot(a, b, axes=2):
    """The product over axes: the last of `a` and the first of `b`, or pairs that are named."""
    return contraction.tensordot(*promoted_pair(a, b), axes=axes)


@public
def einsum(subscripts, *operands, **kwargs):
    """A sum of products, as its subscripts say.

    Args:
      subscripts: such as "ij,jk->ik".
      *operands: the arrays.
      **kwargs: `casting`, "safe" to promote the operands or "no"; `optimize`, False, True,
        "greedy" or "optimal": the order in which operands are taken.

    Raises:
      ValueError: for other values of these.
    """
    casting, optimize = kwargs.get("casting", "safe"), kwargs.get("optimize", False)
    if casting == "safe":
        operands = promoted(*operands)
    elif casting == "no":
        operands = [asarray(x) for x in operands]
    else:
        raise ValueError(
            'Invalid value for argument `casting`. Expected casting="safe" or casting="no". '
            f"Received: casting={casting}"
        )
    if optimize and optimize is not True and optimize not in ("greedy", "optimal"):
        raise ValueError(
            'Invalid value for argument `optimize`. Expected one of {True, "greedy", "optimal"}. '
            f"Received: optimize={optimize}"
        )
    order = "optimal" if optimize == "optimal" else "greedy"
    return contraction.einsum(subscripts, *operands, optimize=order)


def _axis_last(a, axis: int):
    rank = len(a.shape)
    order = [i for i in range(rank) if i != axis] + [axis]
    return a if axis == rank - 1 else shaping.transpose(a, order)


@public
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The cross product of vectors of two or three elements.

    Args:
      axisa, axisb: the axes of the vectors in `a` and `b`.
      axisc: their axis in the result; two elements each make a scalar, which has none.
      axis: all three of these.
    """
    a, b = promoted_pair(a, b)
    if axis is not None:
        axisa = axisb = axisc = axis
    vectors, sizes = [], []
    for x, at in ((a, axisa), (b, axisb)):
        x = _axis_last(x, at + len(x.shape) if at < 0 else at)
        sizes.append(np.asarray(x.aval.shape, int)[-1])  # as TensorFlow, without one: IndexError
        if sizes[-1] == 2:
            x = padding.pad(x, [[0, 0]] * (len(x.shape) - 1) + [[0, 1]])
        vectors.append(x)
    c = linalg_forms.cross(*broadcast(*vectors))
    if sizes == [2, 2]:
        return c[..., 2]
    rank = len(c.shape)
    axisc = axisc + rank if axisc < 0 else axisc
    if axisc == rank - 1:
        return c
    order = list(range(rank - 1))
    return shaping.transpose(c, [*order[:axisc], rank - 1, *order[axisc:]])


@public
def kron(a, b):
    """The Kronecker product: `b` times each element of `a`, in its place."""
    a, b = promoted(a, b)
    rank = max(len(a.shape), len(b.shape))
    shapes = [[1] * (rank - len(x.shape)) + list(x.aval.shape) for x in (a, b)]
    apart = [[n for size in shapes[0] for n in (size, 1)], [n for m in shapes[1] for n in (1, m)]]
    product = reshape(a, apart[0]) * reshape(b, apart[1])
    return reshape(product, [n * m for n, m in zip(*shapes, strict=True)])


@public
def polyval(p, x):
    """The polynomial with these coefficients, the highest power's first, at x."""
    p, x = promoted_pair(p, x)
    coefficients = joining.unstack(p if p.shape.rank else shaping.reshape(p, [1]))
    y = statistics.polyval(coefficients, x)
    return shaping.broadcast_to(y, x.shape) if len(coefficients) == 1 else y


# -- diagonals --


@public
def diag(v, k=0):
    """A matrix with a vector on its k-th diagonal, or the k-th diagonal of a matrix.

    Raises:
      ValueError, InvalidArgumentError: for other ranks.
    """
    v = asarray(v)
    v.shape.with_rank_at_most(2)
    if not v.shape.rank:
        checks.Assert(False, [sizes.rank(v)])
    if v.shape.rank == 1:
        if not v.aval.shape[0]:
            return creation.zeros([abs(k), abs(k)], dtype=v.dtype)
        return linalg_diag.diag(v, k=k)
    return _diagonal(v, k)


def _diagonal(a, k):
    """The k-th diagonal of the last two axes; empty where there is none."""
    rows, columns = a.aval.shape[-2:]
    if k <= -rows or k >= columns:
        return creation.zeros([*a.aval.shape[:-2], 0], dtype=a.dtype)
    return linalg_diag.diag_part(a, k=k)


@public
def diagonal(a, offset=0, axis1=0, axis2=1):
    """A diagonal of the matrices of two axes, as the last axis."""
    a = asarray(a)
    rank = len(a.shape)
    if offset == 0 and axis1 in (rank - 2, -2) and axis2 in (rank - 1, -1):
        return linalg_diag.diag_part(a)
    return _diagonal(moveaxis(a, (axis1, axis2), (-2, -1)), offset)


@public
def diagflat(v, k=0):
    """A matrix with the flat array on its k-th diagonal."""
    return diag(shaping.reshape(asarray(v), [-1]), k)


@public
def trace(a, offset=0, axis1=0, axis2=1, dtype=None):
    """The sum of a diagonal."""
    if dtype:
        dtype = result_type(dtype)
    a = asarray(a, dtype)
    rank = len(a.shape)
    if offset == 0 and axis1 in (-2, rank - 2) and axis2 in (-1, rank - 1):
        return linalg_forms.trace(a)
    return sum(diagonal(a, offset, axis1, axis2), -1, dtype)


# -- triangles --


def _triangle(m, k: int, name: str):
    """Where the lower triangle is, and the zero that stands elsewhere."""
    m = asarray(m)
    extents = list(m.aval.shape)
    if len(extents) < 2:
        raise ValueError(f"Argument to {name} must have rank at least 2")
    mask = tri(*extents[-2:], k=k, dtype=bool)
    return shaping.broadcast_to(mask, sizes.shape(m)), m, creation.constant(0, m.dtype)


@public
def tril(m, k=0):
    """The elements at and below the k-th diagonal; zeros above.

    Raises:
      ValueError: for a rank below 2.
    """
    lower, m, zero = _triangle(m, k, "tril")
    return gather.where(lower, m, zero)


@public
def triu(m, k=0):
    """The elements at and above the k-th diagonal; zeros below.

    Raises:
      ValueError: for a rank below 2.
    """
    lower, m, zero = _triangle(m, k - 1, "triu")
    return gather.where(lower, zero, m)
