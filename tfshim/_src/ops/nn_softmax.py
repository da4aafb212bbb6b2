"""Softmax, its logarithm, and the cross entropies of distributions and classes with it."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, reports, static
from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError, op_error, require
from tfshim._src.ops import kinds
from tfshim._src.ops.casting import cast
from tfshim._src.ops.common import brackets
from tfshim._src.ops.extent import within
from tfshim._src.ops.shaping import broadcast_to, reshape, transpose
from tfshim._src.registry import export, op
from tfshim._src.rules import INDEX, same
from tfshim._src.tensor import Tensor

# -- softmax ---------------------------------------------------------------------------------------


def _centred(x, axis: int):
    """x minus its largest element along an axis, which cancels."""
    if not x.shape[axis]:
        return x
    return x - lax.stop_gradient(jnp.max(x, axis=axis, keepdims=True))


@jax.custom_jvp
def _last_softmax(x):
    e = jnp.exp(_centred(x, -1))
    return e / jnp.sum(e, axis=-1, keepdims=True, dtype=x.dtype)


@_last_softmax.defjvp
def _last_softmax_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    p = _last_softmax(x)
    return p, (t - jnp.sum(t * p, axis=-1, keepdims=True, dtype=p.dtype)) * p


@jax.custom_jvp
def last_log_softmax(x):
    """The logarithm of the softmax of a raw array along its last axis."""
    z = _centred(x, -1)
    return z - jnp.log(jnp.sum(jnp.exp(z), axis=-1, keepdims=True, dtype=x.dtype))


@last_log_softmax.defjvp
def last_log_softmax_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = last_log_softmax(x)
    return y, t - jnp.sum(jnp.exp(y) * t, axis=-1, keepdims=True, dtype=y.dtype)


def _along(fn, x, axis: int):
    """A function of the last axis, applied along another one."""
    require(x.ndim >= 1, f"logits must have >= 1 dimension, got {brackets(x.shape)}")
    if axis % x.ndim == x.ndim - 1:
        return fn(x)
    return jnp.moveaxis(fn(jnp.moveaxis(x, axis, -1)), -1, axis)


@op(inputs=same("logits", of=kinds.ACTIVATION))
def _softmax(logits, axis):
    return _along(_last_softmax, logits, axis)


@op(inputs=same("logits", of=kinds.ACTIVATION))
def _log_softmax(logits, axis):
    return _along(last_log_softmax, logits, axis)


def _one_axis(logits: Tensor, axis: Any) -> int:
    axis = -1 if axis is None else static.host(axis)
    n = logits.ndim
    if axis != -1 and axis != n - 1 and not -n <= axis < n:
        raise InvalidArgumentError(
            None,
            None,
            f"`dim` must be in the range [{-n}, {n}) where {n} is the number of dimensions in the "
            f"input. Received: dim={axis}",
        )
    return int(axis)


@export("tf.nn.softmax", "tf.math.softmax")
def softmax(logits, axis=None, name=None) -> Tensor:
    """e ** logits, scaled to a sum of 1 along an axis.

    Args:
      logits: float tensor of rank 1 or more.
      axis: the last one by default.
      name: ignored.

    Raises:
      InvalidArgumentError: for an axis that is not there, and for scalars.
    """
    x = convert(logits)
    return _softmax(x, _one_axis(x, axis))


@export("tf.nn.log_softmax", "tf.math.log_softmax")
def log_softmax(logits, axis=None, name=None) -> Tensor:
    """The logarithm of the softmax, without overflow.

    Args:
      logits: float tensor of rank 1 or more.
      axis: the last one by default.
      name: ignored.

    Raises:
      InvalidArgumentError: for an axis that is not there, and for scalars.
    """
    x = convert(logits)
    return _log_softmax(x, _one_axis(x, axis))


# -- cross entropy with distributions --------------------------------------------------------------


def _xent_raw(labels, logits):
    z = _centred(logits, -1)
    total = jnp.log(jnp.sum(jnp.exp(z), axis=-1, keepdims=True, dtype=z.dtype))
    return jnp.sum(labels * (total - z), axis=-1, dtype=z.dtype)


@jax.custom_jvp
def _frozen(x):
    """x with a derivative of 0, connected all the same."""
    return x


@_frozen.defjvp
def _frozen_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return x, t * jnp.zeros((), x.dtype)


def _xent_jvp(primals, tangents):
    (labels, logits), (dlabels, dlogits) = primals, tangents
    # TensorFlow's gradient of the logits is softmax - labels, whatever the sum of the labels, and
    # its derivative with respect to the labels is left out.
    slope = _last_softmax(logits) - _frozen(labels)
    tangent = jnp.sum(slope * dlogits - last_log_softmax(logits) * dlabels, -1, slope.dtype)
    return _xent_raw(labels, logits), tangent


@op(
    kernel="SoftmaxCrossEntropyWithLogits",
    inputs=same("labels", "logits", of=kinds.ACTIVATION),
    jvp=_xent_jvp,
)
def _softmax_xent(labels, logits):
    return _xent_raw(labels, logits)


def _rows(x: Tensor) -> tuple[int, int]:
    """The shape as a matrix: all axes but the last as one."""
    size = x.aval.size
    last = x.aval.shape[-1]
    if last:
        return size // last, last
    return int(np.prod(x.aval.shape[:-1])), 0


def _last(x: Tensor, axis: int) -> Tensor:
    n = x.ndim
    limit = None
    if axis < 0:
        limit = (0, axis)
    elif axis + 1 > n:
        limit = (axis + 1, n)
    if limit is not None:
        raise op_error("Range", f"Requires start <= limit when delta > 0: {limit[0]}/{limit[1]}")
    return transpose(x, [*range(axis), *range(axis + 1, n), axis])


@export("tf.nn.softmax_cross_entropy_with_logits")
def softmax_cross_entropy_with_logits(labels, logits, axis=-1, name=None) -> Tensor:
    """The cross entropy of the softmax of `logits` relative to distributions.

    Args:
      labels: probabilities, of the shape of the logits, cast to their dtype.
      logits: float tensor of rank 1 or more.
      axis: the axis of the classes, -1 or from 0.
      name: ignored.

    Returns:
      A tensor of the logits' shape without `axis`.

    Raises:
      InvalidArgumentError: for shapes that do not agree.
    """
    x = convert(logits)
    y = convert(labels)
    half = x.aval.dtype in (dtypes.float16, dtypes.bfloat16)
    precise = cast(x, dtypes.float32) if half else x
    y = cast(y, precise.aval.dtype)
    axis = static.integer(axis)
    if not x.ndim:
        raise op_error(
            "Slice",
            "Expected begin[0] == 0 (got -1) and size[0] == 0 (got 1) when input.dim_size(0) == 0",
            name=None,
        )
    if axis != -1:
        precise, y = _last(precise, axis), _last(y, axis)
    wanted = precise.aval.shape[:-1]
    if not y.ndim or y.aval.shape != precise.aval.shape:
        a, b = _rows(precise), _rows(y) if y.ndim else (1, 1)
        rows = tuple(max(m, n) if 0 not in (m, n) else 0 for m, n in zip(a, b, strict=True))
        if any(m != n and 1 not in (m, n) for m, n in zip(a, b, strict=True)):
            raise op_error(
                "SoftmaxCrossEntropyWithLogits",
                "logits and labels must be broadcastable: "
                f"logits_size={brackets(a)} labels_size={brackets(b)}",
            )
        if rows[0] != int(np.prod(wanted)):
            raise op_error(
                "Reshape",
                f"Input to reshape is a tensor with {rows[0]} values, but the requested shape has "
                f"{int(np.prod(wanted))}",
            )
        y = broadcast_to(reshape(y, b), rows)
        precise = broadcast_to(reshape(precise, a), rows)
    cost = _softmax_xent(y, precise)
    if cost.aval.shape != wanted:
        cost = reshape(cost, wanted)
    return cast(cost, x.aval.dtype) if half else cost


# -- cross entropy with classes --------------------------------------------------------------------


def _no_class(labels, logits):
    """NaN where there is no such class (met only where nothing is checked, as in XLA), else 0."""
    there = (labels >= 0) & (labels < logits.shape[-1])
    return jnp.where(there, jnp.zeros((), logits.dtype), jnp.asarray(np.nan, logits.dtype))


def _sparse_raw(labels, logits):
    z = _centred(logits, -1)
    total = jnp.log(jnp.sum(jnp.exp(z), axis=-1, dtype=z.dtype))
    picked = jnp.take_along_axis(z, labels[..., None], axis=-1, mode="clip")[..., 0]
    # The sum over all classes, of which the kernel keeps one term, is NaN for infinite logits.
    return total - picked + _no_class(labels, logits)


def _sparse_jvp(primals, tangents):
    (labels, logits), (_, dlogits) = primals, tangents
    hot = labels[..., None] == jnp.arange(logits.shape[-1], dtype=labels.dtype)
    slope = _last_softmax(logits) - hot.astype(logits.dtype)
    slope = slope + _no_class(labels, logits)[..., None]
    return _sparse_raw(labels, logits), jnp.sum(slope * dlogits, axis=-1, dtype=logits.dtype)


@op(
    kernel="SparseSoftmaxCrossEntropyWithLogits",
    inputs=same("labels", of=INDEX, attr="Tlabels") + same("logits", of=kinds.ACTIVATION),
    jvp=_sparse_jvp,
)
def _sparse_softmax_xent(labels, logits):
    return _sparse_raw(labels, logits)


@export("tf.nn.sparse_softmax_cross_entropy_with_logits")
def sparse_softmax_cross_entropy_with_logits(labels, logits, name=None) -> Tensor:
    """The cross entropy of the softmax of `logits` relative to one class per row.

    Args:
      labels: classes, an int32 or int64 tensor of the logits' shape without the last axis.
      logits: float tensor of rank 1 or more.
      name: ignored.

    Returns:
      A tensor of the shape of `labels`.

    Raises:
      ValueError: for shapes that do not agree.
      InvalidArgumentError: for a class out of range.
    """
    if labels is None or logits is None:
        raise ValueError(
            "Both `labels` and `logits` must be provided for sparse_softmax_cross_entropy_with_"
            f"logitsReceived: labels={labels} and logits={logits}"
        )
    y, x = convert(labels), convert(logits)
    half = x.aval.dtype is dtypes.float16
    precise = cast(x, dtypes.float32) if half else x
    if not x.ndim:
        raise ValueError(f"`logits` cannot be a scalar. Received logits={x}`")
    if y.ndim != x.ndim - 1:
        raise ValueError(
            "`labels.shape.rank` must equal `logits.shape.rank - 1`. Received: "
            f"labels.shape={y.shape} of rank {y.ndim} and logits.shape={x.shape} of rank {x.ndim}"
        )
    if y.aval.shape != x.aval.shape[:-1]:
        raise ValueError(
            "`labels.shape` must equal `logits.shape` except for the last dimension. Received: "
            f"labels.shape={y.shape} and logits.shape={x.shape}"
        )
    if y.aval.dtype.kind in "iu":
        _check_classes(y, x)
    cost = _sparse_softmax_xent(y, precise)
    return cast(cost, x.aval.dtype) if half else cost


def _check_classes(labels: Any, logits: Any) -> None:
    kernel = "SparseSoftmaxCrossEntropyWithLogits"
    classes = logits.aval.shape[-1]
    if not classes:
        rows = [int(np.prod(logits.aval.shape[:-1])), 0]
        raise op_error(
            kernel, f"Must have at least one class, but got logits shape {brackets(rows)}"
        )
    if reports.collected():
        _check_classes_later(kernel, labels, classes)
        return
    if labels._is_symbolic() or within(labels, classes):
        return
    values = labels._host_value().reshape(-1)
    bad = values[(values < 0) | (values >= classes)]
    if bad.size:
        shown = " ".join(map(str, values.tolist()))
        raise op_error(
            kernel,
            f"Received a label value of {bad[-1]} which is outside the valid range of "
            f"[0, {classes}).  Label values: {shown}",
        )


#: So many labels are shown by the error of a function.
_SHOWN = 64


@functools.lru_cache(1024)
def _classes_check(kernel: str, classes: int):
    def body(labels):
        flat = jnp.reshape(labels, -1)
        code, place = reports.first_true(reports.outside(flat, classes))
        return code, flat[place], flat[:_SHOWN]

    return reports.checking(kernel, body, functools.partial(reports.inside, size=classes))


def _check_classes_later(kernel: str, labels: Any, classes: int) -> None:
    size = labels.aval.size

    def explain(report: np.ndarray) -> Exception:
        shown = [str(v) for v in report[2 : 2 + size]] + ["..."] * (size > _SHOWN)
        return reports.failure(
            f"{kernel}/{kernel}",
            f"Received a label value of {report[1]} which is outside the valid range of "
            f"[0, {classes}).  Label values: {' '.join(shown[: _SHOWN + 1])}",
        )

    if size:
        reports.check(_classes_check(kernel, classes), [labels], explain)
