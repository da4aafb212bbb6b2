"""How a call of a traced function runs.

Under a tape, or while another function is traced, a call is one node among others, so that it fuses
with them and can be differentiated. Anywhere else it runs at once: its own program, compiled by its
second run. So a loop that calls a function and looks at nothing does not pile up a program that is
longer each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import jax
import numpy as np

from tfshim._src import reports
from tfshim._src.dispatch import call_site
from tfshim._src.engine import flush as engine
from tfshim._src.engine.aval import Aval
from tfshim._src.engine.compiled import for_device
from tfshim._src.engine.kernel import Kernel, Spec
from tfshim._src.engine.stats import stats
from tfshim._src.engine.trace import Pending
from tfshim._src.tensor import EagerTensor, concrete

#: The mark of a spec whose NumPy version was not asked for yet.
_UNSET: Any = Spec((), False, None)._host


class TracedSpec(Spec):
    """The spec of a captured program, whose outputs are known before JAX traces it.

    What its NumPy version and its compiled form are made of is traced once, when first needed.
    """

    __slots__ = ("traced",)

    def __init__(self, outputs: tuple[Aval, ...], jitted: Any, avals: tuple[Aval, ...]):
        super().__init__(outputs, False, None)
        self.traced = jitted, avals

    @property
    def host(self) -> Any:
        if self._host is _UNSET:
            jitted, avals = self.traced
            stats.kernel_traces += 1
            self._source = jitted.trace(*[a.struct for a in avals]).jaxpr
        return Spec.host.fget(self)  # type: ignore[attr-defined]


class Entry:
    """What `tf.debug.explain` shows of a function that runs on its own."""

    hot_at = engine.FUNCTION_HOT

    def __init__(self, kernel: Kernel, nodes: int):
        self.site = call_site()
        self.nodes = nodes
        self.runs = 0
        self.call = kernel
        self.seconds = 0.0
        self.compile_seconds = 0.0
        self.functions = frozenset()


class Runner:
    """Runs the program of a function that assigns nothing and has no effects.

    Args:
      kernel: the program.
      inputs, outputs: its avals.
      nodes: how many nodes it has, for tables.
      explain: makes the error of its last output, a report, if it has one.
    """

    def __init__(
        self,
        kernel: Kernel,
        inputs: tuple[Aval, ...],
        outputs: tuple[Aval, ...],
        nodes: int,
        explain: reports.Explain | None = None,
    ):
        self.kernel = kernel
        self.explain = explain
        self.outputs = outputs if explain is None else outputs[:-1]
        self.only = outputs[0] if len(outputs) == 1 and explain is None else None
        self.nodes = nodes
        self.cold = True
        self.entry: Entry | None = None
        self.jitted = jax.jit(kernel.call_flat)
        kernel._jit = self.jitted  # one compilation, whoever asks for it
        kernel.memo[inputs] = TracedSpec(outputs, self.jitted, inputs)

    def __call__(self, inputs: Sequence[EagerTensor]) -> list[EagerTensor] | None:
        """The outputs, or None where the call has to become a node."""
        if self.cold:
            self.cold = False
            return None
        values = []
        for t in inputs:
            trace = t._trace
            if trace is not None:
                if type(trace) is not Pending:
                    return None
                t._force()
            value = t._value
            if type(value) is np.ndarray and not t._literal:
                value = for_device(t)
            values.append(value)
        entry = self.entry
        if entry is None:
            return self._first(values)
        started = perf_counter()
        outs = self.jitted(*values)
        entry.runs += 1
        entry.seconds += perf_counter() - started
        stats.compiled_runs += 1
        if self.only is not None:
            return [concrete(outs[0], self.only)]
        return self._checked(outs)

    def _checked(self, outs: Any) -> list[EagerTensor]:
        if self.explain is not None:
            *outs, report = outs
            reports.raise_if_failed(report, self.explain)
        return list(map(concrete, outs, self.outputs))

    def _first(self, values: list) -> list[EagerTensor]:
        started = perf_counter()
        outs = self.jitted(*values)
        stats.kernel_compiles += 1
        stats.compiled_runs += 1
        entry = engine.programs[self] = Entry(self.kernel, self.nodes)  # type: ignore[assignment]
        entry.runs = 2
        entry.seconds = entry.compile_seconds = perf_counter() - started
        self.entry = entry  # type: ignore[assignment]
        return self._checked(outs)
