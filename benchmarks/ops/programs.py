"""What the texts of the table mean: the inputs they name, and the helpers they call."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import ml_dtypes  # noqa: F401  (gives NumPy the name "bfloat16")
import numpy as np

from benchmarks.ops.table import Row

SAMPLE = 10_000  # of a value's elements are compared
LIMIT = 1e30  # what is larger stands for no element: TensorFlow's lowest number, JAX's infinity


class Inputs:
    """Makes arrays of the kinds that the table names; the same ones for every framework."""

    def __init__(self):
        self.random = np.random.default_rng(0)

    def normal(self, *shape: int, dtype: str = "float32") -> np.ndarray:
        wide = np.float64 if dtype == "float64" else np.float32
        return self.random.standard_normal(shape, wide).astype(np.dtype(dtype), copy=False)

    def positive(self, *shape: int) -> np.ndarray:
        return self.random.uniform(0.1, 2.0, shape).astype(np.float32)

    def ordered(self, size: int) -> np.ndarray:
        return np.sort(self.normal(size))

    def complexes(self, *shape: int) -> np.ndarray:
        return (self.normal(*shape) + 1j * self.normal(*shape)).astype(np.complex64)

    def mask(self, *shape: int) -> np.ndarray:
        return self.random.random(shape, np.float32) < 0.5

    def index(self, *shape: int, below: int, start: int = 0) -> np.ndarray:
        return self.random.integers(start, below, shape).astype(np.int32)

    def segments(self, size: int, below: int) -> np.ndarray:
        found = np.sort(self.index(size, below=below))
        found[-1] = below - 1
        return found

    def order(self, size: int) -> np.ndarray:
        return self.random.permutation(size).astype(np.int32)

    def definite(self, n: int, batch: int | None = None) -> np.ndarray:
        a = self.normal(*(() if batch is None else (batch,)), n, n)
        product = a @ a.swapaxes(-1, -2) / n
        return (product + np.eye(n, dtype=np.float32)).astype(np.float32)

    def key(self) -> np.ndarray:
        """A key of `jax.random`."""
        return np.array([1, 2], np.uint32)

    def of(self, row: Row, n: int) -> dict[str, np.ndarray]:
        """The arrays of a row at a size, by name."""
        kinds = {k: getattr(self, k) for k in dir(self) if not k.startswith("_")}
        return eval(f"dict({row.inputs})", kinds | {"n": n})


def layer_norm(tf, a, scale, offset):
    """A row less its mean, by its standard deviation, as one writes it in TensorFlow."""
    mean, variance = tf.nn.moments(a, [-1], keepdims=True)
    return tf.nn.batch_normalization(a, mean, variance, offset, scale, 1e-3)


def batch_norm(tf, a, scale, offset):
    mean, variance = tf.nn.moments(a, [0, 1, 2])
    return tf.nn.batch_normalization(a, mean, variance, offset, scale, 1e-3)


def tensorflow_program(tf, row: Row, n: int) -> Callable[[], Any]:
    """The row's op on its inputs, in tfshim or TensorFlow."""

    def grad(f, *xs):
        with tf.GradientTape() as tape:
            tape.watch(xs)
            y = f(*xs)
        return tape.gradient(y, xs)

    arrays = Inputs().of(row, n)
    arrays.pop("key", None)
    tensors = [tf.constant(a) for a in arrays.values()]
    names = {"tf": tf, "n": n, "grad": grad, "layer_norm": layer_norm, "batch_norm": batch_norm}
    if "g." in row.tf:
        names["g"] = tf.random.Generator.from_seed(1)
    tf.random.set_seed(1)
    call = eval(f"lambda {', '.join(arrays)}: {row.tf}", names)
    return lambda: call(*tensors)


def jax_program(jax, row: Row, n: int) -> Callable[[], Any]:
    """The row's peer on its inputs, compiled."""
    jnp, lax = jax.numpy, jax.lax

    def grad(f, *xs):
        return jax.grad(lambda *xs: f(*xs).sum(), tuple(range(len(xs))))(*xs)

    def conv(a, w, stride=1, dilation=1, groups=1):
        rank = a.ndim - 2
        space = "DHW"[3 - rank :]
        return lax.conv_general_dilated(
            a,
            w,
            (stride,) * rank,
            "SAME",
            rhs_dilation=(dilation,) * rank,
            dimension_numbers=(f"N{space}C", f"{space}IO", f"N{space}C"),
            feature_group_count=groups,
        )

    def depthwise(a, w):
        return conv(a, w.reshape(*w.shape[:2], 1, -1), groups=w.shape[2])

    def pool(a, f, start, size, stride, padding="SAME"):
        return lax.reduce_window(a, start, f, (1, size, size, 1), (1, stride, stride, 1), padding)

    arrays = {k: jax.device_put(a) for k, a in Inputs().of(row, n).items()}
    names = {"jax": jax, "jnp": jnp, "lax": lax, "n": n, "math": math, "grad": grad}
    names |= {"conv": conv, "depthwise": depthwise, "pool": pool}
    call = jax.jit(eval(f"lambda {', '.join(arrays)}: {row.jax}", names))
    return lambda: call(*arrays.values())


def leaves(value: Any) -> list[np.ndarray]:
    """Everything that a program gave, looked at as `numpy.asarray` does."""
    if isinstance(value, (list, tuple)):
        return [a for v in value for a in leaves(v)]
    return [np.asarray(value)]


def digest(value: Any) -> list[list]:
    """Shape, and the mean of some ordinary magnitudes, of everything a program gave."""
    found = []
    for a in leaves(value):
        some = a.reshape(-1)[:: max(1, a.size // SAMPLE)]
        wide = np.abs(some.astype(np.complex128 if a.dtype.kind == "c" else np.float64))
        finite = wide[wide < LIMIT]
        found.append([list(a.shape), float(finite.mean()) if finite.size else 0.0])
    return found
