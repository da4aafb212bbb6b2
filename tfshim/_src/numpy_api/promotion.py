"""In which dtype a call computes: NumPy's promotion, and how arguments become tensors of it.

A Python number is weak: it takes the kind of its class and the width of what stands beside it. An
array, a NumPy scalar and a tensor bring their dtype along. (NEP 50, which NumPy 2 follows.)
"""

from __future__ import annotations

import numbers
import re
from typing import Any

import numpy as np

from tfshim._src import dtypes as tf_dtypes, nest
from tfshim._src.dtypes import DType, as_dtype
from tfshim._src.indexed_slices import IndexedSlices
from tfshim._src.numpy_api.public import public
from tfshim._src.numpy_api.weak_tensor import WeakTensor
from tfshim._src.ops import array as arrays, casting, creation, shaping
from tfshim._src.shapes import TensorShape
from tfshim._src.tensor import EagerTensor, Tensor
from tfshim._src.variable import Variable

_MAX_NDMIN = 32


class Preference:
    """What `experimental_enable_numpy_behavior` was told.

    Attributes:
      float32: whether Python's floats are float32.
      weak: whether the mode is "safe" or "all", in which its ints are int32 as well.
    """

    float32 = False
    weak = False


def numpy_operand(x: Any) -> Any:
    """What of an operand of an operator decides the result's dtype."""
    return np.int32 if isinstance(x, TensorShape) else x if isinstance(x, Variable) else _brought(x)


def default_float() -> Any:
    """The type of what is given no dtype and holds floats."""
    return np.float32 if Preference.float32 else np.float64


#: A name of bytes that NumPy has no more since 2.5, and that TensorFlow's release still knows.
_OLD_BYTES = re.compile(r"a\d*")


def _brought(x: Any) -> Any:
    """What of an argument decides the result's dtype, in a form that NumPy understands."""
    if isinstance(x, numbers.Real):
        return x
    if Preference.weak and (x is int or x is float):
        return np.int32 if x is int else np.float32
    if isinstance(x, (Tensor, Variable, IndexedSlices, WeakTensor)):
        return x.dtype.as_numpy_dtype
    if isinstance(x, DType):
        return x.as_numpy_dtype
    if isinstance(x, str) and _OLD_BYTES.fullmatch(x):
        return f"S{x[1:]}"
    if isinstance(x, (list, tuple)):
        raise ValueError(
            f"Cannot find dtype for type inference from argument `x` of a sequence type {type(x)}. "
            "For sequences, please call this function on each element individually."
        )
    return x


def _preferred(x: Any) -> Any:
    if isinstance(x, float):
        return np.float32(x)
    return np.complex64(x) if isinstance(x, complex) else x


def numpy_result(*parts: Any) -> DType:
    """The dtype that NumPy gives arrays, scalars and NumPy dtypes together."""
    if Preference.float32:
        parts = tuple(map(_preferred, parts))
    return as_dtype(np.result_type(*parts))


@public
def result_type(*arrays_and_dtypes):
    """The dtype of an operation between these, by NumPy's rules.

    Args:
      *arrays_and_dtypes: arrays, tensors, numbers and dtypes, also in nested structures.

    Raises:
      TypeError: where NumPy has no common dtype.
    """
    parts = [_brought(x) for x in nest.flatten(arrays_and_dtypes)]
    return numpy_result(*(parts or [np.asarray([])]))


def common_type(*arrays_and_dtypes: Any) -> DType:
    """`result_type`, by the process's mode where that has one of its own."""
    if not Preference.weak:
        return result_type(*arrays_and_dtypes)
    from tfshim._src.numpy_api import weak_mode

    return weak_mode.result_type(*arrays_and_dtypes)


def result_of_one(a: Any, dtype: Any) -> Any:
    """The dtype of an array made of one value: the one that is wanted, or the value's own."""
    if dtype:
        return result_type(dtype)
    if isinstance(a, str):  # NumPy would read it as the name of a dtype
        return np.str_
    return np.bytes_ if isinstance(a, bytes) else result_type(a)


def to_tensor(value: Any, hint: Any = None) -> EagerTensor:
    """A tensor of a value; unlike in `tf`, floats are float64 and large integers uint64."""
    dtype = None
    if isinstance(value, int) and value >= 2**63:
        dtype = tf_dtypes.uint64
    elif hint is None and isinstance(value, float):
        dtype = as_dtype(default_float())
    return creation.convert_to_tensor(value, dtype=dtype, dtype_hint=hint)


def make(val: Any, dtype: Any = None, ndmin: int = 0) -> EagerTensor:
    """`array` of a dtype that `result_type` found."""
    if not isinstance(val, Tensor):
        dtype = as_dtype(result_of_one(val, dtype))
        # 5.5 may become an integer here and not in `tf`: first what it is, then the cast
        val = casting.cast(to_tensor(val, dtype), dtype)
    elif dtype:
        val = casting.cast(val, dtype)
    if ndmin > _MAX_NDMIN:
        raise ValueError(f"ndmin bigger than allowable number of dimensions: {_MAX_NDMIN}.")
    missing = ndmin - len(val.shape)
    return shaping.reshape(val, [1] * missing + list(val.aval.shape)) if missing > 0 else val


@public
def array(val, dtype=None, copy=True, ndmin=0):
    """A tensor of an array, number or nested sequence, by NumPy's dtype rules.

    Args:
      val: what is converted; Python ints become int64 and floats float64.
      dtype: what the values are cast to.
      copy: whether the result is another tensor than `val`; tensors cannot change.
      ndmin: the least rank; axes of size 1 are put in front.

    Raises:
      ValueError: for an `ndmin` above 32, and for what is no array.
    """
    made = make(val, result_type(dtype) if dtype else dtype, ndmin)
    return arrays.identity(made) if copy and made is val else made


@public
def asarray(a, dtype=None):
    """A tensor of an array, number or nested sequence, `a` itself where it is one already."""
    if dtype:
        dtype = result_type(dtype)
    if isinstance(a, Tensor) and (not dtype or dtype is a.dtype):
        return a
    return make(a, dtype)


@public
def asanyarray(a, dtype=None):
    """`asarray`."""
    return asarray(a, dtype)


@public
def ascontiguousarray(a, dtype=None):
    """`asarray` with a rank of at least 1."""
    return array(a, dtype, ndmin=1)


@public
def copy(a):
    """Another tensor of the same values."""
    return array(a, copy=True)


def promoted(*values: Any) -> list[EagerTensor]:
    """Tensors of one dtype, the one that NumPy would compute in."""
    dtype = result_type(*values)
    return [cast_to(v, dtype) for v in values]


def promoted_pair(x: Any, y: Any) -> tuple[EagerTensor, EagerTensor]:
    """`promoted` of two."""
    if type(x) is EagerTensor and type(y) is EagerTensor and x.aval.dtype is y.aval.dtype:
        return x, y
    try:
        dtype = numpy_result(_brought(x), _brought(y))
    except ValueError:
        dtype = result_type(x, y)
    return cast_to(x, dtype), cast_to(y, dtype)


def cast_to(value: Any, dtype: DType) -> EagerTensor:
    """A tensor of that dtype, the value itself where it is one."""
    if isinstance(value, EagerTensor) and value.aval.dtype is dtype:
        return value
    return make(value, dtype)


def is_inexact(t: EagerTensor) -> bool:
    """Whether NumPy counts the tensor's dtype as floating point or complex."""
    return np.issubdtype(t.dtype.as_numpy_dtype, np.inexact)


def floats_of(x: Any) -> Any:
    """A tensor of a floating point or complex dtype: integers become float64."""
    x = asarray(x)
    return x if is_inexact(x) else x.astype(result_type(float))
