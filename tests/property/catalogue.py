"""Calls of public ops, drawn: what arguments each family of ops takes.

`CALLS` maps a public name to a strategy of (args, kwargs). Dtypes are drawn from all, also those
that an op refuses: what it then says is part of the comparison.
"""

import numpy as np
from hypothesis import strategies as st

from conformance.cases.arrays import Array, ref
from tests.property.strategies import COMPLEX, FLOATS, INTS, arrays, broadcastable, shapes

_REAL = st.sampled_from(FLOATS + ("float32", "float64") + INTS)
_ANY = st.sampled_from(FLOATS + ("float32", "float64") + COMPLEX + INTS + ("bool",))
_FLOAT = st.sampled_from(("float32", "float64"))

UNARY = """abs acos acosh angle asin asinh atan atanh ceil conj cos cosh digamma erf erfc erfinv exp
expm1 floor imag is_finite is_inf is_nan lgamma log log1p log_sigmoid logical_not negative ndtri
real reciprocal reciprocal_no_nan rint round rsqrt sigmoid sign sin sinh softplus softsign sqrt
square tan tanh""".split()
BINARY = """add atan2 divide divide_no_nan equal floordiv floormod greater greater_equal less
less_equal logical_and logical_or logical_xor maximum minimum multiply multiply_no_nan nextafter
not_equal pow squared_difference subtract truediv xdivy xlog1py xlogy""".split()
REDUCTIONS = """reduce_all reduce_any reduce_euclidean_norm reduce_logsumexp reduce_max reduce_mean
reduce_min reduce_prod reduce_std reduce_sum reduce_variance count_nonzero""".split()
CUMULATIVE = ("cumsum", "cumprod", "cumulative_logsumexp")


@st.composite
def unary(draw):
    dtype = draw(_ANY)
    return (draw(arrays(draw(shapes), dtype, specials=draw(st.booleans()))),), {}


@st.composite
def binary(draw):
    dtype = draw(_ANY)
    specials = draw(st.booleans())
    left, right = draw(broadcastable())
    args = [draw(arrays(shape, dtype, specials=specials)) for shape in (left, right)]
    if draw(st.integers(0, 9)) == 0:
        args[draw(st.integers(0, 1))] = draw(st.sampled_from([0, 1, -2, 2.5, True]))
    return tuple(args), {}


@st.composite
def _axes(draw, rank):
    """None, an axis in range, several, or now and then one that is out of range."""
    if draw(st.integers(0, 19)) == 0:
        return rank + 1
    if rank == 0 or draw(st.booleans()):
        return None
    one = st.integers(-rank, rank - 1)
    if draw(st.booleans()):
        return draw(one)
    several = st.lists(one, max_size=rank, unique_by=lambda a: a % rank)
    return draw(several)


@st.composite
def reduction(draw):
    shape = draw(shapes)
    x = draw(arrays(shape, draw(_ANY), specials=draw(st.integers(0, 3)) == 0))
    return (x,), {"axis": draw(_axes(len(shape))), "keepdims": draw(st.booleans())}


@st.composite
def arg_reduction(draw):
    shape = draw(shapes)
    x = draw(arrays(shape, draw(_REAL), specials=draw(st.booleans())))
    axis = draw(st.integers(-len(shape), max(len(shape) - 1, 0)))
    return (x,), {"axis": axis}


@st.composite
def cumulative(draw):
    shape = draw(shapes.filter(len))
    x = draw(arrays(shape, draw(_REAL)))
    flags = {"exclusive": draw(st.booleans()), "reverse": draw(st.booleans())}
    return (x,), {"axis": draw(st.integers(-len(shape), len(shape) - 1)), **flags}


@st.composite
def transposing(draw):
    shape = draw(shapes)
    perm = draw(st.none() | st.permutations(range(len(shape))))
    return (draw(arrays(shape, draw(_ANY))),), {} if perm is None else {"perm": list(perm)}


@st.composite
def reshaping(draw):
    shape = draw(shapes)
    size = int(np.prod(shape))
    new = draw(st.permutations(shape))
    if draw(st.booleans()):
        new = [-1, *new[1:]] if new and size else [size]
    return (draw(arrays(shape, draw(_ANY))), list(new)), {}


@st.composite
def tiling(draw):
    shape = draw(shapes)
    counts = [draw(st.integers(0, 3)) for _ in shape]
    return (draw(arrays(shape, draw(_ANY))), counts), {}


@st.composite
def reversing(draw):
    shape = draw(shapes)
    axes = draw(_axes(len(shape)))
    return (draw(arrays(shape, draw(_ANY))), axes if isinstance(axes, list) else []), {}


@st.composite
def rolling(draw):
    shape = draw(shapes.filter(len))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    return (draw(arrays(shape, draw(_ANY))), draw(st.integers(-5, 5)), axis), {}


@st.composite
def joining(draw, stacking=False):
    shape = list(draw(shapes if stacking else shapes.filter(len)))
    dtype = draw(_ANY)
    axis = draw(st.integers(-len(shape), len(shape) - 1)) if shape else 0
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        if not stacking:
            shape[axis] = draw(st.integers(0, 3))
        parts.append(draw(arrays(tuple(shape), dtype)))
    return (parts,), {"axis": axis}


@st.composite
def padding(draw):
    shape = draw(shapes)
    widths = [[draw(st.integers(0, 3)), draw(st.integers(0, 3))] for _ in shape]
    mode = draw(st.sampled_from(["CONSTANT", "REFLECT", "SYMMETRIC"]))
    widths = np.array(widths, np.int32).reshape(-1, 2)
    return (draw(arrays(shape, draw(_REAL))), Array(widths, "int32")), {"mode": mode}


def _no_gradient_if_empty(shape):
    """For ops whose gradient fails in TensorFlow where the argument has no elements."""
    return {} if np.prod(shape) else {"grad": ()}


@st.composite
def gathering(draw):
    shape = draw(shapes.filter(len))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    high = shape[axis] - 1 if draw(st.integers(0, 9)) else shape[axis]
    where = draw(shapes) if shape[axis] else (0,)
    ids = draw(arrays(where, draw(st.sampled_from(["int32", "int64"])), 0, max(high, 0)))
    return (draw(arrays(shape, draw(_ANY))), ids), {"axis": axis, **_no_gradient_if_empty(shape)}


@st.composite
def slicing(draw):
    shape = draw(shapes)
    begin = [draw(st.integers(0, n)) for n in shape]
    size = [draw(st.integers(-1, n - b)) for n, b in zip(shape, begin)]
    return (draw(arrays(shape, draw(_ANY))), begin, size), {}


@st.composite
def choosing(draw):
    shapes_ = draw(broadcastable(3))
    dtype = draw(_ANY)
    left, right = (draw(arrays(s, dtype, specials=True)) for s in shapes_[1:])
    return (draw(arrays(shapes_[0], "bool")), left, right), {}


@st.composite
def clipping(draw):
    dtype = draw(_REAL)
    low = draw(st.integers(0, 1))
    return (draw(arrays(draw(shapes), dtype, specials=True)), low, low + 1), {}


@st.composite
def casting(draw):
    target = draw(_ANY)
    return (draw(arrays(draw(shapes), draw(_ANY))), ref(f"tf.{target}")), {}


@st.composite
def multiplying(draw):
    """Batches of matrices, transposed or not."""
    n, k, m = (draw(st.integers(0, 4)) for _ in range(3))
    batches = draw(broadcastable())
    flags = {f"transpose_{side}": draw(st.booleans()) for side in "ab"}
    left = (k, n) if flags["transpose_a"] else (n, k)
    right = (m, k) if flags["transpose_b"] else (k, m)
    dtype = draw(st.sampled_from(("float32", "float64", "complex64", "int32")))
    a, b = (draw(arrays((*z, *s), dtype)) for z, s in zip(batches, (left, right)))
    return (a, b), flags


@st.composite
def segmenting(draw, ordered=True):
    shape = draw(shapes.filter(len))
    ids = draw(arrays(shape[:1], "int32", 0 if ordered else -1, 4))
    x = draw(arrays(shape, draw(_REAL)))
    if ordered:
        return (x, Array(np.sort(ids.value), "int32")), {}
    return (x, ids, draw(st.integers(1, 6))), {}


@st.composite
def along_axis(draw):
    shape = draw(shapes.filter(len))
    x = draw(arrays(shape, draw(_FLOAT), specials=draw(st.integers(0, 3)) == 0))
    return (x,), {"axis": draw(st.integers(-len(shape), len(shape) - 1))}


@st.composite
def sorting(draw):
    (x,), kwargs = draw(along_axis())
    return (x,), {**kwargs, **_no_gradient_if_empty(x.value.shape)}


@st.composite
def activation(draw):
    return (draw(arrays(draw(shapes), draw(_REAL), specials=draw(st.booleans()))),), {}


_SEGMENTS = ("sum", "mean", "max", "min", "prod")
CALLS = {
    **{f"tf.math.{name}": unary() for name in UNARY},
    **{f"tf.math.{name}": binary() for name in BINARY},
    **{f"tf.math.{name}": reduction() for name in REDUCTIONS},
    **{f"tf.math.{name}": cumulative() for name in CUMULATIVE},
    **{f"tf.math.segment_{name}": segmenting() for name in _SEGMENTS},
    **{f"tf.math.unsorted_segment_{name}": segmenting(False) for name in (*_SEGMENTS, "sqrt_n")},
    **{f"tf.nn.{n}": activation() for n in "relu relu6 elu selu gelu silu leaky_relu".split()},
    **{f"tf.nn.{n}": along_axis() for n in ("softmax", "log_softmax")},
    "tf.math.argmax": arg_reduction(),
    "tf.math.argmin": arg_reduction(),
    "tf.math.l2_normalize": along_axis(),
    "tf.cast": casting(),
    "tf.clip_by_value": clipping(),
    "tf.concat": joining(),
    "tf.gather": gathering(),
    "tf.linalg.matmul": multiplying(),
    "tf.pad": padding(),
    "tf.reshape": reshaping(),
    "tf.reverse": reversing(),
    "tf.roll": rolling(),
    "tf.slice": slicing(),
    "tf.sort": sorting(),
    "tf.stack": joining(True),
    "tf.tile": tiling(),
    "tf.transpose": transposing(),
    "tf.where": choosing(),
}
