"""`tf.test.compute_gradient`: the gradients of a function beside numeric ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.indexed_slices import IndexedSlices
from tfshim._src.registry import export
from tfshim._src.tape import GradientTape

_DIFFERENTIABLE = frozenset(
    {
        dtypes.float16,
        dtypes.bfloat16,
        dtypes.float32,
        dtypes.float64,
        dtypes.complex64,
        dtypes.complex128,
    }
)


@export("tf.test.compute_gradient")
def compute_gradient(f, x, delta=None) -> tuple:
    """The Jacobians of a function, by its gradients and by central differences.

    Args:
      f: a function of as many tensors as x has values, that returns one tensor.
      x: a list or tuple of values.
      delta: by how much a value is changed either way; 1/1024 by default.

    Returns:
      Two tuples of Jacobians, one NumPy array for each of x: first those by gradients. An array
      has a row for each element of the result and a column for each of x; two of either where it
      is complex, for its real and its imaginary part.

    Raises:
      ValueError: if x is no list or tuple.
    """
    if not isinstance(x, (list, tuple)):
        raise ValueError(
            "`x` must be a list or tuple of values convertible to a Tensor (arguments to `f`), "
            f"not a {type(x)}"
        )
    delta = 1.0 / 1024 if delta is None else delta
    xs = [convert(value) for value in x]
    y = f(*xs)
    pairs = []
    for i, value in enumerate(xs):
        assert value.dtype in _DIFFERENTIABLE, (
            f"Cannot compute gradient for unsupported type {value.dtype.name} of argument {i}"
        )
        assert y.dtype in _DIFFERENTIABLE, (
            f"Cannot compute gradient for unsupported type {y.dtype.name} of y"
        )
        pairs.append((_by_gradients(f, xs, i, y), _by_differences(f, xs, i, y, delta)))
    return tuple(zip(*pairs, strict=True))


def _real(array: np.ndarray) -> np.ndarray:
    """The numbers of an array in a row, complex ones as two."""
    flat = array.reshape(-1)
    return flat.view(f"f{flat.dtype.itemsize // 2}") if flat.dtype.kind == "c" else flat


def _by_gradients(f: Callable, xs: list, place: int, y: Any) -> np.ndarray:
    x = xs[place]
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        result = f(*xs)
    cotangent = np.zeros(tuple(y.shape), y.dtype.as_numpy_dtype)
    seeds = _real(cotangent)
    columns = _real(np.zeros(tuple(x.shape), x.dtype.as_numpy_dtype))
    found = np.zeros((seeds.size, columns.size), columns.dtype)

    def gradient() -> Any:
        grad = tape.gradient(result, x, output_gradients=convert(cotangent.copy()))
        return convert(grad) if isinstance(grad, IndexedSlices) else grad

    for row in range(seeds.size):
        seeds[row] = 1
        grad = gradient()
        seeds[row] = 0
        if grad is not None:
            found[row] = _real(grad.numpy())
    if not seeds.size:
        grad = gradient()
        if grad.shape != x.shape:
            raise ValueError(
                f"Empty gradient has wrong shape: expected {x.shape}, got {grad.shape}"
            )
        if np.any(grad.numpy()):
            raise ValueError("Empty tensor with nonzero gradients")
    return found


def _by_differences(f: Callable, xs: list, place: int, y: Any, delta: float) -> np.ndarray:
    point = np.array(xs[place].numpy())
    moved = _real(point)  # a view: what is written here is in `point`
    rows = _real(np.zeros(tuple(y.shape), y.dtype.as_numpy_dtype))
    found = np.zeros((rows.size, moved.size), moved.dtype)
    width = np.asarray(2 * delta, rows.dtype)[()]

    def value() -> np.ndarray:
        return f(*xs[:place], convert(point.copy()), *xs[place + 1 :]).numpy()

    for column in range(moved.size):
        at = moved[column]
        moved[column] = at + moved.dtype.type(delta)
        above = value()
        moved[column] = at - moved.dtype.type(delta)
        below = value()
        moved[column] = at
        found[:, column] = _real(np.asarray((above - below) / width))
    return found
