"""Capturing: nodes collected into a sub-program with placeholders instead of being run.

    with Graph() as graph: ...            nodes go to the graph
    kernel, captures = graph.finish(outs) the sub-program as a kernel that can be dispatched

The kernel is found by the program's structure, so that capturing the same code again costs no new
trace and no new compile. Its inputs are the placeholders, then the captured outside tensors.
"""

from __future__ import annotations

import collections
from typing import Any

import jax

from tfshim._src.engine.aval import Aval
from tfshim._src.engine.kernel import Kernel, Spec
from tfshim._src.engine.program import evaluate
from tfshim._src.engine.trace import Trace

_MAX_KERNELS = 1024
_kernels: collections.OrderedDict[Any, Kernel] = collections.OrderedDict()


class Graph(Trace):
    """A trace that never runs: what is dispatched into it becomes a kernel.

    Attributes:
      placeholders: the graph's inputs.
      entries: `(kernel, inputs, outputs)` of every node, as a tape keeps them.
    """

    symbolic = True

    def __init__(self) -> None:
        super().__init__()
        self.placeholders: list[Any] = []
        self.entries: list[tuple] = []

    def placeholder(self, aval: Aval, make) -> Any:
        """A new symbolic input; all must be made before anything is captured."""
        ref = -1 - len(self.ext)
        t = make(aval, self, ref)
        self.ext.append(t)
        self.placeholders.append(t)
        return t

    def record(self, kernel: Kernel, inputs: tuple, spec: Spec, make, site) -> tuple | None:
        refs = []
        for t in inputs:
            if t._trace is self:
                refs.append(t._slot)
            elif t._trace is not None and t._value is not None:
                return None  # wraps a JAX tracer: runs at once
            else:
                refs.append(self.external(t))
        self.nodes.append((kernel, tuple(refs)))
        self.sites.append(site)
        slot = self.nslots
        outs = tuple([make(a, self, slot + i) for i, a in enumerate(spec.outputs)])
        self.nslots = slot + len(outs)
        self.specs.append(spec)
        self.entries.append((kernel, inputs, outs))
        return outs

    def read_variable(self, variable) -> Any:
        """The tensor that stands for a variable's value inside this graph."""
        return variable._handle

    def ref_of(self, tensor) -> int:
        return tensor._slot if tensor._trace is self else self.external(tensor)

    def finish(self, outputs: list) -> tuple[Kernel, list]:
        """The captured program as a kernel.

        Args:
          outputs: the tensors that it returns, in order.

        Returns:
          The kernel and the captured tensors that follow the placeholders as its inputs.
        """
        wanted = tuple([self.ref_of(t) for t in outputs])
        avals = tuple([t.aval for t in self.ext])
        key = (tuple(self.nodes), avals, wanted, len(self.placeholders))
        kernel = _kernels.get(key)
        if kernel is None:
            fn = ProgramFn(list(self.nodes), [len(s.outputs) for s in self.specs], wanted)
            kernel = _kernels[key] = Kernel("Program", fn, _quantized(outputs))
            if len(_kernels) > _MAX_KERNELS:
                _kernels.popitem(last=False)
        else:
            _kernels.move_to_end(key)
        return kernel, self.ext[len(self.placeholders) :]


def _quantized(outputs: list) -> dict[str, Any]:
    """Attributes that say which outputs are of a quantized dtype, which a trace does not show."""
    kinds = [t.aval.dtype if t.aval.dtype.kind == "q" else None for t in outputs]
    return {"quantized": tuple(kinds)} if any(kinds) else {}


class ProgramFn:
    """A program as a pure function of its placeholders and captures; returns a tuple."""

    def __init__(self, nodes, widths, wanted):
        self.nodes, self.widths, self.wanted = nodes, widths, wanted

    def __call__(self, *ext):
        return tuple(evaluate(self.nodes, self.widths, ext, self.wanted))


def vmapped(kernel: Kernel, mapped: tuple[bool, ...]) -> Kernel:
    """The kernel mapped over the leading axis of those inputs; outputs gain a leading axis."""

    def make() -> Kernel:
        axes = tuple(0 if m else None for m in mapped)
        return Kernel(f"Vectorized{kernel.name}", jax.vmap(kernel.call_flat, in_axes=axes))

    return kernel.derived(("vmap", mapped), make)
