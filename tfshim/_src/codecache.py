"""Compiled definitions of ops, kept beside the bytecode of this package as Python keeps its own.

The functions that `@op` generates take a tenth of a second to compile: every import would pay it.
The file is keyed by source text, so it is never stale; without it, or where it cannot be
written (`PYTHONDONTWRITEBYTECODE`, a read-only installation), every import compiles definitions.
"""

from __future__ import annotations

import contextlib
import importlib.util
import marshal
import os
import sys
from types import CodeType

_PATH = importlib.util.cache_from_source(__file__) + ".ops"
_codes: dict[str, CodeType] = {}
_used: dict[str, CodeType] = {}


def load() -> None:
    """Reads what an earlier import left."""
    with contextlib.suppress(OSError, ValueError, EOFError, TypeError), open(_PATH, "rb") as file:
        data = file.read()
        magic = importlib.util.MAGIC_NUMBER
        if data.startswith(magic):
            _codes.update(marshal.loads(data[len(magic) :]))


def compiled(source: str) -> CodeType:
    """The code of a definition; many ops have the same one but for the name."""
    code = _used.get(source) or _codes.get(source)
    if code is None:
        code = compile(source, "<tfshim op>", "exec")
    _used[source] = code
    return code


def save() -> None:
    """Leaves what this import used, if that is more than was there."""
    if sys.dont_write_bytecode or _used.keys() <= _codes.keys():
        return
    part = f"{_PATH}.{os.getpid()}"
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(_PATH), exist_ok=True)
        with open(part, "wb") as file:
            file.write(importlib.util.MAGIC_NUMBER + marshal.dumps({**_codes, **_used}))
        os.replace(part, _PATH)


load()
