"""Branches of many predicates."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tfshim._src.internals.v1_control_flow import case
from tfshim._src.registry import PUBLIC

__all__ = ["_case_helper", "case"]


def _case_helper(
    cond_fn: Callable, pred_fn_pairs: Any, default: Callable | None, exclusive: bool,
    name: str | None, allow_python_preds: bool = False, **cond_kwargs: Any,
) -> Any:  # fmt: skip
    """`tf.case` made of another `cond`: the first function whose predicate is true.

    Args:
      cond_fn: called with a predicate, `true_fn` and `false_fn`.
      pred_fn_pairs: a list of (predicate, function), or a dict.
      default: the function where none is true; without one, one predicate must be.
      exclusive: whether more than one true predicate is an error.
      name: accepted.
      allow_python_preds: whether predicates may be bools.
      **cond_kwargs: for `cond_fn`.

    Raises:
      TypeError: for other structures, functions that cannot be called, or a bool as a predicate
        where that is not allowed.
      InvalidArgumentError: if no predicate is true and there is no default, or, where exclusive,
        if more than one is.
    """
    pairs = list(pred_fn_pairs.items() if isinstance(pred_fn_pairs, dict) else pred_fn_pairs)
    for pred, fn in pairs:
        if isinstance(pred, bool) and not allow_python_preds:
            raise TypeError(f"Pred is a Python bool: {pred}; expected a boolean tensor.")
        if not callable(fn):
            raise TypeError(f"Function {fn} in `pred_fn_pairs` must be callable.")
    if default is not None and not callable(default):
        raise TypeError("`default` must be callable.")
    stacked = PUBLIC["tf.stack"]([pred for pred, _ in pairs])
    count = PUBLIC["tf.math.count_nonzero"](stacked)
    if exclusive:
        PUBLIC["tf.debugging.assert_less"](count, PUBLIC["tf.constant"](2, count.dtype))
    if default is None:
        PUBLIC["tf.debugging.assert_greater"](count, PUBLIC["tf.constant"](0, count.dtype))
        default = pairs.pop()[1]
    result: Any = default
    for pred, fn in reversed(pairs):
        result = functools.partial(cond_fn, pred, true_fn=fn, false_fn=result, **cond_kwargs)
    return result()
