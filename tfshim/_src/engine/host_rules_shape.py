"""Host rules of primitives that move, make or retype values without computing new ones."""

import numpy as np

from tfshim._src.engine.host_rules import (
    WIDER,
    int_range,
    is_floating,
    is_integral,
    is_narrow_integer,
    rule,
    wider,
)


@rule("reshape", "squeeze", "expand_dims")
def _reshape(eqn):
    shape, order = eqn.outputs[0].shape, eqn.params.get("dimensions")
    if eqn.name == "reshape" and order is not None:
        order = tuple(map(int, order))
        return lambda x: x.transpose(order).reshape(shape)
    return lambda x: x.reshape(shape)


@rule("transpose")
def _transpose(eqn):
    permutation = tuple(map(int, eqn.params["permutation"]))
    return lambda x: x.transpose(permutation)


@rule("rev")
def _rev(eqn):
    axes = {int(axis) for axis in eqn.params["dimensions"]}
    rank = len(eqn.inputs[0].shape)
    where = tuple(slice(None, None, -1 if axis in axes else None) for axis in range(rank))
    return lambda x: x[where]


@rule("slice")
def _slice(eqn):
    starts, limits = eqn.params["start_indices"], eqn.params["limit_indices"]
    strides = eqn.params["strides"] or (1,) * len(starts)
    where = tuple(map(slice, map(int, starts), map(int, limits), map(int, strides)))
    return lambda x: x[where]


@rule("concatenate")
def _concatenate(eqn):
    axis = int(eqn.params["dimension"])
    return lambda *xs: np.concatenate(xs, axis)


@rule("split")
def _split(eqn):
    axis, start, places = int(eqn.params["axis"]), 0, []
    for size in map(int, eqn.params["sizes"]):
        places.append((slice(None),) * axis + (slice(start, start + size),))
        start += size
    if len(places) == 1:
        return lambda x: x
    return lambda x: [x[place] for place in places]


@rule("stack")
def _stack(eqn):
    axis = int(eqn.params["axis"])
    return lambda *xs: np.stack(xs, axis)


@rule("unstack")
def _unstack(eqn):
    axis = int(eqn.params["axis"])
    places = [(slice(None),) * axis + (index, ...) for index in range(eqn.inputs[0].shape[axis])]
    if len(places) == 1:
        return lambda x: x[places[0]]
    return lambda x: [x[place] for place in places]


@rule("tile")
def _tile(eqn):
    reps = tuple(map(int, eqn.params["reps"]))
    return lambda x: np.tile(x, reps)


@rule("iota")
def _iota(eqn):
    shape, dtype = eqn.outputs[0]
    dimension = int(eqn.params["dimension"])
    thin = tuple(size if axis == dimension else 1 for axis, size in enumerate(shape))

    def call():
        if dtype.kind == "c" or dtype in WIDER:
            line = np.arange(shape[dimension]).astype(dtype)
        else:
            line = np.arange(shape[dimension], dtype=dtype)
        return np.broadcast_to(line.reshape(thin), shape)

    return call


@rule("empty2", "empty")
def _empty(eqn):
    shape, dtype = eqn.outputs[0]
    return lambda: np.zeros(shape, dtype)


@rule("pad")
def _pad(eqn):
    shape, dtype = eqn.outputs[0]
    source, target = [], []
    for size, full, config in zip(
        eqn.inputs[0].shape, shape, eqn.params["padding_config"], strict=True
    ):
        low, _, interior = map(int, config)
        step = interior + 1
        # Elements first .. last - 1 land inside; negative edges cut the others off.
        first = max(0, -(low // step))
        last = max(first, min(size, -((low - full) // step)))
        start = low + first * step
        source.append(slice(first, last))
        target.append(slice(start, start + (last - first) * step, step))
    source, target = tuple(source), tuple(target)

    def call(x, value):
        result = np.empty(shape, dtype)
        result[...] = value
        result[target] = x[source]
        return result

    return call


def float_to_int(source: np.dtype, target: np.dtype):
    """Truncate towards zero, saturate at the ends, nan to 0: XLA's rule; C leaves it undefined."""
    low, high = int_range(target)
    through = np.dtype(np.int8) if is_narrow_integer(target) else target
    # Both bounds are exact in any float dtype that is wide enough to hold them.
    least, beyond = source.type(low), source.type(float(high + 1))
    largest, smallest = through.type(high), through.type(low)

    def call(x):
        inside = (x >= least) & (x < beyond)
        if inside.all():
            return x.astype(through)
        result = np.where(inside, x, source.type(0)).astype(through)
        result = np.where(x >= beyond, largest, result)
        return np.where(x < least, smallest, result)

    return call if through == target else lambda x: call(x).astype(target)


@rule("convert_element_type", elementwise=True)
def _convert_element_type(eqn):
    source, target = eqn.inputs[0].dtype, eqn.outputs[0].dtype
    if source == target:
        return lambda x: x
    if source.kind == "c" and target.kind != "c":
        inner = _convert_element_type(
            eqn._replace(inputs=(eqn.inputs[0]._replace(dtype=np.zeros(0, source).real.dtype),))
        )
        return lambda x: inner(x.real)
    if target == np.bool_:
        return lambda x: np.not_equal(x, source.type(0))
    if is_floating(source) and is_integral(target):
        wide = wider(source)
        convert = float_to_int(wide, target)
        return convert if wide == source else lambda x: convert(x.astype(wide))
    if source in WIDER and target.kind == "c":
        return lambda x: x.astype(np.float32).astype(target)
    if is_narrow_integer(source) and target in WIDER or is_narrow_integer(target):
        return lambda x: x.astype(np.int32).astype(target)
    return lambda x: x.astype(target)


@rule("bitcast_convert_type")
def _bitcast_convert_type(eqn):
    source, target = eqn.inputs[0].dtype, eqn.outputs[0].dtype
    if is_narrow_integer(source) or is_narrow_integer(target) or "c" in source.kind + target.kind:
        return None
    shape = eqn.outputs[0].shape
    if source.itemsize == target.itemsize:
        return lambda x: x.view(target)
    return lambda x: np.frombuffer(x.tobytes(), target).reshape(shape)
