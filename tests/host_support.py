"""What the host-tier tests share: special values, and the comparison with XLA's result."""

import jax
import ml_dtypes
import numpy as np

from tfshim._src.engine.host import compile_program

jax.config.update("jax_enable_x64", True)

# One table of tolerances by dtype, for values computed by two different libraries.
TOLERANCE = {
    np.dtype(np.float64): 1e-13,
    np.dtype(np.float32): 4e-6,
    np.dtype(np.float16): 2e-3,
    np.dtype(ml_dtypes.bfloat16): 2e-2,
    np.dtype(np.complex64): 1e-5,
    np.dtype(np.complex128): 1e-12,
}

FLOATS = (np.float16, ml_dtypes.bfloat16, np.float32, np.float64)
INTS = (np.int8, np.uint8, np.int16, np.int32, np.uint32, np.int64, np.uint64)
COMPLEX = (np.complex64, np.complex128)


def special_values(dtype):
    """Values of `dtype` where implementations like to differ, and some ordinary ones."""
    dtype = np.dtype(dtype)
    if dtype == np.bool_:
        return np.array([False, True])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        wanted = [0, 1, 2, 3, 7, 8, 31, 32, 33, 63, 64, 100, -1, -2, -7, -8, -100]
        wanted += [info.max, info.max - 1, info.min, info.min + 1, info.max // 2]
        return np.array([v for v in wanted if info.min <= v <= info.max], dtype)
    if dtype.kind == "c":
        parts = np.array([0.0, -0.5, 1.0, 2.5, -3.0])
        return (parts[:, None] + 1j * parts[None, :]).ravel()[1:].astype(dtype)
    info = ml_dtypes.finfo(dtype)
    wanted = [0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, 3.7, -3.7, 0.1, 0.9, -0.9, 7, 20]
    wanted += [1e-3, 100, -100, 127.6, 255.9, 3e9, -3e9, 1e19, np.inf, -np.inf, np.nan]
    wanted += [float(info.max), float(info.min), float(info.smallest_normal)]
    with np.errstate(all="ignore"):
        return np.array(wanted).astype(dtype)


def pairs(x, y=None):
    """All pairs of the elements of x and y, as two flat arrays."""
    y = x if y is None else y
    left, right = np.meshgrid(x, y, indexing="ij")
    return left.ravel(), right.ravel()


def assert_same(got, expected, context="", rtol=None, signs=True, normwise=False):
    """`got` is an ndarray equal to `expected`: dtype and shape exactly, floats within rounding."""
    expected = np.asarray(expected)
    assert type(got) is np.ndarray, f"{context}: {type(got)}"
    assert got.dtype == expected.dtype, f"{context}: {got.dtype}, expected {expected.dtype}"
    assert got.shape == expected.shape, f"{context}: {got.shape}, expected {expected.shape}"
    dtype = expected.dtype
    if dtype.kind in "biu" or dtype not in TOLERANCE:
        assert_equal(got, expected, context)
        return
    rtol = TOLERANCE[dtype] if rtol is None else rtol
    # An algorithm's error is relative to the whole matrix, not to each of its elements.
    size = np.abs(expected[np.isfinite(expected)]) if normwise else 0.01
    atol = rtol * np.max(size, initial=0)
    if dtype.kind == "c":
        assert_close(np.real(got), np.real(expected), context, rtol, atol, False)
        assert_close(np.imag(got), np.imag(expected), context, rtol, atol, False)
    else:
        assert_close(got, expected, context, rtol, atol, signs)


def assert_equal(got, expected, context):
    """Equal element by element, nan equal to nan."""
    got, expected = (
        x.astype(np.float64) if x.dtype.kind not in "biu" else x for x in (got, expected)
    )
    same = (got == expected) | ((got != got) & (expected != expected))
    where = np.argwhere(~same)
    assert same.all(), (
        f"{context}: at {where[:5].tolist()} got {got[~same][:5]}, expected {expected[~same][:5]}"
    )


def assert_close(got, expected, context, rtol, atol, signs):
    """Close within rtol, or atol near zero; the same nan, inf and signs of zero."""
    got, expected = got.astype(np.float64), expected.astype(np.float64)
    finite = np.isfinite(expected)
    with np.errstate(all="ignore"):
        close = np.abs(got - expected) <= rtol * np.abs(expected) + atol
    same = np.where(finite, close, (got == expected) | (np.isnan(got) & np.isnan(expected)))
    if signs:
        same &= ~((got == 0) & (expected == 0) & (np.signbit(got) != np.signbit(expected)))
    where = np.argwhere(~same)
    assert same.all(), (
        f"{context}: at {where[:5].tolist()} got {got[~same][:5]}, expected {expected[~same][:5]}"
    )


def check(function, *arguments, rtol=None, signs=True, normwise=False, context=""):
    """The host result of `function` equals the compiled one; gives the host result back."""
    leaves = [np.asarray(x) for x in jax.tree.leaves(arguments)]
    before = [x.copy() for x in leaves]
    closed = jax.make_jaxpr(function)(*arguments)
    run = compile_program(closed, checked=True)
    with np.errstate(all="ignore"):
        got = [np.asarray(x) for x in run(leaves)]
    for x, kept in zip(leaves, before, strict=True):
        assert x.tobytes() == kept.tobytes(), f"{context}: an input was written to"
    expected = jax.tree.leaves(jax.jit(function)(*arguments))
    assert len(got) == len(expected)
    for index, (x, y) in enumerate(zip(got, expected, strict=True)):
        assert_same(x, y, f"{context or closed.jaxpr.eqns} output {index}", rtol, signs, normwise)
    return got
