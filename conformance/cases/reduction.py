"""Reductions, where extremes are, running sums, counts, and sums of several tensors."""

from conformance.cases.row import b, c64, draw, f32, f64, i32, i64, ref, row, s, u8

_SMOOTH = ("sum", "mean", "prod", "euclidean_norm", "logsumexp", "std", "variance")
_EXTREME = ("max", "min")
_NUMERIC = (*_SMOOTH, *_EXTREME)
_LOGICAL = ("all", "any")
_AXES = (None, 0, -1, [0, 2], [], [-1, 0, 1])
_BAD_AXES = (3, -4, [0, 0], [0, -3], 0.5, "x")
_SCANS = ("tf.math.cumsum", "tf.math.cumprod", "tf.math.cumulative_logsumexp")
_ARG = ("tf.math.argmax", "tf.math.argmin")


def _all(names, *args, **kwargs):
    return [row(f"tf.math.reduce_{n}", *args, **kwargs) for n in names]


ROWS = [
    *_all(_NUMERIC, draw((2, 3)), second=True),
    *[r for a in _AXES for r in _all(_NUMERIC, draw((2, 3, 2), "float64"), axis=a)],
    *[r for a in _AXES for r in _all(_NUMERIC, draw((2, 3, 2)), axis=a, keepdims=True)],
    *_all(_NUMERIC, draw((2, 3), "float64"), axis=1, second=True),
    *_all(_NUMERIC, draw((2, 3)), axis=i64([0, 1])),
    *_all(_NUMERIC, draw((4,), "float16")),
    *_all(_NUMERIC, draw((4,), "bfloat16")),
    *_all(("sum", "mean", "prod", "euclidean_norm", *_EXTREME), i32([[3, -4], [5, 7]]), axis=0),
    *_all(("sum", "mean", "prod", "euclidean_norm", *_EXTREME), u8([3, 4, 250])),
    *_all(("sum", "mean", "prod", "euclidean_norm"), draw((3,), "complex64")),
    *_all(_NUMERIC, f32([]), kind="boundary"),
    *_all(_NUMERIC, draw((0, 3)), axis=0, kind="boundary"),
    *_all(_NUMERIC, draw((0, 3)), axis=1, kind="boundary"),
    *_all(("sum", "mean", "prod", *_EXTREME), i32([]), kind="boundary"),
    *_all(_NUMERIC, f32([1.0, 2.0, 2.0]), kind="boundary"),
    *_all(_NUMERIC, f32([0.0, 0.0, 0.0]), kind="boundary"),
    *_all(_NUMERIC, f32([0.0, 2.0, 3.0]), kind="boundary"),
    *_all(_NUMERIC, f32([0.0, -0.0, 3.0]), kind="boundary"),
    *_all(_NUMERIC, f32([float("nan"), 1.0, 2.0]), kind="boundary", grad=()),
    *_all(_NUMERIC, f32([float("inf"), 1.0, -2.0]), kind="boundary"),
    *_all(_NUMERIC, f32([-float("inf"), -float("inf")]), kind="boundary", grad=()),
    *_all(_NUMERIC, 3.0, kind="boundary"),
    *_all(_NUMERIC, f32([[2.5]]), kind="boundary"),
    *[r for a in _BAD_AXES for r in _all(_NUMERIC, draw((2, 3, 2)), axis=a, kind="error")],
    *_all(_NUMERIC, b([True]), kind="error"),
    *_all(_EXTREME, c64([1j]), kind="error"),
    *_all(("std", "variance"), i32([1]), kind="error"),
    *_all(_LOGICAL, b([[True, False], [True, True]])),
    *_all(_LOGICAL, b([[True, False], [True, True]]), axis=1, keepdims=True),
    *_all(_LOGICAL, b([]), kind="boundary"),
    *_all(_LOGICAL, b([[], []]), axis=1, kind="boundary"),
    *_all(_LOGICAL, i32([1, 2]), kind="error"),
    *_all(_LOGICAL, b([True]), axis=1, kind="error"),
    # where the extremes are
    *[row(op, draw((3, 4, 2)), axis=a) for op in _ARG for a in (None, 0, 1, -1)],
    *[row(op, i32([1, 3, 3, 1])) for op in _ARG],
    *[row(op, draw((3, 4)), 1, ref("tf.int32")) for op in _ARG],
    row("tf.math.argmax", draw((3, 4)), output_type=ref("tf.uint16")),
    *[row(op, b([False, True, True])) for op in _ARG],
    *[row(op, f32([1.0, 1.0]), kind="boundary") for op in _ARG],
    *[row(op, f32([1.0, float("nan"), 3.0]), kind="boundary") for op in _ARG],
    *[row(op, draw((0, 2)), axis=1, kind="boundary") for op in _ARG],
    *[row(op, draw((2, 0)), axis=1, kind="error") for op in _ARG],
    *[row(op, draw((2, 3)), axis=2, kind="error") for op in _ARG],
    *[row(op, 1, kind="error") for op in _ARG],
    *[row(op, f32([1.0]), axis=0.0, kind="error") for op in _ARG],
    *[row(op, f32([1.0]), output_type=ref("tf.float32"), kind="error") for op in _ARG],
    # scans
    *[row(op, draw((2, 3), "float64"), axis=1, second=True) for op in _SCANS],
    *[
        row(op, draw((3, 2)), axis=a, exclusive=e, reverse=r)
        for op in _SCANS
        for a in (0, -1)
        for e in (False, True)
        for r in (False, True)
    ],
    *[row(op, i32([1, 2, 3]), exclusive=True) for op in _SCANS[:2]],
    *[row(op, draw((3,), "complex64")) for op in _SCANS[:2]],
    *[row(op, f32([2.0, 0.0, 3.0, 0.0, 5.0]), kind="boundary") for op in _SCANS],
    *[row(op, draw((0, 3)), kind="boundary") for op in _SCANS],
    *[row(op, f32([1.0]), exclusive=True, kind="boundary") for op in _SCANS],
    *[row(op, f32([1.0]), axis=1, kind="error") for op in _SCANS],
    *[row(op, 1.0, kind="error") for op in _SCANS],
    *[row(op, f32([1.0]), axis=[0], kind="error") for op in _SCANS],
    *[row(op, b([True]), kind="error") for op in _SCANS],
    # counts
    row("tf.math.count_nonzero", f32([[0.0, 1.0], [2.0, 0.0]])),
    row("tf.math.count_nonzero", i32([[0, 1], [2, 0]]), axis=1, keepdims=True),
    row("tf.math.count_nonzero", b([True, False]), dtype=ref("tf.int32")),
    row("tf.math.count_nonzero", s(["", "a"])),
    row("tf.math.count_nonzero", f32([]), kind="boundary"),
    row("tf.math.count_nonzero", f32([1.0]), axis=1, kind="error"),
    row("tf.math.zero_fraction", i32([0, 1, 2, 0])),
    row("tf.math.zero_fraction", s(["a", "", "b", ""])),
    row("tf.math.zero_fraction", None, kind="error"),
    row("tf.math.zero_fraction", f32([]), kind="boundary"),
    row("tf.math.zero_fraction", f32([-0.0, float("nan")]), kind="boundary"),
    row("tf.math.bincount", i32([1, 1, 5])),
    row("tf.math.bincount", [1, 1, 5], minlength=8, dtype=ref("tf.float32")),
    row("tf.math.bincount", i32([1, 1, 5]), maxlength=3),
    row("tf.math.bincount", i32([1, 1, 5]), f32([0.5, 1.0, 2.0])),
    row("tf.math.bincount", i32([[1, 1], [2, 0]]), axis=-1),
    row("tf.math.bincount", i32([[1, 1], [2, 0]]), axis=-1, binary_output=True),
    row("tf.math.bincount", i32([]), kind="boundary"),
    row("tf.math.bincount", i32([1, -1]), kind="error"),
    row("tf.math.bincount", i32([1, 2]), f32([1.0]), kind="error"),
    row("tf.math.bincount", i32([1, 2]), axis=1, kind="error"),
    row("tf.math.confusion_matrix", i32([1, 2, 4]), i32([2, 2, 4])),
    row("tf.math.confusion_matrix", [0, 1], [1, 1], num_classes=3, weights=f32([0.5, 2.0])),
    row(
        "tf.math.confusion_matrix", [0, 1], [1, 1], weights=f32([0.5, 2.0]), dtype=ref("tf.float32")
    ),
    row("tf.math.confusion_matrix", i32([[1], [2]]), i32([2, 2])),
    row("tf.math.confusion_matrix", i32([]), i32([]), num_classes=2, kind="boundary"),
    row("tf.math.confusion_matrix", [1, 2, 4], [2, 2, 4], num_classes=3, kind="error"),
    row("tf.math.confusion_matrix", [1, 2], [2, -3], kind="error"),
    # sums of several tensors, polynomials, points
    row("tf.math.add_n", [draw((2, 3)), draw((2, 3), seed=1), draw((2, 3), seed=2)], second=True),
    row("tf.math.add_n", [i32([1]), i32([2])]),
    row("tf.math.add_n", [f32([1.0, 2.0])], kind="boundary"),
    row("tf.math.add_n", [f32([]), f32([])], kind="boundary"),
    row("tf.math.add_n", [], kind="error"),
    row("tf.math.add_n", [f32([1.0, 2.0]), f32([1.0])], kind="error"),
    row("tf.math.add_n", [f32([1.0]), f64([1.0])], kind="error"),
    row("tf.math.accumulate_n", [draw((2, 3)), draw((2, 3), seed=1)]),
    row("tf.math.accumulate_n", [f32([1.0])], shape=[1], kind="boundary"),
    row("tf.math.accumulate_n", [f32([1.0]), f32([1.0, 2.0])], kind="error"),
    row("tf.math.accumulate_n", [f32([1.0])], tensor_dtype=ref("tf.int32"), kind="error"),
    row("tf.math.polyval", [1.0, 2.0, 3.0], f32([0.5, -1.0]), second=True),
    row("tf.math.polyval", [], f32([0.5, -1.0]), kind="boundary"),
    row("tf.math.polyval", (1.0, 2.0), 3.0, kind="error"),
    row("tf.math.sobol_sample", 3, 5),
    row("tf.math.sobol_sample", 2, 4, skip=3, dtype=ref("tf.float64")),
    row("tf.math.sobol_sample", 1, 1, kind="boundary"),
    row("tf.math.sobol_sample", 0, 4, kind="error"),
    row("tf.math.sobol_sample", 2, 4, skip=-1, kind="error"),
]
