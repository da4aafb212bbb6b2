"""One workload in one framework, in this process: answers commands on standard input with JSON.

Usage: python -m benchmarks.worker FRAMEWORK WORKLOAD [--small]

It says `{"ready": ...}` once it is built. Commands, one JSON object a line: `{"run": "warm"}` and
`{"run": "measure"}` with the most `steps` and `seconds`; `{"run": "finish"}`. Times are
microseconds of a step with the look at its value.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator

from benchmarks import frameworks
from benchmarks.workloads import WORKLOADS, Program

VALUES = 3  # of the first steps, for the comparison between frameworks
LEAST = 3  # steps, however little time there is


def peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


class Runner:
    """The program, its step counter, and the engine's counters where the engine is ours."""

    def __init__(self, framework: str, workload: str, small: bool):
        chosen = WORKLOADS[workload]
        importlib.import_module("numpy")  # everybody needs it, so it is in nobody's import time
        started = time.perf_counter()
        self.module = frameworks.load(framework, chosen.x64)
        imported = time.perf_counter()
        self.import_mb = peak_mb()
        self.program: Program = frameworks.build(framework, chosen, small, self.module)
        self.built = {"import_ms": (imported - started) * 1e3, **self.since(imported, "build_ms")}
        self.count = 0
        debug = getattr(self.module, "debug", None)
        self.stats: Callable[[], dict] = getattr(debug, "stats", dict)

    @staticmethod
    def since(start: float, name: str) -> dict:
        return {name: (time.perf_counter() - start) * 1e3}

    def step(self):
        program = self.program
        value = frameworks.read(program.step(*program.feed(self.count)))
        self.count += 1
        return value

    def times(self, steps: int, seconds: float) -> list[float]:
        """Microseconds of each step, until there are enough steps or the time is over."""
        times: list[float] = []
        end = time.perf_counter() + seconds
        while len(times) < steps and (len(times) < LEAST or time.perf_counter() < end):
            started = time.perf_counter_ns()
            self.step()
            times.append((time.perf_counter_ns() - started) / 1e3)
        return times

    def warm(self, steps: int, seconds: float) -> dict:
        """The first values and what the first step took, then steps until it is warm."""
        started = time.perf_counter()
        values = [self.step().tolist()]
        first = self.since(started, "first_ms")
        values += [self.step().tolist() for _ in range(VALUES - 1)]
        took = self.times(steps, seconds)
        return {"values": values, **first, "steps": len(took), **self.since(started, "warm_ms")}

    def measure(self, steps: int, seconds: float) -> dict:
        """Times, and how the engine's counters moved meanwhile."""
        before = self.stats()
        times = self.times(steps, seconds)
        after = self.stats()
        engine = {k: v - before[k] for k, v in after.items() if v != before[k]}
        return {"times_us": [round(t, 1) for t in times], "engine": engine}

    def finish(self, steps: int, seconds: float) -> dict:
        return {"peak_mb": peak_mb(), "import_mb": self.import_mb, "steps": self.count}


def rest() -> None:
    """Returns when no thread of this process works any more, or after a second.

    Threads of OpenBLAS stay awake for a tenth of a second after a product, on a core that the next
    process in turn needs: a decomposition that followed another process's took three times as long.
    """
    for _ in range(100):
        busy = time.process_time()
        time.sleep(0.01)
        if time.process_time() - busy < 0.002:
            return


def versions() -> dict[str, str]:
    """Of what this process imported."""
    names = ("tfshim", "jax", "jaxlib", "tensorflow", "torch", "numpy")
    found = {n: getattr(sys.modules[n], "__version__", None) for n in names if n in sys.modules}
    return {name: version for name, version in found.items() if version}


def private_stdout():
    """Our answers' file; what a framework prints goes to standard error from now on."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def commands() -> Iterator[dict]:
    for line in sys.stdin:
        yield json.loads(line)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worker", description=__doc__)
    parser.add_argument("framework", choices=frameworks.FRAMEWORKS)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--small", action="store_true")
    args = parser.parse_args(argv)
    answers = private_stdout()

    def answer(**what):
        print(json.dumps(what), file=answers, flush=True)

    try:
        runner = Runner(args.framework, args.workload, args.small)
        answer(ready=runner.built, versions=versions())
        for command in commands():
            act = {"warm": runner.warm, "measure": runner.measure, "finish": runner.finish}
            found = act[command["run"]](command.get("steps", 0), command.get("seconds", 0.0))
            rest()
            answer(**found)
            if command["run"] == "finish":
                return
    except ModuleNotFoundError as error:
        answer(missing=error.name)
    except Exception as error:
        answer(error=f"{type(error).__name__}: {error}".splitlines()[0][:300])


if __name__ == "__main__":
    main()
