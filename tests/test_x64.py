"""64-bit dtypes are on, and the user's own JAX code keeps the dtypes that it states."""

import jax
import jax.numpy as jnp
import numpy as np

import tfshim as tf


def test_tensorflow_dtypes_are_ordinary():
    assert tf.constant(1, tf.int64).dtype is tf.int64
    assert tf.cast(1.5, tf.float64).numpy().dtype == np.float64
    assert tf.range(tf.constant(3, tf.int64)).dtype is tf.int64


def test_users_float32_code_keeps_its_dtype():
    x = jnp.ones(3, jnp.float32)

    def loss(w):
        return jnp.mean(jnp.tanh(x * w + 1.0) ** 2)

    value, grad = jax.jit(jax.value_and_grad(loss))(jnp.float32(0.5))
    assert value.dtype == grad.dtype == jnp.float32
    assert jax.nn.softmax(x).dtype == jnp.float32
    assert (x / 3).dtype == jnp.float32


def test_conversion_keeps_dtype_both_ways():
    a = jnp.arange(3, dtype=jnp.float32)
    t = tf.convert_to_tensor(a)
    assert t.dtype is tf.float32
    assert jnp.asarray(t).dtype == jnp.float32
    assert (tf.constant([1.0]) * a[:1]).dtype is tf.float32
