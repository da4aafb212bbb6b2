# %% [markdown]
# # What a gradient tape answers, and when it refuses

# %% Set-up
import numpy as np
import tensorflow as tf


def message(kind, call):
    """The text of the exception of class `kind` that `call` raises."""
    try:
        call()
    except kind as error:
        return str(error).splitlines()[0]
    raise AssertionError(f"no {kind.__name__}")


# %% The structure of the sources comes back
x, y = tf.constant(2.0), tf.constant(3.0)
with tf.GradientTape(persistent=True) as tape:
    tape.watch([x, y])
    z = x * x * y
bare = tape.gradient(z, x)
listed = tape.gradient(z, [x, y])
tupled = tape.gradient(z, (x, y))
named = tape.gradient(z, {"y": y, "x": x})
nested = tape.gradient(z, {"a": [x, (y, x)], "b": {"c": y}})
repeated = tape.gradient(z, [x, x])
assert isinstance(listed, list) and isinstance(tupled, tuple) and isinstance(named, dict)
print(bare, listed, tupled, named, nested, repeated, sep="\n")

# %% Several targets are summed
x = tf.constant(2.0)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    square = x * x
    same = x
target_is_source = tape.gradient([x, square], x)
twice_itself = tape.gradient([same, same], x)
seeded = tape.gradient([x, square], x, output_gradients=[tf.constant(10.0), tf.constant(100.0)])
assert target_is_source.numpy() == 5.0
assert twice_itself.numpy() == 2.0
assert seeded.numpy() == 410.0

# %% A tensor is known by its object
x = tf.constant(3.0)
same = x
copy = tf.identity(x)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    kept = [tf.identity(x), x + 0, x - 0, x * 1]
assert tape.gradient(same, x).numpy() == 1.0
assert tape.gradient(copy, x) is None
to_copies = [tape.gradient(k, x) for k in kept]
between_copies = tape.gradient(kept[1], kept[2])
assert between_copies is None

# %% What is not connected
x, other = tf.constant([1.0, 2.0]), tf.Variable([[1.0], [2.0]])
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = x * 2.0
assert tape.gradient(y, other) is None
zeros = tape.gradient(y, [x, other], unconnected_gradients=tf.UnconnectedGradients.ZERO)
by_word = tape.gradient(y, other, unconnected_gradients="zero")
print(message(ValueError, lambda: tape.gradient(y, x, unconnected_gradients="nonsense")))

# %% Integers and strings
n = tf.constant([1, 2])
word = tf.constant("word")
x = tf.constant([1.5, 2.5])
with tf.GradientTape(persistent=True) as tape:
    tape.watch([x])
    through_int = x * tf.cast(tf.cast(x, tf.int32), tf.float32)
    only_int = tf.cast(tf.cast(x, tf.int32), tf.float32)
assert tape.gradient(only_int, x) is None
through = tape.gradient(through_int, x)
assert tape.gradient(word, x) is None

# %% A tape that is not persistent answers once
x = tf.constant(1.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = x * x
first = tape.gradient(y, x)
print(message(RuntimeError, lambda: tape.gradient(y, x)))
print(message(RuntimeError, lambda: tape.jacobian(y, x)))

# %% Watching what is no tensor
with tf.GradientTape() as tape:
    refusal = message(ValueError, lambda: tape.watch(np.ones(2)))
assert "ndarray" in refusal
print(refusal)

# %% Entering a tape twice
tape = tf.GradientTape()
with tape:
    print(message(ValueError, tape.__enter__))

# %% Leaving and entering again goes on with the same recording
x = tf.constant(3.0)
tape = tf.GradientTape()
with tape:
    tape.watch(x)
    y = x * x
outside = y * 5.0
with tape:
    z = y * y
assert tape.gradient(z, x).numpy() == 108.0

# %% Stopping for a while
x = tf.constant(2.0)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    before = x * x
    with tape.stop_recording():
        unseen = x * x
        inner = tape.gradient(before, x)
    after = before * unseen
assert tape.gradient(unseen, x) is None
recorded = tape.gradient(after, x)
assert recorded.numpy() == 16.0

# %% Starting over
v = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = v * v
    tape.reset()
    emptied = tape.watched_variables()
    z = v * v * v
assert emptied == ()
from_reset = tape.gradient(z, v)

# %% Watched variables
first, second = tf.Variable(1.0, name="first"), tf.Variable(2.0, name="second")
hidden = tf.Variable(3.0, name="hidden", trainable=False)
with tf.GradientTape() as tape:
    y = second * first + hidden
names = [v.name for v in tape.watched_variables()]
# In the order in which the variables were made, not in which they were read.
assert names == ["first:0", "second:0"]
with tf.GradientTape(watch_accessed_variables=False) as tape:
    tape.watch(first)
    y = second * first
by_hand = tape.gradient(y, [first, second])
assert by_hand[1] is None

# %% Third derivative from one persistent tape
x = tf.constant(2.0)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = x * x * x * x
    d1 = tape.gradient(y, x)
    d2 = tape.gradient(d1, x)
    d3 = tape.gradient(d2, x)
orders = [d.numpy() for d in (d1, d2, d3)]
assert orders == [32.0, 48.0, 48.0]

# %% A gradient is a tensor that another tape can start from
x = tf.constant(3.0)
with tf.GradientTape(persistent=True) as outer:
    outer.watch(x)
    with tf.GradientTape() as inner:
        inner.watch(x)
        y = x * x * x
    dy = inner.gradient(y, x)
    z = dy * dy
wrt_gradient = outer.gradient(z, dy)
wrt_input = outer.gradient(z, x)
assert wrt_gradient.numpy() == 54.0
assert wrt_input.numpy() == 972.0

# %% The largest of three variables
v1, v2, v3 = tf.Variable(1.0), tf.Variable(2.0), tf.Variable(3.0)
with tf.GradientTape() as tape:
    top = max([v1, v2, v3])
    y = top * 1.0
largest = tape.gradient(y, [v1, v2, v3])
assert largest[:2] == [None, None]

# %% Variables that change inside the tape
v = tf.Variable(3.0)
with tf.GradientTape() as tape:
    before = v * v
    v.assign(5.0)
    after = v * v
    y = before + after
changed = tape.gradient(y, v)
assert changed.numpy() == 16.0

# %% An exception leaves no tape recording
x = tf.Variable(2.0)
try:
    with tf.GradientTape() as tape:
        y = x * x
        raise KeyError("inside")
except KeyError:
    pass
after_exception = tape.gradient(y, x)
with tf.GradientTape() as tape:
    y = x * x * x
fresh = tape.gradient(y, x)
assert fresh.numpy() == 12.0

# %% Slices and gathers of a variable
table = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
with tf.GradientTape(persistent=True) as tape:
    rows = tf.gather(table, [2, 0, 2])
    y = tf.reduce_sum(rows * rows)
    mixed = y + tf.reduce_sum(table)
sparse = tape.gradient(y, table)
assert isinstance(sparse, tf.IndexedSlices)
dense = tf.convert_to_tensor(sparse)
total = tf.convert_to_tensor(tape.gradient(mixed, table))
print(dense.numpy())
