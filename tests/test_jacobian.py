"""`GradientTape.jacobian` and `batch_jacobian`."""

import numpy as np
import pytest
from exact import exact, needs

import tfshim as tf

X = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


def jac(fn, at, pfor=True, batch=False, **options):
    x = tf.constant(at)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = fn(x)
    method = tape.batch_jacobian if batch else tape.jacobian
    return method(y, x, experimental_use_pfor=pfor, **options)


@pytest.mark.parametrize("pfor", [True, False])
def test_shape_is_target_then_source(pfor):
    m = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    got = jac(lambda x: tf.matmul(x, m), X, pfor)
    expected = np.einsum("ij,lk->ikjl", np.eye(2), [[1, 2], [3, 4], [5, 6]])
    exact(got, expected.astype(np.float32))


@pytest.mark.parametrize("pfor", [True, False])
@pytest.mark.parametrize("parallel_iterations", [None, 2, 10])
def test_every_way_gives_the_same(pfor, parallel_iterations):
    got = jac(lambda x: x**3, [1.0, 2.0], pfor, parallel_iterations=parallel_iterations)
    exact(got, [[3.0, 0.0], [0.0, 12.0]])


def test_a_scalar_target_and_a_scalar_source():
    exact(jac(lambda x: x * x, 3.0), 6.0)
    exact(jac(lambda x: tf.reduce_sum(x * x), [1.0, 2.0]), [2.0, 4.0])
    exact(jac(lambda x: tf.stack([x, x * x, x * x * x]), 2.0), [1.0, 4.0, 12.0])


@pytest.mark.parametrize("pfor", [True, False])
def test_sources_in_a_structure(pfor):
    x, v = tf.constant([1.0, 2.0]), tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * v
    got = tape.jacobian(y, {"x": x, "v": [v]}, experimental_use_pfor=pfor)
    exact(got["x"], [[3.0, 0.0], [0.0, 3.0]])
    exact(got["v"][0], [1.0, 2.0])


def test_a_variable_as_target():
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = v * v
    exact(tape.jacobian(y, v), [[2.0, 0.0], [0.0, 4.0]])
    exact(tape.jacobian(v, v), [[1.0, 0.0], [0.0, 1.0]])


def test_unconnected():
    x, z = tf.constant([1.0, 2.0]), tf.constant([[1.0], [2.0], [3.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, z])
        y = x * x
    assert tape.jacobian(y, z) is None
    got = tape.jacobian(y, [x, z])
    assert got[1] is None
    exact(got[0], [[2.0, 0.0], [0.0, 4.0]])


def test_unconnected_zeros_have_the_shape_of_a_jacobian():
    x, z, v = tf.constant([1.0, 2.0]), tf.constant([[1.0], [2.0], [3.0]]), tf.Variable(1.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, z])
        y = x * x
    dz, dv = tape.jacobian(y, [z, v], unconnected_gradients="zero")
    exact(dz, np.zeros([2, 3, 1]))
    exact(dv, [0.0, 0.0])


def test_slices_become_dense():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(v, [1, 1]), 1)
    exact(tape.jacobian(y, v), [[[0.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [1.0, 1.0]]])


def test_without_pfor_the_tape_must_be_persistent():
    x = tf.constant([[1.0, 2.0]])
    for method in ("jacobian", "batch_jacobian"):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x
        with pytest.raises(RuntimeError, match="persistent"):
            getattr(tape, method)(y, x, experimental_use_pfor=False)


def test_hessian_is_the_jacobian_of_the_gradient():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x[0] ** 3 * x[1]
        g = inner.gradient(y, x)
    exact(outer.jacobian(g, x), [[12.0, 3.0], [3.0, 0.0]])


def test_jacobian_of_a_jacobian():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x**3
        j = inner.jacobian(y, x)
    expected = np.zeros([2, 2, 2])
    expected[0, 0, 0], expected[1, 1, 1] = 6.0, 12.0
    exact(outer.jacobian(j, x), expected)


def test_inside_the_block():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        j = tape.jacobian(y, x)
        z = x * x * x
    exact(j, [[2.0, 0.0], [0.0, 4.0]])
    exact(tape.jacobian(z, x), [[3.0, 0.0], [0.0, 12.0]])


def test_second_order_of_a_persistent_tape_inside_its_block():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x * x
        g = tape.gradient(y, x)
    exact(tape.jacobian(g, x), [[6.0, 0.0], [0.0, 12.0]])


def test_empty_targets():
    got = jac(lambda x: x * 2.0, np.zeros([0], np.float32))
    exact(got, np.zeros([0, 0]))


def test_of_a_matrix_inverse():
    x = tf.constant([[2.0, 1.0], [1.0, 3.0]], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.linalg.inv(x)
    inverse = np.linalg.inv(x.numpy())
    expected = -np.einsum("ik,lj->ijkl", inverse, inverse)
    exact(tape.jacobian(y, x), expected, "float64")


# -- batch_jacobian --


@pytest.mark.parametrize("pfor", [True, False])
def test_batch_jacobian(pfor):
    got = jac(lambda x: x * x, X, pfor, batch=True)
    exact(got, [np.diag([2.0, 4.0, 6.0]), np.diag([8.0, 10.0, 12.0])])


def test_batch_jacobian_of_tensors_of_more_axes():
    x = tf.reshape(tf.range(12.0), [2, 3, 2])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x, 2) ** 2
    got = tape.batch_jacobian(y, x)
    s = np.arange(12.0).reshape(2, 3, 2).sum(2)
    expected = np.zeros([2, 3, 3, 2])
    for b in range(2):
        for i in range(3):
            expected[b, i, i] = 2 * s[b, i]
    exact(got, expected)


def test_batch_jacobian_checks_its_arguments():
    x = tf.constant(X)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.concat([x, x], 0)
        z = tf.reduce_sum(x, 1)
    with pytest.raises(ValueError, match="Need first dimension of target shape"):
        tape.batch_jacobian(y, x)
    with pytest.raises(ValueError, match="must have rank at least 2"):
        tape.batch_jacobian(z, x)
    with pytest.raises(ValueError, match="must have rank at least 2"):
        tape.batch_jacobian(x * 2.0, z)


@pytest.mark.parametrize("unconnected", ["none", "zero"])
@pytest.mark.parametrize("pfor", [True, False])
def test_batch_jacobian_of_what_does_not_depend(unconnected, pfor):
    x = tf.constant([[1.0, 2.0]])
    dtype = "float64" if unconnected == "none" else "float32"
    y = tf.constant([[3.0, 4.0, 5.0]], dtype)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
    got = tape.batch_jacobian(y, x, unconnected_gradients=unconnected, experimental_use_pfor=pfor)
    exact(got, np.zeros([1, 3, 2]), dtype)


def test_batch_jacobian_of_an_empty_row():
    got = jac(lambda x: x * x, np.zeros([1, 0], np.float32), batch=True)
    exact(got, np.zeros([1, 0, 0]))


def test_batch_jacobian_of_slices_with_a_tensor_as_bound():
    n = tf.constant(2)
    got = jac(lambda x: x[:, :n] ** 2, X, batch=True)
    expected = np.zeros([2, 2, 3])
    for b in range(2):
        for i in range(2):
            expected[b, i, i] = 2 * X[b][i]
    exact(got, expected)


def test_batch_jacobian_of_a_batch_jacobian():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x**3
        j = inner.batch_jacobian(y, x)
    got = outer.batch_jacobian(j, x)
    expected = np.zeros([2, 2, 2, 2])
    for b in range(2):
        for i in range(2):
            expected[b, i, i, i] = 6 * x.numpy()[b, i]
    exact(got, expected)


def test_batch_jacobian_of_empty_rows_times_a_variable():
    v = tf.Variable(tf.zeros([0, 3]))
    x = tf.zeros([2, 0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.matmul(x, v)
    exact(tape.batch_jacobian(y, x), np.zeros([2, 3, 0]))


@needs("nn.conv2d")
def test_batch_jacobian_through_a_convolution():
    x = tf.reshape(tf.range(18.0), [2, 3, 3, 1])
    k = tf.reshape(tf.range(4.0), [2, 2, 1, 1])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.nn.conv2d(x, k, [1, 1, 1, 1], "VALID")
    got = tape.batch_jacobian(y, x)
    exact(got, tape.batch_jacobian(y, x, experimental_use_pfor=False).numpy())
    row = got.numpy()[1, 1, 0, 0, :, :, 0].tolist()
    assert row == [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [2.0, 3.0, 0.0]]


@needs("foldl")
def test_batch_jacobian_over_a_fold():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.foldl(lambda a, r: a * r, tf.stack([x, x, x]))
    got = tape.batch_jacobian(y, x)
    exact(got, [np.diag([3.0, 12.0]), np.diag([27.0, 48.0])])
