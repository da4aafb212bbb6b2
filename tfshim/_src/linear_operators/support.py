"""Small things that several operators need: parameters, asserts, broadcasting of batches."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from tfshim._src import dtypes
from tfshim._src.linear_operators import ops
from tfshim._src.module import Module
from tfshim._src.shapes import TensorShape, broadcast_static_shape
from tfshim._src.spec import TypeSpec
from tfshim._src.variable import Variable


def parameters_of(scope: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a constructor, from its `locals()`."""
    return {k: v for k, v in scope.items() if k not in ("self", "__class__")}


def is_reference(value: Any) -> bool:
    """Whether a parameter is read anew at each use: a variable, or a module that acts as one."""
    if isinstance(value, Variable):
        return True
    return isinstance(value, Module) and hasattr(value, "dtype") and hasattr(value, "shape")


def parameter(value: Any) -> Any:
    """A parameter as an operator keeps it: references as they are, all else as tensors."""
    if value is None or is_reference(value) or isinstance(value, TypeSpec):
        return value
    return ops.convert_to_tensor(value)


def refuse_reference(value: Any, name: str) -> None:
    if is_reference(value):
        raise TypeError(f"Argument {name} cannot be reference type. Found: {type(value)}.")


def shape_tensor(shape: Any) -> Any:
    """A size, or a shape, as a tensor; an empty one is of int32."""
    if isinstance(shape, TypeSpec):
        return shape
    empty = isinstance(shape, (tuple, list)) and not shape
    return ops.convert_to_tensor(shape, dtype=dtypes.int32 if empty else None)


def to_complex(x: Any) -> Any:
    """`x` as complex128 where it is of double precision, else as complex64."""
    wide = x.dtype in (dtypes.float64, dtypes.complex128)
    return ops.cast(x, dtypes.complex128 if wide else dtypes.complex64)


def assert_no_zeros(x: Any, message: str) -> Any:
    modulus = ops.abs(ops.convert_to_tensor(x))
    return ops.assert_less(ops.zeros([], modulus.dtype), modulus, message=message)


def assert_real(x: Any, message: str) -> Any:
    x = ops.convert_to_tensor(x)
    if not x.dtype.is_complex:
        return ops.no_op()
    imaginary = ops.imag(x)
    return ops.assert_equal(ops.zeros([], imaginary.dtype), imaginary, message=message)


def common_batch(shapes: Sequence[TensorShape]) -> TensorShape:
    """The static batch shape that some shapes broadcast to."""
    return functools.reduce(broadcast_static_shape, shapes)


def common_batch_tensor(shapes: Sequence[Any]) -> Any:
    """The same of shapes that are tensors."""
    return functools.reduce(ops.broadcast_dynamic_shape, shapes)


def broadcast_batches(matrices: Sequence[Any]) -> list[Any]:
    """Matrices with their batch dimensions broadcast against each other.

    Args:
      matrices: tensors [..., M, N] with any M and N each.

    Raises:
      ValueError: for a tensor of rank below 2, or batches that do not broadcast.
    """
    tensors = [ops.convert_to_tensor(m) for m in matrices]
    for t in tensors:
        if t.shape.rank is not None and t.shape.rank < 2:
            raise ValueError(
                f"Expected [batch] matrix to have at least two dimensions. Found: {t}."
            )
    if len(tensors) < 2:
        return tensors
    static = common_batch([t.shape[:-2] for t in tensors])
    if static.is_fully_defined():
        whole = static.as_list()
        return [
            t
            if t.shape[:-2] == static
            else ops.broadcast_to(t, ops.concat([_ints(whole), ops.shape(t)[-2:]], 0))
            for t in tensors
        ]
    batch = common_batch_tensor([ops.shape(t)[:-2] for t in tensors])
    return [ops.broadcast_to(t, ops.concat([batch, ops.shape(t)[-2:]], 0)) for t in tensors]


def _ints(sizes: list) -> Any:
    return ops.constant(sizes, dtype=dtypes.int32)


def solve_broadcast(matrix: Any, rhs: Any, adjoint: bool = False) -> Any:
    """`tf.linalg.solve` with the batch dimensions broadcast."""
    matrix, rhs = broadcast_batches([matrix, rhs])
    return ops.solve(matrix, rhs, adjoint=adjoint)
