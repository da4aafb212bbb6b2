"""The compiled tier: a hot program as one `jax.jit` function.

Python numbers of one dtype arrive packed in one vector, since each argument costs; they stay
inputs, so that a learning rate may change at every step. Large inputs that nobody else holds any
more, such as the old value of an assigned variable, are donated: XLA writes the new value there.
Which ones is settled when the program is compiled, so that it is compiled once; what somebody holds
at a later run is copied first.
"""

from __future__ import annotations

import functools
import operator
import sys
from collections import Counter
from typing import Any, NamedTuple

import jax
import numpy as np

from tfshim._src.engine.donation import output_order
from tfshim._src.engine.program import avals_of, evaluate, widths_of
from tfshim._src.engine.stats import stats

#: Smaller buffers are not worth asking who holds them.
DONATE_BYTES = 1 << 16
#: Nor are they all together below this: a program that donates nothing can be launched ahead.
DONATE_TOTAL = 1 << 18
#: So many more runs whose free inputs were not the donated ones than others, and the program is
#: compiled anew.
MOST_MISFITS = 8
_PACKED_KINDS = "fiub"


def is_packed(tensor: Any) -> bool:
    """Whether an external input travels in a vector of literals."""
    return tensor._literal and tensor.aval.dtype.kind in _PACKED_KINDS


class Call(NamedTuple):
    """A compiled function, and how it is called.

    Attributes:
      run: the function of the packed literals and the other inputs.
      donated: indices of the external inputs that it may overwrite, with their places among its
        arguments.
      order: where each output stands among its results; None where they are in order.
    """

    run: Any
    donated: tuple[tuple[int, int], ...] = ()
    order: list[int] | None = None


class Compiled:
    """One program, compiled; called with the external tensors of a flush, in any thread.

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
        #: The literals of the last run, their vectors, and whether these are on the device.
        self._packed: tuple[list[Any] | None, list[Any], bool] = (None, [], True)
        self.nodes, self.wanted = nodes, wanted
        self._ext_avals = [t.aval for t in ext]
        self._out_avals = wanted_avals(nodes, self._ext_avals, wanted)
        self.widths = widths_of(nodes, self._ext_avals)
        self.call: Call | None = None
        self._misfits = 0
        #: External inputs that an output of the same shape and dtype could take the place of.
        self._free = Counter(a for a in self._out_avals if a.nbytes >= DONATE_BYTES)
        self._candidates = [i for i in self.arrays if self._ext_avals[i] in self._free]
        if sum([self._ext_avals[i].nbytes for i in self._candidates]) < DONATE_TOTAL:
            self._candidates = []

    def _run(self, wanted, packed, *values):
        full: list[Any] = [None] * self.n_ext
        for i, v in zip(self.arrays, values, strict=True):
            full[i] = v
        for (dtype, members), vector in zip(self.groups, packed, strict=True):
            for j, i in enumerate(members):
                full[i] = vector[j].astype(dtype)
        return evaluate(self.nodes, self.widths, full, wanted)

    def __call__(self, ext) -> list[Any]:
        values = [ext[i]._value for i in self.arrays]
        for p, value in enumerate(values):
            if type(value) is np.ndarray:
                values[p] = for_device(ext[self.arrays[p]])
        packed = self._pack(ext)
        call = self.call
        if self._candidates:
            free = self._overwritten(ext)
            if call is None or self._misfits > MOST_MISFITS:
                if call is not None:
                    stats.program_compiles += 1
                call = self._compile(free)
            if call.donated:
                self._copy_held(call, values, free)
                stats.donations += len(call.donated)
            elif free:
                self._misfits += 1
        elif call is None:
            call = self._compile(())
        outs = call.run(packed, *values)
        return outs if call.order is None else [outs[i] for i in call.order]

    def _compile(self, donated: tuple[int, ...]) -> Call:
        """Makes the call, which donates these external inputs."""
        self._misfits = 0
        if not donated:
            run = self._alone() or jax.jit(functools.partial(self._run, self.wanted))
            self.call = Call(run)
            return self.call
        order = output_order(
            self.nodes, self.widths, self.wanted, self._out_avals, donated, self._ext_avals
        )
        place = {i: p for p, i in enumerate(self.arrays)}
        run = jax.jit(
            functools.partial(self._run, [self.wanted[i] for i in order]),
            donate_argnums=tuple(place[i] + 1 for i in donated),
        )
        found = None if order == sorted(order) else sorted(range(len(order)), key=order.__getitem__)
        self.call = Call(run, tuple((i, place[i]) for i in donated), found)
        return self.call

    def launchable(self, ext) -> bool:
        """Whether a run like that of these inputs has no effect but its results, so that it may be
        in vain."""
        if self.call is None or self.call.donated:
            return False
        traced = self.call.run.trace(self._pack(ext), *[ext[i]._value for i in self.arrays])
        return not traced.jaxpr.effects

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
        last, vectors, on_device = self._packed
        if not _same(literals, last):
            vectors = [np.array([ext[i]._value for i in m], dtype) for dtype, m in self.groups]
            self._packed = literals, vectors, not vectors
            stats.to_device += len(vectors)
        elif not on_device:
            vectors = [jax.device_put(vector) for vector in vectors]
            stats.to_device += len(vectors)
            self._packed = literals, vectors, True
        return vectors

    def _overwritten(self, ext) -> tuple[int, ...]:
        """Candidates whose handle only this flush still holds."""
        found = []
        free = dict(self._free)
        for i in self._candidates:
            t = ext[i]
            if free[t.aval] and sys.getrefcount(t) == _HANDLE_REFS:
                found.append(i)
                free[t.aval] -= 1
        return tuple(found)

    def _copy_held(self, call: Call, values: list[Any], free: tuple[int, ...]) -> None:
        """Puts a copy in place of each donated array that somebody still holds. (XLA never writes
        into a NumPy array.)"""
        copied = False
        for i, p in call.donated:
            value = values[p]
            if type(value) is np.ndarray:
                continue
            # an array is held by its handle, by `values` and by `value`
            if i not in free or sys.getrefcount(value) > _ARRAY_REFS:
                where = value.sharding if value.committed else None
                values[p] = jax.device_put(value, where, may_alias=False)
                copied = True
        self._misfits = self._misfits + 1 if copied else max(self._misfits - 1, 0)


def _same(xs: list[Any], ys: list[Any] | None) -> bool:
    return ys is not None and all(map(operator.is_, xs, ys))


def for_device(tensor) -> Any:
    """A host value for XLA. The first time it is handed over as it is, which is quick: most are a
    step's own batch. One that comes again is moved, so that further runs find it there."""
    stats.to_device += 1
    stats.to_device_bytes += tensor._value.nbytes
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
    """The reference counts of a handle in `_overwritten` and of its array in `_copy_held`, if
    nobody else holds them."""
    probe = _Probe()
    probe.value = object()
    ext = [probe]
    values = [probe.value]
    del probe
    for i in [0]:
        t = ext[i]
        value = values[i]
        counts = sys.getrefcount(t), sys.getrefcount(value)
    return counts


_HANDLE_REFS, _ARRAY_REFS = _calibrate()
