"""Unicode: code points and characters of strings, and between encodings."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import dtype_mismatch, op_error
from tfshim._src.ops.strings import choice, each_string
from tfshim._src.ops.strings_split import as_strings, objects, pieces
from tfshim._src.ragged import RaggedTensor
from tfshim._src.registry import export, op
from tfshim._src.rules import fixed
from tfshim._src.tensor import STATE

_ERRORS = ("strict", "replace", "ignore")
_OUTPUTS = ("UTF-8", "UTF-16-BE", "UTF-32-BE")
_CODECS = {"UTF-16": "utf-16", "UTF-32": "utf-32", "US-ASCII": "ascii"}


def _codec(encoding: str) -> str | None:
    import codecs

    name = _CODECS.get(encoding.upper(), encoding)
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _typed(value: Any, kernel: str, dtype: dtypes.DType = dtypes.string) -> Any:
    """A tensor or ragged tensor, which the kernel refuses unless it is of `dtype`."""
    if not isinstance(value, RaggedTensor):
        try:
            value = convert(value)
        except ValueError:
            if dtype is not dtypes.string or not isinstance(value, list):
                raise
            value = as_strings(value)
    if value.dtype is not dtype:
        raise dtype_mismatch(kernel, 0, dtype, value.dtype)
    return value


def _control(point: int) -> bool:
    return point < 0x20  # TensorFlow leaves those from 0x7F on alone


def code_points(value: bytes, codec: str) -> list[tuple[int, int]]:
    """Code points with the number of bytes of each; -1 for what is not well formed.

    A maximal broken sequence counts once, as the Unicode standard recommends (section 3.9).
    """
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(value):
        try:
            text, used = value[at:].decode(codec), len(value) - at
            bad = 0
        except UnicodeDecodeError as e:
            text, used = value[at : at + e.start].decode(codec), e.start
            bad = max(1, min(e.end, len(value) - at) - e.start)
        if codec == "utf-8":
            found += [(ord(c), len(c.encode("utf-8"))) for c in text]
        elif text:
            sizes = _sizes(text, codec, used)
            found += [(ord(c), n) for c, n in zip(text, sizes, strict=True)]
        at += used
        if bad:
            found.append((-1, bad))
            at += bad
    return found


def _sizes(text: str, codec: str, used: int) -> list[int]:
    if "16" in codec:
        return [4 if ord(c) > 0xFFFF else 2 for c in text]
    if "32" in codec:
        return [4] * len(text)
    if used == len(text):
        return [1] * len(text)
    return [len(c.encode(codec)) for c in text]


class _Decoder:
    """Decodes as `errors`, `replacement_char` and `replace_control_characters` say."""

    def __init__(self, kernel, encoding, errors, replacement, control):
        found = _codec(encoding)
        if found is None:
            raise op_error(kernel, f"Could not create converter for input encoding: {encoding}")
        choice(kernel, "errors", _ERRORS)(errors)
        self.kernel, self.codec, self.errors = kernel, found, errors
        self.replacement, self.control = static.integer(replacement), control

    def __call__(self, value: bytes) -> list[tuple[int, int, int]]:
        """(code point, first byte, bytes) of the characters that are kept."""
        found, at = [], 0
        for point, size in code_points(value, self.codec):
            if point < 0:
                if self.errors == "strict":
                    raise op_error(self.kernel, "Invalid formatting on input string")
                if self.errors == "replace":
                    found.append((self.replacement, at, size))
            elif self.control and _control(point):
                if self.errors != "ignore":
                    found.append((self.replacement, at, size))
            else:
                found.append((point, at, size))
            at += size
        return found


@export("tf.strings.unicode_decode")
def unicode_decode(
    input,
    input_encoding,
    errors="replace",
    replacement_char=0xFFFD,
    replace_control_characters=False,
    name=None,
) -> Any:
    """The code points of every string, int32.

    Args:
      input: string tensor or ragged tensor of rank n.
      input_encoding: "UTF-8", "UTF-16-BE" and others that Python's codecs know.
      errors: "replace", "ignore" or "strict", for what is not well formed.
      replacement_char: the code point that replaces it.
      replace_control_characters: whether control characters are replaced too.
      name: ignored.

    Returns:
      A ragged tensor of rank n + 1; a 1-D tensor for a scalar.

    Raises:
      InvalidArgumentError: for an unknown encoding, or what is not well formed if strict.
    """
    decode = _Decoder(
        "UnicodeDecode", input_encoding, errors, replacement_char, replace_control_characters
    )
    return pieces(_typed(input, "UnicodeDecode"), lambda s: [p for p, _, _ in decode(s)], np.int32)


@export("tf.strings.unicode_decode_with_offsets")
def unicode_decode_with_offsets(
    input,
    input_encoding,
    errors="replace",
    replacement_char=0xFFFD,
    replace_control_characters=False,
    name=None,
) -> Any:
    """Code points as `unicode_decode` gives them, and the byte at which each begins.

    Args:
      input, input_encoding, errors, replacement_char, replace_control_characters, name: as there.
    """
    decode = _Decoder(
        "UnicodeDecodeWithOffsets",
        input_encoding,
        errors,
        replacement_char,
        replace_control_characters,
    )
    value = _typed(input, "UnicodeDecodeWithOffsets")
    return (
        pieces(value, lambda s: [p for p, _, _ in decode(s)], np.int32),
        pieces(value, lambda s: [at for _, at, _ in decode(s)], np.int64),
    )


@export("tf.strings.unicode_split")
def unicode_split(input, input_encoding, errors="replace", replacement_char=0xFFFD, name=None):
    """The characters of every string, as strings of the same encoding.

    Args:
      input: string tensor or ragged tensor of rank n.
      input_encoding: one of UTF-8, UTF-16-BE, UTF-32-BE.
      errors: "replace", "ignore" or "strict", for what is not well formed.
      replacement_char: the code point that replaces it.
      name: ignored.
    """
    decode = _Decoder("UnicodeDecode", input_encoding, errors, replacement_char, False)
    encode = _Encoder("UnicodeEncode", input_encoding, errors, replacement_char)
    value = _typed(input, "UnicodeDecode")
    return pieces(value, lambda s: [encode([p]) for p, _, _ in decode(s)])


@export("tf.strings.unicode_split_with_offsets")
def unicode_split_with_offsets(
    input, input_encoding, errors="replace", replacement_char=0xFFFD, name=None
):
    """Characters as `unicode_split` gives them, and the byte at which each begins.

    Args:
      input, input_encoding, errors, replacement_char, name: as there.
    """
    value = _typed(input, "UnicodeDecodeWithOffsets")
    split = unicode_split(value, input_encoding, errors, replacement_char)
    decode = _Decoder("UnicodeDecodeWithOffsets", input_encoding, errors, replacement_char, False)
    offsets = pieces(value, lambda s: [at for _, at, _ in decode(s)], np.int64)
    return split, offsets


class _Encoder:
    """Encodes code points as `errors` and `replacement_char` say."""

    def __init__(self, kernel, encoding, errors, replacement):
        choice(kernel, "output_encoding", _OUTPUTS)(encoding)
        choice(kernel, "errors", _ERRORS)(errors)
        self.kernel, self.errors = kernel, errors
        self.codec = _codec(encoding)
        self.replacement = static.integer(replacement)

    def __call__(self, points) -> bytes:
        kept = []
        for point in points:
            p = int(point)
            if not 0 <= p < 0x110000 or 0xD800 <= p < 0xE000:
                if self.errors == "strict":
                    raise op_error(
                        self.kernel, "Code point is out of range for Unicode, or is a surrogate."
                    )
                if self.errors == "ignore":
                    continue
                p = self.replacement
            kept.append(chr(p))
        return "".join(kept).encode(self.codec or "utf-8")


@export("tf.strings.unicode_encode")
def unicode_encode(
    input, output_encoding, errors="replace", replacement_char=0xFFFD, name=None
) -> Any:
    """Strings of code points, along the innermost axis.

    Args:
      input: int32 tensor or ragged tensor of rank n, at least 1.
      output_encoding: "UTF-8", "UTF-16-BE" or "UTF-32-BE".
      errors: "replace", "ignore" or "strict", for code points that are none.
      replacement_char: what replaces them.
      name: ignored.

    Returns:
      A string tensor or ragged tensor of rank n - 1.
    """
    value = input if isinstance(input, RaggedTensor) else convert(input)
    if len(value.shape) == 0:
        raise ValueError("input_tensor's rank must be at least 1.")
    encode = _Encoder("UnicodeEncode", output_encoding, errors, replacement_char)
    value = _typed(value, "UnicodeEncode", dtypes.int32)

    def inner(v: Any) -> Any:
        if isinstance(v, RaggedTensor):
            if len(v.shape) > 2:
                return v.with_values(inner(v._values))
            return from_array(objects([encode(row) for row in v.to_list()]))
        array = static.host(v)
        rows = (
            array.reshape(-1, array.shape[-1])
            if array.size
            else array.reshape(int(np.prod(array.shape[:-1])), 0)
        )
        return from_array(objects([encode(r) for r in rows]).reshape(array.shape[:-1]))

    return inner(value)


@op(kernel="UnicodeTranscode", inputs=fixed("string", "input"), host=True)
def _transcode(input, input_encoding, output_encoding, errors, replacement_char, control):
    decode = _Decoder("UnicodeTranscode", input_encoding, errors, replacement_char, control)
    encode = _Encoder("UnicodeTranscode", output_encoding, errors, replacement_char)
    return each_string(lambda s: encode([p for p, _, _ in decode(s)]), input)


@export("tf.strings.unicode_transcode")
def unicode_transcode(
    input,
    input_encoding,
    output_encoding,
    errors="replace",
    replacement_char=65533,
    replace_control_characters=False,
    name=None,
) -> Any:
    """Strings in another encoding.

    Args:
      input: string tensor.
      input_encoding: what Python's codecs know.
      output_encoding: "UTF-8", "UTF-16-BE" or "UTF-32-BE".
      errors: "replace", "ignore" or "strict", for what is not well formed.
      replacement_char: the code point that replaces it.
      replace_control_characters: whether control characters are replaced too.
      name: ignored.
    """
    if STATE.trace.symbolic:  # attributes are checked when the node is made
        _Encoder("UnicodeTranscode", output_encoding, errors, static.integer(replacement_char))
    return _transcode(
        input,
        input_encoding,
        output_encoding,
        errors,
        static.integer(replacement_char),
        bool(replace_control_characters),
    )
