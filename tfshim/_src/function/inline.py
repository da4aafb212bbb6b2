"""Inside the user's own JAX transformations: programs whose derivatives the user defined.

On a JAX tracer an op runs at once, as JAX code that JAX differentiates. What `tf.custom_gradient`
says is known to tapes only. So a piece of a program with such a gradient is captured, and given to
JAX as a function with a pullback of its own (`jax.custom_vjp`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from tfshim._src import nest
from tfshim._src.convert import convert
from tfshim._src.engine.kernel import Kernel
from tfshim._src.engine.program import _conj
from tfshim._src.function.concrete import GraphFunction
from tfshim._src.function.func_graph import FuncGraph
from tfshim._src.jacobian import capturing
from tfshim._src.tensor import INLINE, STATE, EagerTensor, pending
from tfshim._src.variable import Variable


def has_custom_gradient(graph: FuncGraph) -> bool:
    """Whether a gradient in a graph was defined by the user."""
    for kernel, _, _ in graph.entries:
        if kernel.attrs.get("custom"):
            return True
        inner = kernel.attrs.get("function")
        if isinstance(inner, GraphFunction) and has_custom_gradient(inner.graph):
            return True
    return False


def on_tracers(tensors: Sequence[Any]) -> bool:
    """Whether a tensor stands for a JAX tracer."""
    return any(t._trace is INLINE for t in tensors)


def kernel_on_tracers(function: GraphFunction) -> Kernel:
    """The kernel of a function for JAX tracers."""
    kernel = function.kernel
    if not has_custom_gradient(function.graph):
        return kernel
    graph = function.graph.extended()
    graph.entries = [(_followed(k), inputs, outputs) for k, inputs, outputs in graph.entries]
    whole = GraphFunction(graph, list(function.all_outputs), complete=False)
    fixed = {i: t for i, t in enumerate(function.graph.ext) if i not in set(function.open)}

    def call(*values):
        rest = iter(values)
        full = [
            np.asarray(fixed[i]._value, t.aval.dtype.np) if i in fixed else next(rest)
            for i, t in enumerate(function.graph.ext)
        ]
        return reversible(whole)(*full)

    return Kernel(kernel.name, call, kernel.attrs, rule=kernel.rule)


def _followed(kernel: Kernel) -> Kernel:
    """An assignment as JAX sees it: the new value depends on what was assigned."""
    if kernel.differentiable or not kernel.name.startswith("Assign"):
        return kernel
    return kernel.derived("followed", lambda: Kernel(kernel.name, kernel.fn, kernel.attrs))


def reversible(function: GraphFunction) -> Callable:
    """The program of a graph function as a JAX function with the graph's own pullback."""
    program = function.kernel.fn
    ext = function.graph.ext
    needed = tuple([t.aval.trainable for t in ext])
    which = tuple([i for i, o in enumerate(function.outputs) if o.aval.trainable])
    if not any(needed) or not which:
        return program
    found = function.backward(which, needed)
    # what the pullback reads besides is an input too: JAX differentiates no closures
    extra = [
        jax.numpy.asarray((t if v is None else v._current())._raw())
        for t in found.graph.ext[found.n_in + found.n_cts :]
        for v in [found.graph.variable_of.get(id(t))]
    ]

    @jax.custom_vjp
    def run(values, extra):
        return program(*values)

    def forward(values, extra):
        return program(*values), (values, extra)

    def backward(kept, cts):
        values, extra = kept
        grads = [_no_gradient(v) for v in values]
        if found.function is not None:
            outs = reversible(found.function)(*values, *[_conj(cts[i]) for i in which], *extra)
            for i, p in enumerate(found.pattern):
                if p is not None and p[0] == "dense":
                    grads[i] = _conj(outs[p[1]])
                elif p is not None:
                    grads[i] = grads[i].at[outs[p[1] + 1]].add(_conj(outs[p[1]]))
        return tuple(grads), tuple([_no_gradient(v) for v in extra])

    run.defvjp(forward, backward)
    return lambda *values: run(tuple(map(jax.numpy.asarray, values)), tuple(extra))


def _no_gradient(value: Any) -> Any:
    if jax.numpy.issubdtype(value.dtype, jax.numpy.inexact):
        return jax.numpy.zeros_like(value)
    return np.zeros(value.shape, jax.dtypes.float0)


def call_on_tracers(function: Callable, args: tuple) -> Any:
    """Captures a call and runs it as one piece.

    Args:
      function: what to call, while a graph is captured.
      args: nests of tensors, some of which stand for JAX tracers.

    Returns:
      Its result, as tensors of JAX tracers.
    """
    flat: list[EagerTensor] = [convert(a) for a in nest.flatten(args, expand_composites=True)]
    graph = FuncGraph("custom_gradient", STATE.trace)
    placeholders = [graph.placeholder(t.aval, pending) for t in flat]
    inner: Any = nest.pack_sequence_as(args, placeholders, expand_composites=True)
    with capturing(graph):
        result = nest.map_structure(
            lambda x: x if x is None else convert(x),
            function(*inner),
            expand_composites=True,
        )
    leaves = [t for t in nest.flatten(result, expand_composites=True) if t is not None]
    for t in leaves:
        graph.ref_of(t)
    outs = GraphFunction(graph, leaves).call(flat)
    rest = iter(outs)
    filled = [
        None if t is None else next(rest) for t in nest.flatten(result, expand_composites=True)
    ]
    return nest.pack_sequence_as(result, filled, expand_composites=True)


def current(values: Sequence[Any]) -> list[EagerTensor]:
    """The tensors among values, those of variables included."""
    found = []
    for v in values:
        if isinstance(v, Variable):
            found.append(v._current())
        elif isinstance(v, EagerTensor):
            found.append(v)
    return found
