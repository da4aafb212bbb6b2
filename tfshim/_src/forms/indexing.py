"""Forms of ops that read, write and add at indices; out of range these are as the ops have them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.engine.aval import Aval, make_aval
from tfshim._src.engine.forms import Avals, Form, Pull, Run, form
from tfshim._src.engine.host_cost import Cost
from tfshim._src.forms.common import WIDE, axis_from_front, plain, single

_SUMS = WIDE | {dtypes.int32, dtypes.int64}
_INDEX = frozenset({dtypes.int32, dtypes.int64})


class Adding(Form):
    """What is added at indices is added one by one."""

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        return super().cost(avals, outputs) + Cost(32 * max([a.size for a in avals]), 0)


@form("take")
class Take(Adding):
    """Elements along an axis at indices that are within it."""

    def outputs(self, avals: Avals) -> Avals | None:
        x, indices = avals
        axis = axis_from_front(self.attrs["axis"], len(x.shape))
        if axis is None or not plain(x) or indices.dtype not in _INDEX or not x.shape[axis]:
            return None
        return (make_aval((*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]), x.dtype),)

    def host(self, avals: Avals) -> Run | None:
        axis = self.attrs["axis"]
        return single(lambda x, indices: x.take(indices, axis, mode="clip"))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        (x, _), axis = avals, self.attrs["axis"] % len(avals[0].shape)
        return lambda i, values, cts: added_along(x, axis, values[1], cts[0])


def added_along(x: Aval, axis: int, indices: Any, parts: Any) -> Any:
    """Zeros like `x`, with parts added at indices along an axis."""
    whole = np.zeros(x.shape, x.dtype.np)
    at: Any = (slice(None),) * axis + (np.clip(indices, 0, x.shape[axis] - 1),)
    np.add.at(whole, at, parts)
    return whole


@form("_gather_pullback")
class GatherPullback(Adding):
    def outputs(self, avals: Avals) -> Avals | None:
        x, indices, ct = avals
        axis = axis_from_front(self.attrs["axis"], len(x.shape))
        if axis is None or self.attrs["batch_dims"] or x.dtype not in WIDE or not x.shape[axis]:
            return None
        shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
        fits = ct is make_aval(shape, x.dtype) and indices.dtype in _INDEX
        return (x,) if fits else None

    def host(self, avals: Avals) -> Run | None:
        x, axis = avals[0], self.attrs["axis"] % len(avals[0].shape)
        return single(lambda _, indices, ct: added_along(x, axis, indices, ct))


@form("_stitch")
class Stitch(Form):
    """The rows that the source names, zeros where it names none."""

    def outputs(self, avals: Avals) -> Avals | None:
        values, places, source = avals
        if not plain(values) or not values.shape or not values.shape[0] or len(source.shape) != 1:
            return None
        if places.shape != values.shape[:1] or {places.dtype, source.dtype} != {dtypes.int32}:
            return None
        return (make_aval((*source.shape, *values.shape[1:]), values.dtype),)

    def host(self, avals: Avals) -> Run | None:
        def run(values: Any, places: Any, source: Any) -> Any:
            found = values.take(source, 0, mode="clip")
            if source.size and source.min() < 0:
                found[source < 0] = 0
            return found

        return single(run)

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        if not avals[2].size:
            return lambda i, values, cts: np.zeros(avals[0].shape, avals[0].dtype.np)
        return lambda i, values, cts: cts[0].take(values[1], 0, mode="clip")


def columns(indices: Any) -> tuple[Any, ...]:
    """The index of each axis, of index vectors along the last axis."""
    return tuple([indices[..., d] for d in range(indices.shape[-1])])


def clipped(indices: Any, sizes: tuple[int, ...]) -> tuple[Any, ...]:
    """The same, within the sizes; -1 is the last, as NumPy and JAX have it."""
    parts = zip(columns(indices), sizes)
    return tuple([np.clip(np.where(c < 0, c + n, c), 0, n - 1) for c, n in parts])


class AtVectors(Adding):
    """The form of an op that takes index vectors into a tensor's first axes."""

    def _parts(self, x: Aval, indices: Aval) -> tuple[int, ...] | None:
        """The shape of what stands at the indices; None if they do not fit."""
        if not indices.shape or indices.dtype not in _INDEX:
            return None
        depth = indices.shape[-1]
        if not 0 < depth <= len(x.shape) or 0 in x.shape:
            return None
        return (*indices.shape[:-1], *x.shape[depth:])


@form("_gather_nd")
class GatherNd(AtVectors):
    def outputs(self, avals: Avals) -> Avals | None:
        x, indices = avals
        shape = self._parts(x, indices)
        if shape is None or not plain(x) or self.attrs["batch_dims"] or self.attrs["ignore"]:
            return None
        return (make_aval(shape, x.dtype),)

    def host(self, avals: Avals) -> Run | None:
        shape = avals[0].shape
        return single(lambda x, indices: x[clipped(indices, shape)])


@form("_gather_nd_pullback")
class GatherNdPullback(AtVectors):
    def outputs(self, avals: Avals) -> Avals | None:
        x, indices, ct = avals
        shape = self._parts(x, indices)
        if shape is None or x.dtype not in WIDE or ct is not make_aval(shape, x.dtype):
            return None
        return None if self.attrs["batch_dims"] or self.attrs["ignore"] else (x,)

    def host(self, avals: Avals) -> Run | None:
        x = avals[0]

        def run(_, indices, ct):
            whole = np.zeros(x.shape, x.dtype.np)
            np.add.at(whole, clipped(indices, x.shape), ct)
            return whole

        return single(run)


def inside(indices: Any, sizes: tuple[int, ...]) -> Any:
    """Which index vectors are within the sizes."""
    return np.all((indices >= 0) & (indices < np.array(sizes[: indices.shape[-1]])), -1)


def read(x: Any, indices: Any, parts: tuple[int, ...]) -> Any:
    """What stands at index vectors; zeros where these are out of range."""
    ok = inside(indices, x.shape)
    if ok.all():
        return x[columns(indices)].reshape(parts)
    found = np.zeros(parts, x.dtype)
    found[ok] = x[columns(indices[ok])]
    return found


def write(whole: Any, indices: Any, parts: Any, add: bool) -> Any:
    """Writes or adds parts to `whole` at those index vectors that are within it."""
    ok = inside(indices, whole.shape)
    if not ok.all():
        indices, parts = indices[ok], parts[ok]
    if add:
        np.add.at(whole, columns(indices), parts)
    else:
        whole[columns(indices)] = parts
    return whole


@form("_scatter_nd")
class ScatterNd(AtVectors):
    """Parts added into zeros."""

    def outputs(self, avals: Avals) -> Avals | None:
        indices, updates = avals
        shape = self.attrs["shape"]
        if min(shape, default=0) < 0 or updates.dtype not in _SUMS or len(indices.shape) < 2:
            return None
        out = make_aval(shape, updates.dtype)
        return (out,) if self._parts(out, indices) == updates.shape else None

    def host(self, avals: Avals) -> Run | None:
        out = self.result(avals)

        def run(indices, updates):
            return write(np.zeros(out.shape, out.dtype.np), indices, updates, True)

        return single(run)

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        parts = avals[1].shape
        return lambda i, values, cts: read(cts[0], values[0], parts)


@form("_scatter_add", "_scatter_update")
class Scatter(AtVectors):
    """Parts added to a tensor, or written over what stands there."""

    def outputs(self, avals: Avals) -> Avals | None:
        x, indices, updates = avals
        if x.dtype not in _SUMS or updates.dtype is not x.dtype or len(indices.shape) < 2:
            return None
        return (x,) if self._parts(x, indices) == updates.shape else None

    @property
    def _adds(self) -> bool:
        return self.kernel.op.name == "_scatter_add"

    def host(self, avals: Avals) -> Run | None:
        add = self._adds
        return single(lambda x, indices, updates: write(x.copy(), indices, updates, add))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        add, parts = self._adds, avals[2].shape

        def pull(i, values, cts):
            (ct,) = cts
            if i == 2:
                at = values[1]
                if not add:  # here, negative ones count from the end
                    at = np.where(at < 0, at + np.array(ct.shape[: at.shape[-1]]), at)
                return read(ct, at, parts)
            if add:
                return ct
            return write(ct.copy(), values[1], np.zeros(parts, ct.dtype), False)

        return pull


#: Rows of so many elements are added one by one sooner than by `np.add.at`.
_WIDE_ROW = 64


class Segments(Adding):
    """Sums over the rows of each segment; rows with an id out of range are left out."""

    def outputs(self, avals: Avals) -> Avals | None:
        data, ids = avals
        n, rank = self.attrs["n"], len(ids.shape)
        if data.dtype not in _SUMS or ids.dtype not in _INDEX or n < 1:
            return None
        if data.shape[:rank] != ids.shape:
            return None
        return (make_aval((n, *data.shape[rank:]), data.dtype),)

    def _sums(self, shape: tuple[int, ...], dtype: Any, rows: Any, ids: Any) -> Any:
        whole = np.zeros(shape, dtype)
        ok = (ids >= 0) & (ids < shape[0])
        if not ok.all():
            ids, rows = ids[ok], rows[ok]
        if ids.ndim == 1 and math.prod(shape[1:]) >= _WIDE_ROW:
            for i, row in zip(ids.tolist(), rows, strict=True):
                whole[i] += row
        else:
            np.add.at(whole, ids, rows)
        return whole

    def _rows(self, segments: Any, ids: Any, shape: tuple[int, ...]) -> Any:
        """For each row the value of its segment; 0 for rows that belong to none."""
        ok = (ids >= 0) & (ids < segments.shape[0])
        if ok.all():
            return segments[ids].reshape(shape)
        found = np.zeros(shape, segments.dtype)
        found[ok] = segments[ids[ok]]
        return found

    def host(self, avals: Avals) -> Run | None:
        out = self.result(avals)
        return single(lambda data, ids: self._sums(out.shape, out.dtype.np, data, ids))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        shape = avals[0].shape
        return lambda i, values, cts: self._rows(cts[0], values[1], shape)


form("_segment_sum", "_unsorted_sum")(Segments)


@form("_segment_mean")
class SegmentMeans(Segments):
    def outputs(self, avals: Avals) -> Avals | None:
        return super().outputs(avals) if avals[0].dtype in WIDE else None

    def _counts(self, out: Aval, ids: Any) -> Any:
        ones = np.ones(ids.shape, np.int32)
        counts = np.maximum(self._sums(out.shape[:1], np.int32, ones, ids), 1)
        return counts.reshape(-1, *(1,) * (len(out.shape) - 1)).astype(out.dtype.np)

    def host(self, avals: Avals) -> Run | None:
        out = self.result(avals)

        def run(data, ids):
            total = self._sums(out.shape, out.dtype.np, data, ids)
            return np.true_divide(total, self._counts(out, ids))

        return single(run)

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        out, shape = self.result(avals), avals[0].shape

        def pull(i, values, cts):
            ids = values[1]
            return self._rows(np.true_divide(cts[0], self._counts(out, ids)), ids, shape)

        return pull


@form("reverse")
class Reverse(Form):
    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        axes = [axis_from_front(a, len(x.shape)) for a in self.attrs["axis"]]
        if not plain(x) or not x.size or None in axes or len(set(axes)) != len(axes):
            return None
        return avals

    def _turned(self, avals: Avals) -> tuple[slice, ...]:
        rank = len(avals[0].shape)
        axes = {a % rank for a in self.attrs["axis"]}
        return tuple([slice(None, None, -1 if i in axes else None) for i in range(rank)])

    def host(self, avals: Avals) -> Run | None:
        turned = self._turned(avals)
        return lambda values: [values[0][turned]]

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        turned = self._turned(avals)
        return lambda i, values, cts: cts[0][turned]


@form("_roll")
class Roll(Form):
    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        axes = [axis_from_front(a, len(x.shape)) for a in self.attrs["axis"]]
        return avals if axes and None not in axes and plain(x) and x.size else None

    def host(self, avals: Avals) -> Run | None:
        shift, axis = self.attrs["shift"], self.attrs["axis"]
        return single(lambda x: np.roll(x, shift, axis))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        back, axis = tuple([-n for n in self.attrs["shift"]]), self.attrs["axis"]
        return lambda i, values, cts: np.roll(cts[0], back, axis)


@form("_repeat")
class Repeat(Form):
    """Every element so many times."""

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        axis = axis_from_front(self.attrs["axis"], len(x.shape))
        times = self.attrs["repeats"]
        if axis is None or not plain(x) or type(times) is not int or times < 1 or not x.size:
            return None
        return (make_aval((*x.shape[:axis], times * x.shape[axis], *x.shape[axis + 1 :]), x.dtype),)

    def host(self, avals: Avals) -> Run | None:
        axis, times = self.attrs["axis"], self.attrs["repeats"]
        return single(lambda x: np.repeat(x, times, axis))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        (x,), times = avals, self.attrs["repeats"]
        if x.dtype not in WIDE:
            return None
        axis = self.attrs["axis"] % len(x.shape)
        apart = (math.prod(x.shape[: axis + 1]), times, math.prod(x.shape[axis + 1 :]))
        return lambda i, values, cts: np.add.reduce(cts[0].reshape(apart), 1).reshape(x.shape)
