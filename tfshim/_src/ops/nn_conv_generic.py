"""`tf.conv`: one op for convolutions over two and three spatial axes, forward only."""

from __future__ import annotations

import numpy as np

from tfshim._src.errors import UnimplementedError, fail, require
from tfshim._src.ops import nn_windows as nw
from tfshim._src.ops.common import brackets
from tfshim._src.ops.nn_conv import CONV2D_TYPES, conv_raw
from tfshim._src.registry import export, op
from tfshim._src.rules import same
from tfshim._src.tensor import Tensor

_FORMATS = ("CHANNELS_FIRST", "CHANNELS_LAST")
_PADDINGS = ("SAME", "VALID", "EXPLICIT")


def _no_gradient(call):
    raise LookupError("gradient registry has no entry for: Conv")


@op(kernel="Conv", inputs=same("input", "filter", of=CONV2D_TYPES), grad=_no_gradient)
def _conv(input, filter, strides, padding, pads, first, dilations, batch_dims, groups):
    x, w = input, filter
    n = x.ndim - 1 - batch_dims
    require(n in (2, 3), f"The input must have 2 or 3 spatial dimensions but got {n}")
    require(w.ndim in (4, 5), f"The filter must be rank 4 or 5 but got {w.ndim}")
    batch = x.shape[:batch_dims]
    x = x.reshape(int(np.prod(batch)), *x.shape[batch_dims:])
    channel = 1 if first else n + 1
    _check_steps(strides, dilations, n, channel, first)
    if groups != 1:
        fail("Grouped/Depthwise Convolutions are not supported yet.", UnimplementedError)
    padding = _padding(padding, pads, n, first)
    depth, part = x.shape[channel], w.shape[w.ndim - 2]
    require(depth == part, f"Input depth must be equal to filter depth: {depth} vs {part}")
    require(w.ndim == n + 2, f"convolution filter must be {n + 2}-dimensional: {brackets(w.shape)}")
    require(
        0 not in w.shape,
        "filter must not have zero elements (i.e. all dimensions must be non-zero)",
    )
    dilations = nw.spatial(dilations, first) if dilations else (1,) * n
    strides = nw.spatial(strides, first)
    sizes = nw.spatial(x.shape, first)
    _, found = nw.windows(sizes, w.shape[:n], strides, dilations, padding)
    out = conv_raw(x, w, strides, found, dilations, first)
    return out.reshape(*batch, *out.shape[1:])


def _check_steps(strides, dilations, n: int, channel: int, first: bool) -> None:
    rank = n + 2
    require(len(strides) == rank, f"Sliding window strides field must specify {rank} dimensions")
    require(
        strides[0] == strides[channel] == 1,
        "Current implementation does not support strides in the batch and depth dimensions.",
    )
    require(min(nw.spatial(strides, first)) > 0, "Spatial strides should be larger than 0.")
    if not dilations:
        return
    require(len(dilations) == rank, f"Dilation rates field must specify{rank}dimensions")
    require(
        dilations[0] == dilations[channel] == 1,
        "Current implementation does not support dilation rates in the batch and depth dimensions.",
    )
    require(min(nw.spatial(dilations, first)) > 0, "Dilated rates should be larger than 0.")


def _padding(padding: str, pads, n: int, first: bool):
    """ "SAME", "VALID" or the pairs of the spatial axes."""
    if padding != "EXPLICIT":
        require(
            not pads,
            "explicit_paddings attribute must be empty if the padding attribute is not EXPLICIT",
        )
        return padding
    wanted = 2 * (n + 2)
    require(
        len(pads) == wanted,
        f"explicit_paddings attribute must contain {wanted} values, but got: {len(pads)}",
    )
    pairs = tuple(zip(pads[::2], pads[1::2], strict=True))
    nw.check_explicit(pairs, first)
    return nw.spatial(pairs, first)


@export("tf.conv")
def conv(
    input,
    filter,
    strides,
    padding,
    explicit_paddings=[],  # noqa: B006  TensorFlow's default; never changed
    data_format="CHANNELS_LAST",
    dilations=[],  # noqa: B006
    batch_dims=1,
    groups=1,
    name=None,
) -> Tensor:
    """Products of filters with windows over two or three spatial axes, summed; no gradient.

    Args:
      input: [*batch, *spatial, channels], or with the channels first.
      filter: [*window, channels, outputs].
      strides: a list of ints: 1, those of the spatial axes, and 1.
      padding: "SAME", "VALID" or "EXPLICIT".
      explicit_paddings: for "EXPLICIT", two ints for each axis.
      data_format: "CHANNELS_LAST" or "CHANNELS_FIRST".
      dilations: distances of the taps of a filter, as `strides`; none for ones.
      batch_dims: number of batch axes.
      groups: only 1, as in TensorFlow.
      name: ignored.

    Raises:
      InvalidArgumentError, UnimplementedError, TypeError: for arguments that do not fit.
    """
    steps = nw.ints(strides, "strides", "conv")
    padding = nw.choice("Conv", "padding", padding, _PADDINGS)
    pads = nw.ints(explicit_paddings, "explicit_paddings", "conv")
    first = nw.choice("Conv", "data_format", data_format, _FORMATS) == _FORMATS[0]
    taps = nw.ints(dilations, "dilations", "conv")
    return _conv(input, filter, steps, padding, pads, first, taps, int(batch_dims), int(groups))
