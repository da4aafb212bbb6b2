"""What `tf.Variable` can be told about copies on several devices; one device has one copy."""

from __future__ import annotations

import enum

from tfshim._src.registry import export


@export("tf.VariableSynchronization")
class VariableSynchronization(enum.Enum):
    """When a distributed variable is synchronised; one device has nothing to synchronise."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


@export("tf.VariableAggregation")
class VariableAggregationV2(enum.Enum):
    """How a distributed variable's copies are combined; one device has one copy."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3

    def __hash__(self):
        return hash(self.value)
