"""Distinct elements. Their number depends on the data, so these ops run at once on the host."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.dtypes import DType
from tfshim._src.errors import op_error
from tfshim._src.registry import export, op
from tfshim._src.rules import c_name, each

#: Integers are found by a table of all numbers between them, if these are not so many times more.
_DENSE = 4


class Unique(NamedTuple):
    """The result of `tf.unique`."""

    y: Any
    idx: Any


class UniqueWithCounts(NamedTuple):
    """The result of `tf.unique_with_counts`."""

    y: Any
    idx: Any
    count: Any


def distinct(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The distinct elements in order of appearance, where each element is among them, and counts.

    A NaN equals nothing, not even itself; 0 and -0 are equal.
    """
    if x.dtype.kind in "iu" and x.size and x.ndim == 1:
        low, high = int(x.min()), int(x.max())
        if high - low < _DENSE * x.size:
            return _by_table(x, low, high - low + 1)
    kept, first, inverse, counts = np.unique(
        x, return_index=True, return_inverse=True, return_counts=True, equal_nan=False
    )
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    del kept
    return x[first[order]], rank[inverse.reshape(-1)], counts[order]


def _by_table(x: np.ndarray, low: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`distinct` of integers from `low` to `low + n - 1`, without sorting them."""
    at = (x - x.dtype.type(low) if x.dtype.kind == "u" else x).astype(np.int64)
    if x.dtype.kind == "i":
        at -= low
    counts = np.bincount(at, minlength=n)
    first = np.empty(n, np.int64)
    first[at[::-1]] = np.arange(x.size)[::-1]  # of several the last one stays, the first in x
    present = np.flatnonzero(counts)
    present = present[np.argsort(first[present])]
    rank = np.empty(n, np.int64)
    rank[present] = np.arange(present.size)
    return x[first[present]], rank[at], counts[present]


def _check(x: Any, kernel: str) -> None:
    if x.ndim != 1:
        raise op_error(kernel, "unique expects a 1D vector.")


@op(kernel="Unique", inputs=each("x"), host=True)
def _unique(x, out_idx):
    y, idx, _ = distinct(x)
    return y, idx.astype(out_idx.np)


@op(kernel="UniqueWithCounts", inputs=each("x"), host=True)
def _unique_with_counts(x, out_idx):
    y, idx, count = distinct(x)
    return y, idx.astype(out_idx.np), count.astype(out_idx.np)


def index_dtype(out_idx: Any, kernel: str) -> DType:
    """int32 or int64, or TensorFlow's error."""
    wanted = dtypes.as_dtype(out_idx)
    if wanted not in (dtypes.int32, dtypes.int64):
        raise op_error(
            kernel,
            f"Value for attr 'out_idx' of {c_name(wanted)} is not in the list of allowed values: "
            f"int32, int64\n\t; NodeDef: {{{{node {kernel}}}}}",
            ran=False,
        )
    return wanted


@export("tf.unique")
def unique(x, out_idx=dtypes.int32, name=None) -> Unique:
    """The distinct elements of a vector in order of appearance.

    Args:
      x: 1-D tensor of any dtype.
      out_idx: int32 or int64.
      name: ignored.

    Returns:
      A named tuple of `y`, the distinct elements, and `idx`, with x[i] == y[idx[i]].

    Raises:
      InvalidArgumentError: if x is not 1-D.
    """
    x, wanted = convert(x), index_dtype(out_idx, "Unique")
    _check(x, "Unique")
    return Unique(*_unique(x, wanted))


@export("tf.unique_with_counts")
def unique_with_counts(x, out_idx=dtypes.int32, name=None) -> UniqueWithCounts:
    """`tf.unique`, and how often each element appears.

    Args:
      x: 1-D tensor of any dtype.
      out_idx: int32 or int64.
      name: ignored.

    Returns:
      A named tuple of `y`, `idx` and `count`.

    Raises:
      InvalidArgumentError: if x is not 1-D.
    """
    x, wanted = convert(x), index_dtype(out_idx, "UniqueWithCounts")
    _check(x, "UniqueWithCounts")
    return UniqueWithCounts(*_unique_with_counts(x, wanted))
