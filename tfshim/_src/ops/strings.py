"""Strings, element by element: case, lengths, pieces, patterns, numbers to and from text.

String tensors are NumPy object arrays of bytes; these ops run at once, on the host.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import dtypes, nest, static
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import (
    InvalidArgumentError,
    OutOfRangeError,
    dtype_not_allowed,
    fail,
    op_error,
    require,
)
from tfshim._src.ops.common import brackets
from tfshim._src.ops.printing import array_text
from tfshim._src.ops.strings_patterns import checked, on_text, rewritten, substituted
from tfshim._src.registry import export, op
from tfshim._src.rules import INDEX, each, fixed, same
from tfshim._src.tensor import STATE, Tensor

_STRING = fixed("string", "input")


def each_string(fn: Callable[[bytes], Any], value: np.ndarray, dtype: Any = object) -> np.ndarray:
    """A function of bytes applied to every element.

    Args:
      fn: gives bytes, or numbers if `dtype` is a number's.
      value: object array of bytes, any shape.
      dtype: of the result.
    """
    out = np.empty(value.shape, dtype)
    flat, source = out.reshape(-1), value.reshape(-1)
    for i, item in enumerate(source):
        flat[i] = fn(item)
    return flat.reshape(value.shape)


def choice(kernel: str, attr: str, allowed: tuple[str, ...]) -> Callable[[Any], Any]:
    """A converter for a string attribute that has few values."""

    def converter(value: Any) -> Any:
        if value not in allowed:
            names = ", ".join(f'"{a}"' for a in allowed)
            raise op_error(
                kernel,
                f"Value for attr '{attr}' of \"{value}\" is not in the list of allowed values: "
                f"{names}\n\t; NodeDef: {{{{node {kernel}}}}}",
                ran=False,
            )
        return value

    return converter


def characters(value: bytes) -> list[bytes]:
    """The UTF-8 characters of bytes: a lead byte and its continuation bytes each."""
    starts = [i for i, b in enumerate(value) if b & 0xC0 != 0x80]
    return [value[a:b] for a, b in zip(starts, [*starts[1:], len(value)], strict=False)]


# -- case, blanks, length --------------------------------------------------------------------------


def _cased(kernel: str, ascii_only: Callable, unicode: Callable):
    def change(input, encoding):
        if encoding == "":
            return each_string(ascii_only, input)
        if encoding != "utf-8":
            fail(f"only utf-8 or '' (no encoding) is supported, received {encoding}")
        return each_string(lambda b: unicode(b.decode("utf-8", "replace")).encode("utf-8"), input)

    return change


_upper = _cased("StringUpper", bytes.upper, str.upper)
_lower = _cased("StringLower", bytes.lower, str.lower)


@op("tf.strings.upper", kernel="StringUpper", inputs=_STRING, host=True)
def string_upper(input, encoding=""):
    """Upper case.

    Args:
      input: string tensor.
      encoding: "" changes ASCII letters only, "utf-8" all letters.

    Raises:
      InvalidArgumentError: for another encoding.
    """
    return _upper(input, encoding)


@op("tf.strings.lower", kernel="StringLower", inputs=_STRING, host=True)
def string_lower(input, encoding=""):
    """Lower case.

    Args:
      input: string tensor.
      encoding: "" changes ASCII letters only, "utf-8" all letters.

    Raises:
      InvalidArgumentError: for another encoding.
    """
    return _lower(input, encoding)


@op("tf.strings.strip", kernel="StringStrip", inputs=_STRING, host=True)
def string_strip(input):
    """The strings without blanks at both ends.

    Args:
      input: string tensor.
    """
    return each_string(lambda b: b.strip(b" \t\n\v\f\r"), input)


_UNITS = ("BYTE", "UTF8_CHAR")


@op(
    "tf.strings.length",
    kernel="StringLength",
    inputs=_STRING,
    static={"unit": choice("StringLength", "unit", _UNITS)},
    host=True,
)
def string_length(input, unit="BYTE"):
    """The lengths of strings, int32.

    Args:
      input: string tensor.
      unit: "BYTE" or "UTF8_CHAR".
    """
    count = len if unit == "BYTE" else lambda b: sum(c & 0xC0 != 0x80 for c in b)
    return each_string(count, input, np.int32)


@op(
    "tf.strings.substr",
    kernel="Substr",
    inputs=_STRING + same("pos", "len", of=INDEX),
    static={"unit": choice("Substr", "unit", _UNITS)},
    host=True,
)
def substr(input, pos, len, unit="BYTE"):
    """Pieces of strings.

    Args:
      input: string tensor.
      pos: int32 or int64, where to begin; negative counts from the end. Broadcasts with `input`.
      len: how much at most, of the dtype and shape of `pos`; to the end if negative.
      unit: "BYTE" or "UTF8_CHAR".

    Raises:
      InvalidArgumentError: for a position outside of a string.
    """
    if pos.shape != len.shape:
        fail(
            f"pos and len should have the same shape, got: {brackets(pos.shape)} vs. "
            f"{brackets(len.shape)}"
        )
    try:
        strings, begins, sizes = np.broadcast_arrays(input, pos, len)
    except ValueError:
        fail(f"Incompatible shapes: {brackets(input.shape)} vs. {brackets(pos.shape)}")
    out = np.empty(strings.shape, object)
    flat = out.reshape(-1)
    for i, (s, p, n) in enumerate(
        zip(strings.reshape(-1), begins.reshape(-1), sizes.reshape(-1), strict=True)
    ):
        flat[i] = _piece(s, int(p), int(n), unit, i)
    return flat.reshape(strings.shape)


def _piece(s: bytes, pos: int, size: int, unit: str, index: int) -> bytes:
    units: Any = s if unit == "BYTE" else characters(s)
    n = len(units)
    if not -n <= pos <= n:
        shown = f" b'{_escaped(s)}'" if unit == "BYTE" else ""
        fail(f"pos {pos} out of range for string{shown} at index {index}")
    begin = pos + n if pos < 0 else pos
    end = n if size < 0 else min(n, begin + size)
    piece = units[begin:end]
    return piece if unit == "BYTE" else b"".join(piece)


def _escaped(s: bytes) -> str:
    return repr(s)[2:-1]


# -- joining ---------------------------------------------------------------------------------------


@op(kernel="StringJoin", inputs=fixed("string", "*inputs"), host=True)
def _join_strings(inputs, separator):
    arrays = [a for a in inputs if a.ndim]
    if not arrays:
        out = np.empty((), object)
        out[()] = separator.join(a[()] for a in inputs)
        return out
    out = np.empty(arrays[0].shape, object)
    flat = out.reshape(-1)
    columns = [np.broadcast_to(a, out.shape).reshape(-1) for a in inputs]
    for i, parts in enumerate(zip(*columns, strict=True)):
        flat[i] = separator.join(parts)
    return flat.reshape(out.shape)


@export("tf.strings.join")
def string_join(inputs, separator="", name=None) -> Any:
    """Joins strings element by element.

    Args:
      inputs: list of string tensors, each a scalar or of the common shape.
      separator: goes between them.
      name: ignored.

    Raises:
      InvalidArgumentError: for shapes that differ.
    """
    tensors = [convert(v, None if isinstance(v, Tensor) else dtypes.string) for v in inputs]
    shapes = [t.aval.shape for t in tensors if t.ndim]
    for shape in shapes[1:]:
        if shape != shapes[0]:
            raise op_error(
                "StringJoin",
                f"Input shapes do not match: {brackets(shapes[0])} vs. {brackets(shape)}",
                name=None,
                attrs=f"N_{len(tensors)}",
            )
    return _join_strings(tensors, _bytes(separator))


def _bytes(value: Any) -> bytes:
    value = static.host(value)
    if isinstance(value, np.ndarray):
        value = value[()]
    return value.encode() if isinstance(value, str) else value


def _joined_along(value: np.ndarray, separator: bytes) -> bytes:
    return separator.join(value.reshape(-1))


@op(kernel="ReduceJoin", inputs=_STRING, host=True)
def _reduce_join(input, axes, keepdims, separator):
    rest = tuple(a for a in range(input.ndim) if a not in axes)
    if not axes:
        return input
    moved = np.transpose(input, (*rest, *axes[::-1]))
    shape = moved.shape[: len(rest)]
    count = int(np.prod(shape))
    rows = moved.reshape(count, -1 if count else 0)
    out = np.empty(count, object)
    for i in range(count):
        out[i] = _joined_along(rows[i], separator)
    if keepdims:
        shape = tuple(1 if a in axes else n for a, n in enumerate(input.shape))
    return out.reshape(shape)


@export("tf.strings.reduce_join")
def reduce_join(inputs, axis=None, keepdims=False, separator="", name=None) -> Any:
    """Joins the strings along axes.

    Args:
      inputs: string tensor.
      axis: one axis, or several in the order in which to join; None for all, the last one first.
      keepdims: whether reduced axes stay, with size 1.
      separator: goes between the strings.
      name: ignored.

    Raises:
      OutOfRangeError: for an axis that is not there.
    """
    t = convert(inputs, None if isinstance(inputs, Tensor) else dtypes.string)
    given = static.axis(axis)
    axes = tuple(range(t.ndim))[::-1] if given is None else given
    axes = (axes,) if isinstance(axes, int) else axes
    for a in axes:
        if not -t.ndim <= a < t.ndim:
            raise op_error(
                "ReduceJoin",
                f"Invalid reduction dimension ({a} for input with {t.ndim} dimension(s)"
                if STATE.trace.symbolic
                else f"Invalid reduction dimension {a} for input with {t.ndim} dimension(s)",
                InvalidArgumentError if STATE.trace.symbolic else OutOfRangeError,
            )
    positive = tuple(a % t.ndim for a in axes)
    if len(set(positive)) != len(positive):
        raise op_error("ReduceJoin", f"Duplicate reduction dimension {positive[-1]}")
    return _reduce_join(t, positive, bool(keepdims), _bytes(separator))


def _segment_count(value: Any) -> int:
    """The number of segments, which is a scalar of an index dtype."""
    kernel = "UnsortedSegmentJoin"
    t = convert(value, None if isinstance(value, Tensor) else dtypes.int32)
    if t.aval.dtype.name not in INDEX:
        raise dtype_not_allowed(kernel, t.aval.dtype, (dtypes.int32, dtypes.int64), "Tnumsegments")
    if t.ndim:
        size = "must be a scalar" if t.aval.size else "cannot be empty."
        raise op_error(kernel, f"Number of segments {size}")
    return int(static.host(t))


@op(
    "tf.strings.unsorted_segment_join",
    kernel="UnsortedSegmentJoin",
    inputs=fixed("string", "inputs") + each("segment_ids", of=INDEX, attr="Tindices"),
    static={"num_segments": _segment_count, "separator": _bytes},
    host=True,
)
def unsorted_segment_join(inputs, segment_ids, num_segments, separator=""):
    """Joins the strings of each segment, in their order.

    Args:
      inputs: string tensor.
      segment_ids: the segment of each; its shape is a prefix of that of `inputs`.
      num_segments: how many there are.
      separator: goes between the strings.

    Raises:
      InvalidArgumentError: for a segment that is not there, or shapes that do not fit.
      OutOfRangeError: for ids of a higher rank than the strings.
    """
    require(num_segments >= 0, f"Number of segments must be non-negative but got {num_segments}")
    if segment_ids.ndim > inputs.ndim:
        fail(
            f"Invalid segment_id rank {segment_ids.ndim} for input with {inputs.ndim} dimension(s)",
            OutOfRangeError,
        )
    for axis, (ids, rows) in enumerate(zip(segment_ids.shape, inputs.shape, strict=False)):
        if ids != rows:  # what TensorFlow calls the input's dimension here is its rank
            fail(
                f"Segment dimension is {ids} while input dimension is {inputs.ndim} in rank {axis}"
            )
    if ((segment_ids < 0) | (segment_ids >= num_segments)).any():
        fail("segment_ids are not allowed to exceed num_segments or to have negative values.")
    inner = inputs.shape[segment_ids.ndim :]
    rows = inputs.reshape(segment_ids.size, int(np.prod(inner)))
    out = np.full((num_segments, rows.shape[1]), b"", object)
    for row, segment in zip(rows, segment_ids.reshape(-1), strict=True):
        for column, item in enumerate(row):
            # TensorFlow puts no separator behind what is still empty.
            before: Any = out[segment, column]
            out[segment, column] = before + separator + item if before else item
    return out.reshape(num_segments, *inner)


# -- patterns --------------------------------------------------------------------------------------


@op(kernel="StaticRegexReplace", inputs=_STRING, host=True)
def _regex_replace(input, pattern, rewrite, replace_global):
    checked(pattern)
    parts, sound = rewritten(rewrite)
    groups = max((p for p in parts if isinstance(p, int)), default=0)

    def replaced(value: bytes) -> bytes:
        def run(found: re.Pattern, text: Any) -> Any:
            # RE2 replaces nothing then, but all matches by what is sound of the replacement.
            if groups > found.groups or not (sound or replace_global):
                return text
            wide = isinstance(text, str)

            def fill(m: re.Match) -> Any:
                texts = [m.group(p) or "" * wide if isinstance(p, int) else p for p in parts]
                pieces = [g if isinstance(g, bytes) else g.encode() for g in texts]
                joined = b"".join(pieces)
                return joined.decode() if wide else joined

            return substituted(found, text, fill) if replace_global else found.sub(fill, text, 1)

        result = on_text(pattern, value, run)
        return result.encode() if isinstance(result, str) else result

    return each_string(replaced, input)


@export("tf.strings.regex_replace")
def regex_replace(input, pattern, rewrite, replace_global=True, name=None) -> Any:
    r"""Replaces what a regular expression matches.

    Args:
      input: string tensor.
      pattern: regular expression, in the syntax that RE2 and Python's `re` share.
      rewrite: the replacement; `\1` to `\9` are the groups, `\0` all of the match.
      replace_global: whether all matches are replaced, or only the first.
      name: ignored.

    Raises:
      InvalidArgumentError: for a pattern that is none.
    """
    pattern, rewrite = _bytes(pattern), _bytes(rewrite)
    return _regex_replace(input, pattern, rewrite, bool(replace_global))


@op(kernel="StaticRegexFullMatch", inputs=_STRING, host=True)
def _regex_full_match(input, pattern):
    checked(pattern)
    whole = b"(?:" + pattern + b")"
    return each_string(
        lambda value: on_text(whole, value, lambda p, text: p.fullmatch(text) is not None),
        input,
        np.bool_,
    )


@export("tf.strings.regex_full_match")
def regex_full_match(input, pattern, name=None) -> Any:
    """Whether a regular expression matches the whole of each string.

    Args:
      input: string tensor.
      pattern: regular expression, in the syntax that RE2 and Python's `re` share.
      name: ignored.

    Raises:
      InvalidArgumentError: for a pattern that is none.
    """
    return _regex_full_match(input, _bytes(pattern))


# -- numbers and text ------------------------------------------------------------------------------

_NUMBERS = ("float", "double", "int32", "int64", "uint32", "uint64")
_INTEGER = re.compile(rb"[+-]?[0-9]+\Z")
_HEX_FLOAT = re.compile(rb"[+-]?0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[+-]?[0-9]+)?\Z", re.I)
_FLOAT = re.compile(
    rb"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf(?:inity)?|nan)\Z", re.I
)


@op(kernel="StringToNumber", inputs=fixed("string", "input"), host=True)
def _to_number(input, out_type):
    kind = out_type.np

    def parse(value: bytes) -> Any:
        text = value.strip(b" \t\n\v\f\r")
        if out_type.kind == "f":
            if _FLOAT.match(text):
                with np.errstate(over="ignore"):
                    return kind.type(float(text))
            if _HEX_FLOAT.match(text):
                return kind.type(float.fromhex(text.decode()))
        elif _INTEGER.match(text):
            number = int(text)
            info = np.iinfo(kind)
            if info.min <= number <= info.max and not (info.min == 0 and text.startswith(b"-")):
                return number
        fail(
            "StringToNumberOp could not correctly convert string: "
            + value.decode("utf-8", "replace")
        )

    return each_string(parse, input, kind)


@export("tf.strings.to_number")
def string_to_number(input, out_type=dtypes.float32, name=None) -> Any:
    """Numbers from their text.

    Args:
      input: string tensor.
      out_type: float32, float64, int32, int64, uint32 or uint64.
      name: ignored.

    Raises:
      InvalidArgumentError: for a string that is no such number, or another dtype.
    """
    from tfshim._src.errors import dtype_not_allowed
    from tfshim._src.rules import _FROM_C

    wanted = dtypes.as_dtype(out_type)
    allowed = [dtypes.as_dtype(_FROM_C.get(n, n)) for n in _NUMBERS]
    if wanted not in allowed:
        raise dtype_not_allowed("StringToNumber", wanted, allowed, attr="out_type", name=None)
    return _to_number(input, wanted)


@op(kernel="AsString", inputs=each("input"), host=True)
def _as_string(input, precision, scientific, shortest, width, fill):
    dtype = dtypes.from_np(input.dtype)
    kind = dtype.kind
    if kind == "s":
        return input
    if len(fill.encode()) > 1:
        fail("Fill string must be one or fewer characters")
    if fill and fill not in " -+0#":
        fail(f'Fill argument not supported: "{fill}"')
    if precision >= 0 and kind not in "fc":
        fail(f"precision not supported for datatype {dtype.name}")
    if (scientific or shortest) and kind not in "fc":
        fail("scientific and shortest format not supported for datatype " + dtype.name)
    if scientific and shortest:
        fail("Cannot select both scientific and shortest notation")
    form = "%" + fill + (str(width) if width > -1 else "")
    if kind in "fc":
        form += (f".{precision}" if precision > -1 else "") + (
            "e" if scientific else "g" if shortest else "f"
        )
    else:
        form += "d"
    if input.dtype in (np.float32, np.float64):  # TensorFlow's kernels flush denormals
        input = np.where(np.abs(input) < np.finfo(input.dtype).tiny, np.copysign(0, input), input)
        input = input.astype(dtype.np)

    def number(v: Any) -> str:
        # C fills with zeros in front of digits only
        return (form if math.isfinite(v) else form.replace("%0", "%")) % float(v)

    def text(v: Any) -> bytes:
        if kind == "b":
            return b"true" if v else b"false"
        if kind == "c":
            return f"({number(v.real)},{number(v.imag)})".encode()
        return (number(v) if kind == "f" else form % int(v)).encode()

    return each_string(text, input)


@export("tf.strings.as_string", "tf.as_string")
def as_string(
    input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None
) -> Any:
    """The text of numbers, as C's printf gives it.

    Args:
      input: tensor of numbers or booleans; strings stay as they are.
      precision: digits after the point, for floats.
      scientific: whether floats are written as 1.5e+00.
      shortest: whether floats take the shorter of both notations.
      width: least number of characters.
      fill: "" or " " pads at the left, "0" with zeros, "-" at the right; "+" writes the sign.
      name: ignored.

    Raises:
      InvalidArgumentError: for options that the dtype does not have.
    """
    return _as_string(
        input,
        static.integer(precision),
        bool(scientific),
        bool(shortest),
        static.integer(width),
        fill.decode() if isinstance(fill, bytes) else fill,
    )


@export("tf.strings.format")
def string_format(template, inputs, placeholder="{}", summarize=3, name=None) -> Any:
    """A string with the text of tensors in it.

    Args:
      template: the text, with placeholders.
      inputs: a tensor or a list of them.
      placeholder: what stands for a tensor.
      summarize: how many elements to show at each end of an axis; all if -1.
      name: ignored.

    Raises:
      ValueError: if there are more or fewer placeholders than tensors.
    """
    values = nest.flatten(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    template, placeholder = _bytes(template).decode(), _bytes(placeholder).decode()
    pieces = template.split(placeholder)
    if len(pieces) - 1 != len(values):
        raise ValueError(
            f"The template expects {len(pieces) - 1} tensors, but the inputs only has "
            f"{len(values)}. Please ensure the number of placeholders in template matches inputs "
            "length."
        )
    edge = static.integer(summarize)
    texts = []
    for v in values:
        if hasattr(v, "to_list"):
            texts.append(str(v.to_list()))
        else:
            texts.append(array_text(static.host(convert(v)), edge))
    filled = pieces[0] + "".join(t + p for t, p in zip(texts, pieces[1:], strict=True))
    out = np.empty((), object)
    out[()] = filled.encode()
    return from_array(out)
