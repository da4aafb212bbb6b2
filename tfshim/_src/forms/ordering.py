"""Forms of sorting, the places of the order, the largest elements, and running products."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.engine.aval import make_aval
from tfshim._src.engine.forms import Avals, Form, Pull, Run, form, host_aval, primitive
from tfshim._src.engine.host_cost import Cost
from tfshim._src.engine.host_rules import HostAval
from tfshim._src.forms.common import WIDE, single

_SORTED = WIDE | {dtypes.int32, dtypes.int64}
#: From here on XLA's bodies of these ops are other ones.
_LARGE = 1 << 14


def _flip(x: Any) -> Any:
    """A key that orders in reverse."""
    return np.negative(x) if x.dtype.kind == "f" else np.invert(x)


def _ascending(x: Any, axis: int) -> Any:
    """The elements in order; 0 and -0, which are equal, as they came."""
    mixed = x.dtype.kind == "f" and np.any(np.signbit(x) & (x == 0))
    return np.sort(x, axis, kind="stable" if mixed else None)


def _places(x: Any, axis: int) -> Any:
    """The int32 places of the elements in order; equal ones as they came, NaN last."""
    if x.dtype.itemsize > 4 or x.size < _LARGE:
        return np.argsort(x, axis, kind="stable").astype(np.int32)
    keys = np.moveaxis(x, axis, -1)
    if x.dtype.kind == "f":  # integers in the order of the floats
        bits = np.where(keys == 0, np.float32(0), keys).view(np.int32)
        ordered = bits ^ ((bits >> 31) & np.int32(0x7FFFFFFF))
        keys = np.where(np.isnan(keys), np.int32(0x7FFFFFFF), ordered)
    wide = keys.astype(np.int64) << 32
    wide |= np.arange(keys.shape[-1])  # so that all keys are different
    wide.sort(-1)
    return np.moveaxis(wide.astype(np.int32), -1, axis)


class _Ordered(Form):
    weight = 8

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        counted = 0 <= self.attrs["axis"] < len(x.shape)  # from the front, as the public ops do
        return avals if counted and x.size and x.dtype in _SORTED else None

    def _key(self, x: Any) -> Any:
        return _flip(x) if self.attrs["descending"] else x


@form("_sort")
class Sort(_Ordered):
    """The elements in order along an axis."""

    def host(self, avals: Avals) -> Run | None:
        axis = self.attrs["axis"]
        if self.attrs["descending"]:
            return single(lambda x: _flip(_ascending(_flip(x), axis)))
        return single(lambda x: _ascending(x, axis))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        axis = self.attrs["axis"]

        def pull(i, values, cts):
            grad = np.empty_like(cts[0])
            np.put_along_axis(grad, _places(self._key(values[0]), axis), cts[0], axis)
            return grad

        return pull


@form("_argsort")
class ArgSort(_Ordered):
    """Where the elements in order stand."""

    weight = 12

    def outputs(self, avals: Avals) -> Avals | None:
        found = super().outputs(avals)
        return None if found is None else (make_aval(found[0].shape, dtypes.int32),)

    def host(self, avals: Avals) -> Run | None:
        axis = self.attrs["axis"]
        return single(lambda x: _places(self._key(x), axis))


@form("_top_k")
class TopK(Form):
    """The largest elements of the last axis, and where they are."""

    connects = True  # only the elements have a gradient, and they are the input's
    single = False
    weight = 16

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        return Cost(self.weight * avals[0].size, 4 * avals[0].nbytes)

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        k = self.attrs["k"]
        if x.dtype not in _SORTED or not 0 < x.size < _LARGE or not x.shape:
            return None
        if not 0 <= k <= x.shape[-1]:
            return None
        shape = (*x.shape[:-1], k)
        return make_aval(shape, x.dtype), make_aval(shape, self.attrs["index_type"])

    def _where(self, avals: Avals) -> Any:
        (x,) = avals
        k = self.attrs["k"]
        shape = (*x.shape[:-1], k)
        params = {"k": k, "axis": len(x.shape) - 1}
        given, kinds = host_aval(x), (x.dtype.np, np.dtype(np.int32))
        outputs = [HostAval(shape, kind) for kind in kinds]
        largest: Any = primitive("top_k", params, [given], *outputs)
        zero = np.zeros((), x.dtype.np)
        return lambda x: largest(np.where(x == 0, zero, x))[1]

    def host(self, avals: Avals) -> Run | None:
        where, kind = self._where(avals), self.attrs["index_type"].np

        def run(values: list) -> list:
            (x,) = values
            at = where(x)
            return [np.take_along_axis(x, at, -1), at.astype(kind)]

        return run

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        where = self._where(avals)

        def pull(i, values, cts):
            grad = np.zeros(values[0].shape, cts[0].dtype)
            np.put_along_axis(grad, where(values[0]), cts[0], -1)
            return grad

        return pull


#: Columns of predictions that are looked at first; of the rows left, four times as many next.
_FIRST_COLUMNS = 16


@form("_in_top_k")
class InTopK(Form):
    """Whether few predictions are higher than a target's. Most rows are settled by their first
    columns, as they have enough higher ones there."""

    def outputs(self, avals: Avals) -> Avals | None:
        targets, predictions = avals
        if len(predictions.shape) != 2 or targets.shape != predictions.shape[:1]:
            return None
        return (make_aval(targets.shape, dtypes.bool),) if predictions.shape[1] else None

    def host(self, avals: Avals) -> Run | None:
        return single(self._found)

    def _found(self, targets: Any, predictions: Any) -> Any:
        classes, k = predictions.shape[1], self.attrs["k"]
        found = (targets >= 0) & (targets < classes)
        left = np.flatnonzero(found)
        score = predictions[left, targets[left]][:, None]
        better = np.zeros(left.size, np.int64)
        start, stop = 0, _FIRST_COLUMNS
        while left.size and start < classes:
            whole = left.size == found.size
            part = predictions[:, start:stop] if whole else predictions[left, start:stop]
            better += np.count_nonzero(part > score, axis=1)
            good = np.isfinite(part).all(axis=1) & (better < k)
            found[left[~good]] = False
            left, score, better = left[good], score[good], better[good]
            start, stop = stop, 4 * stop
        return found
