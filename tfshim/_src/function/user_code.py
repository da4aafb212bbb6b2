"""Errors in converted code: the same error again, with the user's lines in its text.

TensorFlow makes the error anew from one text, where it knows that its class takes one. An error of
another class becomes a StagingError.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

from tfshim._src.errors import InaccessibleTensorError, OperatorNotAllowedInGraphError, OpError
from tfshim._src.function.graph_errors import GraphTypeError, GraphValueError, in_graph


class PyCTError(Exception):
    """Base class of what AutoGraph raises."""

    __module__ = "tensorflow.python.autograph.pyct.errors"


class AutoGraphError(PyCTError):
    """Base class of AutoGraph's errors."""

    __module__ = "tensorflow.python.autograph.impl.api"


class StagingError(AutoGraphError):
    """An error in converted code whose class cannot be made from a text."""

    __module__ = "tensorflow.python.autograph.impl.api"


class _KeyErrorText(KeyError):
    """A KeyError whose text is shown as it is, not quoted."""

    def __init__(self, message: str, key: str):
        super().__init__(key)
        self._message = message

    def __str__(self) -> str:
        return self._message


_KeyErrorText.__name__ = _KeyErrorText.__qualname__ = "KeyError"

#: Classes that are made from one text; so are those without an `__init__` of their own.
_OF_TEXT = frozenset(
    {
        AssertionError,
        AttributeError,
        NameError,
        NotImplementedError,
        RuntimeError,
        StopIteration,
        TypeError,
        UnboundLocalError,
        ValueError,
        StagingError,
        AutoGraphError,
        PyCTError,
        GraphValueError,
        GraphTypeError,
        InaccessibleTensorError,
        OperatorNotAllowedInGraphError,
    }
)

_LIBRARY = re.compile(r'File "(<tfshim|.*[\\/]tfshim[\\/]_src[\\/]|.*[\\/]malt[\\/])')


def with_user_code(error: Exception) -> Exception:
    """The error with the lines of the user's function in its text, as TensorFlow shows them.

    Errors without such lines are returned as they are.
    """
    metadata: Any = getattr(error, "ag_error_metadata", None)
    if metadata is None or hasattr(error, "ag_pass_through"):
        return error
    told = in_graph(error)
    if told is not error:
        metadata.cause_message = f"{type(told).__name__}: {told}"
    made = _remade(told, _own_lines(metadata.get_message()), metadata.cause_message)
    if isinstance(told, GraphValueError) and isinstance(made, GraphValueError):
        made.late = told.late
    made.ag_error_metadata = metadata  # type: ignore[attr-defined]  # a function around adds its line
    for note in getattr(error, "__notes__", ()):
        made.add_note(note)
    return made


def _remade(error: Exception, message: str, cause: str) -> Exception:
    """An error of the same class with another text."""
    kind: Any = type(error)
    if kind in _OF_TEXT or kind.__init__ is Exception.__init__:
        return kind(message)
    if kind is KeyError:
        return _KeyErrorText(message, cause)
    if isinstance(error, OpError):
        names = inspect.getfullargspec(kind.__init__).args
        if names == ["self", "node_def", "op", "message"]:
            return kind(error.node_def, error.op, message)
    return StagingError(message)


def _own_lines(message: str) -> str:
    """The text without frames of this package and of the converter."""
    lines, kept, skip = message.split("\n"), [], False
    for line in lines:
        frame = line.lstrip()
        if frame.startswith('File "'):
            skip = _LIBRARY.search(frame) is not None
        elif not line.startswith("        "):
            skip = False
        if not skip:
            kept.append(line)
    return "\n".join(kept)
