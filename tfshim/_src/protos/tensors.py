"""`tf.make_tensor_proto` and `tf.make_ndarray`: arrays as protocol messages and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.dtypes import DType
from tfshim._src.protos.messages import message
from tfshim._src.registry import export
from tfshim._src.shapes import TensorShape

_MAX_BYTES = 1 << 31
_QUANTIZED = dtypes.QUANTIZED
#: More than one element of these goes into `tensor_content`, as bytes.
_AS_BYTES = (dtypes.FLOATS | dtypes.INTS | _QUANTIZED | dtypes.SMALL_FLOATS) - {dtypes.uint16}
_INT_FIELD = (
    frozenset({dtypes.int32, dtypes.uint8, dtypes.uint16, dtypes.int16, dtypes.int8})
    | _QUANTIZED
    | dtypes.SMALL_INTS
)
_FIELDS = {
    dtypes.float32: "float_val",
    dtypes.float64: "double_val",
    dtypes.int64: "int64_val",
    dtypes.uint32: "uint32_val",
    dtypes.uint64: "uint64_val",
    dtypes.bool: "bool_val",
    **dict.fromkeys(_INT_FIELD, "int_val"),
}
_HALVES = frozenset({dtypes.float16, dtypes.bfloat16})
_BYTE_FLOATS = frozenset({dtypes.float8_e5m2, dtypes.float8_e4m3fn, dtypes.float4_e2m1fn})
_COMPLEX = {dtypes.complex64: "scomplex_val", dtypes.complex128: "dcomplex_val"}

_REFUSED: dict[str, Callable[[Any], bool]] = {
    "b": lambda v: not isinstance(v, (bool, np.bool_)),
    "i": lambda v: not hasattr(v, "__index__"),
    "f": lambda v: not isinstance(v, (int, float, np.number)),
    "c": lambda v: not isinstance(v, (int, float, complex, np.number)),
    "s": lambda v: not isinstance(v, (str, bytes)),
}


def _leaves(values: Any) -> Iterable[Any]:
    if isinstance(values, (list, tuple)):
        for v in values:
            yield from _leaves(v)
    else:
        yield values


def _check_values(values: Any, dtype: DType | None) -> None:
    if dtype is None or dtype.kind == "x":
        return
    if dtype.kind == "q":  # its elements are tuples
        refused: Callable[[Any], bool] = lambda v: True  # noqa: E731
        if isinstance(values, tuple) or all(isinstance(v, tuple) for v in values):
            return
    else:
        refused = _REFUSED["i" if dtype.kind == "u" else dtype.kind]
    for v in _leaves(values):
        if not isinstance(v, (np.ndarray, list, tuple)) and refused(v):
            raise TypeError(f"Expected {dtype.name}, but got {v} of type '{type(v).__name__}'.")


def _as_array(values: Any, dtype: DType | None, shape: Any) -> np.ndarray:
    """The values as an array, by the rules of constants in graphs."""
    wanted = None if dtype is None or not dtype.is_numpy_compatible else dtype.as_numpy_dtype
    if not isinstance(values, (list, tuple)) and hasattr(values, "__array__"):
        values = np.asarray(values)
        return values if wanted is None else values.astype(wanted)
    if values is None:
        raise ValueError("None values not supported.")
    if shape is not None and np.prod(shape, dtype=np.int64) == 0:
        array = np.empty(shape, wanted)
    else:
        _check_values(values, dtype)
        array = np.array(values, wanted)
    if dtype is None and array.dtype == np.float64:
        return array.astype(np.float32)
    if dtype is None and array.dtype == np.int64:
        small = array.astype(np.int32)
        return small if np.array_equal(small, array) else array
    return array


@export("tf.make_tensor_proto")
def make_tensor_proto(values, dtype=None, shape=None, verify_shape=False, allow_broadcast=False):
    """A `TensorProto` of an array; see `tf.make_ndarray` for the way back.

    Args:
      values: Python values, an array or tensor, or a `TensorProto`, which is returned.
      dtype: by default the values', with 32 bits for Python's numbers.
      shape: by default the values'; the last value stands for all that are missing.
      verify_shape: whether the values must have exactly this shape.
      allow_broadcast: whether a single value may fill the shape, and nothing else.

    Returns:
      A message with `SerializeToString()`, whose bytes are TensorFlow's.

    Raises:
      TypeError, ValueError: for values that do not fit dtype or shape.
    """
    if allow_broadcast and verify_shape:
        raise ValueError("allow_broadcast and verify_shape are not both allowed.")
    if isinstance(values, message("TensorProto")):
        return values
    dtype = dtypes.as_dtype(dtype) if dtype else None
    array = _as_array(values, dtype, shape)
    found = dtypes.as_dtype(array.dtype)
    if dtype is not None and dtype in _QUANTIZED:
        found = dtype
    if dtype is not None and dtype.base_dtype is not found.base_dtype:
        raise TypeError(f"`dtype` {dtype} is not compatible with {values} of dtype {array.dtype}.")
    sizes = array.shape if shape is None else tuple(int(n) for n in shape)
    _check_shape(array, sizes, verify_shape, allow_broadcast)
    proto = message("TensorProto")(
        dtype=found.as_datatype_enum, tensor_shape=TensorShape(list(sizes)).as_proto()
    )
    size = int(np.prod(sizes, dtype=np.int64))
    if size == array.size > 1 and found in _AS_BYTES:
        if array.nbytes >= _MAX_BYTES:
            raise ValueError("Cannot create a tensor proto whose content is larger than 2GB.")
        proto.tensor_content = array.tobytes()
    else:
        _append(proto, found, array.ravel(), values)
    return proto


def _check_shape(array: np.ndarray, sizes: tuple, verify: bool, broadcast: bool) -> None:
    size = int(np.prod(sizes, dtype=np.int64))
    wrong = verify and array.shape != sizes
    if broadcast and array.shape not in ((1,), ()):
        wrong = array.size != size
    if wrong:
        raise TypeError(f"Expected Tensor's shape: {sizes}, but got {array.shape}.")
    if not broadcast and array.size > size:
        raise ValueError(f"Too many elements provided. Takes at most {size}, but got {array.size}.")


def _append(proto: Any, dtype: DType, flat: np.ndarray, values: Any) -> None:
    """Puts elements into the field of their dtype, one by one."""
    if dtype is dtypes.string:
        # NumPy would cut zeros off the ends of Python's strings
        items = list(_leaves(values)) if isinstance(values, (list, tuple, str, bytes)) else flat
        if not all(isinstance(v, (str, bytes)) for v in items):
            raise TypeError(
                f"Failed to convert elements of {values} to Tensor. Consider casting elements to a "
                "supported type. See https://www.tensorflow.org/api_docs/python/tf/dtypes for "
                "supported TF dtypes."
            )
        proto.string_val.extend([v.encode() if isinstance(v, str) else bytes(v) for v in items])
    elif dtype in _COMPLEX:
        real = flat.view(np.float32 if dtype is dtypes.complex64 else np.float64)
        getattr(proto, _COMPLEX[dtype]).extend(real.tolist())
    elif dtype in _HALVES:
        proto.half_val.extend(flat.view(np.uint16).tolist())
    elif dtype in _BYTE_FLOATS:
        proto.float8_val += flat.tobytes()
    elif dtype in _FIELDS:
        items = [v[0] for v in flat.tolist()] if dtype in _QUANTIZED else flat.tolist()
        if dtype in _INT_FIELD:
            items = [int(v) for v in items]
        getattr(proto, _FIELDS[dtype]).extend(items)
    else:
        raise TypeError(f"Element type not supported in TensorProto: {dtype.name}.")


@export("tf.make_ndarray")
def make_ndarray(tensor) -> np.ndarray:
    """The array of a `TensorProto`.

    Args:
      tensor: a `TensorProto`, as `tf.make_tensor_proto` gives it.

    Raises:
      TypeError: for a dtype that has no field in that message.
    """
    shape = [d.size for d in tensor.tensor_shape.dim]
    size = int(np.prod(shape, dtype=np.int64))
    dtype = dtypes.as_dtype(tensor.dtype)
    np_dtype = dtype.as_numpy_dtype
    if tensor.tensor_content:
        return np.frombuffer(tensor.tensor_content, np_dtype).copy().reshape(shape)
    if dtype is dtypes.string:
        items = list(tensor.string_val)
        items += [items[-1] if items else ""] * (size - len(items))
        return np.array(items, dtype=np_dtype).reshape(shape)
    values = _elements(tensor, dtype, np_dtype)
    if values.size == 0:
        return np.zeros(shape, np_dtype)
    if values.size != size:
        values = np.pad(values, (0, size - values.size), "edge")
    return values.reshape(shape)


def _elements(tensor: Any, dtype: DType, np_dtype: Any) -> np.ndarray:
    if dtype in _HALVES:
        return np.array(list(tensor.half_val), np.uint16).view(np_dtype)
    if dtype in _BYTE_FLOATS:
        return np.frombuffer(tensor.float8_val, np.uint8).view(np_dtype)
    if dtype in _COMPLEX:
        parts = np.array(list(getattr(tensor, _COMPLEX[dtype])), np_dtype(0).real.dtype)
        return parts.view(np_dtype)
    if dtype in _FIELDS:
        return np.array(list(getattr(tensor, _FIELDS[dtype])), np_dtype)
    raise TypeError(
        f"Unsupported tensor type: {tensor.dtype}. See "
        "https://www.tensorflow.org/api_docs/python/tf/dtypes for supported TF dtypes."
    )
