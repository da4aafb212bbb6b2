"""`tf.experimental.numpy` against TensorFlow 2.21: expressions, each state in a process of its own.

`experimental_enable_numpy_behavior` cannot be taken back, so a state is a process that calls it as
`STATES` says and then evaluates lines of `cases.py`.

    python -m tests.numpy_api record                 # with an interpreter that has TensorFlow
    python -m tests.numpy_api compare                # with both: live, what differs
    python -m tests.numpy_api fuzz --draws 500 --seed 1  # random calls, live
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from conformance.cases.harness.compare import Terms, compare, compare_errors

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden.json.gz"

#: What each state's process calls first.
STATES: dict[str, str | None] = {
    "plain": None,
    "legacy": "",
    "float32": "prefer_float32=True",
    "off": "dtype_conversion_mode='off'",
    "safe": "dtype_conversion_mode='safe'",
    "all": "dtype_conversion_mode='all'",
}

#: Rounding that differs: (relative, absolute) where the table's tolerance is too strict.
_LOOSE = Terms(tol=(1e-5, 1e-6))

#: (part of a line, part of what differs) -> why it does, for lines that are known to.
KNOWN: dict[tuple[str, str], str] = {
    ("kron(tf.ones([2, 2, 3]", "UnimplementedError"): "TensorFlow broadcasts at most five axes",
    ("array(2 ** 64)", "SystemError"): "TensorFlow loses its own exception there",
    ("tf.constant([1j, 2]) / tf.constant([True, False])", "nan"): "XLA divides by a complex 0 so",
    ("< tf.Variable", "NumPy dtype"): "TensorFlow asks NumPy for the dtype of a variable",
    ("<= tf.Variable", "NumPy dtype"): "TensorFlow asks NumPy for the dtype of a variable",
    ("> tf.Variable", "NumPy dtype"): "TensorFlow asks NumPy for the dtype of a variable",
    (">= tf.Variable", "NumPy dtype"): "TensorFlow asks NumPy for the dtype of a variable",
    ("tf.constant([1j, 2]) // ", "NotFoundError"): "both dtypes are wrong; another error is first",
    ("tf.uint16) @ ", "NotFoundError"): "both dtypes are wrong; another error is first",
    (" | ", "has no attribute '__ror__'"): "Python's unions give every class a `|`",
    ("vectorized_map(lambda x: x.reshape(2, 1).T", "rank 2 but is rank 1"): "the text of a graph",
    ("tf.bfloat16) * np.int64(1)", "PromoMode.SAFE"): "NumPy multiplies the two, in TensorFlow not",
    ("+x", "bad operand type"): "CPython's sentence names the class without its module",
}


def evaluate(library: str, state: str, lines: list[str], python: str = sys.executable) -> list[Any]:
    """The outcomes of lines, in plain form, in a process of that library and state."""
    done = subprocess.run(
        [python, "-m", "tests.numpy_api.worker", library, state],
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"},
    )
    if done.returncode:
        raise RuntimeError(f"{library} in state {state} died:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.rpartition("\n@@@")[2])


def differences(got: Any, expected: Any) -> list[str]:
    """What differs between two outcomes of one line."""
    wrong, right = got.get("error"), expected.get("error")
    if wrong and right:
        if wrong["text"] in ("", right["text"]) and wrong["type"] == right["type"]:
            return []
        return compare_errors(wrong, right, "error", None)
    if wrong:
        return [f"raises {wrong['type']}: {wrong['text']}"]
    if right:
        return [f"does not raise {right['type']}: {right['text']!r}, is {str(got['value'])[:100]}"]
    return compare(got["value"], expected["value"], "result", _LOOSE)


def known(line: str, problems: list[str]) -> bool:
    """Whether a line is one that differs for a known reason."""
    said = " ".join(problems)
    return any(part in line and of in said for part, of in KNOWN)


def load() -> dict[str, dict[str, Any]]:
    """State -> line -> TensorFlow's outcome."""
    with gzip.open(GOLDEN, "rt", encoding="utf-8") as file:
        return json.load(file)


def save(found: dict[str, dict[str, Any]]) -> None:
    """Writes what TensorFlow gave, the same bytes for the same outcomes."""
    text = json.dumps(found, sort_keys=True, indent=0, separators=(",", ":"))
    GOLDEN.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
