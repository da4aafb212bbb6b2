"""`tf.ragged_fill_empty_rows`: a default value for each row that has none."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from tfshim._src.errors import require
from tfshim._src.movement import moves
from tfshim._src.ops.common import brackets
from tfshim._src.registry import export, op
from tfshim._src.rules import fixed, same


class RaggedFillEmptyRows(NamedTuple):
    """The result of `tf.ragged_fill_empty_rows`."""

    output_value_rowids: Any
    output_values: Any
    empty_row_indicator: Any
    reverse_index_map: Any


class RaggedFillEmptyRowsGrad(NamedTuple):
    """The result of `tf.ragged_fill_empty_rows_grad`."""

    d_values: Any
    d_default_value: Any


@op(
    kernel="RaggedFillEmptyRows",
    inputs=fixed("int64", "value_rowids", "nrows") + same("values", "default_value"),
    host=True,
)
def _fill_plan(value_rowids, values, nrows, default_value):
    """Row ids, sources, which rows were empty, and where each value went."""
    rows = value_rowids
    require(rows.ndim == 1, f"value_rowids must be a vector, saw: {brackets(rows.shape)}")
    require(values.ndim == 1, f"values must be a vector, saw: {brackets(values.shape)}")
    require(
        values.size == rows.size,
        f"The length of `values` ({values.size}) must match the first dimension of `value_rowids` "
        f"({rows.size}).",
    )
    require(nrows.ndim == 0, f"nrows must be a scalar, saw: {brackets(nrows.shape)}")
    require(
        default_value.ndim == 0,
        f"default_value must be a scalar, saw: {brackets(default_value.shape)}",
    )
    n = int(nrows)
    if n == 0:
        require(
            rows.size == 0,
            f"Received SparseTensor with dense_shape[0] = 0 but indices.shape[0] = {rows.size}",
        )
        nothing = np.zeros(0, np.int64)
        return nothing.reshape(0, 1), nothing, np.zeros(0, bool), nothing
    require(n > 0, f"Expected shape dimensions to be non-negative, got {n}")
    wrong = np.flatnonzero((rows < 0) | (rows >= n))
    if wrong.size:
        i = wrong[0]
        require(False, f"indices({i}, 0) is invalid: {rows[i]} >= {n}")
    empty = np.bincount(rows, minlength=n) == 0
    # values keep their order within a row; the default is one more value at the end
    sources = np.concatenate([np.arange(rows.size), np.full(int(empty.sum()), rows.size)])
    ids = np.concatenate([rows, np.flatnonzero(empty)])
    order = np.argsort(ids, kind="stable")
    place = np.empty(ids.size, np.int64)
    place[order] = np.arange(ids.size)
    return ids[order], sources[order], empty, place[: rows.size]


@moves
@op(
    kernel="RaggedFillEmptyRows",
    inputs=same("values", "default_value") + fixed("int64", "sources"),
)
def _filled_rows(values, default_value, sources):
    padded = jnp.concatenate([values, default_value[None]])
    return jnp.take(padded, sources, mode="clip")


@export("tf.ragged_fill_empty_rows")
def ragged_fill_empty_rows(
    value_rowids, values, nrows, default_value, name=None
) -> RaggedFillEmptyRows:
    """Gives each empty row of a ragged tensor one value.

    Args:
      value_rowids: int64 tensor of shape [n], the row of each value.
      values: tensor of shape [n].
      nrows: scalar int64, the number of rows.
      default_value: scalar, the value of empty rows.
      name: ignored.

    Returns:
      A named tuple: `output_value_rowids` and `output_values`, now with every row;
      `empty_row_indicator`, a bool for each row; `reverse_index_map`, where each value went.

    Raises:
      InvalidArgumentError: for shapes that do not fit, and rows that do not exist.
    """
    ids, sources, empty, reverse = _fill_plan(value_rowids, values, nrows, default_value)
    filled = _filled_rows(values, default_value, sources)
    return RaggedFillEmptyRows(ids, filled, empty, reverse)


def _no_gradient(call):
    raise LookupError("gradient registry has no entry for: RaggedFillEmptyRowsGrad")


@op(
    kernel="RaggedFillEmptyRowsGrad",
    inputs=fixed("int64", "reverse_index_map") + same("grad_values"),
    host=True,
)
def _check_reverse(reverse_index_map, grad_values):
    where, n = reverse_index_map, grad_values.size
    require(where.ndim == 1, f"reverse_index_map must be a vector, saw: {brackets(where.shape)}")
    require(
        grad_values.ndim == 1, f"grad_values must be a vector, saw: {brackets(grad_values.shape)}"
    )
    wrong = where[(where < 0) | (where >= n)]
    if wrong.size:
        require(False, f"Elements in reverse index must be in [0, {n}) but got {wrong[0]}")
    return where


@op(
    kernel="RaggedFillEmptyRowsGrad",
    inputs=fixed("int64", "reverse_index_map") + same("grad_values"),
    grad=_no_gradient,
)
def _filled_rows_grad(reverse_index_map, grad_values):
    taken = jnp.zeros(grad_values.shape, bool).at[reverse_index_map].set(True)
    rest = jnp.where(taken, jnp.zeros((), grad_values.dtype), grad_values)
    values = jnp.take(grad_values, reverse_index_map, mode="clip")
    return values, jnp.sum(rest, dtype=grad_values.dtype)


@export("tf.ragged_fill_empty_rows_grad")
def ragged_fill_empty_rows_grad(
    reverse_index_map, grad_values, name=None
) -> RaggedFillEmptyRowsGrad:
    """The gradient of `tf.ragged_fill_empty_rows`.

    Args:
      reverse_index_map: int64 tensor of shape [n], as that function gives it.
      grad_values: tensor of shape [m], the gradient of its `output_values`.
      name: ignored.

    Returns:
      A named tuple of `d_values`, shape [n], and `d_default_value`, a scalar.

    Raises:
      InvalidArgumentError: for shapes that do not fit, and indices out of range.
    """
    where = _check_reverse(reverse_index_map, grad_values)
    return RaggedFillEmptyRowsGrad(*_filled_rows_grad(where, grad_values))
