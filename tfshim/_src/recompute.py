"""What keeps a recomputation apart from the computation that it repeats, for `tf.recompute_grad`.

XLA merges equal computations, and may run one long before it is needed. So the arguments of the
second one come through a gate that opens when the cotangents are there.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from tfshim._src import nest
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.kernel import Kernel
from tfshim._src.tensor import Tensor
from tfshim._src.variable import Variable


def gated(args: Any, cotangents: Sequence[Any]) -> Any:
    """The same tensors in the same structure, available once the cotangents are.

    Args:
      args: a nest; variables and strings in it stay what they are.
      cotangents: tensors, or anything else, which is not waited for.
    """
    flat = nest.flatten(args, expand_composites=True)
    moved = [i for i, t in enumerate(flat) if not isinstance(t, Variable) and t.dtype.kind != "s"]
    signals = [t for t in cotangents if isinstance(t, Tensor) and t.aval.trainable]
    if moved:
        outs = dispatch(_gate(len(moved)), (*[flat[i] for i in moved], *signals))
        for i, t in zip(moved, outs, strict=True):
            flat[i] = t
    return nest.pack_sequence_as(args, flat, expand_composites=True)


@functools.cache
def _gate(count: int) -> Kernel:
    """A kernel that returns its first `count` inputs and waits for the others."""

    def fn(*values):
        passed, signals = values[:count], values[count:]
        if jax.default_backend() != "cpu":
            return jax.lax.optimization_barrier(values)[:count]
        # XLA takes barriers away before it merges on the CPU: a condition that is always true,
        # which it cannot know, stays
        firsts = [jnp.ravel(s)[0] for s in signals if s.size]
        if not firsts:
            return jax.lax.optimization_barrier(passed)
        opened = functools.reduce(jnp.logical_and, [(f == f) | jnp.isnan(f) for f in firsts])
        return jax.lax.cond(opened, lambda xs: xs, _zeros, passed)

    return Kernel("Recompute", fn, diff_inputs=frozenset(range(count)))


def _zeros(values: tuple) -> tuple:
    return tuple([jnp.zeros_like(v) for v in values])
