"""`tf.experimental.DynamicRaggedShape`: the shape of a ragged tensor, with its rows' lengths."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array
from tfshim._src.ragged import RaggedTensor, RowPartition, partition, uniform
from tfshim._src.registry import export
from tfshim._src.shapes import TensorShape


@export("tf.experimental.DynamicRaggedShape")
class DynamicRaggedShape:
    """The shape of a ragged or dense tensor.

    Args:
      row_partitions: where the rows of each ragged axis end, from the outermost.
      inner_shape: shape of the flat values.
      dtype: int32 or int64.
      validate: accepted; partitions are checked when they are made.
      static_inner_shape: accepted; shapes are always static here.
    """

    __module__ = "tensorflow.python.ops.ragged.dynamic_ragged_shape"

    def __init__(
        self, row_partitions, inner_shape, dtype=None, validate=False, static_inner_shape=None
    ):
        self._row_partitions: tuple[RowPartition, ...] = tuple(row_partitions)
        self._inner = [int(n) for n in static.plain(inner_shape)]
        if dtype is None:
            dtype = self._row_partitions[0].dtype if self._row_partitions else dtypes.int64
        self._dtype = dtypes.as_dtype(dtype)

    @classmethod
    def from_tensor(cls, t, dtype=None) -> DynamicRaggedShape:
        """The shape of a tensor.

        Args:
          t: tensor, ragged tensor or what converts.
          dtype: int32 or int64.
        """
        if isinstance(t, RaggedTensor):
            return cls(t._partitions(), t.flat_values.aval.shape, dtype)
        return cls([], convert(t).aval.shape, dtype)

    @classmethod
    def from_lengths(cls, lengths, num_row_partitions=None, dtype=dtypes.int64):
        """A shape of lengths: an int for a uniform axis, a list of row lengths for a ragged one.

        Args:
          lengths: one entry for each axis.
          num_row_partitions: how many axes have partitions; by default up to the last ragged one.
          dtype: int32 or int64.
        """
        wanted = dtypes.as_dtype(dtype)
        lengths = list(lengths)
        ragged = [i for i, n in enumerate(lengths) if not isinstance(n, (int, np.integer))]
        last = ragged[-1] if ragged else 0
        last = last if num_row_partitions is None else num_row_partitions
        rows, n = [], int(lengths[0]) if lengths else 0
        for size in lengths[1 : last + 1]:
            if isinstance(size, (int, np.integer)):
                rows.append(uniform(n, int(size), wanted))
            else:
                counts = np.asarray(static.host(size))
                rows.append(partition(np.concatenate([[0], np.cumsum(counts)]), wanted))
            n = int(rows[-1].host[-1])
        return cls(rows, [n, *lengths[last + 1 :]] if lengths else [], wanted)

    @property
    def dtype(self):
        return self._dtype

    @property
    def rank(self) -> int:
        return len(self._row_partitions) + len(self._inner)

    @property
    def num_row_partitions(self) -> int:
        return len(self._row_partitions)

    @property
    def row_partitions(self) -> tuple:
        return self._row_partitions

    @property
    def inner_rank(self) -> int:
        return len(self._inner)

    @property
    def inner_shape(self):
        """The shape of the flat values."""
        return from_array(np.array(self._inner, self._dtype.np))

    def is_uniform(self, axis) -> bool:
        """Whether the rows of an axis have one length by construction."""
        axis = static.integer(axis)
        if axis == 0 or axis > len(self._row_partitions):
            return True
        return self._row_partitions[axis - 1].uniform_row_length is not None

    def _lengths(self) -> list[Any]:
        rows = self._row_partitions
        found: list[Any] = [rows[0].nrows] if rows else self._inner[:1]
        for p in rows:
            n = p.uniform_row_length
            found.append(tuple(p.lengths.tolist()) if n is None else n)
        return found + self._inner[1:]

    def static_lengths(self, ragged_lengths=True) -> list:
        """Sizes of the axes; for a ragged axis the tuple of its row lengths, or None."""
        return [n if ragged_lengths or not isinstance(n, tuple) else None for n in self._lengths()]

    def _to_tensor_shape(self) -> TensorShape:
        return TensorShape([None if isinstance(n, tuple) else n for n in self._lengths()])

    @property
    def static_shape(self) -> TensorShape:
        return self._to_tensor_shape()

    def __getitem__(self, index):
        """The size of a uniform axis, or the shape of a slice of axes."""
        if isinstance(index, slice):
            return DynamicRaggedShape.from_lengths(self._lengths()[index], dtype=self._dtype)
        n = self._lengths()[static.integer(index)]
        if isinstance(n, tuple):
            raise ValueError(f"Index {index} is not uniform")
        return from_array(np.array(n, self._dtype.np))

    def __eq__(self, other):
        return isinstance(other, DynamicRaggedShape) and self._lengths() == other._lengths()

    def __ne__(self, other):
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        lengths = [
            (*n[:10], "...") if isinstance(n, tuple) and len(n) > 10 else n for n in self._lengths()
        ]
        return (
            f"<DynamicRaggedShape lengths={_list_text(lengths)} "
            f"num_row_partitions={len(self._row_partitions)}>"
        )


def _list_text(items: list) -> str:
    def one(n: Any) -> str:
        return (
            f"({', '.join(map(str, n))}{',' if len(n) == 1 else ''})"
            if isinstance(n, tuple)
            else str(n)
        )

    return f"[{', '.join(map(one, items))}]"


def _dynamic_shape(self: RaggedTensor, out_type: Any = None) -> DynamicRaggedShape:
    return DynamicRaggedShape.from_tensor(self, out_type)


RaggedTensor._dynamic_shape = _dynamic_shape  # type: ignore[attr-defined]  # for tf.shape
