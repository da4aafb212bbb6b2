"""`python -m benchmarks.cold`: what a process costs from start to finish, on tfshim and TensorFlow.

Imports, and the built-in notebook as a script; every run is a fresh process, all take turns. Wall
time in seconds: the median and the minimum.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import machine
from benchmarks.measure import ROOT

NOTEBOOK = "conformance/notebooks/autodiff.py"


def programs(oracle_python: str) -> dict[str, list[str]]:
    """The command of each program."""
    ours = sys.executable
    return {
        "start Python": [ours, "-c", "pass"],
        "import numpy": [ours, "-c", "import numpy"],
        "import jax": [ours, "-c", "import jax"],
        "import tfshim": [ours, "-c", "import tfshim"],
        "import tensorflow": [oracle_python, "-c", "import tensorflow"],
        "notebook on tfshim": [ours, "-m", "tfshim", NOTEBOOK],
        "notebook on TensorFlow": [oracle_python, NOTEBOOK],
    }


RATIOS = (
    ("import tfshim", "import jax"),
    ("import tfshim", "import tensorflow"),
    ("notebook on tfshim", "notebook on TensorFlow"),
)


def wall(command: list[str]) -> float | None:
    """Seconds of one run; None if it failed."""
    env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, timeout=600)
    return time.perf_counter() - started if done.returncode == 0 else None


def measure(commands: dict[str, list[str]], repeats: int) -> dict[str, list[float]]:
    """Seconds of each run; the first run of each is left out, since it fills the file cache."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(repeats + 1):
        for name, command in commands.items():
            took = wall(command)
            if turn and took is not None:
                times[name].append(took)
    return times


def ratios(times: dict[str, list[float]]) -> dict[str, float]:
    """The median over turns of one program's time over another's."""
    return {
        f"{one} / {other}": statistics.median(a / b for a, b in zip(times[one], times[other]))
        for one, other in RATIOS
        if times[one] and times[other]
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold", description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--oracle-python", default=sys.executable, help="has TensorFlow")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args(argv)
    where = machine.describe()
    times = measure(programs(args.oracle_python), args.repeats)
    console = Console()
    table = Table(title="seconds from start to finish")
    for column in ("program", "median", "minimum", "runs"):
        table.add_column(column, justify="left" if column == "program" else "right")
    for name, found in times.items():
        numbers = (f"{statistics.median(found):.2f}", f"{min(found):.2f}") if found else ("–", "–")
        table.add_row(name, *numbers, str(len(found)))
    console.print(table)
    for name, ratio in ratios(times).items():
        console.print(f"{name}: {ratio:.2f}")
    if machine.busy(where):
        console.print(f"the machine was busy (load {where['load']}): read no more than ratios")
    if args.json:
        report = {"machine": where, "seconds": times, "ratios": ratios(times)}
        args.json.write_text(json.dumps(report, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
