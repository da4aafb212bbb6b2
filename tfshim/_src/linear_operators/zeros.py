"""`tf.linalg.LinearOperatorZeros`: the zero matrix."""

from __future__ import annotations

from typing import Any

from tfshim._src import dtypes
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.linear_operators import ops
from tfshim._src.linear_operators.sized import Sized
from tfshim._src.linear_operators.support import parameters_of
from tfshim._src.registry import export


@export("tf.linalg.LinearOperatorZeros")
class LinearOperatorZeros(Sized):
    """The operator that gives zero.

    Args:
      num_rows: M, an integer scalar.
      num_columns: N, an integer scalar; M by default.
      batch_shape: an integer vector [B1, ..., Bb]; without one, the operator takes any batch.
      dtype: of the matrix; float32 by default.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      assert_proper_shapes: whether sizes that are known late are checked when they are.
      name: the operator's name.

    Raises:
      ValueError: for negative sizes, other ranks, or hints that are not true.
      TypeError: for sizes that are no integers, or variables.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_zeros"

    def __init__(
        self,
        num_rows,
        num_columns=None,
        batch_shape=None,
        dtype=None,
        is_non_singular=False,
        is_self_adjoint=True,
        is_positive_definite=False,
        is_square=True,
        assert_proper_shapes=False,
        name="LinearOperatorZeros",
    ):
        parameters = parameters_of(locals())
        if not is_self_adjoint and is_square:
            raise ValueError("A zero operator is always self adjoint.")
        if is_non_singular:
            raise ValueError("A zero operator is always singular.")
        if is_positive_definite:
            raise ValueError("A zero operator is always not positive-definite.")
        super().__init__(
            dtype=dtype or dtypes.float32,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            parameters=parameters,
            name=name,
        )
        self._set_sizes(num_rows, num_columns, batch_shape, assert_proper_shapes)
        rows, columns = self._matrix_shape.as_list()
        if is_square and None not in (rows, columns) and rows != columns:
            raise ValueError(
                "LinearOperatorZeros initialized as is_square=True, but got "
                f"num_rows({rows}) != num_columns({columns})"
            )

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        x = self._checked_argument(ops.adjoint(x) if adjoint_arg else x)
        if self.is_square:
            return self._with_batch(ops.zeros_like(x))
        shape = ops.shape(x)
        rows = self._num_columns if adjoint else self._num_rows
        rows = ops.reshape(ops.cast(rows, shape.dtype), [1])
        return self._with_batch(ops.zeros(ops.concat([shape[:-2], rows, shape[-1:]], 0), x.dtype))

    def _determinant(self):
        return self._filled(ops.zeros)

    def _trace(self):
        return self._filled(ops.zeros)

    def _diag_part(self):
        return self._filled_diagonal(ops.zeros)

    def _eigvals(self):
        return self._filled_diagonal(ops.zeros)

    def add_to_tensor(self, mat, name="add_to_tensor") -> Any:
        """`mat` [..., M, N], with its batch broadcast against the operator's."""
        return self._with_batch(mat)

    def _assert_non_singular(self):
        raise InvalidArgumentError(None, None, "Zero operators are always non-invertible.")

    def _assert_positive_definite(self):
        raise InvalidArgumentError(None, None, "Zero operators are always non-positive definite.")

    def _assert_self_adjoint(self):
        return ops.no_op()

    def __getitem__(self, slices):
        return self._sliced_batch(slices)

    @property
    def _composite_tensor_fields(self):
        return ("num_rows", "num_columns", "batch_shape", "dtype", "assert_proper_shapes")

    @property
    def _composite_tensor_prefer_static_fields(self):
        return ("num_rows", "num_columns", "batch_shape")
