"""The gradient of branches that gather: `tf.IndexedSlices`, from a node of branches of its own.

The pullback of a branch node is one array program. An array that some branch only takes rows of has
a gradient of rows, in TensorFlow as here; then the gradient is another node with as many branches,
each of them the gradient of its forward branch. A compiled program has one shape: where branches
take another number of rows, the shorter ones repeat their first row, with zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tfshim._src.backprop import Call, derived_gradients, zeros
from tfshim._src.control_flow.captured import Captured, needs_rules
from tfshim._src.convert import convert, from_array
from tfshim._src.engine.aval import Aval, make_aval
from tfshim._src.indexed_slices import IndexedSlices, densify


def gradient_rule(
    parts: Sequence[Captured], places: Sequence[Sequence[int]], again: Callable
) -> Callable[[Call], list] | None:
    """The rule of a branch node, None where no branch can have a gradient of rows.

    Args:
      parts: the branches, finished.
      places: per branch where its inputs stand among those of the node, after the index.
      again: `again(index, functions) -> list of tensors` makes a node of other branches.
    """
    if not any(needs_rules(p.graph) for p in parts):
        return None

    def rule(call: Call) -> list:
        sides = [_Side(p, at, call) for p, at in zip(parts, places, strict=True)]
        wanted = [i for i in range(len(call.inputs)) if any(i in s.patterns for s in sides)]
        kinds = {i: _Rows.of(sides, i, call.inputs[i].aval) for i in wanted}
        if not any(kinds.values()):
            return derived_gradients(call)

        def branch(side: _Side) -> list:
            grads, made = side.gradients(call), []
            for i in wanted:
                grad = grads.get(i)
                if grad is None:
                    grad = zeros(call.inputs[i].aval)
                rows = kinds[i]
                made += [densify(grad)] if rows is None else rows.take(grad)
            return made

        outs = iter(again(call.inputs[0], [lambda s=s: branch(s) for s in sides]))
        result: list[Any] = [None] * len(call.inputs)
        for i in wanted:
            result[i] = next(outs)
            if kinds[i] is not None:
                shape = from_array(np.array(call.inputs[i].aval.shape, np.int32))
                result[i] = IndexedSlices(result[i], next(outs), shape)
        return result

    return rule


class _Side:
    """The gradient of one branch, as far as a call wants it."""

    def __init__(self, part: Captured, places: Sequence[int], call: Call):
        self.places = [1 + at for at in places]
        self.which = tuple(
            [
                i
                for i, c in enumerate(call.cotangents)
                if c is not None and call.outputs[i].aval.trainable
            ]
        )
        needed = [call.needed[i] and call.inputs[i].aval.trainable for i in self.places]
        self.found = part.function.backward(self.which, tuple(needed))
        #: by position of an input of the node: where its gradient stands
        self.patterns = {
            i: p for i, p in zip(self.places, self.found.pattern, strict=True) if p is not None
        }

    def part(self, i: int, offset: int = 0) -> Aval:
        """What the first or second part of an input's gradient looks like."""
        function = self.found.function
        assert function is not None
        outputs: Any = function.outputs
        return outputs[self.patterns[i][1] + offset].aval

    def gradients(self, call: Call) -> dict[int, Any]:
        """The gradients by position of the input."""
        if not self.patterns:
            return {}
        inputs = [call.inputs[i] for i in self.places]
        cts = [densify(call.cotangents[i]) for i in self.which]
        grads = self.found.call(inputs, cts)
        return {i: g for i, g in zip(self.places, grads, strict=True) if i in self.patterns}


class _Rows:
    """How all branches give the gradient of one input as rows.

    Attributes:
      count: the number of rows.
      index: the dtype of their indices.
    """

    def __init__(self, count: int, index: str):
        self.count, self.index = count, index

    @classmethod
    def of(cls, sides: Sequence[_Side], i: int, aval: Aval) -> _Rows | None:
        """None where no branch has a gradient of rows: then it is a plain tensor."""
        sparse = [s for s in sides if i in s.patterns and s.patterns[i][0] == "slices"]
        if not sparse:
            return None
        counts = [s.part(i).shape[0] for s in sparse]
        if len(sparse) < len(sides):
            counts.append(aval.shape[0])  # all rows of a plain tensor
        wide = any(s.part(i, 1).dtype.name == "int64" for s in sparse)
        return cls(max(counts), "int64" if wide else "int32")

    def take(self, gradient: Any) -> list:
        """The values and indices of a gradient."""
        from tfshim._src.ops import array

        if isinstance(gradient, IndexedSlices):
            values, indices = gradient.values, gradient.indices
        else:
            values = gradient
            indices = from_array(np.arange(gradient.aval.shape[0], dtype=np.int32))
        indices = array.cast(indices, self.index)
        missing = self.count - values.aval.shape[0]
        if missing:
            more = make_aval((missing, *values.aval.shape[1:]), values.aval.dtype)
            values = array.concat([values, zeros(more)], 0)
            first = indices[:1] if indices.aval.size else convert(np.zeros(1, self.index))
            indices = array.concat([indices, array.tile(first, [missing])], 0)
        return [values, indices]
