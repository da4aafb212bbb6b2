"""Hashes of strings: `tf.strings.to_hash_bucket` and its relatives."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.convert import convert, convert_inputs
from tfshim._src.errors import op_error, require
from tfshim._src.ops.arithmetic import is_tensor
from tfshim._src.ops.farmhash import fingerprint64
from tfshim._src.ops.strings import each_string
from tfshim._src.registry import export, op
from tfshim._src.rules import fixed
from tfshim._src.tensor import STATE

_MASK = (1 << 64) - 1
_SEED = 0xDECAFCAFFE


def murmur64(s: bytes, seed: int = _SEED) -> int:
    """The hash MurmurHash64A. Source: A. Appleby, MurmurHash2, 2008, in the public domain."""
    m = 0xC6A4A7935BD1E995
    h = seed ^ len(s) * m & _MASK
    whole = len(s) // 8 * 8
    for at in range(0, whole, 8):
        k = int.from_bytes(s[at : at + 8], "little") * m & _MASK
        h = (h ^ (k ^ k >> 47) * m & _MASK) * m & _MASK
    if whole < len(s):
        h = (h ^ int.from_bytes(s[whole:], "little")) * m & _MASK
    h = (h ^ h >> 47) * m & _MASK
    return h ^ h >> 47


def siphash(s: bytes, key: tuple[int, int]) -> int:
    """The keyed hash SipHash-2-4. Source: J.-P. Aumasson, D. Bernstein, SipHash, 2012."""
    k0, k1 = key[0] & _MASK, key[1] & _MASK
    v = [
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    ]

    def rotate(x: int, n: int) -> int:
        return (x << n | x >> (64 - n)) & _MASK

    def rounds(count: int) -> None:
        for _ in range(count):
            for a, b, c, d, first, second in ((0, 1, 2, 3, 13, 16), (2, 1, 0, 3, 17, 21)):
                v[a] = (v[a] + v[b]) & _MASK
                v[b] = rotate(v[b], first) ^ v[a]
                v[a] = rotate(v[a], 32)
                v[c] = (v[c] + v[d]) & _MASK
                v[d] = rotate(v[d], second) ^ v[c]

    padded = s + bytes(-(len(s) + 1) % 8) + bytes([len(s) & 0xFF])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at : at + 8], "little")
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _hashed(fn: Any, input: Any, num_buckets: Any, *key: Any) -> Any:
    """Looks at the kinds of attributes, converts, then looks at values, in TensorFlow's order."""
    if isinstance(num_buckets, (str, bytes)) or not hasattr(num_buckets, "__int__"):
        raise TypeError(f"Expected int for argument 'num_buckets' not {num_buckets!r}.")
    for value in key:
        if not isinstance(value, (list, tuple)):
            raise TypeError(
                "Expected list for 'key' argument to 'string_to_hash_bucket_strong' Op, not "
                f"{value!r}."
            )
    if not is_tensor(input):
        input = convert(input, dtypes.string)
    n, kernel = int(num_buckets), fn.op.kernel
    if STATE.trace.symbolic:  # attributes are checked when the node is made, after its inputs
        convert_inputs(fn.op, (input,))
    if n < 1:
        raise op_error(
            kernel,
            f"Value for attr 'num_buckets' of {n} must be at least minimum 1\n\t; NodeDef: "
            f"{{{{node {kernel}}}}}",
            ran=False,
        )
    return fn(input, n, *[tuple(int(v) for v in value) for value in key])


_STRING = fixed("string", "input")


@op(kernel="StringToHashBucket", inputs=_STRING, host=True)
def _to_hash_bucket(input, num_buckets):
    return each_string(lambda s: murmur64(s) % num_buckets, input, np.int64)


@export("tf.strings.to_hash_bucket")
def string_to_hash_bucket(input, num_buckets, name=None) -> Any:
    """The number of a bucket for each string, by a hash; int64.

    Args:
      input: string tensor.
      num_buckets: how many there are, at least 1.
      name: ignored.

    Raises:
      InvalidArgumentError: for no buckets.
    """
    return _hashed(_to_hash_bucket, input, num_buckets)


@op(kernel="StringToHashBucketFast", inputs=_STRING, host=True)
def _to_hash_bucket_fast(input, num_buckets):
    return each_string(lambda s: fingerprint64(s) % num_buckets, input, np.int64)


@export("tf.strings.to_hash_bucket_fast")
def string_to_hash_bucket_fast(input, num_buckets, name=None) -> Any:
    """The number of a bucket for each string, by a hash that will never change; int64.

    Args:
      input: string tensor.
      num_buckets: how many there are, at least 1.
      name: ignored.

    Raises:
      InvalidArgumentError: for no buckets.
    """
    return _hashed(_to_hash_bucket_fast, input, num_buckets)


@op(kernel="StringToHashBucketStrong", inputs=_STRING, host=True)
def _to_hash_bucket_strong(input, num_buckets, key):
    require(len(key) == 2, "Key must have 2 elements")
    return each_string(lambda s: siphash(s, key) % num_buckets, input, np.int64)


@export("tf.strings.to_hash_bucket_strong")
def string_to_hash_bucket_strong(input, num_buckets, key, name=None) -> Any:
    """The number of a bucket for each string, by a hash that needs a key to be foreseen; int64.

    Args:
      input: string tensor.
      num_buckets: how many there are, at least 1.
      key: a list of two ints.
      name: ignored.

    Raises:
      TypeError: for a key that is no list.
      InvalidArgumentError: for no buckets, and a key of another length.
    """
    return _hashed(_to_hash_bucket_strong, input, num_buckets, key)
