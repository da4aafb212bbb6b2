"""A small decoder-only transformer (Vaswani et al., arXiv 1706.03762; norms before the layers)."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.workloads import optimizers
from benchmarks.workloads.base import Data, Program, Workload, carried, cycle, dense, variables
from benchmarks.workloads.mlp import cross_entropy

RATES = {"sgd": 0.1, "adam": 1e-3}


def text(small: bool) -> Data:
    rng = np.random.default_rng(6)
    layers, width, heads, time, batch, vocabulary = (
        (1, 8, 2, 6, 2, 11) if small else (2, 64, 4, 32, 8, 256)
    )
    params = {
        "tokens": dense(rng, vocabulary, width, scale=0.1),
        "places": dense(rng, time, width, scale=0.1),
    }
    for i in range(layers):
        for name in ("q", "k", "v"):
            params[f"{i}.{name}"] = dense(rng, width, heads, width // heads)
        params[f"{i}.o"] = dense(rng, heads, width // heads, width, scale=width**-0.5)
        params[f"{i}.up"] = dense(rng, width, 4 * width)
        params[f"{i}.down"] = dense(rng, 4 * width, width)
        for name in ("norm1", "norm2"):
            params[f"{i}.{name}"] = np.ones(width, np.float32)
    params["norm"] = np.ones(width, np.float32)
    start = rng.integers(0, vocabulary, size=(1 if small else 4, batch, 1))
    ids = (start + 3 * np.arange(time + 1)) % vocabulary  # a text with a rule to be learned
    return {
        "params": params,
        "layers": layers,
        "x": ids[..., :-1].astype(np.int32),
        "y": ids[..., 1:].astype(np.int32),
        "mask": np.triu(np.full((time, time), -1e9, np.float32), 1),
    }


def program(tf, compile, data: Data, optimizer: str) -> Program:
    params = variables(tf, data["params"])
    weights = list(params.values())
    mask = tf.constant(data["mask"])
    apply = optimizers.optimizer(tf, optimizer, weights, RATES[optimizer])

    def norm(x, scale):
        mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
        return (x - mean) * tf.math.rsqrt(variance + 1e-5) * scale

    def attention(x, i):
        q, k, v = (tf.einsum("btd,dhk->bhtk", x, params[f"{i}.{name}"]) for name in "qkv")
        scores = tf.matmul(q, k, transpose_b=True) / q.shape[-1] ** 0.5 + mask
        return tf.einsum("bhtk,hkd->btd", tf.matmul(tf.nn.softmax(scores), v), params[f"{i}.o"])

    def step(x, y):
        with tf.GradientTape() as tape:
            h = tf.gather(params["tokens"], x) + params["places"]
            for i in range(data["layers"]):
                h += attention(norm(h, params[f"{i}.norm1"]), i)
                up = tf.matmul(norm(h, params[f"{i}.norm2"]), params[f"{i}.up"])
                h += tf.matmul(tf.nn.gelu(up, approximate=True), params[f"{i}.down"])
            logits = tf.matmul(norm(h, params["norm"]), params["tokens"], transpose_b=True)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
            )
        apply(tape.gradient(loss, weights))
        return loss

    return Program(compile(step), cycle(tf.constant, data["x"], data["y"]))


def peer(jax, data: Data, optimizer: str) -> Program:
    jnp = jax.numpy
    mask = data["mask"]

    def norm(x, scale):
        mean = jnp.mean(x, -1, keepdims=True)
        return (x - mean) * jax.lax.rsqrt(jnp.var(x, -1, keepdims=True) + 1e-5) * scale

    def attention(params, x, i):
        q, k, v = (jnp.einsum("btd,dhk->bhtk", x, params[f"{i}.{name}"]) for name in "qkv")
        scores = jnp.einsum("bhtk,bhsk->bhts", q, k) / q.shape[-1] ** 0.5 + mask
        seen = jnp.einsum("bhts,bhsk->bhtk", jax.nn.softmax(scores), v)
        return jnp.einsum("bhtk,hkd->btd", seen, params[f"{i}.o"])

    def loss(params, x, y):
        h = params["tokens"][x] + params["places"]
        for i in range(data["layers"]):
            h += attention(params, norm(h, params[f"{i}.norm1"]), i)
            up = norm(h, params[f"{i}.norm2"]) @ params[f"{i}.up"]
            h += jax.nn.gelu(up, approximate=True) @ params[f"{i}.down"]
        return cross_entropy(jax, norm(h, params["norm"]) @ params["tokens"].T, y)

    step, state = optimizers.peer_training(jax, optimizer, RATES[optimizer], loss, data["params"])
    return carried(jax, step, state, cycle(jnp.array, data["x"], data["y"]))


WORKLOADS = [
    Workload(
        f"transformer/{name}", "2 layers, width 64, 8 texts of 32 tokens", text,
        partial(program, optimizer=name), partial(peer, optimizer=name), trains=True,
    )
    for name in optimizers.NAMES
]  # fmt: skip
