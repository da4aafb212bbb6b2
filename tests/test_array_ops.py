"""Array ops where rows do not reach: strings by position, shapes while tracing, printed text."""

import numpy as np
import pytest

import tfshim as tf


def test_ops_that_move_elements_take_strings():
    words = tf.constant([["a", "b"], ["c", "d"]])
    assert tf.transpose(words).numpy().tolist() == [[b"a", b"c"], [b"b", b"d"]]
    assert tf.pad(tf.constant(["a"]), [[1, 0]]).numpy().tolist() == [b"", b"a"]
    pieces = tf.split(words, 2)
    assert [p.numpy().tolist() for p in pieces] == [[[b"a", b"b"]], [[b"c", b"d"]]]


def test_shapes_computed_from_shapes_are_known_while_tracing():
    @tf.function
    def halves(x):
        n = tf.shape(x)[0]
        return tf.reshape(x, tf.stack([n * 2, -1]))

    assert halves(tf.ones([3, 4])).shape == (6, 2)
    assert halves.experimental_get_tracing_count() == 1


def test_a_value_that_depends_on_an_input_is_not_static():
    known = []

    @tf.function
    def f(x):
        known.append(tf.get_static_value(x + 1))
        known.append(tf.get_static_value(tf.rank(x) * 3))
        return x

    f(tf.constant([1, 2]))
    assert known == [None, 3]


def test_gather_looks_at_its_indices_at_the_call():
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"indices\[1\] = 3 is not in \[0, 3\)"
    ):
        tf.gather(tf.constant([1.0, 2.0, 3.0]), [0, 3])


@pytest.mark.parametrize(
    ("value", "kwargs", "text"),
    [
        (np.arange(10, dtype=np.int32), {}, "[0 1 2 ... 7 8 9]"),
        (np.arange(10, dtype=np.int32), {"summarize": -1}, "[0 1 2 3 4 5 6 7 8 9]"),
        (np.array([0.1, 1 / 3], np.float32), {}, "[0.1 0.333333343]"),
        (np.array([0.1, 1 / 3]), {}, "[0.1 0.33333333333333331]"),
        (np.array([True, False]), {}, "[1 0]"),
        (np.array([[1, 2], [3, 4]], np.int32), {}, "[[1 2]\n [3 4]]"),
    ],
)
def test_print_writes_what_tensorflow_writes(capsys, value, kwargs, text):
    tf.print(tf.constant(value), **kwargs)
    assert capsys.readouterr().err == text + "\n"


def test_print_and_assertions_happen_each_time_a_function_runs(capsys):
    @tf.function
    def f(x):
        tf.print("x", x)
        tf.debugging.assert_positive(x)
        return x

    f(tf.constant([1]))
    f(tf.constant([2]))
    assert capsys.readouterr().err == "x [1]\nx [2]\n"
    with pytest.raises(tf.errors.InvalidArgumentError, match="Condition x > 0 did not hold"):
        f(tf.constant([-1]))


def test_isotonic_regression_of_rows_without_elements():
    for shape in ((3, 0), (0, 3), (0,)):
        values, segments = tf.nn.isotonic_regression(tf.zeros(shape))
        assert values.shape == segments.shape == shape and segments.dtype == tf.int32
