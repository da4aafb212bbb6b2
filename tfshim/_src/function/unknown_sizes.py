"""Signatures with unknown sizes: what a trace has to do with the sizes that it was made for.

A function is traced for the sizes of each call; traces for two sizes show what depends on them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from tfshim._src import nest
from tfshim._src.engine.aval import make_aval
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.shapes import TensorShape
from tfshim._src.tensor import Tensor

#: Two sizes for each axis, by which an error's text tells which axis it is about; none divides its
#: partner.
SIZES = (
    (5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61),
    (6, 9, 14, 15, 21, 22, 26, 33, 34, 38, 44, 45, 48, 55, 62, 63),
)

_PAIR = re.compile(r"\bare (\d+) and (\d+)\b")
_SHAPE = re.compile(r"\[([\d,]*)\]")


def fitted(attempt: Callable[[tuple[int, ...]], Any], sizes: tuple[int, ...]) -> tuple[Any, tuple]:
    """What a function gives for some sizes, but for those that its own tensors ask for.

    A weight of 30 rows fixes the last axis of `[None, None]`. The error says so: "Dimensions must
    be equal, but are 7 and 30".

    Args:
      attempt: traces for given sizes, by axis.
      sizes: different ones.

    Returns:
      The trace, and the sizes of it.

    Raises:
      ValueError, InvalidArgumentError: if there are none.
    """
    free = dict(zip(sizes, range(len(sizes))))
    while True:
        try:
            return attempt(sizes), sizes
        except (ValueError, InvalidArgumentError) as error:
            wanted = [(a, b) for a, b in _unequal(str(error)) if a in free and b not in free]
            if not wanted:
                raise
            axis, size = free.pop(wanted[0][0]), wanted[0][1]
            sizes = (*sizes[:axis], size, *sizes[axis + 1 :])


def _unequal(text: str) -> Iterable[tuple[int, int]]:
    """Pairs of sizes, in both orders, that an error says are not equal."""
    pairs = [(int(a), int(b)) for a, b in _PAIR.findall(text)]
    shapes = [[int(n) for n in found.split(",") if n] for found in _SHAPE.findall(text)]
    for one, other in zip(shapes, shapes[1:]):
        pairs += zip(reversed(one), reversed(other))
    return [pair for a, b in pairs if a != b for pair in ((a, b), (b, a))]


class _Sized:
    """What stands for an argument: only its aval is looked at."""

    def __init__(self, aval: Any):
        self.aval = aval


def trace_at(function: Any, logical: Any, sizes: tuple[int, ...], rank: int = 0) -> Any:
    """The trace of a signature for some sizes, which is not kept.

    Args:
      function: the `tf.function`.
      logical: the signature.
      sizes: what unknown sizes are, by axis.
      rank: of tensors of unknown rank.
    """
    known = dict(logical.traces)
    tensors = []
    for key in logical.tensors:
        dims = (None,) * rank if key.shape is None else key.shape
        shape = tuple([sizes[i] if d is None else d for i, d in enumerate(dims)])
        tensors.append(_Sized(make_aval(shape, key.dtype)))
    try:
        return function.specialize(logical, tensors, [])
    finally:
        logical.traces.clear()
        logical.traces.update(known)


def output_shapes(function: Any, logical: Any) -> list[TensorShape] | None:
    """The shapes of the results as far as the signature knows them.

    Returns:
      One per tensor among the results; None if all sizes of the signature are known, or if they
      cannot be found.
    """
    if logical.output_shapes is None:
        if all(k.known for k in logical.tensors):
            return None
        try:
            logical.output_shapes = [
                common_shape(a, b) for a, b in zip(*_two_results(function, logical), strict=True)
            ]
        except Exception:  # sizes that do not fit together; the user's code says so in a call
            logical.output_shapes = []
    return logical.output_shapes or None


def _two_results(function: Any, logical: Any) -> list[list[tuple[int, ...]]]:
    """The shapes of the results for two sizes of what is unknown."""
    try:
        return [
            _results(trace_at(function, logical, (size,) * 16, rank))
            for size, rank in ((2, 0), (3, 1))
        ]
    except ValueError:
        found = [
            fitted(lambda sizes, rank=rank: trace_at(function, logical, sizes, rank), SIZES[rank])
            for rank in (0, 1)
        ]
        return [_results(trace) for trace, _ in found]


def _results(trace: Any) -> list[tuple[int, ...]]:
    leaves = nest.flatten(trace.structure, expand_composites=True)
    return [t.aval.shape for t in leaves if isinstance(t, Tensor)]


def common_shape(a: tuple[int, ...], b: tuple[int, ...]) -> TensorShape:
    """The shape that takes both."""
    if len(a) != len(b):
        return TensorShape(None)
    return TensorShape([m if m == n else None for m, n in zip(a, b, strict=True)])
