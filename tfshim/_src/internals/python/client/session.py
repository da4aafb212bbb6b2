"""Sessions, which do not exist."""

from tfshim._src.internals.graphs import Session

__all__ = ["InteractiveSession", "Session"]

InteractiveSession = Session
