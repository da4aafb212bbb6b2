"""`tf.experimental.dlpack` and the small names around execution."""

import numpy as np
import pytest

import tfshim as tf

to_dlpack, from_dlpack = tf.experimental.dlpack.to_dlpack, tf.experimental.dlpack.from_dlpack


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "int64", "bool", "complex64"])
def test_there_and_back(dtype):
    x = tf.cast(tf.constant([[0, 1, 2]]), dtype)
    back = from_dlpack(to_dlpack(x))
    assert back.dtype is x.dtype and back.shape == x.shape
    np.testing.assert_array_equal(back.numpy(), x.numpy())


def test_capsules_of_others():
    back = from_dlpack(np.arange(3.0).__dlpack__())
    assert back.dtype is tf.float64 and back.numpy().tolist() == [0, 1, 2]
    assert (back * 2).numpy().tolist() == [0, 2, 4]


def test_a_capsule_is_taken_once():
    capsule = to_dlpack(tf.constant([1.0]))
    from_dlpack(capsule)
    with pytest.raises(tf.errors.InvalidArgumentError, match="consumed at most once"):
        from_dlpack(capsule)


def test_what_is_refused():
    for value in (tf.Variable([1.0]), np.ones(2), 3):
        with pytest.raises(tf.errors.InvalidArgumentError, match="must be a TF tensor, not Python"):
            to_dlpack(value)
    with pytest.raises(TypeError):
        from_dlpack(3)


def test_scopes_and_settings_of_execution():
    with tf.experimental.async_scope():
        x = tf.constant(1.0) + 1
    assert x.numpy() == 2
    with pytest.raises(tf.errors.InvalidArgumentError), tf.experimental.async_scope():
        tf.gather([1.0], [3])
    assert tf.experimental.async_clear_error() is None
    config = tf.config.experimental
    assert config.get_synchronous_execution() is True
    config.set_synchronous_execution(False)
    assert config.get_synchronous_execution() is False
    config.set_synchronous_execution(None)
    assert config.get_synchronous_execution() is True
    config.set_device_policy("silent")
    config.set_device_policy(None)
    assert config.get_device_policy() == "silent"
    with pytest.raises(ValueError, match="Invalid argument `device_policy`: 'x'"):
        config.set_device_policy("x")
    if tf.__name__ != "tensorflow":
        with pytest.raises(ValueError, match="device_policy='explicit'"):
            config.set_device_policy("explicit")
    assert tf.autodiff.GradientTape is tf.GradientTape
