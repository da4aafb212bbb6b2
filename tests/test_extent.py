"""Checks of indices do not run a pending step where the indices' range is known already."""

import numpy as np
import pytest

import tfshim as tf


@pytest.fixture(autouse=True)
def deferred():
    before = tf.config.execution()
    tf.config.set_execution("deferred")
    yield
    tf.config.set_execution(before)


def flushes(run):
    tf.debug.reset_stats()
    value = run()
    count = tf.debug.stats()["flushes"]
    return count, value


def moved(ids):
    return tf.cast(tf.expand_dims(tf.squeeze(tf.reshape(ids, [-1, 1])), 0), tf.int64)


def test_indices_that_only_moved_run_nothing():
    table = tf.Variable(tf.ones([5, 2]))
    table.numpy()
    ids = tf.constant([[1, 4], [0, 1]])
    count, rows = flushes(lambda: tf.gather(table, moved(ids)))
    assert count == 0 and rows.shape == [1, 4, 2]
    slices = tf.IndexedSlices(tf.ones([4, 2]), tf.reshape(ids, [-1]))
    assert flushes(lambda: table.scatter_sub(slices))[0] == 0
    assert table.numpy()[:, 0].tolist() == [0.0, -1.0, 1.0, 1.0, 0.0]
    logits = tf.zeros([1, 4, 5])
    cost = tf.nn.sparse_softmax_cross_entropy_with_logits
    assert flushes(lambda: cost(labels=moved(ids), logits=logits))[0] == 0


def test_a_step_of_sparse_gradients_is_one_program():
    table = tf.Variable(tf.ones([5, 2]))
    ids = tf.constant([[1, 4], [0, 1]])

    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(tf.gather(table, ids)))
        slices = tape.gradient(loss, table)
        table.scatter_sub(tf.IndexedSlices(0.1 * slices.values, slices.indices))
        return float(loss)

    step()
    for _ in range(3):  # the gradient's nodes are planned by now
        assert flushes(step)[0] == 1


@pytest.mark.parametrize("move", [lambda i: tf.reshape(i, [-1]), moved], ids=["reshape", "moved"])
def test_indices_out_of_range_are_refused_at_the_call(move):
    table = tf.Variable(tf.ones([3, 2]))
    for bad in ([[1, 3]], [[-1, 0]]):
        ids = tf.constant(bad)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"is not in \[0, 3\)"):
            tf.gather(table, move(ids))
        updates = tf.ones([*move(ids).shape, 2])
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"is not in \[0, 3\)"):
            table.scatter_add(tf.IndexedSlices(updates, move(ids)))
    assert table.numpy().tolist() == [[1.0, 1.0]] * 3


@pytest.mark.parametrize("source", [tf.int64, tf.float32])
def test_casts_that_change_elements_are_looked_through_no_further(source):
    """259 as int8 is 3, and -0.5 as an integer is 0."""
    table = tf.constant([0.0, 10.0, 20.0, 30.0])
    values, narrow = ([259, 1], tf.int8) if source is tf.int64 else ([-0.5, 1.5], tf.int32)
    ids = tf.cast(tf.cast(tf.constant(values, source), narrow), tf.int64)
    expected = [30.0, 10.0] if source is tf.int64 else [0.0, 10.0]
    np.testing.assert_array_equal(tf.gather(table, ids).numpy(), expected)


def test_computed_indices_are_computed():
    table = tf.constant([0.0, 10.0, 20.0])
    ids = tf.constant([0, 1])
    assert tf.gather(table, tf.reshape(ids + 1, [-1])).numpy().tolist() == [10.0, 20.0]
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"indices\[1\] = 3 is not in \[0, 3\)"
    ):
        tf.gather(table, tf.reshape(ids + 2, [-1]))
