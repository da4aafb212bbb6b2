"""Categorical numbers and permutations, as pure functions of raw arrays; see philox.py."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src.ops import philox
from tfshim._src.ops.philox import namespace


def categorical(state: Any, logits: Any, samples: int, dtype: Any) -> Any:
    """Class numbers by inversion of each row's cumulative probabilities.

    Args:
      state: integer vector [3].
      logits: float [rows, classes]; those that are not finite have no probability.
      samples: how many numbers each row gives.
      dtype: int32 or int64.

    Returns:
      [rows, samples]; the number of classes where no class has a probability.
    """
    xp = namespace(state)
    rows = logits.shape[0]
    finite = xp.isfinite(logits)
    lowest = np.asarray(-np.inf, logits.dtype)
    highest = xp.max(xp.where(finite, logits, lowest), axis=1, keepdims=True)
    shifted = logits.astype(np.float64) - highest.astype(np.float64)
    cumulative = xp.cumsum(xp.where(finite, xp.exp(shifted), 0.0), axis=1)
    bits = philox.bits64(state, rows * samples).reshape(rows, samples)
    drawn = philox.unit_double(philox._low32(bits), philox._high32(bits)) * cumulative[:, -1:]
    if xp is np:
        pairs = zip(cumulative, drawn, strict=True)
        found = [np.searchsorted(row, x, side="right") for row, x in pairs]
        return np.array(found, dtype).reshape(rows, samples)
    search = jax.vmap(lambda row, x: jnp.searchsorted(row, x, side="right"))
    return search(cumulative, drawn).astype(dtype)


def permutation(state: Any, size: int) -> Any:
    """A permutation of 0 ... size - 1 (int64), by exchanges from the front (Fisher and Yates)."""
    xp = namespace(state)
    left = np.arange(size, 1, -1, dtype=np.uint32)
    jumps = philox.bits32(state, max(size - 1, 0)) % left
    if xp is np:
        order = list(range(size))
        for i, jump in enumerate(jumps.tolist()):
            order[i], order[i + jump] = order[i + jump], order[i]
        return np.array(order, np.int64)
    targets = jumps.astype(np.int64) + np.arange(max(size - 1, 0))

    def exchange(i, order):
        j = targets[i]
        return order.at[i].set(order[j]).at[j].set(order[i])

    order = jnp.arange(size)
    return lax.fori_loop(0, size - 1, exchange, order) if size > 1 else order


def unmoved(value: Any) -> Any:
    """What has nothing to permute."""
    return value


def shuffle(state: Any, value: Any) -> Any:
    """The value with its first dimension permuted."""
    return namespace(state).take(value, permutation(state, value.shape[0]), axis=0)
