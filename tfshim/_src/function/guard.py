"""Looking at checked values before a function runs.

Most checks are about arguments: an index, a label, a divisor. Where those are at hand, NumPy looks
at them before the call, and the program that runs has no report that somebody would have to wait
for. What does not pass runs with its report, which knows what to say and what becomes of variables.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tfshim._src.engine import host_cost
from tfshim._src.engine.aval import Aval
from tfshim._src.engine.kernel import Kernel, Spec, on_host
from tfshim._src.engine.program import evaluate, live_nodes
from tfshim._src.engine.trace import Pending
from tfshim._src.fold import producer
from tfshim._src.tensor import EagerTensor

#: What NumPy computes and looks at in about the time of a call.
MAX_BYTES = 1 << 16
MAX_FLOPS = 1 << 14


class Guard:
    """Whether the inputs of a function pass all of its checks, as far as that is quick to find out.

    Args:
      tests: per check a function of NumPy values, and where these stand: among the inputs (< 0),
        or among what `prelude` gives.
      prelude: computes more values for the tests, with its spec and the inputs that it reads.
      reads: places of all inputs that are looked at.
    """

    __slots__ = ("tests", "prelude", "reads", "_passed")

    def __init__(
        self,
        tests: Sequence[tuple[Callable, tuple[int, ...]]],
        prelude: tuple[Kernel, Spec, tuple[int, ...]] | None,
        reads: tuple[int, ...],
    ):
        self.tests, self.prelude, self.reads = tests, prelude, reads
        #: The inputs that passed last: tensors do not change.
        self._passed: list[Any] = []

    def passes(self, inputs: Sequence[EagerTensor], force: bool = False) -> bool:
        """True if all checks pass; False where one does not, or where a value is not at hand.

        Args:
          inputs: of the function.
          force: whether what is pending is to be run.
        """
        seen = [inputs[i] for i in self.reads]
        passed = self._passed
        if passed and all(ref() is t for ref, t in zip(passed, seen, strict=True)):
            return True
        values: dict[int, Any] = {}
        for i, t in zip(self.reads, seen, strict=True):
            if force and type(t._trace) is Pending:
                t._force()
            value = t._value
            if t._trace is not None:
                return False
            if type(value) is not np.ndarray:
                if not on_host((value,)):
                    return False
                value = np.asarray(value)
            values[-1 - i] = value
        if self.prelude is not None:
            kernel, spec, reads = self.prelude
            for i, value in enumerate(kernel.execute([values[-1 - i] for i in reads], spec)):
                values[i] = np.asarray(value)
        for passes, places in self.tests:
            if not passes(*[values[i] for i in places]):
                return False
        self._passed = [weakref.ref(t) for t in seen]
        return True


def guard_of(graph: Any, checks: Sequence[Any], place: dict[int, int]) -> Guard | None:
    """The guard of a graph; None where its checks need what takes long.

    Args:
      graph: that of a traced function.
      checks: those that count (reports.Check).
      place: where each external tensor of the graph stands among the function's inputs.
    """
    nodes = {id(e): node for e, node in zip(graph.entries, graph.nodes, strict=True)}
    tests: list[tuple[Callable, list[int]]] = []
    avals: dict[int, Aval] = {}
    for check in checks:
        made = producer(graph, check.report)
        if made is None or "passes" not in made[0].attrs:
            return None  # a loop, a branch or a call reports
        kernel, inputs, _ = made
        if (passes := kernel.attrs["passes"]) is not None:
            inputs = inputs[:1]
        elif (passes := _kernel_passes(kernel, tuple([t.aval for t in inputs]))) is None:
            return None
        refs = list(nodes[id(made)][1][: len(inputs)])
        avals.update(zip(refs, [t.aval for t in inputs], strict=True))
        tests.append((passes, refs))
    if sum([a.nbytes for a in avals.values()]) > MAX_BYTES:
        return None
    at = {r: -1 - place[-1 - r] for r in avals if r < 0 and -1 - r in place}
    reads = dict.fromkeys([-1 - p for p in at.values()])
    wanted = {r: a for r, a in avals.items() if r not in at}
    prelude = None
    if wanted:
        prelude = _prelude(graph, wanted, place)
        if prelude is None:
            return None
        reads.update(dict.fromkeys(prelude[2]))
        at.update({r: i for i, r in enumerate(wanted)})
    found = [(passes, tuple([at[r] for r in refs])) for passes, refs in tests]
    return Guard(found, prelude, tuple(reads))


def _kernel_passes(kernel: Kernel, avals: tuple[Aval, ...]) -> Callable | None:
    """A check itself, where there is nothing quicker: its report must be 0."""
    spec = kernel.spec(avals)
    if spec.host is None:
        return None
    return lambda *values: not kernel.execute(list(values), spec)[0][0]


def _prelude(graph: Any, wanted: dict[int, Aval], place: dict[int, int]) -> tuple | None:
    """What computes some values of a graph, by their refs: kernel, spec and inputs; None for what
    is more than little work."""
    refs = list(wanted)
    live = live_nodes(graph.nodes, [len(s.outputs) for s in graph.specs], refs)
    alive = [
        (node, spec) for node, spec, a in zip(graph.nodes, graph.specs, live, strict=True) if a
    ]
    if any(kernel.host_only or "function" in kernel.attrs for (kernel, _), _ in alive):
        return None
    used = {r for (_, reads), _ in alive for r in reads} | wanted.keys()
    read = sorted([-1 - r for r in used if r < 0])
    nbytes = sum([a.nbytes for _, spec in alive for a in spec.outputs])
    if nbytes + sum([graph.ext[i].aval.nbytes for i in read]) > MAX_BYTES:
        return None
    fixed = {i: graph.ext[i]._value for i in read if i not in place}
    open_ = [i for i in read if i in place]
    nodes, widths, count = list(graph.nodes), [len(s.outputs) for s in graph.specs], len(graph.ext)

    def fn(*values):
        full: list[Any] = [None] * count
        for i, value in (*fixed.items(), *zip(open_, values, strict=True)):
            full[i] = value
        return tuple(evaluate(nodes, widths, full, refs))

    kernel = Kernel("Guard", fn)
    avals = tuple([graph.ext[i].aval for i in open_])
    jaxpr, _ = kernel.trace(avals)
    if host_cost.cost_hint(jaxpr).flops > MAX_FLOPS:
        return None
    spec = kernel.memo[avals] = Spec(tuple(wanted.values()), False, jaxpr)
    return None if spec.host is None else (kernel, spec, tuple([place[i] for i in open_]))
