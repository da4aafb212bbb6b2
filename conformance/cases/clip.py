"""Values and norms kept within bounds."""

from conformance.cases.row import draw, f32, f64, i32, make, row

_SLICES = make("tf.IndexedSlices", f32([[3.0, 4.0]]), i32([1]), i32([3, 2]))

ROWS = [
    row("tf.clip_by_value", draw((2, 3)), -0.5, 0.5, second=True),
    row("tf.clip_by_value", draw((2, 3), "float64"), f64([-0.5, 0.0, 0.5]), f64(1.0)),
    row("tf.clip_by_value", i32([1, 5, -3]), 0, 2),
    row("tf.clip_by_value", _SLICES, 0.0, 3.5),
    row("tf.clip_by_value", f32([0.0, 1.0, 0.5]), 0.0, 1.0, kind="boundary"),
    row("tf.clip_by_value", f32([1.0, 2.0]), 3.0, 0.0, kind="boundary"),
    row("tf.clip_by_value", f32([float("nan"), float("inf")]), 0.0, 1.0, kind="boundary"),
    row("tf.clip_by_value", i32([1, 2]), 0, 1.5, kind="error"),
    row("tf.clip_by_value", f32([1.0, 2.0]), f32([0.0, 1.0, 2.0]), 3.0, kind="error"),
    row("tf.clip_by_value", f32([1.0, 2.0]), f32([[0.0], [1.0]]), 3.0, kind="error"),
    row("tf.clip_by_norm", f32([3.0, 4.0]), 2.0, second=True),
    row("tf.clip_by_norm", draw((2, 3)), 1, axes=[1]),
    row("tf.clip_by_norm", draw((2, 3)), f32(0.5)),
    row("tf.clip_by_norm", _SLICES, 2.0),
    row("tf.clip_by_norm", f32([0.0, 0.0]), 2.0, kind="boundary"),
    row("tf.clip_by_norm", f32([3.0, 4.0]), 5.0, kind="boundary"),
    row("tf.clip_by_norm", f32([3.0, 4.0]), -2.0, kind="boundary"),
    row("tf.clip_by_norm", i32([3, 4]), 2, kind="error"),
    row("tf.clip_by_norm", f32([3.0, 4.0]), 2.0, axes=[1], kind="error"),
    row("tf.clip_by_global_norm", [f32([3.0, 4.0]), f32([[1.0]])], 2.0),
    row("tf.clip_by_global_norm", [f32([3.0, 4.0]), None], 20.0),
    row("tf.clip_by_global_norm", [f32([3.0, 4.0])], 2.0, use_norm=f32(10.0)),
    row("tf.clip_by_global_norm", [f32([3.0, float("inf")]), f32([1.0])], 2.0, kind="boundary"),
    row("tf.clip_by_global_norm", f32([3.0]), 2.0, kind="error"),
    row("tf.linalg.global_norm", [f32([3.0, 4.0]), None, f32([[12.0]])], second=True),
    row("tf.linalg.global_norm", [], kind="boundary"),
    row("tf.linalg.global_norm", f32([3.0]), kind="error"),
    row("tf.linalg.l2_normalize", draw((2, 3)), axis=1, second=True),
    row("tf.linalg.l2_normalize", draw((2, 3), "float64"), axis=[0, 1], epsilon=0.5),
    row("tf.linalg.l2_normalize", draw((3,), "complex64")),
    row("tf.linalg.l2_normalize", f32([3.0, 4.0]), dim=0),
    row("tf.linalg.l2_normalize", f32([0.0, 0.0]), kind="boundary"),
    row("tf.linalg.l2_normalize", f32([1.0]), axis=1, kind="error"),
    row("tf.linalg.l2_normalize", i32([1]), kind="error"),
]
