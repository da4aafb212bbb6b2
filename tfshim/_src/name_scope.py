"""`tf.name_scope`: prefixes of variable names, per thread."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator

from tfshim._src.registry import export

_VALID = re.compile(r"^[A-Za-z0-9_.\\/>-]*$")


class _Names(threading.local):
    prefix = ""


_names = _Names()


def current_prefix() -> str:
    """The prefix in force, "" or ending in a slash."""
    return _names.prefix


@contextlib.contextmanager
def no_name_scope() -> Iterator[None]:
    """Leaves all scopes, as a function does while it is traced."""
    saved, _names.prefix = _names.prefix, ""
    try:
        yield
    finally:
        _names.prefix = saved


@export("tf.name_scope")
class name_scope:
    """Variables made inside are named `name/...`; a name ending in `/` starts anew from there.

    Args:
      name: a string; "" leaves all scopes.

    Raises:
      ValueError: for a name that is not a string.
    """

    def __init__(self, name):
        if not isinstance(name, str):
            raise ValueError("name for name_scope must be a string.")
        self._name = name
        self._saved: list[str] = []

    @property
    def name(self):
        return self._name

    def __enter__(self) -> str:
        self._saved.append(_names.prefix)
        name = self._name
        if not name:
            _names.prefix = ""
        elif name.endswith("/"):
            _names.prefix = name
        else:
            _names.prefix = f"{_names.prefix}{name}/"
        return _names.prefix

    def __exit__(self, *exc) -> bool:
        _names.prefix = self._saved.pop()
        return False


@export("tf.get_current_name_scope")
def get_current_name_scope() -> str:
    """The name scope in force, without a slash at its end; "" outside of all."""
    return _names.prefix.removesuffix("/")
