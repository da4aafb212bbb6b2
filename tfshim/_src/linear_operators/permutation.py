"""`tf.linalg.LinearOperatorPermutation`: matrices that reorder rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.linear_operators import ops
from tfshim._src.linear_operators.base import LinearOperator
from tfshim._src.linear_operators.support import parameter, parameters_of
from tfshim._src.registry import export
from tfshim._src.tensor import Tensor


@export("tf.linalg.LinearOperatorPermutation")
class LinearOperatorPermutation(LinearOperator):
    """The [batch] matrix whose product with x has row `perm[i]` of x as its row i.

    Args:
      perm: an integer tensor or variable [B1, ..., Bb, N] that holds 0 to N-1 in some order.
      dtype: of the matrix.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      name: the operator's name.

    Raises:
      TypeError: if `perm` is of no integer dtype.
      ValueError: if it is no permutation, or for hints that cannot be true.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_permutation"

    def __init__(
        self,
        perm,
        dtype=dtypes.float32,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name="LinearOperatorPermutation",
    ):
        parameters = parameters_of(locals())
        self._perm = parameter(perm)
        _check(self._perm)
        for hint, what in (("is_non_singular", "non-singular"), ("is_square", "square")):
            if parameters[hint] is False:
                raise ValueError(
                    f"A Permutation operator is always {what}. "
                    f"Expected argument `{hint}` to be True. Received: False."
                )
        super().__init__(
            dtype=dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=True,
            parameters=parameters,
            name=name,
        )

    @property
    def perm(self) -> Any:
        """The order of the rows [B1, ..., Bb, N]."""
        return self._perm

    def _shape(self):
        shape = self._perm.shape
        return shape.concatenate(shape[-1:])

    def _shape_tensor(self):
        shape = ops.shape(self._perm)
        return ops.concat([shape, shape[-1:]], 0)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        perm = ops.convert_to_tensor(self._perm)
        if adjoint and not self.is_self_adjoint:
            perm = ops.argsort(perm, axis=-1)
        x = ops.adjoint(x) if adjoint_arg else x
        shape = ops.broadcast_dynamic_shape(ops.shape(x)[:-1], ops.shape(perm))
        whole = ops.concat([shape, ops.shape(x)[-1:]], 0)
        rows = ops.reshape(ops.broadcast_to(x, whole), _batch_and(whole[-2:]))
        order = ops.reshape(ops.broadcast_to(perm, shape), _batch_and(shape[-1:]))
        return ops.reshape(ops.gather(rows, order, axis=-2, batch_dims=1), whole)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._matmul(rhs, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _to_dense(self):
        perm = ops.convert_to_tensor(self._perm)
        return ops.cast(ops.equal(_counted(perm), perm[..., None]), self.dtype)

    def _diag_part(self):
        perm = ops.convert_to_tensor(self._perm)
        return ops.cast(ops.equal(_counted(perm), perm), self.dtype)

    def _log_abs_determinant(self):
        return ops.zeros(self.batch_shape_tensor(), self.dtype)

    def _cond(self):
        return ops.ones(self.batch_shape_tensor(), self.dtype)

    def _assert_non_singular(self):
        return ops.no_op()

    @property
    def _composite_tensor_fields(self):
        return ("perm", "dtype")

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self):
        return {"perm": 1}


def _counted(perm: Any) -> Any:
    """0 to N-1 in the dtype of the permutation."""
    return ops.cast(ops.range(ops.shape(perm)[-1]), perm.dtype)


def _batch_and(sizes: Any) -> Any:
    """A shape with one axis for the whole batch."""
    return ops.concat([ops.constant([-1], dtypes.int32), sizes], 0)


def _check(perm: Any) -> None:
    if perm.shape.rank is not None and perm.shape.rank < 1:
        raise ValueError(f"Argument `perm` must have at least 1 dimension. Received: {perm}.")
    if not perm.dtype.is_integer:
        raise TypeError(f"Argument `perm` must be integer dtype. Received: {perm}.")
    known = ops.get_static_value(perm) if isinstance(perm, Tensor) else None
    if known is not None and np.any(np.sort(known, axis=-1) != np.arange(known.shape[-1])):
        raise ValueError(
            f"Argument `perm` must be a vector of unique integers from 0 to {known.shape[-1] - 1}."
        )
