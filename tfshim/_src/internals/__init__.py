"""TensorFlow's inner modules, which the import hook serves; none of them is public API.

`tensorflow.python.*` is made by served.py from facts and from the modules below `python/`. Keras
reads a few more names, each of which has a small module here.
"""

from __future__ import annotations

import importlib
import types

#: Path below `tensorflow` -> the module here that stands for it, once Keras is there.
SERVED = {
    "__internal__": "namespace",
    "compiler.tf2xla.python.xla": "xla",
    "experimental.dtensor": "dtensor",
}

#: Packages that only lead to those.
_PARENTS = {
    path.rsplit(".", depth)[0]
    for path in SERVED
    for depth in range(1, path.count(".") + 1)
    if path.partition(".")[0] == "compiler"
}


def find(path: str) -> types.ModuleType | None:
    """The module that stands for `tensorflow.<path>` for Keras' sake, or None."""
    if path in SERVED:
        return importlib.import_module(f"{__name__}.{SERVED[path]}")
    if path in _PARENTS:
        package = types.ModuleType(f"tensorflow.{path}", "Leads to what Keras imports.")
        package.__path__ = []
        return package
    return None


def inner(path: str) -> types.ModuleType | None:
    """The module that stands for `tensorflow.python.<path>`, or None."""
    return importlib.import_module(f"{__name__}.served").find(path)
