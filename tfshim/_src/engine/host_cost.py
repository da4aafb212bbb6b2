"""A rough count of the work in a jaxpr, from its avals alone."""

import math
from typing import NamedTuple


class Cost(NamedTuple):
    """Floating-point operations and bytes read and written, both rough."""

    flops: int
    nbytes: int


# Trips assumed of a while loop, whose length no aval tells.
_WHILE_TRIPS = 32
_WEIGHTS = {
    **dict.fromkeys(("exp", "exp2", "log", "log1p", "expm1", "tanh", "logistic", "pow"), 8),
    **dict.fromkeys(("sin", "cos", "tan", "sqrt", "rsqrt", "div", "atan2", "cbrt"), 4),
    **dict.fromkeys(("erf", "erfc", "erf_inv", "lgamma", "digamma", "igamma", "igammac"), 32),
    **dict.fromkeys(("sort", "top_k"), 16),
}
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
    flops = nbytes = 0
    for eqn in getattr(closed_jaxpr, "jaxpr", closed_jaxpr).eqns:
        name, params = eqn.primitive.name, eqn.params
        nested = [cost_hint(inner) for inner in _nested(params)]
        if nested and not name.startswith(("scatter", "reduce", "custom_linear")):
            if name == "cond":
                flops += max(cost.flops for cost in nested)
                nbytes += max(cost.nbytes for cost in nested)
                continue
            trips = {"scan": params.get("length", 1), "while": _WHILE_TRIPS}.get(name, 1)
            flops += trips * sum(cost.flops for cost in nested)
            nbytes += trips * sum(cost.nbytes for cost in nested)
            continue
        largest = max(map(_size, [*eqn.invars, *eqn.outvars]), default=0)
        nbytes += sum(map(_nbytes, [*eqn.invars, *eqn.outvars]))
        flops += _flops(name, eqn, largest)
    return Cost(flops, nbytes)


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
