"""Losses of independent outcomes, of counts, and of weights."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError, dtype_mismatch, dtype_not_allowed
from tfshim._src.ops import kinds
from tfshim._src.ops.arithmetic import divide_no_nan, multiply, truediv
from tfshim._src.ops.casting import cast
from tfshim._src.ops.common import check_broadcast
from tfshim._src.ops.elementwise import absolute
from tfshim._src.ops.reduction import reduce_sum
from tfshim._src.ops.shaping import expand_dims, squeeze
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT_COMPLEX, Group, same
from tfshim._src.tensor import Tensor

_EXP = Group(("x",), FLOAT_COMPLEX)


def _needs_exp(x: Any, y: Any) -> None:
    """Raises for dtypes that differ, and as the exponential does for those that have none."""
    if x.aval.dtype is not y.aval.dtype:
        raise dtype_mismatch("Mul", 1, x.aval.dtype, y.aval.dtype)
    if x.aval.dtype.kind not in "fc":
        raise dtype_not_allowed("Exp", x.aval.dtype, _EXP.ordered)


def _same_shape(x: Any, y: Any, names: str) -> None:
    if x.aval.shape != y.aval.shape:
        raise ValueError(f"{names} must have the same shape, received ({x.shape} vs {y.shape}).")


def _l2_loss_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return _half_squares(x), jnp.sum(x * t, dtype=x.dtype)


def _half_squares(x):
    return jnp.sum(x * x, dtype=x.dtype) / jnp.asarray(2, x.dtype)


@op("tf.nn.l2_loss", kernel="L2Loss", inputs=same("t", of=kinds.ACTIVATION), jvp=_l2_loss_jvp)
def l2_loss(t):
    """Half the sum of the squares of all elements, a scalar."""
    return _half_squares(t)


@op(kernel="Mul", inputs=same("logits", "labels"))
def _sigmoid_xent(logits, labels):
    positive = logits >= 0
    zero = jnp.zeros((), logits.dtype)
    below = jnp.where(positive, -logits, logits)
    return jnp.where(positive, logits, zero) - logits * labels + jnp.log1p(jnp.exp(below))


@export("tf.nn.sigmoid_cross_entropy_with_logits")
def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None) -> Tensor:
    """The cross entropy of sigmoid(logits) relative to probabilities, element by element.

    Args:
      labels: probabilities, of the shape and dtype of the logits.
      logits: float tensor.
      name: ignored.

    Raises:
      ValueError: for different shapes.
    """
    if labels is None or logits is None:
        raise ValueError(
            "Both `labels` and `logits` must be provided for sigmoid_cross_entropy_with_logits"
            f"Received: labels={labels} and logits={logits}"
        )
    x, y = convert(logits), convert(labels)
    _same_shape(x, y, "`logits` and `labels`")
    _needs_exp(x, y)
    return _sigmoid_xent(x, y)


@op(kernel="Mul", inputs=same("pos_weight", "labels", "logits"))
def _weighted_xent(pos_weight, labels, logits):
    check_broadcast(pos_weight, labels)
    one = jnp.ones((), logits.dtype)
    log_weight = one + (pos_weight - one) * labels
    soft = jnp.log1p(jnp.exp(-absolute(logits))) + jnp.where(logits < 0, -logits, 0)
    return (one - labels) * logits + log_weight * soft


@export("tf.nn.weighted_cross_entropy_with_logits")
def weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=None) -> Tensor:
    """`sigmoid_cross_entropy_with_logits` with a weight for positive labels.

    Args:
      labels: probabilities, of the shape and dtype of the logits.
      logits: float tensor.
      pos_weight: a factor of the positive part, a number or a tensor that broadcasts.
      name: ignored.

    Raises:
      ValueError: for different shapes.
    """
    x, y = convert(logits), convert(labels)
    _same_shape(x, y, "`logits` and `labels`")
    weight = convert(pos_weight, y.aval.dtype)
    _needs_exp(y, x)
    return _weighted_xent(weight, y, x)


@op(kernel="Mul", inputs=same("log_input", "targets"))
def _log_poisson(log_input, targets, compute_full_loss):
    loss = jnp.exp(log_input) - log_input * targets
    if not compute_full_loss:
        return loss
    half, two_pi = (jnp.asarray(v, targets.dtype) for v in (0.5, 2 * math.pi))
    stirling = targets * jnp.log(targets) - targets + half * jnp.log(two_pi * targets)
    small = (targets >= 0) & (targets <= 1)
    return loss + jnp.where(small, jnp.zeros((), targets.dtype), stirling)


@export("tf.nn.log_poisson_loss")
def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None) -> Tensor:
    """The negative log-likelihood of counts under Poisson rates e ** log_input.

    Args:
      targets: counts, of the shape and dtype of `log_input`.
      log_input: float tensor, the logarithm of the rates.
      compute_full_loss: whether to add the term that depends on the targets only, by Stirling's
        approximation of log(targets!), which is 0 for targets in [0, 1].
      name: ignored.

    Raises:
      ValueError: for different shapes.
    """
    x, y = convert(log_input), convert(targets)
    _same_shape(x, y, "`log_input` and `targets`")
    _needs_exp(x, y)
    return _log_poisson(x, y, bool(static.host(compute_full_loss)))


# -- means over a batch that replicas share: here there is one replica ----------------------------


@export("tf.nn.scale_regularization_loss")
def scale_regularization_loss(regularization_loss) -> Tensor:
    """The sum of regularization losses, divided by the number of replicas, which is 1.

    Args:
      regularization_loss: float tensor, or a list of scalars.
    """
    return truediv(reduce_sum(regularization_loss), 1)


@export("tf.nn.compute_average_loss")
def compute_average_loss(per_example_loss, sample_weight=None, global_batch_size=None) -> Tensor:
    """The sum of losses, divided by the size of the batch.

    Args:
      per_example_loss: tensor of rank 1 or more.
      sample_weight: factors that broadcast to the losses.
      global_batch_size: an integer scalar; by default the size of the first axis.

    Raises:
      ValueError: for a scalar loss, a batch size that is no scalar.
      TypeError: for a batch size that is no integer.
      InvalidArgumentError: for a negative batch size.
    """
    loss = convert(per_example_loss)
    dtype = loss.aval.dtype
    if not loss.ndim:
        raise ValueError(
            "Invalid value passed for `per_example_loss`. Expected a tensor with at least rank 1. "
            f"Received per_example_loss={loss} with rank 0"
        )
    if sample_weight is not None:
        loss = cast(_weighted(loss, convert(sample_weight)), dtype)
    size = convert(loss.aval.shape[0] if global_batch_size is None else global_batch_size)
    if size.ndim:
        raise ValueError(
            f"global_batch_size must be scalar..  Expected scalar shape, saw shape: {size.shape}."
        )
    if size.aval.dtype.kind not in "iu":
        raise TypeError(
            'global_batch_size must be an integer..  Expected "x" to be integer type.  Found: '
            f"tensor of dtype {size.dtype}"
        )
    if not size._is_symbolic() and size._host_value() < 0:
        raise InvalidArgumentError(
            None,
            None,
            "global_batch_size must be non-negative..  \nCondition x >= 0 did not hold "
            f"element-wise:\nx (shape=() dtype={size.dtype.name}) = \n{size._host_value()}",
        )
    return divide_no_nan(reduce_sum(loss), cast(size, dtype))


def _weighted(loss: Any, weight: Any) -> Any:
    """Losses times weights, both in float32, with the weights brought to the losses' rank."""
    loss, weight = cast(loss, dtypes.float32), cast(weight, dtypes.float32)
    if weight.ndim and weight.ndim - loss.ndim == 1:
        weight = squeeze(weight, [-1])
    elif weight.ndim and loss.ndim - weight.ndim == 1:
        weight = expand_dims(weight, -1)
    return multiply(loss, weight)
