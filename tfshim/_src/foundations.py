"""Publishes what stands beneath the registry and so cannot publish itself."""

from __future__ import annotations

from types import ModuleType

from tfshim._src import dtypes, errors, nest, shapes, spec
from tfshim._src.registry import publish

_DTYPES = """
    bfloat16 bool complex64 complex128 double float16 float32 float64 half
    int8 int16 int32 int64 qint8 qint16 qint32 quint8 quint16
    resource string uint8 uint16 uint32 uint64 variant
"""

_NARROW_DTYPES = """
    float4_e2m1fn float8_e4m3b11fnuz float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz
    int2 int4 uint2 uint4
"""

_ERRORS = """
    OpError OperatorNotAllowedInGraphError
    AbortedError AlreadyExistsError CancelledError DataLossError DeadlineExceededError
    FailedPreconditionError InternalError InvalidArgumentError NotFoundError OutOfRangeError
    PermissionDeniedError ResourceExhaustedError UnauthenticatedError UnavailableError
    UnimplementedError UnknownError
    OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS
    PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED
    INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED
"""

#: (module, namespaces, names): each name is published in each of the namespaces.
TABLE: tuple[tuple[ModuleType, tuple[str, ...], str], ...] = (
    (dtypes, ("tf", "tf.dtypes"), "DType as_dtype"),
    (dtypes, ("tf", "tf.dtypes"), _DTYPES),
    (dtypes, ("tf.dtypes",), "QUANTIZED_DTYPES"),
    (dtypes, ("tf.dtypes.experimental", "tf.experimental"), _NARROW_DTYPES),
    (shapes, ("tf",), "TensorShape broadcast_static_shape"),
    (shapes, ("tf.compat",), "dimension_at_index dimension_value"),
    (spec, ("tf",), "TensorSpec TypeSpec type_spec_from_value"),
    (errors, ("tf.errors",), _ERRORS),
    (
        nest,
        ("tf.nest",),
        "assert_same_structure flatten is_nested map_structure pack_sequence_as",
    ),
)

for _module, _namespaces, _names in TABLE:
    for _name in _names.split():
        for _namespace in _namespaces:
            publish(f"{_namespace}.{_name}", getattr(_module, _name), _module.__name__, _name)
