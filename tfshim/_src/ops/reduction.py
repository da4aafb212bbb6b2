"""Reductions along axes: sums, means, extremes, norms, and where the extremes are."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import fail, op_error, require
from tfshim._src.ops import kinds, ordering
from tfshim._src.ops.axes import axis_of, reduced_axes
from tfshim._src.ops.common import brackets, still_root
from tfshim._src.ops.scan_ops import running_product
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT, c_name, fixed, same
from tfshim._src.shapes import TensorShape
from tfshim._src.tensor import Tensor


def _static(kernel: str) -> dict[str, Any]:
    return {"axis": axis_of(kernel), "keepdims": static.flag}


_NUMBERS = same("input_tensor", of=kinds.QUANTIZED_NUMBER)

# -- sums, means, products -------------------------------------------------------------------------


def sum_raw(x, axes: tuple[int, ...], keepdims: bool):
    """The sum in the dtype of x."""
    return jnp.sum(x, axis=axes, keepdims=keepdims, dtype=x.dtype)


@op(
    "tf.math.reduce_sum",
    "tf.reduce_sum",
    kernel="Sum",
    inputs=_NUMBERS,
    static=_static("Sum"),
)
def reduce_sum(input_tensor, axis=None, keepdims=False):
    """Sums along axes.

    Args:
      input_tensor: numeric tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.

    Raises:
      InvalidArgumentError: for an axis that is out of range or named twice.
    """
    return sum_raw(input_tensor, reduced_axes(input_tensor, axis), keepdims)


def mean_raw(x, axes: tuple[int, ...], keepdims: bool):
    """The mean in the dtype of x; integers are divided towards zero."""
    count = math.prod(x.shape[a] for a in axes)
    if jnp.issubdtype(x.dtype, jnp.integer):
        unsigned = jnp.issubdtype(x.dtype, jnp.unsignedinteger)
        total = sum_raw(x.astype(np.uint64 if unsigned else np.int64), axes, keepdims)
        if count == 0:
            return jnp.zeros(total.shape, x.dtype)
        return lax.div(total, jnp.full_like(total, count)).astype(x.dtype)
    wide = x.astype(np.float32) if x.dtype.itemsize == 2 else x
    total = sum_raw(wide, axes, keepdims)
    if not count and jnp.iscomplexobj(x):
        return total
    return (total / jnp.asarray(count, wide.dtype)).astype(x.dtype)


def _is_float(x) -> bool:
    return bool(jnp.issubdtype(x.dtype, jnp.floating))


@op(
    "tf.math.reduce_mean",
    "tf.reduce_mean",
    kernel="Mean",
    inputs=_NUMBERS,
    static=_static("Mean"),
)
def reduce_mean(input_tensor, axis=None, keepdims=False):
    """Means along axes; of integers whole numbers, rounded towards zero.

    Args:
      input_tensor: numeric tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.

    Raises:
      InvalidArgumentError: for an axis that is out of range or named twice.
    """
    return mean_raw(input_tensor, reduced_axes(input_tensor, axis), keepdims)


def _prod_raw(x, axes, keepdims):
    return jnp.prod(x, axis=axes, keepdims=keepdims, dtype=x.dtype)


def _prod_jvp(primals, tangents, axis, keepdims):
    """The product of all others is made of two scans, so that zeros do no harm."""
    (x,), (t,) = primals, tangents
    axes = reduced_axes(x, axis)
    others = tuple(i for i in range(x.ndim) if i not in axes)
    order = (*axes, *others)
    flat = jnp.transpose(x, order).reshape(
        math.prod(x.shape[a] for a in axes), math.prod(x.shape[a] for a in others)
    )
    before = running_product(flat, 0, True, False)
    after = running_product(flat, 0, True, True)
    rest = (before * after).reshape([x.shape[a] for a in order])
    rest = jnp.transpose(rest, np.argsort(order).tolist())
    return _prod_raw(x, axes, keepdims), sum_raw(rest * t, axes, keepdims)


@op(
    "tf.math.reduce_prod",
    "tf.reduce_prod",
    kernel="Prod",
    inputs=_NUMBERS,
    static=_static("Prod"),
    jvp=_prod_jvp,
)
def reduce_prod(input_tensor, axis=None, keepdims=False):
    """Products along axes.

    Args:
      input_tensor: numeric tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.

    Raises:
      InvalidArgumentError: for an axis that is out of range or named twice.
    """
    return _prod_raw(input_tensor, reduced_axes(input_tensor, axis), keepdims)


# -- extremes --------------------------------------------------------------------------------------


def lowest(dtype) -> Any:
    """What is below every number of a dtype: -inf, or the smallest integer."""
    return -np.inf if jnp.issubdtype(dtype, jnp.floating) else jnp.iinfo(dtype).min


def highest(dtype) -> Any:
    """What is above every number of a dtype: inf, or the largest integer."""
    return np.inf if jnp.issubdtype(dtype, jnp.floating) else jnp.iinfo(dtype).max


def _max_raw(x, axes, keepdims):
    empty = math.prod(x.shape[a] for a in axes) == 0
    initial = np.asarray(lowest(x.dtype), x.dtype) if empty else None
    return jnp.max(x, axis=axes, keepdims=keepdims, initial=initial)


def _min_raw(x, axes, keepdims):
    empty = math.prod(x.shape[a] for a in axes) == 0
    initial = np.asarray(highest(x.dtype), x.dtype) if empty else None
    return jnp.min(x, axis=axes, keepdims=keepdims, initial=initial)


def _extreme_jvp(raw):
    def jvp(primals, tangents, axis, keepdims):
        """Elements that are equally extreme share the gradient."""
        (x,), (t,) = primals, tangents
        axes = reduced_axes(x, axis)
        kept = raw(x, axes, True)
        chosen = (x == kept).astype(x.dtype)
        # NaN equals nothing, and 0 / 0 is NaN; XLA would make that 0.
        count = sum_raw(chosen, axes, True)
        share = jnp.where(count == 0, jnp.asarray(jnp.nan, x.dtype), chosen / count)
        tangent = sum_raw(share * t, axes, keepdims)
        return kept.reshape(tangent.shape), tangent

    return jvp


_REALS = same("input_tensor", of=kinds.QUANTIZED_REAL)


@op(
    "tf.math.reduce_max",
    "tf.reduce_max",
    kernel="Max",
    inputs=_REALS,
    static=_static("Max"),
    jvp=_extreme_jvp(_max_raw),
)
def reduce_max(input_tensor, axis=None, keepdims=False):
    """The largest elements along axes; equally large ones share the gradient.

    Args:
      input_tensor: real tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.

    Raises:
      InvalidArgumentError: for an axis that is out of range or named twice.
    """
    return _max_raw(input_tensor, reduced_axes(input_tensor, axis), keepdims)


@op(
    "tf.math.reduce_min",
    "tf.reduce_min",
    kernel="Min",
    inputs=_REALS,
    static=_static("Min"),
    jvp=_extreme_jvp(_min_raw),
)
def reduce_min(input_tensor, axis=None, keepdims=False):
    """The smallest elements along axes; equally small ones share the gradient.

    Args:
      input_tensor: real tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.

    Raises:
      InvalidArgumentError: for an axis that is out of range or named twice.
    """
    return _min_raw(input_tensor, reduced_axes(input_tensor, axis), keepdims)


@op(
    "tf.math.reduce_all",
    "tf.reduce_all",
    kernel="All",
    inputs=fixed("bool", "input_tensor"),
    static=_static("All"),
)
def reduce_all(input_tensor, axis=None, keepdims=False):
    """Whether all elements along axes are true.

    Args:
      input_tensor: bool tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.

    Raises:
      InvalidArgumentError: for an axis that is out of range or named twice.
    """
    return jnp.all(input_tensor, reduced_axes(input_tensor, axis), keepdims=keepdims)


@op(
    "tf.math.reduce_any",
    "tf.reduce_any",
    kernel="Any",
    inputs=fixed("bool", "input_tensor"),
    static=_static("Any"),
)
def reduce_any(input_tensor, axis=None, keepdims=False):
    """Whether any element along axes is true.

    Args:
      input_tensor: bool tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.

    Raises:
      InvalidArgumentError: for an axis that is out of range or named twice.
    """
    return jnp.any(input_tensor, reduced_axes(input_tensor, axis), keepdims=keepdims)


# -- where the extremes are ------------------------------------------------------------------------


def _extreme_index(x, axis: int, output_type, largest: bool):
    require(
        -x.ndim <= axis < x.ndim,
        f"Expected dimension in the range [{-x.ndim}, {x.ndim}), but got {axis}",
    )
    if x.shape[axis] == 0:
        fail(f"Reduction axis {axis} is empty in shape {brackets(x.shape)}")
    axis %= x.ndim
    if x.size == 0:
        return jnp.zeros(np.delete(x.shape, axis).astype(int), output_type)
    if x.dtype == np.bool_:
        x = x.astype(np.uint8)
    if _is_float(x):
        # NaN is never the extreme one for TensorFlow.
        x = jnp.where(jnp.isnan(x), lowest(x.dtype) if largest else highest(x.dtype), x)
        if x.size >= ordering.SMALL:
            x = ordering.key(x)  # XLA compares floats one by one
    find = lax.argmax if largest else lax.argmin
    return find(x, axis, np.int64).astype(output_type)


_WHERE = {"output_type": static.dtype}


@op(kernel="ArgMax", inputs=same("input", of=kinds.ORDERED), static=_WHERE, grad=None)
def _argmax(input, axis, output_type):
    return _extreme_index(input, axis, output_type, True)


@op(kernel="ArgMin", inputs=same("input", of=kinds.ORDERED), static=_WHERE, grad=None)
def _argmin(input, axis, output_type):
    if isinstance(axis, tuple):
        fail(f"dim must be a scalar, but received tensor of shape: [{len(axis)}]")
    return _extreme_index(input, axis, output_type, False)


def _index_type(kernel: str, output_type: Any, allowed: tuple[str, ...]) -> Any:
    wanted = dtypes.as_dtype(output_type)
    if wanted.name not in allowed:
        raise op_error(
            kernel,
            f"Value for attr 'output_type' of {c_name(wanted)} is not in the list of allowed "
            f"values: {', '.join(allowed)}\n\t; NodeDef: {{{{node {kernel}}}}}",
            ran=False,
        )
    return wanted


def _one_axis(axis: Any, kernel: str) -> int:
    if axis is None:
        return 0
    if isinstance(axis, (np.ndarray, np.generic)):  # TensorFlow wants one of its own dtypes
        raise TypeError(f"axis tensor dtypes {axis.dtype} is not supported")
    if hasattr(axis, "dtype"):
        dtype = dtypes.as_dtype(axis.dtype)
        if dtype.kind not in "iu" or dtype.name in ("uint32", "uint64"):
            raise TypeError(f"axis tensor dtypes {axis.dtype} is not supported")
    elif not isinstance(axis, int):
        raise TypeError("axis must be int or Tensor with integer datatype")
    if isinstance(axis, Tensor) and axis.aval.shape:  # type: ignore[attr-defined]
        shown = brackets(axis.aval.shape)  # type: ignore[attr-defined]
        raise op_error(kernel, f"dim must be a scalar, but received tensor of shape: {shown}")
    return static.integer(int(axis) if isinstance(axis, bool) else axis)


@export("tf.math.argmax", "tf.argmax")
def argmax(input, axis=None, output_type=dtypes.int64, name=None) -> Any:
    """The index of the largest element along an axis, the first one of several.

    Args:
      input: tensor of rank 1 or more.
      axis: int or scalar tensor, 0 by default.
      output_type: int16, uint16, int32 or int64.
      name: ignored.

    Raises:
      InvalidArgumentError: for an axis out of range, or of size 0.
      TypeError: for an axis that is no int.
    """
    axis = _one_axis(axis, "ArgMax")
    wanted = _index_type("ArgMax", output_type, ("int16", "uint16", "int32", "int64"))
    return _argmax(input, axis, wanted)


@export("tf.math.argmin", "tf.argmin")
def argmin(input, axis=None, output_type=dtypes.int64, name=None) -> Any:
    """The index of the smallest element along an axis, the first one of several.

    Args:
      input: tensor of rank 1 or more.
      axis: int or scalar tensor, 0 by default.
      output_type: int32 or int64.
      name: ignored.

    Raises:
      InvalidArgumentError: for an axis out of range, or of size 0.
      TypeError: for an axis that is no int.
    """
    if isinstance(axis, (list, tuple)):  # refused by the kernel, unlike that of argmax
        axis = tuple(axis)
    else:
        axis = 0 if axis is None else static.integer(axis)
    return _argmin(input, axis, _index_type("ArgMin", output_type, ("int32", "int64")))


# -- norms and moments -----------------------------------------------------------------------------


def _norm_raw(x, axes, keepdims):
    if jnp.iscomplexobj(x):
        squares = sum_raw(x.real * x.real + x.imag * x.imag, axes, keepdims)
        return jnp.sqrt(squares).astype(x.dtype)
    if _is_float(x):
        return jnp.sqrt(sum_raw(x * x, axes, keepdims))
    return jnp.sqrt(sum_raw(x * x, axes, keepdims).astype(np.float64)).astype(x.dtype)


def _norm_jvp(primals, tangents, axis, keepdims):
    (x,), (t,) = primals, tangents
    axes = reduced_axes(x, axis)
    kept = _norm_raw(x, axes, True)
    tangent = sum_raw(jnp.conj(x / kept) * t, axes, keepdims)
    return kept.reshape(tangent.shape), tangent


@op(
    "tf.math.reduce_euclidean_norm",
    kernel="EuclideanNorm",
    inputs=_NUMBERS,
    static=_static("EuclideanNorm"),
    jvp=_norm_jvp,
)
def reduce_euclidean_norm(input_tensor, axis=None, keepdims=False):
    """The root of the sum of squares along axes; its gradient at zero is NaN.

    Args:
      input_tensor: numeric tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.

    Raises:
      InvalidArgumentError: for an axis that is out of range or named twice.
    """
    return _norm_raw(input_tensor, reduced_axes(input_tensor, axis), keepdims)


def log_sum_exp(x, axes: tuple[int, ...], keepdims: bool):
    """log(sum(exp(x))) relative to the largest element, which counts as a constant."""
    top = _max_raw(lax.stop_gradient(x), axes, True)
    top = jnp.where(jnp.isfinite(top), top, jnp.zeros((), x.dtype))
    out = jnp.log(sum_raw(jnp.exp(x - top), axes, keepdims))
    return out + top.reshape(out.shape)


@op(
    "tf.math.reduce_logsumexp",
    "tf.reduce_logsumexp",
    kernel="Max",
    inputs=_REALS,
    static=_static("Max"),
)
def reduce_logsumexp(input_tensor, axis=None, keepdims=False):
    """log(sum(exp(x))) along axes, without overflow.

    Args:
      input_tensor: float tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.

    Raises:
      InvalidArgumentError: for an axis that is out of range or named twice.
    """
    axes = reduced_axes(input_tensor, axis)
    if not _is_float(input_tensor):
        dtype = dtypes.from_np(np.dtype(input_tensor.dtype))
        raise op_error(
            "IsFinite",
            f"Value for attr 'T' of {c_name(dtype)} is not in the list of allowed values: "
            f"{', '.join(FLOAT)}\n\t; NodeDef: {{{{node IsFinite}}}}",
            ran=False,
        )
    return log_sum_exp(input_tensor, axes, keepdims)


def variance_raw(x, axes: tuple[int, ...], keepdims: bool):
    """The mean squared distance from the mean; real for complex x."""
    away = x - mean_raw(x, axes, True)
    squares = jnp.real(jnp.conj(away) * away) if jnp.iscomplexobj(x) else away * away
    return mean_raw(squares, axes, keepdims)


@op(kernel="Mean", inputs=_NUMBERS, static=_static("Mean"))
def _variance(input_tensor, axis, keepdims):
    return variance_raw(input_tensor, reduced_axes(input_tensor, axis), keepdims)


def _settled(attrs, inputs, outputs, cotangents, gradients):
    """A root of 0 without a cotangent has the gradient 0; what is not finite spreads to all."""
    (x,) = inputs
    axes = reduced_axes(x, attrs["axis"])
    spread = jnp.sum(x * jnp.zeros((), x.dtype), axis=axes, keepdims=True)
    return still_root(attrs, (jnp.broadcast_to(spread, x.shape),), outputs, cotangents, gradients)


@op(kernel="Mean", inputs=_NUMBERS, static=_static("Mean"), settle=_settled)
def _standard_deviation(input_tensor, axis, keepdims):
    return jnp.sqrt(variance_raw(input_tensor, reduced_axes(input_tensor, axis), keepdims))


def _not_whole(x, axis):
    if x.aval.dtype.kind in "iu":
        reduce_mean(x, axis)  # TensorFlow takes the mean first, and finds fault with the axis
        raise TypeError(
            f"Input must be either real or complex. Received integer type {x.aval.dtype}."
        )
    return x


@export("tf.math.reduce_variance")
def reduce_variance(input_tensor, axis=None, keepdims=False, name=None) -> Any:
    """The mean squared distance from the mean along axes; real for complex tensors.

    Args:
      input_tensor: float or complex tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.
      name: ignored.

    Raises:
      TypeError: for integers.
      InvalidArgumentError: for an axis that is out of range or named twice.
    """
    return _variance(_not_whole(convert(input_tensor), axis), axis, keepdims)


@export("tf.math.reduce_std")
def reduce_std(input_tensor, axis=None, keepdims=False, name=None) -> Any:
    """The root of the variance along axes; its gradient is NaN where the variance is 0.

    Args:
      input_tensor: float or complex tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.
      name: ignored.

    Raises:
      TypeError: for integers.
      InvalidArgumentError: for an axis that is out of range or named twice.
    """
    return _standard_deviation(_not_whole(convert(input_tensor), axis), axis, keepdims)


# -- counts ----------------------------------------------------------------------------------------


@op(
    kernel="Sum",
    inputs=same("input"),
    static={**_static("Sum"), "dtype": static.dtype},
    grad=None,
)
def _count_nonzero(input, axis, keepdims, dtype):
    found = (input != 0).astype(np.int64)
    return sum_raw(found, reduced_axes(input, axis), keepdims).astype(dtype)


@export("tf.math.count_nonzero")
def count_nonzero(input, axis=None, keepdims=None, dtype=dtypes.int64, name=None) -> Any:
    """How many elements along axes are not zero, not false, not the empty string.

    Args:
      input: tensor.
      axis: int or several; None for all.
      keepdims: whether reduced axes stay, with size 1.
      dtype: of the result.
      name: ignored.
    """
    return _count_nonzero(_as_flags(convert(input)), axis, keepdims, dtype)


@op(kernel="NotEqual", inputs=same("value"), grad=None)
def _zero_fraction(value):
    zeros = jnp.sum(value == 0, dtype=np.int64)
    return zeros.astype(np.float32) / np.float32(value.size)


def _as_flags(x):
    """Strings as booleans: whether they are not empty; other tensors as they are."""
    if x.aval.dtype.kind == "s":
        return convert(np.asarray(np.not_equal(x._host_value(), b""), np.bool_))
    return x


@export("tf.math.zero_fraction", "tf.nn.zero_fraction")
def zero_fraction(value, name=None) -> Any:
    """The share of elements that are 0, a float32 scalar; NaN for an empty tensor.

    Args:
      value: tensor; of strings the empty ones count as 0.
      name: ignored.
    """
    return _zero_fraction(_as_flags(convert(value)))


# -- sums of several tensors -----------------------------------------------------------------------


@op(kernel="AddN", inputs=same("*inputs", of=kinds.ADD_N))
def _add_n(inputs):
    total = inputs[0]
    for x in inputs[1:]:
        total = total + x
    return total


@export("tf.math.add_n", "tf.add_n")
def add_n(inputs, name=None) -> Any:
    """The sum of tensors of one shape and dtype.

    Args:
      inputs: a list of tensors or `tf.IndexedSlices`, or a tensor whose rows are added.
      name: ignored.

    Raises:
      ValueError: for no inputs.
      InvalidArgumentError: for different shapes or dtypes.
    """
    tensors = [convert(x) for x in inputs]
    if not tensors:
        raise ValueError(
            "Inputs must be an iterable of at least one Tensor/IndexedSlices with the same dtype "
            "and shape."
        )
    if len(tensors) == 1:
        return tensors[0]
    first = tensors[0].aval
    for i, t in enumerate(tensors):
        if t.aval.shape != first.shape and t.aval.dtype is first.dtype:
            raise op_error(
                "AddN",
                "Inputs to operation AddN of type AddN must have the same size and shape.  Input "
                f"0: {brackets(first.shape)} != input {i}: {brackets(t.aval.shape)}",
                attrs=f"N_{len(tensors)}",
            )
    return _add_n(tensors)


@export("tf.math.accumulate_n")
def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None) -> Any:
    """The sum of tensors of one shape and dtype.

    Args:
      inputs: a list or tuple of tensors.
      shape: the shape that they must have.
      tensor_dtype: the dtype that they must have.
      name: ignored.

    Raises:
      ValueError: for no inputs, and for different shapes or dtypes.
      TypeError: for another dtype than `tensor_dtype`.
    """
    problem = "inputs must be a list of at least one Tensor with the same dtype and shape"
    if not inputs or not isinstance(inputs, (list, tuple)):
        raise ValueError(problem)
    tensors = [convert(x) for x in inputs]
    if any(t.aval.dtype is not tensors[0].aval.dtype for t in tensors):
        raise ValueError(problem)
    merged = TensorShape(shape)
    for t in tensors:
        merged = merged.merge_with(t.shape)
    found = tensors[0].aval.dtype
    if tensor_dtype is not None and dtypes.as_dtype(tensor_dtype) is not found:
        raise TypeError(
            f"The `tensor_dtype` argument is {tensor_dtype}, but `input` is of "
            f"type {found}. These must be equal. Try casting the input to the desired type."
        )
    return add_n(tensors)
