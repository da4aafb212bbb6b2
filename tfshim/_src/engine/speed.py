"""The optional C core: `core` is the module `_speed.c`, or None where Python does it all.

It is absent where there was no compiler at installation; `TFSHIM_PURE_PYTHON=1` leaves it alone.
Results are the same with and without it.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

#: Changes with whatever Python and C must agree on; a core that was built before is left alone.
VERSION = 6

core: Any = None
if os.environ.get("TFSHIM_PURE_PYTHON", "0") in ("", "0"):
    try:
        core = importlib.import_module("tfshim._src.engine._speed")
    except ImportError:
        core = None
    if core is not None and getattr(core, "VERSION", None) != VERSION:
        core = None
