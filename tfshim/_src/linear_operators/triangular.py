"""`tf.linalg.LinearOperatorLowerTriangular`: lower triangular matrices."""

from __future__ import annotations

from typing import Any

from tfshim._src.linear_operators import ops
from tfshim._src.linear_operators.base import LinearOperator
from tfshim._src.linear_operators.support import (
    assert_no_zeros,
    broadcast_batches,
    parameter,
    parameters_of,
)
from tfshim._src.registry import export


@export("tf.linalg.LinearOperatorLowerTriangular")
class LinearOperatorLowerTriangular(LinearOperator):
    """The lower triangle of a [batch] matrix.

    Args:
      tril: a tensor or variable [B1, ..., Bb, N, N]; what stands above the diagonal is not read.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      name: the operator's name.

    Raises:
      ValueError: for a tensor of rank below 2, or `is_square=False`.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_lower_triangular"

    def __init__(
        self,
        tril,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name="LinearOperatorLowerTriangular",
    ):
        parameters = parameters_of(locals())
        if is_square is False:
            raise ValueError("Only square lower triangular operators supported at this time.")
        self._tril = parameter(tril)
        if self._tril.shape.rank is not None and self._tril.shape.rank < 2:
            raise ValueError(
                f"Argument tril must have at least 2 dimensions.  Found: {self._tril!s}"
            )
        super().__init__(
            dtype=self._tril.dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=True,
            parameters=parameters,
            name=name,
        )

    @property
    def tril(self) -> Any:
        """The matrix [B1, ..., Bb, N, N] as it was given."""
        return self._tril

    def _shape(self):
        return self._tril.shape

    def _shape_tensor(self):
        return ops.shape(self._tril)

    def _to_dense(self):
        return ops.band_part(self._tril, -1, 0)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return ops.matmul(self._to_dense(), x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        rhs = ops.adjoint(rhs) if adjoint_arg else rhs
        matrix, rhs = broadcast_batches([self._to_dense(), rhs])
        return ops.triangular_solve(matrix, rhs, lower=True, adjoint=adjoint)

    def _diag_part(self):
        return ops.diag_part(self._tril)

    def _determinant(self):
        return ops.reduce_prod(self._diag_part(), axis=[-1])

    def _log_abs_determinant(self):
        return ops.reduce_sum(ops.log(ops.abs(self._diag_part())), axis=[-1])

    def _eigvals(self):
        return self._diag_part()

    def _assert_non_singular(self):
        return assert_no_zeros(
            self._diag_part(), "Singular operator:  Diagonal contained zero values."
        )

    @property
    def _composite_tensor_fields(self):
        return ("tril",)

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self):
        return {"tril": 2}
