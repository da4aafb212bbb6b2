"""A rough count of the work in a jaxpr, from its avals alone, and of NumPy's time for it."""

from __future__ import annotations

import math
import operator
from typing import Any, NamedTuple

#: What NumPy does in a microsecond: element by element, within BLAS, and reading and writing.
_FLOPS, _PRODUCTS, _BYTES = 3_000, 100_000, 10_000


class Cost(NamedTuple):
    """Floating-point operations, bytes read and written, and what BLAS does, all rough."""

    flops: int
    nbytes: int
    products: int = 0

    @property
    def us(self) -> int:
        """The microseconds that NumPy is expected to take."""
        return self.flops // _FLOPS + self.products // _PRODUCTS + self.nbytes // _BYTES

    def __add__(self, other: Any) -> Cost:
        return Cost(*map(operator.add, self, other))

    def __rmul__(self, times: Any) -> Cost:
        return Cost(*[times * n for n in self])


# Trips assumed of a while loop, whose length no aval tells.
_WHILE_TRIPS = 32
_WEIGHTS = {
    **dict.fromkeys(("exp", "exp2", "log", "log1p", "expm1", "tanh", "logistic", "pow"), 8),
    **dict.fromkeys(("sin", "cos", "tan", "sqrt", "rsqrt", "div", "atan2", "cbrt"), 4),
    **dict.fromkeys(("erf", "erfc", "erf_inv", "lgamma", "digamma", "igamma", "igammac"), 32),
    **dict.fromkeys(("sort", "top_k", "select_n", "cumsum", "cumprod", "cummax", "cummin"), 16),
    **dict.fromkeys(("scatter-add", "scatter-mul", "scatter-max", "scatter-min"), 32),
}
#: What BLAS and LAPACK do, and how many of its operations take the time of one in a product.
_IN_BLAS = {"dot_general": 1, "conv_general_dilated": 4, "triangular_solve": 4, "cholesky": 4}
_IN_BLAS |= {"lu": 8, "qr": 8, "geqrf": 8, "eigh": 16, "svd": 16}
_MOVES = frozenset(
    ("reshape", "squeeze", "expand_dims", "broadcast_in_dim", "transpose", "slice", "copy")
)


def _size(atom) -> int:
    return math.prod(getattr(atom.aval, "shape", ()))


def _nbytes(atom) -> int:
    dtype = getattr(atom.aval, "dtype", None)
    return _size(atom) * getattr(dtype, "itemsize", 8)


def cost_hint(closed_jaxpr) -> Cost:
    """Rough flops and bytes of running a jaxpr once; loops count every trip, cond its worst branch.

    A while loop, whose length is not known beforehand, counts for 32 trips.
    """
    total = Cost(0, 0)
    for eqn in getattr(closed_jaxpr, "jaxpr", closed_jaxpr).eqns:
        name, params = eqn.primitive.name, eqn.params
        nested = [cost_hint(inner) for inner in _nested(params)]
        if nested and not name.startswith(("scatter", "reduce", "custom_linear")):
            if name == "cond":
                total += Cost(*map(max, *nested)) if len(nested) > 1 else nested[0]
                continue
            trips = {"scan": params.get("length", 1), "while": _WHILE_TRIPS}.get(name, 1)
            for cost in nested:
                total += trips * cost
            continue
        largest = max(map(_size, [*eqn.invars, *eqn.outvars]), default=0)
        nbytes = sum(map(_nbytes, [*eqn.invars, *eqn.outvars]))
        flops = _flops(name, eqn, largest)
        slower = _IN_BLAS.get(name)
        total += Cost(flops, nbytes) if slower is None else Cost(0, nbytes, slower * flops)
    return total


def _nested(params):
    for key, value in params.items():
        if key in ("jvp_jaxpr_fun", "update_jaxpr"):
            continue
        for item in value if isinstance(value, (tuple, list)) else (value,):
            if hasattr(item, "eqns") or hasattr(item, "jaxpr"):
                yield item


def _flops(name: str, eqn, largest: int) -> int:
    if name == "dot_general":
        (axes, _), _ = eqn.params["dimension_numbers"]
        shape = eqn.invars[0].aval.shape
        return 2 * _size(eqn.outvars[0]) * math.prod(shape[axis] for axis in axes)
    if name == "conv_general_dilated":
        kernel = eqn.invars[1].aval.shape
        out_features = kernel[eqn.params["dimension_numbers"].rhs_spec[0]]
        return 2 * _size(eqn.outvars[0]) * _size(eqn.invars[1]) // max(1, out_features)
    if name.startswith("reduce_window") or name == "select_and_scatter_add":
        return largest * math.prod(eqn.params["window_dimensions"])
    if name in ("cholesky", "triangular_solve", "lu", "qr", "geqrf", "eigh", "svd"):
        side = eqn.invars[0].aval.shape[-1]
        return largest * side * (10 if name in ("eigh", "svd") else 1)
    return 0 if name in _MOVES else largest * _WEIGHTS.get(name, 1)
