"""`tf.RaggedTensorSpec`: the type of a ragged tensor."""

from __future__ import annotations

from typing import Any

from tfshim._src import dtypes
from tfshim._src.ragged import RaggedTensor, RowPartition, make
from tfshim._src.registry import export
from tfshim._src.shapes import TensorShape
from tfshim._src.spec import TensorSpec, TypeSpec
from tfshim._src.tensor import Tensor


@export("tf.RaggedTensorSpec")
class RaggedTensorSpec(TypeSpec):
    """The type of a `tf.RaggedTensor`.

    Args:
      shape: its shape, None for ragged axes; None for any.
      dtype: of the values.
      ragged_rank: number of partitions; by default all axes but the first.
      row_splits_dtype: int32 or int64.
      flat_values_spec: of the flat values, where they are no plain tensor; not supported.

    Raises:
      ValueError: for a shape or rank that do not fit.
    """

    def __init__(
        self,
        shape=None,
        dtype=dtypes.float32,
        ragged_rank=None,
        row_splits_dtype=dtypes.int64,
        flat_values_spec=None,
    ):
        if flat_values_spec is not None:
            raise ValueError(f"flat_values_spec={flat_values_spec!r}: only tensors are supported")
        self._shape = TensorShape(shape)
        self._dtype = dtypes.as_dtype(dtype)
        self._row_splits_dtype = dtypes.as_dtype(row_splits_dtype)
        rank = self._shape.rank
        if ragged_rank is None:
            if rank is None:
                raise ValueError("Must specify ragged_rank or a shape with a known rank.")
            ragged_rank = rank - 1
        if not isinstance(ragged_rank, int):
            raise TypeError(f"Argument `ragged_rank` must be an int. Received {ragged_rank}.")
        if rank is not None and ragged_rank >= rank:
            raise ValueError(
                f"Argument `ragged_rank` ({ragged_rank}) must be less than rank ({rank})."
            )
        self._ragged_rank = ragged_rank

    @property
    def dtype(self):
        return self._dtype

    @property
    def shape(self) -> TensorShape:
        return self._shape

    @property
    def ragged_rank(self) -> int:
        return self._ragged_rank

    @property
    def row_splits_dtype(self):
        return self._row_splits_dtype

    @property
    def flat_values_spec(self):
        return None

    @property
    def value_type(self):
        return RaggedTensor if self._ragged_rank else Tensor

    def _serialize(self) -> tuple:
        return self._shape, self._dtype, self._ragged_rank, self._row_splits_dtype

    @property
    def _component_specs(self):
        if not self._ragged_rank:
            return [TensorSpec(self._shape, self._dtype)]
        rank = self._shape.rank
        inner = None if rank is None else [None, *self._shape.as_list()[self._ragged_rank + 1 :]]
        rows = None if rank is None else self._shape.as_list()[0]
        specs: list[Any] = [TensorSpec(inner, self._dtype)]
        n = None if rows is None else rows + 1
        for i in range(self._ragged_rank):
            specs.append(TensorSpec([n], self._row_splits_dtype))
            length = None if rank is None else self._shape.as_list()[i + 1]
            n = None if n is None or length is None else (n - 1) * length + 1
        return specs

    def _to_components(self, value):
        if isinstance(value, RaggedTensor):
            return value._flatten_components()
        return [value]

    def _from_components(self, components):
        flat, *splits = components
        sizes = self._shape.as_list() if self._shape.rank is not None else None
        for i in reversed(range(len(splits))):
            length = None if sizes is None else sizes[i + 1]
            flat = make(flat, RowPartition(splits[i], length))
        return flat

    @classmethod
    def from_value(cls, value) -> RaggedTensorSpec:
        """The spec of a ragged tensor."""
        return cls(value.shape, value.dtype, value.ragged_rank, value._row_partition.dtype)

    def _batch(self, batch_size) -> RaggedTensorSpec:
        shape = TensorShape([batch_size]).concatenate(self._shape)
        return RaggedTensorSpec(shape, self._dtype, self._ragged_rank + 1, self._row_splits_dtype)

    def _unbatch(self) -> Any:
        if self._ragged_rank == 1:
            return TensorSpec(self._shape[1:], self._dtype)
        return RaggedTensorSpec(
            self._shape[1:], self._dtype, self._ragged_rank - 1, self._row_splits_dtype
        )
