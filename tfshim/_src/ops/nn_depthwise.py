"""Convolutions of each channel on its own, and morphological dilation and erosion."""

from __future__ import annotations

import functools
import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import UnimplementedError, dtype_mismatch, op_error, require
from tfshim._src.ops import kinds, nn_windows as nw
from tfshim._src.ops.arithmetic import negative
from tfshim._src.ops.common import brackets
from tfshim._src.ops.nn_conv import conv_raw, format_of, large, layout
from tfshim._src.ops.shaping import reverse
from tfshim._src.ops.space import (
    batch_to_space,
    required_space_to_batch_paddings,
    space_to_batch_nd,
)
from tfshim._src.registry import export, op
from tfshim._src.rules import same
from tfshim._src.tensor import STATE, Tensor

_FLOATS = ("half", "bfloat16", "float", "double")
#: Windows of more places are left to XLA.
TAPS = 25


def _depthwise_raw(x, w, strides, pads, dilations, channels_first, spans):
    kh, kw, channels, times = w.shape
    if not x.size or not w.size:
        out = (x.shape[0], channels * times, *spans)
        return jnp.zeros(out if channels_first else (out[0], *spans, out[1]), x.dtype)
    if not channels_first and kh * kw <= TAPS and large(x):
        return _by_taps(x, w, strides, pads, dilations)
    return lax.conv_general_dilated(
        x,
        w.reshape(kh, kw, 1, channels * times),
        strides,
        pads,
        rhs_dilation=dilations,
        dimension_numbers=layout(2, channels_first),
        feature_group_count=channels,
        preferred_element_type=x.dtype,
    )


def _by_taps(x, w, strides, pads, dilations):
    """The sum over the window's places of the shifted images, each times its weights: one loop over
    all channels at once, where XLA's convolution takes each channel for itself."""
    x = lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0), *((*p, 0) for p in pads), (0, 0, 0)])
    images, channels = x.shape[0], x.shape[3]
    sizes = zip(x.shape[1:3], w.shape[:2], strides, dilations, strict=True)
    ends = [(n - (k - 1) * d - 1) // s * s + 1 for n, k, s, d in sizes]
    total = None
    for place in np.ndindex(*w.shape[:2]):
        low = [i * d for i, d in zip(place, dilations, strict=True)]
        high = [start + end for start, end in zip(low, ends, strict=True)]
        part = lax.slice(x, (0, *low, 0), (images, *high, channels), (1, *strides, 1))
        part = part[..., None] * w[place]
        total = part if total is None else total + part
    assert total is not None
    return total.reshape(*total.shape[:3], -1)


def _check(x, w, strides, channels_first) -> None:
    """Kernels look at strides first; a graph knows shapes before a kernel is there."""
    require(len(strides) == 4, "Sliding window strides field must specify 4 dimensions")
    if STATE.trace.symbolic:
        _check_shapes(x, w, channels_first)
    rows, _ = _checked_strides(strides, channels_first)
    _check_shapes(x, w, channels_first)
    require(rows > 0, f"Stride must be > 0, but got {rows}")


def _check_shapes(x, w, channels_first) -> None:
    channel = 1 if channels_first else 3
    require(x.ndim == 4, f"input must be 4-dimensional{brackets(x.shape)}")
    require(w.ndim == 4, f"filter must be 4-dimensional: {brackets(w.shape)}")
    require(
        x.shape[channel] == w.shape[2],
        f"input and filter must have the same depth: {x.shape[channel]} vs {w.shape[2]}",
    )


def _checked_strides(strides, channels_first: bool):
    """The strides of rows and columns, if a kernel for depthwise convolutions takes them."""
    rows, columns = nw.spatial(strides, channels_first)
    require(
        rows == columns,
        "Current implementation only supports equal length strides in the row and column "
        "dimensions.",
    )
    require(
        strides[0] == 1 and strides[1 if channels_first else 3] == 1,
        "Current implementation does not yet support strides in the batch and depth dimensions.",
    )
    return rows, columns


def _depthwise_body(x, w, strides, padding, rate, channels_first):
    _check(x, w, strides, channels_first)
    strides = nw.spatial(strides, channels_first)
    if not isinstance(padding, str):
        nw.check_explicit(padding, channels_first)
        padding = nw.spatial(padding, channels_first)
    sizes = nw.spatial(x.shape, channels_first)
    spans, pads = nw.windows(sizes, w.shape[:2], strides, rate, padding)
    return _depthwise_raw(x, w, strides, pads, rate, channels_first, spans)


@op(kernel="DepthwiseConv2dNative", inputs=same("input", "filter", of=_FLOATS))
def _depthwise(input, filter, strides, padding, rate, channels_first):
    return _depthwise_body(input, filter, strides, padding, rate, channels_first)


@op(kernel="Conv2D", inputs=same("input", "depthwise_filter", "pointwise_filter", of=_FLOATS))
def _separable(input, depthwise_filter, pointwise_filter, strides, padding, rate, channels_first):
    middle = _depthwise_body(input, depthwise_filter, strides, padding, rate, channels_first)
    channel = 1 if channels_first else 3
    depth, part = middle.shape[channel], pointwise_filter.shape[2]
    if not part or depth % part:
        raise op_error(
            "Conv2D", f"input depth must be evenly divisible by filter depth: {depth} vs {part}"
        )
    ones = (1, 1)
    return conv_raw(middle, pointwise_filter, ones, ((0, 0), (0, 0)), ones, channels_first)


def _arguments(input: Any, strides: Any, padding: Any, data_format: Any, dilations: Any):
    kernel = "DepthwiseConv2dNative"
    rate = [1, 1] if dilations is None else [int(r) for r in dilations]
    strides = nw.ints(strides, "strides", "depthwise_conv2d_native")
    if any(r > 1 for r in rate) and any(s != 1 for s in strides):
        warnings.warn(
            "When dilation rate is greater than 1, then all values of strides must be 1. Received: "
            f"`dilation rate` {rate} and `strides` {strides}",
            stacklevel=3,
        )
    if any(r < 1 for r in rate):
        raise ValueError(
            f"`dilation_rate` must be positive. Received: dilation_rate={np.array(rate)}"
        )
    padding = nw.explicit(padding)
    if not isinstance(padding, tuple):
        padding = nw.choice(kernel, "padding", padding, ("SAME", "VALID", "EXPLICIT"))
    first = format_of(kernel, "NHWC" if data_format is None else data_format)
    return strides, padding, nw.Ints(rate), first


@export("tf.nn.depthwise_conv2d")
def depthwise_conv2d(
    input, filter, strides, padding, data_format=None, dilations=None, name=None
) -> Tensor:
    """Filters for each channel on its own, without a sum over channels.

    Args:
      input: [batch, height, width, channels], or with the channels first for "NCHW".
      filter: [height, width, channels, multiplier].
      strides: list of 4 ints, equal ones for both spatial axes.
      padding: "SAME", "VALID" or four pairs.
      data_format: "NHWC" or "NCHW".
      dilations: distance of the taps of a filter, 2 ints; above 1 only with strides of 1.
      name: ignored.

    Returns:
      [batch, height, width, channels * multiplier].
    """
    x, w = convert(input), convert(filter)
    strides, padding, rate, first = _arguments(x, strides, padding, data_format, dilations)
    if max(rate) > 1 and max(strides) > 1:
        return _strided_and_dilated(x, w, strides, padding, rate, first)
    return _depthwise(x, w, strides, padding, nw.Ints(rate[:2]), first)


def _strided_and_dilated(x, w, strides, padding, rate, first) -> Any:
    """TensorFlow strides within each phase of the dilation then, which no convolution does."""

    def op_(inner, _, pad):
        return _depthwise(inner, w, strides, pad, nw.Ints((1, 1)), first)

    fmt = "NCHW" if first else "NHWC"
    return with_space_to_batch(x, rate, padding, op_, filter_shape=w.aval.shape, data_format=fmt)


@export("tf.nn.separable_conv2d")
def separable_conv2d(
    input,
    depthwise_filter,
    pointwise_filter,
    strides,
    padding,
    data_format=None,
    dilations=None,
    name=None,
) -> Tensor:
    """`depthwise_conv2d`, followed by a convolution with windows of size 1.

    Args:
      input: [batch, height, width, channels], or with the channels first for "NCHW".
      depthwise_filter: [height, width, channels, multiplier].
      pointwise_filter: [1, 1, channels * multiplier, outputs].
      strides: list of 4 ints, equal ones for both spatial axes.
      padding: "SAME", "VALID" or four pairs.
      data_format: "NHWC" or "NCHW".
      dilations: distance of the taps of a filter, 2 ints; above 1 only with strides of 1.
      name: ignored.

    Raises:
      ValueError: for a pointwise filter of another rank or window.
    """
    x, w, p = convert(input), convert(depthwise_filter), convert(pointwise_filter)
    if p.ndim != 4:
        raise ValueError(f"Shape {p.shape} must have rank 4")
    for n in p.aval.shape[:2]:
        if n != 1:
            raise ValueError(f"Dimensions {n} and 1 are not compatible")
    strides, padding, rate, first = _arguments(x, strides, padding, data_format, dilations)
    if max(rate) > 1 and max(strides) > 1:
        from tfshim._src.ops.nn_conv import conv2d

        middle = _strided_and_dilated(x, w, strides, padding, rate, first)
        return conv2d(middle, p, 1, "VALID", "NCHW" if first else "NHWC")
    return _separable(x, w, p, strides, padding, nw.Ints(rate[:2]), first)


# -- the parts of its gradient ---------------------------------------------------------------------


def _backward(forward, kernel, x, w, g, strides, padding, rate, first):
    """The transpose of `forward`, which is linear in one of x and w, of which there is the shape.

    Checks all shapes as TensorFlow's kernels do, of which no part is known to its graphs.
    """
    require(len(strides) == 4, "Sliding window strides field must specify 4 dimensions")
    strides = _checked_strides(strides, first)
    for what, array in (("input", x), ("filter", w), ("out_backprop", g)):
        require(len(array.shape) == 4, f"{kernel}: {what} must be 4-dimensional")
    channel = 1 if first else 3
    same_batch = x.shape[0] == g.shape[0]
    require(same_batch, f"{kernel}: input and out_backprop must have the same batch size")
    channels, times = w.shape[2:]
    same_depth = x.shape[channel] == channels
    require(same_depth, f"{kernel}: input and filter must have the same in_depth")
    right = channels * times == g.shape[channel]
    require(right, f"{kernel}: depth_multiplier * in_depth not equal to out_depth")
    if not isinstance(padding, str):
        nw.check_explicit(padding, first)
        padding = nw.spatial(padding, first)
    spans, pads = nw.windows(nw.spatial(x.shape, first), w.shape[:2], strides, rate, padding)
    for what, have, want in zip(("rows", "cols"), nw.spatial(g.shape, first), spans, strict=True):
        require(
            have == want,
            f"{kernel}: Number of {what} of out_backprop doesn't match computed: actual = {have}, "
            f"computed = {want}",
        )
    wanted = x if isinstance(x, jax.ShapeDtypeStruct) else w
    linear = functools.partial(forward, strides, pads, rate, first, spans)
    return jax.linear_transpose(linear, wanted)(g)[0]


@op(kernel="DepthwiseConv2dNativeBackpropInput", inputs=same("filter", "out_backprop", of=_FLOATS))
def _depthwise_input(filter, out_backprop, input_sizes, strides, padding, rate, first):
    def forward(*how_and_x):
        *how, x = how_and_x
        return _depthwise_raw(x, filter, *how)

    x = jax.ShapeDtypeStruct(input_sizes, out_backprop.dtype)
    kernel = "DepthwiseConv2DBackpropInput"
    return _backward(forward, kernel, x, filter, out_backprop, strides, padding, rate, first)


@op(kernel="DepthwiseConv2dNativeBackpropFilter", inputs=same("input", "out_backprop", of=_FLOATS))
def _depthwise_filter(input, out_backprop, filter_sizes, strides, padding, rate, first):
    def forward(*how_and_w):
        *how, w = how_and_w
        return _depthwise_raw(input, w, *how)

    w = jax.ShapeDtypeStruct(filter_sizes, out_backprop.dtype)
    kernel = "DepthwiseConv2DBackpropFilter"
    return _backward(forward, kernel, input, w, out_backprop, strides, padding, rate, first)


def _sizes(name: str, place: int, given: Any) -> tuple[int, ...]:
    """The shape that is given as the input of this place of a kernel, `input` or `filter`."""
    kernel = f"DepthwiseConv2dNativeBackprop{name.title()}"
    python = isinstance(given, (list, tuple))
    found = convert(given, dtypes.int32) if python else convert(given, hint=dtypes.int32)
    if found.aval.dtype is not dtypes.int32:
        raise dtype_mismatch(kernel, place, dtypes.int32, found.aval.dtype)
    if found.ndim != 1:
        text = f"Conv2DBackprop{name.title()}: {name}_sizes input must be 1-dim, not {found.ndim}"
        raise op_error(kernel, text)
    return static.shape(found)


def _backprop_arguments(strides, padding, data_format, dilations):
    rate = nw.ints(list(dilations), "dilations")
    first = format_of("DepthwiseConv2dNative", data_format)
    if any(r != 1 for r in rate):
        raise op_error(
            "DepthwiseConv2dNative",
            "Current kernel implementation does not support dilations, received "
            f"[{' '.join(map(str, rate))}]",
            UnimplementedError,
        )
    strides, padding, _, first = _arguments(None, strides, padding, data_format, None)
    return strides, padding, nw.Ints(nw.spatial(rate, first)), first


@export("tf.nn.depthwise_conv2d_backprop_input")
def depthwise_conv2d_backprop_input(
    input_sizes,
    filter,
    out_backprop,
    strides,
    padding,
    data_format="NHWC",
    dilations=[1, 1, 1, 1],  # noqa: B006  (the default that TensorFlow shows)
    name=None,
) -> Tensor:
    """The gradient of `depthwise_conv2d` with respect to its input.

    Args:
      input_sizes: shape of the input.
      filter: [height, width, channels, multiplier].
      out_backprop: the gradient with respect to the output.
      strides, padding, data_format: as in `depthwise_conv2d`.
      dilations: ones.
      name: ignored.
    """
    strides, padding, rate, first = _backprop_arguments(strides, padding, data_format, dilations)
    sizes = _sizes("input", 0, input_sizes)
    return _depthwise_input(filter, out_backprop, sizes, strides, padding, rate, first)


@export("tf.nn.depthwise_conv2d_backprop_filter")
def depthwise_conv2d_backprop_filter(
    input,
    filter_sizes,
    out_backprop,
    strides,
    padding,
    data_format="NHWC",
    dilations=[1, 1, 1, 1],  # noqa: B006  (the default that TensorFlow shows)
    name=None,
) -> Tensor:
    """The gradient of `depthwise_conv2d` with respect to its filter.

    Args:
      input: [batch, height, width, channels].
      filter_sizes: shape of the filter.
      out_backprop: the gradient with respect to the output.
      strides, padding, data_format: as in `depthwise_conv2d`.
      dilations: ones.
      name: ignored.
    """
    strides, padding, rate, first = _backprop_arguments(strides, padding, data_format, dilations)
    sizes = _sizes("filter", 1, filter_sizes)
    return _depthwise_filter(input, out_backprop, sizes, strides, padding, rate, first)


# -- phases of a dilation as batches ---------------------------------------------------------------


@export("tf.nn.with_space_to_batch")
def with_space_to_batch(
    input, dilation_rate, padding, op, filter_shape=None, spatial_dims=None, data_format=None
) -> Any:
    """Applies a function with dilated windows: each phase of the dilation is a batch of its own.

    Args:
      input: tensor of rank N + 2 or more.
      dilation_rate: N ints.
      padding: "SAME", "VALID" or pairs of all axes.
      op: called with the phases, N and the padding "VALID" (or, without dilation, `padding`).
      filter_shape: needed for "SAME".
      spatial_dims: N increasing axes; by default the first ones after the batch.
      data_format: starts with "NC" if the channels come first.

    Raises:
      ValueError: for rates below 1, a missing `filter_shape`, another padding.
    """
    x = convert(input)
    rate = np.asarray(static.host(convert(dilation_rate)))
    n = len(rate)
    if np.any(rate < 1):
        raise ValueError(f"`dilation_rate` must be positive. Received: dilation_rate={rate}")
    first = data_format is not None and data_format.startswith("NC")
    if spatial_dims is None:
        spatial_dims = range(2, n + 2) if first else range(1, n + 1)
    dims = sorted({int(d) for d in spatial_dims})
    if np.all(rate == 1):
        return op(x, n, padding)
    if padding == "SAME":
        if filter_shape is None:
            raise ValueError("`filter_shape` must be specified for `padding='SAME'`.")
        window = np.asarray(static.host(convert(filter_shape)))[:n]
        extra = (window - 1) * rate
        base = np.stack([extra // 2, extra - extra // 2], axis=1)
    elif padding == "VALID":
        base = np.zeros((n, 2), np.int64)
    elif isinstance(padding, (list, tuple)):
        base = np.array(padding).reshape(n + 2, 2)
        base = base[2:] if first else base[1:-1]
    else:
        raise ValueError(f"`padding` must be one of 'SAME' or 'VALID'. Received: padding={padding}")
    sizes = [x.aval.shape[d] for d in dims]
    pads, crops = required_space_to_batch_paddings(sizes, rate.tolist(), base.tolist())
    last = dims[-1]
    blocks = [1] * last
    all_pads, all_crops = [[0, 0]] * last, [[0, 0]] * last
    for d, r, p, c in zip(dims, rate.tolist(), _rows(pads), _rows(crops), strict=True):
        blocks[d - 1], all_pads[d - 1], all_crops[d - 1] = r, p, c
    out = op(space_to_batch_nd(x, blocks, all_pads), n, "VALID")
    return batch_to_space(out, blocks, all_crops)


def _rows(pairs: Any) -> list[list[int]]:
    return np.asarray(static.host(convert(pairs))).tolist()


# -- morphology ------------------------------------------------------------------------------------


def _shifts(x, w, strides, rates, pads, spans):
    """One slice of the padded input for each tap of the filter, as an extra first axis."""
    lowest = -jnp.inf if jnp.issubdtype(x.dtype, jnp.floating) else jnp.iinfo(x.dtype).min
    wide = jnp.pad(x, ((0, 0), *pads, (0, 0)), constant_values=jnp.asarray(lowest, x.dtype))
    return _slices(wide, w, strides, rates, spans)


def _dilation_taps(x, w, strides, padding, rates):
    require(
        strides[0] == 1 and strides[3] == 1,
        "Stride is only supported across spatial dimensions.",
        UnimplementedError,
    )
    require(
        rates[0] == 1 and rates[3] == 1,
        "Rate is only supported across spatial dimensions.",
        UnimplementedError,
    )
    require(x.ndim == 4, f"input must be 4-dimensional{brackets(x.shape)}")
    require(w.ndim == 3, f"filter must be 3-dimensional: {brackets(w.shape)}")
    require(
        x.shape[3] == w.shape[2],
        f"input and filter must have the same depth: {x.shape[3]} vs {w.shape[2]}",
    )
    strides, rates = strides[1:3], rates[1:3]
    for s in strides:
        require(s > 0, f"Stride must be > 0, but got {s}")
    spans, pads = nw.windows(x.shape[1:3], w.shape[:2], strides, rates, padding)
    taps = _shifts(x, w, strides, rates, pads, spans)
    return taps, w.reshape(w.shape[0] * w.shape[1], 1, 1, 1, w.shape[2])


def _dilation_jvp(primals, tangents, strides, padding, rates):
    (x, w), (dx, dw) = primals, tangents
    taps, weights = _dilation_taps(x, w, strides, padding, rates)
    sums = taps + weights
    best = (
        jnp.argmax(jnp.nan_to_num(sums, nan=-jnp.inf), axis=0)[None]
        if sums.size
        else jnp.zeros((), int)
    )
    hot = (jnp.arange(sums.shape[0]).reshape(-1, 1, 1, 1, 1) == best).astype(x.dtype)
    spans, pads = nw.windows(x.shape[1:3], w.shape[:2], strides[1:3], rates[1:3], padding)

    def shifted(v):
        wide = jnp.pad(v, ((0, 0), *pads, (0, 0)))
        return _slices(wide, w, strides[1:3], rates[1:3], spans)

    moved = shifted(dx) + dw.reshape(weights.shape)
    return _largest_tap(sums), jnp.sum(hot * moved, axis=0)


def _slices(wide, w, strides, rates, spans):
    batch, channels = wide.shape[0], wide.shape[3]
    if 0 in spans or not w.size or not batch:
        return jnp.zeros((w.shape[0] * w.shape[1], batch, *spans, channels), wide.dtype)
    taps = []
    for i, j in np.ndindex(*w.shape[:2]):
        top, left = i * rates[0], j * rates[1]
        bottom = top + (spans[0] - 1) * strides[0] + 1
        right = left + (spans[1] - 1) * strides[1] + 1
        part = lax.slice(
            wide, (0, top, left, 0), (batch, bottom, right, channels), (1, *strides, 1)
        )
        taps.append(part)
    return jnp.stack(taps)


def _largest_tap(sums):
    """The largest sum of each window; TensorFlow starts from the lowest number and skips NaN."""
    if not jnp.issubdtype(sums.dtype, jnp.floating):
        return jnp.max(sums, axis=0, initial=jnp.iinfo(sums.dtype).min)
    lowest = jnp.finfo(sums.dtype).min
    return jnp.max(jnp.where(jnp.isnan(sums), lowest, sums), axis=0, initial=lowest)


@op(kernel="Dilation2D", inputs=same("input", "filter", of=kinds.COMPARE), jvp=_dilation_jvp)
def _dilation(input, filter, strides, padding, rates):
    taps, weights = _dilation_taps(input, filter, strides, padding, rates)
    return _largest_tap(taps + weights)


def _morphology(input, filters, strides, padding, data_format, dilations) -> tuple:
    if data_format != "NHWC":
        raise ValueError(
            "`data_format` values other  than 'NHWC' are not supported. Received: "
            f"data_format={data_format}"
        )
    kernel = "Dilation2D"
    strides = nw.ints(strides, "strides", "dilation2d", 4, kernel)
    rates = nw.ints(dilations, "rates", "dilation2d", 4, kernel)
    padding = nw.choice(kernel, "padding", padding, ("SAME", "VALID"))
    return strides, padding, rates


@export("tf.nn.dilation2d")
def dilation2d(input, filters, strides, padding, data_format, dilations, name=None) -> Tensor:
    """The largest sum of a filter and a window, for each channel.

    Args:
      input: [batch, height, width, channels].
      filters: [height, width, channels].
      strides, dilations: lists of 4 ints.
      padding: "SAME" or "VALID".
      data_format: "NHWC".
      name: ignored.

    Raises:
      ValueError: for another data format.
    """
    attrs = _morphology(input, filters, strides, padding, data_format, dilations)
    return _dilation(input, filters, *attrs)


@export("tf.nn.erosion2d")
def erosion2d(value, filters, strides, padding, data_format, dilations, name=None) -> Tensor:
    """The smallest difference of a window and a filter, for each channel.

    Args:
      value: [batch, height, width, channels].
      filters: [height, width, channels].
      strides, dilations: lists of 4 ints.
      padding: "SAME" or "VALID".
      data_format: "NHWC".
      name: ignored.

    Raises:
      ValueError: for another data format.
    """
    attrs = _morphology(value, filters, strides, padding, data_format, dilations)
    return negative(_dilation(negative(value), reverse(filters, [0, 1]), *attrs))
