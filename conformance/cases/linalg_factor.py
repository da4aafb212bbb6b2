"""Decompositions. Signs of vectors are not defined, so that rows compare what does not depend on
them: absolute values, products, and gradients through these."""

import numpy as np

from conformance.cases.linalg_solve import good
from conformance.cases.row import c64, code, draw, f16, f32, f64, i32, row

_NO_KERNEL = {
    "kind": "error",
    "text": "Could not find device for node",
    "reason": "the list of TensorFlow's kernels that follows is left out",
}
_TIGHT = {"tol": 1e-9, "reason": "the condition number multiplies float64's rounding"}
_LOOSE = {"tol": 2e-4, "reason": "the condition number multiplies float32's rounding"}
_ALL = ("float64", "complex128")
_EMPTY = f64([]).reshape(0, 0)
_NAN = f32([[np.nan, 1.0], [1.0, 2.0]])
_EQUAL = f64([[2.0, 0.0], [0.0, 2.0]])


def _hermitian(shape, dtype="float64", seed=0):
    return good(shape, dtype, seed, hermitian=True)


# vectors made independent of their phases: projections v_i v_i^H, and v S u^H with fixed weights
_PROJECTIONS = "tf.einsum('...ik,...jk->...kij', v, tf.math.conj(v))"
_EIGH = f"lambda x: (lambda e, v: (e, {_PROJECTIONS}))(*tf.linalg.eigh(x))"
_SVD = (
    "lambda x, full=False: (lambda s, u, v: (s, tf.einsum('...ik,...jk->...kij', "
    "u[..., :2], tf.math.conj(v[..., :2]))))(*tf.linalg.svd(x, full_matrices=full))"
)
# eigenvalues of general matrices come in no order: symmetric functions of them do not mind
_EIG = (
    "lambda x: (lambda e, v: (tf.reduce_sum(e ** 3, -1), tf.reduce_sum(tf.math.exp(e), -1), "
    "tf.matmul(x if x.dtype.is_complex else tf.cast(x, v.dtype), v) - v * e[..., None, :]))"
    "(*tf.linalg.eig(x))"
)
_EIGVALS = (
    "lambda x: (lambda e: (tf.reduce_sum(e ** 3, -1), tf.reduce_prod(e, -1)))(tf.linalg.eigvals(x))"
)
_SHAPES = "lambda x: [t.shape.as_list() for t in tf.linalg.{}(x)]"

ROWS = [
    # Cholesky
    *(row("tf.linalg.cholesky", _hermitian((2, 3, 3), t), **_TIGHT) for t in _ALL),
    row("tf.linalg.cholesky", _hermitian((3, 3)), second=True, **_TIGHT),
    row("tf.linalg.cholesky", _hermitian((3, 3), "float32"), **_LOOSE),
    row("tf.linalg.cholesky", f32([[4.0, 99.0], [2.0, 5.0]])),
    row("tf.linalg.cholesky", _EMPTY, kind="boundary"),
    row("tf.linalg.cholesky", f64([[4.0]]), kind="boundary"),
    code(
        "tf.linalg.cholesky",
        "lambda x: tf.linalg.diag_part(tf.linalg.cholesky(x))[..., :1]",
        f32([[-1.0, 0.0], [0.0, 1.0]]),
        grad=(),
        kind="boundary",
    ),
    row("tf.linalg.cholesky", draw((2, 3)), kind="error"),
    row("tf.linalg.cholesky", f32([1.0]), kind="error"),
    row("tf.linalg.cholesky", i32([[1]]), kind="error"),
    row("tf.linalg.cholesky", f16([[1.0]]), **_NO_KERNEL),
    # QR: the signs are those of Householder's algorithm, which both libraries use
    *(row("tf.linalg.qr", good(s, t), **_TIGHT) for s in ((3, 3), (4, 3), (2, 3, 4)) for t in _ALL),
    row("tf.linalg.qr", good((3, 3)), second=True, **_TIGHT),
    row("tf.linalg.qr", good((3, 4)), full_matrices=True, **_TIGHT),
    row("tf.linalg.qr", good((4, 3)), True, grad=(), **_TIGHT),
    row("tf.linalg.qr", f16([[4.0, 1.0], [1.0, 3.0]]), grad=()),
    row("tf.linalg.qr", f64([]).reshape(0, 3), grad=(), kind="boundary"),
    row("tf.linalg.qr", f64([]).reshape(3, 0), grad=(), kind="boundary"),
    row("tf.linalg.qr", f64([]).reshape(3, 0), True, grad=(), kind="boundary"),
    row("tf.linalg.qr", f64([[-4.0]]), kind="boundary"),
    row("tf.linalg.qr", f32([1.0]), kind="error"),
    row("tf.linalg.qr", i32([[1]]), kind="error"),
    # self-adjoint eigenproblem
    *(code("tf.linalg.eigh", _EIGH, _hermitian((2, 3, 3), t), **_TIGHT) for t in _ALL),
    code("tf.linalg.eigh", _EIGH, _hermitian((3, 3)), second=True, **_TIGHT),
    code("tf.linalg.eigh", _EIGH, f64([[4.0, 99.0], [2.0, 5.0]]), **_TIGHT),
    code("tf.linalg.eigh", "lambda x: tf.linalg.eigh(x)[0]", _EQUAL, kind="boundary"),
    row("tf.linalg.eigh", _EMPTY, grad=(), kind="boundary"),
    row("tf.linalg.eigh", _NAN, kind="error"),
    row("tf.linalg.eigh", draw((2, 3)), kind="error"),
    row("tf.linalg.eigh", i32([[1]]), kind="error"),
    row("tf.linalg.eigh", f16([[1.0]]), **_NO_KERNEL),
    *(row("tf.linalg.eigvalsh", _hermitian((2, 3, 3), t), **_TIGHT) for t in _ALL),
    row("tf.linalg.eigvalsh", _hermitian((3, 3)), second=True, **_TIGHT),
    row("tf.linalg.eigvalsh", _hermitian((3, 3), "float32"), **_LOOSE),
    row("tf.linalg.eigvalsh", _EMPTY, grad=(), kind="boundary"),
    row("tf.linalg.eigvalsh", f64([[4.0]]), kind="boundary"),
    row("tf.linalg.eigvalsh", _NAN, kind="error"),
    row("tf.linalg.eigvalsh", draw((2, 3)), kind="error"),
    # general eigenproblem
    *(code("tf.linalg.eig", _EIG, good((3, 3), t), **_TIGHT) for t in _ALL),
    code("tf.linalg.eig", "lambda x: tf.abs(tf.linalg.eig(x)[1])", f64([[2.0, 0.0], [0.0, 3.0]])),
    row("tf.linalg.eig", _EMPTY, grad=(), kind="boundary"),
    row("tf.linalg.eig", f64([[4.0]]), grad=(), kind="boundary"),
    row("tf.linalg.eig", _NAN, kind="error"),
    row("tf.linalg.eig", draw((2, 3)), kind="error"),
    row("tf.linalg.eig", i32([[1]]), kind="error"),
    *(code("tf.linalg.eigvals", _EIGVALS, good((2, 3, 3), t), **_TIGHT) for t in _ALL),
    row("tf.linalg.eigvals", c64([[4.0 + 1j]]), kind="boundary"),
    row("tf.linalg.eigvals", _EMPTY, grad=(), kind="boundary"),
    row("tf.linalg.eigvals", _NAN, kind="error"),
    row("tf.linalg.eigvals", draw((2, 3)), kind="error"),
    # singular values
    *(
        code("tf.linalg.svd", _SVD, good(s, t), **_TIGHT)
        for s in ((3, 3), (4, 2), (2, 2, 3))
        for t in _ALL
    ),
    code("tf.linalg.svd", _SVD, good((3, 2)), True, **_TIGHT),
    code("tf.linalg.svd", _SVD, good((2, 3)), True, **_TIGHT),
    code("tf.linalg.svd", _SVD, good((3, 3)), second=True, **_TIGHT),
    row("tf.linalg.svd", good((2, 3, 2)), compute_uv=False, **_TIGHT),
    row("tf.linalg.svd", good((3, 3), "complex128"), compute_uv=False, second=True, **_TIGHT),
    row("tf.linalg.svd", f64([]).reshape(0, 3), grad=(), kind="boundary"),
    row("tf.linalg.svd", f64([]).reshape(3, 0), full_matrices=True, grad=(), kind="boundary"),
    row("tf.linalg.svd", _EQUAL, compute_uv=False, kind="boundary"),
    code("tf.linalg.svd", _SHAPES.format("svd"), draw((2, 5, 3)), grad=(), kind="boundary"),
    row("tf.linalg.svd", f32([[0.0, 0.0]]), compute_uv=False, grad=(), kind="boundary"),
    row("tf.linalg.svd", f32([1.0]), kind="error"),
    row("tf.linalg.svd", i32([[1]]), kind="error"),
    row("tf.linalg.svd", f16([[1.0]]), **_NO_KERNEL),
]
