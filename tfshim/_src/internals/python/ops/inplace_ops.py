"""Changes of rows; tensors keep their values, so each gives a new tensor."""

from __future__ import annotations

from typing import Any

from tfshim._src.convert import convert
from tfshim._src.registry import PUBLIC

__all__ = [
    "alias_inplace_add", "alias_inplace_sub", "alias_inplace_update", "empty_like", "inplace_add",
    "inplace_sub", "inplace_update",
]  # fmt: skip


def _changed(how: str, x, i, v) -> Any:
    x = convert(x)
    change = PUBLIC[f"tf.tensor_scatter_nd_{how}"]
    if i is None:
        return {"update": lambda: convert(v, x.dtype), "add": lambda: x + v, "sub": lambda: x - v}[
            how
        ]()
    i = convert(i)
    if i.shape.rank == 0:
        i, v = PUBLIC["tf.reshape"](i, [1]), PUBLIC["tf.expand_dims"](convert(v, x.dtype), 0)
    i = PUBLIC["tf.math.floormod"](i, PUBLIC["tf.shape"](x, i.dtype)[0])
    return change(x, PUBLIC["tf.expand_dims"](i, -1), convert(v, x.dtype))


def inplace_update(x, i, v) -> Any:
    """x with rows i replaced by v.

    Args:
      x: tensor.
      i: index of a row, a vector of them, or None for all rows.
      v: a row, rows, or a tensor like x.
    """
    return _changed("update", x, i, v)


def inplace_add(x, i, v) -> Any:
    """x with v added to its rows i."""
    return _changed("add", x, i, v)


def inplace_sub(x, i, v) -> Any:
    """x with v taken from its rows i."""
    return _changed("sub", x, i, v)


alias_inplace_update, alias_inplace_add, alias_inplace_sub = (
    inplace_update,
    inplace_add,
    inplace_sub,
)


def empty_like(x, init=None) -> Any:
    """Zeros of the shape and dtype of x, whether or not they are asked for."""
    return PUBLIC["tf.zeros_like"](x)
