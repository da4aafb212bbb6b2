"""Variable scopes of TensorFlow 1, in which no variable can be made by name here."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from tfshim._src.registry import PUBLIC

__all__ = ["VariableScope", "get_variable_scope", "variable_scope"]


class VariableScope:
    """What code may ask of a scope.

    Args:
      name: its name.
    """

    def __init__(self, name: str = ""):
        self.name = name
        self.caching_device: Any = None

    def set_caching_device(self, caching_device: Any) -> None:
        """Remembers a device; variables are read where they are anyway."""
        self.caching_device = caching_device


_SCOPES = [VariableScope()]


def get_variable_scope() -> VariableScope:
    """The scope in force."""
    return _SCOPES[-1]


@contextlib.contextmanager
def variable_scope(
    name_or_scope: Any, default_name: str | None = None, values: Any = None, **options: Any
) -> Iterator[VariableScope]:
    """A context with a scope, and, for a name, in its name scope.

    Args:
      name_or_scope: a name, None for `default_name`, or a scope to enter again.
      default_name: the name where there is none.
      values: accepted.
      options: what variables made by name would take.
    """
    if isinstance(name_or_scope, VariableScope):
        scope = VariableScope(name_or_scope.name)
        scope.caching_device = name_or_scope.caching_device
        naming: Any = contextlib.nullcontext()
    else:
        name = name_or_scope if name_or_scope is not None else default_name
        scope = VariableScope(f"{_SCOPES[-1].name}/{name}".lstrip("/"))
        naming = PUBLIC["tf.name_scope"](name)
    _SCOPES.append(scope)
    try:
        with naming:
            yield scope
    finally:
        _SCOPES.pop()
