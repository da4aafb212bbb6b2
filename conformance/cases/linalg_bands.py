"""Tridiagonal and banded matrices."""

from conformance.cases.linalg_solve import good
from conformance.cases.row import code, draw, f32, f64, i32, row

_TIGHT = {"tol": 1e-9, "reason": "the condition number multiplies float64's rounding"}
_BISECTED = {"tol": 1e-6, "reason": "bisection ends at a multiple of float32's rounding"}
_ALL = ("float64", "complex128")
_BANDS = f64([[1, 2, 3, 0], [14, 15, 16, 17], [0, 1, 2, 3]])
_PARTS = [f64([1, 2, 3, 0]), f64([14, 15, 16, 17]), f64([0, 1, 2, 3])]
_SHORT = [f64([1, 2, 3]), f64([14, 15, 16, 17]), f64([1, 2, 3])]
_RIGHT = draw((4, 2), "float64", 1)
_TRIANGLE = f64([[2, 3, 4], [1, 2, 3]])

ROWS = [
    row("tf.linalg.tridiagonal_matmul", _BANDS, _RIGHT, second=True),
    *(row("tf.linalg.tridiagonal_matmul", draw((2, 3, 4), t), draw((2, 4, 3), t, 1)) for t in _ALL),
    row("tf.linalg.tridiagonal_matmul", _PARTS, _RIGHT, "sequence"),
    row("tf.linalg.tridiagonal_matmul", good((4, 4)), _RIGHT, "matrix"),
    row("tf.linalg.tridiagonal_matmul", _BANDS, f64([]).reshape(4, 0), kind="boundary"),
    row("tf.linalg.tridiagonal_matmul", f64([[9], [2], [9]]), f64([[3.0]]), kind="boundary"),
    row("tf.linalg.tridiagonal_matmul", _BANDS, _RIGHT, "diagonal", kind="error"),
    row("tf.linalg.tridiagonal_matmul", _BANDS, draw((3, 2), "float64"), kind="error"),
    row("tf.linalg.tridiagonal_matmul", _BANDS, draw((4,), "float64"), kind="error"),
    row("tf.linalg.tridiagonal_matmul", draw((2, 4), "float64"), _RIGHT, kind="error"),
    row("tf.linalg.tridiagonal_matmul", draw((3, 4), "float64"), _RIGHT, "matrix", kind="error"),
    row("tf.linalg.tridiagonal_matmul", i32([[1], [1], [1]]), i32([[1]]), kind="error"),
    row("tf.linalg.tridiagonal_solve", _BANDS, _RIGHT, second=True, **_TIGHT),
    *(
        row("tf.linalg.tridiagonal_solve", draw((2, 3, 5), t, 3), draw((2, 5, 3), t, 1), **_TIGHT)
        for t in _ALL
    ),
    row("tf.linalg.tridiagonal_solve", _BANDS, draw((4,), "float64"), **_TIGHT),
    row("tf.linalg.tridiagonal_solve", _BANDS, _RIGHT, partial_pivoting=False, **_TIGHT),
    row("tf.linalg.tridiagonal_solve", _BANDS, _RIGHT, perturb_singular=True, **_TIGHT),
    row("tf.linalg.tridiagonal_solve", _PARTS, _RIGHT, "sequence", **_TIGHT),
    row("tf.linalg.tridiagonal_solve", _SHORT, _RIGHT, "sequence", **_TIGHT),
    row("tf.linalg.tridiagonal_solve", good((4, 4)), _RIGHT, "matrix", **_TIGHT),
    row(
        "tf.linalg.tridiagonal_solve", _BANDS, draw((2, 4), "float64"), transpose_rhs=True, **_TIGHT
    ),
    row(
        "tf.linalg.tridiagonal_solve",
        draw((3, 4), "complex128", 3),
        draw((4, 2), "complex128", 1),
        conjugate_rhs=True,
        **_TIGHT,
    ),
    row(
        "tf.linalg.tridiagonal_solve",
        f64([[1, 1, 0], [0, 0, 1], [0, 1, 1]]),
        f64([[1], [2], [3]]),
        kind="boundary",
        **_TIGHT,
    ),
    row("tf.linalg.tridiagonal_solve", f64([[0], [2], [0]]), f64([[4.0]]), kind="boundary"),
    row(
        "tf.linalg.tridiagonal_solve",
        f64([[0, 0], [0, 0], [0, 0]]),
        f64([[4.0], [1.0]]),
        grad=(),
        kind="boundary",
    ),
    row("tf.linalg.tridiagonal_solve", _BANDS, f64([]).reshape(4, 0), grad=(), kind="boundary"),
    row("tf.linalg.tridiagonal_solve", _BANDS, _RIGHT, "diagonal", kind="error"),
    row("tf.linalg.tridiagonal_solve", _BANDS, draw((3, 2), "float64"), kind="error"),
    row("tf.linalg.tridiagonal_solve", draw((2, 4), "float64"), _RIGHT, kind="error"),
    row("tf.linalg.tridiagonal_solve", _PARTS[:2], _RIGHT, "sequence", kind="error"),
    row("tf.linalg.tridiagonal_solve", draw((3, 4), "float64"), _RIGHT, "matrix", kind="error"),
    row(
        "tf.linalg.tridiagonal_solve",
        _BANDS,
        _RIGHT,
        partial_pivoting=False,
        perturb_singular=True,
        kind="error",
    ),
    *(
        row(
            "tf.linalg.banded_triangular_solve",
            draw((2, 2, 4), t, low=1.0),
            draw((2, 4, 3), t, 1),
            lower,
            adjoint,
            **_TIGHT,
        )
        for t in _ALL
        for lower in (False, True)
        for adjoint in (False, True)
    ),
    row("tf.linalg.banded_triangular_solve", _TRIANGLE, draw((2, 3, 1), "float64"), second=True),
    row(
        "tf.linalg.banded_triangular_solve", f64([[2.0]]), f64([[3.0]]), grad=(1,), kind="boundary"
    ),
    row(
        "tf.linalg.banded_triangular_solve",
        f64([[1, 2], [3, 4], [5, 6]]),
        f64([[3.0], [1.0]]),
        grad=(),
        kind="boundary",
    ),
    row("tf.linalg.banded_triangular_solve", f64([[2, 0]]), f64([[1], [1]]), kind="error"),
    row("tf.linalg.banded_triangular_solve", _TRIANGLE, f64([1, 2, 3]), kind="error"),
    row("tf.linalg.banded_triangular_solve", _TRIANGLE, f64([[1], [2]]), kind="error"),
    row("tf.linalg.banded_triangular_solve", f64([]).reshape(0, 0), f64([[1]]), kind="error"),
    row("tf.linalg.eigh_tridiagonal", f64([1, 2, 3, 4]), f64([0.5, 0.6, 0.7]), grad=(), **_TIGHT),
    row("tf.linalg.eigh_tridiagonal", f32([1, 2, 3, 4]), f32([0.5, 0.6, 0.7]), grad=()),
    row(
        "tf.linalg.eigh_tridiagonal",
        draw((4,), "complex64"),
        draw((3,), "complex64", 1),
        grad=(),
        **_BISECTED,
    ),
    *(
        row(
            "tf.linalg.eigh_tridiagonal", f32([1, 2, 3]), f32([0.5, 0.6]), grad=(), **k, **_BISECTED
        )
        for k in (
            {"select": "i", "select_range": [1, 2]},
            {"select": "v", "select_range": [1.5, 3.6]},
        )
    ),
    code(
        "tf.linalg.eigh_tridiagonal",
        "lambda a, b: [tf.abs(t) for t in tf.linalg.eigh_tridiagonal(a, b, False)]",
        f64([1, 2, 3, 4]),
        f64([0.5, 0.6, 0.7]),
        grad=(),
        **_TIGHT,
    ),
    code(
        "tf.linalg.eigh_tridiagonal",
        "lambda a, b: tf.linalg.eigh_tridiagonal(a, b, tol=0.5)",
        f32([1, 2, 3, 4]),
        f32([0.5, 0.6, 0.7]),
        grad=(),
    ),
    row("tf.linalg.eigh_tridiagonal", f64([3.0]), f64([]), grad=(), kind="boundary"),
    row("tf.linalg.eigh_tridiagonal", f64([1, 1, 1]), f64([0, 0]), grad=(), kind="boundary"),
    row("tf.linalg.eigh_tridiagonal", f64([1, 2]), f32([1]), kind="error"),
    row("tf.linalg.eigh_tridiagonal", f64([1, 2]), f64([1]), select="z", kind="error"),
    row(
        "tf.linalg.eigh_tridiagonal",
        f64([1, 2]),
        f64([1]),
        select="i",
        select_range=[2, 1],
        kind="error",
    ),
]
