"""TensorFlow's inner modules, which the import hook serves; none of them is public API.

`tensorflow.python.*` is made by served.py from facts and from the modules below `python/`. Keras
and other packages read a few more names, each of which has a small module here.
"""

from __future__ import annotations

import importlib
import types

from tfshim._src.internals import lent

#: Path below `tensorflow` -> the module here that stands for it, once such a package is there.
SERVED = {
    "__internal__": "namespace",
    "compiler.tf2xla.python.xla": "xla",
    "distribute": "distribute",
    "experimental.dtensor": "dtensor",
    "raw_ops": "raw_ops",
    "tools.docs.doc_controls": "doc_controls",
}

#: Packages that only lead to those.
_PARENTS = {
    path.rsplit(".", depth)[0]
    for path in SERVED
    for depth in range(1, path.count(".") + 1)
    if path.partition(".")[0] in ("compiler", "tools")
}


def find(path: str) -> types.ModuleType | None:
    """The module that stands for `tensorflow.<path>` for a package's sake, or None."""
    if path.partition(".")[0] == "core":
        return importlib.import_module(f"{__name__}.core").module(path)
    if path in SERVED:
        return importlib.import_module(f"{__name__}.{SERVED[path]}")
    if path in _PARENTS:
        package = types.ModuleType(f"tensorflow.{path}", "Leads to what packages import.")
        package.__path__ = []
        return package
    return lent.module(path)


def inner(path: str) -> types.ModuleType | None:
    """The module that stands for `tensorflow.python.<path>`, or None."""
    found = importlib.import_module(f"{__name__}.served").find(path)
    return lent.module(f"python.{path}", found)
