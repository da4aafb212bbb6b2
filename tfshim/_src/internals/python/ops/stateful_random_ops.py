"""Sizes of the state of random generators."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from tfshim._src.dtypes import as_dtype, int64
from tfshim._src.registry import PUBLIC

__all__ = [
    "ALGORITHM_TYPE", "DEFAULT_ALGORITHM", "MAX_INT64", "MIN_INT64", "PHILOX_COUNTER_SIZE",
    "PHILOX_KEY_SIZE", "PHILOX_STATE_SIZE", "RNG_ALG_PHILOX", "RNG_ALG_THREEFRY", "SEED_BIT_MASK",
    "SEED_MAX", "SEED_MIN", "SEED_SIZE", "SEED_TYPE", "SEED_TYPE_BITS", "SEED_UINT_SPAN",
    "STATE_TYPE", "THREEFRY_COUNTER_SIZE", "THREEFRY_KEY_SIZE", "THREEFRY_STATE_SIZE",
    "UINT64_HALF_SPAN", "UINT64_SPAN", "non_deterministic_ints",
]  # fmt: skip

UINT64_HALF_SPAN, UINT64_SPAN = 2**63, 2**64
MAX_INT64, MIN_INT64 = 2**63 - 1, -(2**63)
SEED_TYPE = STATE_TYPE = ALGORITHM_TYPE = int64
SEED_MIN, SEED_MAX, SEED_UINT_SPAN = MIN_INT64, MAX_INT64, UINT64_SPAN
SEED_TYPE_BITS, SEED_BIT_MASK, SEED_SIZE = 64, 2**64 - 1, 16
PHILOX_KEY_SIZE, PHILOX_COUNTER_SIZE, PHILOX_STATE_SIZE = 1, 2, 3
THREEFRY_KEY_SIZE, THREEFRY_COUNTER_SIZE, THREEFRY_STATE_SIZE = 1, 1, 2
RNG_ALG_PHILOX = DEFAULT_ALGORITHM = 1
RNG_ALG_THREEFRY = 2


def non_deterministic_ints(shape, dtype=int64) -> Any:
    """Integers of the whole range of a dtype, from the operating system.

    Args:
      shape: of the result.
      dtype: an integer dtype.
    """
    dtype = as_dtype(dtype)
    size = tuple(np.asarray(shape).tolist())
    count = int(np.prod(size, dtype=np.int64))
    drawn = np.frombuffer(os.urandom(count * dtype.size), dtype.as_numpy_dtype)
    return PUBLIC["tf.constant"](drawn.reshape(size))
