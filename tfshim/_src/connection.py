"""Which inputs of a derived kernel its outputs depend on at all.

The pullback of x + y takes x and y but does not read them, and that of maximum(x, y) only compares
them. TensorFlow's gradient of such a gradient is None (unconnected), not zero; so the tape asks
here before it differentiates a pullback.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from tfshim._src.engine.aval import Aval
from tfshim._src.engine.kernel import Kernel

#: Primitives that call one jaxpr with their own inputs; others count as reading all of theirs.
_CALLS = frozenset({"pjit", "jit", "closed_call", "custom_jvp_call", "custom_vjp_call", "remat2"})
#: Primitives without a derivative, whose results are nevertheless floats.
_STEPS = frozenset({"floor", "ceil", "round", "stop_gradient"})
#: Kernels that only compare too, but whose gradients are kernels with a gradient of their own in
#: TensorFlow, which gives zeros (observed in 2.21).
_ZEROS = frozenset({"Relu", "Relu6", "LeakyRelu", "MaxPool", "MaxPool3D"})
_NONE: frozenset[int] = frozenset()


def connected(kernel: Kernel, avals: tuple[Aval, ...], outputs: Sequence[int]) -> frozenset[int]:
    """Indices of the inputs that these outputs of a kernel depend on, by what its jaxpr reads.

    What is only compared or rounded does not count, as in TensorFlow.
    """
    form = kernel.form
    if form is not None and form.connects and form.outputs(avals) is not None:
        return frozenset(range(len(avals)))
    root = kernel
    while root.parent is not None:
        root = root.parent[1]

    def trace() -> list[frozenset[int]]:
        closed = None if form is None else form.jaxpr(avals)
        if closed is None:
            closed = jax.make_jaxpr(kernel.call_flat)(*[a.struct for a in avals])
        inputs = [frozenset({i}) for i in range(len(avals))]
        return _dependencies(closed.jaxpr, inputs, root.name not in _ZEROS)

    table: Any = kernel.derived(("connected", avals), trace)  # pyright: ignore[reportArgumentType]
    return frozenset().union(*[table[i] for i in outputs])


def _dependencies(
    jaxpr: Any, inputs: Sequence[frozenset[int]], smooth: bool
) -> list[frozenset[int]]:
    """For each output of a jaxpr what it depends on, given the same of the inputs.

    Args:
      jaxpr: the program.
      inputs: what each of its inputs depends on.
      smooth: whether a comparison or a rounding ends a dependency.
    """
    known: dict[Any, frozenset[int]] = dict(zip(jaxpr.invars, inputs, strict=True))

    def of(atom: Any) -> frozenset[int]:
        return _NONE if hasattr(atom, "val") else known.get(atom, _NONE)

    for eqn in jaxpr.eqns:
        read = [of(x) for x in eqn.invars]
        inner = eqn.params.get("jaxpr", eqn.params.get("call_jaxpr"))
        inner = getattr(inner, "jaxpr", inner)
        if eqn.primitive.name in _CALLS and len(getattr(inner, "invars", ())) == len(read):
            outs = _dependencies(inner, read, smooth)
        elif smooth and eqn.primitive.name in _STEPS:
            outs = [_NONE] * len(eqn.outvars)
        else:
            union = frozenset().union(*read)
            outs = [_NONE if smooth and _discrete(v) else union for v in eqn.outvars]
        known.update(zip(eqn.outvars, outs, strict=True))
    return [of(x) for x in jaxpr.outvars]


def _discrete(variable: Any) -> bool:
    return not jax.numpy.issubdtype(variable.aval.dtype, jax.numpy.inexact)
