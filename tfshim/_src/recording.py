"""What a tape saw: the nodes from a watched tensor on, with their inputs and outputs.

While eager code runs, its nodes go to the thread's pending trace anyway. A recording on such a
trace is not told of them: it keeps the spans of the trace during which it was active, and reads
the nodes there when they are about to run or when a gradient needs them. So an active tape costs
nothing per op, and a gradient of a step that was seen before needs no entries at all (plans.py).
Elsewhere (in a function being traced) dispatch tells it of every node.
"""

from __future__ import annotations

import weakref
from typing import Any

from tfshim._src.backprop import Entry
from tfshim._src.engine import speed
from tfshim._src.engine.kernel import Kernel
from tfshim._src.engine.trace import BOUND, Pending
from tfshim._src.tensor import EagerTensor, concrete, pending
from tfshim._src.variable import Variable

#: Where a span ends that has not ended yet.
OPEN = 1 << 62


class Recording:
    """The nodes that one tape keeps.

    Attributes:
      entries: `(kernel, inputs, outputs)` of the nodes read so far that depend on a watched tensor.
      watched: id of a tensor -> the tensor, of those that are followed; complete after `read`.
      variables: id of a variable -> (variable, {id: tensor} of what was read from it).
      follows, reads_trace: whether it is active on a pending trace, and so need not be told of
        nodes and of reads of variables.
      trace: the pending trace with spans that are yet to be read, or None.
      spans: the parts of the trace during which it was active.
      events: `(index of the next node, tensor, variable or None)`: watched from there on.
    """

    __slots__ = (
        "entries", "watched", "variables", "follows", "reads_trace", "trace", "spans", "events",
        "_watch_variables", "_before", "_self", "__weakref__",
    )  # fmt: skip
    #: Unlike an accumulator it can wait until its nodes are needed.
    eager = False

    def __init__(self, watch_variables: bool):
        self.entries: list[Entry] = []
        self.watched: dict[int, Any] = {}
        self.variables: dict[int, tuple[Variable, dict[int, Any]]] = {}
        self.follows = self.reads_trace = False
        self.trace: Pending | None = None
        self.spans: list[Span] = []
        self.events: list[tuple[int, Any, Variable | None]] = []
        self._watch_variables = watch_variables
        self._before: list[Variable] = []  # read in a time that is forgotten but for this
        self._self = weakref.ref(self)

    # -- becoming active and inactive: called by tensor.State --

    def resume(self, trace: Any, told: bool) -> None:
        """Becomes active: what is dispatched to the trace from now on is seen.

        Args:
          trace: where nodes go.
          told: whether dispatch tells of each node, so that the trace need not be followed.
        """
        if told or not isinstance(trace, Pending):
            self.read()
            return
        if self.trace is not trace:
            self.read()
            self.trace = trace
            trace.followers.append(self._self)
        self.spans.append(Span(trace))
        self.follows = self.reads_trace = True

    def pause(self) -> None:
        """Becomes inactive."""
        if self.follows:
            self.spans[-1].close(self.trace)
            self.follows = self.reads_trace = False

    def before_run(self, trace: Pending) -> None:
        """Called when the trace is about to run: its nodes can be read for the last time."""
        if trace is not self.trace:
            return
        self.read()
        self.trace = None
        if self.follows:
            self.trace, self.spans = trace, [Span(None)]
            trace.followers.append(self._self)

    # -- seeing --

    def watch(self, tensor: EagerTensor, variable: Variable | None = None) -> None:
        """Follows a tensor from now on; one read from a variable as the variable's value."""
        if self.follows:
            assert self.trace is not None
            self.events.append((len(self.trace.nodes), tensor, variable))
            return
        self.read()
        self._watch(tensor, variable)

    def _watch(self, tensor: EagerTensor, variable: Variable | None) -> None:
        if variable is not None:
            known = self.variables.get(id(variable))
            if known is None:
                known = self.variables[id(variable)] = (variable, {})
            if not tensor.aval.trainable:
                return
            known[1][id(tensor)] = tensor
        self.watched[id(tensor)] = tensor

    def variable_accessed(self, variable: Variable, handle: EagerTensor) -> None:
        """Called when a variable is read while this is active and does not follow a trace."""
        variable = variable._root
        if self._wants(variable, self.variables):
            self.watch(handle, variable)

    def _wants(self, variable: Variable, known: Any) -> bool:
        return (self._watch_variables and variable._trainable) or id(variable) in known

    def noted(self) -> list[tuple[int, Any, Variable | None]]:
        """What was watched, and read from variables, in the spans: `events` and those of the trace.

        In the order of their nodes, without the reads of variables that are not watched.
        """
        trace = self.trace
        if trace is None or not trace.reads:
            return self.events
        reads: list[Any] = []
        for span in self.spans:
            reads += trace.reads[span.first_read : span.end_read]
        found = self.events
        if not reads:
            return found
        if self._watch_variables and _all_trainable(reads):
            return sorted(found + reads, key=_position) if found else reads
        since = dict.fromkeys(self.variables, 0)  # the node from which on a variable is watched
        for index, _, v in found:
            if v is not None:
                since.setdefault(id(v), index)
        reads = [
            e
            for e in reads
            if (self._watch_variables and e[2]._trainable) or since.get(id(e[2]), OPEN) <= e[0]
        ]
        return sorted(found + reads, key=_position)

    def reads(self, variable: Variable) -> dict[int, Any]:
        """What was read from a variable, by id; after `read`."""
        known = self.variables.get(id(variable))
        return {} if known is None else known[1]

    def watched_variables(self) -> list[Variable]:
        """Every variable that was read or watched, in no particular order."""
        seen = {id(v): v for v in self._before if self._watch_variables and v._trainable}
        seen.update((id(v), v) for v, _ in self.variables.values())
        seen.update((id(v), v) for _, _, v in self.noted() if v is not None)
        return list(seen.values())

    def watches(self, tensor: Any) -> bool:
        """Whether a tensor is followed, or depends on one that is; after `read`."""
        return id(tensor) in self.watched

    def record(self, kernel: Kernel, inputs: tuple, outputs: tuple) -> None:
        """Called with a node that is in no pending trace."""
        self.read()
        self._see(kernel, inputs, outputs)

    def _see(self, kernel: Kernel, inputs: tuple, outputs: tuple) -> None:
        if not kernel.differentiable:
            return
        watched = self.watched
        diff = kernel.diff_inputs
        for i, t in enumerate(inputs):
            if id(t) in watched and (diff is None or i in diff):
                break
        else:
            return
        self.entries.append((kernel, inputs, outputs))
        for o in outputs:
            if o.aval.trainable:
                watched[id(o)] = o

    # -- reading the trace --

    def read(self) -> None:
        """Makes entries of the nodes that the trace has collected while this was active."""
        trace = self.trace
        if trace is None:
            return
        with trace.lock:
            avals = trace.output_avals()
            events = iter(self.noted())
            event = next(events, None)
            for span in self.spans:
                slot = span.first_slot
                for i in range(span.first, min(span.end, len(trace.nodes))):
                    while event is not None and event[0] <= i:
                        self._watch(event[1], event[2])
                        event = next(events, None)
                    width = len(trace.specs[i].outputs)
                    self._read_node(trace, trace.nodes[i], slot, width, avals)
                    slot += width
            while event is not None:
                self._watch(event[1], event[2])
                event = next(events, None)
            self.events = []
            self.spans = []
            if self.follows:
                self.spans.append(Span(trace))
            else:
                self.trace = None

    def _read_node(self, trace: Pending, node, slot: int, width: int, avals) -> None:
        kernel, refs = node
        if not kernel.differentiable or not self._touches(trace, refs):
            return
        inputs = tuple([_bound(trace, trace.handle(r, pending, avals), r) for r in refs])
        outputs = tuple([trace.handle(slot + i, pending, avals) for i in range(width)])
        self._see(kernel, inputs, outputs)

    def _touches(self, trace: Pending, refs: tuple[int, ...]) -> bool:
        """Whether an input is watched."""
        for r in refs:
            if r < 0:
                t = trace.ext[-1 - r]
            else:
                t = trace.outs[r]
            if t is not None and id(t) in self.watched:
                return True
        return False

    def forget(self) -> None:
        """Drops all but which variables it knows, for a tape that was used."""
        trace = self.trace
        if trace is not None:
            if trace.reads:
                for span in self.spans:
                    reads = trace.reads[span.first_read : span.end_read]
                    self._before += [variable for _, _, variable in reads]
            self.trace, self.spans = None, []
        if self.events or self.variables:
            known = {id(v): (v, {}) for _, _, v in self.events if v is not None}
            if self.variables:
                known.update((i, (v, {})) for i, (v, _) in self.variables.items())
            self.variables, self.events = known, []
        if self.watched or self.entries:
            self.entries, self.watched = [], {}


class Span:
    """A part of a pending trace: nodes `first` to `end`, and the reads of variables among them."""

    __slots__ = ("first", "end", "first_slot", "first_read", "end_read")

    def __init__(self, trace: Pending | None):
        """Begins where a trace is now, or at the start of an empty one."""
        if trace is None:
            self.first = self.first_slot = self.first_read = 0
        else:
            self.first = len(trace.nodes)
            self.first_slot = trace.nslots
            self.first_read = len(trace.reads)
        self.end = self.end_read = OPEN

    def close(self, trace: Any) -> None:
        """Ends where the trace is now."""
        self.end, self.end_read = len(trace.nodes), len(trace.reads)


def _all_trainable_in_python(events: list) -> bool:
    """Whether the variable of each event is trainable."""
    return all(variable._trainable for _, _, variable in events)


def _in_python(recording: Recording) -> bool:
    """Whether a recording became active, or inactive, here: never, `tensor.State` does it."""
    return False


_all_trainable = _all_trainable_in_python if speed.core is None else speed.core.all_trainable
#: Nearly every tape is the only active recorder of its thread, outside of functions.
enter = _in_python if speed.core is None else speed.core.enter
leave = _in_python if speed.core is None else speed.core.leave


def _bound(trace: Pending, t: EagerTensor, ref: int) -> EagerTensor:
    """An input of a node; a literal as this use of it, so that the node's pullback, which takes the
    same inputs, is recorded with the same refs."""
    if t._literal is not True:
        return t
    found = trace.ext[-1 - ref] = concrete(t._value, t.aval)
    found._literal = BOUND  # type: ignore[assignment]
    trace.ext_refs[id(found)] = ref
    return found


def _position(event: tuple) -> int:
    return event[0]
