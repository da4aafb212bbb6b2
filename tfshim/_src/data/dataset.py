"""`tf.data.Dataset` and its transformations."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tfshim._src import dtypes, nest, static
from tfshim._src.convert import convert, from_array
from tfshim._src.data import shuffling, structure
from tfshim._src.data.structure import call, normalized
from tfshim._src.errors import OutOfRangeError, op_error
from tfshim._src.function.mode import MODE
from tfshim._src.registry import export, publish
from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import STATE, NeedsValue, Tensor

AUTOTUNE = -1
INFINITE = INFINITE_CARDINALITY = -1
UNKNOWN = UNKNOWN_CARDINALITY = -2
for _name, _value in (
    ("AUTOTUNE", AUTOTUNE),
    ("INFINITE_CARDINALITY", INFINITE_CARDINALITY),
    ("UNKNOWN_CARDINALITY", UNKNOWN_CARDINALITY),
):
    publish(f"tf.data.{_name}", _value, __name__, _name)
    publish(f"tf.data.experimental.{_name}", _value, __name__, _name)

publish("tf.data.DatasetSpec", structure.DatasetSpec, structure.__name__, "DatasetSpec")


class Rows:
    """Elements that are rows of tensors, with a source of row numbers.

    Args:
      table: nest of tensors of one first size.
      numbers: makes an iterator of row numbers.
    """

    def __init__(self, table: Any, numbers: Callable[[], Iterator[int]]):
        self.table = table
        self.numbers = numbers

    def take(self, index: list[int]) -> Any:
        """A batch of rows."""
        at = np.asarray(index, np.int64)
        return nest.map_structure(lambda t: from_array(t._host_value()[at]), self.table)


@export("tf.data.Iterator")
class OwnedIterator:
    """Goes through a dataset once.

    Args:
      dataset: the dataset.
    """

    __module__ = "tensorflow.python.data.ops.iterator_ops"

    def __init__(self, dataset):
        self._dataset = dataset
        self._source = dataset._iterate()

    @property
    def element_spec(self):
        """The specs of the elements."""
        return self._dataset.element_spec

    def __iter__(self):
        return self

    def __next__(self):
        if STATE.trace.symbolic:
            raise NeedsValue("an iterator gives another element at each call")
        return next(self._elements())

    def _elements(self) -> Any:
        """What gives the elements: while a function is sampled, a source of its own."""
        if MODE.iterators is None:
            return self._source
        return MODE.iterators.setdefault(id(self), self._dataset._iterate())

    next = __next__

    def get_next(self) -> Any:
        """The next element.

        Raises:
          OutOfRangeError: after the last one.
        """
        try:
            return next(self._elements())
        except StopIteration:
            attrs = f"output_types_{len(nest.flatten(self.element_spec))}"
            raise op_error(
                "IteratorGetNext", "End of sequence", OutOfRangeError, attrs=attrs
            ) from None

    def get_next_as_optional(self) -> Any:
        """The next element as a `tf.experimental.Optional`, an empty one after the last."""
        from tfshim._src.data.optional import Optional

        try:
            return Optional.from_value(next(self._source))
        except StopIteration:
            return Optional.empty(self.element_spec)


class NumpyIterator:
    """Goes through a dataset once, in NumPy values."""

    def __init__(self, dataset):
        self._source = dataset._iterate()

    def __iter__(self):
        return self

    def __next__(self):
        return structure.to_numpy(next(self._source))

    next = __next__


publish("tf.data.NumpyIterator", NumpyIterator, __name__, "NumpyIterator")


@export("tf.data.Dataset")
class DatasetV2(structure.Dataset):
    """A sequence of elements, each a nest of tensors; made by `from_tensor_slices`, `range` etc.

    Transformations give new datasets. Each `iter` starts anew.
    """

    __module__ = "tensorflow.python.data.ops.dataset_ops"
    _kind = "DatasetV2"
    _make: Callable[[], Iterator]
    _specs: Any
    _count: Any
    _rows: Rows | None

    def __init__(self, variant_tensor=None):
        raise TypeError("datasets are made by class methods such as Dataset.from_tensor_slices")

    # -- what a dataset is -----------------------------------------------------------------------

    def _iterate(self) -> Iterator:
        return self._make()

    @classmethod
    def _build(
        cls,
        kind: str,
        make: Callable[[], Iterator],
        specs: Any,
        count: int | Callable[[], int],
        rows: Rows | None = None,
    ) -> DatasetV2:
        made = object.__new__(DatasetV2)
        made._kind, made._make, made._specs = kind, make, specs
        made._count, made._rows = count, rows
        return made

    @property
    def element_spec(self) -> Any:
        """The specs of the elements, in their structure."""
        if callable(self._specs):
            self._specs = self._specs()
        return self._specs

    def _cardinality(self) -> int:
        return self._count() if callable(self._count) else self._count  # pyright: ignore

    def cardinality(self) -> Tensor:
        """The number of elements, int64; -1 if there is no end, -2 if it is not known."""
        return from_array(np.array(self._cardinality(), np.int64))

    def __len__(self) -> int:
        n = self._cardinality()
        if n == INFINITE:
            raise TypeError("The dataset is infinite.")
        if n == UNKNOWN:
            raise TypeError("The dataset length is unknown.")
        return n

    def __bool__(self) -> bool:
        return True

    __nonzero__ = __bool__

    def __iter__(self) -> OwnedIterator:
        return OwnedIterator(self)

    def __repr__(self) -> str:
        return f"<{self._kind} element_spec={self.element_spec}>"

    def as_numpy_iterator(self) -> NumpyIterator:
        """An iterator of the elements in NumPy values."""
        return NumpyIterator(self)

    def get_single_element(self, name=None) -> Any:
        """The only element.

        Raises:
          InvalidArgumentError: if there is none, or more than one.
        """
        found = list(itertools.islice(self._iterate(), 2))
        if len(found) != 1:
            problem = "Dataset had more than one element." if found else "Dataset was empty."
            raise op_error("DatasetToSingleElement", problem, attrs="output_types_1")
        return found[0]

    # -- making ----------------------------------------------------------------------------------

    @staticmethod
    def from_tensors(tensors, name=None) -> DatasetV2:
        """One element."""
        element = normalized(tensors)
        return DatasetV2._build(
            "_TensorDataset", lambda: iter([element]), structure.specs_of(element), 1
        )

    @staticmethod
    def from_tensor_slices(tensors, name=None) -> DatasetV2:
        """The rows of tensors.

        Args:
          tensors: nest of tensors of one first size.
          name: ignored.

        Raises:
          ValueError: for a scalar, or sizes that differ.
        """
        table = normalized(tensors)
        n = structure.rows_of(table)
        specs = nest.map_structure(lambda s: s._unbatch(), structure.specs_of(table))
        plain = all(isinstance(t, Tensor) for t in nest.flatten(table))

        def make() -> Iterator:
            for i in builtins.range(n):
                if plain:
                    yield nest.map_structure(_row(i), table)
                else:
                    yield structure.row(table, i)

        rows = Rows(table, lambda: iter(builtins.range(n))) if plain else None
        return DatasetV2._build("_TensorSliceDataset", make, specs, n, rows)

    @staticmethod
    def from_generator(
        generator,
        output_types=None,
        output_shapes=None,
        args=None,
        output_signature=None,
        name=None,
    ) -> DatasetV2:
        """What a generator yields.

        Args:
          generator: a function that returns an iterable.
          output_types, output_shapes: dtypes and shapes of its items; or
          output_signature: their specs.
          args: arguments for the generator.
          name: ignored.

        Raises:
          TypeError: for an item that does not fit, or a generator that is no function.
        """
        if not callable(generator):
            raise TypeError("`generator` must be a Python callable.")
        if output_signature is None:
            if output_types is None:
                raise TypeError("Either `output_signature` or `output_types` must be specified.")
            shapes: Any = output_shapes
            if shapes is None:
                shapes = nest.map_structure(lambda _: None, output_types)
            flat_types = nest.flatten(output_types)
            flat_shapes = (
                [shapes]
                if not nest.is_nested(output_types)
                else [*(shapes.values() if isinstance(shapes, dict) else shapes)]
            )
            output_signature = nest.pack_sequence_as(
                output_types,
                [TensorSpec(s, t) for s, t in zip(flat_shapes, flat_types, strict=True)],
            )
        given = tuple(convert(a).numpy() for a in args or ())
        items: Any = generator

        def fit(spec: Any, value: Any) -> Any:
            if not isinstance(spec, TensorSpec):
                return value
            try:
                t = convert(value, spec.dtype)
            except (TypeError, ValueError):
                raise TypeError(
                    f"`generator` yielded an element that could not be converted to the expected "
                    f"type. The expected type was {spec.dtype.name}, but the yielded element was "
                    f"{value}."
                ) from None
            if not spec.shape.is_compatible_with(t.shape):
                raise TypeError(
                    f"`generator` yielded an element of shape {t.shape} where an element of shape "
                    f"{spec.shape} was expected."
                )
            return t

        def make() -> Iterator:
            for item in items(*given):
                if isinstance(item, list):
                    item = tuple(item) if nest.is_nested(output_signature) else item
                if not nest.is_nested(output_signature):
                    yield fit(output_signature, item)
                else:
                    yield nest.map_structure(
                        fit,
                        output_signature,
                        nest.pack_sequence_as(output_signature, list(_parts(item))),
                    )

        return DatasetV2._build("_FlatMapDataset", make, output_signature, UNKNOWN)

    @staticmethod
    def range(*args, **kwargs) -> DatasetV2:
        """Integers as Python's range gives them.

        Args:
          *args: stop; start and stop; or start, stop and step.
          **kwargs: `output_type`, int64 by default; `name`, ignored.
        """
        dtype = dtypes.as_dtype(kwargs.pop("output_type", dtypes.int64))
        kwargs.pop("name", None)
        if kwargs:
            raise TypeError(f"unexpected keyword arguments: {sorted(kwargs)}")
        numbers = builtins.range(*[static.integer(a) for a in args])
        table = from_array(np.array(numbers, dtype.np))
        made = DatasetV2.from_tensor_slices(table)
        made._kind = "_RangeDataset"
        return made

    @staticmethod
    def counter(start=0, step=1, dtype=dtypes.int64, name=None) -> DatasetV2:
        """Integers without end."""
        wanted = dtypes.as_dtype(dtype)

        def make() -> Iterator:
            for i in itertools.count(static.integer(start), static.integer(step)):
                yield from_array(np.array(i, wanted.np))

        return DatasetV2._build("_CounterDataset", make, TensorSpec((), wanted), INFINITE)

    @staticmethod
    def zip(*args, datasets=None, name=None) -> DatasetV2:
        """Tuples of one element of each dataset, until the first one ends.

        Args:
          *args: datasets, or one nest of datasets.
          datasets: the same by keyword.
          name: ignored.
        """
        if not args and datasets is None:
            raise TypeError("Must pass at least one dataset to `zip`.")
        if args and datasets is not None:
            raise TypeError("Both `*args` and `datasets` cannot be set.")
        group: Any = datasets if not args else (args[0] if len(args) == 1 else args)
        flat = nest.flatten(group)
        for d in flat:
            if not isinstance(d, DatasetV2):
                raise TypeError(
                    f"Invalid `datasets`. `datasets` is expected to be a (nested) structure of "
                    f"`tf.data.Dataset` objects. Encountered object of type {type(d)}."
                )

        def make() -> Iterator:
            for parts in builtins.zip(*[d._iterate() for d in flat], strict=False):
                yield nest.pack_sequence_as(group, list(parts))

        def count() -> int:
            sizes = [d._cardinality() for d in flat]
            if UNKNOWN in sizes:
                return UNKNOWN
            finite = [n for n in sizes if n >= 0]
            return min(finite) if finite else INFINITE

        return DatasetV2._build(
            "_ZipDataset",
            make,
            lambda: nest.map_structure(lambda d: d.element_spec, group),
            count,
        )

    # -- streams: what only chooses elements -----------------------------------------------------

    def _stream(self, kind: str, choose: Callable[[Callable], Iterator], count: Any) -> DatasetV2:
        """A dataset of some of these elements; `choose(start)` gets what starts an iterator."""
        rows = None
        if self._rows is not None:
            source = self._rows
            rows = Rows(source.table, lambda: choose(source.numbers))

            def make() -> Iterator:
                for i in rows.numbers():  # type: ignore[union-attr]
                    yield nest.map_structure(_row(i), source.table)

        else:

            def make() -> Iterator:
                return choose(self._iterate)

        return DatasetV2._build(kind, make, lambda: self.element_spec, count, rows)

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
            return shuffling.shuffled(iter(start()), size, numbers())

        return self._stream("_ShuffleDataset", choose, self._cardinality)

    def repeat(self, count=None, name=None) -> DatasetV2:
        """The elements over and over.

        Args:
          count: how often; None or -1 for ever.
          name: ignored.
        """
        times = -1 if count is None else static.integer(count)

        def choose(start: Callable) -> Iterator:
            for _ in itertools.count() if times < 0 else builtins.range(times):
                empty = True
                for item in start():
                    empty = False
                    yield item
                if empty:
                    return

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

        return DatasetV2._build("CacheDataset", make, lambda: self.element_spec, self._cardinality)

    def concatenate(self, dataset, name=None) -> DatasetV2:
        """These elements, then those of another dataset."""

        def size() -> int:
            a, b = self._cardinality(), dataset._cardinality()
            if INFINITE in (a, b):
                return INFINITE
            return UNKNOWN if UNKNOWN in (a, b) else a + b

        return DatasetV2._build(
            "_ConcatenateDataset",
            lambda: itertools.chain(self._iterate(), dataset._iterate()),
            lambda: structure.joined(self.element_spec, dataset.element_spec),
            size,
        )

    def enumerate(self, start=0, name=None) -> DatasetV2:
        """Pairs of a number and an element."""
        first = static.integer(start)

        def make() -> Iterator:
            for i, item in builtins.enumerate(self._iterate(), first):
                yield from_array(np.array(i, np.int64)), item

        return DatasetV2._build(
            "_ZipDataset",
            make,
            lambda: (TensorSpec((), dtypes.int64), self.element_spec),
            self._cardinality,
        )

    # -- functions of elements -------------------------------------------------------------------

    def _example(self, fn: Callable) -> Any:
        """Specs of what a function gives, found from the first element.

        An axis of the result that is as long as an input's axis of unknown length is unknown too.
        """
        for element in self._iterate():
            loose = {
                t.shape[d]
                for t, s in zip(nest.flatten(element), nest.flatten(self.element_spec), strict=True)
                for d, n in builtins.enumerate(s.shape.as_list() if s.shape.rank else [])
                if n is None and isinstance(t, Tensor)
            }
            specs = structure.specs_of(normalized(call(fn, element)))
            return nest.map_structure(lambda s, loose=loose: _loosened(s, loose), specs)
        raise ValueError("the element spec of a mapped dataset without elements is not known")

    def map(
        self,
        map_func,
        num_parallel_calls=None,
        deterministic=None,
        synchronous=None,
        use_unbounded_threadpool=False,
        name=None,
    ) -> DatasetV2:
        """A function of every element.

        Args:
          map_func: gets an element (a tuple as several arguments), returns a nest of tensors.
          num_parallel_calls, deterministic, synchronous, use_unbounded_threadpool: how TensorFlow
            spreads the calls over threads; here they are made one after the other.
          name: ignored.
        """

        def make() -> Iterator:
            for element in self._iterate():
                yield normalized(call(map_func, element))

        kind = "_MapDataset" if num_parallel_calls is None else "_ParallelMapDataset"
        return DatasetV2._build(kind, make, lambda: self._example(map_func), self._cardinality)

    def filter(self, predicate, name=None) -> DatasetV2:
        """The elements for which a function gives True."""

        def make() -> Iterator:
            return (e for e in self._iterate() if bool(call(predicate, e)))

        return DatasetV2._build("_FilterDataset", make, lambda: self.element_spec, UNKNOWN)

    def take_while(self, predicate, name=None) -> DatasetV2:
        """The elements up to the first for which a function gives False."""

        def make() -> Iterator:
            return itertools.takewhile(lambda e: bool(call(predicate, e)), self._iterate())

        return DatasetV2._build("_TakeWhileDataset", make, lambda: self.element_spec, UNKNOWN)

    def flat_map(self, map_func, name=None) -> DatasetV2:
        """The elements of the datasets that a function gives, one dataset after the other."""

        def make() -> Iterator:
            for element in self._iterate():
                yield from call(map_func, element)._iterate()

        return DatasetV2._build("_FlatMapDataset", make, lambda: self._inner(map_func), UNKNOWN)

    def _inner(self, map_func: Callable) -> Any:
        for element in self._iterate():
            return call(map_func, element).element_spec
        raise ValueError("the element spec of a mapped dataset without elements is not known")

    def interleave(
        self,
        map_func,
        cycle_length=None,
        block_length=None,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ) -> DatasetV2:
        """Elements of several of the datasets that a function gives, in turns.

        Args:
          map_func: gives a dataset for an element.
          cycle_length: how many datasets take turns; 2 by default.
          block_length: how many elements each gives at its turn; 1 by default.
          num_parallel_calls, deterministic: how TensorFlow spreads work over threads.
          name: ignored.
        """
        width = 2 if cycle_length in (None, AUTOTUNE) else static.integer(cycle_length)
        block = 1 if block_length is None else static.integer(block_length)
        if width < 1:
            raise ValueError("`cycle_length` must be > 0.")

        def make() -> Iterator:
            waiting = self._iterate()
            active: list[Iterator | None] = []
            for element in itertools.islice(waiting, width):
                active.append(call(map_func, element)._iterate())
            while any(a is not None for a in active):
                for slot, source in builtins.enumerate(active):
                    if source is None:
                        continue
                    given = list(itertools.islice(source, block))
                    yield from given
                    if len(given) < block:
                        nxt = next(waiting, None)
                        active[slot] = None if nxt is None else call(map_func, nxt)._iterate()

        return DatasetV2._build("_InterleaveDataset", make, lambda: self._inner(map_func), UNKNOWN)

    def reduce(self, initial_state, reduce_func, name=None) -> Any:
        """A state that a function carries over all elements.

        Args:
          initial_state: nest of tensors.
          reduce_func: gets the state and an element, returns the next state.
          name: ignored.
        """
        state = normalized(initial_state)
        for element in self._iterate():
            state = normalized(reduce_func(state, element))
        return state

    def scan(self, initial_state, scan_func, name=None) -> DatasetV2:
        """What a function gives for a state and each element, besides the next state."""

        def make() -> Iterator:
            state = normalized(initial_state)
            for element in self._iterate():
                state, out = scan_func(state, element)
                state = normalized(state)
                yield normalized(out)

        def specs() -> Any:
            return structure.specs_of(next(make()))

        return DatasetV2._build("_ScanDataset", make, specs, self._cardinality)

    def apply(self, transformation_func) -> DatasetV2:
        """A function of this dataset.

        Raises:
          TypeError: if it does not give a dataset.
        """
        found = transformation_func(self)
        if not isinstance(found, DatasetV2):
            raise TypeError(
                f"`transformation_func` must return a `tf.data.Dataset` object. Got {type(found)}."
            )
        return found

    def unique(self, name=None) -> DatasetV2:
        """Every element once, in order of first occurrence."""

        def make() -> Iterator:
            seen = set()
            for element in self._iterate():
                array = element._host_value()
                key = tuple(array.reshape(-1)) if array.dtype == object else array.tobytes()
                if key not in seen:
                    seen.add(key)
                    yield element

        return DatasetV2._build("_UniqueDataset", make, lambda: self.element_spec, UNKNOWN)

    # -- batches ---------------------------------------------------------------------------------

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
        return DatasetV2._build(
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

        return DatasetV2._build("_PaddedBatchDataset", make, specs, self._batches(size, drop))

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

        return DatasetV2._build(
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

        return DatasetV2._build("_UnbatchDataset", make, specs, UNKNOWN)

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
                return DatasetV2._build("_VariantDataset", lambda: iter(kept), specs, len(kept))

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

        return DatasetV2._build(
            "_WindowDataset",
            make,
            lambda: nest.map_structure(structure.DatasetSpec, self.element_spec),
            UNKNOWN,
        )


_END = object()


def _loosened(spec: Any, loose: set[int]) -> Any:
    if not loose or type(spec) is not TensorSpec:
        return spec
    return TensorSpec([None if n in loose else n for n in spec.shape], spec.dtype)


def _row(i: int) -> Callable[[Any], Any]:
    def one(t: Any) -> Any:
        value = t._host_value()[i]
        if type(value) is bytes:
            array = np.empty((), object)
            array[()] = value
            return from_array(array)
        return from_array(np.array(value))

    return one


def _taken(have: int, n: int) -> int:
    if n < 0:
        return have
    if have == INFINITE:
        return n
    return have if have == UNKNOWN else min(have, n)


def _parts(item: Any) -> list:
    return nest.flatten(item) if isinstance(item, dict) else list(item)
