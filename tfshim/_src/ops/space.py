"""Blocks of space as batch or depth, and back."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import NotFoundError, fail, op_error, require
from tfshim._src.movement import moves
from tfshim._src.ops.common import brackets
from tfshim._src.ops.padding import pad_array
from tfshim._src.ops.vectors import index_array
from tfshim._src.registry import export, op
from tfshim._src.rules import each
from tfshim._src.tensor import Tensor


def _check_blocks(x, block, pairs, kernel: str, word: str) -> None:
    require(
        x.ndim >= 1 + len(block),
        f"input rank should be >= {1 + len(block)} instead of {x.ndim}",
    )
    for i, b in enumerate(block):
        require(b >= 1, f"All values in block_shape must be positive, got value, {b} at index {i}.")
    for low, high in pairs:
        require(low >= 0 and high >= 0, f"{word} must be non-negative")


@moves
@op(kernel="SpaceToBatchND", inputs=each("input"))
def _space_to_batch(input, block_shape, paddings):
    block, m = block_shape, len(block_shape)
    _check_blocks(input, block, paddings, "SpaceToBatchND", "Paddings")
    rest = input.ndim - 1 - m
    x = pad_array(input, ((0, 0), *paddings, *(((0, 0),) * rest)), jnp.zeros((), input.dtype))
    shape = [x.shape[0]]
    for i, b in enumerate(block):
        size = x.shape[1 + i]
        if size % b:
            fail(f"padded_shape[{i}]={size} is not divisible by block_shape[{i}]={b}")
        shape += [size // b, b]
    x = x.reshape(*shape, *x.shape[1 + m :])
    inner = [2 * i + 2 for i in range(m)]
    outer = [2 * i + 1 for i in range(m)]
    x = x.transpose(*inner, 0, *outer, *range(1 + 2 * m, x.ndim))
    return x.reshape(-1 if x.size else math.prod(x.shape[: m + 1]), *x.shape[m + 1 :])


@moves
@op(kernel="BatchToSpaceND", inputs=each("input"))
def _batch_to_space(input, block_shape, crops):
    block, m = block_shape, len(block_shape)
    _check_blocks(input, block, crops, "BatchToSpaceND", "Crops")
    size, batch = math.prod(block), input.shape[0]
    require(
        batch % size == 0,
        f"Input batch dimension ({batch}) is not divisible by product of block sizes ({size})",
    )
    for i, (b, (low, high)) in enumerate(zip(block, crops, strict=True)):
        left = input.shape[1 + i] * b - low - high
        require(left >= 0, f"cropped_shape[{i}]={left} must be non-negative")
    x = input.reshape(*block, batch // size, *input.shape[1:])
    axes = [m]
    for i in range(m):
        axes += [m + 1 + i, i]
    x = x.transpose(*axes, *range(2 * m + 1, x.ndim))
    spatial = [input.shape[1 + i] * b for i, b in enumerate(block)]
    x = x.reshape(batch // size, *spatial, *input.shape[1 + m :])
    cut = [slice(low, n - high) for n, (low, high) in zip(spatial, crops, strict=True)]
    return x[(slice(None), *cut)]


def _block(value: Any, kernel: str, spread: int | None = None) -> tuple[int, ...]:
    array = index_array(value, kernel, "Tblock_shape")
    if array.ndim == 0 and spread is not None:
        return (int(array),) * spread
    if array.ndim != 1:
        raise op_error(kernel, f"block_shape rank should be 1 instead of {array.ndim}")
    return tuple(array.tolist())


def _pairs(value: Any, blocks: int, kernel: str, word: str) -> tuple[tuple[int, int], ...]:
    array = index_array(value, kernel, f"T{word}")
    if array.shape != (blocks, 2):
        raise op_error(
            kernel, f"{word} should have shape [{blocks}, 2] instead of {brackets(array.shape)}"
        )
    return tuple((int(a), int(b)) for a, b in array)


@export("tf.space_to_batch", "tf.nn.space_to_batch")
def space_to_batch(input, block_shape, paddings, name=None) -> Tensor:
    """Moves blocks of the spatial axes into the batch axis, after padding with zeros.

    Args:
      input: tensor of shape [batch, *space, ...].
      block_shape: size of the blocks along each spatial axis.
      paddings: integers of shape [axes, 2], before and after each spatial axis.
      name: ignored.

    Raises:
      InvalidArgumentError: if the padded sizes are no multiples of the blocks.
    """
    block = _block(block_shape, "SpaceToBatchND")
    return _space_to_batch(input, block, _pairs(paddings, len(block), "SpaceToBatchND", "paddings"))


@export("tf.space_to_batch_nd")
def space_to_batch_nd(input, block_shape, paddings, name=None) -> Tensor:
    """`tf.space_to_batch` under its kernel's name.

    Args:
      input, block_shape, paddings: as there.
      name: ignored.
    """
    return space_to_batch(input, block_shape, paddings)


@export("tf.batch_to_space")
def batch_to_space(input, block_shape, crops, name=None) -> Tensor:
    """Moves blocks of the batch axis back into the spatial axes, then crops.

    Args:
      input: tensor of shape [batch, *space, ...].
      block_shape: size of the blocks along each spatial axis, or one number for all.
      crops: integers of shape [axes, 2], before and after each spatial axis.
      name: ignored.

    Raises:
      InvalidArgumentError: if the batch is no multiple of the blocks or the crops are too large.
    """
    array = index_array(crops, "BatchToSpaceND", "Tcrops")
    block = _block(block_shape, "BatchToSpaceND", array.shape[0] if array.ndim else None)
    return _batch_to_space(input, block, _pairs(array, len(block), "BatchToSpaceND", "crops"))


def _of_shape(value: Any, shape: list[int]) -> np.ndarray:
    t = convert(value, dtypes.int32)
    if list(t.aval.shape) != shape:
        raise ValueError(f"Shapes {t.shape} and {shape} are incompatible")
    return np.asarray(static.host(t))


@export("tf.required_space_to_batch_paddings")
def required_space_to_batch_paddings(input_shape, block_shape, base_paddings=None, name=None):
    """The paddings that make sizes multiples of blocks, and the crops that undo them.

    Args:
      input_shape: sizes of the spatial axes.
      block_shape: size of the blocks along each.
      base_paddings: integers of shape [axes, 2]: what to pad in any case.
      name: ignored.

    Returns:
      A tuple of two int32 tensors of shape [axes, 2].

    Raises:
      ValueError: for shapes that do not fit.
    """
    block_t = convert(block_shape, dtypes.int32)
    block = np.asarray(static.host(block_t))
    sizes = _of_shape(input_shape, [block.size])
    base = np.zeros((block.size, 2), np.int32)
    if base_paddings is not None:
        base = _of_shape(base_paddings, [block.size, 2])
    start, end = base[:, 0], base[:, 1]
    with np.errstate(divide="ignore"):
        extra = (block - (sizes + start + end) % block) % block
    paddings = np.stack([start, end + extra], 1).astype(np.int32)
    crops = np.stack([np.zeros_like(extra), extra], 1).astype(np.int32)
    return from_array(paddings), from_array(crops)


# -- depth --------------------------------------------------------------------------------------


def _check_depth(x: Any, size: Any, data_format: str, kernel: str) -> int:
    block = static.integer(size)
    text = None
    if block < 2:
        text = f"Value for attr 'block_size' of {block} must be at least minimum 2"
    elif data_format not in ("NHWC", "NCHW", "NCHW_VECT_C"):
        text = (
            f"Value for attr 'data_format' of \"{data_format}\" is not in the list of allowed "
            'values: "NHWC", "NCHW", "NCHW_VECT_C"'
        )
    if text is not None:
        raise op_error(kernel, f"{text}\n\t; NodeDef: {{{{node {kernel}}}}}", ran=False)
    if data_format == "NCHW_VECT_C":
        raise NotFoundError(
            None, None, f'Could not find device for node: {{{{node {kernel}}}}} = {kernel}'
            f'[data_format="{data_format}"]'
        )  # fmt: skip
    return block


@moves
@op(kernel="SpaceToDepth", inputs=each("input"))
def _space_to_depth(input, block_size, data_format):
    require(input.ndim == 4, f"Input rank should be 4 instead of {input.ndim}")
    x = input.transpose(0, 2, 3, 1) if data_format == "NCHW" else input
    n, h, w, c = x.shape
    b = block_size
    require(
        h % b == 0 and w % b == 0,
        f"Image width {w} and height {h} should be divisible by block_size: {b}",
    )
    x = x.reshape(n, h // b, b, w // b, b, c).transpose(0, 1, 3, 2, 4, 5)
    x = x.reshape(n, h // b, w // b, b * b * c)
    return x.transpose(0, 3, 1, 2) if data_format == "NCHW" else x


@moves
@op(kernel="DepthToSpace", inputs=each("input"))
def _depth_to_space(input, block_size, data_format):
    require(input.ndim == 4, f"Input rank should be 4 instead of {input.ndim}")
    x = input.transpose(0, 2, 3, 1) if data_format == "NCHW" else input
    n, h, w, c = x.shape
    b = block_size
    require(c % (b * b) == 0, f"Input depth dimension {c} should be divisible by: {b * b}")
    x = x.reshape(n, h, w, b, b, c // (b * b)).transpose(0, 1, 3, 2, 4, 5)
    x = x.reshape(n, h * b, w * b, c // (b * b))
    return x.transpose(0, 3, 1, 2) if data_format == "NCHW" else x


@export("tf.nn.space_to_depth")
def space_to_depth(input, block_size, data_format="NHWC", name=None) -> Tensor:
    """Moves blocks of height and width into the channels.

    Args:
      input: tensor of rank 4.
      block_size: side of the square blocks.
      data_format: "NHWC", or "NCHW", which TensorFlow has on GPU only.
      name: ignored.

    Raises:
      InvalidArgumentError: if height or width is no multiple of the block.
    """
    size = _check_depth(input, block_size, data_format, "SpaceToDepth")
    return _space_to_depth(input, size, data_format)


@export("tf.nn.depth_to_space")
def depth_to_space(input, block_size, data_format="NHWC", name=None) -> Tensor:
    """Moves channels into blocks of height and width.

    Args:
      input: tensor of rank 4.
      block_size: side of the square blocks.
      data_format: "NHWC", or "NCHW", which TensorFlow has on GPU only.
      name: ignored.

    Raises:
      InvalidArgumentError: if the channels are no multiple of the block's area.
    """
    size = _check_depth(input, block_size, data_format, "DepthToSpace")
    return _depth_to_space(input, size, data_format)
