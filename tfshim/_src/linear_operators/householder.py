"""`tf.linalg.LinearOperatorHouseholder`: reflections."""

from __future__ import annotations

from typing import Any

from tfshim._src.errors import InvalidArgumentError
from tfshim._src.linear_operators import ops
from tfshim._src.linear_operators.base import LinearOperator
from tfshim._src.linear_operators.support import parameter, parameters_of
from tfshim._src.registry import export


@export("tf.linalg.LinearOperatorHouseholder")
class LinearOperatorHouseholder(LinearOperator):
    """The reflection `I - 2 v v^H` at the hyperplane orthogonal to v (Householder, 1958).

    Args:
      reflection_axis: a tensor or variable [B1, ..., Bb, N], which is scaled to length 1.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; a reflection is
        self-adjoint and never positive definite.
      name: the operator's name.

    Raises:
      ValueError: for a scalar, or for hints that no reflection fulfils.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_householder"

    def __init__(
        self,
        reflection_axis,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name="LinearOperatorHouseholder",
    ):
        parameters = parameters_of(locals())
        self._reflection_axis = axis = parameter(reflection_axis)
        if axis.shape.rank is not None and axis.shape.rank < 1:
            raise ValueError(
                f"Argument reflection_axis must have at least 1 dimension.  Found: {axis!s}"
            )
        if is_self_adjoint is False:
            raise ValueError("A Householder operator is always self adjoint.")
        if is_positive_definite:
            raise ValueError("A Householder operator is always non-positive definite.")
        if is_square is False:
            raise ValueError("A Householder operator is always square.")
        super().__init__(
            dtype=axis.dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=True,
            is_positive_definite=False,
            is_square=True,
            parameters=parameters,
            name=name,
        )

    @property
    def reflection_axis(self) -> Any:
        """The axis [B1, ..., Bb, N] as it was given."""
        return self._reflection_axis

    def _shape(self):
        shape = self._reflection_axis.shape
        return shape.concatenate(shape[-1:])

    def _shape_tensor(self):
        shape = ops.shape(self._reflection_axis)
        return ops.concat([shape, shape[-1:]], 0)

    def _unit(self) -> Any:
        return ops.l2_normalize(ops.convert_to_tensor(self._reflection_axis), axis=-1)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        x = ops.adjoint(x) if adjoint_arg else x
        v = self._unit()[..., None]
        return x - 2 * v * ops.matmul(v, x, adjoint_a=True)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._matmul(rhs, adjoint, adjoint_arg)

    def _to_dense(self):
        v = self._unit()[..., None]
        matrix = -2 * ops.matmul(v, v, adjoint_b=True)
        return ops.set_diag(matrix, 1.0 + ops.diag_part(matrix))

    def _diag_part(self):
        v = self._unit()
        return 1.0 - 2 * v * ops.conj(v)

    def _trace(self):
        size = ops.cast(self.domain_dimension_tensor() - 2, self.dtype)
        return size * ops.ones(self.batch_shape_tensor(), self.dtype)

    def _determinant(self):
        return -ops.ones(self.batch_shape_tensor(), self.dtype)

    def _log_abs_determinant(self):
        return ops.zeros(self.batch_shape_tensor(), self.dtype)

    def _cond(self):
        return ops.ones(self.batch_shape_tensor(), self.dtype)

    def _eigvals(self):
        ones = ops.ones_like(ops.convert_to_tensor(self._reflection_axis))
        return ops.concat([-ones[..., :1], ones[..., 1:]], axis=-1)

    def _linop_adjoint(self):
        return self

    def _linop_inverse(self):
        return self

    def _assert_non_singular(self):
        return ops.no_op()

    def _assert_positive_definite(self):
        raise InvalidArgumentError(
            None, None, "Householder operators are always non-positive definite."
        )

    def _assert_self_adjoint(self):
        return ops.no_op()

    @property
    def _composite_tensor_fields(self):
        return ("reflection_axis",)

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self):
        return {"reflection_axis": 1}
