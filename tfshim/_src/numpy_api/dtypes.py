"""NumPy's scalar classes, constants and what says something of a dtype."""

from __future__ import annotations

import numpy as np

from tfshim._src import registry
from tfshim._src.dtypes import DType
from tfshim._src.numpy_api.public import NAMESPACE, constants, public

bool_ = np.bool_
int8, int16, int32, int64 = np.int8, np.int16, np.int32, np.int64
uint8, uint16, uint32, uint64 = np.uint8, np.uint16, np.uint32, np.uint64
float16, float32, float64 = np.float16, np.float32, np.float64
complex64, complex128 = np.complex64, np.complex128
int_, float_, complex_ = np.int_, np.float64, np.complex128
string_, unicode_, object_ = np.bytes_, np.str_, np.object_
inexact = np.inexact
iinfo = np.iinfo
issubdtype = np.issubdtype
pi, e, inf, newaxis = np.pi, np.e, np.inf, np.newaxis

constants(
    __name__,
    {
        "bool_": bool_,
        "int8": int8,
        "int16": int16,
        "int32": int32,
        "int64": int64,
        "uint8": uint8,
        "uint16": uint16,
        "uint32": uint32,
        "uint64": uint64,
        "float16": float16,
        "float32": float32,
        "float64": float64,
        "complex64": complex64,
        "complex128": complex128,
        "int_": int_,
        "float_": float_,
        "complex_": complex_,
        "string_": string_,
        "unicode_": unicode_,
        "object_": object_,
        "inexact": inexact,
        "iinfo": iinfo,
        "issubdtype": issubdtype,
        "pi": pi,
        "e": e,
        "inf": inf,
        "newaxis": newaxis,
    },
)
registry.publish(
    f"{NAMESPACE}.ndarray", registry.PUBLIC["tf.Tensor"], "tfshim._src.tensor", "Tensor"
)


def to_numpy(dtype):
    """The NumPy type of a dtype of either library, or of a Python class."""
    return dtype.as_numpy_dtype if isinstance(dtype, DType) else np.dtype(dtype)


@public
def finfo(dtype):
    """NumPy's limits of a floating point type, given as a dtype of either library.

    Raises:
      ValueError: for any other type.
    """
    known = to_numpy(dtype)
    try:
        return np.finfo(known)
    except ValueError:  # its text is another in each NumPy
        raise ValueError(f"data type {np.dtype(known).type!r} not inexact") from None


@public
def promote_types(type1, type2):
    """The smallest NumPy dtype to which both can be cast safely.

    Raises:
      TypeError: where there is none.
    """
    return np.promote_types(to_numpy(type1), to_numpy(type2))
