# %% [markdown]
# # Gradients at the points where libraries disagree
#
# Ties, edges of a clip, zeros of a norm: more than one answer would be defensible, and one is
# TensorFlow's.

# %% Set-up
import tensorflow as tf


def gradient(function, *values):
    """The gradients of `function` at `values`, one for each."""
    inputs = [tf.constant(v) for v in values]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        out = function(*inputs)
    return tape.gradient(out, inputs)


def numbers(gradients):
    return [None if g is None else g.numpy() for g in gradients]


# %% Ties of two arguments go to the first
ties = gradient(tf.maximum, 1.0, 1.0) + gradient(tf.minimum, 1.0, 1.0)
assert numbers(ties) == [1.0, 0.0, 1.0, 0.0]

# %% Kinks of one argument
at_kinks = {
    "abs": gradient(tf.abs, 0.0),
    "relu": gradient(tf.nn.relu, 0.0),
    "leaky_relu": gradient(tf.nn.leaky_relu, 0.0),
    "selu": gradient(tf.nn.selu, 0.0),
    "elu": gradient(tf.nn.elu, 0.0),
    "relu6": gradient(tf.nn.relu6, [0.0, 6.0]),
    "clip": gradient(lambda x: tf.clip_by_value(x, 0.0, 1.0), [0.0, 0.5, 1.0, 1.5]),
    "sign": gradient(tf.sign, 0.0),
}
assert at_kinks["abs"][0].numpy() == 0.0
assert at_kinks["clip"][0].numpy().tolist() == [1.0, 1.0, 1.0, 0.0]
print(at_kinks)

# %% Ties inside a reduction share
shared = gradient(tf.reduce_max, [1.0, 2.0, 2.0])
assert shared[0].numpy().tolist() == [0.0, 0.5, 0.5]
least = gradient(tf.reduce_min, [1.0, 1.0, 2.0])

# %% Division and logarithms at zero
at_zero = {
    "xlogy": gradient(tf.math.xlogy, 0.0, 0.0),
    "divide_no_nan": gradient(lambda x: tf.math.divide_no_nan(tf.sin(x), x), 0.0),
    "reciprocal_no_nan": gradient(tf.math.reciprocal_no_nan, 0.0),
}
assert numbers(at_zero["xlogy"]) == [0.0, 0.0]
assert numbers(at_zero["divide_no_nan"]) == [0.0]
assert numbers(at_zero["reciprocal_no_nan"]) == [0.0]

# %% Powers
powers = gradient(tf.pow, -1.0, 2.0) + gradient(tf.pow, 2.0, 3.0)
assert numbers(powers)[:2] == [-2.0, 0.0]
squares = gradient(lambda x: x**2, [0.0, 3.0, -1.0])

# %% Steps have no gradient
steps = [gradient(f, 1.5) for f in (tf.floor, tf.round, tf.math.ceil)]
assert steps == [[None], [None], [None]]

# %% Complex numbers: the gradient is conjugated
z = 1.0 + 2.0j
complex_gradients = {
    "square": gradient(lambda z: z * z, z),
    "abs": gradient(tf.abs, z),
    "imag": gradient(tf.math.imag, z),
    "real": gradient(tf.math.real, z),
}
assert complex_gradients["square"][0].numpy() == 2 - 4j
assert complex_gradients["imag"][0].numpy() == 1j

# %% The norm of the zero vector
normed = gradient(lambda x: tf.reduce_sum(tf.math.l2_normalize(x)), [0.0, 0.0])
print(normed[0].numpy())

# %% Products with zeros
products = [gradient(tf.reduce_prod, v)[0] for v in ([0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [1.0, 2.0])]
assert products[0].numpy().tolist() == [6.0, 0.0, 0.0]

# %% Softmax and cross-entropy
logits, labels = [[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 1.0], [0.2, 0.3, 0.5]]
loss = gradient(lambda x: tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(labels, x)), logits)
sparse_loss = gradient(
    lambda x: tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits([2, 0], x)), logits
)
soft = gradient(lambda x: tf.nn.softmax(x)[0, 0], logits)
log_soft = gradient(lambda x: tf.nn.log_softmax(x)[0, 2], logits)
print(loss[0].numpy())

# %% Broadcasting is summed away
a, b = gradient(lambda a, b: a * b, [[1.0], [2.0]], [3.0, 4.0, 5.0])
assert a.shape == (2, 1) and b.shape == (3,)
assert a.numpy().tolist() == [[12.0], [12.0]]

# %% Choosing with where
chosen = gradient(lambda x, y: tf.where(x > 1.0, x * 2.0, y * 3.0), [0.0, 2.0], [5.0, 7.0])
print(chosen)

# %% Stop
stopped = gradient(lambda x: tf.stop_gradient(x * x) * x, 3.0)
assert stopped[0].numpy() == 9.0
