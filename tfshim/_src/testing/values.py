"""What `TestCase.evaluate` gives: NumPy arrays, and composites whose parts are arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tfshim._src.indexed_slices import IndexedSlices
from tfshim._src.nest import map_structure
from tfshim._src.ragged import RaggedTensor
from tfshim._src.sparse import SparseTensor
from tfshim._src.variable import Variable


class SparseTensorValue(NamedTuple):
    """The arrays of a sparse tensor."""

    indices: Any
    values: Any
    dense_shape: Any


class IndexedSlicesValue(NamedTuple):
    """The arrays of indexed slices."""

    values: Any
    indices: Any
    dense_shape: Any


class RaggedTensorValue:
    """The arrays of a ragged tensor.

    Args:
      values: an array, or another of these.
      row_splits: int array.
    """

    def __init__(self, values: Any, row_splits: np.ndarray):
        self.values = values
        self.row_splits = row_splits

    @property
    def flat_values(self) -> np.ndarray:
        return getattr(self.values, "flat_values", self.values)

    @property
    def nested_row_splits(self) -> tuple[np.ndarray, ...]:
        return self.row_splits, *getattr(self.values, "nested_row_splits", ())

    @property
    def ragged_rank(self) -> int:
        return len(self.nested_row_splits)

    @property
    def dtype(self) -> np.dtype:
        return self.values.dtype

    @property
    def shape(self) -> tuple:
        return len(self.row_splits) - 1, None, *self.values.shape[1:]

    def to_list(self) -> list:
        """The rows as nested lists."""
        inner = self.values
        rows = inner.tolist() if isinstance(inner, np.ndarray) else inner.to_list()
        ends = self.row_splits.tolist()
        return [rows[a:b] for a, b in zip(ends[:-1], ends[1:], strict=True)]

    def __repr__(self) -> str:
        return f"<tf.RaggedTensorValue {self.to_list()}>"


def evaluated(structure: Any) -> Any:
    """The same structure with values for tensors; functions in it are called.

    Raises:
      ValueError: for what has no value.
    """
    if structure is None:
        return None
    return map_structure(_value, structure)


def _value(leaf: Any) -> Any:
    if leaf is None:
        return None
    if isinstance(leaf, SparseTensor):
        return SparseTensorValue(*(part.numpy() for part in leaf._flatten_components()))
    if isinstance(leaf, RaggedTensor):
        return RaggedTensorValue(_value(leaf.values), leaf.row_splits.numpy())
    if isinstance(leaf, IndexedSlices):
        shape = None if leaf.dense_shape is None else leaf.dense_shape.numpy()
        return IndexedSlicesValue(leaf.values.numpy(), leaf.indices.numpy(), shape)
    read = getattr(leaf, "numpy", None)
    if callable(read):
        return read()
    if callable(leaf) and not isinstance(leaf, Variable):
        return evaluated(leaf())
    raise ValueError(f"Unsupported type {type(leaf).__name__!r}.")
