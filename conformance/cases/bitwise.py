"""`tf.bitwise`."""

from conformance.cases.row import array, f32, i32, pairs, row

_BINARY = ("tf.bitwise.bitwise_and", "tf.bitwise.bitwise_or", "tf.bitwise.bitwise_xor")
_SHIFTS = ("tf.bitwise.left_shift", "tf.bitwise.right_shift")
_TYPES = ("int8", "int16", "int64", "uint8", "uint16", "uint32", "uint64")

ROWS = [
    *(row(op, i32([[12], [-5]]), i32([10, 7])) for op in _BINARY),
    *(row(op, array([3, 5, 100], t), array([6, 1, 2], t)) for op in _BINARY for t in _TYPES),
    *(row(op, *pairs("int32"), kind="boundary") for op in _BINARY),
    *(row(op, i32([]), 1, kind="boundary") for op in _BINARY),
    *(row(op, 1.0, 2.0, kind="error") for op in _BINARY),
    *(row(op, i32([1, 2]), i32([1, 2, 3]), kind="error") for op in _BINARY),
    *(row(op, i32([[12], [-5]]), i32([1, 3])) for op in _SHIFTS),
    *(row(op, array([3, 5, 100], t), array([6, 1, 2], t)) for op in _SHIFTS for t in _TYPES),
    *(row(op, i32([-8, 2, 5, 1]), i32([33, -1, 31, 0]), kind="boundary") for op in _SHIFTS),
    *(row(op, array([200, 1], "uint8"), array([9, 8], "uint8"), kind="boundary") for op in _SHIFTS),
    *(row(op, 1.0, 2.0, kind="error") for op in _SHIFTS),
    row("tf.bitwise.invert", i32([0, 1, -1])),
    *(row("tf.bitwise.invert", array([3, 5, 100], t)) for t in _TYPES),
    row("tf.bitwise.invert", i32([2**31 - 1, -(2**31)]), kind="boundary"),
    row("tf.bitwise.invert", f32([1.0]), kind="error"),
]
