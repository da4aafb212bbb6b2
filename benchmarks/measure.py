"""Measures a workload: a worker process per framework, asked in turns.

All frameworks' workers are alive at once and take turns in short bouts, so that a machine that
changes its speed changes it for all of them, and a ratio compares bouts that ran side by side.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from benchmarks import frameworks
from benchmarks.workloads import WORKLOADS, Workload

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """How long to measure. Steps and seconds are upper bounds: what is reached first counts."""

    rounds: int = 2  # fresh processes
    bouts: int = 5  # per round and framework, interleaved
    warmup_steps: int = 400
    warmup_seconds: float = 60.0
    peer_steps: int = 400  # of warming the peers, which have nothing to wait for but their compiler
    peer_seconds: float = 60.0
    steps: int = 50
    seconds: float = 1.5
    small: bool = False


QUICK = Settings(
    rounds=1, bouts=3, warmup_seconds=20.0, peer_steps=30, peer_seconds=2.0, seconds=0.4
)
#: Steps of warming where the shapes depend on the number of the step: the same ones for all.
SAME_STEPS = 100


def warming(framework: str, workload: Workload, settings: Settings) -> tuple[int, float]:
    """The most steps and seconds of a framework's warming."""
    if not workload.compiles or workload.grows:
        return min(settings.warmup_steps, SAME_STEPS), settings.warmup_seconds
    if framework.startswith("tfshim"):
        return settings.warmup_steps, settings.warmup_seconds
    peers = settings.peer_steps, settings.peer_seconds
    return min(peers[0], settings.warmup_steps), min(peers[1], settings.warmup_seconds)


class Failed(Exception):
    """The worker could not do it; the text says why."""


class Process:
    """A process that answers commands, one JSON object a line, with the same."""

    def __init__(self, command: list[str]):
        self.ready: dict = {}
        self.stopped = False
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )

    def wait(self) -> Self:
        """Waits until it is built; several may be building at the same time.

        Raises:
          Failed: if it could not be built.
        """
        try:
            self.ready = self._answer()
        except Failed:
            self.stop()
            raise
        return self

    def _answer(self) -> dict:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        answer = json.loads(line) if line else {"error": "the process ended"}
        if "missing" in answer:
            raise Failed(f"{answer['missing']} is not installed")
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def send(self, **command) -> dict:
        assert self.process.stdin is not None
        print(json.dumps(command), file=self.process.stdin, flush=True)
        return self._answer()

    def stop(self) -> None:
        """Ends the process; again is nothing."""
        if not self.stopped:
            self.stopped = True
            self.process.kill()
            self.process.communicate()


class Worker(Process):
    """A process with one workload in one framework."""

    def __init__(self, python: str, framework: str, workload: str, small: bool):
        command = [python, "-m", "benchmarks.worker", framework, workload]
        super().__init__(command + ["--small"] * small)

    def ask(self, run: str, steps: int = 0, seconds: float = 0.0) -> dict:
        return self.send(run=run, steps=steps, seconds=seconds)


def measure(name: str, pythons: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """All frameworks in `pythons` on one workload: what `report.json` holds for it.

    Args:
      name: of the workload.
      pythons: the interpreter to use for each framework to be measured.
      settings: how long.
    """
    workload = WORKLOADS[name]
    runs: dict[str, dict] = {}
    for framework in pythons:
        if frameworks.applies(framework, workload):
            runs[framework] = {"bouts": [], "first_ms": [], "import_ms": [], "peak_mb": []}
    for _ in range(settings.rounds):
        _round(name, pythons, settings, runs)
    return {
        "about": workload.about,
        "frameworks": {framework: summary(run) for framework, run in runs.items()},
        "ratios": ratios(runs),
        "differ": differing({f: run["values"] for f, run in runs.items() if "values" in run}),
    }


def _round(name, pythons, settings: Settings, runs: dict[str, dict]) -> None:
    """Fresh processes: warm each of them, then let them take turns."""
    workers: dict[str, Worker] = {}

    def attempt(framework: str, *command) -> dict:
        try:
            return workers[framework].ask(*command)
        except (Failed, BrokenPipeError) as error:
            runs[framework]["error"] = str(error)
            workers.pop(framework).stop()
            return {}

    started = {
        framework: Worker(pythons[framework], framework, name, settings.small)
        for framework, run in runs.items()
        if "error" not in run
    }
    try:
        for framework, worker in started.items():
            run = runs[framework]
            try:
                workers[framework] = worker.wait()
            except Failed as error:
                run["error"] = str(error)
                continue
            run["versions"] = worker.ready["versions"]
            run["import_ms"].append(worker.ready["ready"]["import_ms"])
        for framework in list(workers):
            run = runs[framework]
            warm = attempt(framework, "warm", *warming(framework, WORKLOADS[name], settings))
            if warm:
                run["first_ms"].append(warm["first_ms"])
                run["values"] = warm["values"]
        for bout in range(settings.bouts):
            order = list(workers)
            turn = bout % max(1, len(order))  # nobody is always first
            for framework in order[turn:] + order[:turn]:
                result = attempt(framework, "measure", settings.steps, settings.seconds)
                if result:
                    runs[framework]["bouts"].append(result)
        for framework in list(workers):
            memory = attempt(framework, "finish")
            if memory:
                runs[framework]["peak_mb"].append(memory["peak_mb"])
    finally:
        for worker in started.values():
            worker.stop()


def summary(run: Mapping[str, Any]) -> dict[str, Any]:
    """What a report keeps of a framework's runs of one workload."""
    result: dict[str, Any] = {"versions": run.get("versions", {})}
    if "error" in run or not run["bouts"]:
        return result | {"error": run.get("error", "nothing was measured")}
    times = [t for bout in run["bouts"] for t in bout["times_us"]]
    q1, median, q3 = np.percentile(times, [25, 50, 75])
    result |= {
        "min_us": min(times),
        "q1_us": float(q1),
        "median_us": float(median),
        "q3_us": float(q3),
        "steps": len(times),
        "bouts_us": [statistics.median(bout["times_us"]) for bout in run["bouts"]],
        "first_ms": statistics.median(run["first_ms"]),
        "import_ms": statistics.median(run["import_ms"]),
        "peak_mb": statistics.median(run["peak_mb"]),
    }
    engine: dict[str, int] = {}
    for bout in run["bouts"]:
        for counter, moved in bout["engine"].items():
            engine[counter] = engine.get(counter, 0) + moved
    if engine:
        result["engine_per_step"] = {k: round(v / len(times), 3) for k, v in engine.items()}
    return result


def ratios(runs: Mapping[str, Mapping], ours: str = "tfshim") -> dict[str, float]:
    """tfshim's time over each peer's: the median over bouts that ran side by side."""
    if "error" in runs.get(ours, {"error": ""}):
        return {}
    mine = [statistics.median(b["times_us"]) for b in runs[ours]["bouts"]]
    result = {}
    for peer, run in runs.items():
        if peer != ours and "error" not in run:
            theirs = [statistics.median(b["times_us"]) for b in run["bouts"]]
            result[peer] = statistics.median(a / b for a, b in zip(mine, theirs, strict=True))
    return result


def differing(values: Mapping[str, list], rtol: float = 1e-3, atol: float = 1e-5) -> list[str]:
    """The frameworks whose first values are not those of the first framework, within rounding."""
    names = list(values)
    return [
        name
        for name in names[1:]
        if not np.allclose(values[name], values[names[0]], rtol=rtol, atol=atol, equal_nan=False)
    ]


def interpreters(
    chosen: list[str], oracle_python: str, torch_python: str | None = None
) -> dict[str, str]:
    """The interpreter for each framework: some may live in environments of their own."""
    others = dict.fromkeys(frameworks.NEEDS_TENSORFLOW, oracle_python)
    others["torch-eager"] = torch_python or sys.executable
    return {f: others.get(f, sys.executable) for f in chosen}


def as_dict(settings: Settings) -> dict[str, Any]:
    return asdict(settings)
