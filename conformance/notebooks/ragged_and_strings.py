# %% [markdown]
# # Ragged tensors, strings and sparse tensors

# %% Set-up
import tensorflow as tf


def refused(call):
    try:
        return call()
    except Exception as error:  # the text is what is compared
        return f"{type(error).__name__}: {error}"


# %% Lists of different lengths
rows = [[3, 1, 4, 1], [], [5, 9, 2], [6]]
print(refused(lambda: tf.constant(rows)))
ragged = tf.ragged.constant(rows)
print(ragged)
print(ragged.shape, ragged.dtype, ragged.row_lengths())

# %% A ragged tensor is shown as its rows
ragged  # noqa: B018

# %% Rows, columns, arithmetic
print(ragged[0], ragged[2:], ragged[:, :2])
print(ragged + 1, -ragged, ragged * ragged, ragged > 2)
print(tf.reduce_sum(ragged, axis=1), tf.reduce_max(ragged, axis=0))
print(tf.concat([ragged, tf.ragged.constant([[0]] * 4)], axis=1))

# %% To dense and sparse and back
print(ragged.to_tensor(default_value=-1))
print(ragged.to_sparse())
print(tf.RaggedTensor.from_tensor([[1, 2, 0], [3, 0, 0]], padding=0))
print(tf.RaggedTensor.from_row_splits([1, 2, 3, 4], [0, 1, 1, 4]))

# %% Gradients of ragged values
x = tf.ragged.constant([[1.0, 2.0], [3.0]])
with tf.GradientTape() as tape:
    tape.watch(x.flat_values)
    y = tf.reduce_sum(x * x)
print(tape.gradient(y, x.flat_values))

# %% Strings
animals = tf.constant(["Gray wolf", "Quick brown fox", "Lazy dog"])
print(animals)
print(tf.strings.split(animals[0], sep=" "))
print(tf.strings.split(animals))
print(tf.strings.upper(animals), tf.strings.length(animals))
print(tf.strings.join(["a", "b"], separator="-"), tf.strings.substr(animals, 0, 3))

# %% Numbers in strings
print(tf.strings.to_number(tf.strings.split(tf.constant("1 10 100.5"), " ")))
print(tf.strings.as_string(tf.constant([1.5, 2.25])), tf.strings.format("x = {}", tf.range(3)))
print(refused(lambda: tf.cast(tf.constant("1"), tf.float32)))

# %% Bytes and characters
duck = tf.constant("Duck")
print(tf.strings.bytes_split(duck), tf.io.decode_raw(duck, tf.uint8))
bird = tf.constant("アヒル 🦆")
print(bird)
print(tf.strings.unicode_split(bird, "UTF-8"))
print(tf.strings.unicode_decode(bird, "UTF-8"))

# %% Sparse tensors
sparse = tf.sparse.SparseTensor(indices=[[0, 0], [1, 2]], values=[1, 2], dense_shape=[3, 4])
print(sparse, "\n")
print(tf.sparse.to_dense(sparse))
print(tf.sparse.add(sparse, sparse).values, tf.sparse.reduce_sum(sparse, axis=1))
floats = tf.cast(sparse, tf.float32)
print(tf.sparse.sparse_dense_matmul(floats, tf.ones([4, 2])))
