"""What ops were asked to do."""

from __future__ import annotations

__all__ = ["is_op_determinism_enabled"]


def is_op_determinism_enabled() -> bool:
    """False: tfshim has no `tf.config.experimental.enable_op_determinism`."""
    return False
