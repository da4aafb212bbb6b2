"""Assignments and scatters to variables."""

from __future__ import annotations

import numpy as np

from conformance.cases.arrays import Array, make, var
from conformance.cases.row import Row, code, method
from conformance.fuzz.draws import ALL, NUMBERS, Draw


def assign(d: Draw, op: str) -> Row:
    shape = d.shape()
    dtype = d.pick(ALL) if op.endswith("assign") else d.pick(NUMBERS)
    value = d.operand(d.array(shape, dtype))
    if d.chance(0.15):
        value = d.pick([1, 2.5, -1, True])
    elif d.chance(0.05):
        value = d.array(d.shape(), dtype)
    return method(op, var(d.array(shape, dtype)), value)


def scatter(d: Draw, op: str) -> Row:
    shape = d.shape(1, least=1)
    dtype = d.pick(NUMBERS) if d.chance(0.5) else "float32"
    where = d.shape(0, 2)
    ids = d.ids(where, shape[0])
    if op.endswith("update") and np.unique(ids.value).size != ids.value.size:
        return scatter(d, op)
    updates = d.array((*where, *shape[1:]), dtype, 1 if op.endswith("div") else -3, specials=False)
    slices = make("tf.IndexedSlices", updates, ids)
    return method(op, var(d.array(shape, dtype, specials=False)), slices, grad=())


def scatter_nd(d: Draw, op: str) -> Row:
    shape = d.shape(1, least=1)
    deep, outer = d.whole(1, len(shape)), d.shape(1, 2)
    ids = np.stack([d.state.randint(0, n, outer) for n in shape[:deep]], -1)
    flat = ids.reshape(-1, deep)
    if op.endswith("update") and len(np.unique(flat, axis=0)) != len(flat):
        return scatter_nd(d, op)
    dtype = d.pick(NUMBERS) if d.chance(0.5) else "float32"
    updates = d.array((*outer, *shape[deep:]), dtype, specials=False)
    x = var(d.array(shape, dtype, specials=False))
    return method(op, x, Array(ids.astype("int32"), "int32"), updates, grad=())


def program(d: Draw, op: str) -> Row:
    """A few reads and writes in a row, and what a tape makes of the reads."""
    shape = d.shape(1, least=1)
    steps = [
        "v * x",
        "v.assign_add(x)",
        "v.assign(v * 0.5)",
        "v + 1.0",
        "v[0]",
        "tf.gather(v, [0, 0])",
        "v.assign_sub(x * x)",
        "tf.reduce_sum(v * v)",
        "v.read_value() * 2.0",
        "v[:1].assign(x[:1] * 3.0)",
        "v.scatter_add(tf.IndexedSlices(x[:1], [0]))",
    ]
    chosen = [d.pick(steps) for _ in range(d.whole(2, 6))]
    texts = [f"{s} + 0.0" if "assign" in s or "scatter" in s else s for s in chosen]
    x, start = (d.array(shape, "float32", specials=False) for _ in range(2))
    return code(op, f"lambda v, x: [{', '.join(texts)}]", var(start), x)


CALLS = {
    **{f"tf.Variable.assign{k}": assign for k in ("", "_add", "_sub")},
    **{f"tf.Variable.scatter_{k}": scatter for k in "add sub update min max mul div".split()},
    **{f"tf.Variable.scatter_nd_{k}": scatter_nd for k in ("add", "sub", "update")},
    "tf.Variable.read_value": program,
}
