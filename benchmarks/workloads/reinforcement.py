"""Policy gradients (Williams, 1992) on a pole to be balanced: episodes of changing length.

A step plays one episode, one small forward pass and one look at its result per action, then
updates on all of its [length, 4] observations at once.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.workloads import optimizers
from benchmarks.workloads.base import Data, Program, Workload, dense, variables

RATES = {"sgd": 0.01, "adam": 3e-3}
BUCKET = 32  # the peer pads its episodes to multiples of this


def pole(small: bool) -> Data:
    rng = np.random.default_rng(9)
    hidden = 4 if small else 32
    params = {"w1": dense(rng, 4, hidden), "b1": np.zeros(hidden, np.float32)}
    params |= {"w2": dense(rng, hidden, 2), "b2": np.zeros(2, np.float32)}
    return {"params": params, "limit": 6 if small else 200}


class Pole:
    """A pole on a cart, after Barto, Sutton and Anderson (1983), in NumPy scalars."""

    def __init__(self):
        self.rng = np.random.default_rng(10)

    def reset(self) -> np.ndarray:
        self.state = self.rng.uniform(-0.05, 0.05, size=4)
        return self.state.astype(np.float32)

    def choose(self, probabilities: np.ndarray) -> int:
        return int(self.rng.random() < probabilities[1])

    def move(self, action: int) -> tuple[np.ndarray, bool]:
        """Pushes left (0) or right (1) for 20 ms: the new state, and whether the pole fell."""
        x, speed, angle, spin = self.state
        sine, cosine = np.sin(angle), np.cos(angle)
        push = ((10.0 if action else -10.0) + 0.05 * spin * spin * sine) / 1.1
        twist = (9.8 * sine - cosine * push) / (0.5 * (4 / 3 - 0.1 * cosine * cosine / 1.1))
        pull = push - 0.05 * twist * cosine / 1.1
        self.state = self.state + 0.02 * np.array([speed, pull, spin, twist])
        fell = abs(self.state[0]) > 2.4 or abs(self.state[2]) > 0.21
        return self.state.astype(np.float32), bool(fell)


def play(policy, env: Pole, limit: int):
    """One episode: observations [t, 4], actions [t], normalized discounted returns [t]."""
    observations, actions = [], []
    state, fell = env.reset(), False
    while not fell and len(actions) < limit:
        action = env.choose(policy(state[None])[0])
        observations.append(state)
        actions.append(action)
        state, fell = env.move(action)
    returns, total = np.zeros(len(actions), np.float32), 0.0
    for t in reversed(range(len(actions))):
        total = returns[t] = 1.0 + 0.99 * total
    returns = (returns - returns.mean()) / (returns.std() + 1e-6)
    return np.stack(observations), np.array(actions, np.int32), returns


def program(tf, compile, data: Data, optimizer: str) -> Program:
    params = variables(tf, data["params"])
    weights = list(params.values())
    apply = optimizers.optimizer(tf, optimizer, weights, RATES[optimizer])
    env = Pole()

    def logits(x):
        h = tf.tanh(tf.matmul(x, params["w1"]) + params["b1"])
        return tf.matmul(h, params["w2"]) + params["b2"]

    @compile
    def act(x):
        return tf.nn.softmax(logits(x))

    @compile
    def update(x, actions, returns):
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels=actions, logits=logits(x)
            )
            loss = tf.reduce_mean(losses * returns)
        apply(tape.gradient(loss, weights))
        return loss

    def step():
        episode = play(lambda x: act(tf.constant(x)).numpy(), env, data["limit"])
        return update(*(tf.constant(part) for part in episode))

    return Program(step)


def peer(jax, data: Data, optimizer: str) -> Program:
    jnp = jax.numpy
    env = Pole()

    def logits(params, x):
        return jnp.tanh(x @ params["w1"] + params["b1"]) @ params["w2"] + params["b2"]

    act = jax.jit(lambda params, x: jax.nn.softmax(logits(params, x)))

    def loss(params, x, actions, returns, length):
        scores = jax.nn.log_softmax(logits(params, x))
        chosen = jnp.take_along_axis(scores, actions[:, None], axis=1)[:, 0]
        return -jnp.sum(chosen * returns) / length

    update, state = optimizers.peer_training(
        jax, optimizer, RATES[optimizer], loss, jax.tree.map(jnp.array, data["params"])
    )
    update = jax.jit(update)
    box = [state]

    def step():
        episode = play(lambda x: np.asarray(act(box[0][0], x)), env, data["limit"])
        length = len(episode[0])
        more = -length % BUCKET  # padded actions have the return 0
        padded = [np.pad(a, [(0, more)] + [(0, 0)] * (a.ndim - 1)) for a in episode]
        box[0], value = update(box[0], *padded, np.float32(length))
        return value

    return Program(step)


WORKLOADS = [
    Workload(
        f"reinforcement/{name}", "an episode of changing length, then its policy gradient", pole,
        partial(program, optimizer=name), partial(peer, optimizer=name),
    )
    for name in optimizers.NAMES
]  # fmt: skip
