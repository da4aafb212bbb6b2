"""Plans: the nodes of a gradient, remembered by the structure of what the tape saw.

Walking a tape backwards costs some 15 us a node in Python. A training step repeats the same nodes,
so the nodes of its gradient are the same too: the first time they are dispatched one by one, and
after that they are appended to the pending trace as a whole, and only the results get a handle.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Sequence
from typing import Any

from tfshim._src.backprop import is_seed
from tfshim._src.engine import ahead, speed
from tfshim._src.engine.key import Key
from tfshim._src.engine.trace import Pending, on_track
from tfshim._src.indexed_slices import IndexedSlices
from tfshim._src.recording import Recording
from tfshim._src.tensor import STATE, EagerTensor, pending
from tfshim._src.variable import Variable

MAX_PLANS = 1024
#: By structure: the plan, or None where a gradient cannot be planned. Least recently used first.
plans: collections.OrderedDict[Key, Plan | None] = collections.OrderedDict()


class Plan:
    """What a gradient appends to the trace.

    Attributes:
      key: what it is found by.
      nodes, specs, sites, ext: for the trace's lists of these names.
      width: number of new slots.
      results: per source None, the ref of a tensor, or the three parts of an IndexedSlices, where
        a part is a ref or a constant tensor.
      avals: aval of each ref among the results that is an output.
    """

    __slots__ = ("key", "nodes", "specs", "sites", "ext", "width", "results", "avals", "simple")

    def __init__(self, key, nodes, specs, sites, ext, width, results, avals):
        self.key = key
        self.nodes = nodes
        self.specs = specs
        self.sites = sites
        self.ext = ext
        self.width = width
        self.results = results
        self.avals = avals
        self.simple = list(avals) == results  # each gradient is an output of its own

    def replay(self, trace: Pending) -> list[Any]:
        """Appends the nodes; returns the gradients."""
        with trace.lock:
            trace.nodes += self.nodes
            trace.specs += self.specs
            trace.sites += self.sites
            trace.ext += self.ext
            trace.outs += [None] * self.width
            trace.nslots += self.width
            if len(trace.nodes) >= trace.launch_at:
                ahead.launch(trace)
            handles = _handles(trace, self.avals)
            if self.simple:
                return handles
            made = dict(zip(self.avals, handles, strict=True))
            found = []
            for r in self.results:
                if type(r) is tuple:
                    found.append(IndexedSlices(*[self._part(p, made, trace) for p in r]))
                else:
                    found.append(self._part(r, made, trace))
        return found

    def _part(self, part: Any, made: dict[int, Any], trace: Pending) -> Any:
        if type(part) is not int:
            return part
        return made[part] if part >= 0 else trace.ext[-1 - part]


def planned(
    recording: Recording,
    targets: Sequence[Any],
    sources: Sequence[Any],
    unconnected: Any,
    walk: Callable[[], list[Any]],
) -> list[Any]:
    """The gradients of a recording, or its Jacobians, from a plan where there is one.

    Args:
      recording: what the tape saw.
      targets, sources: tensors and variables.
      unconnected: what an unconnected source gets, and whatever else tells two walks apart.
      walk: computes the gradients node by node.
    """
    trace = recording.trace
    if (
        trace is None
        or trace is not STATE.trace
        or recording.entries
        or recording.variables
        or recording.watched
        or STATE.listeners
    ):
        return walk()
    mark = _mark(recording, trace, targets, sources, unconnected)
    if mark is None:
        return walk()
    plan = trace.last_marks.get(mark)
    if plan is not None and on_track(trace):
        trace.marks[mark] = plan
        return plan.replay(trace)
    key = _key(mark, recording, trace)
    plan = plans.get(key, _UNKNOWN)
    if type(plan) is Plan:
        plans.move_to_end(plan.key)
        trace.marks[mark] = plan
        return plan.replay(trace)
    if plan is None:
        return walk()
    before = len(trace.nodes), len(trace.ext), trace.nslots, trace.epoch
    may_plan = _plannable(recording, trace)
    result = walk()
    plans[key] = _made(key, trace, before, result) if may_plan else None
    if len(plans) > MAX_PLANS:
        plans.popitem(last=False)
    return result


_UNKNOWN: Any = object()


def _handles_in_python(trace: Pending, avals: dict[int, Any]) -> list[EagerTensor]:
    """The tensors of these slots: those that somebody holds, or new ones."""
    found = []
    for slot, aval in avals.items():
        t = trace.outs[slot]
        if t is None:
            t = trace.outs[slot] = pending(aval, trace, slot)
        found.append(t)
    return found


def _structure_in_python(trace: Pending, events: list, sources: Sequence[Any]) -> tuple | None:
    """What was watched, and what each source is, flat.

    Args:
      trace: the trace that refs are of; a tensor that has none there counts as None.
      events: of `Recording.noted`.
      sources: tensors and variables.

    Returns:
      The index and the ref of each event; then for each variable the refs of what was read from it
      (its aval if nothing was), for each tensor its aval and its ref. None for a literal, which
      has a ref for each of its uses, and for a source that is not differentiable.
    """
    flat: list[Any] = []
    reads: dict[int, list] = {}
    for index, t, variable in events:
        if t._literal is True:
            return None
        ref = t._slot if t._trace is trace else trace.ext_refs.get(id(t))
        flat += [index, ref]
        if variable is not None:
            reads.setdefault(id(variable), []).append(ref)
    for s in sources:
        if isinstance(s, Variable):
            refs = reads.get(id(s._root))
            flat.append(tuple(refs) if refs else s._root._handle.aval)
        elif s._literal is True or not s.aval.trainable:
            return None
        else:
            flat += [s.aval, s._slot if s._trace is trace else trace.ext_refs.get(id(s))]
    return tuple(flat)


def _structure_in_c(trace: Pending, events: list, sources: Sequence[Any]) -> tuple | None:
    found = speed.core.structure(trace, events, sources)
    return _structure_in_python(trace, events, sources) if found is NotImplemented else found


def _replay_in_python(recording: Recording, target: Any, sources: Any, unconnected: Any) -> None:
    """The gradients, where a trace on its way to the expected program comes to a plan of that: as
    `planned` gives them, but without a look at anything else. None elsewhere, and always here:
    only with the C core is a trace on its way."""


replay = _replay_in_python if speed.core is None else speed.core.replay
_structure = _structure_in_python if speed.core is None else _structure_in_c
_handles = _handles_in_python if speed.core is None else speed.core.handles


def _mark(recording: Recording, trace: Pending, targets, sources, unconnected) -> tuple | None:
    """What the nodes of a gradient depend on besides the nodes before, what these give, and the
    shapes and dtypes of external inputs; None where something is not in the trace."""
    wanted: list[Any] = []
    for t in targets:
        if type(t) is not EagerTensor or t._trace is not trace:
            return None
        wanted.append(t._slot)
    flat = _structure(trace, recording.noted(), sources)
    if flat is None:
        return None
    return (
        tuple([(s.first, s.end) for s in recording.spans]),
        recording.spans[0].first_slot,
        trace.nslots,
        len(trace.nodes),
        len(trace.ext),
        tuple(wanted),
        unconnected,
        flat,
    )


def _key(mark: tuple, recording: Recording, trace: Pending) -> Key:
    """All that the nodes of a gradient depend on."""
    first, end = recording.spans[0].first, recording.spans[-1].end
    # what is read from nodes before the tape has shapes
    rest = mark, tuple(trace.specs[:first]), tuple([t.aval for t in trace.ext])
    return Key(trace.nodes[first:end], rest)


def _plannable(recording: Recording, trace: Pending) -> bool:
    """Whether all gradient rules are the library's own: a user's may do anything. (What one in a
    `tf.function` does happens once, when the gradient of the function is made.)"""
    for span in recording.spans:
        for kernel, _ in trace.nodes[span.first : span.end]:
            if kernel.rule is not None and kernel.op is None and "function" not in kernel.attrs:
                return False
    return True


def _made(
    key: Key, trace: Pending, before: tuple[int, int, int, int], result: list[Any]
) -> Plan | None:
    """The plan of a gradient that was just dispatched; None if it depends on values."""
    n_nodes, n_ext, n_slots, epoch = before
    if trace.epoch != epoch:
        return None  # it read a value
    ext = trace.ext[n_ext:]
    if not all(is_seed(t) for t in ext):
        return None
    avals: dict[int, Any] = {}

    def part(t: Any, constant: bool = False) -> Any:
        if t is None:
            return None
        if t._trace is trace:
            avals[t._slot] = t.aval
            return t._slot
        ref = trace.ext_refs.get(id(t))
        if ref is None:
            ref = next((-1 - i for i, e in enumerate(trace.ext) if e is t and i >= n_ext), None)
        if ref is None and constant and t._trace is None:
            return t
        if ref is None:
            raise LookupError
        return ref

    results: list[Any] = []
    try:
        for r in result:
            if isinstance(r, IndexedSlices):
                results.append((part(r.values), part(r.indices), part(r.dense_shape, True)))
            else:
                results.append(part(r))
    except LookupError:
        return None
    return Plan(
        key,
        trace.nodes[n_nodes:],
        trace.specs[n_nodes:],
        trace.sites[n_nodes:],
        ext,
        trace.nslots - n_slots,
        results,
        avals,
    )
