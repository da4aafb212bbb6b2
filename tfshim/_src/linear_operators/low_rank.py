"""`tf.linalg.LinearOperatorLowRankUpdate`: an operator plus a product of thin matrices."""

from __future__ import annotations

from typing import Any

from tfshim._src.linear_operators import ops
from tfshim._src.linear_operators.base import LinearOperator
from tfshim._src.linear_operators.diagonal import LinearOperatorDiag
from tfshim._src.linear_operators.identity import LinearOperatorIdentity
from tfshim._src.linear_operators.support import (
    common_batch,
    common_batch_tensor,
    parameter,
    parameters_of,
    solve_broadcast,
)
from tfshim._src.registry import export
from tfshim._src.shapes import broadcast_static_shape, dimension_at_index


@export("tf.linalg.LinearOperatorLowRankUpdate")
class LinearOperatorLowRankUpdate(LinearOperator):
    """`L + U D V^H` of an operator L and thin U and V.

    Solves and determinants cost what those of L do, by the formula of Sherman, Morrison and
    Woodbury and the matrix determinant lemma.

    Args:
      base_operator: the LinearOperator L [B1, ..., Bb, M, N].
      u: a tensor or variable [B1, ..., Bb, M, K].
      diag_update: the diagonal of D [B1, ..., Bb, K]; ones by default.
      v: a tensor or variable [B1, ..., Bb, N, K]; `u` by default.
      is_diag_update_positive: whether `diag_update` is known to be positive.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      name: the operator's name.

    Raises:
      ValueError: for sizes that do not fit, or hints that contradict the arguments.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_low_rank_update"

    def __init__(
        self,
        base_operator,
        u,
        diag_update=None,
        v=None,
        is_diag_update_positive=None,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name="LinearOperatorLowRankUpdate",
    ):
        parameters = parameters_of(locals())
        if diag_update is None:
            if is_diag_update_positive is False:
                raise ValueError(
                    "Default diagonal is the identity, which is positive.  However, "
                    "user set 'is_diag_update_positive' to False."
                )
            is_diag_update_positive = True
        self._use_cholesky = bool(
            base_operator.is_positive_definite
            and base_operator.is_self_adjoint
            and is_diag_update_positive
            and v is None
        )
        if base_operator.is_self_adjoint and v is None and not base_operator.dtype.is_complex:
            if is_self_adjoint is False:
                raise ValueError(
                    "A = L + UDU^H, with L self-adjoint and D real diagonal.  Since UDU^H is "
                    "self-adjoint, this must be a self-adjoint operator."
                )
            is_self_adjoint = True
        if self._use_cholesky:
            if False in (is_positive_definite, is_self_adjoint, is_non_singular):
                raise ValueError("Arguments imply this is self-adjoint positive-definite operator.")
            is_positive_definite = is_self_adjoint = True
        self._base_operator = base_operator
        self._u = parameter(u)
        self._v = self._u if v is None else parameter(v)
        self._diag_update = parameter(diag_update)
        super().__init__(
            dtype=base_operator.dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            parameters=parameters,
            name=name,
        )
        self._is_diag_update_positive = is_diag_update_positive
        if diag_update is None:
            size = self._u.shape[-1]
            rank = ops.shape(self._u)[-1] if size is None else size
            self._diag_operator: Any = LinearOperatorIdentity(rank, dtype=self.dtype)
        else:
            self._diag_operator = LinearOperatorDiag(
                self._diag_update, is_positive_definite=is_diag_update_positive
            )
        self._check_shapes()

    def _check_shapes(self) -> None:
        thin = broadcast_static_shape(self._u.shape, self._v.shape)
        batch = broadcast_static_shape(self._base_operator.batch_shape, thin[:-2])
        if thin.rank is None:
            return
        self._base_operator.domain_dimension.assert_is_compatible_with(thin[-2])
        if self._diag_update is not None:
            dimension_at_index(thin, -1).assert_is_compatible_with(self._diag_update.shape[-1])
            broadcast_static_shape(batch, self._diag_update.shape[:-1])

    @property
    def base_operator(self) -> Any:
        """L, an operator."""
        return self._base_operator

    @property
    def u(self) -> Any:
        """U [B1, ..., Bb, M, K]."""
        return self._u

    @property
    def v(self) -> Any:
        """V [B1, ..., Bb, N, K]."""
        return self._v

    @property
    def diag_update(self) -> Any:
        """The diagonal of D [B1, ..., Bb, K], or None."""
        return self._diag_update

    @property
    def diag_operator(self) -> Any:
        """D, an operator."""
        return self._diag_operator

    @property
    def is_diag_update_positive(self) -> bool | None:
        """The hint that the diagonal of D is positive."""
        return self._is_diag_update_positive

    def _shape(self):
        base = self._base_operator
        batch = common_batch(
            [
                base.batch_shape,
                self._diag_operator.batch_shape,
                self._u.shape[:-2],
                self._v.shape[:-2],
            ]
        )
        return batch.concatenate(base.shape[-2:])

    def _shape_tensor(self):
        base = self._base_operator
        batch = common_batch_tensor(
            [
                base.batch_shape_tensor(),
                self._diag_operator.batch_shape_tensor(),
                ops.shape(self._u)[:-2],
                ops.shape(self._v)[:-2],
            ]
        )
        return ops.concat([batch, base.shape_tensor()[-2:]], 0)

    def _thin(self, adjoint: bool = False) -> tuple[Any, Any]:
        """U and V; V and U for the adjoint, which is `L^H + V D^H U^H`."""
        u = ops.convert_to_tensor(self._u)
        v = u if self._v is self._u else ops.convert_to_tensor(self._v)
        return (v, u) if adjoint else (u, v)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        u, v = self._thin(adjoint)
        inner = ops.matmul(v, x, adjoint_a=True, adjoint_b=adjoint_arg)
        update = ops.matmul(u, self._diag_operator.matmul(inner, adjoint=adjoint))
        return self._base_operator.matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg) + update

    def _capacitance(self) -> Any:
        """C = D^-1 + V^H L^-1 U, so that det(A) is det(C) det(D) det(L)."""
        u, v = self._thin()
        inner = ops.matmul(v, self._base_operator.solve(u), adjoint_a=True)
        return self._diag_operator.inverse().add_to_tensor(inner)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        base = self._base_operator
        if base.is_non_singular is False:
            raise ValueError(
                "Solve not implemented unless this is a perturbation of a "
                "non-singular LinearOperator."
            )
        # A^-1 = L^-1 - L^-1 U C^-1 V^H L^-1, and the capacitance of A^H is C^H.
        u, v = self._thin(adjoint)
        first = base.solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)
        inner = ops.matmul(v, first, adjoint_a=True)
        if self._use_cholesky:
            inner = ops.cholesky_solve(ops.cholesky(self._capacitance()), inner)
        else:
            inner = solve_broadcast(self._capacitance(), inner, adjoint=adjoint)
        return first - base.solve(ops.matmul(u, inner), adjoint=adjoint)

    def _determinant(self):
        if self.is_positive_definite:
            return ops.exp(self.log_abs_determinant())
        outer = self._diag_operator.determinant() * self._base_operator.determinant()
        return ops.det(self._capacitance()) * outer

    def _log_abs_determinant(self):
        outer = self._diag_operator.log_abs_determinant()
        outer = outer + self._base_operator.log_abs_determinant()
        if self._use_cholesky:
            factor = ops.diag_part(ops.cholesky(self._capacitance()))
            return 2 * ops.reduce_sum(ops.log(factor), axis=[-1]) + outer
        inner = ops.log(ops.abs(ops.det(self._capacitance())))
        return ops.cast(inner, self.dtype) + outer

    def _diag_part(self):
        u, v = self._thin()
        product = u * ops.conj(v)
        if self._diag_update is not None:
            product *= ops.expand_dims(self._diag_update, axis=-2)
        return ops.reduce_sum(product, axis=-1) + self._base_operator.diag_part()

    def _assert_self_adjoint(self):
        if self._u is self._v and self._diag_update is None:
            return self._base_operator.assert_self_adjoint()
        return super()._assert_self_adjoint()

    @property
    def _composite_tensor_fields(self):
        # Without a V of its own, the operator must not get one when it is rebuilt.
        thin = ("u", "diag_update", "is_diag_update_positive")
        return ("base_operator", *thin, *(() if self._v is self._u else ("v",)))

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self):
        own = {"base_operator": 0, "u": 2, "diag_update": 1}
        return own if self._v is self._u else {**own, "v": 2}
