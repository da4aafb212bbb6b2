"""Means and variances, and what is normalized by them; biases."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.errors import dtype_mismatch, dtype_not_allowed, op_error, require
from tfshim._src.ops import kinds
from tfshim._src.ops.arithmetic import (
    add,
    div_no_nan,
    multiply,
    reciprocal,
    square,
    squared_difference,
    subtract,
)
from tfshim._src.ops.axes import axis_of, reduced_axes
from tfshim._src.ops.casting import cast
from tfshim._src.ops.common import brackets
from tfshim._src.ops.elementwise import inverse_root, rsqrt
from tfshim._src.ops.reduction import mean_raw, reduce_sum, sum_raw
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT_COMPLEX, Group, same
from tfshim._src.tensor import Tensor

_DISTANCE = Group(
    ("x",),
    ("bfloat16", "half", "float", "double", "int32", "int64", "complex64", "complex128"),
)

# -- moments ---------------------------------------------------------------------------------------


def _drop(x, axes):
    """The result without reduced axes; with no axes at all, without all axes of size 1."""
    if not axes:
        axes = tuple(i for i, n in enumerate(x.shape) if n == 1)
    return lax.squeeze(x, axes)


@jax.custom_jvp
def _squared_distance(x, y):
    return jnp.conj(x - y) * (x - y)


@_squared_distance.defjvp
def _squared_distance_jvp(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    # The conjugate is what makes complex gradients equal TensorFlow's.
    away = jnp.conj(x - y)
    return _squared_distance(x, y), (jnp.asarray(2, x.dtype) * away) * (dx - dy)


def _fits(kernel: str, x, y) -> None:
    """Raises the error of a kernel whose inputs x and y do not broadcast."""
    for a, b in zip(x.shape[::-1], y.shape[::-1], strict=False):
        if a != b and 1 not in (a, b):
            shapes = f"{brackets(x.shape)} vs. {brackets(y.shape)}"
            raise op_error(kernel, f"Incompatible shapes: {shapes}")


@op(kernel="Mean", inputs=same("x", of=kinds.QUANTIZED_NUMBER), static={"axes": axis_of("Mean")})
def _moments(x, axes, keepdims):
    y = x.astype(np.float32) if x.dtype == np.float16 else x
    over = reduced_axes(y, axes)
    mean = mean_raw(y, over, True)
    variance = mean_raw(_squared_distance(y, lax.stop_gradient(mean)), over, True)
    if not keepdims:
        mean, variance = _drop(mean, over), _drop(variance, over)
    return mean.astype(x.dtype), variance.astype(x.dtype)


@export("tf.nn.moments")
def moments(x, axes, shift=None, keepdims=False, name=None) -> tuple[Tensor, Tensor]:
    """The mean and the variance along axes.

    Args:
      x: tensor; float16 is computed in float32.
      axes: int or several.
      shift: has no influence, as in TensorFlow.
      keepdims: whether the reduced axes stay, with size 1.
      name: ignored.

    Returns:
      Mean and variance.

    Raises:
      InvalidArgumentError: for an axis that is not there.
    """
    del shift
    if getattr(x, "dtype", None) is None:
        raise AttributeError(f"{type(x).__name__!r} object has no attribute 'dtype'")
    if isinstance(axes, Tensor) and not keepdims:
        raise TypeError(f"Expected list for 'axis' argument to 'squeeze' Op, not {axes!r}.")
    mean, variance = _moments(x, axes, bool(keepdims))
    return mean, variance


def _distances(given: dtypes.DType) -> None:
    """Raises what TensorFlow does for integers, whose mean is float64."""
    if given.kind not in "iu":
        return
    if given not in _DISTANCE.ordered:
        raise dtype_not_allowed("SquaredDifference", given, _DISTANCE.ordered)
    raise dtype_mismatch("SquaredDifference", 1, given, dtypes.float64)


@op(
    kernel="Sum",
    inputs=same("x", "frequency_weights", of=kinds.QUANTIZED_NUMBER),
    static={"axes": axis_of("Sum")},
)
def _weighted_moments(x, frequency_weights, axes, keepdims):
    half = x.dtype == np.float16
    y = x.astype(np.float32) if half else x
    w = frequency_weights.astype(np.float32) if half else frequency_weights
    _fits("Mul", w, y)
    weighted = w * y
    over = reduced_axes(weighted, axes)
    total = sum_raw(w + jnp.zeros_like(y), over, True)
    mean = div_no_nan(sum_raw(weighted, over, True), total)
    spread = sum_raw(w * _squared_distance(y, mean), over, True)
    variance = div_no_nan(spread, total)
    if not keepdims:
        mean, variance = _drop(mean, over), _drop(variance, over)
    return mean.astype(x.dtype), variance.astype(x.dtype)


@export("tf.nn.weighted_moments")
def weighted_moments(
    x, axes, frequency_weights, keepdims=False, name=None
) -> tuple[Tensor, Tensor]:
    """The mean and the variance along axes of values that count more than once.

    Args:
      x: tensor; float16 is computed in float32.
      axes: int or several.
      frequency_weights: how often each value counts; broadcasts with x and is cast to its dtype.
      keepdims: whether the reduced axes stay, with size 1.
      name: ignored.

    Returns:
      Mean and variance; 0 where the weights sum to 0.

    Raises:
      InvalidArgumentError: for integers, which TensorFlow's kernels refuse half-way.
    """
    x, w = convert(x), convert(frequency_weights)
    mean, variance = _weighted_moments(x, cast(w, x.aval.dtype), axes, bool(keepdims))
    _distances(x.aval.dtype)
    return mean, variance


@export("tf.nn.sufficient_statistics")
def sufficient_statistics(x, axes, shift=None, keepdims=False, name=None) -> tuple:
    """What mean and variance along axes are computed from; see `normalize_moments`.

    Args:
      x: tensor.
      axes: list of ints.
      shift: a value near the mean, for numerical stability; None for 0.
      keepdims: whether the reduced axes stay, with size 1.
      name: ignored.

    Returns:
      The number of elements, the sum of x - shift, the sum of (x - shift) ** 2, and the shift.
    """
    axes = list(set(axes))
    x = convert(x)
    sizes = list(x.aval.shape)
    count = convert(int(np.prod([sizes[d] for d in axes])), x.aval.dtype)
    if shift is None:
        first, second = x, square(x)
    else:
        shift = convert(shift)
        first, second = subtract(x, shift), squared_difference(x, shift)
    return count, reduce_sum(first, axes, keepdims), reduce_sum(second, axes, keepdims), shift


@export("tf.nn.normalize_moments")
def normalize_moments(counts, mean_ss, variance_ss, shift, name=None) -> tuple[Tensor, Tensor]:
    """The mean and the variance from what `sufficient_statistics` gives.

    Args:
      counts: number of elements, a scalar.
      mean_ss: sum of x - shift.
      variance_ss: sum of (x - shift) ** 2.
      shift: the shift, or None for 0.
      name: ignored.
    """
    divisor = reciprocal(counts)
    shifted = multiply(mean_ss, divisor)
    mean = shifted if shift is None else add(shifted, shift)
    return mean, subtract(multiply(variance_ss, divisor), square(shifted))


# -- normalization ---------------------------------------------------------------------------------


@op(
    kernel="Mul",
    inputs=same("x") + same("mean", "variance", "offset?", "scale?", "variance_epsilon",
                            of=FLOAT_COMPLEX),
)  # fmt: skip
def _batch_normalization(x, mean, variance, offset, scale, variance_epsilon):
    _fits("AddV2", variance, variance_epsilon)
    inverse = inverse_root(variance + variance_epsilon)
    if scale is not None:
        _fits("Mul", inverse, scale)
        inverse = inverse * scale
    _fits("Mul", x, inverse)
    scaled = x * inverse.astype(x.dtype)
    _fits("Mul", mean, inverse)
    if offset is None:
        shift = -mean * inverse
    else:
        _fits("Sub", offset, jnp.broadcast_arrays(mean, inverse)[0])
        shift = offset - mean * inverse
    _fits("AddV2", scaled, shift)
    return scaled + shift.astype(x.dtype)


@export("tf.nn.batch_normalization")
def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None) -> Tensor:
    """scale * (x - mean) / sqrt(variance + variance_epsilon) + offset.

    Args:
      x: float tensor.
      mean, variance: tensors that broadcast to x, of one dtype.
      offset, scale: the same, or None for 0 and 1.
      variance_epsilon: a small number.
      name: ignored.

    Source: Ioffe and Szegedy, "Batch Normalization" (2015).
    """
    if (spread := convert(variance)).dtype.is_integer or spread.dtype.is_bool:
        # raises: bools have no sum, integers no root
        rsqrt(add(spread, spread if spread.dtype.is_bool else variance_epsilon))
    return _batch_normalization(convert(x), mean, variance, offset, scale, variance_epsilon)


@export("tf.nn.batch_norm_with_global_normalization")
def batch_norm_with_global_normalization(
    input, mean, variance, beta, gamma, variance_epsilon, scale_after_normalization, name=None
) -> Tensor:
    """`batch_normalization` with offset beta and, if asked for, scale gamma.

    Args:
      input: float tensor.
      mean, variance, beta, gamma: tensors that broadcast to the input.
      variance_epsilon: a small number.
      scale_after_normalization: whether the result is multiplied by gamma.
      name: ignored.
    """
    scale = gamma if scale_after_normalization else None
    return batch_normalization(input, mean, variance, beta, scale, variance_epsilon)


# -- biases ----------------------------------------------------------------------------------------


@op(kernel="BiasAdd", inputs=same("value", "bias", of=kinds.QUANTIZED_NUMBER))
def _bias_add(value, bias, first):
    require(
        value.ndim >= 2,
        f"Input tensor must be at least 2D: {brackets(value.shape)}",
    )
    require(bias.ndim == 1, f"Biases must be 1D: {brackets(bias.shape)}")
    axis = 1 if first else value.ndim - 1
    require(
        bias.shape[0] == value.shape[axis],
        "Must provide as many biases as the last dimension of the input tensor: "
        f"{brackets(bias.shape)} vs. {brackets(value.shape)}",
    )
    return value + bias.reshape(bias.shape + (1,) * (value.ndim - 1 - axis))


@export("tf.nn.bias_add")
def bias_add(value, bias, data_format=None, name=None) -> Tensor:
    """A bias for each channel added.

    Args:
      value: tensor of rank 2 or more.
      bias: tensor [channels].
      data_format: "N...C" (the default: channels last) or "NC...".
      name: ignored.

    Raises:
      ValueError: for another data format.
      InvalidArgumentError: for shapes that do not agree.
    """
    first = False
    if data_format is not None:
        first = data_format.startswith("NC")
        if not first and not (data_format.startswith("N") and data_format.endswith("C")):
            raise ValueError(
                "`data_format` must be of the form `N...C` or `NC...`. Received: "
                f"data_format={data_format}"
            )
    return _bias_add(value, bias, first)
