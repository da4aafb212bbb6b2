"""Programs: a list of nodes as one pure function, for the compiled tier.

Lowering shares work that the nodes repeat: equal nodes run once, and where the forward kernel and
its pullback stand in one program they share one `jax.vjp`, so that loops and decompositions are
not run a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from tfshim._src.engine.kernel import Kernel
from tfshim._src.engine.trace import Node


def widths_of(nodes, avals) -> list[int]:
    """Number of outputs of each node."""
    return [len(outs) for outs in avals_of(nodes, avals)]


def avals_of(nodes, ext_avals):
    """Output avals of each node, from the kernels' memos."""
    env: list[Any] = []
    result = []
    for kernel, refs in nodes:
        outs = kernel.spec(tuple([env[r] if r >= 0 else ext_avals[-1 - r] for r in refs])).outputs
        env.extend(outs)
        result.append(outs)
    return result


def live_nodes(nodes: Sequence[Node], widths: Sequence[int], wanted: Sequence[int]) -> list[bool]:
    """Which nodes are needed for the wanted slots.

    Args:
      nodes: the program.
      widths: number of outputs of each node.
      wanted: refs of the values that somebody can still see.
    """
    owner: list[int] = []
    for i, width in enumerate(widths):
        owner.extend([i] * width)
    live = [False] * len(nodes)
    for slot in wanted:
        if slot >= 0:
            live[owner[slot]] = True
    for i in range(len(nodes) - 1, -1, -1):
        if live[i]:
            for ref in nodes[i][1]:
                if ref >= 0:
                    live[owner[ref]] = True
    return live


def evaluate(
    nodes: Sequence[Node], widths: Sequence[int], ext: Sequence[Any], wanted: Sequence[int]
) -> list[Any]:
    """The values of the wanted refs; pure, so that JAX can trace, compile and transform it."""
    live = live_nodes(nodes, widths, wanted)
    shared = _shared_pullbacks(nodes, live)
    env: list[Any] = []
    seen: dict[Node, tuple] = {}
    vjps: dict[tuple[Node, tuple[int, ...]], Callable] = {}
    for i, node in enumerate(nodes):
        if not live[i]:
            env.extend([None] * widths[i])
            continue
        outs = seen.get(node)
        if outs is None:
            kernel, refs = node
            values = [env[r] if r >= 0 else ext[-1 - r] for r in refs]
            diff = shared.get(node)
            if diff is not None:
                outs, vjps[node, diff] = linearize(kernel, values, diff)
            elif kernel.parent is not None and kernel.parent[0] == "pullback":
                _, forward, diff, which, n_in = kernel.parent
                vjp = vjps.get(((forward, refs[:n_in]), diff))
                if vjp is None:
                    outs = kernel.call(values)
                else:
                    outs = vjp(which, values[n_in:])
                    outs = (sum_of(outs),) if "summed" in kernel.attrs else outs
            else:
                outs = kernel.call(values)
            seen[node] = outs
        env.extend(outs)
    return [env[s] if s >= 0 else ext[-1 - s] for s in wanted]


def _shared_pullbacks(nodes: Sequence[Node], live: Sequence[bool]) -> dict[Node, tuple[int, ...]]:
    """Forward nodes whose pullback is in the same program, with the inputs it differentiates."""
    forwards = {node for node, alive in zip(nodes, live, strict=True) if alive}
    shared: dict[Node, tuple[int, ...]] = {}
    for (kernel, refs), alive in zip(nodes, live, strict=True):
        if alive and kernel.parent is not None and kernel.parent[0] == "pullback":
            _, forward, diff, which, n_in = kernel.parent
            node = (forward, refs[:n_in])
            if node in forwards and not is_partial(forward, which):
                shared.setdefault(node, diff)
    return shared


def is_partial(kernel: Kernel, which: tuple[int, ...]) -> bool:
    """Whether only some results of a pullback are differentiated.

    The others must then be left out: a zero cotangent times an infinite derivative is NaN, where
    TensorFlow, which has no cotangent there, computes nothing.
    """
    parent = kernel.parent
    if parent is None or parent[0] != "pullback" or "summed" in kernel.attrs:
        return False
    return len(which) < len(parent[2])


def sum_of(grads: Sequence[Any]) -> Any:
    """The sum of arrays of one shape, in their order."""
    total = grads[0]
    for g in grads[1:]:
        total = total + g
    return total


def linearize(
    kernel: Kernel,
    values: Sequence[Any],
    diff: tuple[int, ...],
    only: tuple[int, ...] | None = None,
):
    """Outputs and pullback of a kernel, in TensorFlow's convention for complex cotangents.

    Args:
      kernel: what to differentiate.
      values: its inputs.
      diff: indices of the inputs to differentiate.
      only: the outputs to keep; None for all.

    Returns:
      The outputs, and `pull(which, cotangents)`: gradients with respect to the inputs `diff`, where
      `which` are the output indices that the cotangents belong to, the others being zero.
    """

    def forward(*inner):
        full = list(values)
        for i, v in zip(diff, inner, strict=True):
            full[i] = v
        found = kernel.call(full)
        return found if only is None else tuple([found[i] for i in only])

    outs, vjp = jax.vjp(forward, *[values[i] for i in diff])

    def pull(which: tuple[int, ...], cotangents: Sequence[Any]) -> tuple:
        full = [_zero(o) for o in outs]
        for i, ct in zip(which, cotangents, strict=True):
            full[i if only is None else only.index(i)] = _conj(ct)
        grads = tuple(_conj(g) for g in vjp(tuple(full)))
        if kernel.settle is None:
            return grads
        return kernel.settle(kernel.attrs, [values[i] for i in diff], outs, full, grads)

    return outs, pull


@jax.custom_jvp
def still(moves: jax.Array, gradient: jax.Array, rest: jax.Array) -> jax.Array:
    """The gradient, and `rest` where `moves` is 0: no cotangent came there, and an infinite
    derivative is not to make NaN of that. Its own derivative is the gradient's."""
    return jax.numpy.where(moves == 0, rest, gradient)


@still.defjvp
def _still_jvp(primals, tangents):
    return still(*primals), tangents[1]


def _zero(out):
    if jax.numpy.issubdtype(out.dtype, jax.numpy.inexact):
        return jax.numpy.zeros(out.shape, out.dtype)
    return np.zeros(out.shape, jax.dtypes.float0)


def _conj(x):
    return jax.numpy.conj(x) if jax.numpy.iscomplexobj(x) else x
