"""Large results in memory that the process has already.

By default glibc gets what is larger than 32 MB from the system for each array anew, and returns it
when the array goes. Touching it for the first time then costs several times what an elementwise op
on it does. So it is told to keep more: an array's memory serves the next one. Where the user's
environment says how memory is to be handled, or the C library is another one, nothing is changed.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping

#: `mallopt`'s numbers of its parameters.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
#: Larger arrays still come from the system one by one; and so much free memory is kept at most.
LARGEST, KEPT = 1 << 28, 1 << 29

_USERS = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES")


def keep_memory(environment: Mapping[str, str] = os.environ) -> bool:
    """Asks the C library to keep the memory of large arrays; whether it will."""
    if any(environment.get(name) for name in _USERS):
        return False
    try:
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018  (only glibc has it, and these numbers)
        mallopt = library.mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_MMAP_THRESHOLD, LARGEST)) and bool(mallopt(_TRIM_THRESHOLD, KEPT))
