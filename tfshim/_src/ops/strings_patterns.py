"""Regular expressions in RE2's syntax, as far as Python's `re` has the same."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from tfshim._src.errors import fail


@functools.lru_cache(256)
def compiled(pattern: bytes) -> re.Pattern:
    """A pattern in RE2's syntax, as far as Python's `re` has the same.

    Raises:
      re.error: for what is no pattern.
    """
    return re.compile(_portable(pattern))


_CLASSES = {b"\\C": b"(?s:.)", b"\\z": b"\\Z", b"\\pN": b"\\d", b"\\Q": b""}


def _portable(pattern: bytes) -> bytes:
    text = re.sub(rb"\(\?P?<([A-Za-z_]\w*)>", rb"(?P<\1>", pattern)
    for ours, theirs in _CLASSES.items():
        text = text.replace(ours, theirs)
    # `$` is the end of the text in RE2, not also the place before a last newline
    return re.sub(rb"(\\.)|(\[\^?\]?(?:\\.|[^\]\\])*\])|(\$)", _ends, text, flags=re.S)


def _ends(m: re.Match) -> bytes:
    return b"\\Z" if m.group(3) else m.group(0)


def checked(pattern: bytes) -> re.Pattern:
    """`compiled`, or RE2's refusal."""
    try:
        return compiled(pattern)
    except re.error as e:
        shown = pattern.decode("utf-8", "replace")
        said = str(e).split(" at position")[0]
        reason, part = said, shown
        for ours, theirs, found in _REASONS:
            if said.startswith(ours):
                place = re.search(found, shown[e.pos or 0 :]) if found else None
                reason, part = theirs, place[0] if place else shown
                break
        fail(f"Invalid pattern: {shown}, error: {reason}: {part}")


#: What `re` says, what RE2 says, and the part of the pattern (from where `re` stops) it shows.
_REASONS = (
    ("missing )", "missing )", ""),
    ("unterminated character set", "missing ]", r"(?s)\[.*"),
    ("nothing to repeat", "no argument for repetition operator", r"[*+?]"),
    ("unbalanced parenthesis", "unexpected )", ""),
    ("bad escape (end of pattern)", "trailing \\", r"\\$"),
    ("bad character range", "invalid character class range", r".-."),
    ("min repeat greater than max repeat", "invalid repetition size", r"\{[^}]*\}"),
)


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def on_text(pattern: bytes, value: bytes, run: Callable[[re.Pattern, Any], Any]) -> Any:
    """Runs a search on characters where both are text beyond ASCII, on bytes otherwise."""
    if value.isascii() and pattern.isascii():
        return run(checked(pattern), value)
    if _is_utf8(pattern) and _is_utf8(value):
        checked(pattern)
        text = re.compile(_portable(pattern).decode(), re.ASCII)
        return run(text, value.decode())
    return run(checked(pattern), value)


def substituted(found: re.Pattern, text: Any, fill: Callable[[re.Match], Any]) -> Any:
    """All matches replaced, as RE2 does: an empty one that touches the match before is none.

    (Python's `sub` takes `.*` on "ab" for two matches, RE2 for one.)
    """
    pieces, place, last = [], 0, -1
    while place <= len(text) and (m := found.search(text, place)):
        pieces.append(text[place : m.start()])
        if m.start() == m.end() == last:
            pieces.append(text[last : last + 1])
            place = last + 1
            continue
        pieces.append(fill(m))
        place = last = m.end()
    return text[:0].join([*pieces, text[place:]])


def rewritten(rewrite: bytes) -> tuple[list[bytes | int], bool]:
    """A replacement as literal pieces and numbers of groups, and whether it is well formed.

    Like RE2, it ends at the first backslash that stands before neither a digit nor another one.
    """
    parts: list[bytes | int] = []
    for piece in re.findall(rb"\\.|[^\\]+|\\$", rewrite, flags=re.S):
        if piece.startswith(b"\\"):
            rest = piece[1:]
            if rest.isdigit():
                parts.append(int(rest))
            elif rest == b"\\":
                parts.append(b"\\")
            else:
                return parts, False
        else:
            parts.append(piece)
    return parts, True
