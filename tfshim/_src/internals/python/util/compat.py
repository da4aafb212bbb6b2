"""`tf.compat`, and a path as bytes."""

from __future__ import annotations

import os
from typing import Any

from tfshim._src.compat import (
    as_bytes,
    as_str_any,
    as_text,
    path_to_str,
)  # fmt: skip
from tfshim._src.registry import PUBLIC

__all__ = [
    "as_bytes", "as_str", "as_str_any", "as_text", "bytes_or_text_types", "complex_types",
    "integral_types", "path_to_bytes", "path_to_str", "real_types",
]  # fmt: skip

as_str = as_text
bytes_or_text_types = PUBLIC["tf.compat.bytes_or_text_types"]
complex_types = PUBLIC["tf.compat.complex_types"]
integral_types = PUBLIC["tf.compat.integral_types"]
real_types = PUBLIC["tf.compat.real_types"]


def path_to_bytes(path: Any) -> bytes:
    """A path as bytes."""
    return as_bytes(os.fspath(path))
