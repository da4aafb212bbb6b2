"""A steady training loop: all of a step is one program, and values stay where they are."""

import io
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from engine_support import engine
from exact import exact

import tfshim as tf
from benchmarks.workloads import optimizers

X = np.linspace(-1.0, 1.0, 32, dtype=np.float32).reshape(8, 4)
STEPS, EVERY = 40, 10


class Mean:
    """A metric as user code writes it: two variables, updated at each step, read at some."""

    def __init__(self):
        self.total, self.count = tf.Variable(0.0), tf.Variable(0.0)

    def update(self, value):
        self.total.assign_add(value)
        self.count.assign_add(1.0)

    def result(self):
        return self.total / self.count


def training(optimizer):
    """A step with its optimizer and its metric, neither of which anybody reads."""
    weights = [tf.Variable(tf.ones([4, 4]) * 0.1 * (i + 1)) for i in range(3)]
    apply = optimizers.optimizer(tf, optimizer, weights, 0.01)
    metric = Mean()
    x = tf.constant(X)

    def step():
        with tf.GradientTape() as tape:
            h = x
            for w in weights:
                h = tf.tanh(tf.matmul(h, w))
            loss = tf.reduce_mean(tf.square(h))
        apply(tape.gradient(loss, weights))
        metric.update(loss)

    return step, metric


@pytest.mark.parametrize("optimizer", optimizers.NAMES)
def test_optimizer_and_metric_are_in_the_program_of_the_step(optimizer):
    with engine(hot_after=3):
        step, metric = training(optimizer)
        read = []

        def run(steps):
            for i in range(steps):
                step()
                if i % EVERY == EVERY - 1:
                    read.append(float(metric.result()))

        run(2 * EVERY * 3)
        tf.debug.reset_stats()
        run(STEPS)
        counts = tf.debug.stats()
        assert counts["flushes"] == counts["compiled_runs"] == STEPS
        assert counts["program_compiles"] == counts["kernel_traces"] == 0
        assert counts["host_nodes"] == counts["xla_nodes"] == counts["dead_nodes"] == 0
        assert read == sorted(read, reverse=True)


def test_a_steady_loop_moves_nothing():
    """Variables, slots and a batch that comes back are on the device; only the reads come back."""
    with engine(hot_after=3):
        step, metric = training("adam")
        for _ in range(6):
            step()
            step()
            float(metric.result())
        for _ in range(6):
            step()
        tf.debug.reset_stats()
        for _ in range(STEPS):
            step()
        counts = tf.debug.stats()
        assert counts["to_device"] == counts["to_host"] == 0
        float(metric.result())
        assert tf.debug.stats()["to_host"] == 1


def test_a_new_batch_is_handed_over_once_a_step():
    with engine(hot_after=3):
        v = tf.Variable(1.0)

        def step(i):
            v.assign_add(tf.reduce_sum(tf.constant(np.full([8], i, np.float32))))
            return float(v)

        for _ in range(6):
            step(0.0)
        tf.debug.reset_stats()
        for i in range(10):
            step(float(i))
        counts = tf.debug.stats()
        assert counts["to_device"] == counts["to_host"] == 10
        exact(v, 361.0)


def test_explain_shows_transfers():
    with engine(hot_after=1):
        x = tf.constant(np.ones([4, 4], np.float32))
        (x + x).numpy()
        text = io.StringIO()
        tf.debug.explain(file=text)
        assert "transfers: 1 to the device (64 bytes), 1 to the host (64 bytes)" in text.getvalue()


def test_values_stay_on_the_device_that_a_scope_chose():
    """On two devices of the CPU: what a scope computes is there, and is moved once when it must."""
    code = """
        import numpy as np, tfshim as tf
        x = tf.constant(np.ones([8, 8], np.float32))
        where = lambda t: next(iter(t._raw().devices())).id
        with tf.device("CPU:1"):
            y = tf.matmul(x, x)
            assert where(y) == 1
            tf.debug.reset_stats()
            for _ in range(5):
                y = tf.tanh(y)
                assert where(y) == 1
            counts = tf.debug.stats()
            assert counts["to_device"] == counts["to_host"] == 0, counts
        assert float(y[0, 0]) > 0
        print("passed")
    """
    env = {
        **os.environ,
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
        "TFSHIM_HOT_AFTER": "1",
    }
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.stdout == "passed\n", done.stderr
