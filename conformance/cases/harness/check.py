"""Rows against goldens, in every mode."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from conformance.cases.harness.compare import Terms, compare, compare_errors
from conformance.cases.harness.execute import Outcome, start
from conformance.cases.harness.libraries import Absent, Tfshim
from conformance.cases.harness.modes import MODES, execution, only_compiled
from conformance.cases.row import Row

#: Rows whose programs are compiled as one.
BATCH = 16

Found = dict[str, list[str]]


@functools.cache
def library() -> Tfshim:
    """The library under test, imported once."""
    return Tfshim()


def check_rows(
    rows: Sequence[Row], goldens: dict[str, Outcome], modes: Iterable[str] = MODES
) -> Found:
    """Runs rows in these modes.

    Returns:
      Row id -> what differs from TensorFlow, `mode: place: got, expected`; an empty list for a row
      that is right.
    """
    found: Found = {row.id: [] for row in rows}
    known = [row for row in rows if row.id in goldens]
    for row in rows:
        if row.id not in goldens:
            found[row.id].append(
                "no golden: this row is new or was changed; python -m conformance.cases record"
            )
    for mode in modes:
        wanted = [row for row in known if mode not in row.skip_modes]
        with execution(mode):
            outcomes = _compiled(wanted) if mode == "compiled" else map(_run, wanted)
            for row, outcome in zip(wanted, outcomes, strict=True):
                lines = differences(row, outcome, goldens[row.id])
                found[row.id] += [f"{mode}: {line}" for line in lines]
    return found


def _run(row: Row) -> Outcome:
    try:
        return start(library(), row, "tape" not in row.skip_modes).finish()
    except Absent as absent:
        return {"absent": str(absent)}


def _compiled(rows: Sequence[Row]) -> Iterable[Outcome]:
    """Many rows in one program; one by one if that program could not be compiled."""
    for i in range(0, len(rows), BATCH):
        batch = rows[i : i + BATCH]
        with only_compiled() as problems:
            outcomes = _run_together(batch)
        if problems:
            outcomes = list(map(_run_compiled_alone, batch))
        yield from outcomes


def _run_together(rows: Sequence[Row]) -> list[Outcome]:
    started: list[Any] = []
    for row in rows:
        try:
            started.append(start(library(), row, "tape" not in row.skip_modes))
        except Absent as absent:
            started.append({"absent": str(absent)})
    return [s if isinstance(s, dict) else s.finish() for s in started]


def _run_compiled_alone(row: Row) -> Outcome:
    with only_compiled() as problems:
        outcome = _run(row)
    if problems:
        outcome["fallback"] = problems[0]
    return outcome


def differences(row: Row, outcome: Outcome, golden: Outcome) -> list[str]:
    """What differs between the outcome of a row and TensorFlow's."""
    if "absent" in outcome:
        return [outcome["absent"]]
    terms = Terms(row.tol, row.signed_zeros, row.compare_values)
    loose = Terms(row.tol, False, row.compare_values)
    lines: list[str] = []
    if "fallback" in outcome and "error" not in (golden["result"] or {}):
        lines.append(f"did not compile: {outcome['fallback']}")
    lines += _part("result", outcome, golden, terms, row.text)
    if any("error" in (x["result"] or {}) for x in (outcome, golden)):
        return lines
    if "vars" in golden:
        lines += _part("vars", outcome, golden, terms, row.text)
    if "tape" in row.skip_modes:
        return lines
    if "taped" in outcome:
        under_tape = _part("taped", outcome, {"taped": golden["result"]}, terms, row.text)
        lines += under_tape if not lines else []
    for part in ("grads", "second"):
        if part in golden or part in outcome:
            lines += _part(part, outcome, golden, loose, row.text)
    return lines


def _part(part: str, outcome: Outcome, golden: Outcome, terms: Terms, text: str | None):
    if part not in outcome or part not in golden:
        return [f"{part}: there is {'none' if part in golden else 'one'}, unlike in TensorFlow"]
    got, expected = outcome[part] or {}, golden[part] or {}
    if "error" in expected and "error" in got:
        return compare_errors(got["error"], expected["error"], part, text)
    if "error" in got:
        return [f"{part}: raises {got['error']['type']}: {got['error']['text']}"]
    if "error" in expected:
        error = expected["error"]
        return [f"{part}: does not raise {error['type']}: {error['text']!r}"]
    return compare(outcome[part], golden[part], part, terms)
