"""An LSTM (Hochreiter and Schmidhuber, 1997) unrolled by a Python loop over time."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.workloads import optimizers
from benchmarks.workloads.base import Data, Program, Workload, carried, cycle, dense, variables

RATES = {"sgd": 0.05, "adam": 1e-3}


def sequences(small: bool) -> Data:
    rng = np.random.default_rng(4)
    time, batch, inputs, hidden = (4, 4, 3, 8) if small else (20, 32, 16, 64)
    x = dense(rng, 1 if small else 4, time, batch, inputs, scale=1.0)
    target = np.tanh(x.sum(axis=(1, 3)))[..., None]
    params = {
        "w": dense(rng, inputs + hidden, 4 * hidden),
        "b": np.zeros(4 * hidden, np.float32),
        "out": dense(rng, hidden, 1),
    }
    return {"x": x, "target": target, "params": params}


def program(tf, compile, data: Data, optimizer: str) -> Program:
    params = variables(tf, data["params"])
    weights = list(params.values())
    hidden = data["params"]["out"].shape[0]
    apply = optimizers.optimizer(tf, optimizer, weights, RATES[optimizer])

    def step(x, target):
        with tf.GradientTape() as tape:
            h = tf.zeros([x.shape[1], hidden])
            c = tf.zeros([x.shape[1], hidden])
            for t in range(x.shape[0]):
                z = tf.matmul(tf.concat([x[t], h], axis=1), params["w"]) + params["b"]
                i, f, g, o = tf.split(z, 4, axis=1)
                c = tf.sigmoid(f + 1.0) * c + tf.sigmoid(i) * tf.tanh(g)
                h = tf.sigmoid(o) * tf.tanh(c)
            loss = tf.reduce_mean(tf.square(tf.matmul(h, params["out"]) - target))
        apply(tape.gradient(loss, weights))
        return loss

    return Program(compile(step), cycle(tf.constant, data["x"], data["target"]))


def peer(jax, data: Data, optimizer: str) -> Program:
    jnp = jax.numpy

    def loss(params, x, target):
        h = c = jnp.zeros((x.shape[1], params["out"].shape[0]), x.dtype)
        for t in range(x.shape[0]):
            z = jnp.concatenate([x[t], h], axis=1) @ params["w"] + params["b"]
            i, f, g, o = jnp.split(z, 4, axis=1)
            c = jax.nn.sigmoid(f + 1.0) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return jnp.mean(jnp.square(h @ params["out"] - target))

    step, state = optimizers.peer_training(jax, optimizer, RATES[optimizer], loss, data["params"])
    return carried(jax, step, state, cycle(jnp.array, data["x"], data["target"]))


WORKLOADS = [
    Workload(
        f"lstm/{name}", "20 time steps unrolled, 64 units, batch 32", sequences,
        partial(program, optimizer=name), partial(peer, optimizer=name), trains=True,
    )
    for name in optimizers.NAMES
]  # fmt: skip
