"""Packages written for TensorFlow that read more of it than is public.

The import hook (install.py) tells this module when one of them is about to be imported. Then inner
names that they use are put where they look for them. What they merely mention while they are
loaded, as a base class or in a table of their own, is lent for that time (lent.py).
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from tfshim._src.internals import adapted_packages, lent

_TOP = __name__.partition(".")[0]


def prepare() -> None:
    """Puts inner names, and `tf.distribute` of one replica, where packages look for them."""
    from tfshim._src.internals import (
        distribute,
        dtensor,
        namespace,
        optional,
        raw_ops,
        table,
        v1_names,
    )
    from tfshim._src.internals.python.framework import ops
    from tfshim._src.internals.python.ops import array_ops, init_ops, variable_scope

    tf = importlib.import_module(_TOP)
    experimental = importlib.import_module(f"{_TOP}.experimental")
    for owner, name, value in (
        (tf, "__internal__", namespace),
        (tf, "distribute", distribute),
        (tf, "raw_ops", raw_ops),
        (experimental, "dtensor", dtensor),
        (experimental, "Optional", optional.Optional),
    ):
        if name not in vars(owner):
            setattr(owner, name, value)
    v1 = importlib.import_module(f"{_TOP}.compat.v1")
    v1.name_scope = ops.name_scope_v1  # type: ignore[attr-defined]
    v1.get_default_graph = ops.get_default_graph  # type: ignore[attr-defined]
    v1.get_variable_scope = variable_scope.get_variable_scope  # type: ignore[attr-defined]
    v1.variable_scope = variable_scope.variable_scope  # type: ignore[attr-defined]
    v1.where = array_ops.where  # type: ignore[attr-defined]
    v1.zeros_initializer = init_ops.Zeros  # type: ignore[attr-defined]
    v1.ones_initializer = init_ops.Ones  # type: ignore[attr-defined]
    v1.constant_initializer = init_ops.Constant  # type: ignore[attr-defined]
    known = table.facts().v1
    for public in (name for name in v1_names.NAMES if name in known):
        path, _, name = public.removeprefix("tf.compat.v1.").rpartition(".")
        if not path and name not in vars(v1):
            setattr(v1, name, v1_names.function(public))


def find_spec(fullname: str, path: Any) -> importlib.machinery.ModuleSpec | None:
    """Called by the import hook before a module of one of the packages is imported."""
    package = fullname.partition(".")[0]
    if package == fullname:
        prepare()
    return spec_within(fullname, path, _around(package, adapted_packages.ADAPTED.get(fullname)))


@contextlib.contextmanager
def _around(package: str, adapt: Callable[[Any], None] | None) -> Iterator[list]:
    """The context in which a module is loaded; afterwards `adapt(module)`."""
    told: list[Any] = []
    with lent.while_loading(package):
        yield told
    if adapt is not None:
        adapt(told[0])


def spec_within(
    fullname: str, path: Any, around: AbstractContextManager
) -> importlib.machinery.ModuleSpec | None:
    """Where a module is found, to be loaded within a context, which is told the loaded module."""
    spec = importlib.machinery.PathFinder.find_spec(fullname, path)
    if spec is not None and spec.loader is not None:
        spec.loader = _Within(spec.loader, around)
    return spec


class _Within(importlib.abc.Loader):
    """A loader that loads within a context, which is told the loaded module."""

    def __init__(self, loader: Any, around: Any):
        self._loader = loader
        self._around = around

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        with self._around as told:
            self._loader.exec_module(module)
            told.append(module)

    def __getattr__(self, name: str):  # get_source, get_data, ... for tracebacks and inspect
        return getattr(self._loader, name)
