"""Changed copies of the rows in conformance/cases: other dtypes, sizes, values and attributes.

This reaches every op that has rows, whatever it takes: a row says which arguments fit together,
and a change keeps most of that. What no longer fits is an error on both sides.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from conformance.cases.arrays import Array, Made, Var, np_dtype
from conformance.cases.harness.families import families, rows_of
from conformance.cases.row import Row
from conformance.fuzz.draws import COMPLEX, FLOATS, INTS, Draw
from conformance.tolerance import tolerance

#: Ops that are not drawn, by the start of their names, and why not.
NOT_DRAWN = {
    "tf.timestamp": "it tells the time",
    "tf.print": "what it writes is compared by the notebooks and transcripts",
    "tf.Tensor.device": "a name of this machine's devices",
    "tf.Tensor.ref": "an address",
    "tf.Variable.value": "of the variable's attributes, two are enums of two modules in TensorFlow",
    "tf.random.Generator": "stateful: rows of its own hold it, number for number",
    "tf.random.create_rng_state": "rows of its own hold it",
    "tf.random.get_global_generator": "the state of the process",
    "tf.random.set_global_generator": "the state of the process",
    "tf.debugging.Assert": "its text depends on what it is given to print",
    "tf.parallel_stack": "only for graphs; TensorFlow raises in eager code",
}


@functools.cache
def originals() -> dict[str, list[Row]]:
    """Op -> its rows."""
    found: dict[str, list[Row]] = {}
    for family in families():
        for row in rows_of(family):
            if not row.op.startswith(tuple(NOT_DRAWN)):
                found.setdefault(row.op, []).append(row)
    return found


def over(value: Any, change: Callable[[Any], Any]) -> Any:
    """A nest of arguments with every leaf changed."""
    if isinstance(value, Var):
        return dataclasses.replace(value, value=over(value.value, change))
    if isinstance(value, Made):
        args, kwargs = over(value.args, change), over(value.kwargs, change)
        return dataclasses.replace(value, args=args, kwargs=kwargs)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return value
    if isinstance(value, (list, tuple)):
        return type(value)(over(v, change) for v in value)
    if isinstance(value, dict):
        return {k: over(v, change) for k, v in value.items()}
    return change(value)


def changed(row: Row, change: Callable[[Any], Any]) -> Row:
    """A row with every leaf of its arguments changed."""
    return dataclasses.replace(row, args=over(row.args, change), kwargs=over(row.kwargs, change))


def arrays_of(row: Row) -> list[Array]:
    """The arrays in a row's arguments."""
    found: list[Array] = []

    def look(leaf: Any) -> Any:
        if isinstance(leaf, Array):
            found.append(leaf)
        return leaf

    changed(row, look)
    return found


def redraw(d: Draw, row: Row) -> Row:
    """Other numbers in the range of the old ones; now and then special ones."""
    specials = d.chance(0.25)

    def change(leaf: Any) -> Any:
        if not isinstance(leaf, Array) or leaf.dtype == "string" or leaf.value.size > 500:
            return leaf
        values = leaf.value
        if leaf.dtype in INTS or leaf.dtype == "bool" or not values.size:
            flat = values.reshape(-1)
            picked = d.state.randint(0, max(flat.size, 1), values.shape)
            return Array(np.asarray(flat[picked]) if flat.size else values, leaf.dtype)
        good = values[np.isfinite(values)]
        if leaf.dtype in COMPLEX:
            good = np.concatenate([good.real, good.imag])
        good = good.astype("float64")
        good = good[np.abs(good) < 1e4]
        low, high = (good.min(), good.max()) if good.size else (-1.0, 1.0)
        return d.array(values.shape, leaf.dtype, low, high, specials=specials)

    return changed(row, change)


def redtype(d: Draw, row: Row) -> Row:
    """All arrays of one dtype in another one."""
    known = sorted({a.dtype for a in arrays_of(row)} - {"string", "bool"})
    if not known:
        return row
    old = d.pick(known)
    kinds = INTS if old in INTS else COMPLEX if old in COMPLEX else FLOATS
    new = d.pick(kinds) if d.chance(0.8) else d.pick(FLOATS + INTS + COMPLEX)

    def change(leaf: Any) -> Any:
        if not isinstance(leaf, Array) or leaf.dtype != old:
            return leaf
        values = leaf.value
        if new not in COMPLEX and old in COMPLEX:
            values = values.real
        if new in INTS and old not in INTS:
            values = np.clip(np.nan_to_num(values), 0 if new.startswith("u") else -100, 100)
        elif new in INTS:
            low, high = np.iinfo(new).min, np.iinfo(new).max
            values = np.array([min(max(int(v), low), high) for v in values.ravel()], new)
            values = values.reshape(leaf.value.shape)
        with np.errstate(all="ignore"):
            return Array(np.asarray(values).astype(np_dtype(new)), new, leaf.special)

    least = tolerance(new)
    tol = row.tol and (max(row.tol[0], least[0]), max(row.tol[1], least[1]))
    return dataclasses.replace(changed(row, change), tol=tol)


def resize(d: Draw, row: Row) -> Row:
    """Every axis of one size in another size; Python integers of that size too, as a rule."""
    sizes = sorted({n for a in arrays_of(row) for n in a.value.shape})
    if not sizes or max(a.value.size for a in arrays_of(row)) > 5000:
        return row
    old, new = d.pick(sizes), d.pick([0, 1, 1, 2, 3, 4])
    numbers = d.chance(0.6)

    def change(leaf: Any) -> Any:
        if isinstance(leaf, Array):
            shape = tuple(new if n == old else n for n in leaf.value.shape)
            return Array(np.asarray(_resized(leaf.value, shape)), leaf.dtype, leaf.special)
        if numbers and type(leaf) is int and leaf == old and old > 1:
            return new
        return leaf

    return changed(row, change)


def _resized(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if values.shape == shape:
        return values
    if not values.size:
        return np.zeros(shape, values.dtype) if values.dtype != object else np.full(shape, b"a")
    for axis, n in enumerate(shape):
        values = (
            np.take(values, np.arange(n) % values.shape[axis], axis)
            if n
            else np.take(values, [], axis)
        )
    return values


def batch(d: Draw, row: Row) -> Row:
    """A leading axis more on every array."""
    count = d.whole(0, 3)
    if max((a.value.size for a in arrays_of(row)), default=0) > 2000:
        return row

    def change(leaf: Any) -> Any:
        if isinstance(leaf, Array):
            value = np.broadcast_to(leaf.value, (count, *leaf.value.shape)).copy()
            return Array(value, leaf.dtype, leaf.special)
        return leaf

    return changed(row, change)


def attribute(d: Draw, row: Row) -> Row:
    """One argument that is no array as another row of the op has it, or near to what it was."""
    slots = [("kwargs", k) for k, v in row.kwargs.items() if not isinstance(v, Array)]
    slots += [("args", i) for i, v in enumerate(row.args) if not isinstance(v, (Array, Var))]
    others = [r for r in originals()[row.op] if r.how == row.how]
    if d.chance(0.4):  # an argument that this row leaves out
        donor = d.pick(others)
        more = {k: v for k, v in donor.kwargs.items() if k not in row.kwargs}
        if more and len(donor.args) == len(row.args):
            key = d.pick(sorted(more))
            return dataclasses.replace(row, kwargs={**row.kwargs, key: more[key]})
    if not slots:
        return row
    where, key = d.pick(slots)
    old = row.kwargs[key] if where == "kwargs" else row.args[key]
    donors = (
        [r.kwargs[key] for r in others if key in r.kwargs]
        if where == "kwargs"
        else [r.args[key] for r in others if len(r.args) > key]
    )
    new = d.pick(donors) if d.chance(0.6) else _near(d, old)
    if where == "kwargs":
        return dataclasses.replace(row, kwargs={**row.kwargs, key: new})
    return dataclasses.replace(
        row, args=tuple(new if i == key else v for i, v in enumerate(row.args))
    )


def _near(d: Draw, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if type(value) is int and abs(value) < 1000:
        return value + d.pick([-1, 1])
    if isinstance(value, float):
        return value * d.pick([0.5, 2.0, 0.0, -1.0])
    if type(value) is list and value and d.chance(0.8):
        i = d.whole(0, len(value) - 1)
        return [*value[:i], _near(d, value[i]), *value[i + 1 :]]
    return value


_CHANGES = (redraw, redraw, redtype, resize, resize, batch, attribute, attribute)


def mutated(d: Draw, op: str) -> Row:
    """A row of this op, changed once to three times."""
    row = d.pick(originals()[op])
    row = dataclasses.replace(row, kind="ordinary", text=None)
    for _ in range(d.whole(1, 3)):
        changed_row = d.pick(_CHANGES)(d, row)
        row = row if _endless(changed_row) else changed_row
    return row


def _endless(row: Row) -> bool:
    """TensorFlow's cipher never comes back from an odd number of rounds."""
    rounds = row.kwargs.get("rounds", 4)
    return row.op.endswith("index_shuffle") and type(rounds) is int and rounds % 2 == 1
