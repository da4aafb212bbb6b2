"""Sequences of calls of a `tf.function`, and how often each was traced in TensorFlow 2.21.

`patterns.py` holds the sequences, for any package that looks like TensorFlow; `recorded.json` what
TensorFlow counted, written by `record.py` where it is installed. Each entry is what stood after a
call: `[traces counted, runs of the Python function]`, and the class of an error if one was raised.
"""

from __future__ import annotations

import json
import pathlib

from tests.call_patterns import patterns

HERE = pathlib.Path(__file__).parent


def recorded() -> dict[str, list]:
    """TensorFlow's counts by pattern."""
    return json.loads((HERE / "recorded.json").read_text())


def run(tf, name: str) -> list:
    """The counts of a package for one pattern."""
    return patterns.run(tf, name)
