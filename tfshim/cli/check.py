"""`tfshim check FILE`: run a notebook on tfshim and on TensorFlow, and compare the two."""

import argparse
import sys

from . import reports
from .runner import NotebookError, load
from .sides import Side, SideError, alone, default_python, pair
from .table import Screen, print_table


def parser() -> argparse.ArgumentParser:
    """The options of `tfshim check`."""
    options = argparse.ArgumentParser(prog="tfshim check", description=__doc__)
    options.add_argument("file", help="the notebook")
    options.add_argument(
        "--oracle-python",
        metavar="PYTHON",
        default=default_python(),
        help="an interpreter that has TensorFlow (default: this one, or $TFSHIM_ORACLE_PYTHON)",
    )
    options.add_argument("--timeout", type=float, default=600.0, help="seconds for one cell")
    reports.add_options(options)
    return options


def main(argv: list[str]) -> int:
    """Check the notebook that `argv` names: 0 equal, 1 failed or different, 2 could not be run."""
    options = parser().parse_args(argv)
    try:
        notebook = load(options.file)
        reports.check_targets(options)
        report = check(options.file, len(notebook.cells), options.oracle_python, options.timeout)
    except (NotebookError, reports.ReportError, SideError) as error:
        print(f"tfshim check: {error}", file=sys.stderr)
        return 2
    print_table(report)
    reports.write([report], options, "tfshim check")
    return 0 if report["status"] == "ok" else 1


def check(path: str, cells: int, oracle_python: str, timeout: float) -> dict:
    """Run the notebook on both sides and report on the pair, or on ours if there is no other."""
    with Screen(2 * cells, path) as screen:
        mine = Side(sys.executable, "tfshim", [path], timeout, lambda _: screen.end_of_cell()).run()
        try:
            theirs = Side(oracle_python, None, [path], timeout, lambda _: screen.end_of_cell())
            theirs.run()
        except SideError as error:
            screen.err(f"tfshim check: not compared with TensorFlow: {error}\n")
            return reports.assemble(path, mine.served, alone(mine.cells[path]))
    served = f"{mine.served} against {theirs.served}"
    return reports.assemble(path, served, pair(mine.cells[path], theirs.cells[path]))
