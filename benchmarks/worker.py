"""One workload in one framework in this process: prints JSON with the times of its steps.

Usage: python benchmarks/worker.py FRAMEWORK WORKLOAD WARMUP STEPS
FRAMEWORK: tfshim, tf-eager, tf-function, tf-jit
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time


def main() -> None:
    framework, workload, warmup, steps = sys.argv[1:5]
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    started = time.perf_counter()
    if framework == "tfshim":
        import tfshim as tf
    else:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        import tensorflow as tf
    imported = time.perf_counter() - started
    from benchmarks.workloads import WORKLOADS

    step = WORKLOADS[workload](tf)
    if framework in ("tf-function", "tf-jit"):
        step = tf.function(step, jit_compile=framework == "tf-jit")
    started = time.perf_counter()
    first = step().numpy()
    first_seconds = time.perf_counter() - started
    for _ in range(int(warmup)):
        step().numpy()
    times = []
    for _ in range(int(steps)):
        started = time.perf_counter()
        step().numpy()
        times.append(time.perf_counter() - started)
    result = {
        "framework": framework,
        "import_s": imported,
        "first_s": first_seconds,
        "median_us": statistics.median(times) * 1e6,
        "min_us": min(times) * 1e6,
        "value": float(first.sum()),
    }
    if framework == "tfshim":
        tf.debug.reset_stats()
        step().numpy()
        result["engine"] = tf.debug.stats()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
