"""What checks inside functions cost, in programs and traces, and the rules that are our own."""

import numpy as np
import pytest

import tfshim as tf

c = tf.constant


def counted(step, *args, warm=4, runs=5):
    """The counters of some steps after the first ones."""
    for _ in range(warm):
        step(*args)
    tf.debug.reset_stats()
    for _ in range(runs):
        step(*args)
    return tf.debug.stats()


def test_a_training_step_stays_one_program():
    table = tf.Variable(np.ones([10, 4], np.float32))
    weights = tf.Variable(np.ones([4, 3], np.float32))

    @tf.function
    def step(ids, labels):
        with tf.GradientTape() as tape:
            logits = tf.nn.embedding_lookup(table, ids) @ weights
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(losses)
        for v, g in zip([table, weights], tape.gradient(loss, [table, weights]), strict=True):
            v.assign_sub(0.1 * tf.convert_to_tensor(g))
        return loss

    counts = counted(lambda: step(c([1, 2]), c([0, 2])).numpy())
    assert counts["compiled_runs"] == 5
    assert counts["program_compiles"] == counts["kernel_compiles"] == counts["kernel_traces"] == 0
    assert counts["failures"] == 0


def test_a_function_under_a_tape_stays_one_program():
    table = tf.Variable(np.ones([10, 4], np.float32))

    @tf.function
    def loss(ids):
        return tf.reduce_sum(tf.gather(table, ids) ** 2)

    def step():
        with tf.GradientTape() as tape:
            y = loss(c([1, 2]))
        table.assign_sub(0.1 * tf.convert_to_tensor(tape.gradient(y, table)))
        return float(y)

    counts = counted(step)
    assert counts["compiled_runs"] == counts["flushes"] == 5
    assert counts["program_compiles"] == counts["kernel_traces"] == 0


def test_a_call_that_assigns_nothing_is_one_program():
    @tf.function
    def f(i):
        tf.debugging.assert_less(i, 5)
        return tf.gather([1.0, 2.0, 3.0, 4.0, 5.0], i)

    counts = counted(lambda: f(c(3)).numpy())
    assert counts["compiled_runs"] == 5
    assert counts["flushes"] == counts["kernel_traces"] == 0


def test_a_failure_costs_no_trace():
    @tf.function
    def f(i):
        return tf.gather([1.0, 2.0], i)

    def step():
        f(c(1)).numpy()
        with pytest.raises(tf.errors.InvalidArgumentError):
            f(c(2)).numpy()

    counts = counted(step)
    assert counts["compiled_runs"] == 10
    assert counts["program_compiles"] == counts["kernel_traces"] == 0
    assert f.experimental_get_tracing_count() == 1


def test_the_error_tells_the_line():
    @tf.function
    def f(i):
        return tf.gather([1.0, 2.0], i)

    with pytest.raises(tf.errors.InvalidArgumentError) as e:
        f(c(5)).numpy()
    assert "test_check_costs.py" in e.value.__notes__[0]


def test_tensors_of_a_failed_call_under_a_tape_fail_and_others_do_not():
    @tf.function
    def f(x, i):
        return tf.gather(x, i)

    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        other = x * 3.0
        y = f(x, c(7))
        z = y * 2.0
    gradient = tape.gradient(z, x)
    for _ in range(2):
        with pytest.raises(tf.errors.InvalidArgumentError, match="indices = 7"):
            z.numpy()
    assert other.numpy().tolist() == [3.0, 6.0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="indices = 7"):
        tf.convert_to_tensor(gradient).numpy()


def test_no_checks_in_jax():
    import jax

    @tf.function
    def f(i):
        return tf.gather([1.0, 2.0], i)

    pure = tf.jax.to_jax(f)
    assert float(jax.jit(lambda i: pure(pure.values, i))(5)) == 2.0


def test_assertions_come_before_what_follows():
    v = tf.Variable(0.0)

    @tf.function
    def f(x):
        tf.debugging.assert_positive(x)
        v.assign_add(x)

    for step in range(3):
        with pytest.raises(tf.errors.InvalidArgumentError, match="Condition x > 0"):
            f(c(-1.0))
        assert v.numpy() == step
        f(c(1.0))
