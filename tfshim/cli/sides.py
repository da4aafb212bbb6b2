"""Run notebooks in a process of their own, on tfshim or on TensorFlow, and pair the two."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from .compare import compare_cells
from .runner import CellResult, ErrorInfo, Note, as_dict, load

_RUNNER = Path(__file__).resolve().parent / "runner"
_ROOT = Path(__file__).resolve().parents[2]  # what holds the package


class SideError(Exception):
    """A side cannot run at all, as a rule because its package is not installed there."""


class Side:
    """The notebooks `paths` run by one interpreter, one child process for all of them.

    Args:
      python: the interpreter to run.
      serve: "tfshim", or None for the interpreter's own TensorFlow.
      paths: the notebooks.
      timeout: seconds that one cell may take.
      on_cell: called with each finished cell's dict.

    After `run()`, `served` names package and version and `cells[path]` holds the cells' dicts. A
    process that dies or hangs fails the cell that it was at; the notebooks after it get a new one.
    """

    def __init__(
        self,
        python: str,
        serve: str | None,
        paths: list[str],
        timeout: float = 600.0,
        on_cell: Callable[[dict], object] | None = None,
    ):
        self.python, self.serve, self.timeout = python, serve, timeout
        self.served = ""
        self.cells: dict[str, list[dict]] = {path: [] for path in paths}
        self._on_cell = on_cell

    def run(self) -> "Side":
        """Run them all; raises SideError if the side cannot even begin."""
        remaining = list(self.cells)
        while remaining:
            done, trouble = self._run_child(remaining)
            if trouble is not None:
                broken = remaining[done]
                self._give_up(broken, trouble)
                done += 1
            remaining = remaining[done:]
        return self

    def _run_child(self, paths: list[str]) -> tuple[int, str | None]:
        """Run one child; how many notebooks it finished, and why it did not finish the rest."""
        serve = ["--serve", self.serve] if self.serve else []
        try:
            child = subprocess.Popen(
                [self.python, str(_RUNNER), *serve, *paths],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment(),
            )
        except OSError as error:
            raise SideError(f"{self.python}: cannot be started: {error.strerror}") from None
        lines: queue.Queue[str | None] = queue.Queue()
        errors: list[str] = []
        threading.Thread(target=_pump, args=(child.stdout, lines), daemon=True).start()
        complaints = threading.Thread(target=_collect, args=(child.stderr, errors), daemon=True)
        complaints.start()
        finished = 0
        current = None
        try:
            while True:
                line = lines.get(timeout=self.timeout)
                if line is None:
                    break
                event = json.loads(line)
                kind = event.pop("event")
                if kind == "fatal":
                    raise SideError(f"{self.python}: {event['message']}")
                if kind == "ready":
                    self.served = event["served"]
                elif kind == "start":
                    current = event["notebook"]
                elif kind == "cell" and current is not None:
                    self.cells[current].append(event)
                    if self._on_cell is not None:
                        self._on_cell(event)
                elif kind == "end":
                    finished, current = finished + 1, None
        except queue.Empty:
            return finished, f"no result within {self.timeout:g} s"
        finally:
            child.kill()
            child.wait()
        complaints.join(timeout=5)
        if finished == len(paths):
            return finished, None
        last = ("".join(errors).strip().splitlines() or ["no message"])[-1]
        if not self.served:
            raise SideError(f"{self.python}: ended before the first cell: {last}")
        return finished, f"the process ended with status {child.returncode}: {last}"

    def _environment(self) -> dict[str, str]:
        environment = dict(os.environ)
        environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        environment["PYTHONIOENCODING"] = "utf-8"
        if self.serve:
            before = environment.get("PYTHONPATH")
            environment["PYTHONPATH"] = os.pathsep.join([str(_ROOT), *([before] if before else [])])
        return environment

    def _give_up(self, path: str, trouble: str) -> None:
        """Fail the cell that was running and mark those after it as not run."""
        done = self.cells[path]
        broken, *rest = load(path).cells[len(done) :]
        error = ErrorInfo("ProcessEnded", trouble, broken.filename, broken.first_line, trouble)
        results = [CellResult(broken, "failed", error=error)]
        why = f"not run: cell {broken.number} ended the process"
        results += [CellResult(cell, "skipped", notes=[Note(1, why)]) for cell in rest]
        done += [{**as_dict(result), "values": {}} for result in results]


def _pump(stream, lines: queue.Queue) -> None:
    for line in stream:
        lines.put(line.decode("utf-8"))
    lines.put(None)


def _collect(stream, into: list[str]) -> None:
    for line in stream:
        into.append(line.decode("utf-8", "replace"))
        del into[:-100]


def pair(mine: list[dict], theirs: list[dict]) -> list[dict]:
    """The cells of a comparison: ours, with status "differs" and what differs from theirs."""
    cells = []
    for got, expected in zip(mine, theirs, strict=True):
        differences = compare_cells(got, expected)
        cell = {key: value for key, value in got.items() if key != "values"}
        cell["differences"] = differences
        if differences and cell["status"] != "failed":
            cell["status"] = "differs"
        elif cell["status"] == "failed" and not differences:
            note = {"line": 1, "text": "fails with TensorFlow as well"}
            cell["notes"] = [*cell["notes"], note]
        cells.append(cell)
    return cells


def alone(mine: list[dict]) -> list[dict]:
    """The cells of a run that is compared with nothing."""
    return [{key: value for key, value in cell.items() if key != "values"} for cell in mine]


def default_python() -> str:
    """The interpreter that looks for TensorFlow unless another is named."""
    return os.environ.get("TFSHIM_ORACLE_PYTHON") or sys.executable
