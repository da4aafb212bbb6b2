"""Hiding what Python code prints where TensorFlow would not run it at all.

A traced function prints while it is traced. Where it has to run again, for other sizes or op by op,
standard output is closed to its own thread; `tf.print` and Python callbacks still write.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from typing import Any


class Hushed:
    """Standard output that hides what one thread writes.

    Args:
      unhushed: the stream itself.
      hide: so many lines are hidden; None for all.

    Attributes:
      shown: how many lines were written.
    """

    def __init__(self, unhushed: Any, hide: int | None):
        self.unhushed = unhushed
        self.hide = hide
        self.shown = 0
        self.thread = threading.get_ident()

    def write(self, text: str) -> int:
        if threading.get_ident() != self.thread:
            return self.unhushed.write(text)
        if self.hide is None:
            return len(text)
        rest = text
        while self.hide and rest:
            _, newline, rest = rest.partition("\n")
            self.hide -= bool(newline)
        if rest:
            self.shown += rest.count("\n")
            self.unhushed.write(rest)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unhushed, name)


@contextlib.contextmanager
def hushed(hide: int | None = None) -> Iterator[Hushed]:
    """Hides what is printed inside: all of it, or its first lines."""
    stream = Hushed(sys.stdout, hide)
    with contextlib.redirect_stdout(stream):  # type: ignore[type-var]
        yield stream


@contextlib.contextmanager
def heard() -> Iterator[None]:
    """Undoes `hushed` for a callback."""
    stream = sys.stdout
    while isinstance(stream, Hushed):
        stream = stream.unhushed
    with contextlib.redirect_stdout(stream):
        yield
