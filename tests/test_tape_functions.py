"""Tapes and accumulators around, inside and through `tf.function`."""

import numpy as np
import pytest
from exact import exact, needs, sliced

import tfshim as tf

pytestmark = needs("function")


def grad(fn, at):
    x = tf.constant(at)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = fn(x)
    return tape.gradient(y, x)


def test_through_a_function():
    exact(grad(tf.function(lambda x: x * x), 3.0), 6.0)
    exact(grad(tf.function(lambda x: (x * x, x * 3.0)), 3.0), 9.0)
    f = tf.function(lambda x: x * x)
    exact(grad(lambda x: f(f(x)), 3.0), 108.0)


def test_cos_to_any_order():
    f = tf.function(tf.cos)
    for expected in np.float32([-np.sin(0.5), -np.cos(0.5), np.sin(0.5), np.cos(0.5)]):

        def slope(x, f=f):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = f(x)
            return tape.gradient(y, x)

        f = tf.function(slope)
        exact(f(tf.constant(0.5)), expected)


def test_orders_of_one_persistent_tape():
    f, x = tf.function(tf.cos), tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
        first = tape.gradient(y, x)
        second = tape.gradient(first, x)
    exact(first, -np.sin(3.0))
    exact(second, -np.cos(3.0))
    exact(tape.gradient(second, x), np.sin(3.0))


def test_variables_that_inner_functions_read_are_watched_at_every_call():
    v = tf.Variable(2.0)
    inner = tf.function(lambda: v * v)
    outer = tf.function(lambda: inner() + 1.0)
    for _ in range(2):
        with tf.GradientTape() as tape:
            y = outer()
        assert len(tape.watched_variables()) == 1
        assert tape.watched_variables()[0] is v
        exact(tape.gradient(y, v), 4.0)


def test_keywords_and_nones():
    f = tf.function(lambda a, b: (a * b, None))
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, nothing = f(b=x, a=x)
    assert nothing is None
    exact(tape.gradient(y, x), 6.0)


def test_slices():
    w = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    around = tf.function(lambda: tf.gather(w, [1, 1]))

    @tf.function
    def inside():
        with tf.GradientTape() as tape:
            y = tf.gather(w, [1, 1])
        return tape.gradient(y, w)

    with tf.GradientTape() as tape:
        y = around()
    for got in (tape.gradient(y, w), inside()):
        sliced(got, [[1.0, 1.0], [1.0, 1.0]], [1, 1], [2, 2])


def test_symbolic_gradients():
    f = tf.function(lambda x: tf.gradients(x * x * x, x))
    g = tf.function(lambda x: tf.gradients(tf.gradients(x * x * x, x), x))
    exact(f(tf.constant(3.0))[0], 27.0)
    exact(g(tf.constant(3.0))[0], 18.0)
    with pytest.raises(RuntimeError, match="tf.gradients is not supported when eager execution"):
        tf.gradients(tf.constant(1.0), tf.constant(1.0))


def test_assigned_inside():
    v = tf.Variable(2.0)

    @tf.function
    def replaced():
        v.assign(5.0)
        return v * v

    @tf.function
    def before_and_after():
        y = v * v
        v.assign_add(1.0)
        return y + v * v

    with tf.GradientTape() as tape:
        y = replaced()
    exact(tape.gradient(y, v), 10.0)
    v.assign(2.0)
    with tf.GradientTape() as tape:
        y = before_and_after()
    exact(tape.gradient(y, v), 10.0)
    exact(v, 3.0)


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize(
    "cut",
    [
        tf.stop_gradient,
        tf.floor,
        tf.zeros_like,
        lambda x: tf.cast(tf.cast(x, tf.int32), tf.float32),
    ],
    ids=["stop_gradient", "floor", "zeros_like", "cast"],
)
def test_what_is_cut_inside(nested, cut):
    inner = tf.function(lambda x: cut(x)) if nested else cut
    f = tf.function(lambda x: inner(x) * 2.0)
    x = tf.constant(3.5)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
    assert tape.gradient(y, x) is None
    exact(tape.gradient(y, x, unconnected_gradients="zero"), 0.0)


def test_output_gradients_are_differentiable():
    f, x, dy = tf.function(lambda x: x * x), tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(dy)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        d = inner.gradient(y, x, output_gradients=dy)
    exact(d, 12.0)
    exact(outer.gradient(d, dy), 6.0)


def test_a_tape_inside():
    v = tf.Variable(2.0)

    @tf.function
    def f(x):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = x * x * v
            with tape.stop_recording():
                z = y * x
        assert len(tape.watched_variables()) == 1
        return tape.gradient(y, [x, v]), tape.gradient(z, x, unconnected_gradients="zero")

    (gx, gv), gz = f(tf.constant(3.0))
    exact(gx, 12.0)
    exact(gv, 9.0)
    exact(gz, 0.0)


def test_jacobians_inside():
    def make(method, **options):
        @tf.function
        def f(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = x**3
            return getattr(tape, method)(y, x, **options)

        return f

    exact(make("jacobian")(tf.constant([1.0, 2.0])), [[3.0, 0.0], [0.0, 12.0]])
    exact(make("batch_jacobian")(tf.constant([[1.0, 2.0]])), [[[3.0, 0.0], [0.0, 12.0]]])
    loop = {"experimental_use_pfor": False, "parallel_iterations": 2}
    exact(make("jacobian", **loop)(tf.constant([1.0, 2.0])), [[3.0, 0.0], [0.0, 12.0]])
    x = tf.constant([[1.0, 2.0]])
    with pytest.raises(RuntimeError, match=r"persistent=True.*parallel_iterations"):
        make("batch_jacobian", parallel_iterations=2)(x)
    with pytest.raises(ValueError, match="Encountered an exception while vectorizing the jacobian"):
        make("jacobian", parallel_iterations=2)(x)


def test_conditions_and_loops():
    f = tf.function(lambda x: tf.cond(x > 0.0, lambda: x * x, lambda: x * 5.0))
    exact(grad(f, 3.0), 6.0)
    exact(grad(f, -1.0), 5.0)

    def loop(x):
        step = lambda i, y: (i + 1, y * x)  # noqa: E731
        return tf.while_loop(lambda i, y: i < 3, step, [tf.constant(0), x])[1]

    exact(grad(loop, 3.0), 108.0)
    exact(grad(tf.function(loop), 3.0), 108.0)
    exact(grad(lambda x: grad_of(tf.function(loop), x), 3.0), 108.0)

    @tf.function
    def until_large(x):
        return tf.while_loop(lambda y: y < 100.0, lambda y: (y * x,), [x])[0]

    exact(grad(until_large, 3.0), 405.0)


def grad_of(fn, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = fn(x)
    return tape.gradient(y, x)


def test_retracing():
    v = tf.Variable(2.0)
    f = tf.function(lambda x: x * v)
    for values in ([1.0], [1.0, 2.0], [1.0]):
        with tf.GradientTape() as tape:
            y = f(tf.constant(values))
        exact(tape.gradient(y, v), sum(values))


def test_an_exception_while_tracing():
    @tf.function
    def f(x):
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        grad(f, 3.0)
    exact(grad(lambda x: x * x, 3.0), 6.0)


def test_integers_pass_without_a_gradient():
    f = tf.function(lambda x, n: (x * tf.cast(n, tf.float32), n))
    x, n = tf.constant(2.0), tf.constant(3)
    with tf.GradientTape() as tape:
        tape.watch([x, n])
        y = f(x, n)
    gx, gn = tape.gradient(y, [x, n])
    exact(gx, 3.0)
    assert gn is None


def test_variables_made_at_the_first_call():
    class Layer(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = None

        @tf.function
        def __call__(self, x):
            if self.w is None:
                self.w = tf.Variable(3.0)
            return x * self.w

    layer = Layer()
    with tf.GradientTape() as tape:
        y = layer(tf.constant(5.0))
    assert len(tape.watched_variables()) == 1
    exact(tape.gradient(y, layer.w), 5.0)


def test_custom_gradients_inside():
    @tf.custom_gradient
    def log1pexp(x):
        e = tf.exp(x)
        return tf.math.log(1.0 + e), lambda dy: dy * (1.0 - 1.0 / (1.0 + e))

    f = tf.function(lambda x: log1pexp(x))
    exact(grad(f, 3.0), 0.9525741338729858)
    exact(grad(lambda x: grad_of(f, x), 3.0), 0.04517665877938271, rtol=1e-5)
    other = tf.custom_gradient(lambda x: (tf.stop_gradient(x * x), lambda dy: dy * 7.0))
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = tf.function(lambda x: other(x) * 2.0)(x)
    exact(acc.jvp(y), 14.0)
    exact(grad(tf.function(tf.recompute_grad(lambda x: tf.sin(x) * x)), 3.0), -2.8288574936)


def test_forward_mode_through_functions():
    v, x = tf.Variable(2.0), tf.constant([1.0, 2.0])
    f = tf.function(lambda x: tf.reduce_sum(x**3) * v)
    with tf.autodiff.ForwardAccumulator(v, tf.constant(1.0)) as acc:
        y = f(x)
    exact(acc.jvp(y), 9.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as acc:
        g = grad_of(f, x)
    exact(acc.jvp(g), [12.0, 0.0])
