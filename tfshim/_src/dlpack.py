"""`tf.experimental.dlpack`: memory shared with other libraries, in capsules."""

from __future__ import annotations

import ctypes
from typing import Any

import jax

from tfshim._src.convert import from_array
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.registry import export
from tfshim._src.tensor import EagerTensor, Tensor


class _Tensor(ctypes.Structure):
    """The start of a DLManagedTensor. Source: dlpack.h of DLPack 0.8."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
    )


class _Capsule:
    """A capsule as an object of the protocol, which is what JAX takes."""

    def __init__(self, capsule: Any, device: tuple[int, int]):
        self._capsule, self._device = capsule, device

    def __dlpack__(self, **options: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return self._device


@export("tf.experimental.dlpack.to_dlpack")
def to_dlpack(tf_tensor) -> Any:
    """A DLPack capsule that shares the memory of a tensor.

    Args:
      tf_tensor: an eager tensor of numbers or bools.

    Raises:
      InvalidArgumentError: for anything else.
    """
    if not isinstance(tf_tensor, EagerTensor):
        raise InvalidArgumentError(
            None, None, "The argument to `to_dlpack` must be a TF tensor, not Python object"
        )
    if tf_tensor.dtype.name == "string":
        raise InvalidArgumentError(None, None, "DLPack has no strings")
    return tf_tensor.__dlpack__()


@export("tf.experimental.dlpack.from_dlpack")
def from_dlpack(dlcapsule) -> Tensor:
    """A tensor that shares the memory of a DLPack capsule, which can be taken once.

    Args:
      dlcapsule: a capsule of `to_dlpack` or of another library.

    Raises:
      TypeError: for what is no capsule.
      InvalidArgumentError: for a capsule that was taken already, or holds something else.
    """
    if type(dlcapsule).__name__ != "PyCapsule":
        raise TypeError(f"from_dlpack takes a DLPack capsule, not {dlcapsule!r}")
    api = ctypes.pythonapi
    api.PyCapsule_IsValid.argtypes = api.PyCapsule_GetPointer.argtypes = (
        ctypes.py_object,
        ctypes.c_char_p,
    )
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    if not api.PyCapsule_IsValid(dlcapsule, b"dltensor"):
        raise InvalidArgumentError(
            None,
            None,
            'DLPack tensor must be a capsule with name "dltensor". Note that a DLPack tensor may '
            "be consumed at most once.",
        )
    start = _Tensor.from_address(api.PyCapsule_GetPointer(dlcapsule, b"dltensor"))
    shared = _Capsule(dlcapsule, (start.device_type, start.device_id))
    array: Any = jax.dlpack.from_dlpack(shared)
    return from_array(array)
