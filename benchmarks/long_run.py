"""`python -m benchmarks.long_run`: whether memory stays flat over 100,000 steps.

Training loops on tfshim, each in a process of its own: the memory of the process and the number of
objects that Python tracks, looked at ten times. Exits with 1 if the second half of a loop needed
more memory (beyond `--tolerance` MB) or more objects than the first.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import ROOT
from benchmarks.worker import peak_mb
from benchmarks.workloads import optimizers

LOOKS = 10
SHAPES = 64  # of the loop whose shapes change and come back


def network(tf, wrap: Callable = lambda f: f) -> Callable:
    """A step of a small network: a tape, Adam, and a metric. Returns `step(x)`."""
    weights = [tf.Variable(tf.ones([8, 8]) * 0.01 * (i + 1)) for i in range(3)]
    apply = optimizers.optimizer(tf, "adam", weights, 1e-3)
    total = tf.Variable(0.0)

    def step(x):
        with tf.GradientTape() as tape:
            h = x
            for w in weights:
                h = tf.tanh(tf.matmul(h, w))
            loss = tf.reduce_mean(tf.square(h - 1.0))
        apply(tape.gradient(loss, weights))
        total.assign_add(loss)
        return loss

    return wrap(step)


def eager(tf):
    step = network(tf)
    return lambda i: float(step(tf.fill([4, 8], i % 7 + 1.0)))


def function(tf):
    step = network(tf, tf.function)
    return lambda i: float(step(tf.fill([4, 8], i % 7 + 1.0)))


def shapes(tf):
    step = network(tf)
    return lambda i: float(step(tf.ones([1 + i % SHAPES, 8])))


def new_shapes(tf):
    step = network(tf)
    return lambda i: float(step(tf.ones([1 + i, 8])))


def unread(tf):
    step = network(tf)
    return lambda i: step(tf.ones([4, 8])) and None


#: Loop -> how it is made, and the share of `--steps` that it runs.
LOOPS: dict[str, tuple[Callable, float]] = {
    "eager": (eager, 1.0),
    "function": (function, 1.0),
    "shapes": (shapes, 1.0),
    "new-shapes": (new_shapes, 0.05),  # each is traced anew, and kept until the caches are full
    "unread": (unread, 1.0),
}


def resident_mb() -> float:
    """Memory of this process now; the most it ever was where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return peak_mb()
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def look() -> tuple[float, int]:
    gc.collect()
    return resident_mb(), len(gc.get_objects())


def run(name: str, steps: int) -> dict:
    """One loop in this process: (steps, MB, objects) at ten moments, and seconds."""
    import tfshim as tf

    make, share = LOOPS[name]
    step, count = make(tf), max(LOOKS, int(steps * share))
    looks, started = [], time.perf_counter()
    for i in range(count):
        step(i)
        if (i + 1) % (count // LOOKS) == 0:
            looks.append((i + 1, *look()))
    return {"loop": name, "looks": looks, "seconds": time.perf_counter() - started}


def grown(looks: list, tolerance_mb: float, tolerance_objects: int) -> bool:
    """Whether the last look found more than the look in the middle."""
    _, mb, objects = looks[len(looks) // 2 - 1]
    _, last_mb, last_objects = looks[-1]
    return last_mb > mb + tolerance_mb or last_objects > objects + tolerance_objects


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.long_run", description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--only", nargs="+", choices=LOOPS, default=list(LOOPS))
    parser.add_argument("--tolerance", type=float, default=5.0, help="MB that the heap may move")
    parser.add_argument("--objects", type=int, default=500, help="objects that may come and go")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", choices=LOOPS, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.child:
        print(json.dumps(run(args.child, args.steps)))
        return 0
    found = []
    for name in args.only:
        command = [sys.executable, "-m", "benchmarks.long_run", "--child", name]
        command += ["--steps", str(args.steps)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    table = Table(title="memory of a process over a long loop")
    for column in ("loop", "steps", "MB at", "objects at", "seconds", ""):
        table.add_column(column)
    bad = 0
    for result in found:
        looks = result["looks"]
        some = [looks[0], looks[len(looks) // 2 - 1], looks[-1]]
        more = grown(looks, args.tolerance, args.objects)
        bad += more
        table.add_row(
            result["loop"],
            ", ".join(f"{steps:,}" for steps, _, _ in some),
            ", ".join(f"{mb:.1f}" for _, mb, _ in some),
            ", ".join(f"{objects:,}" for _, _, objects in some),
            f"{result['seconds']:.0f}",
            "grew" if more else "flat",
        )
    Console().print(table)
    if args.json:
        args.json.write_text(json.dumps(found, indent=1))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
