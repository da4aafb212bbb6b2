# %% [markdown]
# # NumPy's names on tensors
#
# `tf.experimental.numpy` computes with tensors by NumPy's rules for dtypes, broadcasting and
# indexing. What it returns are tensors, so tapes, functions, vectorised maps and devices take them.

# %% Set-up
import numpy as np
import tensorflow as tf
import tensorflow.experimental.numpy as tnp

tnp.experimental_enable_numpy_behavior()

# %% An array is a tensor
ones = tnp.ones([5, 3], dtype=tnp.float32)
print(ones.shape, ones.ndim, ones.dtype, ones.size, isinstance(ones, tf.Tensor))
assert tnp.ndarray is tf.Tensor
print(ones.T.shape, ones.reshape(-1).shape, ones.ravel().shape, ones.astype(tnp.int8).dtype)

# %% Operators promote
values = [tnp.asarray(1, dtype=d) for d in (tnp.int32, tnp.int64, tnp.float32, tnp.float64)]
for i, x in enumerate(values):
    for y in values[i + 1 :]:
        print(f"{x.dtype.name} + {y.dtype.name} is {(x + y).dtype.name}")
print((tf.constant(1) < tf.constant(1.5)).numpy(), (tf.constant(3) / 2).dtype.name)

# %% Python numbers are float64 and int64
print(tnp.asarray(1).dtype.name, tnp.asarray(1.0).dtype.name, tnp.asarray([1, 2.5]).dtype.name)
print(tnp.add(1.0, 2.0).dtype.name, tnp.sqrt(4).dtype.name, tnp.sum([True, True]).dtype.name)

# %% Unless float32 is preferred
tnp.experimental_enable_numpy_behavior(prefer_float32=True)
preferred = tnp.asarray(1.0).dtype.name, tnp.add(1.0, 2.0).dtype.name
tnp.experimental_enable_numpy_behavior(prefer_float32=False)
restored = tnp.asarray(1.0).dtype.name, tnp.add(1.0, 2.0).dtype.name
print(preferred, restored)

# %% Broadcasting
x, y, z = tnp.ones([2, 3]), tnp.ones([3]), tnp.ones([1, 2, 1])
print((x + y + z).shape)
assert [a.shape for a in tnp.broadcast_arrays(x, y)] == [(2, 3), (2, 3)]

# %% Indexing
x = tnp.arange(24).reshape(2, 3, 4)
print("basic", x[1, tnp.newaxis, 1:3, ...])
print("by booleans", x[:, (True, False, True)])
print("by arrays", x[1, (0, 0, 1), tnp.asarray([0, 1, 1])])
print("by arrays apart", x[(0, 1), :, (1, 2)])

# %% Tensors do not change
x = tnp.arange(6)
try:
    x[1] = -1
except TypeError as e:
    print("no assignment:", type(e).__name__)
changed = tnp.where(tnp.arange(6) == 1, -1, x)

# %% A model
tnp.random.seed(3)


class Model:
    """A dense layer and a linear one."""

    def __init__(self, size):
        scale = tnp.sqrt(size).astype(tnp.float32)
        self.weights = (
            tnp.random.randn(size, 16).astype(tnp.float32) / scale,
            tnp.random.randn(16).astype(tnp.float32),
            tnp.random.randn(16, 2).astype(tnp.float32) / 4,
        )

    def predict(self, inputs):
        first, bias, last = self.weights
        return tnp.matmul(tnp.maximum(tnp.matmul(inputs, first) + bias, 0), last)


model = Model(8)
predicted = model.predict(tnp.ones([2, 8], dtype=tnp.float32))
print(predicted)

# %% NumPy takes tensors, and the functions take arrays
total = np.sum(tnp.ones([2, 3]))
print(float(total), type(total).__name__)
total = tnp.sum(np.ones([2, 3]))
print(float(total), isinstance(total, tf.Tensor))
print(np.asarray(tnp.arange(3)), isinstance(tnp.ones([2]) + np.ones([2]), tf.Tensor))
mixed = np.ones([2]) + tnp.ones([2])

# %% So does the rest of TensorFlow
x = tf.constant([1, 2])
assert tnp.asarray(x) is x
print(type(x.numpy()).__name__, tf.reduce_sum(tnp.ones([2, 3], tnp.float32)).numpy())
v = tf.Variable(tnp.ones([2]))
v.assign_add(tnp.asarray([1, 2], tnp.float64))
print(v.dtype.name, (v + tnp.arange(2)).numpy(), tnp.sum(v).numpy())

# %% Gradients


def batch(size):
    return (
        tnp.random.randn(size, 8).astype(tnp.float32),
        tnp.random.randn(size, 2).astype(tnp.float32),
    )


def gradients_of(inputs, labels):
    with tf.GradientTape() as tape:
        tape.watch(model.weights)
        loss = tnp.sum(tnp.square(model.predict(inputs) - labels))
    return tape.gradient(loss, model.weights)


inputs, labels = batch(6)
gradients = gradients_of(inputs, labels)
print([g.shape for g in gradients])
assert all(isinstance(g, tnp.ndarray) for g in gradients)

# %% A Jacobian for each row
with tf.GradientTape() as tape:
    tape.watch(inputs)
    predicted = model.predict(inputs)
jacobian = tape.batch_jacobian(predicted, inputs)
print(predicted.shape, jacobian.shape)

# %% Compiled
compiled = tf.function(gradients_of)(inputs, labels)
for a, b in zip(gradients, compiled, strict=True):
    assert np.allclose(a, b, atol=1e-4)

# %% A gradient for each example


@tf.function
def for_each_example(inputs, labels):
    def one(arg):
        return gradients_of(tnp.expand_dims(arg[0], 0), tnp.expand_dims(arg[1], 0))

    return tf.vectorized_map(one, (inputs, labels))


each = for_each_example(inputs, labels)
for g, all_of_them in zip(gradients, each, strict=True):
    print(g.shape, all_of_them.shape)
    assert np.allclose(g, tnp.sum(all_of_them, axis=0), atol=1e-4)

# %% One after the other


@tf.function
def in_a_loop(inputs, labels):
    def one(arg):
        return gradients_of(tnp.expand_dims(arg[0], 0), tnp.expand_dims(arg[1], 0))

    return tf.map_fn(one, (inputs, labels), fn_output_signature=(tf.float32,) * 3)


looped = in_a_loop(inputs, labels)

# %% Devices
with tf.device("/device:CPU:0"):
    placed = tnp.copy(model.predict(inputs))
print(placed.device)
