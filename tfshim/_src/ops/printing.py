"""`tf.print`, with the text that TensorFlow's kernel makes of tensors."""

from __future__ import annotations

import pprint
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import nest, static
from tfshim._src.convert import convert
from tfshim._src.registry import export
from tfshim._src.tensor import STATE, Tensor


def number_text(item: Any) -> str:
    """One element: the shortest of 6 or 9 (float64: 15 or 17) digits that reads back the same."""
    if isinstance(item, (bool, np.bool_)):
        return str(int(item))
    if isinstance(item, bytes):
        text = item.decode("utf-8", "backslashreplace")
        return '"' + text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"') + '"'
    kind = np.asarray(item).dtype
    if kind.kind in "iu":
        return str(int(item))
    if kind.kind == "c":
        return "?"
    if kind == np.float64:
        short, full = "%.15g", "%.17g"
        value = float(item)
    else:
        short, full = "%.6g", "%.9g"
        value = float(np.float32(item))
    if value != value:
        return "nan"
    if value in (np.inf, -np.inf):
        return "inf" if value > 0 else "-inf"
    text = short % value
    same = np.float32(text) == np.float32(value) if short == "%.6g" else float(text) == value
    return text if same else full % value


def array_text(value: np.ndarray, edge: int) -> str:
    """An array, with only `edge` items at each end of an axis; all of them if it is negative."""
    if value.ndim == 0:
        return number_text(value[()])
    if not value.size and value.shape[0]:  # rows of nothing
        return "[" + "\n" * (value.ndim - 1) + " ...]"
    return _nested(value, edge, value.ndim, 0)


def _nested(value: np.ndarray, edge: int, rank: int, depth: int) -> str:
    n = value.shape[0]
    if value.ndim == 1:
        if 0 <= edge * 2 < n and edge >= 0:
            shown = [number_text(v) for v in value[:edge]] + ["..."]
            shown += [number_text(v) for v in value[n - edge :]]
        else:
            shown = [number_text(v) for v in value]
        return "[" + " ".join(shown) + "]"
    pad = " " * (depth + 1)
    gap = "\n" * (value.ndim - 1) + pad
    if 0 <= edge * 2 < n:
        head = [_nested(v, edge, rank, depth + 1) for v in value[:edge]]
        tail = [_nested(v, edge, rank, depth + 1) for v in value[n - edge :]]
        parts = gap.join(head) + gap + "..." + gap + gap.join(tail)
    else:
        parts = gap.join([_nested(v, edge, rank, depth + 1) for v in value])
    return "[" + parts + "]"


class _Text:
    """Stands for a tensor in a structure that is pretty-printed."""

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        return self.text


Read = Callable[[Any], np.ndarray]


def _as_it_is(item: Any) -> Any:
    """A variable's value at this place of the program; anything else itself."""
    return item.value() if hasattr(item, "read_value") else item


def _tensor_text(t: Any, edge: int, read: Read) -> str:
    if hasattr(t, "to_list"):
        return str(t.to_list())
    if hasattr(t, "dense_shape") and hasattr(t, "_flatten_components"):
        parts = [array_text(read(convert(p)), edge) for p in (t.indices, t.values, t.dense_shape)]
        return "'SparseTensor(indices={}, values={}, shape={})'".format(*parts)
    return array_text(read(convert(t)), edge)


def _is_value(item: Any) -> bool:
    return (
        isinstance(item, Tensor)
        or hasattr(item, "_operand_dtype")
        or hasattr(item, "_flatten_components")
    )


def format_inputs(inputs: tuple, separator: str, edge: int, read: Read = static.host) -> str:
    """What `tf.print` writes for its arguments, without the end.

    Args:
      inputs: what the caller passed.
      separator: between two of them.
      edge: how many elements to show at each end of an axis.
      read: gives the value of a tensor.
    """
    if len(inputs) == 1 and isinstance(inputs[0], Tensor):
        t = inputs[0]
        if t.dtype.kind == "s" and t.ndim == 0:
            text: Any = read(t)[()]
            return text.decode("utf-8", "backslashreplace")
    texts = []
    for item in inputs:
        if isinstance(item, str):
            texts.append(item)
        elif _is_value(item):
            texts.append(_tensor_text(item, edge, read))
        else:
            shown = nest.map_structure(
                lambda v: _Text(_tensor_text(v, edge, read)) if _is_value(v) else v, item
            )
            texts.append(pprint.pformat(shown))
    return separator.join(texts)


def _writer(stream: Any) -> Callable[[str], Any]:
    for name in ("stdout", "stderr"):
        if stream is getattr(sys, name):
            # looked up at each call: a notebook replaces it while a traced function lives on

            def show(text: str, name: str = name) -> None:
                target = getattr(sys, name)
                target = getattr(target, "unhushed", target)  # function/hush.py
                target.write(text)
                target.flush()

            return show
    if isinstance(stream, str) and stream.startswith("file://"):
        path = stream[len("file://") :]

        def append(text: str) -> None:
            with open(path, "a", encoding="utf-8") as file:
                file.write(text)

        return append
    if callable(stream) and getattr(stream, "__name__", None) in ("info", "warning", "error"):
        return lambda text: stream(text.rstrip("\n"))
    if hasattr(stream, "write") and not isinstance(stream, str):
        return stream.write
    raise ValueError(
        f"Unsupported output stream, logging level, or file.{stream}. Supported streams are "
        "sys.stdout, sys.stderr, tf.logging.info, tf.logging.warning, tf.logging.error. File needs "
        "to be in the form of 'file://<filepath>'."
    )


@export("tf.print")
def print_v2(*inputs, **kwargs) -> None:
    """Writes tensors and other values to a stream.

    Args:
      *inputs: tensors, strings, numbers, or nests of these.
      **kwargs: `output_stream` (sys.stderr by default, sys.stdout, or "file://path"), `summarize`
        (how many elements at each end of an axis; 3 by default, -1 for all), `sep` (a space), `end`
        (a newline), `name` (ignored).

    Raises:
      ValueError: for another keyword or an unknown stream.
    """
    stream = kwargs.pop("output_stream", sys.stderr)
    kwargs.pop("name", None)
    edge = kwargs.pop("summarize", 3)
    separator = kwargs.pop("sep", " ")
    end = kwargs.pop("end", "\n")
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {kwargs}")
    write = _writer(stream)
    end = "\n" if end is None else end
    if not STATE.trace.symbolic:
        write(format_inputs(inputs, separator, edge) + end)
        return
    inputs = tuple([nest.map_structure(_as_it_is, i) for i in inputs])
    unknown: list[Any] = []

    def collect(t: Any) -> np.ndarray:
        if not t._is_symbolic():
            return t._host_value()
        unknown.append(t)
        return np.zeros(t.aval.shape, t.aval.dtype.np)

    def run(*values: np.ndarray) -> None:
        rest = iter(values)
        read = lambda t: next(rest) if t._is_symbolic() else t._host_value()  # noqa: E731
        write(format_inputs(inputs, separator, edge, read) + end)

    from tfshim._src.function.effects import effect

    format_inputs(inputs, separator, edge, collect)
    effect("PrintV2", run, unknown)
