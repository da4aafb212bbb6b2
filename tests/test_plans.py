"""Gradients that were taken before are appended as a whole: with the inputs of this step."""

import numpy as np
import pytest

import tfshim as tf
from tfshim._src import plans
from tfshim._src.tensor import STATE


def _slopes(a, b, x):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape(persistent=True) as inner:
            inner.watch(x)
            y = a * x * x + x * x * x / b
            z = y * b
        dy, dz = inner.gradient(y, x), inner.gradient(z, x)
    return float(dy), float(dz), float(outer.gradient(dy, x))


def test_numbers_in_a_planned_gradient_are_those_of_this_step():
    """Numbers that were equal when the gradient was first taken differ later, and change."""
    x = tf.constant(3.0)
    plans.plans.clear()
    for a, b in ((2.0, 2.0), (2.0, 2.0), (2.0, 4.0), (5.0, 0.5), (2, 4), (0.25, 0.25)):
        dy = 2 * a * 3 + 27 / b
        assert _slopes(a, b, x) == pytest.approx((dy, dy * b, 2 * a + 18 / b))
    assert all(plan is not None for plan in plans.plans.values())


def test_a_number_is_one_input_for_its_node_and_the_pullback():
    x = tf.Variable(3.0)

    def step(rate):
        with tf.GradientTape() as tape:
            y = x * rate
        return tape.gradient(y, x)

    for rate in (0.5, 0.75):  # node by node, then planned
        step(rate)
        literals = [float(t._value) for t in STATE.pending.ext if t._literal]
        assert literals == [rate, 1.0]  # the number, and the cotangent of y
        STATE.pending.clear()


def test_a_number_keeps_its_value_when_its_tape_outlives_the_run():
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * 0.5
        y.numpy()  # runs what is pending while the tape is active
        z = y * 0.5 + x * 0.25
    assert float(tape.gradient(z, x)) == 0.5
    assert float(tape.gradient(y, x)) == 0.5
    assert float(x * 0.5) == 1.5


def test_shapes_made_before_the_tape_are_part_of_the_structure():
    """The nodes under the tape are the same ones; what they read from before it is not."""
    v = tf.Variable(2.0)
    float(v)
    plans.plans.clear()
    for n in (1, 3, 1, 3, 2, 1):
        x = tf.ones([n, 1])
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(x * v)
        assert float(tape.gradient(y, v)) == n


def test_jacobians_are_planned():
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    c = tf.constant(2.0)

    def step(rate, batch, unconnected="none"):
        with tf.GradientTape() as tape:
            y = x * x * rate
        if batch:
            return tape.batch_jacobian(y, x)
        return tape.jacobian(y, [x, c], unconnected_gradients=unconnected)

    plans.plans.clear()
    for rate in (0.5, 0.5, 0.25, 2.0):
        rows = step(rate, True).numpy()
        whole, nothing = step(rate, False)
        zeros = step(rate, False, "zero")[1]
        for i, row in enumerate(x.numpy()):
            assert rows[i].tolist() == [[2 * rate * row[0], 0.0], [0.0, 2 * rate * row[1]]]
            assert whole.numpy()[i, :, i, :].tolist() == rows[i].tolist()
        assert whole.numpy()[0, :, 1, :].tolist() == [[0.0, 0.0], [0.0, 0.0]]
        assert nothing is None and zeros.numpy().tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert len(plans.plans) == 3
    assert all(plan is not None for plan in plans.plans.values())


def test_the_gradient_of_calls_is_planned():
    w = tf.Variable([[0.5, 0.1], [0.2, 0.3]])

    @tf.function
    def layer(h):
        return tf.tanh(h @ w)

    def step(x):
        with tf.GradientTape() as tape:
            h = x
            for _ in range(4):
                h = layer(h)
            y = tf.reduce_sum(h)
        return tape.gradient(y, w).numpy()

    def plain(x):
        with tf.GradientTape() as tape:
            h = x
            for _ in range(4):
                h = tf.tanh(h @ w)
            y = tf.reduce_sum(h)
        return tape.gradient(y, w).numpy()

    plans.plans.clear()
    for k in range(5):
        x = tf.constant([[1.0, float(k)]])
        np.testing.assert_allclose(step(x), plain(x), rtol=1e-6)
        w.assign_add([[0.1, 0.0], [0.0, 0.1]])
    assert all(type(plan) is plans.Plan for plan in plans.plans.values())
    w.numpy()
    tf.debug.reset_stats()
    step(tf.constant([[1.0, 7.0]]))
    counts = tf.debug.stats()
    assert counts["kernel_traces"] == counts["program_compiles"] == 0
    assert counts["flushes"] == 1


def test_a_planned_gradient_follows_what_is_asked_for():
    a, b = tf.Variable(2.0), tf.Variable(3.0)

    @tf.function
    def f(x):
        return x * a, x * b

    x = tf.constant(5.0)
    for _ in range(3):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y, z = f(x)
        assert [g if g is None else float(g) for g in tape.gradient(y, [x, a])] == [2.0, 5.0]
        assert [float(g) for g in tape.gradient([y, z], [x, b])] == [5.0, 5.0]
        assert float(tape.gradient(z, x)) == 3.0


def test_a_custom_gradient_in_a_function_is_planned_with_its_values():
    @tf.custom_gradient
    def clipped(x):
        return x * 1.0, lambda dy: dy * tf.where(x > 1.0, 0.0, 10.0)

    f = tf.function(lambda x: clipped(x) * 2.0)
    found = []
    for value in (0.5, 2.0, 0.5, 3.0):
        x = tf.constant(value)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        found.append(float(tape.gradient(y, x)))
    assert found == [20.0, 0.0, 20.0, 0.0]
