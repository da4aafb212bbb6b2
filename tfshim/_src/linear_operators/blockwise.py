"""What operators made of blocks share: arguments that come whole or as a list of blocks."""

from __future__ import annotations

from typing import Any

from tfshim._src import nest
from tfshim._src.linear_operators import ops
from tfshim._src.linear_operators.base import LinearOperator
from tfshim._src.linear_operators.support import broadcast_batches


class Blockwise(LinearOperator):
    """An operator with square arrangement of blocks, whose diagonal blocks set the sizes."""

    _operators: list
    _diagonal_operators: list

    @property
    def operators(self) -> list:
        """The blocks."""
        return self._operators

    def _block_range_dimensions(self) -> list:
        return [o.range_dimension for o in self._diagonal_operators]

    def _block_domain_dimensions(self) -> list:
        return [o.domain_dimension for o in self._diagonal_operators]

    def _sizes(self, ranges: bool) -> Any:
        """The sizes of the blocks of an argument, as numbers where they are known."""
        known = self._block_range_dimensions() if ranges else self._block_domain_dimensions()
        if all(d.value is not None for d in known):
            return [d.value for d in known]
        operators = self._diagonal_operators
        if ranges:
            return ops.stack([o.range_dimension_tensor() for o in operators])
        return ops.stack([o.domain_dimension_tensor() for o in operators])

    def _split(self, x: Any, ranges: bool, axis: int) -> tuple[list, bool]:
        """The blocks of an argument, and whether they came as a list.

        Args:
          x: a tensor, or a list with a tensor for each block.
          ranges: whether the argument is of the operator's range.
          axis: the one that is blockwise, -1 or -2.
        """
        dimensions = self._block_range_dimensions() if ranges else self._block_domain_dimensions()
        if _is_blockwise(dimensions, x, axis):
            blocks = []
            for dimension, block in zip(dimensions, x, strict=True):
                if not isinstance(block, LinearOperator):
                    block = ops.convert_to_tensor(block)
                    self._check_input_dtype(block)
                    dimension.assert_is_compatible_with(block.shape[axis])
                blocks.append(block)
            return blocks, True
        x = self._argument(x, -2 if ranges else -1, axis)
        return ops.split(x, self._sizes(ranges), axis=axis), False

    def _join(self, blocks: list, as_list: bool) -> Any:
        return blocks if as_list else ops.concat(broadcast_batches(blocks), axis=-2)

    def _per_block(self, method: str) -> Any:
        """A vector for each diagonal block, one after the other."""
        parts = [getattr(o, method)()[..., None] for o in self._diagonal_operators]
        return ops.squeeze(ops.concat(broadcast_batches(parts), axis=-2), axis=-1)

    def _products(self, blocks: list, adjoint: bool, adjoint_arg: bool) -> list:
        raise NotImplementedError

    def _solutions(self, blocks: list, adjoint: bool, adjoint_arg: bool) -> list:
        raise NotImplementedError

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        blocks, as_list = self._split(x, adjoint, -1 if adjoint_arg else -2)
        return self._join(self._products(blocks, adjoint, adjoint_arg), as_list)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        blocks, as_list = self._split(rhs, not adjoint, -1 if adjoint_arg else -2)
        return self._join(self._solutions(blocks, adjoint, adjoint_arg), as_list)

    def matmul(self, x, adjoint=False, adjoint_arg=False, name="matmul") -> Any:
        """`A @ x`; a list with a block of `x` for each of the operator's gives such a list."""
        if isinstance(x, LinearOperator):
            return super().matmul(x, adjoint, adjoint_arg)
        return self._matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def solve(self, rhs, adjoint=False, adjoint_arg=False, name="solve") -> Any:
        """The X of `A X = rhs`; a list with a block of `rhs` for each of the operator's gives
        such a list."""
        self._require_solvable()
        if isinstance(rhs, LinearOperator):
            return super().solve(rhs, adjoint, adjoint_arg)
        return self._solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def matvec(self, x, adjoint=False, name="matvec") -> Any:
        """`A x` of vectors; a list of blocks gives a list."""
        blocks, as_list = self._split(x, adjoint, -1)
        return self._vectors(self._products(_columns(blocks), adjoint, False), as_list)

    def solvevec(self, rhs, adjoint=False, name="solve") -> Any:
        """The x of `A x = rhs` for vectors; a list of blocks gives a list."""
        self._require_solvable()
        blocks, as_list = self._split(rhs, not adjoint, -1)
        return self._vectors(self._solutions(_columns(blocks), adjoint, False), as_list)

    def _vectors(self, columns: list, as_list: bool) -> Any:
        joined = self._join(columns, as_list)
        if as_list:
            return [ops.squeeze(block, axis=-1) for block in joined]
        return ops.squeeze(joined, axis=-1)

    @property
    def _composite_tensor_fields(self):
        return ("operators",)

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self):
        return {"operators": nest.map_structure(lambda _: 0, self.operators)}


def _columns(blocks: list) -> list:
    return [ops.expand_dims(block, -1) for block in blocks]


def _is_blockwise(dimensions: list, x: Any, axis: int) -> bool:
    """Whether an argument is a list with a tensor for each block, and not one tensor.

    Raises:
      ValueError: if a nested list could be both, or fits neither.
    """
    if not (isinstance(x, (tuple, list)) and len(x) == len(dimensions)):
        return False
    # An operator is a nest where composites expand, but not here.
    if not any(isinstance(block, (tuple, list)) for block in x):
        return True
    found = [ops.convert_to_tensor(block).shape[axis] for block in x]
    wanted = [d.value for d in dimensions]
    if all(size is None for size in wanted):
        if len(found) == 1:
            return False
        if any(size != found[0] for size in found):
            return True
        raise ValueError(
            "Parsing of the input structure is ambiguous. Please input "
            "a blockwise iterable of `Tensor`s or a single `Tensor`."
        )
    if all(a is None or a == b for a, b in zip(wanted, found, strict=True)):
        return True
    total = sum(size for size in wanted if size is not None)
    if all(size == found[0] for size in found) and found[0] >= total:
        return False
    raise ValueError("Input dimension does not match operator dimension.")
