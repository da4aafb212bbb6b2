"""Products of matrices, transposes, diagonals and bands."""

import numpy as np

from conformance.cases.row import (
    b,
    bf16,
    c64,
    draw,
    f16,
    f32,
    f64,
    i8,
    i32,
    i64,
    ref,
    row,
    s,
    u8,
)

_FLAGS = ("transpose_a", "transpose_b", "adjoint_a", "adjoint_b")
_PAIRS = (
    {"transpose_a": True, "transpose_b": True},
    {"adjoint_a": True, "adjoint_b": True},
    {"transpose_a": True, "adjoint_b": True},
)
_NO_KERNEL = {
    "kind": "error",
    "text": "Could not find device for node",
    "reason": "the list of TensorFlow's kernels that follows is left out",
}


def _mixed(op, a, b, out, **options):
    return row(op, a, b, output_type=ref(f"tf.{out}"), **options)


ROWS = [
    # matmul
    row("tf.linalg.matmul", draw((2, 3), seed=1), draw((3, 4), seed=2), second=True),
    row("tf.linalg.matmul", draw((2, 3), "float64", 1), draw((3, 4), "float64", 2), second=True),
    row("tf.linalg.matmul", draw((2, 3), "complex64", 1), draw((3, 4), "complex64", 2)),
    row("tf.linalg.matmul", draw((2, 2, 3), "float64", 1), draw((2, 3, 4), "float64", 2)),
    row("tf.linalg.matmul", draw((4, 1, 2, 3), seed=1), draw((5, 3, 2), seed=2)),
    row("tf.linalg.matmul", draw((4, 2, 3), seed=1), draw((3, 2), seed=2)),
    row("tf.linalg.matmul", draw((2, 3), seed=1), draw((4, 3, 2), seed=2)),
    *(
        row("tf.linalg.matmul", draw((3, 3), t, 1), draw((3, 3), t, 2), **{f: True})
        for f in _FLAGS
        for t in ("float64", "complex128")
    ),
    *(
        row("tf.linalg.matmul", draw((2, 3, 4), t, 1), draw((2, 5, 3), t, 2), **flags)
        for flags in _PAIRS
        for t in ("float32", "complex64")
    ),
    row("tf.linalg.matmul", draw((2, 3), "int32", 1), draw((3, 2), "int32", 2)),
    row("tf.linalg.matmul", draw((2, 3), "int64", 1), draw((3, 2), "int64", 2)),
    row("tf.linalg.matmul", draw((1, 2, 3), "int16", 1), draw((1, 3, 2), "int16", 2)),
    row("tf.linalg.matmul", draw((2, 3), "bfloat16", 1), draw((3, 2), "bfloat16", 2)),
    row("tf.linalg.matmul", draw((2, 3), "float16", 1), draw((3, 2), "float16", 2)),
    row("tf.linalg.matmul", draw((2, 3), "bfloat16", 1), draw((3, 2), seed=2)),
    row("tf.linalg.matmul", draw((2, 3), seed=1), draw((3, 2), seed=2), a_is_sparse=True),
    row(
        "tf.linalg.matmul",
        draw((2, 3), "bfloat16", 1),
        draw((2, 3), "bfloat16", 2),
        b_is_sparse=True,
        transpose_b=True,
    ),
    row("tf.linalg.matmul", draw((2, 3), seed=1), draw((3, 2), seed=2), grad_a=True, grad_b=True),
    _mixed("tf.linalg.matmul", draw((2, 3), "int8", 1), draw((3, 2), "int8", 2), "int32"),
    _mixed("tf.linalg.matmul", u8([[200, 100]]), i8([[-100], [100]]), "int32"),
    _mixed(
        "tf.linalg.matmul",
        draw((2, 3), "bfloat16", 1),
        draw((3, 2), "int8", 2),
        "bfloat16",
        grad=(),
    ),
    _mixed("tf.linalg.matmul", draw((2, 3), seed=1), draw((3, 2), seed=2), "float32"),
    row("tf.linalg.matmul", [[1.0, 2.0]], [[1], [2]]),
    row("tf.linalg.matmul", [[1.0, 2.0]], np.array([[1.0], [2.0]])),
    row("tf.linalg.matmul", f32([]).reshape(2, 0), f32([]).reshape(0, 2), kind="boundary"),
    row("tf.linalg.matmul", f64([]).reshape(0, 3), draw((3, 2), "float64"), kind="boundary"),
    row("tf.linalg.matmul", f32([]).reshape(2, 1, 0, 3), draw((4, 3, 2)), kind="boundary"),
    row("tf.linalg.matmul", f32([[np.inf, 0.0]]), f32([[0.0], [1.0]]), kind="boundary"),
    row("tf.linalg.matmul", f16([[60000.0, 60000.0]]), f16([[2.0], [1.0]]), kind="boundary"),
    row("tf.linalg.matmul", i32([[2**30, 2**30]]), i32([[2], [3]]), kind="boundary"),
    row("tf.linalg.matmul", draw((2, 3)), draw((2, 3)), kind="error"),
    row("tf.linalg.matmul", draw((3,)), draw((3, 2)), kind="error"),
    row("tf.linalg.matmul", draw((3,)), draw((3,)), kind="error"),
    row("tf.linalg.matmul", draw((3,)), draw((2, 3, 2)), kind="error"),
    row("tf.linalg.matmul", draw((2, 2, 3)), draw((3, 3, 2)), kind="error"),
    row("tf.linalg.matmul", draw((2, 2, 3)), draw((2, 2, 2)), kind="error"),
    row("tf.linalg.matmul", draw((2, 2)), f64([[1.0], [2.0]]), kind="error"),
    row("tf.linalg.matmul", [[1, 2]], [[1.0], [2.0]], kind="error"),
    row("tf.linalg.matmul", b([[True]]), b([[True]]), kind="error"),
    row("tf.linalg.matmul", draw((2, 2)), draw((2, 2)), True, adjoint_a=True, kind="error"),
    row("tf.linalg.matmul", draw((2, 2)), draw((2, 2)), False, True, False, True, kind="error"),
    row("tf.linalg.matmul", draw((1, 2, 2)), draw((2, 2)), a_is_sparse=True, kind="error"),
    row("tf.linalg.matmul", u8([[1]]), u8([[1]]), **_NO_KERNEL),
    _mixed("tf.linalg.matmul", f32([[1]]), f32([[1]]), "float64", **_NO_KERNEL),
    # matvec
    row("tf.linalg.matvec", draw((2, 3), seed=1), draw((3,), seed=2), second=True),
    row("tf.linalg.matvec", draw((4, 2, 3), "float64", 1), draw((3,), "float64", 2)),
    row("tf.linalg.matvec", draw((3, 2), "complex64", 1), draw((3,), "complex64", 2), True),
    row(
        "tf.linalg.matvec", draw((3, 2), "complex64", 1), draw((3,), "complex64", 2), adjoint_a=True
    ),
    row("tf.linalg.matvec", f32([]).reshape(2, 0), f32([]), kind="boundary"),
    row("tf.linalg.matvec", draw((2, 3)), draw((2,)), kind="error"),
    row("tf.linalg.matvec", draw((2, 2)), f64([1.0, 2.0]), kind="error"),
    # transposes
    *(
        row(op, draw((2, 3, 4), t))
        for op in ("tf.linalg.matrix_transpose", "tf.linalg.adjoint")
        for t in ("float32", "complex64", "int32", "bool")
    ),
    row("tf.linalg.matrix_transpose", draw((2, 3), "complex128"), conjugate=True),
    *(
        row(op, f32([]).reshape(0, 3), kind="boundary")
        for op in ("tf.linalg.matrix_transpose", "tf.linalg.adjoint")
    ),
    row("tf.linalg.matrix_transpose", f32([1.0]), kind="error"),
    row("tf.linalg.adjoint", 1.0, kind="error"),
    # traces, cross products, diagonals of tensors
    row("tf.linalg.trace", draw((2, 3, 4)), second=True),
    row("tf.linalg.trace", draw((3, 3), "int8", high=100)),
    row("tf.linalg.trace", f32([]).reshape(0, 0), kind="boundary"),
    row("tf.linalg.trace", f32([1.0]), kind="error"),
    row("tf.linalg.trace", b([[True]]), kind="error"),
    row("tf.linalg.cross", draw((2, 3), seed=1), draw((2, 3), seed=2), second=True),
    row("tf.linalg.cross", u8([1, 2, 3]), u8([3, 5, 4])),
    row("tf.linalg.cross", [1, 2, 3], [3, 4, 5]),
    row("tf.linalg.cross", f64([]).reshape(0, 3), f64([]).reshape(0, 3), kind="boundary"),
    row("tf.linalg.cross", f32([1, 2]), f32([1, 2]), kind="error"),
    row("tf.linalg.cross", draw((3,)), draw((2, 3)), kind="error"),
    row("tf.linalg.cross", 1.0, 2.0, kind="error"),
    row("tf.linalg.cross", c64([1, 2, 3]), c64([1, 2, 3]), kind="error"),
    row("tf.linalg.tensor_diag", draw((3,))),
    row("tf.linalg.tensor_diag", draw((2, 3), "complex64")),
    row("tf.linalg.tensor_diag", i64([1, 2])),
    row("tf.linalg.tensor_diag", f32([]), kind="boundary"),
    row("tf.linalg.tensor_diag", f32([np.inf, np.nan]), kind="boundary"),
    row("tf.linalg.tensor_diag", 1.0, kind="error"),
    row("tf.linalg.tensor_diag", b([True]), kind="error"),
    row("tf.linalg.tensor_diag", bf16([1.0]), **_NO_KERNEL),
    row("tf.linalg.tensor_diag_part", draw((3, 3))),
    row("tf.linalg.tensor_diag_part", draw((2, 3, 2, 3), "float64")),
    row("tf.linalg.tensor_diag_part", f32([]).reshape(0, 0), kind="boundary"),
    row("tf.linalg.tensor_diag_part", f32(2.0), grad=(), kind="boundary"),
    row("tf.linalg.tensor_diag_part", draw((2, 3)), kind="error"),
    row("tf.linalg.tensor_diag_part", draw((2,)), kind="error"),
    # diagonals of matrices
    *(row("tf.linalg.diag", draw((2, 3), t)) for t in ("float32", "complex64", "int32", "bool")),
    *(row("tf.linalg.diag", draw((3,)), k=k) for k in (1, -2)),
    row("tf.linalg.diag", draw((2, 3)), k=1, num_rows=7, padding_value=9.0),
    row("tf.linalg.diag", draw((3,)), num_cols=5),
    row("tf.linalg.diag", draw((3,)), k=(1, 1)),
    *(
        row("tf.linalg.diag", draw((2, 3, 3), seed=4), k=(-1, 1), align=a, padding_value=5)
        for a in ("LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT")
    ),
    row("tf.linalg.diag", draw((2, 3)), k=(1, 2), num_rows=3, num_cols=5),
    row("tf.linalg.diag", draw((2, 3)), k=(-3, -2), num_rows=5, num_cols=3),
    row("tf.linalg.diag", f32([]), kind="boundary"),
    row("tf.linalg.diag", f32([np.nan, np.inf]), kind="boundary"),
    row("tf.linalg.diag", draw((3,)), k=1, num_rows=2, kind="error"),
    row("tf.linalg.diag", draw((3,)), k=1, num_cols=2, kind="error"),
    row("tf.linalg.diag", draw((3,)), num_rows=5, num_cols=6, kind="error"),
    row("tf.linalg.diag", draw((2, 3)), k=(1, 0), kind="error"),
    row("tf.linalg.diag", draw((2, 3)), k=(-1, 1), kind="error"),
    row("tf.linalg.diag", 1.0, kind="error"),
    row("tf.linalg.diag", draw((2,)), align="X", kind="error"),
    row("tf.linalg.diag", s(["a"]), padding_value="b", **_NO_KERNEL),
    *(row("tf.linalg.diag_part", draw((2, 3, 4), t)) for t in ("float32", "complex64", "int32")),
    *(row("tf.linalg.diag_part", draw((3, 4)), k=k) for k in (1, 3, -2)),
    *(
        row("tf.linalg.diag_part", draw((2, 3, 4)), k=(-2, 3), align=a, padding_value=7)
        for a in ("LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT")
    ),
    row("tf.linalg.diag_part", draw((4, 2)), k=(-3, -1)),
    row("tf.linalg.diag_part", f32([]).reshape(0, 4), kind="boundary"),
    row("tf.linalg.diag_part", draw((1, 1)), k=(0, 0), kind="boundary"),
    row("tf.linalg.diag_part", draw((3, 3)), k=3, kind="error"),
    row("tf.linalg.diag_part", draw((3, 3)), k=(-3, 1), kind="error"),
    row("tf.linalg.diag_part", draw((3, 3)), k=(0, 3), kind="error"),
    row("tf.linalg.diag_part", draw((3, 3)), k=(1, -1), kind="error"),
    row("tf.linalg.diag_part", draw((3,)), kind="error"),
    row("tf.linalg.set_diag", draw((2, 3, 4), seed=1), draw((2, 3), seed=2), second=True),
    row("tf.linalg.set_diag", draw((3, 4), "int32", 1), i32([7, 8, 9])),
    row("tf.linalg.set_diag", draw((3, 4), seed=1), draw((2,), seed=2), k=2),
    *(
        row("tf.linalg.set_diag", draw((3, 4), seed=1), draw((3, 3), seed=2), k=(-1, 1), align=a)
        for a in ("LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT")
    ),
    row("tf.linalg.set_diag", f32([]).reshape(0, 4), f32([]), kind="boundary"),
    row("tf.linalg.set_diag", draw((3, 3)), draw((2,)), kind="error"),
    row("tf.linalg.set_diag", draw((2, 3, 3)), draw((3,)), kind="error"),
    row("tf.linalg.set_diag", draw((3, 3)), draw((2, 3)), k=(-1, 1), kind="error"),
    row("tf.linalg.set_diag", draw((3, 3)), draw((3,)), k=4, kind="error"),
    row("tf.linalg.set_diag", draw((3, 3)), draw((3,), "float64"), kind="error"),
    row("tf.linalg.set_diag", draw((3, 3)), 1.0, kind="error"),
    *(
        row("tf.linalg.band_part", draw((2, 4, 5)), *k)
        for k in ((1, 2), (-1, 0), (0, -1), (-1, -1))
    ),
    row("tf.linalg.band_part", draw((3, 3), "bool"), 0, 0),
    row("tf.linalg.band_part", draw((3, 3), "complex64"), i64(1), i64(0)),
    row("tf.linalg.band_part", f32([]).reshape(0, 3), 0, 0, kind="boundary"),
    row("tf.linalg.band_part", draw((2, 3)), 2, 3, kind="boundary"),
    row("tf.linalg.band_part", f32([[np.nan, np.inf], [np.inf, 1.0]]), 0, 0, kind="boundary"),
    row("tf.linalg.band_part", draw((2, 3)), 3, 0, kind="error"),
    row("tf.linalg.band_part", draw((2, 3)), 0, 4, kind="error"),
    row("tf.linalg.band_part", draw((3,)), 0, 0, kind="error"),
    row("tf.linalg.band_part", draw((2, 2)), 1.0, 0, kind="error"),
    row("tf.linalg.band_part", draw((2, 2)), [1], 0, kind="error"),
    row("tf.linalg.band_part", draw((2, 2)), i64(1), i32(0), kind="error"),
]
