"""Shapes, sizes and ranks as values: constants, but where a signature leaves sizes unknown."""

from __future__ import annotations

import functools
import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.kernel import Kernel
from tfshim._src.errors import op_error
from tfshim._src.registry import export
from tfshim._src.rules import c_name
from tfshim._src.shapes import TensorShape
from tfshim._src.tensor import Tensor


def _index_dtype(out_type: Any, kernel: str) -> np.dtype:
    wanted = dtypes.int32 if out_type is None else dtypes.as_dtype(out_type)
    if wanted not in (dtypes.int32, dtypes.int64):
        raise op_error(
            kernel,
            f"Value for attr 'out_type' of {c_name(wanted)} is not in the list of allowed values: "
            f"int32, int64\n\t; NodeDef: {{{{node {kernel}}}}}",
            ran=False,
        )
    return wanted.np


def shape_of(input: Any) -> tuple[int, ...]:
    """The static shape of anything that converts to a tensor."""
    found = getattr(input, "aval", None)
    if found is not None:
        return found.shape
    known = getattr(input, "shape", None)
    if isinstance(known, TensorShape) and known.is_fully_defined():
        return known._dims  # pyright: ignore[reportReturnType]
    return convert(input).aval.shape


def sizes(tensor: Tensor) -> Any:
    """What a shape argument takes for the sizes of a tensor: a tensor, if some are unknown."""
    if tensor._trace is None or tensor.shape.is_fully_defined():
        return tensor.aval.shape
    return shape(tensor)


def _as_tensor(kernel: str, input: Any, out_type: Any) -> Tensor:
    dtype = _index_dtype(out_type, kernel)
    if isinstance(input, Tensor) and not input.shape.is_fully_defined():
        return dispatch(_KERNELS[kernel, dtype], (input,))
    found = shape_of(input)
    return from_array(np.array(found if kernel == "Shape" else math.prod(found), dtype))


def _value(kernel: str, dtype: np.dtype, x: Any) -> Any:
    """The body: an array of JAX where sizes are symbols of an export."""
    if all(isinstance(n, int) for n in x.shape):
        return np.array(x.shape if kernel == "Shape" else math.prod(x.shape), dtype)
    if kernel == "Size":
        return jnp.asarray(math.prod(x.shape)).astype(dtype)
    return jnp.stack([jnp.asarray(n).astype(dtype) for n in x.shape])


#: Nodes that give a shape or a size, which is evaluated while tracing where it is asked for.
_KERNELS = {
    (name, np.dtype(dtype)): Kernel(
        name, functools.partial(_value, name, np.dtype(dtype)), differentiable=False
    )
    for name in ("Shape", "Size")
    for dtype in (np.int32, np.int64)
}


@export("tf.shape")
def shape(input, out_type=None, name=None) -> Tensor:
    """The shape of a tensor as a 1-D tensor: a constant, where it is known.

    Args:
      input: tensor.
      out_type: int32, the default, or int64.
      name: ignored.
    """
    dynamic = getattr(input, "_dynamic_shape", None)  # ragged tensors
    if dynamic is not None:
        return dynamic(out_type)
    return _as_tensor("Shape", input, out_type)


@export("tf.shape_n")
def shape_n(input, out_type=dtypes.int32, name=None) -> list[Tensor]:
    """`tf.shape` of each tensor of a list of one dtype.

    Args:
      input: list of tensors.
      out_type: int32 or int64.
      name: ignored.
    """
    first = convert(input[0])
    tensors = [first, *[convert(t, first.aval.dtype) for t in input[1:]]]
    return [shape(t, out_type) for t in tensors]


@export("tf.size")
def size(input, out_type=None, name=None) -> Tensor:
    """The number of elements, a scalar tensor.

    Args:
      input: tensor.
      out_type: int32, the default, or int64.
      name: ignored.
    """
    if getattr(input, "_composite_kind", None) == "sparse":
        count = np.prod(static.host(input.dense_shape))
        return from_array(np.array(count, _index_dtype(out_type, "Size")))
    if hasattr(input, "_flatten_components") and hasattr(input, "values"):
        return size(getattr(input, "flat_values", input.values), out_type)
    return _as_tensor("Size", input, out_type)


@export("tf.rank")
def rank(input, name=None) -> Tensor:
    """The number of axes, an int32 scalar.

    Args:
      input: tensor.
      name: ignored.
    """
    return from_array(np.array(len(shape_of(input)), np.int32))
