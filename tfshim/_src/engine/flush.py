"""Running what is pending: cold programs node by node, hot ones as one compiled call.

A program becomes hot when running it node by node has cost about what compiling it would: the
ski-rental rule, at most twice the cost of the better choice known in hindsight. What the cold runs
cost is counted per node, and timed as well, since nodes on large arrays cost more.
"""

from __future__ import annotations

import collections
import time
from typing import Any

from tfshim._src import config
from tfshim._src.engine.compiled import Compiled
from tfshim._src.engine.program import live_nodes
from tfshim._src.engine.stats import stats
from tfshim._src.engine.trace import Failed, Pending, Trace
from tfshim._src.errors import OpError

#: Measured costs of compiling, in microseconds: the call, each node, and, since XLA fuses the whole
#: history into every value that somebody can still see, each output times the nodes before it.
COMPILE_US = 40_000
COMPILE_NODE_US = 2_000
COMPILE_PAIR_US = 250
#: What a small node costs when it runs alone.
COLD_NODE_US = 25
#: A program whose compilation would take longer than this is never compiled.
MAX_COMPILE_US = 30_000_000
MIN_RUNS = 3
#: A program with a call of a `tf.function` in it is compiled at this run.
FUNCTION_HOT = 2
#: A trace that keeps so many bytes of inputs alive runs though nobody looks; config.MAX_PENDING
#: bounds the number of pending values. What is pending itself has no buffers yet.
MAX_BYTES = 1 << 31
MAX_PROGRAMS = 1024


class Entry:
    """What is known of one program: how often it ran, and its compiled form once it is hot."""

    __slots__ = ("runs", "hot_at", "cost", "call", "site", "nodes", "seconds", "compile_seconds")

    def __init__(self, nodes: int, outputs: int, site: Any):
        self.runs = 0
        self.nodes = nodes
        self.cost = compile_cost_us(nodes, outputs)
        self.hot_at = hot_threshold(nodes, self.cost)
        self.call: Compiled | None = None
        self.site = site
        self.seconds = 0.0
        self.compile_seconds = 0.0

    @property
    def hot(self) -> bool:
        """Whether compiling pays by now."""
        if self.call is not None or self.runs >= self.hot_at:
            return True
        return (
            self.runs >= MIN_RUNS
            and self.hot_at != NEVER
            and not config.hot_after
            and self.seconds * 1e6 >= self.cost
        )


#: The run at which a program that is too expensive to compile is compiled.
NEVER = 1 << 62


def compile_cost_us(nodes: int, outputs: int) -> int:
    """What XLA is expected to need for a program of so many nodes and visible values."""
    return COMPILE_US + COMPILE_NODE_US * nodes + COMPILE_PAIR_US * outputs * min(outputs, nodes)


def hot_threshold(nodes: int, cost: int) -> int:
    """The run at which a program of so many nodes is compiled whole, at the latest."""
    if config.hot_after:
        return config.hot_after
    if cost > MAX_COMPILE_US:
        return NEVER
    return max(MIN_RUNS, round(cost / (COLD_NODE_US * nodes)))


#: Programs by key, least recently used first.
programs: collections.OrderedDict[Any, Entry] = collections.OrderedDict()


def flush(trace: Trace) -> None:
    """Gives every pending tensor of the trace that is still alive its value."""
    assert isinstance(trace, Pending)
    with trace.lock:
        if not trace.nodes:
            return
        if trace.followers:
            followers, trace.followers = trace.followers, []
            for reference in followers:
                follower = reference()
                if follower is not None:
                    follower.before_run(trace)
        nodes, ext, outs, sites = trace.nodes, trace.ext, trace.outs, trace.sites
        trace.clear()
        stats.nodes += len(nodes)
        alive = [(s, t) for s, ref in enumerate(outs) if ref and (t := ref()) is not None]
        if not alive:
            stats.dead_nodes += len(nodes)
            return
        _run(nodes, ext, [slot for slot, _ in alive], [t for _, t in alive], sites)


def _run(nodes, ext, wanted, tensors, sites) -> None:
    stats.flushes += 1
    # a literal is told from a tensor of its aval, since it travels in another way
    inputs = tuple([t.aval.dtype if t._literal else t.aval for t in ext])
    key = (tuple(nodes), inputs, tuple(wanted))
    entry = programs.get(key)
    if entry is None:
        entry = programs[key] = Entry(len(nodes), len(wanted), sites[-1])
        if any("function" in kernel.attrs for kernel, _ in nodes):
            entry.hot_at = min(entry.hot_at, FUNCTION_HOT)  # the user asked for compiling
        if len(programs) > MAX_PROGRAMS:
            programs.popitem(last=False)
    else:
        programs.move_to_end(key)
    entry.runs += 1
    started = time.perf_counter()
    if entry.hot:
        try:
            values = _run_compiled(entry, nodes, ext, wanted)
        except Exception:
            programs.pop(key, None)  # a failed compile or run leaves nothing behind
            values = None
        if values is not None:
            for t, value in zip(tensors, values, strict=True):
                t._value = value
                t._trace = None
            entry.seconds += time.perf_counter() - started
            return
    _interpret(nodes, ext, wanted, tensors, sites)
    entry.seconds += time.perf_counter() - started


def _run_compiled(entry: Entry, nodes, ext, wanted):
    if entry.call is None:
        started = time.perf_counter()
        call = Compiled(nodes, ext, wanted)
        stats.program_compiles += 1
        values = call(ext)
        entry.compile_seconds = time.perf_counter() - started
        entry.call = call
    else:
        values = entry.call(ext)
    stats.compiled_runs += 1
    return values


def _interpret(nodes, ext, wanted, tensors, sites) -> None:
    """Runs node by node. A failing node fails the tensors that depend on it, and no others."""
    stats.interpreted_runs += 1
    ext_avals = [t.aval for t in ext]
    specs = []
    env_avals: list[Any] = []
    for kernel, refs in nodes:
        avals = tuple([env_avals[r] if r >= 0 else ext_avals[-1 - r] for r in refs])
        spec = kernel.spec(avals)
        specs.append(spec)
        env_avals.extend(spec.outputs)
    live = live_nodes(nodes, [len(s.outputs) for s in specs], wanted)
    env: list[Any] = []
    last = _last_uses(nodes, wanted)
    failure = None
    for i, (kernel, refs) in enumerate(nodes):
        spec = specs[i]
        if not live[i]:
            stats.dead_nodes += 1
            env.extend([None] * len(spec.outputs))
            continue
        values = [env[r] if r >= 0 else ext[-1 - r]._value for r in refs]
        failed = next((v for v in values if type(v) is _Failure), None)
        if failed is None:
            try:
                env.extend(kernel.execute(values, spec))
            except Exception as e:
                failed = failure = _Failure(_located(e, kernel, sites[i]))
        if failed is not None:
            env.extend([failed] * len(spec.outputs))
        for r in refs:
            if r >= 0 and last[r] == i:
                env[r] = None  # nobody needs it any more: free its buffer
    for t, slot in zip(tensors, wanted, strict=True):
        value = env[slot]
        if type(value) is _Failure:
            t._trace = Failed(value.error)
        else:
            t._value = value
            t._trace = None
    if failure is not None:
        stats.failures += 1


def _last_uses(nodes, wanted) -> dict[int, int]:
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
