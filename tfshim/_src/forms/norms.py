"""Forms of what is put together from sums along axes: norms, variances, log-sum-exp."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tfshim._src.engine.aval import make_aval
from tfshim._src.engine.forms import Avals, Form, Pull, Run, form
from tfshim._src.engine.host_cost import Cost
from tfshim._src.engine.host_rules_reduce import summed
from tfshim._src.forms.common import WIDE, axes_from_front, kept_shape, left_shape, single


class AlongAxes(Form):
    """A number for what stands along some axes of the first input."""

    def _axes(self, avals: Avals) -> tuple[int, ...] | None:
        return axes_from_front(self.attrs["axis"], len(avals[0].shape))

    def _fits(self, avals: Avals) -> bool:
        return True

    def outputs(self, avals: Avals) -> Avals | None:
        x, axes = avals[0], self._axes(avals)
        if not axes or not x.size or x.dtype not in WIDE or not self._fits(avals):
            return None
        left = kept_shape if self.attrs["keepdims"] else left_shape
        return (make_aval(left(x.shape, axes), x.dtype),)

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        x = avals[0]
        return Cost(self.weight * x.size, 4 * x.nbytes)

    def host(self, avals: Avals) -> Run | None:
        axes, shape = self._axes(avals), self.result(avals).shape
        return single(lambda x: self.reduce(x, axes).reshape(shape))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        axes = self._axes(avals)
        assert axes is not None
        kept = kept_shape(avals[0].shape, axes)
        return lambda i, values, cts: self.grad(values[0], cts[0].reshape(kept), axes)

    def reduce(self, x: Any, axes: Any) -> Any:
        """The result, with reduced axes of size 1."""
        raise NotImplementedError

    def grad(self, x: Any, ct: Any, axes: Any) -> Any:
        """The gradient for a cotangent with reduced axes of size 1."""
        raise NotImplementedError


def _total(x: Any, axes: Any) -> Any:
    return summed(x, axes, keepdims=True)


def _norm(x: Any, axes: Any) -> Any:
    return np.sqrt(_total(np.multiply(x, x), axes))


def _twice(x: Any) -> Any:
    return np.add(x, x)


def _root_rate(ct: Any, root: Any) -> Any:
    """The cotangent of what a square root was taken of: 0 for a cotangent of 0."""
    rate = np.multiply(ct, np.true_divide(root.dtype.type(0.5), root))
    return np.where(ct == 0, root.dtype.type(0), rate)


@form("reduce_euclidean_norm")
class EuclideanNorm(AlongAxes):
    def reduce(self, x, axes):
        return _norm(x, axes)

    def grad(self, x, ct, axes):
        return np.multiply(np.true_divide(x, _norm(x, axes)), ct)


@form("_matrix_or_vector_norm")
class Norm(EuclideanNorm):
    """The root of the sum of squares; other orders have no form."""

    def _fits(self, avals: Avals) -> bool:
        order, axis = self.attrs["order"], self.attrs["axis"]
        if isinstance(order, str):
            return order in ("fro", "euclidean")
        return order == 2 and (axis is None or len(axis) == 1)

    def grad(self, x, ct, axes):
        return _twice(np.multiply(x, _root_rate(ct, _norm(x, axes))))


@form("_variance")
class Variance(AlongAxes):
    """The mean squared distance from the mean."""

    def _mean(self, x: Any, axes: Any) -> Any:
        return np.true_divide(_total(x, axes), self._count(x, axes))

    def _count(self, x: Any, axes: Any) -> Any:
        return x.dtype.type(math.prod([x.shape[a] for a in axes]))

    def reduce(self, x, axes):
        away = np.subtract(x, self._mean(x, axes))
        return self._mean(np.multiply(away, away), axes)

    def grad(self, x, ct, axes):
        count = self._count(x, axes)
        rate = _twice(np.multiply(np.subtract(x, self._mean(x, axes)), np.true_divide(ct, count)))
        return np.subtract(rate, np.true_divide(_total(rate, axes), count))


@form("_standard_deviation")
class StandardDeviation(Variance):
    def reduce(self, x, axes):
        return np.sqrt(super().reduce(x, axes))

    def grad(self, x, ct, axes):
        return super().grad(x, _root_rate(ct, self.reduce(x, axes)), axes)


@form("reduce_logsumexp")
class LogSumExp(AlongAxes):
    """log(sum(exp(x))) relative to the largest element."""

    weight = 16

    def _parts(self, x: Any, axes: Any) -> tuple[Any, Any, Any]:
        top = np.maximum.reduce(x, axes, keepdims=True)
        top = np.where(np.isfinite(top), top, x.dtype.type(0))
        e = np.exp(np.subtract(x, top))
        return top, e, _total(e, axes)

    def reduce(self, x, axes):
        top, _, total = self._parts(x, axes)
        return np.add(np.log(total), top)

    def grad(self, x, ct, axes):
        _, e, total = self._parts(x, axes)
        return np.multiply(np.true_divide(ct, total), e)


@form("l2_loss")
class HalfSquares(Form):
    """Half the sum of the squares of all elements."""

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        return (make_aval((), x.dtype),) if x.dtype in WIDE else None

    def host(self, avals: Avals) -> Run | None:
        half = avals[0].dtype.np.type(2)
        return single(lambda x: np.true_divide(summed(np.multiply(x, x), None), half))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        return lambda i, values, cts: np.multiply(values[0], cts[0])


@form("_global_norm")
class GlobalNorm(Form):
    """The root of the sum of the squares of all elements of all tensors."""

    def outputs(self, avals: Avals) -> Avals | None:
        first = avals[0].dtype
        if first not in WIDE or any(a.dtype is not first for a in avals):
            return None
        return (make_aval((), first),)

    def _norm(self, values: Any) -> Any:
        two = values[0].dtype.type(2)
        halves = [np.true_divide(summed(np.multiply(t, t), None), two) for t in values]
        total = halves[0]
        for half in halves[1:]:
            total = np.add(total, half)
        return np.sqrt(np.multiply(total, two))

    def host(self, avals: Avals) -> Run | None:
        return lambda values: [self._norm(values)]

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        return lambda i, values, cts: _twice(
            np.multiply(values[i], _root_rate(cts[0], self._norm(values)))
        )


@form("_l2_normalize")
class UnitLength(Form):
    """x / sqrt(max(sum(x ** 2), epsilon))."""

    def _axes(self, avals: Avals) -> tuple[int, ...] | None:
        return axes_from_front(self.attrs["axis"], len(avals[0].shape))

    def outputs(self, avals: Avals) -> Avals | None:
        x, epsilon = avals
        if not self._axes(avals) or epsilon.shape or epsilon.dtype is not x.dtype:
            return None
        return (x,) if x.dtype in WIDE else None

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        return Cost(2 * avals[0].size, 4 * avals[0].nbytes)

    def _inverse(self, x: Any, epsilon: Any, axes: Any) -> tuple[Any, Any]:
        squares = _total(np.multiply(x, x), axes)
        return squares, np.true_divide(x.dtype.type(1), np.sqrt(np.maximum(squares, epsilon)))

    def host(self, avals: Avals) -> Run | None:
        axes = self._axes(avals)
        return single(lambda x, epsilon: np.multiply(x, self._inverse(x, epsilon, axes)[1]))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        axes = self._axes(avals)

        def pull(i, values, cts):
            x, epsilon = values
            (ct,) = cts
            squares, inverse = self._inverse(x, epsilon, axes)
            zero = x.dtype.type(0)
            rate = np.multiply(x.dtype.type(-0.5), inverse * inverse * inverse)
            rate = np.multiply(rate, _total(np.multiply(x, ct), axes))
            mine = np.greater_equal(squares, epsilon)
            if i == 1:
                return summed(np.where(mine, zero, rate), None)
            return np.add(np.multiply(ct, inverse), _twice(x * np.where(mine, rate, zero)))

        return pull
