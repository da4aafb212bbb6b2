"""Groups and branches."""

from __future__ import annotations

from typing import Any

from tfshim._src.internals.v1_names import function

__all__ = ["cond", "while_loop", "with_dependencies"]

cond = function("tf.compat.v1.cond")
while_loop = function("tf.compat.v1.while_loop")


def with_dependencies(dependencies, output_tensor, name=None) -> Any:
    """The tensor: what it depends on has run."""
    return output_tensor
