"""What of Keras' TensorFlow backend is replaced, because tfshim works in another way.

Shapes are static here. Keras finds the output shape of a layer by running it on a graph's
placeholders, whose sizes may be unknown; here the layer runs with two different sizes in place of
the unknown ones, and what differs is unknown.

A dataset is a Python iterator here. Keras passes it into the compiled training step, which takes
the batch from it; here the batch is taken outside, which is a branch that Keras has for other
iterators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tfshim._src.convert import convert
from tfshim._src.dtypes import as_dtype
from tfshim._src.engine.aval import make_aval
from tfshim._src.errors import OutOfRangeError
from tfshim._src.function.func_graph import FuncGraph
from tfshim._src.jacobian import capturing
from tfshim._src.tensor import STATE, pending

#: In place of an unknown size: two primes that no layer has as a size by chance.
_SIZES = (89, 97)


def static_shapes(core: Any) -> None:
    """Replaces `compute_output_spec` in `keras.src.backend.tensorflow.core`."""
    core.compute_output_spec = _output_spec_of(core)


def _output_spec_of(core: Any) -> Callable:
    symbolic = core.KerasTensor
    tree = core.tree

    def run(fn, args, kwargs, size: int) -> Any:
        graph = FuncGraph("scratch_graph", STATE.trace)

        def placeholder(x):
            if not isinstance(x, symbolic):
                return x
            shape = tuple([size if d is None else d for d in x.shape])
            return graph.placeholder(make_aval(shape, as_dtype(x.dtype)), pending)

        with core.StatelessScope(), core.SymbolicScope(), capturing(graph):
            args, kwargs = tree.map_structure(placeholder, (args, kwargs))
            return fn(*args, **kwargs)

    def compute_output_spec(fn, *args, **kwargs):
        unknown = any(
            isinstance(x, symbolic) and None in x.shape for x in tree.flatten((args, kwargs))
        )
        first = run(fn, args, kwargs, _SIZES[0])
        second = run(fn, args, kwargs, _SIZES[1]) if unknown else first

        def spec(a, b):
            if not core.is_tensor(a):
                return a
            shape = [m if m == n else None for m, n in zip(a.shape, b.shape, strict=True)]
            return symbolic(shape, core.standardize_dtype(a.dtype))

        return tree.map_structure(spec, first, second)

    return compute_output_spec


def python_iteration(trainer: Any) -> None:
    """Replaces `TFEpochIterator` in `keras.src.backend.tensorflow.trainer`."""
    original = trainer.TFEpochIterator

    class TFEpochIterator(original):
        """Iterates in Python over what the data adapter gives."""

        def __init__(self, distribute_strategy=None, *args, **kwargs):
            super(original, self).__init__(*args, **kwargs)
            self._distribute_strategy = distribute_strategy

        def _get_iterator(self):
            adapter = self.data_adapter
            if type(adapter).__name__ == "TFDatasetAdapter":
                source = adapter.get_tf_dataset()
            else:
                source = adapter.get_numpy_iterator()
            return _Batches(iter(source), self.steps_per_execution, trainer.tree.map_structure)

    trainer.TFEpochIterator = TFEpochIterator


class _Batches:
    """Batches as tensors.

    Args:
      source: an iterator of nests of arrays or tensors.
      at_once: how many batches Keras takes per step.
      map_structure: a function to map over a nest.
    """

    def __init__(self, source: Iterator, at_once: int, map_structure: Callable):
        self._source = source
        self._at_once = at_once
        self._map = map_structure
        self._count = 0

    def __iter__(self) -> _Batches:
        return self

    def __next__(self) -> Any:
        try:
            batch = next(self._source)
        except StopIteration:
            if self._count % self._at_once:
                self._count = 0
                raise  # the batches taken before make a step of their own
            raise OutOfRangeError(None, None, "End of sequence") from None
        self._count += 1
        return self._map(_tensor, batch)


def _tensor(value: Any) -> Any:
    return convert(value) if isinstance(value, np.ndarray) else value
