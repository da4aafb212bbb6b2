"""`tf.linalg.LinearOperatorBlockLowerTriangular`: operators on and below the diagonal."""

from __future__ import annotations

import functools
import operator as arithmetic
from typing import Any

from tfshim._src.linear_operators import hints, ops, sums
from tfshim._src.linear_operators.base import all_known
from tfshim._src.linear_operators.blocks import _zeros_below
from tfshim._src.linear_operators.blockwise import Blockwise
from tfshim._src.linear_operators.identity import LinearOperatorScaledIdentity
from tfshim._src.linear_operators.support import (
    broadcast_batches,
    common_batch,
    common_batch_tensor,
    parameters_of,
)
from tfshim._src.ops.static_checks import assert_proper_iterable
from tfshim._src.registry import export
from tfshim._src.shapes import TensorShape


@export("tf.linalg.LinearOperatorBlockLowerTriangular")
class LinearOperatorBlockLowerTriangular(Blockwise):
    """The operator that has others as its blocks, and zeros above the diagonal.

    Args:
      operators: a list of rows; row i is a list of i+1 LinearOperators, the last of them square.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      name: the operator's name.

    Raises:
      TypeError: if the dtypes differ.
      ValueError: for rows of other lengths, sizes that do not fit, or hints that contradict the
        blocks'.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_block_lower_triangular"

    def __init__(
        self,
        operators,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name="LinearOperatorBlockLowerTriangular",
    ):
        parameters = parameters_of(locals())
        assert_proper_iterable(operators)
        for row in operators:
            assert_proper_iterable(row)
        self._operators = rows = [list(row) for row in operators]
        if not rows:
            raise ValueError(
                f"Argument `operators` must be a list of >=1 operators. Received: {rows}."
            )
        self._diagonal_operators = [row[-1] for row in rows]
        dtype = rows[0][0].dtype
        for i, row in enumerate(rows):
            if any(o.dtype != dtype for o in row):
                found = [(o.name, o.dtype) for o in row]
                raise TypeError(
                    f"Expected all operators to have the same dtype.  Found {found} in row "
                    f"{i} and {dtype} in row 0."
                )
        is_non_singular = self._agreed_non_singular(is_non_singular)
        self._check_rows()
        if is_square is False:
            raise ValueError(
                "`LinearOperatorBlockLowerTriangular` must be square. "
                f"Expected argument `is_square` to be True. Received: {is_square}."
            )
        for i, o in enumerate(self._diagonal_operators):
            if o.is_square is False:
                raise ValueError(
                    "Matrices on the diagonal (the final elements of each row-partition in the "
                    "`operators` list) must be square. Expected argument "
                    f"`operators[{i}][-1].is_square` to be True. Received: {o.is_square}."
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

    def _agreed_non_singular(self, given: bool | None) -> bool | None:
        """Whether it is invertible, which is whether all blocks on the diagonal are."""
        known = [o.is_non_singular for o in self._diagonal_operators]
        if all(known):
            return hints.implied(
                given,
                True,
                "A blockwise lower-triangular operator with non-singular operators on the main "
                "diagonal is always non-singular. Expected argument `is_non_singular` to be "
                f"True. Received: {given}.",
            )
        if False in known:
            if given is True:
                raise ValueError(
                    "A blockwise lower-triangular operator with a singular operator on the main "
                    "diagonal is always singular. Expected argument `is_non_singular` to be "
                    f"True. Received: {given}."
                )
            return False
        # As in TensorFlow, a hint that the blocks do not decide is dropped.
        return None

    def _check_rows(self) -> None:
        rows = self._operators
        for i, row in enumerate(rows):
            if len(row) != i + 1:
                raise ValueError(
                    f"Argument `operators[{i}]` must contain `{i + 1}` blocks. "
                    f"Received: {len(row)} blocks."
                )
        for i, row in enumerate(rows):
            for j in range(i):
                _same_size("domain_dimension", row[j], rows[i - 1][j], (i, j), (i - 1, j))
                _same_size("range_dimension", row[j], row[j + 1], (i, j), (i, j + 1))

    def _flat(self) -> list:
        return [o for row in self.operators for o in row]

    def _shape(self):
        rows = sum(self._block_range_dimensions())
        columns = sum(self._block_domain_dimensions())
        batch = common_batch([o.batch_shape for o in self._flat()])
        return batch.concatenate(TensorShape([rows, columns]))

    def _shape_tensor(self):
        size = sum(o.domain_dimension_tensor() for o in self._diagonal_operators)
        batch = common_batch_tensor([o.batch_shape_tensor() for o in self._flat()])
        return ops.concat([batch, ops.stack([size, size])], 0)

    def _products(self, blocks, adjoint, adjoint_arg):
        count = len(self.operators)
        out = []
        for i in range(count):
            if adjoint:
                terms = [(self.operators[j][i], blocks[j]) for j in range(i, count)]
            else:
                terms = list(zip(self.operators[i], blocks, strict=False))
            parts = [o.matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg) for o, x in terms]
            out.append(functools.reduce(arithmetic.add, parts))
        return out

    def _solutions(self, blocks, adjoint, adjoint_arg):
        """By substitution: forward, or backward for the adjoint, which is upper triangular."""
        if adjoint_arg:
            blocks = [ops.adjoint(x) for x in blocks]
        count = len(self.operators)
        found: dict[int, Any] = {}
        for i in range(count - 1, -1, -1) if adjoint else range(count):
            y = blocks[i]
            for j in sorted(found):
                factor = self.operators[j][i] if adjoint else self.operators[i][j]
                y = y - factor.matmul(found[j], adjoint=adjoint)
            found[i] = self._diagonal_operators[i].solve(y, adjoint=adjoint)
        return [found[i] for i in range(count)]

    def _determinant(self):
        if all_known(self._diagonal_operators, "is_positive_definite"):
            return ops.exp(self._log_abs_determinant())
        parts = [o.determinant() for o in self._diagonal_operators]
        return functools.reduce(arithmetic.mul, parts)

    def _log_abs_determinant(self):
        parts = [o.log_abs_determinant() for o in self._diagonal_operators]
        return functools.reduce(arithmetic.add, parts)

    def _diag_part(self):
        return self._per_block("diag_part")

    def _eigvals(self):
        return self._per_block("eigvals")

    def _trace(self):
        return functools.reduce(arithmetic.add, [o.trace() for o in self._diagonal_operators])

    def _to_dense(self):
        dense = iter(broadcast_batches([o.to_dense() for o in self._flat()]))
        rows = [[next(dense) for _ in row] for row in self.operators]
        for i, row in enumerate(rows):
            row += [_zeros_below(row[0], rows[j][j]) for j in range(i + 1, len(rows))]
        return ops.concat([ops.concat(row, axis=-1) for row in rows], axis=-2)

    def _linop_inverse(self):
        """Row by row: that of [[A, 0], [B, C]] is [[A^-1, 0], [-C^-1 B A^-1, C^-1]]."""
        rows: list[list] = []
        for i, row in enumerate(self.operators):
            corner = row[-1].inverse()
            last = []
            for j in range(i):
                total = sums.total([row[k].matmul(rows[k][j]) for k in range(j, i)])
                block = corner.matmul(total)
                minus = LinearOperatorScaledIdentity(
                    corner.domain_dimension_tensor(), ops.cast(-1, block.dtype)
                )
                last.append(minus.matmul(block))
            rows.append([*last, corner])
        return LinearOperatorBlockLowerTriangular(rows, **hints.of(self))

    def _assert_non_singular(self):
        return ops.group(*[o.assert_non_singular() for o in self._diagonal_operators])


def _same_size(what: str, a: Any, b: Any, at: tuple, other: tuple) -> None:
    x, y = getattr(a, what), getattr(b, what)
    if x.value is not None and y.value is not None and x != y:
        here, there = (f"`operators[{i}][{j}].{what}`" for i, j in (at, other))
        raise ValueError(f"Argument {here} ({x}) must be the same as {there} ({y}).")
