# %% [markdown]
# # Gradients of one's own

# %% Set-up
import tensorflow as tf


# %% A rule in place of the derivative
@tf.custom_gradient
def clipped(x):
    def grad(upstream):
        return tf.clip_by_norm(upstream, 0.5)

    return tf.identity(x), grad


v = tf.Variable(2.0)
with tf.GradientTape() as tape:
    out = clipped(v * v)
clipped_slope = tape.gradient(out, v)
assert clipped_slope.numpy() == 2.0


# %% A stable formula
@tf.custom_gradient
def log1pexp(x):
    e = tf.exp(x)

    def grad(upstream):
        return upstream * (1 - 1 / (1 + e))

    return tf.math.log(1 + e), grad


x = tf.constant(100.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = log1pexp(x)
assert tape.gradient(y, x).numpy() == 1.0


# %% Two outputs
@tf.custom_gradient
def twins(x):
    def grad(first, second):
        return 10.0 * first + 100.0 * second

    return (x, x * 2.0), grad


x = tf.constant(1.0)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    left, right = twins(x)
    both = left + right
slopes = [tape.gradient(t, x).numpy() for t in (left, right, both)]
assert slopes == [10.0, 100.0, 110.0]


# %% Nested rules give the second derivative
@tf.custom_gradient
def outer(x):
    @tf.custom_gradient
    def first(x):
        def grad(upstream):
            return upstream * 7.0

        return 5.0 * x, grad

    def grad(upstream):
        return upstream * first(x)

    return x * x, grad


x = tf.constant(3.0)
with tf.GradientTape() as second:
    second.watch(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = outer(x)
    slope = tape.gradient(y, x)
curvature = second.gradient(slope, x)
assert (slope.numpy(), curvature.numpy()) == (15.0, 7.0)

# %% Variables inside
scale = tf.Variable(3.0, name="scale")


@tf.custom_gradient
def scaled(x):
    def grad(upstream, variables=None):
        return upstream * 2.0, [upstream * 5.0 for _ in variables]

    return x * scale, grad


x = tf.constant(4.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = scaled(x)
by_x, by_scale = tape.gradient(y, [x, scale])
assert (by_x.numpy(), by_scale.numpy()) == (2.0, 5.0)


# %% An exception in the rule comes out as it is
@tf.custom_gradient
def broken(x):
    def grad(upstream):
        raise RuntimeError("no gradient today")

    return x * 1.0, grad


with tf.GradientTape() as tape:
    tape.watch(x)
    y = broken(x)
try:
    tape.gradient(y, x)
except RuntimeError as error:
    print("RuntimeError:", error)


# %% Recompute instead of remember
def tower(x):
    return tf.tanh(tf.exp(x * 0.1) * x)


x = tf.constant([0.5, 1.0])
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    plain = tower(x)
    again = tf.recompute_grad(tower)(x)
tf.debugging.assert_near(tape.gradient(plain, x), tape.gradient(again, x))

# %% Let the gradient pass
x = tf.constant(1.7)
with tf.GradientTape() as tape:
    tape.watch(x)
    rounded = tf.grad_pass_through(tf.round)(x)
    y = rounded * rounded
passed = tape.gradient(y, x)
assert passed.numpy() == 4.0
