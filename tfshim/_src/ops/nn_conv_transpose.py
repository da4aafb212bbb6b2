"""Transposes of convolutions: what their gradients with respect to the input compute."""

from __future__ import annotations

import collections.abc
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import op_error, require
from tfshim._src.ops import nn_conv_filter, nn_windows as nw
from tfshim._src.ops.nn_conv import CONV2D_TYPES, CONV3D_TYPES, conv_raw, format_of
from tfshim._src.registry import export, op
from tfshim._src.rules import same
from tfshim._src.tensor import Tensor


def transposed(y, w, sizes, strides, pads, dilations, channels_first):
    """The input cotangent of a convolution with output cotangent y, as a linear function of y."""
    images = jax.ShapeDtypeStruct(sizes, y.dtype)
    if w.ndim == 4 and not channels_first and nn_conv_filter.pays(images, w, y.shape):
        static = tuple(sizes), tuple(strides), tuple(pads), tuple(dilations)
        return nn_conv_filter.transposed(y, w, *static)

    def forward(x):
        return conv_raw(x, w, strides, pads, dilations, channels_first, plain=True)

    (x,) = jax.linear_transpose(forward, images)(y)
    return x


def _geometry(y, w, sizes, strides, dilations, padding, channels_first, kernel: str):
    """Paddings of the spatial axes, checked against the size of y."""
    n = w.ndim - 2
    first = 2 if channels_first else 1
    inner = sizes[first : first + n]
    found, pads = nw.windows(inner, w.shape[:n], strides, dilations, padding)
    for i in range(n):
        actual = y.shape[first + i]
        require(
            actual == found[i],
            f"{kernel}: Size of out_backprop doesn't match computed: actual = {actual}, computed = "
            f"{found[i]} spatial_dim: {first + i} input: {inner[i]} filter: {w.shape[i]} output: "
            f"{actual} stride: {strides[i]} dilation: {dilations[i]}",
        )
    return pads


def _transpose2d(y, w, sizes, strides, padding, dilations, channels_first):
    kernel = "Conv2DCustomBackpropInput"
    channel = 1 if channels_first else 3
    require(
        len(sizes) in (2, 4),
        f"Conv2DBackpropInput requires input_sizes to contain 4 values or 2 values, but got: "
        f"{len(sizes)}",
    )
    for n in sizes:
        require(n >= 0, f"Dimension {n} must be >= 0")
    require(
        strides[0] == 1 and strides[channel] == 1,
        "Current implementation does not yet support strides in the batch and depth dimensions.",
    )
    require(
        min(nw.spatial(strides, channels_first)) > 0,
        "Row and column strides should be larger than 0.",
    )
    require(
        min(nw.spatial(dilations, channels_first)) > 0, "Dilated rates should be larger than 0."
    )
    require(y.ndim == 4, f"input_sizes must be 4-dimensional, got: {y.ndim}")
    require(w.ndim == 4, f"{kernel}: filter must be 4-dimensional")
    if len(sizes) == 2:
        depth = w.shape[2]
        sizes = (y.shape[0], depth, *sizes) if channels_first else (y.shape[0], *sizes, depth)
    require(
        sizes[0] == y.shape[0],
        f"{kernel}: input and out_backprop must have the same batch size. Input batch: {sizes[0]}, "
        f"outbackprop batch: {y.shape[0]}, batch_dim: 0",
    )
    require(
        w.shape[2] > 0 and sizes[channel] % w.shape[2] == 0,
        f"{kernel}: input depth must be evenly divisible by filter depth",
    )
    require(
        y.shape[channel] == w.shape[3],
        f"{kernel}: filter and out_backprop must have the same out_depth",
    )
    if not isinstance(padding, str):
        nw.check_explicit(padding, channels_first)
        padding = nw.spatial(padding, channels_first)
    strides, dilations = (nw.spatial(v, channels_first) for v in (strides, dilations))
    pads = _geometry(y, w, sizes, strides, dilations, padding, channels_first, kernel)
    return transposed(y, w, sizes, strides, pads, dilations, channels_first)


@op(kernel="Conv2DBackpropInput", inputs=same("filter", "out_backprop", of=CONV2D_TYPES))
def _conv2d_transpose(filter, out_backprop, sizes, strides, padding, dilations, channels_first):
    return _transpose2d(out_backprop, filter, sizes, strides, padding, dilations, channels_first)


@op(kernel="Conv2DBackpropInput", inputs=same("filter", "out_backprop", of=CONV2D_TYPES))
def _conv1d_transpose(filter, out_backprop, sizes, strides, padding, dilations, channels_first):
    at = 2 if channels_first else 1
    sizes = (*sizes[:at], 1, *sizes[at:])
    y = jnp.expand_dims(out_backprop, at)
    x = _transpose2d(y, filter[None], sizes, strides, padding, dilations, channels_first)
    return jnp.squeeze(x, at)


@op(kernel="Conv3DBackpropInputV2", inputs=same("filter", "out_backprop", of=CONV3D_TYPES))
def _conv3d_transpose(filter, out_backprop, sizes, strides, padding, dilations, channels_first):
    w, y = filter, out_backprop
    for n in strides:
        require(n > 0, f"Stride must be > 0, but got {n}")
    require(
        min(nw.spatial(dilations, channels_first)) > 0, "Dilated rates should be larger than 0."
    )
    require(len(sizes) == 5, "input tensor must have 5 dimensions")
    require(w.ndim == 5, "filter_sizes tensor must have 5 dimensions")
    require(y.ndim == 5, "out_backprop must be 5-dimensional")
    channel = 1 if channels_first else 4
    require(
        sizes[channel] == w.shape[3],
        "input and filter_sizes must have the same number of channels. Got "
        f"{sizes[channel]} for input and {w.shape[3]} for filter_sizes",
    )
    require(
        sizes[0] == y.shape[0],
        "Conv3DBackpropInputOp: input and out_backprop must have the same batch size. Input batch: "
        f"{sizes[0]}, outbackprop batch: {y.shape[0]}, batch_dim: 0",
    )
    require(
        y.shape[channel] == w.shape[4],
        "Conv3DBackpropInputOp: filter and out_backprop must have the same out_depth",
    )
    strides, dilations = (nw.spatial(v, channels_first) for v in (strides, dilations))
    pads = _geometry(
        y, w, sizes, strides, dilations, padding, channels_first, "Conv3DBackpropInputOp"
    )
    return transposed(y, w, sizes, strides, pads, dilations, channels_first)


def _sizes(kernel: str, output_shape: Any) -> Any:
    found = np.asarray(static.host(convert(output_shape, hint=dtypes.int32)))
    if found.dtype.kind not in "iu":
        raise TypeError(f"Cannot convert {output_shape!r} to EagerTensor of dtype int32")
    if found.ndim != 1:
        raise op_error(
            kernel,
            f"Conv2DBackpropInput: input_sizes input must be 1-dim, not {found.ndim}",
            name=None,
        )
    sizes = tuple(found.tolist())
    # Given as a list, it becomes a tensor of TensorFlow's call, which words errors another way.
    return sizes if isinstance(output_shape, (list, tuple)) else nw.Ints(sizes)


@export("tf.nn.conv2d_transpose")
def conv2d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NHWC",
    dilations=None,
    name=None,
) -> Tensor:
    """The transpose of `conv2d`: each input pixel adds a filter to the output.

    Args:
      input: [batch, height, width, channels], or with the channels first for "NCHW".
      filters: [height, width, outputs, channels].
      output_shape: shape of the result, or its two spatial sizes.
      strides: int, or 1, 2 or 4 of them.
      padding: "SAME", "VALID" or four pairs, of the convolution that is transposed.
      data_format: "NHWC" or "NCHW".
      dilations: distance of the taps of a filter, as `strides`.
      name: ignored.

    Raises:
      ValueError, InvalidArgumentError: for arguments that do not fit.
    """
    kernel = "Conv2DBackpropInput"
    data_format = "NHWC" if data_format is None else data_format
    channel = 1 if data_format.startswith("NC") else 3
    strides = nw.ints(nw.sequence(strides, 2, channel, "strides"), "strides")
    dilations = nw.ints(nw.sequence(dilations, 2, channel, "dilations"), "dilations")
    padding = nw.explicit(padding)
    if not isinstance(padding, tuple):
        padding = nw.choice(kernel, "padding", padding, ("SAME", "VALID", "EXPLICIT"))
    first = format_of(kernel, data_format)
    sizes = _sizes(kernel, output_shape)
    return _conv2d_transpose(filters, input, sizes, strides, padding, dilations, first)


@export("tf.nn.conv1d_transpose")
def conv1d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NWC",
    dilations=None,
    name=None,
) -> Tensor:
    """The transpose of `conv1d`: each input step adds a filter to the output.

    Args:
      input: [batch, width, channels], or with the channels first for "NCW".
      filters: [width, outputs, channels].
      output_shape: shape of the result.
      strides: int, or 1 or 3 of them.
      padding: "SAME" or "VALID", of the convolution that is transposed.
      data_format: "NWC" or "NCW".
      dilations: distance of the taps of a filter, as `strides`.
      name: ignored.

    Raises:
      ValueError, InvalidArgumentError: for arguments that do not fit.
    """
    if data_format not in (None, "NWC", "NCW"):
        raise ValueError(
            f"`data_format` must be 'NWC' or 'NCW'. Received: data_format={data_format}"
        )
    first = data_format == "NCW"
    channel = 1 if first else 2
    kernel = "Conv2DBackpropInput"
    strides = nw.ints([1, *nw.sequence(strides, 1, channel, "stride")], "strides")
    dilations = nw.ints([1, *nw.sequence(dilations, 1, channel, "dilations")], "dilations")
    if first:
        strides, dilations = (nw.Ints((v[0], v[2], 1, v[3])) for v in (strides, dilations))
    padding = nw.choice(kernel, "padding", padding, ("SAME", "VALID", "EXPLICIT"))
    sizes = _sizes(kernel, output_shape)
    return _conv1d_transpose(filters, input, sizes, strides, padding, dilations, first)


@export("tf.nn.conv3d_transpose")
def conv3d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NDHWC",
    dilations=None,
    name=None,
) -> Tensor:
    """The transpose of `conv3d`: each input voxel adds a filter to the output.

    Args:
      input: [batch, depth, height, width, channels], or with the channels first for "NCDHW".
      filters: [depth, height, width, outputs, channels].
      output_shape: shape of the result.
      strides: int, or 1, 3 or 5 of them.
      padding: "SAME" or "VALID", of the convolution that is transposed.
      data_format: "NDHWC" or "NCDHW".
      dilations: distance of the taps of a filter, as `strides`.
      name: ignored.

    Raises:
      ValueError, InvalidArgumentError: for arguments that do not fit.
    """
    kernel = "Conv3DBackpropInputV2"
    data_format = "NDHWC" if data_format is None else data_format
    channel = 1 if data_format.startswith("NC") else 4
    strides = nw.ints(nw.sequence(strides, 3, channel, "strides"), "strides")
    dilations = nw.ints(nw.sequence(dilations, 3, channel, "dilations"), "dilations")
    padding = nw.choice(kernel, "padding", padding, ("SAME", "VALID"))
    first = format_of(kernel, data_format, 3)
    sizes = _sizes(kernel, output_shape)
    return _conv3d_transpose(filters, input, sizes, strides, padding, dilations, first)


@export("tf.nn.conv_transpose")
def conv_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format=None,
    dilations=None,
    name=None,
) -> Tensor:
    """The transpose of `convolution`, over as many spatial axes as `output_shape` has.

    Args:
      input: [batch, *spatial, channels], or with the channels first.
      filters: [*window, outputs, channels].
      output_shape: shape of the result.
      strides: int or ints.
      padding: "SAME" or "VALID".
      data_format: as in the functions for one, two and three axes.
      dilations: distance of the taps of a filter, as `strides`.
      name: ignored.

    Raises:
      ValueError: for another number of axes.
    """
    if isinstance(output_shape, Tensor):
        n = output_shape.shape[0] - 2
    elif isinstance(output_shape, collections.abc.Sized):
        n = len(output_shape) - 2
    else:
        raise ValueError(
            "`output_shape` must be a tensor or sized collection. Received: "
            f"output_shape={output_shape}"
        )
    if not 1 <= n <= 3:
        raise ValueError(
            f"`output_shape` must be of length 3, 4 or 5. Received: output_shape={output_shape} of "
            f"length {n + 2}."
        )
    which = (conv1d_transpose, conv2d_transpose, conv3d_transpose)[n - 1]
    return which(input, filters, output_shape, strides, padding, data_format, dilations)


@export("tf.nn.atrous_conv2d_transpose")
def atrous_conv2d_transpose(value, filters, output_shape, rate, padding, name=None) -> Tensor:
    """The transpose of `atrous_conv2d`.

    Args:
      value: [batch, height, width, channels].
      filters: [height, width, outputs, channels].
      output_shape: shape of the result, 4 ints.
      rate: int, the distance of the taps of a filter.
      padding: "SAME" or "VALID".
      name: ignored.

    Raises:
      ValueError: for a rate below 1, another padding, and channels that do not agree.
    """
    x, w = convert(value), convert(filters)
    if x.aval.shape[3] != w.aval.shape[3]:
        raise ValueError(
            "`value` channel count must be compatible with `filters` input channel count. "
            f"Received: value.shape={x.shape} with channel count {x.aval.shape[3]} and "
            f"filters.shape={w.shape} with input channel count {w.aval.shape[3]}."
        )
    if rate < 1:
        raise ValueError(f"`rate` cannot be less than one. Received: rate={rate}")
    if rate > 1:
        shape = convert(output_shape)
        if shape.aval.shape != (4,):
            raise ValueError(
                f"`output_shape` must have shape (4,). Received: output_shape={shape.shape}"
            )
        if isinstance(output_shape, tuple):
            output_shape = list(output_shape)
        if isinstance(output_shape, (list, np.ndarray)) and w.aval.shape[2] != output_shape[3]:
            raise ValueError(
                "`output_shape` channel count must be compatible with `filters` output channel "
                f"count. Received: output_shape={output_shape} with channel count "
                f"{output_shape[3]} and filters.shape={w.shape} with output channel count "
                f"{w.aval.shape[3]}."
            )
        if padding not in ("SAME", "VALID"):
            raise ValueError(
                f"`padding` must be either 'VALID' or 'SAME'. Received: padding={padding}"
            )
    return conv2d_transpose(x, w, output_shape, 1, padding, "NHWC", int(rate))
