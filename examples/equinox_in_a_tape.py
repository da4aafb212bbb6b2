"""An Equinox module inside a `tf.GradientTape`, trained by a TensorFlow-style loop.

`tf.jax.from_jax` makes a JAX function an op. The module's arrays become `tf.Variable`s, the rest of
it stays as it is; a tape sees one node, whose gradient is the one that JAX gives.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

import tfshim as tf


def main() -> float:
    """Trains for 1,000 steps; returns the last loss."""
    # JAX's default dtype is 64 bits wide here, so it is said
    network = eqx.nn.MLP(2, "scalar", 16, 1, dtype=jnp.float32, key=jax.random.key(0))
    arrays, rest = eqx.partition(network, eqx.is_array)
    leaves, tree = jax.tree_util.tree_flatten(arrays)
    variables = [tf.Variable(leaf) for leaf in leaves]

    @tf.jax.from_jax
    def predict(leaves, x):
        whole = eqx.combine(jax.tree_util.tree_unflatten(tree, leaves), rest)
        return jax.vmap(whole)(x)

    rng = np.random.default_rng(0)
    x = tf.constant(rng.uniform(-1, 1, (128, 2)), tf.float32)
    y = tf.sin(2.0 * x[:, 0]) + x[:, 1]

    @tf.function
    def step(rate):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((predict(variables, x) - y) ** 2)
        for v, g in zip(variables, tape.gradient(loss, variables), strict=True):
            v.assign_sub(rate * g)
        return loss

    for _ in range(1000):
        loss = step(0.2)
    assert float(loss) < 0.05, float(loss)

    # the same module, with the trained arrays, as an Equinox one again
    trained = eqx.combine(jax.tree_util.tree_unflatten(tree, [v.numpy() for v in variables]), rest)
    assert np.allclose(jax.vmap(trained)(x.numpy()), predict(variables, x), atol=1e-5)
    return float(loss)


if __name__ == "__main__":
    print(f"mean squared error after training: {main():.5f}")
