"""Python functions as ops."""

from __future__ import annotations

from typing import Any

from tfshim._src.registry import PUBLIC

__all__ = ["py_func", "py_func_common"]


def py_func_common(func, inp, Tout, stateful=True, name=None) -> Any:
    """`tf.numpy_function`."""
    return PUBLIC["tf.numpy_function"](func, inp, Tout, stateful, name)


py_func = py_func_common
