"""`tf.linalg.LinearOperatorIdentity` and its multiples."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.linear_operators import hints, ops
from tfshim._src.linear_operators.sized import Sized
from tfshim._src.linear_operators.support import parameter, parameters_of
from tfshim._src.registry import export


@export("tf.linalg.LinearOperatorIdentity")
class LinearOperatorIdentity(Sized):
    """The identity.

    Args:
      num_rows: N, an integer scalar.
      batch_shape: an integer vector [B1, ..., Bb]; without one, the operator takes any batch.
      dtype: of the matrix; float32 by default.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, all true.
      assert_proper_shapes: whether sizes that are known late are checked when they are.
      name: the operator's name.

    Raises:
      ValueError: for negative sizes, other ranks, or hints that are not true.
      TypeError: for sizes that are no integers, or variables.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_identity"

    def __init__(
        self,
        num_rows,
        batch_shape=None,
        dtype=None,
        is_non_singular=True,
        is_self_adjoint=True,
        is_positive_definite=True,
        is_square=True,
        assert_proper_shapes=False,
        name="LinearOperatorIdentity",
    ):
        parameters = parameters_of(locals())
        for hint, what in (
            (is_self_adjoint, "self adjoint"),
            (is_non_singular, "non-singular"),
            (is_positive_definite, "positive-definite"),
            (is_square, "square"),
        ):
            if not hint:
                raise ValueError(f"An identity operator is always {what}.")
        super().__init__(
            dtype=dtype or dtypes.float32,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            parameters=parameters,
            name=name,
        )
        self._set_sizes(num_rows, None, batch_shape, assert_proper_shapes)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return self._with_batch(self._checked_argument(ops.adjoint(x) if adjoint_arg else x))

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._matmul(rhs, adjoint_arg=adjoint_arg)

    def _determinant(self):
        return self._filled(ops.ones)

    def _log_abs_determinant(self):
        return self._filled(ops.zeros)

    def _cond(self):
        return self._filled(ops.ones)

    def _trace(self):
        return ops.cast(self.domain_dimension_tensor(), self.dtype) * self._filled(ops.ones)

    def _diag_part(self):
        return self._filled_diagonal(ops.ones)

    def _eigvals(self):
        return self._filled_diagonal(ops.ones)

    def add_to_tensor(self, mat, name="add_to_tensor") -> Any:
        """`I + mat` for a tensor `mat` [..., N, N]."""
        mat = ops.convert_to_tensor(mat)
        return ops.set_diag(mat, 1 + ops.diag_part(mat))

    def _linop_adjoint(self):
        return self

    def _linop_inverse(self):
        return self

    def _linop_cholesky(self):
        return LinearOperatorIdentity(
            self._num_rows, batch_shape=self.batch_shape, dtype=self.dtype
        )

    def _assert_non_singular(self):
        return ops.no_op()

    def _assert_positive_definite(self):
        return ops.no_op()

    def _assert_self_adjoint(self):
        return ops.no_op()

    def __getitem__(self, slices):
        return self._sliced_batch(slices)

    @property
    def _composite_tensor_fields(self):
        return ("num_rows", "batch_shape", "dtype", "assert_proper_shapes")

    @property
    def _composite_tensor_prefer_static_fields(self):
        return ("num_rows", "batch_shape")


@export("tf.linalg.LinearOperatorScaledIdentity")
class LinearOperatorScaledIdentity(Sized):
    """A multiple of the identity.

    Args:
      num_rows: N, an integer scalar.
      multiplier: a tensor or variable [B1, ..., Bb], which is the batch shape too.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      assert_proper_shapes: whether sizes that are known late are checked when they are.
      name: the operator's name.

    Raises:
      ValueError: for a negative size, another rank, or hints that cannot be true.
      TypeError: for a size that is no integer, or a variable.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_identity"

    def __init__(
        self,
        num_rows,
        multiplier,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=True,
        assert_proper_shapes=False,
        name="LinearOperatorScaledIdentity",
    ):
        parameters = parameters_of(locals())
        self._multiplier = parameter(multiplier)
        if not self._multiplier.dtype.is_complex:
            if is_self_adjoint is False:
                raise ValueError("A real diagonal operator is always self adjoint.")
            is_self_adjoint = True
        if not is_square:
            raise ValueError("A ScaledIdentity operator is always square.")
        super().__init__(
            dtype=self._multiplier.dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            parameters=parameters,
            name=name,
        )
        self._set_sizes(num_rows, None, None, assert_proper_shapes)

    @property
    def multiplier(self) -> Any:
        """The multiplier [B1, ..., Bb]."""
        return self._multiplier

    def _shape(self):
        return self._multiplier.shape.concatenate(self._matrix_shape)

    def _shape_tensor(self):
        matrix = ops.stack([self._num_rows, self._num_rows], axis=0)
        return ops.concat([ops.shape(self._multiplier), matrix], 0)

    def _as_matrix(self, adjoint: bool) -> Any:
        value = ops.convert_to_tensor(self._multiplier)[..., None, None]
        return ops.conj(value) if adjoint else value

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        x = self._checked_argument(ops.adjoint(x) if adjoint_arg else x)
        return x * self._as_matrix(adjoint)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        rhs = self._checked_argument(ops.adjoint(rhs) if adjoint_arg else rhs)
        return rhs / self._as_matrix(adjoint)

    def _determinant(self):
        return self._multiplier ** ops.cast(self._num_rows, self.dtype)

    def _log_abs_determinant(self):
        size = ops.cast(self._num_rows, self.dtype.real_dtype)
        return size * ops.log(ops.abs(self._multiplier))

    def _trace(self):
        return self._multiplier * ops.cast(self._num_rows, self.dtype)

    def _diag_part(self):
        return self._filled_diagonal(ops.ones) * ops.expand_dims(self._multiplier, -1)

    def _eigvals(self):
        return self._diag_part()

    def _cond(self):
        return ops.where(
            ops.equal(self._multiplier, ops.zeros([], self.dtype)),
            ops.cast(np.nan, self.dtype),
            ops.cast(1.0, self.dtype),
        )

    def add_to_tensor(self, mat, name="add_to_tensor") -> Any:
        """`A + mat` for a tensor `mat` [..., N, N]."""
        mat = ops.convert_to_tensor(mat)
        return ops.set_diag(mat, ops.expand_dims(self._multiplier, -1) + ops.diag_part(mat))

    def _linop_adjoint(self):
        multiplier = ops.conj(self._multiplier)
        return LinearOperatorScaledIdentity(self._num_rows, multiplier, **hints.of(self))

    def _linop_inverse(self):
        known = {**hints.of(self), "is_self_adjoint": True}
        return LinearOperatorScaledIdentity(self._num_rows, 1.0 / self._multiplier, **known)

    def _linop_cholesky(self):
        return LinearOperatorScaledIdentity(
            self._num_rows,
            ops.sqrt(self._multiplier),
            is_non_singular=True,
            is_self_adjoint=True,
            is_positive_definite=True,
            is_square=True,
        )

    def _assert_non_singular(self):
        return ops.assert_positive(ops.abs(self._multiplier), message="LinearOperator was singular")

    def _assert_positive_definite(self):
        return ops.assert_positive(
            ops.real(self._multiplier), message="LinearOperator was not positive definite."
        )

    def _assert_self_adjoint(self):
        imaginary = ops.imag(self._multiplier)
        return ops.assert_equal(
            ops.zeros_like(imaginary), imaginary, message="LinearOperator was not self-adjoint"
        )

    @property
    def _composite_tensor_fields(self):
        return ("num_rows", "multiplier", "assert_proper_shapes")

    @property
    def _composite_tensor_prefer_static_fields(self):
        return ("num_rows",)

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self):
        return {"multiplier": 0}
