"""`tf.linalg.LinearOperatorToeplitz`: matrices that are constant along each diagonal."""

from __future__ import annotations

from typing import Any

from tfshim._src.linear_operators import ops
from tfshim._src.linear_operators.base import LinearOperator
from tfshim._src.linear_operators.circulant import LinearOperatorCirculant
from tfshim._src.linear_operators.support import parameter, parameters_of, to_complex
from tfshim._src.registry import export
from tfshim._src.shapes import broadcast_static_shape


@export("tf.linalg.LinearOperatorToeplitz")
class LinearOperatorToeplitz(LinearOperator):
    """The [batch] matrix with a given first column and first row, constant along each diagonal.

    Products embed it in a circulant matrix of twice its size, which is diagonal in Fourier's basis
    (Golub and Van Loan, Matrix Computations, 4.7).

    Args:
      col: a tensor or variable [B1, ..., Bb, N], the first column.
      row: one like it, the first row; its first entry is not read.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      name: the operator's name.

    Raises:
      ValueError: for scalars, for sizes that differ, or `is_square=False`.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_toeplitz"

    def __init__(
        self,
        col,
        row,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name="LinearOperatorToeplitz",
    ):
        parameters = parameters_of(locals())
        self._row, self._col = parameter(row), parameter(col)
        for what, vector in (("row", self._row), ("col", self._col)):
            if vector.shape.rank is not None and vector.shape.rank < 1:
                raise ValueError(
                    f"Argument {what} must have at least 1 dimension.  Found: {vector}"
                )
        sizes = (self._row.shape[-1], self._col.shape[-1])
        if None not in sizes and sizes[0] != sizes[1]:
            raise ValueError("Expected square matrix, got row and col with mismatched dimensions.")
        if is_square is False:
            raise ValueError("Only square Toeplitz operators currently supported.")
        super().__init__(
            dtype=self._row.dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=True,
            parameters=parameters,
            name=name,
        )

    @property
    def col(self) -> Any:
        """The first column [B1, ..., Bb, N]."""
        return self._col

    @property
    def row(self) -> Any:
        """The first row [B1, ..., Bb, N]."""
        return self._row

    def _shape(self):
        shape = broadcast_static_shape(self._row.shape, self._col.shape)
        return shape.concatenate(shape[-1:])

    def _vector_shape(self) -> Any:
        return ops.broadcast_dynamic_shape(ops.shape(self._row), ops.shape(self._col))

    def _shape_tensor(self):
        shape = self._vector_shape()
        return ops.concat([shape, shape[-1:]], 0)

    def _both(self) -> tuple[Any, Any]:
        """The row and the column, of one shape."""
        shape = self._vector_shape()
        return ops.broadcast_to(self._row, shape), ops.broadcast_to(self._col, shape)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        x = ops.adjoint(x) if adjoint_arg else x
        row, col = self._both()
        around = ops.concat(
            [col, ops.zeros_like(col[..., :1]), ops.reverse(row[..., 1:], axis=[-1])], axis=-1
        )
        circulant = LinearOperatorCirculant(ops.fft(to_complex(around)), self.dtype)
        y = circulant.matmul(ops.concat([x, ops.zeros_like(x)], axis=-2), adjoint=adjoint)
        return y[..., : ops.shape(x)[-2], :]

    def _trace(self):
        size = ops.cast(self.domain_dimension_tensor(), self.dtype)
        return size * ops.convert_to_tensor(self._col)[..., 0]

    def _diag_part(self):
        ones = ops.ones(self.shape_tensor()[-1:], self.dtype)
        return ops.convert_to_tensor(self._col)[..., :1] * ones

    def _to_dense(self):
        row, col = self._both()
        n = ops.shape(row)[-1]
        # From the bottom left corner along the edge: entry (i, j) stands at j - i + n - 1.
        edge = ops.concat([ops.reverse(col, axis=[-1]), row[..., 1:]], axis=-1)
        count = ops.range(n)
        return ops.gather(edge, count[None, :] - count[:, None] + n - 1, axis=-1)

    def _assert_self_adjoint(self):
        return ops.assert_equal(
            self._row,
            self._col,
            message="row and col are not the same, and so this operator is not self-adjoint.",
        )

    @property
    def _composite_tensor_fields(self):
        return ("col", "row")

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self):
        return {"col": 1, "row": 1}
