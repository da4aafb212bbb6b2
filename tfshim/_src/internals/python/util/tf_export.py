"""The decorators by which TensorFlow marks what is public."""

from __future__ import annotations

from typing import Any

__all__ = ["keras_export", "tf_export"]


class tf_export:
    """A decorator that changes nothing.

    Args:
      names: public names.
      options: which versions have them.
    """

    def __init__(self, *names: str, **options: Any):
        self._names = names

    def __call__(self, thing: Any) -> Any:
        return thing


keras_export = tf_export
