"""SGD and Adam written out: in tf ops for the user programs, in plain JAX for their peers.

Adam is Kingma and Ba's (arXiv 1412.6980), in the order of operations of its section 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-7
NAMES = ("sgd", "adam")


def optimizer(tf, name: str, variables, rate: float) -> Callable:
    """Returns `apply(grads)`, which updates the variables in place."""
    return {"sgd": _sgd, "adam": _adam}[name](tf, list(variables), rate)


def _sgd(tf, variables, rate):
    def apply(grads):
        for v, g in zip(variables, grads):
            v.assign_sub(rate * tf.convert_to_tensor(g))

    return apply


def _adam(tf, variables, rate):
    first = [tf.Variable(tf.zeros_like(v)) for v in variables]
    second = [tf.Variable(tf.zeros_like(v)) for v in variables]
    count = tf.Variable(0.0, dtype=variables[0].dtype)

    def apply(grads):
        count.assign_add(1.0)
        scale = rate * tf.sqrt(1.0 - BETA2**count) / (1.0 - BETA1**count)
        for v, g, m, s in zip(variables, grads, first, second):
            g = tf.convert_to_tensor(g)
            m.assign(BETA1 * m + (1.0 - BETA1) * g)
            s.assign(BETA2 * s + (1.0 - BETA2) * tf.square(g))
            v.assign_sub(scale * m / (tf.sqrt(s) + EPSILON))

    return apply


def peer_optimizer(jax, name: str, rate: float) -> tuple[Callable, Callable]:
    """Returns `init(params) -> slots` and `apply(params, slots, grads) -> (params, slots)`."""
    jnp = jax.numpy

    def sgd(params, slots, grads):
        return jax.tree.map(lambda p, g: p - rate * g, params, grads), slots

    def init(params):
        dtype = jax.tree.leaves(params)[0].dtype
        zeros = jax.tree.map(jnp.zeros_like, params)
        return jnp.zeros((), dtype), zeros, zeros

    def adam(params, slots, grads):
        count, m, s = slots
        count = count + 1.0
        scale = rate * jnp.sqrt(1.0 - BETA2**count) / (1.0 - BETA1**count)
        m = jax.tree.map(lambda m, g: BETA1 * m + (1.0 - BETA1) * g, m, grads)
        s = jax.tree.map(lambda s, g: BETA2 * s + (1.0 - BETA2) * jnp.square(g), s, grads)
        params = jax.tree.map(lambda p, m, s: p - scale * m / (jnp.sqrt(s) + EPSILON), params, m, s)
        return params, (count, m, s)

    return {"sgd": (lambda params: (), sgd), "adam": (init, adam)}[name]


def peer_training(jax, name: str, rate: float, loss: Callable, params: Any) -> tuple[Callable, Any]:
    """The usual step of a peer, `loss(params, *batch) -> value`, and the state it starts from."""
    init, apply = peer_optimizer(jax, name, rate)

    def step(state, *batch):
        params, slots = state
        value, grads = jax.value_and_grad(loss)(params, *batch)
        return apply(params, slots, grads), value

    return step, (params, init(params))
