"""Forms of sums, means, extremes, and where the extremes are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.engine.aval import make_aval
from tfshim._src.engine.forms import Avals, Form, Pull, Run, form, host_aval, primitive
from tfshim._src.engine.host_cost import Cost
from tfshim._src.engine.host_rules import HostAval
from tfshim._src.engine.host_rules_reduce import summed
from tfshim._src.forms.common import (
    WIDE,
    axes_from_front,
    axis_from_front,
    kept_shape,
    left_shape,
    plain,
    single,
    spread,
)

#: From here on it matters how NumPy looks for an extreme element.
_LARGE = 1 << 14
#: It is searched for by its value where no more than one of so many elements has an extreme value.
_FEW = 16

_PRIMITIVES = {
    "reduce_sum": "reduce_sum",
    "reduce_prod": "reduce_prod",
    "reduce_max": "reduce_max",
    "reduce_min": "reduce_min",
    "reduce_all": "reduce_and",
    "reduce_any": "reduce_or",
}


@form(*_PRIMITIVES)
class Reduction(Form):
    """One of JAX's reductions along axes."""

    def __init__(self, kernel: Any):
        super().__init__(kernel)
        self.name = kernel.op.name

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        axes = axes_from_front(self.attrs["axis"], len(x.shape))
        if axes is None or not plain(x):
            return None
        if x.dtype.kind in "cb" and not (x.dtype.kind == "b" and self.name[7:] in ("all", "any")):
            return None
        left = kept_shape if self.attrs["keepdims"] else left_shape
        return (make_aval(left(x.shape, axes), x.dtype),)

    def host(self, avals: Avals) -> Run | None:
        reduce, shape = self._reduce(avals), self.result(avals).shape
        return None if reduce is None else single(lambda x: reduce(x).reshape(shape))

    def _reduce(self, avals: Avals) -> Any:
        (x,) = avals
        axes = axes_from_front(self.attrs["axis"], len(x.shape))
        assert axes is not None
        have = host_aval(x)
        left = HostAval(left_shape(x.shape, axes), have.dtype)
        return primitive(_PRIMITIVES[self.name], {"axes": axes}, [have], left)

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        (x,) = avals
        axes = axes_from_front(self.attrs["axis"], len(x.shape))
        assert axes is not None
        kept = kept_shape(x.shape, axes)
        if self.name == "reduce_sum":
            return lambda i, values, cts: spread(cts[0].reshape(kept), x)
        if self.name not in ("reduce_max", "reduce_min") or x.dtype not in WIDE:
            return None
        reduce = self._reduce(avals)

        def shared(i, values, cts):
            (v,) = values
            chosen = np.equal(v, reduce(v).reshape(kept)).astype(v.dtype)
            count = summed(chosen, axes, keepdims=True)
            share = np.where(count == 0, v.dtype.type(np.nan), chosen / count)
            return np.multiply(share, cts[0].reshape(kept))

        return shared


@form("reduce_mean")
class Mean(Form):
    """A sum divided by a count, in float32 for narrower floats."""

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        axes = axes_from_front(self.attrs["axis"], len(x.shape))
        if axes is None or x.dtype.kind != "f" or x.nbytes < 2 * x.size:
            return None
        left = kept_shape if self.attrs["keepdims"] else left_shape
        return (make_aval(left(x.shape, axes), x.dtype),)

    def _plan(self, avals: Avals):
        (x,) = avals
        axes = axes_from_front(self.attrs["axis"], len(x.shape))
        assert axes is not None
        wide = np.dtype(np.float32) if x.dtype.np.itemsize == 2 else x.dtype.np
        return x, axes, wide, wide.type(math.prod([x.shape[a] for a in axes]))

    def host(self, avals: Avals) -> Run | None:
        x, axes, wide, count = self._plan(avals)
        keep, dtype = self.attrs["keepdims"], x.dtype.np

        def mean(v):
            total = summed(v, axes, wide, keepdims=keep)
            return np.true_divide(total, count).astype(dtype, copy=False)

        return single(mean)

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        x, axes, wide, count = self._plan(avals)
        kept, dtype = kept_shape(x.shape, axes), x.dtype.np

        def pull(i, values, cts):
            share = np.true_divide(cts[0].reshape(kept).astype(wide, copy=False), count)
            return spread(share.astype(dtype, copy=False), x)

        return pull


@form("_argmax", "_argmin")
class ArgExtreme(Form):
    """Where the largest or smallest element is; NaN never is."""

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        return super().cost(avals, outputs) + Cost(4 * avals[0].size, 2 * avals[0].nbytes)

    def _dtype(self) -> np.dtype:
        return np.dtype(self.attrs["output_type"])

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        axis = axis_from_front(self.attrs["axis"], len(x.shape))
        if axis is None or not x.size or x.dtype not in WIDE | {dtypes.int32, dtypes.int64}:
            return None
        return (make_aval(left_shape(x.shape, (axis,)), dtypes.from_np(self._dtype())),)

    def host(self, avals: Avals) -> Run | None:
        (x,) = avals
        axis, dtype = self.attrs["axis"] % len(x.shape), self._dtype()
        largest = self.kernel.op.name == "_argmax"
        direct = axis == len(x.shape) - 1 or x.size < _LARGE

        def places(v: Any) -> Any:
            if direct:
                found = _find(v, axis, largest)
                best = np.take_along_axis(v, np.expand_dims(found, axis), axis)
            else:
                best = (np.max if largest else np.min)(v, axis, keepdims=True)
                found = _first_equal(v, best, axis, largest)
            if v.dtype.kind == "f" and np.isnan(best).any():
                never = v.dtype.type(-np.inf if largest else np.inf)
                return places(np.where(np.isnan(v), never, v))
            return found

        return single(lambda v: places(v).astype(dtype))


class _Lent:
    """What NumPy takes for an array that can be written to, of one that cannot."""

    def __init__(self, x: Any):
        self.kept = x
        self.__array_interface__ = {
            **x.__array_interface__,
            "data": (x.__array_interface__["data"][0], False),
        }


def _find(x: Any, axis: int, largest: bool) -> Any:
    """NumPy's argmax or argmin, which copies what cannot be written to: most of its time."""
    if not x.flags.writeable and x.size >= _LARGE:
        x = np.asarray(_Lent(x))
    return np.argmax(x, axis) if largest else np.argmin(x, axis)


def _first_equal(x: Any, best: Any, axis: int, largest: bool) -> Any:
    """Where the extremes, known already, stand first: along other axes than the last one NumPy's
    argmax takes fifty times as long as its max."""
    equal = x == best
    if np.count_nonzero(equal) > x.size // _FEW:
        return _find(x, axis, largest)
    n, inner = x.shape[axis], math.prod(x.shape[axis + 1 :])
    outer, rest = np.divmod(np.flatnonzero(equal)[::-1], n * inner)
    place, lane = np.divmod(rest, inner)
    found = np.empty(best.shape, np.int64).reshape(-1)
    found[outer * inner + lane] = place  # of several the last one stays, the first in x
    return found.reshape(left_shape(x.shape, (axis,)))


@form("_moments")
class Moments(Form):
    """The mean, and the mean of the squared distances from it."""

    single = False
    connects = True

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        return super().cost(avals, outputs) + Cost(0, 5 * avals[0].nbytes)

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        axes = axes_from_front(self.attrs["axes"], len(x.shape))
        if not axes or x.dtype not in WIDE:
            return None
        left = kept_shape if self.attrs["keepdims"] else left_shape
        return (make_aval(left(x.shape, axes), x.dtype),) * 2

    def _plan(self, avals: Avals):
        (x,) = avals
        axes = axes_from_front(self.attrs["axes"], len(x.shape))
        assert axes is not None
        count = x.dtype.np.type(math.prod([x.shape[a] for a in axes]))  # pyright: ignore[reportOptionalMemberAccess]

        def mean(v):
            return np.true_divide(summed(v, axes, keepdims=True), count)

        return axes, count, mean

    def host(self, avals: Avals) -> Run | None:
        _, _, mean = self._plan(avals)
        shape = self.result(avals).shape

        def run(values):
            (x,) = values
            centre = mean(x)
            return [centre.reshape(shape), mean(np.square(x - centre)).reshape(shape)]

        return run

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        axes, count, mean = self._plan(avals)
        (x,) = avals
        kept = kept_shape(x.shape, axes)

        def pull(i, values, cts):
            (v,) = values
            # A cotangent of zero counts: it makes NaN of a distance that is not finite.
            shares = [np.zeros(kept, v.dtype)] * 2
            for w, ct in zip(which, cts, strict=True):
                shares[w] = np.true_divide(ct.reshape(kept), count)
            return np.add(np.multiply(2 * (v - mean(v)), shares[1]), shares[0])

        return pull


@form("cumsum")
class RunningSum(Form):
    """The sum of all elements up to each one."""

    weight = 16

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        axis = axis_from_front(self.attrs["axis"], len(x.shape))
        known = x.dtype in WIDE | {dtypes.int32, dtypes.int64}
        return avals if axis is not None and known and not self.attrs["exclusive"] else None

    def host(self, avals: Avals) -> Run | None:
        return single(self._sums(avals, self.attrs["reverse"]))

    def _sums(self, avals: Avals, reverse: bool) -> Any:
        (x,) = avals
        axis = self.attrs["axis"] % len(x.shape)
        params = {"axis": axis, "reverse": reverse}
        return primitive("cumsum", params, [host_aval(x)], host_aval(x))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        back = self._sums(avals, not self.attrs["reverse"])
        return lambda i, values, cts: back(cts[0])


@form("cumprod")
class RunningProduct(RunningSum):
    """The product of all elements up to each one; an element that is 0 has no gradient."""

    def host(self, avals: Avals) -> Run | None:
        return single(self._products(avals))

    def _products(self, avals: Avals) -> Any:
        (x,) = avals
        params = {"axis": self.attrs["axis"] % len(x.shape), "reverse": self.attrs["reverse"]}
        return primitive("cumprod", params, [host_aval(x)], host_aval(x))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        products, back = self._products(avals), self._sums(avals, not self.attrs["reverse"])
        zero = np.zeros((), avals[0].dtype.np)

        def pull(i, values, cts):
            (x,) = values
            sums = back(np.multiply(cts[0], products(x)))
            return np.where(x == 0, zero, np.true_divide(sums, x))

        return pull
