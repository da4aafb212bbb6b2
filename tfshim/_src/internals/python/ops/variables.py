"""Variables, and the initializers of graphs, which have nothing to do."""

from __future__ import annotations

from typing import Any

from tfshim._src.variable import Variable

__all__ = [
    "Variable", "VariableV1", "global_variables_initializer", "local_variables_initializer",
    "variables_initializer",
]  # fmt: skip

VariableV1 = Variable


def global_variables_initializer() -> Any:
    """None: variables have their values."""


def local_variables_initializer() -> Any:
    """None: variables have their values."""


def variables_initializer(var_list, name="init") -> Any:
    """None: variables have their values."""
