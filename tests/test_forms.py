"""Each closed form agrees with the trace of its op: the avals, the values, and the pullback's."""

import math

import jax
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import tfshim as tf
from tests.host_support import assert_same, special_values
from tfshim._src import derive, dtypes, forms as _forms, slicing  # noqa: F401
from tfshim._src.engine import flush, kernel as kernels
from tfshim._src.engine.aval import make_aval
from tfshim._src.engine.forms import FORMS
from tfshim._src.engine.host import silently
from tfshim._src.engine.kernel import Kernel
from tfshim._src.forms import elementwise
from tfshim._src.ops import random_kernels
from tfshim._src.registry import OPS
from tfshim._src.tensor import STATE

DTYPES = [
    dtypes.as_dtype(name)
    for name in ("float32", "float64", "float16", "bfloat16", "int32", "int64", "uint8", "bool",
                 "complex64")
]  # fmt: skip
SIZES = st.sampled_from([0, 1, 2, 2, 3, 3, 5])
NUMERIC = st.sampled_from([d for d in DTYPES if d.kind != "b"])
SHAPES = st.lists(SIZES, max_size=4).map(tuple)


def rng():
    return np.random.default_rng(0)


def values_of(avals, random, wild):
    """Arrays of these avals; wild ones have every special value among them."""
    found = []
    for a in avals:
        kind = a.dtype.kind
        if wild and kind != "c":
            x = random.choice(special_values(a.dtype.np), a.shape)
        elif kind == "b":
            x = random.random(a.shape) > 0.5
        elif kind in "iu":
            x = random.integers(0 if kind == "u" else -4, 5, a.shape)
        else:
            x = random.normal(size=a.shape)
            x = x + 1j * random.normal(size=a.shape) if kind == "c" else x
        found.append(np.asarray(x, a.dtype.np).reshape(a.shape))
    return found


def agree(kernel, avals, random, wild=True, orders=2, against=None):
    """The form of `kernel` declines, or says what the trace says; gives whether it spoke."""
    form = kernel.form
    outputs = None if form is None else form.outputs(avals)
    if outputs is None:
        return False
    jaxpr, out = kernel.trace(avals)  # where this raises the form must have declined
    assert form.single == (not isinstance(out, (tuple, list)))
    traced = [out] if form.single else list(out)
    assert [a.shape for a in outputs] == [o.shape for o in traced]
    assert [a.dtype.np for a in outputs] == [np.dtype(o.dtype) for o in traced]
    run = form.host(avals)
    if run is not None:
        values = values_of(avals, random, wild)
        before = [v.copy() for v in values]
        got = silently(run)(values)
        assert all(v.tobytes() == b.tobytes() for v, b in zip(values, before, strict=True))
        reference = jax.jit(kernel.call_flat) if against == "xla" else None
        expected = reference(*values) if reference else kernels._of_jaxpr(jaxpr)(values)
        for x, y in zip(got, expected, strict=True):
            assert_same(x, y, f"{kernel} of {avals}", signs=False, normwise=not wild)
    if orders and kernel.differentiable and kernel.rule is None:
        pull(kernel, avals, outputs, random, wild, orders, against)
    return True


def pull(kernel, avals, outputs, random, wild, orders, against):
    diff = [
        i
        for i, a in enumerate(avals)
        if a.dtype.trainable and (kernel.diff_inputs is None or i in kernel.diff_inputs)
    ]
    which = [i for i, a in enumerate(outputs) if a.dtype.trainable]
    if len(which) > 1:
        which = sorted(random.choice(which, random.integers(1, len(which) + 1), replace=False))
    if not diff or not which:
        return
    if len(diff) > 1 and random.random() < 0.5:
        diff = [int(random.choice(diff))]
    summed = len(diff) > 1 and len({avals[i] for i in diff}) == 1 and random.random() < 0.3
    found = derive.pullback(kernel, tuple(diff), tuple(map(int, which)), len(avals), summed)
    agree(found, avals + tuple(outputs[w] for w in which), random, wild, orders - 1, against)


# -- element by element ----------------------------------------------------------------------------

ATTRS = {
    "_cast": [("float64",), ("int32",), ("bool",), ("bfloat16",)],
    "_saturate_cast": [("uint8",), ("float16",)],
    "_leaky_relu": [(0.2,)],
    "_pow_whole": [(2,), (3,), (-1,), (0,)],
    "_gelu": [(True,), (False,)],
    "_bias_add": [(False,)],
    "_clip_by_value": [()],
    "_sum_all": [()],
}


def attributes(op):
    """Values of the attributes of an op, as the test's table or its defaults have them."""
    return ATTRS.get(op.name) or [
        tuple(p.default for p in op.parameters if p.name in op.attributes)
    ]


def kinds(op, draw):
    """A dtype per input that the op allows."""
    found = [None] * len(op.inputs)
    for group, members in op.groups:
        allowed = [d for d in DTYPES if group.allowed is None or d in group.allowed]
        one = group.dtype or draw(st.sampled_from(allowed))
        for i in members:
            found[i] = one
    return found


def related(draw, count):
    """Shapes that mostly broadcast."""
    full = draw(SHAPES)
    shapes = []
    for _ in range(count):
        part = full[draw(st.integers(0, len(full))) if draw(st.booleans()) else 0 :]
        shapes.append(tuple(n if draw(st.integers(0, 4)) else 1 for n in part))
    if draw(st.integers(0, 9)) == 0:
        shapes[-1] = draw(SHAPES)
    return shapes


ELEMENTWISE = sorted(
    {*elementwise.NAMES, "_clip_by_value", "_bias_add", "_sum_all", "_add_n", "_dropped"}
)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_element_by_element(name):
    op, spoke = OPS[name], []

    @settings(max_examples=10, deadline=None, database=None, derandomize=True)
    @given(st.data())
    def agrees(data):
        shapes, found = related(data.draw, len(op.inputs)), kinds(op, data.draw)
        if name == "_bias_add":
            shapes[1] = shapes[0][-1:] or (2,)
        if op.lists:
            shapes, found = shapes * 3, found * 3
        avals = tuple(make_aval(s, d) for s, d in zip(shapes, found, strict=True))
        attrs = data.draw(st.sampled_from(attributes(op)))
        kernel = op.bind(*attrs, layout=(3,) if op.lists else None)
        random = np.random.default_rng(data.draw(st.integers(0, 9)))
        spoke.append(agree(kernel, avals, random, wild=data.draw(st.booleans())))

    agrees()
    assert any(spoke), "the form always declined"


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_element_by_element_equals_compiled(name):
    op = OPS[name]
    found = [None] * len(op.inputs)
    for group, members in op.groups:
        for i in members:
            found[i] = group.dtype or next(
                d for d in DTYPES if group.allowed is None or d in group.allowed
            )
    if name == "_bias_add":
        shapes = [(2, 3), (3,)]
    elif op.lists:
        found, shapes = found * 2, [(2, 3)] * 2
    else:
        shapes = [(2, 3), (3,), (2, 1), (2, 3), (3,), ()][: len(found)]
    avals = tuple(make_aval(s, d) for s, d in zip(shapes, found, strict=True))
    kernel = op.bind(*attributes(op)[0], layout=(2,) if op.lists else None)
    assert agree(kernel, avals, rng(), wild=False, orders=1, against="xla")


# -- the others ------------------------------------------------------------------------------------


def axis_in(draw, rank, spare=0):
    """An axis, sometimes a wrong one."""
    return draw(st.integers(-rank - (draw(st.integers(0, 9)) == 0), max(rank - 1 + spare, 0)))


def axes_in(draw, rank):
    chosen = draw(st.lists(st.integers(-rank, max(rank - 1, 0)), max_size=3))
    return draw(st.sampled_from([None, tuple(chosen), chosen[0] if chosen else None]))


def reduction(draw):
    x = draw(SHAPES)
    return (axes_in(draw, len(x)), draw(st.booleans())), [x], [draw(NUMERIC)]


def real_reduction(draw):
    attrs, shapes, _ = reduction(draw)
    return attrs, shapes, [draw(FLOATS)]


def logic(draw):
    attrs, shapes, _ = reduction(draw)
    return attrs, shapes, [dtypes.bool]


def argument(draw):
    x = draw(SHAPES)
    kind = draw(st.sampled_from(["int32", "int64"]))
    return (axis_in(draw, len(x)), kind), [x], [draw(NUMERIC.filter(lambda d: d.kind != "c"))]


def reshape(draw):
    x = draw(SHAPES)
    shape = draw(st.permutations(x))
    if shape and draw(st.booleans()):
        shape = [-1, *shape[1:]]
    if draw(st.integers(0, 4)) == 0:
        shape = list(draw(SHAPES))
    return (tuple(shape),), [x], [draw(st.sampled_from(DTYPES))]


def expand(draw):
    x = draw(SHAPES)
    return (axis_in(draw, len(x) + 1),), [x], [draw(NUMERIC)]


def squeeze(draw):
    x = draw(st.lists(st.sampled_from([1, 1, 2]), max_size=4).map(tuple))
    axes = draw(st.lists(st.integers(-len(x), max(len(x) - 1, 0)), max_size=2).map(tuple))
    return (axes,), [x], [draw(NUMERIC)]


def transpose(draw):
    x = draw(SHAPES)
    perm = draw(st.permutations(range(len(x))).map(tuple))
    if perm and draw(st.integers(0, 9)) == 0:
        perm = (*perm[:-1], 0)
    return (draw(st.sampled_from([None, perm])), draw(st.booleans())), [x], [draw(NUMERIC)]


def broadcast(draw):
    target, x = related(draw, 2)
    return (target,), [x], [draw(NUMERIC)]


def tile(draw):
    x = draw(SHAPES)
    times = draw(st.lists(st.integers(0, 3), min_size=len(x), max_size=len(x)).map(tuple))
    return (times,), [x], [draw(NUMERIC)]


def gather(draw):
    x, i = draw(SHAPES), draw(st.lists(SIZES, max_size=2).map(tuple))
    return (axis_in(draw, len(x)), 0), [x, i], [draw(NUMERIC), draw(st.sampled_from(INDEX))]


INDEX = [dtypes.int32, dtypes.int64]


def fill(draw):
    return (draw(SHAPES),), [()], [draw(NUMERIC)]


def full(draw):
    value = draw(st.sampled_from([0, 1]))
    return (draw(SHAPES), value, draw(st.sampled_from(["float32", "bool", "int64"]))), [], []


def concat(draw):
    x = draw(SHAPES)
    axis = axis_in(draw, len(x))
    shapes = []
    for _ in range(draw(st.integers(1, 3))):
        other = list(x)
        if other:
            other[draw(st.sampled_from([axis] * 9 + [0])) % len(x)] = draw(SIZES)
        shapes.append(tuple(other))
    return (axis,), shapes, [draw(NUMERIC)] * len(shapes)


def rows(draw):
    _, shapes, kinds = concat(draw)
    return (), shapes, kinds


def pack(draw):
    x = draw(SHAPES)
    axis = draw(st.integers(-len(x) - 1, len(x)))
    shapes = [x] * draw(st.integers(1, 3))
    return (axis,), shapes, [draw(NUMERIC)] * len(shapes)


def unpack(draw):
    x = draw(SHAPES.filter(len))
    axis = draw(st.integers(0, len(x) - 1))
    return (x[axis], axis), [x], [draw(NUMERIC)]


def split(draw):
    x = draw(SHAPES.filter(len))
    return (draw(st.integers(1, 3)), axis_in(draw, len(x))), [x], [draw(NUMERIC)]


def split_sizes(draw):
    x = draw(SHAPES.filter(len))
    axis = draw(st.integers(-len(x), len(x) - 1))
    first = draw(st.integers(0, x[axis]))
    rest = draw(st.sampled_from([x[axis] - first, -1]))
    return ((first, rest), axis), [x], [draw(NUMERIC)]


def matrices(draw, batch=((), ())):
    m, k, n = draw(SIZES), draw(SIZES), draw(SIZES)
    turn_a, turn_b = draw(st.booleans()), draw(st.booleans())
    other = draw(st.sampled_from([k] * 9 + [7]))
    a, b = (k, m) if turn_a else (m, k), (n, other) if turn_b else (other, n)
    kind = draw(NUMERIC.filter(lambda d: d.kind != "u"))
    return (turn_a, turn_b), [(*batch[0], *a), (*batch[1], *b)], [kind] * 2


def batches(draw):
    return matrices(draw, related(draw, 2))


def along(draw):
    x = draw(SHAPES)
    return (axis_in(draw, len(x)),), [x], [draw(FLOATS)]


FLOATS = st.sampled_from([d for d in DTYPES if d.kind == "f"])


def padding(draw):
    x = draw(SHAPES)
    pairs = tuple((draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in x)
    return (pairs,), [x], [draw(NUMERIC)]


def padding_with(draw):
    attrs, shapes, kinds = padding(draw)
    return attrs, [*shapes, ()], kinds * 2


def one_hot(draw):
    x, kind = draw(SHAPES), draw(NUMERIC)
    axis = draw(st.integers(-1, len(x)))
    return (draw(st.integers(0, 4)), axis), [x, (), ()], [draw(st.sampled_from(INDEX)), kind, kind]


def banded(draw):
    return (draw(st.integers(-1, 3)), draw(st.integers(-1, 3))), [draw(SHAPES)], [draw(NUMERIC)]


def scattered(draw):
    shape, count = draw(SHAPES.filter(len)), draw(SIZES)
    kind = draw(st.sampled_from([dtypes.float32, dtypes.float64, dtypes.int32]))
    return (shape,), [(count, *shape[1:]), (count,)], [kind, draw(st.sampled_from(INDEX))]


def normed(draw):
    x = draw(SHAPES)
    order = draw(st.sampled_from(["euclidean", "fro", 2, 1]))
    axes = draw(st.lists(st.integers(-len(x), max(len(x) - 1, 0)), max_size=2).map(tuple))
    return (
        (order, draw(st.sampled_from([None, axes or None])), draw(st.booleans())),
        [x],
        [draw(FLOATS)],
    )


def unit(draw):
    x, kind = draw(SHAPES), draw(FLOATS)
    return (axes_in(draw, len(x)),), [x, ()], [kind] * 2


def anything(draw):
    return (), [draw(SHAPES)], [draw(FLOATS)]


def several(draw):
    kind = draw(FLOATS)
    shapes = [draw(SHAPES) for _ in range(draw(st.integers(1, 3)))]
    return (), shapes, [kind] * len(shapes)


def summed(draw):
    sizes = {x: draw(SIZES) for x in "abcd"}
    left = draw(st.permutations("abc").map("".join))[: draw(st.integers(0, 3))]
    right = draw(st.permutations("bcd").map("".join))[: draw(st.integers(0, 3))]
    must = {x for x in left + right if (x in left) != (x in right)}
    out = [x for x in dict.fromkeys(left + right) if x in must or draw(st.booleans())]
    if out and draw(st.integers(0, 9)) == 0:
        out = out[1:]
    out = draw(st.permutations(out))
    shapes = [tuple(sizes[x] for x in labels) for labels in (left, right)]
    kind = draw(FLOATS.filter(lambda d: d.name != "float16"))
    return (f"{left},{right}->{''.join(out)}",), shapes, [kind] * 2


def dotted(draw):
    a, b = draw(SHAPES), draw(SHAPES)
    count = draw(st.integers(0, min(len(a), len(b))))
    axes = [tuple(draw(st.permutations(range(len(x))))[:count]) for x in (a, b)]
    wide = list(b)
    for i, j in zip(*axes):
        wide[j] = a[i]
    kind = draw(FLOATS.filter(lambda d: d.name != "float16"))
    return tuple(axes), [a, tuple(wide)], [kind] * 2


def taken(draw):
    (axis, _), shapes, kinds = gather(draw)
    return (axis,), shapes, kinds


def gathered_back(draw):
    (axis, batch), (x, i), (_, index) = gather(draw)
    at = axis % len(x) if x else 0
    kind = draw(FLOATS)
    return (axis, batch), [x, i, (*x[:at], *i, *x[at + 1 :])], [kind, index, kind]


def vectors(draw, least=0):
    """A shape, that of index vectors into it, and that of what stands there."""
    x = draw(SHAPES)
    depth = draw(st.integers(0, len(x)))
    lead = draw(st.lists(SIZES, min_size=least, max_size=2).map(tuple))
    return x, (*lead, depth), (*lead, *x[depth:])


def gathered_nd(draw):
    x, i, _ = vectors(draw)
    return (0, False), [x, i], [draw(NUMERIC), draw(st.sampled_from(INDEX))]


def gathered_nd_back(draw):
    kind = draw(st.sampled_from([dtypes.float32, dtypes.float64]))
    return (0, False), list(vectors(draw)), [kind, draw(st.sampled_from(INDEX)), kind]


def stitched(draw):
    x = draw(SHAPES.filter(len))
    return (), [x, x[:1], (draw(SIZES),)], [draw(NUMERIC), dtypes.int32, dtypes.int32]


def scattered_nd(draw):
    x, i, parts = vectors(draw, 1)
    kind = draw(st.sampled_from([dtypes.float32, dtypes.float64, dtypes.int32]))
    return (x,), [i, parts], [draw(st.sampled_from(INDEX)), kind]


def scattered_into(draw):
    kind = draw(st.sampled_from([dtypes.float32, dtypes.float64, dtypes.int32]))
    return (), list(vectors(draw, 1)), [kind, draw(st.sampled_from(INDEX)), kind]


def segments(draw):
    ids = draw(st.lists(SIZES, min_size=1, max_size=2).map(tuple))
    rest = draw(st.lists(SIZES, max_size=2).map(tuple))
    kind = draw(st.sampled_from([dtypes.float32, dtypes.float64, dtypes.int32]))
    return (draw(st.integers(0, 4)),), [(*ids, *rest), ids], [kind, draw(st.sampled_from(INDEX))]


def reversing(draw):
    x = draw(SHAPES)
    axes = draw(st.lists(st.integers(-len(x), max(len(x) - 1, 0)), max_size=2).map(tuple))
    return (axes,), [x], [draw(NUMERIC)]


def rolled(draw):
    (axes,), shapes, kinds = reversing(draw)
    return (tuple(draw(st.integers(-6, 6)) for _ in axes), axes), shapes, kinds


def repeated(draw):
    x = draw(SHAPES)
    return (draw(st.integers(0, 3)), axis_in(draw, len(x))), [x], [draw(NUMERIC)]


def ranging(draw):
    return (draw(SIZES),), [(), ()], [draw(NUMERIC)] * 2


def spaced(draw):
    return (draw(st.integers(1, 5)), 0), [(), ()], [draw(FLOATS)] * 2


def identity(draw):
    batch = draw(st.lists(SIZES, max_size=2).map(tuple))
    kind = draw(st.sampled_from(["float32", "int32", "bool"]))
    return (draw(SIZES), draw(SIZES), batch, np.dtype(kind)), [], []


def masked(draw):
    kind = draw(st.sampled_from(["float32", "int32", "bool", "float16"]))
    return (draw(SIZES), np.dtype(kind)), [draw(SHAPES)], [draw(st.sampled_from(INDEX))]


def column(draw):
    return (), [(*draw(SHAPES), draw(st.sampled_from([1, 1, 2])))], [draw(NUMERIC)]


def diagonal(draw):
    k, kind = draw(st.sampled_from([0, (0,), (0, 0), (0, 1)])), draw(NUMERIC)
    return (k, -1, -1, "RIGHT_LEFT"), [draw(SHAPES), ()], [kind] * 2


def diagonal_part(draw):
    (k, _, _, align), shapes, kinds = diagonal(draw)
    return (k, align), shapes, kinds


def running(draw):
    x = draw(SHAPES)
    attrs = (axis_in(draw, len(x)), draw(st.integers(0, 4)) == 0, draw(st.booleans()))
    return attrs, [x], [draw(NUMERIC)]


def ordered(draw):
    x = draw(SHAPES)
    kinds = [draw(NUMERIC.filter(lambda d: d.kind != "c"))]
    return (axis_in(draw, len(x)), draw(st.booleans())), [x], kinds


def top_k(draw):
    x = draw(SHAPES.filter(len))
    kind = draw(st.sampled_from([dtypes.int16, dtypes.int32, dtypes.int64]))
    k = draw(st.integers(0, x[-1] + (draw(st.integers(0, 9)) == 0)))
    return (k, kind), [x], [draw(NUMERIC.filter(lambda d: d.kind != "c"))]


def in_top_k(draw):
    rows, classes = draw(SIZES), draw(st.sampled_from([0, 1, 3, 40]))
    target = draw(st.sampled_from([dtypes.int32, dtypes.int64]))
    shapes = [(rows,), (rows, classes)]
    return (draw(st.integers(-1, 4)),), shapes, [target, dtypes.float32]


def squares(draw, sides=0):
    """Square matrices, and right-hand sides for them; sometimes of other shapes."""
    n, batch = draw(SIZES), draw(st.lists(SIZES, max_size=2).map(tuple))
    shapes = [(*batch, n, n)] + [(*batch, n, draw(SIZES))] * sides
    if draw(st.integers(0, 9)) == 0:
        shapes[-1] = (*batch, n, n + 1) if not sides else (n, 2)
    return shapes, [draw(FLOATS)] * len(shapes)


def square(draw):
    return (), *squares(draw)


def inverted(draw):
    return (draw(st.booleans()),), *squares(draw)


def solved(draw):
    return (draw(st.booleans()),), *squares(draw, 1)


def triangle(draw):
    return (draw(st.booleans()), draw(st.booleans())), *squares(draw, 1)


def xent(draw):
    x = draw(SHAPES.filter(len))
    return (), [x, x], [draw(FLOATS)] * 2


def sparse_xent(draw):
    x = draw(SHAPES.filter(len))
    return (), [x[:-1], x], [draw(st.sampled_from(INDEX)), draw(FLOATS)]


CASES = {
    **dict.fromkeys(("reduce_sum", "reduce_prod", "reduce_max", "reduce_min"), reduction),
    "reduce_mean": reduction,
    **dict.fromkeys(("reduce_all", "reduce_any"), logic),
    **dict.fromkeys(("_argmax", "_argmin"), argument),
    "reshape": reshape,
    "expand_dims": expand,
    "squeeze": squeeze,
    "_transpose": transpose,
    "broadcast_to": broadcast,
    "tile": tile,
    "_gather": gather,
    "_fill": fill,
    "_full": full,
    "_concat": concat,
    "_concat_rows": rows,
    "_pack": pack,
    "_unpack": unpack,
    "_split": split,
    "_split_sizes": split_sizes,
    "_mat_mul": matrices,
    "_batch_mat_mul": batches,
    **dict.fromkeys(("_softmax", "_log_softmax"), along),
    "_softmax_xent": xent,
    "_moments": reduction,
    "_pad_zeros": padding,
    "_pad": padding_with,
    "_one_hot": one_hot,
    "_matrix_band_part": banded,
    "_scatter_rows": scattered,
    **dict.fromkeys(("cumsum", "cumprod"), running),
    **dict.fromkeys(("_sort", "_argsort"), ordered),
    "_top_k": top_k,
    "_in_top_k": in_top_k,
    **dict.fromkeys(("_cholesky", "_det"), square),
    "_inv": inverted,
    "_solve": solved,
    "_triangular_solve": triangle,
    "_sparse_softmax_xent": sparse_xent,
    **dict.fromkeys(("_variance", "_standard_deviation", "reduce_logsumexp"), real_reduction),
    "reduce_euclidean_norm": real_reduction,
    "_matrix_or_vector_norm": normed,
    "_l2_normalize": unit,
    "l2_loss": anything,
    "_global_norm": several,
    "_einsum_of_two": summed,
    "_tensordot": dotted,
    "take": taken,
    "_gather_pullback": gathered_back,
    "_gather_nd": gathered_nd,
    "_gather_nd_pullback": gathered_nd_back,
    "_scatter_nd": scattered_nd,
    "_stitch": stitched,
    **dict.fromkeys(("_scatter_add", "_scatter_update"), scattered_into),
    **dict.fromkeys(("_segment_sum", "_unsorted_sum", "_segment_mean"), segments),
    "reverse": reversing,
    "_roll": rolled,
    "_repeat": repeated,
    "_range": ranging,
    "_linspace": spaced,
    "_eye": identity,
    "_sequence_mask": masked,
    "_drop_column": column,
    "_trace": anything,
    "_matrix_diag": diagonal,
    "_matrix_diag_part": diagonal_part,
}
#: Sums in another order differ by more than a rounding where the terms are of wild sizes.
TAME = frozenset({"_mat_mul", "_batch_mat_mul", "reduce_prod", "_einsum_of_two", "_tensordot"})
#: Index vectors were checked before the op runs: what the largest integers mean says nothing.
TAME |= {"_gather_nd", "_gather_nd_pullback", "_stitch"}
#: LAPACK says of infinities and NaN what it likes.
TAME |= {"_cholesky", "_det", "_inv", "_solve", "_triangular_solve"}


@pytest.mark.parametrize("name", sorted(CASES))
def test_others(name):
    op, spoke = OPS[name], []

    @settings(max_examples=40, deadline=None, database=None, derandomize=True)
    @given(st.data())
    def agrees(data):
        attrs, shapes, kinds = CASES[name](data.draw)
        layout = (len(shapes),) if op.lists else None
        avals = tuple(make_aval(s, d) for s, d in zip(shapes, kinds, strict=True))
        kernel = op.bind(*attrs, layout=layout)
        random = np.random.default_rng(data.draw(st.integers(0, 9)))
        wild = name not in TAME and data.draw(st.booleans())
        spoke.append(agree(kernel, avals, random, wild))

    agrees()
    assert sum(spoke) > len(spoke) // 8, "the form mostly declined"


COMPILED = {
    "reduce_sum": ((1, True), [(2, 3)]),
    "reduce_prod": ((1, True), [(2, 3)]),
    "reduce_max": ((1, False), [(2, 3)]),
    "reduce_min": ((None, False), [(2, 3)]),
    "reduce_mean": ((0, False), [(2, 3)]),
    "_mat_mul": ((True, True), [(3, 2), (4, 3)]),
    "_batch_mat_mul": ((False, True), [(5, 1, 2, 3), (2, 4, 3)]),
    "_softmax": ((-1,), [(2, 3)]),
    "_log_softmax": ((0,), [(2, 3)]),
    "_softmax_xent": ((), [(2, 3), (2, 3)]),
    "_concat": ((1,), [(2, 3), (2, 1)]),
    "_unpack": ((3, 1), [(2, 3)]),
    "_transpose": (((1, 0), False), [(2, 3)]),
    "tile": (((2, 1),), [(2, 3)]),
    "cumprod": ((1, False, True), [(2, 3)]),
    "_sort": ((0, True), [(3, 2)]),
    "_top_k": ((2, dtypes.int64), [(2, 3)]),
    "_inv": ((True,), [(2, 3, 3)]),
    "_det": ((), [(2, 3, 3)]),
    "_solve": ((False,), [(2, 3, 3), (2, 3, 1)]),
    "_triangular_solve": ((True, True), [(3, 3), (3, 2)]),
}


@pytest.mark.parametrize("name", sorted(COMPILED))
def test_others_equal_compiled(name):
    op = OPS[name]
    attrs, shapes = COMPILED[name]
    avals = tuple(make_aval(s, dtypes.float32) for s in shapes)
    kernel = op.bind(*attrs, layout=(len(shapes),) if op.lists else None)
    assert agree(kernel, avals, rng(), wild=False, orders=1, against="xla")


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_slices(data):
    x = tf.zeros(data.draw(SHAPES), data.draw(NUMERIC))
    bound = st.one_of(st.none(), st.integers(-4, 4))
    step = st.sampled_from([None, None, 1, 2, -1, -3])
    spec = []
    for n in x.shape:
        whole = st.builds(slice, bound, bound, step)
        spec.append(data.draw(st.one_of(whole, st.integers(-n, n - 1)) if n else whole))
    planned = slicing.plan(tuple(spec), x.aval.shape)
    kernel = slicing._kernel("take", planned)
    starts = [np.asarray(s, np.int32) for s in planned.starts]
    scalar = make_aval((), dtypes.int32)
    avals = (x.aval, *[scalar] * len(starts))
    random = np.random.default_rng(0)
    form = kernel.form
    (out,) = form.outputs(avals)
    _, traced = kernel.trace(avals)
    assert out.shape == traced.shape
    values = [*values_of([x.aval], random, True), *starts]
    (got,) = silently(form.host(avals))(values)
    assert_same(got, values[0][tuple(spec)].astype(x.aval.dtype.np), str(spec))
    if x.aval.dtype.trainable:
        found = derive.pullback(kernel, (0,), (0,), len(avals))
        given_ = [*values, *values_of([out], random, True)]
        wide = (*avals, out)
        (mine,) = silently(found.form.host(wide))(given_)
        (theirs,) = kernels._of_jaxpr(found.trace(wide)[0])(given_)
        assert_same(mine, theirs, str(spec), signs=False)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: tf.random.uniform([2, 3], dtype=tf.float16),
        lambda: tf.random.uniform([4], 1, 9, tf.int64),
        lambda: tf.random.normal([0, 3]),
        lambda: tf.random.truncated_normal([5], dtype=tf.float64),
        lambda: tf.random.stateless_uniform([3], (1, 2), None, None, tf.uint32),
        lambda: tf.random.stateless_uniform([3], (1, 2), 0, 5, tf.int32),
        lambda: tf.random.stateless_normal([2, 2], (1, 2), dtype=tf.bfloat16),
        lambda: tf.random.shuffle(tf.range(6)),
        lambda: tf.random.experimental.stateless_shuffle(tf.zeros([3, 2]), (1, 2)),
        lambda: tf.random.Generator.from_seed(1).normal([3]),
    ],
)
def test_draws_are_of_the_shape_that_their_trace_has(draw, monkeypatch):
    spoke = []

    class Kept(random_kernels.Draw):
        def _infer(self, avals):
            found = None if self.form is None else self.form.outputs(avals)
            if found is not None:
                spoke.append(self.name)
                _, out = self.trace(avals)
                assert [(a.shape, a.dtype.np) for a in found] == [(out.shape, out.dtype)]
            return super()._infer(avals)

    random_kernels.drawing.cache_clear()
    monkeypatch.setattr(random_kernels, "Draw", Kept)
    value = draw()
    assert value.numpy().shape == tuple(value.shape) and value.numpy().dtype == value.dtype
    random_kernels.drawing.cache_clear()
    assert spoke


def test_every_form_is_tested():
    assert set(FORMS) == {*ELEMENTWISE, *CASES}
    assert set(FORMS) <= set(OPS)


# -- what forms are for ----------------------------------------------------------------------------


def test_shapes_that_never_come_back_cost_no_trace():
    w, b = tf.Variable(tf.ones([3, 4])), tf.Variable(tf.zeros([4]))

    def step(n):
        x = tf.constant(np.ones((n, 3), np.float32))
        with tf.GradientTape() as tape:
            h = tf.nn.relu(tf.matmul(x, w) + b)
            h = tf.concat([h, tf.nn.softmax(h[:, :2])], axis=1)
            loss = tf.reduce_mean(tf.square(h - tf.reduce_mean(h, axis=0)))
        for v, g in zip((w, b), tape.gradient(loss, (w, b)), strict=True):
            v.assign_sub(0.1 * g)
        return float(loss)

    step(2), step(3)
    tf.debug.reset_stats()
    for n in range(4, 12):
        step(n)
    counts = tf.debug.stats()
    assert counts["kernel_traces"] == counts["kernel_compiles"] == counts["program_compiles"] == 0
    assert counts["xla_nodes"] == 0


def test_a_wrong_call_still_raises_the_ops_error():
    with pytest.raises(tf.errors.InvalidArgumentError, match="Incompatible shapes"):
        tf.ones([2, 5]) + tf.ones([3])
    with pytest.raises(tf.errors.InvalidArgumentError, match="Matrix size-incompatible"):
        tf.matmul(tf.ones([2, 5]), tf.ones([3, 7]))


def test_large_work_goes_to_xla():
    kernel = OPS["_mat_mul"].bind(False, False)
    small, large = (make_aval((n, n), dtypes.float32) for n in (8, 4096))
    assert kernel.spec((small, small)).host is not None
    assert kernel.spec((large, large)).host is None


def test_large_arrays_need_no_compile_where_numpy_is_quick():
    x = tf.constant(np.ones((2048, 2048), np.float32))
    flush.flush(STATE.pending)  # what other tests left
    tf.debug.reset_stats()
    for _ in range(3):
        assert (x + x).numpy()[-1, -1] == 2.0
        assert tf.reduce_sum(x, axis=1).numpy()[0] == 2048.0
    counts = tf.debug.stats()
    assert counts["host_nodes"] == 6
    assert counts["kernel_compiles"] == counts["program_compiles"] == 0


def test_a_host_array_is_moved_to_xla_once_it_comes_again():
    x = tf.constant(np.ones((2048, 2048), np.float32))
    flush.flush(STATE.pending)  # what other tests left
    tf.debug.reset_stats()
    for _ in range(4):
        tf.math.erf(x).numpy()
    counts = tf.debug.stats()
    assert counts["host_nodes"] == 0 and counts["xla_nodes"] + counts["compiled_runs"] == 4
    assert counts["to_device"] == 3  # two handed over as they are, the third kept there


@pytest.mark.parametrize("shape", [(300_000, 2), (64, 500, 3), (2, 300_000)])
def test_many_numbers_are_added_without_loss(shape):
    x = np.full(shape, 0.1, np.float32)
    axes = (0,) if shape[0] > 2 else (1,)
    x = x if shape[0] > 2 else np.asfortranarray(x)
    count = math.prod([shape[a] for a in axes])
    for found, expected in (
        (tf.reduce_sum(x, axes), np.float32(0.1) * count),
        (tf.reduce_mean(x, axes), np.float32(0.1)),
        (tf.math.reduce_euclidean_norm(x, axes), np.float32(0.1) * math.sqrt(count)),
        (tf.nn.moments(x, axes)[0], np.float32(0.1)),
    ):
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


def test_a_kernel_without_a_form_is_traced():
    kernel = Kernel("Cumulate", lambda x: jax.numpy.cumsum(x))
    assert kernel.form is None
    assert kernel.spec((make_aval((3,), dtypes.float32),)).host is not None
