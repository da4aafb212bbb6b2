"""The cold tier: a program run node by node, by NumPy where that is quick.

What does not depend on values is found once per program: which nodes are needed, where their inputs
are, and which values nobody reads any more after a node.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src.engine.compiled import for_device
from tfshim._src.engine.kernel import Spec
from tfshim._src.engine.program import live_nodes
from tfshim._src.engine.stats import stats
from tfshim._src.engine.trace import Failed, Node
from tfshim._src.errors import OpError


class Interpreter:
    """A program, ready to be run node by node.

    Args:
      nodes, specs: the program, and what each of its nodes gives.
      wanted: the slots of the values that somebody can still see.
    """

    __slots__ = ("steps", "wanted", "nslots", "dead")

    def __init__(self, nodes: list[Node], specs: list[Spec], wanted: list[int]):
        widths = [len(s.outputs) for s in specs]
        live = live_nodes(nodes, widths, wanted)
        last = _last_uses(nodes, wanted)
        self.wanted = wanted
        self.nslots = sum(widths)
        self.dead = live.count(False)
        #: (place in the program, kernel, spec, refs, first slot, slots that are free afterwards)
        self.steps: list[tuple] = []
        slot = 0
        for i, (kernel, refs) in enumerate(nodes):
            if live[i]:
                freed = tuple({r for r in refs if r >= 0 and last[r] == i})
                self.steps.append((i, kernel, specs[i], refs, slot, freed))
            slot += widths[i]

    def run(self, ext: list, tensors: list, sites: list) -> None:
        """Gives the tensors of the wanted slots their values.

        A failing node fails the tensors that depend on it, and no others.

        Args:
          ext: the external tensors.
          tensors: one per wanted slot.
          sites: where each node was called, for the text of errors.
        """
        stats.interpreted_runs += 1
        stats.dead_nodes += self.dead
        env: list[Any] = [None] * self.nslots
        failure = None
        for i, kernel, spec, refs, slot, freed in self.steps:
            values = [env[r] if r >= 0 else ext[-1 - r]._value for r in refs]
            failed = None
            if failure is not None:
                failed = next((v for v in values if type(v) is _Failure), None)
            if failed is None:
                if spec._host is None:
                    _keep_on_device(refs, values, ext)
                try:
                    outs = kernel.execute(values, spec)
                except Exception as e:
                    failed = failure = _Failure(_located(e, kernel, sites[i]))
            if failed is not None:
                outs = [failed] * len(spec.outputs)
            for value in outs:
                env[slot] = value
                slot += 1
            for r in freed:
                env[r] = None  # nobody needs it any more: free its buffer
        for t, slot in zip(tensors, self.wanted, strict=True):
            value = env[slot]
            if type(value) is _Failure:
                t._trace = Failed(value.error)
            else:
                t._value = value
                t._trace = None
        if failure is not None:
            stats.failures += 1


def _keep_on_device(refs: tuple[int, ...], values: list[Any], ext: list) -> None:
    """Moves host values that XLA is to read and has read before, so that it finds them there."""
    for i, r in enumerate(refs):
        if r < 0 and type(values[i]) is np.ndarray:
            tensor = ext[-1 - r]
            if tensor._slot:
                values[i] = for_device(tensor)
            else:
                tensor._slot = 1


def _last_uses(nodes: list[Node], wanted: list[int]) -> dict[int, int]:
    last: dict[int, int] = {}
    for i, (_, refs) in enumerate(nodes):
        for r in refs:
            if r >= 0:
                last[r] = i
    for slot in wanted:
        last[slot] = -1
    return last


class _Failure:
    __slots__ = ("error",)

    def __init__(self, error: BaseException):
        self.error = error


def _located(error: Exception, kernel, site) -> Exception:
    """The error with the user's own file and line of the op that failed."""
    where = describe_site(site)
    if isinstance(error, OpError):
        return error
    if where:
        error.add_note(f"in {kernel.name}, called at {where}")
    return error


def describe_site(site) -> str:
    """`file.py:12` of a recorded call site (code object and instruction offset)."""
    if site is None:
        return ""
    code, lasti = site
    line = code.co_firstlineno
    for start, end, number in code.co_lines():
        if start <= lasti < end and number is not None:
            line = number
            break
    return f"{code.co_filename}:{line}"
