"""Derivatives through traced functions are those of the same code outside of them."""

import numpy as np
import pytest

import tfshim as tf

V = tf.Variable([1.0, 2.0])
W = tf.Variable(3.0)


@tf.custom_gradient
def squared_with_other_gradient(x):
    return x * x, lambda dy: dy * 100.0


def weighted(x):
    return tf.reduce_sum(V * x * x) * W


def custom(x):
    return tf.reduce_sum(squared_with_other_gradient(x) + x)


def nested(x):
    return tf.function(weighted)(x) + tf.function(custom)(x)


BODIES = {f.__name__: f for f in (weighted, custom, nested)}


def values(nest):
    return [
        None if g is None else tf.convert_to_tensor(g).numpy().tolist()
        for g in tf.nest.flatten(nest)
    ]


@pytest.mark.parametrize("name", BODIES)
def test_first_order(name):
    def run(f):
        x = tf.constant([3.0, 4.0])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        watched = [id(v) for v in tape.watched_variables()]
        return float(y), values(tape.gradient(y, [x, V, W])), watched

    assert run(tf.function(BODIES[name])) == run(BODIES[name])


@pytest.mark.parametrize("name", BODIES)
def test_second_order_and_jacobian(name):
    def run(f):
        x = tf.constant([3.0, 4.0])
        with tf.GradientTape(persistent=True) as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = f(x)
            g = tape.gradient(y, x)
        return values([outer.gradient(g, x), outer.jacobian(g, x)])

    assert run(tf.function(BODIES[name])) == run(BODIES[name])


#: Observed in TensorFlow; a custom gradient is transposed for forward mode.
@pytest.mark.parametrize(("body", "wanted"), [(weighted, 42.0), (custom, 151.5), (nested, 193.5)])
def test_forward_mode(body, wanted):
    x = tf.constant([3.0, 4.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.5])) as acc:
        y = tf.function(body)(x)
    assert float(acc.jvp(y)) == wanted


def test_the_gradient_of_a_gather_is_slices():
    f = tf.function(lambda i: tf.reduce_sum(tf.gather(V, i) ** 2))
    with tf.GradientTape() as tape:
        y = f(tf.constant([0, 0]))
    g = tape.gradient(y, V)
    assert isinstance(g, tf.IndexedSlices)
    assert tf.convert_to_tensor(g).numpy().tolist() == [4.0, 0.0]


def test_outputs_of_all_kinds():
    f = tf.function(lambda x: (tf.floor(x), x * 2, None, {"a": x}))
    x = tf.constant([3.5, 4.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        a, b, c, d = f(x)
    assert c is None
    # one function is one node: an output that is not differentiable gives zeros, as in TensorFlow
    assert values([tape.gradient(a, x), tape.gradient(b, x), tape.gradient(d, x)]) == [
        [0.0, 0.0], [2.0, 2.0], [1.0, 1.0],
    ]  # fmt: skip


def test_a_training_step_with_the_tape_inside():
    v, w = tf.Variable([1.0, 2.0]), tf.Variable(3.0)

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(v * x * x) * w
        dv, dw = tape.gradient(loss, [v, w])
        v.assign_sub(0.1 * dv)
        w.assign_sub(0.1 * dw)
        return loss

    losses = [float(step(tf.constant([1.0, 2.0]))) for _ in range(3)]
    assert np.allclose(losses, [27.0, 8.19, 0.5643], rtol=1e-5)
    assert np.allclose(v.numpy(), [0.319, -0.724], rtol=1e-5)
    assert np.allclose(float(w), 1.677, rtol=1e-5)


def test_a_gradient_through_a_variable_argument():
    def f(a):
        a.assign_add(1.0)
        return a * 2

    v = tf.Variable(10.0)
    with tf.GradientTape() as tape:
        y = tf.function(f)(v)
    assert float(tape.gradient(y, v)) == 2.0


def test_gradients_and_hessians_inside():
    f = tf.function(lambda x: (tf.gradients(x * x, x), tf.hessians(x * x * x, x)))
    (g,), (h,) = f(tf.constant(3.0))
    assert (float(g), float(h)) == (6.0, 18.0)


def test_stop_gradients_and_grad_ys():
    @tf.function
    def f(x):
        y = x * x
        return (
            tf.gradients(y * x, x, stop_gradients=[y])[0],
            tf.gradients(y, x, grad_ys=tf.constant(10.0))[0],
            tf.gradients(tf.constant(1.0), x)[0],
            tf.gradients(tf.constant(1.0), x, unconnected_gradients="zero")[0],
        )

    a, b, c, d = f(tf.constant(3.0))
    assert (float(a), float(b), c, float(d)) == (9.0, 60.0, None, 0.0)


def test_a_recursive_function():
    @tf.function
    def power(x, n):
        return tf.constant(1.0) if n == 0 else x * power(x, n - 1)

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = power(x, 5)
    assert (float(y), float(tape.gradient(y, x))) == (32.0, 80.0)


def test_a_hessian_of_what_is_linear_is_refused():
    with pytest.raises(ValueError, match="None values not supported"):
        tf.function(lambda x: tf.hessians(x * 2.0, x))(tf.constant(3.0))


def assigned_in_a_branch(v, x):
    if x > 0:
        v.assign(x * 3.0)
    return v * x


def assigned_in_no_branch(v, x):
    if x < 0:
        v.assign(x * 3.0)
    return v * x


def assigned_in_two_branches(v, x):
    if x > 0:
        v.assign(x * 3.0)
    a = v * x
    if x > 0:
        v.assign(v + 1.0)
    return a + v * x * 10.0


def read_and_assigned_in_a_loop(v, x):
    s = 0.0
    for _ in tf.range(3):
        s += v * x
        v.assign_add(x)
    return s + v


def assigned_in_a_branch_in_a_loop(v, x):
    s = 0.0
    for i in tf.range(4):
        if i % 2 == 0:
            v.assign_add(1.0)
        s += v * x
    return s * v


@pytest.mark.parametrize(
    ("body", "of_x", "of_v"),
    [
        (assigned_in_a_branch, 4.5, 1.5),
        (assigned_in_no_branch, 2.0, 1.5),
        (assigned_in_two_branches, 59.5, 16.5),
        (read_and_assigned_in_a_loop, 10.5, 5.5),
        (assigned_in_a_branch_in_a_loop, 56.0, 45.0),
    ],
)
def test_a_read_counts_once_where_control_flow_assigns(body, of_x, of_v):
    x = tf.constant(1.5)
    outside = tf.function(body)

    @tf.function
    def inside(v, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = body(v, x)
        return tape.gradient(y, [x, v])

    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = outside(v, x)
    assert [float(g) for g in tape.gradient(y, [x, v])] == [of_x, of_v]
    v.assign(2.0)
    assert [float(g) for g in inside(v, x)] == [of_x, of_v]


def test_a_checked_write_in_a_branch_counts_like_any_other():
    v = tf.Variable([1.0, 2.0, 3.0])

    @tf.function
    def f(x):
        if x > 0:
            v.scatter_add(tf.IndexedSlices([x], [0]))
        return tf.reduce_sum(v * x)

    with tf.GradientTape() as tape:
        y = f(tf.constant(2.0))
    assert tape.gradient(y, v).numpy().tolist() == [2.0, 2.0, 2.0]


def test_second_derivatives_where_control_flow_assigns():
    v, x = tf.Variable(2.0), tf.constant(1.5)

    @tf.function
    def f(x):
        branches = [lambda: v * x, lambda: v.assign(v * 2.0 + x) * x]
        return tf.switch_case(tf.constant(1), branches) * v

    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        grads = tape.gradient(y, [x, v])
    assert [float(g) for g in outer.gradient(grads, [x, v])] == [11.0, 14.0]


def test_what_a_paused_tape_did_not_see_is_a_source_of_its_own():
    v = tf.Variable(2.0)

    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            a = v * x
            with tape.stop_recording():
                if x > 0:
                    v.assign_add(x)
            y = v * x + a
        return tape.gradient(y, v)

    assert float(f(tf.constant(1.5))) == 3.0


#: Per branch how many rows of a table are taken (None: all of it, "none": nothing), and which runs.
#: Observed in TensorFlow: rows as soon as one branch takes some; a plain tensor counts as all rows.
@pytest.mark.parametrize(
    ("left", "right", "rows"),
    [(2, 2, 2), (2, 1, 2), (1, None, 4), ("none", 2, 4), (None, "none", 0)],
)
@pytest.mark.parametrize("outside", [False, True])
def test_gathers_in_branches_have_gradients_of_rows(left, right, rows, outside):
    table = tf.reshape(tf.range(12.0), [4, 3])

    def taken(w, count):
        if count is None:
            return tf.reduce_sum(w * w)
        return (
            tf.constant(1.0)
            if count == "none"
            else tf.reduce_sum(tf.gather(w, [1, 2][:count]) ** 2)
        )

    @tf.function
    def branches(p, w):
        return tf.cond(p, lambda: taken(w, left), lambda: taken(w, right))

    def gradient(p, w):
        with tf.GradientTape() as tape:
            tape.watch(w)
            y = branches(p, w)
        return tape.gradient(y, w)

    for p, count in ((True, left), (False, right)):
        found = (gradient if outside else tf.function(gradient))(tf.constant(p), table)
        assert isinstance(found, tf.IndexedSlices) == (rows > 0)
        if rows:
            assert found.values.shape == [rows, 3] and found.dense_shape.numpy().tolist() == [4, 3]
        wanted = 2 * table.numpy()
        if count is not None:
            wanted[[i for i in range(4) if count == "none" or i not in [1, 2][:count]]] = 0
        assert tf.convert_to_tensor(found).numpy().tolist() == wanted.tolist()


def test_second_derivatives_of_gathers_in_branches():
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0]])

    @tf.function
    def f(i):
        rows = lambda: tf.gather(table, [0, 1])  # noqa: E731
        return tf.switch_case(i, [lambda: tf.reduce_sum(rows() ** 3), lambda: table[0, 0]])

    with tf.GradientTape() as outer:
        with tf.GradientTape() as tape:
            y = f(tf.constant(0))
        slope = tape.gradient(y, table)
        slope = tf.convert_to_tensor(slope)
    second = tf.convert_to_tensor(outer.gradient(slope, table))
    assert second.numpy().tolist() == [[6.0, 12.0], [18.0, 24.0]]
