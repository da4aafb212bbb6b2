"""`x[...]`: integers, slices, ellipsis, newaxis, tensors as bounds, boolean masks.

Shapes are static, so bounds are resolved here. What only moves the window (its start) stays an
input of the node: a loop over `x[i]` is one program, not one per i.
"""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, fold, reports
from tfshim._src.convert import convert, literal
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.kernel import Kernel
from tfshim._src.errors import dtype_not_allowed, op_error
from tfshim._src.ops.common import brackets
from tfshim._src.tensor import EagerTensor, NeedsValue, Tensor

_KERNEL = "StridedSlice"
_INDEX_DTYPES = frozenset({dtypes.int16, dtypes.int32, dtypes.int64})
_ORDERED = (dtypes.int16, dtypes.int32, dtypes.int64)
_PLAIN = frozenset({int, type(None)})
_INDEX_NAMES = frozenset({"int16", "int32", "int64"})


def _bad_index(item: Any) -> TypeError:
    return TypeError(
        "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
        f"tf.int32/tf.int64 tensors are valid indices, got {item!r}"
    )


def _as_int(item: Any) -> int:
    """An index or bound as a Python int; tensors are read."""
    if isinstance(item, (int, np.integer)):
        return int(item)
    if isinstance(item, Tensor) or hasattr(item, "_as_operand"):
        t = convert(item)
        if t.aval.shape == () and t.aval.dtype in _INDEX_DTYPES:
            known = fold.static_value(t)  # also of what a loop's first step depends on
            return int(t._host_value() if known is None else known)
        raise _bad_index(item)
    if isinstance(item, np.ndarray) and item.shape == () and item.dtype.name in _INDEX_NAMES:
        return int(item)
    value = getattr(item, "value", None)  # tf.compat.v1.Dimension
    if isinstance(value, int):
        return value
    raise _bad_index(item)


def _check_types(items: list) -> None:
    """TensorFlow looks at the types of all indices (not of bounds) before it looks at any value."""
    for item in items:
        if item is None or item is Ellipsis or isinstance(item, (int, np.integer, slice)):
            continue
        if isinstance(item, Tensor):
            if item.aval.shape and item.ndim > 1 or item.aval.dtype in _INDEX_DTYPES:
                continue
            raise _bad_index(item)
        if not hasattr(item, "_as_operand"):
            _as_int(item)


class Plan:
    """A resolved slicing: windows per axis of the input, then the shape of the result.

    Attributes:
      windows: per axis (start or None for all of it, size, stride).
      shape: the result's shape.
    """

    __slots__ = ("windows", "shape")

    def __init__(self, windows, shape):
        self.windows = windows
        self.shape = shape

    @property
    def starts(self) -> list[Any]:
        """First element read along each axis that is not taken whole; always the lowest index."""
        return [
            start + (size - 1) * stride if stride < 0 and size else start
            for start, size, stride in self.windows
            if start is not None
        ]

    @property
    def key(self) -> tuple:
        return (
            tuple((start is None, size, stride) for start, size, stride in self.windows),
            self.shape,
        )


def plan(spec: Any, shape: tuple[int, ...], name: str = "strided_slice/") -> Plan:
    """Resolves a slicing of a tensor of that shape.

    Raises:
      TypeError: for something that is no index.
      InvalidArgumentError: for an index out of range, too many indices, or a zero step.
    """
    items = list(spec) if isinstance(spec, (tuple, list)) else [spec]
    _check_types(items)
    ellipses = sum(1 for i in items if i is Ellipsis)
    if ellipses > 1:
        raise op_error(_KERNEL, "Multiple ellipses in slice spec not allowed", name=name)
    used = sum(1 for i in items if i is not None and i is not Ellipsis)
    if not ellipses:
        items.append(Ellipsis)
    if used and not shape:
        _check_vectors(items, used, name)
        for i in items:
            if i is not None and i is not Ellipsis and not isinstance(i, slice):
                _as_int(i)
        raise op_error(_KERNEL, "Attempting to slice scalar input.", name=name)
    if used > len(shape):
        raise op_error(
            _KERNEL,
            f"Index out of range using input dim {len(shape)}; input has only {len(shape)} dims",
            name=name,
        )
    _check_vectors(items, used, name)
    if used > 1 and any(map(_has_tensor, items)):
        _check_packed(items)
    if any(map(_is_odd, items)):
        _check_odd(items if ellipses else items[:-1])
    windows: list[tuple] = []
    result: list[int] = []
    for item in items:
        if item is None:
            result.append(1)
            continue
        axis = len(windows)
        if item is Ellipsis:
            for n in shape[axis : axis + len(shape) - used]:
                windows.append((None, n, 1))
                result.append(n)
            continue
        n = shape[axis]
        if isinstance(item, slice):
            window = _slice_window(item, n, axis, name)
            windows.append(window)
            result.append(window[1])
            continue
        moving = _moving(item, n, axis)
        if moving is not None:
            windows.append((moving, 1, 1))
            continue
        index = _as_int(item)
        index += n if index < 0 else 0
        if not 0 <= index < n:
            raise op_error(
                _KERNEL, f"slice index {index} of dimension {axis} out of bounds.", name=name
            )
        windows.append((index, 1, 1))
    return Plan(windows, tuple(result))


def _check_vectors(items: list, used: int, name: str) -> None:
    """TensorFlow refuses indices of rank 1 first of all; those of a higher rank it packs."""
    for item in items:
        if isinstance(item, Tensor) and item.ndim == 1:
            raise _bad_index(item)
    if used and (all(isinstance(item, bool) for item in items[:used]) or any(map(_of_bool, items))):
        raise op_error(
            _KERNEL,
            "Value for attr 'Index' of bool is not in the list of allowed values: int16, int32, "
            "int64\n\t; NodeDef: {{node StridedSlice}}",
            name=name,
            ran=False,
        )
    for place, item in enumerate(items):
        if isinstance(item, Tensor) and item.ndim > 1 and item.dtype in _INDEX_DTYPES:
            shape = brackets(item.aval.shape)
            if used == 1:
                whole = brackets([1, *item.aval.shape])
                text = (
                    "Expected begin, end, and strides to be 1D equal size tensors, but got shapes "
                    f"{whole}, {whole}, and {whole} instead."
                )
                raise op_error(_KERNEL, text, name=name)
            text = f"Shapes of all inputs must match: values[0].shape = [] != values[{place}]"
            raise op_error("Pack", f"{text}.shape = {shape}", name="stack")


def _of_bool(item: Any) -> bool:
    """Whether an item is a slice with a Python bool in it."""
    return isinstance(item, slice) and bool in map(type, (item.start, item.stop, item.step))


def _has_tensor(item: Any) -> bool:
    if type(item) is slice:
        return not {type(item.start), type(item.stop), type(item.step)} <= _PLAIN
    return type(item) is not int and isinstance(item, Tensor)


def _check_packed(items: list) -> None:
    """TensorFlow packs all starts (all stops, all steps) into one tensor, so their dtypes agree."""
    parts: tuple[list, list, list] = [], [], []
    for item in items:
        for part, dtype in zip(parts, _packed_dtypes(item), strict=True):
            part.append(dtype)
    for part in parts:
        given = [(place, dtype) for place, dtype in enumerate(part) if dtype is not None]
        for place, dtype in given:
            first = given[0][1]
            if dtype is not first:
                raise op_error(
                    "Pack",
                    f"cannot compute Pack as input #{place}(zero-based) was expected to be a "
                    f"{first.name} tensor but is a {dtype.name} tensor",
                    name="stack",
                    ran=False,
                )


def _packed_dtypes(item: Any) -> tuple:
    """dtypes of an item's start, stop and step; None where it is a Python number for TensorFlow."""
    if isinstance(item, Tensor):
        dtype = item.dtype
        return dtype, dtype, None if dtype is dtypes.int32 else dtype
    if not isinstance(item, slice):
        return None, None, None
    bounds = (item.start, item.stop, item.step)
    own = [b.dtype if isinstance(b, Tensor) else None for b in bounds]
    widest = next((d for d in (dtypes.int64, dtypes.int32, dtypes.int16) if d in own), None)
    return tuple(widest if b is None else d for b, d in zip(bounds, own, strict=True))


def _is_odd(item: Any) -> bool:
    """Whether an index or bound is an integer that is none for TensorFlow's kernel."""
    if isinstance(item, slice):
        return any(map(_is_odd, (item.start, item.stop, item.step)))
    if isinstance(item, np.integer):
        return item.dtype.name not in _INDEX_NAMES
    return isinstance(item, int) and item.bit_length() > 63


def _check_odd(items: list) -> None:
    """Starts, stops and steps become one vector each, which must have a dtype of indices."""
    parts = []
    for item in items:
        if isinstance(item, slice):
            parts.append((item.start or 0, item.stop or 0, item.step or 1))
        else:
            start = 0 if item is None or item is Ellipsis else item
            parts.append((start, start + 1, 1))
    for values in zip(*parts, strict=True):
        if not any(isinstance(value, Tensor) for value in values):
            dtype = convert(list(values)).dtype
            if dtype not in _INDEX_DTYPES:
                raise dtype_not_allowed(_KERNEL, dtype, _ORDERED, "Index")


def _moving(item: Any, n: int, axis: int) -> EagerTensor | None:
    """An index that is known only when the program runs, counted from the front; else None."""
    if not isinstance(item, EagerTensor) or not item._is_symbolic():
        return None
    if item.aval.shape or item.aval.dtype.kind not in "iu" or fold.static_value(item) is not None:
        return None
    if not n:
        raise NeedsValue("an index of an axis without elements")
    if reports.collected():
        reports.check(_outside(n), [item], lambda r: _out_of_bounds(int(r[1]), axis))
    return dispatch(_front(n), (item,))


@functools.lru_cache(1024)
def _outside(n: int) -> Kernel:
    def body(i):
        i = i.astype(np.int64)
        front = jnp.where(i < 0, i + n, i)
        return ((front < 0) | (front >= n)).astype(np.int64), front

    return reports.checking("StridedSlice", body, lambda i: -n <= i.item() < n)


def _out_of_bounds(index: int, axis: int) -> Exception:
    text = f"slice index {index} of dimension {axis} out of bounds."
    return reports.failure("strided_slice", text)


def _front(n: int) -> Kernel:
    found = _kernels.get(("front", n))
    if found is None:
        found = _kernels["front", n] = Kernel(
            "Index", lambda i: jnp.where(i < 0, i + n, i).astype(jnp.int32), differentiable=False
        )
    return found


def _slice_window(item: slice, n: int, axis: int, name: str) -> tuple:
    bounds = [None if b is None else _as_int(b) for b in (item.start, item.stop, item.step)]
    if bounds[2] == 0:
        raise op_error(_KERNEL, f"strides[{axis}] must be non-zero", name=name)
    start, stop, step = slice(*bounds).indices(n)
    size = len(range(start, stop, step))
    if size == n and step == 1:
        return (None, n, 1)
    return (start if size else 0, size, step)


def _take(windows: tuple, shape: tuple[int, ...], x, starts):
    """The body: a window at `starts`, thinned by the strides, in the result's shape."""
    rest = iter(starts)
    begin, spans, strides, flips = [], [], [], []
    for axis, (whole, size, stride) in enumerate(windows):
        begin.append(jnp.int32(0) if whole else next(rest).astype(jnp.int32))
        spans.append(0 if not size else (size - 1) * abs(stride) + 1)
        strides.append(abs(stride))
        if stride < 0:
            flips.append(axis)
    if starts:
        x = jax.lax.dynamic_slice(x, begin, spans)
    if any(s != 1 for s in strides):
        x = jax.lax.slice(x, [0] * x.ndim, x.shape, strides)
    if flips:
        x = jax.lax.rev(x, flips)
    return x.reshape(shape)


def _put(windows: tuple, x, value, starts):
    """The body of sliced assignment: x with the window replaced."""
    rest = iter(starts)
    index, sizes = [], []
    for whole, size, stride in windows:
        low = 0 if whole else next(rest).astype(jnp.int32)
        steps = np.arange(size) * abs(stride)
        index.append(low + (steps[::-1] if stride < 0 else steps))
        sizes.append(size)
    value = jnp.broadcast_to(value, value.shape).reshape(sizes)
    return x.at[jnp.ix_(*index)].set(value) if index else value


_kernels: dict[Any, Kernel] = {}


def _window(kernel: Kernel, windows: tuple, shape: tuple[int, ...]) -> Any:
    from tfshim._src.forms.shaping import Window

    return Window(kernel, windows, shape)


def _kernel(kind: str, planned: Plan) -> Kernel:
    windows, shape = planned.key
    found = _kernels.get((kind, windows, shape))
    if found is None:
        if len(_kernels) > 4096:
            _kernels.clear()
        if kind == "take":
            found = Kernel(
                _KERNEL,
                lambda x, *s: _take(windows, shape, x, s),
                form=lambda kernel: _window(kernel, windows, shape),
            )
        else:
            found = Kernel(
                "ResourceStridedSliceAssign",
                lambda x, value, *s: _put(windows, x, value, s),
                differentiable=kind == "put",
            )
        _kernels[kind, windows, shape] = found
    return found


def _inputs(planned: Plan) -> list[EagerTensor]:
    return [s if isinstance(s, EagerTensor) else literal(s, dtypes.int32) for s in planned.starts]


def getitem(x: EagerTensor, spec: Any) -> EagerTensor:
    """`x[spec]` of a tensor."""
    key = _plain_spec(spec)
    if key is not None:
        found = _plain.get((key, x.aval))
        if found is None:
            planned = plan(spec, x.aval.shape)
            if x.aval.dtype.kind == "s":
                return _host_getitem(x, planned)
            if len(_plain) > 4096:
                _plain.clear()
            found = _plain[key, x.aval] = _kernel("take", planned), tuple(_inputs(planned))
        return _taken(x, spec, dispatch(found[0], (x, *found[1])))
    mask = _boolean_mask(spec)
    if mask is not None:
        from tfshim._src.ops import array

        return array.boolean_mask(x, mask)
    planned = plan(spec, x.aval.shape)
    if x.aval.dtype.kind == "s":
        return _host_getitem(x, planned)
    return _taken(x, spec, dispatch(_kernel("take", planned), (x, *_inputs(planned))))


def _taken(x: EagerTensor, spec: Any, result: EagerTensor) -> EagerTensor:
    """A slice, of which a graph with unknown sizes remembers how it depends on them."""
    trace = result._trace
    if trace is not None and trace.sizes is not None:
        from tfshim._src.function.static_shapes import reread, sizes_of

        trace.sizes.ruled(result, lambda c: plan(reread(spec, c), sizes_of(x, c)).shape)
    return result


#: (spec of numbers, aval) -> the kernel and its inputs after the tensor.
_plain: dict[Any, tuple[Kernel, tuple]] = {}
_NUMBER = frozenset({int, type(None)})


def _plain_spec(spec: Any) -> Any:
    """A key of a slicing by numbers; None for one with tensors, arrays and the like."""
    kind = type(spec)
    if kind is int:
        return spec
    if kind is slice:
        parts = spec.start, spec.stop, spec.step
        for p in parts:
            if type(p) not in _NUMBER:
                return None
        return parts
    if kind is not tuple:
        return None
    found = []
    for item in spec:
        if type(item) is int or item is None or item is Ellipsis:
            found.append(item)
        elif type(item) is slice and (inner := _plain_spec(item)) is not None:
            found.append(inner)
        else:
            return None
    return ("tuple", *found)


def _host_getitem(x: EagerTensor, planned: Plan) -> EagerTensor:
    from tfshim._src.convert import from_array

    index = []
    for start, size, stride in planned.windows:
        if start is None:
            index.append(slice(None))
        else:
            index.append(np.arange(size) * stride + start)
    value = x._host_value()
    for axis, i in enumerate(index):
        if not isinstance(i, slice):
            value = np.take(value, i, axis)
    return from_array(np.array(value, object).reshape(planned.shape))


def _boolean_mask(spec: Any) -> Any:
    """The mask if the slicing is by one boolean tensor or array."""
    if isinstance(spec, Tensor) or hasattr(spec, "_as_operand"):
        return spec if spec.dtype is dtypes.bool else None
    if isinstance(spec, (bool, np.ndarray)) and np.asarray(spec).dtype == np.bool_:
        return np.asarray(spec)
    return None


def replaced(x: EagerTensor, spec: Any, value: Any, differentiable: bool = False) -> EagerTensor:
    """The tensor with `x[spec]` replaced by a value that broadcasts to it."""
    planned = plan(spec, x.aval.shape)
    value = convert(value, x.aval.dtype)
    if 0 in planned.shape and not differentiable:
        return x  # nothing is assigned, so the value's shape does not matter
    try:
        ok = np.broadcast_shapes(value.aval.shape, planned.shape) == planned.shape
    except ValueError:
        ok = False
    if not ok:
        raise op_error(
            "ResourceStridedSliceAssign",
            f"Cannot broadcast input shape {brackets(value.aval.shape)} into final shape "
            f"{brackets(planned.shape)}",
            name="strided_slice/_assign",
        )
    if value.aval.shape != planned.shape:
        from tfshim._src.ops import array

        value = array.broadcast_to(value, planned.shape)
    kernel = _kernel("put" if differentiable else "assign", planned)
    return dispatch(kernel, (x, value, *_inputs(planned)))


def variable_getitem(variable, spec: Any) -> EagerTensor:
    """`variable[spec]`: a tensor that also has `assign`."""
    return assignable(getitem(variable._read(), spec), variable, spec)


def assignable(out: EagerTensor, variable, spec: Any) -> EagerTensor:
    """A part of a variable's value with `assign`, which writes it there; one by a mask has none."""
    if _boolean_mask(spec) is None:

        def assign(value, name=None):
            variable._write(replaced(variable._current(), spec, value))
            return variable._result(True)

        out.assign = assign  # type: ignore[attr-defined]
    return out
