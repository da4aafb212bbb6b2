"""Convolutions over one, two and three spatial axes.

TensorFlow's CPU kernels lack channels-first data, and gradients of dilated and of grouped
convolutions, which its GPU kernels have. Here they work everywhere.
"""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src.convert import convert
from tfshim._src.errors import UnimplementedError, op_error, require
from tfshim._src.ops import nn_conv_filter, nn_windows as nw
from tfshim._src.ops.common import brackets
from tfshim._src.registry import export, op
from tfshim._src.rules import same
from tfshim._src.tensor import Tensor

CONV2D_TYPES = ("half", "bfloat16", "float", "double", "int32")
CONV3D_TYPES = CONV2D_TYPES[:4]
#: Elements of an input from which on convolutions that XLA is slow at are put together from others.
LARGE = 1 << 14
_AXES = {1: "W", 2: "HW", 3: "DHW"}


def layout(n: int, channels_first: bool) -> tuple[str, str, str]:
    """XLA's names of the axes of input, filter and output."""
    axes = _AXES[n]
    data = f"NC{axes}" if channels_first else f"N{axes}C"
    return data, f"{axes}IO", data


def conv_raw(x, w, strides, pads, dilations, channels_first: bool, plain: bool = False):
    """A convolution of raw arrays; groups follow from the number of channels.

    Args:
      x: [batch, *spatial, channels], or with the channels first.
      w: [*window, channels / groups, outputs].
      strides, dilations: ints of the spatial axes.
      pads: pairs of the spatial axes.
      plain: whether it consists of nothing but what JAX can transpose.
    """
    n = w.ndim - 2
    channels = x.shape[1 if channels_first else -1]
    groups = channels // w.shape[-2] if w.shape[-2] else 0
    first = 2 if channels_first else 1
    sizes = zip(x.shape[first : first + n], w.shape[:n], strides, pads, dilations, strict=True)
    spans = [(size + sum(p) - (k - 1) * d - 1) // s + 1 for size, k, s, p, d in sizes]
    out = [x.shape[0], *spans, w.shape[-1]]
    if channels_first:
        out = [x.shape[0], w.shape[-1], *spans]
    if 0 in out or 0 in w.shape or groups == 0:
        return jnp.zeros(out, x.dtype)
    require(
        w.shape[-1] % groups == 0,
        f"output depth must be evenly divisible by number of groups: {w.shape[-1]} vs {groups}",
    )
    if n == 3 and not channels_first and groups == 1 and large(x):
        return _by_slices(x, w, strides, pads, dilations, plain)
    if not plain and n == 2 and not channels_first and nn_conv_filter.pays(x, w, out):
        return nn_conv_filter.images(x, w, tuple(strides), tuple(pads), tuple(dilations))
    return lax.conv_general_dilated(
        x,
        w,
        strides,
        pads,
        rhs_dilation=dilations,
        dimension_numbers=layout(n, channels_first),
        feature_group_count=groups,
        preferred_element_type=x.dtype,
    )


def large(x) -> bool:
    """Whether XLA's slow convolutions are worth another way. The 16-bit dtypes, whose sums it
    rounds once, have none."""
    return x.size >= LARGE and x.dtype.itemsize >= 4


def _by_slices(x, w, strides, pads, dilations, plain):
    """A convolution of volumes as a sum of convolutions of images, for which XLA has Eigen's."""
    x = lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0), (*pads[0], 0), *[(0, 0, 0)] * 3])
    step, gap = strides[0], dilations[0]
    end = (x.shape[1] - (w.shape[0] - 1) * gap - 1) // step * step + 1
    total = None
    for i in range(w.shape[0]):
        part = lax.slice_in_dim(x, i * gap, i * gap + end, step, axis=1)
        images = part.reshape(-1, *part.shape[2:])
        out = conv_raw(images, w[i], strides[1:], pads[1:], dilations[1:], False, plain)
        total = out if total is None else total + out
    assert total is not None
    return total.reshape(x.shape[0], -1, *total.shape[1:])


def _flat_batch(x, rank: int):
    """The batch axes as one, and the shape to bring back."""
    if x.ndim <= rank:
        return x, None
    batch = x.shape[: x.ndim - rank + 1]
    return x.reshape(math.prod(batch), *x.shape[x.ndim - rank + 1 :]), batch


def _conv2d_body(x, w, strides, padding, dilations, channels_first):
    x, batch = _flat_batch(x, 4)
    require(
        strides[0] == 1 and strides[1 if channels_first else 3] == 1,
        "Current implementation does not yet support strides in the batch and depth dimensions.",
        UnimplementedError,
    )
    require(
        min(nw.spatial(strides, channels_first)) > 0,
        "Row and column strides should be larger than 0.",
    )
    require(
        dilations[0] == 1 and dilations[1 if channels_first else 3] == 1,
        "Current implementation does not yet support dilations in the batch and depth dimensions.",
        UnimplementedError,
    )
    require(
        min(nw.spatial(dilations, channels_first)) > 0, "Dilated rates should be larger than 0."
    )
    if not isinstance(padding, str):
        nw.check_explicit(padding, channels_first)
        padding = nw.spatial(padding, channels_first)
    require(x.ndim == 4, f"convolution input must be 4-dimensional: {brackets(x.shape)}")
    require(w.ndim == 4, f"convolution filter must be 4-dimensional: {brackets(w.shape)}")
    depth, part = x.shape[1 if channels_first else 3], w.shape[2]
    require(part > 0, f"filter depth must be stricly positive, got {part}")
    require(
        depth % part == 0,
        f"input depth must be evenly divisible by filter depth: {depth} vs {part}",
    )
    require(
        0 not in w.shape[:2],
        "filter must not have zero elements (i.e. all dimensions must be non-zero)",
    )
    strides, dilations = (nw.spatial(v, channels_first) for v in (strides, dilations))
    sizes = nw.spatial(x.shape, channels_first)
    _, pads = nw.windows(sizes, w.shape[:2], strides, dilations, padding)
    out = conv_raw(x, w, strides, pads, dilations, channels_first)
    return out if batch is None else out.reshape(*batch, *out.shape[1:])


@op(kernel="Conv2D", inputs=same("input", "filter", of=CONV2D_TYPES))
def _conv2d(input, filter, strides, padding, dilations, channels_first):
    return _conv2d_body(input, filter, strides, padding, dilations, channels_first)


@op(kernel="Conv2D", inputs=same("input", "filter", of=CONV2D_TYPES))
def _conv1d(input, filter, stride, padding, dilation, channels_first):
    at = input.ndim - (1 if channels_first else 2)
    if at < 0:
        raise op_error(
            "ExpandDims",
            f"Tried to expand dim index {-2 if channels_first else -3} for tensor with "
            f"{input.ndim} dimensions.",
        )
    out = _conv2d_body(
        jnp.expand_dims(input, at), filter[None], stride, padding, dilation, channels_first
    )
    return jnp.squeeze(out, at)


@op(kernel="Conv3D", inputs=same("input", "filter", of=CONV3D_TYPES))
def _conv3d(input, filter, strides, padding, dilations, channels_first):
    x, batch = _flat_batch(input, 5)
    w = filter
    axis = 1 if channels_first else 4
    require(
        strides[0] == 1 and strides[axis] == 1,
        "Current implementation does not yet support strides in the batch and depth dimensions.",
    )
    require(
        min(nw.spatial(strides, channels_first)) > 0, "Spatial strides should be larger than 0."
    )
    require(
        dilations[0] == 1 and dilations[axis] == 1,
        "Current implementation does not yet support dilation rates in the batch and depth "
        "dimensions.",
    )
    require(
        min(nw.spatial(dilations, channels_first)) > 0, "Dilated rates should be larger than 0."
    )
    require(x.ndim == 5, "input must be 5-dimensional")
    require(w.ndim == 5, "filter must be 5-dimensional")
    depth, part = x.shape[axis], w.shape[3]
    require(part > 0, f"filter depth must be stricly positive, got {part}")
    require(
        depth % part == 0,
        f"Input depth must be evenly divisible by filter depth: {depth} vs {part}",
    )
    strides, dilations = (nw.spatial(v, channels_first) for v in (strides, dilations))
    sizes = nw.spatial(x.shape, channels_first)
    _, pads = nw.windows(sizes, w.shape[:3], strides, dilations, padding)
    out = conv_raw(x, w, strides, pads, dilations, channels_first)
    return out if batch is None else out.reshape(*batch, *out.shape[1:])


# -- public functions ------------------------------------------------------------------------------


def padding_of(kernel: str, padding: Any, length: int | None = 4) -> Any:
    """ "SAME", "VALID" or, where `length` allows it, pairs."""
    allowed = ("SAME", "VALID", "EXPLICIT") if kernel != "Conv3D" else ("SAME", "VALID")
    if length is not None:
        padding = nw.explicit(padding, length)
        if isinstance(padding, tuple):
            return padding
    return nw.choice(kernel, "padding", padding, allowed)


def format_of(kernel: str, data_format: Any, n: int = 2) -> bool:
    """Whether the channels come first, or the error for an unknown format."""
    allowed = ("NDHWC", "NCDHW") if n == 3 else ("NHWC", "NCHW")
    return nw.choice(kernel, "data_format", data_format, allowed) == allowed[1]


@export("tf.nn.conv2d")
def conv2d(
    input, filters, strides, padding, data_format="NHWC", dilations=None, name=None
) -> Tensor:
    """Products of filters with the windows of images, summed.

    Args:
      input: [..., height, width, channels], or with the channels first for "NCHW".
      filters: [height, width, channels / groups, outputs].
      strides: int, or 1, 2 or 4 of them.
      padding: "SAME", "VALID" or four pairs, one for each axis.
      data_format: "NHWC" or "NCHW".
      dilations: distance of the taps of a filter, as `strides`.
      name: ignored.

    Raises:
      ValueError, InvalidArgumentError: for arguments that do not fit.
    """
    kernel = "Conv2D"
    padding = nw.explicit(padding)
    data_format = "NHWC" if data_format is None else data_format
    channel = 1 if data_format.startswith("NC") else 3
    strides = nw.sequence(strides, 2, channel, "strides")
    dilations = nw.sequence(dilations, 2, channel, "dilations")
    if not hasattr(input, "shape"):
        raise AttributeError(f"{type(input).__name__!r} object has no attribute 'shape'")
    if not isinstance(padding, tuple):
        padding = padding_of(kernel, padding, None)
    first = format_of(kernel, data_format)
    strides, dilations = nw.ints(strides, "strides"), nw.ints(dilations, "dilations")
    return _conv2d(input, filters, strides, padding, dilations, first)


@export("tf.nn.conv1d")
def conv1d(input, filters, stride, padding, data_format="NWC", dilations=None, name=None) -> Tensor:
    """Products of filters with the windows of sequences, summed.

    Args:
      input: [..., width, channels], or with the channels first for "NCW".
      filters: [width, channels / groups, outputs].
      stride: int, or 1 or 3 of them.
      padding: "SAME" or "VALID".
      data_format: "NWC" or "NCW".
      dilations: distance of the taps of a filter, as `stride`.
      name: ignored.

    Raises:
      ValueError, InvalidArgumentError: for arguments that do not fit.
    """
    if data_format not in (None, "NHWC", "NWC", "NCHW", "NCW"):
        raise ValueError(
            f"`data_format` must be 'NWC' or 'NCW'. Received: data_format={data_format}"
        )
    first = data_format in ("NCHW", "NCW")
    channel = 1 if first else 2
    stride = nw.sequence(stride, 1, channel, "stride")
    dilations = nw.sequence(dilations, 1, channel, "dilations")
    stride = nw.ints([1, *stride], "strides")
    dilations = nw.ints([1, *dilations], "dilations")
    if first:
        # The new axis stands before the spatial one, after the channels.
        stride, dilations = (nw.Ints((v[0], v[2], 1, v[3])) for v in (stride, dilations))
    padding = padding_of("Conv2D", padding, None)
    return _conv1d(input, filters, stride, padding, dilations, first)


@export("tf.nn.conv3d")
def conv3d(
    input, filters, strides, padding, data_format="NDHWC", dilations=None, name=None
) -> Tensor:
    """Products of filters with the windows of volumes, summed.

    Args:
      input: [..., depth, height, width, channels], or with the channels first for "NCDHW".
      filters: [depth, height, width, channels / groups, outputs].
      strides: a list of 5 ints.
      padding: "SAME" or "VALID".
      data_format: "NDHWC" or "NCDHW".
      dilations: distance of the taps of a filter, a list of 5 ints.
      name: ignored.

    Raises:
      ValueError, InvalidArgumentError: for arguments that do not fit.
    """
    kernel = "Conv3D"
    strides = nw.ints(strides, "strides", "conv3d", 5, kernel)
    padding = padding_of(kernel, padding, None)
    first = format_of(kernel, "NDHWC" if data_format is None else data_format, 3)
    dilations = nw.ints([1] * 5 if dilations is None else dilations, "dilations", "conv3d")
    return _conv3d(input, filters, strides, padding, dilations, first)


@export("tf.nn.convolution")
def convolution(
    input, filters, strides=None, padding="VALID", data_format=None, dilations=None, name=None
) -> Tensor:
    """Products of filters with windows over one, two or three spatial axes, summed.

    Args:
      input: [..., *spatial, channels], or with the channels first.
      filters: [*window, channels / groups, outputs].
      strides: int or ints, 1 by default.
      padding: "SAME" or "VALID".
      data_format: for example "NWC", "NHWC", "NCHW", "NDHWC".
      dilations: distance of the taps of a filter, as `strides`.
      name: ignored.

    Raises:
      ValueError: for other ranks, and for both strides and dilations above 1.
      InvalidArgumentError: for arguments that do not fit.
    """
    w, x = convert(filters), convert(input)
    n = w.ndim - 2
    if n not in (1, 2, 3):
        raise ValueError(f"`num_spatial_dims` must be 1, 2, or 3. Received: num_spatial_dims={n}.")
    batches = x.ndim - n - 1
    channel = batches + n if data_format in nw.LAST else batches
    dilated = dilations is not None
    dilations = nw.sequence(dilations, n, channel, "dilations")
    strides = nw.sequence(strides, n, channel, "strides")
    dilated = dilated and any(d != 1 for d in dilations)
    if dilated:
        _check_dilated(x, w, n, strides, dilations, padding, channel == 1)
    if n == 1:
        return conv1d(x, w, strides, padding, data_format, dilations)
    fmt = data_format or ("NHWC" if n == 2 else "NDHWC")
    if n == 2:
        if not dilated:
            padding_of("Conv2D", padding, None)
        return conv2d(x, w, strides, padding, fmt, dilations)
    return conv3d(x, w, strides, padding, fmt, dilations)


def _check_dilated(x, w, n, strides, dilations, padding, first) -> None:
    inner = [np.array(v[2:] if first else v[1:-1], np.int32) for v in (strides, dilations)]
    depth, part = x.aval.shape[1 if first else -1], w.aval.shape[-2]
    if depth % part if part else depth:
        raise ValueError(
            "The number of input channels is not divisible by the corresponding number of output "
            f"filters. Received: input.shape={x.shape} with {depth} channels and filters.shape="
            f"{w.shape} with {part} output filters."
        )
    if np.any(inner[1] < 1):
        raise ValueError(
            f"all values of `dilation_rate` must be positive. Received: dilation_rate={inner[1]}"
        )
    if np.any(inner[0] < 1):
        raise ValueError(f"all values of `strides` must be positive. Received: strides={inner[0]}")
    if np.any(inner[0] > 1) and np.any(inner[1] > 1):
        raise ValueError(
            "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: "
            f"strides={inner[0]} and dilation_rate={inner[1]}"
        )
    if isinstance(padding, (list, tuple)) and n == 2:
        nw.explicit(padding)
    elif padding not in ("SAME", "VALID"):
        raise ValueError(f"`padding` must be one of 'SAME' or 'VALID'. Received: padding={padding}")


@export("tf.nn.atrous_conv2d")
def atrous_conv2d(value, filters, rate, padding, name=None) -> Tensor:
    """A convolution whose filters have holes: their taps are `rate` apart.

    Args:
      value: [batch, height, width, channels].
      filters: [height, width, channels, outputs].
      rate: int, or one for each spatial axis.
      padding: "SAME" or "VALID".
      name: ignored.

    Raises:
      ValueError: for a rate below 1 and another padding.
    """
    rates = np.broadcast_to(rate, (2,))
    if np.any(rates < 1):
        raise ValueError(
            f"all values of `dilation_rate` must be positive. Received: dilation_rate={rates}"
        )
    return convolution(value, filters, None, padding, None, [int(r) for r in rates])
