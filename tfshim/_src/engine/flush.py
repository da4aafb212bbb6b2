"""Running what is pending: cold programs node by node, hot ones as one compiled call.

A program becomes hot when running it node by node has cost about what compiling it would: the
ski-rental rule, at most twice the cost of the better choice known in hindsight. What the cold runs
cost is counted per node, and timed as well, since nodes on large arrays cost more; of that time
counts what a compiled call would not have needed.
"""

from __future__ import annotations

import collections
import math
import sys
import time
from typing import Any

import jax

from tfshim._src import config
from tfshim._src.engine import ahead, speed
from tfshim._src.engine.ahead import Ahead
from tfshim._src.engine.compiled import Compiled
from tfshim._src.engine.examine import examine
from tfshim._src.engine.interpret import Interpreter
from tfshim._src.engine.key import Key
from tfshim._src.engine.stats import stats
from tfshim._src.engine.trace import LISTED, NEVER, Pending, Trace, on_track

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
#: What calling a compiled program and reading a value of it cost at least, and each output more;
#: and how many bytes of its inputs and outputs XLA gets through in a microsecond.
CALL_US = 25
CALL_OUTPUT_US = 1
CALL_BYTES = 40_000
#: So many first compiled runs are timed until their values are there; where NumPy took less than
#: this part of the fastest one, the program is run by NumPy again.
TRIALS = 5
CLEARLY = 0.5
#: A program with a call of a `tf.function` in it is compiled at this run; at the first one if that
#: call is too large for NumPy and is in no more programs than this.
FUNCTION_HOT = 2
FEW_PROGRAMS = 3
#: A trace that keeps so many bytes of inputs alive runs though nobody looks; config.MAX_PENDING
#: bounds the number of pending values. What is pending itself has no buffers yet.
MAX_BYTES = 1 << 31
MAX_PROGRAMS = 1024
#: An op on so little is done by NumPy before its program would have been looked up.
TINY_BYTES = 1 << 12


class Entry:
    """What is known of one program: how often it ran, and its compiled form once it is hot."""

    __slots__ = (
        "key", "runs", "hot_at", "cost", "call_us", "call", "interpreter", "site", "nodes",
        "seconds", "best", "least", "compile_seconds", "functions", "last", "next", "ahead",
        "by_numpy", "trials", "ready",
    )  # fmt: skip

    def __init__(self, key: Key, outputs: int, site: Any, nbytes: int = 0):
        self.key = key
        self.runs = 0
        nodes = self.nodes = len(key.nodes)
        self.cost = compile_cost_us(nodes, outputs)
        self.hot_at = hot_threshold(nodes, self.cost)
        self.call: Compiled | None = None
        self.interpreter: Interpreter | None = None
        self.call_us = CALL_US + CALL_OUTPUT_US * outputs + nbytes / CALL_BYTES
        self.best = math.inf  # seconds of the fastest cold run
        self.least = math.inf  # and of the fastest compiled one, until its values are on their way
        self.ready = math.inf  # and until they are there
        self.trials = 0  # compiled runs that were timed so
        self.by_numpy = False  # whether the last cold run was NumPy's alone
        self.site = site
        self.seconds = 0.0
        self.compile_seconds = 0.0
        self.functions: frozenset[Any] = frozenset()  # kernels of the functions that it calls
        #: What it had when it ran last, as `Pending.expect` takes it.
        self.last: tuple = ([], [], [], {}, [])
        self.next: Key = key  # of the program that ran after it
        self.ahead: Ahead | None = None  # of one that is compiled and donates nothing

    def ran(self, seconds: float) -> None:
        """A cold run took so long."""
        self.seconds += seconds
        self.best = min(self.best, seconds)

    @property
    def on_trial(self) -> bool:
        """Whether it is yet to be seen that compiling paid. Who calls a function asked for it."""
        return (
            self.trials < TRIALS and self.by_numpy and not self.functions and not config.hot_after
        )

    def tried(self, seconds: float) -> None:
        """A compiled run took so long until its values were there."""
        self.trials += 1
        self.ready = min(self.ready, seconds)
        if self.trials == TRIALS and self.best < CLEARLY * self.ready:
            self.call = self.ahead = None
            self.hot_at = NEVER

    @property
    def hot(self) -> bool:
        """Whether compiling pays by now."""
        if self.call is not None:
            return True
        if self.best * 1e6 <= self.call_us and not config.hot_after and self.hot_at > FUNCTION_HOT:
            return False  # NumPy is done before a compiled call would be
        if self.runs >= self.hot_at:
            return True
        return (
            self.runs >= MIN_RUNS
            and self.hot_at != NEVER
            and not config.hot_after
            and self.seconds * 1e6 - self.runs * self.call_us >= self.cost
        )


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
programs: collections.OrderedDict[Key, Entry] = collections.OrderedDict()


def flush(trace: Trace) -> None:
    """Gives every pending tensor of the trace that is still alive its value."""
    assert isinstance(trace, Pending)
    with trace.lock:
        if not trace.nodes:
            return
        trace.running = True
        try:
            _run_pending(trace)
        finally:
            trace.running = False


def _run_pending(trace: Pending) -> None:
    if trace.followers:
        followers, trace.followers = trace.followers, []
        for reference in followers:
            follower = reference()
            if follower is not None:
                follower.before_run(trace)
    nodes, specs, ext, outs, sites = trace.nodes, trace.specs, trace.ext, trace.outs, trace.sites
    checks, overwritten, marks = trace.checks, trace.overwritten, trace.marks
    expected, launched = trace.expected, trace.launched
    as_expected = len(nodes) == len(trace.last) and on_track(trace)
    if launched is not None and not as_expected:
        launched[0].ahead.failed()
    trace.clear()
    stats.nodes += len(nodes)
    if len(nodes) == 1 and specs[0].alone is not None and _run_alone(nodes[0], specs[0], ext, outs):
        return
    wanted, tensors = _alive(outs)
    if wanted:
        rest = (*_inputs(ext), tuple(wanted))
        as_expected = as_expected and expected.key.rest == rest
        key = expected.key if as_expected else Key(nodes, rest)
        if not as_expected:
            launched = None
        entry = _run(key, nodes, specs, ext, wanted, tensors, sites, launched)
        if entry.runs > 1:
            entry.last = nodes, specs, sites, marks, outs if entry.call is not None else []
        if as_expected and entry.call is not None:
            if entry.ahead is None:
                entry.ahead = Ahead()
            entry.ahead.ran(entry, nodes, ext, tensors)
        _expect_next(trace, entry)
        if checks:
            examine(checks, overwritten, nodes, specs, tensors, wanted)
    else:
        stats.dead_nodes += len(nodes)


def _expect_next(trace: Pending, entry: Entry) -> None:
    """After a program comes what came after it the last time; itself where that is not known."""
    if trace.ran is not None:
        trace.ran.next = entry.key
    trace.ran = entry
    trace.expect(programs.get(entry.next, entry))


def _alive_in_python(outs: list) -> tuple[list[int], list[Any]]:
    """The slots whose tensor somebody else holds, and these tensors."""
    slots, tensors = [], []
    slot = 0
    for t in outs:
        if t is not None and sys.getrefcount(t) > LISTED:
            slots.append(slot)
            tensors.append(t)
        slot += 1
    outs.clear()
    return slots, tensors


def _inputs_in_python(ext: list) -> tuple[tuple, tuple]:
    """The avals of external tensors, and the places of the literals among them: a literal is told
    from a tensor of its aval, since it travels in another way."""
    return tuple([t.aval for t in ext]), tuple([i for i, t in enumerate(ext) if t._literal])


_alive = _alive_in_python if speed.core is None else speed.core.alive
_inputs = _inputs_in_python if speed.core is None else speed.core.inputs


def _run_alone(node, spec, ext, outs) -> bool:
    """Runs a tiny op, known from before, whose result is looked at at once: no key is made for
    it, and nothing compiled would be faster. False where it has to go the common way."""
    if config.hot_after:
        return False
    started = time.perf_counter()
    kernel, refs = node
    try:
        results = kernel.execute([ext[-1 - ref]._value for ref in refs], spec)
    except Exception:
        return False  # and fails there, with the text that belongs to it
    for t, value in zip(outs, results):
        if t is not None:
            t._value = value
            t._trace = None
    entry = spec.alone
    entry.runs += 1
    entry.seconds += time.perf_counter() - started
    stats.flushes += 1
    stats.interpreted_runs += 1
    return True


#: Specs whose nodes take the short way.
_tiny: list[Any] = []


def forget_tiny() -> None:
    """Tiny ops are programs among others again."""
    for spec in _tiny:
        spec.alone = None
    _tiny.clear()


def _is_tiny(nodes, specs, ext, host_nodes: int) -> bool:
    """Whether a program that just ran is one op of the library on next to nothing, run by NumPy."""
    if len(nodes) != 1 or nodes[0][0].op is None or stats.host_nodes == host_nodes:
        return False
    return sum([t.aval.nbytes for t in ext] + [a.nbytes for a in specs[0].outputs]) <= TINY_BYTES


def _run(key, nodes, specs, ext, wanted, tensors, sites, launched) -> Entry:
    stats.flushes += 1
    entry = programs.get(key)
    if entry is None:
        nbytes = sum([t.aval.nbytes for t in (*ext, *tensors)])
        entry = programs[key] = Entry(key, len(wanted), sites[-1], nbytes)
        _expect(entry, nodes, specs)
        if len(programs) > MAX_PROGRAMS:
            programs.popitem(last=False)
    else:
        programs.move_to_end(entry.key)
    entry.runs += 1
    started = time.perf_counter()
    if entry.hot:
        try:
            values = ahead.take(entry, launched, ext)
            if values is None:
                values = _run_compiled(entry, nodes, ext, wanted)
            else:
                stats.compiled_runs += 1
        except Exception:
            programs.pop(entry.key, None)  # a failed compile or run leaves nothing behind
            values = None
        if values is not None:
            for t, value in zip(tensors, values, strict=True):
                t._value = value
                t._trace = None
            seconds = time.perf_counter() - started
            entry.seconds += seconds
            if entry.on_trial and launched is None:
                jax.block_until_ready(values)
                entry.tried(time.perf_counter() - started)
            if launched is None:
                entry.least = min(entry.least, seconds)
            return entry
    if entry.interpreter is None:
        entry.interpreter = Interpreter(nodes, specs, wanted)
    host_nodes = stats.host_nodes
    entry.interpreter.run(ext, tensors, sites)
    entry.by_numpy = stats.host_nodes - host_nodes == len(entry.interpreter.steps)
    entry.ran(time.perf_counter() - started)
    if _is_tiny(nodes, specs, ext, host_nodes):
        if len(_tiny) >= MAX_PROGRAMS:
            forget_tiny()
        specs[0].alone = entry
        _tiny.append(specs[0])
    return entry


def _expect(entry: Entry, nodes, specs) -> None:
    """Compiles a program with calls of functions early: the user asked for it. At once, if one of
    them is too large for NumPy, unless they come in ever other programs: then they are compiled
    on their own first, which serves all of them."""
    functions = [i for i, (kernel, _) in enumerate(nodes) if "function" in kernel.attrs]
    if not functions:
        return
    entry.functions = frozenset([nodes[i][0] for i in functions])
    entry.hot_at = min(entry.hot_at, FUNCTION_HOT)
    if any(specs[i].host is None for i in functions):
        others = [e for e in programs.values() if not entry.functions.isdisjoint(e.functions)]
        if len(others) <= FEW_PROGRAMS:  # itself is one
            entry.hot_at = min(entry.hot_at, 1)


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
