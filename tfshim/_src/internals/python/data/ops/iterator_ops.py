"""Iterators of datasets."""

from tfshim._src.data.iterators import OwnedIterator

__all__ = ["OwnedIterator"]
