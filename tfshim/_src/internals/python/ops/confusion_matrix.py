"""Shapes of labels and predictions."""

from __future__ import annotations

from typing import Any

from tfshim._src.convert import convert
from tfshim._src.registry import PUBLIC

__all__ = ["remove_squeezable_dimensions"]


def remove_squeezable_dimensions(
    labels, predictions, expected_rank_diff=0, name=None
) -> tuple[Any, Any]:
    """Both, of which one loses its last axis if it has an axis of size 1 too many.

    Args:
      labels, predictions: tensors.
      expected_rank_diff: the rank of predictions less that of labels.
      name: ignored.
    """
    labels, predictions = convert(labels), convert(predictions)
    if labels.shape.rank is None or predictions.shape.rank is None:
        return labels, predictions
    found = predictions.shape.rank - labels.shape.rank
    if found == expected_rank_diff + 1 and predictions.shape[-1] in (1, None):
        predictions = PUBLIC["tf.squeeze"](predictions, [-1])
    elif found == expected_rank_diff - 1 and labels.shape[-1] in (1, None):
        labels = PUBLIC["tf.squeeze"](labels, [-1])
    return labels, predictions
