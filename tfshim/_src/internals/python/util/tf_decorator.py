"""Decorated functions: those of functools."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

__all__ = ["make_decorator", "rewrap", "unwrap"]


def make_decorator(
    target, decorator_func, decorator_name=None, decorator_doc="", decorator_argspec=None
) -> Callable:
    """`decorator_func` with the name, text and signature of `target`."""
    return functools.update_wrapper(decorator_func, target)


def unwrap(maybe_tf_decorator: Any) -> tuple[list, Any]:
    """The decorated functions around a function, outermost first, and the function itself."""
    around: list[Any] = []
    inner = inspect.unwrap(maybe_tf_decorator, stop=lambda f: around.append(f) or False)
    return [f for f in around if f is not inner], inner


def rewrap(decorator_func, previous_target, new_target) -> Any:
    """`new_target` where `decorator_func` does not wrap `previous_target`, else it around it."""
    if decorator_func is previous_target:
        return new_target
    decorator_func.__wrapped__ = new_target
    return decorator_func
