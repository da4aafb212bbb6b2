"""Conversion to tensors, with the parameters of both versions."""

from __future__ import annotations

from typing import Any

from tfshim._src.registry import PUBLIC

__all__ = [
    "convert_to_tensor", "convert_to_tensor_v1", "convert_to_tensor_v1_with_dispatch",
    "convert_to_tensor_v2", "convert_to_tensor_v2_with_dispatch",
]  # fmt: skip


def convert_to_tensor(
    value, dtype=None, name=None, as_ref=False, preferred_dtype=None, dtype_hint=None, **kwargs
) -> Any:
    """`tf.convert_to_tensor`; `preferred_dtype` is `dtype_hint`."""
    hint = preferred_dtype if dtype_hint is None else dtype_hint
    return PUBLIC["tf.convert_to_tensor"](value, dtype, hint, name)


def convert_to_tensor_v1(value, dtype=None, name=None, preferred_dtype=None, dtype_hint=None):
    """`tf.convert_to_tensor` with TensorFlow 1's order of parameters."""
    return convert_to_tensor(value, dtype, name, False, preferred_dtype, dtype_hint)


convert_to_tensor_v1_with_dispatch = convert_to_tensor_v1


def convert_to_tensor_v2(value, dtype=None, dtype_hint=None, name=None) -> Any:
    """`tf.convert_to_tensor`."""
    return PUBLIC["tf.convert_to_tensor"](value, dtype, dtype_hint, name)


convert_to_tensor_v2_with_dispatch = convert_to_tensor_v2
