"""`x[...]` with drawn specs, of tensors and variables, and assignments to slices of variables."""

from __future__ import annotations

import numpy as np

from conformance.cases.arrays import Array, var
from conformance.cases.row import Row, code
from conformance.fuzz.draws import ALL, Draw


def _bound(d: Draw, size: int) -> str:
    if d.chance(0.4):
        return ""
    value = d.whole(-size - 1, size + 1)
    return d.pick([str(value), str(value), f"np.int64({value})", f"tf.constant({value})"])


def _piece(d: Draw, size: int) -> str:
    """One axis: an index or a slice."""
    if d.chance(0.35):
        value = d.whole(-size, size - 1) if size and d.chance(0.97) else size
        form = d.pick(["{}", "{}", "np.int32({})", "tf.constant({})", "tf.constant({}, tf.int64)"])
        return form.format(value)
    step = d.pick(["", "", "1", "2", "-1", "-2", "3", "tf.constant(-1)"])
    low, high = _bound(d, size), _bound(d, size)
    return f"{low}:{high}:{step}" if step else f"{low}:{high}"


def spec(d: Draw, shape: tuple[int, ...]) -> str:
    """A subscript for an array of this shape, with an ellipsis and new axes in it."""
    axes = list(shape)
    front = d.whole(0, len(axes))
    back = d.whole(0, len(axes) - front) if d.chance(0.4) else None
    pieces = [_piece(d, n) for n in axes[:front]]
    if back is not None:
        pieces += ["...", *(_piece(d, n) for n in (axes[-back:] if back else []))]
    for _ in range(d.whole(0, 2) if d.chance(0.3) else 0):
        pieces.insert(d.whole(0, len(pieces)), d.pick(["None", "tf.newaxis"]))
    return ", ".join(pieces) or "..."


def reading(d: Draw, op: str) -> Row:
    shape = d.shape()
    x = d.array(shape, d.pick(ALL) if d.chance(0.4) else "float32", specials=False)
    if shape and d.chance(0.08):
        mask = d.array(shape[: d.whole(1, len(shape))], "bool")
        return code(op, "lambda x, m: x[m]", x, mask)
    source = f"lambda x: x[{spec(d, shape)}]"
    return code(op, source, var(x) if "Variable" in op else x)


def writing(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    text = spec(d, shape)
    x = d.array(shape, d.pick(ALL) if d.chance(0.3) else "float32", specials=False)
    try:
        size = np.zeros(shape)[eval(_numpy(text), {"np": np})].shape
    except IndexError:
        size = ()
    update = d.array(size, x.dtype, specials=False)
    if d.chance(0.15):
        update = Array(
            np.asarray(update.value.reshape(-1)[:1].sum()).astype(x.value.dtype), x.dtype
        )
    how = d.pick(["assign", "assign", "assign_add", "assign_sub"])
    return code(op, f"lambda v, u: v[{text}].{how}(u)", var(x), update, grad=())


def _numpy(text: str) -> str:
    plain = text.replace("tf.newaxis", "None").replace(", tf.int64)", ")")
    return f"np.s_[{plain.replace('tf.constant(', 'int(')}]"


CALLS = {
    "tf.Tensor.__getitem__": reading,
    "tf.Variable.__getitem__": reading,
    "tf.Variable.__getitem__.assign": writing,
}
