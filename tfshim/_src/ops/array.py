"""Tensors as such: identities, and the names of this family that other modules use together."""

from __future__ import annotations

from typing import Any

from tfshim._src import nest
from tfshim._src.convert import convert
from tfshim._src.movement import moves
from tfshim._src.ops.casting import bitcast, cast, saturate_cast
from tfshim._src.ops.creation import (
    constant,
    convert_to_tensor,
    eye,
    fill,
    linspace,
    one_hot,
    ones,
    ones_like,
    range,
    sequence_mask,
    zeros,
    zeros_like,
)
from tfshim._src.ops.gather import boolean_mask, gather, gather_nd, where
from tfshim._src.ops.joining import concat, copy, pack, split, stack, unstack
from tfshim._src.ops.shaping import (
    broadcast_to,
    expand_dims,
    repeat,
    reshape,
    reverse,
    reverse_sequence,
    roll,
    squeeze,
    tile,
    transpose,
)
from tfshim._src.ops.sizes import rank, shape, shape_n, size
from tfshim._src.registry import export, op
from tfshim._src.rules import each
from tfshim._src.tensor import EagerTensor, Tensor

__all__ = [
    "bitcast", "boolean_mask", "broadcast_to", "cast", "concat", "constant", "convert_to_tensor",
    "copy", "expand_dims", "eye", "fill", "gather", "gather_nd", "guarantee_const", "identity",
    "identity_n", "linspace", "one_hot", "ones", "ones_like", "pack", "range", "rank", "repeat",
    "reshape", "reverse", "reverse_sequence", "roll", "saturate_cast", "sequence_mask", "shape",
    "shape_n", "size", "split", "squeeze", "stack", "stop_gradient", "tile", "transpose",
    "unstack", "where", "zeros", "zeros_like",
]  # fmt: skip


@export("tf.identity")
def identity(input, name=None) -> Any:
    """The same value as a tensor of its own.

    Args:
      input: tensor, variable, composite tensor, or anything that converts.
      name: ignored.
    """
    if not isinstance(input, EagerTensor) and hasattr(input, "_flatten_components"):
        return nest.map_structure(copy, input, expand_composites=True)
    return copy(input)


@moves
@op(kernel="StopGradient", inputs=each("input"), grad=None)
def _stop_gradient(input):
    return input


@export("tf.stop_gradient")
def stop_gradient(input, name=None) -> Any:
    """The same value, constant to gradients.

    Args:
      input: tensor or composite tensor.
      name: ignored.
    """
    if not isinstance(input, EagerTensor) and hasattr(input, "_flatten_components"):
        return nest.map_structure(_stop_gradient, input, expand_composites=True)
    return _stop_gradient(input)


@export("tf.identity_n")
def identity_n(input, name=None) -> list[Tensor]:
    """The same values as tensors of their own.

    Args:
      input: list of tensors of any dtypes.
      name: ignored.
    """
    return [copy(convert(t)) for t in input]


@export("tf.guarantee_const")
def guarantee_const(input, name=None) -> Tensor:
    """The same value as a tensor of its own; deprecated in TensorFlow, a promise to its runtime.

    Args:
      input: tensor.
      name: ignored.
    """
    return _guarantee(input)


@moves
@op(kernel="GuaranteeConst", inputs=each("input"), grad=None)
def _guarantee(input):
    return input
