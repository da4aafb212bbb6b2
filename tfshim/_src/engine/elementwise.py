"""The form of element-by-element kernels: one trace serves all shapes.

The kernel (or its pullback) is traced once for each combination of dtypes, on vectors of two
elements. Where every equation of that jaxpr is element by element, its NumPy program works for any
shapes by broadcasting; gradients are then summed over the axes along which an input was broadcast.
"""

from __future__ import annotations

import functools
from typing import Any

import jax
import numpy as np

from tfshim._src import dtypes
from tfshim._src.engine.aval import make_aval
from tfshim._src.engine.forms import Avals, Form, Run, broadcast_shape, unbroadcast
from tfshim._src.engine.host_cost import Cost, cost_hint
from tfshim._src.engine.stats import stats

_SIZE = 2


class _Program:
    """One trace: the dtypes of its outputs, and NumPy functions for arrays and for scalars."""

    def __init__(self, jaxpr: Any, outputs: tuple):
        self.jaxpr = jaxpr
        self.dtypes = outputs

    @functools.cached_property
    def cost(self) -> Cost:
        """The work for the few elements that it was traced for."""
        return cost_hint(self.jaxpr)

    @functools.cached_property
    def _arrays(self) -> tuple[Run | None, bool]:
        from tfshim._src.engine import host

        return host.elementwise_function(self.jaxpr)

    @functools.cached_property
    def scalars(self) -> Run | None:
        """For scalars; None where the trace is not element by element."""
        from tfshim._src.engine import host

        return host.elementwise_function(self.jaxpr, scalars=True)[0]

    @property
    def run(self) -> Run | None:
        """For arrays of shapes that broadcast; None where the trace is not element by element."""
        return self._arrays[0]

    @property
    def varies(self) -> bool:
        """Whether no output is a constant, so that each has the shape of an input or more."""
        return self._arrays[1]

    def plain(self, avals: Avals) -> Run | None:
        """The function for inputs of one shape, where its outputs have that shape, too."""
        if not _alike(avals):
            return None
        if not avals[0].shape:
            return self.scalars
        return self.run if self.varies else None


class Elementwise(Form):
    """The form of an op whose elements depend on the inputs' elements at the same place only."""

    def __init__(self, kernel: Any, single: bool = True):
        super().__init__(kernel)
        self.single = single
        self.programs: dict[tuple, _Program | None] = {}

    def outputs(self, avals: Avals) -> Avals | None:
        shape = broadcast_shape(avals)
        program = None if shape is None else self.program(avals)
        if program is None or shape is None:
            return None
        return tuple([make_aval(shape, d) for d in program.dtypes])

    def program(self, avals: Avals) -> _Program | None:
        """The trace for these dtypes; None if it failed, as the trace for the shapes then will."""
        key = tuple([a.dtype for a in avals])
        if key not in self.programs:
            self.programs[key] = self._traced(key)
        return self.programs[key]

    def _traced(self, kinds: tuple) -> _Program | None:
        if any(d.np is None for d in kinds):
            return None
        stats.kernel_traces += 1
        structs = [jax.ShapeDtypeStruct((_SIZE,), d.np) for d in kinds]
        try:
            jaxpr, out = jax.make_jaxpr(self.kernel.fn, return_shape=True)(*structs)
        except Exception:
            return None
        outs = [out] if self.single else list(out)
        if any(o.shape != (_SIZE,) for o in outs):
            return None
        return _Program(jaxpr, tuple([dtypes.from_np(np.dtype(o.dtype)) for o in outs]))

    def jaxpr(self, avals: Avals) -> Any:
        program = self.program(avals)
        return None if program is None else program.jaxpr

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        program = self.program(avals)
        assert program is not None
        size = max([a.size for a in (*avals, *outputs)])
        return (size // _SIZE + 1) * program.cost

    def host(self, avals: Avals) -> Run | None:
        program = self.program(avals)
        if program is None or program.run is None:
            return None
        run, shape = program.run, self.result(avals).shape
        if (found := program.plain(avals)) is not None:
            return found

        def broadcast(values: list) -> list:
            return [x if x.shape == shape else np.full(shape, x) for x in run(values)]

        return broadcast

    def pullback(self, kernel: Any) -> Form | None:
        return ElementwisePullback(kernel, self)


def _alike(avals: Avals) -> bool:
    first = avals[0].shape
    return all(a.shape == first for a in avals)


class Together(Elementwise):
    """Element by element, for inputs of one shape only."""

    def outputs(self, avals: Avals) -> Avals | None:
        return super().outputs(avals) if _alike(avals) else None


class ElementwisePullback(Elementwise):
    """The form of a pullback of an element-by-element kernel, which is one as well, but for sums.

    So pullbacks of pullbacks have a form, too, where nothing was broadcast.
    """

    def __init__(self, kernel: Any, forward: Elementwise):
        super().__init__(kernel, single=False)
        self.forward = forward
        _, _, diff, self.which, self.n_in = kernel.parent
        self.diff = diff[:1] if "summed" in kernel.attrs else diff

    def outputs(self, avals: Avals) -> Avals | None:
        made = self.forward.outputs(avals[: self.n_in])
        if made is None or any(
            made[w] is not c for w, c in zip(self.which, avals[self.n_in :], strict=True)
        ):
            return None
        program = self.program(avals)
        if program is None or any(
            avals[i].dtype is not d for i, d in zip(self.diff, program.dtypes, strict=True)
        ):
            return None
        if isinstance(self.forward, ElementwisePullback) and not _alike(avals):
            return None
        return tuple([avals[i] for i in self.diff])

    def host(self, avals: Avals) -> Run | None:
        program = self.program(avals)
        if program is None or program.run is None:
            return None
        run = program.run
        if (found := program.plain(avals)) is not None:
            return found
        shape = avals[-1].shape  # of a cotangent: the broadcast one
        sums = []
        for i in self.diff:
            full = make_aval(shape, avals[i].dtype)
            sums.append(unbroadcast(full, avals[i].shape))

        def pull(values: list) -> list:
            grads = []
            for x, fold in zip(run(values), sums, strict=True):
                if x.shape != shape:
                    x = np.full(shape, x)
                grads.append(x if fold is None else fold(x))
            return grads

        return pull
