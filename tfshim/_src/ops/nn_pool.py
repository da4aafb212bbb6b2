"""Largest values and means of windows."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import UnimplementedError, fail, op_error, require
from tfshim._src.ops import kinds, nn_windows as nw
from tfshim._src.ops.nn_depthwise import with_space_to_batch
from tfshim._src.ops.reduction import lowest
from tfshim._src.ops.window_reduce import window_max, window_sum
from tfshim._src.registry import export, op
from tfshim._src.rules import c_name, same
from tfshim._src.tensor import Tensor

_MAX_TYPES = (
    "half", "bfloat16", "float", "double", "int32", "int64", "uint8", "int16", "int8", "uint16",
    "qint8",
)  # fmt: skip
_AVG_TYPES = ("half", "bfloat16", "float", "double")
_MAX3D_TYPES = ("half", "bfloat16", "float")
_ALL = ("SAME", "VALID", "EXPLICIT")
_TWO = ("SAME", "VALID")


@jax.custom_jvp
def _finite(x):
    """NaN and -inf as the lowest number: TensorFlow's kernel starts there and looks for more."""
    low = np.asarray(jnp.finfo(x.dtype).min, x.dtype)
    return jnp.where(x > low, x, low)


@_finite.defjvp
def _finite_jvp(primals, tangents):
    return _finite(*primals), tangents[0]


def _max_windows(x, ksize, strides, pads):
    if jnp.issubdtype(x.dtype, jnp.floating):
        x = _finite(x)
    return window_max(x, ksize, strides, pads)


def _mean_windows(x, ksize, strides, pads):
    total = window_sum(x, ksize, strides, pads)
    counts = np.ones((1,) * x.ndim, np.int64)
    for axis, (n, k, s, p) in enumerate(zip(x.shape, ksize, strides, pads, strict=True)):
        if not any(p):
            line = np.full(total.shape[axis], k)
        else:
            start = np.arange(total.shape[axis]) * s - p[0]
            line = np.minimum(start + k, n) - np.maximum(start, 0)
        counts = counts * line.reshape([-1 if i == axis else 1 for i in range(x.ndim)])
    return total / jnp.asarray(counts, x.dtype)


def _pads(x, ksize, strides, padding, axes):
    """Paddings of all axes, checked; windows lie on `axes`."""
    pads = [(0, 0)] * x.ndim
    given = padding if not isinstance(padding, str) else None
    for a in axes:
        each = padding if given is None else given[a]
        _, pads[a] = nw.window(x.shape[a], ksize[a], strides[a], 1, each)
    return pads


def _check2d(x, ksize, strides, padding, first: bool, mean: bool) -> list[tuple[int, int]]:
    if mean:
        for k in ksize:
            require(k > 0, f"ksize must be a positive int32 value, got:{k}")
    elif min(ksize) <= 0:
        shown = ",".join(map(str, ksize))
        fail(f"Sliding window ksize must be positive. The specified or inferred ksize is: {shown}")
    require(
        ksize[0] == 1 and strides[0] == 1,
        "Pooling is not yet supported on the batch dimension.",
        UnimplementedError,
    )
    if not isinstance(padding, str):
        nw.check_explicit(padding, first)
        rows, columns = nw.spatial(padding, first)
        height, width = nw.spatial(ksize, first)
        for name, pad, k in (
            ("Top", rows[0], height),
            ("Bottom", rows[1], height),
            ("Left", columns[0], width),
            ("Right", columns[1], width),
        ):
            require(pad < k, f"{name} padding {pad} needs to be smaller than the window size {k}")
    require(x.ndim == 4, f"tensor_in_shape must have 2 spatial dimensions. {x.ndim} 0")
    channel = 1 if first else 3
    depth = ksize[channel]
    spatial = tuple(i for i in (1, 2, 3) if i != channel)
    require(
        depth == 1 or all(ksize[i] == 1 for i in spatial),
        "MaxPooling supports exactly one of pooling across depth or pooling across width/height.",
        UnimplementedError,
    )
    if depth > 1:
        require(
            not mean, "Non-spatial pooling is not yet supported. Volunteers? :)", UnimplementedError
        )
        require(
            x.shape[channel] % depth == 0,
            "Depthwise max pooling requires the depth window to evenly divide the input depth",
            UnimplementedError,
        )
        require(
            strides[channel] == depth,
            "Depthwise max pooling requires the depth window to equal the depth stride",
            UnimplementedError,
        )
        return [(0, 0)] * 4
    for i in spatial:
        require(strides[i] > 0, f"Stride must be > 0, but got {strides[i]}")
    return _pads(x, ksize, strides, padding, spatial)


def _pool2d_body(x, ksize, strides, padding, first, mean):
    pads = _check2d(x, ksize, strides, padding, first, mean)
    channel = 1 if first else 3
    if ksize[channel] > 1:  # windows over channels stand at every pixel
        strides = ksize
    else:  # and others at every channel, whatever its stride
        strides = (*strides[:channel], 1, *strides[channel + 1 :])
    return (_mean_windows if mean else _max_windows)(x, ksize, strides, pads)


def _pool1d_body(x, ksize, strides, padding, first, mean):
    at = 2 if first else 1
    wide = jnp.expand_dims(x, min(at, x.ndim))
    return jnp.squeeze(_pool2d_body(wide, ksize, strides, padding, first, mean), at)


def _pool3d_body(x, ksize, strides, padding, first, mean):
    require(min(ksize) > 0, "Sliding window ksize field must have non-negative dimensions")
    require(min(strides) > 0, "Sliding window strides field must have non-negative dimensions")
    channel = 1 if first else 4
    require(
        ksize[0] == 1 and strides[0] == 1,
        "Pooling is not yet supported on the batch dimension.",
        UnimplementedError,
    )
    require(
        ksize[channel] == 1 and strides[channel] == 1,
        "Pooling is not yet supported on the depth dimension.",
        UnimplementedError,
    )
    require(x.ndim == 5, "tensor_in must be 5-dimensional")
    axes = [i for i in range(1, 5) if i != channel]
    pads = _pads(x, ksize, strides, padding, axes)
    return (_mean_windows if mean else _max_windows)(x, ksize, strides, pads)


@op(kernel="MaxPool", inputs=same("input", of=_MAX_TYPES, default="float32"))
def _max_pool2d(input, ksize, strides, padding, first):
    return _pool2d_body(input, ksize, strides, padding, first, False)


@op(kernel="AvgPool", inputs=same("input", of=_AVG_TYPES))
def _avg_pool2d(input, ksize, strides, padding, first):
    return _pool2d_body(input, ksize, strides, padding, first, True)


@op(kernel="MaxPool", inputs=same("input", of=_MAX_TYPES))
def _max_pool1d(input, ksize, strides, padding, first):
    return _pool1d_body(input, ksize, strides, padding, first, False)


@op(kernel="AvgPool", inputs=same("input", of=_AVG_TYPES))
def _avg_pool1d(input, ksize, strides, padding, first):
    return _pool1d_body(input, ksize, strides, padding, first, True)


def _max_pool3d_jvp(primals, tangents, ksize, strides, padding, first):
    """TensorFlow's rule for volumes: all that is within 1e-5 of the largest gets the gradient."""
    (x,), (dx,) = primals, tangents
    out = _pool3d_body(x, ksize, strides, padding, first, False)
    pads = _pads(x, ksize, strides, padding, [i for i in range(1, 5) if i != (1 if first else 4)])
    wide, moved = (jnp.pad(v, pads, constant_values=fill) for v, fill in ((x, -jnp.inf), (dx, 0)))
    tangent = jnp.zeros_like(out)
    for low in np.ndindex(*ksize) if out.size else ():
        high = [a + (n - 1) * s + 1 for a, n, s in zip(low, out.shape, strides, strict=True)]
        near = jnp.abs(lax.slice(wide, low, high, strides) - out) < jnp.asarray(1e-5, x.dtype)
        tangent = tangent + jnp.where(near, lax.slice(moved, low, high, strides), 0)
    return out, tangent


@op(kernel="MaxPool3D", inputs=same("input", of=_MAX3D_TYPES), jvp=_max_pool3d_jvp)
def _max_pool3d(input, ksize, strides, padding, first):
    return _pool3d_body(input, ksize, strides, padding, first, False)


@op(kernel="AvgPool3D", inputs=same("input", of=_AVG_TYPES))
def _avg_pool3d(input, ksize, strides, padding, first):
    return _pool3d_body(input, ksize, strides, padding, first, True)


# -- public functions ------------------------------------------------------------------------------


def _windows(ksize: Any, strides: Any, n: int, first: bool, extra: int = 0) -> list[nw.Ints]:
    channel = 1 if first else n + 1
    found = []
    for value, name in ((ksize, "ksize"), (strides, "strides")):
        values = nw.ints([1] * extra + nw.sequence(value, n, channel, name), name)
        if extra and first:
            values = nw.Ints((values[0], values[2], 1, values[3]))
        found.append(values)
    return found


def _pool1d(which, kernel: str, input, ksize, strides, padding, data_format) -> Any:
    data_format = "NWC" if data_format is None else data_format
    ksize, strides = _windows(ksize, strides, 1, data_format.startswith("NC"), 1)
    if kernel == "MaxPool":
        padding = nw.explicit(padding, 3)
    if not isinstance(padding, nw.Ints):
        padding = nw.choice(kernel, "padding", padding, _ALL if kernel == "MaxPool" else _TWO)
    else:
        at = 2 if data_format.startswith("NC") else 1
        padding = nw.Ints((*padding[:at], (0, 0), *padding[at:]))
    return which(input, ksize, strides, padding, data_format != "NWC")


def _pool2d(which, kernel: str, input, ksize, strides, padding, data_format) -> Any:
    data_format = "NHWC" if data_format is None else data_format
    ksize, strides = _windows(ksize, strides, 2, data_format.startswith("NC"))
    if kernel == "MaxPool":
        padding = nw.explicit(padding)
    if not isinstance(padding, nw.Ints):
        padding = nw.choice(kernel, "padding", padding, _ALL if kernel == "MaxPool" else _TWO)
    formats = ("NHWC", "NCHW", "NCHW_VECT_C") if kernel == "MaxPool" else ("NHWC", "NCHW")
    nw.choice(kernel, "data_format", data_format, formats)
    if data_format == "NCHW_VECT_C":
        raise op_error(kernel, "Default MaxPoolingOp only supports NHWC on device type CPU")
    return which(input, ksize, strides, padding, data_format == "NCHW")


def _pool3d(which, kernel: str, input, ksize, strides, padding, data_format) -> Any:
    data_format = "NDHWC" if data_format is None else data_format
    ksize, strides = _windows(ksize, strides, 3, data_format.startswith("NC"))
    padding = nw.choice(kernel, "padding", padding, _TWO)
    nw.choice(kernel, "data_format", data_format, ("NDHWC", "NCDHW"))
    return which(input, ksize, strides, padding, data_format == "NCDHW")


def _rank(input: Any) -> int:
    if not hasattr(input, "shape"):
        raise AttributeError(f"{type(input).__name__!r} object has no attribute 'shape'")
    n = len(input.shape) - 2
    if not 1 <= n <= 3:
        raise ValueError(
            f"`input.shape.rank` must be 3, 4 or 5. Received: input.shape={input.shape} of rank "
            f"{n + 2}."
        )
    return n


@export("tf.nn.max_pool1d")
def max_pool1d(input, ksize, strides, padding, data_format="NWC", name=None) -> Tensor:
    """The largest value of each window of sequences; the first of equal ones gets the gradient.

    Args:
      input: [batch, width, channels], or with the channels first for "NCW".
      ksize, strides: int, or 1 or 3 of them.
      padding: "SAME", "VALID" or three pairs.
      data_format: "NWC" or "NCW".
      name: ignored.
    """
    return _pool1d(_max_pool1d, "MaxPool", input, ksize, strides, padding, data_format)


@export("tf.nn.max_pool2d")
def max_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None) -> Tensor:
    """The largest value of each window of images; the first of equal ones gets the gradient.

    Args:
      input: [batch, height, width, channels], or with the channels first for "NCHW".
      ksize, strides: int, or 1, 2 or 4 of them.
      padding: "SAME", "VALID" or four pairs.
      data_format: "NHWC" or "NCHW".
      name: ignored.
    """
    return _pool2d(_max_pool2d, "MaxPool", input, ksize, strides, padding, data_format)


@export("tf.nn.max_pool3d")
def max_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None) -> Tensor:
    """The largest value of each window of volumes; the first of equal ones gets the gradient.

    Args:
      input: [batch, depth, height, width, channels], or with the channels first for "NCDHW".
      ksize, strides: int, or 1, 3 or 5 of them.
      padding: "SAME" or "VALID".
      data_format: "NDHWC" or "NCDHW".
      name: ignored.
    """
    return _pool3d(_max_pool3d, "MaxPool3D", input, ksize, strides, padding, data_format)


@export("tf.nn.max_pool")
def max_pool(input, ksize, strides, padding, data_format=None, name=None) -> Tensor:
    """The largest value of each window over one, two or three spatial axes.

    Args:
      input: [batch, *spatial, channels], or with the channels first.
      ksize, strides: int or ints.
      padding: "SAME", "VALID" or, for one and two axes, pairs for all axes.
      data_format: for example "NWC", "NHWC", "NCHW".
      name: ignored.

    Raises:
      ValueError: for other ranks.
    """
    n = _rank(input)
    if isinstance(padding, (list, tuple)) and n == 3:
        raise ValueError(
            "Explicit padding is not supported with an input tensor of rank 5. Received: "
            f"padding={padding}"
        )
    return (max_pool1d, max_pool2d, max_pool3d)[n - 1](input, ksize, strides, padding, data_format)


@export("tf.nn.avg_pool1d")
def avg_pool1d(input, ksize, strides, padding, data_format="NWC", name=None) -> Tensor:
    """The mean of each window of sequences; padding does not count.

    Args:
      input: [batch, width, channels], or with the channels first for "NCW".
      ksize, strides: int, or 1 or 3 of them.
      padding: "SAME" or "VALID".
      data_format: "NWC" or "NCW".
      name: ignored.
    """
    return _pool1d(_avg_pool1d, "AvgPool", input, ksize, strides, padding, data_format)


@export("tf.nn.avg_pool2d")
def avg_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None) -> Tensor:
    """The mean of each window of images; padding does not count.

    Args:
      input: [batch, height, width, channels], or with the channels first for "NCHW".
      ksize, strides: int, or 1, 2 or 4 of them.
      padding: "SAME" or "VALID".
      data_format: "NHWC" or "NCHW".
      name: ignored.
    """
    return _pool2d(_avg_pool2d, "AvgPool", input, ksize, strides, padding, data_format)


@export("tf.nn.avg_pool3d")
def avg_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None) -> Tensor:
    """The mean of each window of volumes; padding does not count.

    Args:
      input: [batch, depth, height, width, channels], or with the channels first for "NCDHW".
      ksize, strides: int, or 1, 3 or 5 of them.
      padding: "SAME" or "VALID".
      data_format: "NDHWC" or "NCDHW".
      name: ignored.
    """
    return _pool3d(_avg_pool3d, "AvgPool3D", input, ksize, strides, padding, data_format)


@export("tf.nn.avg_pool")
def avg_pool(input, ksize, strides, padding, data_format=None, name=None) -> Tensor:
    """The mean of each window over one, two or three spatial axes; padding does not count.

    Args:
      input: [batch, *spatial, channels], or with the channels first.
      ksize, strides: int or ints.
      padding: "SAME" or "VALID".
      data_format: for example "NWC", "NHWC", "NCHW".
      name: ignored.

    Raises:
      ValueError: for other ranks.
    """
    n = _rank(input)
    return (avg_pool1d, avg_pool2d, avg_pool3d)[n - 1](input, ksize, strides, padding, data_format)


def _per_axis(n: int, strides: Any, dilations: Any) -> tuple[np.ndarray, np.ndarray]:
    found = []
    for value, name in ((dilations, "dilation_rate"), (strides, "strides")):
        if value is None:
            value = [1] * n
        elif len(value) != n:
            raise ValueError(
                f"`len({name})` should be {n}. Received: {name}={value} of length {len(value)}"
            )
        values = np.array(value, np.int32)
        if np.any(values < 1):
            raise ValueError(f"all values of `{name}` must be positive. Received: {name}={values}")
        found.append(values)
    rate, stride = found
    if np.any(stride > 1) and np.any(rate > 1):
        raise ValueError(
            "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: "
            f"strides={stride} and dilation_rate={rate}"
        )
    return stride, rate


@export("tf.nn.pool")
def pool(
    input,
    window_shape,
    pooling_type,
    strides=None,
    padding="VALID",
    data_format=None,
    dilations=None,
    name=None,
) -> Tensor:
    """The largest value or the mean of each window, whose elements may lie apart.

    Args:
      input: [batch, *spatial, channels], or with the channels first.
      window_shape: one, two or three ints.
      pooling_type: "MAX" or "AVG".
      strides: as many ints, 1 by default.
      padding: "SAME" (without dilation) or "VALID".
      data_format: starts with "NC" if the channels come first.
      dilations: as many ints, 1 by default; above 1 only with strides of 1.
      name: ignored.

    Raises:
      ValueError: for combinations that there are not.
    """
    x = convert(input)
    n = len(window_shape)
    if not 1 <= n <= 3:
        raise ValueError(
            f"`len(window_shape)` must be 1, 2, or 3. Received: window_shape={window_shape} of "
            f"length {n}"
        )
    if x.ndim != n + 2:
        raise ValueError(f"Shape {x.shape} must have rank {n + 2}")
    stride, rate = _per_axis(n, strides, dilations)
    if padding == "SAME" and np.any(rate > 1):
        raise ValueError(
            "pooling with 'SAME' padding is not implemented for `dilation_rate` > 1. Received: "
            f"padding={padding} and dilation_rate={rate}"
        )
    if np.any(stride > window_shape):
        raise ValueError(
            "`strides` > `window_shape` not supported due to inconsistency between CPU and GPU "
            f"implementations. Received: strides={stride} and window_shape={window_shape}"
        )
    if pooling_type not in ("MAX", "AVG"):
        raise ValueError(f"{n}-D {pooling_type} pooling is not supported.")
    first = data_format is not None and data_format.startswith("NC")
    if n == 1 and data_format not in (None, "NWC", "NCW"):
        raise ValueError(
            f"data_format must be either 'NWC' or 'NCW'. Received: data_format={data_format}"
        )
    which = max_pool if pooling_type == "MAX" else avg_pool
    sizes = [int(k) for k in window_shape]
    steps = stride.tolist()

    def op_(phases, _, pad):
        return which(phases, sizes, steps, pad, data_format)

    dims = range(2, n + 2) if first else range(1, n + 1)
    return with_space_to_batch(x, rate, padding, op_, filter_shape=window_shape, spatial_dims=dims)


# -- where the largest value is --------------------------------------------------------------------


class MaxPoolWithArgmax(NamedTuple):
    """The result of `tf.nn.max_pool_with_argmax`."""

    output: Any
    argmax: Any


def _argmax_windows(x, ksize, strides, padding):
    """Largest values and their places (height, width, channel) as one number, per image.

    A window's elements are gone through in order, each for all windows at once. The first one is
    taken whatever it is; another only if it is larger, which nothing is than NaN.
    """
    spans, pads = nw.windows(x.shape[1:3], ksize[1:3], strides[1:3], (1, 1), padding)
    _, height, width, channels = x.shape
    low = np.asarray(lowest(x.dtype), x.dtype)
    wide = jnp.pad(x, ((0, 0), *pads, (0, 0)), constant_values=low)
    best: Any = None
    place: Any = None
    seen = np.zeros((*spans, 1), bool)
    for i, j in np.ndindex(*ksize[1:3]):
        rows = np.arange(spans[0]) * strides[1] + i - pads[0][0]
        columns = np.arange(spans[1]) * strides[2] + j - pads[1][0]
        inside = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))
        inside = inside[..., None]
        end = [k + (n - 1) * s + 1 for k, n, s in zip((i, j), spans, strides[1:3], strict=True)]
        tap = wide[:, i : end[0] : strides[1], j : end[1] : strides[2]]
        here = (rows[:, None] * width + columns)[..., None].astype(np.int32)
        if best is None:
            best, place = tap, jnp.broadcast_to(here, tap.shape)
        else:
            larger = (tap > best) & inside | (inside & ~seen)
            best, place = jnp.where(larger, tap, best), jnp.where(larger, here, place)
        seen |= inside
    return best, place.astype(np.int64) * channels + np.arange(channels)


_ARGMAX_TYPES = kinds.COMPARE


@op(
    kernel="MaxPoolWithArgmax",
    inputs=same("input", of=_ARGMAX_TYPES),
    static={"dtype": static.dtype},
)
def _max_pool_with_argmax(input, ksize, strides, padding, dtype, with_batch):
    x = input
    require(x.ndim == 4, "tensor_in must be 4-dimensional (2)")
    require(x.size > 0, "tensor_in must not be empty (2)")
    _check2d(x, ksize, strides, padding, False, False)
    values, places = _argmax_windows(x, ksize, strides, padding)
    if not values.size:  # no window fits: connected to x all the same
        values = x[:, : values.shape[1], : values.shape[2]]
    if with_batch:
        places = places + np.arange(x.shape[0]).reshape(-1, 1, 1, 1) * int(np.prod(x.shape[1:]))
    return values, places.astype(dtype)


@export("tf.nn.max_pool_with_argmax")
def max_pool_with_argmax(
    input,
    ksize,
    strides,
    padding,
    data_format="NHWC",
    output_dtype=dtypes.int64,
    include_batch_in_index=False,
    name=None,
) -> MaxPoolWithArgmax:
    """The largest value of each window of images, and where it is.

    Args:
      input: [batch, height, width, channels].
      ksize, strides: int, or 1, 2 or 4 of them.
      padding: "SAME" or "VALID".
      data_format: "NHWC".
      output_dtype: int32 or int64.
      include_batch_in_index: whether places count through the whole batch or each image.
      name: ignored.

    Returns:
      Values, and places (row * width + column) * channels + channel.

    Raises:
      ValueError: for another data format.
    """
    if data_format != "NHWC":
        raise ValueError(
            "`data_format` values other  than 'NHWC' are not supported. Received: "
            f"data_format={data_format}"
        )
    kernel = "MaxPoolWithArgmax"
    ksize, strides = _windows(ksize, strides, 2, False)
    padding = nw.choice(kernel, "padding", padding, _TWO)
    dtype = dtypes.as_dtype(output_dtype)
    if dtype not in (dtypes.int32, dtypes.int64):
        raise op_error(
            kernel,
            f"Value for attr 'Targmax' of {c_name(dtype)} is not in the list of allowed values: "
            f"int32, int64\n\t; NodeDef: {{{{node {kernel}}}}}",
            ran=False,
        )
    values, places = _max_pool_with_argmax(
        input, ksize, strides, padding, dtype, bool(include_batch_in_index)
    )
    return MaxPoolWithArgmax(values, places)
