"""Signatures with unknown sizes: what a trace has to do with the sizes that it was made for.

A function is traced for the sizes of each call; traces for two sizes show what depends on them.
"""

from __future__ import annotations

from typing import Any

from tfshim._src import nest
from tfshim._src.engine.aval import make_aval
from tfshim._src.shapes import TensorShape
from tfshim._src.tensor import Tensor


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
                common_shape(a, b)
                for a, b in zip(
                    _results(trace_at(function, logical, (2,) * 16, 0)),
                    _results(trace_at(function, logical, (3,) * 16, 1)),
                    strict=True,
                )
            ]
        except Exception:  # sizes that do not fit together; the user's code says so in a call
            logical.output_shapes = []
    return logical.output_shapes or None


def _results(trace: Any) -> list[tuple[int, ...]]:
    leaves = nest.flatten(trace.structure, expand_composites=True)
    return [t.aval.shape for t in leaves if isinstance(t, Tensor)]


def common_shape(a: tuple[int, ...], b: tuple[int, ...]) -> TensorShape:
    """The shape that takes both."""
    if len(a) != len(b):
        return TensorShape(None)
    return TensorShape([m if m == n else None for m, n in zip(a, b, strict=True)])
