"""Strings cut into pieces: words, bytes, n-grams. Results are ragged, as lengths differ."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array
from tfshim._src.ops import shaping
from tfshim._src.ops.strings import _bytes
from tfshim._src.ragged import RaggedTensor, make, partition
from tfshim._src.ragged_make import constant
from tfshim._src.registry import export
from tfshim._src.tensor import STATE, Tensor


def as_strings(value: Any) -> Any:
    """A string tensor or ragged tensor.

    Raises:
      ValueError: for one of another dtype.
    """
    if isinstance(value, RaggedTensor):
        if value.dtype is not dtypes.string:
            raise ValueError(
                "Tensor conversion requested dtype string for RaggedTensor with dtype "
                f"{value.dtype.name}: {value!r}."
            )
        return value
    try:
        return convert(value, dtypes.string)
    except ValueError:
        if isinstance(value, list):
            return constant(value, dtypes.string)
        raise


def _named(value: Any, name: str) -> Any:
    """`as_strings`, with the argument's name in the error for a tensor of another dtype."""
    try:
        return as_strings(value)
    except ValueError as e:
        if isinstance(value, Tensor):
            raise ValueError(f"{name}: {e}") from None
        raise


def objects(items: list) -> np.ndarray:
    """A 1-D object array of bytes."""
    out = np.empty(len(items), object)
    out[:] = items
    return out


def ragged_of(rows: list[list], dtype: Any = object, splits: Any = dtypes.int64) -> RaggedTensor:
    """A ragged tensor of rows of bytes or numbers."""
    flat = [item for row in rows for item in row]
    values = objects(flat) if dtype is object else np.array(flat, dtype)
    return make(from_array(values), partition(np.cumsum([0, *map(len, rows)]), splits))


def pieces(value: Any, cut: Callable[[bytes], list], dtype: Any = object) -> Any:
    """The pieces of every string, along a new innermost axis.

    Args:
      value: string tensor of any rank, or ragged tensor.
      cut: a string's pieces.
      dtype: of the pieces.

    Returns:
      A tensor for a scalar, otherwise a ragged tensor.
    """
    if isinstance(value, RaggedTensor):
        return value._rebuilt(pieces(value.flat_values, cut, dtype))
    array = static.host(value)
    if array.ndim == 0:
        return ragged_of([cut(array[()])], dtype).values
    found = ragged_of([cut(s) for s in array.reshape(-1)], dtype)
    shape = array.shape
    for d in reversed(range(1, array.ndim)):
        from tfshim._src.ragged import uniform

        found = make(found, uniform(int(np.prod(shape[:d])), shape[d], dtypes.int64))
    return found


_WORD = re.compile(rb"\S+")


def _splitter(separator: bytes, limit: int) -> Callable[[bytes], list[bytes]]:
    def cut(value: bytes) -> list[bytes]:
        if limit == 0:
            return [value]
        if separator:
            return value.split(separator, limit)
        if limit < 0:
            return value.split()
        found, rest = [], value.lstrip()
        while len(found) < limit and (word := _WORD.match(rest)):
            found.append(word[0])
            rest = rest[word.end() :].lstrip()
        # Once all cuts are made the rest counts, even if it is empty.
        return [*found, rest] if rest or len(found) == limit else found

    return cut


@export("tf.strings.split")
def string_split(input, sep=None, maxsplit=-1, name=None) -> Any:
    """Cuts strings at separators.

    Args:
      input: string tensor of rank n, or ragged tensor.
      sep: what separates; None or "" for runs of blanks.
      maxsplit: how many cuts at most; all if it is negative.
      name: ignored.

    Returns:
      A ragged tensor of rank n + 1; a 1-D tensor for a scalar.
    """
    value = _named(input, "input")
    separator = b"" if sep is None else _bytes(sep)
    limit = static.integer(maxsplit)
    return pieces(value, _splitter(separator, limit if limit >= 0 else -1))


@export("tf.strings.bytes_split")
def bytes_split(input, name=None) -> Any:
    """The bytes of every string.

    Args:
      input: string tensor or ragged tensor.
      name: ignored.
    """
    value = input if isinstance(input, RaggedTensor) else convert(input)
    flat = value.flat_values if isinstance(value, RaggedTensor) else value
    if STATE.trace.symbolic and flat.dtype is not dtypes.string:
        raise TypeError(
            f"Input 'input' of 'StringSplit' Op has type {flat.dtype.name} that does not match "
            "expected type of string."
        )
    as_strings(flat if flat.ndim else shaping.reshape(flat, [-1]))
    return pieces(value, lambda s: [s[i : i + 1] for i in range(len(s))])


def _row_ngrams(
    row: list[bytes], widths: list[int], separator: bytes, pads: tuple | None, most: int, keep: bool
) -> list[bytes]:
    found: list[bytes] = []
    for width in widths:
        pad = 0 if pads is None else (width - 1 if most < 0 else min(width - 1, most))
        left, right = pads or (b"", b"")
        padded = [left] * pad + row + [right] * pad
        grams = [padded[i : i + width] for i in range(len(padded) - width + 1)]
        found += [separator.join(g) for g in grams]
    if not found and keep and row:
        pad = 0 if pads is None else (widths[0] - 1 if most < 0 else min(widths[0] - 1, most))
        left, right = pads or (b"", b"")
        found.append(separator.join([left] * pad + row + [right] * pad))
    return found


@export("tf.strings.ngrams")
def ngrams(
    data,
    ngram_width,
    separator=" ",
    pad_values=None,
    padding_width=None,
    preserve_short_sequences=False,
    name=None,
) -> Any:
    """Runs of neighbouring strings of the innermost axis, joined.

    Args:
      data: string tensor or ragged tensor of rank 1 or more.
      ngram_width: length of the runs, or several of them.
      separator: goes between the strings.
      pad_values: None, a string for both ends, or one for each end.
      padding_width: how many to pad with at most; by default one less than the width.
      preserve_short_sequences: whether a row that is too short gives one run of all it has.
      name: ignored.

    Raises:
      ValueError, TypeError: for widths or pads that are none.
    """
    if pad_values is None:
        pads = None
    elif isinstance(pad_values, (list, tuple)):
        if not all(isinstance(v, (str, bytes)) for v in pad_values):
            raise TypeError("pad_values must be a string, tuple of strings, or None.")
        pads = (_bytes(pad_values[0]), _bytes(pad_values[1]))
    elif isinstance(pad_values, (str, bytes)):
        pads = (_bytes(pad_values), _bytes(pad_values))
    else:
        raise TypeError("pad_values must be a string, tuple of strings, or None.")
    widths = [ngram_width] if isinstance(ngram_width, int) else list(ngram_width)
    if any(w < 1 for w in widths):
        raise ValueError(f"All ngram_widths must be greater than 0. Got {ngram_width}")
    if padding_width is not None and pad_values is None:
        raise ValueError("pad_values must be provided if padding_width is set.")
    if padding_width is not None and padding_width <= 0:
        raise ValueError("padding_width must be greater than 0.")
    most = -1 if padding_width is None else int(padding_width)
    value = _named(data, "data")
    rank = len(value.shape)
    if rank == 0:
        raise ValueError("Data must have rank>0")
    glue, keep = _bytes(separator), bool(preserve_short_sequences)

    def inner(v: Any) -> Any:
        if isinstance(v, RaggedTensor) and isinstance(v._values, RaggedTensor):
            return make(inner(v._values), v._row_partition)
        if isinstance(v, RaggedTensor):
            rows = v.to_list()
            return ragged_of([_row_ngrams(r, widths, glue, pads, most, keep) for r in rows])
        array = static.host(v)
        flat = array.reshape(-1, array.shape[-1]) if array.shape[-1] else array.reshape(0, 0)
        rows = [_row_ngrams(list(r), widths, glue, pads, most, keep) for r in flat]
        # (of no rows, TensorFlow asks tf.reshape for the number of columns)
        outer = array.shape[:-1]
        columns = 1 // math.prod(n for n in outer if n) if 0 in outer else 0
        width = len(rows[0]) if rows else columns
        return from_array(objects([g for r in rows for g in r]).reshape(*array.shape[:-1], width))

    return inner(value)
