"""Marks of what is deprecated."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable, Iterator
from typing import Any

__all__ = [
    "deprecated", "deprecated_alias", "deprecated_arg_values", "deprecated_args",
    "deprecated_argument_lookup", "deprecated_endpoints", "silence",
]  # fmt: skip

_STATE = {"silent": 0}


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """A context without warnings of this kind."""
    _STATE["silent"] += 1
    try:
        yield
    finally:
        _STATE["silent"] -= 1


def deprecated(date, instructions, warn_once=True) -> Callable:
    """A decorator: the first call logs a warning.

    Args:
      date: when it goes, or None.
      instructions: what to use instead.
      warn_once: whether later calls are silent.
    """

    def decorate(function: Any) -> Any:
        if isinstance(function, type):
            return function
        warned: list[bool] = []

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if not (_STATE["silent"] or (warn_once and warned)):
                warned.append(True)
                when = "in a future version" if date is None else f"after {date}"
                logging.getLogger("tensorflow").warning(
                    "%s is deprecated and will be removed %s: %s",
                    function.__qualname__, when, instructions,
                )  # fmt: skip
            return function(*args, **kwargs)

        return call

    return decorate


def deprecated_args(date, instructions, *names, **options) -> Callable:
    """A decorator that changes nothing: arguments are not warned of."""
    return lambda function: function


def deprecated_arg_values(date, instructions, warn_once=True, **values) -> Callable:
    """A decorator that changes nothing: values of arguments are not warned of."""
    return lambda function: function


def deprecated_endpoints(*names: str) -> Callable:
    """A decorator that changes nothing: there is one public API."""
    return lambda function: function


def deprecated_alias(deprecated_name, name, func_or_class, warn_once=True) -> Any:
    """The thing under its old name."""
    text = f"Please use {name} instead."
    return deprecated(None, text, warn_once)(func_or_class)


def deprecated_argument_lookup(new_name, new_value, old_name, old_value) -> Any:
    """The one of two aliases that was given.

    Raises:
      ValueError: if both were.
    """
    if old_value is None:
        return new_value
    if new_value is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'.")
    return old_value
