"""Element types: `tf.DType`, its one instance per type, and the sets that op rules use.

Every plain attribute here is read in hot paths, so it is stored, not computed:
`.np` (the NumPy dtype), `.kind` (one letter), `.trainable` (may a tape differentiate it) and
`.carrier` (the NumPy dtype of the arrays that hold it: `.np` but for quantized types).
Source of the numbers in the table: the `DataType` enumeration of TensorFlow's types.proto.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import ml_dtypes
import numpy as np

_REF_OFFSET = 100  # TF1 reference types: the enumerator of the base type plus 100

_BY_ENUM: dict[int, DType] = {}
_RANGE = {"bool": (False, True), "float32": (-1, 1), "float64": (-1, 1)}


class DType:
    """The type of the elements of a tensor.

    There is exactly one object per type: `DType(1) is tf.float32`.

    Args:
      type_enum: the number of the type in TensorFlow's `DataType` enumeration.
      handle_data: must be None; resource handles carry no data here.

    Raises:
      TypeError: for a number that names no type.
    """

    np: Any  # np.dtype, or None for resource and variant
    carrier: Any  # np.dtype
    kind: str  # f c i u b s q x: float, complex, signed, unsigned, bool, string, quantized, other
    trainable: builtins.bool
    _enum: builtins.int
    _name: str

    def __new__(cls, type_enum, handle_data=None) -> DType:
        if handle_data is not None:
            raise TypeError("handle_data must be of the type HandleData")
        number = int(type_enum)
        try:
            return _BY_ENUM[number]
        except KeyError:
            raise TypeError(
                f"{number} does not correspond to a valid tensorflow::DataType"
            ) from None

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return as_dtype, (self._name,)

    def __setattr__(self, attribute, value):
        raise AttributeError(f"tf.{self._name} is read-only: cannot set {attribute!r}")

    def __eq__(self, other):
        if self is other:
            return True
        if other is None or other.__class__ is DType:
            return False
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return self._enum

    def __repr__(self):
        return "tf." + self._name

    def __str__(self):
        return f"<dtype: {self._name!r}>"

    @property
    def name(self) -> str:
        """The name, as `as_dtype` takes it."""
        return self._name

    @property
    def as_numpy_dtype(self):
        """The NumPy scalar class (a structured dtype for quantized types).

        Raises:
          KeyError: for `tf.resource` and `tf.variant`, which NumPy cannot hold.
        """
        if self.np is None:
            raise KeyError(self._enum)
        if self is string:
            return object
        return self.np if self.kind == "q" else self.np.type

    @property
    def as_datatype_enum(self) -> builtins.int:
        """The number of the type in the `DataType` enumeration."""
        return self._enum

    @property
    def _is_ref_dtype(self) -> builtins.bool:
        return self._enum > _REF_OFFSET

    @property
    def _as_ref(self) -> DType:
        return self if self._is_ref_dtype else _BY_ENUM[self._enum + _REF_OFFSET]

    @property
    def base_dtype(self) -> DType:
        """The type without TF1's reference mark; in TF2 code the type itself."""
        return _BY_ENUM[self._enum - _REF_OFFSET] if self._is_ref_dtype else self

    @property
    def real_dtype(self) -> DType:
        """The type of the real part: float32 for complex64, itself for a real type."""
        return _REAL_PART.get(self.base_dtype, self)

    @property
    def size(self) -> builtins.int:
        """Bytes per element; 0 where that has no meaning (string, resource, variant)."""
        if self.kind in "sx":
            return 0
        return self.np.itemsize

    @property
    def is_bool(self) -> builtins.bool:
        """Whether this is the boolean type."""
        return self.kind == "b"

    @property
    def is_complex(self) -> builtins.bool:
        """Whether this is a complex type."""
        return self.kind == "c"

    @property
    def is_floating(self) -> builtins.bool:
        """Whether this is a real floating point type."""
        return self.kind == "f"

    @property
    def is_integer(self) -> builtins.bool:
        """Whether this is an integer type and not a quantized one."""
        return self.kind in "iu"

    @property
    def is_numeric(self) -> builtins.bool:
        """Whether TensorFlow counts the type as numeric (4-bit and 8-bit floats are not)."""
        return self.base_dtype in NUMERIC

    @property
    def is_numpy_compatible(self) -> builtins.bool:
        """Whether NumPy arrays of this type exist."""
        return self.kind != "x"

    @property
    def is_quantized(self) -> builtins.bool:
        """Whether this is one of the quantized integer types."""
        return self.kind == "q"

    @property
    def is_unsigned(self) -> builtins.bool:
        """Whether this is an unsigned integer type."""
        return self.kind == "u"

    @property
    def min(self):
        """The smallest finite value.

        Raises:
          TypeError: for types without an order, and for quantized ones.
        """
        return self._extreme("min", "minimum")

    @property
    def max(self):
        """The largest finite value.

        Raises:
          TypeError: for types without an order, and for quantized ones.
        """
        return self._extreme("max", "maximum")

    def _extreme(self, attribute, word):
        if self.kind == "x":
            raise TypeError(f"Cannot find {word} value of {self}.")
        if self.kind in "qbsc":
            what = "quantized type" if self.kind == "q" else "type"
            raise TypeError(f"Cannot find {word} value of {self} with {what} {self.base_dtype}.")
        info = ml_dtypes.finfo if self.kind == "f" else ml_dtypes.iinfo
        return getattr(info(self.np), attribute)

    @property
    def limits(self):
        """`(low, high)` of the intensities of an image of this type, negative ones clipped.

        Raises:
          ValueError: for types that images do not have.
        """
        if self.np is None:
            raise KeyError(self._enum)
        base = self.base_dtype
        if base in _IMAGE_INTS:
            return 0, self.max
        if base._name not in _RANGE:
            raise ValueError(f"{self} does not have defined limits.")
        return 0, _RANGE[base._name][1]

    def is_compatible_with(self, other) -> builtins.bool:
        """Whether a tensor of type `other` can be used where this type is asked for.

        Args:
          other: a `DType`, or what `as_dtype` takes.

        Raises:
          TypeError: if `other` names no type.
        """
        other = as_dtype(other)
        return self._enum in (other._enum, other.base_dtype._enum)

    def experimental_as_proto(self) -> Any:
        """This type as a `SerializedDType`, whose bytes are TensorFlow's."""
        return self.experimental_type_proto()(datatype=self._enum)

    @classmethod
    def experimental_type_proto(cls) -> Any:
        """The class `SerializedDType`."""
        from tfshim._src.protos.messages import message

        return message("SerializedDType")

    @classmethod
    def experimental_from_proto(cls, proto) -> DType:
        """The type that a `SerializedDType` stands for."""
        return DType(proto.datatype)

    # A dtype is also a TraceType (tf.types.experimental): a static value of a signature.
    def is_subtype_of(self, other) -> builtins.bool:
        """Whether the two are the same type: dtypes have no order among them."""
        return self == other

    def most_specific_common_supertype(self, others: Sequence[Any]) -> DType | None:
        """This type if all `others` equal it, else None."""
        return self if all(self == other for other in others) else None

    def placeholder_value(self, placeholder_context=None):
        """None: a dtype in a signature stands for no tensor."""
        return None

    def to_tensors(self, value) -> list:
        """No tensors."""
        return []

    def from_tensors(self, tensors):
        """None, and takes nothing from `tensors`."""
        return None

    def flatten(self) -> list:
        """No tensor types."""
        return []

    def cast(self, value, cast_context=None):
        """`value` itself, which can only be None (see `placeholder_value`)."""
        assert value is None, f"Can not cast {value!r} to type {self!r}"
        return value


def _make(number, name, np_dtype, kind, trainable=False, doc=None, carrier=None) -> DType:
    dtype = object.__new__(DType)
    np_dtype = None if np_dtype is None else np.dtype(np_dtype)
    fields = {"_enum": number, "_name": name, "np": np_dtype, "kind": kind, "__doc__": doc}
    for attribute, value in fields.items():
        object.__setattr__(dtype, attribute, value)
    object.__setattr__(dtype, "trainable", trainable)
    object.__setattr__(dtype, "carrier", np_dtype if carrier is None else np.dtype(carrier))
    _BY_ENUM[number] = dtype
    return dtype


def _quantized(number, name, np_type, doc) -> DType:
    return _make(number, name, [(name, np_type)], "q", doc=doc, carrier=np_type)


float32 = _make(1, "float32", np.float32, "f", True, "32-bit IEEE 754 floating point.")
float64 = _make(2, "float64", np.float64, "f", True, "64-bit IEEE 754 floating point.")
int32 = _make(3, "int32", np.int32, "i", doc="Signed 32-bit integer.")
uint8 = _make(4, "uint8", np.uint8, "u", doc="Unsigned 8-bit integer.")
int16 = _make(5, "int16", np.int16, "i", doc="Signed 16-bit integer.")
int8 = _make(6, "int8", np.int8, "i", doc="Signed 8-bit integer.")
string = _make(7, "string", object, "s", doc="Byte strings of any length.")
complex64 = _make(8, "complex64", np.complex64, "c", True, "Complex number of two float32.")
int64 = _make(9, "int64", np.int64, "i", doc="Signed 64-bit integer.")
bool = _make(10, "bool", np.bool_, "b", doc="True or False.")
qint8 = _quantized(11, "qint8", np.int8, "Signed quantized 8-bit integer.")
quint8 = _quantized(12, "quint8", np.uint8, "Unsigned quantized 8-bit integer.")
qint32 = _quantized(13, "qint32", np.int32, "Signed quantized 32-bit integer.")
bfloat16 = _make(14, "bfloat16", ml_dtypes.bfloat16, "f", True, "float32 cut to 16 bits.")
qint16 = _quantized(15, "qint16", np.int16, "Signed quantized 16-bit integer.")
quint16 = _quantized(16, "quint16", np.uint16, "Unsigned quantized 16-bit integer.")
uint16 = _make(17, "uint16", np.uint16, "u", doc="Unsigned 16-bit integer.")
complex128 = _make(18, "complex128", np.complex128, "c", True, "Complex number of two float64.")
float16 = _make(19, "float16", np.float16, "f", True, "16-bit IEEE 754 floating point.")
resource = _make(20, "resource", None, "x", True, "Handle to something that can be changed.")
variant = _make(21, "variant", None, "x", True, "Data whose type is known at run time only.")
uint32 = _make(22, "uint32", np.uint32, "u", doc="Unsigned 32-bit integer.")
uint64 = _make(23, "uint64", np.uint64, "u", doc="Unsigned 64-bit integer.")
float8_e5m2 = _make(24, "float8_e5m2", ml_dtypes.float8_e5m2, "f")
float8_e4m3fn = _make(25, "float8_e4m3fn", ml_dtypes.float8_e4m3fn, "f")
float8_e4m3fnuz = _make(26, "float8_e4m3fnuz", ml_dtypes.float8_e4m3fnuz, "f")
float8_e4m3b11fnuz = _make(27, "float8_e4m3b11fnuz", ml_dtypes.float8_e4m3b11fnuz, "f")
float8_e5m2fnuz = _make(28, "float8_e5m2fnuz", ml_dtypes.float8_e5m2fnuz, "f")
int4 = _make(29, "int4", ml_dtypes.int4, "i", doc="Signed 4-bit integer.")
uint4 = _make(30, "uint4", ml_dtypes.uint4, "u", doc="Unsigned 4-bit integer.")
int2 = _make(31, "int2", ml_dtypes.int2, "i", doc="Signed 2-bit integer.")
uint2 = _make(32, "uint2", ml_dtypes.uint2, "u", doc="Unsigned 2-bit integer.")
float4_e2m1fn = _make(33, "float4_e2m1fn", ml_dtypes.float4_e2m1fn, "f")
half = float16
double = float64

# Sets for op rules. The 2-, 4- and 8-bit types are in ALL only: few TensorFlow kernels take them.
FLOATS = frozenset({float16, bfloat16, float32, float64})
COMPLEXES = frozenset({complex64, complex128})
INEXACT = FLOATS | COMPLEXES
SIGNED = frozenset({int8, int16, int32, int64})
UNSIGNED = frozenset({uint8, uint16, uint32, uint64})
INTS = SIGNED | UNSIGNED
INDEX = frozenset({int32, int64})
REAL = FLOATS | INTS
NUMBERS = REAL | COMPLEXES
BOOLS = frozenset({bool})
STRINGS = frozenset({string})
QUANTIZED = frozenset({qint8, quint8, qint16, quint16, qint32})
SMALL_FLOATS = frozenset(
    {float8_e5m2, float8_e4m3fn, float8_e4m3fnuz, float8_e4m3b11fnuz, float8_e5m2fnuz}
    | {float4_e2m1fn}
)
SMALL_INTS = frozenset({int4, uint4, int2, uint2})
NUMERIC = NUMBERS | QUANTIZED  # what `.is_numeric` says
ARRAYS = NUMBERS | BOOLS | SMALL_FLOATS | SMALL_INTS  # what a jax.Array can hold
ALL = frozenset(_BY_ENUM.values())
_IMAGE_INTS = INTS
_REAL_PART = {complex64: float32, complex128: float64}

for _dtype in sorted(ALL, key=hash):
    _make(
        _dtype._enum + _REF_OFFSET,
        _dtype._name + "_ref",
        _dtype.np,
        _dtype.kind,
        _dtype.trainable,
        f"TF1's reference to {_dtype._name}.",
        _dtype.carrier,
    )

QUANTIZED_DTYPES = QUANTIZED | {dtype._as_ref for dtype in QUANTIZED}

_BY_SCALAR: dict[Any, DType] = {
    dtype.np.type: dtype for dtype in ALL if dtype.np is not None and dtype.kind not in "qs"
}
_BY_SCALAR |= {np.object_: string, np.bytes_: string, np.str_: string}
for _alias in (np.intc, np.uintc, np.int_, np.uint, np.longlong, np.ulonglong):
    _BY_SCALAR.setdefault(
        _alias, _BY_SCALAR[np.dtype(f"{np.dtype(_alias).kind}{np.dtype(_alias).itemsize}").type]
    )

_BY_NP: dict[Any, DType] = {dtype.np: dtype for dtype in ALL if dtype.np is not None}

_ANY: dict[Any, DType] = {
    **_BY_ENUM,
    **{dtype._name: dtype for dtype in _BY_ENUM.values()},
    "half": float16,
    "float": float32,
    "double": float64,
    "half_ref": float16._as_ref,
    "float_ref": float32._as_ref,
    "double_ref": float64._as_ref,
    builtins.float: float32,
    builtins.bool: bool,
    builtins.object: string,
    **_BY_SCALAR,
    **{dtype.np: dtype for dtype in QUANTIZED},
}
if hasattr(np.dtypes, "StringDType"):
    _ANY[np.dtypes.StringDType()] = string


def as_dtype(type_value) -> DType:
    """The `DType` that a value names.

    Args:
      type_value: a `DType`, its name, its number, a NumPy dtype or scalar class, one of `float`,
        `bool` and `object`, or anything with a `dtype` attribute that NumPy understands.

    Raises:
      TypeError: if it names none; `int` and `complex` do not, as in TensorFlow.
    """
    if type_value.__class__ is DType:
        return type_value
    if isinstance(type_value, np.dtype):
        found = _BY_SCALAR.get(type_value.type)
        if found is not None:
            return found
    try:
        return _ANY[type_value]
    except (KeyError, TypeError):  # TypeError: not hashable
        pass
    their_dtype = getattr(type_value, "dtype", None)
    if their_dtype is not None:
        try:
            return _BY_SCALAR[np.dtype(their_dtype).type]
        except (KeyError, TypeError):
            pass
    raise TypeError(
        f"Cannot convert the argument `type_value`: {type_value!r} to a TensorFlow DType."
    )


def from_np(np_dtype: np.dtype) -> DType:
    """The `DType` of a NumPy dtype: one dict lookup for the native ones.

    Raises:
      TypeError: for a dtype that TensorFlow does not have (float128, datetime64, records).
    """
    found = _BY_NP.get(np_dtype)
    return as_dtype(np_dtype) if found is None else found
