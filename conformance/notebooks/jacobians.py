# %% [markdown]
# # Jacobians and Hessians

# %% Set-up
import tensorflow as tf


def message(kind, call):
    try:
        call()
    except kind as error:
        return str(error).splitlines()[0]
    raise AssertionError(f"no {kind.__name__}")


# %% Of a vector with respect to a scalar
x = tf.linspace(-2.0, 2.0, 5)
delta = tf.Variable(0.0)
with tf.GradientTape() as tape:
    y = tf.nn.sigmoid(x + delta)
dy_dx = tape.jacobian(y, delta)
assert dy_dx.shape == y.shape

# %% Of a matrix with respect to a matrix
a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
b = tf.constant([[0.5, -1.0, 2.0], [1.5, 0.0, -0.5]])
with tf.GradientTape(persistent=True) as tape:
    tape.watch([a, b])
    c = tf.matmul(a, b)
by_a, by_b = tape.jacobian(c, [a, b])
assert by_a.shape == (2, 3, 2, 2)
assert by_b.shape == (2, 3, 2, 3)
one_by_one = tape.jacobian(c, a, experimental_use_pfor=False)
tf.debugging.assert_near(by_a, one_by_one)

# %% The sum of a Jacobian's rows is the gradient of the sum
summed = tf.reduce_sum(by_a, axis=[0, 1])
whole = tape.gradient(c, a)
tf.debugging.assert_near(summed, whole)

# %% The Hessian of a function of a vector
x = tf.constant([1.0, 2.0, 3.0])
with tf.GradientTape() as outer:
    outer.watch(x)
    with tf.GradientTape() as inner:
        inner.watch(x)
        y = tf.reduce_prod(x)
    g = inner.gradient(y, x)
hessian = outer.jacobian(g, x)
print(hessian.numpy())

# %% Batches
x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = x * x
    unrelated = tf.ones((3, 4))
batched = tape.batch_jacobian(y, x)
assert batched.shape == (3, 2, 2)
zeros = tape.batch_jacobian(unrelated, x)
assert zeros.shape == (3, 4, 2)

# %% Refusals
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = tf.reduce_sum(x * x, axis=0)
    flat = tf.reduce_sum(x, axis=1)
print(message(ValueError, lambda: tape.batch_jacobian(y, x)))
print(message(ValueError, lambda: tape.batch_jacobian(flat, x)))

# %% Not connected
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.ones(2)
assert tape.jacobian(y, x) is None
