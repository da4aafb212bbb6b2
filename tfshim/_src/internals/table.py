"""What TensorFlow's inner modules hold, as facts recorded by tools/record_internals.py.

Read when the first of them is imported, and never otherwise.
"""

from __future__ import annotations

import functools
import gzip
import importlib
from pathlib import Path
from typing import Any, NamedTuple

FACTS = Path(__file__).parents[2] / "_api" / "internals-2.21.tsv.gz"
_PACKAGE = __name__.partition(".")[0]


class Kernel(NamedTuple):
    """A function of a gen_*_ops module: which kernel it runs, with which parameters."""

    name: str
    signature: str


class Facts(NamedTuple):
    """All that is recorded; modules are named by their path below `tensorflow.python`."""

    public: dict[str, dict[str, str]]  # module -> name -> public name
    v1: dict[str, str]  # public name of tf.compat.v1 -> signature
    kernels: dict[str, dict[str, Kernel]]  # module -> name -> kernel
    modules: set[str]  # every module that can be imported


@functools.cache
def facts() -> Facts:
    """The facts file, parsed."""
    found = Facts({}, {}, {}, set())
    for line in gzip.decompress(FACTS.read_bytes()).decode().splitlines():
        kind, *fields = line.split("\t")
        if kind == "N":
            module, name, public = fields
            found.public.setdefault(module, {})[name] = public
        elif kind == "V":
            found.v1[fields[0]] = fields[1]
        elif kind == "M":
            found.modules.add(fields[0])
        else:
            module, name, kernel, signature = fields
            found.kernels.setdefault(module, {})[name] = Kernel(kernel, signature)
    return found


def public_object(name: str) -> Any:
    """tfshim's object of this public name (`tf.math.abs`).

    Raises:
      AttributeError: if there is none.
    """
    found: Any = importlib.import_module(_PACKAGE)
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found
