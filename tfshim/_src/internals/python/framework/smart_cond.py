"""Branches that are taken in Python where the predicate is known."""

from tfshim._src.internals.smart_cond import smart_cond

__all__ = ["smart_cond"]
