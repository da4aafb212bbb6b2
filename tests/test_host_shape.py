"""Primitives that move values, reduce, sort, gather and scatter on the host equal XLA."""

from typing import Any

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
from jax import lax

from tests.host_support import COMPLEX, FLOATS, INTS, assert_same, check, special_values

RNG = np.random.default_rng(7)
START = RNG.bit_generator.state
MODES = ["clip", "fill", "promise_in_bounds"]


@pytest.fixture(autouse=True)
def same_draws_in_any_order():
    RNG.bit_generator.state = START


def draw(shape, dtype: Any = np.float32):
    """Reproducible values of a shape and dtype, small enough to add and multiply."""
    dtype = np.dtype(dtype)
    if dtype.kind in "biu":
        return RNG.integers(0, 2 if dtype.kind == "b" else 9, shape).astype(dtype)
    if dtype.itemsize == 2:
        # Powers of two: no sum or product of a few rounds, however wide the accumulator is.
        return RNG.choice([0.5, 1, -1, 2, -2], shape).astype(dtype)
    if dtype.kind == "c":
        return (RNG.normal(size=shape) + 1j * RNG.normal(size=shape)).astype(dtype)
    return RNG.normal(size=shape).astype(dtype)


def test_moves():
    x = draw((2, 3, 4))
    check(
        lambda x: [
            lax.reshape(x, (4, 6)), lax.transpose(x, (2, 0, 1)), lax.rev(x, (0, 2)),
            lax.slice(x, (0, 1, 0), (2, 3, 4), (1, 1, 2)), lax.expand_dims(x, (1,)),
            lax.squeeze(x[:1], (0,)), lax.broadcast_in_dim(x, (5, 2, 3, 4), (1, 2, 3)),
            lax.concatenate([x, x + 1], 1), *lax.split(x, (1, 2), 1), jnp.stack([x, x], 1),
            *jnp.unstack(x, axis=1), jnp.tile(x, (2, 1, 3)), lax.full_like(x, 3),
        ],
        x,
    )  # fmt: skip
    check(lambda x: [x, x.T, x], x)


@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16, np.bool_, np.int8, np.complex64])
def test_pad(dtype):
    x, value = draw((4, 5), dtype), np.asarray(1, dtype)
    for config in (
        ((0, 0, 0), (1, 2, 0)), ((-1, 2, 1), (3, -2, 2)), ((-2, -1, 0), (-3, 0, 3)),
        ((2, -5, 2), (-6, 4, 1)), ((-4, 0, 0), (0, 0, 0)), ((-9, 4, 1), (1, -18, 3)),
    ):  # fmt: skip
        check(lambda x, v, c=config: lax.pad(x, v, c), x, value, context=str(config))
    check(lambda x, v: lax.pad(x, v, ((1, 1, 2), (0, 0, 0))), np.zeros((0, 3), dtype), value)


@pytest.mark.parametrize("seed", range(12))
def test_pad_drawn(seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 5, 2)
    config = []
    for size in sizes:
        interior = int(rng.integers(0, 3))
        low = int(rng.integers(-6, 5))
        held = int(size) + interior * max(0, int(size) - 1)
        high = int(rng.integers(max(-6, -low - held), 6))
        config.append((low, high, interior))
    x = np.arange(sizes.prod(), dtype=np.int32).reshape(sizes) + 1
    check(lambda x: lax.pad(x, np.int32(-9), config), x, context=f"{sizes} {config}")


def test_iota_and_constants():
    dtypes = (np.int32, np.uint8, np.float32, ml_dtypes.bfloat16, np.complex64)
    check(lambda: [lax.broadcasted_iota(d, (3, 4), 1) for d in dtypes])
    check(lambda: [jnp.zeros((70, 70)), jnp.eye(3), lax.iota(np.int64, 10_000)])


def test_constants_are_not_shared():
    from tfshim._src.engine.host import host_function

    run = host_function(jax.make_jaxpr(lambda: jnp.arange(4))())
    assert run is not None
    (first,) = run([])
    first[:] = 9
    assert_same(run([])[0], np.arange(4))


def test_bitcast():
    for source, target in [
        (np.float32, np.int32), (np.int32, np.float32), (np.float64, np.uint64),
        (ml_dtypes.bfloat16, np.uint16), (np.float32, np.uint8), (np.int64, np.int32),
        (np.uint8, np.int8),
    ]:  # fmt: skip
        x = special_values(source)
        check(lambda x, t=target: lax.bitcast_convert_type(x, t), x)
    check(lambda x: lax.bitcast_convert_type(x, np.float32), draw((3, 4), np.uint8))
    check(lambda x: lax.bitcast_convert_type(x, np.int32), np.float32(1))


AXES = [(0,), (1,), (0, 2), (0, 1, 2), ()]


@pytest.mark.parametrize("dtype", [*FLOATS, *INTS, *COMPLEX])
def test_reduce_arithmetic(dtype):
    x = draw((2, 3, 4), dtype)
    sums = [lambda x, a=a: lax.reduce_sum_p.bind(x, axes=a, out_sharding=None) for a in AXES]
    products = [lambda x, a=a: lax.reduce_prod_p.bind(x, axes=a) for a in AXES]
    check(lambda x: [f(x) for f in sums + products], x)


@pytest.mark.parametrize("dtype", [*FLOATS, *INTS, np.bool_])
def test_reduce_extremes(dtype):
    x = np.resize(special_values(dtype), (5, 8))
    reducers = [lax.reduce_max_p, lax.reduce_min_p]
    check(lambda x: [p.bind(x, axes=a) for p in reducers for a in ((0,), (1,))], x, signs=False)
    empty = x[:0]
    check(lambda x: [p.bind(x, axes=(0,)) for p in reducers], empty)
    check(lambda x: [lax.argmax(x, 1, np.int32), lax.argmin(x, 0, np.int64)], x)


def test_reduce_logic():
    primitives = [lax.reduce_and_p, lax.reduce_or_p, lax.reduce_xor_p]
    for dtype in (np.bool_, np.int32, np.uint8):
        x = draw((4, 6), dtype)
        check(lambda x: [p.bind(x, axes=a) for p in primitives for a in ((0,), (0, 1))], x)
        check(lambda x: [p.bind(x, axes=(0,)) for p in primitives], x[:0])


def test_argmax_ties_and_nan():
    x = np.array([[1, 3, 3], [np.nan, 9, np.nan], [-np.inf] * 3, [5, np.nan, 9]], np.float32)
    check(lambda x: [lax.argmax(x, 1, np.int32), lax.argmin(x, 1, np.int32)], x)


@pytest.mark.parametrize("name", ["cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp"])
def test_cumulative(name):
    function = getattr(lax, name)
    dtypes = [np.float32, np.float64] + ([] if name == "cumlogsumexp" else [np.int32, np.uint8])
    for dtype in dtypes:
        x = draw((3, 5), dtype)
        check(lambda x: [function(x, axis=a, reverse=r) for a in (0, 1) for r in (False, True)], x)
    if name in ("cummax", "cummin"):
        check(lambda x: function(x, axis=0), special_values(np.float32)[::-1].copy(), signs=False)


@pytest.mark.parametrize("dtype", [*FLOATS, *INTS, np.bool_, np.complex64])
def test_sort(dtype):
    x = np.resize(special_values(dtype), 40)
    np.random.default_rng(1).shuffle(x)
    place = np.arange(40, dtype=np.int32)
    check(lambda x: lax.sort(x), x)
    check(lambda x, p: lax.sort((x, p), num_keys=1), x, place)
    check(lambda x, p: lax.sort((x, p), dimension=0), x.reshape(8, 5), place.reshape(8, 5))
    check(lambda k, x, p: lax.sort((k, x, p), num_keys=2), place % 3, x, place)


@pytest.mark.parametrize("dtype", [*FLOATS, np.int32, np.uint8, np.int64])
def test_top_k(dtype):
    x = np.resize(special_values(dtype), (2, 20))
    np.random.default_rng(2).shuffle(x.T)
    check(lambda x: lax.top_k(x, 20), x)
    check(lambda x: lax.top_k(x, 3), x)


def test_dynamic_slices():
    x = draw((5, 6))
    for start in [(0, 0), (-3, 2), (4, 9), (np.iinfo(np.int32).max, -(2**31))]:
        start = [np.asarray(s, np.int32) for s in start]
        check(lambda x, i, j: lax.dynamic_slice(x, (i, j), (2, 3)), x, *start)
        update = draw((2, 3))
        check(lambda x, u, i, j: lax.dynamic_update_slice(x, u, (i, j)), x, update, *start)
    check(lambda x, i: lax.dynamic_slice(x, (i, i), (2, 3)), x, np.uint8(250))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.uint8, np.bool_, ml_dtypes.bfloat16])
def test_take(mode, dtype):
    x, rows = draw((4, 5, 3), dtype), np.array([[0, 3], [2, 2]], np.int32)
    if mode != "promise_in_bounds":
        rows = np.array([[0, 3], [-1, 4], [99, -7]], np.int32)
    check(lambda x, i: x.at[i].get(mode=mode), x, rows)
    check(lambda x, i: x.at[:, i].get(mode=mode), x, rows)
    check(lambda x, i: x.at[:, :, i].get(mode=mode), x, rows % 3)
    check(lambda x, i: x.at[i].get(mode=mode), x, np.int64(2))
    check(lambda x, i: x.at[i, :, i].get(mode=mode), x, rows % 3)
    check(lambda x, i: jnp.take_along_axis(x, i, 1, mode=mode), x, draw((4, 2, 3), np.int32) % 5)
    check(lambda x, i: x.at[..., i].get(mode="fill", fill_value=1), x, rows)


def numbers(offset, collapsed, index_map, batching=(), index_batching=()):
    return lax.GatherDimensionNumbers(offset, collapsed, index_map, batching, index_batching)


GATHERS = [
    # shape, indices shape, numbers, slice sizes
    ((5, 6), (3, 2), numbers((1, 2), (), (0, 1)), (2, 3)),
    ((5, 6), (3, 2), numbers((0, 1), (), (1, 0)), (2, 3)),
    ((5, 6), (2, 3, 1), numbers((0,), (1,), (1,)), (5, 1)),
    ((5, 6), (2, 3, 1), numbers((1,), (0,), (0,)), (1, 4)),
    ((5, 6, 4), (3, 2), numbers((0, 2), (1,), (2, 1)), (2, 1, 3)),
    ((3, 6, 4), (3, 2, 1), numbers((2,), (1,), (1,), (0,), (0,)), (1, 1, 3)),
    ((5, 3, 2), (2, 7, 3, 1), numbers((1,), (), (0,), (1, 2), (2, 0)), (4, 1, 1)),
    ((5, 6), (2,), numbers((0, 1), (), (0, 1)), (2, 3)),
    ((5, 6), (4, 0), numbers((1, 2), (), ()), (2, 3)),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint8])
def test_gather(dtype, mode):
    low, high = {np.int32: (-2, 8), np.int64: (0, 3), np.uint8: (0, 7)}[dtype]
    xs = [np.arange(np.prod(case[0]), dtype=np.float32).reshape(case[0]) for case in GATHERS]
    indices = [RNG.integers(low, high, case[1]).astype(dtype) for case in GATHERS]

    def function(xs, indices):
        return [
            lax.gather(x, index, dimension_numbers, sizes, mode=mode, fill_value=fill)
            for x, index, (_, _, dimension_numbers, sizes) in zip(xs, indices, GATHERS, strict=True)
            for fill in ([None, -1] if mode == "fill" else [None])
        ]

    check(function, xs, indices, context=f"{mode} {dtype}")


SCATTERS = ["scatter", "scatter_add", "scatter_mul", "scatter_min", "scatter_max"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", SCATTERS)
def test_scatter(name, mode):
    low, high = (0, 2) if mode == "promise_in_bounds" else (-2, 8)
    xs = [draw(case[0]) for case in GATHERS]
    indices = [RNG.integers(low, high, case[1]).astype(np.int32) for case in GATHERS]
    updates = [
        draw(jax.eval_shape(lambda x, i, c=case: lax.gather(x, i, *c[2:], mode="clip"), x, i).shape)
        for x, i, case in zip(xs, indices, GATHERS, strict=True)
    ]

    def function(xs, indices, updates):
        results = []
        for x, index, update, case in zip(xs, indices, updates, GATHERS, strict=True):
            places = lax.ScatterDimensionNumbers(
                update_window_dims=case[2].offset_dims,
                inserted_window_dims=case[2].collapsed_slice_dims,
                scatter_dims_to_operand_dims=case[2].start_index_map,
                operand_batching_dims=case[2].operand_batching_dims,
                scatter_indices_batching_dims=case[2].start_indices_batching_dims,
            )
            results.append(getattr(lax, name)(x, index, update, places, mode=mode))
        return results

    check(function, xs, indices, updates, context=f"{name} {mode}")


@pytest.mark.parametrize(
    "dtype", [ml_dtypes.bfloat16, np.float16, np.int32, np.uint8, np.bool_, np.complex64]
)
def test_scatter_dtypes(dtype):
    x, index, update = draw((6, 2), dtype), np.array([1, 4, 1, 7], np.int32), draw((4, 2), dtype)
    check(lambda x, i, u: x.at[i].set(u, mode="drop"), x, index, update)
    if dtype is not np.bool_:
        check(lambda x, i, u: [x.at[i].add(u), x.at[i].multiply(u)], x, index, update)
    if np.dtype(dtype).kind != "c":
        check(lambda x, i, u: [x.at[i].max(u), x.at[i].min(u)], x, index, update)


WINDOWS = [
    # dimensions, strides, padding, base dilation, window dilation
    ((2, 3), (1, 1), ((0, 0), (0, 0)), (1, 1), (1, 1)),
    ((2, 2), (2, 1), ((1, 0), (0, 2)), (1, 1), (1, 1)),
    ((3, 2), (1, 2), ((0, 1), (1, 1)), (2, 1), (1, 2)),
    ((9, 1), (1, 1), ((0, 0), (0, 0)), (1, 1), (1, 1)),
]


@pytest.mark.parametrize("case", range(len(WINDOWS)))
@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_reduce_window(case, dtype):
    dimensions, strides, padding, base, dilation = WINDOWS[case]
    x = draw((5, 6), dtype)
    fills = {
        lax.add: 0,
        lax.max: -np.inf if np.dtype(dtype).kind == "f" else np.iinfo(dtype).min,
        lax.min: np.inf if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max,
    }

    def function(x):
        return [
            lax.reduce_window(x, dtype(fill), reducer, dimensions, strides, padding, base, dilation)
            for reducer, fill in fills.items()
        ]

    check(function, x)


def test_pool_gradients():
    x = draw((2, 6, 6, 3))
    x[0, :2, :2, 0] = 1  # ties: the first one gets it all

    def pool(x, padding):
        return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 3, 1), (1, 2, 2, 1), padding)

    for padding in ("VALID", "SAME"):
        check(jax.grad(lambda x, p=padding: jnp.sum(pool(x, p) ** 2)), x)
    check(
        jax.grad(
            lambda x: lax.reduce_window(x, 0.0, lax.add, (1, 2, 2, 1), (1, 1, 1, 1), "SAME").sum()
        ),
        x,
    )


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "fft2", "rfft2", "fftn"])
def test_fft(name):
    for dtype in (np.float32, np.float64):
        x = draw((3, 4, 6), dtype)
        x = x if name.startswith("rfft") else x.astype(np.result_type(dtype, np.complex64))
        check(getattr(jnp.fft, name), x, signs=False, normwise=True)
