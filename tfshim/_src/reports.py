"""Reports: checks of values that are known only when a compiled program runs.

A check is a node whose output, the *report*, is a short vector of int64: its first element is 0 if
all is well, and the rest is evidence for the text of the error. A graph joins the reports of the
checks it needs into one, which becomes an output of its program. A loop or a branch hands its
report on to the graph around, and whoever runs the program looks at one small array that comes
with the results.

A graph keeps a log of its checks and of its writes to variables: a write after a check that failed
leaves the variable as it was.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src.dispatch import call_site, dispatch
from tfshim._src.engine.interpret import describe_site
from tfshim._src.engine.kernel import Kernel
from tfshim._src.engine.program import live_nodes
from tfshim._src.engine.waiting import to_host
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.fold import producer
from tfshim._src.tensor import INLINE, STATE, EagerTensor

#: Makes the error of a report that is not all well.
Explain = Callable[[np.ndarray], Exception]


class Check:
    """One check of a graph.

    Attributes:
      report: its output.
      explain: makes the error.
      node: number of the node that it is for: the check counts if that node is needed; None for an
        assertion, which always counts.
      whole: whether the node is a loop, a branch or a call, all of which its gradient runs again.
    """

    __slots__ = ("report", "explain", "node", "whole")

    def __init__(self, report: EagerTensor, explain: Explain, node: int | None, whole: bool):
        self.report, self.explain, self.node, self.whole = report, explain, node, whole


class Write:
    """A variable's new value in a graph."""

    __slots__ = ("variable", "value")

    def __init__(self, variable: Any, value: EagerTensor):
        self.variable, self.value = variable, value


class _Off(threading.local):
    depth = 0


_off = _Off()


@contextlib.contextmanager
def left_out() -> Iterator[None]:
    """Traces functions without checks."""
    _off.depth += 1
    try:
        yield
    finally:
        _off.depth -= 1


def wanted(outer: Any) -> bool:
    """Whether a function that is traced inside of `outer` has checks."""
    return not _off.depth and getattr(outer, "checked", True)


def collected() -> bool:
    """Whether the code that runs is being traced into a program that looks at checks."""
    return getattr(STATE.trace, "checked", False)


def check(
    kernel: Kernel,
    inputs: Sequence[EagerTensor],
    explain: Explain,
    always: bool = False,
    node: int | None = None,
) -> None:
    """Makes the next node of the function being traced depend on a check.

    Args:
      kernel: gives the report for the values of `inputs`; see `checking`.
      inputs: tensors.
      explain: makes the error of a report.
      always: whether the check counts by itself, and not for the sake of a node.
      node: number of the node that it is for, if that is not the next one.
    """
    if not collected():
        return
    report: Any = dispatch(kernel, tuple(inputs))
    site = call_site()

    def located(values: np.ndarray) -> Exception:
        error = explain(values)
        where = _user_place(site)
        if where and not getattr(error, "__notes__", None):
            error.add_note(f"in {kernel.name}, called at {where}")
        return error

    if node is None and not always:
        node = len(STATE.trace.nodes)
    add(report, located, node)


def _user_place(site: Any) -> str:
    from tfshim._src.function.needs_value import user_place

    filename, _, line = describe_site(site).rpartition(":")
    return user_place(filename, int(line)) if line else ""


def add(report: EagerTensor, explain: Explain, node: int | None, whole: bool = False) -> None:
    """Notes a report in the log of the graph being traced."""
    STATE.trace.log.append(Check(report, explain, node, whole))  # type: ignore[attr-defined]


def checking(name: str, body: Callable, passes: Callable[..., Any] | None = None) -> Kernel:
    """A kernel that gives a report; make it once per set of attributes.

    Args:
      name: of the op that is checked, for tables and notes.
      body: takes arrays, gives integers or vectors of them, the first of which is the code.
      passes: takes the first input as a NumPy array and tells whether the code is 0, quicker than
        `body` does.
    """

    def fn(*values):
        found = body(*[lax.stop_gradient(v) for v in values])
        return jnp.concatenate([jnp.reshape(jnp.asarray(f), -1).astype(np.int64) for f in found])

    return Kernel(name, fn, {"report": True, "passes": passes}, differentiable=False)


def first_true(bad) -> tuple[Any, Any]:
    """For bools of any shape, not empty: the number of the first that holds, plus one, or else 0;
    and its place in row-major order."""
    flat = jnp.reshape(bad, -1)
    n = flat.size
    index = np.int32 if n < 1 << 31 else np.int64
    place = jnp.min(jnp.where(flat, lax.iota(index, n), index(n)))
    return jnp.where(place < n, place + 1, 0), jnp.minimum(place, n - 1)


def outside(values: Any, size: int) -> Any:
    """Whether integers are not in [0, size): one comparison, since what costs XLA more than about a
    thousand operations is handed to another thread."""
    if jnp.issubdtype(values.dtype, jnp.signedinteger):
        values = values.astype(f"uint{values.dtype.itemsize * 8}")
    return values >= min(size, np.iinfo(values.dtype).max)


#: Python looks at so many numbers more quickly than NumPy does.
_LISTED = 32


def inside(values: np.ndarray, size: int) -> bool:
    """Whether all of a NumPy array of integers, not empty, are in [0, size)."""
    if values.size <= _LISTED:
        few = values.ravel().tolist()
        return 0 <= min(few) and max(few) < size
    return values.min() >= 0 and values.max() < size


def failure(kernel: str, text: str, cls: Any = InvalidArgumentError) -> Exception:
    """The error of a node inside a function."""
    return cls(None, None, f"{text}\n\t [[{{{{node {kernel}}}}}]]")


# -- joining -------------------------------------------------------------------------------------


def needed(graph: Any, outputs: Sequence[EagerTensor]) -> list[Check]:
    """The checks of a graph whose nodes these outputs need: TensorFlow runs no others."""
    checks = [e for e in graph.log if isinstance(e, Check)]
    if not checks:
        return checks
    refs = [graph.ref_of(t) for t in outputs]
    live = live_nodes(graph.nodes, [len(s.outputs) for s in graph.specs], refs)
    again = _run_again(graph, live)

    def counts(check: Check) -> bool:
        node = check.node
        if node is None or (node < len(live) and live[node]):
            return True
        return check.whole and id(graph.nodes[node][0]) in again

    return [c for c in checks if counts(c)]


def _run_again(graph: Any, live: Sequence[bool]) -> set[int]:
    """Ids of the kernels whose gradients are among the live nodes."""
    found = set()
    for (kernel, _), alive in zip(graph.nodes, live, strict=True):
        if alive:
            function = kernel.attrs.get("function")
            if function is not None and function.forward is not None:
                found.add(id(function.forward.kernel))
            while kernel.parent is not None and kernel.parent[0] == "pullback":
                kernel = kernel.parent[1]
                found.add(id(kernel))
    return found


def width(checks: Sequence[Check]) -> int:
    """How long the joined report of these checks is; 0 for none."""
    return 1 + max([c.report.aval.shape[0] for c in checks], default=-1)


def joined(checks: Sequence[Check], size: int, before: int = 0) -> EagerTensor:
    """One report: the number of the first check that failed, from 1 on, and what it reported.

    Args:
      checks: in the order of the program.
      size: of the result.
      before: how many checks of the same `Explaining` are elsewhere, before these.
    """
    widths = tuple([c.report.aval.shape[0] for c in checks])
    return dispatch(_join(widths, size, before), tuple([c.report for c in checks]))


#: More reports than this are joined in one piece.
_FEW = 4


def _join_many(widths: tuple[int, ...], size: int, before: int) -> Kernel:
    starts = np.cumsum([0, *widths])

    def fn(*reports):
        flat = jnp.concatenate(reports)
        first = jnp.argmax(flat[starts[:-1]] != 0)
        start, width = jnp.asarray(starts)[first], jnp.asarray(widths)[first]
        place = np.arange(size - 1)
        rest = jnp.where(place < width, flat[jnp.minimum(start + place, len(flat) - 1)], 0)
        found = jnp.concatenate([jnp.reshape(first + before + 1, 1), rest])
        return jnp.where(flat[start] != 0, found, 0)

    return Kernel("Checks", fn, {"report": True}, differentiable=False)


@functools.lru_cache(1024)
def _join(widths: tuple[int, ...], size: int, before: int) -> Kernel:
    if len(widths) > _FEW:
        return _join_many(widths, size, before)

    def fn(*reports):
        found = jnp.zeros(size, np.int64)
        for i in range(len(reports))[::-1]:
            r = reports[i]
            number = np.array([before + i + 1], np.int64)
            rest = np.zeros(size - 1 - widths[i], np.int64)
            found = jnp.where(r[0] != 0, jnp.concatenate([number, r, rest]), found)
        return found

    return Kernel("Checks", fn, {"report": True}, differentiable=False)


class Explaining:
    """Makes the error of a joined report.

    Attributes:
      always: whether one of the checks counts by itself.
    """

    def __init__(self, checks: Sequence[Check]):
        self.explains = [c.explain for c in checks]
        self.always = any(c.node is None for c in checks)

    def __call__(self, report: np.ndarray) -> Exception:
        return self.explains[int(report[0]) - 1](report[1:])


def of_rows(kernel: Kernel) -> Kernel:
    """A kernel whose last output is a report per row, with the first one that is not all well."""

    def fn(*values):
        *outs, rows = kernel.call(values)
        return (*outs, rows[jnp.argmax(rows[:, 0] != 0)])

    return Kernel(kernel.name, fn)


# -- variables -----------------------------------------------------------------------------------


def settled(graph: Any, variable: Any, last: EagerTensor, checks: Sequence[Check]) -> EagerTensor:
    """What a variable is at the end of a graph: the last value before the first check that failed.

    Args:
      graph: the current trace.
      variable: one that the graph writes.
      last: its value if nothing failed.
      checks: those that count.
    """
    count = {id(c) for c in checks}
    value = graph.initial(variable)
    failed: list[EagerTensor] = []
    for event in graph.log:
        if isinstance(event, Check):
            if id(event) in count:
                failed.append(event.report)
        elif event.variable is variable:
            value = _kept_if(graph, failed, value, event.value) if failed else event.value
    return value if failed else last


def _kept_if(graph: Any, reports: Sequence, old: EagerTensor, new: EagerTensor) -> EagerTensor:
    """The old value where one of the reports says that a check failed, else the new one.

    Rows that are written are sent out of range instead: a choice between two tables would copy one.
    """
    entry = producer(graph, new)
    if entry is not None and "rows" in entry[0].attrs:
        kernel, (_, indices, updates), _ = entry
        return dispatch(kernel, (old, dispatch(_NOWHERE, (indices, *reports)), updates))
    return dispatch(_KEEP, (old, new, *reports))


def any_failed(reports: Sequence[Any]) -> Any:
    """Whether a check failed, for raw reports."""
    return functools.reduce(jnp.logical_or, [r[0] != 0 for r in reports])


_KEEP = Kernel(
    "AssignUnlessFailed",
    lambda old, new, *reports: jnp.where(any_failed(reports), old, new),
    differentiable=False,
)


_NOWHERE = Kernel(
    "ScatterUnlessFailed",
    lambda indices, *reports: jnp.where(
        any_failed(reports), np.iinfo(indices.dtype).max, indices
    ).astype(indices.dtype),
    differentiable=False,
)


# -- looking at them -----------------------------------------------------------------------------


def hand_on(report: EagerTensor, explain: Explaining, outputs: int) -> None:
    """Passes the report of the node just made on: to the graph around, or to who runs it.

    Args:
      report: an output of that node.
      explain: makes the error.
      outputs: how many of the node's outputs are worth nothing if it failed.
    """
    trace = STATE.trace
    if trace.symbolic:
        if collected() and report._trace is not INLINE:
            add(report, explain, None if explain.always else len(trace.nodes) - 1, whole=True)
    elif report._trace is trace:
        trace.checks.append((report, explain, outputs))  # type: ignore[attr-defined]
    elif report._trace is not INLINE:
        raise_if_failed(report._raw(), explain)


def raise_if_failed(report: Any, explain: Explain) -> None:
    """Raises the error of a raw report that is not all well."""
    values = to_host(report)
    if values[0]:
        raise explain(values)
