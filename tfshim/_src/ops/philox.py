"""Philox 4x32-10 with TensorFlow's use of key and counter, as pure functions of raw arrays.

A stream is described by a *state*: an integer vector ``[counter_lo, counter_hi, key]`` of three
64-bit words, the layout of ``tf.random.Generator.state``. The state is always an input, never a
constant, so that a compiled program draws new numbers on every call. Each function runs on NumPy
arrays (small sizes, no compile) and under ``jax.jit`` alike, from one source.

Source: Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
"""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import ml_dtypes
import numpy as np
from jax import lax

MULTIPLIER_A, MULTIPLIER_B = 0xD2511F53, 0xCD9E8D57
WEYL_A, WEYL_B = 0x9E3779B9, 0xBB67AE85
ROUNDS = 10
LOW32 = 0xFFFFFFFF

_SEARCHED = 1 << 10  # groups of truncated normals that are searched at once for one that is short

SAMPLES_PER_OUTPUT = 256
"""Blocks that a stream moves on by for each number drawn, however many were really used."""

_BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
_ROUND_KEYS = np.array(
    [[[i * WEYL_A & LOW32], [i * WEYL_B & LOW32]] for i in range(ROUNDS)], np.uint64
)
_MULTIPLIERS = np.array([[MULTIPLIER_A], [MULTIPLIER_B]], np.uint64)
_U32, _U64 = np.dtype(np.uint32), np.dtype(np.uint64)
_SHIFT32, _MASK32 = np.uint64(32), np.uint64(LOW32)


def namespace(x: Any) -> Any:
    """NumPy for a NumPy array or scalar, ``jax.numpy`` for anything else."""
    return np if isinstance(x, (np.ndarray, np.generic)) else jnp


def _on_host(x: Any) -> bool:
    return isinstance(x, (np.ndarray, np.generic))


def _iota(state: Any, n: int) -> Any:
    return namespace(state).arange(n, dtype=_U64)


def _low32(x: Any) -> Any:
    return x.astype(_U32)


def _high32(x: Any) -> Any:
    return (x >> _SHIFT32).astype(_U32)


def bitcast(x: Any, dtype: Any) -> Any:
    """The same bits read as another dtype of the same width."""
    if isinstance(x, (np.ndarray, np.generic)):
        return x.view(dtype)
    return lax.bitcast_convert_type(x, dtype)


def words(state: Any) -> tuple[Any, Any, Any]:
    """Splits a state into the unsigned words (counter_lo, counter_hi, key)."""
    state = bitcast(state, _U64)
    return state[0], state[1], state[2]


def advance(state: Any, blocks: Any) -> Any:
    """The state `blocks` 128-bit blocks further on; the counter is one 128-bit number.

    Args:
      state: integer vector [3]; the result has its dtype.
      blocks: uint64 scalar.
    """
    xp = namespace(state)
    low, high, key = words(state)
    with np.errstate(over="ignore"):
        moved = low + blocks
        high = high + (moved < low).astype(_U64)
    return bitcast(xp.stack([moved, high, key]), state.dtype)


def blocks_at(state: Any, index: Any) -> tuple[Any, Any, Any, Any]:
    """The four 32-bit words of the blocks at the given distances from the state.

    Args:
      state: integer vector [3].
      index: uint64 array of any shape; the results are uint32 arrays of its shape.
    """
    if _on_host(state):
        return _blocks_few(state, index) if index.size <= 4 else _blocks_many(state, index)
    low, high, key = words(state)
    position = low + index
    high = high + (position < index).astype(_U64)
    c0, c1, c2, c3 = _low32(position), _high32(position), _low32(high), _high32(high)
    k0, k1 = _low32(key), _high32(key)
    for _ in range(ROUNDS):
        product0 = c0.astype(_U64) * np.uint64(MULTIPLIER_A)
        product1 = c2.astype(_U64) * np.uint64(MULTIPLIER_B)
        c0, c1 = _high32(product1) ^ c1 ^ k0, _low32(product1)
        c2, c3 = _high32(product0) ^ c3 ^ k1, _low32(product0)
        k0, k1 = k0 + np.uint32(WEYL_A), k1 + np.uint32(WEYL_B)
    return c0, c1, c2, c3


def _blocks_many(state: np.ndarray, index: np.ndarray) -> tuple[Any, Any, Any, Any]:
    """`blocks_at` in as few NumPy calls as possible: both halves of a round in one array."""
    low, high, key = (int(w) for w in state.view(_U64))
    flat = index.reshape(-1)
    with np.errstate(over="ignore"):
        position = flat + np.uint64(low)
        highs = np.uint64(high) + (position < flat)
        even = np.stack([position & _MASK32, highs & _MASK32])
        odd = np.stack([position >> _SHIFT32, highs >> _SHIFT32])
        keys = _ROUND_KEYS + np.array([[[key & LOW32], [key >> 32]]], np.uint64) & _MASK32
        for i in range(ROUNDS):
            product = (even * _MULTIPLIERS)[::-1]
            even = product >> _SHIFT32
            even ^= odd
            even ^= keys[i]
            odd = product & _MASK32
    words4 = np.stack([even[0], odd[0], even[1], odd[1]]).astype(_U32)
    return tuple(words4.reshape(4, *index.shape))


def _blocks_few(state: np.ndarray, index: np.ndarray) -> tuple[Any, Any, Any, Any]:
    """`blocks_at` in Python's integers, which beat NumPy's call overhead for a few blocks."""
    low, high, key = (int(w) for w in state.view(_U64))
    found = []
    for i in index.ravel().tolist():
        position = (high << 64 | low) + i
        c0, c1 = position & LOW32, position >> 32 & LOW32
        c2, c3 = position >> 64 & LOW32, position >> 96 & LOW32
        k0, k1 = key & LOW32, key >> 32
        for _ in range(ROUNDS):
            product0, product1 = c0 * MULTIPLIER_A, c2 * MULTIPLIER_B
            c0, c1 = (product1 >> 32) ^ c1 ^ k0, product1 & LOW32
            c2, c3 = (product0 >> 32) ^ c3 ^ k1, product0 & LOW32
            k0, k1 = k0 + WEYL_A & LOW32, k1 + WEYL_B & LOW32
        found.append((c0, c1, c2, c3))
    return tuple(np.array(found, _U32).T.reshape(4, *index.shape))


def pairs_at(state: Any, index: Any) -> tuple[Any, Any]:
    """The words of the blocks in pairs: (first, second) of each pair, two pairs a block.

    Args:
      state: integer vector [3].
      index: uint64 array [..., n] of distances in blocks; the results are uint32 [..., 2 n].
    """
    shape = (*index.shape[:-1], 2 * index.shape[-1])
    if _on_host(state):
        a, b, c, d = blocks_at(state, index)
        return np.stack([a, c], -1).reshape(shape), np.stack([b, d], -1).reshape(shape)
    # Each block is computed for both of its pairs: XLA then fuses everything into one loop over
    # the output, which is faster than interleaving arrays in memory.
    a, b, c, d = blocks_at(state, jnp.repeat(index, 2, axis=-1))
    second = lax.broadcasted_iota(_U32, shape, len(shape) - 1) & np.uint32(1) == np.uint32(1)
    return jnp.where(second, c, a), jnp.where(second, d, b)


def bits32(state: Any, size: int) -> Any:
    """The first `size` words of the stream, uint32."""
    if _on_host(state):
        return np.stack(blocks_at(state, _iota(state, -(-size // 4))), -1).reshape(-1)[:size]
    # Four times the work, and still faster than an interleaving pass over memory.
    i = jnp.arange(size, dtype=_U64)
    a, b, c, d = blocks_at(state, i >> np.uint64(2))
    lane = i.astype(_U32) & np.uint32(3)
    return jnp.where(lane < 2, jnp.where(lane == 0, a, b), jnp.where(lane == 2, c, d))


def bits64(state: Any, size: int) -> Any:
    """The first `size` pairs of words of the stream, uint64, the first word lowest."""
    low, high = pairs_at(state, _iota(state, -(-size // 2)))
    return (low.astype(_U64) | high.astype(_U64) << _SHIFT32)[:size]


def scramble(seed: Any) -> Any:
    """The state for a pair of stateless seeds, int32 or int64 vector [2].

    The two seeds are the counter of one block under a fixed key; its four words
    become the key and the upper half of the counter.
    """
    xp = namespace(seed)
    wide = bitcast(seed.astype(np.int64), _U64)
    fixed = xp.stack([wide[0], wide[1], np.uint64(0x02461E293EC8F720)])
    low, high = pairs_at(fixed, xp.zeros((1,), _U64))
    key, counter = low.astype(_U64) | high.astype(_U64) << _SHIFT32
    return bitcast(xp.stack([xp.zeros_like(key), counter, key]), np.int64)


def uniform_bits(state: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Integers over the whole range of int32, uint32, int64 or uint64."""
    dtype = np.dtype(dtype)
    draw = bits64 if dtype.itemsize == 8 else bits32
    return bitcast(draw(state, math.prod(shape)), dtype).reshape(shape)


def uniform(state: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Floats in [0, 1) of dtype float16, bfloat16, float32 or float64."""
    dtype = np.dtype(dtype)
    size = math.prod(shape)
    if dtype.itemsize == 8:
        bits = bits64(state, size)
        return unit_double(_low32(bits), _high32(bits)).reshape(shape)
    return _unit_float(bits32(state, size), dtype).reshape(shape)


def uniform_int(state: Any, minval: Any, maxval: Any, shape: tuple[int, ...]) -> Any:
    """Integers in [minval, maxval), by remainder, of the bounds' dtype (int32 or int64)."""
    dtype = np.dtype(minval.dtype)
    unsigned = np.dtype(f"uint{8 * dtype.itemsize}")
    bits = uniform_bits(state, shape, unsigned)
    with np.errstate(over="ignore"):
        lowest = bitcast(minval, unsigned)
        span = bitcast(maxval, unsigned) - lowest
        if _on_host(state):
            rest = np.remainder(bits, span)
        else:
            rest = lax.rem(bits, jnp.broadcast_to(span, shape))
        return bitcast(rest + lowest, dtype)


def _unit_float(x: Any, dtype: np.dtype) -> Any:
    """A float in [0, 1) whose mantissa is the low bits of a 32-bit word."""
    if dtype == np.float32:
        bits = x & np.uint32(0x7FFFFF) | np.uint32(0x3F800000)
        return bitcast(bits, np.float32) - np.float32(1)
    if dtype == np.float16:
        bits = x.astype(np.uint16) & np.uint16(0x3FF) | np.uint16(0x3C00)
        return bitcast(bits, np.float16) - np.float16(1)
    bits = x.astype(np.uint16) & np.uint16(0x7F) | np.uint16(0x3F80)
    return bitcast(bits, _BFLOAT16) - np.ones((), _BFLOAT16)


def unit_double(x0: Any, x1: Any) -> Any:
    """A float64 in [0, 1): 20 bits of the first 32-bit word above 32 bits of the second."""
    top = (x0 & np.uint32(0xFFFFF) | np.uint32(0x3FF00000)).astype(_U64) << _SHIFT32
    return bitcast(top | x1.astype(_U64), np.float64) - np.float64(1)


def _box_muller_float(x0: Any, x1: Any) -> tuple[Any, Any]:
    """Two float32 normals from two 32-bit words; sine first, as TensorFlow orders them.

    Logarithm, sine and cosine are computed in double and rounded: that is nearest to the C
    library's float functions, and the same numbers whoever computes them.
    """
    xp = namespace(x0)
    u = xp.maximum(_unit_float(x0, np.dtype(np.float32)), np.float32(1e-7))
    turn = _unit_float(x1, np.dtype(np.float32)).astype(np.float64) * np.float64(2 * math.pi)
    angle = turn.astype(np.float32).astype(np.float64)
    radius = xp.sqrt(np.float32(-2) * xp.log(u.astype(np.float64)).astype(np.float32))
    sine, cosine = (np.sin(angle), np.cos(angle)) if xp is np else _sine_cosine(angle)
    return sine.astype(np.float32) * radius, cosine.astype(np.float32) * radius


#: Taylor's coefficients, of powers of the square: enough for double on an eighth of a turn.
_SINE = [(-1) ** k / math.factorial(2 * k + 1) for k in range(8)]
_COSINE = [(-1) ** k / math.factorial(2 * k) for k in range(8)]
#: What a quarter of a turn has beyond its double.
_REST = 6.123233995736766e-17


def _sine_cosine(angle: Any) -> tuple[Any, Any]:
    """Sine and cosine of doubles in [0, 2 pi]: XLA's own take four times as long on a CPU."""
    quarters = jnp.round(angle * np.float64(2 / math.pi))
    x = angle - quarters * np.float64(math.pi / 2) - quarters * np.float64(_REST)
    square = x * x
    sine, cosine = x * _polynomial(_SINE, square), _polynomial(_COSINE, square)
    turn = quarters.astype(np.int32)
    swapped = (turn & 1) == 1
    sine, cosine = jnp.where(swapped, cosine, sine), jnp.where(swapped, sine, cosine)
    sine = jnp.where((turn & 2) == 2, -sine, sine)
    return sine, jnp.where((turn + 1 & 2) == 2, -cosine, cosine)


def _polynomial(coefficients: list[float], x: Any) -> Any:
    total = jnp.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        total = total * x + np.float64(c)
    return total


def _box_muller_double(x0: Any, x1: Any, x2: Any, x3: Any) -> tuple[Any, Any]:
    """Two float64 normals from four 32-bit words."""
    xp = namespace(x0)
    u = xp.maximum(unit_double(x0, x1), np.float64(1e-7))
    angle = np.float64(2 * math.pi) * unit_double(x2, x3)
    radius = xp.sqrt(np.float64(-2) * xp.log(u))
    return xp.sin(angle) * radius, xp.cos(angle) * radius


def normals_at(state: Any, index: Any, wide: bool) -> Any:
    """The standard normals of the blocks at these distances.

    Args:
      state: integer vector [3].
      index: uint64 [..., n].
      wide: float64, two a block: [..., 2 n]; otherwise float32, four a block: [..., 4 n].
    """
    per_block = 2 if wide else 4
    shape = (*index.shape[:-1], per_block * index.shape[-1])
    if wide:
        pair = _box_muller_double(*blocks_at(state, index))
        return namespace(state).stack(pair, -1).reshape(shape)
    sine, cosine = _box_muller_float(*pairs_at(state, index))
    if _on_host(state):
        return np.stack([sine, cosine], -1).reshape(shape)
    both = bitcast(sine, _U32).astype(_U64) | bitcast(cosine, _U32).astype(_U64) << _SHIFT32
    return lax.bitcast_convert_type(both, np.float32).reshape(shape)


def normal(state: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Standard normals by Box and Muller; the 16-bit dtypes are rounded from float32."""
    dtype = np.dtype(dtype)
    size = math.prod(shape)
    wide = dtype.itemsize == 8
    drawn = normals_at(state, _iota(state, -(-size // (2 if wide else 4))), wide)
    return drawn[:size].astype(dtype).reshape(shape)


def truncated_normal(state: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Standard normals redrawn while they lie two or more standard deviations out.

    Each group of outputs (four, or two of float64) has a stretch of the stream for itself and
    keeps the first candidates of it that fit. Nearly all are settled by the first blocks.
    """
    dtype = np.dtype(dtype)
    xp = namespace(state)
    wide = dtype.itemsize == 8
    size = math.prod(shape)
    width = 2 if wide else 4
    groups = -(-size // width)
    if groups == 0:
        return xp.zeros(shape, dtype)
    start = _iota(state, groups) * np.uint64(width * SAMPLES_PER_OUTPUT // 4)
    blocks = 4 if wide else 2
    drawn = normals_at(state, start[:, None] + _iota(state, blocks), wide)
    if xp is not np:  # XLA draws anew for each use, but not what was written into
        drawn = lax.dynamic_update_slice(drawn, drawn[:1], (0, 0))
    kept, count = _keep(xp.zeros((groups, width), drawn.dtype), xp.zeros(groups, np.int32), drawn)
    finish = _finish_host if xp is np else _finish
    kept = finish(state, start, blocks, kept, count, wide)
    return kept.reshape(-1)[:size].astype(dtype).reshape(shape)


def _keep(kept: Any, count: Any, drawn: Any) -> tuple[Any, Any]:
    """Appends to each group's kept numbers the drawn ones that fit, in order.

    Args:
      kept: [groups, width], of which the first `count` [groups] are taken.
      drawn: [groups, candidates].
    """
    xp = namespace(count)
    columns = [kept[:, place] for place in range(kept.shape[1])]
    for i in range(drawn.shape[1]):
        x = drawn[:, i]
        fits = abs(x) < 2
        columns = [xp.where(fits & (count == p), x, c) for p, c in enumerate(columns)]
        count = count + fits
    return xp.stack(columns, 1), xp.minimum(count, np.int32(len(columns)))


def _finish_host(
    state: Any, start: Any, block: int, kept: Any, count: Any, wide: bool
) -> np.ndarray:
    while (short := np.flatnonzero(count < kept.shape[1])).size:
        drawn = normals_at(state, start[short, None] + np.uint64(block), wide)
        kept[short], count[short] = _keep(kept[short], count[short], drawn)
        block += 1
    return kept


def _finish(state: Any, start: Any, block: int, kept: Any, count: Any, wide: bool) -> Any:
    """Settles one group after another: about one in a hundred thousand is left by now."""
    groups, width = kept.shape
    first = jnp.asarray(block, _U64)
    count = jnp.pad(count, (0, -groups % _SEARCHED), constant_values=width)
    count = count.reshape(-1, _SEARCHED)

    def unfinished(carry: Any) -> Any:
        return jnp.min(carry[2]) < width

    def step(carry: Any) -> Any:
        kept, count, least, block = carry
        row = jnp.argmin(least)
        place = jnp.argmin(count[row])
        group = row * _SEARCHED + place
        drawn = normals_at(state, (start[group] + block + _iota(state, 4))[None], wide)
        mine, (have,) = _keep(kept[group][None], count[row, place][None], drawn)
        count = count.at[row, place].set(have)
        least = least.at[row].set(jnp.min(count[row]))
        block = jnp.where(have < width, block + np.uint64(4), first)
        return kept.at[group].set(mine[0]), count, least, block

    start_at = kept, count, jnp.min(count, axis=1), first
    return lax.while_loop(unfinished, step, start_at)[0]
