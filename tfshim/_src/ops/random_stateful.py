"""Random ops whose place in the stream the program keeps: `tf.random.uniform` and its kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.dispatch import dispatch
from tfshim._src.errors import dtype_not_allowed, op_error
from tfshim._src.ops import (
    arithmetic,
    array,
    compare,
    philox,
    random_choice,
    random_kernels as kernels,
    random_rejection,
)
from tfshim._src.ops.common import brackets
from tfshim._src.random_state import next_state, op_seeds
from tfshim._src.registry import export
from tfshim._src.rules import c_name
from tfshim._src.tensor import EagerTensor, from_value

_UNIFORM_DTYPES = (
    dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64,
)  # fmt: skip
_COUNT_DTYPES = ("half", "float", "double", "int32", "int64")


def _draw(kernel: str, body: Any, shape: EagerTensor, dtype: Any, seeds: Any) -> Any:
    """One draw of a float op: the shape's dtype and the result's tell kernels apart."""
    sizes = kernels.dimensions(kernel, shape)
    kernels.check_dtype(kernel, dtype, kernels.FLOATS)
    attrs = (shape.aval.dtype.name, dtype.name)
    return kernels.stateful(kernel, body, (sizes, dtype.np), attrs, seeds, kernels.size_of(sizes))


@export("tf.random.uniform")
def uniform(shape, minval=0, maxval=None, dtype=dtypes.float32, seed=None, name=None) -> Any:
    """Numbers from the uniform distribution over [minval, maxval).

    Integers are the remainder of a word of the stream, so that they are slightly biased unless
    `maxval - minval` is a power of two.

    Args:
      shape: 1-d integer tensor or list.
      minval, maxval: tensors that broadcast to `shape`; scalars for integer dtypes. `maxval` is 1
        by default, and must be given for integers.
      dtype: float16, bfloat16, float32, float64, int32 or int64.
      seed: integer; with it, calls go on in a stream of their own. See `tf.random.set_seed`.
      name: ignored.

    Raises:
      ValueError: for another dtype, or integers without `maxval`.
      InvalidArgumentError: for a bad shape, or bounds that leave no integer.
    """
    dtype = dtypes.as_dtype(dtype)
    if dtype not in _UNIFORM_DTYPES:
        raise ValueError(
            f"Argument `dtype` got invalid value {dtype}. Accepted dtypes are {_UNIFORM_DTYPES}."
        )
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
        maxval = 1
    shape = kernels.shape_tensor(shape)
    from_zero = isinstance(minval, int) and minval == 0
    to_one = isinstance(maxval, int) and maxval == 1
    if not from_zero or not to_one or dtype.is_integer:
        minval = kernels.named(minval, dtype, "min")
        maxval = kernels.named(maxval, dtype, "max")
    seeds = op_seeds(seed)
    if dtype.is_integer:
        kernel = "RandomUniformInt"
        sizes = kernels.dimensions(kernel, shape)
        size = kernels.size_of(sizes)
        kernels.check_bounds(kernel, minval, maxval, size)
        attrs = (shape.aval.dtype.name, dtype.name)
        return kernels.stateful(
            kernel, philox.uniform_int, (sizes,), attrs, seeds, size, (minval, maxval)
        )
    drawn = _draw("RandomUniform", philox.uniform, shape, dtype, seeds)
    if from_zero:
        return drawn if to_one else arithmetic.multiply(drawn, maxval)
    width = arithmetic.subtract(maxval, minval)
    return arithmetic.add(arithmetic.multiply(drawn, width), minval)


def _scaled(kernel: str, body: Any, shape, mean, stddev, dtype, seed) -> Any:
    shape = kernels.shape_tensor(shape)
    dtype = dtypes.as_dtype(dtype)
    if type(mean) is not float or dtype.kind != "f":
        mean = kernels.named(mean, dtype, "mean")
    if type(stddev) is not float or dtype.kind != "f":
        stddev = kernels.named(stddev, dtype, "stddev")
    drawn = _draw(kernel, body, shape, dtype, op_seeds(seed))
    return arithmetic.add(arithmetic.multiply(drawn, stddev), mean)


@export("tf.random.normal")
def normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None) -> Any:
    """Numbers from the normal distribution.

    Args:
      shape: 1-d integer tensor or list.
      mean, stddev: tensors of dtype `dtype` that broadcast with `shape`.
      dtype: float16, bfloat16, float32 or float64.
      seed: integer or None; see `tf.random.set_seed`.
      name: ignored.

    Raises:
      InvalidArgumentError: for a bad shape or dtype.
    """
    return _scaled("RandomStandardNormal", philox.normal, shape, mean, stddev, dtype, seed)


@export("tf.random.truncated_normal")
def truncated_normal(
    shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None
) -> Any:
    """Numbers from the normal distribution without what lies two `stddev` or more from `mean`.

    Args:
      shape: 1-d integer tensor or list.
      mean, stddev: tensors of dtype `dtype` that broadcast with `shape`.
      dtype: float16, bfloat16, float32 or float64.
      seed: integer or None; see `tf.random.set_seed`.
      name: ignored.

    Raises:
      InvalidArgumentError: for a bad shape or dtype.
    """
    return _scaled("TruncatedNormal", philox.truncated_normal, shape, mean, stddev, dtype, seed)


@export("tf.random.gamma")
def gamma(shape, alpha, beta=None, dtype=dtypes.float32, seed=None, name=None) -> Any:
    """Numbers from the gamma distribution, differentiable in its parameters.

    Args:
      shape: 1-d integer tensor or list: how many numbers for each pair of parameters.
      alpha: concentrations, a float tensor.
      beta: rates, broadcasting with `alpha`; 1 by default.
      dtype: float16, float32 or float64.
      seed: integer or None; see `tf.random.set_seed`.
      name: ignored.

    Returns:
      Tensor [*shape, *(broadcast shape of alpha and beta)].

    Raises:
      InvalidArgumentError: for a bad shape, or parameters that do not broadcast.
    """
    shape = kernels.named(shape, dtypes.int32, "shape")
    dtype = dtypes.as_dtype(dtype)
    alpha = kernels.named(alpha, dtype, "alpha")
    beta = kernels.named(1 if beta is None else beta, dtype, "beta")
    tail = kernels.broadcast_shape(alpha, beta)
    seeds = op_seeds(seed)
    kernel = "RandomGamma"
    kernels.check_dtype(kernel, dtype, ("half", "float", "double"), "T")
    if shape.ndim != 1:
        values = " ".join(map(str, shape._host_value().reshape(-1).tolist()))
        got = f"Tensor<type: int32 shape: {brackets(shape.aval.shape)} values: {values}>"
        raise op_error(kernel, f"shape must be a vector of {{int32,int64}}, got shape: {got}")
    sizes = (*kernels.dimensions(kernel, shape), *tail)
    drawn = kernels.stateful(
        kernel, random_rejection.gamma_broadcast, (tail, sizes), (dtype.name,), seeds,
        kernels.size_of(sizes), (alpha,), differentiable=True,
    )  # fmt: skip
    return at_least_tiny(drawn, beta, dtype)


def at_least_tiny(drawn: Any, beta: Any, dtype: Any) -> Any:
    """A standard gamma number over its rate, never 0: the smallest normal number at least."""
    tiny = convert(np.finfo(dtype.np).tiny, dtype)
    return compare.maximum(tiny, arithmetic.divide(drawn, beta))


@export("tf.random.poisson")
def poisson(shape, lam, dtype=dtypes.float32, seed=None, name=None) -> Any:
    """Numbers from the Poisson distribution.

    Args:
      shape: 1-d integer tensor or list: how many numbers for each rate.
      lam: rates, a tensor of float16, float32, float64, int32 or int64.
      dtype: of the result; the same ones.
      seed: integer or None; see `tf.random.set_seed`.
      name: ignored.

    Returns:
      Tensor [*shape, *lam.shape].

    Raises:
      InvalidArgumentError: for a bad shape or dtype.
    """
    kernel = "RandomPoissonV2"
    shape = kernels.named(shape, dtypes.int32, "shape")
    seeds = op_seeds(seed)
    lam = convert(lam)
    dtype = kernels.check_dtype(kernel, dtypes.as_dtype(dtype), _COUNT_DTYPES)
    kernels.check_dtype(kernel, lam.aval.dtype, _COUNT_DTYPES, "R")
    sizes = (*kernels.dimensions(kernel, shape, "S"), *lam.aval.shape)
    attrs = (lam.aval.dtype.name, dtype.name)
    return kernels.stateful(
        kernel, random_rejection.poisson, (sizes, dtype.np), attrs, seeds,
        kernels.size_of(sizes), (lam,),
    )  # fmt: skip


def check_categorical(kernel: str, logits: Any, num_samples: Any, dtype: Any) -> tuple:
    """The checked arguments of a categorical op: (logits, number of samples, dtype)."""
    logits = convert(logits)
    dtype = dtypes.as_dtype(dtype) if dtype else dtypes.int64
    if dtype not in (dtypes.int32, dtypes.int64):
        raise ValueError(
            f"Argument `dtype` got invalid value {dtype}. Accepted dtypes are "
            f"{(dtypes.int32, dtypes.int64)}."
        )
    return logits, convert(num_samples, dtypes.int32), dtype


#: Dtypes of logits by TensorFlow's definition of the op; its kernels take only floats.
_REAL = (
    "float", "double", "int32", "uint8", "int16", "int8", "int64", "bfloat16", "uint16", "half",
    "uint32", "uint64",
)  # fmt: skip


def check_logits(kernel: str, logits: EagerTensor, num_samples: EagerTensor) -> int:
    """The number of samples, for logits [rows, classes] with at least one class."""
    if c_name(logits.aval.dtype) not in kernels.FLOATS:
        allowed = [dtypes.as_dtype(n) for n in _REAL]
        raise dtype_not_allowed(kernel, logits.aval.dtype, allowed, "T")
    if logits.ndim != 2:
        got = brackets(logits.aval.shape)
        raise op_error(kernel, f"logits should be a matrix, got shape {got}")
    if num_samples.ndim:
        got = brackets(num_samples.aval.shape)
        raise op_error(kernel, f"num_samples should be a scalar, got shape {got}")
    samples = int(num_samples._host_value())
    if samples < 0:
        raise op_error(kernel, f"num_samples should be non-negative, got {samples}")
    if logits.aval.shape[1] == 0:
        raise op_error(kernel, "num_classes should be positive, got 0")
    return samples


@export("tf.random.categorical")
def categorical(logits, num_samples, dtype=None, seed=None, name=None) -> Any:
    """Class numbers, drawn with probabilities softmax(logits).

    Args:
      logits: float tensor [rows, classes] of log-probabilities up to a constant.
      num_samples: scalar, how many numbers to draw for each row.
      dtype: int32 or int64; int64 by default.
      seed: integer or None; see `tf.random.set_seed`.
      name: ignored.

    Returns:
      Tensor [rows, num_samples].

    Raises:
      ValueError: for another dtype.
      InvalidArgumentError: for logits of another rank or without classes.
    """
    kernel = "Multinomial"
    logits, num_samples, dtype = check_categorical(kernel, logits, num_samples, dtype)
    seeds = op_seeds(seed)
    samples = check_logits(kernel, logits, num_samples)
    attrs = (logits.aval.dtype.name, dtype.name)
    reserved = logits.aval.shape[0] * (-(-samples // 4) * 4) * 2
    return kernels.stateful(
        kernel, random_choice.categorical, (samples, dtype.np), attrs, seeds, reserved, (logits,)
    )


@export("tf.random.shuffle")
def shuffle(value, seed=None, name=None) -> Any:
    """The value with its first dimension in random order.

    Args:
      value: a tensor; a scalar is returned as it is.
      seed: integer or None; see `tf.random.set_seed`.
      name: ignored.
    """
    kernel = "RandomShuffle"
    seeds = op_seeds(seed)
    value = convert(value)
    shape = value.aval.shape
    if not shape or shape[0] <= 1 or kernels.size_of(shape) <= 1:
        return array.stop_gradient(value)
    state = next_state(kernel, (value.aval.dtype.name,), seeds, -(-(shape[0] - 1) // 4))
    return shuffled(kernel, state, value)


def shuffled(kernel: str, state: EagerTensor, value: EagerTensor) -> Any:
    """The value's first dimension permuted by the numbers that follow a state."""
    if value.aval.dtype.kind == "s":
        order = random_choice.permutation(state._host_value(), value.aval.shape[0])
        return from_value(value._host_value()[order])
    return dispatch(kernels.drawing(kernel, random_choice.shuffle), (state, value))
