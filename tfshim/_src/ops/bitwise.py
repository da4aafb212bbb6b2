"""`tf.bitwise`: operations on the bits of integers."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from tfshim._src.ops import kinds
from tfshim._src.ops.common import broadcasting
from tfshim._src.registry import op
from tfshim._src.rules import same


@op("tf.bitwise.bitwise_and", inputs=same("x", "y", of=kinds.BITS))
@broadcasting
def bitwise_and(x, y):
    """The bits that are set in x and in y, for integers of one dtype."""
    return jnp.bitwise_and(x, y)


@op("tf.bitwise.bitwise_or", inputs=same("x", "y", of=kinds.BITS))
@broadcasting
def bitwise_or(x, y):
    """The bits that are set in x or in y, for integers of one dtype."""
    return jnp.bitwise_or(x, y)


@op("tf.bitwise.bitwise_xor", inputs=same("x", "y", of=kinds.BITS))
@broadcasting
def bitwise_xor(x, y):
    """The bits that are set in exactly one of x and y, for integers of one dtype."""
    return jnp.bitwise_xor(x, y)


@op("tf.bitwise.invert", inputs=same("x", of=kinds.BITS))
def invert(x):
    """Every bit of an integer flipped."""
    return jnp.invert(x)


def _within_width(x, y):
    """A shift from 0 to the number of bits less one, which TensorFlow clips shifts to."""
    y = jnp.clip(y, 0, 8 * x.dtype.itemsize - 1)
    return jnp.broadcast_arrays(x, y)


@op("tf.bitwise.left_shift", inputs=same("x", "y", of=kinds.BITS))
@broadcasting
def left_shift(x, y):
    """x shifted y bits to the left; y is clipped to the width of the dtype."""
    return lax.shift_left(*_within_width(x, y))


@op("tf.bitwise.right_shift", inputs=same("x", "y", of=kinds.BITS))
@broadcasting
def right_shift(x, y):
    """x shifted y bits to the right, with its sign; y is clipped to the width of the dtype."""
    if jnp.issubdtype(x.dtype, jnp.unsignedinteger):
        return lax.shift_right_logical(*_within_width(x, y))
    return lax.shift_right_arithmetic(*_within_width(x, y))
