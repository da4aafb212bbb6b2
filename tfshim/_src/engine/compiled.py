"""The compiled tier: a hot program as one `jax.jit` function.

Python numbers of one dtype arrive packed in one vector, since each argument costs; they stay
inputs, so that a learning rate may change at every step. Large inputs that nobody else holds any
more, such as the old value of an assigned variable, are donated: XLA writes the new value there.
"""

from __future__ import annotations

import functools
import operator
import sys
from collections import Counter
from typing import Any

import jax
import numpy as np

from tfshim._src.engine.donation import output_order
from tfshim._src.engine.program import avals_of, evaluate, widths_of
from tfshim._src.engine.stats import stats

#: Smaller buffers are not worth asking who holds them.
DONATE_BYTES = 1 << 16
_PACKED_KINDS = "fiub"


def is_packed(tensor: Any) -> bool:
    """Whether an external input travels in a vector of literals."""
    return tensor._literal and tensor.aval.dtype.kind in _PACKED_KINDS


class Compiled:
    """One program, compiled; called with the external tensors of a flush.

    Args:
      nodes, wanted: the program.
      ext: the external tensors of its first run, for their avals.
    """

    def __init__(self, nodes, ext, wanted):
        self.n_ext = len(ext)
        self.arrays = [i for i, t in enumerate(ext) if not is_packed(t)]
        groups: dict[Any, list[int]] = {}
        for i, t in enumerate(ext):
            if is_packed(t):
                groups.setdefault(t.aval.dtype, []).append(i)
        self.groups = [(dtype.np, members) for dtype, members in groups.items()]
        self.literals = [i for _, members in self.groups for i in members]
        self._last_literals: Any = None
        self._packed: list[Any] = []
        self._on_host = False  # whether `_packed` is
        self.nodes, self.wanted = nodes, wanted
        self._ext_avals = [t.aval for t in ext]
        self._out_avals = wanted_avals(nodes, self._ext_avals, wanted)
        self.widths = widths_of(nodes, self._ext_avals)
        self._plain: Any = None
        self._donating: Any = None
        self._donated: tuple[int, ...] = ()
        self._order: list[int] = []  # place of each output among those of the donating variant
        self._candidates = self._find_candidates()

    def _run(self, wanted, packed, *values):
        full: list[Any] = [None] * self.n_ext
        for i, v in zip(self.arrays, values, strict=True):
            full[i] = v
        for (dtype, members), vector in zip(self.groups, packed, strict=True):
            for j, i in enumerate(members):
                full[i] = vector[j].astype(dtype)
        return evaluate(self.nodes, self.widths, full, wanted)

    def _find_candidates(self) -> list[int]:
        """External inputs that an output of the same shape and dtype could take the place of."""
        self._free = Counter(a for a in self._out_avals if a.nbytes >= DONATE_BYTES)
        return [i for i in self.arrays if self._ext_avals[i] in self._free]

    def __call__(self, ext) -> list[Any]:
        values = [ext[i]._value for i in self.arrays]
        for p, value in enumerate(values):
            if type(value) is np.ndarray:
                values[p] = _for_device(ext[self.arrays[p]])
        packed = self._pack(ext)
        donated = self._unheld(ext) if self._candidates else ()
        if donated:
            call = self._with_donation(donated)
            if call is not None:
                stats.donations += len(self._donated)
                outs = call(packed, *values)
                return [outs[i] for i in self._order]
        if self._plain is None:
            self._plain = self._alone() or jax.jit(functools.partial(self._run, self.wanted))
        return self._plain(packed, *values)

    def _alone(self) -> Any:
        """The cold tier's compiled call of a single node: then nothing is compiled anew."""
        ((kernel, refs), *more) = self.nodes
        if more or kernel._jit is None or self.groups or self.widths != [len(self.wanted)]:
            return None
        call = kernel._jit
        return lambda packed, *values: call(*[values[-1 - r] for r in refs])

    def _pack(self, ext) -> list[Any]:
        """The literals in one vector per dtype: the last run's where they are the same ones. New
        ones are handed over from the host, and moved when they come again."""
        literals = [ext[i] for i in self.literals]
        if not _same(literals, self._last_literals):
            self._last_literals = literals
            self._packed = [np.array([ext[i]._value for i in m], dtype) for dtype, m in self.groups]
            self._on_host = bool(self.groups)
        elif self._on_host:
            self._packed = [jax.device_put(vector) for vector in self._packed]
            self._on_host = False
        return self._packed

    def _unheld(self, ext) -> tuple[int, ...]:
        """Candidates that only this flush still holds: the handle, and its array."""
        found = []
        free = dict(self._free)
        for i in self._candidates:
            t = ext[i]
            if not free[t.aval]:
                continue
            # a handle is held by `ext` and `t` (and the call); its array by the slot and `values`
            if sys.getrefcount(t) == _HANDLE_REFS and sys.getrefcount(t._value) == _ARRAY_REFS:
                found.append(i)
                free[t.aval] -= 1
        return tuple(found)

    def _with_donation(self, donated: tuple[int, ...]) -> Any:
        """The variant that donates; made once, and used when at least its inputs are free."""
        if self._donating is None:
            position = {i: p for p, i in enumerate(self.arrays)}
            self._donated = donated
            order = output_order(
                self.nodes, self.widths, self.wanted, self._out_avals, donated, self._ext_avals
            )
            self._order = sorted(range(len(order)), key=order.__getitem__)
            self._donating = jax.jit(
                functools.partial(self._run, [self.wanted[i] for i in order]),
                donate_argnums=tuple(position[i] + 1 for i in donated),
            )
        return self._donating if set(self._donated) <= set(donated) else None


def _same(xs: list[Any], ys: list[Any] | None) -> bool:
    return ys is not None and all(map(operator.is_, xs, ys))


def _for_device(tensor) -> Any:
    """A host value for XLA. The first time it is handed over as it is, which is quick: most are a
    step's own batch. One that comes again is moved, so that further runs find it there."""
    stats.to_device += 1
    if not tensor._slot:
        tensor._slot = 1
        return tensor._value
    value = tensor._value = jax.device_put(tensor._value)
    return value


def wanted_avals(nodes, ext_avals, wanted) -> list[Any]:
    """The avals of the wanted refs."""
    env = [a for outs in avals_of(nodes, ext_avals) for a in outs]
    return [env[r] if r >= 0 else ext_avals[-1 - r] for r in wanted]


class _Probe:
    __slots__ = ("value",)


def _calibrate() -> tuple[int, int]:
    """The reference counts that an unheld handle and its array have inside `_unheld`."""
    probe = _Probe()
    probe.value = object()
    ext = [probe]
    values = [probe.value]
    del probe
    for i in [0]:
        t = ext[i]
        counts = sys.getrefcount(t), sys.getrefcount(t.value)
    del values
    return counts


_HANDLE_REFS, _ARRAY_REFS = _calibrate()
