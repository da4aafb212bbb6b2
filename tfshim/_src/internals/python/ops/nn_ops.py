"""Functions of TensorFlow 1 that need more than other names."""

from __future__ import annotations

from typing import Any

from tfshim._src.registry import PUBLIC

__all__ = ["dropout", "softmax_cross_entropy_with_logits"]


def dropout(x, keep_prob=None, noise_shape=None, seed=None, name=None, rate=None) -> Any:
    """`tf.nn.dropout` with a rate, or with the chance to keep an element."""
    if rate is None:
        if keep_prob is None:
            raise ValueError("You must provide a rate to dropout.")
        rate = 1 - keep_prob
    elif keep_prob is not None:
        raise ValueError("Only one of `rate` and `keep_prob` can be given.")
    return PUBLIC["tf.nn.dropout"](x, rate, noise_shape, seed, name)


def softmax_cross_entropy_with_logits(
    labels=None, logits=None, dim=-1, name=None, axis=None
) -> Any:
    """`tf.nn.softmax_cross_entropy_with_logits`, of which labels get no gradient."""
    labels = PUBLIC["tf.stop_gradient"](labels)
    return PUBLIC["tf.nn.softmax_cross_entropy_with_logits"](
        labels, logits, dim if axis is None else axis, name
    )
