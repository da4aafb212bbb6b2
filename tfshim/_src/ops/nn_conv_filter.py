"""Large convolutions of images whose derivative by the filter is a product for each of its taps.

XLA computes the gradient of a filter as a convolution with a window as large as the image, which
takes it two to thirty times as long on the CPU. The rules are given as tangents, so that JAX finds
the gradient by transposing them, and derivatives of any order.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.custom_derivatives import SymbolicZero

#: Places of a result from which on a product for each tap is quicker.
PLACES = 1 << 13
#: Channels of the images from which on it is: products of thin matrices take longer than XLA.
CHANNELS = 32


_AXES = {1: ("NWC", "WIO", "NWC"), 2: ("NHWC", "HWIO", "NHWC")}


def convolve(x, w, strides, pads, dilations):
    """XLA's convolution of images or sequences, channels last, without groups."""
    return lax.conv_general_dilated(
        x,
        w,
        strides,
        pads,
        rhs_dilation=dilations,
        dimension_numbers=_AXES[w.ndim - 2],
        preferred_element_type=x.dtype,
    )


def pays(x, w, out: Sequence[int]) -> bool:
    """Whether the rules serve this convolution, and are quicker, for a result of this shape."""
    one_group = x.shape[3] == w.shape[2] >= CHANNELS
    wide = x.dtype in (np.float32, np.float64)  # sums of others are rounded once
    return one_group and wide and math.prod(out[:-1]) >= PLACES


@functools.partial(jax.custom_jvp, nondiff_argnums=(2, 3, 4))
def images(x, w, strides, pads, dilations):
    """The convolution of `convolve`."""
    return convolve(x, w, strides, pads, dilations)


def _tangent(static: tuple, primals: tuple, tangents: tuple, by_data: Any, by_filter: Any) -> Any:
    """The tangent of what is linear in data and in a filter."""
    (x, w), (dx, dw) = primals, tangents
    parts = []
    if not isinstance(dx, SymbolicZero):
        parts.append(by_data(dx, w, *static))
    if not isinstance(dw, SymbolicZero):
        parts.append(by_filter(x, dw, *static))
    return sum(parts[1:], parts[0])


def _images_jvp(strides, pads, dilations, primals, tangents):
    static = strides, pads, dilations
    tangent = _tangent(static, primals, tangents, convolve, _by_taps)
    return images(*primals, *static), tangent


images.defjvp(_images_jvp, symbolic_zeros=True)


def _by_taps(x, w, strides, pads, dilations):
    """The same convolution, as a sum of products of one tap with a part of the images. For
    sequences XLA is quicker, as long as it is told that they are no images."""
    if x.shape[1] == w.shape[0] == 1 and not any(pads[0]):
        return convolve(x[:, 0], w[0], strides[1:], pads[1:], dilations[1:])[:, None]
    x = lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0), *[(*p, 0) for p in pads], (0, 0, 0)])
    spans = [
        (n - (k - 1) * gap - 1) // step * step + 1
        for n, k, step, gap in zip(x.shape[1:3], w.shape, strides, dilations, strict=False)
    ]
    total = None
    for at in itertools.product(*map(range, w.shape[:2])):
        low = [0, *[i * gap for i, gap in zip(at, dilations, strict=True)], 0]
        high = [x.shape[0], *[i + n for i, n in zip(low[1:3], spans, strict=True)], x.shape[3]]
        part = lax.slice(x, low, high, (1, *strides, 1))
        out = lax.dot_general(part, w[at], (((3,), (0,)), ((), ())))
        total = out if total is None else total + out
    return total


@functools.partial(jax.custom_jvp, nondiff_argnums=(2, 3, 4, 5))
def transposed(y, w, sizes, strides, pads, dilations):
    """The cotangent of the images of such a convolution, for y, the cotangent of its result.

    Args:
      sizes: the shape of the images.
    """
    return _transpose(convolve, y, w, sizes, strides, pads, dilations)


def _transpose(f, y, w, sizes, *static):
    x = jax.ShapeDtypeStruct(sizes, y.dtype)
    return jax.linear_transpose(lambda x: f(x, w, *static), x)(y)[0]


def _transposed_jvp(sizes, strides, pads, dilations, primals, tangents):
    static = sizes, strides, pads, dilations
    by_data, by_filter = (functools.partial(_transpose, f) for f in (convolve, _by_taps))
    return transposed(*primals, *static), _tangent(static, primals, tangents, by_data, by_filter)


transposed.defjvp(_transposed_jvp, symbolic_zeros=True)
