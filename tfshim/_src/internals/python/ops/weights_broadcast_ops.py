"""Weights of values: scalars, or tensors of the same rank, each size that of the values or 1."""

from __future__ import annotations

from typing import Any

from tfshim._src.convert import convert
from tfshim._src.registry import PUBLIC

__all__ = ["assert_broadcastable", "broadcast_weights"]

_PREFIX = "weights can not be broadcast to values."


def assert_broadcastable(weights, values) -> Any:
    """Checks shapes, where they are known.

    Args:
      weights, values: tensors.

    Returns:
      None: what can be checked has been.

    Raises:
      ValueError: for weights of another rank than 0 and that of the values, or of sizes other than
        1 and those of the values.
    """
    weights, values = convert(weights), convert(values)
    if weights.shape.rank in (None, 0) or values.shape.rank is None:
        return None
    received = f"Received weights={_shown(weights)}, values={_shown(values)}"
    if weights.shape.rank != values.shape.rank:
        raise ValueError(
            f"{_PREFIX} values.rank={values.shape.rank}. weights.rank={weights.shape.rank}. "
            f"values.shape={values.shape}. weights.shape={weights.shape}. {received}"
        )
    for i, (weight, value) in enumerate(zip(weights.shape, values.shape, strict=True)):
        if weight not in (None, 1) and value is not None and weight != value:
            sizes = [str(x.shape.as_list()).replace(",", "") for x in (values, weights)]
            raise ValueError(
                f"{_PREFIX} Mismatch at dim {i}. values.shape={sizes[0]}, "
                f"weights.shape={sizes[1]}. {received}"
            )
    return None


def _shown(x: Any) -> str:
    return str(x.numpy()) if PUBLIC["tf.executing_eagerly"]() else str(x)


def broadcast_weights(weights, values) -> Any:
    """The weights, one for each value.

    Args:
      weights, values: tensors that `assert_broadcastable` accepts.

    Returns:
      A tensor of the shape of `values` and the dtype of `weights`.

    Raises:
      ValueError: for shapes that do not fit.
    """
    values = convert(values)
    weights = convert(weights, hint=values.dtype.base_dtype)
    if weights.shape.is_fully_defined() and weights.shape == values.shape:
        return weights
    assert_broadcastable(weights, values)
    return PUBLIC["tf.math.multiply"](weights, PUBLIC["tf.ones_like"](values))
