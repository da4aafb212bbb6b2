"""Logistic regression on minibatches, and Gaussian-process regression with Cholesky."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.workloads import optimizers
from benchmarks.workloads.base import Data, Program, Workload, carried, cycle, dense, variables


def separable(small: bool) -> Data:
    rng = np.random.default_rng(1)
    features, batch = (5, 16) if small else (30, 128)
    x = dense(rng, 4, batch, features, scale=1.0)
    labels = (x @ dense(rng, features, 1) > 0).astype(np.float32)
    params = {"w": np.zeros((features, 1), np.float32), "b": np.zeros(1, np.float32)}
    return {"x": x, "labels": labels, "params": params}


def logistic(tf, compile, data: Data, optimizer: str) -> Program:
    params = variables(tf, data["params"])
    w, b = params["w"], params["b"]
    apply = optimizers.optimizer(tf, optimizer, [w, b], 0.1)

    def step(x, labels):
        with tf.GradientTape() as tape:
            logits = tf.matmul(x, w) + b
            losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
            loss = tf.reduce_mean(losses) + 1e-3 * tf.reduce_sum(tf.square(w))
        apply(tape.gradient(loss, [w, b]))
        return loss

    return Program(compile(step), cycle(tf.constant, data["x"], data["labels"]))


def logistic_peer(jax, data: Data, optimizer: str) -> Program:
    jnp = jax.numpy

    def loss(params, x, labels):
        logits = x @ params["w"] + params["b"]
        losses = jnp.logaddexp(0.0, logits) - labels * logits
        return jnp.mean(losses) + 1e-3 * jnp.sum(jnp.square(params["w"]))

    step, state = optimizers.peer_training(jax, optimizer, 0.1, loss, data["params"])
    return carried(jax, step, state, cycle(jnp.array, data["x"], data["labels"]))


def curve(small: bool) -> Data:
    rng = np.random.default_rng(2)
    n = 12 if small else 150
    x = np.sort(rng.uniform(-3, 3, size=n))
    y = np.sin(2 * x) + 0.1 * rng.normal(size=n)
    params = {name: np.float64(0.0) for name in ("length", "amplitude", "noise")}
    return {"x": x[:, None], "y": y[:, None], "params": params}


def gaussian_process(tf, compile, data: Data, optimizer: str) -> Program:
    params = variables(tf, data["params"])
    weights = list(params.values())
    x, y = tf.constant(data["x"]), tf.constant(data["y"])
    n = len(data["x"])
    apply = optimizers.optimizer(tf, optimizer, weights, 1e-3 if optimizer == "sgd" else 0.05)

    def step(x, y):
        with tf.GradientTape() as tape:
            length, amplitude, noise = (tf.exp(params[k]) for k in ("length", "amplitude", "noise"))
            distance = tf.square(x - tf.transpose(x))
            kernel = amplitude**2 * tf.exp(-0.5 * distance / length**2)
            kernel += (noise**2 + 1e-6) * tf.eye(n, dtype=tf.float64)
            factor = tf.linalg.cholesky(kernel)
            weighted = tf.linalg.cholesky_solve(factor, y)
            fit = 0.5 * tf.reduce_sum(y * weighted)
            volume = tf.reduce_sum(tf.math.log(tf.linalg.diag_part(factor)))
            loss = fit + volume + 0.5 * n * np.log(2 * np.pi)
        apply(tape.gradient(loss, weights))
        return loss

    return Program(compile(step), lambda i: (x, y))


def gaussian_process_peer(jax, data: Data, optimizer: str) -> Program:
    jnp = jax.numpy
    n = len(data["x"])

    def loss(params, x, y):
        length, amplitude, noise = (jnp.exp(params[k]) for k in ("length", "amplitude", "noise"))
        kernel = amplitude**2 * jnp.exp(-0.5 * jnp.square(x - x.T) / length**2)
        kernel += (noise**2 + 1e-6) * jnp.eye(n)
        factor = jnp.linalg.cholesky(kernel)
        fit = 0.5 * jnp.sum(y * jax.scipy.linalg.cho_solve((factor, True), y))
        return fit + jnp.sum(jnp.log(jnp.diag(factor))) + 0.5 * n * np.log(2 * np.pi)

    rate = 1e-3 if optimizer == "sgd" else 0.05
    step, state = optimizers.peer_training(jax, optimizer, rate, loss, data["params"])
    inputs = jnp.array(data["x"]), jnp.array(data["y"])
    return carried(jax, step, state, lambda i: inputs)


WORKLOADS = [
    Workload(
        f"logistic/{name}", "logistic regression, 128x30 a step", separable,
        partial(logistic, optimizer=name), partial(logistic_peer, optimizer=name), trains=True,
    )
    for name in optimizers.NAMES
] + [
    Workload(
        f"gaussian-process/{name}", "marginal likelihood of 150 points, float64, Cholesky", curve,
        partial(gaussian_process, optimizer=name), partial(gaussian_process_peer, optimizer=name),
        trains=True, x64=True,
    )
    for name in optimizers.NAMES
]  # fmt: skip
