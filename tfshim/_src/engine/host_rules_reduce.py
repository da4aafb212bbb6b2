"""Host rules of reductions, scans along an axis, sorting, and windows."""

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tfshim._src.engine.host_rules import (
    WIDER,
    HostAval,
    int_range,
    is_floating,
    is_narrow_integer,
    rule,
    wider,
)


def lowest(dtype: np.dtype):
    """The identity of max in `dtype`."""
    if dtype == np.bool_:
        return False
    return dtype.type(-np.inf) if dtype.kind == "f" else dtype.type(int_range(dtype)[0])


def highest(dtype: np.dtype):
    """The identity of min in `dtype`."""
    if dtype == np.bool_:
        return True
    return dtype.type(np.inf) if dtype.kind == "f" else dtype.type(int_range(dtype)[1])


def _reduction(eqn, ufunc, **keywords):
    axes = tuple(map(int, eqn.params["axes"]))
    if not axes:
        return lambda x: x
    reduce = ufunc.reduce
    return lambda x: reduce(x, axis=axes, **keywords)


#: So many numbers are added one after the other in their own precision, and no more.
_IN_A_ROW = 64
_WIDER_SUMS = {np.dtype(np.float32): np.float64, np.dtype(np.complex64): np.complex128}


def summed(x: Any, axes: Any = None, dtype: Any = None, keepdims: bool = False) -> Any:
    """The sum along axes.

    NumPy adds in pairs along the last axis only. Along others it adds row after row, which costs a
    million float32 numbers two of their digits; such sums are computed in float64.
    """
    dtype = x.dtype if dtype is None else dtype
    wide = _WIDER_SUMS.get(dtype) if x.size > _IN_A_ROW else None
    if wide is not None and _in_a_row(x, axes) > _IN_A_ROW:
        return np.add.reduce(x, axes, wide, keepdims=keepdims).astype(dtype)
    return np.add.reduce(x, axes, dtype, keepdims=keepdims)


def _in_a_row(x: Any, axes: Any) -> int:
    """How many numbers NumPy adds one after the other."""
    shape, rank = x.shape, x.ndim
    if axes is None:
        axes = range(rank)
    reduced = {a % rank for a in (axes if isinstance(axes, (tuple, range)) else (axes,))}
    count = math.prod([shape[a] for a in reduced])
    if not x.flags.c_contiguous:
        return count
    axis = rank - 1
    while axis in reduced:
        count //= max(shape[axis], 1)
        axis -= 1
    return count


@rule("reduce_sum", widen=True)
def _reduce_sum(eqn):
    axes, dtype = tuple(map(int, eqn.params["axes"])), eqn.outputs[0].dtype
    return (lambda x: summed(x, axes, dtype)) if axes else (lambda x: x)


@rule("reduce_prod", widen=True)
def _reduce_prod(eqn):
    return _reduction(eqn, np.multiply, dtype=eqn.outputs[0].dtype)


@rule("reduce_max", "reduce_min", widen=True)
def _reduce_extreme(eqn):
    shape, dtype = eqn.inputs[0]
    if dtype.kind == "c":
        return None
    ufunc, identity = (np.maximum, lowest) if eqn.name == "reduce_max" else (np.minimum, highest)
    if 0 in shape:
        return _reduction(eqn, ufunc, initial=identity(dtype))
    return _reduction(eqn, ufunc)


@rule("reduce_and", "reduce_or", "reduce_xor", widen=True)
def _reduce_bits(eqn):
    kind = eqn.name.removeprefix("reduce_")
    logic = "logical" if eqn.inputs[0].dtype == np.bool_ else "bitwise"
    return _reduction(eqn, getattr(np, f"{logic}_{kind}"), dtype=eqn.outputs[0].dtype)


@rule("argmax", "argmin", widen=True)
def _argmax(eqn):
    shape, dtype = eqn.inputs[0]
    (axis,) = eqn.params["axes"]
    if dtype.kind == "c" or 0 in shape:
        return None
    find = np.argmax if eqn.name == "argmax" else np.argmin
    target = eqn.outputs[0].dtype
    return lambda x: find(x, int(axis)).astype(target)


_CUMULATIVE = {
    "cumsum": np.add,
    "cumprod": np.multiply,
    "cummax": np.maximum,
    "cummin": np.minimum,
    "cumlogsumexp": np.logaddexp,
}


@rule(*_CUMULATIVE, widen=True)
def _cumulative(eqn):
    dtype = eqn.outputs[0].dtype
    if dtype.kind == "c" and eqn.name not in ("cumsum", "cumprod"):
        return None
    if eqn.name == "cumlogsumexp" and dtype.kind != "f":
        return None
    axis = int(eqn.params["axis"])
    accumulate = _CUMULATIVE[eqn.name].accumulate
    if not eqn.params["reverse"]:
        return lambda x: accumulate(x, axis, dtype=dtype)
    flip = (slice(None),) * axis + (slice(None, None, -1),)
    return lambda x: accumulate(x[flip], axis, dtype=dtype)[flip]


def sort_keys(x):
    """The arrays whose lexicographic order is XLA's order of `x`: zeros equal, nan last."""
    if x.dtype.kind == "c":
        return [x.real, x.imag]
    wide = WIDER.get(x.dtype)
    return [x if wide is None else x.astype(wide)]


@rule("sort")
def _sort(eqn):
    axis = int(eqn.params["dimension"])
    number = int(eqn.params["num_keys"])
    dtype = eqn.inputs[0].dtype
    if len(eqn.inputs) == 1 and dtype.kind != "c" and dtype not in WIDER:
        return lambda x: np.sort(x, axis, kind="stable")

    def call(*operands):
        keys = [key for x in operands[:number] for key in sort_keys(x)]
        if len(keys) == 1:
            order = np.argsort(keys[0], axis, kind="stable")
        else:
            order = np.lexsort(keys[::-1], axis)
        results = [np.take_along_axis(x, order, axis) for x in operands]
        return results if len(results) > 1 else results[0]

    return call


@rule("top_k")
def _top_k(eqn):
    shape, dtype = eqn.inputs[0]
    axis = int(eqn.params.get("axis", len(shape) - 1))
    index_dtype = eqn.outputs[1].dtype
    best = (slice(None),) * axis + (slice(0, int(eqn.params["k"])),)
    if dtype.kind == "c":
        return None

    def key_of(x):
        if is_floating(dtype):
            # Descending in XLA's total order (nan above inf, 0 above -0).
            wide = x.astype(wider(dtype))
            signed = np.dtype(f"i{wide.dtype.itemsize}")
            bits = np.where(np.isnan(wide), wide.dtype.type(np.nan), wide).view(signed)
            return ~np.where(bits < 0, bits ^ np.iinfo(signed).max, bits)
        if is_narrow_integer(dtype):
            return ~x.astype(np.int32)
        return ~x

    def call(x):
        order = np.argsort(key_of(x), axis, kind="stable")[best]
        return np.take_along_axis(x, order, axis), order.astype(index_dtype)

    return call


def windows_of(x, dimensions, strides, dilations):
    """A view of shape (positions..., window...) of `x`, without copying."""
    positions = tuple(
        max(0, (size - (window - 1) * dilation - 1) // stride + 1)
        for size, window, stride, dilation in zip(
            x.shape, dimensions, strides, dilations, strict=True
        )
    )
    steps = tuple(step * stride for step, stride in zip(x.strides, strides, strict=True))
    inner = tuple(step * dilation for step, dilation in zip(x.strides, dilations, strict=True))
    return as_strided(x, positions + tuple(dimensions), steps + inner, writeable=False)


def padded(x, fill, padding, dilations):
    """`x` with `dilations - 1` holes between elements and `padding` around, filled with `fill`."""
    from tfshim._src.engine.host_rules import RULES, Equation

    shape = tuple(
        low + high + (max(0, (size - 1) * dilation + 1) if size else 0)
        for size, (low, high), dilation in zip(x.shape, padding, dilations, strict=True)
    )
    if shape == x.shape and all(low == 0 for low, _ in padding):
        return x
    config = tuple(
        (low, high, dilation - 1) for (low, high), dilation in zip(padding, dilations, strict=True)
    )
    operand, result = HostAval(x.shape, x.dtype), HostAval(shape, x.dtype)
    eqn = Equation("pad", {"padding_config": config}, (operand,), (result,), None)  # type: ignore
    kernel = RULES["pad"].build(eqn)
    assert kernel is not None
    return kernel(x, fill)


def _ints(values, rank, default):
    return tuple(map(int, values)) if values is not None else (default,) * rank


@rule("reduce_window_sum", "reduce_window_max", "reduce_window_min", widen=True)
def _reduce_window(eqn):
    dtype, rank = eqn.inputs[0].dtype, len(eqn.inputs[0].shape)
    if dtype.kind == "c" and eqn.name != "reduce_window_sum":
        return None
    ufunc, fill = {
        "reduce_window_sum": (np.add, dtype.type(0)),
        "reduce_window_max": (np.maximum, None if dtype.kind == "c" else lowest(dtype)),
        "reduce_window_min": (np.minimum, None if dtype.kind == "c" else highest(dtype)),
    }[eqn.name]
    dimensions = _ints(eqn.params["window_dimensions"], rank, 1)
    strides = _ints(eqn.params["window_strides"], rank, 1)
    base = _ints(eqn.params.get("base_dilation"), rank, 1)
    dilations = _ints(eqn.params.get("window_dilation"), rank, 1)
    padding = tuple((int(low), int(high)) for low, high in eqn.params["padding"])
    axes = tuple(range(rank, 2 * rank))
    keywords = {"initial": fill} if 0 in dimensions else {}
    if eqn.name == "reduce_window_sum":
        keywords = {"dtype": dtype}

    def call(x):
        view = windows_of(padded(x, fill, padding, base), dimensions, strides, dilations)
        return ufunc.reduce(view, axis=axes, **keywords)

    return call


@rule("select_and_scatter_add", widen=True)
def _select_and_scatter_add(eqn):
    source, operand = eqn.inputs
    rank, dtype = len(operand.shape), operand.dtype
    chooser = getattr(eqn.params["select_prim"], "name", None)
    if chooser not in ("ge", "le") or dtype.kind == "c":
        return None
    prefer = np.greater_equal if chooser == "ge" else np.less_equal
    dimensions = _ints(eqn.params["window_dimensions"], rank, 1)
    strides = _ints(eqn.params["window_strides"], rank, 1)
    padding = tuple((int(low), int(high)) for low, high in eqn.params["padding"])
    ones = (1,) * rank
    size = int(np.prod(dimensions))
    if size == 0 or any(low < 0 or high < 0 for low, high in padding):
        return None
    places = np.arange(int(np.prod(operand.shape)), dtype=np.int64).reshape(operand.shape)
    # Where each window looks: flat positions in the operand, -1 in the padding.
    view = windows_of(padded(places, -1, padding, ones), dimensions, strides, ones)
    looked = view.reshape((-1, size)).T.copy()

    def call(source, operand):
        flat = operand.reshape(-1)
        chosen = looked[0]
        for candidate in looked[1:]:
            keep = (chosen >= 0) & ((candidate < 0) | prefer(flat[chosen], flat[candidate]))
            chosen = np.where(keep, chosen, candidate)
        result = np.zeros(flat.shape, dtype)
        inside = chosen >= 0
        np.add.at(result, chosen[inside], source.reshape(-1)[inside])
        return result.reshape(operand.shape)

    return call
