"""The XLA op that Keras calls by name."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from tfshim._src.errors import op_error
from tfshim._src.ops.common import brackets
from tfshim._src.registry import op
from tfshim._src.rules import each, same


@op(
    kernel="XlaDynamicUpdateSlice",
    inputs=same("input", "update") + each("indices", of=("int32", "int64"), attr="Tindices"),
)
def dynamic_update_slice(input, update, indices):
    """`input` with `update` written at `indices`, moved inwards as far as it would stick out.

    Args:
      input: a tensor of any shape.
      update: a tensor of the same rank, nowhere larger.
      indices: int32 or int64 of shape [rank], where `update` starts.
    """
    if update.ndim != input.ndim:
        _refuse(
            f"input and update must have the same rank, input shape is {brackets(input.shape)}; "
            f"update shape is {brackets(update.shape)}"
        )
    if indices.shape != (input.ndim,):
        _refuse("index must be a vector with length equal to the number of input dimensions")
    for size, room in zip(update.shape, input.shape, strict=True):
        if size > room:
            _refuse(f"Update dim size {size} greater than dynamic slice dimension: {room}.")
    indices = jnp.asarray(indices)
    return lax.dynamic_update_slice(input, update, [indices[i] for i in range(input.ndim)])


def _refuse(message: str) -> None:
    raise op_error("XlaDynamicUpdateSlice", message)
