# %% [markdown]
# # Variables

# %% Set-up
import copy

import tensorflow as tf


def message(kind, call):
    try:
        call()
    except kind as error:
        return str(error).splitlines()[0]
    raise AssertionError(f"no {kind.__name__}")


# %% Text
v = tf.Variable(1.0)
named = tf.Variable([[1, 2], [3, 4]], name="named")
assert repr(v) == "<tf.Variable 'Variable:0' shape=() dtype=float32, numpy=1.0>"
print(v)
print(named)
named  # noqa: B018

# %% What a variable knows
facts = [named.name, named.dtype, named.shape, named.trainable]
print(facts)
assert named.shape == (2, 2)

# %% Assignments return something that chains
v = tf.Variable(1.0)
result = v.assign_add(1.0).assign_add(1.0).assign_sub(0.5).assign(v * 2.0)
assert v.numpy() == 5.0
assert result.numpy() == 5.0

# %% A tensor read before an assignment keeps its value
v = tf.Variable([1.0, 2.0])
before = v.read_value()
converted = tf.convert_to_tensor(v)
v.assign([10.0, 20.0])
assert before.numpy().tolist() == [1.0, 2.0]
assert converted.numpy().tolist() == [1.0, 2.0]
after = v.value()

# %% Wrong shapes and dtypes
print(message(ValueError, lambda: v.assign([1.0, 2.0, 3.0])))
tensor_refused = False
try:
    v.assign(tf.constant([1, 2]))
except (ValueError, TypeError):
    tensor_refused = True
assert tensor_refused
assert v.numpy().tolist() == [10.0, 20.0]

# %% An open shape
loose = tf.Variable([1.0], shape=tf.TensorShape(None))
loose.assign([[1.0, 2.0], [3.0, 4.0]])
print(loose.shape, loose.numpy().tolist())

# %% Operators
v = tf.Variable([1.0, 2.0, 3.0])
results = {
    "add": v + 1.0,
    "radd": 1.0 + v,
    "neg": -v,
    "pow": v**2,
    "div": v / 2.0,
    "compare": v > 1.5,
    "matmul": tf.reshape(v, (1, 3)) @ tf.reshape(v, (3, 1)),
    "slice": v[1:],
    "index": v[-1],
}
total = tf.reduce_sum(v)

# %% Assigning to a slice
v = tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
v[0, 1:].assign([20.0, 30.0])
v[:, 0].assign([-1.0, -4.0])
print(v.numpy())

# %% Scattered updates
v = tf.Variable([1.0, 2.0, 3.0, 4.0])
v.scatter_add(tf.IndexedSlices(tf.constant([10.0, 10.0]), tf.constant([0, 0])))
v.scatter_update(tf.IndexedSlices(tf.constant([7.0]), tf.constant([2])))
v.scatter_sub(tf.IndexedSlices(tf.constant([1.0]), tf.constant([3])))
v.scatter_nd_add([[1]], [0.5])
assert v.numpy().tolist() == [21.0, 2.5, 7.0, 3.0]
picked = v.sparse_read([0, 2])
by_index = v.gather_nd([[1], [3]])

# %% Callables, copies and equality
made = tf.Variable(lambda: tf.ones((2,)) * 3.0)
other = copy.deepcopy(made)
other.assign([0.0, 0.0])
assert made.numpy().tolist() == [3.0, 3.0]
same = made == tf.constant([3.0, 0.0])
assert made.ref() == made.ref()

# %% A scalar is not iterable, a vector is
print(message(TypeError, lambda: list(tf.Variable(1.0))))
items = list(tf.Variable([1, 2]))

# %% Whole numbers
counter = tf.Variable(0)
for _ in range(3):
    counter.assign_add(1)
assert counter.dtype == tf.int32
assert counter.numpy() == 3
truth = tf.Variable([True, False])
