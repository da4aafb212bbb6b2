"""Marks of functions that other types may take over.

Nobody takes one over here: `register` does nothing, and a tensor-like object of another class than
tfshim knows is refused by the op as any other value is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = [
    "GlobalOpDispatcher", "OpDispatcher", "add_dispatch_support", "dispatch_for_types",
    "register_dispatchable_type",
]  # fmt: skip


class OpDispatcher:
    """Handles calls of one op with other types, by `handle(args, kwargs)`."""

    NOT_SUPPORTED = object()

    def handle(self, args: tuple, kwargs: dict) -> Any:
        """The result, or `NOT_SUPPORTED`."""
        return self.NOT_SUPPORTED

    def register(self, op: Callable) -> None:
        """Does nothing."""


class GlobalOpDispatcher:
    """Handles calls of any op with other types, by `handle(op, args, kwargs)`."""

    NOT_SUPPORTED = OpDispatcher.NOT_SUPPORTED

    def handle(self, op: Callable, args: tuple, kwargs: dict) -> Any:
        """The result, or `NOT_SUPPORTED`."""
        return self.NOT_SUPPORTED

    def register(self) -> None:
        """Does nothing."""


def add_dispatch_support(target: Any = None, iterable_parameters: Any = None) -> Any:
    """A decorator that changes nothing."""
    return target if target is not None else lambda function: function


def dispatch_for_types(op: Callable, *types: type) -> Callable:
    """A decorator that changes nothing."""
    return lambda function: function


def register_dispatchable_type(cls: type) -> type:
    """The class as it is."""
    return cls
