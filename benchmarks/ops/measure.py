"""Measures ops: a process per framework that knows all of them, asked in turns."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.measure import Failed, Process
from benchmarks.ops.table import NAMES, Row
from benchmarks.ops.worker import FRAMEWORKS

PEERS = FRAMEWORKS[1:]


@dataclass(frozen=True)
class Settings:
    """How long to measure one op at one size. What is reached first of calls and seconds counts."""

    bouts: int = 5  # per framework, interleaved
    warmup_steps: int = 3000
    warmup_seconds: float = 0.5
    steps: int = 200
    seconds: float = 0.1


class Workers:
    """The processes, started when they are needed, and again after one died."""

    def __init__(self, pythons: dict[str, str]):
        self.pythons = pythons
        self.running: dict[str, Process] = {}
        self.missing: dict[str, str] = {}  # why it cannot be started
        self.versions: dict[str, str] = {}

    def ask(self, framework: str, **command) -> dict:
        if framework in self.missing:
            raise Failed(self.missing[framework])
        worker = self.running.get(framework)
        if worker is None:
            worker = self.running[framework] = self._start(framework)
        try:
            return worker.send(**command)
        except BrokenPipeError as error:
            raise Failed("the process ended") from error
        finally:
            if worker.process.poll() is not None:
                self.running.pop(framework)

    def _start(self, framework: str) -> Process:
        worker = Process([self.pythons[framework], "-m", "benchmarks.ops.worker", framework])
        try:
            worker.wait()
        except Failed as error:
            self.missing[framework] = str(error)
            raise
        self.versions |= worker.ready["versions"]
        return worker

    def stop(self) -> None:
        for worker in self.running.values():
            worker.stop()


def measure(
    rows: Iterable[Row],
    sizes: Iterable[str],
    pythons: dict[str, str],
    settings: Settings,
) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """The result of each row at each of the named sizes, and the versions of what ran.

    Args:
      rows: the ops.
      sizes: of "small", "middle", "large".
      pythons: the interpreter to use for each framework to be measured.
      settings: how long.
    """
    workers = Workers(pythons)
    try:
        for row in rows:
            for size in sizes:
                yield _one(workers, row, size, settings), workers.versions
    finally:
        workers.stop()


def _one(workers: Workers, row: Row, size: str, settings: Settings) -> dict[str, Any]:
    """One op at one size: every framework warmed, then bouts in turns."""
    n = row.sizes[NAMES.index(size)]
    result: dict[str, Any] = {"family": row.family, "op": row.name, "size": size, "n": n}
    errors, runs, values = {}, {}, {}

    def attempt(framework: str, **command) -> dict | None:
        try:
            return workers.ask(framework, **command)
        except Failed as error:
            errors[framework] = str(error)
            runs.pop(framework, None)
            return None

    for framework in workers.pythons:
        if framework == "jax-jit" and not row.jax:
            continue
        limits = {"steps": settings.warmup_steps, "seconds": settings.warmup_seconds}
        warm = attempt(framework, run="warm", op=row.name, n=n, **limits)
        if warm is not None:
            runs[framework] = {"first_us": warm["first_us"], "bouts_us": [], "cpu_us": []}
            values[framework] = warm["values"]
    for bout in range(settings.bouts):
        order = list(runs)
        turn = bout % max(1, len(order))  # nobody is always first
        for framework in order[turn:] + order[:turn]:
            limits = {"steps": settings.steps, "seconds": settings.seconds}
            times = attempt(framework, run="measure", **limits)
            if times is not None:
                run = runs[framework]
                run["bouts_us"].append(statistics.median(times["times_us"]))
                run["cpu_us"].append(times["cpu_us"])
                run["engine"] = times["engine"]
    result["frameworks"] = {f: summary(run) for f, run in runs.items()}
    result["ratios"] = ratios(runs)
    result["cpu_ratios"] = ratios(runs, "cpu_us")
    result["first_ratios"] = {
        peer: sum(runs["tfshim"]["first_us"]) / sum(runs[peer]["first_us"])
        for peer in PEERS
        if peer in runs and "tfshim" in runs
    }
    if errors:
        result["errors"] = errors
    random = "key=" in row.inputs
    differing = [f for f in values if f != "tfshim" and not same(values.get("tfshim"), values[f])]
    if "tfshim" in values and differing and not random:
        result["differ"] = differing
    return result


def summary(run: dict[str, Any]) -> dict[str, Any]:
    """What a report keeps of a framework's bouts."""
    return {
        "median_us": statistics.median(run["bouts_us"]),
        "least_us": min(run["bouts_us"]),
        "cpu_us": statistics.median(run["cpu_us"]),
        "first_us": [round(t, 1) for t in run["first_us"]],
        "engine": run["engine"],
    }


def ratios(runs: dict[str, dict], of: str = "bouts_us") -> dict[str, float]:
    """tfshim's time over each peer's, and over that of the faster one ("best"), bout by bout."""
    mine = runs.get("tfshim", {}).get(of, [])
    theirs = {peer: runs[peer][of] for peer in PEERS if peer in runs}
    if theirs:
        medians = {peer: statistics.median(times) for peer, times in theirs.items()}
        theirs["best"] = theirs[min(medians, key=lambda peer: medians[peer])]
    return {
        peer: statistics.median(a / b for a, b in zip(mine, times, strict=True))
        for peer, times in theirs.items()
        if mine
    }


def same(one: list | None, other: list, rtol: float = 2e-2) -> bool:
    """Whether two digests are of the same values, as far as a mean magnitude tells."""
    if one is None or [shape for shape, _ in one] != [shape for shape, _ in other]:
        return False
    pairs = [[mean for _, mean in values] for values in (one, other)]
    return np.allclose(*pairs, rtol=rtol, atol=1e-5)


def interpreters(oracle_python: str) -> dict[str, str]:
    """The interpreter for each framework: TensorFlow may live in an environment of its own."""
    return {f: oracle_python if f == "tf-eager" else sys.executable for f in FRAMEWORKS}
