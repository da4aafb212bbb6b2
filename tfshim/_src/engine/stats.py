"""Counters of what the engine did. Tests gate on these, never on wall time."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass
class Stats:
    """Counts since the process started or since the last `reset()`."""

    nodes: int = 0  #: nodes recorded
    flushes: int = 0  #: pending programs run, for whatever reason
    compiled_runs: int = 0  #: of these, run as one compiled program
    interpreted_runs: int = 0  #: of these, run node by node
    program_compiles: int = 0  #: whole programs compiled
    kernel_traces: int = 0  #: kernels traced for a new combination of input avals
    kernel_compiles: int = 0  #: single kernels compiled by XLA for the cold tier
    host_nodes: int = 0  #: nodes evaluated by NumPy
    xla_nodes: int = 0  #: nodes evaluated by a compiled single kernel
    launched_ahead: int = 0  #: compiled runs that began before their last node was recorded
    dead_nodes: int = 0  #: nodes never run since nobody could see their outputs
    donations: int = 0  #: input buffers given to XLA to write outputs into
    to_device: int = 0  #: host values handed to XLA
    to_device_bytes: int = 0
    to_host: int = 0  #: values of XLA's that the host looked at
    to_host_bytes: int = 0
    failures: int = 0  #: flushes in which a node failed

    def reset(self) -> None:
        for field in dataclasses.fields(self):
            setattr(self, field.name, 0)

    def snapshot(self) -> dict[str, int]:
        return dataclasses.asdict(self)


stats = Stats()
