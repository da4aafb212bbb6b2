"""Contractions, convolutions and decompositions on the host equal XLA."""

from typing import Any

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
from jax import lax

from tests.host_support import check
from tfshim._src.engine import host_rules_contract

RNG = np.random.default_rng(11)
START = RNG.bit_generator.state


@pytest.fixture(autouse=True)
def same_draws_in_any_order():
    RNG.bit_generator.state = START


def small(shape, dtype: Any = np.float32):
    """Small whole numbers: sums of their products are exact in every dtype tested here."""
    dtype = np.dtype(dtype)
    low, high = (0, 2) if dtype.kind == "b" else ((0, 4) if dtype.kind == "u" else (-3, 4))
    x = RNG.integers(low, high, shape)
    return (
        (x + 1j * RNG.integers(-3, 4, shape)).astype(dtype)
        if dtype.kind == "c"
        else x.astype(dtype)
    )


DOTS = [
    # left shape, right shape, ((left axes, right axes), (left batch, right batch))
    ((2, 3), (3, 4), (((1,), (0,)), ((), ()))),
    ((3, 2), (3, 4), (((0,), (0,)), ((), ()))),
    ((2, 3), (4, 3), (((1,), (1,)), ((), ()))),
    ((3, 2), (4, 3), (((0,), (1,)), ((), ()))),
    ((3,), (3,), (((0,), (0,)), ((), ()))),
    ((2, 3), (3,), (((1,), (0,)), ((), ()))),
    ((3, 2), (3,), (((0,), (0,)), ((), ()))),
    ((3,), (3, 4), (((0,), (0,)), ((), ()))),
    ((3,), (4, 3), (((0,), (1,)), ((), ()))),
    ((2,), (3,), (((), ()), ((), ()))),
    ((2, 3), (4,), (((), ()), ((), ()))),
    ((), (4,), (((), ()), ((), ()))),
    ((5, 2, 3), (5, 3, 4), (((2,), (1,)), ((0,), (0,)))),
    ((2, 5, 3), (3, 4, 5), (((2,), (0,)), ((1,), (2,)))),
    ((2, 3, 4), (4, 3, 5), (((1, 2), (1, 0)), ((), ()))),
    ((2, 3, 4), (3, 5), (((1,), (0,)), ((), ()))),
    ((6, 7, 2, 3), (7, 3, 6), (((3,), (1,)), ((0, 1), (2, 0)))),
    ((5, 3), (5, 3), (((1,), (1,)), ((0,), (0,)))),
    ((2, 0), (0, 4), (((1,), (0,)), ((), ()))),
    ((0, 3), (3, 4), (((1,), (0,)), ((), ()))),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(DOTS)))
def test_dot_general(case):
    left, right, numbers = DOTS[case]
    dtypes = (
        np.float32,
        np.float64,
        np.int32,
        np.uint8,
        np.complex64,
        np.bool_,
        ml_dtypes.bfloat16,
    )
    arguments = [(small(left, dtype), small(right, dtype)) for dtype in dtypes]
    check(lambda xs: [lax.dot_general(x, y, numbers) for x, y in xs], arguments, signs=False)


@pytest.mark.parametrize(
    ("dtype", "preferred"),
    [(np.int8, np.int32), (ml_dtypes.bfloat16, np.float32), (np.float16, np.float32),
     (np.float32, np.float64), (np.int32, np.float32), (np.int8, np.int16)],
)  # fmt: skip
def test_dot_preferred(dtype, preferred):
    x, y = small((4, 30), dtype) * dtype(9), small((30, 5), dtype) * dtype(9)
    numbers = (((1,), (0,)), ((), ()))
    check(
        lambda x, y: lax.dot_general(x, y, numbers, preferred_element_type=preferred),
        x,
        y,
        signs=False,
    )


CONVOLUTIONS = [
    # input, kernel, strides, padding, dilations of both, numbers, groups, batch groups
    ((2, 3, 8, 7), (4, 3, 3, 2), (1, 1), "SAME", None, None, None, 1, 1),
    ((2, 8, 7, 3), (3, 2, 3, 4), (2, 1), "VALID", None, None, ("NHWC", "HWIO", "NHWC"), 1, 1),
    ((2, 8, 7, 3), (3, 2, 3, 4), (1, 3), ((2, 1), (-1, 3)), (2, 1), (1, 2),
     ("NHWC", "HWIO", "NCHW"), 1, 1),
    ((2, 8, 7, 4), (3, 3, 1, 8), (1, 1), "SAME", None, None, ("NHWC", "HWIO", "NHWC"), 4, 1),
    ((2, 8, 7, 4), (3, 3, 2, 6), (2, 2), "SAME", None, (2, 2), ("NHWC", "HWIO", "NHWC"), 2, 1),
    ((4, 6, 5, 3), (3, 2, 3, 6), (1, 1), "VALID", None, None, ("NHWC", "HWIO", "NHWC"), 1, 2),
    ((2, 9, 3), (4, 3, 5), (2,), "SAME", None, None, ("NWC", "WIO", "NWC"), 1, 1),
    ((1, 4, 5, 6, 2), (2, 3, 2, 2, 3), (1, 2, 1), "SAME", None, None,
     ("NDHWC", "DHWIO", "NDHWC"), 1, 1),
    ((2, 3), (4, 3), (), (), None, None, None, 1, 1),
    ((2, 3, 2, 2), (4, 3, 3, 3), (1, 1), "VALID", None, None, None, 1, 1),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(CONVOLUTIONS)))
def test_convolution(case):
    shape, kernel, strides, padding, left, right, numbers, groups, batch_groups = CONVOLUTIONS[case]

    def function(x, k):
        return lax.conv_general_dilated(
            x, k, strides, padding, left, right, numbers, groups, batch_groups
        )

    for dtype in (np.float32, np.int32, ml_dtypes.bfloat16):
        x, k = small(shape, dtype), small(kernel, dtype)
        check(function, x, k, signs=False)
    if batch_groups == 1 and 0 not in jax.eval_shape(function, x, k).shape:
        x, k = small(shape), small(kernel)
        check(jax.grad(lambda x, k: (function(x, k) ** 2).sum(), (0, 1)), x, k, signs=False)


def positive(shape, dtype: Any = np.float64):
    """A batch of well-conditioned symmetric positive definite matrices."""
    x = RNG.normal(size=shape)
    return (x @ np.swapaxes(x, -1, -2) + 3 * np.eye(shape[-1])).astype(dtype)


def test_cholesky_and_triangular_solve():
    for dtype in (np.float64, np.float32):
        x = positive((2, 4, 4), dtype)
        b = RNG.normal(size=(2, 4, 3)).astype(dtype)
        check(jnp.linalg.cholesky, x, normwise=True)
        for lower in (False, True):
            for transpose in (False, True):
                for unit in (False, True):
                    check(
                        lambda x, b, k=(lower, transpose, unit): lax.linalg.triangular_solve(
                            x, b, left_side=True, lower=k[0], transpose_a=k[1], unit_diagonal=k[2]
                        ),
                        x, b, normwise=True,
                    )  # fmt: skip
        check(
            lambda x, b: lax.linalg.triangular_solve(x, b, left_side=False, lower=True),
            x, np.swapaxes(b, -1, -2).copy(), normwise=True,
        )  # fmt: skip
    check(jnp.linalg.cholesky, np.stack([np.eye(3), -np.eye(3)]))
    z = RNG.normal(size=(3, 3)) + 1j * RNG.normal(size=(3, 3))
    for conjugate in (False, True):
        check(
            lambda a, b, c=conjugate: lax.linalg.triangular_solve(
                a, b, left_side=True, lower=True, transpose_a=True, conjugate_a=c
            ),
            z, z[:, :2].copy(), normwise=True,
        )  # fmt: skip


def test_singular_triangle_divides_by_zero():
    a = np.array([[0.0, 0.0], [1.0, 2.0]])
    check(
        lambda a, b: lax.linalg.triangular_solve(a, b, left_side=True, lower=True),
        a, np.ones((2, 1)),
    )  # fmt: skip


def test_lu_solve_inverse_determinant():
    x = RNG.normal(size=(2, 4, 4))
    b = RNG.normal(size=(2, 4, 3))
    check(lambda x: lax.linalg.lu(x), x, normwise=True)
    check(jnp.linalg.inv, x, normwise=True)
    check(jnp.linalg.solve, x, b, normwise=True)
    check(jnp.linalg.det, x, normwise=True)
    check(jnp.linalg.slogdet, x, normwise=True)
    check(lambda x: lax.linalg.lu(x), RNG.normal(size=(3, 5)), normwise=True)
    check(lambda x: lax.linalg.lu(x), np.array([[1.0, 2.0], [2.0, 4.0]]), normwise=True)


def test_orthogonal_decompositions():
    x = RNG.normal(size=(2, 5, 3))
    check(lambda x: jnp.linalg.qr(x), x, normwise=True)
    check(lambda x: jnp.linalg.qr(x, mode="complete"), x, normwise=True)
    check(lambda x: jnp.linalg.svd(x, compute_uv=False), x, normwise=True)
    check(lambda x: jnp.linalg.svd(x, full_matrices=False), x, normwise=True)
    check(lambda x: list(jnp.linalg.svd(x)), np.swapaxes(x, -1, -2).copy(), normwise=True)
    check(lambda x: jnp.linalg.qr(x), (x + 1j * x[::-1]).astype(np.complex128), normwise=True)
    s = positive((2, 4, 4))
    check(jnp.linalg.eigvalsh, s, normwise=True)
    check(lambda s: list(jnp.linalg.eigh(s)), s, normwise=True)


def test_eigenvectors_of_general_matrices():
    x = RNG.normal(size=(3, 4, 4))
    check(lambda x: list(jnp.linalg.eig(x)), x, normwise=True, rtol=1e-12)
    check(jnp.linalg.eigvals, x + 1j * x[::-1], normwise=True, rtol=1e-12)


def test_decompositions_of_nan():
    x = np.array([[[1.0, np.nan], [np.nan, 2.0]], [[2.0, 1.0], [1.0, 2.0]]])
    check(jnp.linalg.eigvalsh, x, normwise=True)
    check(jnp.linalg.cholesky, x)
    check(lambda x: jnp.linalg.svd(x, compute_uv=False), x)


@pytest.mark.parametrize("m, k, n", [(4500, 8, 32), (8, 4500, 32), (8, 32, 4500), (70, 70, 70),
                                     (3, 100000, 2), (100000, 3, 2), (257, 1, 1031)])  # fmt: skip
@pytest.mark.parametrize("turn_x", [False, True])
@pytest.mark.parametrize("turn_y", [False, True])
def test_products_in_blocks(m, k, n, turn_x, turn_y):
    random = np.random.default_rng(0)
    x = random.normal(size=(k, m)).T if turn_x else random.normal(size=(m, k))
    y = random.normal(size=(n, k)).T if turn_y else random.normal(size=(k, n))
    got = host_rules_contract.product(x, y)
    np.testing.assert_allclose(got, x @ y, rtol=1e-10, atol=1e-9)
