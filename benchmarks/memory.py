"""`python -m benchmarks.memory`: what a training step needs of memory, beside `jax.jit` by hand.

Two accounts, in a process each. *Buffers*: what XLA plans for the compiled step at its peak
(arguments, results that take over no argument, temporaries): exact, the same in every run.
*Process*: the most that the process ever held above what it held after its imports; most of that
is XLA's compiler, and it varies from run to run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import frameworks
from benchmarks.measure import ROOT
from benchmarks.worker import peak_mb
from benchmarks.workloads import WORKLOADS

FRAMEWORKS = ("tfshim", "jax-jit")
CHOSEN = ("cnn/sgd", "cnn/adam", "transformer/sgd", "transformer/adam")
STEPS = 40  # enough for the step to be compiled


def accounted(jax: Any, is_step: Callable[[Any], bool]) -> list[Any]:
    """From now on, XLA's account of each jitted function that is a whole step is put into this."""
    found: list[Any] = []
    real = jax.jit

    def jit(f, **options):
        made = real(f, **options)
        if not is_step(f):
            return made

        def call(*args):
            if call.first:
                call.first = False
                found.append(made.lower(*args).compile().memory_analysis())
            return made(*args)

        call.first = True
        return call

    jax.jit = jit
    return found


def is_program(f: Any) -> bool:
    """Whether a jitted function is a whole program of tfshim's."""
    from tfshim._src.engine.compiled import Compiled

    return isinstance(getattr(getattr(f, "func", f), "__self__", None), Compiled)


def needed_mb(account: Any) -> float:
    """Bytes of a program at its peak; a buffer that a result takes over counts once."""
    kept = account.argument_size_in_bytes + account.temp_size_in_bytes
    return (kept + account.output_size_in_bytes - account.alias_size_in_bytes) / (1 << 20)


def run(framework: str, name: str, small: bool, buffers: bool) -> dict[str, float]:
    """One workload in this process: the MB of one of the accounts."""
    import jax

    module = frameworks.load(framework, WORKLOADS[name])
    found: list[Any] = []
    if buffers and framework == "tfshim":
        from tfshim._src import config

        config.hot_after = 2
        found = accounted(jax, is_program)
    elif buffers:
        found = accounted(jax, lambda f: getattr(f, "__name__", "") == "step")
    imported = peak_mb()
    program = frameworks.build(framework, WORKLOADS[name], small, module)
    for i in range(4 if buffers else STEPS):
        frameworks.read(program.step(*program.feed(i)))
    if buffers:
        return {"buffers": max(map(needed_mb, found))}
    return {"process": peak_mb() - imported}


def child(framework: str, name: str, small: bool, buffers: bool) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.memory", "--child", framework, name]
    command += ["--small"] * small + ["--buffers"] * buffers
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=WORKLOADS, default=CHOSEN)
    parser.add_argument("--repeats", type=int, default=3, help="of the processes")
    parser.add_argument("--small", action="store_true", help="the tests' sizes")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--buffers", action="store_true", help="no account of processes")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.child:
        print(json.dumps(run(*args.child, args.small, args.buffers)))
        return 0
    table = Table(title="MB at the peak of a training step, and tfshim's over jax.jit's")
    for column in ("workload", "account", *FRAMEWORKS, "ratio", "ratios of the runs"):
        table.add_column(column)
    report = {}
    for name in args.only:
        for account in ("buffers",) if args.buffers else ("buffers", "process"):
            exact = account == "buffers"
            runs = [
                [child(f, name, args.small, exact)[account] for f in FRAMEWORKS]
                for _ in range(1 if exact else args.repeats)
            ]
            ratios = [ours / theirs for ours, theirs in runs]
            median = statistics.median(ratios)
            mbs = [f"{mb:.1f}" for mb in np.median(runs, axis=0)]
            spread = "" if exact else ", ".join(f"{r:.2f}" for r in ratios)
            table.add_row(name, account, *mbs, f"{median:.2f}", spread)
            report[f"{name} {account}"] = {"mb": runs, "ratio": median}
    Console().print(table)
    if args.json:
        args.json.write_text(json.dumps(report, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
