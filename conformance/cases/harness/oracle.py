"""Ask TensorFlow about rows and programs while tests run, in a process of its own.

`TFSHIM_ORACLE_PYTHON` names an interpreter that has TensorFlow; without it this one is asked.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import pickle
import subprocess
import sys
from typing import Any

from conformance.cases.harness.programs import Program, run_program
from conformance.cases.row import Row


def python() -> str | None:
    """The interpreter that has TensorFlow, or None."""
    named = os.environ.get("TFSHIM_ORACLE_PYTHON")
    if named:
        return named
    return sys.executable if importlib.util.find_spec("tensorflow") else None


class Oracle:
    """A process that runs rows and programs on TensorFlow."""

    def __init__(self, interpreter: str) -> None:
        self._process = subprocess.Popen(
            [interpreter, "-m", "conformance.cases.harness.oracle"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, question: Row | Program) -> tuple[dict[str, Any], str]:
        """The outcome, and a complaint if it is not what a row's kind says or a program fails.

        Raises:
          RuntimeError: if the process has ended.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            pickle.dump(question, self._process.stdin)
            self._process.stdin.flush()
            return pickle.load(self._process.stdout)
        except (EOFError, BrokenPipeError) as error:
            raise RuntimeError("the process that runs TensorFlow has ended") from error


@functools.cache
def oracle() -> Oracle:
    """The one process that this one asks; `python()` must not be None."""
    interpreter = python()
    assert interpreter is not None
    return Oracle(interpreter)


def _answer(reference: Any, question: Row | Program) -> tuple[dict[str, Any], str]:
    from conformance.cases.harness.record import observe

    if isinstance(question, Row):
        return observe(reference, question)
    try:
        return run_program(reference, question), ""
    except Exception as problem:
        return {}, f"TensorFlow raises {type(problem).__name__}: {problem}"


def _serve() -> None:
    from conformance.cases.harness.libraries import TensorFlow

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed must not mix with the answers
    reference = TensorFlow()
    while True:
        try:
            question = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(_answer(reference, question), answers)
        answers.flush()


if __name__ == "__main__":
    _serve()
