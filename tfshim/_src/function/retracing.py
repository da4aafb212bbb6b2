"""The warning about functions that are traced again and again, at TensorFlow's counts."""

from __future__ import annotations

from typing import Any

from tfshim._src import logs

#: So many traces within so many calls deserve a warning, so often per function at most.
THRESHOLD = 5
HISTORY = 10
MAX_WARNINGS = 2


class Detector:
    """Calls of one piece of code since each of its recent traces.

    Attributes:
      since: calls that needed no trace, since the last one.
    """

    __slots__ = ("per_trace", "calls", "warnings", "since")

    def __init__(self) -> None:
        self.per_trace: list[int] = []
        self.calls = 0
        self.warnings = 0
        self.since = 0

    def settle(self) -> None:
        """Counts the calls since the last trace as calls of that trace."""
        if not self.per_trace:
            self.per_trace = [0]
        self.per_trace[-1] += self.since
        self.calls += self.since
        self.since = 0


#: By place in the source, so that a function that is made again in a loop is counted too.
_detectors: dict[Any, Detector] = {}


def detector(python_function: Any) -> Detector:
    """The counts of a Python function, shared by all functions made of the same code."""
    code = getattr(python_function, "__code__", None)
    key = (code.co_filename, code.co_firstlineno) if code else id(python_function)
    return _detectors.setdefault(key, Detector())


def traced(function: Any, silent: bool) -> None:
    """Notes a call that was traced; logs the warning when it is due."""
    d = function._detector
    if d.since:
        d.settle()
    d.calls += 1
    d.per_trace.append(1)
    while d.per_trace and d.calls - d.per_trace[0] > HISTORY:
        d.calls -= d.per_trace.pop(0)
    if silent or d.warnings >= MAX_WARNINGS or len(d.per_trace) < THRESHOLD:
        return
    d.warnings += 1
    logs.warn(
        "%s out of the last %s calls to %s triggered tf.function retracing. Tracing is expensive "
        "and the excessive number of tracings could be due to (1) creating @tf.function repeatedly "
        "in a loop, (2) passing tensors with different shapes, (3) passing Python objects instead "
        "of tensors. For (1), please define your @tf.function outside of the loop. For (2), "
        "@tf.function has reduce_retracing=True option that can avoid unnecessary retracing. For "
        "(3), please refer to https://www.tensorflow.org/guide/function#controlling_retracing and "
        "https://www.tensorflow.org/api_docs/python/tf/function for  more details.",
        len(d.per_trace),
        d.calls,
        function._python_function,
    )
