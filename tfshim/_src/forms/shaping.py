"""Forms of ops that move elements: other shapes, other orders, slices, rows by index."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.engine.aval import Aval, make_aval
from tfshim._src.engine.forms import Avals, Form, Pull, Run, form, summer, unbroadcast
from tfshim._src.errors import OpError
from tfshim._src.forms.common import axis_from_front, plain, single, spread
from tfshim._src.ops.shaping import target_shape


class Reshaping(Form):
    """The same elements in the same order."""

    def shape(self, shape: tuple[int, ...]) -> tuple[int, ...] | None:
        """The new shape; None if there is none."""
        raise NotImplementedError

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        shape = self.shape(x.shape) if plain(x) else None
        return None if shape is None else (make_aval(shape, x.dtype),)

    def host(self, avals: Avals) -> Run | None:
        shape = self.shape(avals[0].shape)
        return lambda values: [values[0].reshape(shape)]

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        shape = avals[0].shape
        return lambda i, values, cts: cts[0].reshape(shape)


@form("reshape")
class Reshape(Reshaping):
    def shape(self, shape):
        try:
            return target_shape(shape, self.attrs["shape"])
        except OpError:
            return None


@form("expand_dims")
class ExpandDims(Reshaping):
    def shape(self, shape):
        axis = axis_from_front(self.attrs["axis"], len(shape) + 1)
        return None if axis is None else (*shape[:axis], 1, *shape[axis:])


@form("squeeze")
class Squeeze(Reshaping):
    def shape(self, shape):
        rank, axes = len(shape), self.attrs["axis"]
        if not axes:
            return tuple([n for n in shape if n != 1])
        if any(not -rank <= a < rank or shape[a] != 1 for a in axes):
            return None
        axes = {a % rank for a in axes}
        return tuple([n for i, n in enumerate(shape) if i not in axes])


@form("_transpose")
class Transpose(Form):
    def _order(self, x: Aval) -> tuple[int, ...] | None:
        rank, perm = len(x.shape), self.attrs["perm"]
        if perm is None:
            return tuple(range(rank))[::-1]
        axes = tuple([axis_from_front(p, rank) for p in perm])
        return axes if set(axes) == set(range(rank)) and len(axes) == rank else None  # pyright: ignore[reportReturnType]

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        order = self._order(x)
        if order is None or not plain(x) or (x.dtype.kind == "c" and self.attrs["conjugate"]):
            return None
        return (make_aval(tuple([x.shape[a] for a in order]), x.dtype),)

    def host(self, avals: Avals) -> Run | None:
        order = self._order(avals[0])
        return lambda values: [values[0].transpose(order)]

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        order = self._order(avals[0])
        assert order is not None
        back = tuple([order.index(i) for i in range(len(order))])
        return lambda i, values, cts: cts[0].transpose(back)


@form("broadcast_to")
class BroadcastTo(Form):
    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        shape = self.attrs["shape"]
        if not plain(x) or len(x.shape) > len(shape) or min(shape, default=0) < 0:
            return None
        pairs = zip(x.shape[::-1], shape[::-1], strict=False)
        return (make_aval(shape, x.dtype),) if all(m in (1, n) for m, n in pairs) else None

    def host(self, avals: Avals) -> Run | None:
        out = make_aval(self.attrs["shape"], avals[0].dtype)
        return lambda values: [spread(values[0], out)]

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        (x,) = avals
        fold = unbroadcast(make_aval(self.attrs["shape"], x.dtype), x.shape)
        return lambda i, values, cts: cts[0] if fold is None else fold(cts[0])


@form("tile")
class Tile(Form):
    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        times = self.attrs["multiples"]
        if not plain(x) or len(times) != len(x.shape) or min(times, default=0) < 0:
            return None
        return (make_aval(tuple([n * m for n, m in zip(x.shape, times)]), x.dtype),)

    def host(self, avals: Avals) -> Run | None:
        times = self.attrs["multiples"]
        return lambda values: [np.tile(values[0], times)]

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        (x,) = avals
        pairs = list(zip(self.attrs["multiples"], x.shape, strict=True))
        apart = tuple([n for pair in pairs for n in pair])
        axes = tuple(range(0, len(apart), 2))
        fold = summer(make_aval(apart, x.dtype), axes, x.shape)
        return lambda i, values, cts: fold(cts[0].reshape(apart))


@form("_gather")
class Gather(Form):
    """Rows by index; the indices were checked when the op was called."""

    def outputs(self, avals: Avals) -> Avals | None:
        params, indices = avals
        axis = axis_from_front(self.attrs["axis"], len(params.shape))
        if axis is None or self.attrs["batch_dims"] or not plain(params, indices):
            return None
        shape = params.shape
        if not shape[axis]:
            return None
        return (make_aval((*shape[:axis], *indices.shape, *shape[axis + 1 :]), params.dtype),)

    def host(self, avals: Avals) -> Run | None:
        axis = self.attrs["axis"]
        return single(lambda params, indices: params.take(indices, axis, mode="clip"))


class Window(Form):
    """The form of `x[...]`: a window at starts that are inputs, thinned, in another shape.

    Args:
      windows: per axis whether it is whole, the size, and the stride (as in `slicing.Plan`).
      shape: of the result.
    """

    def __init__(self, kernel: Any, windows: tuple, shape: tuple[int, ...]):
        super().__init__(kernel)
        self.windows, self.shape = windows, shape

    def outputs(self, avals: Avals) -> Avals | None:
        return (make_aval(self.shape, avals[0].dtype),) if plain(avals[0]) else None

    def _finder(self, have: tuple[int, ...]) -> Any:
        """A function from the starts to the slices of the window."""
        parts = []
        for n, (whole, size, stride) in zip(have, self.windows, strict=True):
            span = (size - 1) * abs(stride) + 1 if size else 0
            parts.append((whole, n, n - span, span, abs(stride), stride < 0))

        def find(starts: Any) -> tuple[slice, ...]:
            rest = iter(starts)
            found = []
            for whole, n, most, span, step, flip in parts:
                low = 0
                if not whole:
                    low = int(next(rest))
                    low = min(max(low + n if low < 0 else low, 0), most)
                high = low + span
                if not span:
                    found.append(slice(0, 0))
                elif flip:
                    found.append(slice(high - 1, low - 1 if low else None, -step))
                else:
                    found.append(slice(low, high, step))
            return tuple(found)

        return find

    def host(self, avals: Avals) -> Run | None:
        find, shape = self._finder(avals[0].shape), self.shape
        return lambda values: [values[0][find(values[1:])].reshape(shape)]

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        have, dtype = avals[0].shape, avals[0].dtype.np
        find, sizes = self._finder(have), tuple([size for _, size, _ in self.windows])

        def pull(i, values, cts):
            whole = np.zeros(have, dtype)
            whole[find(values[1:])] = cts[0].reshape(sizes)
            return whole

        return pull


class Filled(Form):
    """The form of a kernel without inputs, whose result is one number everywhere."""

    def __init__(self, kernel: Any, aval: Aval):
        super().__init__(kernel)
        self.aval = aval

    def outputs(self, avals: Avals) -> Avals | None:
        return (self.aval,) if plain(self.aval) else None

    def host(self, avals: Avals) -> Run | None:
        shape, value, dtype = self.aval.shape, self.attrs["value"], self.aval.dtype.np
        return lambda values: [np.full(shape, value, dtype)]


@form("_full")
class Full(Form):
    def outputs(self, avals: Avals) -> Avals | None:
        shape, dtype = self.attrs["shape"], self.attrs["dtype"]
        if min(shape, default=0) < 0 or np.dtype(dtype).kind not in "fciub":
            return None
        return (make_aval(shape, dtypes.from_np(np.dtype(dtype))),)

    def host(self, avals: Avals) -> Run | None:
        shape, value, dtype = self.attrs["shape"], self.attrs["value"], self.attrs["dtype"]
        return lambda values: [np.full(shape, value, dtype)]


@form("_fill")
class Fill(Form):
    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        dims = self.attrs["dims"]
        if x.shape or not plain(x) or min(dims, default=0) < 0:
            return None
        return (make_aval(dims, x.dtype),)

    def host(self, avals: Avals) -> Run | None:
        out = make_aval(self.attrs["dims"], avals[0].dtype)
        return lambda values: [spread(values[0], out)]
