"""Changes of dtype: cast, saturate_cast, bitcast.

Floats outside an integer's range become what the x86 conversion instruction gives, as in
TensorFlow on CPU: the smallest int32 or int64, of which smaller types keep the low bits.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, nest, static
from tfshim._src.convert import convert
from tfshim._src.dispatch import dispatch
from tfshim._src.dtypes import DType
from tfshim._src.errors import UnimplementedError, op_error, require
from tfshim._src.quantized import PLAIN, plain, relabel
from tfshim._src.registry import export, op
from tfshim._src.rules import c_name, each
from tfshim._src.tensor import EagerTensor, Tensor


def cast_array(x, dtype: np.dtype):
    """A raw array in another dtype, by TensorFlow's rules."""
    target = np.dtype(dtype)
    if x.dtype == target:
        return x
    if jnp.issubdtype(x.dtype, jnp.complexfloating) and not jnp.issubdtype(
        target, jnp.complexfloating
    ):
        x = jnp.real(x)
    if target == np.bool_:
        return x != 0
    if jnp.issubdtype(x.dtype, jnp.floating) and jnp.issubdtype(target, jnp.integer):
        return _truncate(x, target)
    return lax.convert_element_type(x, target)


def _truncate(x, target: np.dtype):
    if x.dtype.itemsize < 4:
        x = x.astype(np.float32)
    wide = np.dtype(np.int64 if target.itemsize == 8 or target == np.uint32 else np.int32)
    bits = 8 * wide.itemsize - 1
    limit = np.asarray(2.0**bits, x.dtype)
    inside = (x >= -limit) & (x < limit)
    result = jnp.where(inside, x, 0).astype(wide)
    if target == np.uint64:
        above = (x >= limit) & (x < 2 * limit)
        high = jnp.where(above, x - limit, 0).astype(wide) + np.iinfo(wide).min
        result = jnp.where(above, high, result)
        inside = inside | above
    result = jnp.where(inside, result, np.asarray(np.iinfo(wide).min, wide))
    return lax.convert_element_type(result, target)


@op(kernel="Cast", inputs=each("x"), static={"dtype": static.dtype})
def _cast(x, dtype):
    return cast_array(x, dtype)


@export("tf.cast", "tf.dtypes.cast")
def cast(x, dtype, name=None) -> Any:
    """x in another dtype; floats become integers by truncation.

    Args:
      x: tensor or composite tensor of any shape.
      dtype: the dtype to have; a tensor or variable that has it already is returned as it is.
      name: ignored.

    Raises:
      UnimplementedError: between strings and numbers.
    """
    wanted = dtypes.as_dtype(dtype).base_dtype
    if isinstance(x, EagerTensor) or hasattr(x, "_operand_dtype"):
        if x.dtype is wanted:
            return x
    if hasattr(x, "_flatten_components"):
        return _cast_composite(x, wanted)
    t = convert(x)
    have = t.aval.dtype
    if have is wanted:
        return t
    if "s" in (have.kind, wanted.kind) or wanted.np is None:
        raise op_error(
            "Cast",
            f"Cast {c_name(have)} to {c_name(wanted)} is not supported",
            UnimplementedError,
        )
    if "q" in (have.kind, wanted.kind):
        integers = PLAIN.get(wanted, wanted)
        t = plain(t, dispatch)
        t = t if t.aval.dtype is integers else _cast(t, integers)
        return t if wanted is integers else relabel(t, wanted, dispatch)
    return _cast(t, wanted)


def _cast_composite(x, wanted: DType):
    with_values = getattr(x, "with_values", None) or getattr(x, "with_flat_values", None)
    if with_values is not None:
        values = x.flat_values if hasattr(x, "flat_values") else x.values
        return with_values(cast(values, wanted))
    return nest.map_structure(lambda t: cast(t, wanted), x, expand_composites=True)


def _range_of(dtype: DType) -> tuple[Any, Any]:
    info = np.iinfo(dtype.np) if dtype.kind in "iu" else jnp.finfo(dtype.np)
    return info.min, info.max


@op(kernel="SaturateCast", inputs=each("value"), static={"dtype": static.dtype})
def _saturate_cast(value, dtype):
    target = dtypes.from_np(np.dtype(dtype))
    source = dtypes.from_np(np.dtype(value.dtype))
    if jnp.issubdtype(value.dtype, jnp.complexfloating):
        if target.kind == "c":
            limit = np.dtype(target.np).type(0).real.dtype
            low, high = jnp.finfo(limit).min, jnp.finfo(limit).max
            if source.np.itemsize > target.np.itemsize:
                part = value.real.dtype
                low, high = np.asarray(low, part), np.asarray(high, part)
                value = lax.complex(
                    jnp.clip(value.real, low, high), jnp.clip(value.imag, low, high)
                )
            return cast_array(value, dtype)
        value = jnp.real(value)
        source = dtypes.from_np(np.dtype(value.dtype))
    if target.kind == "c":
        target = dtypes.from_np(np.dtype(target.np).type(0).real.dtype)
    low, high = _saturation_bounds(source, target)
    value = jnp.where(value > high, high, value)  # a tie and a NaN are the value's
    return cast_array(jnp.where(value < low, low, value), dtype)


def _saturation_bounds(source: DType, target: DType) -> tuple[Any, Any]:
    """What is clipped to, in the source dtype: what both dtypes hold, without infinities.

    The largest int64 is the smallest one: TensorFlow takes its bounds through floats, and this one
    overflows when it comes back.
    """
    (s_low, s_high), (t_low, t_high) = _range_of(source), _range_of(target)
    low = _within(t_low, source, target, up=True) if float(s_low) < float(t_low) else s_low
    high = _within(t_high, source, target, up=False) if float(s_high) > float(t_high) else s_high
    if source is dtypes.int64 and int(high) == s_high:
        high = s_low
    return np.asarray(low, source.np), np.asarray(high, source.np)


def _within(bound, source: DType, target: DType, up: bool):
    """The bound as a source value; moved inwards where, as float64, it lies outside the target."""
    value = np.asarray(bound).astype(source.np)
    wide, exact = float(value), float(bound)
    if source.kind == "f" and (wide < exact if up else wide > exact):
        value = np.nextafter(np.asarray(bound).astype(source.np), np.asarray(0, source.np))
    return value


@export("tf.saturate_cast", "tf.dtypes.saturate_cast")
def saturate_cast(value, dtype, name=None) -> Tensor:
    """A cast that gives the nearest value which the dtype can hold.

    Args:
      value: tensor of any shape.
      dtype: the dtype to have.
      name: ignored.
    """
    wanted = dtypes.as_dtype(dtype).base_dtype
    t = convert(value)
    for found in (t.dtype, wanted):
        if found.kind in "bsq":
            what = "quantized type" if found.kind == "q" else "type"
            raise TypeError(f"Cannot find minimum value of {found} with {what} {found}.")
    return _saturate_cast(t, wanted)


_BITS = (
    "bfloat16", "half", "float", "double", "int64", "int32", "uint8", "uint16", "uint32", "uint64",
    "int8", "int16", "complex64", "complex128", "qint8", "quint8", "qint16", "quint16", "qint32",
)  # fmt: skip


def _bitcast_type(value: Any) -> np.dtype:
    wanted = dtypes.as_dtype(value)
    if c_name(wanted) not in _BITS:
        raise op_error(
            "Bitcast",
            f"Value for attr 'type' of {c_name(wanted)} is not in the list of allowed values: "
            f"{', '.join(_BITS)}\n\t; NodeDef: {{{{node Bitcast}}}}",
            ran=False,
        )
    return wanted.carrier


@op(kernel="Bitcast", inputs=each("input", of=_BITS), static={"to": _bitcast_type}, grad=None)
def _bitcast(input, to):
    have, want = input.dtype.itemsize, to.itemsize
    if want > have:
        numbers = [dtypes.from_np(np.dtype(d)).as_datatype_enum for d in (input.dtype, to)]
        require(
            input.ndim > 0 and input.shape[-1] == want // have,
            f"Cannot bitcast from {numbers[0]} to {numbers[1]}",
        )
    return _bits(input, to)


@export("tf.bitcast")
def bitcast(input, type, name=None) -> Tensor:
    """The same bytes as another dtype.

    Args:
      input: tensor; where `type` is larger its last axis is used up, where it is smaller one is
        added.
      type: the dtype to have.
      name: ignored.

    Raises:
      InvalidArgumentError: if the last axis does not hold exactly one larger element.
    """
    t = convert(input)
    wanted = dtypes.as_dtype(type).base_dtype
    if "q" not in (t.aval.dtype.kind, wanted.kind):
        return _bitcast(t, type)
    out = _bitcast(plain(t, dispatch), wanted)
    return relabel(out, wanted, dispatch) if wanted.kind == "q" else out


def _bits(x, target: np.dtype):
    """lax.bitcast_convert_type, which has no complex and no bool."""
    parts = {np.dtype(np.complex64): np.float32, np.dtype(np.complex128): np.float64}
    if x.dtype in parts:
        x = jnp.stack([x.real, x.imag], -1)
        if target.itemsize == 2 * x.dtype.itemsize and target not in parts:
            return lax.bitcast_convert_type(x, target)
        if target in parts:
            return _bits(x, target)
        out = lax.bitcast_convert_type(x, target)
        if target.itemsize == x.dtype.itemsize:
            return out
        return out.reshape(*out.shape[:-2], out.shape[-2] * out.shape[-1])
    if target in parts:
        part = np.dtype(parts[target])
        ratio = target.itemsize // x.dtype.itemsize
        if ratio == 1:
            x = lax.bitcast_convert_type(x, part)
        elif part.itemsize != x.dtype.itemsize:
            x = x.reshape(*x.shape[:-1], 2, ratio // 2)
            x = lax.bitcast_convert_type(x, part)
        else:
            x = lax.bitcast_convert_type(x, part)
        return lax.complex(x[..., 0], x[..., 1])
    return lax.bitcast_convert_type(x, target)
