"""Padding: tf.pad with its three modes."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src.convert import convert
from tfshim._src.errors import fail, op_error, require
from tfshim._src.movement import moves
from tfshim._src.ops.common import brackets
from tfshim._src.ops.vectors import index_array, plain_ints
from tfshim._src.registry import export, op
from tfshim._src.rules import same
from tfshim._src.tensor import Tensor

Pairs = tuple[tuple[int, int], ...]


def pad_array(x, paddings: Pairs, value):
    """A raw array with `value` around it."""
    return lax.pad(x, value, [(low, high, 0) for low, high in paddings])


@moves
@op(kernel="Pad", inputs=same("tensor"))
def _pad_zeros(tensor, paddings):
    return pad_array(tensor, paddings, jnp.zeros((), tensor.dtype))


@moves
@op(kernel="PadV2", inputs=same("tensor", "constant_values"), diff=("tensor",))
def _pad(tensor, paddings, constant_values):
    if constant_values.ndim:
        fail(f"constant_values must be a scalar. Found: {brackets(constant_values.shape)}")
    return pad_array(tensor, paddings, constant_values)


@moves
@op(kernel="MirrorPad", inputs=same("tensor"))
def _mirror_pad(tensor, paddings, mode):
    for (low, high), size in zip(paddings, tensor.shape, strict=True):
        if mode == "REFLECT":
            require(
                max(low, high) < size,
                f"paddings must be less than the dimension size: {low}, {high} not less than "
                f"{size}",
            )
        else:
            require(
                max(low, high) <= size,
                f"paddings must be no greater than the dimension size: {low}, {high} greater than "
                f"{size}",
            )
    return jnp.pad(tensor, paddings, mode=mode.lower()) if tensor.ndim else tensor


def _pairs(value: Any, kernel: str, shape: tuple[int, ...]) -> Pairs:
    if type(value) is list and value and len(value) == len(shape):
        for pair in value:
            if not plain_ints(pair) or len(pair) != 2 or not 0 <= min(pair) <= max(pair) < 1 << 31:
                break
        else:
            return tuple([(low, high) for low, high in value])
    array = index_array(value, kernel, "Tpaddings")
    if array.ndim != 2 or array.shape[1] != 2:
        raise op_error(kernel, f"paddings must be a matrix with 2 columns: {brackets(array.shape)}")
    if array.shape[0] != len(shape):
        comma = "," if kernel == "MirrorPad" else ""
        raise op_error(
            kernel,
            f"The first dimension of paddings must be the rank of inputs{brackets(array.shape)}"
            f"{comma} {brackets(shape)}",
        )
    pairs = tuple((int(a), int(b)) for a, b in array)
    for low, high in pairs:
        if low < 0 or high < 0:
            word = "paddings" if kernel == "MirrorPad" else "Paddings"
            raise op_error(kernel, f"{word} must be non-negative: {low} {high}")
    return pairs


@export("tf.pad")
def pad(tensor, paddings, mode="CONSTANT", constant_values=0, name=None) -> Tensor:
    """Makes a tensor larger on every side.

    Args:
      tensor: of rank n.
      paddings: integers of shape [n, 2]: how much before and after, for each axis.
      mode: "CONSTANT", "REFLECT" (without the edge) or "SYMMETRIC" (with the edge).
      constant_values: scalar of the tensor's dtype, for "CONSTANT".
      name: ignored.

    Raises:
      ValueError: for another mode.
      InvalidArgumentError: for paddings that do not fit.
    """
    x = convert(tensor)
    wanted = mode.upper()
    if wanted == "CONSTANT":
        if not isinstance(constant_values, Tensor) and np.ndim(constant_values) == 0:
            plain = not isinstance(constant_values, (str, bytes)) and constant_values == 0
        else:
            plain = False
        if plain:
            return _pad_zeros(x, _pairs(paddings, "Pad", x.aval.shape))
        return _pad(x, _pairs(paddings, "PadV2", x.aval.shape), constant_values)
    if wanted in ("REFLECT", "SYMMETRIC"):
        return _mirror_pad(x, _pairs(paddings, "MirrorPad", x.aval.shape), wanted)
    raise ValueError(
        'Value of argument `mode` expected to be one of "CONSTANT", "REFLECT", or "SYMMETRIC". '
        f"Received `mode` = {wanted}"
    )
