"""How a function of this namespace gets its public name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tfshim._src import registry

NAMESPACE = "tf.experimental.numpy"


def public(fn: Callable) -> Callable:
    """Decorates a function of `tf.experimental.numpy` that is written by hand."""
    registry.publish(f"{NAMESPACE}.{fn.__name__}", fn, fn.__module__, fn.__name__)
    return fn


def named(name: str, module: str, fn: Callable, doc: str) -> Callable:
    """Publishes a function that a table made.

    Args:
      name: its name, in the namespace and in the module.
      module: `__name__` of the module that assigns it to that name.
      fn: the function.
      doc: its docstring.
    """
    fn.__name__ = fn.__qualname__ = name
    fn.__module__ = module
    fn.__doc__ = doc
    return public(fn)


def constants(module: str, values: dict[str, Any]) -> None:
    """Publishes what carries no name of its own: dtype classes and numbers."""
    for name, value in values.items():
        registry.publish(f"{NAMESPACE}.{name}", value, module, name)
