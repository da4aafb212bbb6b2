"""A scalar-heavy physics loop: an ordinary differential equation with a tape per step.

The Hénon-Heiles system (Astronomical Journal 69, 1964), integrated by leapfrog: the force is the
gradient of the potential, taken by a tape, on scalars throughout.
"""

from __future__ import annotations

import numpy as np

from benchmarks.workloads.base import Data, Program, Workload, carried

DT = 0.01


def start(small: bool) -> Data:
    return {"state": np.array([0.1, 0.2, 0.3, 0.1], np.float32), "substeps": 2 if small else 10}


def program(tf, compile, data: Data) -> Program:
    x, y, px, py = (tf.Variable(value) for value in data["state"])

    def potential(a, b):
        return 0.5 * (a * a + b * b) + a * a * b - b * b * b / 3.0

    def force(a, b):
        with tf.GradientTape() as tape:
            tape.watch([a, b])
            energy = potential(a, b)
        slopes = tape.gradient(energy, [a, b])
        return -slopes[0], -slopes[1]

    def step():
        a, b = tf.identity(x), tf.identity(y)
        pa, pb = tf.identity(px), tf.identity(py)
        for _ in range(data["substeps"]):
            fa, fb = force(a, b)
            pa, pb = pa + 0.5 * DT * fa, pb + 0.5 * DT * fb
            a, b = a + DT * pa, b + DT * pb
            fa, fb = force(a, b)
            pa, pb = pa + 0.5 * DT * fa, pb + 0.5 * DT * fb
        x.assign(a)
        y.assign(b)
        px.assign(pa)
        py.assign(pb)
        return tf.stack([a, b, 0.5 * (pa * pa + pb * pb) + potential(a, b)])

    return Program(compile(step))


def peer(jax, data: Data) -> Program:
    def potential(q):
        a, b = q
        return 0.5 * (a * a + b * b) + a * a * b - b * b * b / 3.0

    def step(state):
        a, b, pa, pb = state
        for _ in range(data["substeps"]):
            fa, fb = jax.grad(potential)((a, b))
            pa, pb = pa - 0.5 * DT * fa, pb - 0.5 * DT * fb
            a, b = a + DT * pa, b + DT * pb
            fa, fb = jax.grad(potential)((a, b))
            pa, pb = pa - 0.5 * DT * fa, pb - 0.5 * DT * fb
        energy = 0.5 * (pa * pa + pb * pb) + potential((a, b))
        return (a, b, pa, pb), jax.numpy.stack([a, b, energy])

    return carried(jax, step, tuple(data["state"]))


WORKLOADS = [
    Workload("physics-loop", "10 steps of an ODE on scalars, 20 tapes", start, program, peer)
]
