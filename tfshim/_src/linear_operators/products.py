"""Products of operators: one after the other, and Kronecker's."""

from __future__ import annotations

import functools
import operator as arithmetic
from typing import Any

from tfshim._src import dtypes
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.linear_operators import algebra, hints, ops
from tfshim._src.linear_operators.base import LinearOperator, all_known, same_dtype
from tfshim._src.linear_operators.support import (
    common_batch,
    common_batch_tensor,
    parameters_of,
)
from tfshim._src.linear_operators.triangular import LinearOperatorLowerTriangular
from tfshim._src.ops.static_checks import assert_proper_iterable
from tfshim._src.registry import export
from tfshim._src.shapes import TensorShape


class Product(LinearOperator):
    """An operator that is made of a list of others."""

    _operators: list

    @property
    def operators(self) -> list:
        """The operators, from left to right."""
        return self._operators

    def _batch_of_operators(self) -> Any:
        return common_batch_tensor([o.batch_shape_tensor() for o in self.operators])

    @property
    def _composite_tensor_fields(self):
        return ("operators",)

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self):
        return {"operators": [0] * len(self.operators)}


@export("tf.linalg.LinearOperatorComposition")
class LinearOperatorComposition(Product):
    """The matrix product of operators.

    Args:
      operators: a list of LinearOperators of one dtype, each of which takes what the next gives.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      name: the operator's name; by default those of the operators, joined by `_o_`.

    Raises:
      TypeError: if the dtypes differ.
      ValueError: for an empty list, or hints that contradict the operators'.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_composition"

    def __init__(
        self,
        operators,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name=None,
    ):
        parameters = parameters_of(locals())
        assert_proper_iterable(operators)
        self._operators = operators = list(operators)
        if not operators:
            raise ValueError(f"Expected a non-empty list of operators. Found: {operators}")
        dtype = same_dtype(operators, "Expected all operators to have the same dtype.  Found {}")
        is_non_singular = hints.implied(
            is_non_singular,
            all_known(operators, "is_non_singular"),
            "The composition of non-singular operators is always non-singular.",
        )
        symmetric = hints.palindrome(operators)
        is_self_adjoint = hints.implied(
            is_self_adjoint,
            symmetric or (len(operators) == 1 and bool(operators[0].is_self_adjoint)),
            "The composition was determined to be self-adjoint but user provided incorrect "
            "`False` hint.",
        )
        is_square = hints.implied(
            is_square,
            symmetric,
            "The composition was determined have the form A @ A.H, hence it must be square. "
            "The user provided an incorrect `False` hint.",
        )
        is_positive_definite = hints.implied(
            is_positive_definite,
            symmetric and bool(is_non_singular),
            "The composition was determined to be non-singular and have the form A @ A.H, hence "
            "it must be positive-definite. The user provided an incorrect `False` hint.",
        )
        super().__init__(
            dtype=dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            parameters=parameters,
            name="_o_".join(o.name for o in operators) if name is None else name,
        )

    def _shape(self):
        operators = self.operators
        for left, right in zip(operators, operators[1:], strict=False):
            left.domain_dimension.assert_is_compatible_with(right.range_dimension)
        matrix = TensorShape([operators[0].range_dimension, operators[-1].domain_dimension])
        return common_batch([o.batch_shape for o in operators]).concatenate(matrix)

    def _shape_tensor(self):
        first, last = self.operators[0], self.operators[-1]
        matrix = ops.stack([first.range_dimension_tensor(), last.domain_dimension_tensor()])
        return ops.concat([self._batch_of_operators(), matrix], 0)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        first, *rest = self.operators if adjoint else self.operators[::-1]
        x = first.matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)
        for operator in rest:
            x = operator.matmul(x, adjoint=adjoint)
        return x

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        first, *rest = self.operators[::-1] if adjoint else self.operators
        x = first.solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)
        for operator in rest:
            x = operator.solve(x, adjoint=adjoint)
        return x

    def _determinant(self):
        return functools.reduce(arithmetic.mul, [o.determinant() for o in self.operators])

    def _log_abs_determinant(self):
        return functools.reduce(arithmetic.add, [o.log_abs_determinant() for o in self.operators])

    def _assert_non_singular(self):
        if all_known(self.operators, "is_square"):
            return ops.group(*[o.assert_non_singular() for o in self.operators])
        return super()._assert_non_singular()

    def _linop_cholesky(self):
        left = self.operators[0]
        if not (
            len(self.operators) == 2
            and hints.palindrome(self.operators)
            and isinstance(left, LinearOperatorLowerTriangular)
        ):
            return algebra.cholesky(self)
        if left.is_positive_definite:
            return left
        # L L^H is the same with the columns' signs turned, and the diagonal has to be positive.
        signs = ops.expand_dims(ops.sign(left.diag_part()), axis=-2)
        known = {**hints.of(left), "is_positive_definite": None}
        return LinearOperatorLowerTriangular(left.tril / signs, **known)


@export("tf.linalg.LinearOperatorKronecker")
class LinearOperatorKronecker(Product):
    """The Kronecker product of operators.

    Args:
      operators: a list of LinearOperators of one dtype.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      name: the operator's name; by default those of the operators, joined by `_x_`.

    Raises:
      TypeError: if the dtypes differ.
      ValueError: for an empty list, or hints that contradict the operators'.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_kronecker"

    def __init__(
        self,
        operators,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name=None,
    ):
        parameters = parameters_of(locals())
        assert_proper_iterable(operators)
        self._operators = operators = list(operators)
        if not operators:
            raise ValueError(
                f"Argument `operators` must be a list of >=1 operators. Received: {operators}."
            )
        dtype = same_dtype(
            operators,
            "Expected every operation in argument `operators` to have the same dtype. Received {}.",
        )
        known = {}
        for hint, what in (
            ("is_non_singular", "non-singular"),
            ("is_self_adjoint", "self-adjoint"),
            ("is_positive_definite", "positive-definite"),
        ):
            known[hint] = hints.implied(
                parameters[hint],
                all_known(operators, hint),
                f"The Kronecker product of {what} operators is always {what}. "
                f"Expected argument `{hint}` to be True. Received: {parameters[hint]}.",
            )
        super().__init__(
            dtype=dtype,
            is_square=is_square,
            parameters=parameters,
            name="_x_".join(o.name for o in operators) if name is None else name,
            **known,
        )

    def _shape(self):
        rows = functools.reduce(arithmetic.mul, [o.range_dimension for o in self.operators])
        columns = functools.reduce(arithmetic.mul, [o.domain_dimension for o in self.operators])
        batch = common_batch([o.batch_shape for o in self.operators])
        return batch.concatenate(TensorShape([rows, columns]))

    def _shape_tensor(self):
        rows = [o.range_dimension_tensor() for o in self.operators]
        columns = [o.domain_dimension_tensor() for o in self.operators]
        matrix = ops.stack([functools.reduce(arithmetic.mul, n) for n in (rows, columns)])
        return ops.concat([self._batch_of_operators(), matrix], 0)

    def _each(self, x, method: str, adjoint: bool, adjoint_arg: bool) -> Any:
        """Applies each factor to its own axis: (A (x) B) vec(X) is vec(B X A^T).

        The matrix x^T is cut into rows as long as the last factor is wide; each factor maps the
        rows, and its result's transpose has the rows for the factor before it.
        """
        columns = ops.shape(x)[-2 if adjoint_arg else -1]
        out = ops.conj(x) if adjoint_arg else ops.adjoint(ops.conj(x))
        inward = adjoint if method == "matmul" else not adjoint
        for factor in reversed(self.operators):
            size = factor.range_dimension_tensor() if inward else factor.domain_dimension_tensor()
            shape = ops.shape(out)
            count = shape[-2] * shape[-1] // size
            out = ops.reshape(out, ops.concat([shape[:-2], ops.stack([count, size])], 0))
            out = getattr(factor, method)(ops.conj(out), adjoint=adjoint, adjoint_arg=True)
        rows = self.domain_dimension_tensor() if inward else self.range_dimension_tensor()
        return ops.reshape(out, ops.concat([ops.shape(out)[:-2], ops.stack([rows, columns])], 0))

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return self._each(x, "matmul", adjoint, adjoint_arg)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._each(rhs, "solve", adjoint, adjoint_arg)

    def _exponents(self) -> list:
        """How often each factor stands in the determinant."""
        total = self.domain_dimension_tensor()
        return [(o, ops.cast(total / o.domain_dimension_tensor(), o.dtype)) for o in self.operators]

    def _determinant(self):
        return functools.reduce(
            arithmetic.mul, [o.determinant() ** n for o, n in self._exponents()]
        )

    def _log_abs_determinant(self):
        return functools.reduce(
            arithmetic.add, [o.log_abs_determinant() * n for o, n in self._exponents()]
        )

    def _trace(self):
        return functools.reduce(arithmetic.mul, [o.trace() for o in self.operators])

    def _diag_part(self):
        return functools.reduce(_outer, [o.diag_part() for o in self.operators])

    def _eigvals(self):
        return functools.reduce(_outer, [o.eigvals() for o in self.operators])

    def _to_dense(self):
        return functools.reduce(_kronecker, [o.to_dense() for o in self.operators])

    def _linop_adjoint(self):
        return LinearOperatorKronecker([o.adjoint() for o in self.operators], **hints.of(self))

    def _linop_inverse(self):
        return LinearOperatorKronecker([o.inverse() for o in self.operators], **hints.of(self))

    def _linop_cholesky(self):
        return LinearOperatorKronecker(
            [o.cholesky() for o in self.operators], is_non_singular=True, is_square=True
        )

    def _assert_factors(self, method: str) -> Any:
        if not all_known(self.operators, "is_square"):
            raise InvalidArgumentError(
                None,
                None,
                "All Kronecker factors must be square for the product to be invertible. Expected "
                "hint `is_square` to be True for every operator in argument `operators`.",
            )
        return ops.group(*[getattr(o, method)() for o in self.operators])

    def _assert_non_singular(self):
        return self._assert_factors("assert_non_singular")

    def _assert_self_adjoint(self):
        return self._assert_factors("assert_self_adjoint")


def _outer(x: Any, y: Any) -> Any:
    """All products of the last axes of two tensors, in one axis."""
    x, y = ops.convert_to_tensor(x), ops.convert_to_tensor(y)
    whole = x[..., :, None] * y[..., None, :]
    return ops.reshape(
        whole, ops.concat([ops.shape(whole)[:-2], ops.constant([-1], dtypes.int32)], 0)
    )


def _kronecker(x: Any, y: Any) -> Any:
    """The Kronecker product of two tensors [..., M, N]."""
    x, y = ops.convert_to_tensor(x), ops.convert_to_tensor(y)
    whole = x[..., :, None, :, None] * y[..., None, :, None, :]
    shape = ops.shape(whole)
    sizes = ops.stack([shape[-4] * shape[-3], shape[-2] * shape[-1]])
    return ops.reshape(whole, ops.concat([shape[:-4], sizes], 0))
