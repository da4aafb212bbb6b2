"""`tf.nn.embedding_lookup_sparse` and its relatives: combined rows of embedding tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.composite import handles
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import op_error
from tfshim._src.ops.arithmetic import divide_no_nan
from tfshim._src.ops.casting import cast
from tfshim._src.ops.gather import boolean_mask, gather, where
from tfshim._src.ops.nn_embedding import embedding_lookup
from tfshim._src.ops.segment import segment_sum
from tfshim._src.ops.shaping import reshape
from tfshim._src.ops.sparse_segment import (
    segment_mean as chosen_mean,
    segment_sqrt_n as chosen_sqrt_n,
    segment_sum as chosen_sum,
)
from tfshim._src.ops.unique import unique
from tfshim._src.ragged import RaggedTensor, public
from tfshim._src.registry import export
from tfshim._src.sparse import SparseTensor, host_shape
from tfshim._src.sparse_ops import sparse_fill_empty_rows, sparse_reshape, sparse_retain
from tfshim._src.tensor import Tensor
from tfshim._src.variable import Variable

_COMBINED = {"mean": chosen_mean, "sqrtn": chosen_sqrt_n, "sum": chosen_sum}


@export("tf.nn.embedding_lookup_sparse")
def embedding_lookup_sparse(
    params, sp_ids, sp_weights, combiner=None, max_norm=None, name=None, allow_fast_lookup=False
) -> Tensor:
    """The weighted rows of a table for each row of ids, combined into one.

    Args:
      params: a tensor or variable [rows, ...], or a list of the parts of one table, as for
        `tf.nn.embedding_lookup`.
      sp_ids: sparse or ragged matrix of int ids; every row should have one at least.
      sp_weights: weights at the same places, of the same kind; None for ones.
      combiner: "sum"; "mean", the sum over that of the weights; or "sqrtn", the sum over the root
        of the sum of their squares. The mean by default.
      max_norm: rows are scaled down to this Euclidean norm before; None for no limit.
      name: ignored.
      allow_fast_lookup: for one tensor without a limit, rows are not looked up once per distinct
        id; without weights the gradient is dense then.

    Returns:
      A tensor [number of rows of ids, ...]. The gradient of the table is `tf.IndexedSlices`.

    Raises:
      TypeError: for ids or weights of another kind.
      ValueError: for an unknown combiner.
      InvalidArgumentError: for an id out of range.
    """
    combiner = _known(combiner)
    tables = params if isinstance(params, list) else [params]
    if isinstance(sp_ids, RaggedTensor):
        if sp_weights is not None:
            if not isinstance(sp_weights, RaggedTensor):
                raise TypeError(  # the braces are TensorFlow's
                    "sp_ids must be of the same type as sp_weights, received "
                    "{type(sp_ids).__name__!r} for sp_ids and {type(sp_weights).__name__!r} for "
                    "sp_weights."
                )
            _check_same_shape(sp_ids.values, sp_weights.values)
            sp_weights = sp_weights.values
        segments, ids = sp_ids.value_rowids(), sp_ids.flat_values
    else:
        if not isinstance(sp_ids, SparseTensor):
            raise TypeError(f"sp_ids must be SparseTensor, got {type(sp_ids)}")
        if sp_weights is not None:
            if not isinstance(sp_weights, SparseTensor):
                raise TypeError(
                    f"sp_weights must be either None or SparseTensor,got {type(sp_weights)}"
                )
            _check_same_shape(sp_ids.values, sp_weights.values)
            _check_same_shape(sp_ids.indices, sp_weights.indices)
            sp_weights = sp_weights.values
        segments, ids = sp_ids.indices[:, 0], sp_ids.values
    return _combine(tables, segments, ids, sp_weights, combiner, max_norm, allow_fast_lookup)


def _known(combiner: str | None) -> str:
    if combiner is None:
        return "mean"
    if combiner not in _COMBINED:
        raise ValueError(f"combiner must be one of 'mean', 'sqrtn' or 'sum', got {combiner}")
    return combiner


def _check_same_shape(a: Tensor, b: Tensor) -> None:
    if a.shape != b.shape:
        raise ValueError(f"Shapes {a.shape} and {b.shape} are incompatible")


def _combine(
    tables: list, segments: Any, ids: Any, weights: Any, combiner: str, max_norm: Any, fast: Any
) -> Tensor:
    # TensorFlow takes the short way for tensors only: a variable's gradient is always slices.
    direct = len(tables) == 1 and not isinstance(tables[0], Variable)
    if direct:
        tables = [convert(tables[0])]
        direct = max_norm is None and (fast or weights is None)
    if direct:
        rows, places = tables[0], ids
    else:
        ids, places = unique(ids)
        rows = embedding_lookup(tables, ids, max_norm)
    if weights is None:
        reduce = _COMBINED[combiner]
        return reduce(rows, places, segments, sparse_gradient=direct and not fast)
    segments = cast(segments, dtypes.int32)
    rows = gather(rows, places)
    dtype = rows.dtype
    if dtype in (dtypes.float16, dtypes.bfloat16):
        rows = cast(rows, dtypes.float32)
    weights = cast(weights, rows.dtype)
    weights = reshape(weights, [*weights.aval.shape, *[1] * (rows.ndim - 1)])
    total = segment_sum(rows * weights, segments)
    if combiner == "mean":
        total = divide_no_nan(total, segment_sum(weights, segments))
    elif combiner == "sqrtn":
        squares = segment_sum(public("math.pow")(weights, 2), segments)
        total = divide_no_nan(total, public("math.sqrt")(squares))
    return cast(total, dtype)


@export("tf.nn.safe_embedding_lookup_sparse")
def safe_embedding_lookup_sparse(
    embedding_weights,
    sparse_ids,
    sparse_weights=None,
    combiner="mean",
    default_id=None,
    max_norm=None,
    name=None,
    allow_fast_lookup=False,
) -> Tensor:
    """The same where rows may be empty, and ids or weights invalid.

    Negative ids are left out, and unless the combiner is "sum" those whose weight is not positive.
    A row without ids gives the row of the default id, or zeros.

    Args:
      embedding_weights: a tensor or variable [rows, n], or a list of the parts of one table.
      sparse_ids: sparse tensor of ids [d0, ..., dn], or a ragged matrix.
      sparse_weights: weights at the same places, of the dtype of the table; None for ones.
      combiner: "mean", "sqrtn" or "sum".
      default_id: the id of empty rows; None for zeros.
      max_norm: rows are scaled down to this Euclidean norm before; None for no limit.
      name: ignored.
      allow_fast_lookup: as for `tf.nn.embedding_lookup_sparse`.

    Returns:
      A tensor [d0, ..., dn-1, n].

    Raises:
      ValueError: without a table, for weights of another dtype, and for an unknown combiner.
      InvalidArgumentError: for an id out of range.
    """
    tables = embedding_weights if isinstance(embedding_weights, list) else [embedding_weights]
    if embedding_weights is None or not tables:
        raise ValueError(f"Missing embedding_weights {embedding_weights}.")
    if sparse_weights is not None:
        dtype = sparse_weights.dtype
        tables = [
            t if isinstance(t, Variable) and t.dtype == dtype else convert(t, dtype) for t in tables
        ]
    ragged = isinstance(sparse_ids, RaggedTensor)
    prepare = _prepare_ragged if ragged else _prepare_sparse
    outer, ids, weights, empty = prepare(sparse_ids, sparse_weights, combiner, default_id or 0)
    result = embedding_lookup_sparse(
        tables, ids, weights, combiner, max_norm, allow_fast_lookup=allow_fast_lookup
    )
    if default_id is None:
        result = _zero_where(empty, result)
    if ragged:
        return result
    return reshape(result, [*outer, *result.aval.shape[1:]])


def _zero_where(empty: np.ndarray, result: Tensor) -> Tensor:
    shape = result.aval.shape
    if len(shape) < 2:
        raise op_error(
            "StridedSlice", "slice index 1 of dimension 0 out of bounds.", name="strided_slice/"
        )
    if len(shape) > 2:
        raise op_error(
            "Select",
            "Inputs to operation Select of type Select must have the same size and shape.  Input "
            f"0: [{shape[0]},{shape[1]}] != input 1: [{','.join(map(str, shape))}]",
        )
    return where(from_array(empty[:, None]), public("zeros_like")(result), result)


def _prepare_sparse(ids: Any, weights: Any, combiner: str, default: int) -> tuple:
    """Sizes of the outer axes, a matrix of valid ids and its weights, and which rows were empty."""
    _ = ids.dense_shape
    outer = host_shape(ids)[:-1]
    ids = sparse_reshape(ids, [int(np.prod(outer)), host_shape(ids)[-1]])
    if weights is not None:
        weights = ids.with_values(weights.values)
    valid = static.host(ids.values) >= 0
    ids = sparse_retain(ids, valid)
    if weights is not None:
        weights = sparse_retain(weights, valid)
        if combiner != "sum":
            positive = static.host(weights.values) > 0
            ids, weights = sparse_retain(ids, positive), sparse_retain(weights, positive)
    ids, empty = sparse_fill_empty_rows(ids, default)
    if weights is not None:
        weights, _ = sparse_fill_empty_rows(weights, 1.0)
    return outer, ids, weights, static.host(empty)


def _prepare_ragged(ids: Any, weights: Any, combiner: str, default: int) -> tuple:
    """The same of ragged matrices."""
    n = static.host(ids.nrows())
    rows = static.host(ids.value_rowids())
    valid = static.host(ids.values) >= 0
    if weights is not None and combiner != "sum":
        valid = valid & (static.host(weights.values) > 0)
    rows = rows[valid]
    empty = np.bincount(rows, minlength=n) == 0
    # the kept ones, and after them one for each empty row, brought into order
    order = np.argsort(np.concatenate([rows, np.flatnonzero(empty)]), kind="stable")
    every = np.concatenate([rows, np.flatnonzero(empty)])[order]

    def filled(values: Any, value: Any) -> RaggedTensor:
        extra = public("fill")([int(empty.sum())], convert(value, values.dtype))
        flat = gather(public("concat")([boolean_mask(values, valid), extra], 0), order)
        return RaggedTensor.from_value_rowids(flat, from_array(every), n, validate=False)

    ids = filled(ids.values, default)
    return None, ids, None if weights is None else filled(weights.values, 1.0), empty


@handles("ragged", "tf.nn.embedding_lookup")
def _ragged_lookup(fn: Any, args: dict[str, Any]) -> Any:
    params, ids = args["params"], args["ids"]
    if params is None:
        raise ValueError("params must be specified.")
    if isinstance(params, (list, tuple)) and not params:
        raise ValueError("params should not be empty.")
    if ids.dtype not in (dtypes.int32, dtypes.int64):
        raise ValueError(
            f"The values contained by the inputs have type {ids.dtype!s} and cannot be processed. "
            "All values should be indices, either of type `int32` or `int64`."
        )
    return ids.with_flat_values(fn(params, ids.flat_values, args["max_norm"]))
