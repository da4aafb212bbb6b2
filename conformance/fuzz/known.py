"""Differences that are known, as data: docs/differences.md says them for users."""

from __future__ import annotations

import dataclasses
import fnmatch
import re
from collections.abc import Callable

from conformance.cases.harness.execute import Outcome
from conformance.cases.row import Row


@dataclasses.dataclass(frozen=True)
class Known:
    """A difference that is accepted.

    Attributes:
      ops: pattern of public names.
      line: regular expression that each line of the difference must match, from its start.
      why: the reason.
      when: a further condition on row, mode, our outcome and TensorFlow's.
    """

    ops: str
    line: str
    why: str
    when: Callable[[Row, str, Outcome, Outcome], bool] | None = None


def _raises(part: str, *words: str) -> Callable[[Row, str, Outcome, Outcome], bool]:
    """TensorFlow raises in this part, with one of these words in its text."""

    def holds(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
        error = (expected.get(part) or {}).get("error")
        return bool(error) and any(w in f"{error['type']}: {error['text']}" for w in words)

    return holds


_NO_KERNEL = (
    "NotFoundError: Could not find device",
    "UnimplementedError",
    "No OpKernel was registered",
    "Could not find device for node",
)

KNOWN = (
    Known(
        "*",
        "(result|grads|taped|vars)",
        "TensorFlow has no CPU kernel for this dtype or layout",
        _raises("result", *_NO_KERNEL),
    ),
    Known(
        "*",
        "grads",
        "TensorFlow has no CPU kernel for this gradient",
        _raises("grads", *_NO_KERNEL),
    ),
    Known(
        "*",
        "grads: does not raise LookupError",
        "a gradient that TensorFlow lacks",
    ),
)


def reason(row: Row, mode: str, lines: list[str], got: Outcome, expected: Outcome) -> str:
    """Why a difference is accepted; "" if it is not."""
    for known in KNOWN:
        if (
            fnmatch.fnmatch(row.op, known.ops)
            and all(re.match(known.line, line) for line in lines)
            and (known.when is None or known.when(row, mode, got, expected))
        ):
            return known.why
    return ""
