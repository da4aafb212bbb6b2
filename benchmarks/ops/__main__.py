"""`python -m benchmarks.ops`: every op against TensorFlow's eager mode and `jax.jit` of `jnp`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console

from benchmarks import machine
from benchmarks.ops import report as reports
from benchmarks.ops.measure import Settings, interpreters, measure
from benchmarks.ops.publish import publish
from benchmarks.ops.table import FAMILIES, NAMES, ROWS

QUICK = Settings(bouts=3, warmup_seconds=0.3, seconds=0.05)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ops", description=__doc__)
    parser.add_argument("--only", action="append", help="ops whose name contains this")
    parser.add_argument("--family", action="append", choices=FAMILIES)
    parser.add_argument("--size", action="append", choices=NAMES)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter bouts")
    parser.add_argument("--oracle-python", default=sys.executable, help="has TensorFlow")
    parser.add_argument("--json", type=Path, help="write the report here")
    parser.add_argument("--from", dest="source", type=Path, help="show an older report")
    parser.add_argument("--markdown", choices=NAMES, help="print this size's table for a page")
    parser.add_argument("--publish", action="store_true", help="into docs/performance.md")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args(argv)
    rows = [
        row
        for row in ROWS.values()
        if (not args.only or any(text in row.name for text in args.only))
        and (not args.family or row.family in args.family)
    ]
    if args.list:
        for row in rows:
            print(f"{row.family:14} {row.name:26} {row.tf}")
        return 0
    console = Console(width=130)
    if args.source:
        report = json.loads(args.source.read_text())
    else:
        settings = QUICK if args.quick else Settings()
        where = machine.describe()  # before the measurement makes it busy
        pythons = interpreters(args.oracle_python)
        sizes = args.size or NAMES
        report = {"machine": where, "ops": []}
        for result, versions in measure(rows, sizes, pythons, settings):
            report["ops"].append(result)
            report["versions"] = versions
            print(*reports.line(result), sep=" | ", file=sys.stderr, flush=True)
            if args.json:  # after each op: a long run that is stopped has not been in vain
                args.json.write_text(json.dumps(report, indent=1))
    if args.publish:
        publish(report)
    if args.markdown:
        print(reports.markdown(report, args.markdown))
    else:
        reports.show(report, console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
