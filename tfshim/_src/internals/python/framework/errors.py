"""Numbers of the classes of errors."""

from __future__ import annotations

from tfshim._src import errors
from tfshim._src.errors import (
    ABORTED,
    ALREADY_EXISTS,
    CANCELLED,
    DATA_LOSS,
    DEADLINE_EXCEEDED,
    FAILED_PRECONDITION,
    INTERNAL,
    INVALID_ARGUMENT,
    NOT_FOUND,
    OUT_OF_RANGE,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    UNAUTHENTICATED,
    UNAVAILABLE,
    UNIMPLEMENTED,
    UNKNOWN,
)

__all__ = [
    "ABORTED", "ALREADY_EXISTS", "CANCELLED", "DATA_LOSS", "DEADLINE_EXCEEDED",
    "FAILED_PRECONDITION", "INTERNAL", "INVALID_ARGUMENT", "NOT_FOUND", "OK", "OUT_OF_RANGE",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "UNAUTHENTICATED", "UNAVAILABLE", "UNIMPLEMENTED",
    "UNKNOWN", "error_code_from_exception_type", "exception_type_from_error_code",
]  # fmt: skip

OK = 0

#: `INVALID_ARGUMENT` is the number of `InvalidArgumentError`, and so on.
_CLASSES = {
    globals()[name]: getattr(errors, f"{name.title().replace('_', '')}Error")
    for name in __all__
    if name.isupper() and name != "OK"
}


def exception_type_from_error_code(error_code: int) -> type:
    """The class of errors with this number.

    Raises:
      KeyError: if there is none.
    """
    return _CLASSES[error_code]


def error_code_from_exception_type(cls: type) -> int:
    """The number of a class of errors; UNKNOWN for other classes."""
    return {kind: code for code, kind in _CLASSES.items()}.get(cls, UNKNOWN)
