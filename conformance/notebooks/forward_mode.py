# %% [markdown]
# # Forward mode

# %% Set-up
import tensorflow as tf

# %% A Jacobian-vector product
x = tf.constant([[2.0, 3.0], [1.0, 4.0]])
direction = tf.constant([[1.0, 0.0], [0.0, 2.0]])
with tf.autodiff.ForwardAccumulator(primals=x, tangents=direction) as accumulator:
    y = tf.reduce_sum(x**3, axis=1)
product = accumulator.jvp(y)
assert product.numpy().tolist() == [12.0, 96.0]

# %% What does not depend
with tf.autodiff.ForwardAccumulator(x, direction) as accumulator:
    unrelated = tf.constant([1.0, 2.0])
assert accumulator.jvp(unrelated) is None
zeros = accumulator.jvp(unrelated, unconnected_gradients=tf.UnconnectedGradients.ZERO)
assert zeros.numpy().tolist() == [0.0, 0.0]

# %% Several inputs, structured outputs
a, b = tf.constant(2.0), tf.Variable(5.0)
with tf.autodiff.ForwardAccumulator([a, b], [tf.constant(1.0), tf.constant(10.0)]) as accumulator:
    out = {"product": a * b, "sum": a + b}
tangents = accumulator.jvp(out)
assert tangents["product"].numpy() == 25.0
print(sorted(tangents.items()))

# %% A Hessian-vector product: forward over reverse
x = tf.constant([1.0, 2.0, 3.0])
v = tf.constant([1.0, 0.0, -1.0])
with tf.autodiff.ForwardAccumulator(x, v) as accumulator:
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_prod(x)
    g = tape.gradient(y, x)
hessian_times_v = accumulator.jvp(g)
assert hessian_times_v.numpy().tolist() == [-2.0, 2.0, 2.0]

# %% And reverse over forward
with tf.GradientTape() as tape:
    tape.watch(x)
    with tf.autodiff.ForwardAccumulator(x, v) as accumulator:
        y = tf.reduce_prod(x)
    jvp = accumulator.jvp(y)
assert tape.gradient(jvp, x).numpy().tolist() == [-2.0, 2.0, 2.0]

# %% Accumulators nest
x = tf.constant(3.0)
with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as outer:
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as inner:
        y = x * x * x
    first = inner.jvp(y)
second = outer.jvp(first)
assert (first.numpy(), second.numpy()) == (27.0, 18.0)

# %% Refusals
for attempt in ([x, x], [tf.constant(1.0), tf.constant(1.0)]), None:
    try:
        if attempt is None:
            accumulator = tf.autodiff.ForwardAccumulator(x, tf.constant(1.0))
            with accumulator:
                accumulator.__enter__()
        else:
            tf.autodiff.ForwardAccumulator(*attempt)
    except ValueError as error:
        print("ValueError:", str(error).splitlines()[0][:60])
