"""The two sides: TensorFlow in a process of its own, tfshim here, each in a bounded time."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from conformance.cases.harness.check import BATCH, _compiled, _run
from conformance.cases.harness.execute import Outcome
from conformance.cases.harness.modes import execution
from conformance.cases.row import Row

#: Seconds that one row may take, on a crowded machine too.
LIMIT = 200
#: Seconds that the import of TensorFlow may take.
START = 600
#: Bytes of address space of the process with TensorFlow.
MEMORY = 24 << 30


class Reference(Protocol):
    """What is asked about rows."""

    def begin(self, rows: Sequence[Row]) -> Callable[[], list[Outcome | None]]:
        """Starts with these rows; what it returns gives the outcome of each, when it is there.

        None stands where the reference itself died or hung.
        """
        ...


class TensorFlowProcess:
    """One process that runs rows on TensorFlow; started again when a row ends it."""

    def __init__(self, interpreter: str) -> None:
        self.interpreter = interpreter
        self.deaths: list[Row] = []
        self._process: subprocess.Popen | None = None
        self._pool = ThreadPoolExecutor(1)

    def begin(self, rows: Sequence[Row]) -> Callable[[], list[Outcome | None]]:
        """Sends the rows one after another while the caller does other things."""
        return self._pool.submit(lambda: [self._ask(row) for row in rows]).result

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _start(self) -> subprocess.Popen:
        if self._process is None:
            self._process = subprocess.Popen(
                [self.interpreter, "-m", "conformance.cases.harness.oracle"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            if hasattr(resource, "prlimit"):
                resource.prlimit(self._process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
        return self._process

    def _ask(self, row: Row) -> Outcome | None:
        limit = START if self._process is None else LIMIT
        process = self._start()
        assert process.stdin is not None and process.stdout is not None
        watch = threading.Timer(limit, process.kill)
        watch.start()
        try:
            pickle.dump(row, process.stdin)
            process.stdin.flush()
            return pickle.load(process.stdout)[0]
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            self.close()
            self.deaths.append(row)
            return None
        finally:
            watch.cancel()


class TooLong(Exception):
    """A row took longer than LIMIT."""


@contextlib.contextmanager
def _alarm(seconds: int) -> Iterator[None]:
    def ring(number: int, frame: Any) -> None:
        raise TooLong(f"took longer than {seconds} s")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def in_function(row: Row) -> Row:
    """The same call inside a `tf.function`, on whichever library runs the row."""
    if row.how == "code":
        call = f"({row.source})"
    elif row.how == "call":
        call = f"lambda *b, **d: {row.op}(*b, **d)"
    else:
        call = f"lambda x, *b, **d: x.{row.op.rpartition('.')[2]}(*b, **d)"
    source = f"lambda *a, **k: tf.function({call}, autograph=False)(*a, **k)"
    return dataclasses.replace(row, how="code", source=source)


def run_here(rows: Sequence[Row], mode: str) -> list[Outcome]:
    """The outcomes of rows on tfshim in one mode; compiled ones share programs."""
    mode = "compiled" if mode == "function" else mode  # of rows that are `in_function`
    with execution(mode):
        if mode == "compiled":
            try:
                with _alarm(LIMIT * 2):
                    return list(_compiled(rows))
            except TooLong:
                return [_alone(row) for row in rows]
        return [_alone(row) for row in rows]


def _alone(row: Row) -> Outcome:
    try:
        with _alarm(LIMIT):
            return _run(row)
    except TooLong as problem:
        return {"result": {"error": {"type": "TooLong", "text": str(problem)}}}


def interpreter(named: str | None) -> str:
    """The interpreter that has TensorFlow: the named one, $TFSHIM_ORACLE_PYTHON's, or this."""
    return named or os.environ.get("TFSHIM_ORACLE_PYTHON") or sys.executable


__all__ = ["BATCH", "Reference", "TensorFlowProcess", "in_function", "interpreter", "run_here"]
