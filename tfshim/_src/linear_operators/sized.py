"""Operators that are made of sizes: the identity, its multiples, and zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src.linear_operators import ops
from tfshim._src.linear_operators.base import LinearOperator
from tfshim._src.linear_operators.support import refuse_reference, shape_tensor
from tfshim._src.shapes import TensorShape, broadcast_static_shape
from tfshim._src.tensor import Tensor


def checked_size(value: Any, name: str) -> tuple[Any, Any]:
    """A number of rows or columns: as an integer scalar, and its value where it is known.

    Raises:
      TypeError: for a variable, or another dtype.
      ValueError: for another rank, or a negative number.
    """
    return _checked(value, name, 0)


def checked_batch(value: Any) -> tuple[Any, Any]:
    """A batch shape: as an integer vector, and its value where it is known; raises alike."""
    return _checked(value, "batch_shape", 1)


def _checked(value: Any, name: str, rank: int) -> tuple[Any, Any]:
    tensor = shape_tensor(value)
    if not tensor.dtype.is_integer:
        raise TypeError(f"Argument {name} must be integer type.  Found: {tensor!s}")
    known = ops.get_static_value(tensor) if isinstance(tensor, Tensor) else None
    if known is not None:
        if np.ndim(known) != rank:
            raise ValueError(f"Argument {name} must be a {rank}-D Tensor.  Found: {known}")
        if np.any(np.asarray(known) < 0):
            gap = " " if rank == 0 else ""  # as in TensorFlow's text
            raise ValueError(f"Argument {name} must be non-negative.  Found:{gap}{known}")
    return tensor, known


class Sized(LinearOperator):
    """An operator whose shape consists of its arguments."""

    _num_rows: Any
    _num_columns: Any
    _batch_shape_arg: Any

    def _set_sizes(self, num_rows, num_columns, batch_shape, assert_proper_shapes) -> None:
        refuse_reference(num_rows, "num_rows")
        refuse_reference(num_columns, "num_columns")
        refuse_reference(batch_shape, "batch_shape")
        self._assert_proper_shapes = assert_proper_shapes
        self._num_rows, rows = checked_size(num_rows, "num_rows")
        self._num_columns, columns = self._num_rows, rows
        if num_columns is not None:
            self._num_columns, columns = checked_size(num_columns, "num_columns")
        self._matrix_shape = TensorShape([None if n is None else int(n) for n in (rows, columns)])
        self._batch_shape_arg, self._batch_static = None, []
        if batch_shape is not None:
            self._batch_shape_arg, self._batch_static = checked_batch(batch_shape)

    def _shape(self):
        known = self._batch_static
        batch = TensorShape(None if known is None else [int(n) for n in known])
        return batch.concatenate(self._matrix_shape)

    def _shape_tensor(self):
        matrix = ops.stack([self._num_rows, self._num_columns], axis=0)
        if self._batch_shape_arg is None:
            return matrix
        return ops.concat([self._batch_shape_arg, matrix], 0)

    def _checked_argument(self, x: Any) -> Any:
        """An argument whose size is checked when it is known, if the user asked for that."""
        if self._assert_proper_shapes:
            ops.assert_equal(
                ops.shape(x)[-2],
                self.domain_dimension_tensor(),
                message="Dimensions are not compatible.  "
                "shape[-2] of argument to be the same as this operator",
            )
        return x

    def _filled(self, fill: Any) -> Any:
        """A batch of scalars: ones or zeros."""
        batch = self.batch_shape
        return fill(batch if batch.is_fully_defined() else self.batch_shape_tensor(), self.dtype)

    def _filled_diagonal(self, fill: Any) -> Any:
        """A batch of diagonals of ones or zeros."""
        shape = self.shape
        if shape.is_fully_defined():
            return fill(self.batch_shape.concatenate([min(shape[-2:].as_list())]), self.dtype)
        smaller = ops.reduce_min(self.shape_tensor()[-2:], keepdims=True)
        return fill(ops.concat([self.batch_shape_tensor(), smaller], 0), self.dtype)

    def _with_batch(self, x: Any) -> Any:
        """`x` [..., N, R] with its batch broadcast against the operator's."""
        if self._batch_shape_arg is None:
            return x
        static = self.batch_shape.concatenate([1, 1])
        if static.is_fully_defined():
            if broadcast_static_shape(x.shape, static) == x.shape:
                return x
            return x + ops.zeros(static, self.dtype)
        ones = ops.constant([1, 1], dtype=self._batch_shape_arg.dtype)
        return x + ops.zeros(ops.concat([self._batch_shape_arg, ones], 0), self.dtype)

    def _sliced_batch(self, slices: Any) -> Any:
        """An operator whose batch is a slice of this one's."""
        batch = ops.shape(ops.ones(self._batch_shape_arg)[slices])
        return type(self)(**{**self.parameters, "batch_shape": batch})
