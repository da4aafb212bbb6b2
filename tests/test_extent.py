"""Checks of indices do not run a pending step where the indices' range is known already."""

import numpy as np
import pytest

import tfshim as tf
from tfshim._src import tensor


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


def test_of_many_indices_on_an_accelerator_two_numbers_are_read(monkeypatch):
    monkeypatch.setattr(tensor, "on_accelerator", lambda value: True)
    monkeypatch.setattr(tensor, "_FAR_BYTES", 4)
    ids = tf.constant([[3, -4], [0, 1]])
    tf.debug.reset_stats()
    assert ids._extent() == (-4, 3)
    assert tf.debug.stats()["to_host"] == 0
    assert tf.zeros([0], tf.int32)._extent() == (0, -1)


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


TAKES = {
    "slice": lambda y: y[2:4],
    "element": lambda y: y[None, 3],
    "gather": lambda y: tf.gather(y, [3, 2]),
    "split": lambda y: tf.split(y, 2)[1],
    "unstack": lambda y: tf.unstack(y)[2][None],
    "transpose": lambda y: tf.transpose(tf.broadcast_to(y[2:3], [2, 1]))[0],
}


@pytest.mark.parametrize("how", TAKES)
def test_labels_taken_from_a_data_set_run_nothing(how):
    take, cost = TAKES[how], tf.nn.sparse_softmax_cross_entropy_with_logits
    good, some, bad = ([0, 1, 2, 1], [0, 9, 2, 1], [0, 1, 2, 3])
    logits = tf.zeros([1, 3])
    labels = tf.constant(good)
    count, losses = flushes(
        lambda: cost(labels=take(labels), logits=tf.repeat(logits, take(labels).shape[0], axis=0))
    )
    assert count == 0
    np.testing.assert_allclose(losses.numpy(), np.log(3.0), rtol=1e-6)
    # A source out of range elsewhere is no error, one that is out of range here is.
    elsewhere = take(tf.constant(some))
    repeated = tf.repeat(logits, elsewhere.shape[0], axis=0)
    np.testing.assert_allclose(cost(labels=elsewhere, logits=repeated), np.log(3.0), rtol=1e-6)
    if 3 in take(tf.constant(bad)).numpy():
        with pytest.raises(tf.errors.InvalidArgumentError, match="label value of 3"):
            cost(labels=take(tf.constant(bad)), logits=repeated)


def test_padding_is_no_element_of_the_source():
    """`tf.signal.frame` fills in a value, so its range is not that of the signal."""
    frames = tf.signal.frame(tf.constant([0, 1, 0]), 2, 2, pad_end=True, pad_value=7)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"= 7 is not in \[0, 2\)"):
        tf.gather(tf.constant([5.0, 6.0]), frames)


def test_computed_indices_are_computed():
    table = tf.constant([0.0, 10.0, 20.0])
    ids = tf.constant([0, 1])
    assert tf.gather(table, tf.reshape(ids + 1, [-1])).numpy().tolist() == [10.0, 20.0]
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"indices\[1\] = 3 is not in \[0, 3\)"
    ):
        tf.gather(table, tf.reshape(ids + 2, [-1]))
