"""`tf.__internal__.smart_cond`: a branch that is taken in Python where the predicate is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src.tensor import Tensor
from tfshim._src.variable import Variable


def smart_cond(pred, true_fn: Callable, false_fn: Callable, name=None) -> Any:
    """The result of one of two functions.

    Args:
      pred: a bool, 0 or 1, or a scalar bool tensor or variable.
      true_fn, false_fn: functions without arguments.

    Raises:
      TypeError: for a branch that cannot be called, or a predicate that is none of these.
    """
    for label, branch in (("true_fn", true_fn), ("false_fn", false_fn)):
        if not callable(branch):
            raise TypeError(f"Argument `{label}` must be callable.")
    if isinstance(pred, Variable):
        pred = pred.value()
    if isinstance(pred, Tensor):
        if pred._is_symbolic():
            from tfshim._src.registry import PUBLIC

            return PUBLIC["tf.cond"](pred, true_fn, false_fn)
        pred = bool(pred)
    if not (isinstance(pred, (bool, np.bool_)) or (type(pred) is int and pred in (0, 1))):
        raise TypeError(
            "`pred` must be a Tensor, or a Python bool, or 1 or 0. "
            f"Found instead type: {type(pred)}"
        )
    return true_fn() if pred else false_fn()
