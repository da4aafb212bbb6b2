"""Lines of Python with what TensorFlow 2.21 shows for them: repr and str, or the error.

A line that starts with `!` is run, any other is evaluated; lines of a file share their names.
Addresses are replaced by `0x`.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

import numpy as np

import tfshim as tf

FOLDER = Path(__file__).parent


def load(name: str) -> list[tuple[str, str]]:
    """(line, recorded result) of a transcript."""
    return [(line, result) for line, result in json.loads((FOLDER / f"{name}.json").read_text())]


def run(lines: list[str]) -> list[str]:
    """What tfshim shows for these lines."""
    names = {"tf": tf, "np": np}
    return [_one(line, names) for line in lines]


def _one(line: str, names: dict) -> str:
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            if line.startswith("!"):
                exec(line[1:].replace("\\n", "\n"), names)
                shown = "ok"
            else:
                value = eval(line, names)
                shown = f"{value!r} || {value}"
    except Exception as error:  # the text of any error is part of the transcript
        shown = f"{type(error).__name__}: {error}"
    return re.sub(r"0x[0-9a-f]+", "0x", printed.getvalue() + shown)


def differences(name: str) -> list[str]:
    """Lines for which tfshim shows something else, with both texts."""
    recorded = load(name)
    found = run([line for line, _ in recorded])
    return [
        f"{line}\n  TensorFlow: {want}\n  tfshim:     {got}"
        for (line, want), got in zip(recorded, found, strict=True)
        if want != got
    ]
