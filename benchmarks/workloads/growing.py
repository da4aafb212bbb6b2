"""Data that grows by one row at every step: no shape comes back."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.workloads import optimizers
from benchmarks.workloads.base import Data, Program, Workload, carried, dense, variables

RATES = {"sgd": 0.1, "adam": 1e-2}
BUCKET = 256  # the peer pads the rows to a multiple of this


def stream(small: bool) -> Data:
    rng = np.random.default_rng(13)
    rows, start, inputs, hidden = (16, 4, 3, 4) if small else (8192, 16, 8, 32)
    x = dense(rng, rows, inputs, scale=1.0)
    params = {
        "w": dense(rng, inputs, hidden),
        "b": np.zeros(hidden, np.float32),
        "out": dense(rng, hidden, 1),
    }
    return {"x": x, "y": np.tanh(x.sum(1, keepdims=True)), "start": start, "params": params}


def program(tf, compile, data: Data, optimizer: str) -> Program:
    params = variables(tf, data["params"])
    weights = list(params.values())
    apply = optimizers.optimizer(tf, optimizer, weights, RATES[optimizer])

    def step(x, y):
        with tf.GradientTape() as tape:
            h = tf.tanh(tf.matmul(x, params["w"]) + params["b"])
            loss = tf.reduce_mean(tf.square(tf.matmul(h, params["out"]) - y))
        apply(tape.gradient(loss, weights))
        return loss

    def feed(i):
        rows = data["start"] + i
        return tf.constant(data["x"][:rows]), tf.constant(data["y"][:rows])

    return Program(compile(step), feed)


def peer(jax, data: Data, optimizer: str) -> Program:
    jnp = jax.numpy

    def loss(params, x, y, rows):
        h = jnp.tanh(x @ params["w"] + params["b"])
        squares = jnp.square(h @ params["out"] - y)
        return jnp.sum(jnp.where(jnp.arange(len(x))[:, None] < rows, squares, 0)) / rows

    def feed(i):
        rows = data["start"] + i
        padding = [(0, -rows % BUCKET), (0, 0)]
        x, y = (np.pad(data[name][:rows], padding) for name in "xy")
        return x, y, np.float32(rows)

    step, state = optimizers.peer_training(jax, optimizer, RATES[optimizer], loss, data["params"])
    return carried(jax, step, state, feed)


WORKLOADS = [
    Workload(
        f"growing/{name}", "a row more at each step, from 16 on: no shape comes back", stream,
        partial(program, optimizer=name), partial(peer, optimizer=name), trains=True, grows=True,
    )
    for name in optimizers.NAMES
]  # fmt: skip
