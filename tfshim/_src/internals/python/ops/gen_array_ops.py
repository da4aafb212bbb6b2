"""Unique rows, columns, or other slices of a tensor."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from tfshim._src import static
from tfshim._src.convert import convert
from tfshim._src.dtypes import as_dtype, int32
from tfshim._src.errors import op_error
from tfshim._src.registry import op
from tfshim._src.rules import each

__all__ = ["unique_v2", "unique_with_counts_v2"]

UniqueV2 = collections.namedtuple("UniqueV2", ["y", "idx"])
UniqueWithCountsV2 = collections.namedtuple("UniqueWithCountsV2", ["y", "idx", "count"])


@op(kernel="UniqueV2", inputs=each("x"), host=True, grad=None)
def _unique_slices(x, axis, out_idx):
    slices = np.moveaxis(x, axis, 0)
    seen: dict[Any, int] = {}
    places = [seen.setdefault(tuple(s.ravel().tolist()), len(seen)) for s in slices]
    first = [places.index(i) for i in range(len(seen))]
    counts = np.bincount(np.array(places, np.int64), minlength=len(seen))
    dtype = out_idx.as_numpy_dtype
    return (
        np.take(x, np.array(first, np.int64), axis),
        np.array(places, dtype),
        counts.astype(dtype),
    )


def _unique(kernel: str, x: Any, axis: Any, out_idx: Any) -> Any:
    x, axis = convert(x), static.host(axis)
    axes = np.asarray(axis, np.int64).ravel()
    if axes.size > 1:
        raise op_error(kernel, "axis does not support input tensors larger than 1 elements")
    if not axes.size:
        if x.ndim != 1:
            raise op_error(kernel, "unique expects a 1D vector.")
        axes = [0]
    if not -x.ndim <= axes[0] < x.ndim:
        raise op_error(kernel, f"axis has to be between [0, {x.ndim})")
    return _unique_slices(x, int(axes[0]) % x.ndim, as_dtype(out_idx))


def unique_v2(x, axis, out_idx=int32, name=None) -> UniqueV2:
    """The different slices of a tensor along an axis, in the order in which they come.

    Args:
      x: tensor.
      axis: a vector of one axis, or an empty one for a vector's elements.
      out_idx: int32 or int64, of `idx`.
      name: ignored.

    Returns:
      The slices, and for each slice of x its place among them.

    Raises:
      InvalidArgumentError: for several axes, or no axis and no vector.
    """
    return UniqueV2(*_unique("UniqueV2", x, axis, out_idx)[:2])


def unique_with_counts_v2(x, axis, out_idx=int32, name=None) -> UniqueWithCountsV2:
    """`unique_v2`, and how often each slice comes."""
    return UniqueWithCountsV2(*_unique("UniqueWithCountsV2", x, axis, out_idx))
