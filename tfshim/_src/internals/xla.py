"""The XLA op that Keras calls by name."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from tfshim._src.errors import op_error
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
    if update.ndim != input.ndim or indices.shape != (input.ndim,):
        raise op_error(
            "XlaDynamicUpdateSlice",
            f"input, update and indices must agree in rank, got shapes {list(input.shape)}, "
            f"{list(update.shape)} and {list(indices.shape)}",
        )
    indices = jnp.asarray(indices)
    return lax.dynamic_update_slice(input, update, [indices[i] for i in range(input.ndim)])
