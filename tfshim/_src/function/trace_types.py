"""The tracing protocol: objects that say for which arguments a trace serves."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from tfshim._src.registry import export, publish
from tfshim._src.spec import TraceType

publish("tf.types.experimental.TraceType", TraceType, TraceType.__module__, "TraceType")


@export("tf.types.experimental.SupportsTracingProtocol")
@runtime_checkable
class SupportsTracingProtocol(Protocol):
    """An object with a trace type of its own."""

    def __tf_tracing_type__(self, context) -> Any:
        """The `tf.types.experimental.TraceType` of this object as an argument."""
