"""`tf.compat.v1`, of which Keras calls one function when it clears its session."""

from __future__ import annotations


def reset_default_graph() -> None:
    """Does nothing: there is no default graph."""
