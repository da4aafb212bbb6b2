"""Samplers of candidate classes: each draws TensorFlow's own classes from its Philox stream."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import NotFoundError, dtype_mismatch, op_error
from tfshim._src.ops import philox
from tfshim._src.random_state import OpSeeds, kept, next_state, op_seeds
from tfshim._src.registry import export
from tfshim._src.tensor import STATE, EagerTensor, Tensor

_MAX_INT32 = 2**31 - 1


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

    def two(self) -> int:
        low = self.one()
        return low | self.one() << 32

    def below(self, n: int, bits: int) -> int:
        """An unbiased integer below n, of words of so many bits."""
        word = self.one if bits == 32 else self.two
        if n & (n - 1) == 0:
            return word() & (n - 1)
        rest = (2**bits - 1) % n + 1
        while (drawn := word()) < rest:
            pass
        return drawn % n


# -- distributions ---------------------------------------------------------------------------------


class _Distribution:
    """Classes below `range_max` and their probabilities."""

    def __init__(self, range_max: int):
        self.range_max = range_max

    def draw(self, words: _Words) -> int:
        raise NotImplementedError

    def probability(self, classes: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def learn(self, classes: np.ndarray) -> None:
        """Called with the true classes once the others are drawn."""


class _Uniform(_Distribution):
    def draw(self, words: _Words) -> int:
        return words.below(self.range_max, 64)

    def probability(self, classes: np.ndarray) -> np.ndarray:
        return np.full(classes.shape, np.float32(1.0) / np.float32(self.range_max), np.float64)


class _LogUniform(_Distribution):
    def draw(self, words: _Words) -> int:
        low, high = words.one(), words.one()
        unit = float(philox.unit_double(np.uint32(low), np.uint32(high)))
        return (int(math.exp(unit * math.log1p(self.range_max))) - 1) % self.range_max

    def probability(self, classes: np.ndarray) -> np.ndarray:
        x = classes.astype(np.float64)
        return np.log((x + 2.0) / (x + 1.0)) / math.log1p(self.range_max)


class _Learned(_Distribution):
    """A count for each class: 1 at first, one more each time it is seen as a true one."""

    def __init__(self, range_max: int):
        super().__init__(range_max)
        self.counts = np.ones(range_max, np.int32)

    def draw(self, words: _Words) -> int:
        ends = np.cumsum(self.counts, dtype=np.int64)
        return int(np.searchsorted(ends, words.below(int(ends[-1]), 32), "right"))

    def probability(self, classes: np.ndarray) -> np.ndarray:
        total = np.float32(self.counts.sum(dtype=np.int64))
        return self.counts[classes].astype(np.float32) / total

    def learn(self, classes: np.ndarray) -> None:
        seen = np.bincount(classes.reshape(-1), minlength=self.range_max)
        self.counts = np.minimum(self.counts + seen, _MAX_INT32).astype(np.int32)


class _Fixed(_Distribution):
    """Given weights, drawn from by the alias method (Vose, 1991)."""

    def __init__(self, range_max: int, weights: np.ndarray):
        super().__init__(range_max)
        self.weights = weights
        total = np.float32(0)  # added up in order and in float32, as TensorFlow does
        for w in weights:
            total += w
        self._total = total
        self._stay, self._alias = _alias_table(weights)

    def draw(self, words: _Words) -> int:
        unit = (words.one() & 0x7FFFFF) / 2**23
        index = words.below(self.range_max, 32)
        return index if unit < self._stay[index] else self._alias[index]

    def probability(self, classes: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.weights[classes] / self._total


def _alias_table(weights: np.ndarray) -> tuple[list[float], list[int]]:
    """For each bucket: the probability to stay in it, and where to go otherwise."""
    n = len(weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (weights * np.float32(n)).astype(np.float64) / np.sum(weights, dtype=np.float64)
    share = share.tolist()
    alias = list(range(n))
    low = [i for i, p in enumerate(share) if p < 1]
    high = [i for i, p in enumerate(share) if not p < 1]
    stay = [1.0] * n
    while low and high:
        small, large = low.pop(), high.pop()
        stay[small], alias[small] = float(np.float32(share[small])), large
        share[large] -= 1.0 - share[small]
        (low if share[large] < 1 else high).append(large)
    return stay, alias


# -- drawing ---------------------------------------------------------------------------------------


def _at_least(kernel: str, least: int = 1, **attrs: int) -> None:
    for name, value in attrs.items():
        if value < least:
            raise op_error(
                kernel,
                f"Value for attr '{name}' of {value} must be at least minimum {least}\n\t; "
                f"NodeDef: {{{{node {kernel}}}}}",
                ran=False,
            )


def _classes(kernel: str, value: Any, check: Callable[[], object]) -> EagerTensor:
    """The true classes, int64. `check` looks at attributes: first, but in functions last."""
    python = isinstance(value, (list, tuple, str, bytes, bool, int, float, complex))
    found = convert(value, dtypes.int64) if python else convert(value, hint=dtypes.int64)
    if not STATE.trace.symbolic:
        check()
    if found.aval.dtype is not dtypes.int64:
        raise dtype_mismatch(kernel, 0, dtypes.int64, found.aval.dtype)
    if STATE.trace.symbolic:
        check()
    return found


def _true_classes(kernel: str, found: EagerTensor, num_true: int) -> np.ndarray:
    if found.ndim != 2:
        raise op_error(kernel, "true_classes must be a matrix")
    if found.aval.shape[1] != num_true:
        raise op_error(
            kernel,
            f"true_classes must have num_true columns, expected: {found.aval.shape[1]} was: "
            f"{num_true}",
        )
    return found._host_value()


def _check_range(kernel: str, true: np.ndarray, range_max: int) -> None:
    outside = true[(true < 0) | (true >= range_max)]
    if outside.size:
        raise op_error(
            kernel, f"`true_candidate` out of range [0, {range_max}), received {outside[0]}"
        )


def _sample(
    kernel: str,
    distribution: Callable[[tuple], _Distribution],
    true_classes: Any,
    num_true: Any,
    num_sampled: Any,
    unique: Any,
    range_max: Any,
    seeds: OpSeeds,
    extra: tuple = (),
    more: Callable[[], object] = lambda: None,
) -> tuple[Tensor, Tensor, Tensor]:
    """The result of a sampler; `distribution(attrs)` is what it draws from.

    `more` checks attributes that other samplers lack.
    """
    num_true, num_sampled, range_max = (
        static.integer(v) for v in (num_true, num_sampled, range_max)
    )
    unique = bool(unique)
    attrs = (num_true, num_sampled, unique, range_max, *extra)

    def check() -> None:
        _at_least(kernel, num_true=num_true, num_sampled=num_sampled, range_max=range_max)
        more()

    given = _classes(kernel, true_classes, check)
    source = distribution(attrs)
    true = _true_classes(kernel, given, num_true)
    if unique and num_sampled > range_max:
        raise op_error(kernel, "Sampler's range is too small.")
    _check_range(kernel, true, range_max)
    reserved = 2048 * num_sampled
    state = next_state(kernel, attrs, seeds, -(-reserved // 4))
    words = _Words(state._host_value(), 2**20 * num_sampled)
    picked: list[int] = []
    tries = 0
    used: set[int] = set()
    while len(picked) < num_sampled:
        value = source.draw(words)
        tries += 1
        if unique and value in used:
            continue
        used.add(value)
        picked.append(value)

    def expected(classes: np.ndarray) -> Tensor:
        p = source.probability(classes)
        if tries == num_sampled:
            count = p * p.dtype.type(num_sampled)
        else:
            with np.errstate(divide="ignore"):
                count = -np.expm1(p.dtype.type(tries) * np.log1p(-p))
        return from_array(count.astype(np.float32))

    found = np.array(picked, np.int64)
    result = from_array(found), expected(true), expected(found)
    source.learn(true)
    return result


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


class LearnedUnigramCandidateSampler(NamedTuple):
    """The result of `tf.random.learned_unigram_candidate_sampler`."""

    sampled_candidates: Any
    true_expected_count: Any
    sampled_expected_count: Any


class FixedUnigramCandidateSampler(NamedTuple):
    """The result of `tf.random.fixed_unigram_candidate_sampler`."""

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
      InvalidArgumentError: for numbers and shapes that do not fit, and classes out of range.
    """
    return LogUniformCandidateSampler(
        *_sample(
            "LogUniformCandidateSampler", lambda attrs: _LogUniform(attrs[3]), true_classes,
            num_true, num_sampled, unique, range_max, op_seeds(seed),
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
      InvalidArgumentError: for numbers and shapes that do not fit, and classes out of range.
    """
    return UniformCandidateSampler(
        *_sample(
            "UniformCandidateSampler", lambda attrs: _Uniform(attrs[3]), true_classes,
            num_true, num_sampled, unique, range_max, op_seeds(seed),
        )
    )  # fmt: skip


@export("tf.random.learned_unigram_candidate_sampler", "tf.nn.learned_unigram_candidate_sampler")
def learned_unigram_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
) -> LearnedUnigramCandidateSampler:
    """Classes drawn as often as they were true ones in earlier calls.

    Calls with the same arguments but for `true_classes`, and with the same seeds, share their
    counts, which start at one for every class; `tf.random.set_seed` forgets them.

    Args:
      true_classes: int64 [batch, num_true].
      num_true: how many true classes each example has.
      num_sampled: how many classes to draw.
      unique: whether no class is drawn twice.
      range_max: the number of classes, below 2^31.
      seed: integer or None; see `tf.random.set_seed`.
      name: ignored.

    Returns:
      The classes, and how often the true and the drawn ones are expected among them.

    Raises:
      ValueError: for a `range_max` that is too large.
      InvalidArgumentError: for numbers and shapes that do not fit, and classes out of range.
    """
    if range_max > _MAX_INT32:
        raise ValueError(f"Value of range_max:{range_max} is too large to handle")
    kernel = "LearnedUnigramCandidateSampler"
    seeds = op_seeds(seed)

    def distribution(attrs):
        return kept(kernel, attrs, seeds, lambda: _Learned(attrs[3]))

    return LearnedUnigramCandidateSampler(
        *_sample(
            kernel, distribution, true_classes, num_true, num_sampled, unique, range_max, seeds
        )
    )


@export("tf.random.fixed_unigram_candidate_sampler", "tf.nn.fixed_unigram_candidate_sampler")
def fixed_unigram_candidate_sampler(
    true_classes,
    num_true,
    num_sampled,
    unique,
    range_max,
    vocab_file="",
    distortion=1.0,
    num_reserved_ids=0,
    num_shards=1,
    shard=0,
    unigrams=(),
    seed=None,
    name=None,
) -> FixedUnigramCandidateSampler:
    """Classes drawn with given weights.

    Args:
      true_classes: int64 [batch, num_true].
      num_true: how many true classes each example has.
      num_sampled: how many classes to draw.
      unique: whether no class is drawn twice.
      range_max: the number of classes; it has to be that of the weights, reserved ones included.
      vocab_file: path of a text file; the last of the comma-separated fields of each line is a
        weight. Either this or `unigrams`.
      distortion: weights are raised to this power.
      num_reserved_ids: that many classes before the others have weight 0.
      num_shards, shard: of the classes, only those whose number is `shard` modulo `num_shards`.
      unigrams: a list of weights.
      seed: integer or None; see `tf.random.set_seed`.
      name: ignored.

    Returns:
      The classes, and how often the true and the drawn ones are expected among them.

    Raises:
      InvalidArgumentError: for numbers and shapes that do not fit, classes out of range, and
        a file that cannot be understood.
      NotFoundError: for a file that does not exist.
    """
    kernel = "FixedUnigramCandidateSampler"
    seeds = op_seeds(seed)
    if not isinstance(vocab_file, (str, bytes)):
        raise TypeError(f"Expected string for argument 'vocab_file' not {vocab_file!r}.")
    path = vocab_file.decode() if isinstance(vocab_file, bytes) else vocab_file
    power = _float(distortion, "distortion")
    if not isinstance(unigrams, (list, tuple, np.ndarray)):
        raise TypeError(
            f"Expected list for 'unigrams' argument to 'fixed_unigram_candidate_sampler' Op, not "
            f"{unigrams!r}."
        )
    given = tuple(_float(w, "unigrams") for w in unigrams)
    reserved, shards, part = int(num_reserved_ids), int(num_shards), int(shard)

    def check() -> None:
        _at_least(kernel, least=0, shard=part)
        _at_least(kernel, num_shards=shards)

    def distribution(attrs):
        range_max = attrs[3]
        weights = _weights(kernel, path, given, power, reserved, shards, part)
        if len(weights) != range_max:
            raise op_error(
                kernel, f"range is {range_max} must be equal to weights size  {len(weights)}"
            )
        return _Fixed(range_max, weights)

    return FixedUnigramCandidateSampler(
        *_sample(
            kernel, distribution, true_classes, num_true, num_sampled, unique, range_max, seeds,
            (path, power, reserved, shards, part, given), check,
        )
    )  # fmt: skip


def _float(value: Any, argument: str) -> float:
    if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise TypeError(f"Expected float for argument '{argument}' not {value!r}.")
    return float(value)


def _weights(
    kernel: str, path: str, given: tuple, power: float, reserved: int, shards: int, part: int
) -> np.ndarray:
    if not path and not given:
        raise op_error(kernel, "Must provide either vocab_file or unigrams.")
    if path and given:
        raise op_error(kernel, "Must only provide one of vocab_file and unigrams.")
    found = [np.float32(0) for i in range(reserved) if i % shards == part]
    for place, weight in enumerate(_lines(kernel, path) if path else given, len(found)):
        if place % shards == part:  # lines of other shards may be anything
            value = _last_field(kernel, weight) if isinstance(weight, str) else weight
            found.append(np.float32(value) ** np.float32(power))
    return np.array(found, np.float32)


def _lines(kernel: str, path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8") as file:
            return [line for line in file.read().splitlines() if line]
    except FileNotFoundError:
        raise op_error(kernel, f"{path}; No such file or directory", NotFoundError) from None


def _last_field(kernel: str, line: str) -> float:
    try:
        return float(line.rpartition(",")[2])
    except ValueError:
        raise op_error(kernel, f"Wrong vocabulary format at line: {line}") from None


@export("tf.random.all_candidate_sampler", "tf.nn.all_candidate_sampler")
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
      InvalidArgumentError: for numbers and shapes that do not fit, and classes out of range.
    """
    del unique
    kernel = "AllCandidateSampler"
    op_seeds(seed)
    num_true, num_sampled = static.integer(num_true), static.integer(num_sampled)

    def check() -> None:
        _at_least(kernel, num_true=num_true, num_sampled=num_sampled)

    true = _true_classes(kernel, _classes(kernel, true_classes, check), num_true)
    _check_range(kernel, true, num_sampled)
    return AllCandidateSampler(
        from_array(np.arange(num_sampled, dtype=np.int64)),
        from_array(np.ones(true.shape, np.float32)),
        from_array(np.ones(num_sampled, np.float32)),
    )
