"""`tfshim run FILE`: execute a notebook with `import tensorflow` served by tfshim."""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from . import reports
from .runner import Notebook, NotebookError, Session, as_dict, load

# The package's own files, and the functions that it makes for ops.
_OWN_FILES = (str(Path(__file__).resolve().parents[1]) + os.sep, "<tfshim")


def parser(prog: str = "tfshim run") -> argparse.ArgumentParser:
    """The options of `tfshim run`."""
    options = argparse.ArgumentParser(prog=prog, description=__doc__)
    options.add_argument("file", help=".ipynb, .py (with # %%%% cells or plain), or a text export")
    options.add_argument("args", nargs=argparse.REMAINDER, help="sys.argv[1:] of the notebook")
    options.add_argument("--stop", action="store_true", help="stop after the first failed cell")
    options.add_argument("-q", "--quiet", action="store_true", help="do not show what cells print")
    options.add_argument(
        "--full-traceback", action="store_true", help="show the frames of tfshim itself too"
    )
    reports.add_options(options)
    return options


def main(argv: list[str]) -> int:
    """Run the notebook that `argv` names; 0, 1 if a cell failed, 2 if it could not be run."""
    options = parser().parse_args(_options_first(argv))
    try:
        notebook = load(options.file)
        reports.check_targets(options)
    except (NotebookError, reports.ReportError) as error:
        print(f"tfshim run: {error}", file=sys.stderr)
        return 2
    with served():
        report = run_notebook(
            notebook,
            options.args,
            stop=options.stop,
            quiet=options.quiet,
            settle=compute,
            hide=() if options.full_traceback else _OWN_FILES,
        )
    reports.write([report], options)
    return 0 if report["status"] == "ok" else 1


@contextlib.contextmanager
def served():
    """Inside, `import tensorflow` gives tfshim; afterwards everything is as before."""
    import tfshim
    from tfshim._src import install

    before = install.installed()
    install.install()
    try:
        yield tfshim
    finally:
        if not before:
            install.uninstall()


def run_notebook(
    notebook: Notebook,
    args: list[str] | None = None,
    *,
    stop: bool = False,
    quiet: bool = False,
    settle: Callable[[list], object] | None = None,
    hide: tuple[str, ...] = (),
) -> dict:
    """Run every cell, showing output and progress, and return the report as plain data."""
    from .table import Screen, print_table

    cells = []
    with Screen(len(notebook.cells), notebook.path.name) as screen:
        out, err = (_ignore, _ignore) if quiet else (screen.out, screen.err)
        with Session(notebook, args, out, err, settle, hide) as session:
            for result in session.run():
                number = result.cell.number
                if result.display is not None:
                    out(f"Out[{number}]: {result.display}\n")
                if result.error is not None:
                    screen.err(f"cell {number} {result.status}:\n{result.error.traceback}")
                    if stop and result.status == "failed":
                        session.stopped = session.stopped or f"cell {number} failed"
                screen.end_of_cell()
                cells.append(as_dict(result))
    report = reports.assemble(str(notebook.path), "tfshim", cells)
    print_table(report)
    return report


def compute(values: list) -> None:
    """Compute what is still pending of the tensors in `values`, also inside containers.

    With deferred execution a failure would otherwise show in whichever later cell reads the value.
    """
    import tfshim as tf

    pending, seen = list(values), 0
    while pending and seen < 10_000:
        value = pending.pop()
        seen += 1
        if isinstance(value, tf.Variable):
            value = value.value()
        if isinstance(value, tf.Tensor):
            if not value._is_symbolic():
                value._force()
        elif type(value) in (list, tuple):
            pending += value
        elif type(value) is dict:
            pending += value.values()


def _ignore(text: str) -> None:
    del text


def _options_first(argv: list[str]) -> list[str]:
    """Let options stand after the file too, as long as the notebook's own arguments come last."""
    known = parser()
    takes_value = {"--json", "--junit", "--html"}
    options, rest = [], list(argv)
    file = None
    while rest:
        word = rest[0]
        name = word.split("=")[0]
        if name in takes_value:
            count = 1 if "=" in word else 2
        elif word in known._option_string_actions:
            count = 1
        elif file is None and not word.startswith("-"):
            file, rest = word, rest[1:]
            continue
        else:
            break
        options += rest[:count]
        rest = rest[count:]
    if rest[:1] == ["--"]:
        rest = rest[1:]
    return [*options, *([file] if file is not None else []), *rest]
