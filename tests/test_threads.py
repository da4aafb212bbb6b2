"""Threads: each has its own pending trace and tapes; tensors and variables pass between them."""

import threading

import numpy as np
from engine_support import engine
from exact import exact

import tfshim as tf


def in_threads(fn, count=4):
    """Runs fn(i) in threads at the same time; gives the results, raises what any raised."""
    results, errors = [None] * count, []
    barrier = threading.Barrier(count)

    def run(i):
        try:
            barrier.wait(10)
            results[i] = fn(i)
        except BaseException as e:  # handed to the main thread
            errors.append(e)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
        assert not t.is_alive(), "a thread hangs"
    if errors:
        raise errors[0]
    return results


def test_a_tape_sees_its_own_thread_only():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        (y,) = in_threads(lambda i: x * x, 1)
        z = x * x
    assert tape.gradient(y, x) is None
    exact(z, 9.0)
    exact(y, 9.0)


def test_tapes_in_many_threads():
    def train(i):
        v = tf.Variable(float(i))
        for _ in range(20):
            with tf.GradientTape() as tape:
                loss = (v - 10.0) ** 2
            v.assign_sub(0.1 * tape.gradient(loss, v))
        return float(v)

    with engine(hot_after=5):
        got = in_threads(train)
        expected = [train(i) for i in range(4)]
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_pending_tensors_of_another_thread():
    with engine():
        x = tf.constant([1.0, 2.0])
        pending = x * 3.0
        got = in_threads(lambda i: (pending + float(i)).numpy().tolist())
        assert got == [[3.0 + i, 6.0 + i] for i in range(4)]
        made = in_threads(lambda i: x * float(i))
        exact(made[0] + made[1] + made[2] + made[3], [6.0, 12.0])


def test_one_tensor_read_by_many_threads():
    with engine():
        for _ in range(20):
            y = tf.reduce_sum(tf.ones([50]) * 2.0)
            assert in_threads(lambda i, y=y: float(y)) == [100.0] * 4


def test_a_variable_of_many_threads():
    v = tf.Variable(1.0)
    lock = threading.Lock()

    def add(i):
        for _ in range(25):
            with lock:
                v.assign_add(1.0)
        return None

    with engine():
        in_threads(add)
        exact(v, 101.0)


def test_an_error_in_one_thread_is_its_own():
    def run(i):
        if i == 0:
            try:
                tf.ones([2]) + tf.ones([3])
            except tf.errors.InvalidArgumentError:
                return "raised"
        return float(tf.reduce_sum(tf.ones([i + 1])))

    assert in_threads(run) == ["raised", 2.0, 3.0, 4.0]


def test_modes_of_execution_hold_for_all_threads():
    with engine(mode="eager"):
        assert in_threads(lambda i: float(tf.constant(2.0) * float(i))) == [0.0, 2.0, 4.0, 6.0]
