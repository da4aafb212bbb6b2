"""Branches: `tf.cond`, `tf.switch_case` and `tf.case`."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from jax import lax

from tfshim._src import fold, nest, reports
from tfshim._src.control_flow.branch_gradient import gradient_rule
from tfshim._src.control_flow.captured import Captured, Inputs, assign, node, union
from tfshim._src.control_flow.tensor_array import TensorArray
from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError, runtime_name
from tfshim._src.function import effects
from tfshim._src.indexed_slices import densify
from tfshim._src.random_graph import as_parts
from tfshim._src.registry import export
from tfshim._src.tensor import STATE, EagerTensor, NeedsValue, Tensor
from tfshim._src.variable import Variable


@export("tf.cond")
def cond_for_tf_v2(pred, true_fn=None, false_fn=None, name=None) -> Any:
    """Calls one of two functions, as a condition says.

    Args:
      pred: a scalar bool tensor, or outside of functions also a bool.
      true_fn, false_fn: functions without arguments; in a traced function both are traced, and must
        return the same structure of tensors of the same dtypes and shapes.
      name: ignored.

    Raises:
      TypeError: if a function is none, or results differ in dtype or structure.
    """
    for function, which in ((true_fn, "true_fn"), (false_fn, "false_fn")):
        if function is None:
            raise TypeError(f"cond(): '{which}' argument required")
    if not callable(true_fn):
        raise TypeError("'true_fn' must be callable.")
    if not callable(false_fn):
        raise TypeError("'false_fn' must be callable.")
    if pred is None:
        convert(pred)  # refuses it
    if not STATE.trace.symbolic:
        true_fn, false_fn = as_parts(true_fn, false_fn)
        if isinstance(pred, EagerTensor) and not pred.aval.size:
            pred = pred.numpy()  # NumPy refuses what is empty, from 2.2 on
        return true_fn() if pred else false_fn()
    if isinstance(pred, bool):
        raise TypeError("pred must not be a Python bool", pred)
    return branch("If", convert(pred), [false_fn, true_fn], _cond_mismatch)


class OtherShapes(NeedsValue):
    """The branches of a node return tensors of different shapes."""


def _scalar(t: EagerTensor) -> EagerTensor:
    if t.aval.dtype.name != "bool":
        raise InvalidArgumentError(
            None, None, f"Input 'pred' passed {runtime_name(t.aval.dtype)} expected bool"
        )
    if t.aval.size == 1:
        from tfshim._src.ops import array

        return array.reshape(t, []) if t.aval.shape else t
    if t.aval.shape:
        raise InvalidArgumentError(
            None, None, f"The second input must be a scalar, but it has shape {list(t.aval.shape)}"
        )
    return t


def branch(name: str, index: EagerTensor, functions: Sequence[Callable], mismatch: Callable) -> Any:
    """One node with several branches.

    Args:
      name: TensorFlow's kernel name.
      index: which branch runs: a bool or an integer in range.
      functions: the branches; those that were captured already are taken as they are.
      mismatch: makes the error for results that do not fit: `mismatch(results)`.
    """
    parts = [
        f if isinstance(f, Captured) else Captured(f"{name}_branch_{i}", f)
        for i, f in enumerate(functions)
    ]
    _share_element_shapes(parts, mismatch)
    flat = [_flat(p) for p in parts]
    try:
        _check(parts, flat, mismatch)
    except OtherShapes:
        which = fold.static_value(index)
        if which is None:
            raise
        parts, flat = [parts[int(which)]], [flat[int(which)]]  # sizes of this call decide
    written = union(parts)
    has_effects = any(p.graph.effects for p in parts)
    needed = [p.needed(outs, written) for p, outs in zip(parts, flat, strict=True)]
    checks = [c for some in needed for c in some]
    size, before = reports.width(checks), 0
    for part, outs, some in zip(parts, flat, needed, strict=True):
        state = [part.value_of(v, some) for v in written]
        report = [part.report(some, size, before)] if checks else []
        part.finish([*outs, *state, *report, *([part.token()] if has_effects else [])])
        before += len(some)
    if name == "If":
        index = _scalar(index)
    inputs = Inputs()
    places = [[inputs.add(c) for c in p.captures] for p in parts]
    raws = [p.raw() for p in parts]

    def make(functions):
        def fn(which, *values):
            choices = [
                lambda ops, f=f, at=at: tuple(f(*[ops[i] for i in at]))
                for f, at in zip(functions, places, strict=True)
            ]
            return lax.switch(which.astype(np.int32), choices, values)

        return fn

    programs = [p.function.kernel.fn for p in parts]
    made = [t.aval for t in parts[0].outputs]
    rule = gradient_rule(parts, places, lambda i, fns: branch(name, i, fns, mismatch))
    outs = node(name, make(raws), make(programs), [index, *inputs.tensors], made, rule=rule)
    n = len(flat[0])
    assign(written, outs[n : n + len(written)])
    if checks:
        reports.hand_on(outs[n + len(written)], reports.Explaining(checks), n)
    if has_effects:
        effects.happen(outs[-1:])
    result = parts[-1].result
    rest = iter(outs[:n])
    like = _values(result)
    leaves = [_taken(leaf, rest) for leaf in nest.flatten(like, True)]
    return nest.pack_sequence_as(like, leaves, expand_composites=True)


def _taken(leaf: Any, outs: Iterator[EagerTensor]) -> Any:
    """What the node gives for one leaf of a branch's result."""
    if isinstance(leaf, TensorArray):
        return leaf._unpack(outs)
    return None if leaf is None else next(outs)


def _share_element_shapes(parts: Sequence[Captured], mismatch: Callable) -> None:
    """Arrays of tensors learn from each other what their elements look like."""
    flat = [nest.flatten(p.result, expand_composites=True) for p in parts]
    if len({len(leaves) for leaves in flat}) > 1:
        return  # an error, which is told later
    for i, some in enumerate(zip(*flat, strict=True)):
        arrays = [isinstance(a, TensorArray) for a in some]
        if not any(arrays):
            continue
        if not all(arrays):
            raise mismatch(parts, "a TensorArray and a tensor have different types")
        for leaves, mine in zip(flat, some, strict=True):
            if mine.dtype is not some[-1].dtype:
                raise TypeError(
                    f"No common supertype of {some[-1]._type_spec!r} and {mine._type_spec!r}."
                )
            copy = leaves[i] = mine._version()
            for other in some:
                copy._learn(other)
    for part, leaves in zip(parts, flat, strict=True):
        if any(isinstance(leaf, TensorArray) for leaf in leaves):
            part.result = nest.pack_sequence_as(part.result, leaves, expand_composites=True)


def _values(result: Any) -> Any:
    """A branch's result with tensors as leaves."""

    def leaf(value: Any) -> Any:
        if value is None or isinstance(value, (Tensor, TensorArray)):
            return value
        return value._as_operand() if isinstance(value, Variable) else convert(value)

    return nest.map_structure(leaf, result, expand_composites=True)


def _flat(part: Captured) -> list[EagerTensor]:
    from tfshim._src.jacobian import capturing

    with capturing(part.graph):
        flat: list[EagerTensor] = []
        for leaf in nest.flatten(_values(part.result), True):
            if isinstance(leaf, TensorArray):
                flat.extend(leaf._pack())
            elif leaf is not None:
                flat.append(leaf)
        return [densify(t) for t in flat]


def _check(parts: Sequence[Captured], flat: Sequence[list], mismatch: Callable) -> None:
    first = parts[0].result
    for part, outs in zip(parts[1:], flat[1:], strict=True):
        leaves = [len(nest.flatten(p.result, expand_composites=True)) for p in (parts[0], part)]
        if leaves[0] != leaves[1]:
            raise AssertionError(leaves[::-1] if mismatch is _cond_mismatch else leaves)
        try:
            nest.assert_same_structure(first, part.result, expand_composites=True)
        except (TypeError, ValueError) as e:
            raise mismatch(parts, e) from None
        if len(outs) != len(flat[0]):  # None where there is a tensor
            lengths = "".join(
                f"len(graphs[{i}].outputs): {len(f)}\n" for i, f in enumerate(reversed(flat))
            )
            raise ValueError(f"Lengths of branch outputs of cond must match.\n{lengths}")
        for a, b in zip(flat[0], outs, strict=True):
            if a.aval.dtype is not b.aval.dtype:
                raise mismatch(parts, f"{_shown(b)} and {_shown(a)} have different types")
            if a.aval.dtype.kind == "s":
                raise NeedsValue("strings are not part of a compiled program")
            if a.aval.shape != b.aval.shape:
                raise OtherShapes(f"branches return different shapes: {a.shape} and {b.shape}")


def _cond_mismatch(parts: Sequence[Captured], detail: Any) -> TypeError:
    return TypeError(
        "true_fn and false_fn arguments to tf.cond must have the same number, type, and overall "
        f"structure of return values.\n\ntrue_fn output: {_text(parts[1])}\nfalse_fn output: "
        f"{_text(parts[0])}\n\nError details:\n{detail}"
    )


class _Shown(str):
    """Text that stands for a tensor in that of a structure."""

    __repr__ = str.__str__


def _shown(value: Any, inside: bool = False) -> Any:
    """A tensor of a branch as text, whether or not its value is known."""
    if value is None or isinstance(value, TensorArray):
        return value
    t = convert(value)
    if inside:
        return _Shown(f"<tf.Tensor 'cond/Identity:0' shape={t.shape} dtype={t.dtype.name}>")
    return f'Tensor("cond/Identity:0", shape={t.shape}, dtype={t.dtype.name})'


def _text(part: Captured) -> str:
    if not nest.is_nested(part.result):
        return str(_shown(part.result))
    return str(nest.map_structure(lambda v: _shown(v, True), part.result))


def _switch_mismatch(parts: Sequence[Captured], detail: Any) -> TypeError:
    return TypeError(
        "branches[0] and branches[1] arguments to tf.switch_case must have the same number, type, "
        "and overall structure of return values.\n\n"
        + "".join(f"branches[{i}] output: {_text(p)}\n" for i, p in enumerate(parts))
        + f"\nError details:\n{detail}"
    )


@export("tf.switch_case")
def switch_case(branch_index, branch_fns, default=None, name="switch_case") -> Any:
    """Calls the function of a list that has a number.

    Args:
      branch_index: a scalar integer tensor.
      branch_fns: a list of functions, or a dict of them or list of pairs by number from 0 on.
      default: the function for any other number; the last one if None.
      name: ignored.

    Raises:
      TypeError, ValueError: for functions that are none, and numbers that leave a gap.
    """
    if not isinstance(branch_index, Tensor):
        raise TypeError(f"'branch_index' must be a Tensor, got {type(branch_index)}")
    index = convert(branch_index)
    if index.aval.dtype.kind not in "iu":
        raise TypeError(f"'branch_index' must be an integer Tensor, got {index.dtype}")
    functions = _branches(branch_fns)
    count = len(functions)
    if not count:
        raise ValueError("Must provide at least one item in 'branch_fns'")
    if default is not None:
        functions = [*functions, default]
        count += 1
    if not STATE.trace.symbolic:
        i = int(index)
        functions = as_parts(*functions)
        return functions[i if 0 <= i < count else count - 1]()
    if index.dtype.name != "int32":
        raise TypeError(
            f"Input 'branch_index' of 'Case' Op has type {index.dtype.name} that does not match "
            "expected type of int32."
        )
    if index.aval.size != 1:
        raise InvalidArgumentError(
            None, None, f"The second input must be a scalar, but it has shape {list(index.shape)}"
        )
    if index.aval.shape:
        from tfshim._src.ops import array

        index = array.reshape(index, [])
    inside = (index >= 0) & (index < count)  # type: ignore[operator]
    from tfshim._src.ops import array

    last = array.cast(convert(count - 1), index.dtype)
    index = array.where(inside, index, last)
    return branch("Case", index, functions, _switch_mismatch)


def _branches(branch_fns: Any) -> list[Callable]:
    pairs: list[Any]
    if not branch_fns:
        return []
    if isinstance(branch_fns, dict):
        pairs = list(branch_fns.items())
    elif isinstance(branch_fns, (list, tuple)):
        if all(callable(b) for b in branch_fns):
            return list(branch_fns)
        pairs = list(branch_fns)
        for b in pairs:
            if not isinstance(b, tuple) or len(b) != 2:
                raise TypeError(f"Each entry in 'branch_fns' must be a 2-tuple. Received {b}.")
    else:
        raise TypeError("'branch_fns' must be a list, tuple, or dict")
    for key, function in pairs:
        if not isinstance(key, int):
            raise TypeError(f"key must be a Python `int`, got {type(key)}")
        if not callable(function):
            raise TypeError(f"fn for key {key} must be callable.")
    keys = [int(k) for k, _ in pairs]
    if sorted(keys) != list(range(len(keys))):
        shown = ",".join(map(str, keys))
        raise ValueError(
            f"branch indices (keys) must form contiguous range of [0 to {len(keys)}) but found "
            f"{{{shown}}}"
        )
    table = dict(pairs)
    return [table[i] for i in range(len(keys))]


@export("tf.case")
def case_v2(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case") -> Any:
    """Calls the function of the first pair whose condition holds.

    Args:
      pred_fn_pairs: pairs of a scalar bool tensor and a function.
      default: the function if none holds; then it is an error without one.
      exclusive: whether it is an error if several hold.
      strict: whether a result of one tensor stays in the list that the function returned.
      name: ignored.

    Raises:
      InvalidArgumentError: if no condition holds, or several with `exclusive`.
      TypeError: for what are no such pairs.
    """
    if not isinstance(pred_fn_pairs, (list, tuple, dict)):
        raise TypeError(
            f"'pred_fn_pairs' must be a list, tuple, or dict. Received: {type(pred_fn_pairs)}"
        )
    if isinstance(pred_fn_pairs, dict):
        ordered = isinstance(pred_fn_pairs, collections.OrderedDict)
        if not (ordered or exclusive or STATE.trace.symbolic):
            raise ValueError(
                "Unordered dictionaries are not supported for the 'pred_fn_pairs' argument when "
                "`exclusive=False` and eager mode is enabled."
            )
        pred_fn_pairs = pred_fn_pairs.items()
    pairs = list(pred_fn_pairs)
    if not pairs:
        raise ValueError("not enough values to unpack (expected 2, got 0)")
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(
                "Each entry in 'pred_fn_pairs' must be a 2-tuple. Received " + repr(pair)
            )
        pred, fn = pair
        if not isinstance(pred, Tensor) and not hasattr(pred, "deref"):
            raise TypeError(f"pred must be a Tensor, got: {pred}")
        if isinstance(pred, Tensor) and pred.dtype.name != "bool":
            raise TypeError(f"pred must be Tensor of type bool: {pred}")
        if not callable(fn):
            raise TypeError(f"fn for pred {pred} must be callable.")
    if default is not None and not callable(default):
        raise TypeError("'false_fn' must be callable.")
    preds = [p.deref() if hasattr(p, "deref") else p for p, _ in pairs]
    functions = [f for _, f in pairs]
    if not STATE.trace.symbolic:
        functions = list(as_parts(*functions))
        if default is not None:
            (default,) = as_parts(default)
        return _case_now(preds, functions, default, exclusive)
    from tfshim._src.ops import array, reduction
    from tfshim._src.ops.assert_reports import assert_later, name_of

    stacked = array.stack([convert(p) for p in preds])
    first = preds if default is not None else preds[:-1]  # the last one stands for the default
    if exclusive and len(first) > 1:
        names = ", ".join(name_of(convert(p)) for p in first)
        text = f"more than 1 conditions ({names}) evaluated as True:"
        some = stacked[: len(first)]
        count = reduction.reduce_sum(array.cast(some, "int32"))
        assert_later(count < 2, [f"Input error: exclusive=True: {text}", some], len(first))
    if default is None:
        text = "Input error: None of conditions evaluated as True:"
        assert_later(reduction.reduce_any(stacked), [text, stacked], len(preds))

    def build(i: int) -> Any:
        if i == len(functions):
            assert default is not None
            return default()
        if i == len(functions) - 1 and default is None:
            return functions[i]()
        return cond_for_tf_v2(convert(preds[i]), functions[i], lambda: build(i + 1))

    return build(0)


def _case_now(preds, functions, default, exclusive) -> Any:
    values = [bool(p) for p in preds]
    shown = ", ".join(map(str, values))
    first = values if default is not None else values[:-1]  # the last one stands for the default
    if exclusive and sum(first) > 1:
        unknown = ", ".join(["?"] * len(first))
        raise InvalidArgumentError(
            None,
            None,
            "Expected 'tf.Tensor(False, shape=(), dtype=bool)' to be true. Summarized data: "
            f"b'Input error: exclusive=True: more than 1 conditions ({unknown}) evaluated as "
            f"True:'\n{', '.join(map(str, first))}",
        )
    for value, fn in zip(values, functions, strict=True):
        if value:
            return fn()
    if default is None:
        raise InvalidArgumentError(
            None,
            None,
            "Expected 'tf.Tensor(False, shape=(), dtype=bool)' to be true. Summarized data: "
            f"b'Input error: None of conditions evaluated as True:'\n{shown}",
        )
    return default()
