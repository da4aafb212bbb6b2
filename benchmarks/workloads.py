"""The user programs. Each takes the `tf` module and returns a step; the text is the same for both.

A step ends by reading a value, as a user who prints the loss does.
"""

from __future__ import annotations

import numpy as np


def seed_gradient(tf):
    """The first gradient of TensorFlow's notebook on automatic differentiation: two ops."""
    x = tf.ones((2, 2))

    def step():
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.reduce_sum(x)
            z = tf.multiply(y, y)
        return t.gradient(z, x)

    return step


def _mlp(sizes, batch):
    def workload(tf):
        rng = np.random.default_rng(0)
        pairs = list(zip(sizes, sizes[1:], strict=False))
        weights = [tf.Variable((rng.normal(size=p) * 0.05).astype(np.float32)) for p in pairs]
        biases = [tf.Variable(np.zeros(p[1], np.float32)) for p in pairs]
        x = tf.constant(rng.normal(size=(batch, sizes[0])).astype(np.float32))
        labels = tf.constant(rng.integers(0, sizes[-1], size=batch).astype(np.int32))
        variables = weights + biases

        def step():
            with tf.GradientTape() as tape:
                h = x
                for w, b in zip(weights[:-1], biases[:-1], strict=True):
                    h = tf.nn.relu(tf.matmul(h, w) + b)
                logits = tf.matmul(h, weights[-1]) + biases[-1]
                loss = tf.reduce_mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
                )
            grads = tape.gradient(loss, variables)
            for v, g in zip(variables, grads, strict=True):
                v.assign_sub(0.01 * g)
            return loss

        return step

    workload.__doc__ = f"A training step of a multi-layer perceptron {sizes}, batch {batch}."
    return workload


def small_op(tf):
    """One multiplication of 2x2 matrices."""
    a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    return lambda: tf.multiply(a, a)


WORKLOADS = {
    "seed gradient": seed_gradient,
    "multiply 2x2": small_op,
    "MLP 784-128-10, batch 32": _mlp([784, 128, 10], 32),
    "MLP 784-512-512-10, batch 128": _mlp([784, 512, 512, 10], 128),
    "MLP 20 layers of 64, batch 32": _mlp([64] * 20 + [10], 32),
}
