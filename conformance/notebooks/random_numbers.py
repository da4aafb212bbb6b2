# %% [markdown]
# # Random numbers, the same for the same seed

# %% Set-up
import tensorflow as tf

# %% A seed for everything
tf.random.set_seed(42)
first = tf.random.uniform([2])
second = tf.random.uniform([2])
normal = tf.random.normal([2])
print(first, second, normal)

# %% The same seed again
tf.random.set_seed(42)
again = tf.random.uniform([2])
assert again.numpy().tolist() == first.numpy().tolist()

# %% A seed for one operation
tf.random.set_seed(1)
own = [tf.random.uniform([3], seed=7), tf.random.uniform([3], seed=7)]
assert own[0].numpy().tolist() != own[1].numpy().tolist()

# %% Ranges and dtypes
tf.random.set_seed(5)
drawn = {
    "range": tf.random.uniform([5], -1.0, 1.0),
    "whole": tf.random.uniform([5], maxval=10, dtype=tf.int32),
    "wide": tf.random.uniform([5], 0.0, 1.0, dtype=tf.float64),
    "normal": tf.random.normal([2, 3], mean=10.0, stddev=2.0),
    "truncated": tf.random.truncated_normal([7]),
    "odd": tf.random.uniform([3, 7]),
}
print(drawn["whole"])

# %% Without state
stateless = [
    tf.random.stateless_uniform([2], seed=[1, 2]),
    tf.random.stateless_normal([3], seed=[1, 2]),
    tf.random.stateless_uniform([4], seed=[3, 4], minval=0, maxval=100, dtype=tf.int32),
]
print(stateless[0])

# %% Generators
generator = tf.random.Generator.from_seed(1)
from_generator = [generator.normal([2]), generator.uniform([2]), generator.normal([3])]
print(from_generator[0])
