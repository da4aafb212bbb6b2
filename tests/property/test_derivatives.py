"""Derivatives against finite differences in float64, first and second order."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from conformance.cases.arrays import Array
from conformance.cases.harness.check import library
from tests.property.strategies import LONG

DRAWS = settings(max_examples=100 if LONG else 5)
STEP = 1e-5

#: Name -> (intervals of its arguments, keyword arguments); inside them the op is smooth.
SMOOTH = {
    **{f"tf.math.{n}": ([(-2, 2)], {}) for n in "sin cos tanh sigmoid exp expm1 square".split()},
    **{f"tf.math.{n}": ([(-2, 2)], {}) for n in "atan asinh erf softplus sinh cosh".split()},
    **{f"tf.math.{n}": ([(0.5, 3)], {}) for n in "log log1p sqrt rsqrt reciprocal".split()},
    **{f"tf.math.{n}": ([(0.5, 3)], {}) for n in "lgamma digamma abs softsign erfc".split()},
    **{f"tf.math.{n}": ([(-0.8, 0.8)], {}) for n in "asin acos atanh tan erfinv".split()},
    "tf.math.acosh": ([(1.5, 3)], {}),
    **{f"tf.math.{n}": ([(-2, 2), (-2, 2)], {}) for n in ("add", "subtract", "multiply")},
    **{f"tf.math.{n}": ([(-2, 2), (0.5, 2)], {}) for n in ("divide", "divide_no_nan", "xdivy")},
    **{f"tf.math.{n}": ([(0.5, 2), (0.5, 2)], {}) for n in ("pow", "atan2", "xlogy", "xlog1py")},
    **{f"tf.math.{n}": ([(-3, -1), (1, 3)], {}) for n in ("maximum", "minimum")},
    "tf.math.squared_difference": ([(-2, 2), (-2, 2)], {}),
    **{
        f"tf.math.reduce_{n}": ([(0.5, 2)], {"axis": -1})
        for n in "sum mean prod logsumexp std variance euclidean_norm".split()
    },
    "tf.math.cumsum": ([(-2, 2)], {"axis": 1, "exclusive": True}),
    "tf.math.cumprod": ([(0.5, 2)], {"axis": 1, "reverse": True}),
    "tf.math.cumulative_logsumexp": ([(-2, 2)], {"axis": 1}),
    "tf.math.l2_normalize": ([(0.5, 2)], {"axis": -1}),
    "tf.linalg.matmul": ([(-2, 2), (-2, 2)], {"transpose_b": True}),
    "tf.nn.softmax": ([(-2, 2)], {}),
    "tf.nn.log_softmax": ([(-2, 2)], {}),
}


def tensor(value):
    return library().tensor(Array(np.asarray(value, np.float64), "float64"))


def first_order(function, values, seed):
    """The value and the gradients that a tape gives, as arrays; None for an unconnected one."""
    tf, xs = library().tf, [tensor(v) for v in values]
    with tf.GradientTape() as tape:
        for x in xs:
            tape.watch(x)
        y = function(*xs)
    cotangent = seed.uniform(0.5, 1.5, tuple(y.shape))
    grads = tape.gradient(y, xs, output_gradients=tensor(cotangent))
    return cotangent, [None if g is None else g.numpy() for g in grads]


def second_order(function, values, directions):
    """Gradients of <gradient, directions>."""
    tf, xs = library().tf, [tensor(v) for v in values]
    with tf.GradientTape() as outer:
        for x in xs:
            outer.watch(x)
        slope = sum_of_slopes(function, xs, directions)
    return [None if g is None else g.numpy() for g in outer.gradient(slope, xs)]


def sum_of_slopes(function, xs, directions):
    tf = library().tf
    with tf.GradientTape() as inner:
        for x in xs:
            inner.watch(x)
        y = function(*xs)
    grads = inner.gradient(y, xs)
    parts = [
        tf.reduce_sum(tf.multiply(g, tensor(d)))
        for g, d in zip(grads, directions, strict=True)
        if g is not None
    ]
    return parts[0] if len(parts) == 1 else tf.add(*parts)


def slope_of(function, values, directions, cotangent=1.0):
    """Central difference of <function, cotangent> along the directions."""

    def at(step):
        moved = [v + step * d for v, d in zip(values, directions, strict=True)]
        return np.sum(np.asarray(function(*[tensor(v) for v in moved])) * cotangent)

    return (at(STEP) - at(-STEP)) / (2 * STEP)


def dot(grads, directions):
    pairs = zip(grads, directions, strict=True)
    return sum(float(np.sum(g * d)) for g, d in pairs if g is not None)


@pytest.mark.parametrize("op", SMOOTH)
@DRAWS
@given(seed=st.integers(0, 2**32 - 1))
def test_gradients_are_slopes(op, seed):
    intervals, kwargs = SMOOTH[op]
    public, state = library().find(op), np.random.RandomState(seed)
    values = [state.uniform(*interval, (2, 3)) for interval in intervals]
    directions = [state.uniform(-1, 1, (2, 3)) for _ in values]

    def function(*xs):
        return public(*xs, **kwargs)

    # A central difference errs by STEP**2 times the third derivative and by rounding / STEP.
    cotangent, grads = first_order(function, values, state)
    slope = slope_of(function, values, directions, cotangent)
    np.testing.assert_allclose(dot(grads, directions), slope, rtol=1e-6, atol=1e-7)

    curvature = second_order(function, values, directions)
    bend = slope_of(lambda *xs: sum_of_slopes(function, xs, directions).numpy(), values, directions)
    np.testing.assert_allclose(dot(curvature, directions), bend, rtol=1e-6, atol=1e-7)


def test_a_wrong_gradient_would_be_seen():
    values, directions = [np.array([1.0, 2.0])], [np.array([1.0, -1.0])]
    public = library().find("tf.math.square")
    slope = slope_of(public, values, directions)
    cotangent, grads = first_order(public, values, np.random.RandomState(0))
    assert abs(dot(grads, directions) - slope) > 1e-3  # another cotangent, another slope
    assert abs(dot(grads, directions) - slope_of(public, values, directions, cotangent)) < 1e-7


@pytest.mark.parametrize("op", SMOOTH)
@DRAWS
@given(seed=st.integers(0, 2**32 - 1))
def test_forward_and_reverse_mode_agree(op, seed):
    intervals, kwargs = SMOOTH[op]
    public, state = library().find(op), np.random.RandomState(seed)
    values = [state.uniform(*interval, (2, 3)) for interval in intervals]
    directions = [state.uniform(-1, 1, (2, 3)) for _ in values]
    cotangent, grads = first_order(lambda *xs: public(*xs, **kwargs), values, state)

    xs, tangents = [tensor(v) for v in values], [tensor(d) for d in directions]
    with library().tf.autodiff.ForwardAccumulator(xs, tangents) as accumulator:
        y = public(*xs, **kwargs)
    pushed = float(np.sum(accumulator.jvp(y).numpy() * cotangent))
    np.testing.assert_allclose(pushed, dot(grads, directions), rtol=1e-11, atol=1e-12)
