# %% [markdown]
# # Datasets for training loops

# %% Set-up
import tempfile

import numpy as np
import tensorflow as tf

# %% From tensors and from a file
tensors = tf.data.Dataset.from_tensor_slices([1, 2, 3, 4, 5, 6])


def three_lines():
    _, filename = tempfile.mkstemp()
    with open(filename, "w") as file:
        file.write("Line 1\nLine 2\nLine 3\n  ")
    return tf.data.TextLineDataset(filename)


lines = three_lines()
print(tensors, lines)

# %% Squares and batches
for batch in tensors.map(tf.math.square).batch(2):
    print(batch)
for batch in lines.batch(2):
    print(batch)

# %% Shuffled elements are the same elements
shuffled = sorted(int(v) for v in tensors.shuffle(2))
assert shuffled == [1, 2, 3, 4, 5, 6]

# %% Pairs
features = tf.data.Dataset.from_tensor_slices(np.arange(8, dtype=np.float32).reshape(4, 2))
pairs = tf.data.Dataset.zip((features, tf.data.Dataset.range(4)))
print(pairs.element_spec)
for x, y in pairs.batch(3):
    print(x, y)
print(len(pairs), pairs.repeat(2).cardinality(), list(pairs.take(1).as_numpy_iterator()))

# %% A loop that learns
inputs = tf.linspace(-1.0, 1.0, 32)
data = tf.data.Dataset.from_tensor_slices((inputs, 3.0 * inputs + 2.0)).batch(8).repeat(30)
w, b = tf.Variable(0.0), tf.Variable(0.0)
for x, y in data:
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((w * x + b - y) ** 2)
    dw, db = tape.gradient(loss, [w, b])
    w.assign_sub(0.2 * dw)
    b.assign_sub(0.2 * db)
print(f"{w.numpy():.2f} {b.numpy():.2f}")
