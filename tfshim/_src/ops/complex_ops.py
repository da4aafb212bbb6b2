"""Complex numbers and their parts."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.ops import kinds
from tfshim._src.ops.common import check_broadcast
from tfshim._src.registry import export, op
from tfshim._src.rules import same


@op(kernel="Complex", inputs=same("real", "imag", of=kinds.WIDE_FLOAT))
def _complex(real, imag):
    check_broadcast(real, imag)
    return lax.complex(*jnp.broadcast_arrays(real, imag))


@export("tf.dtypes.complex", "tf.complex")
def complex(real, imag, name=None) -> Any:
    """The complex numbers real + i imag, with broadcasting.

    Args:
      real, imag: both float32 (the result is complex64) or both float64 (complex128).
      name: ignored.

    Raises:
      TypeError: for other dtypes.
    """
    real, imag = convert(real), convert(imag)
    found = real.aval.dtype, imag.aval.dtype
    if found not in ((dtypes.float32, dtypes.float32), (dtypes.float64, dtypes.float64)):
        raise TypeError(
            f"The `real` and `imag` components have incorrect types: {found[0].name} "
            f"{found[1].name}. They must be consistent, and one of "
            f"{[dtypes.float32, dtypes.float64]}"
        )
    return _complex(real, imag)


@op(inputs=same("input", of=kinds.WIDE_COMPLEX))
def _real(input):
    return jnp.real(input)


@export("tf.math.real")
def real(input, name=None) -> Any:
    """The real part; a real tensor is returned as it is.

    Args:
      input: numeric tensor of any shape.
      name: ignored.

    Raises:
      TypeError: for strings and booleans.
    """
    x = convert(input)
    kind = x.aval.dtype.kind
    if kind == "c":
        return _real(x)
    if kind not in "fiuq":
        raise TypeError(f"input must be a numeric tensor, but got tensor with dtype {x.aval.dtype}")
    return x


@op(inputs=same("input", of=kinds.WIDE_COMPLEX))
def _imag(input):
    return jnp.imag(input)


@op(kernel="ZerosLike", inputs=same("input"), grad=None)
def _no_imaginary_part(input):
    return jnp.zeros_like(input)


@export("tf.math.imag")
def imag(input, name=None) -> Any:
    """The imaginary part; zeros for a real tensor.

    Args:
      input: tensor of any shape.
      name: ignored.
    """
    x = convert(input)
    if x.aval.dtype.kind == "c":
        return _imag(x)
    if x.aval.dtype.kind == "s":
        empty = np.empty(x.aval.shape, object)
        empty[...] = b""
        return convert(empty)
    return _no_imaginary_part(x)


@op(inputs=same("input", of=kinds.WIDE_COMPLEX))
def _angle(input):
    return jnp.angle(input)


@op(kernel="SelectV2", inputs=same("input"), grad=None)
def _angle_of_real(input):
    return jnp.where(input < 0, jnp.asarray(np.pi, input.dtype), jnp.zeros((), input.dtype))


@export("tf.math.angle")
def angle(input, name=None) -> Any:
    """The angle of complex numbers, in (-pi, pi]; 0 or pi for real ones, without a gradient.

    Args:
      input: complex or float tensor of any shape.
      name: ignored.

    Raises:
      TypeError: for integers, booleans and strings.
    """
    x = convert(input)
    if x.aval.dtype.kind == "c":
        return _angle(x)
    if x.aval.dtype.kind != "f":
        bound = 0 if x.aval.dtype.kind in "bs" else np.pi  # it is compared first
        raise TypeError(f"Cannot convert {bound} to EagerTensor of dtype {x.aval.dtype.name}")
    return _angle_of_real(x)


@op(inputs=same("x", of=(*kinds.WIDE_COMPLEX, "variant")))
def _conj(x):
    return jnp.conj(x)


@export("tf.math.conj")
def conj(x, name=None) -> Any:
    """The complex conjugate; a real tensor is returned as it is.

    Args:
      x: numeric tensor of any shape.
      name: ignored.

    Raises:
      TypeError: for strings and booleans.
    """
    x = convert(x)
    kind = x.aval.dtype.kind
    if kind == "c":
        return _conj(x)
    if kind not in "fiu":
        raise TypeError(f"Expected numeric or variant tensor, got dtype {x.aval.dtype!r}.")
    return x
