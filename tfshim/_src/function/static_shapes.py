"""Static shapes in a function whose signature leaves sizes unknown.

Such a function is traced for the sizes of a call, so each aval is fully known; what user code may
see of a shape is what TensorFlow's shape inference knows from the signature. A size is unknown if
it changes when the unknown sizes of the inputs change: a node's kernel is asked for its output
avals again, for inputs with other sizes. That happens only for tensors whose shape is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from tfshim._src.engine.aval import make_aval
from tfshim._src.fold import producer, static_value
from tfshim._src.shapes import TensorShape

#: A way to change unknown sizes: from the actual and the static shape to another actual one.
Change = Callable[[tuple[int, ...], TensorShape], tuple[int, ...]]


def _resized(size: Callable[[int], int], rank: Callable[[tuple], tuple] = tuple) -> Change:
    def change(actual: tuple[int, ...], shape: TensorShape) -> tuple[int, ...]:
        if shape.rank is None:
            return rank(tuple([size(d) for d in actual]))
        pairs = zip(actual, shape.as_list(), strict=True)
        return tuple([size(d) if s is None else s for d, s in pairs])

    return change


def _twice(d: int) -> int:
    """As many can be split and reshaped as before."""
    return 2 * d or 6


def _changes(inputs: Iterable[Any], shapes: Iterable[TensorShape]) -> Iterator[Change]:
    """Ways to change a node's unknown sizes: all of them, those of one extent, to 1 and to 0.

    With 1 for every unknown size, what is broadcast keeps the sizes of the other operand; a slice
    of nothing has no size of its own.
    """
    yield from (_resized(size) for size in (int, _twice, lambda d: 1, lambda d: 0))
    pairs = [
        p for i, s in zip(inputs, shapes, strict=True) for p in zip(i.aval.shape, s, strict=True)
    ]
    extents = {d for d, s in pairs if s is None}
    if len(extents) > 1:
        for one in extents:
            yield _resized(lambda d, one=one: _twice(d) if d == one else d)


#: Where ranks are unknown: another rank, with the same elements and with others.
_RANKS = (
    _resized(lambda d: d, lambda sizes: (1, *sizes)),
    _resized(_twice, lambda sizes: (2, *sizes)),
    _resized(lambda d: 1, lambda sizes: (1, *sizes)),
)


#: So many values that were read wait for the node that they are attributes of.
_WAITING = 4


class StaticShapes:
    """What is known of the shapes of a graph's tensors.

    Attributes:
      known: by slot, the shapes found so far.
      read: the tensors whose values were read while tracing since the last node: attributes of
        the next one.
      reads: by the slot of a node's first output, those tensors.
      rules: by slot, what gives a shape for other sizes where the kernel cannot.
    """

    def __init__(self) -> None:
        self.known: dict[int, TensorShape] = {}
        self.read: list[Any] = []
        self.reads: dict[int, list[Any]] = {}
        self.rules: dict[int, Callable[[Change], tuple[int, ...]]] = {}

    def settle(self, tensor: Any, shape: TensorShape) -> None:
        """Takes a shape as known."""
        self.known[tensor._slot] = shape

    def recorded(self, kernel: Any, outputs: tuple) -> None:
        """Takes note of a node: what was read is among its attributes, or waits for a later one."""
        waiting: list[Any] = []
        taken = []
        for tensor in self.read:
            if any(_holds(a, tensor) for a in kernel.attrs.values()):
                taken.append(tensor)
            elif tensor.aval.shape:
                waiting.append(tensor)
        self.read = waiting[-_WAITING:]
        if taken and outputs:
            self.reads[outputs[0]._slot] = taken

    def ruled(self, tensor: Any, rule: Callable[[Change], tuple[int, ...]]) -> None:
        """Takes a rule for the shape of a tensor."""
        self.rules[tensor._slot] = rule

    def of(self, tensor: Any) -> TensorShape:
        """The static shape of a tensor of this graph."""
        stack = [tensor]
        while stack:
            t = stack[-1]
            if _shape(t) is not None:
                stack.pop()
                continue
            entry = producer(t._trace, t)
            if entry is None:  # a captured variable, or an argument of known shape
                _sizes(t).settle(t, TensorShape(t.aval.shape))
                continue
            waiting = [i for i in entry[1] if _shape(i) is None]
            if waiting:
                stack.extend(waiting)
                continue
            kernel, inputs, outputs = entry
            owner = _sizes(t)  # which may be that of a graph around this one
            for out, shape in zip(outputs, owner._inferred(kernel, inputs, outputs), strict=True):
                owner.settle(out, shape)
        return self.known[tensor._slot]

    def _inferred(self, kernel: Any, inputs: tuple, outputs: tuple) -> list[TensorShape]:
        """The shapes of a node's outputs."""
        shapes = [_known(i) for i in inputs]
        reads = self.reads.get(outputs[0]._slot, ())
        if not reads and all(_is(s, i.aval.shape) for s, i in zip(shapes, inputs, strict=True)):
            return [TensorShape(o.aval.shape) for o in outputs]
        found: list[TensorShape] = []
        rule = self.rules.get(outputs[0]._slot)
        ranks = any(s.rank is None for s in shapes)
        for change in _RANKS if ranks else _changes(inputs, shapes):
            try:
                if rule is not None:
                    others = [rule(change)]
                else:
                    sizes = [change(i.aval.shape, s) for i, s in zip(inputs, shapes, strict=True)]
                    pairs = zip(sizes, inputs, strict=True)
                    avals = tuple([make_aval(size, i.aval.dtype) for size, i in pairs])
                    made = _rebound(kernel, reads, change).spec(avals).outputs
                    others = [o.shape for o in made]
            except Exception:  # sizes that do not fit
                continue
            if len(others) != len(outputs):  # as many as the size of an axis
                continue
            if found:
                found = [_common(s, o) for s, o in zip(found, others, strict=True)]
            else:
                found = [TensorShape(o) for o in others]
        if found and not ranks:
            return found
        actual = [TensorShape(o.aval.shape) for o in outputs]
        if found:
            return [_common(s, o.aval.shape) for s, o in zip(found, outputs, strict=True)]
        return [TensorShape([None] * len(s)) for s in actual] if ranks else actual


def _sizes(tensor: Any) -> StaticShapes:
    return tensor._trace.sizes


def _shape(tensor: Any) -> TensorShape | None:
    """The static shape of any tensor, if it was found already or needs no search."""
    trace = tensor._trace
    if trace is None or getattr(trace, "sizes", None) is None:
        return TensorShape(tensor.aval.shape)
    return trace.sizes.known.get(tensor._slot)


def _known(tensor: Any) -> TensorShape:
    found = _shape(tensor)
    assert found is not None
    return found


def _is(shape: TensorShape, actual: tuple[int, ...]) -> bool:
    return shape.is_fully_defined() and shape == actual


def _common(shape: TensorShape, other: tuple[int, ...]) -> TensorShape:
    if shape.rank != len(other):
        return TensorShape(None)
    return TensorShape([s if s == o else None for s, o in zip(shape.as_list(), other, strict=True)])


def sizes_of(tensor: Any, change: Change) -> tuple[int, ...]:
    """The shape that a tensor had for other sizes."""
    return change(tensor.aval.shape, tensor.shape)


def reread(value: Any, change: Change) -> Any:
    """An index or a size in which tensors have the values that they had for other sizes.

    Raises:
      ValueError: for a value that is not known.
    """
    if isinstance(value, (tuple, list)):
        return tuple([reread(item, change) for item in value])
    if isinstance(value, slice):
        return slice(*[reread(b, change) for b in (value.start, value.stop, value.step)])
    if not getattr(value, "_is_symbolic", bool)():
        return value
    found = static_value(value, lambda t: sizes_of(t, change))
    if found is None:
        raise ValueError(f"{value!r} is not known")
    return found if found.ndim else int(found)


def _rebound(kernel: Any, reads: Iterable[Any], change: Change) -> Any:
    """The kernel with the attributes that it had if the unknown sizes were others."""
    attrs = dict(kernel.attrs)
    different = False
    for tensor in reads:
        before, after = (
            static_value(tensor),
            static_value(tensor, lambda t: sizes_of(t, change)),
        )
        if before is None or after is None or np.array_equal(before, after):
            continue
        for name, value in attrs.items():
            attrs[name] = _replaced(value, before, after)
            different = different or attrs[name] != value
    return kernel.with_attrs(attrs) if different else kernel


def _holds(value: Any, tensor: Any) -> bool:
    """Whether an attribute may come from a tensor whose value was read."""
    found = static_value(tensor, lambda t: t.aval.shape)
    return found is not None and _replaced(value, found, found + 1) != value


def _replaced(value: Any, before: np.ndarray, after: np.ndarray) -> Any:
    """An attribute in which a value that was read is another one."""
    if before.ndim == 0:
        if isinstance(value, tuple):
            return tuple([_replaced(v, before, after) for v in value])
        return int(after) if type(value) is int and value == int(before) else value
    if before.ndim == 1 and isinstance(value, tuple) and value == tuple(before.tolist()):
        return tuple(after.tolist())
    return value
