"""`tf.experimental.numpy.random`: NumPy's names, the numbers of `tf.random`."""

from __future__ import annotations

import numpy as np

from tfshim._src import random_state, registry
from tfshim._src.numpy_api.promotion import asarray, result_type
from tfshim._src.numpy_api.public import NAMESPACE
from tfshim._src.ops import facts, random_stateful
from tfshim._src.tensor import Tensor


def _public(fn):
    registry.publish(f"{NAMESPACE}.random.{fn.__name__}", fn, fn.__module__, fn.__name__)
    return fn


def _shape(size):
    if size is None:
        return ()
    return (size,) if _is_scalar(size) else size


def _is_scalar(value) -> bool:
    return value.shape.rank == 0 if isinstance(value, Tensor) else np.isscalar(value)


@_public
def seed(s):
    """Sets the seed of all random numbers, `tf.random.set_seed`.

    Raises:
      ValueError: for what is no integer.
    """
    try:
        s = int(s)
    except TypeError:
        raise ValueError(
            f"Argument `s` got an invalid value {s}. Only integers are supported."
        ) from None
    random_state.set_seed(s)


@_public
def standard_normal(size=None):
    """Numbers of the standard normal distribution, float64."""
    return random_stateful.normal(_shape(size), dtype=result_type(float))


@_public
def randn(*args):
    """`standard_normal` with the sizes as arguments."""
    return standard_normal(size=args)


@_public
def uniform(low=0.0, high=1.0, size=None):
    """Numbers that are equally likely in [low, high), float64."""
    dtype = result_type(float)
    low, high = asarray(low, dtype=dtype), asarray(high, dtype=dtype)
    if size is None:
        size = facts.broadcast_dynamic_shape(low.shape, high.shape)
    return random_stateful.uniform(shape=size, minval=low, maxval=high, dtype=dtype)


@_public
def random(size=None):
    """`uniform` in [0, 1)."""
    return uniform(0.0, 1.0, size)


@_public
def rand(*size):
    """`random` with the sizes as arguments."""
    return uniform(0.0, 1.0, size)


@_public
def poisson(lam=1.0, size=None):
    """Numbers of a Poisson distribution with this mean, int64."""
    return random_stateful.poisson(shape=_shape(size), lam=lam, dtype=np.int_)


@_public
def randint(low, high=None, size=None, dtype=np.int64):
    """Integers that are equally likely in [low, high), in [0, low) without `high`.

    Raises:
      ValueError: for a dtype other than int32 and int64.
    """
    low, high = (0, int(low)) if high is None else (int(low), high)
    if size is None:
        size = ()
    elif isinstance(size, int):
        size = (size,)
    kind, accepted = result_type(dtype), (np.int32, np.int64)
    if kind not in accepted:
        raise ValueError(
            f"Argument `dtype` got an invalid value {dtype}. Only those convertible to {accepted} "
            "are supported."
        )
    return random_stateful.uniform(shape=size, minval=low, maxval=high, dtype=kind)
