"""What a workload is: data, the user's program on it, and the same arithmetic in plain JAX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

Data = Mapping[str, Any]


class Program(NamedTuple):
    """A program ready to run: `step(*feed(i))` is its step number i and returns a value to read."""

    step: Callable[..., Any]
    feed: Callable[[int], tuple] = lambda i: ()


@dataclass(frozen=True)
class Workload:
    """A user program, the same text for tfshim and TensorFlow, and its peer in plain JAX.

    Args:
      name: what `--only` finds, as `mlp-small/adam`.
      about: one line for the table's reader.
      data: `data(small)` gives the arrays that all programs start from; small ones for the tests.
      program: `program(tf, compile, data)`. The user wraps with `compile` what can be a
        `tf.function`; eagerly it does nothing.
      peer: `peer(jax, data)`, written by hand for `jax.jit`.
      trains: whether the loss must fall.
      compiles: whether a `tf.function` of it is a sensible program at all.
      grows: whether a step's size depends on its number.
      x64: whether the peer needs 64-bit types.
    """

    name: str
    about: str
    data: Callable[[bool], Data]
    program: Callable[[Any, Callable, Data], Program]
    peer: Callable[[Any, Data], Program]
    trains: bool = False
    compiles: bool = True
    grows: bool = False
    x64: bool = False


def cycle(convert: Callable, *arrays: Any) -> Callable[[int], tuple]:
    """A feed from arrays whose first axis counts batches: converted once, then taken in turns."""
    batches = [tuple(convert(a) for a in batch) for batch in zip(*arrays)]
    return lambda i: batches[i % len(batches)]


def variables(tf, params: Mapping[str, np.ndarray]) -> dict:
    """A variable for each array of a workload's data."""
    return {name: tf.Variable(value) for name, value in params.items()}


def carried(jax, step: Callable, state: Any, feed: Callable = lambda i: ()) -> Program:
    """The peer's loop: `step(state, *batch) -> (state, value)`, jitted, with the state donated."""
    jitted = jax.jit(step, donate_argnums=0)
    box = [jax.tree.map(jax.numpy.array, state)]

    def run(*batch):
        box[0], value = jitted(box[0], *batch)
        return value

    return Program(run, feed)


def dense(rng: np.random.Generator, *shape: int, scale: float | None = None) -> np.ndarray:
    """Normal float32 numbers, by default scaled by the fan-in."""
    factor = shape[0] ** -0.5 if scale is None else scale
    return (rng.normal(size=shape) * factor).astype(np.float32)
