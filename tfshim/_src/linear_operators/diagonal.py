"""`tf.linalg.LinearOperatorDiag`: diagonal matrices."""

from __future__ import annotations

from typing import Any

from tfshim._src.linear_operators import hints, ops
from tfshim._src.linear_operators.base import LinearOperator
from tfshim._src.linear_operators.support import (
    assert_no_zeros,
    assert_real,
    parameter,
    parameters_of,
)
from tfshim._src.registry import export


@export("tf.linalg.LinearOperatorDiag")
class LinearOperatorDiag(LinearOperator):
    """The [batch] matrix with a given diagonal.

    Args:
      diag: a tensor or variable [B1, ..., Bb, N].
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      name: the operator's name.

    Raises:
      ValueError: for a scalar, or for hints that no diagonal matrix fulfils.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_diag"

    def __init__(
        self,
        diag,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name="LinearOperatorDiag",
    ):
        parameters = parameters_of(locals())
        self._diag = parameter(diag)
        if self._diag.shape.rank is not None and self._diag.shape.rank < 1:
            raise ValueError(
                f"Argument diag must have at least 1 dimension.  Found: {self._diag!s}"
            )
        if not self._diag.dtype.is_complex:
            if is_self_adjoint is False:
                raise ValueError("A real diagonal operator is always self adjoint.")
            is_self_adjoint = True
        if is_square is False:
            raise ValueError("Only square diagonal operators currently supported.")
        super().__init__(
            dtype=self._diag.dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=True,
            parameters=parameters,
            name=name,
        )

    @property
    def diag(self) -> Any:
        """The diagonal [B1, ..., Bb, N]."""
        return self._diag

    def _shape(self):
        shape = self._diag.shape
        return shape.concatenate(shape[-1:])

    def _shape_tensor(self):
        shape = ops.shape(self._diag)
        return ops.concat([shape, shape[-1:]], 0)

    def _conjugate(self, adjoint: bool) -> Any:
        return ops.conj(self._diag) if adjoint else self._diag

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        x = ops.adjoint(x) if adjoint_arg else x
        return ops.expand_dims(self._conjugate(adjoint), -1) * x

    def _matvec(self, x, adjoint=False):
        return self._conjugate(adjoint) * x

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        rhs = ops.adjoint(rhs) if adjoint_arg else rhs
        return rhs * ops.expand_dims(1.0 / self._conjugate(adjoint), -1)

    def _determinant(self):
        return ops.reduce_prod(self._diag, axis=[-1])

    def _log_abs_determinant(self):
        value = ops.reduce_sum(ops.log(ops.abs(self._diag)), axis=[-1])
        return ops.cast(value, self.dtype) if self.dtype.is_complex else value

    def _to_dense(self):
        return ops.diag(self._diag)

    def _diag_part(self):
        return self.diag

    def _eigvals(self):
        return ops.convert_to_tensor(self.diag)

    def _cond(self):
        modulus = ops.abs(self._diag)
        return ops.reduce_max(modulus, axis=-1) / ops.reduce_min(modulus, axis=-1)

    def _add_to_tensor(self, x):
        return ops.set_diag(x, self._diag + ops.diag_part(x))

    def _linop_adjoint(self):
        return LinearOperatorDiag(ops.conj(self._diag), **hints.of(self))

    def _linop_inverse(self):
        return LinearOperatorDiag(1.0 / self._diag, **hints.of(self))

    def _linop_cholesky(self):
        return LinearOperatorDiag(
            ops.sqrt(self._diag),
            is_non_singular=True,
            is_self_adjoint=True,
            is_positive_definite=True,
            is_square=True,
        )

    def _assert_non_singular(self):
        return assert_no_zeros(self._diag, "Singular operator:  Diagonal contained zero values.")

    def _assert_positive_definite(self):
        if self.dtype.is_complex:
            what = "Diagonal operator had diagonal entries with non-positive real part, "
        else:
            what = "Real diagonal operator had non-positive diagonal entries, "
        return ops.assert_positive(
            ops.real(self._diag), message=what + "thus was not positive definite."
        )

    def _assert_self_adjoint(self):
        return assert_real(
            self._diag,
            "This diagonal operator contained non-zero imaginary values.  "
            " Thus it was not self-adjoint.",
        )

    @property
    def _composite_tensor_fields(self):
        return ("diag",)

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self):
        return {"diag": 1}
