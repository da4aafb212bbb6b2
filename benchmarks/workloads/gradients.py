"""The gradients of a notebook on automatic differentiation, and the smallest op of all."""

from __future__ import annotations

import numpy as np

from benchmarks.workloads.base import Data, Program, Workload


def matrices(small: bool) -> Data:
    return {"x": np.ones((2, 2), np.float32), "a": np.array([[1, 2], [3, 4]], np.float32)}


def first_gradient(tf, compile, data: Data) -> Program:
    """The notebook's first cell: two ops and their gradient."""
    x = tf.constant(data["x"])

    def step(x):
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.reduce_sum(x)
            z = tf.multiply(y, y)
        return t.gradient(z, x)

    return Program(compile(step), lambda i: (x,))


def first_gradient_peer(jax, data: Data) -> Program:
    x = jax.numpy.array(data["x"])
    gradient = jax.jit(jax.grad(lambda x: jax.numpy.square(jax.numpy.sum(x))))
    return Program(gradient, lambda i: (x,))


def multiply(tf, compile, data: Data) -> Program:
    """One op on 2x2 matrices."""
    a = tf.constant(data["a"])
    return Program(compile(lambda a: tf.multiply(a, a)), lambda i: (a,))


def multiply_peer(jax, data: Data) -> Program:
    a = jax.numpy.array(data["a"])
    return Program(jax.jit(jax.numpy.multiply), lambda i: (a, a))


def notebook(tf, compile, data: Data) -> Program:
    """All of its gradients: intermediate, persistent tape, Python control flow, second order."""
    matrix = tf.constant(data["x"])
    three, two = tf.constant(3.0), tf.constant(2.0)
    v = tf.Variable(1.0)

    def power(base, steps):
        result = 1.0
        for i in range(steps):
            if 1 < i < 5:
                result = tf.multiply(result, base)
        return result

    def slope(base, steps):
        with tf.GradientTape() as tape:
            tape.watch(base)
            out = power(base, steps)
        return tape.gradient(out, base)

    def step(matrix, three, two):
        with tf.GradientTape() as tape:
            tape.watch(matrix)
            y = tf.reduce_sum(matrix)
            z = tf.multiply(y, y)
        answers = [tape.gradient(z, y)]

        with tf.GradientTape(persistent=True) as tape:
            tape.watch(three)
            y = three * three
            z = y * y
        answers += [tape.gradient(z, three), tape.gradient(y, three)]
        del tape

        answers += [slope(two, steps) for steps in (4, 5, 6)]

        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                y = v * v * v
            first = inner.gradient(y, v)
        answers += [first, outer.gradient(first, v)]
        return tf.stack(answers)

    return Program(compile(step), lambda i: (matrix, three, two))


def notebook_peer(jax, data: Data) -> Program:
    jnp = jax.numpy
    inputs = jnp.array(data["x"]), jnp.float32(3.0), jnp.float32(2.0), jnp.float32(1.0)

    @jax.jit
    def step(matrix, three, two, v):
        def cube(v):
            return v * v * v

        return jnp.stack(
            [
                jax.grad(jnp.square)(jnp.sum(matrix)),
                jax.grad(lambda x: (x * x) * (x * x))(three),
                jax.grad(lambda x: x * x)(three),
                *(jax.grad(lambda x, n=n: x**n)(two) for n in (2, 3, 3)),
                jax.grad(cube)(v),
                jax.grad(jax.grad(cube))(v),
            ]
        )

    return Program(step, lambda i: inputs)


WORKLOADS = [
    Workload(
        "first-gradient", "the notebook's first gradient", matrices,
        first_gradient, first_gradient_peer,
    ),
    Workload(
        "notebook-gradients", "eight gradients of the notebook", matrices, notebook, notebook_peer
    ),
    Workload("multiply-2x2", "one op, read each time", matrices, multiply, multiply_peer),
]  # fmt: skip
