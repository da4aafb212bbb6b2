"""Names that a package mentions while it is loaded, and tfshim does not have.

A package in which one part needs graphs or servers is still whole in its other parts. So while a
module of it is loaded, these names are classes that say, when somebody makes an object of them or
of a subclass, that tfshim does not have them. Afterwards they are absent again.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Iterator
from typing import Any

_PACKAGE = __name__.partition(".")[0]

#: Package -> module of tfshim -> the names.
_NAMES: dict[str, dict[str, str]] = {}


class _Loans:
    """Which names are lent now; modules are loaded within others, maybe in several threads."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.depth: dict[str, int] = {}
        self.taken: dict[str, list[tuple[Any, str]]] = {}

    def begin(self, package: str) -> None:
        with self.lock:
            self.depth[package] = self.depth.get(package, 0) + 1
            if self.depth[package] > 1:
                return
            taken = self.taken[package] = []
            for path, names in _NAMES.get(package, {}).items():
                owner = importlib.import_module(f"{_PACKAGE}.{path}" if path else _PACKAGE)
                for name in names.split():
                    if not hasattr(owner, name):
                        public = f"tf.{path}.{name}".replace("tf..", "tf.")
                        setattr(owner, name, refusing(public, package))
                        taken.append((owner, name))

    def end(self, package: str) -> None:
        with self.lock:
            self.depth[package] -= 1
            if self.depth[package] == 0:
                for owner, name in self.taken.pop(package):
                    delattr(owner, name)


_LOANS = _Loans()


@contextlib.contextmanager
def while_loading(package: str) -> Iterator[list]:
    """A context in which the names that `package` mentions are there."""
    _LOANS.begin(package)
    try:
        yield []
    finally:
        _LOANS.end(package)


def refusing(public: str, package: str) -> type:
    """A class that says so when an object of it, or of a subclass, is made."""

    def refuse(cls, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"tfshim does not have {public}, which {package} needs here")

    return type(public.rpartition(".")[2], (), {"__new__": refuse, "__doc__": f"No {public}."})
