"""A traced function: its program as one kernel, and the gradient of that kernel.

The gradient is built from the graph's own entries, as a tape would, in a graph that extends the
traced one. So None, `tf.IndexedSlices`, custom gradients and missing gradients are what they are
outside of functions. Where forward and backward program meet in one compiled program, their equal
nodes run once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from tfshim._src import reports
from tfshim._src.backprop import Call, backprop, zeros
from tfshim._src.dispatch import dispatch
from tfshim._src.engine import flush as engine
from tfshim._src.engine.aval import Aval
from tfshim._src.engine.kernel import Kernel
from tfshim._src.function import effects
from tfshim._src.function.func_graph import FuncGraph
from tfshim._src.function.guard import Guard, guard_of
from tfshim._src.function.running import Runner
from tfshim._src.indexed_slices import IndexedSlices, aggregate, densify
from tfshim._src.jacobian import capturing
from tfshim._src.random_graph import HELD, for_this_call
from tfshim._src.tensor import INLINE, STATE, EagerTensor, pending
from tfshim._src.variable import Variable


class GraphFunction:
    """A finished graph that can be called and differentiated.

    Args:
      graph: the traced graph.
      outputs: its output tensors, flat.
      complete: whether the values of written variables and the effects are outputs as well.
      checked: whether the report of its checks is, too.
    """

    def __init__(
        self,
        graph: FuncGraph,
        outputs: list[EagerTensor],
        complete: bool = True,
        checked: bool = True,
    ):
        self.graph = graph
        self.outputs = outputs
        self.written = graph.written if complete else []
        self.effects = list(graph.effects) if complete else []
        finals = [s.current for s in self.written]
        checks: list[reports.Check] = []
        if complete and checked:
            checks = reports.needed(graph, [*outputs, *finals, *self.effects])
        #: makes the error of the report, which is an output after the variables; None without one
        self.explain: reports.Explaining | None = None
        report: list[EagerTensor] = []
        if checks:
            self.explain = reports.Explaining(checks)
            with capturing(graph):
                finals = [
                    reports.settled(graph, s.variable, s.current, checks) for s in self.written
                ]
                report = [reports.joined(checks, reports.width(checks))]
        self.all_outputs = [*outputs, *finals, *report, *self.effects]
        program, _ = graph.finish(self.all_outputs)
        n = len(graph.placeholders)
        #: external tensors that are numbers of the Python code: constants of the program
        fixed = {
            i: np.asarray(t._value, t.aval.dtype.np)
            for i, t in enumerate(graph.ext)
            if complete and i >= n and t._literal and t._trace is None
        }
        #: positions of the external tensors that are inputs of the kernel
        self.open = [i for i in range(len(graph.ext)) if i not in fixed]
        #: tells which calls can do without a report
        self.guard: Guard | None = None
        if checks:
            self.guard = guard_of(graph, checks, {i: p for p, i in enumerate(self.open)})
        self._unchecked: GraphFunction | None = None
        self.captured = [
            (graph.ext[i], graph.variable_of.get(id(graph.ext[i]))) for i in self.open if i >= n
        ]
        #: where the kernel takes the token of the effect before
        self.start_at = next(
            (n + i for i, (t, _) in enumerate(self.captured) if t is graph.start), None
        )
        # one kernel per function, since its gradient rule knows the graph
        self.kernel = Kernel(
            f"PartitionedCall:{graph.name}",
            jax.jit(
                _Baked(program.fn, fixed, len(graph.ext)) if fixed else program.fn, inline=True
            ),
            {"function": self, "pushforward": self._pushforward},
            rule=self._gradient,
        )
        self.runner = Runner(
            self.kernel,
            tuple([graph.ext[i].aval for i in self.open]),
            tuple([t.aval for t in self.all_outputs]),
            len(graph.nodes),
            self.explain,
        )
        self.called = False
        #: the places of its random ops in their streams
        self.random = [v for _, v in self.captured if v is not None and id(v) in HELD]
        #: whether a call is nothing but its results
        self.pure = bool(outputs) and not self.written and not self.effects
        self._backward: dict[Any, Backward] = {}
        self._forward: dict[Any, Forward] = {}
        #: of a gradient function: per input of the function it is of, where its gradient stands
        self.derivative_of: list[Any] | None = None
        #: of a gradient function: the function whose program it runs again
        self.forward: GraphFunction | None = None
        #: variables that may change their shape, with the one that the graph was traced for
        self.unstable = [
            (s.variable, a.aval)
            for a in graph.ext
            if (s := graph.states.get(id(graph.variable_of.get(id(a))))) is not None
            and not s.variable.shape.is_fully_defined()
        ]

    def fits(self) -> bool:
        """Whether the variables still have the shapes that the graph was traced for."""
        return all(v._current().aval is aval for v, aval in self.unstable)

    def inputs(self, args: Sequence[EagerTensor], given: dict[int, Variable] | None = None) -> list:
        """The kernel's inputs: the arguments, then what the graph captured, as it is now.

        Args:
          args: one tensor per placeholder.
          given: by id of a variable that the graph was traced with, the one to use instead.
        """
        state = STATE
        if given is None and not state.active and not state.trace.symbolic:  # nobody is told
            return [*args, *[t if v is None else v._handle for t, v in self.captured]]
        inputs = list(args)
        for t, variable in self.captured:
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
        """Dispatches one node and assigns the variables that the function wrote.

        Where nothing records or traces, the node runs at once (running.py).
        """
        if not self.all_outputs:
            return []
        if self.random:
            given = for_this_call(self.random, given)
        state = STATE
        at_once = state.trace is state.pending and not state.recorders and not state.observers
        if at_once and not self.called:
            self.called = True
            engine.flush(state.pending)  # so that the first program is the one of later calls
        inputs = self.inputs(args, given) if self.captured else args
        function = self
        if self.guard is not None and self.guard.passes(inputs, at_once and self.pure):
            function = self.unchecked()
            if not function.all_outputs:
                return []
        if at_once and self.pure:
            outs = function.runner(inputs)
            if outs is not None:
                return outs
        kernel = function.kernel
        if self.effects and STATE.trace.symbolic:
            before = effects.last(STATE.trace)
            if before and self.start_at is not None:
                inputs = list(inputs)
                inputs[self.start_at] = before[0]
            # a kernel of its own, since equal nodes run once and effects must not
            kernel = Kernel(kernel.name, kernel.fn, kernel.attrs, rule=kernel.rule)
        if any(t._trace is INLINE for t in inputs):
            from tfshim._src.function.inline import kernel_on_tracers

            kernel, at_once = kernel_on_tracers(function), False
        outs = dispatch(kernel, tuple(inputs))
        outs = function.settle(outs, given)
        if at_once:
            del inputs  # so that nobody holds what the function overwrites
            engine.flush(state.pending)
        return outs

    def unchecked(self) -> GraphFunction:
        """The same without a report."""
        if self._unchecked is None:
            self._unchecked = GraphFunction(self.graph, self.outputs, checked=False)
        return self._unchecked

    def settle(self, outs: list, given: dict[int, Variable] | None = None) -> list[EagerTensor]:
        """Assigns written variables, sees to it that effects happen; returns the true outputs."""
        n = len(self.outputs)
        if self.written:
            STATE.pending.assigned = True
            symbolic = STATE.trace.symbolic
            for state, value in zip(self.written, outs[n:], strict=False):
                variable = state.variable
                if given is not None:
                    variable = given.get(id(variable), variable)
                if symbolic or STATE.pending.checks:
                    variable._write(value)
                else:
                    variable._handle = value
        if self.explain is not None:
            reports.hand_on(outs[n + len(self.written)], self.explain, n)
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
        if not which:
            return [None] * len(call.inputs)
        inputs, wanted = list(self.graph.ext), [False] * len(self.graph.ext)
        for i, t, want in zip(self.open, call.inputs, call.needed, strict=True):
            inputs[i], wanted[i] = t, want
        needed = tuple(wanted)
        cts = [densify(call.cotangents[i]) for i in which]
        grads = self.backward(which, needed).call(inputs, cts)
        for i, (want, grad) in enumerate(zip(needed, grads, strict=True)):
            if want and grad is None and self._touches(i, which, needed):
                grads[i] = zeros(inputs[i].aval)
        return [grads[i] for i in self.open]

    def _touches(self, i: int, which: tuple[int, ...], needed: tuple[bool, ...]) -> bool:
        """Whether TensorFlow gives zeros and not None for an input that no cotangent reaches.

        Its gradient function takes a cotangent of every output, and returns all gradients at once,
        computed from all that the function computed.
        """
        if not self.graph.ext[i].aval.trainable:
            return False
        if self.derivative_of is not None:
            return i < len(self.derivative_of) and self.derivative_of[i] is not None
        every = tuple([k for k, o in enumerate(self.outputs) if o.aval.trainable])
        return every != which and self.backward(every, needed).pattern[i] is not None

    def backward(self, which: tuple[int, ...], needed: tuple[bool, ...]) -> Backward:
        """The gradient function for cotangents of the outputs `which`, built once."""
        with self.graph.building:
            found = self._backward.get((which, needed))
            if found is None:
                found = self._backward[which, needed] = Backward(self, which, needed)
        return found

    def _pushforward(self, inputs, outputs, moving, tangents) -> list:
        """Tangents of the float outputs: forward mode by the graph's entries."""
        key = ("forward", moving)
        with self.graph.building:
            found = self._forward.get(key)
            if found is None:
                places = tuple([self.open[i] for i in moving])
                found = self._forward[key] = Forward(self, places, [t.aval for t in tangents])
        full = list(self.graph.ext)
        for i, t in zip(self.open, inputs, strict=True):
            full[i] = t
        return found.call(full, list(tangents))


class _Baked:
    """A program with some of its inputs fixed."""

    def __init__(self, fn: Any, fixed: dict[int, Any], count: int):
        self.fn, self.fixed, self.count = fn, fixed, count

    def __call__(self, *values):
        rest = iter(values)
        full = [self.fixed[i] if i in self.fixed else next(rest) for i in range(self.count)]
        return self.fn(*full)


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
        sources = []
        for t, want in zip(forward.graph.ext, needed, strict=True):
            if want:
                sources += [t, *_assigned(forward.graph, t)]
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
            grad = None
            if want:
                reads = [found.get(id(s)) for s in (t, *_assigned(forward.graph, t))]
                reads = [g for g in reads if g is not None]
                if len(reads) > 1:
                    with capturing(graph):
                        reads = [aggregate(reads)]
                grad = reads[0] if reads else None
            if grad is None:
                self.pattern.append(None)
            elif isinstance(grad, IndexedSlices):
                self.pattern.append(("slices", len(parts), grad.dense_shape))
                parts += [grad.values, grad.indices]
            else:
                self.pattern.append(("dense", len(parts)))
                parts.append(grad)
        self.function = GraphFunction(graph, parts, complete=False) if parts else None
        if self.function is not None:
            self.function.forward = forward
        self.graph = graph
        self.zeros = self._connected_otherwise(forward, which, needed)

    def _connected_otherwise(self, forward: GraphFunction, which, needed) -> list[Aval | None]:
        """Per input the aval of the zeros that it gets since another output depends on it.

        One function is one node to a tape, in TensorFlow as here: outputs without a cotangent count
        as having a zero one.
        """
        none: list[Aval | None] = [None] * len(needed)
        every = tuple([i for i, t in enumerate(forward.outputs) if t.aval.trainable])
        missing = [w and p is None for w, p in zip(needed, self.pattern, strict=True)]
        if which == every or not any(missing):
            return none
        full = forward.backward(every, needed).pattern
        ext = forward.graph.ext
        return [
            ext[i].aval if missing[i] and full[i] is not None else None for i in range(len(needed))
        ]

    def call(self, inputs: list[EagerTensor], cts: list[EagerTensor]) -> list:
        default: list[Any] = [None if a is None else zeros(a) for a in self.zeros]
        if self.function is None:
            return default
        captured = self.graph.ext[self.n_in + self.n_cts :]
        extra = []
        for t in captured:
            variable = self.graph.variable_of.get(id(t))
            extra.append(t if variable is None else variable._read())
        n_out = len(self.function.outputs)
        outs = dispatch(self.function.kernel, (*inputs, *cts, *extra))[:n_out]
        result: list[Any] = []
        for p, otherwise in zip(self.pattern, default, strict=True):
            if p is None:
                result.append(otherwise)
            elif p[0] == "dense":
                result.append(outs[p[1]])
            else:
                result.append(IndexedSlices(outs[p[1]], outs[p[1] + 1], p[2]))
        return result


def _assigned(graph: FuncGraph, tensor: Any) -> list[Any]:
    """What the graph assigned to the variable behind one of its inputs: reads of it count, too."""
    variable = graph.variable_of.get(id(tensor))
    return [] if variable is None else graph.assigned.get(id(variable._root), [])


class Forward:
    """The pushforward of a graph function for tangents of some of its inputs."""

    def __init__(self, primal: GraphFunction, moving: tuple[int, ...], avals: list):
        from tfshim._src.forward import ForwardAccumulator

        graph = primal.graph.extended()
        graph.name = f"jvp/{primal.graph.name}"
        self.n_in = len(graph.ext)
        tangents = []
        for aval in avals:
            t = pending(aval, graph, -1 - len(graph.ext))
            graph.ext.append(t)
            tangents.append(t)
        self.n_tangents = len(tangents)
        accumulator = ForwardAccumulator([], [])
        for i, t in zip(moving, tangents, strict=True):
            accumulator._set(graph.ext[i], t)
        with capturing(graph):
            for entry in primal.graph.entries:
                accumulator.record(*entry)
        floats = [o for o in primal.all_outputs if o.aval.trainable]
        found = [accumulator._tangent(o) for o in floats]
        self.present = [t is not None for t in found]
        parts = [t for t in found if t is not None]
        self.graph = graph
        self.function = GraphFunction(graph, parts, complete=False) if parts else None

    def call(self, inputs: list[EagerTensor], tangents: list[EagerTensor]) -> list:
        if self.function is None:
            return [None] * len(self.present)
        extra = []
        for t in self.graph.ext[self.n_in + self.n_tangents :]:
            variable = self.graph.variable_of.get(id(t))
            extra.append(t if variable is None else variable._read())
        outs = dispatch(self.function.kernel, (*inputs, *tangents, *extra))
        rest = iter(outs)
        return [next(rest) if there else None for there in self.present]
