"""`tf.linalg.LinearOperatorBlockDiag`: operators along the diagonal."""

from __future__ import annotations

import functools
import operator as arithmetic
from typing import Any

from tfshim._src.linear_operators import hints, ops
from tfshim._src.linear_operators.base import all_known, same_dtype
from tfshim._src.linear_operators.blockwise import Blockwise
from tfshim._src.linear_operators.support import (
    broadcast_batches,
    common_batch,
    common_batch_tensor,
    parameters_of,
)
from tfshim._src.ops.static_checks import assert_proper_iterable
from tfshim._src.registry import export
from tfshim._src.shapes import TensorShape


@export("tf.linalg.LinearOperatorBlockDiag")
class LinearOperatorBlockDiag(Blockwise):
    """The direct sum of operators: each acts on its own part of a vector.

    Args:
      operators: a list of LinearOperators of one dtype.
      is_non_singular, is_self_adjoint, is_positive_definite: hints; see LinearOperator.
      is_square: a hint, true by default: it is checked where the shape is asked for.
      name: the operator's name; by default those of the operators, joined by `_ds_`.

    Raises:
      TypeError: if the dtypes differ.
      ValueError: for an empty list, or hints that contradict the operators'.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_block_diag"
    _right_side = "x"

    def __init__(
        self,
        operators,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=True,
        name=None,
    ):
        parameters = parameters_of(locals())
        assert_proper_iterable(operators)
        self._operators = self._diagonal_operators = operators = list(operators)
        if not operators:
            raise ValueError(f"Expected a non-empty list of operators. Found: {operators}")
        dtype = same_dtype(operators, "Expected all operators to have the same dtype.  Found {}")
        known = {}
        for hint, what in (
            ("is_non_singular", "non-singular"),
            ("is_self_adjoint", "self-adjoint"),
            ("is_positive_definite", "positive definite"),
        ):
            known[hint] = hints.implied(
                parameters[hint],
                all_known(operators, hint),
                f"The direct sum of {what} operators is always {what}.",
            )
        super().__init__(
            dtype=dtype,
            is_square=is_square,
            parameters=parameters,
            name="_ds_".join(o.name for o in operators) if name is None else name,
            **known,
        )

    def _shape(self):
        rows = sum(self._block_range_dimensions())
        columns = sum(self._block_domain_dimensions())
        batch = common_batch([o.batch_shape for o in self.operators])
        return batch.concatenate(TensorShape([rows, columns]))

    def _shape_tensor(self):
        rows = sum(o.range_dimension_tensor() for o in self.operators)
        columns = sum(o.domain_dimension_tensor() for o in self.operators)
        batch = common_batch_tensor([o.batch_shape_tensor() for o in self.operators])
        return ops.concat([batch, ops.stack([rows, columns])], 0)

    def _products(self, blocks, adjoint, adjoint_arg):
        pairs = zip(self.operators, blocks, strict=True)
        return [o.matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg) for o, x in pairs]

    def _solutions(self, blocks, adjoint, adjoint_arg):
        pairs = zip(self.operators, blocks, strict=True)
        return [o.solve(x, adjoint=adjoint, adjoint_arg=adjoint_arg) for o, x in pairs]

    def _determinant(self):
        return functools.reduce(arithmetic.mul, [o.determinant() for o in self.operators])

    def _log_abs_determinant(self):
        return functools.reduce(arithmetic.add, [o.log_abs_determinant() for o in self.operators])

    def _require_square_blocks(self, method: str) -> None:
        if not all_known(self.operators, "is_square"):
            raise NotImplementedError(
                f"`{method}` not implemented for an operator whose blocks are not square."
            )

    def _diag_part(self):
        self._require_square_blocks("diag_part")
        return self._per_block("diag_part")

    def _eigvals(self):
        self._require_square_blocks("eigvals")
        return self._per_block("eigvals")

    def _trace(self):
        self._require_square_blocks("trace")
        return functools.reduce(arithmetic.add, [o.trace() for o in self.operators])

    def _to_dense(self):
        blocks = broadcast_batches([o.to_dense() for o in self.operators])
        rows = []
        for i, block in enumerate(blocks):
            beside = [_zeros_below(block, other) for other in blocks]
            beside[i] = block
            rows.append(ops.concat(beside, axis=-1))
        return ops.concat(rows, axis=-2)

    def _linop_adjoint(self):
        return LinearOperatorBlockDiag([o.adjoint() for o in self.operators], **hints.of(self))

    def _linop_inverse(self):
        return LinearOperatorBlockDiag([o.inverse() for o in self.operators], **hints.of(self))

    def _linop_cholesky(self):
        return LinearOperatorBlockDiag(
            [o.cholesky() for o in self.operators], is_non_singular=True, is_square=True
        )

    def _assert_non_singular(self):
        return ops.group(*[o.assert_non_singular() for o in self.operators])

    def _assert_self_adjoint(self):
        return ops.group(*[o.assert_self_adjoint() for o in self.operators])

    def _assert_positive_definite(self):
        return ops.group(*[o.assert_positive_definite() for o in self.operators])


def _zeros_below(block: Any, other: Any) -> Any:
    """Zeros in the rows of one block and the columns of another."""
    shape = ops.concat([ops.shape(block)[:-1], ops.shape(other)[-1:]], 0)
    return ops.zeros(shape, block.dtype)
