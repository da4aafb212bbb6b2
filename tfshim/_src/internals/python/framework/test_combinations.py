"""Tests for every combination of named values.

@generate(combine(rows=[1, 2], dtype=[tf.float32]))
def test_rows(self, rows, dtype): ...
"""

from __future__ import annotations

import functools
import inspect
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from absl.testing import parameterized

__all__ = ["NamedObject", "combine", "generate", "times"]


class NamedObject:
    """An object with a name for the tests that it is a value of.

    Args:
      name: the name.
      obj: the object; its attributes and calls are those of the named one.
    """

    def __init__(self, name: str, obj: Any):
        self._name, self._obj = name, obj

    def __getattr__(self, name: str) -> Any:
        return getattr(self._obj, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._obj(*args, **kwargs)

    def __iter__(self) -> Any:
        return iter(self._obj)

    def __repr__(self) -> str:
        return self._name


def combine(**kwargs: Any) -> list[OrderedDict]:
    """Every combination of the values, as dicts in the order of the sorted names.

    Args:
      kwargs: for each name a list of values, or one value.
    """
    found = [OrderedDict()]
    for name in sorted(kwargs):
        values = kwargs[name] if isinstance(kwargs[name], list) else [kwargs[name]]
        found = [OrderedDict([*one.items(), (name, value)]) for one in found for value in values]
    return found


def times(*combined: Sequence[OrderedDict]) -> list[OrderedDict]:
    """Each combination of one list with each of the others.

    Raises:
      ValueError: if two lists have a name in common.
    """
    found: list[OrderedDict] = [OrderedDict()]
    for several in combined:
        following = []
        for one in found:
            for other in several:
                if one.keys() & other.keys():
                    raise ValueError(f"Keys need to not overlap: {one.keys()} vs {other.keys()}")
                following.append(OrderedDict(sorted([*one.items(), *other.items()])))
        found = following
    return found


def generate(combinations: Sequence[dict], test_combinations: Sequence[Any] = ()) -> Callable:
    """A decorator that runs a test method, or every one of a class, once for each combination.

    Args:
      combinations: dicts of arguments. `mode="graph"` and `tf_api_version=1` skip the test, as
        there is no graph; both are passed on only to methods that take them.
      test_combinations: ignored: what they would set up is what there is.
    """

    def decorate(thing: Any) -> Any:
        if isinstance(thing, type):
            for name, value in list(vars(thing).items()):
                if callable(value) and name.startswith("test"):
                    setattr(thing, name, decorate(value))
            return thing
        named = [{**c, "testcase_name": f"_test{_title(c)}"} for c in combinations]
        return parameterized.named_parameters(*named)(_in_mode(thing))

    return decorate


def _in_mode(method: Callable) -> Callable:
    taken = inspect.signature(method).parameters

    @functools.wraps(method)
    def test(self, **arguments: Any) -> Any:
        if arguments.get("mode") == "graph" or arguments.get("tf_api_version") == 1:
            self.skipTest("tfshim has no TensorFlow graph")
        for name in ("mode", "tf_api_version"):
            if name not in taken:
                arguments.pop(name, None)
        return method(self, **arguments)

    return test


def _title(combination: dict) -> str:
    words = [f"_{_word(k)}_{_word(v)}" for k, v in combination.items()]
    return "".join(words)


def _word(value: Any) -> str:
    return "".join(c for c in str(value) if c.isalnum())
