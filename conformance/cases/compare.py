"""Comparisons, the larger and the smaller of two, tests of elements, and logic."""

from conformance.cases.row import b, c64, draw, f16, f32, f64, i32, pairs, row, s, special, u8

_ORDER = ("tf.math.less", "tf.math.less_equal", "tf.math.greater", "tf.math.greater_equal")
_EQUAL = ("tf.math.equal", "tf.math.not_equal")
_EXTREME = ("tf.math.maximum", "tf.math.minimum")
_TESTS = ("tf.math.is_nan", "tf.math.is_inf", "tf.math.is_finite")
_LOGIC = ("tf.math.logical_and", "tf.math.logical_or", "tf.math.logical_xor")
_MONOTONIC = ("tf.math.is_non_decreasing", "tf.math.is_strictly_increasing")

ROWS = [
    *(row(op, draw((4, 1)), draw((3,), seed=1)) for op in (*_ORDER, *_EQUAL)),
    *(row(op, f32([1.0, 2.0]), 2) for op in (*_ORDER, *_EQUAL)),
    *(row(op, *pairs("float32"), kind="boundary") for op in (*_ORDER, *_EQUAL)),
    *(row(op, *pairs("int32"), kind="boundary") for op in (*_ORDER, *_EQUAL)),
    *(row(op, *pairs("uint8"), kind="boundary") for op in (*_ORDER, *_EQUAL)),
    *(row(op, f32([]), f32([]), kind="boundary") for op in (*_ORDER, *_EQUAL)),
    *(row(op, f32([1, 2]), f32([1, 2, 3]), kind="error") for op in (*_ORDER, *_EQUAL)),
    *(row(op, f32([1.0]), i32([1]), kind="error") for op in (*_ORDER, *_EQUAL)),
    *(row(op, s(["a"]), s(["b"]), kind="error") for op in _ORDER),
    *(row(op, c64([1j]), c64([1.0]), kind="error") for op in _ORDER),
    *(row(op, s(["a", "b"]), s("a")) for op in _EQUAL),
    *(row(op, b([True, False]), b([True, True])) for op in _EQUAL),
    *(row(op, c64([1 + 2j, 1j]), c64([1 + 2j, 1.0])) for op in _EQUAL),
    *(row(op, 1, "a", kind="error") for op in _EQUAL),
    *(row(op, draw((2, 3)), draw((3,), seed=1), second=True) for op in _EXTREME),
    *(row(op, f64([1.0, 2.0, 3.0]), f64([1.0, 3.0, 2.0]), kind="boundary") for op in _EXTREME),
    *(row(op, f32([1.0, 2.0]), 1, kind="boundary") for op in _EXTREME),
    *(row(op, *pairs("float32"), kind="boundary") for op in _EXTREME),
    *(row(op, *pairs("int32"), kind="boundary") for op in _EXTREME),
    *(row(op, f16([1.0, 2.0]), f16([1.0, 3.0])) for op in _EXTREME),
    *(row(op, 2, 2.5, kind="error") for op in _EXTREME),
    *(row(op, f32([1, 2]), f32([1, 2, 3]), kind="error") for op in _EXTREME),
    *(row(op, s("a"), s("b"), kind="error") for op in _EXTREME),
    *(row(op, draw((2, 3))) for op in _TESTS),
    *(row(op, special("float32"), kind="boundary") for op in _TESTS),
    *(row(op, special("bfloat16"), kind="boundary") for op in _TESTS),
    *(row(op, 1, kind="error") for op in _TESTS),
    *(row(op, b([True, True, False, False]), b([True, False, True, False])) for op in _LOGIC),
    *(row(op, b([[True], [False]]), True) for op in _LOGIC),
    *(row(op, b([]), b([]), kind="boundary") for op in _LOGIC),
    *(row(op, b([True]), i32([1]), kind="error") for op in _LOGIC),
    *(row(op, b([True, False]), b([True, False, True]), kind="error") for op in _LOGIC),
    row("tf.math.logical_not", b([True, False])),
    row("tf.math.logical_not", b([]), kind="boundary"),
    row("tf.math.logical_not", 1, kind="error"),
    *(row(op, f32([1.0, 1.0, 2.0])) for op in _MONOTONIC),
    *(row(op, i32([[1, 2], [3, 4]])) for op in _MONOTONIC),
    *(row(op, f32([]), kind="boundary") for op in _MONOTONIC),
    *(row(op, f32([1.0]), kind="boundary") for op in _MONOTONIC),
    *(row(op, f32([float("nan"), 1.0]), kind="boundary") for op in _MONOTONIC),
    *(row(op, u8([3, 1, 2]), kind="boundary") for op in _MONOTONIC),
    *(row(op, s(["a", "b"]), kind="error") for op in _MONOTONIC),
]
