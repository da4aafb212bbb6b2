"""The nodes of a traced function as a `GraphDef` message: names, ops, inputs.

It is a table of contents: attributes are left out, and it cannot be run. Names are TensorFlow's
where an op is one of TensorFlow's with tensors as inputs; axes and shapes are no nodes here.
"""

from __future__ import annotations

from typing import Any

from tfshim._src.function.func_graph import FuncGraph, base_name
from tfshim._src.protos.messages import message


def graph_def(graph: FuncGraph, outputs: list[Any]) -> Any:
    """The message for a graph.

    Args:
      graph: the graph of a function.
      outputs: its results.
    """
    made = message("GraphDef")()
    counts: dict[str, int] = {}

    def add(base: str, op: str, inputs: list[str]) -> str:
        count = counts.get(base.lower(), 0)
        counts[base.lower()] = count + 1
        name = f"{base}_{count}" if count else base
        made.node.add(name=name, op=op, input=inputs)
        return name

    names: dict[int, str] = {}
    for i, t in enumerate(graph.ext):
        if i < len(graph.placeholders):
            names[-1 - i] = add(str(t._name).partition(":")[0], "Placeholder", [])
        elif id(t) in graph.variable_of:
            label = graph.variable_of[id(t)]._shared_name
            resource = add(f"{label}/resource", "Placeholder", [])
            names[-1 - i] = add(f"{label}/ReadVariableOp", "ReadVariableOp", [resource])
        else:
            symbolic = t._trace is not None and t._trace.symbolic
            names[-1 - i] = add("Placeholder" if symbolic else "Const", "Const", [])
    slot = 0
    for (kernel, refs), spec in zip(graph.nodes, graph.specs, strict=True):
        name = add(base_name(kernel), kernel.name.partition(":")[0], [names[r] for r in refs])
        for i in range(len(spec.outputs)):
            names[slot + i] = f"{name}:{i}" if i else name
        slot += len(spec.outputs)
    for t in outputs:
        add("Identity", "Identity", [names[r] for r in [graph.ref_of(t)] if r in names])
    return made
