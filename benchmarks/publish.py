"""Brings a report into docs/performance.md: a table and pictures between two marks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import plots
from benchmarks.measure import ROOT
from benchmarks.report import SHORT, cell, measured, remarks

PAGE = ROOT / "docs" / "performance.md"
PICTURES = ROOT / "docs" / "images"
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"
ALT = {
    "ratios.svg": "tfshim's time of a step over each peer's, for each workload",
    "times.svg": "time of a step of each framework, for each workload",
    "history.svg": "mean ratio to each peer over time",
}


def markdown(report: Mapping[str, Any]) -> str:
    """What was measured on what, as a table of times with tfshim's ratios in brackets."""
    found = measured(report)
    where, versions = report["machine"], report["versions"]
    software = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    settings = report["settings"]
    lines = [
        f"{report['when'][:10]}, commit {report['commit']}: {where['processor']}, {where['cores']} "
        f"cores, {where['memory_gb']} GB, {where['system']}, Python {where['python']}; {software}.",
        f"Median of {settings['rounds']} processes and {settings['bouts']} bouts in turns; in "
        "brackets tfshim's time over the peer's.",
        "",
        "| workload | " + " | ".join(SHORT[f] for f in found) + " |",
        "|---" * (len(found) + 1) + "|",
    ]
    for name, result in report["workloads"].items():
        row = [cell(result, f).replace("*", "\\*") for f in found]
        lines.append(f"| {name} | " + " | ".join(row) + " |")
    notes = [f"- {line}" for line in remarks(report)]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def publish(report: Mapping[str, Any], entries: list[dict]) -> list[Path]:
    """Draws the pictures and replaces what stands between the marks of the page."""
    pictures = plots.draw(report, entries, PICTURES)
    links = [f"![{ALT[p.name]}](images/{p.name})" for p in pictures]
    PAGE.write_text(between(PAGE.read_text(), "\n\n".join([markdown(report), *links])))
    return [PAGE, *pictures]


def between(page: str, text: str, begin: str = BEGIN, end: str = END) -> str:
    """The page with the text between its marks.

    Raises:
      ValueError: if the page does not have both marks, once each.
    """
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"the page needs {begin} and {end}, once each")
    before, _, rest = page.partition(begin)
    return f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}"
