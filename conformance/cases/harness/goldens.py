"""What TensorFlow gave: one compressed file per family, the same bytes for the same outcomes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "goldens"


def path_of(family: str, folder: Path = FOLDER) -> Path:
    """The file of a family."""
    return folder / f"{family}.json.gz"


def load(family: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Row id -> outcome; empty if nothing was recorded."""
    path = path_of(family, folder)
    if not path.exists():
        return {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)["rows"]


def save(family: str, version: str, rows: dict[str, Any], folder: Path = FOLDER) -> Path:
    """Writes a family's file, with TensorFlow's version.

    Raises:
      ValueError: for an outcome that JSON cannot hold.
    """
    lines = [
        f"{json.dumps(key)}: {json.dumps(rows[key], separators=(',', ':'), sort_keys=True)}"
        for key in sorted(rows)
    ]
    text = f'{{"tensorflow": {json.dumps(version)}, "rows": {{\n' + ",\n".join(lines) + "\n}}\n"
    path = path_of(family, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    return path
