"""Seeds."""

from __future__ import annotations

from tfshim._src.random_state import DEFAULT_GRAPH_SEED, SEEDS, op_seeds, set_seed

__all__ = ["DEFAULT_GRAPH_SEED", "get_seed", "set_random_seed", "set_seed"]

set_random_seed = set_seed


def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """The two seeds of an op, from the global seed and its own; None, None without either."""
    if op_seed is None and SEEDS.seed is None:
        return None, None
    return op_seeds(op_seed)[:2]
