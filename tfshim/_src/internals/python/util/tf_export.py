"""The decorators by which TensorFlow marks what is public, and what they remember."""

from __future__ import annotations

import functools
from typing import Any

__all__ = [
    "get_canonical_name_for_symbol", "get_symbol_from_name", "keras_export", "tf_export",
]  # fmt: skip

#: What was marked -> (API, first public name).
_MARKED: dict[Any, tuple[str, str]] = {}
_SYMBOLS: dict[tuple[str, str], Any] = {}


class tf_export:
    """A decorator that remembers the first name and changes nothing.

    Args:
      names: public names.
      api_name: which API they are of.
      options: which versions have them.
    """

    def __init__(self, *names: str, api_name: str = "tensorflow", **options: Any):
        self._names = names
        self._api = api_name

    def __call__(self, thing: Any) -> Any:
        for name in self._names:
            _SYMBOLS[self._api, name] = thing
        if self._names:
            _MARKED[thing] = self._api, self._names[0]
        return thing

    def export_constant(self, module_name: str, name: str) -> None:
        """Does nothing: a constant cannot be told from its equals."""


keras_export = functools.partial(tf_export, api_name="keras")


def get_canonical_name_for_symbol(
    symbol: Any, api_name: str = "tensorflow", add_prefix_to_v1_names: bool = False
) -> str | None:
    """The first name that something was marked with, or None."""
    try:
        api, name = _MARKED.get(symbol, ("", None))
    except TypeError:  # it has no hash
        return None
    return name if api == api_name else None


def get_symbol_from_name(name: str) -> Any:
    """What was marked with a name of Keras, or None."""
    return _SYMBOLS.get(("keras", name))
