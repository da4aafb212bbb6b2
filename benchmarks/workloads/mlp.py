"""Multi-layer perceptrons: small, deep and narrow, wide."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.workloads import optimizers
from benchmarks.workloads.base import Data, Program, Workload, carried, cycle, dense, variables

RATES = {"sgd": 0.05, "adam": 1e-3}


def classes(small: bool, sizes: list[int], batch: int) -> Data:
    rng = np.random.default_rng(3)
    if small:
        sizes = [8] * (1 + min(len(sizes) - 2, 3)) + [4]
        batch = 8
    params = {}
    for i, shape in enumerate(zip(sizes, sizes[1:])):
        params[f"w{i}"] = dense(rng, *shape, scale=(2.0 / shape[0]) ** 0.5)
        params[f"b{i}"] = np.zeros(shape[1], np.float32)
    x = dense(rng, 4, batch, sizes[0], scale=1.0)
    labels = rng.integers(0, sizes[-1], size=(4, batch)).astype(np.int32)
    if small:  # the tests want to see the loss fall within a few steps
        x[:], labels[:] = x[0], labels[0]
    return {"x": x, "labels": labels, "params": params, "layers": len(sizes) - 1}


def program(tf, compile, data: Data, optimizer: str) -> Program:
    params = variables(tf, data["params"])
    layers = [(params[f"w{i}"], params[f"b{i}"]) for i in range(data["layers"])]
    weights = list(params.values())
    apply = optimizers.optimizer(tf, optimizer, weights, RATES[optimizer])

    def step(x, labels):
        with tf.GradientTape() as tape:
            h = x
            for w, b in layers[:-1]:
                h = tf.nn.relu(tf.matmul(h, w) + b)
            w, b = layers[-1]
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(
                    labels=labels, logits=tf.matmul(h, w) + b
                )
            )
        apply(tape.gradient(loss, weights))
        return loss

    return Program(compile(step), cycle(tf.constant, data["x"], data["labels"]))


def peer(jax, data: Data, optimizer: str) -> Program:
    jnp = jax.numpy
    last = data["layers"] - 1

    def loss(params, x, labels):
        h = x
        for i in range(last):
            h = jax.nn.relu(h @ params[f"w{i}"] + params[f"b{i}"])
        logits = h @ params[f"w{last}"] + params[f"b{last}"]
        return cross_entropy(jax, logits, labels)

    step, state = optimizers.peer_training(jax, optimizer, RATES[optimizer], loss, data["params"])
    return carried(jax, step, state, cycle(jnp.array, data["x"], data["labels"]))


def cross_entropy(jax, logits, labels):
    """The mean cross entropy of integer labels; logits [..., classes]."""
    scores = jax.nn.log_softmax(logits)
    return -jax.numpy.mean(jax.numpy.take_along_axis(scores, labels[..., None], axis=-1))


SHAPES = {
    "mlp-small": ("784-128-10, batch 32", [784, 128, 10], 32),
    "mlp-wide": ("784-512-512-10, batch 128", [784, 512, 512, 10], 128),
    "mlp-deep": ("20 layers of 64, batch 32", [64] * 20 + [10], 32),
}

WORKLOADS = [
    Workload(
        f"{name}/{optimizer}", about, partial(classes, sizes=sizes, batch=batch),
        partial(program, optimizer=optimizer), partial(peer, optimizer=optimizer), trains=True,
    )
    for name, (about, sizes, batch) in SHAPES.items()
    for optimizer in optimizers.NAMES
]  # fmt: skip
