"""Choosing elements: by indices, by conditions, and NumPy's `x[...]`."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from tfshim._src import dtypes, slicing
from tfshim._src.numpy_api.elementwise import broadcast, choose
from tfshim._src.numpy_api.manipulation import atleast_1d, moveaxis, ravel, swapaxes
from tfshim._src.numpy_api.promotion import asarray, promoted
from tfshim._src.numpy_api.public import public
from tfshim._src.ops import (
    arithmetic,
    casting,
    clip,
    creation,
    facts,
    gather,
    joining,
    scatter,
    shaping,
    sizes,
)
from tfshim._src.shapes import Dimension
from tfshim._src.tensor import Tensor

# -- by conditions --


@public
def nonzero(a):
    """The indices of the elements that are not zero: a list of vectors, one for each axis."""
    a = atleast_1d(a)
    return joining.unstack(gather.where(casting.cast(a, dtypes.bool)), len(a.shape), axis=1)


@public
def where(condition, x=None, y=None):
    """x where a condition holds, else y; `nonzero` of the condition without both.

    Raises:
      ValueError: where only one of them is given.
    """
    condition = asarray(condition, dtype=np.bool_)
    if x is None and y is None:
        return nonzero(condition)
    if x is None or y is None:
        raise ValueError("Both x and y must be ndarrays, or both must be None.")
    return choose(condition, x, y)


@public
def select(condlist, choicelist, default=0):
    """The choice of the first condition that holds, else the default, element by element.

    Raises:
      ValueError: without conditions, or for as many choices as there are conditions.
    """
    if len(condlist) != len(choicelist):
        raise ValueError(
            f"condlist must have length equal to choicelist ({len(condlist)} vs {len(choicelist)})"
        )
    if not condlist:
        raise ValueError("condlist must be non-empty")
    output, *choices = promoted(default, *choicelist)
    for condition, choice in zip(condlist[::-1], choices[::-1], strict=True):
        output = where(condition, choice, output)
    return output


@public
def compress(condition, a, axis=None):
    """The slices along an axis for which a condition holds, of the flat array without one.

    Args:
      condition: a vector of booleans; what it lacks is False.

    Raises:
      ValueError: for a condition of another rank.
    """
    condition, a = asarray(condition, dtype=bool), asarray(a)
    if condition.ndim != 1:
        raise ValueError("condition must be a 1-d array.")
    if a.ndim == 0 or axis is None:
        a = ravel(a)
    axis = 0 if axis is None else axis
    axis = axis + a.ndim if axis < 0 else axis
    assert 0 <= axis < a.ndim
    missing = a.aval.shape[axis] - condition.aval.shape[0]
    if missing > 0:
        condition = joining.concat([condition, creation.fill([missing], False)], axis=0)
    return gather.boolean_mask(tensor=a, mask=condition, axis=axis)


# -- by indices --


@public
def take(a, indices, axis=None, out=None, mode="clip"):
    """The elements at indices along an axis, of the flat array without one.

    Args:
      mode: what becomes of an index outside: "clip" takes the nearest, "wrap" goes round.

    Raises:
      ValueError: for any `out`, and another mode.
    """
    if out is not None:
        raise ValueError("out argument is not supported in take.")
    if mode not in {"raise", "clip", "wrap"}:
        raise ValueError(f"Invalid mode '{mode}' for take")
    a, indices = asarray(a), asarray(indices)
    if axis is None:
        a, axis = shaping.reshape(a, [-1]), 0
    size = sizes.shape(a, out_type=indices.dtype)[axis]
    if mode == "raise":
        raise ValueError("The 'raise' mode to take is not supported.")
    if mode == "clip":
        indices = clip.clip_by_value(indices, 0, size - 1)
    else:
        indices = arithmetic.floormod(indices, size)
    return gather.gather(a, indices, axis=axis)


@public
def take_along_axis(arr, indices, axis):
    """For each vector along an axis, its elements at indices of its own.

    Args:
      arr, indices: arrays that broadcast but along the axis.
      axis: None for the flat array.
    """
    arr, indices = asarray(arr), asarray(indices)
    if axis is None:
        return take_along_axis(arr.ravel(), indices, 0)
    rank = len(arr.shape)
    axis = axis + rank if axis < 0 else axis
    kind = indices.dtype

    def replaced(shape, size):
        return scatter.tensor_scatter_nd_update(shape, [[axis]], [size])

    shapes = [sizes.shape(x, out_type=kind) for x in (arr, indices)]
    common = facts.broadcast_dynamic_shape(*[replaced(s, 1) for s in shapes])
    arr = shaping.broadcast_to(arr, replaced(common, shapes[0][axis]))
    indices = shaping.broadcast_to(indices, replaced(common, shapes[1][axis]))
    indices = gather.where(indices < 0, indices + shapes[0][axis], indices)
    last = axis == rank - 1
    if not last:
        arr, indices = swapaxes(arr, axis, -1), swapaxes(indices, axis, -1)
    rows = [shaping.reshape(x, [-1, x.aval.shape[-1]]) for x in (arr, indices)]
    found = shaping.reshape(gather.gather(*rows, batch_dims=1), sizes.shape(indices))
    return found if last else swapaxes(found, axis, -1)


@public
def ix_(*args):
    """Vectors along axes of their own, so that as indices they span a grid.

    Args:
      *args: vectors of integers, or of booleans, which stand for the indices of the true ones.

    Raises:
      ValueError: for other ranks and dtypes.
    """
    output = []
    for i, a in enumerate(map(asarray, args)):
        if len(a.shape) != 1:
            raise ValueError(f"Arguments must be 1-d, got arg {i} of rank {len(a.shape)}")
        if a.dtype is dtypes.bool:
            a = nonzero(a)[0]
        elif not a.dtype.is_integer:
            raise ValueError(f"Only integer and bool dtypes are supported, got {a.dtype}")
        output.append(shaping.reshape(a, [-1 if at == i else 1 for at in range(len(args))]))
    return output


# -- x[...] --

_REFUSED = (
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean "
    "arrays are valid indices"
)


def _index(item: Any, scalar: bool = True) -> Any:
    """An index as an int or a tensor of int32 or int64.

    Args:
      scalar: whether an array is refused.

    Raises:
      IndexError: for what is no index.
    """
    if isinstance(item, (numbers.Integral, Dimension)):
        return item
    data = asarray(item)
    if data.dtype is dtypes.bool:
        if len(data.shape) != 1:
            raise NotImplementedError(f"Need rank 1 for bool index {item}")
        data = shaping.reshape(gather.where(data), [-1])
    wide = None
    if not (scalar and data.shape.rank) and data.dtype.is_integer:
        wide = np.promote_types(np.int32, data.dtype.as_numpy_dtype)
    if wide not in (np.int32, np.int64):
        raise IndexError(f"{_REFUSED}, got {item!r}")
    return data if data.dtype in (dtypes.int32, dtypes.int64) else casting.cast(data, wide)


def _is_mask(spec: Any) -> bool:
    if isinstance(spec, (Tensor, np.ndarray)):
        return spec.dtype == np.bool_
    return isinstance(spec, bool)


def _parts(spec: Any) -> tuple:
    """The items of an index; a list of plain numbers is one index, as an array is."""
    if isinstance(spec, tuple):
        return spec
    if isinstance(spec, list):
        for item in spec:
            array = isinstance(item, (Tensor, np.ndarray)) and item.ndim != 0
            if item is None or item is Ellipsis or isinstance(item, (list, tuple, slice)) or array:
                return tuple(spec)
    return (spec,)


def getitem(x: Any, spec: Any) -> Any:
    """`x[spec]` by NumPy's rules: what `tf` takes, and arrays of indices.

    Args:
      spec: ints, slices, `...`, None, and arrays of integers or booleans. First all others choose,
        then the arrays, which broadcast together. Their axes stand where the arrays are if these
        are neighbours, else in front.

    Raises:
      IndexError: for what is no index.
      InvalidArgumentError: for an index out of range.
    """
    if _is_mask(spec):
        return gather.boolean_mask(tensor=x, mask=spec)
    basic: list[Any] = []
    arrays: list[tuple[int, Any]] = []  # the axis after the others chose, from the end after `...`
    parts = _parts(spec)
    indices: list[Any] = [
        p if p is None or p is Ellipsis or isinstance(p, slice) else _index(p, False) for p in parts
    ]
    dropped = [not (isinstance(i, Tensor) and len(i.aval.shape)) for i in indices]
    for place, (part, index) in enumerate(zip(parts, indices, strict=True)):
        if part is None or part is Ellipsis:
            basic.append(part)
        elif isinstance(part, slice):
            bounds = (part.start, part.stop, part.step)
            basic.append(slice(*[None if b is None else _index(b) for b in bounds]))
        elif dropped[place]:
            basic.append(index)
        else:
            basic.append(slice(None))
            arrays.append((place, index))
    shrunk = [
        place
        for place, (part, gone) in enumerate(zip(parts, dropped, strict=True))
        if gone and not (part is None or part is Ellipsis or isinstance(part, slice))
    ]
    x = slicing.getitem(x, _alike(basic))
    if not arrays:
        return x
    chosen = {}
    ellipsis = next((place for place, p in enumerate(parts) if p is Ellipsis), len(parts))
    for place, index in arrays:
        if place > ellipsis:
            chosen[place - len(parts) + sum(s > place for s in shrunk)] = index
        else:
            chosen[place - sum(s < place for s in shrunk)] = index
    axes = sorted(chosen)
    return _gathered(x, axes, broadcast(*promoted(*[chosen[a] for a in axes])))


def _alike(basic: list[Any]) -> tuple:
    """Bounds of one integer dtype, which ops of `tf` ask for."""

    def wide(item):
        return casting.cast(item, dtypes.int64) if isinstance(item, Tensor) else item

    found = []
    for item in basic:
        if isinstance(item, slice):
            item = slice(wide(item.start), wide(item.stop), wide(item.step))
        found.append(wide(item))
    return tuple(found)


def _gathered(x: Any, axes: list[int], indices: Any) -> Any:
    """The elements of x at indices, which are of one shape, one for each of these axes."""
    neighbours = all(b - a == 1 for a, b in zip(axes, axes[1:], strict=False))
    if axes[0] < 0 <= axes[-1]:
        neighbours = False
    if not neighbours:
        front = range(len(axes))
        x = moveaxis(x, axes, front)
        rows = joining.stack(indices, axis=-1)
        extents = sizes.shape(x, out_type=rows.dtype)[: len(axes)]
        return gather.gather_nd(x, gather.where(rows < 0, rows + extents, rows))
    rank = len(x.shape)
    axes = [a + rank if a < 0 else a for a in axes]
    extents = [x.aval.shape[a] for a in axes]
    flat: Any = None
    for index, size in zip(indices, extents, strict=True):
        index = casting.cast(index, dtypes.int32)
        index = gather.where(index < 0, index + size, index)
        flat = index if flat is None else flat * size + index
    if len(axes) > 1:
        shape = x.aval.shape
        x = shaping.reshape(x, [*shape[: axes[0]], -1, *shape[axes[-1] + 1 :]])
    return gather.gather(x, flat, axis=axes[0])
