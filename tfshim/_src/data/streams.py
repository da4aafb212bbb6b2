"""Transformations that only choose among elements, or join those of datasets."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from tfshim._src import dtypes, nest, static
from tfshim._src.convert import from_array
from tfshim._src.data import shuffling, structure
from tfshim._src.data.random_calls import an_input, begin_pass, first_of
from tfshim._src.data.recipe import INFINITE, UNKNOWN, Recipe, Rows, row_of
from tfshim._src.errors import op_error
from tfshim._src.spec import TensorSpec

if TYPE_CHECKING:
    from tfshim._src.data.dataset import DatasetV2


class Streams(Recipe):
    """Choosing elements. Where they are rows of tensors, row numbers are chosen."""

    def _stream(self, kind: str, choose: Callable[[Callable], Iterator], count: Any) -> DatasetV2:
        """A dataset of some of these elements; `choose(start)` gets what starts an iterator."""
        rows = None
        if self._rows is not None:
            source = self._rows
            rows = Rows(source.table, lambda: choose(source.numbers))

            def make() -> Iterator:
                for i in rows.numbers():  # type: ignore[union-attr]
                    yield nest.map_structure(row_of(i), source.table)

        else:

            def make() -> Iterator:
                return choose(self._iterate)

        return Recipe._build(kind, make, lambda: self.element_spec, count, rows)

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=True, name=None):
        """The elements in random order, drawn from a buffer.

        Args:
          buffer_size: how many elements to draw from.
          seed: int, or None; with the global seed it decides the order, which is TensorFlow's.
          reshuffle_each_iteration: whether each pass has an order of its own.
          name: ignored.
        """
        size = static.integer(buffer_size)
        if size < 1 and size != UNKNOWN:
            raise ValueError(f"buffer_size must be greater than zero. buffer_size = {size}")
        # A seed in a NumPy integer or a tensor is one as well.
        named = None if seed is None else int(static.plain(seed))
        numbers = shuffling.passes(named, reshuffle_each_iteration is not False)

        def choose(start: Callable) -> Iterator:
            return shuffling.shuffled(iter(start()), size, begin_pass(numbers))

        return self._stream("_ShuffleDataset", choose, self._cardinality)

    def repeat(self, count=None, name=None) -> DatasetV2:
        """The elements over and over.

        Args:
          count: how often; None or -1 for ever.
          name: ignored.
        """
        times = -1 if count is None else static.integer(count)

        def choose(start: Callable) -> Iterator:
            end, begun = object(), []
            for _ in itertools.count() if times < 0 else builtins.range(times):
                source, item, begun = first_of(start, end)
                if item is not end:
                    yield item
                    yield from source
                elif times < 0:
                    return
            if times != 1 and self._kind != "_ShuffleDataset":  # TensorFlow fuses these
                for numbers in begun:  # it begins one pass more than it needs
                    numbers()

        def size() -> int:
            n = self._cardinality()
            if times < 0:
                return 0 if n == 0 else INFINITE
            return n * times if n >= 0 else n

        return self._stream("_RepeatDataset", choose, size)

    def take(self, count, name=None) -> DatasetV2:
        """The first elements; all if `count` is -1."""
        n = static.integer(count)
        return self._stream(
            "_TakeDataset",
            lambda start: itertools.islice(start(), None if n < 0 else n),
            lambda: _taken(self._cardinality(), n),
        )

    def skip(self, count, name=None) -> DatasetV2:
        """All but the first elements; none if `count` is -1."""
        n = static.integer(count)

        def size() -> int:
            have = self._cardinality()
            return 0 if n < 0 else (max(0, have - n) if have >= 0 else have)

        return self._stream(
            "_SkipDataset",
            lambda start: iter(()) if n < 0 else itertools.islice(start(), n, None),
            size,
        )

    def shard(self, num_shards, index, name=None) -> DatasetV2:
        """Every `num_shards`-th element, from the one at `index` on."""
        n, i = static.integer(num_shards), static.integer(index)
        if n < 1:
            raise op_error(
                "ShardDataset", f"Number of shards must be greater than zero but found: {n}"
            )
        if not 0 <= i < n:
            raise op_error(
                "ShardDataset", f"Index must be between 0 and {n - 1} (currently index = {i})."
            )

        def size() -> int:
            have = self._cardinality()
            return have if have < 0 else len(builtins.range(i, have, n))

        return self._stream(
            "_ShardDataset", lambda start: itertools.islice(start(), i, None, n), size
        )

    def prefetch(self, buffer_size, name=None) -> DatasetV2:
        """The same elements: they are computed when they are asked for.

        Args:
          buffer_size: how many TensorFlow would compute ahead; checked only.
          name: ignored.
        """
        static.integer(buffer_size)
        return self._stream("_PrefetchDataset", lambda start: start(), self._cardinality)

    def cache(self, filename="", name=None) -> DatasetV2:
        """The elements of the first whole pass, kept in memory.

        Args:
          filename: only "".
          name: ignored.
        """
        if filename:
            raise ValueError(f"filename={filename!r}: only caching in memory is supported")
        kept: list[Any] = []
        complete = [False]

        def make() -> Iterator:
            if complete[0]:
                yield from kept
                return
            seen = []
            for item in self._iterate():
                seen.append(item)
                yield item
            kept[:] = seen
            complete[0] = True

        return Recipe._build("CacheDataset", make, lambda: self.element_spec, self._cardinality)

    def concatenate(self, dataset, name=None) -> DatasetV2:
        """These elements, then those of another dataset."""

        def size() -> int:
            a, b = self._cardinality(), dataset._cardinality()
            if INFINITE in (a, b):
                return INFINITE
            return UNKNOWN if UNKNOWN in (a, b) else a + b

        place = object()

        def make() -> Iterator:
            for i, d in builtins.enumerate((self, dataset)):
                yield from an_input((place, i), d._iterate)

        return Recipe._build(
            "_ConcatenateDataset",
            make,
            lambda: structure.joined(self.element_spec, dataset.element_spec),
            size,
        )

    def enumerate(self, start=0, name=None) -> DatasetV2:
        """Pairs of a number and an element."""
        first = static.integer(start)

        def make() -> Iterator:
            for i, item in builtins.enumerate(self._iterate(), first):
                yield from_array(np.array(i, np.int64)), item

        return Recipe._build(
            "_ZipDataset",
            make,
            lambda: (TensorSpec((), dtypes.int64), self.element_spec),
            self._cardinality,
        )


def _taken(have: int, n: int) -> int:
    if n < 0:
        return have
    if have == INFINITE:
        return n
    return have if have == UNKNOWN else min(have, n)
