"""Variables."""

from __future__ import annotations

from typing import Any

from tfshim._src.variable import Variable

__all__ = ["BaseResourceVariable", "ResourceVariable", "is_resource_variable"]

BaseResourceVariable = ResourceVariable = Variable


def is_resource_variable(var: Any) -> bool:
    """Whether something is a variable."""
    return isinstance(var, Variable)
