"""`tf.UnconnectedGradients`: what a source that the target does not depend on gets."""

from __future__ import annotations

import enum

from tfshim._src.registry import export


@export("tf.UnconnectedGradients")
class UnconnectedGradients(enum.Enum):
    """NONE gives None, ZERO gives zeros of the source's shape and dtype."""

    NONE = "none"
    ZERO = "zero"

    @classmethod
    def parse(cls, value) -> UnconnectedGradients:
        if value is cls.NONE:
            return value
        try:
            return cls(value)
        except ValueError:
            raise ValueError(f"Unknown value for unconnected_gradients: {value!r}") from None
