# %% [markdown]
# # The text of things
#
# Notebooks print, and what they print is compared.

# %% Set-up
import numpy as np
import tensorflow as tf

# %% Tensors
print(tf.constant(1))
print(tf.constant([[1.0, 2.0]]))
print(repr(tf.constant([[1.0, 2.0]])))
print(tf.constant("text"), repr(tf.constant(["a", "é", "日本"])))
print(tf.constant([True, False]), tf.constant(1 + 2j))
print(tf.zeros((0, 3)), tf.range(3, dtype=tf.int64))
print(tf.constant([1e-10, 1.0, 1e10]), tf.constant([float("nan"), float("inf")]))
print(tf.constant([1.5, 2.5], tf.bfloat16))
print(tf.range(2000))

# %% The value of the last line
tf.constant([[1, 2], [3, 4]])

# %% Nothing is shown after a semicolon
tf.constant([[1, 2], [3, 4]]);  # fmt: skip  # noqa: E703
# %% Shapes, dtypes and specs
print(tf.TensorShape([1, None, 3]), repr(tf.TensorShape([1, None])), tf.TensorShape(None))
print(tf.float32, repr(tf.int64), tf.as_dtype("bool"), tf.as_dtype(np.float16))
print(tf.TensorSpec((None, 2), tf.float32, name="x"))

# %% Variables
print(tf.Variable(1.0))
print(repr(tf.Variable([[1, 2]], name="numbers", dtype=tf.int64)))

# %% In containers
print([tf.constant(1), tf.constant(2.0)])
print({"a": tf.constant([1]), "b": (tf.constant("s"), None)})

# %% In formats
x = tf.constant(2.0 / 3.0)
print(f"{x:.3f} {x} {x!r} {float(x):8.4f}")
print("%.2f and %d" % (x, tf.constant(7)))  # noqa: UP031

# %% Under NumPy's print options
with np.printoptions(precision=2):
    print(tf.constant([1.23456, 2.34567]))

# %% tf.print
import sys  # noqa: E402

tf.print("text", tf.constant([1, 2, 3]), tf.constant(1.5), output_stream=sys.stdout)
tf.print(tf.range(10), {"a": tf.constant(2.0)}, sep="|", output_stream=sys.stdout)

# %% IndexedSlices
slices = tf.IndexedSlices(tf.constant([[1.0, 2.0]]), tf.constant([3]), tf.constant([5, 2]))
print(slices.values, slices.indices, slices.dense_shape)
