"""Reductions of sparse tensors, and softmax over their rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.ragged import public
from tfshim._src.registry import export
from tfshim._src.sparse import SparseTensor, host_indices, host_shape
from tfshim._src.sparse_ops import _flat, _made, _sparse, _take


def _reduced(st: SparseTensor, axis: Any, keepdims: Any) -> tuple[np.ndarray, list[int], list[int]]:
    """For each element its place in the result; the sizes that stay; the result's shape."""
    shape = host_shape(st)
    given = static.axis(axis)
    rank = len(shape)
    axes = (
        set(range(rank))
        if given is None
        else {a % rank for a in ([given] if isinstance(given, int) else given)}
    )
    rest = [i for i in range(rank) if i not in axes]
    sizes = [shape[i] for i in rest]
    where = host_indices(st)
    place = _flat(where[:, rest], sizes)
    full = [1 if i in axes else n for i, n in enumerate(shape)] if keepdims else sizes
    return place, sizes, full


def _reduce(st: SparseTensor, axis: Any, keepdims: Any, as_sparse: bool, how: str):
    place, sizes, full = _reduced(st, axis, keepdims)
    n = int(np.prod(sizes))
    if as_sparse:
        used, inverse = np.unique(place, return_inverse=True)
        values = public(f"math.unsorted_segment_{how}")(st.values, inverse.reshape(-1), len(used))
        where = np.stack(np.unravel_index(used, full), 1) if full else used[:, None][:, :0]
        return _made(where, values, full)
    if how == "max" and len(place):
        used, inverse = np.unique(place, return_inverse=True)
        top = public("math.unsorted_segment_max")(st.values, inverse.reshape(-1), len(used))
        total = public("math.unsorted_segment_sum")(top, used, n)
    else:
        total = public("math.unsorted_segment_sum")(st.values, place, n)
    return public("reshape")(total, full)


@export("tf.sparse.reduce_sum")
def sparse_reduce_sum(sp_input, axis=None, keepdims=None, output_is_sparse=False, name=None) -> Any:
    """Sums along axes.

    Args:
      sp_input: sparse tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.
      output_is_sparse: whether the result is sparse too.
      name: ignored.
    """
    return _reduce(_sparse(sp_input), axis, keepdims, bool(output_is_sparse), "sum")


@export("tf.sparse.reduce_max")
def sparse_reduce_max(sp_input, axis=None, keepdims=None, output_is_sparse=False, name=None) -> Any:
    """The largest stored elements along axes; 0 where nothing is stored.

    Args:
      sp_input: sparse tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.
      output_is_sparse: whether the result is sparse too.
      name: ignored.
    """
    return _reduce(_sparse(sp_input), axis, keepdims, bool(output_is_sparse), "max")


@export("tf.sparse.softmax")
def sparse_softmax(sp_input, name=None) -> SparseTensor:
    """Softmax over the stored elements of each innermost row.

    Args:
      sp_input: sparse float tensor of rank 2 or more.
      name: ignored.
    """
    from tfshim._src.errors import dtype_not_allowed

    st = _sparse(sp_input)
    allowed = [dtypes.float16, dtypes.float32, dtypes.float64]
    if st.dtype not in allowed:
        raise dtype_not_allowed("SparseSoftmax", st.dtype, allowed)
    shape, where = host_shape(st), host_indices(st)
    rows = _flat(where[:, :-1], shape[:-1])
    used, ids = np.unique(rows, return_inverse=True)
    ids, n = ids.reshape(-1), len(used)
    biggest = public("math.unsorted_segment_max")(st.values, ids, n)
    shifted = st.values - _take(public("stop_gradient")(biggest), ids)
    e = public("math.exp")(shifted)
    total = public("math.unsorted_segment_sum")(e, ids, n)
    return st.with_values(e / _take(total, ids))
