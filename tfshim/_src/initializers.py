"""`tf.zeros_initializer` and its relatives: callables that make the first value of a variable."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.ops import creation
from tfshim._src.ops.random_stateful import normal, uniform
from tfshim._src.ops.random_stateless import stateless_normal, stateless_uniform
from tfshim._src.registry import export
from tfshim._src.tensor import EagerTensor

# What a sharded variable asks for: the shape of one shard, and where it starts.
_SHARD = ["partition_shape", "partition_offset"]


class Initializer:
    """Makes a tensor of a shape and dtype; subclasses define `__call__`."""

    __module__ = "tensorflow.python.ops.init_ops_v2"

    def __call__(self, shape, dtype=None, **kwargs) -> EagerTensor:
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]):
        """An initializer of the arguments that `get_config` gave.

        Args:
          config: a dict; an entry `dtype` is taken out of it.
        """
        config.pop("dtype", None)
        return cls(**config)

    def _sizes(self, shape: Any, kwargs: dict[str, Any], shards: bool = True) -> Any:
        """The shape that is asked for: that of a shard, where one is named."""
        for name in kwargs:
            if name not in _SHARD:
                raise TypeError(f"Keyword argument should be one of {_SHARD}. Received: {name}")
            if not shards:
                raise ValueError(
                    f"{type(self).__name__} initializer doesn't support partition-related arguments"
                )
        return kwargs.get("partition_shape", shape)


def _number_or_bool(dtype: Any) -> dtypes.DType:
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_numpy_compatible or dtype is dtypes.string:
        raise _refused(dtype)
    return dtype


def _refused(dtype: dtypes.DType) -> ValueError:
    return ValueError(f"Argument `dtype` expected to be numeric or boolean. Received {dtype}.")


@export("tf.zeros_initializer")
class Zeros(Initializer):
    """Zeros."""

    __module__ = Initializer.__module__

    def __call__(self, shape, dtype=dtypes.float32, **kwargs) -> EagerTensor:
        """Zeros of a shape.

        Args:
          shape: of the tensor.
          dtype: a number's or bool.
          **kwargs: `partition_shape` and `partition_offset` of a shard.

        Raises:
          ValueError: for another dtype.
        """
        sizes = self._sizes(shape, kwargs)
        return creation.zeros(sizes, _number_or_bool(dtype))


@export("tf.ones_initializer")
class Ones(Initializer):
    """Ones."""

    __module__ = Initializer.__module__

    def __call__(self, shape, dtype=dtypes.float32, **kwargs) -> EagerTensor:
        """Ones of a shape; arguments as for `tf.zeros_initializer`."""
        sizes = self._sizes(shape, kwargs)
        return creation.ones(sizes, _number_or_bool(dtype))


@export("tf.constant_initializer")
class Constant(Initializer):
    """Given values.

    Args:
      value: a number, which fills the shape, or as many values as the shape has elements.
      support_partition: whether arguments of shards are taken; they have no effect.

    Raises:
      TypeError: for what is no Python value and no array.
    """

    __module__ = Initializer.__module__

    def __init__(self, value=0, support_partition=False):
        if not (np.isscalar(value) or isinstance(value, (list, tuple, np.ndarray))):
            raise TypeError(
                f"Invalid type for initial value: {type(value).__name__}. Expected Python scalar, "
                "list or tuple of values, or numpy.ndarray."
            )
        self.value = value
        self.support_partition = support_partition

    def __call__(self, shape, dtype=None, **kwargs) -> EagerTensor:
        """The values in a shape.

        Args:
          shape: of the tensor.
          dtype: by default the value's own.
          **kwargs: arguments of shards.

        Raises:
          TypeError: for another number of elements, and a dtype that does not fit.
        """
        self._sizes(shape, kwargs, self.support_partition)
        return creation.constant(
            self.value, None if dtype is None else dtypes.as_dtype(dtype), shape
        )

    def get_config(self) -> dict[str, Any]:
        """The value."""
        return {"value": self.value}


class _Random(Initializer):
    """What the random ones share: with a seed, each call gives the same numbers."""

    seed: int | None

    def _draw(self, stateful, stateless, shape, *args, dtype) -> EagerTensor:
        if self.seed is None:
            return stateful(shape, *args, dtype=dtype)
        # TensorFlow draws statelessly with the key [seed, 0], whatever the global seed is.
        return stateless(shape, (self.seed, 0), *args, dtype=dtype)


@export("tf.random_uniform_initializer")
class RandomUniform(_Random):
    """Uniformly distributed numbers.

    Args:
      minval, maxval: the range, without its end.
      seed: int; with one, each call gives the same numbers.
    """

    __module__ = Initializer.__module__

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self.minval = minval
        self.maxval = maxval
        self.seed = seed

    def __call__(self, shape, dtype=dtypes.float32, **kwargs) -> EagerTensor:
        """Random numbers of a shape.

        Args:
          shape: of the tensor.
          dtype: a real number's.
          **kwargs: `partition_shape` and `partition_offset` of a shard.

        Raises:
          ValueError: for another dtype.
        """
        sizes = self._sizes(shape, kwargs)
        dtype = dtypes.as_dtype(dtype)
        if not (dtype.is_floating or dtype.is_integer):
            raise _refused(dtype)
        return self._draw(uniform, stateless_uniform, sizes, self.minval, self.maxval, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        """The range and the seed."""
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed}


@export("tf.random_normal_initializer")
class RandomNormal(_Random):
    """Normally distributed numbers.

    Args:
      mean, stddev: of the distribution.
      seed: int; with one, each call gives the same numbers.
    """

    __module__ = Initializer.__module__

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean = mean
        self.stddev = stddev
        self.seed = seed

    def __call__(self, shape, dtype=dtypes.float32, **kwargs) -> EagerTensor:
        """Random numbers of a shape.

        Args:
          shape: of the tensor.
          dtype: a float's.
          **kwargs: `partition_shape` and `partition_offset` of a shard.

        Raises:
          ValueError: for another dtype.
        """
        sizes = self._sizes(shape, kwargs)
        dtype = dtypes.as_dtype(dtype)
        if not dtype.is_floating:
            raise ValueError(
                f"Argument `dtype` is expected to be floating point. Received: {dtype}."
            )
        return self._draw(normal, stateless_normal, sizes, self.mean, self.stddev, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        """Mean, standard deviation and seed."""
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed}
