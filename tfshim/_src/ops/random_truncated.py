"""`tf.random.stateless_parameterized_truncated_normal`: normals between bounds of their own.

Samples are drawn by rejection, on the host, as TensorFlow's kernel draws them on one thread: from
a normal, a uniform or an exponential distribution, whichever is rejected least (Robert,
"Simulation of truncated normal variables", 1995). The gradient is that of implicit
reparameterization (Figurnov et al., 2018).
"""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr

from tfshim._src import static
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import dtype_mismatch, dtype_not_allowed, op_error
from tfshim._src.ops import philox, random_kernels as kernels
from tfshim._src.ops.common import brackets, unbroadcast
from tfshim._src.registry import export, op
from tfshim._src.rules import INDEX, c_name, same

_KERNEL = "StatelessParameterizedTruncatedNormal"
#: A normal is drawn and kept if it fits, where the mean is inside the bounds and one of them is at
#: least so many standard deviations away.
_FAR = 1.3


class _Stream:
    """The blocks of a stream, one after the other."""

    def __init__(self, state: np.ndarray, dtype: np.dtype):
        self.state, self.dtype = state, dtype
        self.width = 2 if dtype == np.float64 else 4  # numbers in a block

    def skip(self, blocks: int) -> None:
        self.state = philox.advance(self.state, np.uint64(blocks))

    def normals(self, blocks: int) -> np.ndarray:
        return np.asarray(philox.normal(self.state, (blocks * self.width,), self.dtype))

    def uniforms(self, blocks: int) -> np.ndarray:
        return np.asarray(philox.uniform(self.state, (blocks * self.width,), self.dtype))


def _accepted(stream: _Stream, count: int, low: Any, high: Any) -> np.ndarray:
    """Standard normals between low, the bound nearer to the mean, and high."""
    kind = stream.dtype.type
    root = np.sqrt(low * low + kind(4))
    cutoff = kind(2) * np.exp(kind(0.5) + low * (low - root) / kind(4)) / (low + root)
    span = high - low
    by_normals = (low < -_FAR and high >= 0) or (high > _FAR and low <= 0)
    found = np.zeros(0, stream.dtype)
    # A normal, or two uniforms, for each candidate; uniforms of a pair lie in blocks that follow
    # each other, those for the exponential distribution side by side.
    step = 1 if by_normals or span >= cutoff else 2
    while found.size < count:
        blocks = step * max(2, -(-(count - found.size) * 3 // (2 * stream.width)))
        if by_normals:
            z = stream.normals(blocks)
            keep = (z >= low) & (z <= high)
            place = np.arange(z.size) // stream.width
        elif span < cutoff:
            pairs = stream.uniforms(blocks).reshape(-1, 2, stream.width)
            z = (pairs[:, 0] * span + low).reshape(-1)
            top = kind(0) if low < 0 else low * low
            keep = pairs[:, 1].reshape(-1) <= np.exp((top - z * z) / kind(2))
            place = np.arange(z.size) // stream.width * 2 + 1
        else:
            rate = (low + root) / kind(2)
            pairs = stream.uniforms(blocks).reshape(-1, 2)
            z = -np.log(pairs[:, 0]) / rate + low
            off = rate - z if low < rate else low - rate
            keep = (pairs[:, 1] <= np.exp(-off * off / kind(2))) & (z < high)
            place = np.arange(z.size) * 2 // stream.width
        kept = np.flatnonzero(keep)[: count - found.size]
        found = np.concatenate([found, z[kept]])
        # what is left of the last block is not used
        stream.skip(int(place[kept[-1]]) + 1 if found.size == count else blocks)
    return found


def _sample(shape: tuple[int, ...], seed: Any, parameters: tuple, tail: tuple[int, ...]) -> Any:
    dtype = parameters[0].dtype
    sets = math.prod(tail)
    count = math.prod(shape) // sets if sets else 0
    out = np.zeros((count, sets), dtype)
    stream = _Stream(np.asarray(philox.scramble(np.asarray(seed))), dtype)
    flat = [np.broadcast_to(p, tail).reshape(-1) for p in parameters]
    with np.errstate(all="ignore"):
        for i, (mean, scale, low, high) in enumerate(zip(*flat, strict=True)):
            if not count:
                break
            if not (scale > 0 and low < high and (np.isfinite(low) or np.isfinite(high))):
                raise op_error(_KERNEL, "Invalid parameters")
            if low == -np.inf or high < mean:
                low, high, scale = high, low, -scale
            drawn = _accepted(stream, count, (low - mean) / scale, (high - mean) / scale)
            out[:, i] = drawn * scale + mean
    return out.reshape(shape)


def _pull(inputs, outputs, cotangents):
    sample, mean, scale, low, high = inputs
    del sample
    x, a, b = ((v - mean) / scale for v in (outputs, low, high))
    at_low = ndtr(a)
    info = np.finfo(x.dtype)
    share = jnp.clip((ndtr(x) - at_low) / (ndtr(b) - at_low), info.tiny, 1 - info.eps)
    half = jnp.asarray(0.5, x.dtype)
    to_high = jnp.exp(half * (x * x - b * b) + jnp.log(share))
    to_low = jnp.exp(half * (x * x - a * a) + jnp.log1p(-share))
    grads = [cotangents * d for d in (jnp.ones_like(x), x, to_low, to_high)]
    return None, *(unbroadcast(g, v.shape) for g, v in zip(grads, inputs[1:], strict=True))


@op(
    kernel=_KERNEL,
    inputs=same("sample", "means", "stddevs", "minvals", "maxvals"),
    vjp=_pull,
)
def _reparameterized(sample, means, stddevs, minvals, maxvals):
    return sample


@export("tf.random.stateless_parameterized_truncated_normal")
def stateless_parameterized_truncated_normal(
    shape, seed, means=0.0, stddevs=1.0, minvals=-2.0, maxvals=2.0, name=None
) -> Any:
    """Normal numbers between bounds, the same for equal seeds; differentiable.

    Args:
      shape: 1-d integer tensor or list, which ends with what the parameters broadcast to.
      seed: int32 or int64 tensor [2].
      means, stddevs: float16, float32 or float64 tensors, of the normal distribution before what
        is outside of the bounds is cut off.
      minvals, maxvals: the bounds; one of them may be infinite.
      name: ignored.

    Raises:
      InvalidArgumentError: for a bad shape, seed or dtype, and parameters without a distribution.
    """
    sizes_tensor = kernels.shape_tensor(shape)
    parameters = [convert(v) for v in (means, stddevs, minvals, maxvals)]
    seed = convert(seed)
    dtype = parameters[0].aval.dtype
    kernels.check_dtype(_KERNEL, dtype, ("half", "float", "double"))
    for i, p in enumerate(parameters):
        if p.aval.dtype is not dtype:
            raise dtype_mismatch(_KERNEL, i + 2, dtype, p.aval.dtype)
    for t, attr in ((sizes_tensor, "S"), (seed, "Tseed")):
        if c_name(t.aval.dtype) not in INDEX:
            raise dtype_not_allowed(_KERNEL, t.aval.dtype, kernels._types(*INDEX), attr)
    if sizes_tensor.ndim != 1:
        raise op_error(
            _KERNEL,
            f"Input shape should be a vector, got shape: {brackets(sizes_tensor.aval.shape)}",
        )
    kernels.check_seed(seed, _KERNEL)
    sizes = kernels.dimensions(_KERNEL, sizes_tensor, "S")
    shapes = [p.aval.shape for p in parameters]
    try:
        tail = np.broadcast_shapes(*shapes)
    except ValueError:
        got = " vs. ".join(map(brackets, shapes))
        raise op_error(
            _KERNEL,
            f"means, stddevs, minvals, maxvals must have compatible batch dimensions: {got}",
        ) from None
    kernels.must_end_with(_KERNEL, sizes, tail)
    values = tuple(np.asarray(static.host(p)) for p in parameters)
    drawn = from_array(_sample(sizes, static.host(seed), values, tail))
    return _reparameterized(drawn, *parameters)
