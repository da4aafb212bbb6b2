"""Second derivatives that are None rather than zero, as observed in TensorFlow 2.21."""

import numpy as np
import pytest

from conformance.cases.arrays import draw
from conformance.cases.harness.check import library

#: Expression of x, a float32 vector -> what the gradient of its gradient is.
SECOND = {
    "3.0 * x": None,
    "x + x": None,
    "-x": None,
    "x / 2.0": None,
    "tf.reduce_sum(x)": None,
    "tf.reduce_mean(x)": None,
    "tf.reshape(x, [2, 3])": None,
    "tf.cumsum(x)": None,
    "tf.cast(x, tf.float64)": None,
    "tf.maximum(x, 0.1)": None,
    "tf.minimum(x, 0.1)": None,
    "tf.reduce_max(x)": None,
    "tf.reduce_min(x)": None,
    "tf.clip_by_value(x, -1.0, 1.0)": None,
    "tf.where(tf.greater(x, 0.0), x, tf.negative(x))": None,
    "tf.math.floormod(x, 0.7)": None,
    "tf.math.segment_max(x, [0, 0, 0, 1, 1, 1])": None,
    "tf.math.unsorted_segment_max(x, [0, 0, 0, 1, 1, 1], 2)": None,
    "tf.math.divide_no_nan(x, 2.0)": None,
    "tf.math.multiply_no_nan(x, 2.0)": None,
    "tf.abs(x)": 0,
    "tf.math.atan2(x, x)": 0,
    "tf.pow(x, 1.0)": 0,
    "tf.square(x)": 2,
    "tf.math.squared_difference(x, 1.0)": 2,
}


@pytest.mark.parametrize("source", SECOND)
def test_second_derivative_is(source):
    tf, x = library().tf, library().tensor(draw((6,)))
    function = library().evaluate(f"lambda x: {source}")
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = function(x)
        slope = inner.gradient(y, x)
    assert slope is not None
    found = outer.gradient(slope, x)
    if SECOND[source] is None:
        assert found is None
    else:
        np.testing.assert_allclose(found.numpy(), np.full(6, SECOND[source]), atol=1e-6)


def test_only_the_side_that_is_read_is_connected():
    tf = library().tf
    x, y = library().tensor(draw((3,))), library().tensor(draw((3,), seed=1))
    with tf.GradientTape(persistent=True) as outer:
        outer.watch([x, y])
        with tf.GradientTape() as inner:
            inner.watch([x, y])
            product = tf.multiply(x, y)
        by_x, by_y = inner.gradient(product, [x, y])
    assert outer.gradient(by_x, x) is None
    assert outer.gradient(by_y, y) is None
    assert outer.gradient(by_x, y).numpy().tolist() == [1, 1, 1]
    assert outer.gradient(by_y, x).numpy().tolist() == [1, 1, 1]
