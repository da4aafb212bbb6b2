"""Whether ops were asked to be deterministic."""

from __future__ import annotations


def is_op_determinism_enabled() -> bool:
    """False: tfshim has no `tf.config.experimental.enable_op_determinism`."""
    return False
