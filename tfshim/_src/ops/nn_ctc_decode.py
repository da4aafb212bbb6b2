"""The likeliest labels of a connectionist temporal classifier."""

from __future__ import annotations

import bisect
import math
from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import (
    FailedPreconditionError,
    dtype_mismatch,
    dtype_not_allowed,
    op_error,
    require,
)
from tfshim._src.registry import export, op
from tfshim._src.rules import Group, each
from tfshim._src.sparse import SparseTensor

_TYPES = Group(("inputs",), ("float", "double"))


def _checked(kernel: str, inputs: Any, sequence_length: Any, attrs: str = "") -> tuple:
    """Logits and lengths as tensors that fit, and the call's name for later errors."""
    x, lengths = convert(inputs), convert(sequence_length, hint=dtypes.int32)
    if lengths.aval.dtype is not dtypes.int32:
        raise dtype_mismatch(kernel, 1, dtypes.int32, lengths.aval.dtype)
    name = None if isinstance(sequence_length, (list, tuple)) else ""
    if x.aval.dtype not in _TYPES.ordered:
        raise dtype_not_allowed(kernel, x.aval.dtype, _TYPES.ordered, name=name)
    if x.ndim != 3:
        raise op_error(kernel, "inputs is not a 3-Tensor", name=name, attrs=attrs)
    if not x.aval.size:
        raise op_error(kernel, "inputs must not be empty", name=name, attrs=attrs)
    steps, batch, _ = x.aval.shape
    if lengths.ndim != 1:
        raise op_error(kernel, "sequence_length is not a vector", name=name, attrs=attrs)
    count = lengths.aval.shape[0]
    if count != batch:
        raise op_error(
            kernel,
            f"len(sequence_length) != batch_size.  len(sequence_length):  {count} batch_size: "
            f"{batch}",
            FailedPreconditionError,
            name=name,
            attrs=attrs,
        )
    for b, n in enumerate(lengths._host_value().tolist()):
        if n > steps:
            raise op_error(
                kernel,
                f"sequence_length({b}) <= {steps}",
                FailedPreconditionError,
                name=name,
                attrs=attrs,
            )
    return x, lengths, name


@op(kernel="CTCGreedyDecoder", inputs=each("inputs", "sequence_length"), host=True, grad=None)
def _greedy(inputs, sequence_length, merge_repeated, blank):
    steps, batch, _ = inputs.shape
    best = inputs.argmax(axis=2)
    inside = np.arange(steps)[:, None] < sequence_length
    score = -np.where(inside, inputs.max(axis=2), 0).sum(axis=0, dtype=inputs.dtype)
    kept = inside & (best != blank)
    if merge_repeated:
        kept[1:] &= best[1:] != best[:-1]
    rows = [best[kept[:, b], b] for b in range(batch)]
    longest = max(map(len, rows), default=0)
    places = [(b, i) for b, row in enumerate(rows) for i in range(len(row))]
    return (
        np.array(places, np.int64).reshape(-1, 2),
        np.concatenate([np.zeros(0, np.int64), *rows]).astype(np.int64),
        np.array([batch, longest], np.int64),
        score.reshape(-1, 1),
    )


@export("tf.nn.ctc_greedy_decoder")
def ctc_greedy_decoder(inputs, sequence_length, merge_repeated=True, blank_index=None) -> tuple:
    """The labels of the largest logit at each step, without blanks.

    Args:
      inputs: float32 or float64 logits [time, batch, classes].
      sequence_length: int32 [batch], how many steps count.
      merge_repeated: whether a label that follows itself at once counts once.
      blank_index: the class of the blank; the last one by default.

    Returns:
      A list of one `tf.SparseTensor` of labels [batch, longest], and minus the sums of the largest
      logits [batch, 1].

    Raises:
      InvalidArgumentError, FailedPreconditionError: for shapes and lengths that do not fit.
    """
    kernel = "CTCGreedyDecoder"
    x, lengths, name = _checked(kernel, inputs, sequence_length)
    classes = x.aval.shape[2]
    blank = -1 if blank_index is None else static.integer(blank_index)
    if not -classes <= blank < classes:
        raise op_error(
            kernel,
            f"blank_index expected to be between {-classes} and {classes - 1} but was {blank}",
            name=name,
        )
    found: Any = _greedy(x, lengths, bool(merge_repeated), blank % classes)
    places, values, shape, score = found
    return [SparseTensor(places, values, shape)], score


# -- beam search -----------------------------------------------------------------------------------

_ZERO = -math.inf


class _Prefix:
    """A label sequence that may be in the beam: a node of the tree of all of them.

    Its probabilities are logarithms of (all, ending in a blank, ending in the label), before and
    after the step.
    """

    __slots__ = ("parent", "label", "children", "old", "new")

    def __init__(self, parent: _Prefix | None, label: int):
        self.parent, self.label = parent, label
        self.children: dict[int, _Prefix] = {}
        self.old = self.new = (_ZERO, _ZERO, _ZERO)

    def labels(self) -> list[int]:
        found, node = [], self
        while node.parent is not None:
            found.append(node.label)
            node = node.parent
        return found[::-1]


def _log_add(a: float, b: float) -> float:
    if a == _ZERO or b == _ZERO:
        return max(a, b)
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


def _advance(beam: list[_Prefix], scores: np.ndarray, width: int) -> list[_Prefix]:
    """One step of the search, over log-probabilities whose last class is the blank."""
    blank = len(scores) - 1
    for b in beam:
        b.old = b.new
    for b in beam:
        by_label = b.old[2]
        if b.parent is not None:
            if b.parent.new[0] != _ZERO:
                previous = b.parent.old[1 if b.label == b.parent.label else 0]
                by_label = _log_add(by_label, previous)
            by_label += scores[b.label]
        by_blank = b.old[0] + scores[blank]
        b.new = (_log_add(by_blank, by_label), by_blank, by_label)
    best = sorted([(-b.new[0], i, b) for i, b in enumerate(beam)])
    count = len(best)
    for b in beam:
        if not (b.old[0] > _ZERO and (len(best) < width or b.old[0] > -best[-1][0])):
            continue
        for label in range(blank):
            child = b.children.get(label)
            if child is not None and child.new[0] != _ZERO:
                continue
            total = b.old[1 if label == b.label else 0] + scores[label]
            if not (total > _ZERO and (len(best) < width or total > -best[-1][0])):
                if child is not None:
                    child.old = child.new = (_ZERO, _ZERO, _ZERO)
                continue
            if child is None:
                child = b.children[label] = _Prefix(b, label)
            child.new = (total, _ZERO, total)
            if len(best) == width:
                best.pop()[2].new = (_ZERO, _ZERO, _ZERO)
            bisect.insort(best, (-total, count, child))
            count += 1
    return [leaf for _, _, leaf in best]


def _beam_search(logits: np.ndarray, width: int, paths: int) -> list[tuple[list[int], float]]:
    """The likeliest label sequences of one example, with their log-probabilities."""
    root = _Prefix(None, -1)
    root.new = (0.0, 0.0, _ZERO)
    beam = [root]
    for row in logits.astype(np.float64):
        high = row.max()
        beam = _advance(beam, row - (high + math.log(np.exp(row - high).sum())), width)
    return [(leaf.labels(), leaf.new[0]) for leaf in beam[:paths]]


@op(kernel="CTCBeamSearchDecoder", inputs=each("inputs", "sequence_length"), host=True, grad=None)
def _beam(inputs, sequence_length, beam_width, top_paths):
    batch = inputs.shape[1]
    found = [
        _beam_search(inputs[: max(int(n), 0), b], beam_width, top_paths)
        for b, n in enumerate(sequence_length)
    ]
    for f in found:
        require(len(f) == top_paths, "Less leaves in the beam search than requested.")
    out: list[Any] = []
    for k in range(top_paths):
        rows = [f[k][0] for f in found]
        places = [(b, i) for b, row in enumerate(rows) for i in range(len(row))]
        out += [
            np.array(places, np.int64).reshape(-1, 2),
            np.array([label for row in rows for label in row], np.int64),
            np.array([batch, max(map(len, rows), default=0)], np.int64),
        ]
    scores = np.array([[s for _, s in f] for f in found], inputs.dtype).reshape(batch, top_paths)
    return (*out, scores)


@export("tf.nn.ctc_beam_search_decoder")
def ctc_beam_search_decoder(inputs, sequence_length, beam_width=100, top_paths=1) -> tuple:
    """The likeliest label sequences, found by following the best prefixes.

    Args:
      inputs: float32 or float64 logits [time, batch, classes]; the last class is the blank.
      sequence_length: int32 [batch], how many steps count.
      beam_width: how many prefixes are followed.
      top_paths: how many sequences to return.

    Returns:
      A list of `top_paths` `tf.SparseTensor`s of labels [batch, longest], and their
      log-probabilities [batch, top_paths].

    Raises:
      InvalidArgumentError, FailedPreconditionError: for shapes and numbers that do not fit.

    Source: Graves and Jaitly, "Towards End-to-End Speech Recognition with Recurrent Neural
    Networks" (2014).
    """
    kernel = "CTCBeamSearchDecoder"
    width, paths = static.integer(beam_width), static.integer(top_paths)
    x, lengths, name = _checked(kernel, inputs, sequence_length, f"top_paths_{paths}")
    if paths > width:
        raise op_error(
            kernel,
            "requested more paths than the beam width.",
            name=name,
            attrs=f"top_paths_{paths}",
        )
    found: Any = _beam(x, lengths, width, paths)
    decoded = [SparseTensor(*found[3 * k : 3 * k + 3]) for k in range(paths)]
    return decoded, found[-1]
