"""Compare two outcomes. Every function returns what differs, as lines; nothing means equal.

Structure, dtype, shape and the place of NaNs compare exactly, numbers by the table of tolerances.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.cases.harness.plain import content
from conformance.tolerance import EXACT, tolerance
from tfshim.cli.compare import close


class Terms:
    """How strictly to compare.

    Args:
      tol: (relative, absolute) for all float dtypes, instead of the table.
      signed_zeros: whether 0 and -0 differ.
      values: whether numbers are compared at all, or only dtypes and shapes.
    """

    def __init__(self, tol=None, signed_zeros=False, values=True):
        self.tol = tol
        self.signed_zeros = signed_zeros
        self.values = values

    def limits(self, dtype: str) -> tuple[float, float]:
        limits = tolerance(dtype)
        return limits if self.tol is None or limits == EXACT else self.tol


def compare(got: Any, expected: Any, path: str, terms: Terms) -> list[str]:
    """What differs between two results in plain form.

    Args:
      got, expected: of `plain.plain`.
      path: where they stand, for the lines.
      terms: how strictly.
    """
    if got is None or expected is None:
        if got is expected:
            return []
        return [f"{path}: is {_describe(got)}, expected {_describe(expected)}"]
    if got["k"] != expected["k"]:
        return [f"{path}: is {_describe(got)}, expected {_describe(expected)}"]
    kind = expected["k"]
    if "t" in expected:
        return _arrays(got, expected, path, terms)
    if "items" in expected:
        return _containers(got, expected, path, terms)
    if not terms.values and kind in ("float", "int", "complex", "bool"):
        return []
    if kind == "float":
        mine, theirs = float.fromhex(got["v"]), float.fromhex(expected["v"])
        if close(np.asarray(mine), np.asarray(theirs), terms.limits("python")).all():
            return []
        return [f"{path}: {mine!r}, expected {theirs!r}"]
    if kind == "complex":
        mine, theirs = (complex(*map(float.fromhex, x["v"])) for x in (got, expected))
        if close(np.asarray(mine), np.asarray(theirs), terms.limits("python")).all():
            return []
        return [f"{path}: {mine!r}, expected {theirs!r}"]
    if got != expected:
        return [f"{path}: {_describe(got)}, expected {_describe(expected)}"]
    return []


def _arrays(got, expected, path: str, terms: Terms) -> list[str]:
    for key, word in (("t", "dtype"), ("s", "shape")):
        if got[key] != expected[key]:
            return [f"{path}: {word} {got[key]}, expected {expected[key]}"]
    if not terms.values:
        return []
    if "h" in expected or "h" in got:
        return [] if got.get("h") == expected.get("h") else [f"{path}: other content (by hash)"]
    if expected["t"] == "string":
        if got["d"] == expected["d"]:
            return []
        return [f"{path}: {got['d']!r}, expected {expected['d']!r}"]
    mine, theirs = content(got), content(expected)
    wrong = ~close(mine, theirs, terms.limits(expected["t"]))
    if terms.signed_zeros and mine.dtype.kind in "fcV":
        wrong |= _other_zero(mine, theirs)
    if not wrong.any():
        return []
    first = np.unravel_index(int(wrong.argmax()), wrong.shape)
    at = "[" + ", ".join(str(int(i)) for i in first) + "]" if first else ""
    many = f" ({int(wrong.sum())} of {wrong.size} elements differ)" if wrong.size > 1 else ""
    return [f"{path}{at}: {mine[first]!s}, expected {theirs[first]!s}{many}"]


def _other_zero(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    if mine.dtype.kind == "c":
        return _other_zero(mine.real, theirs.real) | _other_zero(mine.imag, theirs.imag)
    mine, theirs = mine.astype(np.float64), theirs.astype(np.float64)
    both = (mine == 0) & (theirs == 0)
    return both & (np.signbit(mine) != np.signbit(theirs))


def _containers(got, expected, path: str, terms: Terms) -> list[str]:
    if got.get("type") != expected.get("type"):
        return [f"{path}: type {got.get('type')}, expected {expected.get('type')}"]
    if got.get("keys") != expected.get("keys"):
        return [f"{path}: keys {got.get('keys')}, expected {expected.get('keys')}"]
    if len(got["items"]) != len(expected["items"]):
        return [f"{path}: {len(got['items'])} items, expected {len(expected['items'])}"]
    lines: list[str] = []
    for i, (mine, theirs) in enumerate(zip(got["items"], expected["items"], strict=True)):
        lines += compare(mine, theirs, f"{path}[{i}]", terms)
    return lines


def compare_errors(got: dict, expected: dict, path: str, part: str | None = None) -> list[str]:
    """What differs between two errors: class, and the core sentence or, if given, a part of it."""
    if got["type"] != expected["type"]:
        return [
            f"{path}: raises {got['type']}: {got['text']!r}, "
            f"expected {expected['type']}: {expected['text']!r}"
        ]
    if part is None:
        if got["text"] != expected["text"]:
            return [f"{path}: says {got['text']!r}, expected {expected['text']!r}"]
    elif part not in got["text"]:
        return [f"{path}: says {got['text']!r}, expected {part!r} in it"]
    return []


def _describe(entry: Any) -> str:
    if entry is None:
        return "None"
    words = [entry["k"], entry.get("type"), entry.get("t"), entry.get("s"), entry.get("v")]
    return " ".join(str(w) for w in words if w is not None)
