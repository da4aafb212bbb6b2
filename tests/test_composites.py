"""Ragged and sparse tensors as arguments: of functions, of tapes, of ops that know none."""

import numpy as np
import pytest

import tfshim as tf


@tf.function(autograph=False)
def doubled(value):
    return value.with_values(value.values * 2)


def test_composites_go_through_functions():
    assert doubled(tf.ragged.constant([[1, 2], [3]])).to_list() == [[2, 4], [6]]
    sparse = doubled(tf.sparse.from_dense([[1, 0], [0, 2]]))
    assert np.array_equal(tf.sparse.to_dense(sparse), [[2, 0], [0, 4]])
    assert doubled.experimental_get_tracing_count() == 2


def test_a_ragged_gradient_is_ragged():
    x = tf.ragged.constant([[1.0, 2.0], [3.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * x)
    assert tape.gradient(y, x).to_list() == [[2.0, 4.0], [6.0]]


def test_gradients_reach_the_values_of_a_sparse_tensor():
    v = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(v)
        s = tf.SparseTensor([[0, 0], [1, 2]], v, [2, 3])
        y = tf.reduce_sum(tf.sparse.to_dense(s) ** 2)
        z = tf.reduce_sum(tf.sparse.sparse_dense_matmul(s, tf.ones([3, 2])))
    assert tape.gradient(y, v).numpy().tolist() == [2.0, 4.0]
    assert tape.gradient(z, v).numpy().tolist() == [2.0, 2.0]
    with pytest.raises(ValueError, match="Type SparseTensor is not supported as a gradient"):
        tape.gradient(y, s)


def test_an_op_without_a_ragged_form_refuses():
    ragged = tf.ragged.constant([[1], [2, 3]])
    with pytest.raises(ValueError, match="object of type 'RaggedTensor' has no len"):
        tf.transpose(ragged)
    with pytest.raises(ValueError, match="unsupported type .*SparseTensor"):
        tf.reduce_sum(tf.sparse.eye(2))


def test_rows_of_operands_must_agree():
    with pytest.raises(tf.errors.InvalidArgumentError, match="Condition x == y did not hold"):
        tf.ragged.constant([[1], [2, 3]]) + tf.ragged.constant([[1, 2], [3]])
