"""Slicing of tensors: as NumPy's, with TensorFlow's limits and errors, and its gradients."""

import numpy as np
import pytest
from exact import exact

import tfshim as tf

CUBE = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
PLAIN = [
    0,
    -1,
    (0, 1),
    (0, 1, 2),
    (slice(None), 1),
    slice(1, None),
    slice(None, 1),
    slice(0, 0),
    slice(5, None),
    slice(-5, None),
    slice(None, None, -1),
    (slice(None), slice(None, None, 2)),
    (slice(None), slice(None), slice(None, None, -2)),
    (slice(None), slice(2, 0, -1)),
    (slice(1, 0), 0),
    (slice(1, 0, -1), 0),
    Ellipsis,
    (Ellipsis, 0),
    (0, Ellipsis),
    (0, Ellipsis, 1),
    (Ellipsis, slice(1, 3)),
    None,
    (slice(None), None),
    (None, 0, None, Ellipsis, None),
    (0, None, slice(None), 1),
    (),
    (np.int64(1), np.int32(0)),
    (slice(np.int64(1), None), slice(None, 2)),
    [0, 1],  # a list is a tuple here
]


@pytest.mark.parametrize("index", PLAIN, ids=str)
def test_as_numpy(index):
    expected = CUBE[tuple(index)] if isinstance(index, list) else CUBE[index]
    exact(tf.constant(CUBE)[index], expected, "int32")


def test_random_slices_as_numpy():
    rng = np.random.default_rng(0)
    t = tf.constant(CUBE)

    def bound():
        return None if rng.random() < 0.3 else int(rng.integers(-6, 7))

    def item(size):
        kind = rng.integers(4)
        if kind == 0:
            return int(rng.integers(-size, size))
        step = int(rng.choice([-3, -2, -1, 1, 2, 3]))
        return slice(bound(), bound(), step if kind == 1 else None)

    for _ in range(60):
        index = tuple(item(n) for n in CUBE.shape[: rng.integers(1, 4)])
        exact(t[index], CUBE[index], "int32")


def test_tensors_as_bounds():
    t = tf.constant(CUBE)
    one, two = tf.constant(1), tf.constant(2, tf.int64)
    exact(t[one], CUBE[1], "int32")
    exact(t[one:], CUBE[1:], "int32")
    exact(t[:, one:two], CUBE[:, 1:2], "int32")
    exact(t[:, :, ::two], CUBE[:, :, ::2], "int32")
    exact(t[tf.constant(1, tf.int16)], CUBE[1], "int32")
    exact(t[tf.Variable(1)], CUBE[1], "int32")


def test_masks():
    t = tf.constant(CUBE)
    exact(t[t > 20], [21, 22, 23], "int32")
    exact(t[CUBE > 20], [21, 22, 23], "int32")
    exact(t[tf.constant([True, False])], CUBE[:1], "int32")


@pytest.mark.parametrize(
    "index",
    [
        1.0,
        "a",
        tf.constant(1.0),
        tf.constant([0, 1]),
        np.array([0, 1]),
        tf.constant(1, tf.int8),
        np.array(1, np.uint8),
        (0, 1.5),
        slice(1.5),
        slice(None, "a"),
    ],
    ids=str,
)
def test_what_is_no_index(index):
    with pytest.raises(TypeError, match="Only integers, slices .*are valid indices, got"):
        tf.constant(CUBE)[index]


@pytest.mark.parametrize(
    ("index", "text"),
    [
        (2, "slice index 2 of dimension 0 out of bounds"),
        (-3, "slice index -1 of dimension 0 out of bounds"),
        ((0, 3), "slice index 3 of dimension 1 out of bounds"),
        ((0, 0, 0, 0), "Index out of range using input dim 3; input has only 3 dims"),
        (slice(None, None, 0), r"strides\[0\] must be non-zero"),
        ((Ellipsis, Ellipsis), "Multiple ellipses in slice spec not allowed"),
    ],
)
def test_indices_out_of_range(index, text):
    with pytest.raises(tf.errors.InvalidArgumentError, match=text):
        tf.constant(CUBE)[index]


def test_scalars():
    s = tf.constant(1.5)
    exact(s[...], 1.5)
    exact(s[()], 1.5)
    exact(s[None], [1.5])
    with pytest.raises(tf.errors.InvalidArgumentError, match="Attempting to slice scalar input"):
        s[0]


def test_strings():
    t = tf.constant([["a", "b"], ["c", "d"]])
    assert t[1, 0].numpy() == b"c"
    assert t[:, ::-1].numpy().tolist() == [[b"b", b"a"], [b"d", b"c"]]


def test_gradients():
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    for index in [
        0,
        (1, 2),
        (slice(None), 1),
        (Ellipsis, slice(None, None, -2)),
        (None, 1),
        slice(0, 0),
    ]:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x[index] ** 2
        expected = np.zeros([2, 3])
        expected[index if index != (None, 1) else 1] = 2
        exact(tape.gradient(y, x), expected * x.numpy())


def test_second_order():
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(x[1:] ** 3)
        g = inner.gradient(y, x)
    exact(outer.gradient(g, x), [0.0, 12.0, 18.0])


def test_gradient_of_a_slice_of_a_variable_is_dense():
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = v[1:] * 2.0
    exact(tape.gradient(y, v), [0.0, 2.0, 2.0])


def test_gradient_of_a_mask():
    x = tf.constant([1.0, -2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x[x > 0] ** 2
    exact(tf.convert_to_tensor(tape.gradient(y, x)), [2.0, 0.0, 6.0])
