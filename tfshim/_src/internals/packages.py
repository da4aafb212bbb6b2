"""Packages written for TensorFlow that read more of it than is public.

The import hook (install.py) tells this module when one of them is about to be imported. Then inner
names that they use are put where they look for them. What they merely mention while they are
loaded, as a base class or in a table of their own, is lent for that time (lent.py).
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
from contextlib import AbstractContextManager
from typing import Any

from tfshim._src.internals import lent

_TOP = __name__.partition(".")[0]


def prepare() -> None:
    """Puts inner names, and `tf.distribute` of one replica, where packages look for them."""
    from tfshim._src.internals import distribute, dtensor, namespace, optional, raw_ops

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


def find_spec(fullname: str, path: Any) -> importlib.machinery.ModuleSpec | None:
    """Called by the import hook before a module of one of the packages is imported."""
    package = fullname.partition(".")[0]
    if package == fullname:
        prepare()
    return spec_within(fullname, path, lent.while_loading(package))


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
