"""Branches and loop bodies as captured graphs, with what they read and write made explicit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from tfshim._src import derive, reports
from tfshim._src.control_flow.known import known
from tfshim._src.convert import convert
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.aval import Aval
from tfshim._src.engine.kernel import Kernel
from tfshim._src.engine.program import _conj
from tfshim._src.function.concrete import GraphFunction
from tfshim._src.function.func_graph import FuncGraph
from tfshim._src.jacobian import capturing
from tfshim._src.tensor import STATE, EagerTensor, pending
from tfshim._src.variable import Variable


class Captured:
    """A function that was run once on placeholders.

    Args:
      name: for tables.
      function: takes one tensor per aval, returns whatever it returns.
      avals: of its placeholders.
    """

    def __init__(self, name: str, function: Callable, avals: Sequence[Aval] = ()):
        outer = STATE.trace
        self.graph = FuncGraph(name, outer)
        self.graph.within = True
        self.graph.may_create = getattr(outer, "may_create", False)
        placeholders = [self.graph.placeholder(a, pending) for a in avals]
        with capturing(self.graph):
            self.result = function(*placeholders)
        self.outputs: list[EagerTensor] = []
        if hasattr(outer, "created"):
            outer.created.extend(self.graph.created)  # type: ignore[attr-defined]

    @property
    def written(self) -> list[Variable]:
        """The variables that it assigns."""
        return [s.variable for s in self.graph.written]

    def value_of(self, variable: Variable, checks: Sequence[reports.Check] = ()) -> EagerTensor:
        """The variable's value at the end, which depends on whether checks failed."""
        with capturing(self.graph):
            value = self.graph.read_variable(variable)
            if checks and any(v is variable for v in self.written):
                settled = reports.settled(self.graph, variable, value, checks)
                if settled is not value:  # its cotangent is one of the variable's, too
                    self.graph.assigned.setdefault(id(variable._root), []).append(settled)
                return settled
            return value

    def needed(self, outputs: Sequence[EagerTensor], written: Sequence[Variable] = ()) -> list:
        """The checks that count for these outputs, the variables and the effects."""
        values = [self.value_of(v) for v in written]
        return reports.needed(self.graph, [*outputs, *values, *self.graph.effects])

    def report(self, checks: Sequence[reports.Check], size: int, before: int = 0) -> EagerTensor:
        """The joined report of checks."""
        with capturing(self.graph):
            return reports.joined(checks, size, before)

    def token(self) -> EagerTensor:
        """A tensor that depends on all effects."""
        if self.graph.effects:
            return self.graph.effects[-1]
        with capturing(self.graph):
            return convert(np.int32(0))

    def finish(self, outputs: Sequence[EagerTensor]) -> None:
        """Fixes the outputs; what is captured is known from then on."""
        self.outputs = list(outputs)
        for t in outputs:
            self.graph.ref_of(t)
        self.function = GraphFunction(self.graph, self.outputs, complete=False)

    @property
    def captures(self) -> list[EagerTensor | Variable]:
        """What follows the placeholders among the inputs: outside tensors, and variables."""
        graph = self.graph
        return [graph.variable_of.get(id(t), t) for t in graph.ext[len(graph.placeholders) :]]

    def raw(self) -> Callable:
        """A pure function of raw inputs with TensorFlow's derivatives."""
        return raw_function(self.function)


class Inputs:
    """The distinct tensors that several captured graphs need, read where the node stands."""

    def __init__(self) -> None:
        self.tensors: list[EagerTensor] = []
        self._index: dict[int, int] = {}

    def add(self, thing: EagerTensor | Variable) -> int:
        """The position of a tensor or a variable's value among the inputs."""
        key = id(thing._root) if isinstance(thing, Variable) else id(thing)
        found = self._index.get(key)
        if found is None:
            found = self._index[key] = len(self.tensors)
            self.tensors.append(thing._read() if isinstance(thing, Variable) else thing)
        return found


def union(parts: Sequence[Captured]) -> list[Variable]:
    """The variables that any of these writes, each once."""
    found: dict[int, Variable] = {}
    for part in parts:
        for v in part.written:
            found.setdefault(id(v), v)
    return list(found.values())


def assign(variables: Sequence[Variable], values: Sequence[EagerTensor]) -> None:
    """Gives variables the values that a node computed for them."""
    STATE.pending.assigned = True
    graph = STATE.trace
    for variable, value in zip(variables, values, strict=True):
        if isinstance(graph, FuncGraph):
            graph.write_variable(variable, value, flows=True)
        else:
            variable._write(value)


def needs_rules(graph: FuncGraph) -> bool:
    """Whether a node has a gradient of its own, which JAX would not see."""
    for kernel, _, outs in graph.entries:
        if not any(o.aval.trainable for o in outs):
            continue
        inner = kernel.attrs.get("function")
        if isinstance(inner, GraphFunction):
            if needs_rules(inner.graph):
                return True
        elif "report" in kernel.attrs:
            continue
        elif kernel.rule is not None or not kernel.differentiable:
            return True
    return False


def raw_function(function: GraphFunction) -> Callable:
    """The program of a graph function, pullback by its own graph's rules where it has any."""
    program = function.kernel.fn
    if not needs_rules(function.graph):
        return program
    graph = function.graph
    needed = tuple([t.aval.trainable for t in graph.ext])
    which = tuple([i for i, o in enumerate(function.outputs) if o.aval.trainable])
    if not any(needed) or not which:
        return program

    @jax.custom_vjp
    def run(*values):
        return program(*values)

    def forward(*values):
        return program(*values), values

    def backward(values, cts):
        found = function.backward(which, needed)
        grads: list[Any] = [
            np.zeros(v.shape, jax.dtypes.float0)
            if not t.aval.trainable
            else jax.numpy.zeros_like(v)
            for v, t in zip(values, graph.ext, strict=True)
        ]
        if found.function is None:
            return tuple(grads)
        extra = []
        for t in found.graph.ext[found.n_in + found.n_cts :]:
            variable = found.graph.variable_of.get(id(t))
            extra.append((t if variable is None else variable._handle)._raw())
        outs = raw_function(found.function)(*values, *[_conj(cts[i]) for i in which], *extra)
        for i, p in enumerate(found.pattern):
            if p is None:
                continue
            if p[0] == "dense":
                grads[i] = _conj(outs[p[1]])
            else:
                grads[i] = grads[i].at[outs[p[1] + 1]].add(_conj(outs[p[1]]))
        return tuple(grads)

    run.defvjp(forward, backward)
    return run


def node(
    name: str,
    fn: Callable,
    plain: Callable,
    inputs: Sequence[EagerTensor],
    made: Sequence[Aval],
    carried: int = 0,
    rule: Callable | None = None,
) -> list:
    """Dispatches a control-flow node.

    Args:
      name: TensorFlow's kernel name.
      fn: the raw function, reversible.
      plain: the same for forward mode.
      inputs: its tensors.
      made: avals of the outputs.
      carried: so many of the first inputs are loop variables, whose gradients are zeros, and not
        None, where no output that counts depends on them.
      rule: gives the gradients in place of the pullback, as `Kernel.rule`.
    """

    forward = Kernel(name, jax.jit(plain, inline=True))

    def pushforward(ins, outs, moving, tangents):
        return dispatch(derive.pushforward(forward, moving, len(ins)), (*ins, *tangents))

    kernel = Kernel(
        name,
        jax.jit(fn, inline=True),
        {"pushforward": pushforward, "carried": carried},
        rule=rule,
        form=known(tuple([t.aval for t in inputs]), tuple(made)),
    )
    outs = dispatch(kernel, tuple(inputs))
    return outs if isinstance(outs, list) else [outs]
