"""A table of embeddings with sparse gradients: only the rows that were looked up are changed."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.workloads import optimizers
from benchmarks.workloads.base import Data, Program, Workload, carried, cycle, dense, variables
from benchmarks.workloads.mlp import cross_entropy
from benchmarks.workloads.optimizers import BETA1, BETA2, EPSILON

RATES = {"sgd": 1.0, "adam": 1e-2}


def bags(small: bool) -> Data:
    rng = np.random.default_rng(12)
    rows, width, batch, words, classes = (20, 4, 4, 3, 3) if small else (20_000, 64, 64, 20, 10)
    ids = rng.integers(0, rows, size=(1 if small else 4, batch, words)).astype(np.int32)
    return {
        "params": {"table": dense(rng, rows, width, scale=0.1), "out": dense(rng, width, classes)},
        "ids": ids,
        "labels": (ids[..., 0] % classes).astype(np.int32),
    }


def sparse_optimizer(tf, name: str, variable, rate: float):
    """Updates a variable by `tf.IndexedSlices`; an id that comes twice counts twice.

    Adam's moments decay everywhere and gain where there are slices.
    """
    if name == "sgd":
        return lambda g: variable.scatter_sub(tf.IndexedSlices(rate * g.values, g.indices))
    first = tf.Variable(tf.zeros_like(variable))
    second = tf.Variable(tf.zeros_like(variable))
    count = tf.Variable(0.0)

    def apply(g):
        count.assign_add(1.0)
        scale = rate * tf.sqrt(1.0 - BETA2**count) / (1.0 - BETA1**count)
        first.assign(BETA1 * first)
        first.scatter_add(tf.IndexedSlices((1.0 - BETA1) * g.values, g.indices))
        second.assign(BETA2 * second)
        second.scatter_add(tf.IndexedSlices((1.0 - BETA2) * tf.square(g.values), g.indices))
        variable.assign_sub(scale * first / (tf.sqrt(second) + EPSILON))

    return apply


def program(tf, compile, data: Data, optimizer: str) -> Program:
    params = variables(tf, data["params"])
    table, out = params["table"], params["out"]
    rate = RATES[optimizer]
    apply_table = sparse_optimizer(tf, optimizer, table, rate)
    apply = optimizers.optimizer(tf, optimizer, [out], rate)

    def step(ids, labels):
        with tf.GradientTape() as tape:
            rows = tf.nn.embedding_lookup(table, ids)
            logits = tf.matmul(tf.reduce_mean(rows, axis=1), out)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            )
        table_slices, out_grad = tape.gradient(loss, [table, out])
        apply_table(table_slices)
        apply([out_grad])
        return loss

    return Program(compile(step), cycle(tf.constant, data["ids"], data["labels"]))


def peer(jax, data: Data, optimizer: str) -> Program:
    jnp = jax.numpy
    rate = RATES[optimizer]
    init, apply = optimizers.peer_optimizer(jax, optimizer, rate)

    def loss(rows, out, labels):
        return cross_entropy(jax, jnp.mean(rows, axis=1) @ out, labels)

    def apply_table(table, slots, ids, g):
        if optimizer == "sgd":
            return table.at[ids].add(-rate * g), slots
        count, m, s = slots
        count = count + 1.0
        scale = rate * jnp.sqrt(1.0 - BETA2**count) / (1.0 - BETA1**count)
        m = (BETA1 * m).at[ids].add((1.0 - BETA1) * g)
        s = (BETA2 * s).at[ids].add((1.0 - BETA2) * jnp.square(g))
        return table - scale * m / (jnp.sqrt(s) + EPSILON), (count, m, s)

    def step(state, ids, labels):
        table, table_slots, out, slots = state
        value, grads = jax.value_and_grad(loss, (0, 1))(table[ids], out, labels)
        table, table_slots = apply_table(table, table_slots, ids, grads[0])
        out, slots = apply(out, slots, grads[1])
        return (table, table_slots, out, slots), value

    params = data["params"]
    state = (params["table"], init(params["table"]), params["out"], init(params["out"]))
    return carried(jax, step, state, cycle(jnp.array, data["ids"], data["labels"]))


WORKLOADS = [
    Workload(
        f"embedding/{name}", "a table of 20,000 rows, 1,280 of them looked up", bags,
        partial(program, optimizer=name), partial(peer, optimizer=name), trains=True,
    )
    for name in optimizers.NAMES
]  # fmt: skip
