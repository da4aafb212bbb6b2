"""Random calls of the functions of `tf.experimental.numpy`, as lines."""

from __future__ import annotations

import random

_DTYPES = "int32 int64 int8 uint8 float16 float32 float64 bool complex64 complex128".split()
_SHAPES = [(), (1,), (3,), (2, 3), (3, 1), (2, 1, 3), (0,), (2, 2)]
_ONE = (
    "sin cos tanh arctan exp expm1 log1p sqrt ceil floor isnan isfinite abs negative square sign "
    "signbit cbrt deg2rad fix sinc angle around isreal imag real conj ravel flatten transpose flip "
    "atleast_1d atleast_2d atleast_3d nonzero copy asarray zeros_like ones_like shape ndim size "
    "diagflat sort argsort squeeze logical_not positive bitwise_not rot90 diag tril triu trace diff"
).split()
_TWO = (
    "add subtract multiply true_divide floor_divide mod power minimum maximum hypot heaviside "
    "logaddexp equal not_equal greater less_equal array_equal isclose logical_and logical_xor dot "
    "inner outer matmul kron append arctan2 bitwise_and bitwise_xor gcd lcm"
).split()
_AXES = (
    "sum prod mean amax amin std var all any nansum count_nonzero cumsum cumprod argmax argmin "
    "flip expand_dims sort argsort average ptp take_along_axis"
).split()
_OPERATORS = "+ - * / // % @ & | ^ < <= > >= == !=".split()


def _array(rng: random.Random) -> str:
    """An array of small numbers: a tensor, NumPy's, or a Python number."""
    dtype, shape = rng.choice(_DTYPES), rng.choice(_SHAPES)
    if rng.random() < 0.15:
        return rng.choice(["2", "-3", "0.5", "True", "1.5", "0"])
    count = 1
    for n in shape:
        count *= n
    values = [rng.randint(0 if dtype.startswith(("u", "b")) else -4, 4) for _ in range(count)]
    if dtype.startswith(("f", "c")):
        values = [v / 2 for v in values]
    made = f"np.array({values}, np.{'bool_' if dtype == 'bool' else dtype}).reshape({shape})"
    return made if rng.random() < 0.3 else f"tf.constant({made})"


def _call(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.25:
        return f"tnp.{rng.choice(_ONE)}({_array(rng)})"
    if kind < 0.6:
        return f"tnp.{rng.choice(_TWO)}({_array(rng)}, {_array(rng)})"
    if kind < 0.8:
        name, axis = rng.choice(_AXES), rng.choice([0, 1, -1, -2, 3])
        more = (
            f"tf.zeros([1, 1], tf.int32), {axis}" if name == "take_along_axis" else f"axis={axis}"
        )
        return f"tnp.{name}({_array(rng)}, {more})"
    return f"{_array(rng)} {rng.choice(_OPERATORS)} {_array(rng)}"


def drawn(count: int, seed: int) -> list[str]:
    """That many lines, the same for the same seed."""
    rng = random.Random(seed)
    return list(dict.fromkeys(_call(rng) for _ in range(count)))
