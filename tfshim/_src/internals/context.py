"""The part of TensorFlow's eager runtime that Keras talks to."""

from __future__ import annotations

from tfshim._src.engine import flush
from tfshim._src.tensor import STATE


class _Context:
    def clear_kernel_cache(self) -> None:
        """Does nothing: compiled programs carry no state, and the cache has a bound."""


_CONTEXT = _Context()


def context() -> _Context:
    """The one context."""
    return _CONTEXT


def async_wait() -> None:
    """Runs what is pending in this thread."""
    flush.flush(STATE.pending)
