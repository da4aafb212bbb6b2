"""One text for a signature, whether TensorFlow printed it or Python inspected it.

The text keeps what a caller can rely on (names, order, kinds and defaults of parameters) and drops
what he cannot (annotations, return types, memory addresses): `a, b, /, c=1, *, name=None`.
"""

import inspect
import re
from collections.abc import Callable

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_OPEN, _CLOSE = "([{<", ")]}>"


def from_text(signature: str) -> str:
    """The canonical text of `str(inspect.signature(f))`, annotations and return type removed.

    `signature` need not be Python: defaults such as `<object object at 0x7f…>` pass through.
    Raises ValueError when the parentheses do not match.
    """
    if not signature.startswith("("):
        raise ValueError(f"not a signature: {signature!r}")
    parts, end = _split(signature, 1)
    if not signature[end:].startswith(")"):
        raise ValueError(f"unbalanced signature: {signature!r}")
    return ", ".join(filter(None, map(_without_annotation, parts)))


def from_callable(function: Callable[..., object]) -> str | None:
    """The canonical text of a live callable, or None where Python cannot say."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return from_text(str(inspect.Signature(bare)))


def parts(text: str) -> list[str]:
    """The parameters of a canonical text, each with its default."""
    return [part for part in _split(f"{text})", 0)[0] if part]


def _split(text: str, start: int) -> tuple[list[str], int]:
    """The comma-separated parts from `start` to the closing parenthesis, and where that is."""
    parts, depth, begin, i = [], 0, start, start
    while i < len(text):
        char = text[i]
        if char in "'\"":
            i = _string_end(text, i)
        elif char in _OPEN:
            depth += 1
        elif char in _CLOSE and not _is_arrow(text, i):
            if depth == 0:
                break
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[begin:i].strip())
            begin = i + 1
        i += 1
    parts.append(text[begin:i].strip())
    return parts, i


def _without_annotation(parameter: str) -> str:
    """`x: int = 3` becomes `x=3`."""
    match = re.match(r"\**\w+", parameter)
    if match is None:  # "/" and "*" stand alone
        return parameter
    name, rest = match.group(), parameter[match.end() :].strip()
    equals = _top_level_equals(rest)
    if equals is None:
        return name
    default = " ".join(rest[equals + 1 :].split())  # one line, for the facts file
    return f"{name}={_ADDRESS.sub('', default)}"


def _top_level_equals(text: str) -> int | None:
    depth, i = 0, 0
    while i < len(text):
        char = text[i]
        if char in "'\"":
            i = _string_end(text, i)
        elif char in _OPEN:
            depth += 1
        elif char in _CLOSE and not _is_arrow(text, i):
            depth -= 1
        elif char == "=" and depth == 0:
            return i
        i += 1
    return None


def _string_end(text: str, start: int) -> int:
    """Where the string literal that begins at `start` closes."""
    i = start + 1
    while i < len(text) and text[i] != text[start]:
        i += 2 if text[i] == "\\" else 1
    return i


def _is_arrow(text: str, i: int) -> bool:
    return text[i] == ">" and text[i - 1] == "-"
