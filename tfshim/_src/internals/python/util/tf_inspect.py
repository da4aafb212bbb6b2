"""Python's inspect: tfshim's decorators are transparent to it."""

from __future__ import annotations

import inspect
from inspect import (
    Parameter,
    Signature,
    currentframe,
    getcallargs,
    getdoc,
    getfile,
    getmembers,
    getmodule,
    getmro,
    getsource,
    isclass,
    isfunction,
    isgenerator,
    ismethod,
    ismodule,
    isroutine,
    signature,
    stack,
)  # fmt: skip
from typing import Any

_PACKAGE = __name__.partition(".")[0]

__all__ = [
    "Parameter", "Signature", "currentframe", "getargspec", "getcallargs", "getdoc", "getfile",
    "getfullargspec", "getmembers", "getmodule", "getmro", "getsource", "isclass", "isfunction",
    "isgenerator", "ismethod", "ismodule", "isroutine", "signature", "stack",
]  # fmt: skip


def getfullargspec(obj: Any) -> inspect.FullArgSpec:
    """Python's own; of an op without annotations, as TensorFlow's ops have none."""
    spec = inspect.getfullargspec(obj)
    ours = (getattr(obj, "__module__", None) or "").partition(".")[0] == _PACKAGE
    return spec._replace(annotations={}) if ours else spec


getargspec = getfullargspec
