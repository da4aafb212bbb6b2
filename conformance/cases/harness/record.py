"""Record what TensorFlow does with rows."""

from __future__ import annotations

from pathlib import Path

from conformance.cases.harness import goldens
from conformance.cases.harness.execute import Outcome, start
from conformance.cases.harness.families import rows_of
from conformance.cases.harness.libraries import Absent, Library, TensorFlow
from conformance.cases.row import Row


def record(families: list[str], folder: Path = goldens.FOLDER) -> list[str]:
    """Writes the goldens of these families.

    Returns:
      Complaints about rows that TensorFlow takes otherwise than their kind says; these are not
      written.
    """
    reference = TensorFlow()
    complaints: list[str] = []
    for family in families:
        found: dict[str, Outcome] = {}
        for row in rows_of(family):
            outcome, complaint = observe(reference, row)
            if complaint:
                complaints.append(f"{row}: {complaint}")
            else:
                found[row.id] = outcome
        goldens.save(family, reference.version, found, folder)
    return complaints


def observe(reference: Library, row: Row) -> tuple[Outcome, str]:
    """The outcome of a row, and a complaint if it is not what the row's kind says."""
    try:
        outcome = start(reference, row).finish()
    except Absent as absent:
        return {}, str(absent)
    outcome.pop("taped", None)  # the same numbers again
    failed = (outcome["result"] or {}).get("error")
    if failed and row.kind != "error":
        return outcome, f"TensorFlow raises {failed['type']}: {failed['text']}"
    if not failed and row.kind == "error":
        return outcome, "TensorFlow does not raise"
    if failed and row.text and row.text not in failed["text"]:
        return outcome, f"TensorFlow says {failed['text']!r}, without {row.text!r}"
    return outcome, ""
