"""`tf.variable_creator_scope`: functions that stand between `tf.Variable(...)` and the variable."""

from __future__ import annotations

import contextlib
import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from typing import Any

from tfshim._src.registry import export


class _Creators(threading.local):
    stack: tuple[Callable, ...] = ()


_creators = _Creators()


@export("tf.variable_creator_scope")
@contextlib.contextmanager
def variable_creator_scope(variable_creator: Callable) -> Iterator[None]:
    """Inside, `tf.Variable(...)` calls `variable_creator(next_creator, **kwargs)`.

    Args:
      variable_creator: gets the next creator and all arguments of `tf.Variable` by name; what it
        returns is what `tf.Variable(...)` gives. Inner scopes come first.

    Raises:
      RuntimeError: when scopes are left in another order than that of entering.
    """
    old = _creators.stack
    new = _creators.stack = (*old, variable_creator)
    try:
        yield
    finally:
        if _creators.stack is not new:
            raise RuntimeError("Exiting variable_creator_scope without proper nesting.")
        _creators.stack = old


class VariableMetaclass(type):
    """The class of `tf.Variable`: where creators are in force, they are called first.

    Subclasses of it are made directly, as in TensorFlow.
    """

    def __call__(cls, *args, **kwargs):
        if _creators.stack and cls.__mro__[1] is object:
            return _create(cls, args, kwargs)
        return super().__call__(*args, **kwargs)


class DirectMetaclass(VariableMetaclass):
    """The class of what is no new variable, and made too often for a detour."""

    __call__ = type.__call__  # type: ignore[assignment]


def _create(cls: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    creator: Callable = functools.partial(_make, cls)
    for outer in _creators.stack:
        creator = functools.partial(outer, creator)
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    defaults = {p.name: p.default for p in parameters}
    defaults["experimental_enable_variable_lifting"] = None
    return creator(**(defaults | dict(zip(defaults, args, strict=False)) | kwargs))


def _make(cls: Any, **kwargs) -> Any:
    return type.__call__(cls, **kwargs)
