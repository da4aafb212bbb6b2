"""The report of a run: a dictionary that is written as JSON, and its tables in the terminal."""

from __future__ import annotations

import datetime
import subprocess
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import frameworks, machine
from benchmarks.measure import ROOT, Settings, as_dict

SHORT = {
    "tfshim": "tfshim",
    "tf-eager": "TF eager",
    "tf-function": "tf.function",
    "tf-jit": "jit_compile",
    "jax-jit": "jax.jit",
    "torch-eager": "PyTorch",
    "tfshim-function": "tfshim, tf.function",
}


def assemble(workloads: Mapping[str, Any], settings: Settings, where: dict) -> dict[str, Any]:
    """The whole report: when, where, with which versions, and each workload's numbers.

    Args:
      workloads: what `measure` returned, by name.
      settings: how long was measured.
      where: the machine, described before the measurement made it busy.
    """
    versions: dict[str, str] = {}
    for result in workloads.values():
        for run in result["frameworks"].values():
            versions |= run.pop("versions", {})
    return {
        "when": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": where,
        "versions": versions,
        "settings": as_dict(settings),
        "workloads": dict(workloads),
    }


def _commit() -> str | None:
    command = ["git", "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None


def measured(report: Mapping[str, Any]) -> list[str]:
    """The frameworks that have a number for at least one workload, in the usual order."""
    found = {
        framework
        for result in report["workloads"].values()
        for framework, run in result["frameworks"].items()
        if "error" not in run
    }
    return [f for f in frameworks.FRAMEWORKS if f in found]


def duration(us: float) -> str:
    """Three significant digits, in microseconds or milliseconds."""
    value, unit = (us, "us") if us < 1e4 else (us / 1e3, "ms")
    return f"{value:.{max(0, 2 - len(str(int(value))) + 1)}f} {unit}"


def cell(result: Mapping[str, Any], framework: str) -> str:
    """A framework's time on a workload, with tfshim's ratio to it; "–" where there is none."""
    run = result["frameworks"].get(framework)
    if run is None or "error" in run:
        return "–"
    text = duration(run["median_us"]) + mark(run)
    if framework in result["ratios"]:
        text += f" ({result['ratios'][framework]:.2f})"
    return text


def mark(run: Mapping[str, Any]) -> str:
    """* for a step that still compiled or traced something, ° for one run node by node."""
    engine = run.get("engine_per_step", {})
    if any(engine.get(k) for k in ("program_compiles", "kernel_compiles", "kernel_traces")):
        return "*"
    return "°" if engine.get("interpreted_runs") else ""


def remarks(report: Mapping[str, Any]) -> list[str]:
    """What a reader of the numbers must know: failures, different values, a busy machine."""
    lines = []
    if machine.busy(report["machine"]):
        lines.append(
            f"the machine was busy (load {report['machine']['load']}): read no more than ratios"
        )
    missing: dict[str, list[str]] = {}
    for name, result in report["workloads"].items():
        for framework, run in result["frameworks"].items():
            if "error" in run:
                missing.setdefault(f"{SHORT[framework]}: {run['error']}", []).append(name)
        if result["differ"]:
            lines.append(f"{name}: the first values differ in {', '.join(result['differ'])}")
    every = len(report["workloads"])
    for error, names in missing.items():
        lines.append(f"{error} ({'all' if len(names) == every else ', '.join(names)})")
    for sign, meaning in (("*", "still compiles or traces"), ("°", "is run node by node")):
        if any(sign in cell(result, f) for result in report["workloads"].values() for f in SHORT):
            lines.append(f"{sign} a step {meaning}")
    return lines


def show(report: Mapping[str, Any], console: Console, spread: bool = False) -> None:
    """Prints the tables: time of a step, if wanted its spread, and the first step."""
    found = measured(report)
    table = Table(title="median time of a step (tfshim's time over the peer's)")
    table.add_column("workload", no_wrap=True)
    for framework in found:
        table.add_column(SHORT[framework], justify="right")
    for name, result in report["workloads"].items():
        table.add_row(name, *(cell(result, f) for f in found))
    console.print(table)
    if spread:
        console.print(_spread(report, found))

    first = Table(title="first step, ms (and peak memory of the process, MB)")
    first.add_column("workload", no_wrap=True)
    for framework in found:
        first.add_column(SHORT[framework], justify="right")
    for name, result in report["workloads"].items():
        first.add_row(name, *(_first(result, f) for f in found))
    console.print(first)
    for line in remarks(report):
        console.print(f"- {line}", markup=False)


def _spread(report: Mapping[str, Any], found: list[str]) -> Table:
    table = Table(title="spread of the steps")
    for column in ("workload", "framework", "steps", "minimum", "quartile", "median", "quartile"):
        table.add_column(column, justify="left" if column[0] in "wf" else "right")
    for name, result in report["workloads"].items():
        for framework in found:
            run = result["frameworks"].get(framework, {"error": ""})
            if "error" not in run:
                times = (duration(run[f"{k}_us"]) for k in ("min", "q1", "median", "q3"))
                table.add_row(name, SHORT[framework], str(run["steps"]), *times)
    return table


def _first(result: Mapping[str, Any], framework: str) -> str:
    run = result["frameworks"].get(framework)
    if run is None or "error" in run:
        return "–"
    return f"{run['first_ms']:.0f} ({run['peak_mb']:.0f})"
