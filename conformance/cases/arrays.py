"""Constructors of arguments: the same numbers wherever a row runs, with or without TensorFlow.

What they make becomes a tensor (a variable, an object) of the library under test when the row is
run. Python values and NumPy arrays in a row are passed as they are.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import ml_dtypes
import numpy as np

EXTENSIONS = ("bfloat16", "float8_e4m3fn", "float8_e5m2", "int4", "uint4")


def np_dtype(name: str) -> np.dtype:
    """The NumPy dtype of TensorFlow's dtype name; strings are objects."""
    if name in EXTENSIONS:
        return np.dtype(getattr(ml_dtypes, name))
    if name.startswith(("qint", "quint")):  # the integers that hold it
        name = name[1:]
    return np.dtype(object if name == "string" else name)


@dataclasses.dataclass(frozen=True, eq=False)
class Array:
    """A tensor argument.

    Attributes:
      value: its value; bytes objects for strings.
      dtype: TensorFlow's name of its dtype.
      special: whether it holds special values, so that signs of zero matter.
    """

    value: np.ndarray
    dtype: str
    special: bool = False

    def __getitem__(self, index: Any) -> Array:
        return dataclasses.replace(self, value=np.asarray(self.value[index]))

    def reshape(self, *shape: Any) -> Array:
        """The same elements in another shape."""
        return dataclasses.replace(self, value=self.value.reshape(*shape))


@dataclasses.dataclass(frozen=True, eq=False)
class Var:
    """A `tf.Variable` argument; its value after the call is compared too."""

    value: Array
    trainable: bool = True


@dataclasses.dataclass(frozen=True)
class Ref:
    """A public object, by its full name: `ref("tf.float32")`."""

    name: str


@dataclasses.dataclass(frozen=True, eq=False)
class Made:
    """The result of a public call, made before the row's own call."""

    name: str
    args: tuple
    kwargs: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Expr:
    """A Python expression over `tf` and `np`, for arguments that are functions."""

    source: str


def array(values: Any, dtype: str) -> Array:
    """A tensor of any dtype from (nested) values or an array."""
    if dtype == "string":
        items = np.array(values, dtype=object)
        encode = np.frompyfunc(lambda s: s.encode() if isinstance(s, str) else s, 1, 1)
        return Array(np.asarray(encode(items), dtype=object), dtype)
    if isinstance(values, range):
        values = list(values)
    return Array(np.array(values).astype(np_dtype(dtype)), dtype)


def _constructor(dtype: str):
    def construct(values: Any, shape: Any = None) -> Array:
        made = array(values, dtype)
        return made if shape is None else made.reshape(shape)

    construct.__doc__ = f"A {dtype} tensor of these values, in `shape` if one is given."
    return construct


f16, f32, f64 = _constructor("float16"), _constructor("float32"), _constructor("float64")
bf16 = _constructor("bfloat16")
c64, c128 = _constructor("complex64"), _constructor("complex128")
i8, i16, i32, i64 = (_constructor(f"int{n}") for n in (8, 16, 32, 64))
u8, u16, u32, u64 = (_constructor(f"uint{n}") for n in (8, 16, 32, 64))
b, s = _constructor("bool"), _constructor("string")


def var(value: Any, trainable: bool = True) -> Var:
    """A variable with that initial value."""
    return Var(value if isinstance(value, Array) else array(value, "float32"), trainable)


def ref(name: str) -> Ref:
    """A public object such as a dtype, an enum's member or a function."""
    return Ref(name)


def make(name: str, *args: Any, **kwargs: Any) -> Made:
    """The result of a public call: `make("tf.IndexedSlices", f32([[1]]), i32([0]))`."""
    return Made(name, args, kwargs)


def expr(source: str) -> Expr:
    """A function or other value, as source over `tf` and `np`: `expr("lambda x: tf.sin(x)")`."""
    return Expr(source)


def draw(
    shape: Any, dtype: str = "float32", seed: int = 0, low: float = -2.0, high: float = 2.0
) -> Array:
    """Uniform draws; integers lie in [low, high), booleans are fair, complex have two draws each.

    RandomState, whose streams NumPy has frozen, so that the numbers are the same everywhere.
    """
    state = np.random.RandomState(seed)
    if dtype == "bool":
        return Array(state.randint(0, 2, shape).astype(bool), dtype)
    if dtype.startswith(("int", "uint")):
        lowest = max(int(low), 0) if dtype.startswith("u") else int(low)
        return Array(np.asarray(state.randint(lowest, int(high), shape)).astype(dtype), dtype)
    values = np.asarray(state.uniform(low, high, shape))
    if dtype.startswith("complex"):
        values = values + 1j * np.asarray(state.uniform(low, high, shape))
    return Array(np.asarray(values).astype(np_dtype(dtype)), dtype)


def special(dtype: str, denormals: bool = True) -> Array:
    """A vector of the values on which implementations part: zeros of both signs, halves,
    infinities, NaN, the extremes and denormals; for integers the extremes and the small ones."""
    if dtype == "bool":
        return Array(np.array([False, True]), dtype, True)
    if dtype.startswith(("int", "uint")):
        info = np.iinfo(dtype)
        values = [0, 1, 2, 3, 7, info.max, info.max - 1, info.min, info.min + 1]
        if info.min < 0:
            values += [-1, -2, -7]
        return Array(np.array(values, dtype), dtype, True)
    if dtype.startswith("complex"):
        parts = [0.0, -0.0, 1.0, -1.5, np.inf, -np.inf, np.nan]
        real, imag = np.meshgrid(parts, parts)
        made = np.empty(real.size, dtype)
        made.real, made.imag = real.ravel(), imag.ravel()
        return Array(made, dtype, True)
    info = ml_dtypes.finfo(np_dtype(dtype))
    floats = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 2.0, 3.7, -3.7]
    floats += [np.inf, -np.inf, np.nan, float(info.max), float(info.min), float(info.eps)]
    if denormals:  # and the smallest normal numbers, of which an op may make denormals
        floats += [float(info.tiny), -float(info.tiny)]
        floats += [float(info.smallest_subnormal), -float(info.tiny) / 2]
    return Array(np.array(floats).astype(np_dtype(dtype)), dtype, True)


def pairs(dtype: str, denormals: bool = False) -> tuple[Array, Array]:
    """Every pair of special values, ties among them, as two vectors."""
    values = special(dtype, denormals).value
    left, right = np.repeat(values, values.size), np.tile(values, values.size)
    return Array(left, dtype, True), Array(right, dtype, True)
