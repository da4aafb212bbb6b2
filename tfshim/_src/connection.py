"""Which inputs of a derived kernel its outputs depend on at all.

The pullback of x + y takes x and y but does not read them. TensorFlow's gradient of such a gradient
is None (unconnected), not zero; so the tape asks here before it differentiates a pullback.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from tfshim._src.engine.aval import Aval
from tfshim._src.engine.kernel import Kernel

#: Primitives that call one jaxpr with their own inputs; others count as reading all of theirs.
_CALLS = frozenset({"pjit", "jit", "closed_call", "custom_jvp_call", "custom_vjp_call", "remat2"})
_NONE: frozenset[int] = frozenset()


def connected(kernel: Kernel, avals: tuple[Aval, ...], outputs: Sequence[int]) -> frozenset[int]:
    """Indices of the inputs that these outputs of a kernel depend on, by what its jaxpr reads."""

    def trace() -> list[frozenset[int]]:
        closed = jax.make_jaxpr(kernel.call_flat)(*[a.struct for a in avals])
        inputs = [frozenset({i}) for i in range(len(avals))]
        return _dependencies(closed.jaxpr, inputs)

    table: Any = kernel.derived(("connected", avals), trace)  # pyright: ignore[reportArgumentType]
    return frozenset().union(*[table[i] for i in outputs])


def _dependencies(jaxpr: Any, inputs: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """For each output of a jaxpr the union of what its inputs depend on."""
    known: dict[Any, frozenset[int]] = dict(zip(jaxpr.invars, inputs, strict=True))

    def of(atom: Any) -> frozenset[int]:
        return _NONE if hasattr(atom, "val") else known.get(atom, _NONE)

    for eqn in jaxpr.eqns:
        read = [of(x) for x in eqn.invars]
        inner = eqn.params.get("jaxpr", eqn.params.get("call_jaxpr"))
        inner = getattr(inner, "jaxpr", inner)
        if eqn.primitive.name in _CALLS and len(getattr(inner, "invars", ())) == len(read):
            outs = _dependencies(inner, read)
        else:
            outs = [frozenset().union(*read)] * len(eqn.outvars)
        known.update(zip(eqn.outvars, outs, strict=True))
    return [of(x) for x in jaxpr.outvars]
