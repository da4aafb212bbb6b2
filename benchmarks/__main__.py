"""`python -m benchmarks`: every workload on tfshim and its peers, side by side, with ratios.

Each framework runs in a process of its own; all of them take turns. TensorFlow may live in another
environment: `--oracle-python /path/to/python`. A framework that is not installed is left out.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import json
import sys
from pathlib import Path

from rich.console import Console

from benchmarks import frameworks, history, machine
from benchmarks.measure import QUICK, Settings, interpreters, measure
from benchmarks.report import assemble, show
from benchmarks.workloads import WORKLOADS


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    what = parser.add_argument_group("what to measure")
    what.add_argument("--list", action="store_true", help="the workloads, and nothing else")
    what.add_argument("--only", action="append", help="workloads whose name contains this")
    what.add_argument(
        "--frameworks",
        nargs="+",
        choices=frameworks.FRAMEWORKS,
        help="by default tfshim and every peer; PyTorch where it is installed",
    )
    what.add_argument("--oracle-python", default=sys.executable, help="has TensorFlow")
    what.add_argument("--torch-python", help="has PyTorch")
    what.add_argument("--from", dest="source", type=Path, help="a report instead of measuring")

    how = parser.add_argument_group("how long (upper bounds, whichever is reached first)")
    how.add_argument("--quick", action="store_true", help="one process each and short bouts")
    for field in dataclasses.fields(Settings):
        flag = "--" + field.name.replace("_", "-")
        if field.name == "small":
            how.add_argument(flag, action="store_true", default=None, help="the tests' sizes")
        else:
            how.add_argument(flag, type=type(field.default), help=f"default {field.default}")

    out = parser.add_argument_group("what to do with the numbers")
    out.add_argument("--spread", action="store_true", help="a table of minimum and quartiles")
    out.add_argument("--json", type=Path, help="write the report to this file")
    out.add_argument("--plots", type=Path, help="write SVG pictures to this folder")
    out.add_argument("--history", type=Path, default=history.FILE)
    out.add_argument("--record", action="store_true", help="append to the history")
    out.add_argument(
        "--compare", action="store_true", help="with the history; exit with 1 if a ratio got worse"
    )
    out.add_argument("--tolerance", type=float, default=0.15, help="of --compare")
    out.add_argument("--publish", action="store_true", help="into docs/performance.md")
    return parser


def chosen(only: list[str] | None) -> list[str]:
    return [name for name in WORKLOADS if not only or any(part in name for part in only)]


def everything(torch_python: str | None) -> list[str]:
    """tfshim and all of its peers; PyTorch only if it is said where it is, or it is here."""
    here = torch_python is not None or importlib.util.find_spec("torch") is not None
    return ["tfshim", *(peer for peer in frameworks.PEERS if here or peer != "torch-eager")]


def run(args: argparse.Namespace, console: Console) -> dict:
    """Measures what the arguments name, one workload after the other."""
    given = {
        f.name: getattr(args, f.name)
        for f in dataclasses.fields(Settings)
        if getattr(args, f.name) is not None
    }
    settings = dataclasses.replace(QUICK if args.quick else Settings(), **given)
    names = args.frameworks or everything(args.torch_python)
    pythons = interpreters(names, args.oracle_python, args.torch_python)
    where = machine.describe()
    results = {}
    for name in chosen(args.only):
        with console.status(name):
            results[name] = measure(name, pythons, settings)
    return assemble(results, settings, where)


def judge(report: dict, entries: list[dict], tolerance: float, console: Console) -> bool:
    """Prints what moved since the last entry of each workload; whether nothing got worse."""
    worse, better, count = history.compare(report, entries, tolerance)
    for verdict, changes in (("worse", worse), ("better", better)):
        for c in changes:
            console.print(f"{verdict}: {c.workload} / {c.peer}: {c.before:.2f} -> {c.now:.2f}")
    console.print(f"{count} ratios compared, {len(worse)} worse, {len(better)} better")
    return not worse


def main(argv: list[str] | None = None) -> int:
    args = arguments().parse_args(argv)
    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    if args.list:
        for name, workload in WORKLOADS.items():
            print(f"{name:24} {workload.about}")
        return 0
    if not chosen(args.only):
        console.print(f"no workload is called like {', '.join(args.only)}; see --list")
        return 2
    report = json.loads(args.source.read_text()) if args.source else run(args, console)
    show(report, console, args.spread)
    if args.json:
        args.json.write_text(json.dumps(report, indent=1))
    entries = history.read(args.history)
    unharmed = not args.compare or judge(report, entries, args.tolerance, console)
    if args.record:
        history.append(report, args.history)
        entries = history.read(args.history)
    if args.plots:
        from benchmarks import plots

        plots.draw(report, entries, args.plots)
    if args.publish:
        from benchmarks.publish import publish

        publish(report, entries)
    return 0 if unharmed else 1


if __name__ == "__main__":
    sys.exit(main())
