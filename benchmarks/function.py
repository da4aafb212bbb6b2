"""`python -m benchmarks.function`: functions against hand-written `jax.jit` and TensorFlow's.

For each workload the time of a step, and of the first one, in which the function is traced and
compiled. Ratios are of bouts that ran side by side; the machine's load is printed with them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import QUICK, Settings, interpreters, measure

FRAMEWORKS = ("tfshim-function", "jax-jit", "tf-function", "tf-jit")
CHOSEN = (
    "function-call",
    "mlp-small/sgd",
    "cnn/sgd",
    "lstm/sgd",
    "lstm-while-loop/sgd",
    "transformer/sgd",
    "while-loop-1000",
)


def rows(report: dict) -> list[list[str]]:
    """Cells of the table: workload, microseconds, ratios of steps, and ratios of first steps."""
    found = []
    for name, result in report.items():
        runs = result["frameworks"]
        ours = runs[FRAMEWORKS[0]]
        cells = [name]
        for framework in FRAMEWORKS:
            run = runs.get(framework, {})
            cells.append(f"{run['median_us']:.0f}" if "median_us" in run else "-")
        for peer in FRAMEWORKS[1:]:
            cells.append(f"{result['ratios'][peer]:.2f}" if peer in result["ratios"] else "-")
        for peer in FRAMEWORKS[1:]:
            run = runs.get(peer, {})
            known = "first_ms" in run and "first_ms" in ours
            cells.append(f"{ours['first_ms'] / run['first_ms']:.2f}" if known else "-")
        found.append(cells)
    return found


HEAD = ["workload", "tfshim us", "jax.jit us", "tf.function us", "jit_compile us"]
HEAD += [f"step / {peer}" for peer in ("jax.jit", "tf.function", "jit_compile")]
HEAD += [f"first / {peer}" for peer in ("jax.jit", "tf.function", "jit_compile")]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.function", description=__doc__)
    parser.add_argument("--only", default="", help="workloads whose name contains this")
    parser.add_argument("--oracle-python", default=sys.executable, help="has TensorFlow")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--small", action="store_true", help="the tests' sizes")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args(argv)
    settings = QUICK if args.quick else Settings()
    if args.small:
        settings = Settings(1, 2, 5, 2.0, 5, 0.2, small=True)
    pythons = interpreters(list(FRAMEWORKS), args.oracle_python)
    load = os.getloadavg()[0]
    report = {}
    for name in [n for n in CHOSEN if args.only in n]:
        report[name] = against(measure(name, pythons, settings))
    console = Console(width=200)
    table = Table(title=f"load of the machine before: {load:.1f} on {os.cpu_count()} cores")
    for i, column in enumerate(HEAD):
        table.add_column(column, justify="right" if i else "left")
    for row in rows(report):
        table.add_row(*row)
    console.print(table)
    if args.json:
        args.json.write_text(json.dumps({"load": load, "workloads": report}, indent=1))
    return 0


def against(result: dict) -> dict:
    """A measurement with ratios of the compiled function, and not of plain eager code."""
    bouts = {f: run.get("bouts_us") for f, run in result["frameworks"].items()}
    mine = bouts.get(FRAMEWORKS[0])
    result["ratios"] = {}
    for peer, theirs in bouts.items():
        if peer != FRAMEWORKS[0] and mine and theirs:
            pairs = sorted(a / b for a, b in zip(mine, theirs))
            result["ratios"][peer] = pairs[len(pairs) // 2]
    return result


if __name__ == "__main__":
    sys.exit(main())
