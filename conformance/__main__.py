"""`python -m conformance [NOTEBOOK ...]`: run the suite on tfshim, and compare with TensorFlow.

Exit status: 0 everything as expected, 1 a cell failed or differs, 2 the suite could not be run.
"""

import argparse
import sys
from pathlib import Path

from conformance import expected
from tfshim.cli import reports
from tfshim.cli.runner import NotebookError, load
from tfshim.cli.sides import Side, SideError, alone, default_python, pair
from tfshim.cli.table import Screen, explain, print_overview

NOTEBOOKS = Path(__file__).parent / "notebooks"


def parser() -> argparse.ArgumentParser:
    """The options of the suite."""
    options = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    options.add_argument("paths", nargs="*", help="notebooks or folders (default: the suite's own)")
    options.add_argument("--against", choices=["tensorflow"], help="compare with the real package")
    options.add_argument(
        "--oracle-python",
        metavar="PYTHON",
        default=default_python(),
        help="an interpreter that has TensorFlow (default: this one, or $TFSHIM_ORACLE_PYTHON)",
    )
    options.add_argument("--timeout", type=float, default=600.0, help="seconds for one cell")
    reports.add_options(options)
    return options


def main(argv: list[str] | None = None) -> int:
    """Run the suite and return its exit status."""
    options = parser().parse_args(argv)
    try:
        reports.check_targets(options)
        known = expected.read()
        paths = collect(options.paths)
        found = run(paths, options)
    except (NotebookError, SideError, reports.ReportError, expected.ExpectedError) as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 2
    used: set[str] = set()
    for report in found:
        expected.apply(report, known, options.against is not None, used)
    print_overview(found)
    for report in found:
        for cell in report["cells"]:
            for line in explain(cell):
                if cell["status"] not in ("ok", "skipped"):
                    print(f"{report['notebook']}: {line}")
    reports.write(found, options, "tfshim conformance")
    stale = set() if options.paths else known.keys() - used
    for identity in sorted(stale):
        print(f"conformance: xfails.txt: no cell is called {identity}", file=sys.stderr)
    return 1 if stale or any(report["status"] != "ok" for report in found) else 0


def collect(paths: list[str]) -> list[str]:
    """The notebooks that the command line means; NotebookError for one that cannot be read."""
    found: list[str] = []
    for path in [Path(p) for p in paths] or [NOTEBOOKS]:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix in (".py", ".ipynb", ".txt"))
            if not inside:
                raise NotebookError(f"{path}: a folder without notebooks")
            found += map(str, inside)
        else:
            found.append(str(path))
    for path in found:
        load(path)
    here = Path.cwd()
    return [
        str(p.relative_to(here)) if p.is_relative_to(here) else str(p) for p in map(Path, found)
    ]


def run(paths: list[str], options: argparse.Namespace) -> list[dict]:
    """Run the notebooks on tfshim, and on TensorFlow too if asked to; one report for each."""
    sides = 2 if options.against else 1
    total = sides * sum(len(load(path).cells) for path in paths)
    with Screen(total, "conformance") as screen:

        def side(python: str, serve: str | None, some: list[str]) -> Side:
            on_cell = lambda _: screen.end_of_cell()  # noqa: E731
            return Side(python, serve, some, options.timeout, on_cell).run()

        if not options.against:
            mine = side(sys.executable, "tfshim", paths)
            return [reports.assemble(p, mine.served, alone(mine.cells[p])) for p in paths]
        found = []
        for path in paths:  # in processes of their own: what a notebook switches on stays on
            mine = side(sys.executable, "tfshim", [path])
            theirs = side(options.oracle_python, None, [path])
            served = f"{mine.served} against {theirs.served}"
            pairs = pair(mine.cells[path], theirs.cells[path])
            found.append(reports.assemble(path, served, pairs))
    return found


if __name__ == "__main__":
    sys.exit(main())
