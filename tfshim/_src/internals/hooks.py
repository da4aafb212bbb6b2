"""What packages tell TensorFlow about themselves, for TensorFlow's own later use; ignored here.

TensorFlow clears Keras' session, or converts a Keras model, by functions that Keras gave it. tfshim
never asks Keras for anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def register_call_context_function(func: Callable) -> None:
    """Ignored: tells how a layer's call context is found."""


def register_clear_session_function(func: Callable) -> None:
    """Ignored: tells how Keras' session is cleared."""


def register_get_session_function(func: Callable) -> None:
    """Ignored: tells how Keras' session is found."""


def register_load_model_function(func: Callable) -> None:
    """Ignored: tells how a model is loaded."""


class VersionedTypeRegistration:
    """How objects of one class are revived from a saved model; kept, and never used.

    Args:
      object_factory: makes an object of a saved description.
      version, min_producer_version, min_consumer_version: which descriptions.
      bad_consumers: which versions must not read it.
      setter: sets attributes.
    """

    def __init__(
        self, object_factory, version, min_producer_version, min_consumer_version,
        bad_consumers=None, setter=setattr,
    ):  # fmt: skip
        self.version = version
        self.setter = setter
        self._factory = object_factory


_REVIVED: dict[str, Any] = {}


def register_revived_type(identifier: str, predicate: Callable, versions: list) -> None:
    """Remembers a name by which objects would be revived."""
    _REVIVED[identifier] = predicate, versions


def registered_identifiers() -> Any:
    """The names that were registered."""
    return _REVIVED.keys()


def register_loss_scale_wrapper(optimizer_cls: type, wrapper_fn: Callable, cls: Any = None) -> None:
    """Ignored: tells which optimizer scales the loss of another."""
