"""Iterators of datasets."""

from tfshim._src.data.dataset import OwnedIterator

__all__ = ["OwnedIterator"]
