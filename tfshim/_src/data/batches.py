"""Batches: elements stacked, padded, ragged, and rows made elements again."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from tfshim._src import dtypes, nest, static
from tfshim._src.data import structure
from tfshim._src.data.recipe import UNKNOWN, Recipe
from tfshim._src.errors import op_error
from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import Tensor

if TYPE_CHECKING:
    from tfshim._src.data.dataset import DatasetV2

_END = object()


class Batches(Recipe):
    """Several elements made one, and the reverse."""

    def _groups(self, size: int, drop: bool, build: Callable[[list], Any]) -> Iterator:
        source = self._iterate()
        while group := list(itertools.islice(source, size)):
            if drop and len(group) < size:
                return
            yield build(group)

    def _batches(self, size: int, drop: bool) -> Callable[[], int]:
        def count() -> int:
            n = self._cardinality()
            return n if n < 0 else (n // size if drop else -(-n // size))

        return count

    def batch(
        self,
        batch_size,
        drop_remainder=False,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ) -> DatasetV2:
        """Consecutive elements stacked.

        Args:
          batch_size: how many.
          drop_remainder: whether a last batch that is smaller is left out.
          num_parallel_calls, deterministic: how TensorFlow spreads work over threads.
          name: ignored.

        Raises:
          InvalidArgumentError: for a size below 1.
        """
        size, drop = static.integer(batch_size), bool(static.plain(drop_remainder))
        if size < 1:
            raise op_error("BatchDatasetV2", "Batch size must be greater than zero.")
        rows = self._rows

        def make() -> Iterator:
            if rows is None:
                yield from self._groups(size, drop, structure.stack)
                return
            numbers = rows.numbers()
            while group := list(itertools.islice(numbers, size)):
                if drop and len(group) < size:
                    return
                yield rows.take(group)

        kind = "_BatchDataset" if num_parallel_calls is None else "_ParallelBatchDataset"
        return Recipe._build(
            kind,
            make,
            lambda: structure.batched(self.element_spec, size if drop else None),
            self._batches(size, drop),
        )

    def padded_batch(
        self,
        batch_size,
        padded_shapes=None,
        padding_values=None,
        drop_remainder=False,
        name=None,
    ) -> DatasetV2:
        """Consecutive elements stacked, padded to a common shape.

        Args:
          batch_size: how many.
          padded_shapes: shape of each tensor; None in it, or -1, for the largest of the batch.
          padding_values: what to pad with; 0 or "" by default.
          drop_remainder: whether a last batch that is smaller is left out.
          name: ignored.
        """
        size, drop = static.integer(batch_size), bool(static.plain(drop_remainder))

        def make() -> Iterator:
            return self._groups(
                size, drop, lambda group: structure.pad(group, padded_shapes, padding_values)
            )

        def specs() -> Any:
            flat = nest.flatten(self.element_spec)
            shapes = structure.spread_all(self.element_spec, padded_shapes)
            found = [
                TensorSpec(
                    [size if drop else None]
                    + (
                        [None] * (s.shape.rank or 0)
                        if shape is None
                        else [None if n in (None, -1) else n for n in shape]
                    ),
                    s.dtype,
                )
                for s, shape in builtins.zip(flat, shapes, strict=True)
            ]
            return nest.pack_sequence_as(self.element_spec, found)

        return Recipe._build("_PaddedBatchDataset", make, specs, self._batches(size, drop))

    def ragged_batch(
        self, batch_size, drop_remainder=False, row_splits_dtype=dtypes.int64, name=None
    ) -> DatasetV2:
        """Consecutive elements as ragged tensors.

        Args:
          batch_size: how many.
          drop_remainder: whether a last batch that is smaller is left out.
          row_splits_dtype: int32 or int64.
          name: ignored.
        """
        from tfshim._src.ragged_ops import stack

        size, drop = static.integer(batch_size), bool(static.plain(drop_remainder))

        def one(*values: Any) -> Any:
            if all(isinstance(v, Tensor) and v.ndim == 0 for v in values):
                return structure.stack(list(values))
            made = stack(list(values))
            return made.with_row_splits_dtype(row_splits_dtype)

        def build(group: list) -> Any:
            return nest.map_structure(one, *group)

        def specs() -> Any:
            first = next(self._groups(size, False, build))
            return structure.specs_of(first)

        return Recipe._build(
            "_RaggedBatchDataset",
            lambda: self._groups(size, drop, build),
            specs,
            self._batches(size, drop),
        )

    def unbatch(self, name=None) -> DatasetV2:
        """The rows of the elements.

        Raises:
          ValueError: for scalars.
        """
        specs = structure.unbatched(self.element_spec)

        def make() -> Iterator:
            for element in self._iterate():
                for i in builtins.range(structure.rows_of(element)):
                    yield structure.row(element, i)

        return Recipe._build("_UnbatchDataset", make, specs, UNKNOWN)

    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None) -> DatasetV2:
        """Datasets of consecutive elements.

        Args:
          size: elements of a window.
          shift: how far windows are apart; `size` by default.
          stride: how far elements are apart.
          drop_remainder: whether smaller windows at the end are left out.
          name: ignored.
        """
        width, gap = static.integer(size), static.integer(stride)
        step = width if shift is None else static.integer(shift)

        def window_of(items: list) -> Any:
            def one(*values: Any) -> DatasetV2:
                specs = structure.specs_of(values[0])
                kept = list(values)
                return Recipe._build("_VariantDataset", lambda: iter(kept), specs, len(kept))

            return nest.map_structure(one, *items)

        def make() -> Iterator:
            source, held, at = self._iterate(), [], 0
            span = (width - 1) * gap + 1
            ended = False
            while True:
                while len(held) < span and not ended:
                    item = next(source, _END)
                    if item is _END:
                        ended = True
                    else:
                        held.append(item)
                chosen = held[:span:gap]
                if not chosen or (drop_remainder and len(chosen) < width):
                    return
                yield window_of(chosen)
                for _ in builtins.range(step - len(held)):
                    next(source, None)
                held = held[step:]
                at += step

        return Recipe._build(
            "_WindowDataset",
            make,
            lambda: nest.map_structure(structure.DatasetSpec, self.element_spec),
            UNKNOWN,
        )
