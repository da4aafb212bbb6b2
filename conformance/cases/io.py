"""tf.io: bytes to tensors and back."""

from conformance.cases.row import b, bf16, c64, code, draw, f32, f64, i32, i64, ref, row, s

# What zlib and gzip make of "some plain bytes, plain bytes", the time of the gzip header zero.
_ZLIB = bytes.fromhex("789c2bcecf4d5528c849cccc5348aa2c492dd641e60000a2480ad7")
_GZIP = bytes.fromhex(
    "1f8b08000000000000032bcecf4d5528c849cccc5348aa2c492dd641e60000fe36f6231d000000"
)


def _parsed(value, dtype):
    """A tensor that is written and read again."""
    source = f"lambda x: tf.io.parse_tensor(tf.io.serialize_tensor(x), tf.{dtype})"
    return code("tf.io.parse_tensor", source, value, grad=())


ROWS = [
    row("tf.io.decode_raw", s(["abcd", "efgh"]), ref("tf.uint8")),
    row("tf.io.decode_raw", s([b"\x01\x00\x02\x00"]), ref("tf.int16")),
    row("tf.io.decode_raw", s([b"\x01\x00\x02\x00"]), ref("tf.int16"), little_endian=False),
    row("tf.io.decode_raw", s(b"\x00\x00\x80\x3f\x00\x00\x00\xc0"), ref("tf.float32")),
    row("tf.io.decode_raw", s(b"\x00\x3c\x00\xc0"), ref("tf.float16")),
    row("tf.io.decode_raw", s(b"\x3f\xf0" + 6 * b"\x00"), ref("tf.float64"), False),
    row("tf.io.decode_raw", s(b"\x00\x01\x02"), ref("tf.bool")),
    row("tf.io.decode_raw", s(bytes(range(8))), ref("tf.complex64"), False),
    row("tf.io.decode_raw", s([["ab"], ["cd"]]), ref("tf.int8")),
    row("tf.io.decode_raw", s(["ab", "cdef", "gh"]), ref("tf.uint8"), fixed_length=4),
    row("tf.io.decode_raw", s(["ab", "cdef"]), ref("tf.uint16"), False, 2),
    row("tf.io.decode_raw", "ab", ref("tf.uint8")),
    row("tf.io.decode_raw", s([]), ref("tf.uint8"), kind="boundary"),
    row("tf.io.decode_raw", s(["", ""]), ref("tf.int32"), kind="boundary"),
    row("tf.io.decode_raw", s([""]), ref("tf.uint8"), fixed_length=3, kind="boundary"),
    row("tf.io.decode_raw", s(["ab", "c"]), ref("tf.uint8"), kind="error"),
    row("tf.io.decode_raw", s(["abc"]), ref("tf.int16"), kind="error"),
    row("tf.io.decode_raw", s(["abc"]), ref("tf.int16"), fixed_length=3, kind="error"),
    row("tf.io.decode_raw", s(["abc"]), ref("tf.uint8"), fixed_length=0, kind="error"),
    row("tf.io.decode_raw", s(["abc"]), ref("tf.string"), kind="error"),
    row("tf.io.decode_raw", i32([1]), ref("tf.uint8"), kind="error"),
    # base64
    row("tf.io.encode_base64", s(["a", "ab", "abc", b"\xfb\xff"])),
    row("tf.io.encode_base64", s([["a"], ["ab"]]), pad=True),
    row("tf.io.encode_base64", "hello"),
    row("tf.io.encode_base64", s(["", ""]), True, kind="boundary"),
    row("tf.io.encode_base64", s([]), kind="boundary"),
    row("tf.io.encode_base64", f32([1]), kind="error"),
    row("tf.io.decode_base64", s(["YQ", "YWI", "YWJj", "-_8"])),
    row("tf.io.decode_base64", s(["YQ==", "YWI="])),
    row("tf.io.decode_base64", "aGVsbG8"),
    row("tf.io.decode_base64", s(""), kind="boundary"),
    row("tf.io.decode_base64", s([]), kind="boundary"),
    row("tf.io.decode_base64", s(["YQ", "YR", ""]), kind="boundary"),
    row("tf.io.decode_base64", s("YQ="), kind="error"),
    row("tf.io.decode_base64", s("YWJjY"), kind="error"),
    row("tf.io.decode_base64", s("a+b/"), kind="error"),
    row("tf.io.decode_base64", s("Y Q="), kind="error"),
    row("tf.io.decode_base64", i32([1]), kind="error"),
    # compressed
    row("tf.io.decode_compressed", s([_ZLIB, _ZLIB]), "ZLIB"),
    row("tf.io.decode_compressed", s(_GZIP), compression_type="GZIP"),
    row("tf.io.decode_compressed", s(["as", "it is"])),
    row("tf.io.decode_compressed", s([]), "ZLIB", kind="boundary"),
    row("tf.io.decode_compressed", s(""), kind="boundary"),
    row("tf.io.decode_compressed", s(""), "GZIP", kind="boundary"),
    row("tf.io.decode_compressed", s("x"), "LZMA", kind="error"),
    row("tf.io.decode_compressed", s("no zlib at all"), "ZLIB", kind="error"),
    row("tf.io.decode_compressed", i32(1), kind="error"),
    # tensors as bytes
    row("tf.io.serialize_tensor", draw((2, 3)), grad=()),
    row("tf.io.serialize_tensor", i32([1, 2, 3])),
    row("tf.io.serialize_tensor", i64([[2**40]])),
    row("tf.io.serialize_tensor", s([["a", "é"], ["", "xyz"]])),
    row("tf.io.serialize_tensor", b([True, False])),
    row("tf.io.serialize_tensor", c64([1 + 2j]), grad=()),
    row("tf.io.serialize_tensor", bf16([1.5]), grad=()),
    row("tf.io.serialize_tensor", [1.5, 2]),
    row("tf.io.serialize_tensor", f64(0.1), kind="boundary", grad=()),
    row("tf.io.serialize_tensor", f32([], (0, 2)), kind="boundary", grad=()),
    row("tf.io.serialize_tensor", s(""), kind="boundary"),
    row("tf.io.serialize_tensor", [[1], [2, 3]], kind="error"),
    _parsed(draw((2, 3)), "float32"),
    _parsed(s([["a", "é"]]), "string"),
    _parsed(c64([1 + 2j, -3]), "complex64"),
    _parsed(b([[True], [False]]), "bool"),
    _parsed(bf16([1.5, -2]), "bfloat16"),
    row(
        "tf.io.parse_tensor",
        s(b"\x08\x01\x12\x04\x12\x02\x08\x02\x2a\x04\x00\x00\x80\x3f"),
        ref("tf.float32"),
    ),
    row(
        "tf.io.parse_tensor",
        s(b"\x08\x03\x12\x04\x12\x02\x08\x03\x3a\x01\x07"),
        ref("tf.int32"),
        kind="boundary",
    ),
    row(
        "tf.io.parse_tensor",
        s(b"\x08\x01\x12\x04\x12\x02\x08\x00"),
        ref("tf.float32"),
        kind="boundary",
    ),
    row("tf.io.parse_tensor", s(b"\x08\x01\x12\x00"), ref("tf.float32"), kind="boundary"),
    row("tf.io.parse_tensor", s(b"\x08\x01\x12\x00"), ref("tf.int32"), kind="error"),
    row("tf.io.parse_tensor", s("no tensor"), ref("tf.int32"), kind="error"),
    row(
        "tf.io.parse_tensor",
        s(""),
        ref("tf.int32"),
        kind="error",
        text="Cannot parse tensor from proto",
        reason="then comes a text meant to change",
    ),
    row("tf.io.parse_tensor", s(["a", "b"]), ref("tf.int32"), kind="error"),
    row("tf.io.parse_tensor", i32(1), ref("tf.int32"), kind="error"),
]
