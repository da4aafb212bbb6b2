"""Rows of embedding tables."""

from __future__ import annotations

import functools
from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import reports
from tfshim._src.convert import convert
from tfshim._src.errors import op_error
from tfshim._src.ops.array import identity
from tfshim._src.ops.clip import clip_by_norm
from tfshim._src.ops.gather import gather
from tfshim._src.ops.joining import concat
from tfshim._src.registry import export
from tfshim._src.tensor import Tensor


@export("tf.nn.embedding_lookup")
def embedding_lookup(params, ids, max_norm=None, name=None) -> Tensor:
    """The rows of a table at `ids`.

    Args:
      params: a tensor or variable [rows, ...], or a list of them: the parts of one table, in
        order, the first ones a row longer where rows do not divide evenly.
      ids: int32 or int64 tensor of any shape, or a ragged one.
      max_norm: rows are scaled down to this Euclidean norm; None for no limit.
      name: ignored.

    Returns:
      A tensor of shape ids.shape + params.shape[1:].

    Raises:
      ValueError: without params.
      InvalidArgumentError: for an id out of range.
    """
    ids = convert(ids)
    if params is None:
        raise ValueError("params must be specified")
    if isinstance(params, (list, tuple)) and not params:
        raise ValueError("Length of params is currently 0. Need at least one param.")
    if isinstance(params, list) and len(params) > 1:
        rows = _from_parts(params, ids)
    else:
        rows = gather(params[0] if isinstance(params, list) else params, ids)
    if max_norm is not None:
        rows = clip_by_norm(rows, max_norm, axes=list(range(ids.ndim, rows.ndim)))
    return identity(rows)


@functools.lru_cache(1024)
def _parts_check(least: int, more: int, parts: int) -> Any:
    def body(ids):
        flat = jnp.reshape(ids, -1).astype(np.int64)
        where = jnp.maximum(flat // (least + 1), (flat - more) // max(least, 1))
        code, place = reports.first_true((where < 0) | (where >= parts))
        return code, where[place]

    return reports.checking("DynamicPartition", body)


def _check_partition(ids: Any, least: int, more: int, parts: int) -> None:
    """The check of ids in a function, where parts of a table are joined."""

    def explain(report: np.ndarray) -> Exception:
        return reports.failure(
            "embedding_lookup/DynamicPartition",
            f"partitions[{report[0] - 1}] = {report[1]} is not in [0, {parts})",
        )

    if reports.collected() and ids.aval.size:
        reports.check(_parts_check(least, more, parts), [ids], explain)


def _from_parts(parts: list[Any], ids: Tensor) -> Tensor:
    """The rows of a table in parts; each part gets the slices that it gave as its gradient."""
    sizes = [convert(p).aval.shape[0] for p in parts]
    least, more = divmod(sum(sizes), len(parts))
    if ids._is_symbolic():
        _check_partition(ids, least, more, len(parts))
        return gather(concat(parts, 0), ids)
    flat = ids._host_value().reshape(-1)
    # The first `more` parts have one row more than the others.
    where = np.maximum(flat // (least + 1), (flat - more) // least)
    local = np.where(where < more, flat % (least + 1), (flat - more) % least)
    if np.any((where < 0) | (where >= len(parts))):
        bad = int(np.argmax((where < 0) | (where >= len(parts))))
        raise op_error(
            "DynamicPartition",
            f"partitions[{bad}] = {where[bad]} is not in [0, {len(parts)})",
        )
    taken = [gather(p, convert(local[where == k])) for k, p in enumerate(parts)]
    order = np.argsort(np.argsort(where, kind="stable"), kind="stable")
    return gather(concat(taken, 0), convert(order.reshape(ids.aval.shape)))
