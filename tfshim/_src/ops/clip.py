"""Values and norms kept within bounds."""

from __future__ import annotations

import collections.abc
from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import static
from tfshim._src.convert import convert
from tfshim._src.errors import dtype_not_allowed, op_error
from tfshim._src.ops import kinds
from tfshim._src.ops.arithmetic import multiply
from tfshim._src.ops.axes import axis_of, reduced_axes
from tfshim._src.ops.casting import cast
from tfshim._src.ops.common import brackets, still_root
from tfshim._src.ops.elementwise import inverse_root
from tfshim._src.ops.reduction import reduce_sum, sum_raw
from tfshim._src.ops.ties import larger, smaller
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT_COMPLEX, same


def _is_slices(t: Any) -> bool:
    return hasattr(t, "indices") and hasattr(t, "dense_shape") and hasattr(t, "values")


def _values(t: Any) -> Any:
    """The tensor to work on: of slices only the rows."""
    return convert(t.values if _is_slices(t) else t)


def _like(t: Any, values: Any) -> Any:
    """The result in the form of the argument."""
    return type(t)(values, t.indices, t.dense_shape) if _is_slices(t) else values


# -- values ----------------------------------------------------------------------------------------


@op(kernel="Minimum", inputs=same("t", "clip_value_min", "clip_value_max", of=kinds.EXTREMUM))
def _clip_by_value(t, clip_value_min, clip_value_max):
    below = _bounded("Minimum", smaller, t, clip_value_max, t.shape)
    return _bounded("Maximum", larger, below, clip_value_min, t.shape)


def _broadcast_shape(kernel: str, x, y) -> tuple[int, ...]:
    """The shape of both together, or the error of the kernel that TensorFlow would call."""
    try:
        return np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        raise op_error(
            kernel, f"Incompatible shapes: {brackets(x.shape)} vs. {brackets(y.shape)}"
        ) from None


def _bounded(kernel: str, pick, x, bound, shape):
    found = _broadcast_shape(kernel, x, bound)
    return pick(x, bound) if found == shape else jnp.zeros(found, x.dtype)


@export("tf.clip_by_value")
def clip_by_value(t, clip_value_min, clip_value_max, name=None) -> Any:
    """Each element brought into [clip_value_min, clip_value_max].

    An element that equals a bound gets the whole gradient.

    Args:
      t: real tensor, or `tf.IndexedSlices`, of which only the rows are clipped.
      clip_value_min, clip_value_max: bounds that broadcast to the shape of t.
      name: ignored.

    Raises:
      InvalidArgumentError, ValueError: for bounds that do not broadcast to the shape of t.
    """
    values = _values(t)
    dtype = values.aval.dtype
    high = convert(clip_value_max, dtype)
    low = convert(clip_value_min, dtype)
    clipped = _clip_by_value(values, low, high)
    if clipped.aval.shape != values.aval.shape:
        raise ValueError(f"Shapes {values.shape} and {clipped.shape} are incompatible")
    return _like(t, clipped)


# -- norms -----------------------------------------------------------------------------------------


@op(
    kernel="Sqrt",
    inputs=same("t", "clip_norm", of=FLOAT_COMPLEX),
    static={"axes": axis_of("Sum")},
)
def _clip_by_norm(t, clip_norm, axes):
    squares = sum_raw(t * t, reduced_axes(t, axes), True)
    if jnp.iscomplexobj(t):
        raise op_error(
            "Greater",
            f"Value for attr 'T' of {t.dtype} is not in the list of allowed values: "
            f"{', '.join(kinds.COMPARE)}\n\t; NodeDef: {{{{node Greater}}}}",
            ran=False,
        )
    _broadcast_shape("Mul", t, clip_norm)
    positive = squares > 0
    norm = jnp.where(positive, jnp.sqrt(jnp.where(positive, squares, 1)), squares)
    return t * clip_norm / larger(norm, clip_norm)


_ROOTS = same("x", of=FLOAT_COMPLEX).groups[0]


def _check_norm(values: Any, axes: Any) -> None:
    """Of other dtypes, TensorFlow fails at the product, the sum or the root, whichever is first."""
    dtype = values.aval.dtype
    if dtype not in _ROOTS.ordered:
        reduce_sum(multiply(values, values), axes)
        raise dtype_not_allowed("Sqrt", dtype, _ROOTS.ordered)


@op(kernel="Maximum", inputs=same("x"))
def _not_negative(x):
    return larger(x, jnp.zeros((), x.dtype))


@export("tf.clip_by_norm")
def clip_by_norm(t, clip_norm, axes=None, name=None) -> Any:
    """A tensor scaled so that its Euclidean norm is at most `clip_norm`.

    Args:
      t: float tensor, or `tf.IndexedSlices`, of which only the rows count.
      clip_norm: a scalar; below 0 it counts as 0.
      axes: axes along which norms are taken; None for one norm of the whole tensor.
      name: ignored.
    """
    values = _values(t)
    _check_norm(values, axes)
    if np.isscalar(clip_norm):
        clip_norm = max(clip_norm, 0)  # type: ignore[type-var]
    else:
        clip_norm = cast(_not_negative(convert(clip_norm)), values.aval.dtype)
    clipped = _clip_by_norm(values, clip_norm, axes)
    if clipped.aval.shape != values.aval.shape:
        raise ValueError(f"Shapes {values.shape} and {clipped.shape} are incompatible")
    return _like(t, clipped)


@op(kernel="L2Loss", inputs=same("*t_list", of=kinds.ACTIVATION), settle=still_root)
def _global_norm(t_list):
    half = [jnp.sum(t * t, dtype=t.dtype) / jnp.asarray(2, t.dtype) for t in t_list]
    total = half[0]
    for h in half[1:]:
        total = total + h
    return jnp.sqrt(total * jnp.asarray(2, total.dtype))


def _sequence(t_list: Any) -> list[Any]:
    if not isinstance(t_list, collections.abc.Sequence) or isinstance(t_list, str):
        raise TypeError(f"`t_list` should be a sequence of tensors. Received {type(t_list)}.")
    return list(t_list)


@export("tf.linalg.global_norm")
def global_norm(t_list, name=None) -> Any:
    """The Euclidean norm of all elements of several tensors, a scalar.

    Args:
      t_list: a sequence of float tensors, `tf.IndexedSlices` and None, which is skipped.
      name: ignored.

    Raises:
      TypeError: if `t_list` is no sequence.
    """
    values = [_values(t) for t in _sequence(t_list) if t is not None]
    return _global_norm(values) if values else convert(0.0)


@op(kernel="Mul", inputs=same("clip_norm", "use_norm"))
def _scale(clip_norm, use_norm):
    one = jnp.ones((), use_norm.dtype)
    # The last term is 0, or NaN for a norm that is not finite.
    return clip_norm * smaller(one / use_norm, one / clip_norm) + (use_norm - use_norm)


@export("tf.clip_by_global_norm")
def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None) -> Any:
    """Tensors scaled together so that their joint Euclidean norm is at most `clip_norm`.

    Args:
      t_list: a sequence of float tensors, `tf.IndexedSlices` and None, which stays None.
      clip_norm: a positive scalar.
      use_norm: the joint norm, if it is known already.
      name: ignored.

    Returns:
      The list of scaled tensors, all NaN if the norm is not finite, and the norm.

    Raises:
      TypeError: if `t_list` is no sequence.
    """
    tensors = _sequence(t_list)
    norm = global_norm(tensors) if use_norm is None else use_norm
    known = convert(norm)
    scale = _scale(convert(clip_norm, known.aval.dtype), known)
    clipped = []
    for t in tensors:
        if t is None:
            clipped.append(None)
            continue
        values = _values(t)
        clipped.append(_like(t, multiply(values, cast(scale, values.aval.dtype))))
    return clipped, norm


# -- unit length -----------------------------------------------------------------------------------


@op(
    kernel="Mul",
    inputs=same("x", of=FLOAT_COMPLEX) + same("epsilon"),
    static={"axis": axis_of("Sum")},
)
def _l2_normalize(x, epsilon, axis):
    axes = reduced_axes(x, axis)
    if jnp.iscomplexobj(x):
        squares = sum_raw(x.real * x.real + x.imag * x.imag, axes, True)
        inverse = inverse_root(larger(squares, epsilon))
        return (x.real * inverse) + 1j * (x.imag * inverse)
    return x * inverse_root(larger(sum_raw(x * x, axes, True), epsilon))


@export("tf.linalg.l2_normalize", "tf.math.l2_normalize", "tf.nn.l2_normalize")
def l2_normalize(x, axis=None, epsilon=1e-12, name=None, dim=None) -> Any:
    """x / sqrt(max(sum(x**2), epsilon)) along axes.

    Args:
      x: float or complex tensor.
      axis: int or several; None for all.
      epsilon: a lower bound of the sum of squares.
      name: ignored.
      dim: an old name of `axis`.

    Raises:
      ValueError: for both `axis` and `dim`.
    """
    if dim is not None:
        if axis is not None:
            raise ValueError("Cannot specify both 'axis' and 'dim'.")
        axis = dim
    x = convert(x)
    dtype = x.aval.dtype.real_dtype if x.aval.dtype.kind == "c" else x.aval.dtype
    return _l2_normalize(x, convert(epsilon, dtype), static.axis(axis))
