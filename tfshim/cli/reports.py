"""The reports of a run beside the table: JSON, JUnit XML, and one self-contained HTML page.

A report is plain data, the same for `tfshim run`, `tfshim check` and `python -m conformance`:
`{"notebook", "served", "status", "milliseconds", "cells": [...]}` with cells as `runner.as_dict`
makes them, plus `"differences"` (what the comparison found) and `"expected"` (why a failure is
known).
"""

import argparse
import json
import platform
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from .html import page

BAD = frozenset({"failed", "differs", "unexpected"})
# Characters that XML 1.0 cannot carry, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class ReportError(Exception):
    """A report cannot be written where it was asked for; the message is one line."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add --json, --junit and --html to a command."""
    for kind in ("json", "junit", "html"):
        parser.add_argument(f"--{kind}", metavar="F", help=f"write the report to F as {kind}")


def check_targets(options: argparse.Namespace) -> None:
    """Raise ReportError before the run rather than after it."""
    for kind in ("json", "junit", "html"):
        target = getattr(options, kind)
        if target is None:
            continue
        path = Path(target)
        if path.is_dir():
            raise ReportError(f"{target}: is a directory: --{kind} needs a file")
        if not path.parent.is_dir():
            raise ReportError(f"{target}: no such directory: {path.parent}")
        setattr(options, kind, str(path.absolute()))  # a cell may change the working directory


def assemble(notebook: str, served: str, cells: list[dict]) -> dict:
    """The report of one notebook from its cells."""
    return {
        "notebook": notebook,
        "served": served,
        "python": platform.python_version(),
        "status": "failed" if any(cell["status"] in BAD for cell in cells) else "ok",
        "milliseconds": round(sum(cell["milliseconds"] for cell in cells), 3),
        "cells": cells,
    }


def write(reports: list[dict], options: argparse.Namespace, title: str = "tfshim run") -> None:
    """Write the reports that the command's options ask for."""
    writers = {"json": to_json, "junit": to_junit, "html": lambda r: page(r, title)}
    for kind, writer in writers.items():
        if target := getattr(options, kind):
            text = writer(reports)
            Path(target).write_text(text, encoding="utf-8", errors="backslashreplace")


def to_json(reports: list[dict]) -> str:
    """One JSON object with every report in it."""
    status = "failed" if any(report["status"] != "ok" for report in reports) else "ok"
    return json.dumps({"status": status, "notebooks": reports}, indent=1, ensure_ascii=False) + "\n"


def to_junit(reports: list[dict]) -> str:
    """JUnit XML: a test suite per notebook, a test case per cell."""
    root = ElementTree.Element("testsuites")
    for report in reports:
        cells = report["cells"]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_xml(report["notebook"]),
            tests=str(len(cells)),
            failures=str(sum(cell["status"] in BAD for cell in cells)),
            errors="0",
            skipped=str(sum(cell["status"] in ("skipped", "expected") for cell in cells)),
            time=f"{report['milliseconds'] / 1e3:.3f}",
        )
        for cell in cells:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=_xml(report["notebook"]),
                name=_xml(f"cell {cell['cell']}: {cell['title'] or cell['head']}"),
                time=f"{cell['milliseconds'] / 1e3:.3f}",
            )
            _junit_outcome(case, cell)
            for stream, tag in (("stdout", "system-out"), ("stderr", "system-err")):
                if cell[stream]:
                    ElementTree.SubElement(case, tag).text = _xml(cell[stream])
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _junit_outcome(case: ElementTree.Element, cell: dict) -> None:
    error = cell["error"]
    if cell["status"] in BAD:
        if error is not None:
            kind, message, text = error["type"], error["message"], error["traceback"]
        else:
            kind, text = cell["status"], "\n".join(cell.get("differences", []))
            message = text.split("\n")[0] or cell.get("expected", "")
        failure = ElementTree.SubElement(case, "failure", type=_xml(kind), message=_xml(message))
        failure.text = _xml(text)
    elif cell["status"] in ("skipped", "expected"):
        why = cell.get("expected") or "; ".join(note["text"] for note in cell["notes"])
        ElementTree.SubElement(case, "skipped", message=_xml(why))


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
