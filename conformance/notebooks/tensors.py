# %% [markdown]
# # Tensors: making, converting, computing

# %% Set-up
import numpy as np
import tensorflow as tf


def message(kind, call):
    try:
        call()
    except kind as error:
        return str(error).splitlines()[0]
    raise AssertionError(f"no {kind.__name__}")


# %% The dtypes of Python's and NumPy's numbers
made = {
    "int": tf.constant(1),
    "big": tf.constant(2**40),
    "float": tf.constant(1.0),
    "bool": tf.constant(True),
    "complex": tf.constant(1j),
    "text": tf.constant("a"),
    "numpy64": tf.constant(np.array([1.0, 2.0])),
    "numpy int8": tf.constant(np.array([1, 2], np.int8)),
    "list": tf.constant([1, 2.5]),
    "given": tf.constant([1, 2], tf.float16),
    "filled": tf.constant(7, shape=(2, 2)),
    "empty": tf.constant([]),
}
print({name: (t.dtype.name, t.shape.as_list()) for name, t in made.items()})

# %% Refusals
print(message(TypeError, lambda: tf.constant(0.5, tf.int32)))
print(message(ValueError, lambda: tf.constant([[1, 2], [3]])))
print(message(TypeError, lambda: len(tf.constant(1))))
print(message(TypeError, lambda: list(tf.constant(1))))

# %% To Python and back
three = tf.constant(3)
assert (int(three), float(three), bool(three)) == (3, 3.0, True)
assert [10, 20, 30, 40][three] == 40
assert np.asarray(tf.constant([1.0, 2.0])).dtype == np.float32
assert f"{tf.constant(3.14159):.2f}" == "3.14"
assert np.sum(tf.constant([1.0, 2.0])) == 3.0
rows = list(tf.constant([[1, 2], [3, 4]]))
assert len(tf.constant([1, 2, 3])) == 3

# %% Operators
a, b = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([[2.0, 0.5], [1.0, -1.0]])
arithmetic = [a + b, a - b, a * b, a / b, a // b, a % b, a**b, a @ b, -a, abs(b)]
scalars = [1 + a, 1 - a, 2 * a, 2 / a, 2**a, a > 2.0, a <= b, a == b, a != b]
whole = tf.constant([7, -7])
integers = [whole // 2, whole % 3, whole / 2, whole & 3, whole | 8, whole ^ 1]
logic = [tf.constant([True, False]) & True, tf.constant([True, False]) | True, ~tf.constant([True])]

# %% Equality is element by element, identity is by reference
x, y = tf.constant([1, 2]), tf.constant([1, 3])
equal = x == y
assert x.ref() != y.ref()
assert x.ref().deref() is x
print(message(TypeError, lambda: hash(x)))

# %% Shapes
x = tf.zeros((2, 3, 4))
assert x.shape == (2, 3, 4)
assert x.ndim == 3
print(x.shape, x.shape[-1], x.shape.rank, tf.shape(x), tf.size(x), tf.rank(x))
reshaped = tf.reshape(x, (-1, 4))
turned = tf.transpose(x, (2, 0, 1))
wider = tf.expand_dims(x, -1)
narrower = tf.squeeze(tf.zeros((1, 3, 1)))
shapes = [t.shape.as_list() for t in (reshaped, turned, wider, narrower)]
assert shapes == [[6, 4], [4, 2, 3], [2, 3, 4, 1], [3]]

# %% Putting together
a, b = tf.constant([[1, 2], [3, 4]]), tf.constant([[5, 6], [7, 8]])
joined = [tf.concat([a, b], 0), tf.concat([a, b], 1), tf.stack([a, b]), tf.stack([a, b], -1)]
parts = tf.unstack(a) + tf.split(b, 2, axis=1)
repeated = [tf.tile(a, (1, 2)), tf.repeat(a, 2, axis=0), tf.broadcast_to([1, 2], (3, 2))]
made = [
    tf.range(5),
    tf.range(1.0, 2.0, 0.25),
    tf.fill((2,), 3.0),
    tf.eye(2),
    tf.linspace(0.0, 1.0, 3),
]
one_hot = tf.one_hot([0, 2, -1], 3)

# %% Reductions
x = tf.constant([[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]])
reduced = {
    "sum": tf.reduce_sum(x),
    "rows": tf.reduce_sum(x, axis=1),
    "kept": tf.reduce_mean(x, axis=0, keepdims=True),
    "max": tf.reduce_max(x, axis=-1),
    "arg": tf.argmax(x, axis=1),
    "norm": tf.norm(x),
    "any": tf.reduce_any(x > 5.0),
    "all": tf.reduce_all(x > 0.0, axis=1),
    "std": tf.math.reduce_std(x),
    "cumulated": tf.cumsum(x, axis=1),
}
print(reduced["arg"])

# %% Elementwise functions
x = tf.constant([-1.5, -0.5, 0.0, 0.5, 1.5])
functions = [tf.exp, tf.sin, tf.cos, tf.tanh, tf.sigmoid, tf.square, tf.abs, tf.sign, tf.floor]
functions += [tf.round, tf.nn.relu, tf.nn.softplus, tf.nn.elu, tf.nn.gelu, tf.nn.softmax]
values = {f.__name__.removesuffix("_v2"): f(x) for f in functions}
print(list(values))

# %% Casts
x = tf.constant([-1.7, 0.0, 2.9])
casts = [tf.cast(x, t) for t in (tf.int32, tf.int64, tf.bool, tf.float64, tf.float16, tf.bfloat16)]
assert casts[0].numpy().tolist() == [-1, 0, 2]

# %% 64 bits are ordinary
x64 = tf.constant([1.0, 2.0], tf.float64) / 3.0
n64 = tf.constant(2**40, tf.int64) + 1
z128 = tf.constant(1 + 2j, tf.complex128) ** 2
print(x64, n64, z128)
