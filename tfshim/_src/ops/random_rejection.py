"""Gamma, Poisson and binomial numbers: rejection sampling, with a stretch of the stream for each.

Number i may use the blocks from 256 i on, so all numbers are drawn in lockstep, a round of
candidates at a time, until the last one is accepted. Candidates of one block are used last first.
As in philox.py, every body runs on NumPy arrays and under jit.

Sources: Marsaglia and Tsang, "A simple method for generating gamma variables" (2000); Knuth, TAOCP
volume 2, 3.4.1; Hormann, "The transformed rejection method for generating Poisson random
variables" (1993) and "The generation of binomial random variates" (1993).
"""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src.ops import philox
from tfshim._src.ops.philox import SAMPLES_PER_OUTPUT, namespace

#: Blocks between binomial numbers drawn by inversion, instead of SAMPLES_PER_OUTPUT.
SAMPLES_PER_INVERSION = 42

_U64 = np.dtype(np.uint64)


def repeat_until_done(xp: Any, body: Any, done: Any, *carry: Any) -> tuple[Any, ...]:
    """Repeats `(done, *carry) = body(done, *carry)` until all are done."""
    state = (done, *carry)
    if xp is np:
        while not state[0].all():
            state = body(*state)
        return state[1:]
    return lax.while_loop(lambda s: ~jnp.all(s[0]), lambda s: body(*s), state)[1:]


def _where_any(xp: Any, any_: Any, body: Any, values: tuple[Any, ...]) -> tuple[Any, Any]:
    """`body(*values)` where it concerns any number at all, else the first two of the values."""
    if xp is np:
        return body(*values) if any_ else values[:2]
    return lax.cond(any_, body, lambda *values: values[:2], *values)


def _starts(state: Any, samples: int, parameters: int) -> Any:
    """First blocks [samples, parameters]: all numbers of one parameter follow each other."""
    xp = namespace(state)
    number = xp.arange(parameters, dtype=_U64) * np.uint64(samples)
    number = number + xp.arange(samples, dtype=_U64)[:, None]
    return number * np.uint64(SAMPLES_PER_OUTPUT)


def _uniforms(state: Any, index: Any) -> tuple[Any, Any]:
    """The two doubles of each block in the order of their use."""
    a, b, c, d = philox.blocks_at(state, index)
    return philox.unit_double(c, d), philox.unit_double(a, b)


def _split(shape: tuple[int, ...], parameters: Any) -> int:
    """How many numbers each parameter gives in an output of this shape."""
    return math.prod(shape[: len(shape) - parameters.ndim])


def _lgamma(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        from scipy.special import gammaln

        return gammaln(x)
    return lax.lgamma(x)


# -- gamma ---------------------------------------------------------------------------------------


def gamma(state: Any, alpha: Any, shape: tuple[int, ...]) -> Any:
    """Gamma numbers of rate 1.

    Args:
      state: integer vector [3].
      alpha: float array; its shape is the end of `shape`.
      shape: of the result, which has alpha's dtype.
    """
    if isinstance(state, np.ndarray):
        return _gamma(state, alpha, shape)
    return _gamma_with_derivative(state, alpha, shape)


def gamma_broadcast(state: Any, alpha: Any, tail: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """`gamma` with alpha broadcast to `tail`, the end of `shape`."""
    return gamma(state, namespace(state).broadcast_to(alpha, tail), shape)


def _gamma_with_derivative(state: Any, alpha: Any, shape: tuple[int, ...]) -> Any:
    """With the derivative by implicit reparameterisation (Figurnov et al., 2018)."""

    @jax.custom_jvp
    def draw(alpha):
        return _gamma(state, alpha, shape)

    @draw.defjvp
    def _(primals, tangents):
        sample = draw(*primals)
        wide = jnp.float32 if sample.dtype.itemsize < 4 else sample.dtype
        at = jnp.broadcast_to(primals[0].astype(wide), shape)
        slope = lax.random_gamma_grad(at, sample.astype(wide)).astype(sample.dtype)  # pyright: ignore[reportCallIssue]
        slope = jnp.where(at == 0, jnp.zeros((), slope.dtype), slope)
        return sample, slope * tangents[0]

    return draw(alpha)


def _gamma(state: Any, alpha: Any, shape: tuple[int, ...]) -> Any:
    xp = namespace(state)
    a = alpha.reshape(-1).astype(np.float64)
    start = _starts(state, _split(shape, alpha), a.size)
    below = a < 1
    d = a + xp.where(below, 2.0 / 3, -1.0 / 3)
    c = 1.0 / 3 / xp.sqrt(d)
    exponential = -xp.log1p(-_uniforms(state, start)[0])

    zero = start * np.uint64(0)
    nothing = xp.zeros(start.shape, np.float64)
    unset = xp.zeros(start.shape, bool)
    # A bad alpha makes NaN where TensorFlow does; an exponential needs no rejection at all.
    done = xp.broadcast_to((a == 1) | xp.isnan(c), start.shape)

    def body(done, result, at, has_normal, kept_normal, has_uniform, kept_uniform):
        drawn = philox.normals_at(state, (start + at)[..., None], True)
        x = xp.where(has_normal, kept_normal, drawn[..., 1])
        at = at + (~has_normal & ~done)
        kept_normal = xp.where(has_normal, kept_normal, drawn[..., 0])
        has_normal = xp.where(done, has_normal, ~has_normal)
        v = 1 + c * x
        positive = v > 0
        v = v * v * v
        first, second = _uniforms(state, start + at)
        u = xp.where(has_uniform, kept_uniform, first)
        uses = positive & ~done
        at = at + (~has_uniform & uses)
        kept_uniform = xp.where(has_uniform, kept_uniform, second)
        has_uniform = xp.where(uses, ~has_uniform, has_uniform)
        squeeze = u < 1 - 0.0331 * (x * x) * (x * x)
        accept = squeeze | (xp.log(u) < 0.5 * x * x + d * (1 - v + xp.log(v)))
        result = xp.where(uses & accept, d * v, result)
        done = done | (uses & accept)
        return done, result, at, has_normal, kept_normal, has_uniform, kept_uniform

    result, at, _, _, has_uniform, kept_uniform = repeat_until_done(
        xp, body, done, nothing, zero, unset, nothing, unset, nothing
    )
    last = xp.where(has_uniform, kept_uniform, _uniforms(state, start + at)[0])
    result = xp.where(below, result * xp.power(last, 1 / a), result)
    result = xp.where(xp.isnan(c), xp.asarray(np.nan), result)
    return xp.where(a == 1, exponential, result).astype(alpha.dtype).reshape(shape)


# -- Poisson -------------------------------------------------------------------------------------


def poisson(state: Any, rate: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Poisson numbers.

    Args:
      state: integer vector [3].
      rate: array of a real dtype; its shape is the end of `shape`.
      shape, dtype: of the result.
    """
    xp = namespace(state)
    dtype = np.dtype(dtype)
    r = rate.reshape(-1).astype(np.float64)
    start = _starts(state, _split(shape, rate), r.size)
    highest = float(np.iinfo(dtype).max if dtype.kind in "iu" else np.finfo(dtype).max)
    small = r < 10
    threshold = xp.exp(-r)
    log_rate = xp.log(r)
    b = 0.931 + 2.53 * xp.sqrt(r)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2)

    infinite = xp.isinf(r) & (r > 0)
    endless = np.inf if dtype.kind == "f" else 0.0
    unknown = np.nan if dtype.kind == "f" else 0.0
    result = xp.broadcast_to(
        xp.where(infinite, endless, xp.where(xp.isnan(r), unknown, 0.0)), start.shape
    )
    done = xp.broadcast_to(infinite | xp.isnan(r), start.shape)
    one = xp.ones(start.shape, np.float64)

    def body(done, result, product, count, block):
        first, second = _uniforms(state, start + block)
        for uniform in (first, second):  # Knuth: one number of a product at a time
            product = product * uniform
            stop = small & ~done & (product <= threshold) & (count <= highest)
            result = xp.where(stop, count, result)
            done = done | stop
            count = count + 1
        pair = result, done, first - 0.5, second
        result, done = _where_any(xp, xp.any(~small), transformed, pair)
        return done, result, product, count, block + np.uint64(1)

    def transformed(result, done, u, v):  # Hormann: a block is a pair
        inside = 0.5 - abs(u)
        k = xp.floor((2 * a / inside + b) * u + r + 0.43)
        accept = (inside >= 0.07) & (v <= v_r)
        log_ratio = xp.log(v * inverse_alpha / (a / (inside * inside) + b))
        fits = log_ratio <= -r + k * log_rate - _lgamma(k + 1)
        accept = accept | (~((k < 0) | ((inside < 0.013) & (v > inside))) & fits)
        accept = accept & (k <= highest) & ~small & ~done
        return xp.where(accept, k, result), done | accept

    result = repeat_until_done(xp, body, done, result, one, one * 0, xp.zeros((), _U64))[0]
    return result.astype(dtype).reshape(shape)


# -- binomial ------------------------------------------------------------------------------------

# log(k!) minus Stirling's formula for it, k = 0 ... 9; beyond, two terms of the series do.
_STIRLING_TAIL = np.array(
    [
        math.lgamma(k + 1) - (0.5 * math.log(2 * math.pi) + (k + 0.5) * math.log(k + 1) - (k + 1))
        for k in range(10)
    ]
)


def _stirling_tail(xp: Any, k: Any) -> Any:
    square = (k + 1) * (k + 1)
    series = (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1)
    index = xp.clip(xp.nan_to_num(k, nan=0.0), 0, 9).astype(np.int32)
    return xp.where(k <= 9, xp.asarray(_STIRLING_TAIL)[index], series)


def binomial(state: Any, counts: Any, probs: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Binomial numbers.

    Args:
      state: integer vector [3].
      counts, probs: arrays of one float dtype; the end of `shape` is what they broadcast to.
      shape, dtype: of the result.
    """
    xp = namespace(state)
    dtype = np.dtype(dtype)
    counts, probs = xp.broadcast_arrays(counts, probs)
    samples = _split(shape, counts)
    counts, probs = counts.reshape(-1), probs.reshape(-1)
    mirrored = probs > np.asarray(0.5, probs.dtype)
    narrow = xp.where(mirrored, np.asarray(1, probs.dtype) - probs, probs)
    # The choice of the method is made in the parameters' own dtype, all else in double.
    many = counts * narrow >= np.asarray(10, probs.dtype)
    n, p = counts.astype(np.float64), narrow.astype(np.float64)
    step = xp.where(many, np.uint64(SAMPLES_PER_OUTPUT), np.uint64(SAMPLES_PER_INVERSION))
    start = _starts(state, samples, counts.size) // np.uint64(SAMPLES_PER_OUTPUT) * step

    deviation = xp.sqrt(n * p * (1 - p))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * p
    c = n * p + 0.5
    v_r = 0.92 - 4.2 / b
    odds = p / (1 - p)
    alpha = (2.83 + 5.1 / b) * deviation
    mode = xp.floor((n + 1) * p)
    log_q = xp.log1p(-p)

    never, always = (n <= 0) | (probs <= 0), probs >= 1
    broken = xp.isnan(probs) | xp.isnan(n)
    nan = np.nan if dtype.kind == "f" else 0.0
    fixed = xp.where(never, 0.0, xp.where(always, n, xp.where(broken, nan, 0.0)))
    settled = never | always | broken
    done = xp.broadcast_to(settled, start.shape)
    zeros = xp.zeros(start.shape, np.float64)

    def body(done, result, total, count, block):
        first, second = _uniforms(state, start + block)
        for uniform in (first, second):  # inversion: geometric numbers until they exceed n
            total = total + xp.ceil(xp.log(uniform) / log_q)
            stop = ~many & ~done & (total > n)
            result = xp.where(stop, count, result)
            done = done | stop
            count = count + 1
        pair = result, done, first - 0.5, second
        result, done = _where_any(xp, xp.any(many), transformed, pair)
        return done, result, total, count, block + np.uint64(1)

    def transformed(result, done, u, v):
        inside = 0.5 - abs(u)
        k = xp.floor((2 * a / inside + b) * u + c)
        accept = (inside >= 0.07) & (v <= v_r)
        log_ratio = xp.log(v * alpha / (a / (inside * inside) + b))
        bound = (
            (mode + 0.5) * xp.log((mode + 1) / (odds * (n - mode + 1)))
            + (n + 1) * xp.log((n - mode + 1) / (n - k + 1))
            + (k + 0.5) * xp.log(odds * (n - k + 1) / (k + 1))
            + _stirling_tail(xp, mode)
            + _stirling_tail(xp, n - mode)
            - _stirling_tail(xp, k)
            - _stirling_tail(xp, n - k)
        )
        accept = accept | ((k >= 0) & (k <= n) & (log_ratio <= bound))
        accept = accept & many & ~done
        return xp.where(accept, k, result), done | accept

    result = repeat_until_done(xp, body, done, zeros, zeros, zeros, xp.zeros((), _U64))[0]
    result = xp.where(settled, fixed, xp.where(mirrored, n - result, result))
    return result.astype(dtype).reshape(shape)
