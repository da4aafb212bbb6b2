"""Serve tfshim as `tensorflow` to the import statement, and undo it.

`install()` puts a finder in front of sys.meta_path that answers for `tensorflow` and everything
below it; nothing on disk is touched. A TensorFlow that was imported before is set aside and comes
back with `uninstall()`. Both calls are idempotent and not counted: however often `install()` was
called, one `uninstall()` undoes it. Modules that had already imported the real package keep it.
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import threading
import types

_SERVED = "tensorflow"
_PACKAGE = __name__.partition(".")[0]  # "tfshim"
# Sub-modules of this package that are no part of TensorFlow's public names.
_OWN = frozenset({"cli", "debug", "jax"})
# TensorFlow's second name for its own top level.
_SELF = "compat.v2"

# Modules whose import keras_bridge.py wants to hear of.
_BACKEND = "keras.src.backend.tensorflow"
_WATCHED = frozenset({"keras", _BACKEND, f"{_BACKEND}.core", f"{_BACKEND}.trainer"})
# Packages written for TensorFlow that read more of it than is public (internals/packages.py).
_PACKAGES = frozenset({"gpflow", "sonnet", "tensorflow_probability", "tf_keras"})
# What is not the facade's: Keras, inner modules, and inner names that those packages need.
_BRIDGED = frozenset(
    {
        "__internal__",
        "compiler",
        "core",
        "distribute",
        "dtensor",
        "experimental",
        "keras",
        "python",
        "raw_ops",
        "tools",
    }  # fmt: skip
)

_lock = threading.RLock()
_set_aside: dict[str, types.ModuleType] = {}


def install() -> None:
    """Make `import tensorflow`, and imports of its public sub-modules, give tfshim.

    A TensorFlow imported earlier is set aside until `uninstall()`. Calling it again does nothing.
    """
    with _lock:
        if installed():
            return
        _set_aside.update(_take_served_modules())
        sys.meta_path.insert(0, _FINDER)
        importlib.invalidate_caches()


def uninstall() -> None:
    """Undo `install()`; without one before it, do nothing."""
    with _lock:
        if not installed():
            return
        sys.meta_path.remove(_FINDER)
        _take_served_modules()
        sys.modules.update(_set_aside)
        _set_aside.clear()


def installed() -> bool:
    """Whether `import tensorflow` gives tfshim now."""
    return _FINDER in sys.meta_path


def _take_served_modules() -> dict[str, types.ModuleType]:
    """Remove `tensorflow` and all below it from sys.modules and return what was there."""
    names = [name for name in sys.modules if name.partition(".")[0] == _SERVED]
    return {name: sys.modules.pop(name) for name in names}


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers for `tensorflow.x.y` with the module `tfshim.x.y`, the same object under both
    names."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] != _SERVED:
            if fullname in _WATCHED:
                bridge = importlib.import_module(f"{_PACKAGE}._src.keras_bridge")
                return bridge.find_spec(fullname, path)
            if fullname.partition(".")[0] in _PACKAGES:
                packages = importlib.import_module(f"{_PACKAGE}._src.internals.packages")
                return packages.find_spec(fullname, path)
            return None
        module = _find(fullname.partition(".")[2])
        if module is None:
            raise ModuleNotFoundError(_absent(fullname), name=fullname)
        is_package = hasattr(module, "__path__")
        return importlib.machinery.ModuleSpec(fullname, self, is_package=is_package)

    def create_module(self, spec):
        module = _find(spec.name.partition(".")[2])
        assert module is not None  # find_spec has found it
        # The import system is about to write the served name into these; exec_module puts them
        # back.
        spec.loader_state = {
            name: value for name, value in vars(module).items() if name in _IMPORT_ATTRIBUTES
        }
        return module

    def exec_module(self, module):
        spec = module.__spec__
        state = getattr(spec, "loader_state", None) if spec is not None else None
        if spec is not None and spec.loader is self and state is not None:
            for name in _IMPORT_ATTRIBUTES:
                if name in state:
                    setattr(module, name, state[name])
                elif name in vars(module):
                    delattr(module, name)


_IMPORT_ATTRIBUTES = ("__spec__", "__loader__", "__package__", "__path__", "__file__", "__cached__")
_FINDER = _Finder()


def _find(path: str) -> types.ModuleType | None:
    """The module of this package that stands for `tensorflow.<path>`, or None."""
    if path == _SELF or path.startswith(_SELF + "."):
        own = _import(path) if path == _SELF else None
        return own if own is not None else _find(path[len(_SELF) + 1 :])
    parts = path.split(".") if path else []
    if parts and parts[0] in _BRIDGED:
        found = _bridged(parts[0], path)
        if found is not None:
            return found
    if any(part.startswith("_") for part in parts) or (parts and parts[0] in _OWN):
        return None
    return _import(path)


def _bridged(head: str, path: str) -> types.ModuleType | None:
    """What stands for an inner module, or one served for Keras' sake, or for `tf.keras` itself."""
    if head == "keras":
        return importlib.import_module(f"{_PACKAGE}._src.keras_bridge").served(path)
    internals = f"{_PACKAGE}._src.internals"
    if head in ("core", "python") and importlib.util.find_spec(internals) is None:
        return None
    if head == "python":
        return importlib.import_module(internals).inner(path.partition(".")[2])
    if head != "core" and _PACKAGES.isdisjoint(sys.modules) and "keras" not in sys.modules:
        return None
    return importlib.import_module(internals).find(path)


def _import(path: str) -> types.ModuleType | None:
    name = f"{_PACKAGE}.{path}" if path else _PACKAGE
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # Only the module itself or a parent of it may be missing; anything else is a broken import.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
    found: object = importlib.import_module(_PACKAGE)
    for part in path.split("."):
        found = getattr(found, part, None)
    # A module that ours merely uses, such as its `sys`, is no sub-module of it.
    if isinstance(found, types.ModuleType) and found.__name__.startswith(f"{_PACKAGE}."):
        return found
    if path == "compat":  # nothing of its own: a stand-in that leads to compat.v2
        stand_in = types.ModuleType(f"{_SERVED}.compat", "TensorFlow's versioned names.")
        stand_in.__path__ = []
        return stand_in
    return None


def _absent(fullname: str) -> str:
    text = f"No module named '{fullname}'"
    below = fullname.split(".")[1:2]
    if below == ["python"] or below == ["core"] or fullname.split(".")[-1].startswith("_"):
        return f"{text}: tfshim serves TensorFlow's public names, and little of its inner modules"
    if fullname.startswith(f"{_SERVED}.compat.v1"):
        return f"{text}: tfshim is TensorFlow 2: of tf.compat.v1 it has what needs no graph"
    return f"{text}: tfshim does not have it (docs/coverage.md, `tfshim coverage`)"
