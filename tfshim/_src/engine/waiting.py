"""Reading a device's value: a short wait is spent awake.

A thread that sleeps until its value is there wakes up tens of microseconds late and finds cold
caches, which a small training step pays at every read of its loss. So a read first looks again and
again, offering its core to whoever needs it, and sleeps only when that took too long. A read that
had to sleep makes the next ones sleep at once: the programs are long ones.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np

#: Longest time that a read stays awake.
AWAKE_US = 500
#: Most reads that sleep at once after one that stayed awake in vain.
MOST_SKIPPED = 64

_yield_core = getattr(os, "sched_yield", None)  # Windows has none: there a read sleeps


class _Patience:
    """How many reads are still to sleep at once, and how many it will be next time."""

    __slots__ = ("skip", "next")

    def __init__(self) -> None:
        self.skip, self.next = 0, 1


_patience = _Patience()


def to_host(value: Any) -> np.ndarray:
    """The NumPy array of a `jax.Array`, which must not be written to."""
    is_ready = getattr(value, "is_ready", None)  # a tracer has none, and no value either
    if is_ready is not None and _yield_core is not None and not is_ready():
        _stay_awake(is_ready, _yield_core)
    return np.asarray(value)


def _stay_awake(is_ready: Callable[[], bool], yield_core: Callable[[], None]) -> None:
    """Returns when the value is there, or when waiting for it awake does not pay."""
    patience = _patience
    if patience.skip > 0:
        patience.skip -= 1
        return
    end = time.perf_counter_ns() + AWAKE_US * 1000
    while not is_ready():
        if time.perf_counter_ns() > end:
            patience.skip = patience.next
            patience.next = min(2 * patience.next, MOST_SKIPPED)
            return
        yield_core()
    patience.next = 1
