"""Forms of softmax, its logarithm, and the cross entropies with it."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.engine.aval import make_aval
from tfshim._src.engine.forms import Avals, Form, Pull, Run, form
from tfshim._src.engine.host_cost import Cost
from tfshim._src.engine.host_rules_reduce import summed
from tfshim._src.forms.common import WIDE, axis_from_front, single


def _centred(x: Any, axis: int) -> Any:
    return np.subtract(x, np.maximum.reduce(x, axis, keepdims=True))


def _total(x: Any, axis: int) -> Any:
    return summed(x, axis, keepdims=True)


def softmax(x: Any, axis: int) -> Any:
    """e ** x, scaled to a sum of 1."""
    e = np.exp(_centred(x, axis))
    return np.true_divide(e, _total(e, axis))


def log_softmax(x: Any, axis: int) -> Any:
    """The logarithm of that."""
    z = _centred(x, axis)
    return np.subtract(z, np.log(_total(np.exp(z), axis)))


class _AlongAxis(Form):
    weight = 16

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        axis = axis_from_front(self.attrs["axis"], len(x.shape))
        return avals if axis is not None and x.size and x.dtype in WIDE else None


@form("_softmax")
class Softmax(_AlongAxis):
    def host(self, avals: Avals) -> Run | None:
        axis = self.attrs["axis"]
        return single(lambda x: softmax(x, axis))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        axis = self.attrs["axis"]

        def pull(i, values, cts):
            p = softmax(values[0], axis)
            m = np.multiply(cts[0], p)
            return np.subtract(m, np.multiply(_total(m, axis), p))

        return pull


@form("_log_softmax")
class LogSoftmax(_AlongAxis):
    def host(self, avals: Avals) -> Run | None:
        axis = self.attrs["axis"]
        return single(lambda x: log_softmax(x, axis))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        axis = self.attrs["axis"]

        def pull(i, values, cts):
            p = np.exp(log_softmax(values[0], axis))
            return np.subtract(cts[0], np.multiply(p, _total(cts[0], axis)))

        return pull


@form("_softmax_xent")
class CrossEntropy(Form):
    """The cross entropy of two distributions along the last axis."""

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        return Cost(16 * avals[1].size, 8 * avals[1].nbytes)

    def outputs(self, avals: Avals) -> Avals | None:
        labels, logits = avals
        if labels is not logits or not logits.size or not logits.shape or logits.dtype not in WIDE:
            return None
        return (make_aval(logits.shape[:-1], logits.dtype),)

    def host(self, avals: Avals) -> Run | None:
        def run(labels, logits):
            z = _centred(logits, -1)
            cost = np.subtract(np.log(_total(np.exp(z), -1)), z)
            return summed(np.multiply(labels, cost), -1)

        return single(run)

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        def pull(i, values, cts):
            labels, logits = values
            ct = cts[0][..., None]
            if i == 0:
                return np.multiply(log_softmax(logits, -1), np.negative(ct))
            return np.multiply(np.subtract(softmax(logits, -1), labels), ct)

        return pull


def _of_classes(labels, classes: int, value):
    """A value where labels are classes, else NaN of its dtype."""
    there = np.logical_and(labels >= 0, labels < classes)
    return np.where(there, value, value.dtype.type(np.nan))


@form("_sparse_softmax_xent")
class SparseCrossEntropy(Form):
    """The same where each label is the number of a class."""

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        return Cost(16 * avals[1].size, 6 * avals[1].nbytes)

    def outputs(self, avals: Avals) -> Avals | None:
        labels, logits = avals
        if logits.dtype not in WIDE or not logits.size or labels.shape != logits.shape[:-1]:
            return None
        if labels.dtype not in (dtypes.int32, dtypes.int64) or not logits.shape:
            return None
        return (make_aval(labels.shape, logits.dtype),)

    def host(self, avals: Avals) -> Run | None:
        classes = avals[1].shape[-1]

        def run(labels, logits):
            z = _centred(logits, -1)
            total = np.log(summed(np.exp(z), -1))
            at = np.clip(np.where(labels < 0, labels + classes, labels), 0, classes - 1)
            cost = np.subtract(total, np.take_along_axis(z, at[..., None], -1)[..., 0])
            return _of_classes(labels, classes, cost)

        return single(run)

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        labels, logits = avals
        numbers = np.arange(logits.shape[-1], dtype=labels.dtype.np)

        def pull(i, values, cts):
            chosen = values[0][..., None]
            hot = np.equal(chosen, numbers).astype(logits.dtype.np)
            slope = np.subtract(softmax(values[1], -1), hot)
            slope = _of_classes(chosen, numbers.size, slope)
            return np.multiply(slope, cts[0][..., None])

        return pull
