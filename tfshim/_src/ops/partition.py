"""Distributing rows by number and putting them back: dynamic_partition, dynamic_stitch."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import dtype_mismatch, op_error
from tfshim._src.movement import moves
from tfshim._src.ops.common import brackets
from tfshim._src.ops.joining import concat
from tfshim._src.ops.shaping import reshape, take
from tfshim._src.registry import export, op
from tfshim._src.rules import each
from tfshim._src.tensor import EagerTensor, Tensor


@export("tf.dynamic_partition")
def dynamic_partition(data, partitions, num_partitions, name=None) -> list[Tensor]:
    """Distributes the slices of a tensor over several, by a number for each slice.

    Args:
      data: tensor whose shape starts with that of `partitions`.
      partitions: int32 tensor of numbers in [0, num_partitions).
      num_partitions: how many tensors to make.
      name: ignored.

    Returns:
      A list of tensors; their sizes depend on the data.

    Raises:
      InvalidArgumentError: for a number out of range or shapes that do not fit.
    """
    kernel = "DynamicPartition"
    x = convert(data)
    both = data is x and isinstance(partitions, Tensor)  # then the kernel looks at dtypes
    p = partitions if both else convert(partitions, dtypes.int32)
    if p.aval.dtype is not dtypes.int32:
        raise dtype_mismatch("DynamicPartition", 1, dtypes.int32, p.aval.dtype)
    count = static.integer(num_partitions)
    if count < 1:
        raise op_error(
            kernel,
            f"Value for attr 'num_partitions' of {count} must be at least minimum 1\n\t; NodeDef: "
            "{{node DynamicPartition}}",
            ran=False,
        )
    lead, tail = x.aval.shape[: p.ndim], x.aval.shape[p.ndim :]
    if lead != p.aval.shape:
        raise op_error(
            kernel,
            "data.shape must start with partitions.shape, got data.shape = "
            f"{brackets(x.aval.shape)}, partitions.shape = {brackets(p.aval.shape)}",
        )
    numbers = static.host(p)
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < count:
        at = tuple(np.argwhere((numbers < 0) | (numbers >= count))[0])
        raise op_error(kernel, f"partitions{brackets(at)} = {numbers[at]} is not in [0, {count})")
    rows = x if p.ndim == 1 else reshape(x, (p.aval.size, *tail))
    flat = numbers.reshape(-1)
    return [
        take(rows, from_array(np.flatnonzero(flat == k).astype(np.int32)), 0) for k in range(count)
    ]


def _stitch_vjp(inputs, _, cotangent, **__):
    """Every row gets the cotangent of its place, also one that a later row overwrote."""
    values, places, _ = inputs
    if not cotangent.shape[0]:
        return jnp.zeros_like(values), None, None
    return jnp.take(cotangent, places, axis=0, mode="clip"), None, None


@moves
@op(kernel="DynamicStitch", inputs=each("values", "places", "source"), vjp=_stitch_vjp)
def _stitch(values, places, source):
    del places
    if not values.shape[0]:
        return jnp.zeros((source.shape[0], *values.shape[1:]), values.dtype)
    found = jnp.take(values, source, axis=0, mode="clip")
    known = (source >= 0).reshape((-1,) + (1,) * (values.ndim - 1))
    return jnp.where(known, found, jnp.zeros((), values.dtype))


@export("tf.dynamic_stitch")
def dynamic_stitch(indices, data, name=None) -> Tensor:
    """Puts slices at their places in one tensor; of several for one place the last stays.

    Args:
      indices: list of int32 tensors.
      data: list of tensors; the shape of each starts with that of its indices.
      name: ignored.

    Returns:
      A tensor of max(indices) + 1 slices.

    Raises:
      InvalidArgumentError: for shapes that do not fit or a negative index.
    """
    kernel = "DynamicStitch"
    if len(indices) != len(data):
        raise ValueError(
            f"List argument 'data' to 'dynamic_stitch' Op with length {len(data)} must match "
            f"length {len(indices)} of argument 'indices'."
        )
    index = [_int32(i) for i in indices]
    first = next((d.dtype for d in data if isinstance(d, Tensor)), None)
    values = []
    for d in data:
        values.append(convert(d, first))
        first = values[0].dtype
    tails = []
    for k, (i, d) in enumerate(zip(index, values, strict=True)):
        if d.aval.shape[: i.ndim] != i.aval.shape:
            raise op_error(
                kernel,
                f"data[{k}].shape = {brackets(d.aval.shape)} does not start with indices[{k}].shape"
                f" = {brackets(i.aval.shape)}",
            )
        tails.append(d.aval.shape[i.ndim :])
        if tails[k] != tails[0]:
            a, b = index[0].ndim, i.ndim
            raise op_error(
                kernel,
                f"Need data[0].shape[{a}:] = data[{k}].shape[{b}:], got data[0].shape = "
                f"{brackets(values[0].aval.shape)}, data[{k}].shape = {brackets(d.aval.shape)}, "
                f"indices[0].shape = {brackets(index[0].aval.shape)}, indices[{k}].shape = "
                f"{brackets(i.aval.shape)}",
            )
    known = [np.asarray(static.host(i)) for i in index]
    for k, i in enumerate(known):
        if i.size and i.min() < 0:
            where = np.argwhere(i < 0)[0]
            shown = f"indices{brackets(tuple(where))}" if i.ndim else f"indices[{k}]"
            raise op_error(kernel, f"{shown} is out of range")
    places = np.concatenate([i.reshape(-1) for i in known]).astype(np.int32)
    size = int(places.max()) + 1 if places.size else 0
    source = np.full(size, -1, np.int32)
    source[places] = np.arange(places.size, dtype=np.int32)  # in order: the last one stays
    rows = [
        d if i.ndim == 1 else reshape(d, (i.aval.size, *tails[0]))
        for i, d in zip(index, values, strict=True)
    ]
    whole: Any = rows[0] if len(rows) == 1 else concat(rows, 0)
    return _stitch(whole, from_array(places), from_array(source))


def _int32(value: Any) -> EagerTensor:
    if isinstance(value, (list, tuple)) and not len(value):
        return from_array(np.zeros(0, np.int32))
    return convert(value, dtypes.int32)
