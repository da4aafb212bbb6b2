"""String tensors in ops that only move elements.

Such an op runs on the positions of the strings instead of on the strings themselves, so that its
one body serves them too. Position 0 is the empty string, which is what zeros of strings are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from tfshim._src.engine.aval import aval_of
from tfshim._src.tensor import from_value

F = TypeVar("F", bound=Callable)


def moves(public: F) -> F:
    """Marks an op that only moves elements about, so that it takes strings as well."""
    public.op.moves = True  # type: ignore[attr-defined]
    return public


def moves_strings(kernel: Any) -> bool:
    return getattr(kernel.op, "moves", False)


def run_on_strings(kernel: Any, inputs: tuple) -> Any:
    """Runs a kernel some of whose inputs are strings, at once, by their positions."""
    table: list[Any] = [b""]
    values = []
    for t in inputs:
        value = t._host_value()
        if value.dtype == object:
            first = len(table)
            table.extend(value.reshape(-1).tolist())
            value = np.arange(first, len(table), dtype=np.int64).reshape(value.shape)
        values.append(value)
    spec = kernel.spec(tuple([aval_of(v) for v in values]))
    strings = np.empty(len(table), object)
    strings[:] = table
    outs = []
    for positions in kernel.execute(values, spec):
        found = np.empty(positions.shape, object)
        found[...] = strings[np.asarray(positions)]
        outs.append(from_value(found))
    return outs[0] if spec.single else outs
