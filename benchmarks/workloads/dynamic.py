"""Control flow that never repeats: a recursive network (Socher et al., 2013) on random trees."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.workloads import optimizers
from benchmarks.workloads.base import Data, Program, Workload, carried, dense, variables
from benchmarks.workloads.mlp import cross_entropy

RATES = {"sgd": 0.05, "adam": 1e-3}


def random_tree(rng, leaves: int, words: int):
    """A binary tree as nested pairs; a leaf is a word's number."""
    if leaves == 1:
        return int(rng.integers(words))
    left = int(rng.integers(1, leaves))
    return random_tree(rng, left, words), random_tree(rng, leaves - left, words)


def trees(small: bool) -> Data:
    rng = np.random.default_rng(11)
    words, width, most, count = (7, 4, 4, 8) if small else (50, 32, 16, 4000)
    params = {
        "words": dense(rng, words, width, scale=0.5),
        "w": dense(rng, 2 * width, width),
        "b": np.zeros(width, np.float32),
        "out": dense(rng, width, 3),
    }
    pairs = []
    for _ in range(count):
        tree = random_tree(rng, int(rng.integers(most // 2, most + 1)), words)
        pairs.append((tree, np.array([rng.integers(3)], np.int32)))
    return {"params": params, "pairs": pairs, "most": 2 * most - 1}


def program(tf, compile, data: Data, optimizer: str) -> Program:
    params = variables(tf, data["params"])
    weights = list(params.values())
    apply = optimizers.optimizer(tf, optimizer, weights, RATES[optimizer])

    def embed(tree):
        if isinstance(tree, int):
            return tf.gather(params["words"], [tree])
        left, right = tree
        pair = tf.concat([embed(left), embed(right)], axis=1)
        return tf.tanh(tf.matmul(pair, params["w"]) + params["b"])

    def step(tree, label):
        with tf.GradientTape() as tape:
            logits = tf.matmul(embed(tree), params["out"])
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=label, logits=logits)
            )
        apply(tape.gradient(loss, weights))
        return loss

    pairs = data["pairs"]

    def feed(i):
        tree, label = pairs[i % len(pairs)]
        return tree, tf.constant(label)

    return Program(step, feed)


def instructions(tree, most: int) -> tuple[np.ndarray, int]:
    """Rows (word or -1, left, right) in the order of evaluation, padded; and how many count."""
    rows: list[tuple[int, int, int]] = []

    def visit(tree):
        parts = (tree, 0, 0) if isinstance(tree, int) else (-1, visit(tree[0]), visit(tree[1]))
        rows.append(parts)
        return len(rows) - 1

    visit(tree)
    return np.array(rows + [(0, 0, 0)] * (most - len(rows)), np.int32), len(rows)


def peer(jax, data: Data, optimizer: str) -> Program:
    """All trees in one program: a scan over the rows of a buffer of subtrees."""
    jnp = jax.numpy
    most, pairs = data["most"], data["pairs"]

    def loss(params, rows, size, label):
        def evaluate(buffer, numbered):
            k, (word, left, right) = numbered
            inner = jnp.tanh(
                jnp.concatenate([buffer[left], buffer[right]]) @ params["w"] + params["b"]
            )
            value = jnp.where(word < 0, inner, params["words"][word])
            return buffer.at[k].set(value), None

        empty = jnp.zeros((most, params["b"].shape[0]), jnp.float32)
        buffer, _ = jax.lax.scan(evaluate, empty, (jnp.arange(most), tuple(rows.T)))
        return cross_entropy(jax, buffer[size - 1][None] @ params["out"], label)

    def feed(i):
        tree, label = pairs[i % len(pairs)]
        rows, size = instructions(tree, most)
        return rows, np.int32(size), label

    step, state = optimizers.peer_training(jax, optimizer, RATES[optimizer], loss, data["params"])
    return carried(jax, step, state, feed)


WORKLOADS = [
    Workload(
        f"trees/{name}", "a recursive network, 8 to 16 leaves, each tree different", trees,
        partial(program, optimizer=name), partial(peer, optimizer=name), compiles=False,
    )
    for name in optimizers.NAMES
]  # fmt: skip
