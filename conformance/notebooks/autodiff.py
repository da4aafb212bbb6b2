# %% [markdown]
# # Automatic differentiation with a gradient tape
#
# A tape records the operations that run inside its context and plays them backwards afterwards.
# Every statement that this notebook makes about a derivative is an assertion.

# %% Set-up
# !pip install tensorflow
import tensorflow as tf

print("eager:", tf.executing_eagerly())

# %% A gradient with respect to the input
# z = (sum of x)^2, so every element of x has the derivative 2 * sum(x) = 8.
x = tf.ones((2, 2))

with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.reduce_sum(x)
    z = tf.multiply(y, y)

dz_dx = tape.gradient(z, x)
for row in range(2):
    for column in range(2):
        assert dz_dx[row][column].numpy() == 8.0
dz_dx  # noqa: B018

# %% A gradient with respect to an intermediate result
x = tf.ones((2, 2))

with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.reduce_sum(x)
    z = tf.multiply(y, y)

dz_dy = tape.gradient(z, y)
assert dz_dy.numpy() == 8.0

# %% A persistent tape answers more than once
x = tf.constant(3.0)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = x * x
    z = y * y
dz_dx = tape.gradient(z, x)
dy_dx = tape.gradient(y, x)
assert dz_dx.numpy() == 4 * 3.0**3
assert dy_dx.numpy() == 2 * 3.0
del tape


# %% Python control flow is followed as it happens
def power(base, steps):
    result = 1.0
    for step in range(steps):
        if 1 < step < 5:
            result = tf.multiply(result, base)
    return result


def slope(base, steps):
    with tf.GradientTape() as tape:
        tape.watch(base)
        out = power(base, steps)
    return tape.gradient(out, base)


x = tf.convert_to_tensor(2.0)
slopes = [slope(x, steps) for steps in range(3, 8)]
assert [g.numpy() for g in slopes] == [1.0, 4.0, 12.0, 12.0, 12.0]
print(slopes)

# %% Derivatives of derivatives
x = tf.Variable(1.0)

with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = x * x * x
    dy_dx = inner.gradient(y, x)
d2y_dx2 = outer.gradient(dy_dx, x)

assert dy_dx.numpy() == 3.0
assert d2y_dx2.numpy() == 6.0
print(x, dy_dx, d2y_dx2)

# %% Up to the fifth order
x = tf.constant(2.0)
tapes = [tf.GradientTape() for _ in range(5)]
for tape in tapes:
    tape.__enter__()
    tape.watch(x)
value = x * x * x * x * x
orders = []
for tape in reversed(tapes):
    tape.__exit__(None, None, None)
    value = tape.gradient(value, x)
    orders.append(value)
assert [v.numpy() for v in orders] == [80.0, 160.0, 240.0, 240.0, 120.0]

# %% A dense layer
w = tf.Variable([[0.1, -0.2], [0.3, 0.4], [-0.5, 0.6]], name="w")
b = tf.Variable(tf.zeros(2), name="b")
inputs = tf.constant([[1.0, 2.0, 3.0]])
with tf.GradientTape(persistent=True) as tape:
    outputs = inputs @ w + b
    loss = tf.reduce_mean(outputs**2)
by_position = tape.gradient(loss, [w, b])
by_name = tape.gradient(loss, {"w": w, "b": b})
assert by_position[0].shape == w.shape
assert sorted(by_name) == ["b", "w"]
print(loss, by_position[1].numpy())

# %% Only trainable variables are watched by themselves
trained = tf.Variable(3.0, name="trained")
frozen = tf.Variable(3.0, name="frozen", trainable=False)
tensor = tf.Variable(2.0, name="sum") + 1.0
constant = tf.constant(3.0, name="constant")
with tf.GradientTape() as tape:
    y = trained**2 + frozen**2 + constant**2
gradients = tape.gradient(y, [trained, frozen, tensor, constant])
assert gradients[1:] == [None, None, None]
assert [v.name for v in tape.watched_variables()] == ["trained:0"]
for g in gradients:
    print(g)
