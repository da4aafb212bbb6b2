"""Assignments to variables."""

from __future__ import annotations

from typing import Any

__all__ = ["assign", "assign_add", "assign_sub", "scatter_add", "scatter_sub", "scatter_update"]


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
