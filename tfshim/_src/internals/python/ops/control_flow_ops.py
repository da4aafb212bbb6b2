"""Groups and branches."""

from __future__ import annotations

from typing import Any

from tfshim._src.internals.v1_control_flow import cond, while_loop

__all__ = ["cond", "get_enclosing_xla_context", "while_loop", "with_dependencies"]


def with_dependencies(dependencies, output_tensor, name=None) -> Any:
    """The tensor: what it depends on has run."""
    return output_tensor


def get_enclosing_xla_context() -> None:
    """None: there are no contexts of TensorFlow 1's compiler."""
