"""Sums and the like: along axes, cumulative, by segments; sorting and searching."""

from __future__ import annotations

import numpy as np

from conformance.cases.arrays import Array, ref
from conformance.cases.row import Row, row
from conformance.fuzz.draws import ALL, FLOATS, INTS, NUMBERS, REAL, Draw

REDUCTIONS = """reduce_euclidean_norm reduce_logsumexp reduce_max reduce_mean reduce_min
reduce_prod reduce_std reduce_sum reduce_variance count_nonzero zero_fraction""".split()
SEGMENTS = ("sum", "mean", "max", "min", "prod")


def reduction(d: Draw, op: str) -> Row:
    shape = d.shape(high=5)
    dtype = d.pick(ALL) if d.chance(0.5) else d.pick(FLOATS)
    x = d.operand(d.array(shape, dtype))
    if op.endswith("zero_fraction"):
        return row(op, x)
    axis = d.axes(len(shape))
    if isinstance(axis, list) and d.chance(0.2):
        axis = np.array(axis, np.int32)
    return row(op, x, axis=axis, keepdims=d.chance(0.4))


def logical(d: Draw, op: str) -> Row:
    shape = d.shape()
    x = d.array(shape, d.dtype(("bool",)))
    return row(op, x, axis=d.axes(len(shape)), keepdims=d.chance(0.4))


def arg_reduction(d: Draw, op: str) -> Row:
    shape = d.shape()
    x = d.array(shape, d.dtype(REAL))
    out = {"output_type": ref(d.pick(["tf.int32", "tf.int64"]))} if d.chance(0.3) else {}
    return row(op, x, axis=d.axis(len(shape)) if d.chance(0.9) else None, **out)


def cumulative(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    usual = FLOATS if op.endswith("logsumexp") else NUMBERS
    x = d.array(shape, d.dtype(usual))
    flags = {"exclusive": d.chance(0.4), "reverse": d.chance(0.4)}
    return row(op, x, axis=d.axis(len(shape)), **flags)


def segments(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    x = d.array(shape, d.dtype(REAL))
    ids = d.ids(shape[:1], 4)
    if ".unsorted_" in op:
        rank = d.whole(1, len(shape))
        ids = d.ids(shape[:rank], 4, -1)
        return row(op, x, ids, d.whole(4, 6) if d.chance(0.9) else d.whole(0, 3))
    return row(op, x, Array(np.sort(ids.value), ids.dtype))


def sparse_segments(d: Draw, op: str) -> Row:
    shape = d.shape(1, least=1)
    x = d.array(shape, d.dtype(FLOATS))
    count = d.whole(0, 5)
    ids = d.ids((count,), 4)
    rows = d.ids((count,), shape[0])
    more = {"num_segments": d.whole(4, 6)} if d.chance(0.4) else {}
    return row(op, x, rows, Array(np.sort(ids.value), ids.dtype), **more)


def along_axis(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    return row(op, d.array(shape, d.dtype(FLOATS)), axis=d.axis(len(shape)))


def sorting(d: Draw, op: str) -> Row:
    shape = d.shape(1, least=1)
    x = d.array(shape, d.dtype(REAL))
    x = Array(np.nan_to_num(x.value.astype(object).astype(x.value.dtype)), x.dtype)  # NaN: no order
    kwargs = {"axis": d.axis(len(shape)), "direction": d.pick(["ASCENDING", "DESCENDING"])}
    if op.endswith("argsort"):
        kwargs["stable"] = True
    return row(op, x, **kwargs)


def top_k(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    x = d.array(shape, d.dtype(REAL))
    x = Array(np.nan_to_num(x.value), x.dtype)
    return row(op, x, k=d.whole(0, shape[-1] + (1 if d.chance(0.1) else 0)))


def searching(d: Draw, op: str) -> Row:
    batch = d.shape(0, 2)
    dtype = d.dtype(REAL)
    where = d.array((*batch, d.whole(0, 5)), dtype, specials=False)
    where = Array(np.sort(where.value, -1), dtype)
    values = d.array((*batch, d.whole(0, 4)), dtype, specials=False)
    return row(op, where, values, side=d.pick(["left", "right"]))


def counting(d: Draw, op: str) -> Row:
    x = d.array(d.shape(0, 2), d.dtype(("int32",), INTS), 0, 5, specials=False)
    kwargs = {}
    if d.chance(0.3):
        kwargs["minlength"] = d.whole(0, 8)
    if d.chance(0.3):
        kwargs["maxlength"] = d.whole(0, 8)
    if d.chance(0.3):
        kwargs["weights"] = d.array(x.value.shape, d.pick(["float32", "float64", "int32"]))
    elif d.chance(0.4):
        kwargs["dtype"] = ref(f"tf.{d.pick(['int32', 'int64', 'float32', 'float64'])}")
    if d.chance(0.3):
        kwargs["axis"] = d.pick([0, -1])
        if d.chance(0.3):
            kwargs["binary_output"] = True
    return row(op, x, **kwargs)


def unique(d: Draw, op: str) -> Row:
    x = d.array((d.whole(0, 6),), d.dtype(REAL), specials=d.chance(0.3))
    x = Array(np.nan_to_num(x.value), x.dtype)
    return row(op, x, **({"out_idx": ref("tf.int64")} if d.chance(0.3) else {}))


def moments(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    x = d.array(shape, d.dtype(FLOATS), specials=d.chance(0.2))
    axes = d.random.sample(range(len(shape)), d.whole(0, len(shape)))
    if "weighted" in op:
        weights = d.array(d.pick([shape, (), shape[-1:]]), x.dtype, 0.1, 2, specials=False)
        return row(op, x, axes, weights, keepdims=d.chance(0.4))
    return row(op, x, axes, keepdims=d.chance(0.4))


def histogram(d: Draw, op: str) -> Row:
    dtype = d.pick(["float32", "float64", "int32", "int64"])
    x = d.array(d.shape(), dtype, -6, 6, specials=False)
    low = d.whole(-5, 0)
    return row(op, x, [low, low + d.whole(1, 8)], nbins=d.whole(1, 6), grad=())


CALLS = {
    **{f"tf.math.{n}": reduction for n in REDUCTIONS},
    **{f"tf.math.reduce_{n}": logical for n in ("all", "any")},
    **{f"tf.math.{n}": arg_reduction for n in ("argmax", "argmin")},
    **{f"tf.math.{n}": cumulative for n in ("cumsum", "cumprod", "cumulative_logsumexp")},
    **{f"tf.math.segment_{n}": segments for n in SEGMENTS},
    **{f"tf.math.unsorted_segment_{n}": segments for n in (*SEGMENTS, "sqrt_n")},
    **{f"tf.sparse.segment_{n}": sparse_segments for n in ("sum", "mean", "sqrt_n")},
    **{f"tf.nn.{n}": along_axis for n in ("softmax", "log_softmax")},
    "tf.linalg.l2_normalize": along_axis,
    "tf.sort": sorting,
    "tf.argsort": sorting,
    "tf.math.top_k": top_k,
    "tf.searchsorted": searching,
    "tf.math.bincount": counting,
    "tf.unique": unique,
    "tf.unique_with_counts": unique,
    "tf.nn.moments": moments,
    "tf.nn.weighted_moments": moments,
    "tf.histogram_fixed_width": histogram,
    "tf.histogram_fixed_width_bins": histogram,
}
