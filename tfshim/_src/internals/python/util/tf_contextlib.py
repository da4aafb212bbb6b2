"""`contextlib.contextmanager`."""

from contextlib import contextmanager

__all__ = ["contextmanager"]
