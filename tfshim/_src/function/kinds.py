"""What functions are by type: the abstract classes of `tf.types.experimental`."""

from __future__ import annotations

import abc
from typing import Any, Union

import numpy as np

from tfshim._src.function.concrete_function import ConcreteFunction as _ConcreteFunction
from tfshim._src.function.polymorphic import Function
from tfshim._src.function.signature import FunctionType
from tfshim._src.registry import export, publish
from tfshim._src.tensor import Tensor

_MODULE = "tensorflow.python.types.core"
_PREFIX = "tf.types.experimental"

#: What ops take for a tensor.
TensorLike = Union[  # noqa: UP007  # as TensorFlow has it: not a types.UnionType
    Tensor, int, float, bool, str, bytes, complex, tuple, list, np.ndarray, np.generic
]
publish(f"{_PREFIX}.TensorLike", TensorLike, __name__, "TensorLike")
publish(f"{_PREFIX}.FunctionType", FunctionType, __name__, "FunctionType")


@export(f"{_PREFIX}.Callable")
class Callable(abc.ABC):
    """What can be called with tensors and tells its signature."""

    __module__ = _MODULE

    @property
    @abc.abstractmethod
    def function_type(self) -> FunctionType:
        """The parameters and their types."""

    @abc.abstractmethod
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls it."""


@export(f"{_PREFIX}.PolymorphicFunction", f"{_PREFIX}.GenericFunction")
class PolymorphicFunction(Callable):
    """A function that is traced for each signature: what `tf.function` gives."""

    __module__ = _MODULE

    @abc.abstractmethod
    def get_concrete_function(self, *args: Any, **kwargs: Any) -> Any:
        """The concrete function of a signature."""

    @abc.abstractmethod
    def experimental_get_compiler_ir(self, *args: Any, **kwargs: Any) -> Any:
        """A function that gives a compiler's text of the program for these arguments."""


@export(f"{_PREFIX}.ConcreteFunction")
class ConcreteFunction(Callable):
    """A function of one signature."""

    __module__ = _MODULE

    @property
    @abc.abstractmethod
    def inference_fn(self) -> Any:
        """What is called where no gradient is wanted."""


@export(f"{_PREFIX}.AtomicFunction")
class AtomicFunction(Callable):
    """A function of flat tensors that captures others; the library makes none."""

    __module__ = _MODULE

    @abc.abstractmethod
    def call_with_captures(self, args: Any, kwargs: Any, captures: Any) -> Any:
        """Calls it with tensors in the place of what it captured."""


PolymorphicFunction.register(Function)
ConcreteFunction.register(_ConcreteFunction)
