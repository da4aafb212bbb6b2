"""Random ops in functions of elements: a graph's, whose streams start anew with each iterator."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from tfshim._src.random_graph import Streams, current_seed, numbered, numbering


class _Current(threading.local):
    """The iterator that is asked for an element."""

    #: by function, or by input of `zip` once more such a table
    streams: dict[Any, Any] | None = None
    #: whether it is there to look at an element only
    aside = False
    #: where passes over shuffled elements are noted that begin
    begun: list[Callable[[], Any]] | None = None


_CURRENT = _Current()


def one_pass(start: Callable[[], Iterator], known: dict | None = None) -> Iterator:
    """An iterator of its own, to which all functions of the datasets below belong."""
    streams: dict[Any, Any] = {} if known is None else known
    source = _inside(streams, start)
    while True:
        try:
            item = _inside(streams, lambda: next(source))
        except StopIteration:
            return
        yield item


def _inside(streams: dict, call: Callable[[], Any]) -> Any:
    saved, _CURRENT.streams = _CURRENT.streams, streams
    try:
        return call()
    finally:
        _CURRENT.streams = saved


def an_input(key: Any, start: Callable[[], Iterator]) -> Iterator:
    """One of the inputs of a dataset, whose functions have streams of their own."""
    streams = {} if _CURRENT.streams is None else _CURRENT.streams.setdefault(key, {})
    return one_pass(start, streams)


def aside(call: Callable[[], Any]) -> Any:
    """What a call gives that must leave all streams of random numbers alone."""
    saved, _CURRENT.aside = _CURRENT.aside, True
    try:
        return _inside({}, call)
    finally:
        _CURRENT.aside = saved


def first_of(start: Callable[[], Iterator], end: Any) -> tuple[Iterator, Any, list]:
    """An iterator, its first element (`end` without one), and what began passes for it."""
    outer, _CURRENT.begun = _CURRENT.begun, []
    try:
        source = iter(start())
        return source, next(source, end), _CURRENT.begun
    finally:
        if outer is not None:
            outer += _CURRENT.begun
        _CURRENT.begun = outer


def begin_pass(numbers: Callable[[], Any]) -> Any:
    """The random numbers of a pass that begins."""
    if _CURRENT.begun is not None:
        _CURRENT.begun.append(numbers)
    return numbers()


def is_aside() -> bool:
    """Whether an element is asked for that nobody gets."""
    return _CURRENT.aside


def per_iterator(function: Callable) -> Callable[..., Callable]:
    """What makes, for the iterator that asks, a function that draws as TensorFlow's graph does.

    It takes, if anything, what is to be called in the function's place.
    """
    seed, key, run = current_seed(), object(), numbering()
    # a function of a dataset that a function of elements makes is the same one for each element
    inner = run.part() if run is not None and _CURRENT.streams is not None else None

    def begin(instead: Callable = function) -> Callable:
        known = {} if _CURRENT.streams is None else _CURRENT.streams
        streams = known.get(key) if inner is None else inner
        if streams is None:
            streams = known[key] = Streams(seed, restarts=False)

        def call(*args: Any) -> Any:
            with numbered(streams):
                return instead(*args)

        return call

    begin.function = function  # type: ignore[attr-defined]
    return begin
