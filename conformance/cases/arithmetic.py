"""Sums, differences, products, quotients and their remainders; negation."""

from conformance.cases.row import c64, draw, f32, f64, i32, i64, pairs, row, s, special

_BINARY = ("tf.math.add", "tf.math.subtract", "tf.math.multiply")

ROWS = [
    *(row(op, draw((2, 3), seed=1), draw((2, 3), seed=2), second=True) for op in _BINARY),
    *(row(op, draw((4, 1, 3), "float64"), draw((2, 1), "float64", 1)) for op in _BINARY),
    *(row(op, draw((3,), "complex64", 3), draw((3,), "complex64", 4)) for op in _BINARY),
    *(row(op, f32([1.5, -2.0]), 2) for op in _BINARY),
    row("tf.math.add", 3, f64(2.0), kind="error"),
    *(row(op, 3, f64(2.0)) for op in _BINARY[1:]),
    *(row(op, i64([1, 2]), 2**40) for op in _BINARY),
    *(row(op, f32([]), f32(1.0), kind="boundary") for op in _BINARY),
    *(row(op, f32([[]]), f32([[1.0], [2.0]]), kind="boundary") for op in _BINARY),
    *(row(op, *pairs("float32"), kind="boundary") for op in _BINARY),
    *(row(op, *pairs("int32"), kind="boundary") for op in _BINARY),
    *(row(op, *pairs("uint8"), kind="boundary") for op in _BINARY),
    *(row(op, *pairs("bfloat16"), kind="boundary") for op in _BINARY),
    *(row(op, f32([1, 2]), f32([1, 2, 3]), kind="error") for op in _BINARY),
    *(row(op, f32([1.0]), i32([1]), kind="error") for op in _BINARY),
    *(row(op, i32([1]), 1.5, kind="error") for op in _BINARY),
    *(row(op, f32([1.0]), "a", kind="error") for op in _BINARY),
    row("tf.math.add", s(["a", "b"]), s("c")),
    row("tf.math.negative", draw((2, 3)), second=True),
    row("tf.math.negative", c64([1 + 2j])),
    row("tf.math.negative", special("float32"), kind="boundary"),
    row("tf.math.negative", special("int32"), kind="boundary"),
    row("tf.math.negative", s("a"), kind="error"),
]
