"""PyTorch's eager mode as a peer: each workload's arithmetic, written by hand for it.

One file per family, as in `benchmarks/workloads`. None of them imports PyTorch: they are given it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.pytorch import (
    cnn,
    embedding,
    functions,
    gan,
    gradients,
    layers,
    reinforcement,
    second_order,
    transformer,
)
from benchmarks.workloads.base import Data, Program

FAMILIES: tuple[Any, ...] = (
    cnn, embedding, functions, gan, gradients, layers, reinforcement, second_order, transformer,
)  # fmt: skip
#: The peer of each workload, by its name.
PEERS: dict[str, Callable[[Any, Data], Program]] = {
    name: peer for family in FAMILIES for name, peer in family.PEERS.items()
}
