"""Losses over many classes by samples of them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import dtype_mismatch, op_error, require
from tfshim._src.ops.array import stop_gradient
from tfshim._src.ops.casting import cast
from tfshim._src.ops.joining import concat
from tfshim._src.ops.nn_embedding import embedding_lookup
from tfshim._src.ops.nn_losses import sigmoid_cross_entropy_with_logits
from tfshim._src.ops.nn_samplers import log_uniform_candidate_sampler
from tfshim._src.ops.nn_softmax import softmax_cross_entropy_with_logits
from tfshim._src.ops.reduction import reduce_sum
from tfshim._src.ops.shaping import reshape
from tfshim._src.random_state import op_seeds
from tfshim._src.registry import export, op
from tfshim._src.rules import each, fixed, same
from tfshim._src.tensor import STATE, Tensor

# -- hits ------------------------------------------------------------------------------------------


@op(
    kernel="ComputeAccidentalHits",
    inputs=fixed("int64", "true_classes", "sampled_candidates"),
    host=True,
    grad=None,
)
def _accidental_hits(true_classes, sampled_candidates, num_true):
    require(
        true_classes.ndim == 2 and true_classes.shape[1] == num_true,
        "true_candidates must be a batch_size * num_true matrix",
    )
    require(
        sampled_candidates.ndim == 1,
        "sampled_candidates must be a vector, which is typically an output from CandidateSampler",
    )
    # Of a class that was drawn twice, the last place counts.
    place = {c: i for i, c in enumerate(sampled_candidates.tolist())}
    hits = [
        (row, place[c])
        for row, classes in enumerate(true_classes.tolist())
        for c in classes
        if c in place
    ]
    rows = np.array([r for r, _ in hits], np.int32)
    ids = np.array([i for _, i in hits], np.int64)
    return rows, ids, np.full(len(hits), np.finfo(np.float32).min, np.float32)


class ComputeAccidentalHits(NamedTuple):
    """The result of `tf.nn.compute_accidental_hits`."""

    indices: Any
    ids: Any
    weights: Any


@export("tf.nn.compute_accidental_hits")
def compute_accidental_hits(
    true_classes, sampled_candidates, num_true, seed=None, name=None
) -> ComputeAccidentalHits:
    """Where sampled classes are true ones.

    Args:
      true_classes: int64 [batch, num_true].
      sampled_candidates: int64 [samples].
      num_true: how many true classes each example has.
      seed: nothing is drawn; it only advances the seeds as in samplers.
      name: ignored.

    Returns:
      Of each hit the row of the true class, the place of the sample, and the lowest float32.

    Raises:
      InvalidArgumentError: for shapes and dtypes that do not fit.
    """
    op_seeds(seed)
    found = _accidental_hits(true_classes, sampled_candidates, static.integer(num_true))
    return ComputeAccidentalHits(*found)


# -- losses ----------------------------------------------------------------------------------------


@op(
    kernel="MatMul",
    inputs=same("all_w", "all_b", "inputs", "true_count", "sampled_count")
    + each("labels", "sampled"),
    diff=("all_w", "all_b", "inputs"),
)
def _sampled_logits(
    all_w, all_b, inputs, true_count, sampled_count, labels, sampled, num_true, drop_hits
):
    true = labels.size
    batch = inputs.shape[0]
    true_w = all_w[:true].reshape(batch, num_true, -1)
    true_logits = jnp.sum(inputs[:, None] * true_w, axis=2) + all_b[:true].reshape(batch, num_true)
    sampled_logits = inputs @ all_w[true:].T + all_b[true:]
    if drop_hits:
        # of a class that was sampled several times the last sample counts
        again = np.triu(np.ones((len(sampled), len(sampled)), bool), 1)
        last = ~jnp.any((sampled[:, None] == sampled) & again, axis=1)
        hit = jnp.any(labels.reshape(batch, num_true, 1) == sampled, axis=1) & last
        lowest = jnp.asarray(jnp.finfo(np.float32).min, inputs.dtype)
        sampled_logits = sampled_logits + jnp.where(hit, lowest, jnp.zeros((), inputs.dtype))
    true_logits = true_logits - jnp.log(true_count)
    sampled_logits = sampled_logits - jnp.log(sampled_count)
    return jnp.concatenate([true_logits, sampled_logits], axis=1)


def _check_counts(dtype, counts) -> None:
    """The logarithm of how often classes are expected is subtracted from their logits."""
    if counts is not dtype:
        raise dtype_mismatch("Sub", 1, dtype, counts)


def _logits_and_labels(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
    remove_accidental_hits, seed=None,
):  # fmt: skip
    labels = cast(convert(labels), dtypes.int64)
    x = convert(inputs)
    dtype = x.aval.dtype
    if sampled_values is None:
        if STATE.trace.symbolic:  # the dtype is looked at before any value
            _check_counts(dtype, dtypes.float32)
        sampled_values = log_uniform_candidate_sampler(
            labels, num_true, num_sampled, True, num_classes, seed
        )
    sampled, true_count, sampled_count = (stop_gradient(convert(v)) for v in sampled_values)
    sampled = cast(sampled, dtypes.int64)
    batch, count = labels.aval.shape[0], math.prod(sampled.aval.shape)
    if remove_accidental_hits and count != num_sampled and 1 not in (count, num_sampled):
        raise op_error(
            "AddV2", f"Incompatible shapes: [{batch},{count}] vs. [{batch},{num_sampled}]"
        )
    ids = concat([reshape(labels, [-1]), sampled], 0)
    all_w = cast(embedding_lookup(weights, ids), dtype)
    all_b = cast(embedding_lookup(biases, ids), dtype)
    _check_counts(dtype, true_count.aval.dtype)
    _check_counts(dtype, sampled_count.aval.dtype)
    logits = _sampled_logits(
        all_w, all_b, x, true_count, sampled_count, labels, sampled, static.integer(num_true),
        bool(remove_accidental_hits),
    )  # fmt: skip
    target = np.zeros(logits.aval.shape, dtype.np)
    target[:, :num_true] = 1 / num_true
    return logits, from_array(target)


@export("tf.nn.nce_loss")
def nce_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=False,
    name="nce_loss",
) -> Tensor:
    """The noise-contrastive estimate of a loss over many classes.

    Args:
      weights: [classes, n], or a list of parts of it.
      biases: [classes].
      labels: int64 [batch, num_true].
      inputs: [batch, n].
      num_sampled: how many classes to draw.
      num_classes: the number of classes.
      num_true: how many true classes each example has.
      sampled_values: the result of a sampler; by default the log-uniform one's.
      remove_accidental_hits: whether samples that are true classes do not count.
      name: ignored.

    Returns:
      [batch].

    Raises:
      InvalidArgumentError: for inputs of another dtype than the sampler's counts, float32 ones by
        default.

    Source: Gutmann and Hyvarinen, "Noise-contrastive estimation" (2010).
    """
    logits, target = _logits_and_labels(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits,
    )  # fmt: skip
    return reduce_sum(sigmoid_cross_entropy_with_logits(target, logits), 1)


@export("tf.nn.sampled_softmax_loss")
def sampled_softmax_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=True,
    seed=None,
    name="sampled_softmax_loss",
) -> Tensor:
    """The cross entropy of a softmax over the true and some sampled classes.

    Args:
      weights: [classes, n], or a list of parts of it.
      biases: [classes].
      labels: int64 [batch, num_true].
      inputs: [batch, n].
      num_sampled: how many classes to draw.
      num_classes: the number of classes.
      num_true: how many true classes each example has.
      sampled_values: the result of a sampler; by default the log-uniform one's.
      remove_accidental_hits: whether samples that are true classes do not count.
      seed: integer or None, of the sampler.
      name: ignored.

    Returns:
      [batch].

    Raises:
      InvalidArgumentError: for inputs of another dtype than the sampler's counts, float32 ones by
        default.

    Source: Jean et al., "On Using Very Large Target Vocabulary for Neural Machine Translation"
    (2014).
    """
    logits, target = _logits_and_labels(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, seed,
    )  # fmt: skip
    return softmax_cross_entropy_with_logits(target, logits)
