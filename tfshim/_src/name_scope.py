"""`tf.name_scope`: prefixes of variable names, per thread."""

from __future__ import annotations

import re
import threading

from tfshim._src.registry import export

_VALID = re.compile(r"^[A-Za-z0-9_.\\/>-]*$")


class _Names(threading.local):
    prefix = ""


_names = _Names()


def current_prefix() -> str:
    """The prefix in force, "" or ending in a slash."""
    return _names.prefix


@export("tf.name_scope")
class name_scope:
    """Variables made inside are named `name/...`; a name ending in `/` starts anew from there.

    Args:
      name: a string; "" or None leaves all scopes.

    Raises:
      ValueError: for a name that is not a string.
    """

    def __init__(self, name):
        if not (name is None or isinstance(name, str)):
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
