"""`tf.autodiff.ForwardAccumulator`."""

import gc
import weakref

import numpy as np
import pytest
from exact import exact, needs

import tfshim as tf
from tfshim.autodiff import ForwardAccumulator


def jvp(fn, primal, tangent):
    x = tf.constant(primal)
    with ForwardAccumulator(x, tf.constant(tangent)) as acc:
        y = fn(x)
    return acc.jvp(y)


def test_a_product():
    exact(jvp(lambda x: x * x, 3.0, 1.0), 6.0)
    exact(jvp(lambda x: x * x, [1.0, 2.0], [10.0, 1.0]), [20.0, 4.0])


def test_several_primals():
    x, y = tf.constant(2.0), tf.constant(5.0)
    with ForwardAccumulator([x, y], [tf.constant(1.0), tf.constant(10.0)]) as acc:
        z = x * y
    exact(acc.jvp(z), 25.0)


def test_nests_in_and_out():
    x, y = tf.constant(2.0), tf.constant(5.0)
    primals = {"x": x, "y": [y]}
    with ForwardAccumulator(primals, {"x": tf.constant(1.0), "y": [tf.constant(2.0)]}) as acc:
        out = {"a": (x * y, [x]), "b": y + 1.0}
    got = acc.jvp(out)
    exact(got["a"][0], 9.0)
    exact(got["a"][1][0], 1.0)
    exact(got["b"], 2.0)


def test_structures_must_agree():
    x = tf.constant(2.0)
    with pytest.raises(ValueError, match="structure"):
        ForwardAccumulator([x], x)


def test_tangents_may_be_python_numbers_and_arrays():
    x = tf.constant(2.0)
    with ForwardAccumulator(x, 3.0) as acc:
        y = x * x
    exact(acc.jvp(y), 12.0)
    with ForwardAccumulator(x, np.float32(2.0)) as acc:
        y = x * x
    exact(acc.jvp(y), 8.0)


def test_unconnected():
    x, c = tf.constant(2.0), tf.constant([1.0, 2.0])
    with ForwardAccumulator(x, 1.0) as acc:
        y = c * c
    assert acc.jvp(y) is None
    exact(acc.jvp(y, unconnected_gradients="zero"), [0.0, 0.0])
    exact(acc.jvp(y, tf.UnconnectedGradients.ZERO), [0.0, 0.0])
    assert acc.jvp([y, x])[0] is None
    with pytest.raises(ValueError, match="'other' is not a valid UnconnectedGradients"):
        acc.jvp(y, unconnected_gradients="other")


def test_the_same_primal_twice():
    x = tf.constant(2.0)
    with pytest.raises(ValueError, match="multiple times"):
        ForwardAccumulator([x, x], [1.0, 2.0])


def test_entering_twice():
    x = tf.constant(2.0)
    acc = ForwardAccumulator(x, 1.0)
    with acc, pytest.raises(ValueError, match="already recording"), acc:
        pass


def test_leaving_and_entering_again():
    x = tf.constant(2.0)
    acc = ForwardAccumulator(x, 1.0)
    with acc:
        y = x * x
    between = y * x
    with acc:
        z = y * y
        w = between * x
    exact(acc.jvp(y), 4.0)
    assert acc.jvp(between) is None
    exact(acc.jvp(z), 32.0)
    exact(acc.jvp(w), 8.0)


def test_variables():
    v = tf.Variable([1.0, 2.0])
    with ForwardAccumulator(v, tf.constant([1.0, 10.0])) as acc:
        y = v * v
    exact(acc.jvp(y), [2.0, 40.0])
    exact(acc.jvp(v), [1.0, 10.0])
    other = tf.Variable(1.0)
    assert acc.jvp(other) is None
    exact(acc.jvp(other, "zero"), 0.0)


def test_a_read_of_a_variable_made_before():
    v = tf.Variable(3.0)
    with ForwardAccumulator(v, 1.0) as acc:
        y = v.read_value() * tf.identity(v)
    exact(acc.jvp(y), 6.0)


def test_assigning_under_an_accumulator():
    v = tf.Variable(3.0)
    x = tf.constant(2.0)
    with ForwardAccumulator(x, 1.0) as acc:
        v.assign_sub(x * x)
        y = v * x
    exact(acc.jvp(y), -1.0)


def test_what_has_no_derivative_is_unconnected():
    x = tf.constant(2.5)
    with ForwardAccumulator(x, 1.0) as acc:
        outs = [tf.zeros_like(x), tf.floor(x), tf.stop_gradient(x), tf.cast(x, tf.int32)]
    assert acc.jvp(outs[:3]) == [None, None, None]
    assert acc.jvp(outs[3]) is None


def test_nested_accumulators_give_the_second_derivative():
    x = tf.constant(2.0)
    with ForwardAccumulator(x, 1.0) as outer, ForwardAccumulator(x, 1.0) as inner:
        y = x**3
        slope = inner.jvp(y)
    exact(slope, 12.0)
    exact(outer.jvp(slope), 12.0)
    exact(outer.jvp(y), 12.0)
    exact(inner.jvp(y), 12.0)


def test_the_order_of_entering_decides():
    x = tf.constant(2.0)
    second = ForwardAccumulator(x, 1.0)
    first = ForwardAccumulator(x, 1.0)
    with first, second:
        y = x**3
        slope = second.jvp(y)
        backwards = first.jvp(y)
    exact(first.jvp(slope), 12.0)
    assert second.jvp(backwards) is None
    assert second.jvp(slope) is None


def test_third_order():
    x = tf.constant(0.5)
    with ForwardAccumulator(x, 1.0) as a, ForwardAccumulator(x, 1.0) as b:
        with ForwardAccumulator(x, 1.0) as c:
            y = tf.sin(x)
        one = c.jvp(y)
        two = b.jvp(one)
    exact(a.jvp(two), -0.8775825618903728)
    exact(two, -0.479425538604203)


def test_forward_over_reverse():
    x = tf.constant([1.0, 2.0])
    with ForwardAccumulator(x, tf.constant([1.0, 0.0])) as acc:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x[0] ** 3 * x[1]
        g = tape.gradient(y, x)
    exact(g, [6.0, 1.0])
    exact(acc.jvp(g), [12.0, 3.0])


def test_reverse_over_forward():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        with ForwardAccumulator(x, tf.constant([1.0, 0.0])) as acc:
            y = x[0] ** 3 * x[1]
        d = acc.jvp(y)
    exact(d, 6.0)
    exact(tape.gradient(d, x), [12.0, 3.0])


def test_reverse_with_respect_to_the_tangent():
    x, t = tf.constant(3.0), tf.constant(5.0)
    with tf.GradientTape() as tape:
        tape.watch(t)
        with ForwardAccumulator(x, t) as acc:
            y = x * x
        d = acc.jvp(y)
    exact(tape.gradient(d, t), 6.0)


def test_a_persistent_tape_inside():
    x = tf.constant([1.0, 2.0])
    with ForwardAccumulator(x, tf.constant([1.0, 1.0])) as acc:
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = x * x
        g = tape.gradient(y, x)
    exact(acc.jvp(g), [2.0, 2.0])


def test_a_custom_gradient_is_transposed():
    @tf.custom_gradient
    def f(x):
        return x.numpy() ** 2, lambda dy: dy * 7.0 * x

    exact(jvp(f, 3.0, 2.0), 42.0)
    exact(jvp(lambda x: f(x) * x, 3.0, 1.0), 72.0)


def test_the_ops_inside_a_custom_gradient_come_first():
    @tf.custom_gradient
    def f(x):
        return (x * x, tf.stop_gradient(x)), lambda da, db: da * 7.0 + db * 11.0

    x = tf.constant(3.0)
    with ForwardAccumulator(x, 2.0) as acc:
        y = f(x)
    a, b = acc.jvp(y)
    exact(a, 12.0)
    exact(b, 22.0)


def test_a_custom_gradient_of_several_arguments():
    @tf.custom_gradient
    def f(x, y):
        outs = tf.stop_gradient(x * y), tf.stop_gradient(x + y)
        return outs, lambda da, db: (da * 2.0 + db, db * 5.0)

    x, y = tf.constant(3.0), tf.constant(4.0)
    with ForwardAccumulator([x, y], [tf.constant(1.0), tf.constant(10.0)]) as acc:
        a, b = f(x, y)
    exact(acc.jvp(a), 2.0)
    exact(acc.jvp(b), 51.0)


def test_an_exception_in_a_custom_gradient_is_not_swallowed():
    @tf.custom_gradient
    def f(x):
        def grad(dy):
            raise ValueError("it failed")

        return x * x, grad

    x = tf.constant(3.0)
    with ForwardAccumulator(x, 1.0), pytest.raises(ValueError, match="it failed"):
        f(x)


def test_recompute_grad_refuses():
    @tf.recompute_grad
    def f(x):
        return x * x

    x = tf.constant(3.0)
    with (
        ForwardAccumulator(x, 1.0),
        pytest.raises(NotImplementedError, match="recompute_grad tried to transpose"),
    ):
        f(x)


def test_slices():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with ForwardAccumulator(v, tf.ones([3, 2])) as acc:
        y = tf.reduce_sum(tf.gather(v, [0, 0, 2]) ** 2)
    exact(acc.jvp(y), 34.0)


def test_forward_over_slices():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with ForwardAccumulator(v, tf.ones([2, 2])) as acc:
        with tf.GradientTape() as tape:
            y = tf.gather(v, [1, 1]) ** 3
        g = tape.gradient(y, v)
    got = acc.jvp(g.values)
    exact(got, [[18.0, 24.0], [18.0, 24.0]])


def test_several_outputs():
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    with ForwardAccumulator(x, tf.constant([1.0, 10.0, 100.0, 1000.0])) as acc:
        a, b = tf.split(x, 2)
        c = tf.unstack(x)
        values, _ = (
            tf.math.top_k(x, 2) if hasattr(tf.math, "top_k") else (tf.stack([x[3], x[2]]), 0)
        )
    exact(acc.jvp(a), [1.0, 10.0])
    exact(acc.jvp(b), [100.0, 1000.0])
    exact(acc.jvp(c[1]), 10.0)
    exact(acc.jvp(values), [1000.0, 100.0])


def test_complex():
    x = tf.constant(1 + 2j)
    with ForwardAccumulator(x, tf.constant(1 + 0j)) as acc:
        y = x * x
    exact(acc.jvp(y), 2 + 4j, "complex128")


def test_casts():
    x = tf.constant(2.0)
    with ForwardAccumulator(x, 1.0) as acc:
        y = tf.cast(x, tf.float64) ** 2
    exact(acc.jvp(y), 4.0, "float64")


def test_an_exception_in_the_block_ends_it():
    x = tf.constant(2.0)
    acc = ForwardAccumulator(x, 1.0)
    with pytest.raises(KeyError), acc:
        y = x * x
        raise KeyError
    exact(acc.jvp(y), 4.0)
    assert acc.jvp(x * x) is None


def test_tangents_die_with_their_tensors():
    x = tf.constant([1.0, 2.0])
    with ForwardAccumulator(x, tf.constant([1.0, 1.0])) as acc:
        y = x * x
        tangent = weakref.ref(acc.jvp(y))
        gc.collect()
        assert tangent() is not None
        del y
        exact(x + 0.0, [1.0, 2.0])
        assert tangent() is None
        z = x * 2.0
    exact(acc.jvp(z), [2.0, 2.0])


def test_primals_are_not_kept():
    x = tf.constant([1.0, 2.0]) * 1.0
    primal = weakref.ref(x)
    acc = ForwardAccumulator(x, tf.constant([1.0, 1.0]))
    with acc:
        y = x * x
    del x
    exact(tf.constant(1.0) + 0.0, 1.0)
    assert primal() is None
    exact(acc.jvp(y), [2.0, 4.0])


@pytest.mark.parametrize("name", ["elu", "silu", "softplus", "tanh", "sigmoid", "selu", "gelu"])
def test_elementwise_to_third_order(name):
    fn = getattr(tf.nn, name, None)
    if fn is None:
        pytest.skip(f"tfshim has no tf.nn.{name} yet")
    at = np.array([-1.3, 0.4, 2.1])

    def slope(f):
        def g(x):
            with ForwardAccumulator(x, tf.ones_like(x)) as acc:
                y = f(x)
            return acc.jvp(y)

        return g

    def numeric(f, x, h=1e-4):
        return (f(tf.constant(x + h)).numpy() - f(tf.constant(x - h)).numpy()) / (2 * h)

    f = fn
    for _ in range(3):
        g = slope(f)
        np.testing.assert_allclose(g(tf.constant(at)).numpy(), numeric(f, at), rtol=1e-4, atol=1e-6)
        f = g


@needs("vectorized_map")
def test_vectorized_products_with_the_hessian_are_the_hessian():
    x = tf.constant([1.0, 2.0])

    def hvp(row):
        with ForwardAccumulator(x, row) as acc:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = x[0] ** 3 * x[1]
            g = tape.gradient(y, x)
        return acc.jvp(g)

    exact(tf.vectorized_map(hvp, tf.eye(2)), [[12.0, 3.0], [3.0, 0.0]])


@needs("function")
def test_through_a_function():
    @tf.function
    def f(x, unused):
        y = x * x
        return y * x

    x = tf.constant(2.0)
    with ForwardAccumulator(x, 1.0) as acc:
        y = f(x, tf.constant(5.0))
    exact(acc.jvp(y), 12.0)


@needs("function")
def test_inside_a_function():
    @tf.function
    def f(x, t):
        with ForwardAccumulator(x, t) as acc:
            y = x**3
        return acc.jvp(y), acc.jvp(t)

    got, none = f(tf.constant(2.0), tf.constant(1.0))
    exact(got, 12.0)
    assert none is None


@needs("function")
def test_forward_over_reverse_inside_a_function():
    @tf.function
    def hvp(x, t):
        with ForwardAccumulator(x, t) as acc:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.reduce_sum(x**3)
            g = tape.gradient(y, x)
        return acc.jvp(g)

    exact(hvp(tf.constant([1.0, 2.0]), tf.constant([1.0, 1.0])), [6.0, 12.0])


@needs("function", "while_loop")
def test_through_a_loop_in_a_function():
    @tf.function
    def f(x):
        i = tf.constant(0)
        y = x
        i, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [i, y])
        return y

    x = tf.constant(2.0)
    with ForwardAccumulator(x, 1.0) as acc:
        y = f(x)
    exact(acc.jvp(y), 32.0)


@needs("function")
def test_variables_in_a_function():
    v = tf.Variable(3.0)

    @tf.function
    def f():
        return v * v

    with ForwardAccumulator(v, 1.0) as acc:
        y = f()
    exact(acc.jvp(y), 6.0)


def test_a_batch_of_tangents():
    """The values are TensorFlow's where it does not fail itself (scalars, functions)."""
    x, v = tf.constant([1.0, 2.0]), tf.Variable(3.0)
    tangents = [tf.constant([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), tf.constant([1.0, 2.0, 3.0])]
    with ForwardAccumulator._batch_accumulator([x, v], tangents) as acc:
        y = x * v
        z = tf.reduce_sum(y)
    exact(acc.jvp(y), [[4.0, 2.0], [2.0, 7.0], [6.0, 9.0]])
    exact(acc.jvp(z), [6.0, 9.0, 15.0])
    assert acc.jvp(tf.constant(1.0)) is None

    @tf.function
    def square(x):
        return x * x

    with ForwardAccumulator._batch_accumulator(x, tf.eye(2)) as acc:
        y = square(x)
    exact(acc.jvp(y), [[2.0, 0.0], [0.0, 4.0]])

    @tf.function
    def rows(x):
        with ForwardAccumulator._batch_accumulator(x, tf.eye(2)) as acc:
            y = x * x
        return acc.jvp(y)

    exact(rows(x), [[2.0, 0.0], [0.0, 4.0]])
    with pytest.raises(ValueError, match=r"Shapes \(1, 3\) and \(None, 2\) are incompatible"):
        ForwardAccumulator._batch_accumulator(x, tf.ones([1, 3]))


def test_a_batch_of_tangents_through_a_gradient():
    x = tf.constant([1.0, 2.0])
    with ForwardAccumulator._batch_accumulator(x, tf.eye(2)) as acc:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_prod(x) ** 2
        g = tape.gradient(y, x)
    exact(acc.jvp(g), [[8.0, 8.0], [8.0, 2.0]])
