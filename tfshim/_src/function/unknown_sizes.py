"""Signatures with unknown sizes: what a trace has to do with the sizes that it was made for.

A function is traced for the sizes of each call; traces for two sizes show what depends on them.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tfshim._src import nest
from tfshim._src.engine.aval import make_aval
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.function.graph_errors import GraphValueError, late
from tfshim._src.shapes import TensorShape
from tfshim._src.tensor import NeedsValue, Tensor

#: Two sizes for each axis, by which an error's text tells which axis it is about; none divides its
#: partner.
SIZES = (
    (17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79),
    (18, 21, 22, 25, 26, 33, 35, 39, 44, 45, 49, 51, 55, 57, 63, 65),
)
#: Sizes for what is reshaped: the product of any of them is that of any others.
ONES = (1,) * 16
#: Ranks that are tried where a rank is unknown.
RANKS = (0, 1, 2, 3, 4, 5)

_PAIR = re.compile(r"\b(?:are|with) (\d+) (?:and|elements to a shape of) (\d+)\b")
_SHAPE = re.compile(r"(?<![a-z])[\[(]((?:\d+|\?|None)(?:, ?(?:\d+|\?|None))*),?[\])]")


def fitted(attempt: Callable[[tuple[int, ...]], Any], sizes: tuple[int, ...]) -> tuple[Any, tuple]:
    """What a function gives for some sizes, but for those that its own tensors ask for.

    A weight of 30 rows fixes the last axis of `[None, None]`. The error says so: "Dimensions must
    be equal, but are 7 and 30".

    Args:
      attempt: traces for given sizes, by axis.
      sizes: different ones; equal ones are tried as they are.

    Returns:
      The trace, and the sizes of it.

    Raises:
      ValueError, InvalidArgumentError: if there are none.
    """
    different = len(set(sizes)) == len(sizes)
    free = dict(zip(sizes, range(len(sizes)))) if different else {}
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
    shapes = [
        [int(n) if n.strip().isdigit() else None for n in found.split(",")]
        for found in _SHAPE.findall(text)
    ]
    for one, other in zip(shapes, shapes[1:]):
        both = zip(reversed(one), reversed(other))
        pairs += [(a, b) for a, b in both if a is not None and b is not None]
    return [pair for a, b in pairs if a != b for pair in ((a, b), (b, a))]


class _Sized:
    """What stands for an argument: only its aval is looked at."""

    def __init__(self, aval: Any):
        self.aval = aval


def sampled(
    attempt: Callable[[tuple[int, ...], int], Any], which: int = 0, ranks: Iterable[int] = (0,)
) -> tuple[Any, int, tuple[int, ...]]:
    """What a function gives for some sizes of what is unknown: equal, different, or all 1.

    Args:
      attempt: traces for given sizes, by axis, and a given rank of what has none.
      which: other sizes for another number.
      ranks: to be tried, in this order.

    Returns:
      The trace, the rank and the sizes of it.

    Raises:
      Exception: the first one, if there are no such sizes.
    """
    first: Exception | None = None
    for rank in ranks:
        for sizes in ((2 + which,) * 16, SIZES[which], ONES):
            try:
                found, sizes = fitted(lambda sizes, rank=rank: attempt(sizes, rank), sizes)
                return found, rank, sizes
            except NeedsValue:
                raise
            except Exception as error:
                first = first or error
    assert first is not None
    raise first


@contextlib.contextmanager
def at_run_time(function: Any, logical: Any, tensors: list) -> Iterator[None]:
    """Errors of shapes inside are raised as they are when a function runs, not while it is traced.

    A function whose signature does not know the sizes has been traced before they are known.

    The function is run op by op, so that the first op to fail is the one that is told of.

    Args:
      function: the `tf.function`.
      logical: the signature.
      tensors: of the call.
    """
    try:
        yield
    except GraphValueError as error:
        if error.late is None or all(k.known for k in logical.tensors):
            raise
        told = error.late
        try:
            function.try_op_by_op(logical, tensors)
        except InvalidArgumentError as first:
            told = late(first)
        except Exception:
            pass
        raise told.with_traceback(error.__traceback__) from None


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
            one, other = _two_results(function, logical)
            logical.output_shapes = [common_shape(a, b) for a, b in zip(one, other, strict=True)]
        except Exception:  # sizes that do not fit together; the user's code says so in a call
            logical.output_shapes = []
    return logical.output_shapes or None


def _two_results(function: Any, logical: Any) -> list[list[tuple[int, ...]]]:
    """The shapes of the results for two sizes, and two ranks, of what is unknown."""

    def attempt(sizes: tuple[int, ...], rank: int) -> Any:
        return trace_at(function, logical, sizes, rank)

    known = all(k.shape is not None for k in logical.tensors)
    one, rank, sizes = sampled(attempt, 0, (0,) if known else RANKS)
    try:
        other, _, _ = sampled(attempt, 1, (0,) if known else range(rank + 1, len(RANKS)))
    except Exception:  # the one rank that the function takes
        other, _, _ = sampled(attempt, 1, [rank])
    if sizes == ONES:  # whatever is 1 may be so for that
        ones = [tuple([0 if d == 1 else d for d in shape]) for shape in _results(one)]
        return [_results(one), ones]
    return [_results(one), _results(other)]


def _results(trace: Any) -> list[tuple[int, ...]]:
    leaves = nest.flatten(trace.structure, expand_composites=True)
    return [t.aval.shape for t in leaves if isinstance(t, Tensor)]


def common_shape(a: tuple[int, ...], b: tuple[int, ...]) -> TensorShape:
    """The shape that takes both."""
    if len(a) != len(b):
        return TensorShape(None)
    return TensorShape([m if m == n else None for m, n in zip(a, b, strict=True)])
