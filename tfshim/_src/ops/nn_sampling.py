"""Losses over many classes by samples of them, and the samplers."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import dtype_mismatch, op_error, require
from tfshim._src.ops import philox
from tfshim._src.ops.array import stop_gradient
from tfshim._src.ops.casting import cast
from tfshim._src.ops.joining import concat
from tfshim._src.ops.nn_embedding import embedding_lookup
from tfshim._src.ops.nn_losses import sigmoid_cross_entropy_with_logits
from tfshim._src.ops.nn_softmax import softmax_cross_entropy_with_logits
from tfshim._src.ops.reduction import reduce_sum
from tfshim._src.ops.shaping import reshape
from tfshim._src.random_state import next_state, op_seeds
from tfshim._src.registry import export, op
from tfshim._src.rules import each, fixed, same
from tfshim._src.tensor import Tensor

# -- samplers --------------------------------------------------------------------------------------


class _Words:
    """32-bit words of a stream, one after the other."""

    def __init__(self, state: np.ndarray, limit: int):
        self._state, self._limit = state, limit
        self._words: list[int] = []
        self._next = 0

    def one(self) -> int:
        if self._next == len(self._words):
            size = min(max(64, 2 * len(self._words)), self._limit)
            self._words = philox.bits32(self._state, size).tolist()
        word = self._words[self._next]
        self._next += 1
        return word

    def two(self) -> tuple[int, int]:
        first = self.one()
        return first, self.one()


def _log_uniform(words: _Words, range_max: int) -> int:
    low, high = words.two()
    unit = float(philox.unit_double(np.uint32(low), np.uint32(high)))
    return (int(math.exp(unit * math.log1p(range_max))) - 1) % range_max


def _uniform(words: _Words, range_max: int) -> int:
    if range_max & (range_max - 1) == 0:
        low, high = words.two()
        return (low | high << 32) & (range_max - 1)
    rest = (2**64 - 1) % range_max + 1
    while True:
        low, high = words.two()
        if low | high << 32 >= rest:
            return (low | high << 32) % range_max


def _log_uniform_probability(x: np.ndarray, range_max: int) -> np.ndarray:
    return np.log((x + 2.0) / (x + 1.0)) / math.log1p(range_max)


def _uniform_probability(x: np.ndarray, range_max: int) -> np.ndarray:
    return np.full(x.shape, np.float32(1.0) / np.float32(range_max), np.float64)


def _at_least(kernel: str, **attrs: int) -> None:
    for name, value in attrs.items():
        if value < 1:
            raise op_error(
                kernel,
                f"Value for attr '{name}' of {value} must be at least minimum 1\n\t; NodeDef: "
                f"{{{{node {kernel}}}}}",
                ran=False,
            )


def _true_classes(kernel: str, true_classes: Any, num_true: int) -> np.ndarray:
    found = _check_int64(kernel, true_classes)
    if found.ndim != 2:
        raise op_error(kernel, "true_classes must be a matrix")
    if found.aval.shape[1] != num_true:
        raise op_error(
            kernel,
            f"true_classes must have num_true columns, expected: {found.aval.shape[1]} was: "
            f"{num_true}",
        )
    return found._host_value()


def _check_int64(kernel: str, value: Any) -> Any:
    found = convert(value, hint=dtypes.int64)
    if found.aval.dtype is not dtypes.int64:
        raise dtype_mismatch(kernel, 0, dtypes.int64, found.aval.dtype)
    return found


def _sample(
    kernel, draw, probability, true_classes, num_true, num_sampled, unique, range_max, seed
):
    num_true, num_sampled, range_max = (
        static.integer(v) for v in (num_true, num_sampled, range_max)
    )
    unique = bool(unique)
    _at_least(kernel, num_true=num_true, num_sampled=num_sampled, range_max=range_max)
    attrs = (num_true, num_sampled, unique, range_max)
    seeds = op_seeds(seed)
    true = _true_classes(kernel, true_classes, num_true)
    if unique and num_sampled > range_max:
        raise op_error(kernel, "Sampler's range is too small.")
    reserved = 2048 * num_sampled
    state = next_state(kernel, attrs, seeds, -(-reserved // 4))
    words = _Words(state._host_value(), 2**20 * num_sampled)
    picked: list[int] = []
    tries = 0
    used: set[int] = set()
    while len(picked) < num_sampled:
        value = draw(words, range_max)
        tries += 1
        if unique and value in used:
            continue
        used.add(value)
        picked.append(value)

    def expected(classes: np.ndarray) -> Tensor:
        p = probability(classes.astype(np.float64), range_max)
        if tries == num_sampled:
            count = p * num_sampled
        else:
            count = -np.expm1(tries * np.log1p(-p))
        return from_array(count.astype(np.float32))

    found = np.array(picked, np.int64)
    return from_array(found), expected(true), expected(found)


class LogUniformCandidateSampler(NamedTuple):
    """The result of `tf.random.log_uniform_candidate_sampler`."""

    sampled_candidates: Any
    true_expected_count: Any
    sampled_expected_count: Any


class UniformCandidateSampler(NamedTuple):
    """The result of `tf.random.uniform_candidate_sampler`."""

    sampled_candidates: Any
    true_expected_count: Any
    sampled_expected_count: Any


class AllCandidateSampler(NamedTuple):
    """The result of `tf.nn.all_candidate_sampler`."""

    sampled_candidates: Any
    true_expected_count: Any
    sampled_expected_count: Any


@export("tf.random.log_uniform_candidate_sampler")
def log_uniform_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
) -> LogUniformCandidateSampler:
    """Classes drawn with probabilities log((k + 2) / (k + 1)) / log(range_max + 1).

    Args:
      true_classes: int64 [batch, num_true].
      num_true: how many true classes each example has.
      num_sampled: how many classes to draw.
      unique: whether no class is drawn twice.
      range_max: the number of classes.
      seed: integer or None; see `tf.random.set_seed`.
      name: ignored.

    Returns:
      The classes, and how often the true and the drawn ones are expected among them.

    Raises:
      InvalidArgumentError: for numbers and shapes that do not fit.
    """
    return LogUniformCandidateSampler(
        *_sample(
            "LogUniformCandidateSampler", _log_uniform, _log_uniform_probability, true_classes,
            num_true, num_sampled, unique, range_max, seed,
        )
    )  # fmt: skip


@export("tf.random.uniform_candidate_sampler")
def uniform_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
) -> UniformCandidateSampler:
    """Classes drawn with equal probabilities.

    Args:
      true_classes: int64 [batch, num_true].
      num_true: how many true classes each example has.
      num_sampled: how many classes to draw.
      unique: whether no class is drawn twice.
      range_max: the number of classes.
      seed: integer or None; see `tf.random.set_seed`.
      name: ignored.

    Returns:
      The classes, and how often the true and the drawn ones are expected among them.

    Raises:
      InvalidArgumentError: for numbers and shapes that do not fit.
    """
    return UniformCandidateSampler(
        *_sample(
            "UniformCandidateSampler", _uniform, _uniform_probability, true_classes,
            num_true, num_sampled, unique, range_max, seed,
        )
    )  # fmt: skip


@export("tf.nn.all_candidate_sampler")
def all_candidate_sampler(
    true_classes, num_true, num_sampled, unique, seed=None, name=None
) -> AllCandidateSampler:
    """All classes, in the form of a sampler's result: for tests.

    Args:
      true_classes: int64 [batch, num_true].
      num_true: how many true classes each example has.
      num_sampled: the number of classes.
      unique: no class comes twice either way.
      seed: nothing is drawn; it only advances the seeds as in other samplers.
      name: ignored.

    Raises:
      InvalidArgumentError: for numbers and shapes that do not fit.
    """
    del unique
    kernel = "AllCandidateSampler"
    op_seeds(seed)
    num_true, num_sampled = static.integer(num_true), static.integer(num_sampled)
    _at_least(kernel, num_true=num_true, num_sampled=num_sampled)
    true = _true_classes(kernel, true_classes, num_true)
    return AllCandidateSampler(
        from_array(np.arange(num_sampled, dtype=np.int64)),
        from_array(np.ones(true.shape, np.float32)),
        from_array(np.ones(num_sampled, np.float32)),
    )


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
        hit = jnp.any(labels.reshape(batch, num_true, 1) == sampled, axis=1)
        lowest = jnp.asarray(jnp.finfo(np.float32).min, inputs.dtype)
        sampled_logits = sampled_logits + jnp.where(hit, lowest, jnp.zeros((), inputs.dtype))
    true_logits = true_logits - jnp.log(true_count)
    sampled_logits = sampled_logits - jnp.log(sampled_count)
    return jnp.concatenate([true_logits, sampled_logits], axis=1)


def _logits_and_labels(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
    remove_accidental_hits, seed=None,
):  # fmt: skip
    labels = cast(convert(labels), dtypes.int64)
    x = convert(inputs)
    if sampled_values is None:
        sampled_values = log_uniform_candidate_sampler(
            labels, num_true, num_sampled, True, num_classes, seed
        )
    sampled, true_count, sampled_count = (stop_gradient(convert(v)) for v in sampled_values)
    sampled = cast(sampled, dtypes.int64)
    ids = concat([reshape(labels, [-1]), sampled], 0)
    dtype = x.aval.dtype
    all_w = cast(embedding_lookup(weights, ids), dtype)
    all_b = cast(embedding_lookup(biases, ids), dtype)
    logits = _sampled_logits(
        all_w, all_b, x, cast(true_count, dtype), cast(sampled_count, dtype), labels, sampled,
        static.integer(num_true), bool(remove_accidental_hits),
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

    Source: Jean et al., "On Using Very Large Target Vocabulary for Neural Machine Translation"
    (2014).
    """
    logits, target = _logits_and_labels(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, seed,
    )  # fmt: skip
    return softmax_cross_entropy_with_logits(target, logits)
