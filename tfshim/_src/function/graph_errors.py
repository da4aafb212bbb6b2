"""Errors of ops while a function is traced, in the classes that TensorFlow has for them then.

Eagerly a kernel refuses its inputs with InvalidArgumentError; while a graph is built, TensorFlow's
shape inference raises ValueError, and its dtype checks raise TypeError, before any kernel runs.
"""

from __future__ import annotations

import re

from tfshim._src.errors import InvalidArgumentError, OpError
from tfshim._src.registry import OPS

_MISMATCH = re.compile(
    r"cannot compute (\w+) as input #(\d+)\(zero-based\) was expected to be a (\w+) tensor but "
    r"is a (\w+) tensor"
)
_PREFIX = re.compile(r"^\{\{function_node [^}]*\}\} ")
_PUBLIC = {"float": "float32", "double": "float64", "half": "float16"}


class GraphValueError(ValueError, InvalidArgumentError):
    """A ValueError of shape inference; also what the op raises eagerly."""

    def __init__(self, message: str):
        InvalidArgumentError.__init__(self, None, None, message)

    __str__ = OpError.__str__

    def __reduce__(self):
        return type(self), (self._message,)


class GraphTypeError(TypeError, InvalidArgumentError):
    """A TypeError of a dtype check; also what the op raises eagerly."""

    def __init__(self, message: str):
        InvalidArgumentError.__init__(self, None, None, message)

    __str__ = OpError.__str__

    def __reduce__(self):
        return type(self), (self._message,)


GraphValueError.__name__ = GraphValueError.__qualname__ = "ValueError"
GraphTypeError.__name__ = GraphTypeError.__qualname__ = "TypeError"


def in_graph(error) -> Exception:
    """The error as TensorFlow raises it while a function is traced."""
    if not isinstance(error, OpError) or type(error) is not InvalidArgumentError:
        return error
    if "[Op:" not in error.message:
        return error
    found = _MISMATCH.search(error.message)
    if found is None:
        return GraphValueError(_PREFIX.sub("", error.message).split(" [Op:")[0])
    kernel, index, expected, got = found.groups()
    names: tuple = next((op.inputs for op in OPS.values() if op.kernel == kernel), ())
    i = int(index)
    name, first = (names[i], names[0]) if i < len(names) else (f"input{i}", "input0")
    return GraphTypeError(
        f"Input '{name}' of '{kernel}' Op has type {_PUBLIC.get(got, got)} that does not match "
        f"type {_PUBLIC.get(expected, expected)} of argument '{first}'."
    )
