"""Changes of dtype."""

from conformance.cases.row import draw, f32, f64, ref, row, special

ROWS = [
    row(
        "tf.cast",
        [1e20, -1e20, float("nan"), 300.0, -5.0, 2.7, -2.7],
        ref("tf.int32"),
        kind="boundary",
    ),
    row(
        "tf.cast",
        [1e20, -1e20, float("nan"), 300.0, -5.0, 2.7, -2.7],
        ref("tf.int64"),
        kind="boundary",
    ),
    row(
        "tf.cast",
        [1e20, -1e20, float("nan"), 300.0, -5.0, 2.7, -2.7],
        ref("tf.uint8"),
        kind="boundary",
    ),
    row(
        "tf.cast",
        [1e20, -1e20, float("nan"), 300.0, -5.0, 2.7, -2.7],
        ref("tf.uint32"),
        kind="boundary",
    ),
    row(
        "tf.cast",
        [1e20, -1e20, float("nan"), 300.0, -5.0, 2.7, -2.7],
        ref("tf.uint64"),
        kind="boundary",
    ),
    row(
        "tf.cast",
        [1e20, -1e20, float("nan"), 300.0, -5.0, 2.7, -2.7, 0.0],
        ref("tf.bool"),
        kind="boundary",
    ),
    row("tf.cast", [1.7, -1.7], ref("tf.int16"), kind="boundary"),
    row("tf.cast", [1, 2, 300], ref("tf.int8")),
    row("tf.cast", [1.1], ref("tf.bfloat16")),
    row("tf.cast", [1.1, 70000.0], ref("tf.float16")),
    row("tf.cast", ["a"], ref("tf.float32"), kind="error"),
    row("tf.cast", [1.0 + 2j], ref("tf.float32")),
    row("tf.cast", [1], ref("tf.string"), kind="error"),
    row("tf.cast", 0.1, ref("tf.float64")),
    row("tf.cast", [True, False], ref("tf.float32")),
    row("tf.cast", [True, False], ref("tf.complex64")),
    row("tf.cast", [0, 2], ref("tf.bool")),
    row("tf.bitcast", [1.0], ref("tf.int32")),
    row("tf.bitcast", [1.0], ref("tf.int64"), kind="error"),
    row("tf.bitcast", [1.0], ref("tf.uint8")),
    row("tf.bitcast", [1.0, 2.0], ref("tf.complex64")),
    row("tf.bitcast", [True], ref("tf.int8"), kind="error"),
    row("tf.bitcast", 1.0, ref("tf.float64"), kind="error"),
    row("tf.bitcast", [1j], ref("tf.float64")),
    row("tf.bitcast", [1], ref("tf.bool"), kind="error"),
    row("tf.bitcast", [1, 2, 3], ref("tf.int64"), kind="error"),
    row("tf.bitcast", [1, 2], ref("tf.int64")),
    row("tf.bitcast", [1 + 2j], ref("tf.float32")),
    row("tf.saturate_cast", [300.0, -5.0, float("nan"), 1e30], ref("tf.uint8"), kind="boundary"),
    row("tf.saturate_cast", [1e30, -1e30, 3000000000.0], ref("tf.int32"), kind="boundary"),
    row("tf.saturate_cast", [300], ref("tf.int8")),
    row("tf.saturate_cast", f64([1e300, 1.0]), ref("tf.float32"), kind="boundary"),
    row("tf.saturate_cast", [1 + 300j], ref("tf.uint8")),
    row("tf.saturate_cast", [1.0], ref("tf.complex64")),
    row("tf.saturate_cast", [True], ref("tf.int8"), kind="error"),
    row("tf.saturate_cast", [5], ref("tf.bool"), kind="error"),
    row("tf.saturate_cast", [1e20, -1e20], ref("tf.int64"), kind="boundary"),
    row("tf.saturate_cast", [1e20, -1e20], ref("tf.uint64"), kind="boundary"),
    *(
        row("tf.cast", special(d), t, kind="boundary")
        for d in ("int32", "uint8", "bool")
        for t in ("float32", "float64", "complex64", "int64", "bool")
    ),
    *(
        row("tf.cast", draw((2, 3), "float32"), t)
        for t in ("float64", "float16", "bfloat16", "complex64", "int32", "int64")
    ),
    *(row("tf.cast", draw((2, 3), d), "float32") for d in ("float64", "float16", "bfloat16")),
    row("tf.cast", f32([float("nan"), float("inf"), -1e20, 1e20]), "int32", kind="boundary"),
    row("tf.cast", f32([float("nan"), float("inf"), -1e20, 1e20]), "int64", kind="boundary"),
    row("tf.bitcast", f32([]), "int32", kind="boundary"),
]
