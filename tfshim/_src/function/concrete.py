"""A traced function: its program as one kernel, and the gradient of that kernel.

The gradient is built from the graph's own entries, as a tape would, in a graph that extends the
traced one. So None, `tf.IndexedSlices`, custom gradients and missing gradients are what they are
outside of functions. Where forward and backward program meet in one compiled program, their equal
nodes run once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfshim._src.dispatch import dispatch
from tfshim._src.engine.kernel import Kernel
from tfshim._src.function import effects
from tfshim._src.function.func_graph import FuncGraph
from tfshim._src.indexed_slices import IndexedSlices, densify
from tfshim._src.jacobian import capturing
from tfshim._src.tape import Call, backprop
from tfshim._src.tensor import STATE, EagerTensor, pending
from tfshim._src.variable import Variable


class GraphFunction:
    """A finished graph that can be called and differentiated.

    Args:
      graph: the traced graph.
      outputs: its output tensors, flat; the written variables' values are added.
    """

    def __init__(self, graph: FuncGraph, outputs: list[EagerTensor]):
        self.graph = graph
        self.outputs = outputs
        self.written = graph.written
        self.effects = list(graph.effects)
        self.all_outputs = [*outputs, *[s.current for s in self.written], *self.effects]
        program, _ = graph.finish(self.all_outputs)
        # one kernel per function, since its gradient rule knows the graph
        self.kernel = Kernel(
            f"PartitionedCall:{graph.name}",
            program.fn,
            {"function": self},
            rule=self._gradient,
        )
        self._backward: dict[Any, Backward] = {}
        #: variables that may change their shape, with the one that the graph was traced for
        self.unstable = [
            (s.variable, a.aval)
            for a in graph.ext
            if (s := graph.states.get(id(graph.variable_of.get(id(a))))) is not None
            and not s.variable.shape.is_fully_defined()
        ]

    def fits(self) -> bool:
        """Whether the variables still have the shapes that the graph was traced for."""
        return all([v._current().aval is aval for v, aval in self.unstable])

    def inputs(self, args: Sequence[EagerTensor], given: dict[int, Variable] | None = None) -> list:
        """The kernel's inputs: the arguments, then what the graph captured, as it is now.

        Args:
          args: one tensor per placeholder.
          given: by id of a variable that the graph was traced with, the one to use instead.
        """
        graph = self.graph
        inputs = list(args)
        for t in graph.ext[len(graph.placeholders) :]:
            variable = graph.variable_of.get(id(t))
            if variable is None:
                inputs.append(t)
            else:
                if given is not None:
                    variable = given.get(id(variable), variable)
                inputs.append(variable._read())
        return inputs

    def call(
        self, args: Sequence[EagerTensor], given: dict[int, Variable] | None = None
    ) -> list[EagerTensor]:
        """Dispatches one node and assigns the variables that the function wrote."""
        if not self.all_outputs:
            return []
        kernel = self.kernel
        if self.effects and STATE.trace.symbolic:
            # a kernel of its own, since equal nodes run once and effects must not
            kernel = Kernel(kernel.name, kernel.fn, kernel.attrs, rule=kernel.rule)
        outs = dispatch(kernel, tuple(self.inputs(args, given)))
        return self.settle(outs, given)

    def settle(self, outs: list, given: dict[int, Variable] | None = None) -> list[EagerTensor]:
        """Assigns written variables, sees to it that effects happen; returns the true outputs."""
        n = len(self.outputs)
        if self.written:
            STATE.pending.assigned = True
            for state, value in zip(self.written, outs[n:], strict=False):
                variable = state.variable
                if given is not None:
                    variable = given.get(id(variable), variable)
                variable._write(value)
        if self.effects:
            effects.happen(outs[len(outs) - len(self.effects) :])
        return outs[:n]

    def _gradient(self, call: Call) -> list:
        n_out = len(self.outputs)
        which = tuple(
            [
                i
                for i, c in enumerate(call.cotangents)
                if c is not None and i < n_out and call.outputs[i].aval.trainable
            ]
        )
        needed = tuple(call.needed)
        if not which:
            return [None] * len(call.inputs)
        key = (which, needed)
        with self.graph.building:
            backward = self._backward.get(key)
            if backward is None:
                backward = self._backward[key] = Backward(self, which, needed)
        cts = [densify(call.cotangents[i]) for i in which]
        return backward.call(list(call.inputs), cts)


class Backward:
    """The gradient of a graph function for one choice of outputs and inputs."""

    def __init__(self, forward: GraphFunction, which: tuple[int, ...], needed: tuple[bool, ...]):
        graph = forward.graph.extended()
        graph.name = f"gradients/{forward.graph.name}"
        self.n_in = len(graph.ext)
        cts = []
        for i in which:
            ct = pending(forward.outputs[i].aval, graph, -1 - len(graph.ext))
            graph.ext.append(ct)
            cts.append(ct)
        self.n_cts = len(cts)
        sources = [t for t, want in zip(graph.ext, needed, strict=False) if want]
        with capturing(graph):
            found = backprop(
                forward.graph.entries,
                [forward.outputs[i] for i in which],
                {id(t) for t in sources},
                cts,
            )
        #: per input: None, or where its parts stand among the outputs
        self.pattern: list[Any] = []
        parts: list[EagerTensor] = []
        for t, want in zip(forward.graph.ext, needed, strict=True):
            grad = found.get(id(t)) if want else None
            if grad is None:
                self.pattern.append(None)
            elif isinstance(grad, IndexedSlices):
                self.pattern.append(("slices", len(parts), grad.dense_shape))
                parts += [grad.values, grad.indices]
            else:
                self.pattern.append(("dense", len(parts)))
                parts.append(grad)
        self.function = GraphFunction(graph, parts) if parts else None
        if self.function is not None:
            self.function.written, self.function.effects = [], []
        self.graph = graph

    def call(self, inputs: list[EagerTensor], cts: list[EagerTensor]) -> list:
        if self.function is None:
            return [None] * len(inputs)
        captured = self.graph.ext[self.n_in + self.n_cts :]
        extra = []
        for t in captured:
            variable = self.graph.variable_of.get(id(t))
            extra.append(t if variable is None else variable._read())
        n_out = len(self.function.outputs)
        outs = dispatch(self.function.kernel, (*inputs, *cts, *extra))[:n_out]
        result: list[Any] = []
        for p in self.pattern:
            if p is None:
                result.append(None)
            elif p[0] == "dense":
                result.append(outs[p[1]])
            else:
                result.append(IndexedSlices(outs[p[1]], outs[p[1] + 1], p[2]))
        return result
