"""Random ops of graphs: the seeds of each, and where it stands in its stream.

TensorFlow numbers the random ops of a graph, and each keeps its place in its stream from call to
call. A branch, a loop's body and each call of another function are graphs of their own. Here the
Python code of one graph may run more than once: for other sizes, op by op, for each element of a
dataset. So what belongs to a graph is kept apart from its code (`Streams`), and a run of the code
finds it by counting (`Numbering`).
"""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from tfshim._src.tensor import STATE


class Place:
    """One random op of a graph.

    Attributes:
      restarts: whether `set_seed` starts its stream anew.
      seeds: its two seeds.
      start: where its stream starts, int64 [3].
      stream: where it stands, if the op runs by itself.
      variable: the same, if the op is part of a program.
      kept: what its kernel remembers besides.
    """

    __slots__ = ("__weakref__", "kept", "restarts", "seeds", "start", "stream", "variable")

    def __init__(self, restarts: bool) -> None:
        self.restarts = restarts
        self.seeds: tuple[int, int] | None = None
        self.start: Any = None
        self.stream: Any = None
        self.variable: Any = None
        self.kept: Any = None


#: id of a variable -> the place that it holds
HELD: weakref.WeakValueDictionary[int, Place] = weakref.WeakValueDictionary()


class Streams:
    """The random ops of one graph, in order, and those of the graphs in it.

    Args:
      seed: the global seed when the graph was traced.
      restarts: whether `set_seed` starts the streams anew.
    """

    def __init__(self, seed: Any, restarts: bool = True):
        self.seed = seed
        self.restarts = restarts
        self.places: list[Place] = []
        self.parts: list[Streams] = []


class Numbering:
    """One run of a graph's code.

    Attributes:
      streams: the graph's.
      seed: the global seed, or the one set in the graph.
      unnamed: how many ops without a seed of their own there were.
    """

    def __init__(self, streams: Streams):
        self.streams = streams
        self.seed = streams.seed
        self.unnamed = 0
        self._next_place = self._next_part = 0

    def place(self) -> Place:
        """The next random op."""
        places = self.streams.places
        if self._next_place == len(places):
            places.append(Place(self.streams.restarts))
        self._next_place += 1
        return places[self._next_place - 1]

    def part(self) -> Streams:
        """The next graph in this one."""
        parts = self.streams.parts
        if self._next_part == len(parts):
            parts.append(Streams(self.seed, self.streams.restarts))
        self._next_part += 1
        return parts[self._next_part - 1]


class _Active(threading.local):
    """The numbering of code that stands for a graph and runs op by op."""

    numbering: Numbering | None = None


_ACTIVE = _Active()
_TRACED: weakref.WeakKeyDictionary[Any, Numbering] = weakref.WeakKeyDictionary()


def numbering() -> Numbering | None:
    """The numbering of the code that runs now; None outside of graphs."""
    trace = STATE.trace
    if not trace.symbolic:
        return _ACTIVE.numbering
    found = _TRACED.get(trace)
    if found is None:
        found = _TRACED[trace] = Numbering(_of_outer(trace))
    return found


def _of_outer(trace: Any) -> Streams:
    """What belongs to a branch or a body of a traced function."""
    from tfshim._src.random_state import SEEDS

    outer = getattr(trace, "outer", None)
    if outer is None or not outer.symbolic:
        around = _ACTIVE.numbering
        return Streams(SEEDS.seed if around is None else around.seed)
    if outer not in _TRACED:
        _TRACED[outer] = Numbering(_of_outer(outer))
    return _TRACED[outer].part()


def traced(trace: Any, streams: Streams) -> None:
    """Says whose code is run in a trace that begins."""
    _TRACED[trace] = Numbering(streams)


def current_seed() -> Any:
    """The global seed for a graph that is made now."""
    from tfshim._src.random_state import SEEDS

    run = numbering()
    return SEEDS.seed if run is None else run.seed


@contextlib.contextmanager
def numbered(streams: Streams | None) -> Iterator[None]:
    """Inside, code that runs op by op is a graph's; with None it is nobody's."""
    saved = _ACTIVE.numbering
    _ACTIVE.numbering = None if streams is None else Numbering(streams)
    try:
        yield
    finally:
        _ACTIVE.numbering = saved


def as_parts(*functions: Callable) -> tuple[Callable, ...]:
    """Functions that are graphs of their own where the code around stands for one."""
    run = _ACTIVE.numbering
    if run is None or STATE.trace.symbolic:
        return functions
    return tuple([_as_part(f, run.part()) for f in functions])


def loop_parts(test: Callable, body: Callable) -> tuple[Callable, Callable]:
    """`as_parts` of Python's `while`, which is a loop of the program if its test is a tensor."""
    run = _ACTIVE.numbering
    if run is None or STATE.trace.symbolic:
        return test, body
    tested, worked = as_parts(test, body)
    kinds: list[bool] = []

    def again() -> Any:
        found = tested()
        if not kinds:
            kinds.append(hasattr(found, "aval"))
        return found

    return again, lambda: worked() if kinds[0] else body()


def body_part(over: Any, body: Callable) -> Callable:
    """The body of Python's `for`: a graph of its own if it goes over rows, elements or numbers.

    Args:
      over: what the loop goes over.
      body: takes one of them.
    """
    run = _ACTIVE.numbering
    if run is None or STATE.trace.symbolic:
        return body
    if hasattr(over, "reduce") and hasattr(over, "element_spec"):  # a dataset begins anew
        return _as_part(body, Streams(run.seed, restarts=False))
    if hasattr(over, "aval") or hasattr(over, "element_spec"):
        return _as_part(body, run.part())
    return body


def _as_part(function: Callable, streams: Streams) -> Callable:
    def call(*args: Any) -> Any:
        with numbered(streams):
            return function(*args)

    return call


def for_this_call(variables: list, given: dict[int, Any] | None) -> dict[int, Any] | None:
    """Streams of its own for a call of a traced function that stands in a graph.

    Args:
      variables: the streams that the function was traced with.
      given: by id of a variable, the one to use instead.

    Returns:
      `given`, and with it a variable for each stream.
    """
    run = numbering()
    if run is None:
        return given
    from tfshim._src.random_state import hold

    inside = Numbering(run.part())
    given = dict(given or {})
    for variable in variables:
        held, place = HELD[id(variable)], inside.place()
        if place.variable is None or place.seeds != held.seeds:
            place.seeds = held.seeds
            hold(place, held.start)
        given[id(variable)] = place.variable
    return given
