"""Branches and loops of TensorFlow 1, which take a structure of one value apart."""

from __future__ import annotations

from typing import Any

from tfshim._src.registry import PUBLIC

__all__ = ["case", "cond", "while_loop"]


def cond(
    pred, true_fn=None, false_fn=None, strict=False, name=None, fn1=None, fn2=None
) -> Any:  # fmt: skip
    """`tf.cond`, where `strict=False` gives x for a branch's [x] or (x,) in eager code.

    Raises:
      TypeError: for a branch given twice.
    """
    for here, alias, value, other in (
        ("true_fn", "fn1", true_fn, fn1),
        ("false_fn", "fn2", false_fn, fn2),
    ):
        if value is not None and other is not None:
            raise TypeError(f"cond(): '{here}' and '{alias}' may not be set simultaneously.")
    result = PUBLIC["tf.cond"](
        pred, fn1 if true_fn is None else true_fn, fn2 if false_fn is None else false_fn, name
    )
    return result if strict or not PUBLIC["tf.executing_eagerly"]() else _alone(result)


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case") -> Any:
    """`tf.case`, where `strict=False` gives x for a branch's [x] or (x,) in eager code."""
    result = PUBLIC["tf.case"](pred_fn_pairs, default, exclusive, strict=True, name=name)
    return result if strict or not PUBLIC["tf.executing_eagerly"]() else _alone(result)


def while_loop(
    cond,
    body,
    loop_vars,
    shape_invariants=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
    maximum_iterations=None,
    return_same_structure=False,
) -> Any:
    """`tf.while_loop`, which gives x for the loop variables [x] unless `return_same_structure`.

    In eager code a body that returns [x] keeps the structure; in functions none does.
    """
    options = {
        "shape_invariants": shape_invariants,
        "parallel_iterations": parallel_iterations,
        "back_prop": back_prop,
        "swap_memory": swap_memory,
        "maximum_iterations": maximum_iterations,
        "name": name,
    }
    if return_same_structure or len(loop_vars) != 1:
        return PUBLIC["tf.while_loop"](cond, body, loop_vars, **options)
    packed = not PUBLIC["tf.executing_eagerly"]()

    def step(value: Any) -> Any:
        nonlocal packed
        found = body(value)
        if isinstance(found, (list, tuple)):
            return found
        packed = True
        return [found] if isinstance(loop_vars, list) else (found,)

    result = PUBLIC["tf.while_loop"](cond, step, loop_vars, **options)
    return result[0] if packed else result


def _alone(result: Any) -> Any:
    return result[0] if type(result) in (list, tuple) and len(result) == 1 else result
