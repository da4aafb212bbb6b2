"""Categorical numbers and permutations, as pure functions of raw arrays; see philox.py."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src.ops import philox
from tfshim._src.ops.philox import namespace

#: So many elements are exchanged one by one by Python sooner than all at once by NumPy.
ONE_BY_ONE = 400


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
    if size < 2:
        return xp.arange(size)
    jumps = philox.bits32(state, size - 1) % np.arange(size, 1, -1, dtype=np.uint32)
    if xp is np and size <= ONE_BY_ONE:
        order = list(range(size))
        for i, jump in enumerate(jumps.tolist()):
            order[i], order[i + jump] = order[i + jump], order[i]
        return np.array(order, np.int64)
    stays = xp.zeros(1, np.int64)  # the last one, which has nothing behind it
    return exchanged(xp.concatenate([jumps.astype(np.int64), stays]) + np.arange(size))


def exchanged(targets: Any) -> Any:
    """0 ... n - 1 after the elements at i and targets[i] were exchanged, for each i in turn.

    All at once, for XLA would copy the array for each exchange. Exchange i takes what stands at
    targets[i] for good, and leaves there what stood at i. That was left by the last earlier
    exchange with the place i, if there was one, which had it from an earlier one again, and so on:
    pointers to what never moved before, followed by doubling their reach.

    Args:
      targets: int64 [n], targets[i] >= i.
    """
    xp = namespace(targets)
    n = targets.shape[0]
    times = np.arange(n)
    if xp is np:
        origin, moved = times.copy(), np.flatnonzero(targets != times)
        origin[targets[moved]] = moved  # of equal places the last one counts
    else:
        latest = jnp.full(n, -1).at[targets].max(jnp.where(targets == times, -1, times))
        origin = jnp.where(latest < 0, times, latest)
    origin = _roots(origin)
    bits = n.bit_length()
    by_place = xp.sort((targets << bits) | times)
    place, time = by_place >> bits, by_place & ((1 << bits) - 1)
    left = xp.where(place[1:] == place[:-1], origin[time[:-1]], place[1:])
    found = xp.concatenate([place[:1], left])
    if xp is np:
        order = np.empty(n, np.int64)
        order[time] = found
        return order
    return jnp.zeros(n, np.int64).at[time].set(found, unique_indices=True)


def _roots(parent: Any) -> Any:
    """Where each element's chain of parents ends: at one that is its own parent."""
    if namespace(parent) is np:
        while not np.array_equal(parent, grand := parent[parent]):
            parent = grand
        return parent

    def moved(pair):
        return jnp.any(pair[0] != pair[1])

    def further(pair):
        return pair[1], pair[1][pair[1]]

    return lax.while_loop(moved, further, (parent, parent[parent]))[1]


def unmoved(value: Any) -> Any:
    """What has nothing to permute."""
    return value


def shuffle(state: Any, value: Any) -> Any:
    """The value with its first dimension permuted."""
    return namespace(state).take(value, permutation(state, value.shape[0]), axis=0)
