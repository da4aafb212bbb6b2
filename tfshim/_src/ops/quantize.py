"""Floats to quantized integers and back: quantize, dequantize, quantized_concat.

Three affine maps between a range of floats and the integers of a dtype. MIN_COMBINED and MIN_FIRST
map the ends of the range to the least and the largest integer, and differ in what is rounded:
the sum, or the offset and the value each on its own, so that 0 stays exact. SCALED maps 0 to 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.dispatch import dispatch
from tfshim._src.dtypes import DType
from tfshim._src.errors import UnimplementedError, op_error, require
from tfshim._src.ops.casting import cast_array
from tfshim._src.quantized import missing, plain, relabel
from tfshim._src.registry import export, op
from tfshim._src.rules import c_name, each, fixed
from tfshim._src.tensor import Tensor

_F = np.float32
_TYPES = ("qint8", "quint8", "qint32", "qint16", "quint16")
_MODES = ("MIN_COMBINED", "MIN_FIRST", "SCALED")
_ROUNDINGS = ("HALF_AWAY_FROM_ZERO", "HALF_TO_EVEN")


def _allow(kernel: str, attr: str, value: str, allowed: tuple[str, ...], of_types: bool) -> None:
    if value in allowed:
        return
    shown = [*allowed] if of_types else [f'"{a}"' for a in allowed]
    value = value if of_types else f'"{value}"'
    raise op_error(
        kernel,
        f"Value for attr '{attr}' of {value} is not in the list of allowed values: "
        f"{', '.join(shown)}\n\t; NodeDef: {{{{node {kernel}}}}}",
        ran=False,
    )


def _ends(kind: np.dtype) -> tuple[np.float32, np.float32]:
    info = np.iinfo(kind)
    return _F(info.min), _F(info.max)


def _away(x):
    """Rounds halves away from zero."""
    whole = jnp.trunc(x)
    return whole + jnp.where(abs(x - whole) >= _F(0.5), jnp.sign(x), _F(0))


def _levels(kind: np.dtype) -> np.float32:
    return _F(2.0 ** (8 * kind.itemsize))


def _first_scale(low, high, kind: np.dtype):
    """Units per step of MIN_FIRST, and its inverse."""
    levels = _levels(kind)
    width = (high - low) * _F(float(levels) / (float(levels) - 1))
    return width / levels, levels / width


def _to_first(x, low, high, kind: np.dtype):
    """MIN_FIRST: value and offset are rounded each on its own."""
    least, most = _ends(kind)
    if kind.itemsize == 4:
        most = np.nextafter(most, _F(0))
    _, steps = _first_scale(low, high, kind)
    offset = _away(low * steps) - least
    return jnp.clip(_away(x * steps) - offset, least, most)


def _scaled_steps(low, high, kind: np.dtype, narrow_range: bool):
    """Steps per unit of SCALED, and the least and largest integer."""
    least, most = _ends(kind)
    least = least + _F(1) if narrow_range else least
    huge = np.finfo(_F).max
    from_low = jnp.where(least * low > 0, least / low, huge)
    from_high = jnp.where(most * high > 0, most / high, huge)
    return jnp.minimum(from_low, from_high), least, most


@op(kernel="QuantizeV2", inputs=fixed("float32", "input", "min_range", "max_range"), grad=None)
def _quantize(
    input, min_range, max_range, kind, mode, round_mode, narrow_range, axis, ensure_minimum_range
):
    low, high = _ranges(input, min_range, max_range, axis)
    least, most = _ends(kind)
    size = jnp.fmax(_F(1), jnp.fmax(abs(low), abs(high)))
    low = jnp.fmin(_F(0), low)
    high = jnp.fmax(_F(0), jnp.fmax(high, low + size * _F(ensure_minimum_range)))
    shape = [1] * input.ndim
    if axis >= 0:
        shape[axis] = -1
    if mode == "SCALED":
        steps, least, most = _scaled_steps(low, high, kind, narrow_range)
        low, high = least / steps, most / steps
        a, b, s = (v.reshape(shape) for v in (low, high, steps))
        x = jnp.maximum(jnp.minimum(input, b), a) * s
        x = jnp.round(x) if round_mode == "HALF_TO_EVEN" else _away(x)
    elif mode == "MIN_FIRST":
        x = _to_first(input, low.reshape(shape), high.reshape(shape), kind)
    else:
        a, b = low.reshape(shape), high.reshape(shape)
        steps = (most - least) / (b - a)
        x = (jnp.maximum(jnp.minimum(input, b), a) - a) * steps
        if kind.kind == "i":
            x = x - _levels(kind) / _F(2)
        x = _away(x)
    return cast_array(x, kind), low, high


def _ranges(input, low, high, axis: int):
    """The ends of the range, scalars or one for each index of the axis; checked."""
    if axis < 0:
        for what, end in (("min_range", low), ("max_range", high)):
            require(
                end.size == 1,
                f"If axis is not specified, {what} must contain a single float element, but it "
                f"contains {end.size} elements",
            )
        return low.reshape(()), high.reshape(())
    require(
        axis < input.ndim,
        "Axis is on a zero-based index, so its value must always be less than number of input's "
        f"dims, but given axis value was {axis} and input's dims was {input.ndim}",
    )
    n = input.shape[axis]
    for what, end in (("min_range", low), ("max_range", high)):
        require(
            end.shape == (n,),
            f"If axis is specified, {what} must be a 1-D tensor whose size matches the axis "
            f"dimension of the input and output tensors, but {what} is a {end.ndim}-D tensor of "
            f"size {end.size} and input's axis dimension is of size {n}",
        )
    return low, high


class QuantizeV2(NamedTuple):
    """The result of `tf.quantization.quantize`."""

    output: Any
    output_min: Any
    output_max: Any


@export("tf.quantization.quantize")
def quantize(
    input,
    min_range,
    max_range,
    T,
    mode="MIN_COMBINED",
    round_mode="HALF_AWAY_FROM_ZERO",
    name=None,
    narrow_range=False,
    axis=None,
    ensure_minimum_range=0.01,
) -> QuantizeV2:
    """Floats as integers of a quantized dtype, and the range that these cover.

    Args:
      input: float32 tensor of any shape.
      min_range, max_range: the range that is to be covered; scalars, or of the size of `axis`.
        It is widened to hold 0 and to have a width.
      T: the quantized dtype.
      mode: "MIN_COMBINED", "MIN_FIRST" or "SCALED"; see the module's text.
      round_mode: "HALF_AWAY_FROM_ZERO", or "HALF_TO_EVEN" for mode "SCALED".
      name: ignored.
      narrow_range: whether "SCALED" leaves the least integer out.
      axis: the axis of which each index has a range of its own; None or -1 for one range.
      ensure_minimum_range: the least width, as a share of the larger end, or of 1.

    Returns:
      A named tuple `output`, `output_min`, `output_max`.

    Raises:
      InvalidArgumentError: for another mode or dtype, and ranges that do not fit.
      UnimplementedError: for "MIN_FIRST" with an axis.
    """
    wanted = dtypes.as_dtype(T)
    _allow("QuantizeV2", "T", c_name(wanted), _TYPES, True)
    _allow("QuantizeV2", "mode", mode, _MODES, False)
    _allow("QuantizeV2", "round_mode", round_mode, _ROUNDINGS, False)
    axis = -1 if axis is None else static.integer(axis)
    if round_mode == "HALF_TO_EVEN" and mode != "SCALED":
        text = "Round mode 'HALF_TO_EVEN' only supported for mode 'SCALED', but mode is "
        raise op_error("QuantizeV2", f"{text}'{mode}'.")
    if axis >= 0 and mode == "MIN_FIRST":
        text = "MIN_FIRST mode is not implemented for Quantize with axis != -1."
        raise op_error("QuantizeV2", text, UnimplementedError)
    min_range, max_range = (convert(v, hint=dtypes.float32) for v in (min_range, max_range))
    if not (min_range._is_symbolic() or max_range._is_symbolic()):
        low, high = min_range._host_value(), max_range._host_value()
        if low.shape == high.shape and (low > high).any():
            raise op_error("QuantizeV2", "input_max_range must be larger than input_min_range.")
    out, low, high = _quantize(
        input, min_range, max_range, wanted.carrier, mode, round_mode, bool(narrow_range), axis,
        float(ensure_minimum_range),
    )  # fmt: skip
    return QuantizeV2(relabel(out, wanted, dispatch), low, high)


@op(kernel="Dequantize", inputs=each("input") + fixed("float32", "low", "high"), grad=None)
def _dequantize(input, low, high, mode, narrow_range, axis):
    kind = np.dtype(input.dtype)
    least, most = _ends(kind)
    n = 1 if axis < 0 else input.shape[axis]
    for what, end in (("input_min_tensor", low), ("input_max_tensor", high)):
        require(
            end.size == n,
            f"{what} must have as many elements as input on the dequantization axis ({axis}), got "
            f"{end.size}, expected {n}",
        )
    shape = [1] * input.ndim
    if axis >= 0:
        shape[axis] = -1
    low, high = low.reshape(shape), high.reshape(shape)
    x = input.astype(_F)
    if mode == "MIN_COMBINED":
        half = _levels(kind) / _F(2) if kind.kind == "i" else _F(0)
        return (x + half) * ((high - low) / (most - least)) + low
    if mode == "SCALED":
        scale = high / most
        if kind.kind == "i":
            scale = jnp.maximum(low / (least + _F(1) if narrow_range else least), scale)
        return x * scale
    scale, _ = _first_scale(low, high, kind)
    start = jnp.where(low == high, low, _away(low / scale) * scale)
    return (x - least) * scale + start


@export("tf.quantization.dequantize")
def dequantize(
    input,
    min_range,
    max_range,
    mode="MIN_COMBINED",
    name=None,
    axis=None,
    narrow_range=False,
    dtype=dtypes.float32,
) -> Tensor:
    """The floats that quantized integers stand for.

    Args:
      input: tensor of a quantized dtype.
      min_range, max_range: what its least and largest integer stand for.
      mode, axis, narrow_range: as in `quantize`.
      name: ignored.
      dtype: of the result, float32 or bfloat16.

    Raises:
      InvalidArgumentError: for another mode or dtype, and ranges that do not fit.
      UnimplementedError: for "MIN_FIRST" with an axis.
    """
    x = convert(input)
    wanted = dtypes.as_dtype(dtype)
    _allow("Dequantize", "T", c_name(x.dtype), _TYPES, True)
    _allow("Dequantize", "dtype", c_name(wanted), ("bfloat16", "float"), True)
    _allow("Dequantize", "mode", mode, _MODES, False)
    axis = -1 if axis is None else static.integer(axis)
    if axis < -1 or axis >= max(x.ndim, 1):
        raise op_error("Dequantize", f"Axis should be at least -1, got {axis}")
    if axis >= 0 and mode == "MIN_FIRST":
        text = "MIN_FIRST mode is not implemented for Dequantize with axis != -1."
        raise op_error("Dequantize", text, UnimplementedError)
    out = _dequantize(plain(x, dispatch), min_range, max_range, mode, bool(narrow_range), axis)
    from tfshim._src.ops.casting import cast

    return cast(out, wanted)


@op(
    kernel="QuantizedConcat",
    inputs=each("*values") + fixed("float32", "*input_mins") + fixed("float32", "*input_maxes"),
    grad=None,
)
def _quantized_concat(values, input_mins, input_maxes, concat_dim):
    rank = values[0].ndim
    require(
        -rank <= concat_dim < rank,
        f"ConcatOp : Expected concatenating dimensions in the range [{-rank if rank < 1 else 0}, "
        f"{rank}), but got {concat_dim}",
    )
    kind = np.dtype(values[0].dtype)
    for i, x in enumerate(values):
        same = x.ndim == rank and all(
            a == b
            for axis, (a, b) in enumerate(zip(x.shape, values[0].shape, strict=True))
            if axis != concat_dim % rank
        )
        require(same, f"ConcatOp : Dimension of inputs should match: shape[{i}] = {x.shape}")
    low = jnp.min(jnp.stack(input_mins))
    high = jnp.max(jnp.stack(input_maxes))
    parts = []
    for x, a, b in zip(values, input_mins, input_maxes, strict=True):
        scale, _ = _first_scale(a, b, kind)
        start = jnp.where(a == b, a, _away(a / scale) * scale)
        floats = (x.astype(_F) - _ends(kind)[0]) * scale + start
        moved = cast_array(_to_first(floats, low, high, kind), kind)
        parts.append(jnp.where((a == low) & (b == high), x, moved))
    return jnp.concatenate(parts, concat_dim), low, high


class QuantizedConcat(NamedTuple):
    """The result of `tf.quantization.quantized_concat`."""

    output: Any
    output_min: Any
    output_max: Any


@export("tf.quantization.quantized_concat")
def quantized_concat(concat_dim, values, input_mins, input_maxes, name=None) -> QuantizedConcat:
    """Joins quantized tensors along an axis, brought to one range that holds all of theirs.

    Args:
      concat_dim: the axis.
      values: list of at least two quint8 tensors, of one shape but for that axis.
      input_mins, input_maxes: lists of scalars, what the least and largest integer of each stand
        for.
      name: ignored.

    Returns:
      A named tuple `output`, `output_min`, `output_max`.

    Raises:
      InvalidArgumentError: for fewer than two tensors, and shapes that do not fit.
      NotFoundError: for a dtype without a kernel.
    """
    tensors = [convert(v) for v in values]
    count = len(tensors)
    if count < 2:
        raise op_error(
            "QuantizedConcat",
            f"Value for attr 'N' of {count} must be at least minimum 2\n\t; NodeDef: "
            "{{node QuantizedConcat}}",
            ran=False,
        )
    dtype: DType = tensors[0].dtype
    if not len(input_mins) == len(input_maxes) == count:
        given = len(input_mins) + len(input_maxes) + count + 1
        wanted = ", ".join(["int32", *[c_name(dtype)] * count, *["float"] * 2 * count])
        raise op_error(
            "QuantizedConcat",
            f"NodeDef expected inputs '{wanted}' do not match {given} inputs specified",
            ran=False,
        )
    if dtype is not dtypes.quint8:
        raise missing("QuantizedConcat", dtype)
    found = [plain(t, dispatch) for t in tensors]
    out, low, high = _quantized_concat(
        found, list(input_mins), list(input_maxes), static.integer(concat_dim)
    )
    return QuantizedConcat(relabel(out, dtype, dispatch), low, high)
