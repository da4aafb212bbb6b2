"""Going through a dataset: in tensors, and in NumPy values."""

from __future__ import annotations

from typing import Any

from tfshim._src import nest
from tfshim._src.data import structure
from tfshim._src.data.random_calls import one_pass
from tfshim._src.errors import OutOfRangeError, op_error
from tfshim._src.function.mode import MODE
from tfshim._src.registry import export, publish
from tfshim._src.tensor import STATE, NeedsValue


@export("tf.data.Iterator")
class OwnedIterator:
    """Goes through a dataset once.

    Args:
      dataset: the dataset.
    """

    __module__ = "tensorflow.python.data.ops.iterator_ops"

    def __init__(self, dataset):
        self._dataset = dataset
        self._source = one_pass(dataset._iterate)

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
        return MODE.iterators.setdefault(id(self), one_pass(self._dataset._iterate))

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
        self._source = one_pass(dataset._iterate)

    def __iter__(self):
        return self

    def __next__(self):
        return structure.to_numpy(next(self._source))

    next = __next__


publish("tf.data.NumpyIterator", NumpyIterator, __name__, "NumpyIterator")
