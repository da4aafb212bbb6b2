"""Event files: records of `Event` messages, as TensorBoard reads them.

A record is its length, the masked checksum of the length, the data, and the masked checksum of the
data (the format of TFRecord files).
"""

from __future__ import annotations

import itertools
import os
import socket
import struct
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any

from tfshim._src.checkpoint.crc32c import extend, masked
from tfshim._src.errors import DataLossError, NotFoundError
from tfshim._src.protos.messages import message
from tfshim._src.registry import export

_numbers = itertools.count()


def framed(data: bytes) -> bytes:
    """The bytes of one record."""
    length = struct.pack("<Q", len(data))
    return b"".join(
        [
            length,
            struct.pack("<I", masked(extend(0, length))),
            data,
            struct.pack("<I", masked(extend(0, data))),
        ]
    )


@export("tf.compat.v1.train.summary_iterator")
def summary_iterator(path) -> Iterator[Any]:
    """The `Event` messages of an event file.

    Args:
      path: of the file.

    Raises:
      DataLossError: where the file is damaged or cut off.
      NotFoundError: for no file.
    """
    try:
        with open(path, "rb") as file:
            data = memoryview(file.read())
    except FileNotFoundError:
        raise NotFoundError(None, None, f"{path}; No such file or directory") from None
    at = 0
    while at < len(data):
        length, check = struct.unpack("<QI", data[at : at + 12].tobytes().ljust(12, b"\0"))
        if masked(extend(0, data[at : at + 8])) != check:
            raise DataLossError(None, None, f"corrupted record at {at}")
        record, end = data[at + 12 : at + 12 + length], at + 16 + length
        if end > len(data):
            raise DataLossError(None, None, f"truncated record at {at}")
        (check,) = struct.unpack("<I", data[end - 4 : end])
        if masked(extend(0, record)) != check:
            raise DataLossError(None, None, f"corrupted record at {at}")
        yield message("Event").FromString(bytes(record))
        at = end


class EventFile:
    """A new event file; its first event says which version it is.

    Args:
      folder: where it is made; created if need be.
      max_queue: so many events wait before they are written.
      flush_millis: the longest time that they wait.
      suffix: the end of the file's name.
    """

    def __init__(self, folder: str, max_queue: int, flush_millis: int, suffix: str):
        os.makedirs(folder, exist_ok=True)
        now = time.time()
        name = (
            f"events.out.tfevents.{int(now):010d}.{socket.gethostname()}.{os.getpid()}."
            f"{next(_numbers)}{suffix}"
        )
        self.path = os.path.join(folder, name)
        self._file = open(self.path, "wb")
        self._max_queue, self._seconds = max_queue, flush_millis / 1000
        self._waiting: list[bytes] = []
        self._flushed = now
        self._lock = threading.Lock()
        event = message("Event")(wall_time=int(now), file_version="brain.Event:2")
        event.source_metadata.writer = "tensorflow.core.util.events_writer"
        self._file.write(framed(event.SerializeToString()))
        self._file.flush()
        self._last = weakref.finalize(self, _finish, self._file, self._waiting)

    def add(self, step: int, **content: Any) -> None:
        """Appends an event with one of the fields of `Event`."""
        event = message("Event")(wall_time=time.time(), step=step, **content)
        with self._lock:
            self._waiting.append(event.SerializeToString())
            late = time.time() - self._flushed > self._seconds
            if len(self._waiting) > self._max_queue or late:
                self._write()

    def flush(self) -> None:
        """Writes what waits."""
        with self._lock:
            self._write()

    def close(self) -> None:
        """Writes what waits and closes the file."""
        with self._lock:
            self._last()

    def _write(self) -> None:
        self._file.write(b"".join(map(framed, self._waiting)))
        self._waiting.clear()
        self._file.flush()
        self._flushed = time.time()


def _finish(file: Any, waiting: list[bytes]) -> None:
    if not file.closed:
        file.write(b"".join(map(framed, waiting)))
        waiting.clear()
        file.close()
