"""Named choices of gradients: `tf.UnconnectedGradients` and `tf.AggregationMethod`."""

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


@export("tf.AggregationMethod")
class AggregationMethod:
    """How the parts of a gradient are added up; all ways give the same sum here."""

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2
