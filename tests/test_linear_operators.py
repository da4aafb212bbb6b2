"""`tf.linalg.LinearOperator*`: each class against the dense matrix that it stands for.

What the classes of results, the hints and the errors are was recorded from TensorFlow.
"""

import subprocess
import sys

import numpy as np
import pytest

import tfshim as tf

L = tf.linalg
RNG = np.random.RandomState(7)


def draw(*shape, dtype="float64"):
    values = RNG.randn(*shape)
    if dtype.startswith("complex"):
        values = values + 1j * RNG.randn(*shape)
    return values.astype(dtype)


def spd(*shape, dtype="float64"):
    a = draw(*shape, dtype=dtype)
    return a @ np.conj(np.swapaxes(a, -1, -2)) + 3 * np.eye(shape[-1])


def full(matrix, **hints):
    return L.LinearOperatorFullMatrix(matrix, **hints)


def toeplitz(col, row):
    n = len(col)
    return [[col[i - j] if i >= j else row[j - i] for j in range(n)] for i in range(n)]


def circulant(kernel, shape):
    """The matrix of a convolution on a torus: entry (i, j) is the kernel at i - j."""
    places = [np.array(p) for p in np.ndindex(*shape)]
    return np.array([[kernel[tuple((p - q) % shape)] for q in places] for p in places])


def operators(dtype):
    """Name -> (operator, its dense matrix)."""
    m, n, d = draw(3, 3, dtype=dtype), draw(2, 3, dtype=dtype), draw(3, dtype=dtype)
    s = spd(2, 3, 3, dtype=dtype)
    u, v, k = (draw(2, 3, 2, dtype=dtype), draw(3, 2, dtype=dtype), np.abs(draw(2)).astype(dtype))
    band = draw(3, 4, dtype=dtype)
    tri = np.tril(draw(2, 3, 3, dtype=dtype)) + 3 * np.eye(3)
    w = d / np.linalg.norm(d)
    two, three = draw(2, 3, dtype=dtype), draw(2, 2, 2, dtype=dtype)
    wide = "complex128"
    zeros = np.zeros((3, 2), dtype)
    h = np.conj
    return {
        "Diag": (L.LinearOperatorDiag(d), np.diag(d)),
        "FullMatrix": (full(m), m),
        "positive": (full(s, is_positive_definite=True, is_self_adjoint=True), s),
        "wide": (full(n), n),
        "LowerTriangular": (L.LinearOperatorLowerTriangular(tri), tri),
        "Identity": (L.LinearOperatorIdentity(3, batch_shape=[2], dtype=dtype), np.eye(3)[None]),
        "ScaledIdentity": (
            L.LinearOperatorScaledIdentity(3, d[:2]),
            d[:2, None, None] * np.eye(3),
        ),
        "Zeros": (L.LinearOperatorZeros(3, dtype=dtype), np.zeros((3, 3))),
        "Adjoint": (L.LinearOperatorAdjoint(full(n)), h(n.T)),
        "Inversion": (L.LinearOperatorInversion(full(m)), np.linalg.inv(m)),
        "Composition": (L.LinearOperatorComposition([full(n), full(s)]), n @ s),
        "Kronecker": (
            L.LinearOperatorKronecker([full(m), L.LinearOperatorDiag(d[:2])]),
            np.kron(m, np.diag(d[:2])),
        ),
        "LowRankUpdate": (
            L.LinearOperatorLowRankUpdate(L.LinearOperatorDiag(d), u, k, v),
            np.diag(d) + u @ np.diag(k) @ h(v.T),
        ),
        "update": (
            L.LinearOperatorLowRankUpdate(
                full(s, is_positive_definite=True, is_self_adjoint=True), u
            ),
            s + u @ h(np.swapaxes(u, -1, -2)),
        ),
        "Permutation": (
            L.LinearOperatorPermutation([2, 0, 1], dtype=dtype),
            np.eye(3)[[2, 0, 1]],
        ),
        "Householder": (
            L.LinearOperatorHouseholder(d),
            np.eye(3) - 2 * np.outer(w, h(w)),
        ),
        "Toeplitz": (
            L.LinearOperatorToeplitz(m[:, 0], np.r_[m[:1, 0], d[1:]]),
            np.array(toeplitz(m[:, 0], d)),
        ),
        "Tridiag": (
            L.LinearOperatorTridiag(band),
            np.diag(band[1]) + np.diag(band[0, :-1], 1) + np.diag(band[2, 1:], -1),
        ),
        "sequence": (
            L.LinearOperatorTridiag(list(band), "sequence"),
            np.diag(band[1]) + np.diag(band[0, :-1], 1) + np.diag(band[2, 1:], -1),
        ),
        "Circulant": (
            L.LinearOperatorCirculant(np.fft.fft(d), wide),
            circulant(d, (3,)),
        ),
        "Circulant2D": (
            L.LinearOperatorCirculant2D(np.fft.fft2(two), wide),
            circulant(two, (2, 3)),
        ),
        "Circulant3D": (
            L.LinearOperatorCirculant3D(np.fft.fftn(three), wide),
            circulant(three, (2, 2, 2)),
        ),
        "BlockDiag": (
            L.LinearOperatorBlockDiag([full(m), L.LinearOperatorDiag(d[:2])]),
            np.block([[m, zeros], [zeros.T, np.diag(d[:2])]]),
        ),
        "BlockLowerTriangular": (
            L.LinearOperatorBlockLowerTriangular(
                [[full(m)], [full(n), L.LinearOperatorDiag(d[:2])]]
            ),
            np.block([[m, zeros], [n, np.diag(d[:2])]]),
        ),
    }


TABLES = {dtype: operators(dtype) for dtype in ("float64", "complex128")}
CASES = [(dtype, name) for dtype, table in TABLES.items() for name in table]


def close(actual, expected, dtype=None):
    actual = np.asarray(actual)
    np.testing.assert_allclose(actual, np.broadcast_to(expected, actual.shape), 1e-9, 1e-9)
    if dtype is not None:
        assert actual.dtype == dtype


def turned(x):
    return np.conj(np.swapaxes(x, -1, -2))


@pytest.mark.parametrize("dtype, name", CASES)
def test_an_operator_does_what_its_matrix_does(dtype, name):
    operator, dense = TABLES[dtype][name]
    own = operator.dtype.name
    assert tuple(operator.shape[-2:]) == dense.shape[-2:]
    assert operator.shape_tensor().numpy().tolist() == operator.shape.as_list()
    close(operator.to_dense(), dense, own)
    rows, columns = dense.shape[-2:]
    square = rows == columns
    for adjoint in (False, True):
        matrix = turned(dense) if adjoint else dense
        x = draw(2, matrix.shape[-1], 2, dtype=own)
        close(operator.matmul(x, adjoint=adjoint), matrix @ x, own)
        close(operator.matmul(turned(x), adjoint, adjoint_arg=True), matrix @ x, own)
        close(operator.matvec(x[..., 0], adjoint), (matrix @ x)[..., 0], own)
        if square and name != "Zeros":
            y = np.broadcast_to(matrix, (2, rows, rows)) @ x
            close(operator.solve(y, adjoint=adjoint), x, own)
            close(operator.solve(turned(y), adjoint, adjoint_arg=True), x, own)
            close(operator.solvevec(y[..., 0], adjoint), x[..., 0], own)
    if square:
        close(operator.diag_part(), np.diagonal(dense, axis1=-2, axis2=-1), own)
        close(operator.trace(), np.trace(dense, axis1=-2, axis2=-1), own)
        x = draw(2, rows, rows, dtype=own)
        close(operator.add_to_tensor(x), dense + x, own)
        close(operator.determinant(), np.linalg.det(dense), own)
    if square and name != "Zeros":
        close(operator.log_abs_determinant(), np.linalg.slogdet(dense)[1])
        close(operator.cond(), np.linalg.cond(dense))
        close(operator.inverse().to_dense(), np.linalg.inv(dense))
    if operator.is_positive_definite and operator.is_self_adjoint:
        close(operator.cholesky().to_dense(), np.linalg.cholesky(dense), own)
    if operator.is_self_adjoint and name != "LowerTriangular":
        close(np.sort(np.real(operator.eigvals()), axis=-1), np.linalg.eigvalsh(dense))
    if not name.startswith("Circulant"):  # whose adjoint is of complex64, as in TensorFlow
        close(operator.H.to_dense(), turned(dense), own)


@pytest.mark.parametrize("name", TABLES["float64"])
def test_operators_pass_into_and_out_of_functions(name):
    operator, dense = TABLES["float64"][name]
    traces = []

    @tf.function
    def passed(operator):
        traces.append(1)
        return operator.to_dense(), operator

    for _ in range(2):
        matrix, same = passed(operator)
        close(matrix, dense)
        assert type(same) is type(operator)
        close(same.to_dense(), dense)
    assert len(traces) == 1


def test_sizes_may_be_known_only_when_a_function_runs():
    @tf.function
    def dense(operator):
        return operator.to_dense()

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, None])])
    def both(batch, x):
        n = tf.shape(x)[0]
        identity = L.LinearOperatorIdentity(n, batch_shape=batch)
        return dense(identity), dense(L.LinearOperatorLowRankUpdate(L.LinearOperatorIdentity(n), x))

    for batch, n in ([2, 3], 2), ([4], 3):
        x = draw(n, 1, dtype="float32")
        identity, updated = both(batch, x)
        assert identity.shape == [*batch, n, n]
        np.testing.assert_allclose(updated, np.eye(n) + x @ x.T, 1e-5)


def test_gradients_reach_what_an_operator_is_made_of():
    diag, u = tf.Variable([1.0, 2.0, 3.0]), tf.constant([[1.0], [0.0], [2.0]])
    operator = L.LinearOperatorLowRankUpdate(L.LinearOperatorDiag(diag), u)
    assert operator.trainable_variables == (diag,)
    rhs = tf.constant([[1.0], [2.0], [3.0]])

    def by_operator():
        return operator.solve(rhs)

    def by_matrix():
        return L.solve(L.diag(diag) + u @ tf.transpose(u), rhs)

    for _ in range(2):
        results = []
        for f in (by_operator, tf.function(by_operator), by_matrix):
            with tf.GradientTape() as tape:
                tape.watch(u)
                y = tf.reduce_sum(f() ** 2)
            results.append([y, *tape.gradient(y, [diag, u])])
        for values in zip(*results, strict=True):
            np.testing.assert_allclose(values[0], values[2], rtol=1e-4)
            np.testing.assert_allclose(values[1], values[2], rtol=1e-4)
        diag.assign([3.0, 1.0, 2.0])


D, S = L.LinearOperatorDiag([1.0, 2.0]), L.LinearOperatorScaledIdentity(2, 3.0)
T, F = L.LinearOperatorLowerTriangular([[1.0, 0.0], [2.0, 3.0]]), full([[1.0, 2.0], [3.0, 5.0]])
I, Z = L.LinearOperatorIdentity(2), L.LinearOperatorZeros(2)
C = L.LinearOperatorCirculant([1.0, 2.0], tf.float32)
B = L.LinearOperatorBlockDiag([L.LinearOperatorDiag([2.0]), L.LinearOperatorDiag([4.0])])

#: left, right, the class of `left @ right`, the class of `left.solve(right)`
PAIRS = [
    (D, D, "Diag", "Diag"),
    (D, S, "Diag", "Diag"),
    (D, T, "LowerTriangular", "LowerTriangular"),
    (D, F, "Composition", "Composition"),
    (S, D, "Diag", "Diag"),
    (S, S, "ScaledIdentity", "ScaledIdentity"),
    (S, F, "Composition", "Composition"),
    (T, D, "LowerTriangular", "Composition"),
    (T, T, "Composition", "Composition"),
    (F, I, "FullMatrix", "Inversion"),
    (I, F, "FullMatrix", "FullMatrix"),
    (Z, F, "Zeros", None),
    (F, Z, "Zeros", "Composition"),
    (C, C, "Circulant", "Circulant"),
    (B, B, "BlockDiag", "BlockDiag"),
    (F.inverse(), F, "Composition", "Composition"),
]


@pytest.mark.parametrize("left, right, product, quotient", PAIRS)
def test_the_class_of_a_product_and_of_a_quotient(left, right, product, quotient):
    a, b = left.to_dense().numpy(), right.to_dense().numpy()
    found = left @ right
    assert type(found).__name__ == f"LinearOperator{product}"
    np.testing.assert_allclose(found.to_dense(), a @ b, 1e-5, 1e-5)
    if quotient is None:
        with pytest.raises(NotImplementedError, match="expected to be singular"):
            left.solve(right)
        return
    found = left.solve(right)
    assert type(found).__name__ == f"LinearOperator{quotient}"
    np.testing.assert_allclose(found.to_dense(), np.linalg.solve(a, b), 1e-5, 1e-5)


def test_the_adjoint_of_a_triangle_stays_upper_in_products():
    # TensorFlow takes the adjoint for a lower triangle here, and loses what is above the diagonal.
    found = T.matmul(D, adjoint=True)
    np.testing.assert_allclose(found.to_dense(), [[1.0, 4.0], [0.0, 6.0]])


def test_functions_of_linalg_take_operators():
    x = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    f = F.to_dense().numpy()
    np.testing.assert_allclose(tf.matmul(F, x), f @ x)
    np.testing.assert_allclose(tf.matmul(x, F), x @ f)
    np.testing.assert_allclose(L.trace(F), 6.0)
    np.testing.assert_allclose(L.det(F), -1.0, 1e-5)
    np.testing.assert_allclose(L.inv(F).to_dense(), np.linalg.inv(f), 1e-4)
    np.testing.assert_allclose(L.solve(F, x), np.linalg.solve(f, x), 1e-4)
    assert type(L.adjoint(F)).__name__ == "LinearOperatorAdjoint"


def test_slices_of_the_batch():
    matrix = draw(2, 3, 2, 2)
    operator = L.LinearOperatorLowRankUpdate(full(matrix), draw(3, 2, 1))
    dense = operator.to_dense().numpy()
    for key in (0, slice(1), (slice(None), 1), (1, None), Ellipsis):
        np.testing.assert_allclose(operator[key].to_dense(), dense[key])


def test_blocks_come_as_lists_too():
    operator, dense = TABLES["float64"]["BlockLowerTriangular"]
    x = [draw(3, 1), draw(2, 1)]
    np.testing.assert_allclose(
        np.concatenate(operator.matmul([x[0], x[1]])), dense @ np.concatenate(x)
    )
    solved = operator.solve(operator.matmul([x[0], x[1]]))
    np.testing.assert_allclose(np.concatenate(solved), np.concatenate(x))


def test_a_subclass_needs_two_methods():
    class Doubling(L.LinearOperator):
        def __init__(self, n):
            super().__init__(tf.float32, parameters={"n": n}, is_square=True)
            self.n = n

        def _shape(self):
            return tf.TensorShape([self.n, self.n])

        def _matmul(self, x, adjoint=False, adjoint_arg=False):
            return 2.0 * (L.adjoint(x) if adjoint_arg else x)

    operator = Doubling(2)
    assert operator.name == "Doubling" and operator.parameters == {"n": 2}
    np.testing.assert_allclose(operator.to_dense(), 2 * np.eye(2))
    np.testing.assert_allclose(operator.determinant(), 4.0)
    np.testing.assert_allclose(operator.solvevec([2.0, 4.0]), [1.0, 2.0])
    np.testing.assert_allclose((operator @ D).matvec([1.0, 1.0]), [2.0, 4.0])


ERRORS = [
    (lambda: D.matmul([[1.0]]), ValueError, "Dimensions 2 and 1 are not compatible"),
    (lambda: D.matmul(np.ones((2, 1))), TypeError, "Expected argument to have dtype"),
    (lambda: L.LinearOperatorDiag(1.0), ValueError, "diag must have at least 1 dimension"),
    (
        lambda: L.LinearOperatorDiag([1.0], is_self_adjoint=False),
        ValueError,
        "A real diagonal operator is always self adjoint",
    ),
    (lambda: full([[1]]), TypeError, "Argument `matrix` must have dtype in"),
    (
        lambda: full([[1.0]], is_positive_definite=True, is_non_singular=False),
        ValueError,
        "A positive definite matrix is always non-singular",
    ),
    (lambda: L.LinearOperator(tf.float32), TypeError, "Can't instantiate abstract class"),
    (lambda: F.cholesky(), ValueError, "Not a positive definite self adjoint matrix"),
    (lambda: F.eigvals(), NotImplementedError, "Only self-adjoint matrices are supported"),
    (lambda: Z.inverse(), ValueError, "represents a singular matrix"),
    (lambda: full([[1.0, 2.0]]).determinant(), NotImplementedError, "expected to not be square"),
    (lambda: full([[1.0, 2.0]]).solve([[1.0]]), NotImplementedError, "to not be square"),
    (
        lambda: L.LinearOperatorDiag([0.0]).assert_non_singular(),
        tf.errors.InvalidArgumentError,
        "Diagonal contained zero values",
    ),
    (
        lambda: full([[1.0, 1.0], [1.0, 1.0]]).assert_non_singular(),
        tf.errors.InvalidArgumentError,
        "Singular matrix up to precision epsilon",
    ),
    (lambda: F.assert_self_adjoint(), tf.errors.InvalidArgumentError, "not equal to its adjoint"),
    (lambda: F @ L.LinearOperatorDiag([1.0]), ValueError, "Operators are incompatible"),
    (lambda: L.LinearOperatorIdentity(2.0), TypeError, "num_rows must be integer type"),
    (lambda: L.LinearOperatorIdentity(-1), ValueError, "num_rows must be non-negative"),
    (lambda: L.LinearOperatorPermutation([0, 0]), ValueError, "unique integers from 0 to 1"),
    (lambda: L.LinearOperatorComposition([]), ValueError, "Expected a non-empty list"),
    (
        lambda: L.LinearOperatorKronecker([D, L.LinearOperatorIdentity(2, dtype=tf.float64)]),
        TypeError,
        "to have the same dtype",
    ),
    (
        lambda: L.experimental.conjugate_gradient(F, [1.0, 2.0]),
        ValueError,
        "Expected a self-adjoint, positive definite operator",
    ),
]


@pytest.mark.parametrize("call, error, message", ERRORS)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_conjugate_gradients():
    matrix = spd(4, 4)
    operator = full(matrix, is_self_adjoint=True, is_positive_definite=True)
    rhs = draw(2, 4)
    for preconditioner in (None, L.LinearOperatorDiag(1 / np.diag(matrix))):
        state = L.experimental.conjugate_gradient(operator, rhs, preconditioner, tol=1e-10)
        assert 0 < state.i <= 5
        np.testing.assert_allclose(state.x @ matrix, rhs, 1e-7, 1e-7)


def test_the_family_is_imported_on_first_use():
    code = "import sys, tfshim; assert not any('linear_operators' in m for m in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
