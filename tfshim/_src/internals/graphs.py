"""What asks for a graph of TensorFlow 1 says that there is none, and a test skips itself."""

from __future__ import annotations

import unittest
from typing import Any, NoReturn


class NoGraph(unittest.SkipTest, NotImplementedError):
    """Raised by what needs a graph or a session; a test that raises it is skipped."""


def no_graph(name: str) -> NoGraph:
    """The error for `name`, to be raised."""
    return NoGraph(f"{name} needs a TensorFlow graph, and tfshim has none")


class _Absent(type):
    def __call__(cls, *args: Any, **kwargs: Any) -> NoReturn:
        raise no_graph(cls.__name__)


def absent_class(name: str) -> type:
    """A class of this name that cannot be made."""
    return _Absent(name, (), {"__doc__": "Part of TensorFlow's graphs, which cannot be made."})


class Graph(metaclass=_Absent):
    """TensorFlow's graph, which cannot be made; nothing is an instance of it."""


class Session(metaclass=_Absent):
    """TensorFlow's session, which cannot be made."""


class Operation(metaclass=_Absent):
    """A node of a graph; nothing is an instance of it."""
