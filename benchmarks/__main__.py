"""`python -m benchmarks`: every workload on tfshim and on TensorFlow, in turns, with ratios.

Each framework runs in a process of its own, several times, interleaved, so that a machine that
changes its speed changes it for all. TensorFlow may live in another environment:
`--oracle-python /path/to/python`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.workloads import WORKLOADS

WORKER = Path(__file__).with_name("worker.py")
PEERS = ("tf-eager", "tf-function", "tf-jit")


def measure(python: str, framework: str, workload: str, warmup: int, steps: int) -> dict | None:
    """One process; None where the framework is not installed."""
    command = [python, str(WORKER), framework, workload, str(warmup), str(steps)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        if "No module named 'tensorflow'" in done.stderr:
            return None
        raise RuntimeError(f"{framework}, {workload}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", help="substring of the workloads to run")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--warmup", type=int, default=250)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--oracle-python", default=sys.executable)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args(argv)
    console = Console()
    table = Table(title=f"microseconds per step, median of {args.repeats} processes")
    table.add_column("workload")
    for name in ("tfshim", *PEERS):
        table.add_column(name, justify="right")
    table.add_column("tfshim / best peer", justify="right")
    report = {}
    for workload in WORKLOADS:
        if args.only and args.only not in workload:
            continue
        runs: dict[str, list[dict]] = {}
        for _ in range(args.repeats):
            for framework in ("tfshim", *PEERS):
                python = sys.executable if framework == "tfshim" else args.oracle_python
                result = measure(python, framework, workload, args.warmup, args.steps)
                if result is not None:
                    runs.setdefault(framework, []).append(result)
        report[workload] = runs
        medians = {f: statistics.median(r["median_us"] for r in rs) for f, rs in runs.items()}
        peers = [medians[p] for p in PEERS if p in medians]
        cells = [f"{medians[f]:.0f}" if f in medians else "-" for f in ("tfshim", *PEERS)]
        ratio = f"{medians['tfshim'] / min(peers):.2f}" if peers else "-"
        table.add_row(workload, *cells, ratio)
    console.print(table)
    if args.json:
        args.json.write_text(json.dumps(report, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
