"""Writing slices by index: scatter_nd and the tensor_scatter_nd family."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import reports
from tfshim._src.convert import convert_inputs
from tfshim._src.errors import fail, op_error, require
from tfshim._src.movement import moves
from tfshim._src.ops.common import brackets
from tfshim._src.ops.extent import within
from tfshim._src.ops.gather import nd_index
from tfshim._src.ops.index_checks import check_vectors, not_in_box
from tfshim._src.ops.vectors import index_array
from tfshim._src.registry import export, op
from tfshim._src.rules import each, same
from tfshim._src.tensor import EagerTensor, Tensor

_INDEX = ("int16", "int32", "int64")
_POLICIES = ("", "DEFAULT", "ERROR", "IGNORE")


def _outside(indices: np.ndarray, sizes: tuple[int, ...]) -> np.ndarray | None:
    """The place of the first index vector that is out of range, or None."""
    bad = np.any((indices < 0) | (indices >= np.array(sizes, np.int64)), -1)
    return np.argwhere(bad)[0] if bad.any() else None


def check_nd(indices: EagerTensor, shape: tuple[int, ...], kernel: str) -> None:
    """Raises for an index vector that does not index into `shape`, outside of functions."""
    if reports.collected() or indices._is_symbolic() or not indices.ndim:
        return
    sizes = shape[: indices.aval.shape[-1]]
    if sizes and indices.aval.dtype.kind in "iu" and within(indices, min(sizes)):
        return
    values = indices._host_value()
    depth = values.shape[-1]
    if not values.size or depth > len(shape) or values.dtype.kind not in "iu":
        return
    where = _outside(values, shape[:depth])
    if where is not None:
        at = ", ".join(map(str, values[tuple(where)]))
        shown = f"indices[{','.join(map(str, where))}]" if where.size else "indices"
        raise op_error(kernel, f"{shown} = [{at}] does not index into shape {brackets(shape)}")


def check_nd_later(indices: EagerTensor, shape: tuple[int, ...], kernel: str) -> None:
    """The same in a function, when it runs; to be called before the op."""
    if reports.collected() and indices.ndim and indices.aval.shape[-1] <= len(shape):
        check_vectors(kernel, indices, shape[: indices.aval.shape[-1]], not_in_box(shape))


def _check_policy(policy: str, kernel: str) -> bool:
    if policy not in _POLICIES:
        raise op_error(kernel, f"Unknown bad indices handling attribute: {policy}")
    return policy == "IGNORE"


def _target(out, indices):
    """`out.at[...]` of index vectors; those out of range are dropped."""
    depth = indices.shape[-1]
    columns = nd_index(indices, depth)
    sizes = out.shape[:depth]
    # Negative indices would count from the end; they are out of range here.
    kept = [
        jnp.where(c < 0, np.asarray(n, c.dtype), c) for c, n in zip(columns, sizes, strict=True)
    ]
    return out.at[tuple(kept)]


def _refuse_flat(indices, updates, shape) -> None:
    """Raises for 1-D indices: TensorFlow's kernels take them for index vectors of length 1, which
    its own checks then do not allow."""
    if indices.ndim != 1:
        return
    shown = f"updates[shape={brackets(updates.shape)}]"
    if updates.shape[0] != indices.shape[0]:
        fail(
            f"Dimensions [0,1) of indices[shape={brackets(indices.shape)}] = {indices.shape[0]} "
            f"must match dimensions [0,1) of {shown} = {updates.shape[0]}"
        )
    fail(
        f"Dimensions [1,{len(shape)}) of input[shape={brackets(shape)}] must match dimensions "
        f"[1,{updates.ndim}) of {shown}"
    )


def _whole(indices, updates, shape):
    """Updates of index vectors of length 0, each of which writes all of the output."""
    return jnp.reshape(updates, (-1, *shape))


@moves
@op(
    kernel="ScatterNd",
    inputs=each("indices", of=_INDEX, attr="Tindices") + same("updates"),
    diff=("updates",),
)
def _scatter_nd(indices, updates, shape):
    for n in shape:
        require(n >= 0, f"Dimension {n} must be >= 0")
    require(
        indices.ndim >= 1,
        f"Indices shape must have rank at least one. Found:{brackets(indices.shape)}",
    )
    require(
        updates.ndim >= 1,
        f"Updates shape must have rank at least one. Found:{brackets(updates.shape)}",
    )
    outer, depth = indices.ndim - 1, indices.shape[-1]
    shown = f"updates[shape={brackets(updates.shape)}]"
    if updates.shape[:outer] != indices.shape[:outer]:
        fail(
            f"Dimensions [0,{outer}) of indices[shape={brackets(indices.shape)}] must match "
            f"dimensions [0,{outer}) of {shown}"
        )
    if depth > len(shape) or updates.shape[outer:] != shape[depth:]:
        fail(
            f"Dimensions [{depth},{len(shape)}) of input[shape={brackets(shape)}] must match "
            f"dimensions [{outer},{updates.ndim}) of {shown}"
        )
    _refuse_flat(indices, updates, shape)
    if depth == 0:
        return jnp.sum(_whole(indices, updates, shape), 0, dtype=updates.dtype)
    target = _target(jnp.zeros(shape, updates.dtype), indices)
    if updates.dtype == bool:
        return target.max(updates, mode="drop")
    return target.add(updates, mode="drop")


@op(kernel="ScatterNd", inputs=each("indices", "updates"), host=True, grad=None)
def _scatter_nd_strings(indices, updates, shape):
    out = np.empty(shape, object)
    out[...] = b""
    for where in np.ndindex(*indices.shape[:-1]):
        at = tuple(indices[where])
        out[at] = out[at] + updates[where]
    return out


@export("tf.scatter_nd")
def scatter_nd(indices, updates, shape, bad_indices_policy="", name=None) -> Tensor:
    """Zeros with slices added at multi-dimensional indices.

    Args:
      indices: integer tensor of shape [..., depth].
      updates: tensor of shape indices.shape[:-1] + shape[depth:]; repeated indices add up.
      shape: of the result, 1-D.
      bad_indices_policy: "IGNORE" drops an index out of range; "", "DEFAULT" and "ERROR" raise.
      name: ignored.

    Raises:
      InvalidArgumentError: for an index out of range or shapes that do not fit.
    """
    sizes = index_array(shape, "ScatterNd", "Tindices")
    if sizes.ndim != 1:
        raise op_error("ScatterNd", "Shape must be a vector")
    target = tuple(sizes.tolist())
    ignore = _check_policy(bad_indices_policy, "ScatterNd")
    i, u = convert_inputs(_scatter_nd.op, (indices, updates))  # type: ignore[attr-defined]
    if u.aval.dtype.kind == "s":
        check_nd(i, target, "ScatterNd")
        return _scatter_nd_strings(i, u, target)
    if not ignore:
        check_nd_later(i, target, "ScatterNd")
    result = _scatter_nd(i, u, target)
    if not ignore:
        check_nd(i, target, "ScatterNd")
    return result


# -- on top of a tensor --------------------------------------------------------------


def _check_update(tensor, indices, updates) -> None:
    require(
        indices.ndim >= 1,
        f"Indices shape must have rank at least one. Found:{brackets(indices.shape)}",
    )
    require(
        updates.ndim >= 1,
        f"Updates shape must have rank at least one. Found:{brackets(updates.shape)}",
    )
    outer, depth = indices.ndim - 1, indices.shape[-1]
    if updates.ndim < outer or updates.shape[:outer] != indices.shape[:outer]:
        fail(
            "Outer dimensions of indices and update must match. Indices shape: "
            f"{brackets(indices.shape)}, updates shape:{brackets(updates.shape)}"
        )
    inner = updates.ndim - outer
    if depth > tensor.ndim or tensor.ndim - depth != inner:
        fail(
            "Inner dimensions of output shape must match inner dimensions of updates shape. "
            f"Output: {brackets(tensor.shape)} updates: {brackets(updates.shape)}"
        )
    if tensor.shape[depth:] != updates.shape[outer:]:
        fail(
            f"The inner {inner} dimensions of output.shape={brackets(tensor.shape)} must match the "
            f"inner {inner} dimensions of updates.shape={brackets(updates.shape)}"
        )
    _refuse_flat(indices, updates, tensor.shape)


def _apply(tensor, indices, updates, how: str):
    _check_update(tensor, indices, updates)
    if indices.shape[-1] == 0:
        # Every update writes the whole tensor.
        stacked = jnp.reshape(updates, (-1, *tensor.shape))
        where = (jnp.zeros((stacked.shape[0],), jnp.int32),)
        return getattr(tensor[None].at[where], how)(stacked)[0]
    return getattr(_target(tensor, indices), how)(updates, mode="drop")


def _rows(grad, indices):
    depth = indices.shape[-1]
    if depth == 0:
        return jnp.broadcast_to(grad, (*indices.shape[:-1], *grad.shape))
    return grad.at[nd_index(indices, depth)].get(mode="fill", fill_value=0)


def _update_vjp(inputs, _, cotangent, **__):
    tensor, indices, updates = inputs
    written = _apply(jnp.zeros(tensor.shape, bool), indices, jnp.ones(updates.shape, bool), "set")
    kept = jnp.where(written, jnp.zeros((), cotangent.dtype), cotangent)
    return kept, None, _rows(cotangent, indices)


def _extreme_vjp(inputs, output, cotangent, **__):
    """Shares the gradient among all that equal the result, as many as there are."""
    tensor, indices, updates = inputs
    ours = (tensor == output).astype(cotangent.dtype)
    theirs = (updates == _rows(output, indices)).astype(cotangent.dtype)
    count = ours + _apply(jnp.zeros_like(cotangent), indices, theirs, "add")
    share = cotangent / count
    return share * ours, None, _rows(share, indices) * theirs


_RULE = each("indices", of=_INDEX, attr="Tindices") + same("tensor", "updates")


@op(kernel="TensorScatterAdd", inputs=_RULE)
def _scatter_add(tensor, indices, updates):
    return _apply(tensor, indices, updates, "add")


@op(kernel="TensorScatterSub", inputs=_RULE)
def _scatter_sub(tensor, indices, updates):
    return _apply(tensor, indices, -updates, "add")


@op(kernel="TensorScatterMin", inputs=_RULE, vjp=_extreme_vjp)
def _scatter_min(tensor, indices, updates):
    return _apply(tensor, indices, updates, "min")


@op(kernel="TensorScatterMax", inputs=_RULE, vjp=_extreme_vjp)
def _scatter_max(tensor, indices, updates):
    return _apply(tensor, indices, updates, "max")


@moves
@op(kernel="TensorScatterUpdate", inputs=_RULE, vjp=_update_vjp)
def _scatter_update(tensor, indices, updates):
    return _apply(tensor, indices, updates, "set")


def _scatter(public: Any, tensor, indices, updates, policy: str) -> Tensor:
    entry = public.op
    ignore = _check_policy(policy, entry.kernel)
    t, i, u = convert_inputs(entry, (tensor, indices, updates))
    if not ignore:
        check_nd_later(i, t.aval.shape, entry.kernel)
    result = public(t, i, u)
    if not ignore:
        check_nd(i, t.aval.shape, entry.kernel)
    return result


def _public(how: str, function: Any, text: str):
    def scatter(tensor, indices, updates, bad_indices_policy="", name=None) -> Tensor:
        return _scatter(function, tensor, indices, updates, bad_indices_policy)

    scatter.__name__ = scatter.__qualname__ = f"tensor_scatter_nd_{how}"
    scatter.__doc__ = f"""{text}

    Args:
      tensor: of any shape.
      indices: integer tensor of shape [..., depth].
      updates: tensor of shape indices.shape[:-1] + tensor.shape[depth:].
      bad_indices_policy: "IGNORE" drops an index out of range; "", "DEFAULT" and "ERROR" raise.
      name: ignored.

    Raises:
      InvalidArgumentError: for an index out of range or shapes that do not fit.
    """
    return scatter


tensor_scatter_nd_add = export("tf.tensor_scatter_nd_add")(
    _public("add", _scatter_add, "A tensor with slices added at multi-dimensional indices.")
)
tensor_scatter_nd_sub = export("tf.tensor_scatter_nd_sub")(
    _public("sub", _scatter_sub, "A tensor with slices subtracted at multi-dimensional indices.")
)
tensor_scatter_nd_min = export("tf.tensor_scatter_nd_min")(
    _public("min", _scatter_min, "The smaller of a tensor and slices at their indices.")
)
tensor_scatter_nd_max = export("tf.tensor_scatter_nd_max")(
    _public("max", _scatter_max, "The larger of a tensor and slices at their indices.")
)


@export("tf.tensor_scatter_nd_update")
def tensor_scatter_nd_update(tensor, indices, updates, name=None) -> Tensor:
    """A tensor with slices replaced at multi-dimensional indices; the last one wins.

    Args:
      tensor: of any shape.
      indices: integer tensor of shape [..., depth].
      updates: tensor of shape indices.shape[:-1] + tensor.shape[depth:].
      name: ignored.

    Raises:
      InvalidArgumentError: for an index out of range or shapes that do not fit.
    """
    return _scatter(_scatter_update, tensor, indices, updates, "")
