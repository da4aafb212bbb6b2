"""Lists of dtypes that several kernels share, each in the order of TensorFlow's op definitions."""

ADD = (
    "bfloat16", "half", "float", "double", "uint8", "uint16", "uint32", "uint64",
    "int8", "int16", "int32", "int64", "complex64", "complex128",
)  # fmt: skip
SUB = (
    "bfloat16", "half", "float", "double", "uint8", "int8", "uint16", "int16",
    "int32", "int64", "complex64", "complex128", "uint32", "uint64",
)  # fmt: skip
MUL = (
    "bfloat16", "half", "float", "double", "uint8", "int8", "uint16", "int16",
    "int32", "uint32", "uint64", "int64", "complex64", "complex128",
)  # fmt: skip
FLOOR_MOD = (
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "bfloat16", "half", "float", "double",
)  # fmt: skip
TRUNCATE_MOD = ("int32", "int64", "bfloat16", "half", "float", "double")
POW = (
    "bfloat16", "float", "half", "double",
    "int8", "int16", "int32", "int64", "complex64", "complex128",
)  # fmt: skip
SIGNED = (
    "bfloat16", "half", "float", "double",
    "int8", "int16", "int32", "int64", "complex64", "complex128",
)  # fmt: skip
SIGNED_REAL = SIGNED[:8]
SQUARE = (
    "bfloat16", "half", "float", "double", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "complex64", "complex128",
)  # fmt: skip
DIV_NO_NAN = ("half", "float", "bfloat16", "double", "complex64", "complex128")
SQUARED_DIFFERENCE = (
    "bfloat16", "half", "float", "double", "int32", "int64", "complex64", "complex128",
)  # fmt: skip
LOG_PRODUCT = ("half", "bfloat16", "float", "double", "complex64", "complex128")
ACTIVATION = ("half", "bfloat16", "float", "double")
COMPARE = (
    "float", "double", "int32", "uint8", "int16", "int8", "int64",
    "bfloat16", "uint16", "half", "uint32", "uint64",
)  # fmt: skip
QUANTIZED_NUMBER = (
    "float", "double", "int32", "uint8", "int16", "int8", "complex64", "int64", "qint8", "quint8",
    "qint32", "bfloat16", "qint16", "quint16", "uint16", "complex128", "half", "uint32", "uint64",
)  # fmt: skip
QUANTIZED_REAL = (*COMPARE, "qint8", "quint8", "qint32", "qint16", "quint16")
ORDERED = (*QUANTIZED_REAL, "bool")
ADD_N = (*QUANTIZED_NUMBER, "variant")
EQUAL = (*ADD, "bool", "qint8", "quint8", "qint32", "qint16", "quint16")
WIDE_COMPLEX = ("complex64", "complex128")
WIDE_FLOAT = ("float", "double")
BITS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
EXTREMUM = (
    "bfloat16", "half", "float", "double", "int8", "uint8",
    "int16", "uint16", "int32", "uint32", "int64", "uint64",
)  # fmt: skip
