"""Programs that start before their last node is recorded, and those that must not."""

import jax
import numpy as np
import pytest
from engine_support import engine
from exact import exact

import tfshim as tf
import tfshim.jax
from tfshim._src.engine import ahead, speed

pytestmark = pytest.mark.skipif(speed.core is None, reason="only the C core launches ahead")
NODES = 40


@pytest.fixture(autouse=True)
def any_program(monkeypatch):
    monkeypatch.setattr(ahead, "LEAST_CALL", 0.0)


def launched():
    return tf.debug.stats()["launched_ahead"]


def chain(y, n=NODES):
    for _ in range(n):
        y = y * 0.5 + 1.0
    return y


def training():
    """A step on a batch of the caller's, with the weight that it leads to."""
    w = tf.Variable([1.0, 2.0])

    def step(x, n=NODES):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(chain(w * x, n))
        w.assign_sub(0.1 * tape.gradient(loss, w))
        return float(loss)

    return w, step


def by_hand(w, x, n=NODES):
    y = w * x
    for _ in range(n):
        y = y * np.float32(0.5) + np.float32(1.0)
    return w - np.float32(0.1) * np.float32(0.5**n) * x, y.sum()


def test_a_step_that_repeats_is_launched_and_right():
    with engine(hot_after=2):
        w, step = training()
        value = np.array([1.0, 2.0], np.float32)
        for i in range(20):
            x = np.array([i, 1.0 - i], np.float32)
            found = step(tf.constant(x), 3)
            value, loss = by_hand(value, x, 3)
            np.testing.assert_allclose(found, loss, rtol=1e-5, atol=1e-5)
            np.testing.assert_allclose(w.numpy(), value, rtol=1e-5)
        tf.debug.reset_stats()
        for i in range(20):
            step(tf.constant([float(i), 1.0]))
        counts = tf.debug.stats()
        assert counts["launched_ahead"] >= 20 - ahead.RUNS - 4
        assert counts["compiled_runs"] >= counts["launched_ahead"]
        tf.debug.reset_stats()
        for i in range(10):
            step(tf.constant([float(i), 1.0]))
        counts = tf.debug.stats()
        assert counts["launched_ahead"] == counts["compiled_runs"] == counts["flushes"] == 10
        assert counts["program_compiles"] == 0


def test_values_are_those_of_a_step_that_waits():
    def run(after):
        with engine(hot_after=2):
            w, step = training()
            losses = []
            for i in range(30):
                if i == after:
                    ahead_off.setattr(ahead.Ahead, "predicted", lambda self, ext: None)
                losses.append(step(tf.constant([float(i % 7), 1.0])))
            return losses, w.numpy().tolist()

    with pytest.MonkeyPatch.context() as ahead_off:
        assert run(0) == run(100)


def test_a_weight_that_was_written_in_between():
    with engine(hot_after=2):
        w, step = training()
        x = np.array([2.0, 3.0], np.float32)
        for _ in range(12):
            step(tf.constant(x))
        assert launched()
        w.assign([5.0, 7.0])
        loss = by_hand(np.array([5.0, 7.0], np.float32), x)[1]
        np.testing.assert_allclose(step(tf.constant(x)), loss, rtol=1e-6)
        for _ in range(3):
            step(tf.constant(x))
            w.assign(w * 2.0)
        exact(w * 0.0, [0.0, 0.0])


def test_a_path_that_changes_late():
    with engine(hot_after=2):
        x = tf.Variable([1.0, 2.0])

        def step(other):
            y = chain(tf.identity(x))
            if other:
                y = y - 100.0
            return tf.reduce_sum(y).numpy()

        usual = [step(False) for _ in range(12)][-1]
        before = launched()
        assert before
        np.testing.assert_allclose(step(True), usual - 200.0, rtol=1e-6)
        assert step(False) == usual


def test_what_is_in_vain_is_given_up():
    with engine(hot_after=2):
        x = tf.Variable([1.0, 2.0])

        def step(n):
            y = chain(tf.identity(x))
            for _ in range(n):
                y = y + 1.0
            return tf.reduce_sum(y).numpy()

        usual = [step(0) for _ in range(12)][-1]
        for n in range(1, 9):  # each is another program, which begins as the usual one
            assert step(0) == step(0) == usual
            assert step(n) == usual + 2 * n
        tf.debug.reset_stats()
        for _ in range(5):
            assert step(0) == usual
        assert launched() == 0


def test_a_value_that_is_kept_now_and_then():
    with engine(hot_after=2):
        x = tf.Variable([1.0, 2.0])

        def step(keep):
            y = chain(tf.identity(x))
            total = tf.reduce_sum(y)
            held = y if keep else None
            del y
            total.numpy()
            return held

        for _ in range(12):
            step(False)
        assert launched()
        exact(step(True), chain(tf.constant([1.0, 2.0])))


def test_effects_happen_once_a_step():
    calls = []

    def body(a):
        jax.debug.callback(lambda v: calls.append(float(v)), a[0])
        return a * 1.0

    op = tfshim.jax.from_jax(body)
    with engine(hot_after=2):
        x = tf.Variable([1.0, 2.0])
        for i in range(15):
            tf.reduce_sum(chain(op(x))).numpy()
            jax.effects_barrier()
            assert len(calls) == i + 1
        assert launched() == 0


def test_a_rate_that_changes_is_waited_for():
    with engine(hot_after=2):
        x = tf.Variable([1.0, 2.0])
        for i in range(15):
            y = tf.identity(x) * (1.0 + i)
            exact(tf.reduce_sum(chain(y, 30)), sum(plain(v * (1.0 + i), 30) for v in (1.0, 2.0)))
        assert launched()


def plain(y, n):
    y = np.float32(y)
    for _ in range(n):
        y = y * np.float32(0.5) + np.float32(1.0)
    return y


def test_an_error_on_the_way_leaves_all_usable():
    with engine(hot_after=2):
        w, step = training()
        for _ in range(12):
            step(tf.constant([1.0, 1.0]))
        with tf.GradientTape():
            y = chain(w * tf.constant([1.0, 1.0]))
            with pytest.raises(tf.errors.InvalidArgumentError):
                tf.add(y, tf.constant([1.0, 2.0, 3.0]))
        before = w.numpy()
        step(tf.constant([1.0, 1.0]))
        np.testing.assert_allclose(w.numpy(), before, rtol=1e-6)


def test_a_cache_that_is_cleared_in_the_middle_of_a_step():
    with engine(hot_after=2):
        w, step = training()
        for _ in range(12):
            step(tf.constant([1.0, 1.0]))
        assert launched()
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(chain(w * tf.constant([1.0, 2.0])))
            tf.debug.clear_cache()
        np.testing.assert_allclose(tape.gradient(loss, w).numpy(), [0.5**NODES, 2 * 0.5**NODES])
        np.testing.assert_allclose(loss.numpy(), by_hand(w.numpy(), np.float32([1, 2]))[1])
