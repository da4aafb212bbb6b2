"""Connectionist temporal classification. What sparse labels need is in nn_ctc_sparse.py.

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
from tfshim._src.errors import dtype_mismatch, dtype_not_allowed, op_error
from tfshim._src.ops.casting import cast
from tfshim._src.ops.common import brackets
from tfshim._src.ops.nn_ctc_sparse import ctc_kernel
from tfshim._src.ops.nn_softmax import last_log_softmax
from tfshim._src.ops.reduction import log_sum_exp
from tfshim._src.registry import export, op
from tfshim._src.rules import each
from tfshim._src.sparse import SparseTensor
from tfshim._src.tensor import Tensor

#: The logarithm of "impossible" at the ends of the chain, finite as TensorFlow's is.
_NEVER = np.float32(np.log(1e-307))

_ONE_HOT = (dtypes.uint8, dtypes.int8, dtypes.int32, dtypes.int64)


def chain(labels):
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
    allowed = jnp.broadcast_to(jnp.asarray(fixed), (batch, states, states))
    if n > 1:
        differ = (labels[:, :-1] != labels[:, 1:]).astype(np.float32)
        allowed = allowed.at[:, label[2:], label[1:-1]].add(differ)
    return jnp.log(allowed)


def _logsum(x, axis: int, keepdims: bool = False):
    return log_sum_exp(x, (axis % x.ndim,), keepdims)


def seen_by_states(labels, log_probs):
    """Log-probabilities of what each state stands for: [time, batch, states]."""
    steps, batch, classes = log_probs.shape
    n = labels.shape[1]
    hot = jax.nn.one_hot(labels, classes, dtype=log_probs.dtype)
    return jnp.concatenate(
        [
            jnp.full((steps, batch, 1), -jnp.inf, log_probs.dtype),
            jnp.sum(log_probs[:, :, None] * hot[None], axis=3),
            jnp.broadcast_to(log_probs[:, :, :1], (steps, batch, n + 1)),
        ],
        axis=2,
    )


def ends(label_length, n: int):
    """Logarithms of the chances to begin and to end in each state, for n labels at most."""
    start = np.full(2 * (n + 1), _NEVER)
    start[0] = 0
    last = jax.nn.one_hot(label_length, n + 1, dtype=np.float32)
    final = (1 - jnp.concatenate([last, last], axis=1)) * _NEVER
    return jnp.broadcast_to(jnp.asarray(start), final.shape), final


def forward_backward(chain, first, final, seen, lengths):
    """Log-posteriors of the states at each step, and the log-likelihood of what was seen.

    Args:
      chain: [batch, to, from] or [to, from].
      first, final: [batch, states].
      seen: [time, batch, states].
      lengths: [batch], how many steps count.
    """
    steps, batch, _ = seen.shape
    inside = (jnp.arange(steps)[:, None] < lengths[None]).astype(seen.dtype)

    def forward(state, step):
        state = _logsum(state[:, None] + chain, 2) + step
        state = state - _logsum(state, 1, True)
        return state, state

    def backward(carry, xs):
        state, total = carry
        step, mask = xs
        state = _logsum((state + step)[:, None] + jnp.swapaxes(chain, -1, -2), 2)
        norm = _logsum(state, 1, True)
        total = total + norm[:, 0] * mask
        out = (state - norm) * mask[:, None] + final * (1 - mask[:, None])
        return (out, total), carry[0]

    _, ahead = lax.scan(forward, first, seen)
    none = jnp.zeros((batch,), seen.dtype)
    (begin, total), behind = lax.scan(backward, (final, none), (seen, inside), reverse=True)
    both = ahead + behind
    both = both - _logsum(both, 2, True) + jnp.log(inside)[:, :, None]
    return both, begin, total


def seen_of_classes(labels, classes: int, states):
    """Log-posteriors of the classes, of which 0 is the blank, from those of the states."""
    n = labels.shape[1]
    hot = labels[:, :, None] - 1 == jnp.arange(classes - 1)
    per_label = jnp.where(hot[None], states[:, :, 1 : n + 1, None], -jnp.inf)
    none = jnp.full((*states.shape[:2], classes - 1), -jnp.inf, states.dtype)
    return jnp.concatenate(
        [_logsum(states[:, :, n + 1 :], 2, True), _logsum(per_label, 2) if n else none], axis=2
    )


def _ctc_parts(logits, labels, label_length, logit_length):
    """The loss, and its gradient: probabilities minus posteriors of the classes."""
    log_probs = last_log_softmax(logits)
    first, final = ends(label_length, labels.shape[1])
    seen = seen_by_states(labels, log_probs)
    states, begin, total = forward_backward(chain(labels), first, final, seen, logit_length)
    found = seen_of_classes(labels, logits.shape[2], states)
    slope = jnp.exp(log_probs) - jnp.exp(found)
    inside = jnp.arange(logits.shape[0])[:, None] < logit_length[None]
    return -(begin[:, 0] + total), slope * inside[:, :, None].astype(slope.dtype)


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
      labels: int tensor [batch, labels], or an int32 `tf.SparseTensor` of that shape.
      logits: [time, batch, classes] of float32, or of float64 with sparse labels (float16 and
        bfloat16 are computed in float32).
      label_length: [batch], how many labels count; with sparse labels it means nothing.
      logit_length: [batch], how many steps count.
      logits_time_major: False for logits [batch, time, classes].
      unique: the result of `ctc_unique_labels`; it saves nothing here, and changes nothing.
      blank_index: the class of the blank, 0 by default; negative ones count from the end. Sparse
        labels need one.
      name: ignored.

    Returns:
      [batch].

    Raises:
      ValueError: for sparse labels without a `blank_index`.
      InvalidArgumentError: for float64 logits with dense labels, labels or lengths of other
        dtypes than uint8, int8, int32 and int64, or what the kernel of sparse
        labels refuses: an example without labels, or with more of them than steps.
    """
    del unique
    x = convert(logits)
    dtype = x.aval.dtype
    half = dtype in (dtypes.float16, dtypes.bfloat16)
    if isinstance(labels, SparseTensor):
        if blank_index is None:
            raise ValueError(
                "Argument `blank_index` must be provided when `labels` is a `SparseTensor`."
            )
        x = cast(x, dtypes.float32) if half else x
        loss = _of_sparse(labels, x, logit_length, logits_time_major, static.integer(blank_index))
        return cast(loss, dtype) if half else loss
    y = convert(labels)
    lengths = [convert(label_length), convert(logit_length)]
    if half:
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
    for given in (y, lengths[0]):  # which TensorFlow makes one-hot
        if given.aval.dtype not in _ONE_HOT:
            raise dtype_not_allowed("OneHot", given.aval.dtype, _ONE_HOT, "TI")
    loss = _ctc_loss(x, y, *lengths)
    return loss if loss.aval.dtype is dtype else cast(loss, dtype)


def _of_sparse(labels: SparseTensor, x: Tensor, lengths, time_major: bool, blank: int) -> Tensor:
    """The loss of sparse labels, for which the blank must be the last class."""
    classes = x.aval.shape[2]
    blank += classes if blank < 0 else 0
    x = x if time_major else _time_major(x, True, 0)
    if blank != classes - 1:
        x = _blank_last(x, blank)
    return ctc_kernel(x, labels.indices, _before_blank(labels.values, blank), lengths)[0]


@op(kernel="ConcatV2", inputs=each("logits"))
def _blank_last(logits, blank):
    return jnp.concatenate(
        [logits[:, :, :blank], logits[:, :, blank + 1 :], logits[:, :, blank : blank + 1]], 2
    )


@op(kernel="SelectV2", inputs=each("labels"))
def _before_blank(labels, blank):
    return jnp.where(labels < blank, labels, labels - 1)


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
