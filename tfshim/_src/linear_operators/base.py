"""`tf.linalg.LinearOperator`: the public methods, and what they are by default."""

from __future__ import annotations

import abc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np

from tfshim._src import dtypes, nest
from tfshim._src.composite import CompositeOperand
from tfshim._src.linear_operators import algebra, hints, ops, slicing
from tfshim._src.linear_operators.spec import frozen, parts, spec_of
from tfshim._src.linear_operators.support import is_reference, solve_broadcast
from tfshim._src.module import Module
from tfshim._src.registry import export
from tfshim._src.shapes import Dimension, TensorShape, dimension_at_index, dimension_value
from tfshim._src.tensor import Tensor


@export("tf.linalg.LinearOperator")
class LinearOperator(Module, metaclass=abc.ABCMeta):
    """A [batch] matrix [B1, ..., Bb, M, N] that is known by what it does.

    A subclass defines `_shape` and `_matmul`, and `_shape_tensor` if sizes may be unknown; it
    overrides others of the private methods where it knows a better way than a dense matrix. Hints
    are promises, not checks: None says that nothing is known.

    Args:
      dtype: of the matrix, and so of what it multiplies.
      graph_parents: tensors that it was made of; they have no effect.
      is_non_singular: whether it is invertible.
      is_self_adjoint: whether it equals its conjugate transpose.
      is_positive_definite: whether `x^H A x` has a positive real part for all x but zero.
      is_square: whether M equals N.
      name: the operator's name; the class's by default.
      parameters: the arguments of the subclass's constructor.

    Raises:
      ValueError: for hints that contradict each other.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator"
    _composite_kind = "linear_operator"
    _right_side = "rhs"  # what errors call the operator given to `solve`

    def __init__(
        self,
        dtype,
        graph_parents=None,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name=None,
        parameters=None,
    ):
        if is_positive_definite:
            if is_non_singular is False:
                raise ValueError("A positive definite matrix is always non-singular.")
            is_non_singular = True
        if is_non_singular:
            if is_square is False:
                raise ValueError("A non-singular matrix is always square.")
            is_square = True
        if is_self_adjoint:
            if is_square is False:
                raise ValueError("A self-adjoint matrix is always square.")
            is_square = True
        self._is_square_set_or_implied_by_hints = is_square
        self._set_graph_parents(graph_parents)
        self._dtype = dtypes.as_dtype(dtype) if dtype else dtype
        self._is_non_singular = is_non_singular
        self._is_self_adjoint = is_self_adjoint
        self._is_positive_definite = is_positive_definite
        self._parameters: Any = parameters
        self._name = name or type(self).__name__

    def _set_graph_parents(self, graph_parents) -> None:
        parents = list(graph_parents or [])
        for i, t in enumerate(parents):
            if t is None or not (is_reference(t) or isinstance(t, Tensor)):
                raise ValueError(f"Graph parent item {i} is not a Tensor; {t}.")
        self._graph_parents = parents

    @contextmanager
    def _name_scope(self, name=None) -> Iterator[Any]:
        with ops.name_scope(self.name if name is None else f"{self.name}/{name}") as scope:
            yield scope

    # In TensorFlow, too, the method hides the property of `tf.Module`.
    @property
    def name_scope(self) -> Any:
        """The method that opens a name scope below the operator's name."""
        return self._name_scope

    @property
    def parameters(self) -> dict[str, Any]:
        """The arguments that the operator was made with."""
        return dict(self._parameters)

    @property
    def dtype(self) -> Any:
        """The dtype of the matrix."""
        return self._dtype

    @property
    def name(self) -> str:
        """The operator's name."""
        return self._name

    @property
    def graph_parents(self) -> list:
        """The tensors given as `graph_parents`."""
        return self._graph_parents

    @property
    def is_non_singular(self) -> bool | None:
        """The hint that the operator is invertible."""
        return self._is_non_singular

    @property
    def is_self_adjoint(self) -> bool | None:
        """The hint that it equals its adjoint."""
        return self._is_self_adjoint

    @property
    def is_positive_definite(self) -> bool | None:
        """The hint that it is positive definite."""
        return self._is_positive_definite

    @property
    def is_square(self) -> bool | None:
        """Whether the matrix is square, by hint or by its static shape.

        Raises:
          ValueError: if the hint denies what the shape says.
        """
        by_shape = self.domain_dimension == self.range_dimension
        hint = self._is_square_set_or_implied_by_hints
        if hint is False and by_shape:
            raise ValueError("User set is_square hint to False, but the operator was square.")
        return by_shape if hint is None else hint

    # Shapes.

    @abc.abstractmethod
    def _shape(self) -> TensorShape:
        raise NotImplementedError("_shape is not implemented.")

    def _shape_tensor(self) -> Any:
        raise NotImplementedError("_shape_tensor is not implemented.")

    @property
    def shape(self) -> TensorShape:
        """The static shape [B1, ..., Bb, M, N]."""
        return self._shape()

    def shape_tensor(self, name="shape_tensor") -> Any:
        """The shape as an int32 vector."""
        static = self.shape
        if static.is_fully_defined():
            return ops.constant(static.as_list(), dtype=dtypes.int32)
        return self._shape_tensor()

    @property
    def batch_shape(self) -> TensorShape:
        """The static batch shape [B1, ..., Bb]."""
        return self.shape[:-2]

    def batch_shape_tensor(self, name="batch_shape_tensor") -> Any:
        """The batch shape as an int32 vector."""
        return self._batch_shape_tensor()

    def _batch_shape_tensor(self, shape=None) -> Any:
        static = self.batch_shape
        if static.is_fully_defined():
            return ops.constant(static.as_list(), dtype=dtypes.int32)
        return (self.shape_tensor() if shape is None else shape)[:-2]

    @property
    def tensor_rank(self) -> int | None:
        """The static rank, b + 2."""
        return self.shape.rank

    def tensor_rank_tensor(self, name="tensor_rank_tensor") -> Any:
        """The rank as an int32 scalar."""
        return self._tensor_rank_tensor()

    def _tensor_rank_tensor(self, shape=None) -> Any:
        rank = self.tensor_rank
        if rank is not None:
            return ops.constant(rank, dtype=dtypes.int32)
        return ops.shape(self.shape_tensor() if shape is None else shape)[0]

    def _dimension(self, axis: int) -> Dimension:
        shape = self.shape
        return Dimension(None) if shape.rank is None else dimension_at_index(shape, axis)

    @property
    def domain_dimension(self) -> Dimension:
        """The static size N of the vectors that the operator takes."""
        return self._dimension(-1)

    @property
    def range_dimension(self) -> Dimension:
        """The static size M of the vectors that it gives."""
        return self._dimension(-2)

    def domain_dimension_tensor(self, name="domain_dimension_tensor") -> Any:
        """N as an int32 scalar."""
        return self._domain_dimension_tensor()

    def range_dimension_tensor(self, name="range_dimension_tensor") -> Any:
        """M as an int32 scalar."""
        return self._range_dimension_tensor()

    def _domain_dimension_tensor(self, shape=None) -> Any:
        known = dimension_value(self.domain_dimension)
        if known is not None:
            return ops.constant(known, dtype=dtypes.int32)
        return (self.shape_tensor() if shape is None else shape)[-1]

    def _range_dimension_tensor(self, shape=None) -> Any:
        known = dimension_value(self.range_dimension)
        if known is not None:
            return ops.constant(known, dtype=dtypes.int32)
        return (self.shape_tensor() if shape is None else shape)[-2]

    # Assertions.

    def assert_non_singular(self, name="assert_non_singular") -> Any:
        """Checks that the condition number is no larger than rounding allows.

        Raises:
          InvalidArgumentError: if it is.
        """
        return self._assert_non_singular()

    def _assert_non_singular(self) -> Any:
        if self._can_use_cholesky():
            return self.assert_positive_definite()
        values = ops.svd(self.to_dense(), compute_uv=False)
        return ops.assert_less(
            ops.reduce_max(values, axis=-1) / ops.reduce_min(values, axis=-1),
            self._max_condition_number_to_be_non_singular(),
            message="Singular matrix up to precision epsilon.",
        )

    def _max_condition_number_to_be_non_singular(self) -> Any:
        real = self.dtype.real_dtype
        sizes = [self.range_dimension_tensor(), self.domain_dimension_tensor()]
        largest = ops.reduce_max(ops.stack([ops.constant(100, dtypes.int32), *sizes]))
        return 1.0 / (ops.cast(largest, real) * float(np.finfo(real.as_numpy_dtype).eps))

    def assert_positive_definite(self, name="assert_positive_definite") -> Any:
        """Checks that the operator is positive definite.

        Raises:
          InvalidArgumentError: if it is not.
          NotImplementedError: if it is not known to be self-adjoint.
        """
        return self._assert_positive_definite()

    def _assert_positive_definite(self) -> Any:
        if not self.is_self_adjoint:
            raise NotImplementedError("assert_positive_definite is not implemented.")
        return ops.assert_positive(
            ops.real(ops.diag_part(ops.cholesky(self.to_dense()))),
            message="Matrix was not positive definite.",
        )

    def assert_self_adjoint(self, name="assert_self_adjoint") -> Any:
        """Checks that the matrix equals its conjugate transpose exactly.

        Raises:
          InvalidArgumentError: if it does not.
        """
        return self._assert_self_adjoint()

    def _assert_self_adjoint(self) -> Any:
        dense = self.to_dense()
        return ops.assert_equal(
            dense, ops.adjoint(dense), message="Matrix was not equal to its adjoint."
        )

    def _check_input_dtype(self, arg) -> None:
        if arg.dtype != self.dtype:
            raise TypeError(
                f"Expected argument to have dtype {self.dtype}.  "
                f"Found: {arg.dtype} in tensor {arg!s}"
            )

    def _argument(self, x, own_axis: int, axis: int) -> Any:
        """An argument as a tensor whose size at `axis` fits that of the operator."""
        x = ops.convert_to_tensor(x)
        self._check_input_dtype(x)
        self._dimension(own_axis).assert_is_compatible_with(x.shape[axis])
        return x

    def _operator_pair(self, x: LinearOperator, adjoint: bool, adjoint_arg: bool, name: str):
        """The two operators of a product or a solve, whose sizes fit."""
        left = self.adjoint() if adjoint else self
        right = x.adjoint() if adjoint_arg else x
        wanted, found = left.domain_dimension, right.range_dimension
        if wanted.value is not None and found.value is not None and wanted != found:
            raise ValueError(
                f"Operators are incompatible. Expected `{name}` to have dimension"
                f" {wanted} but got {found}."
            )
        return left, right

    # Products.

    @abc.abstractmethod
    def _matmul(self, x, adjoint=False, adjoint_arg=False) -> Any:
        raise NotImplementedError("_matmul is not implemented.")

    def matmul(self, x, adjoint=False, adjoint_arg=False, name="matmul") -> Any:
        """`A @ x`.

        Args:
          x: a tensor [..., N, R] of the operator's dtype, or an operator.
          adjoint: whether to take `A^H` for `A`.
          adjoint_arg: whether to take `x^H` for `x`.

        Returns:
          A tensor [..., M, R], or an operator if `x` is one.

        Raises:
          ValueError: for sizes that do not fit.
          TypeError: for another dtype.
        """
        if isinstance(x, LinearOperator):
            left, right = self._operator_pair(x, adjoint, adjoint_arg, "x")
            return self._linop_matmul(left, right)
        x = self._argument(x, -2 if adjoint else -1, -1 if adjoint_arg else -2)
        return self._matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _linop_matmul(self, left_operator, right_operator) -> LinearOperator:
        return algebra.product(left_operator, right_operator)

    def __matmul__(self, other):
        return self.matmul(other)

    def matvec(self, x, adjoint=False, name="matvec") -> Any:
        """`A x` of vectors.

        Args:
          x: a tensor [..., N].
          adjoint: whether to take `A^H` for `A`.

        Returns:
          A tensor [..., M].
        """
        x = self._argument(x, -2 if adjoint else -1, -1)
        return self._matvec(x, adjoint=adjoint)

    def _matvec(self, x, adjoint=False) -> Any:
        return ops.squeeze(self.matmul(ops.expand_dims(x, -1), adjoint=adjoint), axis=-1)

    # Determinants.

    def _require_square(self) -> None:
        if self.is_square is False:
            raise NotImplementedError(
                "Determinant not implemented for an operator that is expected to not be square."
            )

    def determinant(self, name="det") -> Any:
        """The determinant of each matrix of the batch.

        Raises:
          NotImplementedError: if the operator is known not to be square.
        """
        self._require_square()
        return self._determinant()

    def _determinant(self) -> Any:
        if self._can_use_cholesky():
            return ops.exp(self.log_abs_determinant())
        return ops.det(self.to_dense())

    def log_abs_determinant(self, name="log_abs_det") -> Any:
        """The logarithm of the determinant's absolute value, of each matrix of the batch.

        Raises:
          NotImplementedError: if the operator is known not to be square.
        """
        self._require_square()
        return self._log_abs_determinant()

    def _log_abs_determinant(self) -> Any:
        if self._can_use_cholesky():
            diagonal = ops.diag_part(ops.cholesky(self.to_dense()))
            return 2 * ops.reduce_sum(ops.log(diagonal), axis=[-1])
        return ops.slogdet(self.to_dense())[1]

    # Solves.

    def _dense_solve(self, rhs, adjoint=False, adjoint_arg=False) -> Any:
        if self.is_square is False:
            raise NotImplementedError("Solve is not yet implemented for non-square operators.")
        rhs = ops.adjoint(rhs) if adjoint_arg else rhs
        if self._can_use_cholesky():
            return ops.cholesky_solve(ops.cholesky(self.to_dense()), rhs)
        return solve_broadcast(self.to_dense(), rhs, adjoint=adjoint)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False) -> Any:
        return self._dense_solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _require_solvable(self) -> None:
        for known, what in (
            (self.is_non_singular, "be singular"),
            (self.is_square, "not be square"),
        ):
            if known is False:
                raise NotImplementedError(
                    f"Exact solve not implemented for an operator that is expected to {what}."
                )

    def solve(self, rhs, adjoint=False, adjoint_arg=False, name="solve") -> Any:
        """The X of `A X = rhs`, exact up to rounding.

        Args:
          rhs: a tensor [..., M, R] of the operator's dtype, or an operator.
          adjoint: whether to take `A^H` for `A`.
          adjoint_arg: whether to take `rhs^H` for `rhs`.

        Returns:
          A tensor [..., N, R], or an operator if `rhs` is one.

        Raises:
          NotImplementedError: if the operator is known to be singular or not to be square.
          ValueError: for sizes that do not fit.
        """
        self._require_solvable()
        if isinstance(rhs, LinearOperator):
            left, right = self._operator_pair(rhs, adjoint, adjoint_arg, self._right_side)
            return self._linop_solve(left, right)
        rhs = self._argument(rhs, -1 if adjoint else -2, -1 if adjoint_arg else -2)
        return self._solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _linop_solve(self, left_operator, right_operator) -> LinearOperator:
        return algebra.quotient(left_operator, right_operator)

    def solvevec(self, rhs, adjoint=False, name="solve") -> Any:
        """The x of `A x = rhs` for vectors.

        Args:
          rhs: a tensor [..., M].
          adjoint: whether to take `A^H` for `A`.

        Returns:
          A tensor [..., N].
        """
        rhs = self._argument(rhs, -1 if adjoint else -2, -1)
        return self._solvevec(rhs, adjoint=adjoint)

    def _solvevec(self, rhs, adjoint=False) -> Any:
        return ops.squeeze(self.solve(ops.expand_dims(rhs, -1), adjoint=adjoint), axis=-1)

    # Operators made of this one.

    def adjoint(self, name="adjoint") -> LinearOperator:
        """The conjugate transpose, an operator; itself if it is self-adjoint."""
        return self if self.is_self_adjoint is True else self._linop_adjoint()

    H = property(adjoint, None, None, "The conjugate transpose, an operator.")

    def _linop_adjoint(self) -> LinearOperator:
        return algebra.adjoint(self)

    def inverse(self, name="inverse") -> LinearOperator:
        """The inverse, an operator.

        Raises:
          ValueError: if the operator is known to be singular or not to be square.
        """
        for known, what in ((self.is_square, "non square"), (self.is_non_singular, "singular")):
            if known is False:
                raise ValueError(
                    f"Cannot take the Inverse: This operator represents a {what} matrix."
                )
        return self._linop_inverse()

    def _linop_inverse(self) -> LinearOperator:
        return algebra.inverse(self)

    def cholesky(self, name="cholesky") -> LinearOperator:
        """The lower triangular L with `L L^H = A`, an operator.

        Raises:
          ValueError: if the operator is not known to be self-adjoint and positive definite.
        """
        if not self._can_use_cholesky():
            raise ValueError(
                "Cannot take the Cholesky decomposition: "
                "Not a positive definite self adjoint matrix."
            )
        return self._linop_cholesky()

    def _linop_cholesky(self) -> LinearOperator:
        return algebra.cholesky(self)

    def _can_use_cholesky(self) -> bool | None:
        return self.is_self_adjoint and self.is_positive_definite

    # Entries.

    def to_dense(self, name="to_dense") -> Any:
        """The matrix as a tensor [B1, ..., Bb, M, N]."""
        return self._to_dense()

    def _to_dense(self) -> Any:
        batch = self.batch_shape
        size = dimension_value(self.domain_dimension)
        return self.matmul(
            ops.eye(
                self.domain_dimension_tensor() if size is None else size,
                batch_shape=batch if batch.is_fully_defined() else self.batch_shape_tensor(),
                dtype=self.dtype,
            )
        )

    def diag_part(self, name="diag_part") -> Any:
        """The diagonals, a tensor [B1, ..., Bb, min(M, N)]."""
        return self._diag_part()

    def _diag_part(self) -> Any:
        return ops.diag_part(self.to_dense())

    def trace(self, name="trace") -> Any:
        """The sum of each matrix's diagonal."""
        return self._trace()

    def _trace(self) -> Any:
        return ops.reduce_sum(self.diag_part(), axis=-1)

    def add_to_tensor(self, x, name="add_to_tensor") -> Any:
        """`A + x` for a tensor `x` whose shape broadcasts with the operator's."""
        x = ops.convert_to_tensor(x)
        self._check_input_dtype(x)
        return self._add_to_tensor(x)

    def _add_to_tensor(self, x) -> Any:
        return self.to_dense() + x

    def eigvals(self, name="eigvals") -> Any:
        """The eigenvalues, a tensor [B1, ..., Bb, N].

        Raises:
          NotImplementedError: if the operator is not known to be self-adjoint.
        """
        if not self.is_self_adjoint:
            raise NotImplementedError("Only self-adjoint matrices are supported.")
        return self._eigvals()

    def _eigvals(self) -> Any:
        return ops.eigvalsh(self.to_dense())

    def cond(self, name="cond") -> Any:
        """The condition number: the largest singular value over the smallest."""
        return self._cond()

    def _cond(self) -> Any:
        if self.is_self_adjoint:
            values = ops.abs(self._eigvals())
        else:
            values = ops.svd(self.to_dense(), compute_uv=False)
        return ops.reduce_max(values, axis=-1) / ops.reduce_min(values, axis=-1)

    # Slices of the batch, and what makes operators composites.

    def __getitem__(self, slices):
        return slicing.batch_slice(self, slices)

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self) -> dict[str, Any]:
        return {}

    @property
    def _composite_tensor_fields(self) -> tuple[str, ...]:
        return ()

    @property
    def _composite_tensor_prefer_static_fields(self) -> tuple[str, ...]:
        return ()

    @property
    def _type_spec(self) -> Any:
        return spec_of(self) if self._composite_tensor_fields else None

    def _flatten_components(self) -> list:
        return list(parts(self)[0].values()) if self._composite_tensor_fields else []

    def _unflatten_components(self, values: list) -> Any:
        if not self._composite_tensor_fields:
            return self
        if any(value is None for value in nest.flatten(values)):
            return values  # of a walk that only looks
        moving, fixed = parts(self)
        return type(self)(**fixed, **dict(zip(moving, values, strict=True)))

    def _static_key(self) -> Any:
        if not self._composite_tensor_fields:
            return self
        moving, fixed = parts(self)
        return (*moving, *((name, frozen(value)) for name, value in fixed.items()))

    def _convert_variables_to_tensors(self) -> LinearOperator:
        def fixed(value):
            if isinstance(value, LinearOperator):
                return value._convert_variables_to_tensors()
            return (
                [fixed(v) for v in value]
                if isinstance(value, (list, tuple))
                else ops.convert_to_tensor(value)
            )

        return self._unflatten_components([fixed(v) for v in self._flatten_components()])

    def _as_operand(self, dtype=None) -> NoReturn:
        raise CompositeOperand(
            self, f"TypeError: object of type '{type(self).__name__}' has no len()\n"
        )

    @property
    def _operand_dtype(self) -> Any:
        return self._dtype


def all_known(operators: list, hint: str) -> bool:
    """Whether a hint is True of all of some operators."""
    return all(getattr(operator, hint) for operator in operators)


def same_dtype(operators: list, message: str) -> Any:
    """The one dtype of some operators.

    Raises:
      TypeError: if they differ.
    """
    dtype = operators[0].dtype
    if any(operator.dtype != dtype for operator in operators):
        found = [str((o.name, o.dtype)) for o in operators]
        raise TypeError(message.format("   ".join(found)))
    return dtype


__all__ = ["LinearOperator", "all_known", "hints", "same_dtype"]
