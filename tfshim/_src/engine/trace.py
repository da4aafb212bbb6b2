"""Traces: where dispatched nodes are collected.

A node is `(kernel, refs)`. A ref is an int: `ref >= 0` is the output with that slot in the same
trace, `ref < 0` is external input `-1 - ref`. A list of such nodes is a program in SSA form; it is
the only representation of a computation in tfshim.

`Pending` collects what eager code dispatches until somebody looks at a value. The capturing trace
of functions and loop bodies (`capture.Graph`) has a `record` of its own and never runs.

What the engine needs of a tensor handle is four attributes: `aval`, `_value` (raw array or None),
`_trace` (the trace that will produce it, None once it is concrete) and `_slot` (its ref there; of a
concrete host value, whether XLA was given it before). A fifth, `_literal`, is True for a number in
the user's code, which is another input at each use, BOUND for the input of one such use, and False
for anything else.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from typing import Any

from tfshim._src.engine import speed
from tfshim._src.engine.aval import Aval
from tfshim._src.engine.kernel import Kernel, Spec

Node = tuple[Kernel, tuple[int, ...]]

#: What `_literal` is for the input of one use of a literal; true, and not True.
BOUND = 2


#: Of `Pending.told`: somebody is told of every node; recorders are active; and all of them find the
#: reads of variables in `Pending.reads`.
LISTENED, ACTIVE, NOTING = 1, 2, 4

#: A number of runs or nodes that is never reached.
NEVER = 1 << 62


def _listed() -> int:
    for t in [object()]:
        return sys.getrefcount(t)
    raise AssertionError


#: The reference count that Python tells of an object that a list and one local name hold. Nobody
#: else knows a handle in `outs` that has no more.
LISTED = _listed()


class Trace:
    """Nodes in the order of dispatch, and the external tensors that they read.

    Attributes:
      nodes, specs, sites: a node, what it gives and where it was called.
      ext, ext_refs: the external tensors, and the ref of each by its id; a literal has none there.
      held_bytes: of external tensors, which stay in memory until this trace runs.
      nslots: the number of outputs.
      outs: of `Pending`: the handle of each output, None where nobody has asked for one. Whether
        somebody holds a handle is told by its reference count when the trace runs.
    """

    __slots__ = (
        "nodes", "specs", "ext", "ext_refs", "held_bytes", "nslots", "outs", "lock", "sites",
        "__weakref__",
    )  # fmt: skip

    #: Pending traces run when a value is read; graphs are symbolic and never run.
    symbolic = False
    #: What a graph knows of its tensors' shapes, where its signature leaves sizes unknown.
    sizes: Any = None

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        self.nodes: list[Node] = []
        self.specs: list[Spec] = []
        self.ext: list[Any] = []
        self.ext_refs: dict[int, int] = {}
        self.held_bytes = 0
        self.nslots = 0
        self.outs: list[Any] = []
        self.sites: list[Any] = []

    def external(self, tensor) -> int:
        """The ref of a tensor made elsewhere. A literal gets a ref of its own at each use, so that
        two equal numbers in one step do not make another program of it."""
        if tensor._literal is True:
            self.ext.append(tensor)
            return -len(self.ext)
        ref = self.ext_refs.get(id(tensor))
        if ref is None:
            self.ext.append(tensor)  # keeps it alive, so that its id stays its own
            ref = self.ext_refs[id(tensor)] = -len(self.ext)
            self.held_bytes += tensor.aval.nbytes
        return ref


class Pending(Trace):
    """The nodes that one thread's eager code dispatched and nobody has looked at yet."""

    __slots__ = (
        "assigned", "epoch", "followers", "reads", "running", "checks", "overwritten",
        "ran", "expected", "last", "last_specs", "last_sites", "last_marks", "marks", "spare",
        "matched", "told", "launch_at", "launched",
    )  # fmt: skip

    def __init__(self) -> None:
        self.epoch = 0  # how often this trace ran
        self.expect_nothing()
        #: Who is to be told of nodes, as tensor.State knows: LISTENED, ACTIVE, NOTING or'ed.
        self.told = 0
        self.running = False  # true while it is run, maybe by another thread
        #: Weak references to what reads this trace's nodes before they run (tape.Recording).
        self.followers: list[Any] = []
        super().__init__()

    def clear(self) -> None:
        super().clear()
        self.assigned = False  # whether a variable got a value since the last flush
        #: (index of the next node, tensor, variable): variables read while tapes were active.
        self.reads: list[tuple[int, Any, Any]] = []
        #: Reports of called programs, to be looked at after the run (examine.py).
        self.checks: list[tuple] = []
        #: (number of checks before, variable, the value that it had): writes after a check.
        self.overwritten: list[tuple[int, Any, Any]] = []
        self.matched = 0  # so many nodes are known to be the expected ones
        #: The number of nodes at which the expected program can be launched; and since it is: the
        #: program, its inputs and its values (ahead.py).
        self.launch_at = NEVER
        self.launched = None
        #: Plans that were appended here, by place and structure (plans.py).
        self.marks: dict[tuple, Any] = {}
        self.epoch += 1

    def expect_nothing(self) -> None:
        """Knows of no program."""
        #: The programs that ran last, and that is expected to run next (flush.Entry).
        self.ran: Any = None
        self.expected: Any = None
        #: What the expected program had when it ran last; a step that repeats uses it again
        #: (_speed.c): nodes, what they give, sites, marks, and handles that nobody held, by slot.
        self.last: list[Node] = []
        self.last_specs: list[Spec] = []
        self.last_sites: list[Any] = []
        self.last_marks: dict[tuple, Any] = {}
        self.spare: list[Any] = []
        self.matched = 0
        self.launch_at = NEVER
        self.launched: tuple | None = None

    def expect(self, entry: Any) -> None:
        """Expects a program to run next, which ran before."""
        self.expected = entry
        self.last, self.last_specs, self.last_sites, self.last_marks, self.spare = entry.last
        self.launch_at = NEVER if entry.ahead is None else entry.ahead.after

    def handle(self, ref: int, make, avals: Sequence[Aval]) -> Any:
        """The tensor of a ref; made anew for a value that nobody holds any more.

        Args:
          ref: of an external input or an output.
          make: as in `record`.
          avals: of all outputs so far (`output_avals`).
        """
        if ref < 0:
            return self.ext[-1 - ref]
        found = self.outs[ref]
        if found is None:
            found = self.outs[ref] = make(avals[ref], self, ref)
        return found

    def output_avals(self) -> list[Aval]:
        """The aval of every slot."""
        return [a for spec in self.specs for a in spec.outputs]

    def record(self, kernel: Kernel, inputs: tuple, spec: Spec, make, site) -> tuple | None:
        """Appends a node and returns its output handles; None if an input is of another trace.

        Args:
          kernel: what to call.
          inputs: tensor handles.
          spec: the kernel's output avals for them.
          make: makes a pending handle: `make(aval, trace, slot)`.
          site: where the user's code called it, for error text and tables.
        """
        with self.lock:
            refs = []
            for t in inputs:
                trace = t._trace
                if trace is self:
                    refs.append(t._slot)
                elif trace is None:
                    refs.append(self.external(t))
                else:
                    return None
            self.nodes.append((kernel, tuple(refs)))
            self.specs.append(spec)
            self.sites.append(site)
            slot = self.nslots
            outs = spec.outputs
            if len(outs) == 1:
                aval = outs[0]
                out = make(aval, self, slot)
                self.outs.append(out)
                self.nslots = slot + 1
                result = (out,)
            else:
                result = tuple([make(a, self, slot + i) for i, a in enumerate(outs)])
                self.outs.extend(result)
                self.nslots = slot + len(outs)
        return result


def _on_track_in_python(trace: Pending) -> bool:
    """Whether all nodes so far are the expected ones, on the same shapes and dtypes."""
    return False  # only the C core makes nodes of the expected ones


on_track = _on_track_in_python if speed.core is None else speed.core.on_track


class Failed(Trace):
    """The trace of tensors whose computation failed: reading them raises the error again."""

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error
