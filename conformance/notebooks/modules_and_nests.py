# %% [markdown]
# # Modules and nested structures

# %% Set-up
import collections

import tensorflow as tf


def message(kind, call):
    try:
        call()
    except kind as error:
        return str(error).splitlines()[0]
    raise AssertionError(f"no {kind.__name__}")


# %% Variables of a module and of its parts
class Dense(tf.Module):
    def __init__(self, inputs, outputs, name=None):
        super().__init__(name=name)
        self.w = tf.Variable(tf.ones([inputs, outputs]), name="w")
        self.b = tf.Variable(tf.zeros([outputs]), name="b")
        self.seen = tf.Variable(0, trainable=False, name="seen")

    def __call__(self, x):
        self.seen.assign_add(1)
        return tf.nn.relu(x @ self.w + self.b)


class Stack(tf.Module):
    def __init__(self):
        super().__init__(name="stack")
        self.layers = [Dense(2, 3, name="first"), Dense(3, 1, name="second")]
        self.extra = {"scale": tf.Variable(2.0, name="scale")}

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x * self.extra["scale"]


model = Stack()
out = model(tf.constant([[1.0, 2.0]]))
print([v.name for v in model.variables])
print([v.name for v in model.trainable_variables])
print([m.name for m in model.submodules])
assert out.numpy().tolist() == [[18.0]]

# %% A name that is none
print(message(ValueError, lambda: tf.Module(name="not a name")))

# %% Flat and back
Point = collections.namedtuple("Point", "x y")
structure = {"b": [1, (2, 3)], "a": Point(4, None)}
flat = tf.nest.flatten(structure)
packed = tf.nest.pack_sequence_as(structure, [10 * n if n else n for n in flat])
mapped = tf.nest.map_structure(lambda n: n and n + 1, structure)
assert flat == [4, None, 1, 2, 3]
print(packed)

# %% Structures that differ
print(message(ValueError, lambda: tf.nest.assert_same_structure([1, 2], [1, [2]])))
tf.nest.assert_same_structure({"a": 1}, {"a": 2})
