"""`operator[...]`: a slice of the batch, made by slicing what the operator is made of."""

from __future__ import annotations

from typing import Any

from tfshim._src import dtypes
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.linear_operators import ops


def batch_slice(operator: Any, slices: Any) -> Any:
    """An operator of the same class whose batch is a slice of this one's.

    Args:
      operator: a LinearOperator.
      slices: what stands between the brackets: of the batch dimensions only.
    """
    slices = slices if isinstance(slices, (tuple, list)) else (slices,)
    changed = {}
    if not (len(slices) == 1 and slices[0] is Ellipsis):
        batch = operator.batch_shape_tensor()
        for name, inner in operator._experimental_parameter_ndims_to_matrix_ndims.items():
            value = getattr(operator, name)
            if value is not None:
                changed[name] = _nested(value, inner, slices, batch)
    return type(operator)(**{**operator.parameters, **changed})


def _nested(value: Any, inner: Any, slices: Any, batch: Any) -> Any:
    if isinstance(inner, (list, tuple)):
        pairs = zip(value, inner, strict=True)
        return [_nested(v, n, slices, batch) for v, n in pairs]
    return _sliced(value, inner, slices, batch)


def _sliced(value: Any, inner: int, slices: Any, batch: Any) -> Any:
    """A parameter with `inner` dimensions that belong to the matrix, the others sliced."""
    is_operator = hasattr(value, "batch_shape_tensor")
    own = value.batch_shape.rank if is_operator else value.shape.rank - inner
    rank = int(batch.shape[0])
    if rank and not own:
        return value
    value = _padded(value, inner, rank)
    sizes = value.batch_shape if is_operator else value.shape[: value.shape.rank - inner]
    parts = _fitted(slices, ops.get_static_value(batch), list(sizes))
    if inner:
        if not any(s is Ellipsis for s in slices):
            parts.append(Ellipsis)
        parts += [slice(None)] * inner
    return value[tuple(parts)]


def _padded(value: Any, inner: int, rank: int) -> Any:
    """A parameter with leading batch dimensions of size 1, so that it has `rank` of them."""
    if hasattr(value, "batch_shape_tensor"):
        changed = {
            name: _padded_nest(getattr(value, name), n, rank)
            for name, n in value._experimental_parameter_ndims_to_matrix_ndims.items()
        }
        return type(value)(**{**value.parameters, **changed})
    missing = rank + inner - value.shape.rank
    if missing <= 0:
        return ops.convert_to_tensor(value)
    ones = ops.ones([missing], dtypes.int32)
    return ops.reshape(value, ops.concat([ones, ops.shape(value)], 0))


def _padded_nest(value: Any, inner: Any, rank: int) -> Any:
    if value is None:
        return None
    if isinstance(inner, (list, tuple)):
        return [_padded_nest(v, n, rank) for v, n in zip(value, inner, strict=True)]
    return _padded(value, inner, rank)


def _fitted(slices: Any, wanted: Any, sizes: list) -> list:
    """Slices for a parameter, in which a dimension that is broadcast has size 1."""
    parts, at = [], 0
    for position, part in enumerate(slices):
        if part is Ellipsis:
            if at < 0:
                raise ValueError(f"Found multiple `...` in slices {slices}")
            at = -sum(s is not None for s in slices[position + 1 :])
        elif part is not None:
            if not -len(sizes) <= at < len(sizes):
                raise InvalidArgumentError(
                    None, None, f"slice index {at} of dimension 0 out of bounds."
                )
            size = getattr(sizes[at], "value", sizes[at])
            if wanted[at] > size:
                part = _of_one(part)
            at += 1
        parts.append(part)
    return parts


def _of_one(part: Any) -> Any:
    """A slice of a dimension of size 1, which stands for any of them."""
    if not isinstance(part, slice):
        return 0
    start, stop, step = part.start, part.stop, part.step
    return slice(
        None if start is None else 0, None if stop is None else 1, None if step is None else 1
    )
