"""Rows of tables that may be in several parts, as TensorFlow 1 spreads them."""

from __future__ import annotations

from typing import Any

from tfshim._src.convert import convert
from tfshim._src.registry import PUBLIC

__all__ = ["embedding_lookup", "embedding_lookup_sparse", "safe_embedding_lookup_sparse"]


def _whole(params: Any, strategy: str) -> list:
    """The parts of a table in the order in which `tf.nn.embedding_lookup` counts rows.

    Raises:
      ValueError: for no parts, or an unknown strategy.
    """
    parts = list(params) if isinstance(params, (list, tuple)) else [params]
    if not parts or parts[0] is None:
        raise ValueError("Need at least one param")
    if strategy not in ("div", "mod"):
        raise ValueError(f"Unrecognized partition strategy: {strategy}")
    if len(parts) == 1 or strategy == "div":
        return parts
    parts = [convert(p) for p in parts]
    sizes = [int(p.shape[0]) for p in parts]
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    count = len(parts)
    order = [starts[i % count] + i // count for i in range(sum(sizes))]
    return [PUBLIC["tf.gather"](PUBLIC["tf.concat"](parts, 0), order)]


def embedding_lookup(
    params, ids, partition_strategy="mod", name=None, validate_indices=True, max_norm=None
) -> Any:
    """`tf.nn.embedding_lookup`, with row i in part i % parts unless the strategy is "div"."""
    return PUBLIC["tf.nn.embedding_lookup"](_whole(params, partition_strategy), ids, max_norm, name)


def embedding_lookup_sparse(
    params, sp_ids, sp_weights, partition_strategy="mod", name=None, combiner=None, max_norm=None,
    allow_fast_lookup=False,
) -> Any:  # fmt: skip
    """`tf.nn.embedding_lookup_sparse`, with rows spread as in `embedding_lookup`."""
    return PUBLIC["tf.nn.embedding_lookup_sparse"](
        _whole(params, partition_strategy), sp_ids, sp_weights, combiner or "mean", max_norm, name,
        allow_fast_lookup,
    )  # fmt: skip


def safe_embedding_lookup_sparse(
    embedding_weights, sparse_ids, sparse_weights=None, combiner="mean", default_id=None, name=None,
    partition_strategy="div", max_norm=None, allow_fast_lookup=False,
) -> Any:  # fmt: skip
    """`tf.nn.safe_embedding_lookup_sparse`, with rows spread as in `embedding_lookup`."""
    return PUBLIC["tf.nn.safe_embedding_lookup_sparse"](
        _whole(embedding_weights, partition_strategy), sparse_ids, sparse_weights, combiner,
        default_id, max_norm, name, allow_fast_lookup,
    )  # fmt: skip
