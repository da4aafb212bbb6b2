"""Forms of products summed over named axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tfshim._src.engine.aval import Aval, make_aval
from tfshim._src.engine.forms import Avals, Form, Pull, Run, form, host_aval, primitive
from tfshim._src.engine.host_cost import Cost
from tfshim._src.engine.host_rules import HostAval
from tfshim._src.forms.common import WIDE, single


def _contraction(a: str, b: str, out: str, sizes: dict[str, int], dtype: Any) -> Any:
    """A function for the einsum `a,b->out`, where each label is in two of the three."""
    batch = [x for x in a if x in b and x in out]
    inner = [x for x in a if x in b and x not in out]
    free = [x for x in a if x not in b] + [x for x in b if x not in a]
    made = [*batch, *free]
    numbers = (
        (tuple(map(a.index, inner)), tuple(map(b.index, inner))),
        (tuple(map(a.index, batch)), tuple(map(b.index, batch))),
    )
    inputs = [HostAval(tuple([sizes[x] for x in labels]), dtype) for labels in (a, b)]
    result = HostAval(tuple([sizes[x] for x in made]), dtype)
    multiply: Any = primitive("dot_general", {"dimension_numbers": numbers}, inputs, result)
    order = tuple([made.index(x) for x in out])
    if order == tuple(range(len(order))):
        return multiply
    return lambda x, y: multiply(x, y).transpose(order)


class Contraction(Form):
    """A product of two tensors whose axes have labels; each label is in two of the three."""

    def labels(self, avals: Avals) -> tuple[str, str, str] | None:
        """The labels of both factors and of the result; None if there are none."""
        raise NotImplementedError

    def _sizes(self, avals: Avals) -> tuple[tuple[str, str, str], dict[str, int]] | None:
        found = self.labels(avals)
        if found is None or avals[0].dtype not in WIDE or avals[1].dtype is not avals[0].dtype:
            return None
        sizes: dict[str, int] = {}
        for labels, aval in zip(found, avals):
            if len(labels) != len(aval.shape) or len(set(labels)) != len(labels):
                return None
            for x, n in zip(labels, aval.shape, strict=True):
                if sizes.setdefault(x, n) != n:
                    return None
        a, b, out = found
        if any((x in a) + (x in b) + (x in out) < 2 for x in sizes) or not set(out) <= set(sizes):
            return None
        return found, sizes

    def outputs(self, avals: Avals) -> Avals | None:
        known = self._sizes(avals)
        if known is None:
            return None
        (_, _, out), sizes = known
        return (make_aval(tuple([sizes[x] for x in out]), avals[0].dtype),)

    def _plan(self, avals: Avals) -> tuple[tuple[str, str, str], dict[str, int], np.dtype]:
        known = self._sizes(avals)
        assert known is not None
        return *known, host_aval(avals[0]).dtype

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        _, sizes, _ = self._plan(avals)
        return super().cost(avals, outputs)._replace(products=2 * math.prod(sizes.values()))

    def host(self, avals: Avals) -> Run | None:
        (a, b, out), sizes, dtype = self._plan(avals)
        return single(_contraction(a, b, out, sizes, dtype))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        (a, b, out), sizes, dtype = self._plan(avals)
        first = _contraction(out, b, a, sizes, dtype)
        second = _contraction(out, a, b, sizes, dtype)
        return lambda i, values, cts: second(cts[0], values[0]) if i else first(cts[0], values[1])


@form("_einsum_of_two")
class Einsum(Contraction):
    def labels(self, avals):
        inputs, _, out = self.attrs["equation"].partition("->")
        a, b = inputs.split(",")
        return None if "0" in inputs else (a, b, out)


@form("_tensordot")
class Tensordot(Contraction):
    def labels(self, avals: tuple[Aval, ...]):
        a, b = (len(x.shape) for x in avals)
        pairs = list(zip(self.attrs["a_axes"], self.attrs["b_axes"], strict=True))
        left = [chr(i) for i in range(a)]
        right = [chr(a + i) for i in range(b)]
        for i, j in pairs:
            if not -a <= i < a or not -b <= j < b:
                return None
            right[j] = left[i]
        out = [x for x in left if x not in right] + [x for x in right if x not in left]
        return "".join(left), "".join(right), "".join(out)
