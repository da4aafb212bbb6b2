"""Scattered reads and writes of variables, and the gradients of the reads."""

import pytest
from exact import exact, sliced

import tfshim as tf

ROWS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def slices(values, indices):
    return tf.IndexedSlices(tf.constant(values), tf.constant(indices))


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("update", [9.0, 0.5]),
        ("add", [14.0, 6.5]),
        ("sub", [-4.0, 5.5]),
        ("mul", [45.0, 3.0]),
        ("div", [5.0 / 9.0, 12.0]),
        ("min", [5.0, 0.5]),
        ("max", [9.0, 6.0]),
    ],
)
def test_rows(how, expected):
    v = tf.Variable(ROWS)
    got = getattr(v, f"scatter_{how}")(slices([[9.0, 0.5]], [2]))
    exact(got, [*ROWS[:2], expected])
    exact(v, [*ROWS[:2], expected])


def test_repeated_rows_add_up():
    v = tf.Variable(ROWS)
    v.scatter_add(slices([[1.0, 1.0], [1.0, 1.0]], [0, 0]))
    exact(v, [[3.0, 4.0], [3.0, 4.0], [5.0, 6.0]])


def test_a_scalar_update():
    v = tf.Variable(ROWS)
    v.scatter_add(slices(1.0, [0, 1]))
    exact(v, [[2.0, 3.0], [4.0, 5.0], [5.0, 6.0]])


@pytest.mark.parametrize("how", ["update", "add", "sub", "mul", "div", "min", "max"])
def test_rows_out_of_range(how):
    v = tf.Variable(ROWS)
    for index in (3, -1):
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=rf"indices\[0\] = {index} is not in \[0, 3\)"
        ):
            getattr(v, f"scatter_{how}")(slices([[1.0, 1.0]], [index]))
    exact(v, ROWS)


def test_arguments_that_do_not_fit():
    v = tf.Variable(ROWS)
    with pytest.raises(TypeError, match="Argument `sparse_delta` must be a `tf.IndexedSlices`"):
        v.scatter_add(([[1.0, 1.0]], [0]))
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"Must have updates.shape = indices.sh"
    ):
        v.scatter_add(slices([1.0, 1.0], [0]))


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("update", [100.0, 0.0]),
        ("add", [101.0, 2.0]),
        ("sub", [-99.0, 2.0]),
        ("max", [100.0, 2.0]),
        ("min", [1.0, 0.0]),
    ],
)
def test_slices_by_multi_dimensional_indices(how, expected):
    v = tf.Variable(ROWS)
    getattr(v, f"scatter_nd_{how}")([[0]], [[100.0, 0.0]])
    exact(v, [expected, *ROWS[1:]])


def test_single_elements():
    v = tf.Variable(ROWS)
    v.scatter_nd_update([[0, 1], [2, 0]], [10.0, 20.0])
    exact(v, [[1.0, 10.0], [3.0, 4.0], [20.0, 6.0]])
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"indices\[0\] = \[0, 5\] does not index into shape"
    ):
        v.scatter_nd_add([[0, 5]], [1.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Dimensions \[0,1\) of indices"):
        v.scatter_nd_add([[0]], [1.0, 1.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Dimensions \[1,2\) of input"):
        v.scatter_nd_add([[0]], [[1.0]])


def test_rows_of_batches():
    v = tf.Variable(ROWS)
    v.batch_scatter_update(slices([[7.0], [8.0], [9.0]], [[0], [1], [0]]))
    exact(v, [[7.0, 2.0], [3.0, 8.0], [9.0, 6.0]])


def test_reads():
    v = tf.Variable(ROWS)
    exact(v.sparse_read([2, 0]), [[5.0, 6.0], [1.0, 2.0]])
    exact(v.gather_nd([[0, 1], [2, 0]]), [2.0, 5.0])
    exact(tf.gather(v, [1], axis=1), [[2.0], [4.0], [6.0]])
    exact(tf.gather(v, [[1], [0], [1]], batch_dims=1), [[2.0], [3.0], [6.0]])
    exact(tf.gather_nd(v, [[1]]), [[3.0, 4.0]])
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"indices\[0\] = 5 is not in \[0, 3\)"
    ):
        v.sparse_read([5])
    with pytest.raises(tf.errors.InvalidArgumentError, match="does not index into param shape"):
        v.gather_nd([[7, 1]])


def test_gradients_of_reads():
    v = tf.Variable(ROWS)
    with tf.GradientTape(persistent=True) as tape:
        a = v.sparse_read([2, 0]) * 3.0
        b = v.gather_nd([[0, 1], [2, 0]]) * 2.0
        c = tf.gather(v, [1, 1], axis=1)
    sliced(tape.gradient(a, v), [[3.0, 3.0], [3.0, 3.0]], [2, 0], [3, 2])
    got = tf.convert_to_tensor(tape.gradient(b, v))
    exact(got, [[0.0, 2.0], [0.0, 0.0], [2.0, 0.0]])
    exact(tf.convert_to_tensor(tape.gradient(c, v)), [[0.0, 2.0]] * 3)


def test_counting():
    v = tf.Variable(0)
    assert [int(v.count_up_to(2)) for _ in range(2)] == [0, 1]
    with pytest.raises(tf.errors.OutOfRangeError, match="Reached limit of 2"):
        v.count_up_to(2)
    exact(v, 2, "int32")


def test_slices_of_a_gradient_train_the_variable():
    v = tf.Variable(ROWS)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(v, [0, 0]) ** 2)
    g = tape.gradient(y, v)
    v.scatter_sub(tf.IndexedSlices(g.values * 0.25, g.indices))
    exact(v, [[0.0, 0.0], [3.0, 4.0], [5.0, 6.0]])


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64"])
def test_integers_are_not_divided_by_zero(dtype):
    v = tf.Variable([8, 9], dtype=dtype)
    with pytest.raises(tf.errors.InvalidArgumentError, match="updates must not contain 0"):
        v.scatter_div(tf.IndexedSlices(tf.constant([2, 0], dtype), [0, 1]))
    assert v.numpy().tolist() == [8, 9]
