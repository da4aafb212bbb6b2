"""Capture of file descriptors 1 and 2, for output that Python does not see (C++ kernels, logs)."""

import os
import sys
import threading
import uuid

from .streams import BoundedText


class Capture:
    """Everything that the process writes to one file descriptor, cell by cell.

    A thread reads the pipe all the time, so that output without end neither blocks nor fills a
    disk.
    """

    def __init__(self, fd: int):
        self._fd = fd
        self._text = BoundedText()
        self._pending = b""
        self._marker: bytes | None = None
        self._seen = threading.Event()
        reader, writer = os.pipe()
        os.dup2(writer, fd)
        os.close(writer)
        threading.Thread(target=self._read, args=(reader,), daemon=True).start()

    def cut(self) -> str:
        """The text since the last cut."""
        self._seen.clear()
        marker = f"\0{uuid.uuid4().hex}\0".encode()
        self._marker = marker
        os.write(self._fd, marker)
        self._seen.wait(timeout=30)
        text, self._text = self._text.text(), BoundedText()
        return text

    def _read(self, reader: int) -> None:
        while chunk := os.read(reader, 1 << 16):
            data = self._pending + chunk
            marker = self._marker
            if marker is not None and marker in data:
                before, _, data = data.partition(marker)
                self._add(before)
                self._marker = None
                self._pending = data
                self._seen.set()
                continue
            # A marker, or a character, may be cut in two by the end of the chunk.
            keep = data.rfind(b"\0") if b"\0" in data[-40:] else len(data)
            self._add(data[:keep])
            self._pending = data[keep:]

    def _add(self, data: bytes) -> None:
        self._text.add(data.decode("utf-8", "replace"))


def line_buffered(fd: int):
    """A text stream on `fd` that keeps the order with what C code writes there."""
    return open(fd, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)


def flush() -> None:
    """Flush Python's own streams."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (ValueError, OSError):
            pass
