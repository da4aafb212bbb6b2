"""Large arrays that are computed in another way than small ones: the values are equal."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

import tfshim as tf
from tfshim._src.ops import (
    nn_conv,
    nn_conv_filter,
    nn_conv_transpose,
    nn_depthwise,
    ordering,
    philox,
    random_choice,
    scan_ops,
    window_reduce,
)  # fmt: skip
from tfshim._src.registry import OPS

REAL = ["float32", "float64", "float16", "bfloat16", "int32", "int8", "uint8", "uint32", "uint64"]
RANDOM = np.random.default_rng(0)


def ties(dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Equal elements, zeros of both signs, infinities, NaN of both signs, the extreme integers."""
    kind = jnp.dtype(dtype)
    if kind.kind in "iu":
        info = np.iinfo(kind)
        x = RANDOM.integers(info.min, info.max, shape, dtype=kind, endpoint=True)
        x[:, ::3] = x[:, :1]
        x[:, 1::50], x[:, 2::50] = info.min, info.max
        return x
    x = RANDOM.standard_normal(shape).astype(kind)
    x[:, ::5], x[:, 1::7] = 0.0, -0.0
    x[3:, 5::50], x[4:, 6::50], x[5:, 7::40], x[6:, 8::40] = np.nan, -np.nan, np.inf, -np.inf
    return x


def bits(x) -> np.ndarray:
    return np.asarray(x).view(f"u{x.dtype.itemsize}")


@pytest.mark.parametrize("dtype", REAL)
def test_order_by_integer_keys(dtype):
    for x in (ties(dtype, (40, 512)), abs(ties(dtype, (40, 512))[:3].repeat(14, 0))):
        assert x.size >= ordering.SMALL
        for axis in (0, 1):
            expected = lax.sort(x, dimension=axis)
            np.testing.assert_array_equal(bits(ordering.sort(jnp.asarray(x), axis)), bits(expected))
            iota = lax.broadcasted_iota(np.int32, x.shape, axis)
            expected = lax.sort((x, iota), dimension=axis, num_keys=1)[1]
            found = ordering.places(jnp.asarray(x), axis)
            assert found.dtype == np.int32
            np.testing.assert_array_equal(found, expected)
        if x.dtype.itemsize <= 4 and x.dtype.kind != "u":
            x = jnp.where(x == 0, jnp.zeros((), x.dtype), x)
            np.testing.assert_array_equal(ordering.largest(x, 99), lax.top_k(x, 99)[1])


def test_derivative_of_a_large_sort():
    x = jnp.asarray(ties("float32", (40, 512)))
    rate = RANDOM.standard_normal(x.shape).astype(np.float32)
    found = jax.vjp(lambda x: ordering.sort(x, 1), x)[1](rate)[0]
    expected = jax.vjp(lambda x: lax.sort(x, dimension=1), x)[1](rate)[0]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("dtype", ["float32", "int32", "complex64"])
@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_scans_line_by_line(dtype, exclusive, reverse):
    wide = "complex128" if dtype == "complex64" else "float64"
    x = (RANDOM.standard_normal((3, 20, 2 * scan_ops.LINE)) * 3).astype(dtype)
    for scan, plain in (
        (scan_ops.running_sum, np.cumsum),
        (scan_ops.running_product, np.cumprod),
    ):
        start = 1 if plain is np.cumprod else 0
        y = np.flip(x, 1) if reverse else x
        expected = plain(y.astype(wide), 1)
        if exclusive:
            expected = np.concatenate([np.full_like(y[:, :1], start), expected[:, :-1]], 1)
        expected = np.flip(expected, 1) if reverse else expected
        if plain is np.cumprod and dtype == "int32":
            expected = np.flip(np.cumprod(np.flip(x, 1), 1), 1) if reverse else np.cumprod(x, 1)
            if exclusive:
                continue  # int32 overflows: the inclusive one says enough
        found = scan(jnp.asarray(x), 1, exclusive, reverse)
        assert found.dtype == x.dtype
        np.testing.assert_allclose(found, expected.astype(dtype), rtol=1e-4, atol=1e-4)


def test_a_running_sum_keeps_the_sign_of_zero():
    zeros = -jnp.zeros((3, scan_ops.LINE))
    assert np.signbit(scan_ops.running_sum(zeros, 0, False, False)).all()


@pytest.mark.parametrize("pad", [(0, 0), (0, 1), (1, 1)])
@pytest.mark.parametrize("size, stride", [(2, 2), (3, 1), (3, 2), (3, 3), (2, 3)])
def test_windows_of_parts(size, stride, pad):
    ksize, strides, pads = (1, size, size, 1), (1, stride, stride, 1), ((0, 0), pad, pad, (0, 0))
    for n in (7, 8):
        x = jnp.asarray(RANDOM.integers(-3, 4, (2, n, n, 3)).astype(np.float32))  # many ties
        for ours, start, combine in (
            (window_reduce.window_max, -np.inf, lax.max),
            (window_reduce.window_sum, 0.0, lax.add),
        ):
            found, pullback = jax.vjp(lambda x, f=ours: f(x, ksize, strides, pads), x)
            expected, theirs = jax.vjp(
                lambda x, s=start, f=combine: lax.reduce_window(x, s, f, ksize, strides, pads), x
            )
            np.testing.assert_array_equal(found, expected)
            rate = RANDOM.standard_normal(found.shape).astype(np.float32)
            np.testing.assert_allclose(pullback(rate)[0], theirs(rate)[0], rtol=1e-5, atol=1e-5)


def both_ways(f, monkeypatch, *xs):
    """Values and gradients of `f` put together from others, and by XLA's own convolution."""

    def results():
        out, pullback = jax.vjp(f, *xs)
        return [out, *pullback(jnp.cos(out))]

    ours = results()
    monkeypatch.setattr(nn_conv, "LARGE", 1 << 60)
    monkeypatch.setattr(nn_conv_filter, "PLACES", 1 << 60)
    for found, expected in zip(ours, results(), strict=True):
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def normals(*shape: int):
    return jnp.asarray(RANDOM.standard_normal(shape).astype(np.float32))


@pytest.mark.parametrize("stride, gap, times", [(1, 1, 1), (2, 1, 2), (1, 2, 2)])
def test_depthwise_convolution_by_taps(stride, gap, times, monkeypatch):
    both_ways(
        lambda x, w: nn_depthwise._depthwise_raw(
            x, w, (stride, stride), ((1, 0), (2, 1)), (gap, gap), False, (0, 0)
        ),
        monkeypatch,
        normals(1, 33, 32, 16),
        normals(3, 2, 16, times) / 100,
    )


@pytest.mark.parametrize("stride, gap", [(1, 1), (2, 1), (1, 2)])
def test_convolution_of_volumes_by_slices(stride, gap, monkeypatch):
    pads = ((1, 0), (2, 1), (1, 1))
    both_ways(
        lambda x, w: nn_conv.conv_raw(x, w, (stride,) * 3, pads, (gap,) * 3, False),
        monkeypatch,
        normals(1, 15, 12, 13, 8),
        normals(3, 2, 3, 8, 4) / 100,
    )


@pytest.mark.parametrize("stride, gap, rows", [(1, 1, 65), (2, 1, 259), (1, 2, 65), (1, 1, 1)])
def test_gradient_of_a_filter_by_taps(stride, gap, rows, monkeypatch):
    window = (1, 3) if rows == 1 else (3, 2)
    pads = ((0, 0), (2, 1)) if rows == 1 else ((2, 1), (2, 1))
    static = (stride, stride), pads, (gap, gap), False
    x, w = normals(1, rows, 128 if rows > 1 else 8400, 32), normals(*window, 32, 3) / 100

    def convolve(x, w):
        return nn_conv.conv_raw(x, w, *static)

    def transpose(y, w):
        return nn_conv_transpose.transposed(y, w, x.shape, *static)

    y = convolve(x, w)
    assert nn_conv_filter.pays(x, w, y.shape)
    assert not nn_conv_filter.pays(x[..., :16], w[:, :, :16], y.shape)  # XLA is as quick
    both_ways(convolve, monkeypatch, x, w)
    monkeypatch.undo()
    both_ways(transpose, monkeypatch, y, w)
    monkeypatch.undo()
    both_ways(lambda x, w: jax.vjp(convolve, x, w)[1](y)[1], monkeypatch, x, w)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("groups", [7, 1024, 2500])
def test_truncated_normals_that_are_short_are_finished(dtype, groups):
    wide = dtype == "float64"
    width = 2 if wide else 4
    state = np.array([7, 3, 5], np.int64)
    start = np.arange(groups, dtype=np.uint64) * np.uint64(64 * width)
    kept = RANDOM.uniform(-2, 2, (groups, width)).astype(dtype)
    count = np.full(groups, width, np.int32)
    count[[0, 5, groups // 2, -1]] = [0, 1, width - 1, 0]
    found = philox._finish(jnp.asarray(state), jnp.asarray(start), 2, kept, count, wide)
    expected = philox._finish_host(state, start, 2, kept.copy(), count.copy(), wide)
    np.testing.assert_allclose(found, expected, rtol=1e-4 if not wide else 1e-12, atol=1e-5)
    filled = np.arange(width) < count[:, None]
    np.testing.assert_array_equal(np.asarray(found)[filled], kept[filled])


@pytest.mark.parametrize("n", [1, 2, 7, 1000])
def test_exchanges_all_at_once(n):
    targets = RANDOM.integers(np.arange(n), n)
    order = list(range(n))
    for i, j in enumerate(targets):
        order[i], order[j] = order[j], order[i]
    for exchanged in (random_choice.exchanged, jax.jit(random_choice.exchanged)):
        np.testing.assert_array_equal(exchanged(targets), order)


def test_extreme_index_by_integer_keys():
    x = ties("float32", (40, 512))
    for axis in (0, 1):
        low, high = (np.where(np.isnan(x), fill, x) for fill in (-np.inf, np.inf))
        np.testing.assert_array_equal(tf.argmax(x, axis), np.argmax(low, axis))
        np.testing.assert_array_equal(tf.argmin(x, axis), np.argmin(high, axis))


@pytest.mark.parametrize("dtype", ["float32", "int32"])
@pytest.mark.parametrize("op", ["_argmax", "_argmin"])
def test_extreme_index_by_value(op, dtype):
    x = ties(dtype, (40, 512)).reshape(5, 8, 512)
    x[0, :, 20:30] = np.nan if dtype == "float32" else 0
    for case in (x, RANDOM.permuted(np.arange(x.size)).reshape(x.shape).astype(dtype)):
        case.flags.writeable = False
        for axis in (0, 1, 2):
            kernel = OPS[op].bind(axis, np.int64)
            avals = (tf.constant(case).aval,)
            (found,) = kernel.form.host(avals)([case])
            np.testing.assert_array_equal(found, jax.jit(kernel.fn)(case))


@pytest.mark.parametrize("shape", [(7,), (4, 5), (3, 0, 2), (2, 3, 4)])
def test_places_of_what_is_true(shape):
    mask = RANDOM.uniform(size=shape) < 0.5
    np.testing.assert_array_equal(tf.where(mask), np.argwhere(mask))
    assert tf.where(mask).dtype == tf.int64 and tf.where(mask).shape[1] == mask.ndim
