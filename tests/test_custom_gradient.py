"""`tf.custom_gradient`, `tf.recompute_grad`, `tf.grad_pass_through`, `tf.stop_gradient`."""

import numpy as np
import pytest
from exact import exact, needs

import tfshim as tf


def grad(fn, *values):
    xs = [tf.constant(v) for v in values]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = fn(*xs)
    got = tape.gradient(y, xs)
    return got[0] if len(xs) == 1 else got


def custom(result, gradient):
    return tf.custom_gradient(lambda x: (result(x), gradient))


@pytest.mark.parametrize("pack", [lambda g: g, lambda g: [g], lambda g: (g,), lambda g: {"a": g}])
def test_what_the_gradient_function_may_return(pack):
    exact(grad(custom(lambda x: x * x, lambda dy: pack(dy * 7.0)), 3.0), 7.0)


def test_none_is_unconnected():
    assert grad(custom(lambda x: x * x, lambda dy: None), 3.0) is None
    f = tf.custom_gradient(lambda x, y: (x * y, lambda dy: (dy * 2.0, None)))
    gx, gy = grad(f, 3.0, 4.0)
    exact(gx, 2.0)
    assert gy is None


def test_the_number_of_gradients_must_fit():
    for wrong, count in (([], 0), ((1.0, 2.0), 2)):
        with pytest.raises(
            ValueError, match=f"expected to return 1 gradients, but returned {count}"
        ):
            grad(custom(lambda x: x * x, lambda dy, w=wrong: w), 3.0)
    f = tf.custom_gradient(lambda x, y: (x * y, lambda dy: dy))
    with pytest.raises(ValueError, match="expected to return 2 gradients, but returned 1"):
        grad(f, 3.0, 4.0)


@pytest.mark.parametrize("error", [RuntimeError, ValueError, KeyError])
def test_an_exception_keeps_its_class(error):
    def bad(dy):
        raise error("it failed")

    with pytest.raises(error, match="it failed"):
        grad(custom(lambda x: x * x, bad), 3.0)


def test_what_is_not_a_pair():
    with pytest.raises(TypeError, match="Cannot iterate over a scalar tensor"):
        tf.custom_gradient(lambda x: x)(tf.constant(1.0))
    with pytest.raises(ValueError, match="too many values to unpack"):
        tf.custom_gradient(lambda x: (x, x, x))(tf.constant(1.0))
    with pytest.raises(TypeError, match="unsupported callable"):
        tf.custom_gradient(lambda x: (x, x))(tf.constant(1.0))


def test_the_input_itself_may_be_the_output():
    x = tf.constant(3.0)
    f = custom(lambda x: x, lambda dy: dy * 7.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
        z = y * y
    assert y is not x
    exact(tape.gradient(z, x), 42.0)


def test_a_variable_itself_may_be_the_output():
    v = tf.Variable(3.0)
    f = custom(lambda v: v, lambda dy: dy * 7.0)
    with tf.GradientTape() as tape:
        y = f(v) * 2.0
    exact(tape.gradient(y, v), 14.0)


def test_arguments_arrive_as_they_are():
    seen = []

    @tf.custom_gradient
    def f(x, flag=None):
        seen.append((type(x).__name__, flag))
        return tf.convert_to_tensor(x) * 2.0, lambda dy: dy

    for x in (3.0, np.float32(3.0), tf.constant(3.0), tf.Variable(3.0)):
        exact(f(x, flag=True), 6.0)
    assert [kind for kind, _ in seen] == ["float", "float32", "EagerTensor", "ResourceVariable"]
    with pytest.raises(ValueError, match="Attempt to convert a value .None."):
        f(tf.constant(3.0), None)


def test_every_positional_argument_counts():
    f = tf.custom_gradient(lambda x, flag: (x * 2.0, lambda dy: (dy * 3.0, None)))
    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x, True)
    exact(tape.gradient(y, x), 3.0)


def test_keyword_arguments_get_no_gradient():
    x, s = tf.constant(3.0), tf.constant(4.0)
    f = tf.custom_gradient(lambda x, s=None: (x * s, lambda dy: dy * 5.0))
    with tf.GradientTape() as tape:
        tape.watch([x, s])
        y = f(x, s=s)
    gx, gs = tape.gradient(y, [x, s])
    exact(gx, 5.0)
    assert gs is None


def test_one_cotangent_per_output_zeros_for_unused_ones():
    seen = []

    @tf.custom_gradient
    def f(x):
        def back(*cts):
            seen.append([float(c) for c in cts])
            return cts[0] * 10.0 + cts[1]

        return (x, x * 2.0), back

    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        a, b = f(x)
    exact(tape.gradient(a, x), 10.0)
    exact(tape.gradient(b, x), 1.0)
    exact(tape.gradient([a, b], x), 11.0)
    assert seen == [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    "build",
    [
        lambda x: {"b": [x, x * 2.0], "a": x * 3.0},
        lambda x: ((x, x * 2.0), x * 3.0),
        lambda x: [x, (), [], {"q": (x * 2.0, x * 3.0)}],
    ],
)
def test_nested_results_give_flat_cotangents(build):
    seen = []

    @tf.custom_gradient
    def f(x):
        def back(*cts):
            seen.append(len(cts))
            return sum(cts)

        return build(x), back

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    tf.nest.assert_same_structure(y, build(x))
    exact(tape.gradient(y, x), 3.0)
    assert seen == [3]


def test_nested_arguments():
    @tf.custom_gradient
    def f(pair, empty, z):
        x, (y,) = pair
        return (x * y, (), []), lambda dy: ((dy * 2.0, [dy * 3.0]), (), dy)

    x, y = tf.constant(3.0), tf.constant(4.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        out = f((x, [y]), (), x)
    assert out[1:] == ((), [])
    exact(out[0], 12.0)
    gx, gy = tape.gradient(out, [x, y])
    exact(gx, 3.0)
    exact(gy, 3.0)


def test_an_integer_output():
    f = tf.custom_gradient(lambda x: ((x, tf.cast(x, tf.int32)), lambda a, b: a * 3.0))
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        a, n = f(x)
    exact(n, 3, "int32")
    exact(tape.gradient(a, x), 3.0)


def test_numpy_inside():
    f = custom(lambda x: np.sin(x.numpy()), lambda dy: dy * 7.0)
    exact(grad(f, 0.5), 7.0)


def test_the_gradient_function_may_use_what_was_computed():
    @tf.custom_gradient
    def log1pexp(x):
        e = tf.exp(x)
        return tf.math.log(1.0 + e), lambda dy: dy * (1.0 - 1.0 / (1.0 + e))

    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = log1pexp(x)
        first = inner.gradient(y, x)
    exact(first, 0.9525741338729858)
    exact(outer.gradient(first, x), 0.04517665877938271, rtol=1e-5)
    exact(grad(log1pexp, 100.0), 1.0)


def test_what_is_inside_is_on_the_tape_too():
    inside = []

    @tf.custom_gradient
    def f(x):
        z = x * x
        inside.append(z)
        return z * x, lambda dy: dy * 7.0 * z

    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
        w = inside[0] * 2.0
    exact(tape.gradient(y, x), 63.0)
    exact(tape.gradient(w, x), 12.0)
    assert tape.gradient(y, inside[0]) is None


def test_a_custom_gradient_in_a_custom_gradient_is_the_second_order_rule():
    @tf.custom_gradient
    def f(x):
        @tf.custom_gradient
        def slope(dy, x):
            return dy * x * 5.0, lambda ddy: (ddy * 100.0, ddy * 1000.0)

        return x * x, lambda dy: slope(dy, x)

    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        first = inner.gradient(y, x)
    exact(first, 15.0)
    exact(outer.gradient(first, x), 1000.0)


def test_slices_as_gradient():
    v = tf.Variable([1.0, 2.0, 3.0])
    parts = tf.constant([5.0]), tf.constant([1]), tf.constant([3])
    f = custom(lambda v: v * 2.0, lambda dy: tf.IndexedSlices(*parts))
    with tf.GradientTape() as tape:
        y = f(v)
    got = tape.gradient(y, v)
    assert isinstance(got, tf.IndexedSlices)
    exact(tf.convert_to_tensor(got), [0.0, 5.0, 0.0])


# -- variables ---------------------------------------------------------------------------------


def with_variable(back):
    """Gradients of x * v with this gradient function, with respect to x and v."""
    v, x = tf.Variable(2.0), tf.constant(3.0)
    f = tf.custom_gradient(lambda x: (x * v, back))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, [x, v]), tape.watched_variables(), v


def _keyword(dy, variables=None):
    return dy * 11.0, [dy * 13.0 for _ in variables]


def _keyword_only(dy, *, variables):
    return dy * 11.0, [dy * 13.0 for _ in variables]


def _any_keyword(dy, **options):
    return dy * 11.0, [dy * 13.0 for _ in options["variables"]]


@pytest.mark.parametrize("back", [_keyword, _keyword_only, _any_keyword])
def test_variables_that_are_used(back):
    (gx, gv), watched, v = with_variable(back)
    exact(gx, 11.0)
    exact(gv, 13.0)
    assert len(watched) == 1
    assert watched[0] is v


def test_variables_without_an_argument_for_them():
    with pytest.raises(TypeError, match="must accept keyword argument 'variables'"):
        with_variable(lambda dy: dy)


def test_variables_must_all_get_a_gradient():
    with pytest.raises(ValueError, match="Must return gradient for each variable from"):
        with_variable(lambda dy, variables=None: (dy, []))
    with pytest.raises(TypeError, match="Cannot iterate over a scalar tensor"):
        with_variable(lambda dy, variables=None: dy)


def test_a_variable_that_is_an_argument_is_no_other():
    v = tf.Variable(2.0)
    f = custom(lambda w: w * w, lambda dy: dy * 7.0)
    with tf.GradientTape() as tape:
        y = f(v)
    exact(tape.gradient(y, v), 7.0)


def test_variables_that_are_not_trainable_are_constants():
    v = tf.Variable(2.0, trainable=False)
    f = tf.custom_gradient(lambda x: (x * v, lambda dy: dy * 7.0))
    exact(grad(f, 3.0), 7.0)


def test_assigning_inside_counts_as_a_use():
    v, x = tf.Variable(1.0), tf.constant(3.0)

    @tf.custom_gradient
    def f(x):
        v.assign_add(x)
        return x * 2.0, lambda dy, variables=None: (dy * 3.0, [dy])

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    gx, gv = tape.gradient(y, [x, v])
    exact(gx, 3.0)
    exact(gv, 1.0)
    exact(v, 4.0)


def test_methods_and_names():
    class Scale:
        by = 4.0

        @tf.custom_gradient
        def scale(self, x, *, k=2.0):
            return x * self.by, lambda dy: dy * k * 100.0

    layer = Scale()
    exact(grad(layer.scale, 3.0), 200.0)
    exact(grad(lambda x: layer.scale(x, k=7.0), 3.0), 700.0)
    assert Scale.scale.__name__ == "scale"
    exact(tf.custom_gradient()(lambda x: (x * 2.0, lambda dy: dy))(tf.constant(3.0)), 6.0)


@needs("function")
def test_in_a_function():
    f = custom(lambda x: x * x, lambda dy: dy * 7.0)

    @tf.function
    def inside(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x)

    exact(inside(tf.constant(3.0)), 7.0)
    exact(grad(tf.function(f), 3.0), 7.0)


@needs("function")
def test_of_variables_in_a_function():
    v = tf.Variable(2.0)

    @tf.function
    @tf.custom_gradient
    def f(x):
        return x * v, _keyword

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    gx, gv = tape.gradient(y, [x, v])
    exact(gx, 11.0)
    exact(gv, 13.0)


@needs("function")
def test_keyword_arguments_in_a_function_are_refused():
    f = tf.custom_gradient(lambda x, s=None: (x, lambda dy: dy))
    with pytest.raises(ValueError, match="currently supports keywords? arguments only when eager"):
        tf.function(lambda x: f(x, s=1.0))(tf.constant(1.0))


@needs("RaggedTensor", "ragged.constant")
def test_ragged_in_and_out():
    f = custom(lambda r: r * 2.0, lambda dr: dr * 7.0)
    r = tf.ragged.constant([[1.0, 2.0], [3.0]])
    with tf.GradientTape() as tape:
        tape.watch(r.values)
        y = f(r)
    assert isinstance(y, tf.RaggedTensor)
    exact(tape.gradient(y, r.values), [7.0, 7.0, 7.0])


# -- recompute_grad, grad_pass_through, stop_gradient ----------------------------------------------


def _orders(f, x, count):
    if count == 0:
        return [f(x)]
    with tf.GradientTape() as tape:
        tape.watch(x)
        values = _orders(f, x, count - 1)
    return [*values, tape.gradient(values[-1], x)]


def test_recompute_grad_equals_the_gradient_to_third_order():
    def f(x):
        return tf.reduce_sum(tf.sin(x) * x**3)

    x = tf.constant([0.5, 1.5])
    plain = _orders(f, x, 3)
    again = _orders(tf.recompute_grad(f), x, 3)
    for p, a in zip(plain, again, strict=True):
        exact(a, p.numpy(), rtol=1e-5)


def test_recompute_grad_runs_the_function_again():
    runs = []

    def f(x):
        runs.append(1)
        return x * x

    g = tf.recompute_grad(f)
    assert g.__wrapped__ is f
    exact(grad(g, 3.0), 6.0)
    assert len(runs) == 2


def test_recompute_grad_of_nests_and_variables():
    v = tf.Variable(5.0)

    @tf.recompute_grad
    def f(d, extra=None):
        return {"p": d["x"] * d["y"] * v, "q": [d["x"] + 1.0]}

    x, y = tf.constant(3.0), tf.constant(4.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        out = f({"x": x, "y": y})
    exact(out["p"], 60.0)
    got = tape.gradient(out, [x, y, v])
    for g, e in zip(got, [21.0, 15.0, 12.0], strict=True):
        exact(g, e)


def test_recompute_grad_of_integers_and_empty_tensors():
    f = tf.recompute_grad(lambda x, n: tf.gather(x, n) * 2.0)
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x, tf.constant([2, 2]))
    exact(tf.convert_to_tensor(tape.gradient(y, x)), [0.0, 0.0, 4.0])
    exact(
        grad(tf.recompute_grad(lambda x: x * 2.0), np.zeros([0, 2], np.float32)), np.zeros([0, 2])
    )


def test_recompute_grad_inside_another():
    inner = tf.recompute_grad(lambda x: tf.sin(x))
    outer = tf.recompute_grad(lambda x: inner(x) * inner(x))
    exact(grad(outer, 0.5), 2 * np.sin(0.5) * np.cos(0.5))


def test_grad_pass_through():
    v, x = tf.Variable(1.0), tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        a = tf.grad_pass_through(v.assign)(x)
        b = v.assign(x)
        c = tf.grad_pass_through(tf.floor)(x * 0.5)
        d = tf.grad_pass_through(lambda x: tf.round(x * v))(x)
    exact(tape.gradient(a, x), 1.0)
    assert tape.gradient(b, x) is None
    exact(c, 1.0)
    exact(tape.gradient(c, x), 0.5)
    gx, gv = tape.gradient(d, [x, v])
    exact(gx, 1.0)
    assert gv is None


def test_stop_gradient_keeps_what_is_behind_it_from_running():
    ran = []

    @tf.custom_gradient
    def f(x):
        def back(dy):
            ran.append(1)
            return dy

        return x * x, back

    assert grad(lambda x: tf.stop_gradient(f(x)), 3.0) is None
    exact(grad(lambda x: tf.stop_gradient(f(x)) * x, 3.0), 9.0)
    assert ran == []


def test_registered_names():
    name = "OfTestsOnly"
    assert tf.RegisterGradient(name)(len) is len
    with pytest.raises(KeyError):
        tf.RegisterGradient(name)(len)
    with pytest.raises(TypeError, match="op_type must be a string"):
        tf.RegisterGradient(1)
    with pytest.raises(TypeError, match="op_type must be a string"):
        tf.no_gradient(1)


def test_recompute_grad_gives_dense_gradients():
    table = tf.Variable([1.0, 2.0, 3.0])
    x = tf.constant([4.0, 5.0])
    again = tf.recompute_grad(lambda x: tf.gather(table, [0, 2]) * x)

    def gradients(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(again(x))
        return tape.gradient(y, [x, table])

    for f in (gradients, tf.function(gradients)):
        of_x, of_table = f(x)
        assert of_x.numpy().tolist() == [1.0, 3.0]
        assert of_table.numpy().tolist() == [4.0, 0.0, 5.0]
