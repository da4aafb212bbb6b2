"""Groups and branches."""

from __future__ import annotations

from typing import Any

from tfshim._src.internals.v1_control_flow import cond, while_loop

__all__ = ["cond", "while_loop", "with_dependencies"]


def with_dependencies(dependencies, output_tensor, name=None) -> Any:
    """The tensor: what it depends on has run."""
    return output_tensor
