"""Hessian-vector products and Jacobians of a small network."""

from __future__ import annotations

import numpy as np

from benchmarks.workloads.base import Data, Program, Workload, cycle, dense, variables


def network(small: bool) -> Data:
    rng = np.random.default_rng(7)
    inputs, hidden, batch = (3, 5, 4) if small else (12, 64, 32)
    params = {"w": dense(rng, inputs, hidden), "b": dense(rng, hidden, scale=0.1)}
    params["out"] = dense(rng, hidden, inputs)
    directions = [dense(rng, 4, *p.shape, scale=1.0) for p in params.values()]
    x = dense(rng, 4, batch, inputs, scale=1.0)
    return {"params": params, "x": x, "directions": directions}


def hessian_vector(tf, compile, data: Data) -> Program:
    """A tape in a tape: the gradient's product with a direction, differentiated again."""
    weights = list(variables(tf, data["params"]).values())
    w, b, out = weights

    def step(x, *directions):
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                y = tf.matmul(tf.tanh(tf.matmul(x, w) + b), out)
                loss = tf.reduce_mean(tf.square(y - x))
            grads = inner.gradient(loss, weights)
            slope = tf.add_n([tf.reduce_sum(g * d) for g, d in zip(grads, directions)])
        products = outer.gradient(slope, weights)
        return tf.stack([tf.reduce_sum(p * d) for p, d in zip(products, directions)])

    return Program(compile(step), cycle(tf.constant, data["x"], *data["directions"]))


def hessian_vector_peer(jax, data: Data) -> Program:
    jnp = jax.numpy
    params = [jnp.array(p) for p in data["params"].values()]

    @jax.jit
    def step(params, x, *directions):
        def loss(params):
            w, b, out = params
            return jnp.mean(jnp.square(jnp.tanh(x @ w + b) @ out - x))

        products = jax.jvp(jax.grad(loss), (params,), (list(directions),))[1]
        return jnp.stack([jnp.sum(p * d) for p, d in zip(products, directions)])

    batches = cycle(jnp.array, data["x"], *data["directions"])
    return Program(step, lambda i: (params, *batches(i)))


def jacobian(tf, compile, data: Data) -> Program:
    """The Jacobian of one row, and of each row of a batch."""
    w, b, out = variables(tf, data["params"]).values()

    def field(x):
        return tf.matmul(tf.tanh(tf.matmul(x, w) + b), out)

    def step(x):
        row = x[:1]
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([x, row])
            whole, one = field(x), field(row)
        each = tape.batch_jacobian(whole, x)
        single = tape.jacobian(one, row)
        return tf.reduce_sum(tf.linalg.trace(each)) + tf.reduce_sum(tf.square(single))

    return Program(compile(step), cycle(tf.constant, data["x"]))


def jacobian_peer(jax, data: Data) -> Program:
    jnp = jax.numpy
    params = [jnp.array(p) for p in data["params"].values()]

    @jax.jit
    def step(params, x):
        w, b, out = params

        def field(x):
            return jnp.tanh(x @ w + b) @ out

        each = jax.vmap(jax.jacrev(field))(x)
        single = jax.jacrev(field)(x[:1])
        return jnp.sum(jnp.trace(each, axis1=1, axis2=2)) + jnp.sum(jnp.square(single))

    batches = cycle(jnp.array, data["x"])
    return Program(step, lambda i: (params, *batches(i)))


WORKLOADS = [
    Workload(
        "hessian-vector", "Hessian-vector product of a network of 1,600 weights", network,
        hessian_vector, hessian_vector_peer,
    ),
    Workload("jacobian", "Jacobians 12x12, of one row and of 32", network, jacobian, jacobian_peer),
]  # fmt: skip
