"""What there is around an op in TensorFlow 1's graphs."""

from __future__ import annotations

from typing import Any

__all__ = ["EnableControlFlowV2", "GraphOrParentsInXlaContext", "IsInXLAContext"]


def GraphOrParentsInXlaContext(graph: Any) -> bool:
    """False: there are no contexts of TensorFlow 1's compiler."""
    return False


def IsInXLAContext(op: Any) -> bool:
    """False, likewise."""
    return False


def EnableControlFlowV2(graph: Any) -> bool:
    """True: branches and loops are functions."""
    return True
