"""A traced function: its program as one kernel, and the gradient of that kernel.

The gradient is built from the graph's own entries, as a tape would, in a graph that extends the
traced one. So None, `tf.IndexedSlices`, custom gradients and missing gradients are what they are
outside of functions. Where forward and backward program meet in one compiled program, their equal
nodes run once.
"""

from __future__ import annotations

from typing import Any

from tfshim._src import nest
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.kernel import Kernel
from tfshim._src.function.func_graph import FuncGraph
from tfshim._src.indexed_slices import IndexedSlices, densify
from tfshim._src.jacobian import capturing
from tfshim._src.tape import Call, backprop
from tfshim._src.tensor import EagerTensor, Tensor, pending
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
        self.all_outputs = [*outputs, *[s.current for s in self.written]]
        program, _ = graph.finish(self.all_outputs)
        # one kernel per function, since its gradient rule knows the graph
        self.kernel = Kernel(
            f"PartitionedCall:{graph.name}",
            program.fn,
            {"function": self},
            rule=self._gradient,
        )
        self._backward: dict[Any, Backward] = {}

    def call(self, args: list[EagerTensor]) -> list[EagerTensor]:
        """Dispatches one node and assigns the variables that the function wrote."""
        graph = self.graph
        n = len(graph.placeholders)
        inputs = list(args)
        for t in graph.ext[n:]:
            variable = graph.variable_of.get(id(t))
            inputs.append(t if variable is None else variable._read())
        if not self.all_outputs:
            return []
        outs = dispatch(self.kernel, tuple(inputs))
        for state, value in zip(self.written, outs[len(self.outputs) :], strict=True):
            state.variable._write(state.variable._stored(value))
        return outs[: len(self.outputs)]

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
            self.function.written = []
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


class ConcreteFunction:
    """One trace of a `tf.function`: callable with arguments of its signature."""

    __module__ = "tensorflow"

    def __init__(self, name: str, inner: GraphFunction, structured_outputs: Any, signature: Any):
        self._name = name
        self._inner = inner
        self._structured_outputs = structured_outputs
        self._signature = signature

    def call_flat(self, tensors: list[EagerTensor]) -> Any:
        """Calls with the flat tensor arguments; returns the function's structure."""
        return self.pack(self._inner.call(tensors))

    def pack(self, flat: list[EagerTensor]) -> Any:
        """The function's result with these tensors in it."""
        if self._structured_outputs is None:
            return None
        rest = iter(flat)
        leaves = [
            next(rest) if isinstance(leaf, Tensor) else leaf
            for leaf in nest.flatten(self._structured_outputs, expand_composites=True)
        ]
        return nest.pack_sequence_as(self._structured_outputs, leaves, expand_composites=True)

    @property
    def name(self) -> str:
        return self._name

    @property
    def graph(self) -> FuncGraph:
        return self._inner.graph

    @property
    def inputs(self) -> list:
        return list(self.graph.ext)

    @property
    def outputs(self) -> list:
        return list(self._inner.outputs)

    @property
    def structured_outputs(self) -> Any:
        return self._structured_outputs

    @property
    def captured_inputs(self) -> list:
        n = len(self.graph.placeholders)
        return [
            self.graph.variable_of[id(t)].handle if id(t) in self.graph.variable_of else t
            for t in self.graph.ext[n:]
        ]

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self.graph.variables

    @property
    def trainable_variables(self) -> tuple[Variable, ...]:
        return self.graph.trainable_variables

    @property
    def output_shapes(self) -> Any:
        return nest.map_structure(lambda t: getattr(t, "shape", None), self._structured_outputs)

    @property
    def output_dtypes(self) -> Any:
        return nest.map_structure(lambda t: getattr(t, "dtype", None), self._structured_outputs)
