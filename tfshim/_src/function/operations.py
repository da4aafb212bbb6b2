"""`tensor.op` and `graph.get_operations()`: nodes of a function being traced, to be looked at."""

from __future__ import annotations

from typing import Any

from tfshim._src.fold import producer


class Operation:
    """What made a symbolic tensor: a node of its function, or an argument.

    Attributes:
      name: TensorFlow's name of the node.
      type: the kernel's name; "Placeholder" for an argument.
      graph: the function's graph.
      inputs: the tensors that the node takes.
      outputs: the tensors that it gives.
    """

    __module__ = "tensorflow.python.framework.ops"

    def __init__(self, tensor: Any):
        self.graph = tensor._trace
        self.name = tensor._graph_name().rpartition(":")[0]
        self.type, self.inputs, self.outputs = "Placeholder", (), [tensor]
        entry = producer(self.graph, tensor)
        if entry is not None:
            kernel, inputs, outputs = entry
            self.type = kernel.name.partition(":")[0]
            self.inputs, self.outputs = tuple(inputs), list(outputs)

    @property
    def device(self) -> str:
        """Empty: a program is not placed op by op."""
        return ""

    def values(self) -> tuple:
        """The outputs."""
        return tuple(self.outputs)

    def __repr__(self) -> str:
        return f"<tf.Operation {self.name!r} type={self.type}>"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Operation)
            and self.graph is other.graph
            and any(a is b for a in self.outputs for b in other.outputs)
        )

    def __hash__(self) -> int:
        return hash((id(self.graph), self.name))


def operations(graph: Any) -> list[Operation]:
    """The arguments of a graph and its nodes, in order."""
    first = [outputs[0] for _, _, outputs in graph.entries if outputs]
    return [Operation(t) for t in (*graph.placeholders, *first)]
