"""Which TensorFlow this is."""

__all__ = ["enabled"]


def enabled() -> bool:
    """True: it behaves as TensorFlow 2."""
    return True
