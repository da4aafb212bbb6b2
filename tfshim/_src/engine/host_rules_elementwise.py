"""Host rules of element-by-element primitives."""

import operator
from collections.abc import Callable

import numpy as np

from tfshim._src.engine.host_rules import (
    Equation,
    Kernel,
    is_floating,
    is_integral,
    is_narrow_integer,
    rule,
)

# Primitives that are one ufunc (or one operator, on scalars) in every dtype they accept.
_UFUNCS: dict[str, tuple[Kernel, Kernel | None]] = {
    "add": (np.add, operator.add),
    "add_any": (np.add, None),
    "sub": (np.subtract, operator.sub),
    "neg": (np.negative, None),
    "square": (np.square, None),
    "eq": (np.equal, operator.eq),
    "ne": (np.not_equal, operator.ne),
    "lt": (np.less, operator.lt),
    "le": (np.less_equal, operator.le),
    "gt": (np.greater, operator.gt),
    "ge": (np.greater_equal, operator.ge),
    "and": (np.bitwise_and, operator.and_),
    "or": (np.bitwise_or, operator.or_),
    "xor": (np.bitwise_xor, operator.xor),
    "not": (np.invert, None),
    "floor": (np.floor, None),
    "ceil": (np.ceil, None),
    "is_finite": (np.isfinite, None),
    "exp": (np.exp, None),
    "exp2": (np.exp2, None),
    "expm1": (np.expm1, None),
    "log": (np.log, None),
    "log1p": (np.log1p, None),
    "log2": (np.log2, None),
    "sqrt": (np.sqrt, None),
    "sin": (np.sin, None),
    "cos": (np.cos, None),
    "tan": (np.tan, None),
    "asin": (np.arcsin, None),
    "acos": (np.arccos, None),
    "atan": (np.arctan, None),
    "sinh": (np.sinh, None),
    "cosh": (np.cosh, None),
    "tanh": (np.tanh, None),
    "asinh": (np.arcsinh, None),
    "acosh": (np.arccosh, None),
    "atanh": (np.arctanh, None),
    "shift_left": (np.left_shift, None),
}
for _name, (_ufunc, _operator) in _UFUNCS.items():
    rule(_name, elementwise=True, widen=True, scalar=_operator)(lambda eqn, f=_ufunc: f)


def ordered(eqn: Equation, kernel: Kernel) -> Kernel | None:
    """`kernel`, where the operands have an order; complex numbers have none."""
    return None if eqn.inputs[0].dtype.kind == "c" else kernel


@rule("mul", elementwise=True, widen=True, scalar=operator.mul)
def _mul(eqn):
    return np.multiply if eqn.params.get("out_dtype") is None else None


@rule("max", elementwise=True, widen=True)
def _max(eqn):
    return ordered(eqn, np.maximum)


@rule("min", elementwise=True, widen=True)
def _min(eqn):
    return ordered(eqn, np.minimum)


@rule("atan2", elementwise=True, widen=True)
def _atan2(eqn):
    return ordered(eqn, np.arctan2)


@rule("conj", elementwise=True)
def _conj(eqn):
    # Of a real number it is the complex one, in jaxprs.
    source, target = eqn.inputs[0].dtype, eqn.outputs[0].dtype
    return np.conjugate if source == target else lambda x: x.astype(target)


@rule("cbrt", elementwise=True, widen=True)
def _cbrt(eqn):
    return np.cbrt


@rule("abs", elementwise=True, widen=True)
def _abs(eqn):
    return np.absolute


@rule("real", elementwise=True)
def _real(eqn):
    return lambda x: x.real


@rule("imag", elementwise=True)
def _imag(eqn):
    return lambda x: x.imag


@rule("complex", elementwise=True)
def _complex(eqn):
    dtype = eqn.outputs[0].dtype

    def call(real, imag):
        result = np.empty(np.broadcast(real, imag).shape, dtype)
        result.real = real
        result.imag = imag
        return result

    return call


@rule("sign", elementwise=True, widen=True)
def _sign(eqn):
    dtype = eqn.inputs[0].dtype
    if dtype.kind == "f":
        # XLA keeps the sign of a zero, NumPy does not.
        return lambda x: np.where(x == 0, x, np.sign(x))
    return np.sign


def truncating_divide(x, y):
    """Integer division towards zero; x / 0 is -1 (all bits set), as in XLA."""
    quotient = np.floor_divide(np.subtract(x, np.fmod(x, y)), y)
    zero = np.equal(y, 0)
    return np.subtract(quotient, zero, dtype=quotient.dtype) if zero.any() else quotient


def truncating_remainder(x, y):
    """The remainder of `truncating_divide`, with the sign of x; x rem 0 is x."""
    remainder = np.fmod(x, y)
    zero = np.equal(y, 0)
    return np.where(zero, x, remainder) if zero.any() else remainder


def _on_scalars(array_kernel: Kernel, python_kernel: Callable[[int, int], int]) -> Kernel:
    """Integer division of two scalars, where Python's is faster than several ufuncs."""

    def call(x, y):
        divisor = int(y)
        if divisor in (0, -1):
            return array_kernel(x, y)
        return x.dtype.type(python_kernel(int(x), divisor))

    return call


def _divide_ints(x: int, y: int) -> int:
    return x // y if (x < 0) == (y < 0) else -(-x // y)


def _rem_ints(x: int, y: int) -> int:
    return x - y * _divide_ints(x, y)


@rule("div", elementwise=True, widen=True)
def _div(eqn):
    if not is_integral(eqn.inputs[0].dtype):
        return np.true_divide
    if eqn.outputs[0].shape == ():
        return _on_scalars(truncating_divide, _divide_ints)
    return truncating_divide


@rule("rem", elementwise=True, widen=True)
def _rem(eqn):
    if not is_integral(eqn.inputs[0].dtype):
        return np.fmod
    if eqn.outputs[0].shape == ():
        return _on_scalars(truncating_remainder, _rem_ints)
    return truncating_remainder


@rule("pow", elementwise=True, widen=True)
def _pow(eqn):
    base, exponent = (aval.dtype for aval in eqn.inputs)
    if base == exponent:
        return np.power
    if is_integral(exponent) and base.kind in "fc":
        return lambda x, y: np.power(x, y.astype(base))
    return None


@rule("integer_pow", elementwise=True, widen=True)
def _integer_pow(eqn):
    exponent = int(eqn.params["y"])
    if exponent == 2:
        return np.square
    if exponent < 0 and is_integral(eqn.inputs[0].dtype):
        return None

    def call(x):
        result, power, left = None, x, abs(exponent)
        while left:
            if left & 1:
                result = power if result is None else np.multiply(result, power)
            left >>= 1
            if left:
                power = np.square(power)
        if result is None:
            return np.ones_like(x)
        return np.true_divide(x.dtype.type(1), result) if exponent < 0 else result

    return call


@rule("rsqrt", elementwise=True, widen=True)
def _rsqrt(eqn):
    one = eqn.inputs[0].dtype.type(1)
    return lambda x: np.true_divide(one, np.sqrt(x))


@rule("logistic", elementwise=True, widen=True)
def _logistic(eqn):
    if eqn.inputs[0].dtype.kind == "c":
        return lambda x: 1 / (1 + np.exp(-x))
    from scipy.special import expit

    return expit


@rule("round", elementwise=True, widen=True)
def _round(eqn):
    if int(eqn.params["rounding_method"]) == 1:
        return np.rint

    def away_from_zero(x):
        whole = np.trunc(x)
        half = np.absolute(np.subtract(x, whole)) >= 0.5
        return np.copysign(np.add(np.absolute(whole), half, dtype=x.dtype), x)

    return away_from_zero


@rule("nextafter", elementwise=True)
def _nextafter(eqn):
    # Of equal operands (two zeros) the second is meant; NumPy's float16 gives the first.
    return lambda x, y: np.where(x == y, y, np.nextafter(x, y))


@rule("one_minus_square", elementwise=True, widen=True)
def _one_minus_square(eqn):
    one = np.array(1, eqn.inputs[0].dtype)
    return lambda x: np.multiply(np.add(one, x), np.subtract(one, x))


@rule("polynomial", elementwise=True, widen=True)
def _polynomial(eqn):
    def call(x, *coefficients):  # from the constant term upwards
        result = coefficients[-1]
        for c in reversed(coefficients[:-1]):
            result = np.add(np.multiply(result, x), c)
        return result

    return call


@rule("clamp", elementwise=True, widen=True)
def _clamp(eqn):
    return ordered(eqn, lambda low, x, high: np.minimum(np.maximum(x, low), high))


@rule("select_n", elementwise=True)
def _select_n(eqn):
    if len(eqn.inputs) == 2:
        return lambda which, case: case
    if len(eqn.inputs) > 3:
        last = len(eqn.inputs) - 2

        def choose(which, *cases):
            which = np.clip(which, 0, last)
            result = cases[0]
            for index in range(1, last + 1):
                result = np.where(which == index, cases[index], result)
            return result

        return choose
    if eqn.outputs[0].shape == ():
        return lambda which, no, yes: yes if which else no
    if eqn.inputs[0].dtype == np.bool_:
        return lambda which, no, yes: np.where(which, yes, no)
    return lambda which, no, yes: np.where(which > 0, yes, no)


def _unsigned(dtype: np.dtype) -> np.dtype:
    return np.dtype(f"u{dtype.itemsize}")


@rule("shift_right_logical", elementwise=True)
def _shift_right_logical(eqn):
    dtype = eqn.inputs[0].dtype
    if is_narrow_integer(dtype):
        return None
    unsigned = _unsigned(dtype)
    return lambda x, n: np.right_shift(x.view(unsigned), n.view(unsigned)).view(dtype)


@rule("shift_right_arithmetic", elementwise=True, widen=True)
def _shift_right_arithmetic(eqn):
    dtype = eqn.inputs[0].dtype
    if dtype.kind == "i":
        return np.right_shift
    # XLA repeats the highest bit of unsigned numbers, too.
    signed = np.dtype(f"i{dtype.itemsize}")
    return lambda x, n: np.right_shift(x.view(signed), n.view(signed)).view(dtype)


@rule("population_count", elementwise=True)
def _population_count(eqn):
    dtype = eqn.inputs[0].dtype
    if is_narrow_integer(dtype):
        return None
    unsigned = _unsigned(dtype)
    return lambda x: np.bitwise_count(x.view(unsigned)).astype(dtype)


@rule("clz", elementwise=True)
def _clz(eqn):
    dtype = eqn.inputs[0].dtype
    if is_narrow_integer(dtype):
        return None
    unsigned, bits = _unsigned(dtype), dtype.itemsize * 8

    def call(x):
        # Smear the leading one to the right, then count what is left empty.
        x = x.view(unsigned)
        shift = 1
        while shift < bits:
            x = np.bitwise_or(x, np.right_shift(x, unsigned.type(shift)))
            shift *= 2
        return np.subtract(bits, np.bitwise_count(x), dtype=np.int64).astype(dtype)

    return call


@rule("mulhi", elementwise=True)
def _mulhi(eqn):
    dtype = eqn.inputs[0].dtype
    bits = dtype.itemsize * 8
    if is_narrow_integer(dtype):
        return None
    if bits < 64:
        wide = np.dtype(f"{dtype.kind}{dtype.itemsize * 2}")
        count = wide.type(bits)
        return lambda x, y: np.right_shift(x.astype(wide) * y.astype(wide), count).astype(dtype)
    if dtype.kind == "i":
        return None
    half, mask = np.uint64(32), np.uint64(0xFFFFFFFF)

    def call(x, y):
        x_low, x_high, y_low, y_high = x & mask, x >> half, y & mask, y >> half
        middle = x_high * y_low + ((x_low * y_low) >> half)
        other = x_low * y_high + (middle & mask)
        return x_high * y_high + (middle >> half) + (other >> half)

    return call


def _total_order(dtype: np.dtype) -> Kernel | None:
    """Map a float to an integer of the same order, -nan < -inf < ... < -0 < 0 < ... < nan."""
    if not is_floating(dtype):
        return lambda x: x
    if dtype.itemsize not in (2, 4, 8):
        return None
    signed = np.dtype(f"i{dtype.itemsize}")
    largest = np.iinfo(signed).max

    def call(x):
        bits = x.view(signed)
        return np.where(bits < 0, bits ^ largest, bits)

    return call


@rule("eq_to", "lt_to", "le_to", elementwise=True)
def _total_order_comparison(eqn):
    key = _total_order(eqn.inputs[0].dtype)
    if key is None or eqn.inputs[0].dtype.kind == "c":
        return None
    compare = {"eq_to": np.equal, "lt_to": np.less, "le_to": np.less_equal}[eqn.name]
    return lambda x, y: compare(key(x), key(y))


@rule("reduce_precision", elementwise=True, widen=True)
def _reduce_precision(eqn):
    dtype = eqn.inputs[0].dtype
    if dtype.kind != "f":
        return None
    exponent_bits, mantissa_bits = eqn.params["exponent_bits"], eqn.params["mantissa_bits"]
    info = np.finfo(dtype)
    unsigned = _unsigned(dtype)
    dropped = info.nmant - mantissa_bits
    bias = (1 << (exponent_bits - 1)) - 1
    largest = np.ldexp(dtype.type(2) - dtype.type(2.0) ** -mantissa_bits, bias)
    smallest = np.ldexp(dtype.type(1), 1 - bias)

    def call(x):
        bits = np.asarray(x).view(unsigned)
        if dropped > 0:
            # Round half to even: add just under a half, plus the bit that will be the last one.
            odd = (bits >> unsigned.type(dropped)) & unsigned.type(1)
            bits = bits + unsigned.type((1 << (dropped - 1)) - 1) + odd
            bits = bits & unsigned.type(~((1 << dropped) - 1) % (1 << (8 * dtype.itemsize)))
        rounded = bits.view(dtype)
        if exponent_bits < info.nexp:
            size = np.absolute(rounded)
            rounded = np.where(size > largest, np.copysign(dtype.type(np.inf), x), rounded)
            rounded = np.where(size < smallest, np.copysign(dtype.type(0), x), rounded)
        return np.where(np.isnan(x), x, rounded)

    return call
