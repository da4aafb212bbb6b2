"""`tf.approx_top_k`: the op below `tf.math.approx_max_k` and `tf.math.approx_min_k`."""

from __future__ import annotations

from tfshim._src.ops.sorting import ApproxTopK, approx_max_k, approx_min_k
from tfshim._src.registry import export


@export("tf.approx_top_k")
def approx_top_k(
    input,
    k,
    reduction_dimension=-1,
    recall_target=0.95,
    is_max_k=True,
    reduction_input_size_override=-1,
    aggregate_to_topk=True,
    name=None,
) -> ApproxTopK:
    """The k largest or smallest entries of one axis and where they are; always exact here.

    Args:
      input, k, reduction_dimension, recall_target, reduction_input_size_override,
        aggregate_to_topk: as in `tf.math.approx_max_k`.
      is_max_k: whether the largest ones are wanted.
      name: ignored.

    Raises:
      InvalidArgumentError: if the axis is shorter than k, or k is negative.
    """
    if isinstance(is_max_k, (str, bytes)) or not isinstance(is_max_k, int):
        raise TypeError(f"Expected bool for argument 'is_max_k' not {is_max_k!r}.")
    search = approx_max_k if is_max_k else approx_min_k
    return search(
        input, k, reduction_dimension, recall_target, reduction_input_size_override,
        aggregate_to_topk,
    )  # fmt: skip
