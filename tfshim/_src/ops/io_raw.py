"""Bytes to tensors and back: decode_raw, base64, serialised tensors."""

from __future__ import annotations

import base64
import math
import zlib
from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array
from tfshim._src.dtypes import DType
from tfshim._src.errors import (
    DataLossError,
    dtype_mismatch,
    dtype_not_allowed,
    fail,
    op_error,
    require,
)
from tfshim._src.ops.common import brackets
from tfshim._src.ops.strings import each_string
from tfshim._src.ops.strings_split import objects
from tfshim._src.quantized import missing
from tfshim._src.registry import export, op
from tfshim._src.rules import _FROM_C, c_name, fixed
from tfshim._src.tensor import Tensor

_RAW = (
    "half", "float", "double", "int32", "uint16", "uint8", "int16", "int8", "int64", "complex64",
    "complex128", "bool", "bfloat16",
)  # fmt: skip


def _numbers(data: bytes, dtype: DType, little_endian: bool) -> np.ndarray:
    kind = dtype.np
    if dtype.kind == "b":
        return np.frombuffer(data, np.uint8) != 0
    values = np.frombuffer(data, kind)
    if little_endian or kind.itemsize == 1:
        return values.copy()
    size = kind.itemsize // (2 if dtype.kind == "c" else 1)
    swapped = np.frombuffer(data, np.uint8).reshape(-1, size)[:, ::-1].tobytes()
    return np.frombuffer(swapped, kind).copy()


@op(kernel="DecodeRaw", inputs=fixed("string", "bytes"), host=True)
def _decode_raw(bytes, out_type, little_endian):
    flat = bytes.reshape(-1)
    if not flat.size:
        return np.zeros((*bytes.shape, 0), out_type.np)
    size = len(flat[0])
    for i, s in enumerate(flat):
        if len(s) != size:
            fail(
                "DecodeRaw requires input strings to all be the same size, but element "
                f"{i} has size {size} != {len(s)}"
            )
    width = 1 if out_type.kind == "b" else out_type.np.itemsize
    require(
        size % width == 0,
        f"Input to DecodeRaw has length {size} that is not a multiple of {width}, the size of "
        f"{c_name(out_type)}",
    )
    return _numbers(b"".join(flat), out_type, little_endian).reshape(*bytes.shape, size // width)


@op(kernel="DecodePaddedRaw", inputs=fixed("string", "bytes"), host=True)
def _decode_padded_raw(bytes, fixed_length, out_type, little_endian):
    width = 1 if out_type.kind == "b" else out_type.np.itemsize
    require(fixed_length > 0, f"fixed_length ({fixed_length}) must be greater than zero.")
    require(
        fixed_length % width == 0,
        f"fixed_length ({fixed_length}) must be a multiple of the size of out_type ({width})",
    )
    flat = bytes.reshape(-1)
    data = b"".join(s[:fixed_length].ljust(fixed_length, b"\0") for s in flat)
    found = _numbers(data, out_type, little_endian)
    return found.reshape(*bytes.shape, fixed_length // width)


@export("tf.io.decode_raw")
def decode_raw(input_bytes, out_type, little_endian=True, fixed_length=None, name=None) -> Any:
    """The bytes of strings as numbers, along a new last axis.

    Args:
      input_bytes: string tensor; all strings of one length unless `fixed_length` is given.
      out_type: dtype of the numbers.
      little_endian: the order of bytes.
      fixed_length: how many bytes to take of each string, padded with zeros.
      name: ignored.

    Raises:
      InvalidArgumentError: for lengths that do not fit.
    """
    wanted = dtypes.as_dtype(out_type)
    allowed = [dtypes.as_dtype(_FROM_C.get(n, n)) for n in _RAW]
    if wanted not in allowed:
        raise dtype_not_allowed("DecodeRaw", wanted, allowed, attr="out_type", name=None)
    if fixed_length is not None:
        length = static.integer(fixed_length)
        return _decode_padded_raw(input_bytes, length, wanted, bool(little_endian))
    return _decode_raw(input_bytes, wanted, bool(little_endian))


@op("tf.io.encode_base64", inputs=fixed("string", "input"), host=True)
def encode_base64(input, pad=False):
    """Strings in the URL-safe base64 alphabet (RFC 4648, section 5).

    Args:
      input: string tensor.
      pad: whether "=" fills up to a multiple of four characters.
    """

    def encoded(s: bytes) -> bytes:
        text = base64.urlsafe_b64encode(s)
        return text if pad else text.rstrip(b"=")

    return each_string(encoded, input)


_ALPHABET = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@op("tf.io.decode_base64", inputs=fixed("string", "input"), host=True)
def decode_base64(input):
    """The inverse of `encode_base64`.

    Args:
      input: string tensor.

    Raises:
      InvalidArgumentError: for what is no such text.
    """

    def decoded(s: bytes) -> bytes:
        body = s
        if len(s) % 4 == 0:
            body = s.removesuffix(b"=").removesuffix(b"=")
        # Whole blocks of four are read before the rest is looked at.
        for block in (body[: len(body) // 4 * 4], body):
            if not _ALPHABET.issuperset(block):
                fail("Invalid character found in base64.")
            if len(body) % 4 == 1:
                fail("Base64 string length cannot be 1 modulo 4.")
        return base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))

    return each_string(decoded, input)


_COMPRESSION = {"": 0, "GZIP": 31, "ZLIB": 15}


@op("tf.io.decode_compressed", inputs=fixed("string", "bytes"), host=True)
def decode_compressed(bytes, compression_type=""):
    """Uncompressed strings.

    Args:
      bytes: string tensor.
      compression_type: "", "ZLIB" or "GZIP".

    Raises:
      InvalidArgumentError: for another compression, ZSTD too.
      DataLossError: for what is not so compressed.
    """
    if compression_type not in _COMPRESSION:
        fail("Only ZLIB, ZSTD, GZIP or NONE are supported compressions")
    window = _COMPRESSION[compression_type]
    return bytes if not window else each_string(lambda s: _inflated(s, window), bytes)


def _inflated(data: bytes, window: int) -> bytes:
    """The content as far as it goes: TensorFlow takes what is cut off, or goes on, as well."""
    try:
        return zlib.decompressobj(window).decompress(data)
    except zlib.error as e:
        number, _, reason = str(e).removeprefix("Error ").partition(" while decompressing data: ")
        fail(f"inflate() failed with error {number}: {reason}", DataLossError)


# -- serialised tensors: the wire format of the message TensorProto --------------------------------


def varint(n: int) -> bytes:
    """A number in groups of seven bits, the lowest first."""
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def _field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def _dimension(n: int) -> bytes:
    return _field(2, b"\x08" + varint(n) if n else b"")


def to_proto(value: np.ndarray, dtype: DType) -> bytes:
    """A tensor's value as bytes of a TensorProto."""
    shape = b"".join(_dimension(n) for n in value.shape)
    head = b"\x08" + varint(dtype.as_datatype_enum) + _field(2, shape)
    if dtype.kind == "s":
        return head + b"".join(_field(8, s) for s in value.reshape(-1))
    data = np.ascontiguousarray(value).tobytes()
    return head + (_field(4, data) if data else b"")


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number that starts at a place, and the place after it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def fields(data: bytes) -> list[tuple[int, Any]]:
    """(number, value) of a message's fields: ints, or bytes for what has a length.

    Raises:
      ValueError, IndexError: for what is no message.
    """
    found: list[tuple[int, Any]] = []
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = read_varint(data, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            value, at = data[at : at + size], at + size
        elif kind == 2:
            size, at = read_varint(data, at)
            value, at = data[at : at + size], at + size
            if len(value) != size:
                raise ValueError("cut off")
        else:
            raise ValueError("unknown wire type")
        if number == 0:
            raise ValueError("field 0")
        found.append((number, value))
    return found


def from_proto(data: bytes) -> tuple[np.ndarray, DType]:
    """The value and dtype of a serialised TensorProto, its content being bytes or strings."""
    code, shape, content, strings = 0, [], b"", []
    single: list[tuple[int, Any]] = []
    for number, value in fields(data):
        if number == 1:
            code = value
        elif number == 2:
            for inner, dim in fields(value):
                if inner == 2:
                    shape.append(next((v for k, v in fields(dim) if k == 1), 0))
        elif number == 4:
            content = value
        elif number == 8:
            strings.append(value)
        elif number in _VALUES:
            single.append((number, value))
    dtype = dtypes.as_dtype(code)
    size = math.prod(shape)
    if dtype.kind == "s":
        # Like numbers below: the last one stands for all that follow.
        filler = strings[-1] if strings else b""
        return objects((strings + [filler] * size)[:size]).reshape(shape), dtype
    if content:
        return np.frombuffer(content, dtype.np).copy().reshape(shape), dtype
    listed = _listed(single, dtype)
    found = np.full(size, listed[-1] if listed.size else 0, dtype.np)
    found[: listed.size] = listed[:size]
    return found.reshape(shape), dtype


#: Fields of numbers one by one, with the dtype of their elements; None for varints.
_VALUES = {5: "<f4", 6: "<f8", 7: None, 9: "<c8", 10: None, 11: None, 12: "<c16", 13: None,
           16: None, 17: None}  # fmt: skip


def _listed(single: list[tuple[int, Any]], dtype: DType) -> np.ndarray:
    """The numbers that are written one by one, or several in one field."""
    found: list[np.ndarray] = []
    for number, value in single:
        kind = _VALUES[number]
        if kind is not None:
            found.append(np.frombuffer(value, kind))
            continue
        numbers, at = [value] if isinstance(value, int) else [], 0
        while not isinstance(value, int) and at < len(value):
            n, at = read_varint(value, at)
            numbers.append(n)
        words = np.array(numbers, np.uint64)
        # Half-precision floats are written as the integer of their bits.
        found.append(words.astype(np.uint16).view(dtype.np) if number == 13 else words)
    return np.concatenate([a.astype(dtype.np) for a in found]) if found else np.zeros(0, dtype.np)


@export("tf.io.serialize_tensor")
def serialize_tensor(tensor, name=None) -> Tensor:
    """A tensor as bytes, in the format of TensorFlow's TensorProto.

    Args:
      tensor: tensor of any dtype.
      name: ignored.

    Returns:
      A scalar string tensor.
    """
    t = convert(tensor)
    if t.aval.dtype.kind == "q":
        raise missing("SerializeTensor", t.aval.dtype)
    return from_array(objects([to_proto(static.host(t), t.aval.dtype)]).reshape(()))


@export("tf.io.parse_tensor")
def parse_tensor(serialized, out_type, name=None) -> Tensor:
    """The tensor that `tf.io.serialize_tensor` wrote.

    Args:
      serialized: scalar string tensor.
      out_type: its dtype.
      name: ignored.

    Raises:
      InvalidArgumentError: for another dtype, or bytes that are no tensor.
    """
    t = convert(serialized, None if isinstance(serialized, Tensor) else dtypes.string)
    wanted = dtypes.as_dtype(out_type)
    suffix = None if isinstance(serialized, (str, bytes)) else ""
    if t.aval.dtype is not dtypes.string:
        raise dtype_mismatch("ParseTensor", 0, dtypes.string, t.aval.dtype)
    if t.ndim:
        got = brackets(t.aval.shape)
        raise op_error("ParseTensor", f"Expected `serialized` to be a scalar, got shape: {got}")
    data = static.host(t)[()]
    try:
        fields(data)
    except (ValueError, IndexError):
        text = base64.b64encode(data).decode()
        raise op_error(
            "ParseTensor",
            f"Could not parse `serialized` as TensorProto, base64: {text}",
            name=suffix,
        ) from None
    try:
        value, dtype = from_proto(data)
    except (ValueError, IndexError, TypeError, KeyError):
        raise op_error("ParseTensor", "Cannot parse tensor from proto", name=suffix) from None
    if dtype is not wanted:
        raise op_error(
            "ParseTensor",
            f"Type mismatch between parsed tensor ({c_name(dtype)}) and dtype ({c_name(wanted)})",
            name=suffix,
        )
    return from_array(value)
