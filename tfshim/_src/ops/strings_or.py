"""Functions of two arguments that take strings besides numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tfshim._src.convert import convert_inputs
from tfshim._src.errors import OpError


def textual(op_fn: Callable, x: Any, y: Any, error: OpError) -> Any:
    """What the kernel for strings gives, or the error of the one for numbers.

    Args:
      op_fn: a host op of two string tensors.
      x, y: what the user passed.
      error: why the kernel for numbers refused them.
    """
    mixed = "expected to be a string tensor" in error.message
    if "of string is not in the list" not in error.message and not mixed:
        raise error
    return op_fn(*convert_inputs(op_fn.op, (x, y)))  # type: ignore[attr-defined]
