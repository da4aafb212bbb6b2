"""The modules below `tensorflow.python`: lazy, and made of three sources.

An attribute is looked for among the public names by the facts (table.py); then in the file of the
same path below `internals/python`, which holds what has no public name; then among the functions of
TensorFlow 1 and the kernels that are a public op with other parameters (v1_names.py, kernels.py).
What is in none of them is an AttributeError. Every module that TensorFlow has can be imported,
though nothing may be in it, so that a file of tests runs those that do not need what is absent.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import types
from typing import Any

from tfshim._src.internals import kernels, table, v1_names

SERVED_AS = "tensorflow.python"
_V1 = "tf.compat.v1."
_OWN = f"{__name__.rpartition('.')[0]}.python"


class InnerModule(types.ModuleType):
    """`tensorflow.python.<path>`.

    Args:
      path: the path below `tensorflow.python`; "" for that itself.
      own: tfshim's own module of that path, or None.
    """

    def __init__(self, path: str, own: types.ModuleType | None):
        super().__init__(f"{SERVED_AS}.{path}".rstrip("."), "Served by tfshim.")
        self.__path__ = []
        self.__dict__["_path"] = path
        self.__dict__["_own"] = own

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return [n for n in dir(self) if not n.startswith("_")]
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            value = _attribute(self._path, self._own, name)
        except AttributeError:
            inner = f"{self._path}.{name}".lstrip(".")
            if find(inner) is None:
                raise _absent(self._path, name) from None
            return importlib.import_module(f"{SERVED_AS}.{inner}")
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        names = {n for n in _candidates(self._path, self._own) if _there(self, n)}
        return sorted(names | set(vars(self)) - {"_path", "_own"})


def _there(module: InnerModule, name: str) -> bool:
    try:
        _attribute(module._path, module._own, name)
    except AttributeError:
        return False
    return True


def _candidates(path: str, own: types.ModuleType | None) -> list[str]:
    """The names that may be there."""
    facts = table.facts()
    names = [*facts.public.get(path, ()), *facts.kernels.get(path, ())]
    return [*getattr(own, "__all__", ()), *names]


def _attribute(path: str, own: types.ModuleType | None, name: str) -> Any:
    facts = table.facts()
    public = facts.public.get(path, {}).get(name)
    if public is not None and not public.startswith(_V1):
        with contextlib.suppress(AttributeError):
            return table.public_object(public)
    if own is not None and name in getattr(own, "__all__", ()):
        return getattr(own, name)
    if public is not None and public.startswith(_V1):
        with contextlib.suppress(AttributeError):
            return table.public_object(public)
        if public in v1_names.NAMES:
            return v1_names.function(public)
    kernel = facts.kernels.get(path, {}).get(name)
    if kernel is not None and kernel.name in kernels.KERNELS:
        return kernels.function(kernel.name, kernel.signature)
    raise AttributeError(name)


def has(module: types.ModuleType, path: str, name: str) -> bool:
    """Whether a module has this name, or tfshim a module of its own of that name in it."""
    if not isinstance(module, InnerModule):
        return hasattr(module, name)
    try:
        _attribute(module._path, module._own, name)
    except AttributeError:
        return _own_module(f"{path}.{name}") is not None
    return True


def _absent(path: str, name: str) -> AttributeError:
    module = f"{SERVED_AS}.{path}".rstrip(".")
    public = table.facts().public.get(path, {}).get(name)
    why = f"tfshim does not have {public}" if public else "tfshim does not serve this inner name"
    return AttributeError(f"module '{module}' has no attribute {name!r}: {why}", name=name)


@functools.cache
def _paths() -> frozenset[str]:
    """Every module of the facts, and the packages above."""
    facts = table.facts()
    return frozenset(
        path.rsplit(".", depth)[0]
        for path in (*facts.public, *facts.kernels, *facts.modules)
        for depth in range(path.count(".") + 1)
    )


@functools.cache
def find(path: str) -> types.ModuleType | None:
    """The module that stands for `tensorflow.python.<path>`, or None if TensorFlow has none."""
    own = _own_module(path)
    if own is None and path and path not in _paths():
        return None
    return InnerModule(path, own)


def _own_module(path: str) -> types.ModuleType | None:
    name = f"{_OWN}.{path}".rstrip(".")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        return None
