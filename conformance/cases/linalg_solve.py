"""Inverses, determinants, systems of equations, functions of matrices, norms."""

import numpy as np

from conformance.cases.row import array, bf16, c64, code, draw, f16, f32, f64, i32, ref, row

_NO_KERNEL = {
    "kind": "error",
    "text": "Could not find device for node",
    "reason": "the list of TensorFlow's kernels that follows is left out",
}
_LOOSE = {"tol": 2e-4, "reason": "the condition number multiplies float32's rounding"}
_TIGHT = {"tol": 1e-9, "reason": "the condition number multiplies float64's rounding"}


def good(shape, dtype="float64", seed=0, hermitian=False):
    """Well-conditioned matrices; positive definite ones if `hermitian`."""
    x = draw(shape, dtype, seed).value
    if hermitian:  # rounded, since the last bits of a product depend on the machine
        wide = x.astype(np.result_type(x, np.float64))
        x = np.round(wide @ np.conj(np.swapaxes(wide, -1, -2)), 9)
    return array((x + 3 * np.eye(shape[-2], shape[-1])).astype(dtype), dtype)


def _lower(shape, dtype="float64", seed=0):
    return array(np.tril(good(shape, dtype, seed).value), dtype)


_SINGULAR = f32([[1.0, 2.0], [2.0, 4.0]])
_EMPTY = f64([]).reshape(0, 0)
_SQUARE = ("tf.linalg.inv", "tf.linalg.det", "tf.linalg.slogdet", "tf.linalg.expm")
_ALL = ("float64", "complex128")
_PERM = i32([2, 0, 1])

ROWS = [
    *(row(op, good((3, 3), t), second=True, **_TIGHT) for op in _SQUARE for t in _ALL),
    *(row(op, good((2, 2, 2), "float32"), **_LOOSE) for op in _SQUARE),
    *(row(op, good((2, 2, 2), "complex64"), **_LOOSE) for op in _SQUARE[:3]),
    row(
        "tf.linalg.expm",
        good((2, 2, 2), "complex64"),
        tol=1e-3,
        reason="TensorFlow's float32 gradient is 3e-4 away from its own float64 one",
    ),
    *(row(op, _EMPTY, kind="boundary") for op in _SQUARE),
    *(row(op, f64([]).reshape(0, 2, 2), kind="boundary") for op in _SQUARE[:3]),
    row("tf.linalg.expm", f64([]).reshape(0, 2, 2), grad=(), kind="boundary"),
    *(row(op, f64([[4.0]]), kind="boundary") for op in _SQUARE),
    *(row(op, draw((2, 3)), kind="error") for op in _SQUARE),
    *(row(op, i32([[1]]), kind="error") for op in _SQUARE),
    *(row(op, f32([1.0, 2.0]), kind="error") for op in _SQUARE[:3]),
    *(row(op, bf16([[1.0]]), kind="error") for op in _SQUARE),
    *(row(op, f16([[1.0]]), **_NO_KERNEL) for op in _SQUARE[1:]),
    row("tf.linalg.inv", good((3, 3), "complex128"), adjoint=True, **_TIGHT),
    row("tf.linalg.inv", good((3, 3)), True, **_TIGHT),
    row("tf.linalg.inv", f16([[4.0, 1.0], [1.0, 3.0]])),
    row("tf.linalg.inv", _SINGULAR, kind="error"),
    row("tf.linalg.inv", f64([[0.0, 0.0], [0.0, 0.0]]), kind="error"),
    row("tf.linalg.inv", f32([[np.nan, 1.0], [1.0, 2.0]]), kind="error"),
    row("tf.linalg.inv", [[4.0, 1.0], [1.0, 3.0]]),
    row("tf.linalg.det", _SINGULAR, grad=(), kind="boundary"),
    row("tf.linalg.slogdet", _SINGULAR, grad=(), kind="boundary"),
    row("tf.linalg.slogdet", f32([[0.0, 0.0], [0.0, 0.0]]), grad=(), kind="boundary"),
    row("tf.linalg.det", f32([[np.nan, 1.0], [1.0, 2.0]]), grad=(), kind="boundary"),
    row("tf.linalg.expm", f64([[0.0, 1e6], [0.0, 0.0]]), kind="boundary", **_TIGHT),
    row("tf.linalg.expm", f32([[-30.0, 5.0], [2.0, -40.0]]), kind="boundary", **_LOOSE),
    row("tf.linalg.expm", f32([[np.nan, 1.0], [1.0, 2.0]]), grad=(), kind="boundary"),
    row("tf.linalg.expm", f64([[20.0, 5.0], [2.0, 10.0]]), **_TIGHT),
    *(row("tf.linalg.logdet", good((2, 3, 3), t, hermitian=True), **_TIGHT) for t in _ALL),
    row("tf.linalg.logdet", _EMPTY, kind="boundary"),
    row("tf.linalg.logdet", f32([[-1.0]]), grad=(), kind="boundary"),
    row("tf.linalg.logdet", draw((2, 3)), kind="error"),
    # square roots and logarithms
    *(row("tf.linalg.sqrtm", good((2, 3, 3), t), **_TIGHT) for t in _ALL),
    row("tf.linalg.sqrtm", f32([[0.0, -1.0], [1.0, 0.0]]), **_LOOSE),
    row("tf.linalg.sqrtm", c64([[1.0, 2.0], [2.0, 1.0]]), **_LOOSE),
    row("tf.linalg.sqrtm", f32([[1.0, 1.0], [0.0, 1.0]]), kind="boundary", **_LOOSE),
    row("tf.linalg.sqrtm", f32([[1.0, 2.0], [2.0, 1.0]]), grad=(), kind="boundary"),
    row("tf.linalg.sqrtm", _EMPTY, kind="boundary"),
    row("tf.linalg.sqrtm", draw((2, 3)), kind="error"),
    row("tf.linalg.sqrtm", f16([[1.0]]), **_NO_KERNEL),
    row("tf.linalg.logm", good((2, 3, 3), "complex128"), grad=(), **_TIGHT),
    row("tf.linalg.logm", c64([[1.0, 2.0], [2.0, 1.0]]), grad=(), **_LOOSE),
    row("tf.linalg.logm", c64([[1.0, 1.0], [0.0, 1.0]]), grad=(), kind="boundary", **_LOOSE),
    row("tf.linalg.logm", c64([]).reshape(0, 0), grad=(), kind="boundary"),
    row("tf.linalg.logm", f32([[1.0]]), kind="error"),
    row("tf.linalg.logm", draw((2, 3), "complex64"), kind="error"),
    # systems of equations
    *(
        row("tf.linalg.solve", good((2, 3, 3), t), draw((2, 3, 2), t, 1), adj, **_TIGHT)
        for t in _ALL
        for adj in (False, True)
    ),
    row("tf.linalg.solve", good((3, 3)), draw((3, 1), "float64", 1), second=True, **_TIGHT),
    row("tf.linalg.solve", [[2.0, 0.0], [0.0, 4.0]], [[1.0], [2.0]]),
    row("tf.linalg.solve", _EMPTY, f64([]).reshape(0, 2), kind="boundary"),
    row("tf.linalg.solve", good((3, 3)), f64([]).reshape(3, 0), kind="boundary"),
    row("tf.linalg.solve", _SINGULAR, f32([[1.0], [1.0]]), kind="error"),
    row("tf.linalg.solve", draw((3, 3)), draw((3,)), kind="error"),
    row("tf.linalg.solve", draw((3, 3)), draw((2, 2)), kind="error"),
    row("tf.linalg.solve", draw((2, 3)), draw((2, 3)), kind="error"),
    row("tf.linalg.solve", draw((1, 3, 3)), draw((4, 3, 2)), kind="error"),
    row("tf.linalg.solve", draw((3, 3)), draw((3, 2), "float64"), kind="error"),
    row("tf.linalg.solve", 1.0, 2.0, kind="error"),
    *(
        row("tf.linalg.triangular_solve", good((2, 3, 3), t), draw((2, 3, 2), t, 1), low, adj)
        for t in _ALL
        for low in (False, True)
        for adj in (False, True)
    ),
    row("tf.linalg.triangular_solve", good((3, 3)), draw((2, 3, 1), "float64", 1), second=True),
    row("tf.linalg.triangular_solve", good((2, 1, 3, 3)), draw((4, 3, 2), "float64", 1)),
    row(
        "tf.linalg.triangular_solve",
        f32([[0.0, 0.0], [1.0, 2.0]]),
        f32([[1.0], [1.0]]),
        grad=(),
        kind="boundary",
    ),
    row("tf.linalg.triangular_solve", _EMPTY, f64([]).reshape(0, 2), kind="boundary"),
    row("tf.linalg.triangular_solve", draw((3, 3)), draw((3,)), kind="error"),
    row("tf.linalg.triangular_solve", draw((3, 3)), draw((2, 2)), kind="error"),
    row("tf.linalg.triangular_solve", draw((2, 3)), draw((2, 3)), kind="error"),
    row("tf.linalg.triangular_solve", draw((2, 3, 3)), draw((4, 3, 2)), kind="error"),
    row("tf.linalg.triangular_solve", f16([[1.0]]), f16([[1.0]]), **_NO_KERNEL),
    row("tf.linalg.triangular_solve", bf16([[1.0]]), bf16([[1.0]]), **_NO_KERNEL),
    *(
        row("tf.linalg.cholesky_solve", _lower((2, 3, 3), t), draw((2, 3, 2), t, 1), **_TIGHT)
        for t in _ALL
    ),
    row("tf.linalg.cholesky_solve", _lower((3, 3)), draw((2, 3, 2), "float64", 1), second=True),
    row("tf.linalg.cholesky_solve", _EMPTY, f64([]).reshape(0, 2), kind="boundary"),
    row("tf.linalg.cholesky_solve", draw((3, 3)), draw((2, 2)), kind="error"),
    # least squares
    *(
        row("tf.linalg.lstsq", good(s, t), draw((*s[:-1], 2), t, 1), **_TIGHT)
        for s in ((4, 3), (2, 3, 4), (3, 3))
        for t in _ALL
    ),
    row("tf.linalg.lstsq", good((4, 3)), draw((4, 2), "float64", 1), 0.5, second=True, **_TIGHT),
    row("tf.linalg.lstsq", good((3, 4)), draw((3, 2), "float64", 1), l2_regularizer=0.5, **_TIGHT),
    row("tf.linalg.lstsq", good((3, 4)), draw((3, 2), "float64", 1), l2_regularizer=5.3, **_TIGHT),
    *(
        row(
            "tf.linalg.lstsq", good(s), draw((s[0], 2), "float64", 1), fast=False, grad=(), **_TIGHT
        )
        for s in ((4, 3), (3, 4))
    ),
    row("tf.linalg.lstsq", _SINGULAR, f32([[1.0], [1.0]]), fast=False, grad=(), **_LOOSE),
    row("tf.linalg.lstsq", _EMPTY, f64([]).reshape(0, 2), grad=(), kind="boundary"),
    row("tf.linalg.lstsq", _EMPTY, f64([]).reshape(0, 2), fast=False, grad=(), kind="boundary"),
    row("tf.linalg.lstsq", draw((3, 3)), draw((3,)), kind="error"),
    row("tf.linalg.lstsq", draw((3, 3)), draw((2, 2)), kind="error"),
    row("tf.linalg.lstsq", draw((3, 3)), draw((2, 2)), fast=False, kind="error"),
    row("tf.linalg.lstsq", *[draw((2, 2), "complex128")] * 2, 0.1, kind="error"),
    # LU
    *(row("tf.linalg.lu", good((2, 3, 3), t), grad=(), **_TIGHT) for t in _ALL),
    row("tf.linalg.lu", f32([[0, 1, 0], [0, 0, 2], [3, 0, 0]]), ref("tf.int64"), grad=()),
    row("tf.linalg.lu", _EMPTY, grad=(), kind="boundary"),
    row("tf.linalg.lu", _SINGULAR, kind="error"),
    row("tf.linalg.lu", draw((2, 3)), kind="error"),
    row("tf.linalg.lu", draw((2, 2)), ref("tf.float32"), kind="error"),
    row("tf.linalg.lu", f16([[1.0]]), **_NO_KERNEL),
    row("tf.linalg.lu_reconstruct", good((3, 3)), _PERM),
    row("tf.linalg.lu_reconstruct", good((2, 3, 3), "complex128"), i32([[2, 0, 1], [0, 2, 1]])),
    row("tf.linalg.lu_reconstruct", f64([[2.0]]), i32([0]), True, kind="boundary"),
    row("tf.linalg.lu_reconstruct", good((3, 3)), i32([0, 0, 1]), kind="error"),
    row("tf.linalg.lu_reconstruct", good((3, 3)), i32([[0, 2, 1]]), kind="error"),
    row("tf.linalg.lu_reconstruct", draw((2, 3)), i32([0, 1]), kind="error"),
    row("tf.linalg.lu_solve", good((3, 3)), _PERM, draw((3, 2), "float64", 1), **_TIGHT),
    row("tf.linalg.lu_solve", good((3, 3)), _PERM, draw((2, 3, 2), "float64", 1), **_TIGHT),
    row("tf.linalg.lu_solve", good((3, 3)), _PERM, f64([]).reshape(3, 0), kind="boundary"),
    row("tf.linalg.lu_solve", good((3, 3)), _PERM, f64([1, 2, 3]), kind="error"),
    row("tf.linalg.lu_solve", good((3, 3)), _PERM, f64([[1, 2, 3]]), kind="error"),
    row("tf.linalg.lu_solve", good((3, 3)), i32([0, 5, 1]), f64([[1], [2], [3]]), kind="error"),
    row("tf.linalg.lu_matrix_inverse", good((3, 3)), _PERM, **_TIGHT),
    row("tf.linalg.lu_matrix_inverse", f64([[2.0]]), i32([0]), kind="boundary"),
    row("tf.linalg.lu_matrix_inverse", f64([2.0]), i32([0]), kind="error"),
    # rank and pseudo-inverse
    row("tf.linalg.matrix_rank", good((2, 3, 4)), grad=()),
    row("tf.linalg.matrix_rank", good((3, 3)), 4.0, grad=()),
    row("tf.linalg.matrix_rank", good((2, 3, 3)), [[1.0], [5.0]], grad=()),
    row("tf.linalg.matrix_rank", [[1, 2], [2, 4]]),
    row("tf.linalg.matrix_rank", _SINGULAR, grad=(), kind="boundary"),
    row("tf.linalg.matrix_rank", f32([[0.0, 0.0], [0.0, 0.0]]), grad=(), kind="boundary"),
    row("tf.linalg.matrix_rank", f32([1.0]), kind="error"),
    row("tf.linalg.matrix_rank", i32([[1]]), kind="error"),
    *(row("tf.linalg.pinv", good(s), **_TIGHT) for s in ((3, 3), (2, 4, 3), (3, 4))),
    row("tf.linalg.pinv", good((3, 3)), 0.7, **_TIGHT),
    row("tf.linalg.pinv", _SINGULAR, grad=(), kind="boundary", **_LOOSE),
    row("tf.linalg.pinv", f32([[0.0, 0.0], [0.0, 0.0]]), grad=(), kind="boundary"),
    row("tf.linalg.pinv", f32([1.0]), kind="error"),
    row("tf.linalg.pinv", draw((2, 2), "complex64"), kind="error"),
    # norms
    *(
        row("tf.norm", draw((2, 3), t), o, a)
        for t in _ALL
        for o in ("euclidean", 1, 2, np.inf, 3, 2.5)
        for a in (None, 1)
    ),
    *(
        row("tf.norm", good((2, 3, 3), t), o, [-2, -1])
        for t in _ALL
        for o in ("euclidean", "fro", 1, 2, np.inf)
    ),
    row("tf.norm", draw((2, 3, 4)), 2, (0, 2), True, **_LOOSE),
    row("tf.norm", draw((2, 3), "float16"), 1, (0, 1)),
    row("tf.norm", [1, 2, 3], 1),
    row("tf.norm", draw((2, 3)), axis=0, keepdims=True, second=True),
    row("tf.norm", f32([3.0, 3.0, -3.0]), np.inf, kind="boundary"),
    row("tf.norm", f32([0.0, 0.0]), kind="boundary"),
    row("tf.norm", c64([0.0, 0.0]), 3, kind="boundary"),
    row("tf.norm", f32([0.0, 0.0]), 1, kind="boundary"),
    row("tf.norm", f32([]), kind="boundary"),
    row("tf.norm", draw((2, 2)), 0, kind="error"),
    row("tf.norm", draw((2, 2)), "fro", kind="error"),
    row("tf.norm", draw((2, 2)), 3, (0, 1), kind="error"),
    row("tf.norm", draw((2, 2)), 2, (0, 0), kind="error"),
    row("tf.norm", draw((2, 2)), axis=(0, 1, 2), kind="error"),
    row("tf.norm", draw((2, 2)), axis=5, kind="error"),
    row("tf.norm", i32([1, 2]), kind="error"),
    row("tf.norm", i32([1, 2]), 3, kind="error"),
    row("tf.linalg.normalize", draw((2, 3), "float64"), axis=1, second=True),
    row("tf.linalg.normalize", draw((2, 3)), 1),
    row("tf.linalg.normalize", draw((2, 3)), "fro", [0, 1]),
    row("tf.linalg.normalize", [1, 2, 3], 1),
    row("tf.linalg.normalize", f32([0.0, 0.0]), kind="boundary"),
    row("tf.linalg.normalize", f32([1.0]), "nuc", kind="error"),
    code(
        "tf.linalg.lu_solve",
        "lambda x, y: tf.linalg.lu_solve(*map(tf.stop_gradient, tf.linalg.lu(x)), y)",
        good((3, 3)),
        draw((3, 2), "float64", 1),
        grad=(1,),
        **_TIGHT,
    ),
]
