"""`tf.linalg.LinearOperatorFullMatrix`: matrices that are stored whole."""

from __future__ import annotations

from typing import Any

from tfshim._src import dtypes
from tfshim._src.linear_operators import ops
from tfshim._src.linear_operators.base import LinearOperator
from tfshim._src.linear_operators.support import parameter, parameters_of
from tfshim._src.registry import export

_DTYPES = [dtypes.float16, dtypes.float32, dtypes.float64, dtypes.complex64, dtypes.complex128]


@export("tf.linalg.LinearOperatorFullMatrix")
class LinearOperatorFullMatrix(LinearOperator):
    """The operator of a dense [batch] matrix.

    Args:
      matrix: a tensor or variable [B1, ..., Bb, M, N] of float16, float32, float64, complex64 or
        complex128.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      name: the operator's name.

    Raises:
      TypeError: for another dtype.
      ValueError: for a tensor of rank below 2.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_full_matrix"

    def __init__(
        self,
        matrix,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name="LinearOperatorFullMatrix",
    ):
        parameters = parameters_of(locals())
        self._matrix = parameter(matrix)
        if self._matrix.dtype not in _DTYPES:
            raise TypeError(
                f"Argument `matrix` must have dtype in {_DTYPES}. Received: {self._matrix.dtype}."
            )
        if self._matrix.shape.rank is not None and self._matrix.shape.rank < 2:
            raise ValueError(
                f"Argument `matrix` must have at least 2 dimensions. Received: {self._matrix}."
            )
        super().__init__(
            dtype=self._matrix.dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            parameters=parameters,
            name=name,
        )

    @property
    def matrix(self) -> Any:
        """The matrix [B1, ..., Bb, M, N]."""
        return self._matrix

    def _shape(self):
        return self._matrix.shape

    def _shape_tensor(self):
        return ops.shape(self._matrix)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return ops.matmul(self._matrix, x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _to_dense(self):
        return self._matrix

    @property
    def _composite_tensor_fields(self):
        return ("matrix",)

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self):
        return {"matrix": 2}
