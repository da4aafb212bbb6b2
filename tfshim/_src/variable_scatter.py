"""Scattered writes into variables, with the checks of TensorFlow's CPU kernels."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, errors, reports
from tfshim._src.convert import convert
from tfshim._src.engine.kernel import Kernel
from tfshim._src.errors import op_error
from tfshim._src.indexed_slices import IndexedSlices
from tfshim._src.ops.common import brackets
from tfshim._src.ops.extent import within
from tfshim._src.ops.index_checks import check_elements, check_vectors, not_in_box
from tfshim._src.tensor import EagerTensor, from_value

_INDEX = (dtypes.int32, dtypes.int64)


def _divide(ref, index, updates):
    if jnp.issubdtype(ref.dtype, jnp.integer):
        return _divide_whole(ref, index, updates)
    return ref.at[index].divide(updates)


def _divide_whole(ref, index, updates):
    """Integer division, which truncates towards zero; one row after another, for equal indices."""
    index = index.reshape(-1)

    def step(ref, update):
        i, by = update
        return ref.at[i].set(lax.div(ref[i], by)), None

    rows = updates.reshape(index.size, *ref.shape[1:])
    return lax.scan(step, ref, (index, rows))[0]


_MODES: dict[str, Any] = {
    "Update": lambda ref, i, u: ref.at[i].set(u),
    "Add": lambda ref, i, u: ref.at[i].add(u),
    "Sub": lambda ref, i, u: ref.at[i].add(-u),
    "Mul": lambda ref, i, u: ref.at[i].multiply(u),
    "Div": _divide,
    "Min": lambda ref, i, u: ref.at[i].min(u),
    "Max": lambda ref, i, u: ref.at[i].max(u),
}


def _row_kernel(how: str) -> Kernel:
    def fn(ref, indices, updates):
        updates = jnp.broadcast_to(updates, indices.shape + ref.shape[1:])
        return _MODES[how](ref, indices, updates)

    return Kernel(f"ResourceScatter{how}", fn, {"rows": True}, differentiable=False)


def _nd_kernel(how: str) -> Kernel:
    def fn(ref, indices, updates):
        index = tuple(jnp.moveaxis(indices, -1, 0))
        return _MODES[how](ref, index, updates)

    return Kernel(f"ResourceScatterNd{how}", fn, {"rows": True}, differentiable=False)


_ROWS = {how: _row_kernel(how) for how in _MODES}
_ND = {how: _nd_kernel(how) for how in ("Update", "Add", "Sub", "Min", "Max")}


def index(kernel: str, indices: Any) -> EagerTensor:
    """The indices as a tensor of a dtype that these kernels take."""
    found = convert(indices)
    if found.aval.dtype not in _INDEX:
        raise errors.dtype_not_allowed(kernel, found.aval.dtype, _INDEX, "Tindices")
    return found


def scatter(variable, how: str, sparse_delta: Any) -> None:
    """Writes the rows of a `tf.IndexedSlices`."""
    if not isinstance(sparse_delta, IndexedSlices):
        raise TypeError(
            f"Argument `sparse_delta` must be a `tf.IndexedSlices`. Received arg: {sparse_delta}"
        )
    indices, values = convert(sparse_delta.indices), convert(sparse_delta.values, variable.dtype)
    indices = index(f"ResourceScatter{how}", indices)
    shape = variable._current().aval.shape
    expected = indices.aval.shape + shape[1:]
    if values.aval.shape not in ((), expected):
        raise op_error(
            f"ResourceScatter{how}",
            "Must have updates.shape = indices.shape + params.shape[1:] or updates.shape = [], got "
            f"updates.shape {brackets(values.aval.shape)}, indices.shape "
            f"{brackets(indices.aval.shape)}, params.shape {brackets(shape)}",
            name=None,
        )
    _check_rows(f"ResourceScatter{how}", indices, shape)
    if how == "Div" and values.aval.dtype.kind in "iu" and not values._is_symbolic():
        if not values._host_value().all():
            raise op_error("ResourceScatterDiv", "updates must not contain 0", name=None)
    variable._update(_ROWS[how], indices, values)


def _check_rows(kernel: str, indices, shape) -> None:
    if reports.collected():
        text = f"indices{{at}} = {{value}} is not in [0, {shape[0]})"
        check_elements(kernel, indices, shape[0], text)
        return
    if indices._is_symbolic() or within(indices, shape[0]):
        return
    rows = indices._host_value()
    bad = (rows < 0) | (rows >= shape[0])
    if bad.any():
        where = tuple(np.argwhere(bad)[0])
        at = ",".join(map(str, where))
        raise op_error(
            kernel, f"indices[{at}] = {rows[where]} is not in [0, {shape[0]})", name=None
        )


def scatter_nd(variable, how: str, indices: Any, updates: Any) -> None:
    """Writes the slices at multi-dimensional indices."""
    kernel = f"ResourceScatterNd{how}"
    indices = index(kernel, indices)
    updates = convert(updates, variable.dtype)
    shape = variable._current().aval.shape
    depth = indices.aval.shape[-1]
    _check_nd_shapes(kernel, shape, indices.aval.shape, updates.aval.shape)
    if reports.collected():
        check_vectors(kernel, indices, shape[:depth], not_in_box(shape))
    elif not indices._is_symbolic():
        rows = indices._host_value()
        limits = np.array(shape[:depth])
        bad = ((rows < 0) | (rows >= limits)).any(-1)
        if bad.any():
            where = tuple(np.argwhere(bad)[0])
            at = ",".join(map(str, where))
            raise op_error(
                kernel,
                f"indices[{at}] = {rows[where].tolist()} does not index into shape "
                f"{brackets(shape)}",
                name=None,
            )
    variable._update(_ND[how], indices, updates)


def _check_nd_shapes(kernel: str, shape, indices, updates) -> None:
    batch, depth = len(indices) - 1, indices[-1]
    if updates[:batch] != indices[:-1]:
        raise op_error(
            kernel,
            f"Dimensions [0,{batch}) of indices[shape={brackets(indices)}] = "
            f"{math.prod(indices[:-1])} must match dimensions [0,{batch}) of "
            f"updates[shape={brackets(updates)}] = {math.prod(updates[:batch])}",
            name=None,
        )
    if depth > len(shape) or updates[batch:] != shape[depth:]:
        raise op_error(
            kernel,
            f"Dimensions [{depth},{len(shape)}) of input[shape={brackets(shape)}] must match "
            f"dimensions [{depth},{len(updates)}) of updates[shape={brackets(updates)}]",
            name=None,
        )


def batch_scatter_update(variable, sparse_delta: Any) -> None:
    """Replaces rows within each batch."""
    if not isinstance(sparse_delta, IndexedSlices):
        raise TypeError(
            f"Argument `sparse_delta` must be a `tf.IndexedSlices`. Received arg: {sparse_delta}"
        )
    indices = index("ResourceScatterNdUpdate", sparse_delta.indices)._host_value()
    batch = np.indices(indices.shape[:-1]).reshape(indices.ndim - 1, *indices.shape[:-1], 1)
    parts = [np.broadcast_to(b, indices.shape) for b in batch] + [indices]
    scatter_nd(variable, "Update", np.stack(parts, -1), sparse_delta.values)


def count_up_to(variable, limit: int):
    """The value before adding one; OutOfRangeError at the limit."""
    kernel = "ResourceCountUpTo"
    if variable.dtype not in (dtypes.int32, dtypes.int64):
        raise errors.dtype_not_allowed(kernel, variable.dtype, (dtypes.int32, dtypes.int64))
    if variable.shape.rank != 0:
        raise op_error(kernel, f"input is not a scalar: {brackets(variable.shape.as_list())}")
    before = variable._current()._host_value()
    if before >= limit:
        raise op_error(kernel, f"Reached limit of {limit}", errors.OutOfRangeError)
    variable.assign(from_value(before + np.array(1, before.dtype)))
    return from_value(before)
