"""Functions and their control flow: one small call, an LSTM by `while_loop`, a long loop."""

from __future__ import annotations

import numpy as np

from benchmarks.workloads import lstm
from benchmarks.workloads.base import Data, Program, Workload, carried, cycle, dense, variables


def pair(small: bool) -> Data:
    rng = np.random.default_rng(0)
    return {"x": dense(rng, 2, 2), "y": dense(rng, 2, 2)}


def call(tf, compile, data: Data) -> Program:
    x, y = tf.constant(data["x"]), tf.constant(data["y"])
    return Program(compile(lambda x, y: tf.reduce_sum(x * y + 1.0)), lambda i: (x, y))


def call_peer(jax, data: Data) -> Program:
    x, y = jax.numpy.array(data["x"]), jax.numpy.array(data["y"])
    return Program(jax.jit(lambda x, y: jax.numpy.sum(x * y + 1.0)), lambda i: (x, y))


def recurrent(tf, compile, data: Data) -> Program:
    params = variables(tf, data["params"])
    weights = list(params.values())
    hidden = data["params"]["out"].shape[0]

    def step(x, target):
        def more(t, h, c):
            return t < x.shape[0]

        def once(t, h, c):
            z = tf.matmul(tf.concat([x[t], h], axis=1), params["w"]) + params["b"]
            i, f, g, o = tf.split(z, 4, axis=1)
            c = tf.sigmoid(f + 1.0) * c + tf.sigmoid(i) * tf.tanh(g)
            return t + 1, tf.sigmoid(o) * tf.tanh(c), c

        with tf.GradientTape() as tape:
            zero = tf.zeros([x.shape[1], hidden])
            _, h, _ = tf.while_loop(more, once, [tf.constant(0), zero, zero])
            loss = tf.reduce_mean(tf.square(tf.matmul(h, params["out"]) - target))
        for v, g in zip(weights, tape.gradient(loss, weights)):
            v.assign_sub(0.05 * g)
        return loss

    return Program(compile(step), cycle(tf.constant, data["x"], data["target"]))


def recurrent_peer(jax, data: Data) -> Program:
    jnp = jax.numpy

    def loss(params, x, target):
        def once(state, row):
            h, c = state
            z = jnp.concatenate([row, h], axis=1) @ params["w"] + params["b"]
            i, f, g, o = jnp.split(z, 4, axis=1)
            c = jax.nn.sigmoid(f + 1.0) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

        zero = jnp.zeros((x.shape[1], params["out"].shape[0]), x.dtype)
        (h, _), _ = jax.lax.scan(once, (zero, zero), x)
        return jnp.mean(jnp.square(h @ params["out"] - target))

    def step(params, x, target):
        value, grads = jax.value_and_grad(loss)(params, x, target)
        return jax.tree.map(lambda p, g: p - 0.05 * g, params, grads), value

    return carried(jax, step, data["params"], cycle(jnp.array, data["x"], data["target"]))


def start(small: bool) -> Data:
    rng = np.random.default_rng(1)
    return {"x": dense(rng, 16, scale=0.1), "steps": np.int32(20 if small else 1000)}


def long_loop(tf, compile, data: Data) -> Program:
    """The number of steps is a tensor: nobody knows it before the loop runs."""
    x, steps = tf.constant(data["x"]), tf.constant(data["steps"])

    def step(x, steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            _, y = tf.while_loop(
                lambda i, y: i < steps, lambda i, y: (i + 1, tf.sin(y) + x * 0.01), [0, x]
            )
            loss = tf.reduce_sum(y * y)
        return tape.gradient(loss, x)

    return Program(compile(step), lambda i: (x, steps))


def long_loop_peer(jax, data: Data) -> Program:
    """JAX cannot reverse a loop of unknown length, so the peer's length is fixed."""
    jnp = jax.numpy
    x, steps = jnp.array(data["x"]), int(data["steps"])

    def loss(x):
        y, _ = jax.lax.scan(lambda y, _: (jnp.sin(y) + x * 0.01, None), x, None, length=steps)
        return jnp.sum(y * y)

    gradient = jax.jit(jax.grad(loss))
    return Program(gradient, lambda i: (x,))


WORKLOADS = [
    Workload("function-call", "two 2x2 tensors, three ops, read each time", pair, call, call_peer),
    Workload(
        "lstm-while-loop/sgd", "20 time steps by tf.while_loop, 64 units, batch 32", lstm.sequences,
        recurrent, recurrent_peer, trains=True,
    ),
    Workload(
        "while-loop-1000", "1,000 steps, number unknown, and their gradient", start,
        long_loop, long_loop_peer,
    ),
]  # fmt: skip
