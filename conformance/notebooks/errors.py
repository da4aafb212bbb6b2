# %% [markdown]
# # Refusals: the class and the sentence

# %% Set-up
import tensorflow as tf


def report(call):
    """Class and core sentence of what `call` raises."""
    try:
        call()
    except Exception as error:
        text = getattr(error, "message", None) or str(error)
        core = text.split("}} ")[-1].split(" [Op:")[0].splitlines()[0]
        print(f"{type(error).__name__}: {core}")
    else:
        raise AssertionError("nothing was raised")


# %% Dtypes that do not go together
report(lambda: tf.constant([1, 2]) + tf.constant([1.0, 2.0]))
report(lambda: tf.constant([1, 2]) + 1.5)
report(lambda: tf.add(tf.constant(1, tf.int64), tf.constant(1, tf.int32)))
report(lambda: tf.matmul(tf.ones((2, 2)), tf.ones((2, 2), tf.float64)))

# %% Shapes that do not go together
report(lambda: tf.ones((2, 3)) + tf.ones((4,)))
report(lambda: tf.matmul(tf.ones((2, 3)), tf.ones((2, 3))))
report(lambda: tf.reshape(tf.ones((2, 3)), (4,)))
report(lambda: tf.concat([tf.ones((2, 3)), tf.ones((3, 2))], axis=0))
report(lambda: tf.stack([tf.ones(2), tf.ones(3)]))
report(lambda: tf.broadcast_to(tf.ones(3), (2,)))

# %% Values out of range
report(lambda: tf.gather([1, 2, 3], [5]))
report(lambda: tf.constant([1, 2, 3])[7])
report(lambda: tf.reduce_sum(tf.ones((2, 2)), axis=5))
report(lambda: tf.expand_dims(tf.ones(2), 5))

# %% A failure leaves the rest usable
v = tf.Variable([1.0, 2.0])
x = v * 3.0
try:
    v.assign_add(tf.ones(3))
except (ValueError, tf.errors.InvalidArgumentError):
    print("refused")
assert v.numpy().tolist() == [1.0, 2.0]
assert (x + v).numpy().tolist() == [4.0, 8.0]

# %% The fields of an error
try:
    tf.reshape(tf.ones((2, 3)), (4,))
except tf.errors.InvalidArgumentError as error:
    assert isinstance(error, tf.errors.OpError)
    assert error.error_code == tf.errors.INVALID_ARGUMENT
    print(error.message)
    print(str(error))

# %% Assertions
tf.debugging.assert_equal(tf.constant(1), tf.constant(1))
try:
    tf.debugging.assert_equal(tf.constant([1, 2]), tf.constant([1, 3]))
except tf.errors.InvalidArgumentError:
    print("not equal")
try:
    tf.debugging.check_numerics(tf.constant([1.0, float("nan")]), "the loss")
except tf.errors.InvalidArgumentError as error:
    print("the loss" in str(error))

# %% A name that is nowhere
try:
    tf.no_such_thing  # noqa: B018
except AttributeError as error:
    print("AttributeError", "no_such_thing" in str(error))
assert not hasattr(tf.math, "no_such_thing")
