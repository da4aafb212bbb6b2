"""A residual network in the manner of ResNet-18 (He et al., arXiv 1512.03385) for 32x32 images.

Four stages of two blocks, batch normalization with moving averages; a quarter of the width of the
paper's, so that a step takes a fraction of a second on two cores.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.workloads import optimizers
from benchmarks.workloads.base import Data, Program, Workload, carried, cycle, dense, variables
from benchmarks.workloads.mlp import cross_entropy

RATES = {"sgd": 0.05, "adam": 1e-3}
EPSILON, MOMENTUM = 1e-5, 0.9


def images(small: bool) -> Data:
    rng = np.random.default_rng(5)
    widths, blocks, size, batch = ([4, 8], 1, 8, 4) if small else ([16, 32, 64, 128], 2, 32, 16)
    params: dict[str, np.ndarray] = {}
    moving: dict[str, np.ndarray] = {}
    plan = []  # (name, stride, whether the shortcut is a convolution)

    def conv(name, side, before, after):
        params[f"{name}.w"] = dense(
            rng, side, side, before, after, scale=(2 / side / side / before) ** 0.5
        )
        params[f"{name}.scale"] = np.ones(after, np.float32)
        params[f"{name}.shift"] = np.zeros(after, np.float32)
        moving[f"{name}.mean"] = np.zeros(after, np.float32)
        moving[f"{name}.variance"] = np.ones(after, np.float32)

    conv("stem", 3, 3, widths[0])
    before = widths[0]
    for stage, width in enumerate(widths):
        for block in range(blocks):
            name, stride = f"s{stage}b{block}", 2 if stage and not block else 1
            conv(f"{name}.1", 3, before, width)
            conv(f"{name}.2", 3, width, width)
            if before != width:
                conv(f"{name}.cut", 1, before, width)
            plan.append((name, stride, before != width))
            before = width
    params["out.w"] = dense(rng, before, 10)
    params["out.b"] = np.zeros(10, np.float32)
    x = dense(rng, 1 if small else 4, batch, size, size, 3, scale=1.0)
    labels = rng.integers(0, 10, size=x.shape[:2]).astype(np.int32)
    return {"x": x, "labels": labels, "params": params, "moving": moving, "plan": plan}


def program(tf, compile, data: Data, optimizer: str) -> Program:
    params = variables(tf, data["params"])
    moving = {k: tf.Variable(v, trainable=False) for k, v in data["moving"].items()}
    weights = list(params.values())
    apply = optimizers.optimizer(tf, optimizer, weights, RATES[optimizer])

    def conv(x, name, stride=1):
        x = tf.nn.conv2d(x, params[f"{name}.w"], strides=stride, padding="SAME")
        mean, variance = tf.nn.moments(x, axes=[0, 1, 2])
        for key, value in (("mean", mean), ("variance", variance)):
            average = moving[f"{name}.{key}"]
            average.assign(MOMENTUM * average + (1.0 - MOMENTUM) * value)
        return tf.nn.batch_normalization(
            x, mean, variance, params[f"{name}.shift"], params[f"{name}.scale"], EPSILON
        )

    def step(x, labels):
        with tf.GradientTape() as tape:
            h = tf.nn.relu(conv(x, "stem"))
            for name, stride, cut in data["plan"]:
                shortcut = conv(h, f"{name}.cut", stride) if cut else h
                h = tf.nn.relu(conv(h, f"{name}.1", stride))
                h = tf.nn.relu(conv(h, f"{name}.2") + shortcut)
            logits = tf.matmul(tf.reduce_mean(h, axis=[1, 2]), params["out.w"]) + params["out.b"]
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            )
        apply(tape.gradient(loss, weights))
        return loss

    return Program(compile(step), cycle(tf.constant, data["x"], data["labels"]))


def peer(jax, data: Data, optimizer: str) -> Program:
    jnp = jax.numpy
    init, apply = optimizers.peer_optimizer(jax, optimizer, RATES[optimizer])

    def forward(params, moving, x, labels):
        averages = {}

        def conv(x, name, stride=1):
            x = jax.lax.conv_general_dilated(
                x, params[f"{name}.w"], (stride, stride), "SAME",
                dimension_numbers=("NHWC", "HWIO", "NHWC"),
            )  # fmt: skip
            mean, variance = jnp.mean(x, (0, 1, 2)), jnp.var(x, (0, 1, 2))
            for key, value in (("mean", mean), ("variance", variance)):
                old = moving[f"{name}.{key}"]
                averages[f"{name}.{key}"] = MOMENTUM * old + (1.0 - MOMENTUM) * value
            scale = jax.lax.rsqrt(variance + EPSILON) * params[f"{name}.scale"]
            return x * scale + (params[f"{name}.shift"] - mean * scale)

        h = jax.nn.relu(conv(x, "stem"))
        for name, stride, cut in data["plan"]:
            shortcut = conv(h, f"{name}.cut", stride) if cut else h
            h = jax.nn.relu(conv(h, f"{name}.1", stride))
            h = jax.nn.relu(conv(h, f"{name}.2") + shortcut)
        logits = jnp.mean(h, (1, 2)) @ params["out.w"] + params["out.b"]
        return cross_entropy(jax, logits, labels), averages

    def step(state, x, labels):
        params, moving, slots = state
        (loss, moving), grads = jax.value_and_grad(forward, has_aux=True)(params, moving, x, labels)
        params, slots = apply(params, slots, grads)
        return (params, moving, slots), loss

    state = data["params"], data["moving"], init(data["params"])
    return carried(jax, step, state, cycle(jnp.array, data["x"], data["labels"]))


WORKLOADS = [
    Workload(
        f"cnn/{name}", "ResNet-18-like, width 16, 16 images of 32x32", images,
        partial(program, optimizer=name), partial(peer, optimizer=name), trains=True,
    )
    for name in optimizers.NAMES
]  # fmt: skip
