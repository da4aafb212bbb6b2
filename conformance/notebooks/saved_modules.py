# %% [markdown]
# # Saving a module and loading it

# %% Set-up
import functools
import tempfile

import tensorflow as tf


class Affine(tf.Module):
    def __init__(self, value):
        super().__init__()
        self.weight = tf.Variable(value)

    @tf.function
    def multiply(self, x):
        return x * self.weight


# %% Before
module = Affine(3.0)
print(module.multiply(tf.constant([1.0, 2.0, 3.0])))

# %% Saved and loaded
folder = functools.cache(tempfile.mkdtemp)
tf.saved_model.save(module, folder())
loaded = tf.saved_model.load(folder())
print(loaded.multiply(tf.constant([1.0, 2.0, 3.0])))
print(loaded.weight, isinstance(loaded, Affine))

# %% What is loaded can be trained
with tf.GradientTape() as tape:
    y = tf.reduce_sum(loaded.multiply(tf.constant([1.0, 2.0, 3.0])))
print(tape.gradient(y, loaded.weight))
loaded.weight.assign(1.0)
print(loaded.multiply(tf.constant([1.0, 2.0, 3.0])), module.weight)
