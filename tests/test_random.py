"""Random numbers against those of TensorFlow 2.21 on CPU, recorded in random_golden.json."""

import hashlib
import json
from pathlib import Path

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

import tfshim as tf
from tfshim._src.ops import philox, random_choice, random_rejection

GOLDEN = json.loads((Path(__file__).parent / "random_golden.json").read_text())
SEED = np.array([7, -9], np.int64)
_BODIES = {
    "uniform": philox.uniform,
    "normal": philox.normal,
    "truncated_normal": philox.truncated_normal,
    "uniform_bits": philox.uniform_bits,
}


def _dtype(name):
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


def _state(name):
    return np.array(GOLDEN["states"][name], np.uint64).view(np.int64)


def _run(body, arrays, static, compiled):
    if compiled:
        return np.asarray(jax.jit(lambda *xs: body(*xs, *static))(*arrays))
    return body(*arrays, *static)


def _draw(key, state, size, compiled=False):
    name, dtype, *bounds = key.split(":")
    if name == "uniform_int":
        low, high = (np.asarray(int(b), dtype) for b in bounds)
        return _run(philox.uniform_int, (state, low, high), ((size,),), compiled)
    return _run(_BODIES[name], (state,), ((size,), _dtype(dtype)), compiled)


@pytest.mark.parametrize("key", GOLDEN["hashes"])
def test_bits_equal_tensorflows(key):
    found = hashlib.sha256()
    for name in GOLDEN["states"]:
        for size in GOLDEN["sizes"]:
            drawn = _draw(key, _state(name), size)
            assert drawn.dtype == _dtype(key.split(":")[1]) and drawn.shape == (size,)
            found.update(drawn.tobytes())
    assert found.hexdigest()[:16] == GOLDEN["hashes"][key]


@pytest.mark.parametrize("key", GOLDEN["hashes"])
def test_compiled_equals_the_host(key):
    state = _state("c")  # its counter carries
    np.testing.assert_array_equal(_draw(key, state, 31, compiled=True), _draw(key, state, 31))


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("key", GOLDEN["values"])
def test_normals_to_the_last_bits_of_log_sin_cos(key, compiled):
    body, dtype, state = key.split(":")
    drawn = _draw(f"{body}:{dtype}", _state(state), 31, compiled)
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(drawn[:12], GOLDEN["values"][key], rtol=3 * eps, atol=1e-3 * eps)


def test_truncated_normal_settles_groups_that_the_first_blocks_leave():
    """At 400,000 numbers some group needs more than the eight candidates that all of them get."""
    state = np.array([0, 0, 77], np.int64)
    drawn = _draw("truncated_normal:float32", state, 400_000)
    assert np.abs(drawn).max() < 2
    starts = np.arange(100_000, dtype=np.uint64) * np.uint64(256)
    candidates = philox.normals_at(state, starts[:, None] + np.arange(2, dtype=np.uint64), False)
    assert ((np.abs(candidates) < 2).sum(1) < 4).any()
    compiled = _draw("truncated_normal:float32", state, 400_000, compiled=True)
    np.testing.assert_allclose(compiled, drawn, rtol=1e-6, atol=1e-9)


def _distribution(key, compiled):
    name, dtype, *rest = key.split(":")
    state = philox.scramble(SEED)
    if name == "poisson":
        rates = np.array([0.0, 0.1, 1.0, 5.0, 9.99, 10.0, 10.5, 100.0, 1e4, 1e6])
        rates = rates[: 8 if rest[0] == "float16" else 9 if dtype == "float16" else 10]
        static = ((50, len(rates)), np.dtype(rest[0]))
        return _run(random_rejection.poisson, (state, rates.astype(dtype)), static, compiled)
    if name == "binomial":
        counts = np.array([[0.0], [1.0], [5.0], [20.0], [100.0], [1000.0]], dtype)
        probs = np.array([-0.1, 0.0, 0.01, 0.3, 0.5, 0.7, 0.95, 1.0, 1.2], dtype)
        static = ((20, 6, 9), np.dtype(rest[0]))
        return _run(random_rejection.binomial, (state, counts, probs), static, compiled)
    logits = np.random.RandomState(0).randn(7, 5).astype(_dtype(dtype))
    static = (int(rest[0]), np.dtype(rest[1]))
    return _run(random_choice.categorical, (state, logits), static, compiled)


@pytest.mark.parametrize("key", GOLDEN["distributions"])
def test_discrete_distributions_equal_tensorflows(key):
    with np.errstate(all="ignore"):
        drawn = _distribution(key, compiled=False)
    assert hashlib.sha256(drawn.tobytes()).hexdigest()[:16] == GOLDEN["distributions"][key]


@pytest.mark.parametrize(
    "key", ["poisson:float32:int32", "binomial:float32:int32", "categorical:float32:10:int64"]
)
def test_discrete_distributions_compiled(key):
    drawn = _distribution(key, compiled=True)
    assert hashlib.sha256(drawn.tobytes()).hexdigest()[:16] == GOLDEN["distributions"][key]


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("dtype", GOLDEN["gamma"])
def test_gamma(dtype, compiled):
    alpha = np.array([0.01, 0.3, 0.99, 1.0, 1.5, 2.0, 10.0, 1000.0], dtype)
    state = np.array([1, 2, 5], np.int64)
    with np.errstate(all="ignore"):
        drawn = _run(random_rejection.gamma, (state, alpha), ((60, 8),), compiled)
    assert drawn.dtype == dtype
    eps = max(float(np.finfo(dtype).eps), 1e-13)
    flat = drawn[:3].astype(np.float64).ravel()
    tiny = float(np.finfo(dtype).tiny)  # below it TensorFlow flushes to 0
    np.testing.assert_allclose(flat, GOLDEN["gamma"][dtype], rtol=eps, atol=tiny)


def test_a_compiled_permutation_equals_the_host():
    state = np.array([3, 1, 4], np.int64)
    for size in (0, 1, 2, 9, 100):
        host = random_choice.permutation(state, size)
        assert sorted(host.tolist()) == list(range(size))
        compiled = jax.jit(lambda s, n=size: random_choice.permutation(s, n))(jnp.asarray(state))
        np.testing.assert_array_equal(compiled, host)


def _describe(value):
    if isinstance(value, (tf.Tensor, tf.Variable)):
        array = np.asarray(value.numpy())
        return ["ok", value.dtype.name, list(value.shape), array]
    return ["repr", repr(value)]


def test_a_long_session_of_calls_equals_tensorflows():
    """Each line of the recording draws from the state that the lines before it left."""
    r = tf.random
    r.set_seed(1234)
    failures, compared = [], 0
    scope = {"r": r, "tf": tf, "np": np}
    for line, wanted in GOLDEN["calls"]:
        try:
            got = _describe(eval(line, scope))
        except Exception as e:
            got = ["err", type(e).__name__, str(e)]
        if wanted[0] != "skip":
            compared += 1
            if not _agrees(got, wanted):
                failures.append((line, wanted, got))
    assert not failures
    assert compared > 190


def _agrees(got, wanted):
    if got[0] != wanted[0]:
        return False
    if got[0] == "err":
        return got[1] == wanted[1] and wanted[2] in got[2]
    if got[0] == "repr":
        return got[1] == wanted[1]
    if got[1:3] != wanted[1:3]:
        return False
    array, expected = got[3], np.array(wanted[3]).reshape(got[3].shape)
    if array.dtype.kind == "O":
        return array.tolist() == [s.encode() for s in wanted[3]]
    if array.dtype.kind in "iu":
        return bool((array == np.array(wanted[3], array.dtype).reshape(array.shape)).all())
    close = np.isclose(array.astype(np.float64), expected, 5e-7, 1e-7, equal_nan=True)
    return bool(close.all())


@pytest.mark.parametrize(
    "got",
    [
        ["ok", "float32", [2], np.array([1.0, 2.1], np.float32)],
        ["ok", "float64", [2], np.array([1.0, 2.0])],
        ["ok", "float32", [2, 1], np.array([[1.0], [2.0]], np.float32)],
        ["ok", "float32", [2], np.array([1.0, np.nan], np.float32)],
        ["err", "ValueError", "no"],
    ],
)
def test_the_comparison_of_the_session_sees_differences(got):
    assert not _agrees(got, ["ok", "float32", [2], [1.0, 2.0]])


@pytest.mark.parametrize("op", [tf.random.stateless_normal, tf.random.stateless_truncated_normal])
def test_a_function_draws_the_same_bits(op):
    """Small arrays are drawn on the host, functions by XLA."""

    def draw():
        return op([5, 301], [1, 2], stddev=0.3)

    assert draw().numpy().tobytes() == tf.function(draw)().numpy().tobytes()
