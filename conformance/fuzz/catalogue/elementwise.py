"""Functions of one element, of two, of three; casts; bits."""

from __future__ import annotations

import numpy as np

from conformance.cases.arrays import ref
from conformance.cases.row import Row, row
from conformance.fuzz.draws import ALL, COMPLEX, FLOATS, INTS, NUMBERS, REAL, Draw

_WIDE = ("float32", "float64")
UNARY = """abs acos acosh angle asin asinh atan atanh ceil conj cos cosh digamma erf erfc erfinv
erfcinv exp expm1 floor imag is_finite is_inf is_nan lgamma log log1p log_sigmoid logical_not
negative ndtri real reciprocal reciprocal_no_nan rint round rsqrt sigmoid sign sin sinh softplus
softsign sqrt square tan tanh""".split()
BESSEL = """bessel_i0 bessel_i0e bessel_i1 bessel_i1e bessel_j0 bessel_j1 bessel_k0 bessel_k0e
bessel_k1 bessel_k1e bessel_y0 bessel_y1 dawsn expint fresnel_cos fresnel_sin spence""".split()
ACTIVATIONS = "relu relu6 elu selu gelu silu leaky_relu crelu l2_loss softsign softplus".split()
BINARY = """add atan2 divide divide_no_nan equal floordiv floormod greater greater_equal less
less_equal logical_and logical_or logical_xor maximum minimum multiply multiply_no_nan nextafter
not_equal pow squared_difference subtract truediv xdivy xlog1py xlogy""".split()
BITS = ("bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift")


def unary(d: Draw, op: str) -> Row:
    low, high = d.pick([(-3, 3), (-1, 1), (0, 1), (1, 4), (-20, 20), (-200, 200)])
    return row(op, d.operand(d.array(d.shape(), d.pick(ALL), low, high)))


def special(d: Draw, op: str) -> Row:
    low, high = d.pick([(0.1, 3), (-1, 1), (0, 1), (1, 4), (0.5, 20)])
    return row(op, d.array(d.shape(), d.dtype(FLOATS), low, high))


def binary(d: Draw, op: str) -> Row:
    dtype = d.pick(ALL)
    low, high = d.pick([(-3, 3), (0.1, 3), (-20, 20), (-7, 7)])
    left, right = (d.operand(d.array(s, dtype, low, high)) for s in d.broadcastable())
    if d.chance(0.1):
        number = d.pick([0, 1, -2, 2.5, True, 3, 0.0, -1.5, 2, 1e10])
        left, right = (number, right) if d.chance(0.5) else (left, number)
    elif d.chance(0.03):
        right = d.array(d.shape(), d.pick(ALL))
    return row(op, left, right)


def shift(d: Draw, op: str) -> Row:
    dtype = d.dtype(INTS)
    bits = 8 * (1 + INTS.index(dtype) % 4) if dtype in INTS else 8
    left, right = d.broadcastable()
    high = {8: 8, 16: 16, 24: 32, 32: 64}[bits] - 1 if "shift" in op else 100
    values = d.array(left, dtype, -100, 100)
    return row(op, values, d.array(right, dtype, 0, high, specials="shift" not in op))


def probabilities(d: Draw, op: str) -> Row:
    """igamma and the like: positive arguments."""
    count = 3 if op.endswith("betainc") else 2
    dtype = d.dtype(_WIDE)
    parts = [d.array(s, dtype, 0.1, 4, specials=d.chance(0.3)) for s in d.broadcastable(count)]
    if count == 3:
        parts[2] = d.array(parts[2].value.shape, dtype, 0, 1, specials=d.chance(0.3))
    elif op.endswith("zeta"):
        parts[0] = d.array(parts[0].value.shape, dtype, 1.1, 6)
    elif op.endswith("polygamma"):
        parts[0] = d.array(parts[0].value.shape, dtype, 0, 3.9, specials=False)
        if dtype in FLOATS:
            parts[0].value[...] = np.trunc(parts[0].value)
    return row(op, *parts)


def cast(d: Draw, op: str) -> Row:
    source, target = d.pick(ALL), d.pick(ALL)
    low, high = d.pick([(-3, 3), (0, 3), (-200, 200), (0, 100)])
    if source in FLOATS + COMPLEX and target in INTS:
        # what is out of range is undefined: TensorFlow's answer depends on the array's size
        low, high = max(low, -100), min(high, 100)
        low = max(low, 0) if target.startswith("u") else low
        return row(op, d.array(d.shape(), source, low, high, specials=False), ref(f"tf.{target}"))
    return row(op, d.operand(d.array(d.shape(), source, low, high)), ref(f"tf.{target}"))


def bitcast(d: Draw, op: str) -> Row:
    x = d.array(d.shape(), d.pick(NUMBERS))
    return row(op, x, ref(f"tf.{d.pick(NUMBERS)}"), grad=())


def clip(d: Draw, op: str) -> Row:
    dtype = d.dtype(REAL)
    x = d.array(d.shape(), dtype)
    if d.chance(0.6):
        low, high = sorted([d.whole(-3, 3), d.whole(-3, 3)])
        return row(op, x, low, high)
    low = d.array(d.pick([(), x.value.shape, x.value.shape[-1:]]), dtype, -2, 0)
    high = d.array(d.pick([(), x.value.shape]), dtype, 0, 2)
    return row(op, x, low, high)


def clip_by_norm(d: Draw, op: str) -> Row:
    x = d.array(d.shape(), d.dtype(FLOATS), specials=d.chance(0.3))
    return row(op, x, d.pick([0.5, 1.0, 2, 10.0, 0.0]), axes=d.axes(x.value.ndim))


def choose(d: Draw, op: str) -> Row:
    shapes = d.broadcastable(3)
    dtype = d.pick(ALL)
    condition = d.array(shapes[0], d.dtype(("bool",)))
    if d.chance(0.15):
        return row(op, condition)
    left, right = (d.operand(d.array(s, dtype)) for s in shapes[1:])
    return row(op, condition, left, d.pick([0, 1.5]) if d.chance(0.1) else right)


def complex_(d: Draw, op: str) -> Row:
    dtype = d.dtype(_WIDE)
    return row(op, *(d.array(s, dtype) for s in d.broadcastable()))


def polyval(d: Draw, op: str) -> Row:
    dtype, shapes = d.dtype(NUMBERS), d.broadcastable()
    coeffs = [d.array(shapes[0], dtype, specials=False) for _ in range(d.whole(1, 4))]
    return row(op, coeffs, d.array(shapes[1], dtype, specials=False))


def add_n(d: Draw, op: str) -> Row:
    dtype, shape = d.dtype(NUMBERS), d.shape()
    return row(op, [d.array(shape, dtype) for _ in range(d.whole(1, 4))])


def leaky(d: Draw, op: str) -> Row:
    x = d.array(d.shape(), d.dtype(REAL))
    return row(op, x, **({"alpha": d.pick([0.0, 0.1, 1, 2.5, -0.5])} if d.chance(0.6) else {}))


def gelu(d: Draw, op: str) -> Row:
    return row(op, d.array(d.shape(), d.dtype(FLOATS)), approximate=d.chance(0.5))


CALLS = {
    **{f"tf.math.{n}": unary for n in UNARY},
    **{f"tf.nn.{n}": unary for n in ACTIVATIONS},
    **{f"tf.math.special.{n}": special for n in BESSEL},
    **{f"tf.math.{n}": binary for n in BINARY},
    **{f"tf.{n}": binary for n in ("truncatediv", "truncatemod", "realdiv")},
    **{f"tf.bitwise.{n}": shift for n in BITS},
    "tf.bitwise.invert": lambda d, op: row(op, d.array(d.shape(), d.dtype(INTS))),
    **{f"tf.math.{n}": probabilities for n in ("igamma", "igammac", "betainc", "zeta")},
    "tf.math.polygamma": probabilities,
    "tf.cast": cast,
    "tf.bitcast": bitcast,
    "tf.saturate_cast": cast,
    "tf.clip_by_value": clip,
    "tf.clip_by_norm": clip_by_norm,
    "tf.where": choose,
    "tf.dtypes.complex": complex_,
    "tf.math.polyval": polyval,
    "tf.math.add_n": add_n,
    "tf.nn.leaky_relu": leaky,
    "tf.nn.gelu": gelu,
}
