"""Dropout, with TensorFlow's random numbers."""

from __future__ import annotations

import functools
import numbers
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from tfshim._src.convert import convert
from tfshim._src.errors import require
from tfshim._src.ops import sizes
from tfshim._src.ops.common import brackets
from tfshim._src.ops.random_stateful import uniform
from tfshim._src.ops.random_stateless import stateless_uniform
from tfshim._src.random_state import op_seeds
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT, same
from tfshim._src.tensor import Tensor


def _check(x, noise) -> None:
    for a, b in zip(x.shape[::-1], noise.shape[::-1], strict=False):
        require(
            a == b or a == 1 or b == 1,
            f"condition {brackets(noise.shape)}, then {brackets(x.shape)}, and else [] must be "
            "broadcastable",
        )


@op(kernel="SelectV2", inputs=same("x", "noise", "rate", "scale", of=FLOAT), diff=("x", "scale"))
def _dropped(x, noise, rate, scale):
    _check(x, noise)
    return jnp.where(noise >= rate, x * scale, jnp.zeros((), x.dtype))


@op(kernel="SelectV2", inputs=same("x", "noise", "rate", of=FLOAT), diff=("x", "rate"))
def _dropped_by(x, noise, rate):
    _check(x, noise)
    kept = x / (jnp.ones((), x.dtype) - rate)
    return jnp.where(noise >= rate, kept, jnp.zeros((), x.dtype))


def _noise_shape(x: Any, noise_shape: Any) -> Any:
    if noise_shape is None:
        return sizes.sizes(x)
    wanted = noise_shape
    if hasattr(wanted, "as_list"):
        wanted = wanted.as_list()
    if isinstance(wanted, (list, tuple)) and len(wanted) == x.ndim:
        return [sizes.sizes(x)[i] if s is None else s for i, s in enumerate(wanted)]
    return noise_shape


def _dropout(x: Any, rate: Any, noise_shape: Any, sampler: Callable, step: Callable) -> Any:
    number = isinstance(rate, numbers.Real)
    if number and (float(rate) < 0 or float(rate) >= 1):
        raise ValueError(
            f"`rate` must be a scalar tensor or a float in the range [0, 1). Received: rate={rate}"
        )
    x = convert(x)
    dtype = x.aval.dtype
    if dtype.kind != "f":
        raise ValueError(
            "`x.dtype` must be a floating point tensor as `x` will be scaled. Received: "
            f"x_dtype={dtype}"
        )
    if number and rate == 0:
        step()
        return x
    shape = _noise_shape(x, noise_shape)
    if number:
        noise = sampler(shape=shape, dtype=dtype)
        return _dropped(x, noise, float(rate), 1 / (1 - float(rate)))
    if not isinstance(rate, Tensor) and not hasattr(rate, "_operand_dtype"):
        raise ValueError(f"`rate` must be a scalar or scalar tensor. Received: rate={rate}")
    rate = convert(rate)
    if rate.ndim:
        raise ValueError(f"Shape {rate.shape} must have rank 0")
    if rate.aval.dtype is not dtype:
        raise ValueError(
            "`x.dtype` must be compatible with `rate.dtype`. Received: "
            f"x.dtype={dtype} and rate.dtype={rate.aval.dtype}"
        )
    return _dropped_by(x, sampler(shape=shape, dtype=dtype), rate)


@export("tf.nn.dropout")
def dropout(x, rate, noise_shape=None, seed=None, name=None) -> Tensor:
    """Elements set to 0 at random, and the others scaled so that the mean stays.

    Args:
      x: float tensor.
      rate: the probability of 0, a number in [0, 1) or a scalar tensor of the dtype of x.
      noise_shape: a shape that broadcasts to that of x: axes of size 1 share their decisions.
      seed: integer or None; see `tf.random.set_seed`.
      name: ignored.

    Raises:
      ValueError: for a rate out of range and tensors that are not floating.

    Source: Srivastava et al., "Dropout" (2014).
    """
    return _dropout(
        x, rate, noise_shape, functools.partial(uniform, seed=seed), lambda: op_seeds(seed)
    )


@export("tf.nn.experimental.stateless_dropout")
def stateless_dropout(x, rate, seed, rng_alg=None, noise_shape=None, name=None) -> Tensor:
    """`dropout` whose decisions depend on the seed alone.

    Args:
      x: float tensor.
      rate: the probability of 0, a number in [0, 1) or a scalar tensor of the dtype of x.
      seed: integer tensor [2].
      rng_alg: name or number of the generator's algorithm, as in `tf.random.stateless_uniform`.
      noise_shape: a shape that broadcasts to that of x.
      name: ignored.

    Raises:
      ValueError: for a rate out of range and tensors that are not floating.
    """
    sampler = functools.partial(stateless_uniform, seed=seed, alg=rng_alg)
    return _dropout(x, rate, noise_shape, sampler, lambda: None)


@export("tf.nn.experimental.general_dropout")
def general_dropout(x, rate, uniform_sampler, noise_shape=None, name=None) -> Tensor:
    """`dropout` with numbers from a function of the user's.

    Args:
      x: float tensor.
      rate: the probability of 0, a number in [0, 1) or a scalar tensor of the dtype of x.
      uniform_sampler: called with `shape=` and `dtype=`, gives numbers uniform in [0, 1).
      noise_shape: a shape that broadcasts to that of x.
      name: ignored.

    Raises:
      ValueError: for a rate out of range and tensors that are not floating.
    """
    return _dropout(x, rate, noise_shape, uniform_sampler, lambda: None)
