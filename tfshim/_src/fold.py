"""Values of symbolic tensors that depend on constants only.

While a function is traced, `tf.shape(x)[0] * 2` is a node like any other; a reshape needs its value
at once. Shapes are static, so it is known: this evaluates just the nodes behind it, on the host.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

#: Larger constants are left to the program: this is for shapes, axes and counts.
MAX_ELEMENTS = 1 << 16


def static_value(tensor: Any, shape_of: Any = None) -> np.ndarray | None:
    """The value of a tensor if it is known while tracing, else None.

    Args:
      tensor: a tensor, symbolic or not.
      shape_of: gives the shape of a tensor of which `tf.shape` was asked; None: the actual one.
    """
    if not tensor._is_symbolic():
        return tensor._host_value()
    if shape_of is None:
        shape_of = _actual
        if tensor._trace.sizes is not None:
            tensor._trace.sizes.read.append(tensor)
    known: dict[int, np.ndarray | None] = {}
    stack = [tensor]
    while stack:
        t = stack[-1]
        if id(t) in known:
            stack.pop()
            continue
        if not t._is_symbolic():
            known[id(t)] = t._host_value() if t.aval.size <= MAX_ELEMENTS else None
            stack.pop()
            continue
        graph = t._trace
        entry = producer(graph, t)
        if entry is None:  # a placeholder, a captured variable or a JAX tracer
            return None
        kernel, inputs, outputs = entry
        if kernel.name in ("Shape", "Size"):
            shape = shape_of(inputs[0])
            value = shape if kernel.name == "Shape" else math.prod(shape)
            known[id(t)] = np.array(value, t.aval.dtype.np)
            stack.pop()
            continue
        waiting = [i for i in inputs if id(i) not in known]
        if waiting:
            if any(i.aval.size > MAX_ELEMENTS for i in waiting):
                return None
            stack.extend(waiting)
            continue
        stack.pop()
        values = [known[id(i)] for i in inputs]
        if kernel.host_only or any(v is None for v in values):
            return None
        results = kernel.execute(values, kernel.spec(tuple([i.aval for i in inputs])))
        for out, result in zip(outputs, results, strict=True):
            known[id(out)] = np.asarray(result)
    return known[id(tensor)]


def _actual(tensor: Any) -> tuple[int, ...]:
    return tensor.aval.shape


def producer(graph: Any, tensor: Any) -> tuple | None:
    """The entry of a graph that made a tensor; the index grows with the graph."""
    entries = getattr(graph, "entries", None)
    if entries is None or tensor._slot < 0:
        return None
    index = graph.__dict__.setdefault("_producers", {})
    done = graph.__dict__.setdefault("_indexed", 0)
    if done < len(entries):
        for entry in entries[done:]:
            for out in entry[2]:
                index[out._slot] = entry
        graph.__dict__["_indexed"] = len(entries)
    return index.get(tensor._slot)
