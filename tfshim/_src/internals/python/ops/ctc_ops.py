"""Connectionist temporal classification as in TensorFlow 1, and the steps of the dense loss."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from tfshim._src.convert import convert
from tfshim._src.dtypes import bfloat16, float16, float32
from tfshim._src.nest import flatten, map_structure
from tfshim._src.ops import nn_ctc
from tfshim._src.ops.nn_ctc_sparse import ctc_kernel
from tfshim._src.registry import PUBLIC, op
from tfshim._src.rules import each
from tfshim._src.sparse import SparseTensor

__all__ = [
    "_ctc_state_trans", "_forward_backward_log", "_get_dim", "_ilabel_to_state", "_scan",
    "_state_to_olabel", "_state_to_olabel_unique", "_sum_states", "ctc_beam_search_decoder",
    "ctc_loss", "ctc_loss_and_grad", "ctc_loss_dense", "ctc_loss_v2", "ctc_state_log_probs",
    "dense_labels_to_sparse",
]  # fmt: skip


def ctc_loss(
    labels, inputs=None, sequence_length=None, preprocess_collapse_repeated=False,
    ctc_merge_repeated=True, ignore_longer_outputs_than_inputs=False, time_major=True, logits=None,
) -> Any:  # fmt: skip
    """The loss of sparse labels, the blank being the last class.

    Args:
      labels: an int32 `tf.SparseTensor` [batch, labels].
      inputs, logits: [time, batch, classes], under either name.
      sequence_length: int32 [batch], how many steps count.
      preprocess_collapse_repeated, ctc_merge_repeated, ignore_longer_outputs_than_inputs: as in
        `ops.nn_ctc_sparse.ctc_kernel`.
      time_major: False for logits [batch, time, classes].

    Returns:
      [batch].

    Raises:
      TypeError: for other labels.
      InvalidArgumentError: as `ctc_kernel`.
    """
    if not isinstance(labels, SparseTensor):
        raise TypeError(
            "Expected argument `labels` to be a SparseTensor. Received "
            f"`labels` = {labels} of type: {type(labels)}"
        )
    x = convert(logits if inputs is None else inputs)
    dtype = x.dtype
    if dtype in (float16, bfloat16):
        x = PUBLIC["tf.cast"](x, float32)
    if not time_major:
        x = PUBLIC["tf.transpose"](x, [1, 0, 2])
    loss, _ = ctc_kernel(
        x, labels.indices, labels.values, sequence_length, preprocess_collapse_repeated,
        ctc_merge_repeated, ignore_longer_outputs_than_inputs,
    )  # fmt: skip
    return PUBLIC["tf.cast"](loss, dtype) if dtype in (float16, bfloat16) else loss


def ctc_loss_v2(
    labels, logits, label_length, logit_length, logits_time_major=True, unique=None,
    blank_index=None, name=None,
) -> Any:  # fmt: skip
    """`tf.nn.ctc_loss`."""
    return PUBLIC["tf.nn.ctc_loss"](
        labels, logits, label_length, logit_length, logits_time_major, unique, blank_index, name
    )


def ctc_loss_dense(
    labels, logits, label_length, logit_length, logits_time_major=True, unique=None,
    blank_index=0, name=None,
) -> Any:  # fmt: skip
    """`tf.nn.ctc_loss` of dense labels."""
    return ctc_loss_v2(
        labels, logits, label_length, logit_length, logits_time_major, unique, blank_index, name
    )


def ctc_beam_search_decoder(
    inputs, sequence_length, beam_width=100, top_paths=1, merge_repeated=True
) -> Any:
    """`tf.nn.ctc_beam_search_decoder`, which leaves out a label that equals the one before.

    Args:
      inputs, sequence_length, beam_width, top_paths: as there.
      merge_repeated: False keeps such labels.
    """
    decoded, scores = PUBLIC["tf.nn.ctc_beam_search_decoder"](
        inputs, sequence_length, beam_width, top_paths
    )
    if not merge_repeated:
        return decoded, scores
    return [_merged(d) for d in decoded], scores


def _merged(labels: SparseTensor) -> SparseTensor:
    rows = PUBLIC["tf.sparse.to_dense"](labels, default_value=-1)
    lengths = PUBLIC["tf.reduce_sum"](PUBLIC["tf.cast"](rows >= 0, "int64"), 1)
    found, new = PUBLIC["tf.nn.collapse_repeated"](rows, lengths)
    merged = dense_labels_to_sparse(found, new)
    return merged.with_values(PUBLIC["tf.cast"](merged.values, labels.dtype))


def dense_labels_to_sparse(dense, length) -> SparseTensor:
    """The first labels of each row as a sparse tensor.

    Args:
      dense: [batch, most].
      length: [batch], how many labels of each row count.
    """
    dense, length = convert(dense), convert(length)
    inside = PUBLIC["tf.sequence_mask"](length, dense.shape[1])
    places = PUBLIC["tf.where"](inside)
    values = PUBLIC["tf.cast"](PUBLIC["tf.gather_nd"](dense, places), "int32")
    most = PUBLIC["tf.cast"](PUBLIC["tf.reduce_max"](length), "int64")
    rows = PUBLIC["tf.shape"](dense, "int64")[0]
    return SparseTensor(places, values, PUBLIC["tf.stack"]([rows, most]))


# -- the steps of the dense loss -------------------------------------------------------------------


@op(kernel="CTCLoss", inputs=each("logits", "labels", "label_length", "logit_length"), grad=None)
def _parts(logits, labels, label_length, logit_length):
    return nn_ctc._ctc_parts(logits, labels, label_length, logit_length)


def ctc_loss_and_grad(logits, labels, label_length, logit_length, unique=None) -> Any:
    """The loss of dense labels, with class 0 as the blank, and its gradient.

    Args:
      logits: float32 [time, batch, classes].
      labels: [batch, labels].
      label_length, logit_length: [batch], how many labels and steps count.
      unique: means nothing.
    """
    return _parts(logits, labels, label_length, logit_length)


@op(kernel="TensorScatterUpdate", inputs=each("label_seq"), grad=None)
def _ctc_state_trans(label_seq):
    """Which state may follow which: ones in [batch, to, from]."""
    return jnp.exp(nn_ctc.chain(label_seq))


@op(kernel="LogicalOr", inputs=each("seq_lengths"), grad=None)
def _ends(seq_lengths, max_seq_length):
    return nn_ctc.ends(seq_lengths, max_seq_length)


def ctc_state_log_probs(seq_lengths, max_seq_length) -> Any:
    """Logarithms of the chances to begin and to end in each state: two of [batch, states]."""
    return _ends(seq_lengths, max_seq_length)


@op(kernel="ConcatV2", inputs=each("labels", "ilabel_log_probs"))
def _seen(labels, ilabel_log_probs):
    return nn_ctc.seen_by_states(labels, ilabel_log_probs)


def _ilabel_to_state(labels, num_labels, ilabel_log_probs) -> Any:
    """Log-probabilities of what each state stands for: [time, batch, states]."""
    return _seen(labels, ilabel_log_probs)


@op(kernel="ConcatV2", inputs=each("labels", "states"))
def _state_to_olabel(labels, num_labels, states):
    """Log-posteriors of the classes from those of the states."""
    return nn_ctc.seen_of_classes(labels, num_labels, states)


def _state_to_olabel_unique(labels, num_labels, states, unique) -> Any:
    """The same; that labels are known to be different saves nothing here."""
    return _state_to_olabel(labels, num_labels, states)


@op(kernel="LogSumExp", inputs=each("idx", "states"))
def _sum_states(idx, states):
    """Adds up, for each number, the states that have it: [time, batch, states], as logarithms."""
    hot = idx[:, :, None] == jnp.arange(states.shape[2])
    return nn_ctc._logsum(jnp.where(hot[None], states[:, :, :, None], -jnp.inf), 2)


@op(
    kernel="Scan",
    inputs=each(
        "state_trans_log_probs", "initial_state_log_probs", "final_state_log_probs",
        "observed_log_probs", "sequence_length",
    ),
)  # fmt: skip
def _forward_backward_log(
    state_trans_log_probs, initial_state_log_probs, final_state_log_probs, observed_log_probs,
    sequence_length,
):  # fmt: skip
    """Log-posteriors of states, and the log-likelihood of what was observed."""
    states, begin, total = nn_ctc.forward_backward(
        state_trans_log_probs, initial_state_log_probs, final_state_log_probs, observed_log_probs,
        sequence_length,
    )  # fmt: skip
    return states, begin[:, 0] + total


def _scan(fn, elems, initial, reverse=False, inclusive=False, final_only=False) -> Any:
    """`fn(accumulated, element)` over the first axis.

    Args:
      fn: a function of two structures.
      elems: a structure of tensors.
      initial: the first accumulated value.
      reverse: whether to begin with the last element.
      inclusive: whether the result has the initial value, too.
      final_only: whether it is the last value alone.
    """
    nest = map_structure
    values = nest(convert, initial)
    size = convert(flatten(elems)[0]).shape[0]
    found = [values]
    for i in reversed(range(size)) if reverse else range(size):
        values = nest(convert, fn(values, nest(lambda e, i=i: convert(e)[i], elems)))
        found.append(values)
    if final_only:
        return found[-1]
    found = found if inclusive else found[1:]
    found = found[::-1] if reverse else found
    return nest(lambda *parts: PUBLIC["tf.stack"](parts), *found)


def _get_dim(tensor, i) -> Any:
    """The size of an axis."""
    size = tensor.shape[i]
    return PUBLIC["tf.shape"](tensor)[i] if size is None else size
