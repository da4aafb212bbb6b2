"""The user programs, one file per family. None of them imports a framework: they are given one."""

from __future__ import annotations

from benchmarks.workloads import (
    cnn,
    dynamic,
    embedding,
    functions,
    gan,
    gradients,
    growing,
    lstm,
    mlp,
    physics,
    regression,
    reinforcement,
    second_order,
    transformer,
)
from benchmarks.workloads.base import Data, Program, Workload

FAMILIES = (
    gradients,
    physics,
    regression,
    mlp,
    lstm,
    cnn,
    transformer,
    second_order,
    gan,
    reinforcement,
    dynamic,
    growing,
    embedding,
    functions,
)
WORKLOADS: dict[str, Workload] = {w.name: w for family in FAMILIES for w in family.WORKLOADS}

__all__ = ["WORKLOADS", "Data", "Program", "Workload"]
