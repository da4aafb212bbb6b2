"""Abstract values: the shape and dtype that a node's input or output has.

Avals are interned, so that a memo lookup hashes and compares them by identity.
"""

from __future__ import annotations

import math

import jax
import numpy as np

from tfshim._src import dtypes
from tfshim._src.dtypes import DType

_INTERNED: dict[tuple[tuple[int, ...], DType], Aval] = {}
_MAX_INTERNED = 1 << 17


class Aval:
    """Shape (a tuple of ints) and dtype of a value; one object per distinct pair."""

    __slots__ = ("shape", "dtype", "size", "nbytes", "trainable", "tensor_shape")

    def __init__(self, shape: tuple[int, ...], dtype: DType):
        self.shape = shape
        self.dtype = dtype
        self.size = math.prod(shape)
        self.nbytes = self.size * (dtype.np.itemsize if dtype.np is not None else 8)
        self.trainable = dtype.trainable
        self.tensor_shape = None  # filled by Tensor.shape on first use

    def __repr__(self) -> str:
        return f"{self.dtype.name}[{','.join(map(str, self.shape))}]"

    def __reduce__(self):
        return make_aval, (self.shape, self.dtype)

    @property
    def struct(self) -> jax.ShapeDtypeStruct:
        return jax.ShapeDtypeStruct(self.shape, self.dtype.carrier)


def make_aval(shape: tuple[int, ...], dtype: DType) -> Aval:
    """The interned aval of a shape and dtype."""
    key = (shape, dtype)
    found = _INTERNED.get(key)
    if found is None:
        if len(_INTERNED) >= _MAX_INTERNED:
            _INTERNED.clear()  # identity only speeds look-ups up
        found = _INTERNED[key] = Aval(shape, dtype)
    return found


def aval_of(value) -> Aval:
    """The aval of a NumPy array, a jax.Array or a JAX tracer."""
    return make_aval(tuple(value.shape), dtypes.from_np(np.dtype(value.dtype)))
