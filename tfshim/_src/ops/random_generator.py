"""`tf.random.Generator`: a place in a stream that the user holds, in a variable."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import Any

import numpy as np

from tfshim._src import dtypes, name_scope
from tfshim._src.convert import convert, from_array
from tfshim._src.dispatch import dispatch
from tfshim._src.errors import UnimplementedError, op_error
from tfshim._src.ops import (
    arithmetic,
    array,
    casting,
    creation,
    joining,
    philox,
    random_kernels as kernels,
    random_rejection,
    shaping,
)
from tfshim._src.ops.random_stateless import algorithm_number, binomial, unsupported
from tfshim._src.random_state import read_and_skip
from tfshim._src.registry import export
from tfshim._src.tensor import STATE, EagerTensor
from tfshim._src.variable import Variable

#: Words of 64 bits in a state: the counter, then the key.
_STATE_SIZES = {1: 3, 2: 2, 3: 3}
_WORD = 2**64


def _state_size(alg: int) -> int:
    size = _STATE_SIZES.get(alg)
    if size is None:
        raise unsupported(alg)
    return size


def _state_tensor(value: Any) -> EagerTensor:
    """An int64 tensor of integers of 64 bits, signed or not."""
    if isinstance(value, Variable):
        value = value.read_value()
    if isinstance(value, EagerTensor):
        return value if value.dtype is dtypes.int64 else casting.cast(value, dtypes.int64)
    if _has_tensors(value):
        return joining.stack([_state_tensor(v) for v in value])
    found = np.array(value, object if _is_wide(value) else None)
    if found.dtype == object:
        flat = [int(v) % _WORD for v in found.reshape(-1)]
        return from_array(np.array(flat, np.uint64).view(np.int64).reshape(found.shape))
    return from_array(found.astype(np.int64))


def _has_tensors(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and any(isinstance(v, EagerTensor) for v in value)


def _is_wide(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_is_wide(v) for v in value)
    return isinstance(value, int) and value >= 2**63


@export("tf.random.create_rng_state", "tf.random.experimental.create_rng_state")
def create_rng_state(seed, alg) -> Any:
    """The state of a generator that follows from a seed.

    Args:
      seed: an integer of any size, or a vector of integers.
      alg: the algorithm: a name, a number or an `Algorithm`.

    Returns:
      int64 tensor; for Philox [3], the counter and the key.
    """
    size = _state_size(algorithm_number(alg))
    if isinstance(seed, int) and not isinstance(seed, bool):
        seed = [(seed >> 64 * i) % _WORD for i in range(size)]
    words = _state_tensor(seed)._host_value().reshape(-1)[:size]
    # Zeros go in front: a short seed is then a key, and streams of different keys do not overlap.
    return from_array(np.concatenate([np.zeros(size - words.size, np.int64), words]))


@export("tf.random.Generator", "tf.random.experimental.Generator")
class Generator:
    """A source of random numbers whose state is a variable, so that it can be saved and restored.

    Make one with `from_seed`, `from_state`, `from_key_counter` or `from_non_deterministic_state`.

    Args:
      copy_from: a generator to copy, instead of the other two.
      state: integers, for Philox [3] (counter and key), or a variable, which is then shared.
      alg: "philox", "threefry" (which draws nothing on CPU), "auto_select", a number or an
        `Algorithm`.

    Raises:
      AssertionError: unless either `copy_from` or both others are given.
      ValueError: for an unknown algorithm or a state of another size.
    """

    __module__ = "tensorflow"

    def __init__(self, copy_from=None, state=None, alg=None):
        if copy_from is not None:
            assert (alg or state) is None
            state, alg = copy_from.state.read_value(), copy_from.algorithm
        assert alg is not None and state is not None
        alg = algorithm_number(alg)
        if isinstance(state, Variable):
            state.shape.assert_is_compatible_with([_state_size(alg)])
            self._state_var = state
        else:
            state = _state_tensor(state)
            state.shape.assert_is_compatible_with([_state_size(alg)])
            scope = name_scope.name_scope("random_generator")
            with scope if STATE.trace.symbolic else contextlib.nullcontext():
                self._state_var = Variable(state, trainable=False, name="StateVar")
        self._alg = alg

    @classmethod
    def from_state(cls, state, alg):
        """A generator with this state; see the class."""
        return cls(alg=alg, state=state)

    @classmethod
    def from_seed(cls, seed, alg=None):
        """A generator whose state follows from an integer, or a vector of integers."""
        alg = algorithm_number(1 if alg is None else alg)
        return cls(state=create_rng_state(seed, alg), alg=alg)

    @classmethod
    def from_non_deterministic_state(cls, alg=None):
        """A generator with a state from the operating system's randomness."""
        alg = algorithm_number(1 if alg is None else alg)
        state = np.frombuffer(os.urandom(8 * _state_size(alg)), np.int64)
        return cls(state=state, alg=alg)

    @classmethod
    def from_key_counter(cls, key, counter, alg):
        """A generator with this key (a scalar) and counter (for Philox [2])."""
        alg = algorithm_number(alg)
        return cls(state=_joined(key, counter, alg), alg=alg)

    def reset(self, state):
        """Replaces the state."""
        state = _state_tensor(state)
        state.shape.assert_is_compatible_with([_state_size(self._alg)])
        self._state_var.assign(state)

    def reset_from_seed(self, seed):
        """Replaces the state by the one that `from_seed` gives."""
        self._state_var.assign(create_rng_state(seed, self._alg))

    def reset_from_key_counter(self, key, counter):
        """Replaces the state by the one that `from_key_counter` gives."""
        self._state_var.assign(_joined(key, counter, self._alg))

    @property
    def state(self):
        """The variable that holds the state."""
        return self._state_var

    @property
    def algorithm(self) -> int:
        """The number of the algorithm."""
        return self._alg

    @property
    def key(self):
        """The key, an int64 scalar."""
        if self._alg not in _STATE_SIZES:
            raise unsupported(self._alg)
        return self._state_var[-1]

    def skip(self, delta):
        """Moves the stream on as drawing `delta` numbers would.

        Returns:
          The state before.
        """
        if self._alg == 2:
            raise op_error(
                "RngReadAndSkip",
                "Non-XLA devices don't support the ThreeFry algorithm.",
                UnimplementedError,
            )
        if isinstance(delta, EagerTensor):
            delta = int(delta._host_value())
        before = read_and_skip(self._state_var, int(delta) * philox.SAMPLES_PER_OUTPUT)
        return array.identity(before)

    def _draw(self, kernel: str, body: Any, shape: EagerTensor, inputs: tuple, *static: Any):
        """Draws from the state before, once it has moved on; a bad shape also moves it."""
        state = self.skip(int(np.prod(shape._host_value(), dtype=np.int64)))
        sizes = kernels.dimensions(kernel, shape, "Tshape")
        return dispatch(kernels.drawing(kernel, body, sizes, *static), (state, *inputs))

    def _scaled(self, kernel: str, body: Any, shape, mean, stddev, dtype):
        shape = kernels.shape_tensor(shape, dtypes.int64)
        dtype = dtypes.as_dtype(dtype)
        mean = kernels.named(mean, dtype, "mean")
        stddev = kernels.named(stddev, dtype, "stddev")
        kernels.check_dtype(kernel, dtype, kernels.FLOATS)
        drawn = self._draw(kernel, body, shape, (), dtype.np)
        return arithmetic.add(arithmetic.multiply(drawn, stddev), mean)

    def normal(self, shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None):
        """Numbers from the normal distribution; arguments as in `tf.random.normal`."""
        return self._scaled("StatelessRandomNormalV2", philox.normal, shape, mean, stddev, dtype)

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None):
        """Normal numbers less than two `stddev` from `mean`; see `tf.random.truncated_normal`."""
        kernel = "StatelessTruncatedNormalV2"
        return self._scaled(kernel, philox.truncated_normal, shape, mean, stddev, dtype)

    def uniform(self, shape, minval=0, maxval=None, dtype=dtypes.float32, name=None):
        """Numbers from the uniform distribution over [minval, maxval).

        Args:
          shape: 1-d integer tensor or list.
          minval, maxval: as in `tf.random.uniform`; both None for an integer's whole range.
          dtype: a float dtype or an integer one of 32 or 64 bits.
          name: ignored.

        Raises:
          ValueError: for integers if only one bound is None.
        """
        dtype = dtypes.as_dtype(dtype)
        if dtype.is_integer:
            if (minval is None) != (maxval is None):
                raise ValueError(
                    f"For integer dtype {dtype}, minval and maxval must be both `None` or both "
                    f"non-`None`; got minval={minval} and maxval={maxval}"
                )
        elif maxval is None:
            maxval = 1
        if dtype.is_integer and minval is None:
            return self.uniform_full_int(shape, dtype)
        shape = kernels.shape_tensor(shape, dtypes.int64)
        minval = kernels.named(minval, dtype, "min")
        maxval = kernels.named(maxval, dtype, "max")
        if dtype.is_integer:
            kernel = "StatelessRandomUniformIntV2"
            kernels.check_dtype(kernel, dtype, ("int32", "int64"))
            sizes = shape._host_value()
            kernels.check_bounds(kernel, minval, maxval, int(np.prod(sizes)))
            return self._draw(kernel, philox.uniform_int, shape, (minval, maxval))
        kernel = "StatelessRandomUniformV2"
        kernels.check_dtype(kernel, dtype, kernels.FLOATS)
        drawn = self._draw(kernel, philox.uniform, shape, (), dtype.np)
        width = arithmetic.subtract(maxval, minval)
        return arithmetic.add(arithmetic.multiply(drawn, width), minval)

    def uniform_full_int(self, shape, dtype=dtypes.uint64, name=None):
        """Integers over the whole range of an integer dtype of 32 or 64 bits."""
        kernel = "StatelessRandomUniformFullIntV2"
        dtype = dtypes.as_dtype(dtype)
        shape = kernels.shape_tensor(shape, dtypes.int64)
        kernels.check_dtype(kernel, dtype, kernels.WHOLE_INTS)
        return self._draw(kernel, philox.uniform_bits, shape, (), dtype.np)

    def binomial(self, shape, counts, probs, dtype=dtypes.int32, name=None):
        """Numbers from the binomial distribution.

        Args:
          shape: 1-d integer tensor or list, which ends with what the parameters broadcast to.
          counts, probs: numbers of trials and probabilities of success, of one float dtype.
          dtype: float16, float32, float64, int32 or int64.
          name: ignored.
        """
        kernel = "StatefulRandomBinomial"
        dtype = dtypes.as_dtype(dtype)
        counts, probs = convert(counts), convert(probs)
        shape = kernels.shape_tensor(shape, dtypes.int64)
        sizes = kernels.dimensions(kernel, shape, "S")
        batches = kernels.size_of(kernels.broadcast_shape(counts, probs))
        samples = kernels.size_of(sizes) // max(batches, 1)
        # TensorFlow's own estimate of what the samplers use up: 100 pairs each, in fours.
        used = batches * 2 * 100 * (samples + 3) // 4
        state = self._state_var._current()
        drawn = binomial(kernel, random_rejection.binomial, state, shape, counts, probs, dtype)
        self.skip(used)
        return drawn

    def make_seeds(self, count=1):
        """Seeds for stateless ops: int64 [2, count], one in each column."""
        keys = self.uniform_full_int([count], dtypes.int64)
        return joining.stack([keys, creation.zeros_like(keys)])

    def split(self, count=1):
        """A list of `count` generators, independent of each other and of this one."""
        keys = self.uniform_full_int([count], dtypes.int64)
        zeros = creation.zeros([_state_size(self._alg) - 1], dtypes.int64)
        return [
            Generator(state=joining.concat([zeros, keys[i : i + 1]], 0), alg=self._alg)
            for i in range(count)
        ]


def _joined(key: Any, counter: Any, alg: int) -> EagerTensor:
    counter, key = _state_tensor(counter), _state_tensor(key)
    counter.shape.assert_is_compatible_with([_state_size(alg) - 1])
    key.shape.assert_is_compatible_with([])
    return joining.concat([counter, shaping.reshape(key, [1])], 0)


class _Global:
    """Holds the process's generator."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.generator: Any = None


_GLOBAL = _Global()


@export("tf.random.get_global_generator", "tf.random.experimental.get_global_generator")
def get_global_generator() -> Any:
    """The process's generator, made with an unpredictable state when first asked for."""
    with _GLOBAL.lock:
        if _GLOBAL.generator is None:
            trace = STATE.trace
            STATE.trace = STATE.pending  # it outlives the function being traced
            try:
                _GLOBAL.generator = Generator.from_non_deterministic_state()
            finally:
                STATE.trace = trace
        return _GLOBAL.generator


@export("tf.random.set_global_generator", "tf.random.experimental.set_global_generator")
def set_global_generator(generator) -> None:
    """Replaces the process's generator."""
    _GLOBAL.generator = generator
