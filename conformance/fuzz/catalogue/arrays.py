"""Ops that make, move, join and pick elements."""

from __future__ import annotations

import numpy as np

from conformance.cases.arrays import Array, ref
from conformance.cases.row import Row, row
from conformance.fuzz.draws import ALL, FLOATS, INTS, NUMBERS, REAL, Draw


def _any(d: Draw, shape: tuple, specials: bool = False) -> Array:
    return d.array(shape, d.pick(ALL) if d.chance(0.5) else "float32", specials=specials)


def reshape(d: Draw, op: str) -> Row:
    shape = d.shape(high=5)
    size = int(np.prod(shape))
    new = list(shape)
    d.random.shuffle(new)
    if new and d.chance(0.5):
        new[d.whole(0, len(new) - 1)] = -1
    elif d.chance(0.3):
        new = [size] if d.chance(0.5) else [1, size, 1]
    elif d.chance(0.05):
        new = [size + 1]
    return row(op, _any(d, shape), np.array(new, "int64") if d.chance(0.2) else new)


def transpose(d: Draw, op: str) -> Row:
    shape = d.shape(high=5)
    perm = d.random.sample(range(len(shape)), len(shape))
    kwargs = {"perm": perm} if d.chance(0.7) else {}
    if d.chance(0.2):
        kwargs["conjugate"] = True
    return row(op, _any(d, shape), **kwargs)


def squeeze(d: Draw, op: str) -> Row:
    shape = tuple(1 if d.chance(0.5) else n for n in d.shape(high=5))
    ones = [i for i, n in enumerate(shape) if n == 1]
    axis = None if d.chance(0.4) else [i - len(shape) if d.chance(0.5) else i for i in ones[:2]]
    return row(op, _any(d, shape), axis=axis)


def expand(d: Draw, op: str) -> Row:
    shape = d.shape()
    return row(op, _any(d, shape), d.axis(len(shape) + 1))


def tile(d: Draw, op: str) -> Row:
    shape = d.shape()
    return row(op, _any(d, shape), [d.whole(0, 3) for _ in shape])


def broadcast(d: Draw, op: str) -> Row:
    shape = d.shape()
    target = [d.whole(0, 2) for _ in range(d.whole(0, 2))]
    target += [d.whole(0, 3) if n == 1 else n for n in shape]
    return row(op, _any(d, shape), target)


def reverse(d: Draw, op: str) -> Row:
    shape = d.shape()
    axes = d.axes(len(shape))
    axes = axes if isinstance(axes, list) else [] if axes is None else [axes]
    return row(op, _any(d, shape), axes)


def roll(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    if d.chance(0.5):
        return row(op, _any(d, shape), d.whole(-7, 7), d.axis(len(shape)))
    axes = [d.axis(len(shape)) for _ in range(d.whole(0, 3))]
    return row(op, _any(d, shape), [d.whole(-4, 4) for _ in axes], axes)


def repeat(d: Draw, op: str) -> Row:
    shape = d.shape(0 if d.chance(0.1) else 1, 3)
    axis = d.axis(len(shape)) if shape and d.chance(0.7) else None
    at = axis if axis is not None and -len(shape) <= axis < len(shape) else None
    size = shape[at] if at is not None else int(np.prod(shape))
    repeats = d.whole(0, 3) if d.chance(0.5) else [d.whole(0, 3) for _ in range(size)]
    return row(op, _any(d, shape), repeats, axis=axis)


def concat(d: Draw, op: str) -> Row:
    shape = list(d.shape(1))
    dtype, axis = d.pick(ALL), d.axis(len(shape))
    parts = []
    for _ in range(d.whole(1, 4)):
        if -len(shape) <= axis < len(shape):
            shape[axis] = d.whole(0, 3)
        parts.append(d.array(shape, dtype))
    return row(op, parts, axis=axis)


def stack(d: Draw, op: str) -> Row:
    shape, dtype = d.shape(), d.pick(ALL)
    parts = [d.operand(d.array(shape, dtype)) for _ in range(d.whole(1, 3))]
    return row(op, parts, axis=d.axis(len(shape) + 1))


def unstack(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    return row(op, _any(d, shape), axis=d.axis(len(shape)))


def split(d: Draw, op: str) -> Row:
    shape = list(d.shape(1))
    axis = d.axis(len(shape))
    at = axis if -len(shape) <= axis < len(shape) else 0
    if d.chance(0.5):
        count = d.whole(1, 3)
        shape[at] = count * d.whole(0, 2) + (1 if d.chance(0.05) else 0)
        return row(op, _any(d, tuple(shape)), count, axis=axis)
    sizes = [d.whole(0, 3) for _ in range(d.whole(1, 3))]
    shape[at] = sum(sizes)
    if d.chance(0.3):
        sizes[d.whole(0, len(sizes) - 1)] = -1
    return row(op, _any(d, tuple(shape)), sizes, axis=axis)


def pad(d: Draw, op: str) -> Row:
    shape = d.shape()
    widths = np.array([[d.whole(0, 3), d.whole(0, 3)] for _ in shape], "int32").reshape(-1, 2)
    mode = d.pick(["CONSTANT", "CONSTANT", "REFLECT", "SYMMETRIC", "reflect"])
    kwargs = {"mode": mode}
    if mode == "CONSTANT" and d.chance(0.3):
        kwargs["constant_values"] = d.pick([1, -2, 0])
    widths = Array(widths, "int32") if d.chance(0.5) or not shape else widths.tolist()
    return row(op, _any(d, shape), widths, **kwargs)


def gather(d: Draw, op: str) -> Row:
    shape = d.shape(1, least=1 if d.chance(0.8) else 0)
    axis = d.axis(len(shape)) if d.chance(0.8) else None
    at = 0 if axis is None or not -len(shape) <= axis < len(shape) else axis
    batch = d.whole(0, at % len(shape)) if d.chance(0.25) else 0
    where = (*shape[:batch], *d.shape(0, 2))
    ids = d.ids(where, shape[at], dtype=d.dtype(("int32", "int64"), ("int16", "uint8", "float32")))
    kwargs = {"batch_dims": batch} if batch else {}
    return row(op, _any(d, shape), d.operand(ids), axis=axis, **kwargs)


def gather_nd(d: Draw, op: str) -> Row:
    shape = d.shape(1, least=1)
    batch = d.whole(0, len(shape) - 1) if d.chance(0.25) else 0
    deep = d.whole(0, len(shape) - batch)
    where = (*shape[:batch], *d.shape(0, 2))
    columns = [d.state.randint(0, n, where) for n in shape[batch : batch + deep]]
    values = np.stack(columns, -1) if columns else np.zeros((*where, 0))
    kwargs = {"batch_dims": batch} if batch else {}
    return row(op, _any(d, shape), Array(values.astype("int32"), "int32"), **kwargs)


def _places(d: Draw, shape: tuple) -> tuple[Array, tuple]:
    """Indices as the scatter ops take them, and the shape of their updates."""
    deep = d.whole(1, max(len(shape), 1))
    outer = d.shape(1, 2)
    sizes = [max(n, 1) + (1 if d.chance(0.02) else 0) for n in shape[:deep]]
    columns = [d.state.randint(0, n, outer) for n in sizes]
    dtype = d.pick(["int32", "int64"])
    values = np.stack(columns, -1) if columns else np.zeros((*outer, 0))
    return Array(values.astype(dtype), dtype), (*outer, *shape[deep:])


def scatter_nd(d: Draw, op: str) -> Row:
    shape = d.shape(1, least=1)
    indices, outer = _places(d, shape)
    updates = d.array(outer, d.dtype(NUMBERS), specials=False)
    return row(op, indices, updates, Array(np.array(shape, indices.dtype), indices.dtype))


def tensor_scatter(d: Draw, op: str) -> Row:
    shape = d.shape(1, least=1)
    indices, outer = _places(d, shape)
    dtype = d.dtype(NUMBERS if op.endswith(("add", "sub", "update")) else REAL)
    if op.endswith("update"):  # equal places: which update stays is undefined
        flat = indices.value.reshape(-1, indices.value.shape[-1])
        if len(np.unique(flat, axis=0)) != len(flat):
            return tensor_scatter(d, op)
    x, updates = (d.array(s, dtype, specials=False) for s in (shape, outer))
    return row(op, x, indices, updates)


def slice_(d: Draw, op: str) -> Row:
    shape = d.shape()
    begin = [d.whole(0, n) for n in shape]
    size = [d.whole(-1, n - b) for n, b in zip(shape, begin)]
    if size and d.chance(0.05):
        size[0] += 1
    return row(op, _any(d, shape), begin, size)


def strided(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    rank = d.whole(1, len(shape))
    begin, end = ([d.whole(-n - 1, n + 1) for n in shape[:rank]] for _ in range(2))
    strides = [d.pick([1, 1, 2, -1, -2, 3]) for _ in range(rank)]
    masks = {}
    for name in ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"):
        if d.chance(0.3):
            masks[name] = d.whole(0, 2**rank - 1)
    if masks.get("ellipsis_mask", 0).bit_count() > 1:
        masks["ellipsis_mask"] = 1
    return row(op, _any(d, shape), begin, end, strides, **masks)


def masking(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    axis = d.whole(0, len(shape) - 1) if d.chance(0.3) else None
    deep = d.whole(1, len(shape) - (axis or 0))
    mask = d.array(shape[axis or 0 :][:deep], "bool")
    return row(op, _any(d, shape), mask, **({} if axis is None else {"axis": axis}))


def one_hot(d: Draw, op: str) -> Row:
    shape = d.shape(0, 3)
    kwargs = {}
    if d.chance(0.3):
        kwargs["axis"] = d.axis(len(shape) + 1)
    if d.chance(0.4):
        kwargs["dtype"] = ref(f"tf.{d.pick(ALL)}")
    elif d.chance(0.3):
        kwargs.update(on_value=d.pick([1.5, 2]), off_value=d.pick([-1.0, 0]))
    ids = d.array(shape, d.dtype(("int32", "int64", "uint8"), INTS), -1, 4, specials=False)
    return row(op, ids, d.whole(0, 5), **kwargs)


def range_(d: Draw, op: str) -> Row:
    number = d.pick([d.whole, lambda a, b: round(d.random.uniform(a, b), 2)])
    args = [number(-5, 9) for _ in range(d.whole(1, 3))]
    dtype = {"dtype": ref(f"tf.{d.pick(REAL)}")} if d.chance(0.3) else {}
    return row(op, *args, **dtype)


def linspace(d: Draw, op: str) -> Row:
    shape, dtype = d.shape(0, 2), d.dtype(FLOATS)
    start, stop = (d.array(shape, dtype, specials=False) for _ in range(2))
    return row(op, start, stop, d.whole(1, 6), axis=d.axis(len(shape) + 1))


def eye(d: Draw, op: str) -> Row:
    kwargs = {"dtype": ref(f"tf.{d.pick(NUMBERS)}")}
    if d.chance(0.4):
        kwargs["num_columns"] = d.whole(0, 4)
    if d.chance(0.4):
        kwargs["batch_shape"] = list(d.shape(0, 2))
    return row(op, d.whole(0, 4), **kwargs)


def like(d: Draw, op: str) -> Row:
    dtype = {"dtype": ref(f"tf.{d.pick(ALL)}")} if d.chance(0.3) else {}
    return row(op, d.operand(_any(d, d.shape(), True)), **dtype)


def filled(d: Draw, op: str) -> Row:
    if op == "tf.fill":
        return row(op, list(d.shape()), d.array((), d.pick(ALL)))
    return row(op, list(d.shape()), dtype=ref(f"tf.{d.pick(ALL)}"))


def sequence_mask(d: Draw, op: str) -> Row:
    lengths = d.array(d.shape(0, 3), d.dtype(("int32", "int64")), 0, 5, specials=False)
    return row(op, lengths, **({"maxlen": d.whole(0, 6)} if d.chance(0.5) else {}))


def partition(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    ids = d.ids(shape[: d.whole(1, len(shape))], 3, dtype="int32")
    return row(op, _any(d, shape), ids, 3)


def stitch(d: Draw, op: str) -> Row:
    count = d.whole(1, 6)
    order = d.random.sample(range(count), count)
    cut = d.whole(0, count)
    rest, dtype = d.shape(0, 2), d.pick(ALL)
    parts = [order[:cut], order[cut:]]
    ids = [Array(np.array(p, "int32"), "int32") for p in parts]
    return row(op, ids, [d.array((len(p), *rest), dtype) for p in parts])


def reverse_sequence(d: Draw, op: str) -> Row:
    shape = d.shape(2)
    seq, batch = d.random.sample(range(len(shape)), 2)
    lengths = d.ids((shape[batch],), shape[seq] + 1)
    return row(op, _any(d, shape), lengths, seq_axis=seq, batch_axis=batch)


def meshgrid(d: Draw, op: str) -> Row:
    dtype = d.pick(REAL)
    parts = [d.array((d.whole(0, 3),), dtype) for _ in range(d.whole(1, 3))]
    return row(op, *parts, indexing=d.pick(["xy", "ij"]))


def identity(d: Draw, op: str) -> Row:
    return row(op, d.operand(_any(d, d.shape(), True)))


def blocks(d: Draw, op: str) -> Row:
    """space_to_depth and depth_to_space."""
    block = d.whole(2, 3)
    shape = [d.whole(0, 2), d.whole(0, 2), d.whole(0, 2), d.whole(1, 3)]
    if "space_to" in op:
        shape[1:3] = [n * block for n in shape[1:3]]
    else:
        shape[3] *= block * block
    if d.chance(0.05):
        shape[1] += 1
    kwargs = {}
    if d.chance(0.2):
        kwargs["data_format"] = "NCHW"
        shape = [shape[0], shape[3], *shape[1:3]]
    return row(op, _any(d, tuple(shape)), block, **kwargs)


def batch_blocks(d: Draw, op: str) -> Row:
    spatial = d.whole(1, 3)
    blocks_ = [d.whole(1, 3) for _ in range(spatial)]
    sizes = [d.whole(0, 3) for _ in range(spatial)]
    rest = d.shape(0, 1)
    if "space_to" in op:
        pads = [[d.whole(0, 2), d.whole(0, 2)] for _ in range(spatial)]
        if d.chance(0.9):
            pads = [[p, (-n - p) % b] for (p, _), n, b in zip(pads, sizes, blocks_)]
        return row(op, _any(d, (d.whole(0, 2), *sizes, *rest)), blocks_, pads)
    batch = d.whole(0, 2) * int(np.prod(blocks_))
    crops = [[d.whole(0, 1), d.whole(0, 1)] for _ in range(spatial)]
    return row(op, _any(d, (batch, *sizes, *rest)), blocks_, crops)


CALLS = {
    "tf.reshape": reshape,
    "tf.transpose": transpose,
    "tf.squeeze": squeeze,
    "tf.expand_dims": expand,
    "tf.tile": tile,
    "tf.broadcast_to": broadcast,
    "tf.reverse": reverse,
    "tf.roll": roll,
    "tf.repeat": repeat,
    "tf.concat": concat,
    "tf.stack": stack,
    "tf.unstack": unstack,
    "tf.split": split,
    "tf.pad": pad,
    "tf.gather": gather,
    "tf.gather_nd": gather_nd,
    "tf.scatter_nd": scatter_nd,
    **{f"tf.tensor_scatter_nd_{n}": tensor_scatter for n in "add sub min max update".split()},
    "tf.slice": slice_,
    "tf.strided_slice": strided,
    "tf.boolean_mask": masking,
    "tf.one_hot": one_hot,
    "tf.range": range_,
    "tf.linspace": linspace,
    "tf.eye": eye,
    "tf.zeros_like": like,
    "tf.ones_like": like,
    "tf.zeros": filled,
    "tf.ones": filled,
    "tf.fill": filled,
    "tf.sequence_mask": sequence_mask,
    "tf.dynamic_partition": partition,
    "tf.dynamic_stitch": stitch,
    "tf.reverse_sequence": reverse_sequence,
    "tf.meshgrid": meshgrid,
    "tf.identity": identity,
    "tf.constant": identity,
    "tf.convert_to_tensor": identity,
    "tf.shape": identity,
    "tf.size": identity,
    "tf.rank": identity,
    "tf.nn.space_to_depth": blocks,
    "tf.nn.depth_to_space": blocks,
    "tf.space_to_batch": batch_blocks,
    "tf.batch_to_space": batch_blocks,
}
