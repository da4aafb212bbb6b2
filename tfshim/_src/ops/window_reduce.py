"""The largest element and the sum of each window, without XLA's own windows where they are small.

Those are loops over single elements on the CPU. Of whole arrays of first, second, ... elements of
the windows XLA makes one loop that works on many channels at once; so are their derivatives.
"""

from __future__ import annotations

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src.ops.reduction import lowest

#: Windows of more elements are left to XLA, whose program is short whatever their size is.
MANY = 16
#: XLA finds the places of largest elements quicker where each element is in more windows than that.
OVERLAP = 3


def _few(x, ksize, pads) -> bool:
    fits = all(n + sum(p) >= k > 0 for n, k, p in zip(x.shape, ksize, pads, strict=True))
    return fits and x.size > 0 and math.prod(ksize) <= MANY


def _parts(x, ksize, strides, pads, fill):
    """What stands first in each window, what second, and so on, each of the result's shape."""
    sizes = [
        (n + sum(p) - k) // s + 1 for n, k, s, p in zip(x.shape, ksize, strides, pads, strict=True)
    ]
    fill = jnp.asarray(fill, x.dtype)
    if tuple(ksize) == tuple(strides):  # side by side: one more axis, of the place in a window
        edges = [
            (low, m * k - n - low, 0)
            for n, m, k, (low, _) in zip(x.shape, sizes, ksize, pads, strict=True)
        ]
        shape = [n for m, k in zip(sizes, ksize, strict=True) for n in (m, k)]
        x = lax.pad(x, fill, edges).reshape(shape)
        return [x[tuple(i for o in at for i in (slice(None), o))] for at in np.ndindex(*ksize)]
    x = lax.pad(x, fill, [(*p, 0) for p in pads])
    ends = [(m - 1) * s + 1 for m, s in zip(sizes, strides, strict=True)]
    return [
        lax.slice(x, at, [o + end for o, end in zip(at, ends, strict=True)], strides)
        for at in np.ndindex(*ksize)
    ]


def window_sum(x, ksize, strides, pads):
    """The sum of each window, from its first element to its last."""
    if not _few(x, ksize, pads):
        return lax.reduce_window(x, np.zeros((), x.dtype), lax.add, ksize, strides, pads)
    total = functools.reduce(lax.add, _parts(x, ksize, strides, pads, 0))
    # XLA would take seconds to fold the gradient of a sum, which is constant.
    return total if tuple(ksize) == tuple(strides) else lax.optimization_barrier(total)


def window_max(x, ksize, strides, pads):
    """The largest of each window; the first of equal ones gets the gradient. No NaN, no -inf."""
    if not _few(x, ksize, pads):
        return _by_xla(x, ksize, strides, pads)
    return _largest(x, tuple(ksize), tuple(strides), tuple(pads))


def _by_xla(x, ksize, strides, pads):
    low = np.asarray(lowest(x.dtype), x.dtype)
    return lax.reduce_window(x, low, lax.max, ksize, strides, pads)


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2, 3))
def _largest(x, ksize, strides, pads):
    return functools.reduce(lax.max, _parts(x, ksize, strides, pads, lowest(x.dtype)))


@_largest.defjvp
def _largest_jvp(ksize, strides, pads, primals, tangents):
    (x,), (dx,) = primals, tangents
    if math.prod(ksize) > OVERLAP * math.prod(strides):
        return jax.jvp(lambda x: _by_xla(x, ksize, strides, pads), primals, tangents)
    out = _largest(x, ksize, strides, pads)
    first = jnp.zeros(out.shape, np.int8)  # the place in its window of the first that is largest
    for place, part in reversed(list(enumerate(_parts(x, ksize, strides, pads, -np.inf)))):
        first = jnp.where(part == out, np.int8(place), first)  # padding, -inf here, is not equal
    tangent = jnp.zeros_like(out)
    for place, moved in enumerate(_parts(dx, ksize, strides, pads, 0)):
        tangent = jnp.where(first == place, moved, tangent)
    return out, tangent
