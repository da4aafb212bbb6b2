"""Grids, coordinates and bins: meshgrid, unravel_index, histograms of fixed width."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, reports, static
from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError, dtype_mismatch, op_error
from tfshim._src.movement import moves
from tfshim._src.ops.casting import cast_array
from tfshim._src.ops.common import brackets
from tfshim._src.ops.value_checks import check_all_below
from tfshim._src.ops.vectors import index_array
from tfshim._src.registry import export, op
from tfshim._src.rules import INDEX, c_name, same
from tfshim._src.tensor import Tensor


@moves
@op(kernel="Meshgrid", inputs=same("*args"))
def _meshgrid(args, cartesian):
    flat = [jnp.reshape(a, (-1,)) for a in args]
    return tuple(jnp.meshgrid(*flat, indexing="xy" if cartesian else "ij"))


@export("tf.meshgrid")
def meshgrid(*args, **kwargs) -> list[Tensor]:
    """Coordinate grids.

    Args:
      *args: tensors of one dtype, each with the coordinates along one axis.
      **kwargs: `indexing`: "xy", the default, exchanges the first two axes, "ij" does not; `name`.

    Returns:
      A list with one tensor for each argument.

    Raises:
      TypeError: for another keyword.
      ValueError: for another `indexing`.
    """
    indexing = kwargs.pop("indexing", "xy")
    kwargs.pop("name", None)
    if kwargs:
        key = list(kwargs)[0]
        raise TypeError(f"'{key}' is an invalid keyword argument for this function")
    if indexing not in ("xy", "ij"):
        raise ValueError(
            f"Argument `indexing` parameter must be either 'xy' or 'ij', got '{indexing}'"
        )
    if not args:
        return []
    tensors = [convert(a) for a in args]
    for t in tensors:
        if t.aval.dtype is not tensors[0].aval.dtype:
            raise op_error(
                "Mul",
                f"cannot compute Mul as input #1(zero-based) was expected to be a "
                f"{c_name(t.aval.dtype)} tensor but is a {c_name(tensors[0].aval.dtype)} tensor",
                ran=False,
            )
    return _meshgrid(tensors, indexing == "xy")


@op(kernel="UnravelIndex", inputs=same("indices", of=INDEX), grad=None)
def _unravel_index(indices, dims):
    columns = []
    stride = 1
    for size in reversed(dims):
        place = lax.div(indices, np.asarray(stride, indices.dtype))
        columns.append(lax.rem(place, np.asarray(size, indices.dtype)))
        stride *= size
    if not columns:
        return jnp.zeros((0, *indices.shape), indices.dtype)
    return jnp.stack(columns[::-1])


@export("tf.unravel_index")
def unravel_index(indices, dims, name=None) -> Tensor:
    """The coordinates of flat indices.

    Args:
      indices: scalar or 1-D integers.
      dims: shape of the array that they index into.
      name: ignored.

    Returns:
      A tensor of shape [len(dims), *indices.shape].

    Raises:
      InvalidArgumentError: for an index out of range or a size of 0.
    """
    kernel = "UnravelIndex"
    t = convert(indices)
    sizes = index_array(dims, kernel, "Tidx")
    if t.ndim > 1:
        raise op_error(
            kernel, f'The indices can only be scalar or vector, got "{brackets(t.aval.shape)}"'
        )
    if sizes.ndim != 1:
        raise op_error(kernel, f'The indices can only be 1-D, got "{brackets(sizes.shape)}"')
    for i, n in enumerate(sizes.tolist()):
        if n == 0:
            raise op_error(
                kernel,
                f"Input dims cannot contain a dim of zero, but dims contains zero at index {i}",
            )
    count, text = int(np.prod(sizes.astype(np.int64))), "index is out of bound as with dims"
    if reports.collected():
        check_all_below(kernel, t, count, text)
    elif not t._is_symbolic() and t.aval.size and t.aval.dtype.kind in "iu":
        if t._host_value().max() >= count:
            raise op_error(kernel, text)
    return _unravel_index(t, tuple(sizes.tolist()))


# -- histograms -----------------------------------------------------------------------------------

_HISTOGRAM = ("int32", "int64", "float", "double")


@op(kernel="HistogramFixedWidth", inputs=same("values", "value_range", of=_HISTOGRAM), grad=None)
def _histogram(values, value_range, nbins, dtype):
    low, high = value_range[0], value_range[1]
    step = (high - low).astype(np.float64) / nbins
    place = (jnp.maximum(values, low).astype(np.float64) - low.astype(np.float64)) / step
    place = jnp.minimum(place, nbins - 1)
    index = cast_array(place, np.dtype(np.int32)).reshape(-1)
    return jnp.zeros(nbins, dtype.np).at[index].add(np.ones((), dtype.np), mode="drop")


def _check_range(value_range: Any) -> None:
    limits = convert(value_range)
    if limits.aval.shape != (2,):
        raise op_error(
            "HistogramFixedWidth",
            f"value_range should have 2 elements, but got: {limits.aval.size}",
        )
    if not limits._is_symbolic():
        low, high = limits._host_value()
        if not low < high:
            raise op_error(
                "HistogramFixedWidth",
                "value_range should satisfy value_range[0] < value_range[1], but got "
                f"'[{low:g}, {high:g}]'",
            )


@export("tf.histogram_fixed_width")
def histogram_fixed_width(values, value_range, nbins=100, dtype=dtypes.int32, name=None) -> Tensor:
    """How many values fall into each of `nbins` bins of equal width; the outer ones are open.

    Args:
      values: real tensor of any shape.
      value_range: [low, high], of the dtype of `values`.
      nbins: number of bins.
      dtype: int32 or int64.
      name: ignored.

    Raises:
      InvalidArgumentError: for an empty range or no bins.
    """
    wanted = dtypes.as_dtype(dtype)
    if c_name(wanted) not in INDEX:
        raise op_error(
            "HistogramFixedWidth",
            f"Value for attr 'dtype' of {c_name(wanted)} is not in the list of allowed values: "
            "int32, int64\n\t; NodeDef: {{node HistogramFixedWidth}}",
            ran=False,
        )
    count = static.integer(nbins)
    if count <= 0:
        raise op_error(
            "HistogramFixedWidth", f"nbins should be a positive number, but got '{count}'"
        )
    t = convert(values)
    limits = convert(value_range, hint=t.aval.dtype)
    _check_range(limits)
    return _histogram(t, limits, count, wanted)


@op(kernel="HistogramFixedWidthBins", inputs=same("values", "value_range"), grad=None)
def _histogram_bins(values, value_range, nbins, dtype):
    low, high = value_range[0], value_range[1]
    place = jnp.floor(np.asarray(nbins, values.dtype) * ((values - low) / (high - low)))
    limit = np.asarray(nbins - 1, place.dtype)
    place = jnp.maximum(jnp.minimum(place, limit), np.zeros((), place.dtype))
    return cast_array(place, dtype.np)


@export("tf.histogram_fixed_width_bins")
def histogram_fixed_width_bins(
    values, value_range, nbins=100, dtype=dtypes.int32, name=None
) -> Tensor:
    """Which of `nbins` bins of equal width each value falls into.

    Args:
      values: real tensor of any shape.
      value_range: [low, high], of the dtype of `values`.
      nbins: number of bins.
      dtype: int32 or int64.
      name: ignored.

    Raises:
      InvalidArgumentError: for no bins.
    """
    count = static.integer(nbins)
    if count <= 0:
        raise InvalidArgumentError(
            None,
            None,
            "Expected 'tf.Tensor(False, shape=(), dtype=bool)' to be true. Summarized data: "
            f"b'nbins tf.Tensor({count}, shape=(), dtype=int32) must > 0'",
        )
    t, limits = convert(values), convert(value_range)
    expected, got, kernel = t.aval.dtype, limits.aval.dtype, "Sub"
    if expected.kind != "f" and got is expected:
        got, kernel = dtypes.float64, "Mul"  # what TensorFlow's formula comes to for integers
    if got is not expected:
        raise dtype_mismatch(kernel, 1, expected, got)
    return _histogram_bins(
        t, convert(value_range, hint=t.aval.dtype), count, dtypes.as_dtype(dtype)
    )
