"""Looking at the reports of the programs that a trace called, once it ran.

If one says that a check failed, the tensors that depend on that call fail, and no others. Variables
that were assigned after it get the values back that they had: TensorFlow would have raised before.
"""

from __future__ import annotations

from typing import Any

from tfshim._src.engine.stats import stats
from tfshim._src.engine.trace import Failed
from tfshim._src.engine.waiting import to_host


def examine(
    checks: list[tuple],
    overwritten: list[tuple],
    nodes: list,
    specs: list,
    tensors: list,
    wanted: list,
) -> None:
    """Raises the error of the first check that failed.

    Args:
      checks: (tensor of a report, function that makes the error, number of outputs concerned).
      overwritten: writes to variables, as `Pending` keeps them.
      nodes, specs: the trace that ran.
      tensors, wanted: those that got values, and their slots.
    """
    slots = {id(t): slot for t, slot in zip(tensors, wanted, strict=True)}
    for number, (report, explain, count) in enumerate(checks):
        if report._trace is not None:
            continue  # it failed in another way, which reading tells
        values = to_host(report._value)
        if values[0]:
            error = explain(values)
            bad = _depending(nodes, specs, slots[id(report)], count)
            for t, slot in zip(tensors, wanted, strict=True):
                if slot in bad:
                    t._value, t._trace = None, Failed(error)
            for before, variable, value in reversed(overwritten):
                if before > number:
                    variable._handle = value
            stats.failures += 1
            raise error


def _depending(nodes: list, specs: list, slot: int, count: int) -> set[int]:
    """The first `count` outputs of the node with this slot, and all that depends on them."""
    found: set[int] = set()
    first = 0
    for (_, refs), spec in zip(nodes, specs, strict=True):
        width: Any = len(spec.outputs)
        if first <= slot < first + width:
            found.update(range(first, first + count))
        elif any(r in found for r in refs):
            found.update(range(first, first + width))
        first += width
    return found
