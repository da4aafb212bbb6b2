"""Makes a row that differs smaller while it still differs in the same way."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from conformance.cases.arrays import Array
from conformance.cases.row import Row
from conformance.fuzz.judge import Difference, judge
from conformance.fuzz.mutate import arrays_of, changed
from conformance.fuzz.sides import Reference, run_here

#: So many smaller rows are tried.
TRIES = 40


def smallest(found: Difference, asked: Reference) -> Difference:
    """The smallest row found that differs in the same mode and in the same way."""
    tries = TRIES
    while tries > 0:
        for row in _smaller(found.row):
            tries -= 1
            again = _still(row, found, asked)
            if again is not None:
                found = again
                break
            if tries <= 0:
                break
        else:
            break
    return found


def _still(row: Row, found: Difference, asked: Reference) -> Difference | None:
    (expected,) = asked.begin([row])()
    if expected is None:
        return None
    (got,) = run_here([row], found.mode)
    again = judge(row, found.mode, got, expected, asked)
    return again if again is not None and not again.why and again.kind == found.kind else None


def _smaller(row: Row) -> Iterator[Row]:
    for key in row.kwargs:
        rest = {k: v for k, v in row.kwargs.items() if k != key}
        yield dataclasses.replace(row, kwargs=rest)
    arrays = arrays_of(row)
    for n in sorted({n for a in arrays for n in a.value.shape if n > 1}, reverse=True):
        for m in sorted({1, n // 2, n - 1}):
            yield changed(row, lambda leaf, n=n, m=m: _cut(leaf, n, m))
    for i, array in enumerate(arrays):
        for axis, n in enumerate(array.value.shape):
            if n > 1:
                for part in (slice(0, n // 2), slice(n // 2, n)):
                    index = (slice(None),) * axis + (part,)
                    yield _with(row, i, array[index])
        if array.value.ndim:
            yield _with(row, i, array[0] if len(array.value) else array)
        if array.dtype not in ("string", "bool") and array.value.size:
            for value in (0, 1):
                if (array.value != value).any():
                    yield _with(
                        row, i, dataclasses.replace(array, value=np.full_like(array.value, value))
                    )
            if array.dtype.startswith(("float", "bfloat")):
                with np.errstate(all="ignore"):
                    rounded = np.round(array.value.astype("float64"), 1).astype(array.value.dtype)
                if not np.array_equal(rounded, array.value, equal_nan=True):
                    yield _with(row, i, dataclasses.replace(array, value=rounded))


def _cut(leaf: Any, n: int, m: int) -> Any:
    if isinstance(leaf, Array) and n in leaf.value.shape:
        return leaf[tuple(slice(0, m) if k == n else slice(None) for k in leaf.value.shape)]
    return leaf


def _with(row: Row, index: int, new: Array) -> Row:
    """The row with its array of this number replaced."""
    counter = iter(range(10**6))

    def change(leaf: Any) -> Any:
        if isinstance(leaf, Array):
            return new if next(counter) == index else leaf
        return leaf

    return changed(row, change)
