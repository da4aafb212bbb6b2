"""What forms of several families share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.engine.aval import Aval

#: Below this many elements a value that is repeated is written out; a view of larger ones is cheap.
_FILL_SIZE = 1 << 14
#: Floats in which NumPy computes what it is given, without rounding in between.
WIDE = frozenset({dtypes.float32, dtypes.float64})
_KINDS = frozenset("fciub")


def plain(*avals: Aval) -> bool:
    """Whether these are arrays of numbers or bools."""
    return all(a.dtype.kind in _KINDS for a in avals)


def axis_from_front(axis: Any, rank: int) -> int | None:
    """An axis counted from the front; None if there is no such one."""
    return axis % rank if type(axis) is int and -rank <= axis < rank else None


def axes_from_front(axis: Any, rank: int) -> tuple[int, ...] | None:
    """The axes of a reduction, counted from the front; None if they are wrong."""
    if axis is None:
        return tuple(range(rank))
    found = []
    for a in axis if type(axis) is tuple else (axis,):
        one = axis_from_front(a, rank)
        if one is None or one in found:
            return None
        found.append(one)
    return tuple(found)


def kept_shape(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    """A shape with size 1 along some axes."""
    return tuple([1 if i in axes else n for i, n in enumerate(shape)])


def left_shape(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without some axes."""
    return tuple([n for i, n in enumerate(shape) if i not in axes])


def spread(x: Any, aval: Aval) -> Any:
    """x, broadcast to an aval."""
    if aval.size > _FILL_SIZE:
        return np.broadcast_to(x, aval.shape)
    full = np.empty(aval.shape, aval.dtype.np)
    full[...] = x
    return full


def single(compute: Callable[..., Any]) -> Callable[[list], list]:
    """A function of arrays as one from a list to a list."""
    return lambda values: [compute(*values)]
