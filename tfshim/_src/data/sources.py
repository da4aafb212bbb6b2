"""Datasets of tensors, of generators, of numbers, and of several datasets."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from tfshim._src import dtypes, nest, static
from tfshim._src.convert import convert, from_array
from tfshim._src.data import structure
from tfshim._src.data.random_calls import an_input
from tfshim._src.data.recipe import INFINITE, UNKNOWN, Recipe, Rows, row_of
from tfshim._src.data.structure import normalized
from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import Tensor

if TYPE_CHECKING:
    from tfshim._src.data.dataset import DatasetV2


class Sources(Recipe):
    """Where elements come from."""

    @staticmethod
    def from_tensors(tensors, name=None) -> DatasetV2:
        """One element."""
        element = normalized(tensors)
        return Recipe._build(
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
                    yield nest.map_structure(row_of(i), table)
                else:
                    yield structure.row(table, i)

        rows = Rows(table, lambda: iter(builtins.range(n))) if plain else None
        return Recipe._build("_TensorSliceDataset", make, specs, n, rows)

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

        return Recipe._build("_FlatMapDataset", make, output_signature, UNKNOWN)

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
        made = Sources.from_tensor_slices(table)
        made._kind = "_RangeDataset"
        return made

    @staticmethod
    def counter(start=0, step=1, dtype=dtypes.int64, name=None) -> DatasetV2:
        """Integers without end."""
        wanted = dtypes.as_dtype(dtype)

        def make() -> Iterator:
            for i in itertools.count(static.integer(start), static.integer(step)):
                yield from_array(np.array(i, wanted.np))

        return Recipe._build("_CounterDataset", make, TensorSpec((), wanted), INFINITE)

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
            if not isinstance(d, Recipe):
                raise TypeError(
                    f"Invalid `datasets`. `datasets` is expected to be a (nested) structure of "
                    f"`tf.data.Dataset` objects. Encountered object of type {type(d)}."
                )

        place = object()

        def make() -> Iterator:
            inputs = [an_input((place, i), d._iterate) for i, d in enumerate(flat)]
            for parts in builtins.zip(*inputs, strict=False):
                yield nest.pack_sequence_as(group, list(parts))

        def count() -> int:
            sizes = [d._cardinality() for d in flat]
            if UNKNOWN in sizes:
                return UNKNOWN
            finite = [n for n in sizes if n >= 0]
            return min(finite) if finite else INFINITE

        return Recipe._build(
            "_ZipDataset",
            make,
            lambda: nest.map_structure(lambda d: d.element_spec, group),
            count,
        )


def _parts(item: Any) -> list:
    return nest.flatten(item) if isinstance(item, dict) else list(item)
