"""A dataset as a recipe: what makes an iterator of its elements, and what is known of these."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from tfshim._src import nest
from tfshim._src.convert import from_array
from tfshim._src.data import structure
from tfshim._src.data.iterators import NumpyIterator, OwnedIterator
from tfshim._src.data.random_calls import aside, one_pass
from tfshim._src.errors import op_error
from tfshim._src.registry import publish
from tfshim._src.tensor import Tensor

if TYPE_CHECKING:
    from tfshim._src.data.dataset import DatasetV2

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


class Recipe(structure.Dataset):
    """What every dataset has; `dataset.py` adds sources and transformations.

    Attributes:
      made: the public class, which `_build` makes instances of.
    """

    made: type[Any]
    _kind = "DatasetV2"
    _make: Callable[[], Iterator]
    _specs: Any
    _count: Any
    _rows: Rows | None

    def _iterate(self) -> Iterator:
        return self._make()

    @staticmethod
    def _build(
        kind: str,
        make: Callable[[], Iterator],
        specs: Any,
        count: int | Callable[[], int],
        rows: Rows | None = None,
    ) -> DatasetV2:
        made = object.__new__(Recipe.made)
        made._kind, made._make, made._specs = kind, make, specs
        made._count, made._rows = count, rows
        return made

    @property
    def element_spec(self) -> Any:
        """The specs of the elements, in their structure."""
        if callable(self._specs):
            self._specs = aside(self._specs)
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
        found = list(itertools.islice(one_pass(self._iterate), 2))
        if len(found) != 1:
            problem = "Dataset had more than one element." if found else "Dataset was empty."
            raise op_error("DatasetToSingleElement", problem, attrs="output_types_1")
        return found[0]


def row_of(i: int) -> Callable[[Any], Any]:
    """What takes row i of a tensor."""

    def one(t: Any) -> Any:
        value = t._host_value()[i]
        if type(value) is bytes:
            array = np.empty((), object)
            array[()] = value
            return from_array(array)
        return from_array(np.array(value))

    return one
