"""`tf.map_fn` where rows or results are ragged or sparse tensors: a Python loop over the rows.

How long such rows are depends on values, so no compiled loop can run it: a function around it runs
op by op.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import nest
from tfshim._src.control_flow.tensor_array import TensorArray
from tfshim._src.convert import convert
from tfshim._src.dtypes import DType, as_dtype, int64
from tfshim._src.ragged import RaggedTensor, public
from tfshim._src.ragged_spec import RaggedTensorSpec
from tfshim._src.sparse import SparseTensor, SparseTensorSpec
from tfshim._src.spec import TensorSpec, type_spec_from_value
from tfshim._src.tensor import STATE, NeedsValue

_COMPOSITES = (RaggedTensor, SparseTensor)
_SPECS = (RaggedTensorSpec, SparseTensorSpec)


def concerns(elems: Any, signature: Any) -> bool:
    """Whether rows or results are ragged or sparse."""
    return any(isinstance(e, _COMPOSITES) for e in nest.flatten(elems)) or any(
        isinstance(s, _SPECS) for s in nest.flatten(signature)
    )


def map_rows(fn: Callable, elems: Any, signature: Any, infer_shape: bool) -> Any:
    """The results of a function for each row, put together.

    Args:
      fn: takes one row (of each part of `elems`, in its structure).
      elems: a nest of tensors, ragged and sparse tensors with as many rows.
      signature: dtypes and specs of the results in their structure; None for those of the rows.
      infer_shape: whether all dense results must have one shape.

    Raises:
      ValueError: for numbers of rows that differ, or a result that is not of the signature.
    """
    if STATE.trace.symbolic:
        raise NeedsValue("map_fn: how long rows of ragged and sparse tensors are")
    flat = [e if isinstance(e, _COMPOSITES) else convert(e) for e in nest.flatten(elems)]
    n = _rows(flat)
    if signature is None:
        specs = [_row_spec(type_spec_from_value(e)) for e in flat]
        wanted = nest.pack_sequence_as(elems, specs)
    else:
        wanted = nest.map_structure(_spec, signature)
        specs = nest.flatten(wanted)
    found: list[list] = [[] for _ in specs]
    for i in range(n):
        result = fn(nest.pack_sequence_as(elems, [_row(e, i) for e in flat]))
        nest.assert_same_structure(wanted, result)
        for spec, rows, value in zip(specs, found, nest.flatten(result), strict=True):
            rows.append(_checked(spec, value))
    parts = [_joined(s, rows, infer_shape) for s, rows in zip(specs, found, strict=True)]
    return nest.pack_sequence_as(wanted, parts)


def _spec(value: Any) -> Any:
    return (
        value
        if not isinstance(value, DType) and hasattr(value, "value_type")
        else TensorSpec(None, as_dtype(value))
    )


def _row_spec(spec: Any) -> Any:
    if not isinstance(spec, RaggedTensorSpec):
        return spec._unbatch()
    return RaggedTensorSpec(spec.shape[1:], spec.dtype, spec.ragged_rank - 1, spec.row_splits_dtype)


def _rows(flat: list) -> int:
    sizes = [int(e.dense_shape[0]) if isinstance(e, SparseTensor) else _size(e) for e in flat]
    for size in sizes[1:]:
        if size != sizes[0]:
            raise ValueError(f"Dimensions {sizes[0]} and {size} are not compatible")
    return sizes[0]


def _size(value: Any) -> int:
    if isinstance(value, RaggedTensor):
        return int(value.nrows())
    if not value.aval.shape:
        raise ValueError("Elements in elems must be 1+ dimensional Tensors, not scalars")
    return value.aval.shape[0]


def _row(value: Any, i: int) -> Any:
    if not isinstance(value, SparseTensor):
        return value[i]
    chosen = public("boolean_mask")
    here = value.indices[:, 0] == i
    return SparseTensor(
        chosen(value.indices[:, 1:], here), chosen(value.values, here), value.dense_shape[1:]
    )


def _checked(spec: Any, value: Any) -> Any:
    """A result as what its spec says; ValueError if it is something else."""
    if isinstance(spec, TensorSpec):
        value = convert(value)
    elif isinstance(spec, RaggedTensorSpec) and not isinstance(value, RaggedTensor):
        value = convert(value)
        if spec.ragged_rank and value.dtype is spec.dtype:
            value = RaggedTensor.from_tensor(
                value, ragged_rank=spec.ragged_rank, row_splits_dtype=spec.row_splits_dtype
            )
    known: Any = spec
    if isinstance(known, RaggedTensorSpec) and not known.ragged_rank:
        known = TensorSpec(spec.shape, spec.dtype)
    if not known.is_compatible_with(value):
        raise ValueError(
            f"Error in map_fn:\n  Expected `fn` to return a:\n    {spec}\n  But it returned a:\n"
            f"    {type_spec_from_value(value)}\n    (value={value!s})\n  To fix, update the "
            "`fn_output_signature` (or `dtype`) argument to `map_fn`."
        )
    return value


def _joined(spec: Any, rows: list, infer_shape: bool) -> Any:
    if isinstance(spec, RaggedTensorSpec):
        return _ragged(spec, rows)
    if isinstance(spec, SparseTensorSpec):
        return _sparse(spec, rows)
    if not rows:
        shape = spec.shape.as_list() if spec.shape.is_fully_defined() else []
        return convert(np.zeros([0, *shape], spec.dtype.np))
    array = TensorArray(spec.dtype, size=len(rows), infer_shape=infer_shape)
    for i, value in enumerate(rows):
        array = array.write(i, value)
    return array.stack()


def _ragged(spec: RaggedTensorSpec, rows: list) -> RaggedTensor:
    """Rows with one more dimension in front, which is ragged if it is not known."""
    if not rows:
        dims = [0 if d is None else d for d in spec.shape.as_list()]
        values = convert(np.zeros([0, *dims[spec.ragged_rank + 1 :]], spec.dtype.np))
        for _ in range(spec.ragged_rank + 1):
            splits = convert(np.zeros([1], np.int64), spec.row_splits_dtype)
            values = RaggedTensor.from_row_splits(values, splits)
        return values
    dim = spec.shape.as_list()[0]
    sizes = [_size(r) for r in rows]
    values = public("concat")(rows, 0)
    if dim is not None:
        return RaggedTensor.from_uniform_row_length(values, dim, nrows=len(rows))
    lengths = convert(np.asarray(sizes), spec.row_splits_dtype)
    return RaggedTensor.from_row_lengths(values, lengths)


def _sparse(spec: SparseTensorSpec, rows: list) -> SparseTensor:
    """Rows at the index of the first dimension; the others are as large as the largest."""
    concat, fill = public("concat"), public("fill")
    if not rows:
        rank = spec.shape.rank or 0
        shape = [0, *[d or 0 for d in (spec.shape.as_list() if rank else [])]]
        return SparseTensor(np.zeros([0, rank + 1], np.int64), np.zeros([0], spec.dtype.np), shape)
    indices = [
        concat([fill([r.indices.shape[0], 1], np.int64(i)), r.indices], 1)
        for i, r in enumerate(rows)
    ]
    shape = np.max([r.dense_shape.numpy() for r in rows], axis=0)
    return SparseTensor(
        concat(indices, 0),
        concat([r.values for r in rows], 0),
        convert(np.asarray([len(rows), *shape]), int64),
    )
