"""Effects: host functions that must run each time that a compiled program runs.

An effect is a node that calls back into Python. Its output, a token, is kept among the outputs of
the function that it stands in, so that nothing drops the node as dead; calling that function runs
the program at once. What a callback raises is kept and raised again with its own class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax.experimental import io_callback

from tfshim._src.dispatch import dispatch
from tfshim._src.engine.kernel import Kernel
from tfshim._src.tensor import STATE, EagerTensor, from_value

#: Callbacks may run in a thread of XLA's, so that this is no thread-local.
_raised: list[BaseException] = []


def effect(name: str, function: Callable[..., None], inputs: Sequence[EagerTensor]) -> None:
    """Makes `function(*arrays)` run whenever the function being traced runs.

    Args:
      name: TensorFlow's kernel name, for tables.
      function: takes NumPy arrays.
      inputs: the tensors whose values it gets.
    """

    trace = STATE.trace
    before = last(trace) or _start(trace)
    n = len(inputs)

    def call(*values):
        try:
            function(*[np.asarray(v) for v in values[:n]])
        except BaseException as e:
            _raised.append(e)  # raised by `happen`: JAX would log it and change its class
        return np.int32(0)

    def body(*values):
        return io_callback(call, jax.ShapeDtypeStruct((), np.int32), *values, ordered=False)

    # the token of the effect before is an input, which keeps them in order
    token = dispatch(Kernel(name, body, differentiable=False), (*inputs, *before))
    trace.effects.append(token)  # type: ignore[attr-defined]


def last(trace: Any) -> list[EagerTensor]:
    """The token of the effect before, which for a branch or a body may be outside of it."""
    while trace is not None:
        found = getattr(trace, "effects", None)
        if found:
            return found[-1:]
        trace = trace.outer if getattr(trace, "within", False) else None
    return []


def _start(trace: Any) -> list[EagerTensor]:
    """The token that a function starts with: where it is called, that of the effect before."""
    while getattr(trace, "within", False):
        trace = trace.outer
    if not hasattr(trace, "start"):
        return []
    if trace.start is None:
        trace.start = from_value(np.zeros((), np.int32))
    return [trace.start]


def happen(tokens: list[EagerTensor]) -> None:
    """Runs what these tokens stand for, or hands them to the function around."""
    trace = STATE.trace
    if trace.symbolic:
        pending = getattr(trace, "effects", None)
        if pending is not None:
            pending.extend(tokens)
        return
    for token in tokens:
        np.asarray(token._raw())  # waits for it
    raise_if_any()


def raise_if_any() -> None:
    """Raises what an effect raised."""
    if _raised:
        error = _raised[0]
        _raised.clear()
        raise error
