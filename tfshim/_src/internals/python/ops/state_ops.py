"""Assignments to variables."""

from __future__ import annotations

from typing import Any

__all__ = [
    "assign", "assign_add", "assign_sub", "batch_scatter_update", "count_up_to", "scatter_add",
    "scatter_div", "scatter_max", "scatter_min", "scatter_mul", "scatter_nd_add", "scatter_nd_sub",
    "scatter_nd_update", "scatter_sub", "scatter_update",
]  # fmt: skip


def assign(ref, value, validate_shape=None, use_locking=None, name=None) -> Any:
    """`ref.assign(value)`."""
    return ref.assign(value)


def assign_add(ref, value, use_locking=None, name=None) -> Any:
    """`ref.assign_add(value)`."""
    return ref.assign_add(value)


def assign_sub(ref, value, use_locking=None, name=None) -> Any:
    """`ref.assign_sub(value)`."""
    return ref.assign_sub(value)


def _scatter(method: str, ref, indices, updates) -> Any:
    from tfshim._src.indexed_slices import IndexedSlices

    return getattr(ref, method)(IndexedSlices(updates, indices))


def scatter_update(ref, indices, updates, use_locking=True, name=None) -> Any:
    """`ref.scatter_update` of rows."""
    return _scatter("scatter_update", ref, indices, updates)


def scatter_add(ref, indices, updates, use_locking=False, name=None) -> Any:
    """`ref.scatter_add` of rows."""
    return _scatter("scatter_add", ref, indices, updates)


def scatter_sub(ref, indices, updates, use_locking=False, name=None) -> Any:
    """`ref.scatter_sub` of rows."""
    return _scatter("scatter_sub", ref, indices, updates)


def scatter_mul(ref, indices, updates, use_locking=False, name=None) -> Any:
    """`ref.scatter_mul` of rows."""
    return _scatter("scatter_mul", ref, indices, updates)


def scatter_div(ref, indices, updates, use_locking=False, name=None) -> Any:
    """`ref.scatter_div` of rows."""
    return _scatter("scatter_div", ref, indices, updates)


def scatter_max(ref, indices, updates, use_locking=False, name=None) -> Any:
    """`ref.scatter_max` of rows."""
    return _scatter("scatter_max", ref, indices, updates)


def scatter_min(ref, indices, updates, use_locking=False, name=None) -> Any:
    """`ref.scatter_min` of rows."""
    return _scatter("scatter_min", ref, indices, updates)


def batch_scatter_update(ref, indices, updates, use_locking=True, name=None) -> Any:
    """`ref.batch_scatter_update` of rows."""
    return _scatter("batch_scatter_update", ref, indices, updates)


def scatter_nd_update(ref, indices, updates, use_locking=True, name=None) -> Any:
    """`ref.scatter_nd_update`."""
    return ref.scatter_nd_update(indices, updates)


def scatter_nd_add(ref, indices, updates, use_locking=False, name=None) -> Any:
    """`ref.scatter_nd_add`."""
    return ref.scatter_nd_add(indices, updates)


def scatter_nd_sub(ref, indices, updates, use_locking=False, name=None) -> Any:
    """`ref.scatter_nd_sub`."""
    return ref.scatter_nd_sub(indices, updates)


def count_up_to(ref, limit, name=None) -> Any:
    """The value of a variable, which is then one more.

    Raises:
      OutOfRangeError: if the value is `limit`.
    """
    return ref.count_up_to(limit)
