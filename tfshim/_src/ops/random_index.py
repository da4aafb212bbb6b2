"""`tf.random_index_shuffle`: where a permutation sends an index, without making the permutation.

The index is encrypted by a small block cipher until the result is in range again ("cycle
walking"). The cipher is Simon (Beaulieu et al., "The Simon and Speck families of lightweight block
ciphers", 2013), with blocks as small as the range allows, 16 bits at least.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.errors import dtype_not_allowed, op_error
from tfshim._src.ops import joining
from tfshim._src.ops.common import brackets
from tfshim._src.registry import export, op
from tfshim._src.rules import same

_Z = 0x7369F885192C0EF5
_C = 0xFFFFFFFC
_PAD = 498247692
_TYPES = ("int32", "uint32", "int64", "uint64")
_SEEDS = tuple(map(dtypes.as_dtype, _TYPES))


def _round_keys(key: list[int], rounds: int, width: int) -> list[int]:
    mask = (1 << width) - 1

    def right(x: int, by: int) -> int:
        return (x >> by | x << (width - by)) & mask

    keys = [k & mask for k in key]
    for i in range(3, rounds):
        bit = _Z >> (i - 3) & 1
        keys.append(_C & mask ^ bit ^ keys[i - 3] ^ right(keys[i - 1], 3) ^ right(keys[i - 1], 4))
    return keys


def shuffle_index(index: int, key: list[int], max_index: int, rounds: int) -> int:
    """The place of `index` in a permutation of 0 ... max_index."""
    bits = math.ceil(math.log2(max_index)) if max_index else 0
    width = max(bits + bits % 2, 16) // 2
    mask = (1 << width) - 1

    def mix(x: int) -> int:
        def left(by: int) -> int:
            return (x << by | x >> (width - by)) & mask

        return left(1) & left(8) ^ left(2)

    keys = _round_keys(key, rounds, width)
    while True:
        high, low = index >> width & mask, index & mask
        for i in range(0, len(keys), 2):
            high ^= mix(low) ^ keys[i]
            low ^= mix(high) ^ keys[i + 1]
        index = high << width | low
        if index <= max_index:
            return index


@op(
    "tf.random_index_shuffle",
    inputs=same("index", "max_index", of=_TYPES, attr="dtype")
    + same("seed", of=_TYPES, attr="Tseed"),
    host=True,
)
def random_index_shuffle(index, seed, max_index, rounds=4):
    """Where indices go in a random permutation of 0 ... max_index, one by one.

    Args:
      index: integer scalar or vector [n].
      seed: integers [3], or [n, 3] for a permutation of its own for each index.
      max_index: the largest index, a scalar or [n].
      rounds: rounds of the cipher, an even number from 4 on; more mix small ranges better.

    Raises:
      InvalidArgumentError: for an index out of range, or a seed of another shape.
      ValueError: for `rounds` that are odd or below 4.
    """
    kernel = "RandomIndexShuffle"
    if rounds < 4 or rounds % 2:
        raise ValueError(f"Argument `rounds` must be an even number of at least 4; got {rounds}.")
    lengths = [x.shape[0] for x in (index, max_index) if x.ndim == 1]
    if seed.ndim == 2 and seed.shape[1] == 3:
        lengths.append(seed.shape[0])
    n = max([1, *lengths])
    if index.shape not in ((), (n,)):
        raise op_error(kernel, "Index bust be a scalar or vector.")
    if seed.shape not in ((3,), (n, 3)):
        raise op_error(
            kernel,
            f"Seed must be a vector of size [3] or a matrix of size [{n}, 3] but got "
            f"{brackets(seed.shape)}.",
        )
    if max_index.shape not in ((), (n,)):
        raise op_error(
            kernel,
            "Maxval must be a scalar or a vector of the same size as index but got "
            f"{brackets(max_index.shape)}",
        )
    indices, limits = np.broadcast_to(index, (n,)), np.broadcast_to(max_index, (n,))
    keys = np.broadcast_to(seed, (n, 3))
    found = []
    for i, limit, key in zip(indices.tolist(), limits.tolist(), keys.tolist(), strict=True):
        if i < 0:
            raise op_error(kernel, f"index must be >= 0 but was {i}")
        if i > limit:
            raise op_error(kernel, f"max_index must be >= index, but {limit} < {i}")
        found.append(shuffle_index(i, key, limit, rounds))
    shape = (n,) if index.ndim or max_index.ndim or seed.ndim == 2 else ()
    return np.array(found, index.dtype).reshape(shape)


@export("tf.random.experimental.index_shuffle")
def index_shuffle(index, seed, max_index) -> Any:
    """Where indices go in a random permutation of 0 ... max_index, the same for equal seeds.

    Args:
      index: integer scalar or vector [n].
      seed: integers [2].
      max_index: the largest index, a scalar or [n].

    Raises:
      InvalidArgumentError: for an index out of range, or a seed of another shape.
    """
    seed = convert(seed)
    if seed.aval.dtype.np.itemsize < 4:  # too small for the pad, and for the kernel
        raise dtype_not_allowed("RandomIndexShuffle", seed.aval.dtype, _SEEDS, attr="Tseed")
    pad = np.full((1, *seed.aval.shape[1:]), _PAD, seed.aval.dtype.np)
    seed = joining.concat([convert(pad), seed], 0)
    return random_index_shuffle(index, seed, max_index)
