"""Layers and losses of TensorFlow 1 that need more than other names."""

from __future__ import annotations

from typing import Any

from tfshim._src.convert import convert
from tfshim._src.errors import op_error
from tfshim._src.internals import batch_norm
from tfshim._src.registry import PUBLIC

__all__ = ["fused_batch_norm", "nce_loss", "relu_layer", "sampled_softmax_loss"]


def relu_layer(x, weights, biases, name=None) -> Any:
    """`relu(x @ weights + biases)` of matrices and a vector."""
    return PUBLIC["tf.nn.relu"](
        PUBLIC["tf.nn.bias_add"](PUBLIC["tf.linalg.matmul"](x, weights), biases)
    )


def _one_part(function: str, strategy: str, weights: Any) -> None:
    if isinstance(weights, (list, tuple)) and len(weights) > 1 and strategy != "div":
        raise NotImplementedError(
            f"tfshim does not have {function} with partition_strategy={strategy!r} for several "
            "weights"
        )


def nce_loss(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1, sampled_values=None,
    remove_accidental_hits=False, partition_strategy="mod", name="nce_loss",
) -> Any:  # fmt: skip
    """`tf.nn.nce_loss`; several weights are spread by the strategy "div" only."""
    _one_part("nce_loss", partition_strategy, weights)
    return PUBLIC["tf.nn.nce_loss"](
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, name,
    )  # fmt: skip


def sampled_softmax_loss(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1, sampled_values=None,
    remove_accidental_hits=True, partition_strategy="mod", name="sampled_softmax_loss", seed=None,
) -> Any:  # fmt: skip
    """`tf.nn.sampled_softmax_loss`; several weights are spread by the strategy "div" only."""
    _one_part("sampled_softmax_loss", partition_strategy, weights)
    return PUBLIC["tf.nn.sampled_softmax_loss"](
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, seed, name,
    )  # fmt: skip


def fused_batch_norm(
    x, scale, offset, mean=None, variance=None, epsilon=0.001, data_format="NHWC",
    is_training=True, name=None, exponential_avg_factor=1.0,
) -> tuple:  # fmt: skip
    """Images or volumes, normalized.

    Args:
      x: [batch, ..., channels], or channels first by `data_format`; float32 or 16 bits.
      scale, offset: float32 [channels].
      mean, variance: running statistics, needed where `is_training` is False.
      epsilon: added to the variance; at least 1.001e-5.
      data_format: "NHWC", "NCHW", "NDHWC" or "NCDHW".
      is_training: whether the statistics are those of the batch.
      name: ignored.
      exponential_avg_factor: the share of the batch in the statistics that are returned.

    Returns:
      The result, the mean and the variance.

    Raises:
      ValueError: for statistics that are missing, or given where they mean nothing.
    """
    if (not is_training or exponential_avg_factor != 1.0) and (mean is None or variance is None):
        raise ValueError(
            "Both `mean` and `variance` must be a 1D tensor when `is_training` is False or "
            f"`exponential_avg_factor` != 1.0. Received: `mean` {mean!r} and `variance` "
            f"{variance!r}"
        )
    x = convert(x)
    scale, offset = convert(scale), convert(offset)
    if mean is None:
        mean = PUBLIC["tf.constant"]([], "float32")
    if variance is None:
        variance = PUBLIC["tf.constant"]([], "float32")
    shape = None
    if x.shape.rank == 5:  # height and depth are one axis of an image
        shape = PUBLIC["tf.shape"](x)
        first = data_format.startswith("NC")
        d, h, w = x.shape[2:] if first else x.shape[1:4]
        sizes = [-1, x.shape[1], d * h, w] if first else [-1, d * h, w, x.shape[4]]
        x = PUBLIC["tf.reshape"](x, sizes)
        data_format = "NCHW" if first else "NHWC"
    elif x.shape.rank != 4:
        raise op_error("FusedBatchNormV3", "input must be 4 or 5-dimensional")
    found = batch_norm.fused_batch_norm_v2(
        x, scale, offset, convert(mean), convert(variance), max(epsilon, 1.001e-5),
        exponential_avg_factor, data_format, is_training,
    )  # fmt: skip
    y = found[0] if shape is None else PUBLIC["tf.reshape"](found[0], shape)
    return y, found[1], found[2]
