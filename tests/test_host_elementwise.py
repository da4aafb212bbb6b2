"""Element-by-element primitives on the host equal XLA, special values included."""

import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
from jax import lax
from jax.extend.core import primitives

from tests.host_support import COMPLEX, FLOATS, INTS, assert_same, check, pairs, special_values

ROUND = lax.RoundingMethod

UNARY_FLOAT = {
    "exp": lax.exp, "expm1": lax.expm1, "log": lax.log, "log1p": lax.log1p,
    "sqrt": lax.sqrt, "rsqrt": lax.rsqrt, "cbrt": lax.cbrt, "tanh": lax.tanh,
    "logistic": lax.logistic, "asin": lax.asin, "acos": lax.acos, "atan": lax.atan,
    "sinh": lax.sinh, "cosh": lax.cosh, "asinh": lax.asinh, "acosh": lax.acosh,
    "atanh": lax.atanh, "floor": lax.floor, "ceil": lax.ceil, "sign": lax.sign, "abs": lax.abs,
    "neg": lax.neg, "square": lax.square, "is_finite": lax.is_finite, "erf": lax.erf,
    "erfc": lax.erfc, "round_away": lambda x: lax.round(x, ROUND.AWAY_FROM_ZERO),
    "round_even": lambda x: lax.round(x, ROUND.TO_NEAREST_EVEN),
    "pow2": lambda x: lax.integer_pow(x, 2), "pow3": lambda x: lax.integer_pow(x, 3),
    "pow-1": lambda x: lax.integer_pow(x, -1), "pow-2": lambda x: lax.integer_pow(x, -2),
    "pow0": lambda x: lax.integer_pow(x, 0), "pow7": lambda x: lax.integer_pow(x, 7),
    "copy": lax.stop_gradient,
}  # fmt: skip


def all_dtypes(function, arrays, **options):
    """One compiled call for all dtypes: compiling is what such a test spends its time on."""
    check(lambda *xs: [function(x) for x in xs], *arrays, **options)


@pytest.mark.parametrize("name", UNARY_FLOAT)
def test_unary_float(name):
    all_dtypes(UNARY_FLOAT[name], [special_values(d) for d in FLOATS], context=name)


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_trigonometric(name):
    arrays = [np.linspace(-20, 20, 101).astype(d) for d in FLOATS]
    arrays += [np.array([0.0, -0.0, np.inf, -np.inf, np.nan]).astype(d) for d in FLOATS]
    all_dtypes(getattr(lax, name), arrays, context=name)


def test_exp2():
    # XLA's bfloat16 exp2 is off by percents (exp2(20) is 995328), so that dtype is not compared.
    all_dtypes(lax.exp2, [special_values(d) for d in FLOATS if d is not ml_dtypes.bfloat16])


@pytest.mark.parametrize(
    "name", ["neg", "abs", "sign", "square", "not", "population_count", "clz", "pow3", "pow0"]
)
def test_unary_integer(name):
    function = {
        "neg": lax.neg, "abs": lax.abs, "sign": lax.sign, "square": lax.square,
        "not": lax.bitwise_not, "population_count": lax.population_count, "clz": lax.clz,
        "pow3": lambda x: lax.integer_pow(x, 3), "pow0": lambda x: lax.integer_pow(x, 0),
    }[name]  # fmt: skip
    dtypes = [d for d in INTS if name != "abs" or np.dtype(d).kind == "i"]
    all_dtypes(function, [special_values(d) for d in dtypes], context=name)


BINARY = {
    "add": lax.add, "sub": lax.sub, "mul": lax.mul, "div": lax.div, "rem": lax.rem,
    "max": lax.max, "min": lax.min, "eq": lax.eq, "ne": lax.ne, "lt": lax.lt, "le": lax.le,
    "gt": lax.gt, "ge": lax.ge,
}  # fmt: skip


@pytest.mark.parametrize("name", BINARY)
def test_binary(name):
    def function(xs):
        return [BINARY[name](x, y) for x, y in xs]

    # max(0, -0) is either zero in XLA, depending on vectorisation.
    check(
        function,
        [pairs(special_values(d)) for d in FLOATS + INTS],
        context=name,
        signs=name not in ("max", "min"),
    )


@pytest.mark.parametrize("name", ["pow", "atan2", "nextafter", "eq_to", "lt_to", "le_to"])
def test_binary_float(name):
    function = {"pow": lax.pow, "atan2": lax.atan2, "nextafter": lax.nextafter}.get(name)
    if function is None:
        primitive = getattr(primitives, f"{name}_p")
        function = primitive.bind
    check(
        lambda xs: [function(x, y) for x, y in xs],
        [pairs(special_values(d)) for d in FLOATS],
        context=name,
    )


@pytest.mark.parametrize("name", ["and", "or", "xor"])
def test_bits(name):
    function = {"and": lax.bitwise_and, "or": lax.bitwise_or, "xor": lax.bitwise_xor}[name]
    check(
        lambda xs: [function(x, y) for x, y in xs],
        [pairs(special_values(d)) for d in (*INTS, np.bool_)],
        context=name,
    )


@pytest.mark.parametrize("name", ["left", "right_logical", "right_arithmetic"])
def test_shifts(name):
    function = getattr(lax, f"shift_{name}")
    check(
        lambda xs: [function(x, y) for x, y in xs],
        [pairs(special_values(d)) for d in INTS],
        context=name,
    )


def test_multiply_high():
    dtypes = (np.uint32, np.int32, np.uint64)
    check(
        lambda xs: [lax.mulhi(x, y) for x, y in xs],
        [pairs(special_values(d)) for d in dtypes],
    )


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "eq", "ne"])
def test_binary_complex(name):
    check(
        lambda xs: [BINARY[name](x, y) for x, y in xs],
        [pairs(special_values(d)) for d in COMPLEX],
        context=name,
    )


@pytest.mark.parametrize(
    "name",
    ["exp", "log", "sqrt", "sin", "cos", "tanh", "sinh", "cosh", "log1p", "expm1", "tan",
     "rsqrt", "logistic", "abs", "neg", "sign", "conj", "real", "imag", "square"],
)  # fmt: skip
def test_unary_complex(name):
    all_dtypes(getattr(lax, name), [special_values(d) for d in COMPLEX], context=name)


def test_pow_complex():
    # XLA raises in polar form and loses digits to the angle: 5e-5 of (-3-3j) ** 2.5 in complex64.
    check(lax.pow, *pairs(special_values(np.complex64)), rtol=1e-4)
    check(lax.pow, *pairs(special_values(np.complex128)), rtol=1e-12)


def test_complex_from_parts():
    check(lax.complex, *pairs(special_values(np.float32)))
    check(lambda x: lax.complex(x, np.float64(2)), special_values(np.float64))


@pytest.mark.parametrize("exponent", [np.int32, np.int64, np.uint8])
def test_pow_with_integer_exponent(exponent):
    y = np.array([0, 1, 2, 3, 7, 200, 0, 5], exponent)
    if np.dtype(exponent).kind == "i":
        y = np.concatenate([y, -y])
    arrays = [pairs(special_values(d), y) for d in (np.float32, np.float64)]
    check(lambda xs: [lax.pow(x, y) for x, y in xs], arrays)


def test_clamp():
    for dtype in (*FLOATS, np.int32, np.uint8):
        x, bound = pairs(special_values(dtype))
        one = np.asarray(1, dtype)
        check(lax.clamp, one, x, np.asarray(3, dtype), signs=False)
        check(lax.clamp, np.minimum(bound, one), x, np.maximum(bound, one), signs=False)


def test_select():
    x, y = pairs(special_values(np.float32))
    which = (np.arange(x.size) % 5 - 1).astype(np.int32)
    check(lax.select_n, which > 1, x, y)
    check(lax.select_n, np.asarray(True), x, y)
    check(lax.select_n, np.asarray(False), x, y)
    check(lax.select_n, which, x, y, -x, x + 1)
    check(lax.select_n, np.asarray(2, np.int32), x, y, -x)
    check(lax.select_n, (which > 0).astype(np.int32), x, y)
    check(lax.select_n, np.asarray(True), np.float32(2), np.float32(3))


CONVERTIBLE = (np.bool_, *INTS, *FLOATS, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2)


@pytest.mark.parametrize("target", [*CONVERTIBLE, *COMPLEX, ml_dtypes.int4, ml_dtypes.uint4])
def test_convert(target):
    def function(xs):
        return [lax.convert_element_type(x, target) for x in xs]

    check(function, [special_values(d) for d in CONVERTIBLE], context=str(target))


def test_convert_from_complex_and_int4():
    for dtype in COMPLEX:
        x = special_values(dtype)
        check(lambda x: [lax.convert_element_type(x, d) for d in (*COMPLEX, np.bool_)], x)
        check(lambda x: lax.convert_element_type(lax.real(x), np.int8), x)
    x = np.arange(-8, 8).astype(ml_dtypes.int4)
    check(lambda x: [lax.convert_element_type(x, d) for d in CONVERTIBLE], x)


@pytest.mark.parametrize("dtype", [ml_dtypes.int4, ml_dtypes.uint4])
@pytest.mark.parametrize("name", ["add", "sub", "mul", "lt", "max"])
def test_narrow_integers(name, dtype):
    low = int(ml_dtypes.iinfo(dtype).min)
    check(BINARY[name], *pairs(np.arange(low, low + 16).astype(dtype)))


@pytest.mark.parametrize("bits", [(8, 7), (5, 10), (4, 3), (8, 23), (5, 2), (11, 52), (8, 0)])
def test_reduce_precision(bits):
    rng = np.random.default_rng(0)
    for dtype in (np.float32, np.float64):
        if bits[0] > np.finfo(dtype).nexp or bits[1] > np.finfo(dtype).nmant:
            continue
        x = np.concatenate([special_values(dtype), np.exp(rng.normal(0, 8, 200)).astype(dtype)])
        check(lambda x: lax.reduce_precision(x, *bits), x)


def test_float_predicates_of_narrow_floats():
    for dtype in (ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2):
        x = special_values(dtype)
        check(lambda x: [lax.is_finite(x), lax.neg(x), lax.abs(x), lax.mul(x, x)], x)


def test_scalars_stay_arrays():
    two, three = np.float32(2), np.float32(3)
    check(lambda x, y: [x + y, x * y, x < y, x - 1, -x, jnp.sin(y)], two, three)
    check(lambda n: [n * 2 // 3, n % 4, n + 1], np.int32(-7))
    check(lambda x: x * 2 + 1, np.asarray(1.5, ml_dtypes.bfloat16))
    check(lambda p, q: p & q, np.asarray(True), np.asarray(False))


def test_comparison_helper_sees_differences():
    good = np.array([1.0, np.nan, 0.0, np.inf], np.float32)
    assert_same(good.copy(), good)
    bad = [
        good.astype(np.float64), good[None], good[:3], good + np.float32(1e-3), -good,
        np.array([1.0, np.nan, -0.0, np.inf], np.float32), np.zeros(4, np.float32),
    ]  # fmt: skip
    for wrong in bad:
        with pytest.raises(AssertionError):
            assert_same(wrong, good)
    with pytest.raises(AssertionError):
        assert_same(np.array([1, 3]), np.array([1, 2]))
    with pytest.raises(AssertionError):
        assert_same(np.float32(1), np.array(1, np.float32))
