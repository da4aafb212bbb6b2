"""What a cell prints: passed on as it comes, and kept, within bounds, for the reports."""

import io
from collections import deque
from collections.abc import Callable

KEPT_HEAD = 256_000
KEPT_TAIL = 64_000


class BoundedText:
    """Text that keeps its beginning and its end, so that endless output cannot fill the memory."""

    def __init__(self, head: int = KEPT_HEAD, tail: int = KEPT_TAIL):
        self._head_room, self._tail_size = head, tail
        self._head: list[str] = []
        self._tail: deque[str] = deque()
        self._tail_length = 0
        self._dropped = 0

    def add(self, text: str) -> None:
        if self._head_room:
            kept = text[: self._head_room]
            self._head.append(kept)
            self._head_room -= len(kept)
            text = text[len(kept) :]
        if not text:
            return
        self._tail.append(text)
        self._tail_length += len(text)
        while self._tail_length - len(self._tail[0]) >= self._tail_size:
            first = self._tail.popleft()
            self._tail_length -= len(first)
            self._dropped += len(first)

    def text(self) -> str:
        tail = "".join(self._tail)
        dropped = self._dropped + max(len(tail) - self._tail_size, 0)
        if dropped:
            tail = f"\n... {dropped} characters left out ...\n" + tail[-self._tail_size :]
        return "".join(self._head) + tail


class Recorder(io.TextIOBase):
    """A stand-in for sys.stdout or sys.stderr during a run; loggers may hold on to it for good.

    `forward` gets the text as it comes; `record` keeps the text of the current cell.
    """

    def __init__(self, forward: Callable[[str], object], fileno: Callable[[], int] | None = None):
        self.record = BoundedText()
        self.forward = forward
        self._fileno = fileno
        self.buffer = _Bytes(self)

    encoding = "utf-8"
    errors = "replace"

    def start(self) -> None:
        """Begin a new record."""
        self.record = BoundedText()

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.record.add(text)
        self.forward(text)
        return len(text)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        if self._fileno is None:
            raise io.UnsupportedOperation("fileno")
        return self._fileno()

    def close(self) -> None:
        """Nothing: a cell that closes sys.stdout must not silence the cells after it."""


class _Bytes(io.RawIOBase):
    """`sys.stdout.buffer` of a Recorder."""

    def __init__(self, owner: Recorder):
        self._owner = owner

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self._owner.write(bytes(data).decode("utf-8", "replace"))
        return len(data)

    def close(self) -> None:
        """Nothing, as its owner."""
