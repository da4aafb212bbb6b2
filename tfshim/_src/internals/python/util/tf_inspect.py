"""Python's inspect: tfshim's decorators are transparent to it."""

import inspect
from inspect import (
    Parameter,
    Signature,
    currentframe,
    getcallargs,
    getdoc,
    getfile,
    getfullargspec,
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

__all__ = [
    "Parameter", "Signature", "currentframe", "getargspec", "getcallargs", "getdoc", "getfile",
    "getfullargspec", "getmembers", "getmodule", "getmro", "getsource", "isclass", "isfunction",
    "isgenerator", "ismethod", "ismodule", "isroutine", "signature", "stack",
]  # fmt: skip

getargspec = inspect.getfullargspec
