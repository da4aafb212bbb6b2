"""Which version of TensorFlow a program must still be able to talk to: there is one."""

from __future__ import annotations

import contextlib

__all__ = ["forward_compatibility_horizon", "forward_compatible"]


def forward_compatible(year: int, month: int, day: int) -> bool:
    """True: every change of TensorFlow before 2.21 has happened."""
    return True


def forward_compatibility_horizon(year: int, month: int, day: int):
    """A context in which nothing is different."""
    return contextlib.nullcontext()
