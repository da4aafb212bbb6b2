"""A TensorFlow-style model, trained by JAX: `tf.jax.to_jax`, `jax.value_and_grad` and optax.

The model is a `tf.Module` with variables, a `tf.function` and a gradient of its own. `to_jax` makes
it a pure function of its variables' values, which is all that optax needs. At the end the trained
values are written back, and the model goes on as a TensorFlow one.
"""

import jax
import jax.numpy as jnp
import numpy as np
import optax

import tfshim as tf


@tf.custom_gradient
def careful(x):
    """The identity, whose gradient is clipped; JAX uses that too."""
    return tf.identity(x), lambda upstream: tf.clip_by_value(upstream, -1.0, 1.0)


class Perceptron(tf.Module):
    """Two dense layers."""

    def __init__(self, width: int):
        super().__init__()
        rng = tf.random.Generator.from_seed(1)
        self.w1 = tf.Variable(rng.normal([2, width]) * 0.5)
        self.b1 = tf.Variable(tf.zeros([width]))
        self.w2 = tf.Variable(rng.normal([width, 1]) * 0.5)

    @tf.function
    def __call__(self, x):
        hidden = tf.nn.tanh(x @ self.w1 + self.b1)
        return careful(tf.squeeze(hidden @ self.w2, 1))


def main() -> float:
    """Trains for 200 steps; returns the last loss."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (256, 2)).astype(np.float32)
    y = x[:, 0] * x[:, 1]

    model = Perceptron(32)
    pure = tf.jax.to_jax(model)
    optimizer = optax.adam(3e-2)
    values, state = pure.values, optimizer.init(pure.values)

    @jax.jit
    def step(values, state):
        def loss_of(values):
            return jnp.mean((pure(values, x) - y) ** 2)

        loss, grads = jax.value_and_grad(loss_of)(values)
        updates, state = optimizer.update(grads, state)
        return optax.apply_updates(values, updates), state, loss

    loss = jnp.inf
    for _ in range(200):
        values, state, loss = step(values, state)

    pure.assign(values)
    error = tf.reduce_mean((model(x) - y) ** 2)
    assert float(error) < 5e-3, float(error)
    assert abs(float(error) - float(loss)) < 1e-3
    return float(error)


if __name__ == "__main__":
    print(f"mean squared error after training: {main():.5f}")
