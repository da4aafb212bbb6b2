"""Functions of `tf.linalg` that take an operator for a matrix."""

from __future__ import annotations

from tfshim._src.composite import handles
from tfshim._src.linear_operators import ops
from tfshim._src.linear_operators.base import LinearOperator

_KIND = LinearOperator._composite_kind


@handles(_KIND, "tf.linalg.adjoint")
def adjoint(fn, args):
    return args["matrix"].adjoint()


@handles(_KIND, "tf.linalg.cholesky")
def cholesky(fn, args):
    return args["input"].cholesky()


@handles(_KIND, "tf.linalg.diag_part")
def diag_part(fn, args):
    return args["input"].diag_part()


@handles(_KIND, "tf.linalg.det")
def det(fn, args):
    return args["input"].determinant()


@handles(_KIND, "tf.linalg.inv")
def inv(fn, args):
    inverse = args["input"].inverse()
    return inverse.adjoint() if args["adjoint"] else inverse


@handles(_KIND, "tf.linalg.logdet")
def logdet(fn, args):
    matrix = args["matrix"]
    if matrix.is_positive_definite and matrix.is_self_adjoint:
        return matrix.log_abs_determinant()
    raise ValueError("Expected matrix to be self-adjoint positive definite.")


@handles(_KIND, "tf.linalg.trace")
def trace(fn, args):
    return args["x"].trace()


@handles(_KIND, "tf.linalg.solve")
def solve(fn, args):
    if not isinstance(args["matrix"], LinearOperator):
        raise ValueError(
            "Passing in `matrix` as a Tensor and `rhs` as a LinearOperator is not supported."
        )
    return args["matrix"].solve(args["rhs"], adjoint=args["adjoint"])


@handles(_KIND, "tf.linalg.matvec")
def matvec(fn, args):
    if args["transpose_a"]:
        raise ValueError("Transposing not supported at this time.")
    return args["a"].matvec(args["b"], adjoint=args["adjoint_a"])


@handles(_KIND, "tf.linalg.matmul")
def matmul(fn, args):
    if args["transpose_a"] or args["transpose_b"]:
        raise ValueError("Transposing not supported at this time.")
    if args["a_is_sparse"] or args["b_is_sparse"]:
        raise ValueError("Sparse methods not supported at this time.")
    a, b, adjoint_a, adjoint_b = (args[k] for k in ("a", "b", "adjoint_a", "adjoint_b"))
    if isinstance(a, LinearOperator):
        return a.matmul(b, adjoint=adjoint_a, adjoint_arg=adjoint_b)
    # A B is (B^H A^H)^H.
    return ops.adjoint(b.matmul(a, adjoint=not adjoint_b, adjoint_arg=not adjoint_a))
