"""And, or, not and exclusive or of booleans."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from tfshim._src.ops.common import broadcasting
from tfshim._src.registry import export, op
from tfshim._src.rules import fixed


@op("tf.math.logical_and", "tf.logical_and", inputs=fixed("bool", "x", "y"))
@broadcasting
def logical_and(x, y):
    """x and y, element by element, with broadcasting, for bool tensors."""
    return jnp.logical_and(x, y)


@op("tf.math.logical_or", "tf.logical_or", inputs=fixed("bool", "x", "y"))
@broadcasting
def logical_or(x, y):
    """x or y, element by element, with broadcasting, for bool tensors."""
    return jnp.logical_or(x, y)


@op("tf.math.logical_not", "tf.logical_not", inputs=fixed("bool", "x"))
def logical_not(x):
    """not x, element by element, for a bool tensor."""
    return jnp.logical_not(x)


@op(kernel="LogicalOr", inputs=fixed("bool", "x", "y"))
@broadcasting
def _logical_xor(x, y):
    return jnp.logical_xor(x, y)


@export("tf.math.logical_xor")
def logical_xor(x, y, name="LogicalXor") -> Any:
    """Whether exactly one of x and y is true, element by element, with broadcasting.

    Args:
      x, y: bool tensors.
      name: ignored.
    """
    return _logical_xor(x, y)
