"""Expected failures (xfails.txt), strict: a failure that is gone must leave the list."""

import re
from pathlib import Path

FILE = Path(__file__).parent / "xfails.txt"


class ExpectedError(Exception):
    """A line of xfails.txt that cannot be read; the message names it."""


def cell_id(notebook: str, cell: dict) -> str:
    """The name of a cell in xfails.txt: `autodiff.py::title-of-the-cell`, or its number."""
    title = re.sub(r"[^a-z0-9]+", "-", cell["title"].lower()).strip("-")
    return f"{Path(notebook).name}::{title or cell['cell']}"


def read(path: Path = FILE) -> dict[str, str]:
    """Ids and reasons: one `id reason` a line; blank lines and `#` comments aside.

    An id that ends in `@tensorflow` counts in comparisons with TensorFlow only.
    """
    found: dict[str, str] = {}
    if not path.exists():
        return found
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        identity, _, reason = line.strip().partition(" ")
        if "::" not in identity or not reason.strip():
            raise ExpectedError(f"{path.name}:{number}: expected `notebook::cell reason`: {line!r}")
        if identity in found:
            raise ExpectedError(f"{path.name}:{number}: {identity} stands there twice")
        found[identity] = reason.strip()
    return found


def apply(report: dict, expected: dict[str, str], compared: bool, used: set[str]) -> None:
    """Mark failures that are known as "expected", and known failures that passed as "unexpected".

    Args:
      report: one notebook's report; its cells and status are changed in place.
      expected: what `read` gave.
      compared: whether this is a comparison with TensorFlow.
      used: ids found among the cells are added here, so that the rest can be named as stale.
    """
    for cell in report["cells"]:
        identity = cell_id(report["notebook"], cell)
        candidates = [identity, *([f"{identity}@tensorflow"] if compared else [])]
        if not compared and f"{identity}@tensorflow" in expected:
            used.add(f"{identity}@tensorflow")
        reason = None
        for candidate in candidates:
            if candidate in expected:
                used.add(candidate)
                reason = expected[candidate]
        if reason is None:
            continue
        failed = cell["status"] in ("failed", "differs")
        cell["status"] = "expected" if failed else "unexpected"
        cell["expected"] = reason if failed else f"passes, yet xfails.txt says: {reason}"
    bad = ("failed", "differs", "unexpected")
    report["status"] = "failed" if any(c["status"] in bad for c in report["cells"]) else "ok"
