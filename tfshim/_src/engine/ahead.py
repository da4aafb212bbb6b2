"""Launching ahead: a program that is expected starts while its last nodes are still recorded.

A step that repeats is known long before its last op is: from where its batch came in, all inputs
are known too, since the rest is the last run's, or what the last run gave (the values of
variables). So XLA can compute while Python records. What was launched counts only if the trace
turns out to be the expected program on these very inputs; otherwise it is thrown away, as what a
wrong branch prediction computed.

Only compiled programs that overwrite none of their inputs and have no effects are launched.
"""

from __future__ import annotations

import operator
import weakref
from typing import Any

from tfshim._src.engine.stats import stats
from tfshim._src.engine.trace import NEVER, Pending, on_track

#: So many runs must be as expected before the inputs are learnt.
RUNS = 4
#: Fewer nodes are recorded sooner than a launch is prepared, and so are the results of a program
#: that is called in less time (seconds).
LEAST_NODES = 32
LEAST_CALL = 1e-4
#: So many launches in vain, less one for each eight that were not, and there are no more.
MOST_IN_VAIN = 4


class Ahead:
    """What the external inputs of one program are expected to be.

    Attributes:
      after: a launch is possible once so many nodes are recorded; NEVER if it is of no use.
      runs: runs that were as expected, while nothing is learnt yet.
      inputs: for each input a weak reference to the expected tensor, or None for one that is
        another at each run.
      fed: `(input, output)`: which inputs are outputs of the run before.
      vain: how many launches were in vain, as `MOST_IN_VAIN` counts them.
    """

    __slots__ = ("after", "runs", "inputs", "fed", "vain", "_outputs")

    def __init__(self) -> None:
        self.after = NEVER
        self.runs = 0
        self.inputs: list[Any] = []
        self.fed: list[tuple[int, int]] = []
        self.vain = 0.0
        self._outputs: list[Any] = []

    def ran(self, entry: Any, nodes: list, ext: list, tensors: list) -> None:
        """Called after each run that was as expected; learns from the last ones of `RUNS`."""
        if self.after != NEVER:
            inputs = self.inputs
            for i, place in self.fed:
                inputs[i] = weakref.ref(tensors[place])
            return
        if self.runs > RUNS:
            return  # it was of no use
        self.runs += 1
        if self.runs == RUNS:
            self.inputs = [weakref.ref(t) for t in ext]
            self._outputs = [weakref.ref(t) for t in tensors]
        elif self.runs > RUNS:
            self._learn(entry, nodes, ext, tensors)

    def _learn(self, entry: Any, nodes: list, ext: list, tensors: list) -> None:
        places = {id(r()): p for p, r in enumerate(self._outputs)}
        self._outputs = []
        after = 1
        for i, t in enumerate(ext):
            if id(t) in places:
                self.fed.append((i, places[id(t)]))
                self.inputs[i] = weakref.ref(tensors[places[id(t)]])
            elif self.inputs[i]() is not t:
                self.inputs[i] = None
                after = max(after, 1 + _first_use(nodes, -1 - i))
        if (
            len(nodes) - after >= LEAST_NODES
            and entry.least >= LEAST_CALL
            and entry.call.launchable(ext)
        ):
            self.after = after

    def failed(self) -> None:
        """A launch was in vain."""
        self.vain += 1
        if self.vain > MOST_IN_VAIN:
            self.after = NEVER

    def predicted(self, ext: list) -> list | None:
        """All inputs of a run that has come to `after`, or None if they are not the expected ones.

        Args:
          ext: the inputs so far.
        """
        for t, known in zip(ext, self.inputs):
            if known is not None and known() is not t:
                return None
        rest = [None if known is None else known() for known in self.inputs[len(ext) :]]
        for t in rest:
            if t is None or t._trace is not None:
                return None
        return ext + rest


def _first_use(nodes: list, ref: int) -> int:
    """The first node that reads a ref."""
    return next((i for i, (_, refs) in enumerate(nodes) if ref in refs), len(nodes))


def launch(trace: Pending) -> None:
    """Starts the expected program, if the trace is on its way to it."""
    trace.launch_at = NEVER
    entry = trace.expected
    ahead = entry.ahead
    if not on_track(trace):
        return
    ext = ahead.predicted(trace.ext)
    if ext is None:
        ahead.failed()
        return
    try:
        trace.launched = entry, ext, entry.call(ext)
    except Exception:  # it will be raised where the program runs
        ahead.after = NEVER


def take(entry: Any, launched: tuple | None, ext: list) -> list | None:
    """The values of what was launched, if it was on these inputs; None otherwise."""
    if launched is None:
        return None
    owner, inputs, values = launched
    if owner is not entry or len(inputs) != len(ext) or not all(map(operator.is_, inputs, ext)):
        owner.ahead.failed()
        return None
    entry.ahead.vain = max(entry.ahead.vain - 0.125, 0.0)
    stats.launched_ahead += 1
    return values
