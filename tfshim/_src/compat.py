"""`tf.compat`: text and bytes, kinds of numbers, dates of compatibility."""

from __future__ import annotations

import codecs
import contextlib
import datetime
import numbers
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from tfshim._src import logs
from tfshim._src.registry import export, publish

bytes_or_text_types = (bytes, str)
integral_types = (numbers.Integral, np.integer)
real_types = (numbers.Real, np.integer, np.floating)
complex_types = (numbers.Complex, np.number)

for _name in ("bytes_or_text_types", "integral_types", "real_types", "complex_types"):
    publish(f"tf.compat.{_name}", globals()[_name], __name__, _name)


@export("tf.compat.as_bytes")
def as_bytes(bytes_or_text, encoding="utf-8") -> bytes:
    """Bytes of a string, or of bytes or a bytearray as they are.

    Raises:
      TypeError: for anything else.
    """
    encoding = codecs.lookup(encoding).name
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, (bytes, bytearray)):
        return bytes(bytes_or_text)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


@export("tf.compat.as_text")
def as_text(bytes_or_text, encoding="utf-8") -> str:
    """A string of bytes, or a string as it is.

    Raises:
      TypeError: for anything else.
    """
    encoding = codecs.lookup(encoding).name
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


@export("tf.compat.as_str")
def as_str(bytes_or_text, encoding="utf-8") -> str:
    """A string of bytes, or a string as it is; see `tf.compat.as_text`."""
    return as_text(bytes_or_text, encoding)


@export("tf.compat.as_str_any")
def as_str_any(value, encoding="utf-8") -> str:
    """A string of bytes, or `str()` of anything else."""
    return as_text(value, encoding) if isinstance(value, bytes) else str(value)


@export("tf.compat.path_to_str")
def path_to_str(path) -> Any:
    """The string of a path object; anything else as it is."""
    return as_str_any(path.__fspath__()) if hasattr(path, "__fspath__") else path


# -- dates -----------------------------------------------------------------------------------------

#: The day on which the API of TensorFlow 2.21 was fixed.
_FIXED = datetime.date(2026, 1, 16)
_horizon: datetime.date | None = None


def _date() -> datetime.date:
    if _horizon is not None:
        return _horizon
    days = os.environ.get("TF_FORWARD_COMPATIBILITY_DELTA_DAYS")
    return _FIXED + datetime.timedelta(days=int(days)) if days else _FIXED


@export("tf.compat.forward_compatible")
def forward_compatible(year, month, day) -> bool:
    """Whether what became allowed on a day may be used, as TensorFlow 2.21 answers it.

    Args:
      year, month, day: ints.
    """
    return _date() > datetime.date(year, month, day)


@export("tf.compat.forward_compatibility_horizon")
@contextlib.contextmanager
def forward_compatibility_horizon(year, month, day) -> Iterator[None]:
    """A context in which `tf.compat.forward_compatible` answers as on another day.

    Args:
      year, month, day: ints; a day before TensorFlow's own counts for nothing.
    """
    global _horizon
    wanted, before = datetime.date(year, month, day), _horizon
    if wanted < _FIXED:
        logs.warn(
            "Trying to set the forward compatibility date to the past date %s. This will be "
            "ignored by TensorFlow.",
            wanted,
        )
    else:
        _horizon = wanted
    try:
        yield
    finally:
        _horizon = before
