"""Tensors made from values and numbers: constants, fills, ranges, one-hot vectors."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array, towards
from tfshim._src.dispatch import dispatch
from tfshim._src.dtypes import DType
from tfshim._src.errors import fail, op_error, require
from tfshim._src.movement import moves
from tfshim._src.ops import sizes
from tfshim._src.ops.casting import cast, cast_array
from tfshim._src.ops.common import brackets
from tfshim._src.ops.compare import minimum
from tfshim._src.ops.joining import copy
from tfshim._src.ops.shaping import reshape
from tfshim._src.ops.vectors import index_array, plain_ints
from tfshim._src.quantized import PLAIN, missing, relabel
from tfshim._src.registry import export, op, raw
from tfshim._src.rules import c_name, each, same
from tfshim._src.shapes import TensorShape
from tfshim._src.tensor import STATE, EagerTensor, Tensor

#: Ranges and the like up to this size are made at once: they are mostly indices, which the checks
#: of gathers read.
_SMALL = 1 << 14
#: One past the largest int32.
_INT32_END = 1 << 31


@export("tf.constant")
def constant(value, dtype=None, shape=None, name="Const") -> Tensor:
    """A tensor of a Python or NumPy value.

    Args:
      value: number, string, nested list or array; a tensor is returned as it is.
      dtype: the dtype to have; Python values must fit it, NumPy values are cast.
      shape: the shape to have; a single value is repeated to fill it.
      name: ignored.

    Raises:
      TypeError: for a value that does not fit `dtype` or `shape`; in a function, for a tensor.
      ValueError: for lists that are not rectangular.
    """
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    traced = STATE.trace is not STATE.pending
    if traced and _is_traced(value):
        raise TypeError("Expected any non-tensor type, but got a tensor instead.")
    if isinstance(value, EagerTensor) and wanted is not None and value.dtype is not wanted:
        raise TypeError(
            f"Expected tensor {value} with dtype {wanted!r}, but got dtype {value.dtype!r}."
        )
    t = convert(value, wanted)
    if t._literal or hasattr(value, "sparse_read"):
        # not one of the program's numbers, nor a variable that a tape follows, but a value
        t = from_array(np.array(t._host_value()))
    if shape is None:
        return t
    sizes = shape if isinstance(shape, TensorShape) else static.plain(shape)
    if traced and t.aval.size != 1 and isinstance(sizes, tuple) and min(sizes, default=0) < 0:
        raise TypeError(f"Expected Tensor's shape: {sizes}, but got {t.aval.shape}.")
    target = sizes if isinstance(sizes, TensorShape) else TensorShape(sizes)
    size = target.num_elements()
    if t.aval.shape == tuple(target.as_list()):
        return t
    if size is not None and t.aval.size == size:
        return reshape(t, tuple(target.as_list()))
    if size is not None and t.aval.size == 1:
        return fill(target, reshape(t, ()))
    shown = tuple(target.as_list()) if target.rank is not None else None
    if traced:
        raise TypeError(f"Expected Tensor's shape: {shown}, but got {t.aval.shape}.")
    raise TypeError(
        "Eager execution of tf.constant with unsupported shape. Tensor "
        f"{t.numpy()} (converted from {value}) has {t.aval.size} elements, but got `shape` "
        f"{shown} with {size} elements)."
    )


def _is_traced(value: Any) -> bool:
    """Whether a value, or one of a list, is a tensor of the function that is being traced."""
    if isinstance(value, (list, tuple)):
        return any(map(_is_traced, value))
    return isinstance(value, Tensor) and value._is_symbolic()


@export("tf.convert_to_tensor")
def convert_to_tensor(value, dtype=None, dtype_hint=None, name=None) -> Tensor:
    """A tensor of anything that has a value.

    Args:
      value: tensor, variable, array, number, string or nested list of these.
      dtype: what the tensor must be.
      dtype_hint: what it should be, if the value allows it.
      name: ignored.

    Raises:
      TypeError, ValueError: for what cannot be converted, as for a tensor of another dtype.
    """
    if dtype is None and type(value) is EagerTensor and not value._literal:
        return value
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    hint = None if dtype_hint is None else dtypes.as_dtype(dtype_hint)
    t = convert(value, wanted, hint)
    if t._literal:
        return from_array(t._host_value())
    if t is not value and hasattr(value, "sparse_read"):
        return copy(t)  # a variable's value, not the variable: it can be watched on its own
    return t


# -- filled tensors --------------------------------------------------------------


def _dims(value: Any, scalar: bool = False) -> tuple[int, ...]:
    if isinstance(value, TensorShape) and not value.is_fully_defined():
        raise ValueError(f"Cannot convert a partially known TensorShape {value} to a Tensor.")
    array = index_array(value, "Fill", "index_type")
    if array.ndim == 0 and scalar:
        return (int(array),)
    if array.ndim != 1:
        raise op_error("Fill", f"dims must represent a vector, got shape {brackets(array.shape)}")
    return tuple(array.tolist())


def _shape_argument(value: Any) -> tuple[int, ...]:
    """The shape of zeros and ones, where floats are refused before any kernel sees them."""
    if plain_ints(value):
        return tuple(value)
    if isinstance(value, TensorShape):
        return _dims(value)
    if not isinstance(value, Tensor):
        items = value if isinstance(value, (list, tuple)) else [value]
        if STATE.trace is not STATE.pending:  # NumPy, which converts there, cuts floats off
            items = [int(v) if isinstance(v, float) else v for v in items]
            value = items if isinstance(value, (list, tuple)) else items[0]
        if any(isinstance(v, (str, float)) for v in items):
            raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype int32")
        array = index_array(value, "Fill", "index_type")
        if array.ndim > 1 and not isinstance(value, np.ndarray):
            return _dims(array)
        return tuple(array.reshape(-1).tolist())
    return tuple(index_array(value, "Fill", "index_type").reshape(-1).tolist())


@op(kernel="Fill", static={"dtype": static.dtype}, grad=None)
def _full(shape, value, dtype):
    for n in shape:
        require(n >= 0, f"Dimension {n} must be >= 0")
    return jnp.full(shape, value, dtype)


def _filled(shape: tuple[int, ...], value: int, dtype: DType) -> Tensor:
    if dtype.kind == "s":
        if value:
            raise TypeError(f"Cannot convert {value} to EagerTensor of dtype string")
        for n in shape:
            if n < 0:
                raise op_error("Fill", f"Dimension {n} must be >= 0")
        empty = np.empty(shape, object)
        empty[...] = b""
        return from_array(empty)
    if dtype.np is None:
        raise TypeError(f"Cannot convert {value} to EagerTensor of dtype {dtype.name}")
    if dtype.kind == "q":
        return relabel(_full(shape, value, PLAIN[dtype]), dtype, dispatch)
    return _full(shape, value, dtype)


def _check_layout(layout: Any) -> None:
    if layout is not None:
        raise ValueError(f"layout={layout!r}: DTensor layouts are not supported.")


@export("tf.zeros")
def zeros(shape, dtype=dtypes.float32, name=None, layout=None) -> Tensor:
    """A tensor of zeros (False, empty strings).

    Args:
      shape: list of integers or 1-D tensor.
      dtype: of the result.
      name: ignored.
      layout: only None.

    Raises:
      InvalidArgumentError: for a negative size.
    """
    _check_layout(layout)
    return _filled(_shape_argument(shape), 0, dtypes.as_dtype(dtype).base_dtype)


@export("tf.ones")
def ones(shape, dtype=dtypes.float32, name=None, layout=None) -> Tensor:
    """A tensor of ones (True).

    Args:
      shape: list of integers or 1-D tensor.
      dtype: of the result; not string.
      name: ignored.
      layout: only None.

    Raises:
      InvalidArgumentError: for a negative size.
    """
    _check_layout(layout)
    if dtypes.as_dtype(dtype).kind == "s":
        raise TypeError("Cannot convert 1 to EagerTensor of dtype string")
    return _filled(_shape_argument(shape), 1, dtypes.as_dtype(dtype).base_dtype)


def _like(input: Any, dtype: Any, value: int) -> Tensor:
    if hasattr(input, "_flatten_components") and hasattr(input, "with_values"):
        return input.with_values(_like(input.values, dtype, value))
    t = convert(input)
    wanted = t.aval.dtype if dtype is None else dtypes.as_dtype(dtype).base_dtype
    traced = STATE.trace is not STATE.pending  # there it is folded, and needs no kernel
    if value and (wanted.kind == "s" or (wanted.kind == "q" and not traced)):
        raise op_error(
            "OnesLike",
            f"Value for attr 'T' of {wanted.name} is not in the list of allowed values: bfloat16, "
            "half, float, double, int8, uint8, int16, uint16, int32, uint32, int64, uint64, "
            "complex64, complex128, bool\n\t; NodeDef: {{node OnesLike}}",
            ran=False,
        )
    if wanted.kind == "q" and t.aval.dtype is wanted and not traced:
        raise missing("ZerosLike", wanted)
    if t._trace is not None and not t.shape.is_fully_defined():
        return fill(sizes.shape(t), convert(value, wanted))
    return _filled(t.aval.shape, value, wanted)


@export("tf.zeros_like")
def zeros_like(input, dtype=None, name=None, layout=None) -> Tensor:
    """Zeros in the shape of another tensor.

    Args:
      input: tensor of any shape.
      dtype: of the result; that of `input` by default.
      name: ignored.
      layout: only None.
    """
    _check_layout(layout)
    return _like(input, dtype, 0)


@export("tf.ones_like")
def ones_like(input, dtype=None, name=None, layout=None) -> Tensor:
    """Ones in the shape of another tensor.

    Args:
      input: tensor of any shape.
      dtype: of the result; that of `input` by default.
      name: ignored.
      layout: only None.
    """
    _check_layout(layout)
    return _like(input, dtype, 1)


@moves
@op(kernel="Fill", inputs=each("value"))
def _fill(value, dims):
    for n in dims:
        require(n >= 0, f"Dimension {n} must be >= 0")
    if value.ndim:
        require(
            value.shape == (1,), f"value must represent a scalar, got shape {brackets(value.shape)}"
        )
        value = lax.reshape(value, ())
    return jnp.broadcast_to(value, dims)


def _scalar_gradient(call):
    """TensorFlow's gradient of a fill is a scalar, also where the value is a vector of one."""
    from tfshim._src.ops.reduction import reduce_sum

    (cotangent,) = call.dense_cotangents()
    return [reduce_sum(cotangent)]


@op(kernel="Fill", inputs=each("value"), grad=_scalar_gradient)
def _fill_with_vector(value, dims):
    return raw(_fill)(value, dims)


@export("tf.fill")
def fill(dims, value, name=None, layout=None) -> Tensor:
    """A tensor of one repeated value.

    Args:
      dims: its shape, a list of integers or 1-D tensor.
      value: scalar.
      name: ignored.
      layout: only None.

    Raises:
      InvalidArgumentError: for a negative size or a value that is no scalar.
    """
    _check_layout(layout)
    t = convert(value)
    fn = _fill_with_vector if t.ndim and t.aval.dtype.trainable else _fill
    return fn(t, _dims(dims, scalar=True))


# -- sequences ---------------------------------------------------------------------

_RANGE_TYPES = ("bfloat16", "half", "float", "double", "int8", "int16", "int32", "int64",
                "uint16", "uint32", "uint64")  # fmt: skip
#: In the order of TensorFlow's inference: the result has the highest of its arguments' dtypes.
_RANGE_ORDER = ("int32", "int64", "float16", "bfloat16", "float32", "float64")


@op(kernel="Range", inputs=same("start", "delta"), grad=None)
def _range(start, delta, size):
    steps = jnp.arange(size, dtype=start.dtype)
    return start + steps * delta


@export("tf.range")
def range(start, limit=None, delta=1, dtype=None, name="range") -> Tensor:
    """Numbers from `start` up to but without `limit`.

    Args:
      start: first number; the limit if no other is given, starting at 0 then.
      limit: where to stop.
      delta: the step; may be negative.
      dtype: of the result; that of the arguments by default.
      name: ignored.

    Returns:
      A 1-D tensor.

    Raises:
      InvalidArgumentError: for a step of 0 or of the wrong sign.
      AssertionError: without `dtype`, for arguments of other dtypes than int32, int64 and floats.
    """
    if limit is None:
        start, limit = 0, start
    if dtype is None and type(start) is type(limit) is type(delta) is int and delta > 0:
        if -_INT32_END <= start <= limit < _INT32_END and delta < _INT32_END:
            if limit - start <= _SMALL * delta:
                return from_array(np.arange(start, limit, delta, dtype=np.int32))
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    parts: list[Any] = [
        p if isinstance(p, Tensor) else convert(p, wanted) for p in (start, limit, delta)
    ]
    if wanted is None:
        names = [p.dtype.name for p in parts]
        assert all(n in _RANGE_ORDER for n in names)
        wanted = dtypes.as_dtype(max(names, key=_RANGE_ORDER.index))
    parts = [cast(p, wanted) for p in parts]
    if c_name(wanted) not in _RANGE_TYPES:
        raise op_error(
            "Range",
            f"Value for attr 'Tidx' of {c_name(wanted)} is not in the list of allowed values: "
            f"{', '.join(_RANGE_TYPES)}\n\t; NodeDef: {{{{node Range}}}}",
            ran=False,
        )
    found = [np.asarray(static.host(p)) for p in parts]
    for label, v in zip(("start", "limit", "delta"), found, strict=True):
        if v.shape not in ((), (1,)):  # the kernel takes a vector of one for a scalar
            raise op_error("Range", f"{label} must be a scalar, not shape {brackets(v.shape)}")
    first, last, step = [v.reshape(()) for v in found]
    if step == 0:
        raise op_error("Range", f"Requires delta != 0: {_number(step)}")
    if step > 0 and not first <= last:
        raise op_error(
            "Range", f"Requires start <= limit when delta > 0: {_number(first)}/{_number(last)}"
        )
    if step < 0 and not first >= last:
        raise op_error(
            "Range", f"Requires start >= limit when delta < 0: {_number(first)}/{_number(last)}"
        )
    if wanted.kind == "f":
        count = abs((float(last) - float(first)) / float(step))
        if not count <= 2.0**63:
            text = "Requires ((limit - start) / delta) <= 9223372036854775807"
            raise op_error("Range", text)
        size = math.ceil(count)
    else:
        size = -(-abs(int(last) - int(first)) // abs(int(step)))
    if wanted.kind in "iu" and size <= _SMALL:
        values = int(first) + np.arange(size, dtype=np.int64) * int(step)
        made = from_array(values.astype(wanted.np))
        sizes_of = STATE.trace.sizes
        if sizes_of is not None and any(p._is_symbolic() for p in parts):
            made = copy(made)
            sizes_of.settle(made, TensorShape([None]))
        return made
    return _range(*(reshape(p, ()) if p.ndim else p for p in (parts[0], parts[2])), size)


def _number(value: np.ndarray) -> str:
    return f"{value.item():g}" if value.dtype.kind == "f" else str(value)


@op(kernel="LinSpace", inputs=same("start", "stop"))
def _linspace(start, stop, num, axis):
    shape = jnp.broadcast_shapes(start.shape, stop.shape)
    start, stop = jnp.broadcast_to(start, shape), jnp.broadcast_to(stop, shape)
    rank = len(shape)
    axis = axis % (rank + 1)
    first, last = jnp.expand_dims(start, axis), jnp.expand_dims(stop, axis)
    if num < 2:
        return lax.slice_in_dim(first, 0, num, axis=axis)
    inner = num - 2
    delta = (last - first) / np.asarray(num - 1, start.dtype)
    steps = jnp.arange(1, inner + 1, dtype=start.dtype)
    steps = steps.reshape((inner,) + (1,) * (rank - axis))
    middle = first + delta * steps
    return jnp.concatenate([first, middle, last], axis)


def _stop(value: Any, dtype: DType) -> EagerTensor:
    try:
        return convert(value, dtype)
    except ValueError as e:
        raise ValueError(f"stop: {e}") from None


@export("tf.linspace")
def linspace(start, stop, num, name=None, axis=0) -> Tensor:
    """Evenly spaced numbers from `start` to `stop`, both included.

    Args:
      start, stop: tensors that broadcast; integers of up to 16 bits are taken as float32,
        others as float64.
      num: how many numbers.
      name: ignored.
      axis: where the new axis stands in the result.

    Raises:
      InvalidArgumentError: if `num` is negative or `axis` is not there.
    """
    first = convert(start)
    last = _stop(stop, first.aval.dtype)
    if first.aval.dtype.kind in "iu":
        wide = dtypes.float32 if first.aval.dtype.size < 4 else dtypes.float64
        first, last = cast(first, wide), cast(last, wide)
    count_t = convert(num)
    if count_t.aval.dtype.kind not in "iu":
        raise TypeError(
            "Argument `tensor` (name: num) must be of type integer. Received `tensor` = "
            f"{static.host(count_t)} of dtype: {count_t.dtype}"
        )
    rank_ = max(first.ndim, last.ndim)
    at = static.integer(axis)
    if not -rank_ - 1 <= at <= rank_:
        raise op_error(
            "ExpandDims", f"Tried to expand dim index {at} for tensor with {rank_} dimensions."
        )
    count = static.integer(count_t)
    if count < 0:
        raise op_error("Range", "Requires start <= limit when delta > 0: 1/-1")
    return _linspace(first, last, count, at)


@op(kernel="Eye", static={"dtype": static.dtype}, grad=None)
def _eye(rows, columns, batch, dtype):
    return jnp.broadcast_to(jnp.eye(rows, columns, dtype=dtype), (*batch, rows, columns))


def _listed(batch: Any) -> tuple[int, ...]:
    """The leading axes of identity matrices from any iterable."""
    sizes = list(batch)
    if any(isinstance(n, str) for n in sizes):
        raise ValueError("Can't convert Python sequence with mixed types to Tensor.")
    if any(isinstance(n, (list, tuple)) for n in sizes):
        raise ValueError("Can't convert non-rectangular Python sequence to Tensor.")
    return static.integers(sizes)


def _whole(size: Any) -> int:
    """The int in a number of rows; of tensors, floats that are whole count too."""
    if isinstance(size, Tensor) and size.dtype.is_floating:
        size = int(static.host(size))
    return static.integer(size)


def _eye_of_tensors(num_rows: Any, num_columns: Any, batch: Any) -> None:
    """Raises what the concatenation of sizes that are tensors would."""
    if isinstance(num_rows, Tensor) or isinstance(num_columns, Tensor):
        smaller = minimum(num_rows, num_columns).aval.shape
    else:
        smaller = ()
    shape = convert(batch, dtypes.int32).aval.shape
    require(shape != (), "ConcatOp : Can't concatenate scalars (use tf.stack instead)")
    if len(shape) != len(smaller) + 1:
        raise op_error(
            "ConcatV2",
            "ConcatOp : Ranks of all input tensors should match: "
            f"shape[0] = {brackets(shape)} vs. shape[1] = {brackets((1, *smaller))}",
        )
    if smaller:
        raise op_error(
            "Pack",
            f"Shapes of all inputs must match: values[0].shape = {brackets(smaller)} "
            "!= values[1].shape = []",
        )


@export("tf.eye", "tf.linalg.eye")
def eye(num_rows, num_columns=None, batch_shape=None, dtype=dtypes.float32, name=None) -> Tensor:
    """Identity matrices.

    Args:
      num_rows: rows of each matrix.
      num_columns: columns; as many as rows by default.
      batch_shape: leading axes of the result.
      dtype: of the result.
      name: ignored.
    """
    other = num_rows if num_columns is None else num_columns
    batch = () if batch_shape is None else batch_shape
    if any(isinstance(v, Tensor) for v in (num_rows, other, batch)):
        _eye_of_tensors(num_rows, other, batch)
        batch = static.integers(batch)
    else:
        if not all(isinstance(n, (int, np.integer)) for n in (num_rows, other)):
            raise TypeError(
                "Arguments `num_rows` and `num_columns` must be positive integer values. "
                f"Received: num_rows={num_rows}, num_columns={other}"
            )
        batch = _listed(batch)
    rows, columns = _whole(num_rows), _whole(other)
    wanted = dtypes.as_dtype(dtype)
    if wanted.kind == "s":
        raise TypeError("Cannot convert 1 to EagerTensor of dtype string")
    for n in (rows, columns):
        if n < 0:
            raise op_error("Fill", f"Dimension {n} must be >= 0")
    return _eye(rows, columns, batch, wanted)


# -- masks of indices --------------------------------------------------------------


_ONE_HOT = ("uint8", "int8", "int32", "int64")


@moves
@op(
    kernel="OneHot",
    inputs=each("indices", of=_ONE_HOT, attr="TI") + same("on_value", "off_value"),
    grad=None,
)
def _one_hot(indices, depth, on_value, off_value, axis):
    require(on_value.ndim == 0, f"on_value must be a scalar, but got: {brackets(on_value.shape)}")
    require(
        off_value.ndim == 0, f"off_value must be a scalar, but got: {brackets(off_value.shape)}"
    )
    require(depth >= 0, f"depth must be non-negative, got: {depth}")
    rank = indices.ndim + 1
    if not -1 <= axis < rank:
        fail(f"Expected axis to be -1 or between [0, {rank}).  But received: {axis}")
    at = axis % rank
    shape = [1] * rank
    shape[at] = depth
    # Positions are compared as int64, so that unsigned and small index types meet them unchanged.
    places = np.arange(depth, dtype=np.int64).reshape(shape)
    hit = jnp.expand_dims(indices.astype(np.int64), at) == places
    return jnp.where(hit, on_value, off_value)


@export("tf.one_hot")
def one_hot(
    indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None
) -> Tensor:
    """Vectors that are `on_value` at one index and `off_value` elsewhere.

    Args:
      indices: integer tensor; an index outside [0, depth) gives a vector of `off_value`s.
      depth: length of the vectors.
      on_value, off_value: scalars of one dtype; 1 and 0 by default.
      axis: where the new axis stands in the result; the last by default.
      dtype: of the result; that of the values, or float32.
      name: ignored.

    Raises:
      TypeError: if the dtypes of `on_value`, `off_value` and `dtype` differ.
      InvalidArgumentError: for an axis that does not fit or a negative depth.
    """
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    on_type = None if on_value is None else convert(on_value, hint=wanted).dtype
    off_type = None if off_value is None else convert(off_value, hint=wanted).dtype
    if on_type is not None or off_type is not None:
        if wanted is not None:
            for label, found in (("on_value", on_type), ("off_value", off_type)):
                if found is not None and found is not wanted:
                    raise TypeError(
                        f"dtype {found} of {label} does not match dtype parameter {wanted}"
                    )
        else:
            wanted = on_type if on_type is not None else off_type
            if off_type is not None and off_type is not wanted:
                raise TypeError(
                    f"dtype {on_type} of on_value does not match dtype {off_type} of off_value"
                )
    elif wanted is None:
        wanted = dtypes.float32
    on_t = convert(1, wanted) if on_value is None else convert(on_value, hint=wanted)
    off_t = convert(0, wanted) if off_value is None else convert(off_value, hint=wanted)
    rows = index_array(depth, "OneHot", "depth")
    if rows.ndim:
        raise op_error("OneHot", f"depth must be a scalar, but got: {brackets(rows.shape)}")
    at = -1 if axis is None else static.integer(axis)
    return _one_hot(towards(indices, dtypes.int64), int(rows), on_t, off_t, at)


@op(kernel="SequenceMask", inputs=each("lengths"), static={"dtype": static.dtype}, grad=None)
def _sequence_mask(lengths, maxlen, dtype):
    places = np.arange(maxlen, dtype=lengths.dtype)
    return cast_array(places < jnp.expand_dims(lengths, -1), dtype)


@export("tf.sequence_mask")
def sequence_mask(lengths, maxlen=None, dtype=dtypes.bool, name=None) -> Tensor:
    """Rows that are true in their first `lengths[...]` places.

    Args:
      lengths: integer tensor of any shape.
      maxlen: length of the rows; the largest of `lengths` by default.
      dtype: of the result.
      name: ignored.

    Raises:
      ValueError: if `maxlen` is not a scalar.
      InvalidArgumentError: if it is negative.
    """
    t = convert(lengths)
    if maxlen is None:
        found = static.host(t)
        size = max(math.ceil(found.max()), 0) if found.size else 0
    else:
        limit = convert(maxlen)
        if limit.dtype is not t.dtype:  # TensorFlow compares in the dtype of maxlen
            t = cast(t, limit.dtype)
        value = np.asarray(static.host(limit))
        if value.ndim:
            raise ValueError(
                "Argument `maxlen` must be scalar for sequence_mask, received `maxlen` = "
                f"{value} with shape '({', '.join(map(str, value.shape))},)' instead"
            )
        size = math.ceil(value)
        if size < 0:
            raise op_error("Range", f"Requires start <= limit when delta > 0: 0/{size}")
    return _sequence_mask(t, size, dtypes.as_dtype(dtype))
