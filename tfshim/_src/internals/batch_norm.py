"""The kernels of batch normalization, which Sonnet and Keras 2 call by name for images."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import jax.numpy as jnp
from jax import lax

from tfshim._src.errors import op_error
from tfshim._src.ops.common import brackets
from tfshim._src.registry import op
from tfshim._src.rules import same

_NAMES = ("y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2")
FusedBatchNormV2 = namedtuple("FusedBatchNormV2", _NAMES)
FusedBatchNormV3 = namedtuple("FusedBatchNormV3", (*_NAMES, "reserve_space_3"))


@op(
    kernel="FusedBatchNormV3",
    inputs=same("x", of=("half", "bfloat16", "float"))
    + same("scale", "offset", "mean", "variance", of=("float",), attr="U"),
    diff=("x", "scale", "offset"),
)
def _normalize(x, scale, offset, mean, variance, epsilon, factor, channels_first, is_training):
    """(y, mean and variance to be kept, mean and variance of the batch as they are)."""
    if x.ndim != 4:
        raise op_error("FusedBatchNormV3", f"input must be 4-dimensional{brackets(x.shape)}")
    channel = 1 if channels_first else 3
    _check_sizes(x.shape[channel], scale, offset, mean, variance, is_training)
    over = tuple(i for i in range(4) if i != channel)
    kept = (1, -1, 1, 1) if channels_first else (-1,)
    wide = x.astype(jnp.float32)
    if is_training:
        count = x.size // x.shape[channel] if x.shape[channel] else 0
        center = jnp.mean(wide, over) if count else jnp.zeros_like(scale)
        spread = jnp.var(wide, over) if count else jnp.zeros_like(scale)
        fair = spread * (count / max(count - 1, 1))
        new = (center, fair) if count else (jnp.full_like(center, jnp.nan),) * 2
        if factor != 1.0:
            old = (mean, variance)
            new = tuple((1.0 - factor) * a + factor * b for a, b in zip(old, new, strict=True))
    else:
        center, spread, new = mean, variance, (mean, variance)
    # Multiplied out first, a large mean would cost digits.
    slope = (lax.rsqrt(spread + epsilon) * scale).reshape(kept)
    y = (wide - center.reshape(kept)) * slope + offset.reshape(kept)
    return y.astype(x.dtype), *(lax.stop_gradient(a) for a in (*new, center, spread))


def _check_sizes(channels: int, scale, offset, mean, variance, is_training: bool) -> None:
    named = [("scale", scale), ("offset", offset)]
    named += [] if is_training else [("mean", mean), ("variance", variance)]
    when = {"mean": "When is_training=false, ", "variance": "When is_training=false, "}
    for name, array in named:
        if array.size != channels:
            raise op_error(
                "FusedBatchNormV3",
                f"{when.get(name, '')}{name} must have the same number of elements as the "
                f"channels of x, got {array.size} and {channels}",
            )


def fused_batch_norm_v2(
    x, scale, offset, mean, variance, epsilon=0.0001, exponential_avg_factor=1.0,
    data_format="NHWC", is_training=True, name=None,
) -> Any:  # fmt: skip
    """Normalizes a batch of images, by its own statistics or by given ones.

    Args:
      x: of shape [batch, height, width, channels]; float32, float16 or bfloat16.
      scale, offset: float32 of shape [channels].
      mean, variance: float32 of shape [channels]; while training those of earlier batches, which
        are only read where `exponential_avg_factor` is not 1.
      epsilon: a number added to the variance.
      exponential_avg_factor: the weight of this batch in the mean and variance that are returned.
      data_format: "NHWC", or "NCHW", which TensorFlow has on GPUs only.
      is_training: whether x is normalized by its own statistics.

    Returns:
      (y, batch_mean, batch_variance, reserve_space_1, reserve_space_2): x normalized, the mean
      and the variance of a sample of that size, and both as they were used. The gradients of the
      statistics
      are unconnected.

    Raises:
      InvalidArgumentError: for other dtypes, ranks or sizes.
    """
    first = data_format == "NCHW"
    return FusedBatchNormV2(
        *_normalize(
            x, scale, offset, mean, variance, float(epsilon), float(exponential_avg_factor),
            first, bool(is_training),
        )
    )  # fmt: skip


def fused_batch_norm_v3(
    x, scale, offset, mean, variance, epsilon=0.0001, exponential_avg_factor=1.0,
    data_format="NHWC", is_training=True, name=None,
) -> Any:  # fmt: skip
    """The same with `reserve_space_3`, which is empty.

    Raises:
      InvalidArgumentError: for other dtypes, ranks or sizes.
    """
    found = fused_batch_norm_v2(
        x, scale, offset, mean, variance, epsilon, exponential_avg_factor, data_format, is_training
    )
    from tfshim._src.registry import PUBLIC

    return FusedBatchNormV3(*found, PUBLIC["tf.zeros"]([0]))
