"""Transformations by a function of the user's."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from tfshim._src import nest, static
from tfshim._src.convert import convert
from tfshim._src.data import structure
from tfshim._src.data.random_calls import one_pass, per_iterator
from tfshim._src.data.recipe import AUTOTUNE, UNKNOWN, Recipe
from tfshim._src.data.structure import call, normalized
from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import Tensor

if TYPE_CHECKING:
    from tfshim._src.data.dataset import DatasetV2


class Functions(Recipe):
    """Calling functions with elements."""

    def _example(self, begin: Callable[[], Callable]) -> Any:
        """Specs of what the function gives that `begin` makes, found from the first element.

        An axis of the result that is as long as an input's axis of unknown length is unknown too.
        """
        for element in self._iterate():
            loose = {
                t.shape[d]
                for t, s in zip(nest.flatten(element), nest.flatten(self.element_spec), strict=True)
                for d, n in builtins.enumerate(s.shape.as_list() if s.shape.rank else [])
                if n is None and isinstance(t, Tensor)
            }
            specs = structure.specs_of(_mapped(_as_traced(begin, element)))
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

        begin = per_iterator(map_func)

        def make() -> Iterator:
            function = _caller(begin)
            for element in self._iterate():
                yield _mapped(function(element))

        kind = "_MapDataset" if num_parallel_calls is None else "_ParallelMapDataset"
        return Recipe._build(kind, make, lambda: self._example(begin), self._cardinality)

    def filter(self, predicate, name=None) -> DatasetV2:
        """The elements for which a function gives True."""

        begin = per_iterator(predicate)

        def make() -> Iterator:
            function = _caller(begin)
            return (e for e in self._iterate() if _truth(function(e)))

        return Recipe._build("_FilterDataset", make, lambda: self.element_spec, UNKNOWN)

    def take_while(self, predicate, name=None) -> DatasetV2:
        """The elements up to the first for which a function gives False."""

        begin = per_iterator(predicate)

        def make() -> Iterator:
            function = _caller(begin)
            return itertools.takewhile(lambda e: _truth(function(e)), self._iterate())

        return Recipe._build("_TakeWhileDataset", make, lambda: self.element_spec, UNKNOWN)

    def flat_map(self, map_func, name=None) -> DatasetV2:
        """The elements of the datasets that a function gives, one dataset after the other."""

        begin = per_iterator(map_func)

        def make() -> Iterator:
            function = _caller(begin)
            for element in self._iterate():
                yield from function(element)._iterate()

        return Recipe._build("_FlatMapDataset", make, lambda: self._inner(begin), UNKNOWN)

    def _inner(self, begin: Callable[[], Callable]) -> Any:
        for element in self._iterate():
            return _as_traced(begin, element).element_spec
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

        begin = per_iterator(map_func)

        def make() -> Iterator:
            function = _caller(begin)
            waiting = self._iterate()
            active: list[Iterator | None] = []
            for element in itertools.islice(waiting, width):
                active.append(function(element)._iterate())
            while any(a is not None for a in active):
                for slot, source in builtins.enumerate(active):
                    if source is None:
                        continue
                    given = list(itertools.islice(source, block))
                    yield from given
                    if len(given) < block:
                        nxt = next(waiting, None)
                        active[slot] = None if nxt is None else function(nxt)._iterate()

        return Recipe._build("_InterleaveDataset", make, lambda: self._inner(begin), UNKNOWN)

    def reduce(self, initial_state, reduce_func, name=None) -> Any:
        """A state that a function carries over all elements.

        Args:
          initial_state: nest of tensors.
          reduce_func: gets the state and an element, returns the next state.
          name: ignored.
        """
        state = normalized(initial_state)
        function = per_iterator(reduce_func)()
        for element in one_pass(self._iterate):
            state = normalized(function(state, element))
        return state

    def scan(self, initial_state, scan_func, name=None) -> DatasetV2:
        """What a function gives for a state and each element, besides the next state."""

        begin = per_iterator(scan_func)

        def make() -> Iterator:
            function = begin()
            state = normalized(initial_state)
            for element in self._iterate():
                state, out = function(state, element)
                state = normalized(state)
                yield normalized(out)

        def specs() -> Any:
            return structure.specs_of(next(make()))

        return Recipe._build("_ScanDataset", make, specs, self._cardinality)

    def apply(self, transformation_func) -> DatasetV2:
        """A function of this dataset.

        Raises:
          TypeError: if it does not give a dataset.
        """
        found = transformation_func(self)
        if not isinstance(found, Recipe):
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

        return Recipe._build("_UniqueDataset", make, lambda: self.element_spec, UNKNOWN)


def _loosened(spec: Any, loose: set[int]) -> Any:
    if not loose or type(spec) is not TensorSpec:
        return spec
    return TensorSpec([None if n in loose else n for n in spec.shape], spec.dtype)


def _as_traced(begin: Callable[..., Callable], element: Any) -> Any:
    """What a function gives for an element, with errors as TensorFlow has them from tracing it."""
    from tfshim._src.function.autograph import converted

    return call(begin(converted(begin.function)), element)  # type: ignore[attr-defined]


def _caller(begin: Callable[..., Callable]) -> Callable[[Any], Any]:
    """The function as an iterator calls it; what is wrong with it the first element tells."""
    function = begin()
    first = True

    def on(element: Any) -> Any:
        nonlocal first
        if first:
            first = False
            return _as_traced(begin, element)
        return call(function, element)

    return on


def _mapped(result: Any) -> Any:
    try:
        return normalized(result)
    except ValueError as e:
        if "with an unsupported type" not in str(e):
            raise
        raise TypeError(
            f"Unsupported return value from function passed to Dataset.map(): {result}."
        ) from None


def _truth(result: Any) -> bool:
    """What a predicate gave.

    Raises:
      ValueError: if it is no scalar of bools.
    """
    t = convert(result)
    if t.dtype.name != "bool" or t.aval.shape:
        spec = TensorSpec(t.shape, t.dtype)
        raise ValueError(
            "Invalid `predicate`. `predicate` must return a `tf.bool` scalar tensor, but its "
            f"return type is {spec!r}."
        )
    return bool(t)
