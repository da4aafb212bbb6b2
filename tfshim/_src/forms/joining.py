"""Forms of concat, stack, unstack and split."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src.engine.aval import make_aval
from tfshim._src.engine.forms import Avals, Form, Pull, Run, form
from tfshim._src.forms.common import axis_from_front, left_shape, plain


def _along(axis: int, part: Any) -> tuple:
    """The index of a part along an axis."""
    return (slice(None),) * axis + (part,)


@form("_concat", "_concat_rows")
class Concat(Form):
    def _axis(self, avals: Avals) -> int | None:
        return axis_from_front(self.attrs.get("axis", 0), len(avals[0].shape))

    def outputs(self, avals: Avals) -> Avals | None:
        axis, first = self._axis(avals), avals[0]
        if axis is None or not plain(first):
            return None
        total, rest = 0, left_shape(first.shape, (axis,))
        for a in avals:
            if len(a.shape) != len(first.shape) or left_shape(a.shape, (axis,)) != rest:
                return None
            if a.dtype is not first.dtype:
                return None
            total += a.shape[axis]
        return (make_aval((*first.shape[:axis], total, *first.shape[axis + 1 :]), first.dtype),)

    def host(self, avals: Avals) -> Run | None:
        axis = self._axis(avals)
        return lambda values: [np.concatenate(values, axis)]

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        axis = self._axis(avals)
        assert axis is not None
        parts, start = [], 0
        for a in avals:
            parts.append(_along(axis, slice(start, start + a.shape[axis])))
            start += a.shape[axis]
        return lambda i, values, cts: cts[0][parts[i]]


@form("_pack")
class Pack(Form):
    def outputs(self, avals: Avals) -> Avals | None:
        first = avals[0]
        axis = axis_from_front(self.attrs["axis"], len(first.shape) + 1)
        if axis is None or not plain(first) or any(a is not first for a in avals):
            return None
        shape = (*first.shape[:axis], len(avals), *first.shape[axis:])
        return (make_aval(shape, first.dtype),)

    def host(self, avals: Avals) -> Run | None:
        axis = self.attrs["axis"]
        return lambda values: [np.stack(values, axis)]

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        axis = axis_from_front(self.attrs["axis"], len(avals[0].shape) + 1)
        assert axis is not None
        # A slice and a reshape, not an index, which would give a scalar of a vector.
        shape = avals[0].shape
        return lambda i, values, cts: cts[0][_along(axis, slice(i, i + 1))].reshape(shape)


class Parts(Form):
    """Slices along an axis, as several results."""

    single = False
    connects = True

    def parts(self, avals: Avals) -> tuple[int, list[int]] | None:
        """The axis and the sizes of the parts."""
        raise NotImplementedError

    def shape(self, shape: tuple[int, ...], axis: int, size: int) -> tuple[int, ...]:
        """The shape of a part."""
        return (*shape[:axis], size, *shape[axis + 1 :])

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        found = self.parts(avals) if plain(x) else None
        if found is None:
            return None
        axis, sizes = found
        return tuple([make_aval(self.shape(x.shape, axis, n), x.dtype) for n in sizes])

    def _indices(self, avals: Avals) -> tuple[list[tuple], list[tuple[int, ...]]]:
        found = self.parts(avals)
        assert found is not None
        axis, sizes = found
        indices, start = [], 0
        for n in sizes:
            indices.append(_along(axis, slice(start, start + n)))
            start += n
        return indices, [self.shape(avals[0].shape, axis, n) for n in sizes]

    def host(self, avals: Avals) -> Run | None:
        pairs = list(zip(*self._indices(avals), strict=True))
        return lambda values: [values[0][at].reshape(shape) for at, shape in pairs]

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        (x,) = avals
        indices, _ = self._indices(avals)
        targets = [indices[w] for w in which]

        def pull(i, values, cts):
            whole = np.zeros(x.shape, x.dtype.np)
            for at, ct in zip(targets, cts, strict=True):
                part = whole[at]
                part[...] = ct.reshape(part.shape)
            return whole

        return pull


@form("_unpack")
class Unpack(Parts):
    def parts(self, avals):
        (x,) = avals
        axis = axis_from_front(self.attrs["axis"], len(x.shape))
        if axis is None or x.shape[axis] != self.attrs["num"]:
            return None
        return axis, [1] * x.shape[axis]

    def shape(self, shape, axis, size):
        return left_shape(shape, (axis,))


@form("_split")
class Split(Parts):
    def parts(self, avals):
        (x,) = avals
        axis, number = axis_from_front(self.attrs["axis"], len(x.shape)), self.attrs["num"]
        if axis is None or number <= 0 or x.shape[axis] % number:
            return None
        return axis, [x.shape[axis] // number] * number


@form("_split_sizes")
class SplitSizes(Parts):
    def parts(self, avals):
        (x,) = avals
        axis, sizes = axis_from_front(self.attrs["axis"], len(x.shape)), self.attrs["sizes"]
        if axis is None or min(sizes, default=-1) < 0 or sum(sizes) != x.shape[axis]:
            return None
        return axis, list(sizes)
