"""Random ops whose numbers follow from a seed given as a tensor: `tf.random.stateless_*`."""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.convert import convert, from_array
from tfshim._src.dispatch import dispatch
from tfshim._src.errors import op_error
from tfshim._src.ops import (
    arithmetic,
    casting,
    joining,
    philox,
    random_choice,
    random_kernels as kernels,
    random_rejection,
    random_stateful,
)
from tfshim._src.registry import export
from tfshim._src.tensor import EagerTensor

_UNIFORM_DTYPES = (
    dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64,
    dtypes.int32, dtypes.int64, dtypes.uint32, dtypes.uint64,
)  # fmt: skip
_COUNT_DTYPES = ("half", "float", "double", "int32", "int64")


@export("tf.random.Algorithm", "tf.random.experimental.Algorithm")
class Algorithm(enum.Enum):
    """An algorithm that makes random numbers; here, as in TensorFlow on CPU, only Philox draws."""

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


_NAMES = {"philox": 1, "threefry": 2, "autoselect": 3}


def unsupported(alg: Any) -> ValueError:
    """The error for an algorithm that there is not."""
    if isinstance(alg, int):
        known: tuple = (1, 2, 3)
    elif isinstance(alg, str):
        known = ("philox", "threefry", "auto_select")
    else:
        known = tuple(Algorithm)
    return ValueError(
        f"Argument `alg` got unsupported value {alg}. Supported values are {known[0]} for the "
        f"Philox algorithm, {known[1]} for the ThreeFry algorithm, and {known[2]} for "
        "auto-selection."
    )


def algorithm_number(alg: Any) -> int:
    """The number of an algorithm given as a number, a name or an `Algorithm`."""
    if isinstance(alg, int):
        return alg
    if isinstance(alg, Algorithm):
        return alg.value
    if isinstance(alg, EagerTensor):
        return int(alg._host_value())
    if isinstance(alg, str):
        number = _NAMES.get(alg.strip().lower().replace("-", "").replace("_", ""))
        if number is None:
            raise unsupported(alg)
        return number
    raise TypeError(f"Can't convert argument `alg` (of value {alg} and type {type(alg)}) to int.")


def _philox_only(kernel: str, alg: Any) -> None:
    number = 3 if alg is None else algorithm_number(alg)
    if number == 2:
        raise op_error(
            kernel,
            "counter must be a vector with length at least 2; got shape: [1]. (Note that batched "
            "counters are not supported yet.)",
        )
    if number not in (1, 3):
        raise unsupported(alg)


def _seed(seed: Any, alg: Any) -> EagerTensor:
    """A checked seed; where Philox is asked for by name, one of any dtype is cast."""
    seed = convert(seed)
    kind = seed.aval.dtype.kind
    if alg is not None and algorithm_number(alg) == 1 and kind in "iufb":
        if seed.aval.dtype not in (dtypes.int32, dtypes.int64):
            seed = casting.cast(seed, dtypes.int64)
    return kernels.check_seed(seed)


def _scrambled(body: Callable) -> Callable:
    """The same body for a pair of seeds in place of a state."""

    @functools.wraps(body)
    def seeded(seed: Any, *args: Any) -> Any:
        return body(philox.scramble(seed), *args)

    return seeded


_BODIES = {
    body: _scrambled(body)
    for body in (
        philox.uniform,
        philox.uniform_bits,
        philox.uniform_int,
        philox.normal,
        philox.truncated_normal,
        random_rejection.gamma_broadcast,
        random_rejection.poisson,
        random_rejection.binomial,
        random_choice.categorical,
        random_choice.shuffle,
    )
}


def _draw(
    kernel: str, body: Callable, seed: EagerTensor, inputs: tuple, *static: Any, **options: Any
) -> Any:
    return dispatch(kernels.drawing(kernel, _BODIES[body], *static, **options), (seed, *inputs))


@export("tf.random.stateless_uniform")
def stateless_uniform(
    shape, seed, minval=0, maxval=None, dtype=dtypes.float32, name=None, alg="auto_select"
) -> Any:
    """Numbers from the uniform distribution over [minval, maxval), the same for equal seeds.

    Args:
      shape: 1-d integer tensor or list.
      seed: int32 or int64 tensor [2].
      minval, maxval: as in `tf.random.uniform`; both None for the whole range of an integer dtype.
      dtype: a float dtype, int32, int64, or uint32 and uint64 for their whole range.
      name: ignored.
      alg: "philox" or "auto_select", which is the same.

    Raises:
      ValueError: for a dtype or bounds that are not allowed.
      InvalidArgumentError: for a bad shape or seed.
    """
    dtype = dtypes.as_dtype(dtype)
    if dtype not in _UNIFORM_DTYPES:
        raise ValueError(
            f"Argument `dtype` got invalid value {dtype}. Accepted dtypes are {_UNIFORM_DTYPES}."
        )
    if dtype.is_integer:
        if (minval is None) != (maxval is None):
            raise ValueError(
                f"For integer `dtype` argument {dtype}, argument `minval` and `maxval` must be "
                f"both None or not None. Got `minval`={minval} and `maxval`={maxval}."
            )
        if minval is not None and dtype in (dtypes.uint32, dtypes.uint64):
            raise ValueError(
                f"Argument `dtype` got invalid value {dtype} when argument `minval` is not None. "
                "Please don't use unsigned integers in this case."
            )
    elif maxval is None:
        maxval = 1
    shape = kernels.shape_tensor(shape)
    if dtype.is_integer and minval is None:
        kernel = "StatelessRandomUniformFullIntV2"
        seed = _seed(seed, alg)
        _philox_only(kernel, alg)
        sizes = kernels.dimensions(kernel, shape, "Tshape")
        return _draw(kernel, philox.uniform_bits, seed, (), sizes, dtype.np)
    minval = kernels.named(minval, dtype, "min")
    maxval = kernels.named(maxval, dtype, "max")
    seed = _seed(seed, alg)
    if dtype.is_integer:
        kernel = "StatelessRandomUniformIntV2"
        _philox_only(kernel, alg)
        sizes = kernels.dimensions(kernel, shape, "Tshape")
        kernels.check_bounds(kernel, minval, maxval, kernels.size_of(sizes))
        return _draw(kernel, philox.uniform_int, seed, (minval, maxval), sizes)
    kernel = "StatelessRandomUniformV2"
    _philox_only(kernel, alg)
    sizes = kernels.dimensions(kernel, shape, "Tshape")
    drawn = _draw(kernel, philox.uniform, seed, (), sizes, dtype.np)
    width = arithmetic.subtract(maxval, minval)
    return arithmetic.add(arithmetic.multiply(drawn, width), minval)


def _scaled(kernel: str, body: Callable, shape, seed, mean, stddev, dtype, alg) -> Any:
    shape = kernels.shape_tensor(shape)
    dtype = dtypes.as_dtype(dtype)
    mean = kernels.named(mean, dtype, "mean")
    stddev = kernels.named(stddev, dtype, "stddev")
    seed = _seed(seed, alg)
    _philox_only(kernel, alg)
    kernels.check_dtype(kernel, dtype, kernels.FLOATS)
    sizes = kernels.dimensions(kernel, shape, "Tshape")
    drawn = _draw(kernel, body, seed, (), sizes, dtype.np)
    return arithmetic.add(arithmetic.multiply(drawn, stddev), mean)


@export("tf.random.stateless_normal")
def stateless_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None, alg="auto_select"
) -> Any:
    """Numbers from the normal distribution, the same for equal seeds.

    Args:
      shape: 1-d integer tensor or list.
      seed: int32 or int64 tensor [2].
      mean, stddev: tensors of dtype `dtype` that broadcast with `shape`.
      dtype: float16, bfloat16, float32 or float64.
      name: ignored.
      alg: "philox" or "auto_select", which is the same.

    Raises:
      InvalidArgumentError: for a bad shape, seed or dtype.
    """
    return _scaled("StatelessRandomNormalV2", philox.normal, shape, seed, mean, stddev, dtype, alg)


@export("tf.random.stateless_truncated_normal")
def stateless_truncated_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None, alg="auto_select"
) -> Any:
    """Normal numbers less than two `stddev` from `mean`, the same for equal seeds.

    Args:
      shape: 1-d integer tensor or list.
      seed: int32 or int64 tensor [2].
      mean, stddev: tensors of dtype `dtype` that broadcast with `shape`.
      dtype: float16, bfloat16, float32 or float64.
      name: ignored.
      alg: "philox" or "auto_select", which is the same.

    Raises:
      InvalidArgumentError: for a bad shape, seed or dtype.
    """
    return _scaled(
        "StatelessTruncatedNormalV2", philox.truncated_normal, shape, seed, mean, stddev, dtype, alg
    )


@export("tf.random.stateless_gamma")
def stateless_gamma(shape, seed, alpha, beta=None, dtype=dtypes.float32, name=None) -> Any:
    """Numbers from the gamma distribution, the same for equal seeds.

    Args:
      shape: 1-d integer tensor or list, which ends with what `alpha` and `beta` broadcast to.
      seed: int32 or int64 tensor [2].
      alpha, beta: concentrations and rates (1 by default) of dtype `dtype`.
      dtype: float16, float32 or float64.
      name: ignored.

    Raises:
      InvalidArgumentError: for a bad shape or seed.
    """
    kernel = "StatelessRandomGammaV3"
    shape = kernels.shape_tensor(shape)
    dtype = dtypes.as_dtype(dtype)
    alpha = kernels.named(alpha, dtype, "alpha")
    beta = kernels.named(1 if beta is None else beta, dtype, "beta")
    tail = kernels.broadcast_shape(alpha, beta)
    seed = kernels.check_seed(seed)
    kernels.check_dtype(kernel, dtype, ("half", "float", "double"))
    sizes = kernels.dimensions(kernel, shape, "shape_dtype")
    if 0 in sizes and sizes[len(sizes) - len(tail) :] != tail:
        return from_array(np.zeros(sizes, dtype.np))  # not checked where nothing is drawn
    kernels.must_end_with(kernel, sizes, tail)
    body = random_rejection.gamma_broadcast
    drawn = _draw(kernel, body, seed, (alpha,), tail, sizes, differentiable=True)
    return random_stateful.at_least_tiny(drawn, beta, dtype)


@export("tf.random.stateless_poisson")
def stateless_poisson(shape, seed, lam, dtype=dtypes.int32, name=None) -> Any:
    """Numbers from the Poisson distribution, the same for equal seeds.

    Args:
      shape: 1-d integer tensor or list, which ends with the shape of `lam`.
      seed: int32 or int64 tensor [2].
      lam: rates.
      dtype: of the result: float16, float32, float64, int32 or int64.
      name: ignored.

    Raises:
      InvalidArgumentError: for a bad shape, seed or dtype.
    """
    kernel = "StatelessRandomPoisson"
    shape, lam = kernels.shape_tensor(shape), convert(lam)
    dtype = kernels.check_dtype(kernel, dtypes.as_dtype(dtype), _COUNT_DTYPES)
    kernels.check_dtype(kernel, lam.aval.dtype, _COUNT_DTYPES, "Rtype")
    seed = kernels.check_seed(seed, kernel)
    sizes = kernels.dimensions(kernel, shape)
    if 0 in sizes and sizes[len(sizes) - lam.ndim :] != lam.aval.shape:
        return from_array(np.zeros(sizes, dtype.np))  # not checked where nothing is drawn
    kernels.must_end_with(kernel, sizes, lam.aval.shape)
    return _draw(kernel, random_rejection.poisson, seed, (lam,), sizes, dtype.np)


@export("tf.random.stateless_binomial")
def stateless_binomial(shape, seed, counts, probs, output_dtype=dtypes.int32, name=None) -> Any:
    """Numbers from the binomial distribution, the same for equal seeds.

    Args:
      shape: 1-d integer tensor or list, which ends with what `counts` and `probs` broadcast to.
      seed: int32 or int64 tensor [2].
      counts, probs: numbers of trials and probabilities of success, of one float dtype.
      output_dtype: float16, float32, float64, int32 or int64.
      name: ignored.

    Raises:
      InvalidArgumentError: for a bad shape, seed or dtype.
    """
    kernel = "StatelessRandomBinomial"
    shape = kernels.shape_tensor(shape)
    probs = convert(probs, hint=dtypes.float32)
    counts = convert(counts, hint=probs.aval.dtype)
    seed = kernels.check_seed(seed, kernel)
    dtype = kernels.check_dtype(kernel, dtypes.as_dtype(output_dtype), _COUNT_DTYPES)
    return binomial(kernel, _BODIES[random_rejection.binomial], seed, shape, counts, probs, dtype)


def binomial(kernel: str, body: Any, state, shape, counts, probs, dtype) -> Any:
    """Binomial numbers from a state or a seed, whichever `body` takes."""
    if counts.aval.dtype is not probs.aval.dtype:
        from tfshim._src.errors import dtype_mismatch

        raise dtype_mismatch(kernel, 3, counts.aval.dtype, probs.aval.dtype)
    kernels.check_dtype(kernel, counts.aval.dtype, ("half", "float", "double"), "T")
    sizes = kernels.dimensions(kernel, shape)
    kernels.must_end_with(kernel, sizes, kernels.broadcast_shape(counts, probs))
    return dispatch(kernels.drawing(kernel, body, sizes, dtype.np), (state, counts, probs))


@export("tf.random.stateless_categorical")
def stateless_categorical(logits, num_samples, seed, dtype=dtypes.int64, name=None) -> Any:
    """Class numbers drawn with probabilities softmax(logits), the same for equal seeds.

    Args:
      logits: float tensor [rows, classes] of log-probabilities up to a constant.
      num_samples: scalar, how many numbers to draw for each row.
      seed: int32 or int64 tensor [2].
      dtype: int32 or int64.
      name: ignored.

    Returns:
      Tensor [rows, num_samples].

    Raises:
      ValueError: for another dtype.
      InvalidArgumentError: for logits of another rank, or a bad seed.
    """
    kernel = "StatelessMultinomial"
    logits, num_samples, dtype = random_stateful.check_categorical(
        kernel, logits, num_samples, dtype
    )
    seed = kernels.check_seed(seed, kernel)
    samples = random_stateful.check_logits(kernel, logits, num_samples)
    return _draw(kernel, random_choice.categorical, seed, (logits,), samples, dtype.np)


@export("tf.random.experimental.stateless_shuffle")
def stateless_shuffle(value, seed, alg="auto_select", name=None) -> Any:
    """The value with its first dimension in random order, the same for equal seeds.

    Args:
      value: a tensor; a scalar is returned as it is.
      seed: int32 or int64 tensor [2].
      alg: "philox" or "auto_select", which is the same.
      name: ignored.

    Raises:
      InvalidArgumentError: for a bad seed.
    """
    kernel = "StatelessShuffle"
    seed = _seed(seed, alg)
    _philox_only(kernel, alg)
    value = convert(value)
    shape = value.aval.shape
    if not shape or shape[0] <= 1 or kernels.size_of(shape) <= 1:
        return dispatch(kernels.drawing(kernel, random_choice.unmoved), (value,))
    state = dispatch(kernels.drawing("StatelessRandomGetKeyCounter", philox.scramble), (seed,))
    return random_stateful.shuffled(kernel, state, value)


@export("tf.random.split", "tf.random.experimental.stateless_split")
def split(seed, num=2, alg="auto_select") -> Any:
    """Several seeds that follow from one.

    Args:
      seed: int32 or int64 tensor [2].
      num: how many.
      alg: "philox" or "auto_select", which is the same.

    Returns:
      Tensor [num, 2] of the seed's dtype.
    """
    seed = convert(seed)
    return stateless_uniform(
        [num, 2], seed, minval=None, maxval=None, dtype=seed.aval.dtype, alg=alg
    )


@export("tf.random.fold_in", "tf.random.experimental.stateless_fold_in")
def fold_in(seed, data, alg="auto_select") -> Any:
    """A seed that follows from a seed and a number.

    Args:
      seed: int32 or int64 tensor [2].
      data: int32 or int64 scalar, for example the number of a step.
      alg: "philox" or "auto_select", which is the same.

    Returns:
      Tensor [2] of the dtype of `data`.
    """
    data = convert(data)
    first = stateless_uniform([], seed, minval=None, maxval=None, dtype=data.aval.dtype, alg=alg)
    return joining.stack([first, data])
