"""Quantization that stays in floats: fake_quant_* and quantize_and_dequantize.

The range is nudged so that 0 is one of the quantized values; the gradient passes where the input
lies inside the nudged range. Source: Jacob et al., "Quantization and Training of Neural Networks
for Efficient Integer-Arithmetic-Only Inference", 2018, section 3.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from tfshim._src import static
from tfshim._src.convert import convert, convert_inputs
from tfshim._src.errors import op_error, require
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT, fixed, same
from tfshim._src.tensor import Tensor

_FLOAT32 = np.float32


def _nudge(low, high, num_bits: int, narrow_range: bool):
    """The range and step that have 0 among their values."""
    require(2 <= num_bits <= 16, "num_bits must be between 2 and 16, inclusive")
    first, last = _FLOAT32(1 if narrow_range else 0), _FLOAT32((1 << num_bits) - 1)
    step = (high - low) / (last - first)
    zero = first - low / step
    # std::round: halves go away from zero, and zero is not negative here
    zero = jnp.clip(jnp.floor(zero + _FLOAT32(0.5)), first, last)
    return (first - zero) * step, (last - zero) * step, step


def _quantize(x, low, high, num_bits: int, narrow_range: bool, exact: bool = False):
    nudged_low, nudged_high, step = _nudge(low, high, num_bits, narrow_range)
    inside = jnp.minimum(jnp.maximum(x, nudged_low), nudged_high)
    half = _FLOAT32(0.5)
    # TensorFlow's kernels differ in how they find the inverse of the step, which decides some ties
    levels = _FLOAT32((1 << num_bits) - (2 if narrow_range else 1))
    inverse = levels / (high - low) if exact else _FLOAT32(1) / step
    zero = jnp.floor(-nudged_low * inverse + half)
    out = (jnp.floor(inside * inverse + (zero + half)) - zero) * step
    return jnp.where((low == 0) & (high == 0), jnp.zeros((), x.dtype), out)


def _parts(gradients, x, low, high, num_bits, narrow_range):
    """What passes to the input, to the minimum and to the maximum, element by element."""
    nudged_low, nudged_high, _ = _nudge(low, high, num_bits, narrow_range)
    empty = (low == 0) & (high == 0)
    below = ~empty & (x < nudged_low)
    above = ~empty & (x > nudged_high)
    zero = jnp.zeros((), gradients.dtype)
    inside = jnp.where(empty | ((x >= nudged_low) & (x <= nudged_high)), gradients, zero)
    return inside, jnp.where(below, gradients, zero), jnp.where(above, gradients, zero)


def _check_order(low: float, high: float) -> None:
    require(low < high, f"min has to be smaller than max, was: {low:g} >= {high:g}")


def _args_vjp(inputs, _, cotangent, *, min, max, num_bits, narrow_range):
    x = inputs[0]
    low, high = _FLOAT32(min), _FLOAT32(max)
    return (_parts(cotangent, x, low, high, num_bits, narrow_range)[0],)


@op(
    "tf.quantization.fake_quant_with_min_max_args",
    kernel="FakeQuantWithMinMaxArgs",
    inputs=fixed("float32", "inputs"),
    static={"narrow_range": static.flag},
    vjp=_args_vjp,
)
def fake_quant_with_min_max_args(inputs, min=-6, max=6, num_bits=8, narrow_range=False):
    """Rounds to the values that a quantized tensor of a fixed range can have.

    Args:
      inputs: float32 tensor.
      min, max: the range, numbers.
      num_bits: from 2 to 16.
      narrow_range: whether the lowest quantized value is left out.

    Raises:
      InvalidArgumentError: for an empty range or a number of bits out of range.
    """
    _check_order(min, max)
    return _quantize(inputs, _FLOAT32(min), _FLOAT32(max), num_bits, narrow_range, exact=True)


@op(
    "tf.quantization.fake_quant_with_min_max_args_gradient",
    kernel="FakeQuantWithMinMaxArgsGradient",
    inputs=fixed("float32", "gradients", "inputs"),
    static={"narrow_range": static.flag},
    grad=None,
)
def fake_quant_with_min_max_args_gradient(
    gradients, inputs, min=-6, max=6, num_bits=8, narrow_range=False
):
    """The pullback of `fake_quant_with_min_max_args`.

    Args:
      gradients: cotangents of its result.
      inputs, min, max, num_bits, narrow_range: as there.

    Raises:
      InvalidArgumentError: for an empty range or a number of bits out of range.
    """
    _check_order(min, max)
    low, high = _FLOAT32(min), _FLOAT32(max)
    return _parts(gradients, inputs, low, high, num_bits, narrow_range)[0]


def _vars_vjp(inputs, _, cotangent, *, num_bits, narrow_range):
    x, low, high = inputs
    inside, below, above = _parts(cotangent, x, low, high, num_bits, narrow_range)
    return inside, jnp.sum(below), jnp.sum(above)


def _check_scalars(low, high) -> None:
    for label, t in (("min", low), ("max", high)):
        require(t.ndim == 0, f"`{label}` must be rank 0 but is rank {t.ndim}")


@op(
    "tf.quantization.fake_quant_with_min_max_vars",
    kernel="FakeQuantWithMinMaxVars",
    inputs=fixed("float32", "inputs", "min", "max"),
    static={"narrow_range": static.flag},
    vjp=_vars_vjp,
)
def fake_quant_with_min_max_vars(inputs, min, max, num_bits=8, narrow_range=False):
    """The same with a range that can be learned.

    Args:
      inputs: float32 tensor.
      min, max: the range, float32 scalars.
      num_bits: from 2 to 16.
      narrow_range: whether the lowest quantized value is left out.

    Raises:
      InvalidArgumentError: if the range is not of scalars.
    """
    _check_scalars(min, max)
    return _quantize(inputs, min, max, num_bits, narrow_range)


class FakeQuantWithMinMaxVarsGradient(NamedTuple):
    """The result of `tf.quantization.fake_quant_with_min_max_vars_gradient`."""

    backprops_wrt_input: Any
    backprop_wrt_min: Any
    backprop_wrt_max: Any


@op(
    kernel="FakeQuantWithMinMaxVarsGradient",
    inputs=fixed("float32", "gradients", "inputs", "min", "max"),
    static={"narrow_range": static.flag},
    grad=None,
)
def _vars_gradient(gradients, inputs, min, max, num_bits, narrow_range):
    _check_scalars(min, max)
    attrs = {"num_bits": num_bits, "narrow_range": narrow_range}
    return _vars_vjp((inputs, min, max), None, gradients, **attrs)


@export("tf.quantization.fake_quant_with_min_max_vars_gradient")
def fake_quant_with_min_max_vars_gradient(
    gradients, inputs, min, max, num_bits=8, narrow_range=False, name=None
) -> FakeQuantWithMinMaxVarsGradient:
    """The pullback of `fake_quant_with_min_max_vars`.

    Args:
      gradients: cotangents of its result.
      inputs, min, max, num_bits, narrow_range: as there.
      name: ignored.
    """
    found = _vars_gradient(gradients, inputs, min, max, num_bits, narrow_range)
    return FakeQuantWithMinMaxVarsGradient(*found)


def _check_channels(x, low, high) -> None:
    for label, t in (("min", low), ("max", high)):
        require(t.ndim == 1, f"`{label}` must be rank 1 but is rank {t.ndim}")
        size = t.shape[0]
        require(
            size == x.shape[-1], f"{label} has incorrect size, expected {x.shape[-1]} was {size}"
        )


def _channels_vjp(inputs, _, cotangent, *, num_bits, narrow_range):
    x, low, high = inputs
    inside, below, above = _parts(cotangent, x, low, high, num_bits, narrow_range)
    axes = tuple(np.arange(x.ndim - 1).tolist())
    return inside, jnp.sum(below, axes), jnp.sum(above, axes)


@op(
    "tf.quantization.fake_quant_with_min_max_vars_per_channel",
    kernel="FakeQuantWithMinMaxVarsPerChannel",
    inputs=fixed("float32", "inputs", "min", "max"),
    static={"narrow_range": static.flag},
    vjp=_channels_vjp,
)
def fake_quant_with_min_max_vars_per_channel(inputs, min, max, num_bits=8, narrow_range=False):
    """The same with a range for each index of the last axis.

    Args:
      inputs: float32 tensor of shape [..., d].
      min, max: the ranges, float32, shape [d].
      num_bits: from 2 to 16.
      narrow_range: whether the lowest quantized value is left out.

    Raises:
      InvalidArgumentError: if the ranges are not of shape [d].
    """
    _check_channels(inputs, min, max)
    return _quantize(inputs, min, max, num_bits, narrow_range)


class FakeQuantWithMinMaxVarsPerChannelGradient(NamedTuple):
    """The result of `tf.quantization.fake_quant_with_min_max_vars_per_channel_gradient`."""

    backprops_wrt_input: Any
    backprop_wrt_min: Any
    backprop_wrt_max: Any


@op(
    kernel="FakeQuantWithMinMaxVarsPerChannelGradient",
    inputs=fixed("float32", "gradients", "inputs", "min", "max"),
    static={"narrow_range": static.flag},
    grad=None,
)
def _channels_gradient(gradients, inputs, min, max, num_bits, narrow_range):
    _check_channels(inputs, min, max)
    attrs = {"num_bits": num_bits, "narrow_range": narrow_range}
    return _channels_vjp((inputs, min, max), None, gradients, **attrs)


@export("tf.quantization.fake_quant_with_min_max_vars_per_channel_gradient")
def fake_quant_with_min_max_vars_per_channel_gradient(
    gradients, inputs, min, max, num_bits=8, narrow_range=False, name=None
) -> FakeQuantWithMinMaxVarsPerChannelGradient:
    """The pullback of `fake_quant_with_min_max_vars_per_channel`.

    Args:
      gradients: cotangents of its result.
      inputs, min, max, num_bits, narrow_range: as there.
      name: ignored.
    """
    found = _channels_gradient(gradients, inputs, min, max, num_bits, narrow_range)
    return FakeQuantWithMinMaxVarsPerChannelGradient(*found)


# -- quantize and dequantize -------------------------------------------------------------------


def _limits(x, low, high, signed_input, num_bits, narrow_range):
    """Steps per unit, units per step, and the range that the quantized values cover."""
    kind = x.dtype.type
    if signed_input:
        first = -(1 << (num_bits - 1)) + (1 if narrow_range else 0)
        last = (1 << (num_bits - 1)) - 1
    else:
        first, last = 0, (1 << num_bits) - 1
    first, last = kind(first), kind(last)
    most = kind(jnp.finfo(x.dtype).max)
    from_low = jnp.where(first * low > 0, first / low, most)
    from_high = jnp.where(last * high > 0, last / high, most)
    lower = from_low < from_high
    unit = jnp.where(lower, low / (first if signed_input else kind(1)), high / last)
    return (
        jnp.where(lower, from_low, from_high),
        unit,
        jnp.where(lower, low, first * unit),
        jnp.where(lower, last * unit, high),
    )


def _steps(
    x, low, high, signed_input, num_bits, range_given, round_mode, narrow_range, axis
):  # fmt: skip
    require(
        0 < num_bits < (62 if signed_input else 63),
        f"num_bits is out of range: {num_bits} with signed_input_ {int(signed_input)}",
    )
    if axis is not None:
        rank = axis + 1
        require(x.ndim >= rank, f"Shape must be at least rank {rank} but is rank {x.ndim}")
    if range_given:
        # With an axis TensorFlow wants vectors, and then scalars: no range is accepted.
        require(axis is None or low.ndim == 1, _RANK_1)
        require(low.ndim == 0, "input_min must be a scalar.")
        require(high.ndim == 0, "input_max must be a scalar.")
    elif not x.size:
        return x
    else:
        others = tuple(i for i in range(x.ndim) if axis is None or i != axis)
        known = ~jnp.isnan(x)
        low = jnp.min(x, axis=others, keepdims=True, where=known, initial=np.inf)
        high = jnp.max(x, axis=others, keepdims=True, where=known, initial=-np.inf)
    steps, unit, low, high = _limits(x, low, high, signed_input, num_bits, narrow_range)
    # in this order: a range that unsigned values do not reach has its ends swapped
    x = jnp.maximum(jnp.minimum(x, high), low) if range_given else x
    scaled = x * steps
    half = x.dtype.type(0.5)
    rounded = jnp.round(scaled) if round_mode == "HALF_TO_EVEN" else jnp.floor(scaled + half)
    return rounded * unit


_RANK_1 = "Shape must be rank 1 for input_min_tensor when the axis is specified"


def _inside_vjp(inputs, _, cotangent, *, axis, **__):
    """Passes where the input lies in the range that was passed, used or not."""
    x, low, high = inputs
    if axis is not None:
        require(low.ndim == 1, _RANK_1)
        wide = [1] * axis + [-1] + [1] * (x.ndim - axis - 1)
        inside = (x >= low.reshape(wide)) & (x <= high.reshape(wide))
        passed = jnp.where(inside, cotangent, jnp.zeros((), cotangent.dtype))
        return passed, jnp.zeros_like(low), jnp.zeros_like(high)
    zero = jnp.zeros((), cotangent.dtype)
    inside = jnp.where((x >= low) & (x <= high), cotangent, zero)
    return inside, jnp.zeros_like(low), jnp.zeros_like(high)


def _passing_rule(call):
    """TensorFlow's gradient of the old kernel: all of it passes to the input."""
    (cotangent,) = call.dense_cotangents()
    return [cotangent, None, None]


_INPUTS = same("input", "input_min", "input_max", of=FLOAT)


@op(kernel="QuantizeAndDequantizeV4", inputs=_INPUTS, vjp=_inside_vjp)
def _quantize_and_dequantize(
    input, input_min, input_max, signed_input, num_bits, range_given, round_mode, narrow_range, axis
):
    return _steps(
        input, input_min, input_max, signed_input, num_bits, range_given, round_mode,
        narrow_range, axis,
    )  # fmt: skip


@op(kernel="QuantizeAndDequantizeV2", inputs=_INPUTS, grad=_passing_rule)
def _quantize_and_dequantize_passing(
    input, input_min, input_max, signed_input, num_bits, range_given, round_mode, narrow_range, axis
):
    return _steps(
        input, input_min, input_max, signed_input, num_bits, range_given, round_mode,
        narrow_range, axis,
    )  # fmt: skip


def _both(
    fn, input, input_min, input_max, signed_input, num_bits, range_given, round_mode, narrow_range,
    axis,
) -> Tensor:  # fmt: skip
    entry = fn.op
    kernel = entry.kernel
    if round_mode not in ("HALF_TO_EVEN", "HALF_UP"):
        raise op_error(
            kernel,
            f"Value for attr 'round_mode' of \"{round_mode}\" is not in the list of allowed values:"
            f' "HALF_TO_EVEN", "HALF_UP"\n\t; NodeDef: {{{{node {kernel}}}}}',
            ran=False,
        )
    x, low, high = convert_inputs(entry, (convert(input), input_min, input_max))
    if axis is not None:
        axis = static.integer(axis)
        axis = axis % x.ndim if axis < 0 else axis
    if range_given and axis is None and low.ndim == high.ndim == 0 and not low._is_symbolic():
        a, b = low._host_value()[()], static.host(high)[()]
        if not a <= b:
            raise op_error(kernel, f"Invalid range: input_min {a:g} > input_max {b:g}")
    return fn(
        x, low, high, bool(signed_input), static.integer(num_bits), bool(range_given), round_mode,
        bool(narrow_range), axis,
    )  # fmt: skip


@export("tf.quantization.quantize_and_dequantize_v2")
def quantize_and_dequantize_v2(
    input,
    input_min,
    input_max,
    signed_input=True,
    num_bits=8,
    range_given=False,
    round_mode="HALF_TO_EVEN",
    name=None,
    narrow_range=False,
    axis=None,
) -> Tensor:
    """Rounds to the values that a quantized tensor can have.

    The gradient passes where the input lies in the given range.

    Args:
      input: float tensor.
      input_min, input_max: the range, scalars.
      signed_input: whether the quantized values have a sign.
      num_bits: how many bits they have.
      range_given: whether to use the given range rather than that of the input.
      round_mode: "HALF_TO_EVEN" or "HALF_UP".
      name: ignored.
      narrow_range: whether the lowest quantized value is left out.
      axis: an axis whose indices have a range each, that of the input there; None for one range.

    Raises:
      InvalidArgumentError: for an empty range, and another `round_mode` or number of bits.
    """
    return _both(
        _quantize_and_dequantize, input, input_min, input_max, signed_input, num_bits, range_given,
        round_mode, narrow_range, axis,
    )  # fmt: skip


@export("tf.quantization.quantize_and_dequantize")
def quantize_and_dequantize(
    input,
    input_min,
    input_max,
    signed_input=True,
    num_bits=8,
    range_given=False,
    round_mode="HALF_TO_EVEN",
    name=None,
    narrow_range=False,
    axis=None,
) -> Tensor:
    """`quantize_and_dequantize_v2` whose gradient passes everywhere; deprecated.

    Args:
      input, input_min, input_max, signed_input, num_bits, range_given, round_mode, narrow_range,
        axis: as there.
      name: ignored.

    Raises:
      InvalidArgumentError: for an empty range, and another `round_mode` or number of bits.
    """
    return _both(
        _quantize_and_dequantize_passing, input, input_min, input_max, signed_input, num_bits,
        range_given, round_mode, narrow_range, axis,
    )  # fmt: skip
