"""Reading slices by index: gather, gather_nd, where, boolean_mask.

Indices are checked at the call, as TensorFlow does on CPU, and in functions when the program runs
(reports.py). In a function that XLA is asked for (`jit_compile`) they are clamped, there as here.
"""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tfshim._src import reports, static
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import op_error, require
from tfshim._src.movement import moves
from tfshim._src.ops.common import brackets
from tfshim._src.ops.extent import takes_elements, within
from tfshim._src.ops.index_checks import at, check_elements, check_vectors
from tfshim._src.ops.shaping import reshape, squeeze, take
from tfshim._src.ops.vectors import index_array
from tfshim._src.registry import export, op
from tfshim._src.rules import each, fixed, same
from tfshim._src.tensor import EagerTensor, Tensor

_GATHER_INDEX = ("int16", "int32", "int64")


def _slices(call) -> list[Any]:
    """The gradient of a gather along the first axis: the rows of the cotangent, by their index."""
    from tfshim._src.indexed_slices import IndexedSlices, densify

    params, indices = call.inputs
    batch, axis = call.attrs["batch_dims"], call.attrs["axis"]
    (cotangent,) = call.cotangents
    cotangent = densify(cotangent)
    if batch or axis:
        return [_gather_pullback(params, indices, cotangent, axis, batch), None]
    tail = params.aval.shape[1:]
    values = reshape(cotangent, (indices.aval.size, *tail))
    shape = from_array(np.array(params.aval.shape, np.int32))
    return [IndexedSlices(values, reshape(indices, (-1,)), shape), None]


def _gather_body(params, indices, axis: int, batch_dims: int):
    axis %= params.ndim

    def one(p, i):
        at = axis - batch_dims
        if not p.shape[at]:  # jnp.take forgets the shape of the indices then
            return jnp.zeros((*p.shape[:at], *i.shape, *p.shape[at + 1 :]), p.dtype)
        return jnp.take(p, i, axis=at, mode="clip")

    for _ in range(batch_dims):
        one = jax.vmap(one)
    return one(params, indices)


@op(kernel="GatherV2Grad", inputs=each("params", "indices", "cotangent"), diff=("cotangent",))
def _gather_pullback(params, indices, cotangent, axis, batch_dims):
    _, pull = jax.vjp(lambda p: _gather_body(p, indices, axis, batch_dims), params)
    return pull(cotangent)[0]


@takes_elements
@moves
@op(
    kernel="GatherV2",
    inputs=each("params") + each("indices", of=_GATHER_INDEX, attr="Tindices"),
    grad=_slices,
)
def _gather(params, indices, axis, batch_dims):
    return _gather_body(params, indices, axis, batch_dims)


def check_range(indices: EagerTensor, size: int, kernel: str = "GatherV2") -> None:
    """Raises for the first index outside [0, size); in a function, when it runs."""
    text = f"indices{{at}} = {{value}} is not in [0, {size})"
    if indices._is_symbolic():
        check_elements(kernel, indices, size, text)
        return
    if within(indices, size):
        return
    values = indices._host_value()
    if not values.size:
        return
    if reports.collected():
        check_elements(kernel, indices, size, text)  # a function may never run the node
        return
    where = tuple(np.argwhere((values < 0) | (values >= size))[0])
    shown = text.replace("{at}", at("", where)).replace("{value}", str(values[where]))
    raise op_error(kernel, shown)


def _axis(value: Any) -> int:
    found = index_array(value, "GatherV2", "Taxis")
    if found.ndim:
        raise op_error("GatherV2", "axis must be scalar")
    return int(found)


@export("tf.gather")
def gather(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None) -> Tensor:
    """The slices of `params` at `indices` along an axis.

    Args:
      params: tensor or variable of rank 1 or more.
      indices: integer tensor of any shape.
      validate_indices: deprecated; indices are always checked.
      axis: may be negative; `batch_dims` by default.
      batch_dims: number of leading axes that `params` and `indices` share.
      name: ignored.

    Returns:
      A tensor of shape params.shape[:axis] + indices.shape[batch_dims:] + params.shape[axis + 1:].

    Raises:
      InvalidArgumentError: for an index, axis or batch_dims out of range.
    """
    ragged = getattr(params, "_ragged_gather", None) or getattr(indices, "_ragged_gather", None)
    if ragged is not None:
        return ragged(params, indices, axis=axis, batch_dims=batch_dims)
    x, i = convert(params), convert(indices)
    batch = static.integer(batch_dims)
    at = batch if axis is None else _axis(axis)
    rank, index_rank = x.ndim, i.ndim
    if rank == 0:
        raise op_error("GatherV2", "params must be at least 1 dimensional")
    if not -rank <= at < rank:
        least = at + 1 if at >= 0 else -at
        raise op_error("GatherV2", f"Shape must be at least rank {least} but is rank {rank}")
    if at == 0:
        batch = 0  # TensorFlow does not look at batch_dims then
    # TensorFlow's gradient is IndexedSlices for axis 0, but dense where that was given as -rank.
    given, at = at, at % rank
    if batch:
        if not -index_rank <= batch <= index_rank:
            raise op_error(
                "GatherV2",
                f"Expected batch_dims in the range [{-index_rank}, {index_rank}], but got {batch}",
            )
        batch = batch + index_rank if batch < 0 else batch
        if batch >= rank:
            raise op_error(
                "GatherV2", f"batch_dims ({batch}) must be less than rank(params) ({rank})."
            )
        if at < batch:
            raise op_error(
                "GatherV2",
                f"batch_dims ({batch}) must be less than or equal to axis ({at}).",
            )
        for d in range(batch):
            a, b = x.aval.shape[d], i.aval.shape[d]
            if a != b:
                raise op_error(
                    "GatherV2",
                    f"params.shape[{d}]: {a} should be equal to indices.shape[{d}]: {b}",
                )
    if i.aval.dtype.kind in "iu":
        check_range(i, x.aval.shape[at])
    return _gather(x, i, given if given == -rank else at, batch)


def row(params: EagerTensor, index: Any) -> Tensor:
    """One row at an index that is known to be in range."""
    return _gather(params, index, 0, 0)


def sparse_read(variable, indices) -> Tensor:
    """The rows of a variable at `indices`; its gradient is `tf.IndexedSlices`."""
    return gather(variable, indices, axis=0)


# -- gather_nd -----------------------------------------------------------------------


def nd_index(indices, depth: int):
    """The columns of an index array [..., depth], as a tuple for indexing."""
    return tuple(indices[..., d] for d in range(depth))


def _gather_nd_body(params, indices):
    depth = indices.shape[-1]
    if depth == 0:
        return jnp.broadcast_to(params, (*indices.shape[:-1], *params.shape))
    return params.at[nd_index(indices, depth)].get(mode="clip")


def _nd_slices(call) -> list[Any]:
    """The same for a list of index vectors of length 1; others give a dense gradient."""
    from tfshim._src.indexed_slices import IndexedSlices, densify

    params, indices = call.inputs
    cotangent = densify(call.cotangents[0])
    vectors = indices.ndim == 2 and indices.aval.shape[-1] == 1
    if not vectors or call.attrs["batch_dims"] or call.attrs["ignore"]:
        batch, ignore = call.attrs["batch_dims"], call.attrs["ignore"]
        return [_gather_nd_pullback(params, indices, cotangent, batch, ignore), None]
    shape = from_array(np.array(params.aval.shape, indices.aval.dtype.np))
    return [IndexedSlices(cotangent, squeeze(indices, -1), shape), None]


@op(kernel="GatherNdGrad", inputs=each("params", "indices", "cotangent"), diff=("cotangent",))
def _gather_nd_pullback(params, indices, cotangent, batch_dims, ignore):
    body = _gather_nd.op.body  # type: ignore[attr-defined]
    _, pull = jax.vjp(lambda p: body(p, indices, batch_dims, ignore), params)
    return pull(cotangent)[0]


@moves
@op(
    kernel="GatherNd",
    inputs=each("params") + each("indices", of=_GATHER_INDEX, attr="Tindices"),
    grad=_nd_slices,
)
def _gather_nd(params, indices, batch_dims, ignore):
    body = _gather_nd_body
    for _ in range(batch_dims):
        body = jax.vmap(body)
    found = body(params, indices)
    if not ignore:
        return found
    depth = indices.shape[-1]
    sizes = np.array(params.shape[batch_dims : batch_dims + depth], indices.dtype)
    inside = jnp.all((indices >= 0) & (indices < sizes), -1)
    inside = inside.reshape(inside.shape + (1,) * (found.ndim - inside.ndim))
    return jnp.where(inside, found, jnp.zeros((), found.dtype))


@export("tf.gather_nd")
def gather_nd(params, indices, batch_dims=0, name=None, bad_indices_policy="") -> Tensor:
    """The slices of `params` at multi-dimensional indices.

    Args:
      params: tensor or variable.
      indices: integer tensor of shape [..., depth].
      batch_dims: number of leading axes that `params` and `indices` share.
      name: ignored.
      bad_indices_policy: "IGNORE" gives zeros for an index out of range; "", "DEFAULT" and "ERROR"
        raise.

    Returns:
      A tensor of shape indices.shape[:-1] + params.shape[batch_dims + depth:].

    Raises:
      InvalidArgumentError: for an index out of range or a shape that does not fit.
    """
    batch = static.integer(batch_dims)
    x, i = convert(params), convert(indices)
    if bad_indices_policy not in ("", "DEFAULT", "ERROR", "IGNORE"):
        raise op_error("GatherNd", f"Bad indices policy: {bad_indices_policy}")
    ignore = bad_indices_policy == "IGNORE"
    if x.ndim < 1:
        raise op_error("GatherNd", "params must be at least a vector")
    if i.ndim < 1:
        raise op_error("GatherNd", "indices must be at least a vector")
    if batch >= i.ndim:
        raise ValueError(
            f"Argument `batch_dims` = {batch} must be less than rank(`indices`) = {i.ndim}"
        )
    depth = i.aval.shape[-1]
    if depth > x.ndim - batch:
        raise op_error(
            "GatherNd",
            f"index innermost dimension length must be <= params rank; saw: {depth} vs. {x.ndim}",
        )
    if not x.aval.size and math.prod(i.aval.shape[:-1]):
        raise op_error(
            "GatherNd",
            "Requested more than 0 entries, but params is empty.  Params shape: "
            f"{brackets(x.aval.shape)}",
        )
    if not ignore:
        check_vectors(
            "GatherNd",
            i,
            x.aval.shape[batch : batch + depth],
            f"indices{{at}} = [{'{place}' if batch else ''}{{value}}] does not index into param "
            f"shape {brackets(x.aval.shape)}, node name: GatherNd",
        )
    sizes = x.aval.shape[batch : batch + depth]
    skip = ignore or reports.collected() or i._is_symbolic() or i.aval.dtype.kind not in "iu"
    if not skip and not (sizes and within(i, min(sizes))) and i.aval.size:
        values = i._host_value()
        bad = np.any((values < 0) | (values >= np.array(sizes)), -1)
        if bad.any():
            where = np.argwhere(bad)[0]
            shown = ",".join(map(str, where))
            if batch:
                values = np.concatenate(
                    [np.broadcast_to(where, values.shape)[..., :batch], values], -1
                )
            at = ", ".join(map(str, values[tuple(where)]))
            name_ = f"indices[{shown}]" if where.size else "indices"
            raise op_error(
                "GatherNd",
                f"{name_} = [{at}] does not index into param shape {brackets(x.aval.shape)}, node "
                "name: GatherNd",
            )
    return _gather_nd(x, i, batch, ignore)


# -- where ---------------------------------------------------------------------------


_WHERE = (
    "float", "double", "int32", "uint8", "int16", "int8", "complex64", "int64", "qint8", "quint8",
    "qint32", "bfloat16", "qint16", "quint16", "uint16", "complex128", "half", "uint32", "uint64",
    "bool",
)  # fmt: skip


@moves
@op(kernel="SelectV2", inputs=fixed("bool", "condition") + same("x", "y"), diff=("x", "y"))
def _select(condition, x, y):
    try:
        shape = jnp.broadcast_shapes(condition.shape, x.shape, y.shape)
    except ValueError:
        require(
            False,
            f"condition {brackets(condition.shape)}, then {brackets(x.shape)}, and else "
            f"{brackets(y.shape)} must be broadcastable",
        )
        raise
    return jnp.where(jnp.broadcast_to(condition, shape), x, y)


@op(kernel="Where", inputs=each("condition", of=_WHERE), host=True, grad=None)
def _where(condition):
    if not condition.ndim:
        raise op_error("Where", "WhereOp : Unhandled input dimensions: 0")
    flat = np.flatnonzero(condition)
    places = np.empty((flat.size, condition.ndim), np.int64)
    for axis in reversed(range(condition.ndim)):  # a third of what np.argwhere takes
        above = flat // condition.shape[axis] if axis else 0
        places[:, axis] = flat - above * condition.shape[axis]
        flat = above
    return places


@export("tf.where")
def where(condition, x=None, y=None, name=None) -> Tensor:
    """x where the condition holds, else y; without both, the indices where it holds.

    Args:
      condition: bool tensor; of any numeric dtype if x and y are left out.
      x, y: tensors of one dtype that broadcast with the condition.
      name: ignored.

    Returns:
      A tensor of the broadcast shape, or int64 indices of shape [k, rank], in row-major order.

    Raises:
      ValueError: if only one of x and y is given.
      InvalidArgumentError: for shapes that do not broadcast.
    """
    if x is None and y is None:
        return _where(condition)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return _select(condition, x, y)


@export("tf.boolean_mask")
def boolean_mask(tensor, mask, axis=None, name="boolean_mask") -> Tensor:
    """The slices where a mask holds.

    Args:
      tensor: of rank n.
      mask: bool tensor of rank k <= n, of the shape of `tensor` from `axis` on.
      axis: where the mask's first axis is; 0 by default.
      name: ignored.

    Returns:
      A tensor of rank n - k + 1.

    Raises:
      ValueError: for a scalar mask or shapes that do not fit.
    """
    ragged = getattr(tensor, "_ragged_mask", None) or getattr(mask, "_ragged_mask", None)
    if ragged is not None:
        return ragged(tensor, mask)
    x, m = convert(tensor), convert(mask)
    if m.ndim == 0:
        raise ValueError("mask cannot be scalar.")
    at = 0 if axis is None else static.integer(axis)
    part = x.aval.shape[at : at + m.ndim]
    if part != m.aval.shape:
        from tfshim._src.shapes import TensorShape

        raise ValueError(f"Shapes {TensorShape(part)} and {m.shape} are incompatible")
    at = at + x.ndim if at < 0 else at
    keep = np.flatnonzero(static.host(m)).astype(np.int32)
    shape = x.aval.shape
    if m.ndim != 1:
        x = reshape(x, (*shape[:at], m.aval.size, *shape[at + m.ndim :]))
    return take(x, from_array(keep), at)
