"""Connectionist temporal classification, with dense labels.

Source: Graves et al., "Connectionist Temporal Classification" (2006).
"""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import dtype_mismatch, op_error
from tfshim._src.ops.casting import cast
from tfshim._src.ops.common import brackets
from tfshim._src.ops.nn_softmax import last_log_softmax
from tfshim._src.ops.reduction import log_sum_exp
from tfshim._src.registry import export, op
from tfshim._src.rules import each
from tfshim._src.tensor import Tensor

#: The logarithm of "impossible" at the ends of the chain, finite as TensorFlow's is.
_NEVER = np.float32(np.log(1e-307))


def _chain(labels):
    """Logarithms of which state may follow which: [batch, to, from].

    States are: the start, one for each label, and a blank after each of these. A label follows
    itself, the blank before it, and the label before it unless that is the same one.
    """
    batch, n = labels.shape
    states = 2 * (n + 1)
    fixed = np.eye(states, dtype=np.float32)
    label, blank = np.arange(n + 1), np.arange(n + 1) + n + 1
    if n:
        fixed[1, 0] = 1
    fixed[label[1:], blank[:-1]] = 1
    fixed[blank, label] = 1
    chain = jnp.broadcast_to(jnp.asarray(fixed), (batch, states, states))
    if n > 1:
        differ = (labels[:, :-1] != labels[:, 1:]).astype(np.float32)
        chain = chain.at[:, label[2:], label[1:-1]].add(differ)
    return jnp.log(chain)


def _logsum(x, axis: int, keepdims: bool = False):
    return log_sum_exp(x, (axis % x.ndim,), keepdims)


def _forward_backward(labels, label_length, logit_length, log_probs):
    """Log-posteriors of the states at each step, and the log-likelihood of the labels."""
    steps, batch, classes = log_probs.shape
    n = labels.shape[1]
    hot = jax.nn.one_hot(labels, classes, dtype=log_probs.dtype)
    seen = jnp.concatenate(
        [
            jnp.full((steps, batch, 1), -jnp.inf, log_probs.dtype),
            jnp.sum(log_probs[:, :, None] * hot[None], axis=3),
            jnp.broadcast_to(log_probs[:, :, :1], (steps, batch, n + 1)),
        ],
        axis=2,
    )
    chain = _chain(labels)
    start = np.full(2 * (n + 1), _NEVER)
    start[0] = 0
    last = jax.nn.one_hot(label_length, n + 1, dtype=log_probs.dtype)
    final = (1 - jnp.concatenate([last, last], axis=1)) * _NEVER
    inside = (jnp.arange(steps)[:, None] < logit_length[None]).astype(log_probs.dtype)

    def forward(state, step):
        state = _logsum(state[:, None] + chain, 2) + step
        state = state - _logsum(state, 1, True)
        return state, state

    def backward(carry, xs):
        state, total = carry
        step, mask = xs
        state = _logsum((state + step)[:, None] + jnp.swapaxes(chain, 1, 2), 2)
        norm = _logsum(state, 1, True)
        total = total + norm[:, 0] * mask
        out = (state - norm) * mask[:, None] + final * (1 - mask[:, None])
        return (out, total), carry[0]

    first = jnp.broadcast_to(jnp.asarray(start), (batch, start.size))
    _, ahead = lax.scan(forward, first, seen)
    none = jnp.zeros((batch,), log_probs.dtype)
    (begin, total), behind = lax.scan(backward, (final, none), (seen, inside), reverse=True)
    both = ahead + behind
    both = both - _logsum(both, 2, True) + jnp.log(inside)[:, :, None]
    return both, begin[:, 0] + total


def _ctc_parts(logits, labels, label_length, logit_length):
    """The loss, and its gradient: probabilities minus posteriors of the classes."""
    log_probs = last_log_softmax(logits)
    states, likelihood = _forward_backward(labels, label_length, logit_length, log_probs)
    n, classes = labels.shape[1], logits.shape[2]
    hot = labels[:, :, None] - 1 == jnp.arange(classes - 1)
    per_label = jnp.where(hot[None], states[:, :, 1 : n + 1, None], -jnp.inf)
    found = jnp.concatenate(
        [
            _logsum(states[:, :, n + 1 :], 2, True),
            _logsum(per_label, 2)
            if n
            else jnp.full((*logits.shape[:2], classes - 1), -jnp.inf, logits.dtype),
        ],
        axis=2,
    )
    slope = jnp.exp(log_probs) - jnp.exp(found)
    inside = jnp.arange(logits.shape[0])[:, None] < logit_length[None]
    return -likelihood, slope * inside[:, :, None].astype(slope.dtype)


def _ctc_jvp(primals, tangents):
    loss, slope = _ctc_parts(*primals)
    return loss, jnp.sum(slope * tangents[0], axis=(0, 2))


@op(
    kernel="CTCLoss",
    inputs=each("logits", "labels", "label_length", "logit_length"),
    jvp=_ctc_jvp,
)
def _ctc_loss(logits, labels, label_length, logit_length):
    return _ctc_parts(logits, labels, label_length, logit_length)[0]


@op(kernel="ConcatV2", inputs=each("logits"))
def _time_major(logits, swap, blank):
    """[time, batch, classes] with the blank as class 0."""
    x = jnp.swapaxes(logits, 0, 1) if swap else logits
    if blank == 0:
        return x
    return jnp.concatenate([x[:, :, blank : blank + 1], x[:, :, :blank], x[:, :, blank + 1 :]], 2)


@op(kernel="SelectV2", inputs=each("labels"))
def _after_blank(labels, blank):
    return jnp.where(labels < blank, labels + 1, labels)


@export("tf.nn.ctc_loss")
def ctc_loss(
    labels,
    logits,
    label_length,
    logit_length,
    logits_time_major=True,
    unique=None,
    blank_index=None,
    name=None,
) -> Tensor:
    """The negative log-likelihood of label sequences, summed over their alignments.

    Args:
      labels: int tensor [batch, labels].
      logits: [time, batch, classes] of float32 (float16 and bfloat16 are computed in it).
      label_length: [batch], how many labels count.
      logit_length: [batch], how many steps count.
      logits_time_major: False for logits [batch, time, classes].
      unique: the result of `ctc_unique_labels`; it saves nothing here, and changes nothing.
      blank_index: the class of the blank, 0 by default; negative ones count from the end.
      name: ignored.

    Returns:
      [batch].

    Raises:
      TypeError: for sparse labels.
      InvalidArgumentError: for float64 logits.
    """
    del unique
    if hasattr(labels, "dense_shape") and hasattr(labels, "indices"):
        raise TypeError("tf.nn.ctc_loss takes dense labels only; got a SparseTensor")
    x, y = convert(logits), convert(labels)
    lengths = [convert(label_length), convert(logit_length)]
    dtype = x.aval.dtype
    if dtype in (dtypes.float16, dtypes.bfloat16):
        x = cast(x, dtypes.float32)
    elif dtype is not dtypes.float32:
        raise dtype_mismatch("Mul", 1, dtype, dtypes.float32)
    blank = 0 if blank_index is None else static.integer(blank_index)
    if blank < 0:
        blank += x.aval.shape[2]
    if blank or not logits_time_major:
        x = _time_major(x, not logits_time_major, blank)
    if blank:
        y = _after_blank(y, blank)
    loss = _ctc_loss(x, y, *lengths)
    return loss if loss.aval.dtype is dtype else cast(loss, dtype)


# -- labels ----------------------------------------------------------------------------------------


@op(kernel="Unique", inputs=each("labels"), host=True, grad=None)
def _unique_labels(labels):
    values = np.zeros(labels.shape, np.int64)
    places = np.zeros(labels.shape, np.int32)
    for r, row in enumerate(labels):
        seen: dict[Any, int] = {}
        for i, label in enumerate(row.tolist()):
            places[r, i] = seen.setdefault(label, len(seen))
        values[r, : len(seen)] = list(seen)
    return values, places


@export("tf.nn.ctc_unique_labels")
def ctc_unique_labels(labels, name=None) -> list[Tensor]:
    """The different labels of each row, in order of appearance.

    Args:
      labels: int tensor [batch, n].
      name: ignored.

    Returns:
      The labels, int64 [batch, n] with zeros at the end, and for each label its place among them.
    """
    labels = convert(labels)
    if labels.ndim < 2 or (labels.ndim > 2 and labels.aval.shape[0]):
        raise op_error("Unique", "unique expects a 1D vector.")
    if not labels.aval.shape[0]:  # no rows from which TensorFlow could know their length
        labels = convert(np.zeros((0,), labels.aval.dtype.np))
    return _unique_labels(labels)


@op(kernel="ScatterNd", inputs=each("labels", "seq_length"), host=True, grad=None)
def _collapse(labels, seq_length):
    inside = np.arange(labels.shape[1]) < seq_length.reshape(-1, 1)
    new = np.concatenate(
        [np.ones_like(labels[:, :1], bool), labels[:, 1:] != labels[:, :-1]], axis=1
    )
    kept = [row[keep] for row, keep in zip(labels, new & inside, strict=True)]
    lengths = np.array([len(row) for row in kept], seq_length.dtype)
    out = np.zeros((len(kept), max(map(len, kept), default=0)), labels.dtype)
    for i, row in enumerate(kept):
        out[i, : len(row)] = row
    return out, lengths


def _check_lengths(labels: tuple[int, ...], lengths: tuple[int, ...]) -> None:
    """Refuses shapes where TensorFlow's composition of smaller ops does."""
    marks = (*lengths, labels[1])
    try:
        size = math.prod(np.broadcast_shapes(labels, marks))
    except ValueError:
        shown = f"{brackets(labels)} vs. {brackets(marks)}"
        raise op_error("LogicalAnd", f"Incompatible shapes: {shown}") from None
    if size != math.prod(labels):
        raise ValueError(f"Shapes ({math.prod(labels)},) and ({size},) are incompatible")
    if len(labels) > 2 or len(lengths) > 1:
        raise op_error(
            "Reshape",
            f"Input to reshape is a tensor with {size} values, but the requested shape has "
            f"{math.prod(labels[:2])}",
            name=None,
        )


@export("tf.nn.collapse_repeated")
def collapse_repeated(labels, seq_length, name=None) -> tuple[Tensor, Tensor]:
    """Rows without labels that equal the one before.

    Args:
      labels: tensor [batch, n].
      seq_length: [batch], how many labels of each row count.
      name: ignored.

    Returns:
      Labels [batch, longest new row] with zeros at the end, and the new lengths.

    Raises:
      InvalidArgumentError: for labels of rank 1.
    """
    labels, lengths = convert(labels), convert(seq_length)
    if labels.ndim < 2:
        raise op_error(
            "StridedSlice",
            f"Index out of range using input dim 1; input has only {labels.ndim} dims",
            name="strided_slice/",
        )
    _check_lengths(labels.aval.shape, lengths.aval.shape)
    found, new = _collapse(labels, lengths)
    return found, new
