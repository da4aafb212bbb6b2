"""`python -m conformance.cases record|run|list [FAMILY ...]`: rows against TensorFlow.

  record   with an interpreter that has TensorFlow 2.21: write conformance/goldens
  run      compare tfshim with the goldens, or with --live with TensorFlow itself
  list     families with their numbers of rows

Exit status: 0 everything as expected, 1 something differs, 2 the rows cannot be used.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from conformance.cases.harness import goldens
from conformance.cases.harness.families import CasesError, families, rows_of, xfails
from conformance.cases.row import Row


def main(argv: list[str] | None = None) -> int:
    """Runs a command and returns its exit status."""
    options = _parser().parse_args(argv)
    try:
        chosen = options.families or families()
        for family in chosen:
            rows_of(family)
        return {"record": _record, "run": _run, "list": _list}[options.command](options, chosen)
    except CasesError as error:
        print(f"cases: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.cases",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    record = commands.add_parser("record", help="write the goldens, with TensorFlow")
    record.add_argument("--output", type=Path, default=goldens.FOLDER, help="where to write them")
    run = commands.add_parser("run", help="compare tfshim with TensorFlow")
    run.add_argument("--live", action="store_true", help="ask TensorFlow now, not the goldens")
    run.add_argument(
        "--oracle-python",
        default=os.environ.get("TFSHIM_ORACLE_PYTHON", sys.executable),
        help="an interpreter with TensorFlow for --live (default: $TFSHIM_ORACLE_PYTHON, or this)",
    )
    run.add_argument("--op", default="", help="only ops with this in their name")
    run.add_argument("--mode", action="append", help="eager, deferred, compiled (default: all)")
    lister = commands.add_parser("list", help="families and numbers of rows")
    for command in (record, run, lister):
        command.add_argument("families", nargs="*", help="default: all")
    return parser


def _record(options: argparse.Namespace, chosen: list[str]) -> int:
    from conformance.cases.harness.record import record

    try:
        complaints = record(chosen, options.output)
    except ModuleNotFoundError as error:
        if error.name != "tensorflow":
            raise
        raise CasesError(f"{sys.executable} has no TensorFlow to record from") from None
    for line in complaints:
        print(line)
    count = sum(len(rows_of(f)) for f in chosen)
    print(f"{count - len(complaints)} of {count} rows recorded")
    return 1 if complaints else 0


def _run(options: argparse.Namespace, chosen: list[str]) -> int:
    from conformance.cases.harness.check import MODES, check_rows

    known, failed, totals = xfails(), False, Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) if options.live else goldens.FOLDER
        if options.live:
            command = [options.oracle_python, "-m", "conformance.cases", "record", "--output"]
            if subprocess.run([*command, folder, *chosen]).returncode == 2:
                return 2
        print(f"{'':44} rows  same  known  differ")
        for family in chosen:
            expected = goldens.load(family, source)
            for op, rows in grouped(rows_of(family)).items():
                if options.op not in op:
                    continue
                found = check_rows(rows, expected, options.mode or MODES)
                bad = {k for k, lines in found.items() if lines}
                listed = {row.id for row in rows} & known.keys()
                counts = [len(rows), len(rows) - len(bad), len(bad & listed), len(bad - listed)]
                totals.update(dict(zip(("rows", "same", "known", "differ"), counts)))
                print(f"{op:44}{counts[0]:5}{counts[1]:6}{counts[2]:7}{counts[3]:8}", flush=True)
                for row in rows:
                    if row.id in bad - listed:
                        print(f"    {row}")
                        for line in merged(found[row.id]):
                            print(f"        {line}")
                        failed = True
                    if row.id in listed - bad:
                        print(f"    {row}\n        is in xfails.txt and passes now")
                        failed = True
    print(f"{'all':44}{totals['rows']:5}{totals['same']:6}{totals['known']:7}{totals['differ']:8}")
    return 1 if failed else 0


def _list(options: argparse.Namespace, chosen: list[str]) -> int:
    for family in chosen:
        rows = rows_of(family)
        print(f"{family:24} {len(rows):5} rows {len({row.op for row in rows}):5} ops")
    return 0


def merged(lines: list[str]) -> list[str]:
    """`mode: difference` lines with the modes of equal differences together."""
    found: dict[str, list[str]] = {}
    for line in lines:
        mode, _, rest = line.partition(": ")
        found.setdefault(rest, []).append(mode)
    return [f"{', '.join(modes)}: {rest}" for rest, modes in found.items()]


def grouped(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows by op, in the order in which they stand."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.op, []).append(row)
    return found


if __name__ == "__main__":
    sys.exit(main())
