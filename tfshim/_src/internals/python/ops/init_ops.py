"""Initializers of TensorFlow 1, which know their dtype."""

from __future__ import annotations

from typing import Any

from tfshim._src import dtypes
from tfshim._src.registry import PUBLIC

__all__ = ["Constant", "Initializer", "Ones", "Zeros"]


class Initializer:
    """Base of what makes the first value of a variable.

    Args:
      dtype: the dtype, where a call names none.
    """

    def __init__(self, dtype: Any = dtypes.float32):
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
        """The value."""
        raise NotImplementedError

    def get_config(self) -> dict:
        """The arguments of the constructor."""
        return {"dtype": self.dtype.name}

    @classmethod
    def from_config(cls, config: dict) -> Initializer:
        """The initializer with these arguments."""
        return cls(**config)


class Zeros(Initializer):
    """Zeros."""

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
        """Zeros of this shape."""
        return PUBLIC["tf.zeros"](shape, self.dtype if dtype is None else dtype)


class Ones(Initializer):
    """Ones."""

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
        """Ones of this shape."""
        return PUBLIC["tf.ones"](shape, self.dtype if dtype is None else dtype)


class Constant(Initializer):
    """Given values.

    Args:
      value: a number, or a structure of numbers.
      dtype: the dtype, where a call names none.
      verify_shape: whether a value of another shape is an error rather than spread.
    """

    def __init__(self, value: Any = 0, dtype: Any = dtypes.float32, verify_shape: bool = False):
        super().__init__(dtype)
        self.value = value
        self._verify_shape = verify_shape

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
        """The value, in this shape.

        Raises:
          TypeError: for a value of another shape, where that is to be verified.
        """
        dtype = self.dtype if dtype is None else dtypes.as_dtype(dtype)
        if self._verify_shape:
            found = PUBLIC["tf.constant"](self.value, dtype)
            if list(found.shape) != list(shape):
                raise TypeError(
                    f"Expected Tensor's shape: {tuple(shape)}, got {tuple(found.shape)}."
                )
            return found
        return PUBLIC["tf.constant"](self.value, dtype, shape)

    def get_config(self) -> dict:
        """The arguments of the constructor, less `verify_shape`."""
        return {"value": self.value, "dtype": self.dtype.name}
