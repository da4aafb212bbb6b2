"""`tf.register_tensor_conversion_function`: how objects of other classes become tensors."""

from __future__ import annotations

import bisect
from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src.convert import CONVERSIONS
from tfshim._src.registry import export


@export("tf.register_tensor_conversion_function")
def register_tensor_conversion_function(base_type, conversion_func: Callable, priority=100) -> None:
    """Says how instances of a class become tensors.

    Args:
      base_type: a class, or a tuple of classes.
      conversion_func: `f(value, dtype=None, name=None, as_ref=False)` gives a tensor, of `dtype`
        where that is not None, or NotImplemented, after which the next function is asked.
      priority: functions of a smaller one are asked first, then older ones. Lists and tuples have
        a conversion of their own at 100.

    Raises:
      TypeError: for what is no class, Python's numbers and NumPy's, and what cannot be called.
    """
    types = base_type if isinstance(base_type, tuple) else (base_type,)
    if not all(isinstance(t, type) for t in types):
        raise TypeError(
            f"Argument `base_type` must be a type or a tuple of types. Obtained: {base_type}"
        )
    if any(issubclass(t, (int, float, np.generic, np.ndarray)) for t in types):
        raise TypeError(
            "Cannot register conversions for Python numeric types and NumPy scalars and arrays."
        )
    if not callable(conversion_func):
        raise TypeError(f"Argument `conversion_func` must be callable. Received {conversion_func}.")
    entry: Any = (priority, base_type, conversion_func)
    bisect.insort(CONVERSIONS, entry, key=lambda e: e[0])
