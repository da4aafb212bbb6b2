"""The variables that a function can reach: those of its module, its closure and its globals."""

from __future__ import annotations

import dis
import functools
import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any

from tfshim._src.variable import Variable


def variables_of(function: Callable) -> tuple[Variable, ...]:
    """The variables that a call of a function may read or write, in the order of their names.

    Args:
      function: a module, a method of one (then all variables of the module), or a function, maybe
        a `tf.function` or a `functools.partial`: then what its closure, its defaults and the
        globals that it names hold, and the functions among these in turn.
    """
    found: dict[int, Variable] = {}
    for v in _reached(function, {}):
        found.setdefault(id(v._root), v)
    return tuple(found.values())


def _reached(thing: Any, seen: dict[int, Any]) -> Iterator[Variable]:
    """The variables in a thing, without what was `seen`: things by id, which stays theirs so."""
    if isinstance(thing, Variable):
        yield thing
        return
    if id(thing) in seen or isinstance(thing, (type, types.ModuleType)):
        return
    seen[id(thing)] = thing
    if isinstance(thing, dict):
        thing = list(thing.values())
    if isinstance(thing, (list, tuple)):
        for item in thing:
            yield from _reached(item, seen)
        return
    owned = getattr(thing, "variables", None)
    if owned is not None and not callable(owned):
        yield from _reached(list(owned), seen)
        return
    if isinstance(thing, functools.partial):
        yield from _reached([thing.func, thing.args, thing.keywords], seen)
    elif inspect.ismethod(thing):
        yield from _reached([thing.__self__, thing.__func__], seen)
    elif isinstance(thing, types.FunctionType):
        yield from _reached(_named(thing), seen)
    elif hasattr(thing, "__wrapped__"):
        yield from _reached([getattr(thing, "__self__", None), thing.__wrapped__], seen)


def _named(function: types.FunctionType) -> list[Any]:
    """What the names of a function's code stand for, outside of the function."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    held: list[Any] = []
    for _, cell in sorted(cells, key=lambda pair: pair[0]):
        try:
            held.append(cell.cell_contents)
        except ValueError:  # not assigned yet
            continue
    wanted = sorted(_global_names(function.__code__))
    held += [function.__globals__[n] for n in wanted if n in function.__globals__]
    return [
        *held,
        function.__defaults__,
        function.__kwdefaults__,
        getattr(function, "__wrapped__", None),
    ]


def _global_names(code: types.CodeType) -> set[str]:
    """Global names in a function's code and in that of the functions defined in it."""
    names = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _global_names(constant)
    return names
