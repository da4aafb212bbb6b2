"""`tf.keras`: the package Keras, whose TensorFlow backend finds tfshim as `tensorflow`.

Nothing here imports Keras until somebody asks for it. The import hook (install.py) tells this
module when Keras, or its part that needs a change, is about to be imported:

- `keras`: TensorFlow's inner names that its backend uses are put where it looks for them;
- `keras.src.backend.tensorflow` and two modules in it: what they take from TensorFlow and cannot
  have is replaced once they are loaded (internals/adapted.py says what and why).
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import importlib.util
import os
import random
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

_KERAS = "keras"
_PUBLIC = "keras._tf_keras.keras"  # what TensorFlow shows as tf.keras
_BACKEND = "keras.src.backend.tensorflow"
_CORE = f"{_BACKEND}.core"
_PACKAGE = __name__.partition(".")[0]

MISSING = "tf.keras is the package Keras, which is not installed: pip install 'tfshim[keras]'"


def load(name: str = _KERAS) -> types.ModuleType:
    """`tf.keras`; installs the import hook, by which Keras finds tfshim, if it is not there.

    Args:
      name: "keras", or which of its modules is wanted: `tf.losses` is `tf.keras.losses`.

    Raises:
      AttributeError: if Keras is not installed.
      ImportError: if Keras was imported before and runs on another TensorFlow.
    """
    from tfshim._src.install import install

    if importlib.util.find_spec(_KERAS) is None:
        raise AttributeError(f"module 'tensorflow' has no attribute {name!r}; {MISSING}")
    core = sys.modules.get(_CORE)
    if core is not None and getattr(core, "tf", None) is not sys.modules[_PACKAGE]:
        raise ImportError("Keras was imported before tfshim and runs on another TensorFlow")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    install()
    with _generators_untouched():
        return importlib.import_module(_PUBLIC if name == _KERAS else f"{_PUBLIC}.{name}")


@contextlib.contextmanager
def _generators_untouched() -> Iterator[None]:
    """Leaves Python's generator as it was.

    Keras draws from it as it is imported. TensorFlow imports Keras with itself, so a seed that the
    user sets after `import tensorflow` is whole when the first layer draws; here it would not be.
    """
    state = random.getstate()
    try:
        yield
    finally:
        random.setstate(state)


def served(path: str) -> types.ModuleType | None:
    """The module of Keras that stands for `tensorflow.<path>`, or None; `path` is `keras...`.

    Raises:
      ModuleNotFoundError: if Keras is not installed.
    """
    try:
        load()
    except AttributeError:
        name = f"tensorflow.{path}"
        raise ModuleNotFoundError(f"No module named '{name}': {MISSING}", name=name) from None
    name = f"keras._tf_keras.{path}"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        return None


def find_spec(fullname: str, path: Any) -> importlib.machinery.ModuleSpec | None:
    """Called by the import hook before `keras` or its TensorFlow backend is imported."""
    from tfshim._src.internals import packages

    if fullname == _KERAS:
        packages.prepare()
        return None
    return packages.spec_within(fullname, path, _around(fullname))


#: Functions of `tf.sparse` that the backend mentions while it is loaded, and calls only later.
_MENTIONED = ("add", "maximum", "minimum")


@contextlib.contextmanager
def _lend_names() -> Iterator[list]:
    """While the backend is loaded, what tfshim lacks of these is a function that says so."""
    sparse = importlib.import_module(f"{_PACKAGE}.sparse")
    lent = [name for name in _MENTIONED if not hasattr(sparse, name)]
    for name in lent:
        setattr(sparse, name, _absent(f"tf.sparse.{name}"))
    try:
        yield []
    finally:
        for name in lent:
            delattr(sparse, name)


def _absent(public: str) -> Any:
    def absent(*args, **kwargs):
        raise NotImplementedError(f"tfshim does not have {public}, which Keras needs here")

    return absent


@contextlib.contextmanager
def _then(adapt: Callable[[Any], None]) -> Iterator[list]:
    """Once the module is loaded, `adapt(module)`."""
    told: list[Any] = []
    yield told
    adapt(told[0])


def _around(fullname: str) -> Any:
    """The context in which a module of Keras is loaded."""
    from tfshim._src.internals import adapted

    if fullname == _BACKEND:
        return _lend_names()
    return _then(adapted.static_shapes if fullname == _CORE else adapted.python_iteration)
