"""Operators that stand for the adjoint, or the inverse, of another one."""

from __future__ import annotations

from typing import Any

from tfshim._src.linear_operators import hints, ops
from tfshim._src.linear_operators.base import LinearOperator
from tfshim._src.linear_operators.support import parameters_of
from tfshim._src.registry import export


class Wrapper(LinearOperator):
    """An operator that has every hint of the operator that it is made of."""

    _operator: Any
    _what = ""

    def _wrap(self, operator, given: dict[str, Any], suffix: str, parameters) -> None:
        self._operator = operator
        shared = {
            name: hints.agreed(
                operator,
                name,
                given[name],
                f"An operator is {what} if and only if its {self._what} is {what}.",
            )
            for name, what in (
                ("is_square", "square"),
                ("is_non_singular", "non-singular"),
                ("is_self_adjoint", "self-adjoint"),
                ("is_positive_definite", "positive-definite"),
            )
        }
        name = given["name"]
        LinearOperator.__init__(
            self,
            dtype=operator.dtype,
            parameters=parameters,
            name=operator.name + suffix if name is None else name,
            **shared,
        )

    @property
    def operator(self) -> Any:
        """The operator inside."""
        return self._operator

    def _assert_non_singular(self):
        return self.operator.assert_non_singular()

    def _assert_positive_definite(self):
        return self.operator.assert_positive_definite()

    def _assert_self_adjoint(self):
        return self.operator.assert_self_adjoint()

    def _cond(self):
        return self.operator.cond()

    @property
    def _composite_tensor_fields(self):
        return ("operator",)

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self):
        return {"operator": 0}


@export("tf.linalg.LinearOperatorAdjoint")
class LinearOperatorAdjoint(Wrapper):
    """The conjugate transpose of an operator.

    Args:
      operator: a LinearOperator [B1, ..., Bb, N, M].
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, which are those of
        `operator` too.
      name: the operator's name; by default that of `operator` with `_adjoint`.

    Raises:
      ValueError: for hints that contradict those of `operator`.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_adjoint"
    _what = "adjoint"

    def __init__(
        self,
        operator,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name=None,
    ):
        parameters = parameters_of(locals())
        self._wrap(operator, parameters, "_adjoint", parameters)

    def _shape(self):
        shape = self.operator.shape
        return shape[:-2].concatenate([shape[-1], shape[-2]])

    def _shape_tensor(self):
        shape = self.operator.shape_tensor()
        return ops.concat([shape[:-2], ops.reverse(shape[-2:], [0])], 0)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return self.operator.matmul(x, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _matvec(self, x, adjoint=False):
        return self.operator.matvec(x, adjoint=not adjoint)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self.operator.solve(rhs, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _solvevec(self, rhs, adjoint=False):
        return self.operator.solvevec(rhs, adjoint=not adjoint)

    def _conjugate(self, value: Any) -> Any:
        return value if self.is_self_adjoint else ops.conj(value)

    def _determinant(self):
        return self._conjugate(self.operator.determinant())

    def _log_abs_determinant(self):
        return self.operator.log_abs_determinant()

    def _trace(self):
        return self._conjugate(self.operator.trace())

    def _to_dense(self):
        dense = self.operator.to_dense()
        return dense if self.is_self_adjoint else ops.adjoint(dense)

    def _eigvals(self):
        values = self.operator.eigvals()
        return values if self.operator.is_self_adjoint else ops.conj(values)

    def _linop_adjoint(self):
        return self.operator


@export("tf.linalg.LinearOperatorInversion")
class LinearOperatorInversion(Wrapper):
    """The inverse of an operator, which is never computed: products are solves.

    Args:
      operator: a LinearOperator [B1, ..., Bb, N, N].
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, which are those of
        `operator` too.
      name: the operator's name; by default that of `operator` with `_inv`.

    Raises:
      ValueError: for hints that contradict those of `operator`, or say that it has no inverse.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_inversion"
    _what = "inverse"

    def __init__(
        self,
        operator,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name=None,
    ):
        parameters = parameters_of(locals())
        for hint in ("is_non_singular", "is_square"):
            mine, its = parameters[hint], getattr(operator, hint)
            if mine is False or its is False:
                raise ValueError(
                    f"Argument `{hint}` or argument `operator` must have supplied hint `{hint}` "
                    f"equal to `True` or `None`. Found `operator.{hint}`: {its}, `{hint}`: {mine}."
                )
        self._wrap(operator, parameters, "_inv", parameters)

    def _shape(self):
        return self.operator.shape

    def _shape_tensor(self):
        return self.operator.shape_tensor()

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return self.operator.solve(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self.operator.matmul(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _determinant(self):
        return 1.0 / self.operator.determinant()

    def _log_abs_determinant(self):
        return -1.0 * self.operator.log_abs_determinant()

    def _eigvals(self):
        return 1.0 / self.operator.eigvals()

    def _linop_inverse(self):
        return self.operator
