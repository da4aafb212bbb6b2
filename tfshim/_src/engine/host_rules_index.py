"""Host rules of gather, scatter and dynamic slices, in all their dimension numbers and modes."""

import math

import numpy as np
from jax.lax import GatherScatterMode

from tfshim._src.engine.host_rules import Kernel, int_range, is_floating, rule, widened


@rule("dynamic_slice")
def _dynamic_slice(eqn):
    sizes = tuple(map(int, eqn.params["slice_sizes"]))
    room = [full - size for full, size in zip(eqn.inputs[0].shape, sizes, strict=True)]

    def call(x, *starts):
        where = []
        for start, size, most in zip(starts, sizes, room, strict=True):
            first = min(max(int(start), 0), most)
            where.append(slice(first, first + size))
        return x[tuple(where)]

    return call


@rule("dynamic_update_slice")
def _dynamic_update_slice(eqn):
    sizes = eqn.inputs[1].shape
    room = [full - size for full, size in zip(eqn.inputs[0].shape, sizes, strict=True)]

    def call(x, update, *starts):
        where = []
        for start, size, most in zip(starts, sizes, room, strict=True):
            first = min(max(int(start), 0), most)
            where.append(slice(first, first + size))
        result = np.array(x)
        result[tuple(where)] = update
        return result

    return call


def clamped_indices(indices, most):
    """The index vectors as int64, without wrapping huge unsigned values, and before clamping.

    most: the largest admissible start of each component, last axis of `indices`.
    """
    if indices.dtype == np.uint64:
        indices = np.minimum(indices, np.uint64(np.iinfo(np.int64).max))
    indices = indices.astype(np.int64, copy=False)
    return indices, np.minimum(np.maximum(indices, 0), most)


class Placement:
    """Where the elements of a gather's result (or a scatter's updates) sit in the operand.

    slice_sizes: the window's size along each operand dimension.
    window_dims: result dimensions that run inside a window.
    collapsed: operand dimensions (of window size 1) that the result does not have.
    component_dims: the operand dimension that each component of an index vector addresses.
    batching, index_batching: operand dimensions and the index dimensions they go along with.
    """

    def __init__(
        self, shape, result_rank, slice_sizes, window_dims, collapsed, component_dims,
        batching, index_batching,
    ):  # fmt: skip
        self.slice_sizes = slice_sizes
        self.component_dims = tuple(map(int, component_dims))
        window_dims = tuple(map(int, window_dims))
        batching = tuple(map(int, batching))
        absent = {int(dim) for dim in collapsed} | set(batching)
        self.batch_dims = tuple(dim for dim in range(result_rank) if dim not in window_dims)
        self.most = np.array(
            [shape[dim] - slice_sizes[dim] for dim in self.component_dims], np.int64
        )
        strides = [math.prod(shape[dim + 1 :]) for dim in range(len(shape))]
        self.strides = np.array([strides[dim] for dim in self.component_dims], np.int64)
        kept = [dim for dim in range(len(shape)) if dim not in absent]
        # Offsets inside the window, and along batching dimensions: known statically.
        self.result_rank = result_rank
        self.offsets = np.zeros((1,) * result_rank, np.int64)
        for dim, place in zip(kept, window_dims, strict=True):
            self._advance(place, slice_sizes[dim], strides[dim])
        for dim, index_dim in zip(batching, index_batching, strict=True):
            self._advance(self.batch_dims[int(index_dim)], shape[dim], strides[dim])

    def _advance(self, place, size, stride):
        shape = [1] * self.result_rank
        shape[place] = size
        self.offsets = self.offsets + (np.arange(size, dtype=np.int64) * stride).reshape(shape)

    def spread(self, batch):
        """An array over the batch dimensions, with 1 along the window's."""
        shape = [1] * self.result_rank
        for dim, size in zip(self.batch_dims, batch.shape, strict=True):
            shape[dim] = size
        return batch.reshape(shape)

    def positions(self, starts):
        """The position in the flat operand of each element of the result."""
        return self.offsets + self.spread(starts @ self.strides)


def _fill_value(eqn):
    value, dtype = eqn.params.get("fill_value"), eqn.outputs[0].dtype
    if value is not None:
        return np.asarray(value).astype(dtype)
    if dtype == np.bool_:
        return np.asarray(True)
    if dtype.kind == "c" or is_floating(dtype):
        return np.asarray(np.nan).astype(dtype)
    low, high = int_range(dtype)
    return np.asarray(low if low < 0 else high).astype(dtype)


@rule("gather")
def _gather(eqn):
    numbers, mode = eqn.params["dimension_numbers"], eqn.params["mode"]
    shape = eqn.inputs[0].shape
    result_shape = eqn.outputs[0].shape
    sizes = tuple(map(int, eqn.params["slice_sizes"]))
    if mode is GatherScatterMode.ONE_HOT:
        return None
    batching = tuple(getattr(numbers, "operand_batching_dims", ()))
    placement = Placement(
        shape, len(result_shape), sizes, numbers.offset_dims, numbers.collapsed_slice_dims,
        numbers.start_index_map, batching, getattr(numbers, "start_indices_batching_dims", ()),
    )  # fmt: skip
    most = placement.most
    fetch = _take(placement, eqn, batching) or (
        lambda x, starts: x.reshape(-1).take(placement.positions(starts))
    )
    if mode is not GatherScatterMode.FILL_OR_DROP:
        return lambda x, indices: fetch(x, clamped_indices(indices, most)[1])
    fill = _fill_value(eqn)

    def call(x, indices):
        indices, starts = clamped_indices(indices, most)
        inside = (indices == starts).all(-1)
        if inside.all():
            return fetch(x, starts)
        if 0 in shape:
            return np.full(result_shape, fill)
        return np.where(placement.spread(inside), fetch(x, starts), fill)

    return call


def _take(placement, eqn, batching) -> Kernel | None:
    """The commonest gather, whole slices along one axis, as `np.take`."""
    shape, sizes = eqn.inputs[0].shape, placement.slice_sizes
    if batching or len(placement.component_dims) != 1 or 0 in shape:
        return None
    (axis,) = placement.component_dims
    numbers = eqn.params["dimension_numbers"]
    if tuple(numbers.collapsed_slice_dims) != (axis,):
        return None
    if any(size != full for dim, (size, full) in enumerate(zip(sizes, shape)) if dim != axis):
        return None
    # take puts the batch dimensions where the axis was.
    rank, batch_rank = placement.result_rank, len(placement.batch_dims)
    window = [dim for dim in range(rank) if dim not in placement.batch_dims]
    made = window[:axis] + list(placement.batch_dims) + window[axis:]
    order = tuple(made.index(dim) for dim in range(rank))
    if order == tuple(range(rank)):
        return lambda x, starts: x.take(starts[..., 0], axis)
    assert batch_rank
    return lambda x, starts: x.take(starts[..., 0], axis).transpose(order)


_COMBINE = {
    "scatter": None,
    "scatter-add": np.add,
    "scatter_add": np.add,
    "scatter-sub": np.subtract,
    "scatter_sub": np.subtract,
    "scatter-mul": np.multiply,
    "scatter_mul": np.multiply,
    "scatter-min": np.minimum,
    "scatter_min": np.minimum,
    "scatter-max": np.maximum,
    "scatter_max": np.maximum,
}


@rule(*_COMBINE)
def _scatter(eqn):
    # Plain scatter only moves values; the others compute, narrow dtypes in a wider one.
    return _build_scatter(eqn) if eqn.name == "scatter" else widened(_build_scatter, eqn)


def _build_scatter(eqn) -> Kernel | None:
    numbers, mode = eqn.params["dimension_numbers"], eqn.params["mode"]
    (shape, dtype), _, (update_shape, _) = eqn.inputs
    combine = _COMBINE[eqn.name]
    if combine is None and eqn.params.get("update_jaxpr") is not None:
        return None
    if mode is GatherScatterMode.ONE_HOT or (
        dtype.kind == "c" and combine in (np.minimum, np.maximum)
    ):
        return None
    batching = tuple(getattr(numbers, "operand_batching_dims", ()))
    absent = {int(dim) for dim in (*numbers.inserted_window_dims, *batching)}
    windows = iter(numbers.update_window_dims)
    sizes = tuple(
        1 if dim in absent else int(update_shape[int(next(windows))]) for dim in range(len(shape))
    )
    placement = Placement(
        shape, len(update_shape), sizes, numbers.update_window_dims, numbers.inserted_window_dims,
        numbers.scatter_dims_to_operand_dims, batching,
        getattr(numbers, "scatter_indices_batching_dims", ()),
    )  # fmt: skip
    clip = mode is GatherScatterMode.CLIP
    # XLA goes from index to index, then through the window: of two writes the later one stays.
    windows = (dim for dim in range(len(update_shape)) if dim not in placement.batch_dims)
    order = (*placement.batch_dims, *windows)

    def call(x, indices, updates):
        indices, starts = clamped_indices(indices, placement.most)
        result = np.array(x, order="C")
        if not updates.size:
            return result
        if clip:
            inside = None
        else:
            # A window that does not fit whole is dropped whole.
            inside = (indices == starts).all(-1)
            if inside.all():
                inside = None
        positions = placement.positions(starts).transpose(order).reshape(-1)
        updates = updates.transpose(order).reshape(-1)
        if inside is not None:
            chosen = np.broadcast_to(placement.spread(inside), update_shape)
            chosen = chosen.transpose(order).reshape(-1)
            positions, updates = positions[chosen], updates[chosen]
        flat = result.reshape(-1)
        if combine is None:
            flat[positions] = updates
        else:
            combine.at(flat, positions, updates)
        return result

    return call
