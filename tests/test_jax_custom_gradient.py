"""`tf.custom_gradient` inside JAX's transformations: JAX uses the user's gradient."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tfshim as tf


@tf.custom_gradient
def clipped(x):
    """The identity, whose gradient is clipped to [-1, 1]."""
    return tf.identity(x), lambda upstream: tf.clip_by_value(upstream, -1.0, 1.0)


@tf.custom_gradient
def doubled(x):
    """x ** 2 with twice its gradient, which is differentiable again."""
    return x * x, lambda upstream: upstream * 4 * x


def plain(x):
    return doubled(tf.sin(x)) * 10.0


BODIES = {
    "a function": plain,
    "a tf.function": tf.function(plain),
    "a tf.function in one": tf.function(lambda x: tf.function(plain)(x) + 0.0),
    "a branch": tf.function(lambda x: tf.cond(x > -9.0, lambda: plain(x), lambda: x)),
    "a loop": tf.function(
        lambda x: tf.while_loop(lambda i, a: i < 1, lambda i, a: (i + 1, plain(a)), (0, x))[1]
    ),
    "a loop of unknown length": tf.function(
        lambda x: tf.while_loop(lambda a: a < 0.5, lambda a: (plain(a) + 99.0,), (x,))[0]
    ),
}


@pytest.fixture(params=BODIES)
def body(request):
    return BODIES[request.param]


X = jnp.float32(0.3)
SLOPE = 40.0 * np.sin(0.3) * np.cos(0.3)


def pure(body):
    f = tf.jax.to_jax(body)
    return lambda x: f([], x)


def test_grad(body):
    assert np.allclose(jax.grad(pure(body))(X), SLOPE, rtol=1e-5)


def test_grad_is_what_a_tape_gives(body):
    x = tf.constant(0.3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = body(x)
    assert np.allclose(jax.grad(pure(body))(X), tape.gradient(y, x), rtol=1e-6)


def test_jit_and_vmap(body):
    xs = jnp.linspace(0.1, 0.4, 5, dtype=jnp.float32)
    wanted = 40.0 * np.sin(xs) * np.cos(xs)
    slopes = jax.jit(jax.vmap(jax.grad(pure(body))))(xs)
    assert slopes.dtype == jnp.float32
    assert np.allclose(slopes, wanted, rtol=1e-5)
    assert np.allclose(jax.vmap(pure(body))(xs), [pure(body)(x) for x in xs], rtol=1e-6)


def test_second_derivative():
    """The user's gradient 4 x cos x sin x... is differentiated by its own ops."""
    second = jax.grad(jax.grad(pure(doubled)))(X)
    assert np.allclose(second, 4.0)
    x = tf.constant(0.3)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = doubled(x)
        slope = inner.gradient(y, x)
    assert np.allclose(second, outer.gradient(slope, x))


def test_export(body):
    slope = jax.jit(jax.grad(pure(body)))
    exported = jax.export.export(slope)(jax.ShapeDtypeStruct((), jnp.float32))
    again = jax.export.deserialize(exported.serialize())
    assert np.allclose(again.call(X), SLOPE, rtol=1e-5)


def test_in_the_users_own_transformation():
    def loss(w):
        return jnp.asarray(tf.reduce_sum(clipped(tf.convert_to_tensor(w)) * 100.0))

    assert jax.jit(jax.grad(loss))(jnp.ones(3)).tolist() == [1.0, 1.0, 1.0]


class Layer(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable([2.0, 3.0])
        self.calls = tf.Variable(0)

    def __call__(self, x):
        self.calls.assign_add(1)

        @tf.custom_gradient
        def scaled(x):
            def grad(upstream, variables=None):
                return upstream * 5.0, [upstream * 7.0 for _ in variables]

            return x * self.w, grad

        return tf.reduce_sum(scaled(x))


@pytest.mark.parametrize("traced", [False, True])
def test_variables_have_their_own_gradient(traced):
    layer = Layer()
    function = tf.function(layer.__call__) if traced else layer
    f = tf.jax.to_jax(function, [layer.w])
    x = jnp.float32([1.0, 1.0])
    (slope,), inner = jax.grad(lambda w, x: f(w, x), argnums=(0, 1))(f.values, x)
    assert slope.tolist() == [7.0, 7.0] and inner.tolist() == [5.0, 5.0]
    assert layer.w.numpy().tolist() == [2.0, 3.0]


def test_assignments_beside_a_custom_gradient():
    v = tf.Variable(1.0)

    @tf.function
    def step(x):
        v.assign(doubled(x))
        return clipped(x) * 3.0

    f = tf.jax.to_jax(step, [v])
    out, (after,) = f.with_values([jnp.float32(1.0)], jnp.float32(4.0))
    assert (float(out), float(after), float(v)) == (12.0, 16.0, 1.0)
    through = jax.grad(lambda x: f.with_values([jnp.float32(1.0)], x)[1][0])(jnp.float32(4.0))
    assert float(through) == 16.0


def test_what_the_gradient_reads_besides():
    def f(x, y):
        @tf.custom_gradient
        def inner(x):
            return x + 0.0, lambda upstream: upstream * y

        return inner(tf.convert_to_tensor(x)) * 1.0

    def loss(x, y):
        return jnp.asarray(f(x, tf.convert_to_tensor(y)))

    one, five = jnp.float32(1.0), jnp.float32(5.0)
    assert float(jax.grad(loss)(one, five)) == 5.0
    assert float(jax.jit(jax.grad(loss))(one, five)) == 5.0


def test_recompute_and_pass_through():
    f = tf.recompute_grad(lambda x: tf.sin(x) * x)
    g = tf.grad_pass_through(tf.round)
    assert np.allclose(jax.grad(pure(f))(X), np.sin(0.3) + 0.3 * np.cos(0.3))
    assert float(jax.grad(pure(g))(X)) == 1.0


def test_a_tape_inside():
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = doubled(x)
        return tape.gradient(y, x)

    assert np.allclose(jax.jit(pure(f))(X), 4 * 0.3)
    assert np.allclose(jax.grad(pure(f))(X), 4.0)
    assert np.allclose(jax.grad(pure(tf.function(f)))(X), 4.0)


def test_structures_and_keywords():
    @tf.custom_gradient
    def f(pair, scale=1.0):
        a, b = pair

        def grad(first, second):
            return (first * 2.0, second * 3.0)

        return (a * scale, b * scale), grad

    def loss(a, b):
        one, two = f((tf.convert_to_tensor(a), tf.convert_to_tensor(b)), scale=10.0)
        return jnp.asarray(one + two)

    assert float(loss(1.0, 2.0)) == 30.0
    one, two = jax.grad(loss, argnums=(0, 1))(1.0, 2.0)
    assert (float(one), float(two)) == (2.0, 3.0)


def test_without_a_custom_gradient_forward_mode_stays():
    f = pure(tf.function(lambda x: tf.gather(tf.stack([x, x * x]), 1)))
    _, tangent = jax.jvp(f, (X,), (jnp.float32(1.0),))
    assert np.allclose(tangent, 0.6)
