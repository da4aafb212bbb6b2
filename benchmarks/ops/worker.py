"""All ops of the table in one framework, in this process; as `benchmarks.worker` for workloads.

Usage: python -m benchmarks.ops.worker FRAMEWORK

Commands, one JSON object a line: `{"run": "warm", "op": NAME, "n": SIZE, "steps", "seconds"}`
makes an op ready, `{"run": "measure", "steps", "seconds"}` times it. Times are microseconds of a
call with a look at all of its values by `numpy.asarray`, which copies nothing.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

from benchmarks import frameworks
from benchmarks.ops.programs import digest, jax_program, leaves, tensorflow_program
from benchmarks.ops.table import ROWS
from benchmarks.worker import commands, private_stdout, rest, versions

FRAMEWORKS = ("tfshim", "tf-eager", "jax-jit")
FIRST = 5  # calls that are timed one by one: what one pays who calls an op a few times
LEAST = 2  # calls, however little time there is


class Runner:
    """The op at hand, and the engine's counters where the engine is ours."""

    def __init__(self, framework: str):
        self.framework = framework
        self.module: Any = frameworks.load(framework, x64=True)  # TensorFlow's dtypes
        self.program: Callable[[], Any] = list
        debug = getattr(self.module, "debug", None)
        self.stats: Callable[[], dict] = getattr(debug, "stats", dict)

    def warm(self, op: str, n: int, steps: int, seconds: float) -> dict:
        make = jax_program if self.framework == "jax-jit" else tensorflow_program
        self.program = list  # frees the last one's inputs
        self.program = make(self.module, ROWS[op], n)
        started = time.perf_counter()
        value = self.program()
        leaves(value)
        first = [(time.perf_counter() - started) * 1e6]
        found = digest(value)
        del value
        first += self.times(FIRST - 1, 0.0, FIRST - 1)
        self.times(steps, seconds, 0)
        return {"first_us": first, "values": found}

    def times(self, steps: int, seconds: float, least: int = LEAST) -> list[float]:
        """Microseconds of each call, until there are enough calls or the time is over."""
        times: list[float] = []
        program, clock = self.program, time.perf_counter_ns
        end = clock() + seconds * 1e9
        while len(times) < steps and (len(times) < least or clock() < end):
            started = clock()
            leaves(program())
            times.append((clock() - started) / 1e3)
        return times

    def measure(self, steps: int, seconds: float) -> dict:
        """Times, what all threads worked, and how the engine's counters moved meanwhile."""
        before, busy = self.stats(), time.process_time()
        times = self.times(steps, seconds)
        busy, after = time.process_time() - busy, self.stats()
        engine = {k: v - before[k] for k, v in after.items() if v != before[k]}
        cpu = busy * 1e6 / len(times)
        return {"times_us": [round(t, 1) for t in times], "cpu_us": cpu, "engine": engine}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ops.worker", description=__doc__)
    parser.add_argument("framework", choices=FRAMEWORKS)
    answers = private_stdout()
    args = parser.parse_args(argv)

    def answer(**what):
        print(json.dumps(what), file=answers, flush=True)

    try:
        runner = Runner(args.framework)
    except ModuleNotFoundError as error:
        return answer(missing=error.name)
    answer(ready=True, versions=versions())
    for command in commands():
        act = {"warm": runner.warm, "measure": runner.measure}[command.pop("run")]
        try:
            found = act(**command)
            rest()
            answer(**found)
        except Exception as error:
            answer(error=f"{type(error).__name__}: {error}".splitlines()[0][:300])


if __name__ == "__main__":
    main()
