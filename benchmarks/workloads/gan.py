"""A generative adversarial network (Goodfellow et al., arXiv 1406.2661): a step with two tapes."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.workloads import optimizers
from benchmarks.workloads.base import Data, Program, Workload, carried, cycle, dense, variables

RATES = {"sgd": 0.05, "adam": 1e-3}


def ring(small: bool) -> Data:
    rng = np.random.default_rng(8)
    batch, latent, hidden = (4, 2, 5) if small else (64, 8, 64)
    angles = rng.uniform(0, 2 * np.pi, size=(4, batch))
    real = np.stack([np.cos(angles), np.sin(angles)], axis=-1).astype(np.float32)

    def network(sizes):
        params = {}
        for i, shape in enumerate(zip(sizes, sizes[1:])):
            params[f"w{i}"] = dense(rng, *shape)
            params[f"b{i}"] = np.zeros(shape[1], np.float32)
        return params

    return {
        "real": real,
        "noise": dense(rng, 4, batch, latent, scale=1.0),
        "generator": network([latent, hidden, hidden, 2]),
        "critic": network([2, hidden, hidden, 1]),
    }


def program(tf, compile, data: Data, optimizer: str) -> Program:
    generator, critic = variables(tf, data["generator"]), variables(tf, data["critic"])
    g_weights, c_weights = list(generator.values()), list(critic.values())
    g_apply = optimizers.optimizer(tf, optimizer, g_weights, RATES[optimizer])
    c_apply = optimizers.optimizer(tf, optimizer, c_weights, RATES[optimizer])

    def network(params, x):
        for i in range(2):
            x = tf.nn.leaky_relu(tf.matmul(x, params[f"w{i}"]) + params[f"b{i}"])
        return tf.matmul(x, params["w2"]) + params["b2"]

    def loss(logits, truth):
        return tf.reduce_mean(
            tf.nn.sigmoid_cross_entropy_with_logits(labels=truth(logits), logits=logits)
        )

    def step(real, noise):
        with tf.GradientTape() as g_tape, tf.GradientTape() as c_tape:
            fake = network(generator, noise)
            on_real, on_fake = network(critic, real), network(critic, fake)
            g_loss = loss(on_fake, tf.ones_like)
            c_loss = loss(on_real, tf.ones_like) + loss(on_fake, tf.zeros_like)
        g_grads = g_tape.gradient(g_loss, g_weights)
        c_grads = c_tape.gradient(c_loss, c_weights)
        g_apply(g_grads)
        c_apply(c_grads)
        return tf.stack([g_loss, c_loss])

    return Program(compile(step), cycle(tf.constant, data["real"], data["noise"]))


def peer(jax, data: Data, optimizer: str) -> Program:
    jnp = jax.numpy
    init, apply = optimizers.peer_optimizer(jax, optimizer, RATES[optimizer])

    def network(params, x):
        for i in range(2):
            x = jax.nn.leaky_relu(x @ params[f"w{i}"] + params[f"b{i}"], 0.2)
        return x @ params["w2"] + params["b2"]

    def g_loss(generator, critic, noise):
        return jnp.mean(jax.nn.softplus(-network(critic, network(generator, noise))))

    def c_loss(critic, generator, real, noise):
        fake = network(critic, network(generator, noise))
        return jnp.mean(jax.nn.softplus(-network(critic, real))) + jnp.mean(jax.nn.softplus(fake))

    def step(state, real, noise):
        generator, g_slots, critic, c_slots = state
        g_value, g_grads = jax.value_and_grad(g_loss)(generator, critic, noise)
        c_value, c_grads = jax.value_and_grad(c_loss)(critic, generator, real, noise)
        generator, g_slots = apply(generator, g_slots, g_grads)
        critic, c_slots = apply(critic, c_slots, c_grads)
        return (generator, g_slots, critic, c_slots), jnp.stack([g_value, c_value])

    state = (data["generator"], init(data["generator"]), data["critic"], init(data["critic"]))
    return carried(jax, step, state, cycle(jnp.array, data["real"], data["noise"]))


WORKLOADS = [
    Workload(
        f"gan/{name}", "generator and critic of 64-64, batch 64, two tapes", ring,
        partial(program, optimizer=name), partial(peer, optimizer=name),
    )
    for name in optimizers.NAMES
]  # fmt: skip
