"""The families, their rows, and the two lists of exceptions: xfails.txt and exempt.txt."""

from __future__ import annotations

import importlib
from collections import Counter
from pathlib import Path

from conformance.cases.row import KINDS, Row

FOLDER = Path(__file__).parents[1]
_OURS = frozenset({"__init__", "__main__", "arrays", "row"})


class CasesError(Exception):
    """Rows or lists that cannot be used; the message says which and why."""


def families() -> list[str]:
    """The names of all families: the modules of conformance/cases that have rows."""
    return sorted(p.stem for p in FOLDER.glob("*.py") if p.stem not in _OURS)


def rows_of(family: str) -> list[Row]:
    """A family's rows.

    Raises:
      CasesError: for an unknown family, one without ROWS, or a row that stands there twice.
    """
    if family not in families():
        raise CasesError(f"no family {family!r}; there are {', '.join(families())}")
    module = importlib.import_module(f"conformance.cases.{family}")
    rows = list(getattr(module, "ROWS", ()))
    if not rows:
        raise CasesError(f"{family}.py has no ROWS")
    for identity, count in Counter(row.id for row in rows).items():
        if count > 1:
            lines = [row.where for row in rows if row.id == identity]
            raise CasesError(f"the same row {count} times: {identity} at {', '.join(lines)}")
    return rows


def xfails(path: Path = FOLDER / "xfails.txt") -> dict[str, str]:
    """Row id -> reason of the rows that are known to differ from TensorFlow.

    A reason that starts with "pure Python" counts where the C core is absent.
    """
    from tfshim._src.engine import speed

    found = {fields[0]: fields[1] for fields in _table(path, 2)}
    if speed.core is None:
        return found
    return {row: why for row, why in found.items() if not why.startswith("pure Python")}


def exempt(path: Path = FOLDER / "exempt.txt") -> dict[tuple[str, str], str]:
    """(public name, kind of row) -> reason why that op has no such row."""
    found: dict[tuple[str, str], str] = {}
    for name, kind, reason in _table(path, 3):
        if kind not in KINDS:
            raise CasesError(f"{path.name}: {name}: kind is {kind!r}, not one of {KINDS}")
        found[name, kind] = reason
    return found


def _table(path: Path, width: int) -> list[list[str]]:
    rows: list[list[str]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) != width or not all(fields):
            raise CasesError(f"{path.name}:{number}: expected {width} fields with tabs between")
        if any(fields[:-1] == known[:-1] for known in rows):
            raise CasesError(f"{path.name}:{number}: {fields[0]} stands there twice")
        rows.append(fields)
    return rows
