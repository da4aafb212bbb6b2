"""Objects that hold variables: what they hold, by name, and the graph of it in a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tfshim._src.module import Module
from tfshim._src.variable import Variable

VALUE = "VARIABLE_VALUE"


def held(thing: Any) -> Any:
    """The variable that a leaf is: a `tf.Variable`, or what Keras wraps around one."""
    inner: Any = thing
    if not isinstance(thing, Variable):
        inner = getattr(thing, "_value", None) if hasattr(thing, "_serialize_to_tensors") else None
    return getattr(inner, "_root", None) if isinstance(inner, Variable) else None


def is_trackable(thing: Any) -> bool:
    """Whether a checkpoint can hold an object."""
    if isinstance(thing, (Variable, Module)) or hasattr(thing, "_serialize_to_tensors"):
        return True
    if isinstance(thing, (list, tuple)):
        return any(is_trackable(v) for v in thing)
    if isinstance(thing, Mapping):
        return any(is_trackable(v) for v in thing.values())
    return not isinstance(thing, type) and hasattr(thing, "_trackable_children")


def children(thing: Any) -> dict[str, Any]:
    """What an object holds, by name, in the order in which it was given to it."""
    if held(thing) is not None:
        return {}
    if isinstance(thing, (list, tuple)):
        found = {str(i): v for i, v in enumerate(thing)}
    elif isinstance(thing, Mapping):
        found = {k: v for k, v in thing.items() if isinstance(k, str)}
    elif isinstance(thing, Module):
        found = dict(vars(thing))
    else:
        found = thing._trackable_children()
        for name, value in getattr(thing, "__dict__", {}).items():  # lists and dicts of Keras
            public = not name.startswith("_") or name == "_variables"  # which an optimizer's are
            if public and isinstance(value, (list, dict)):
                found.setdefault(name, value)
    return {k: v for k, v in found.items() if is_trackable(v)}


def escaped(name: str) -> str:
    """A name as part of a path."""
    return name.replace(".", "..").replace("/", ".S")


def walk(root: Any) -> Iterator[tuple[Any, str, list[tuple[str, int]]]]:
    """All objects, nearest first, each once: it, its path, and (name, number) of what it holds."""
    things, paths = [root], [""]
    numbers = {identity(root): 0}
    for i, thing in enumerate(things):  # grows
        links = []
        for name, child in children(thing).items():
            known = identity(child)
            if known not in numbers:
                numbers[known] = len(things)
                things.append(child)
                paths.append(f"{paths[i]}/{escaped(name)}" if paths[i] else escaped(name))
            links.append((name, numbers[known]))
        yield thing, paths[i], links


def identity(thing: Any) -> int:
    """One number per object; what wraps a variable is the variable."""
    variable = held(thing)
    return id(thing if variable is None else variable)
