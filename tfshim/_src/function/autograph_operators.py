"""What converted code calls for `if`, `while`, `for`, `and`, `or`, `not`, `assert` and calls.

With Python values each does what Python does. With tensors of a function being traced it becomes
`tf.cond` or a loop over the variables that the statement changes.
"""

from __future__ import annotations

import builtins
import contextlib
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from malt.core import (
    ag_ctx as CONTEXT,  # noqa: F401  (autograph.py has it from here)
    converter as _converter,
)
from malt.impl import api as API
from malt.lang import directives as DIRECTIVES  # noqa: F401
from malt.operators import control_flow as _python, variables as _variables
from malt.utils import ag_logging as LOGGING  # noqa: F401

from tfshim._src import fold, nest
from tfshim._src.control_flow.captured import Captured
from tfshim._src.control_flow.cond import branch, cond_for_tf_v2
from tfshim._src.control_flow.tensor_array import TensorArray
from tfshim._src.control_flow.while_loop import loop
from tfshim._src.convert import convert
from tfshim._src.engine.capture import Graph
from tfshim._src.function.autograph_builtins import (
    BUILTINS,
    LazyRange,
    len_,
    no_shape,
    range_of as lazy_range,
)
from tfshim._src.function.func_graph import FuncGraph
from tfshim._src.function.hush import hushed
from tfshim._src.function.mode import OP_BY_OP
from tfshim._src.function.polymorphic import Function
from tfshim._src.function.transpiler import Transpiler
from tfshim._src.jacobian import capturing
from tfshim._src.ragged import RaggedTensor
from tfshim._src.random_graph import as_parts, body_part, loop_parts
from tfshim._src.tensor import STATE, EagerTensor, NeedsValue, Tensor
from tfshim._src.variable import Variable

OPTIONS = _converter.ConversionOptions
FEATURES = _converter.Feature
NeedsValue.ag_pass_through = True  # type: ignore[attr-defined]

_OURS = ("tfshim", "jax", "numpy", "keras")


def is_symbolic(value: Any) -> bool:
    """Whether a value is a tensor of a function being traced (or a variable there)."""
    return isinstance(value, (Tensor, Variable)) and isinstance(STATE.trace, Graph)


# -- state --


def _undefined(value: Any) -> bool:
    return isinstance(value, (_variables.Undefined, _variables.UndefinedReturnValue))


def _is_leaf(value: Any) -> bool:
    """Whether a value can be a tensor of the program."""
    return isinstance(
        value, (Tensor, Variable, int, float, complex, np.ndarray, np.generic, jax.Array)
    )


def _varies(value: Any) -> bool:
    """Whether a part of the state may differ between branches or steps."""
    if _undefined(value) or value is None:
        return False
    leaves = nest.flatten(value, expand_composites=True)
    return bool(leaves) and all(_is_leaf(x) or isinstance(x, TensorArray) for x in leaves)


# -- if --


def _condition(value: Any, of: str) -> Any:
    """A condition as a scalar bool."""
    t = convert(value)
    _check_condition(t, of)
    if t.aval.shape:
        from tfshim._src.ops import array

        return array.reshape(t, [])
    return t


def _check_condition(t: Any, of: str) -> None:
    """Raises ValueError for a condition of another dtype, or of more than one element."""
    hint = "to check for None, use `is not None`"
    if t.dtype.name != "bool":
        hint = f"to use as boolean Tensor, use `tf.cast`; {hint}"
    elif t.aval.size == 1:
        return
    raise ValueError(f"condition of {of} expected to be `tf.bool` scalar, got {t}; {hint}")


def if_stmt(cond, body, orelse, get_state, set_state, symbol_names, nouts) -> None:
    """`if`: both branches are traced if the condition is a tensor."""
    if not is_symbolic(cond):
        if isinstance(cond, Tensor):
            body, orelse = as_parts(body, orelse)
        return body() if cond else orelse()
    index = _condition(cond, "if statement")
    before = get_state()
    kept: dict[str, Any] = {}

    def run(name: str, statement: Callable) -> Callable:
        def traced():
            set_state(before)
            statement()
            values = tuple(get_state())
            kept[name] = values
            return values

        return traced

    # what each branch makes of the state decides which parts of it are tensors
    statements = (("body", body), ("orelse", orelse))
    again = any(isinstance(v, TensorArray) for v in before)
    captured: dict[str, Any] = {}
    if again:
        tried = {n: _try(run(n, s)) for n, s in statements}
        before = tuple(
            [_learned(v, *[t[i] for t in tried.values()]) for i, v in builtins.enumerate(before)]
        )
    else:
        captured = {n: Captured(f"If_{n}", run(n, s)) for n, s in statements}
        tried = dict(kept)
    set_state(before)
    moving = []
    for i in builtins.range(len(before)):
        a, b = tried["body"][i], tried["orelse"][i]
        if i >= nouts and not _differs(a, b, before[i]):
            continue
        if _undefined(a) and _undefined(b):
            continue
        if i >= nouts and (_undefined(a) or _undefined(b)):
            continue
        if a is b and not _varies(a):
            continue
        _check_branches(symbol_names[i], a, b)
        moving.append(i)

    def select(name: str, statement: Callable) -> Any:
        if captured:
            captured[name].result = [kept[name][i] for i in moving]
            return captured[name]
        traced = run(name, statement)

        def chosen():
            with hushed():
                values = traced()
            return [values[i] for i in moving]

        return chosen

    names = [symbol_names[i] for i in moving]
    outs = branch(
        "If",
        index,
        [select("orelse", orelse), select("body", body)],
        lambda parts, detail: _branch_mismatch(parts, names),
    )
    after = builtins.list(before)
    for i in builtins.range(len(before)):
        a, b = kept["body"][i], kept["orelse"][i]
        if i not in moving:
            after[i] = a if a is b else (b if _undefined(a) else a)
    for i, value in zip(moving, outs, strict=True):
        after[i] = value
    set_state(tuple(after))
    return None


def _learned(value: Any, *later: Any) -> Any:
    """An array of tensors that knows the element shape which one of the branches gave it."""
    if not isinstance(value, TensorArray):
        return value
    copy = value._version()
    for other in later:
        if isinstance(other, TensorArray):
            copy._learn(other)
    return copy


def _differs(a: Any, b: Any, before: Any) -> bool:
    return not (a is b or (a is before and b is before))


def _try(function: Callable) -> tuple:
    """Runs a branch for what it makes of the state; its nodes are dropped."""
    outer = STATE.trace
    scratch = FuncGraph("scratch", outer)
    scratch.may_create = False
    with capturing(scratch):
        return function()


def _check_branches(name: str, a: Any, b: Any) -> None:
    for value, missing in ((a, "main"), (b, "else")):
        if _undefined(value):
            if isinstance(value, _variables.UndefinedReturnValue) or name.startswith("retval"):
                if _loops:
                    raise NotImplementedError(_RETURN)
                raise ValueError(f"the {missing} branch must also have a return statement.")
            raise ValueError(f"'{name}' must also be initialized in the {missing} branch")
        if value is None:
            raise ValueError(f"'{name}' is None at the end of the {missing} branch.")
    if isinstance(a, (str, bytes)) and isinstance(b, (str, bytes)):
        raise NeedsValue("strings are not part of a compiled program")
    for value in (a, b):
        if not _varies(value):
            raise TypeError(
                "To be compatible with tf.function, Python functions must return zero or more "
                f"Tensors or ExtensionTypes or None values; '{name}' must be of the same value in "
                f"both branches: found return value of type {type(value).__name__}, which is not a "
                "Tensor or ExtensionType."
            )
    try:
        nest.assert_same_structure(a, b)
    except (TypeError, ValueError) as e:
        raise TypeError(
            f"'{name}' must have the same nested structure in the main and else branches:\n\n{e}"
        ) from None
    for x, y in zip(nest.flatten(a), nest.flatten(b), strict=True):
        if isinstance(x, TensorArray):
            continue
        first, second = _dtype_of(x), _dtype_of(y)
        if first is not second:
            raise TypeError(
                f"'{name}' has dtype {first.name} in the main branch, but dtype {second.name} in "
                "the else branch"
            )


def _dtype_of(value: Any) -> Any:
    return value.dtype if isinstance(value, (Tensor, Variable)) else convert(value).dtype


def _branch_mismatch(parts: Sequence[Any], names: Sequence[str]) -> TypeError:
    return TypeError(f"{', '.join(names)} differ in the main and else branches")


#: One item per loop of the program around the code that is being traced.
_loops: list[int] = []
_RETURN = (
    "a return statement cannot be placed inside this TensorFlow loop; this may happen if a return "
    "statement depends on a static Python condition such as a hyperparameter"
)


# -- loops --


def while_stmt(test, body, get_state, set_state, symbol_names, opts) -> None:
    """`while`: a loop of the program if the condition is a tensor."""
    if isinstance(STATE.trace, Graph):
        before = get_state()
        first = _try(test)
        set_state(before)
        if isinstance(first, Tensor):
            _check_condition(first, "while loop")
            _loop(
                lambda: _condition(test(), "while loop"),
                body,
                get_state,
                set_state,
                symbol_names,
                opts,
            )
            return
    if not isinstance(STATE.trace, Graph):
        limit = (opts or {}).get("maximum_iterations")
        if OP_BY_OP.depth and limit is not None:
            test = _at_most(int(limit), test)
        test, body = loop_parts(test, body)
        _python._py_while_stmt(test, body, get_state, set_state, opts)
        return
    while (going := test()) and not is_symbolic(going):
        body()
        if is_symbolic(test()):
            raise NotImplementedError(
                "The condition of while loop started as non-Tensor, then changed to Tensor. This "
                "may happen either because variables changed type, or when a break or return "
                "statement inside the loop depends on a Tensor condition. In both cases, changing "
                "to a TF loop should remove the error.\nSee https://github.com/tensorflow/tensorflow/"
                "blob/master/tensorflow/python/autograph/g3doc/reference/limitations.md#"
                "consistency-of-control-flow-types for more info."
            )


def for_stmt(iter_, extra_test, body, get_state, set_state, symbol_names, opts) -> None:
    """`for`: a loop of the program over the rows of a tensor."""
    if isinstance(iter_, LazyRange):
        _for_range(iter_, extra_test, body, get_state, set_state, symbol_names, opts)
    elif is_symbolic(iter_) and isinstance(iter_, (Tensor, Variable)):
        _for_rows(convert(iter_), extra_test, body, get_state, set_state, symbol_names, opts)
    else:
        limit = (opts or {}).get("maximum_iterations")
        if OP_BY_OP.depth and limit is not None and isinstance(iter_, (Tensor, Variable)):
            iter_ = itertools.islice(iter(iter_), int(limit))
        body = body_part(iter_, body)
        test = None if extra_test is None else lambda: _leaves_python_loop(extra_test())
        _python._py_for_stmt(iter_, test, body, get_state, set_state, symbol_names, opts)


def _leaves_python_loop(going: Any) -> Any:
    """Whether a Python loop goes on, which a tensor of the program cannot say."""
    if is_symbolic(going):
        raise NotImplementedError(
            "break and return statements which depend on a TF condition are not supported in "
            "Python for loops. Did you intend to make it a TF loop?\nSee "
            "https://github.com/tensorflow/tensorflow/blob/master/tensorflow/python/autograph/g3doc/"
            "reference/limitations.md#consistency-of-control-flow-types for more info."
        )
    return going


def _at_most(limit: int, test: Callable) -> Callable:
    """The condition of a loop in a function that runs op by op; tensors hold so many times."""
    steps = itertools.count()

    def going():
        found = test()
        return found and (not isinstance(found, Tensor) or next(steps) < limit)

    return going


def _for_rows(rows, extra_test, body, get_state, set_state, symbol_names, opts) -> None:
    from tfshim._src.ops.gather import row

    if not rows.aval.shape:
        raise no_shape()
    n = rows.aval.shape[0]

    def at(i):
        return row(rows, i)

    _counted(
        convert(np.int32(0)),
        lambda i: i < n,
        lambda i: i + 1,
        at,
        extra_test,
        body,
        get_state,
        set_state,
        symbol_names,
        opts,
    )


def _for_range(range_, extra_test, body, get_state, set_state, symbol_names, opts) -> None:
    from tfshim._src.ops import array

    target = (opts or {}).get("iterate_names")
    if target in symbol_names:  # what a loop without steps leaves
        state = builtins.list(get_state())
        at = symbol_names.index(target)
        if _undefined(state[at]):
            state[at] = range_.start
            set_state(tuple(state))

    def going(i):
        up = (range_.delta >= 0) & (i < range_.limit)
        return array.where(range_.delta >= 0, up, i > range_.limit)

    _counted(
        range_.start,
        going,
        lambda i: i + range_.delta,
        lambda i: i,
        extra_test,
        body,
        get_state,
        set_state,
        symbol_names,
        opts,
    )


def _counted(
    start, going, after, at, extra_test, body, get_state, set_state, symbol_names, opts
) -> None:
    """A loop with a counter of its own before the user's state."""
    counter = [start]
    # the target of the loop is assigned by the body itself
    _loop(
        lambda: going(counter[0]) if extra_test is None else _both(going(counter[0]), extra_test),
        lambda: (body(at(counter[0])), counter.__setitem__(0, after(counter[0])))[0],
        lambda: (counter[0], *get_state()),
        lambda values: (counter.__setitem__(0, values[0]), set_state(tuple(values[1:])))[0],
        ("<counter>", *symbol_names),
        opts,
    )


def _both(first: Any, second: Callable) -> Any:
    other = second()
    if isinstance(other, Tensor):
        from tfshim._src.ops import logical

        return logical.logical_and(first, other)
    return first if other else convert(False)


def _loop(test, body, get_state, set_state, symbol_names, opts) -> None:
    before = get_state()
    opts = opts or {}

    limit = opts.get("maximum_iterations")
    limit = None if limit is None else convert(limit)
    if before and all(map(_varies, before)):  # known from the start: the body is traced once
        moving = builtins.list(builtins.range(len(before)))
        initial = [nest.map_structure(_leaf, v) for v in before]
        tried = None
    else:
        moving, initial, tried = _learned_state(before, body, get_state, set_state, symbol_names)
    invariants = _invariants(opts.get("shape_invariants"), before, moving)
    names = [symbol_names[i] for i in moving]

    def check(state: Sequence[Any]) -> None:
        for i in moving:
            if tried is None:
                _check_step(symbol_names[i], before[i], state[i])
        _check_shapes(moving, symbol_names, initial, state, invariants)

    if tried is not None:
        check(tried)

    def put(values: Sequence[Any]) -> None:
        full = builtins.list(before)
        for i, v in zip(moving, values, strict=True):
            full[i] = v
        set_state(tuple(full))

    def run_test(values):
        put(values)
        with hushed():
            return test()

    seen = builtins.list(before) if tried is not None else None

    def run_body(values):
        nonlocal seen
        put(values)
        with contextlib.nullcontext() if seen is None else hushed():
            body()
        state = get_state()
        if seen is None:
            seen = state
            check(state)
        return [nest.map_structure(_leaf, state[i]) for i in moving]

    unset = [n for n, v in zip(symbol_names, before, strict=True) if v is None or _undefined(v)]
    unset = [n for n in names if n in unset]
    if unset:
        _check_runs(test(), unset)
        set_state(before)
    _loops.append(1)
    try:
        outs = loop(run_test, run_body, initial, limit, None, names)
    finally:
        _loops.pop()
    put(outs)


def _check_runs(going: Any, names: Sequence[str]) -> None:
    """Checks, when the program runs, that a loop which defines variables has a first step."""
    known = fold.static_value(going) if isinstance(going, EagerTensor) else going
    if known is None or not known:
        from tfshim._src.ops import checks

        text = f"loop must iterate at least once to initialize {', '.join(names)}"
        checks.Assert(going, [text])


def _learned_state(before, body, get_state, set_state, symbol_names) -> tuple[list, list, tuple]:
    """What varies in a loop, by running its body once: some of the state is undefined or no tensor.

    Returns:
      Positions of what varies, the values that it starts with, and the state after the body.
    """

    def once():
        body()
        return tuple(get_state())

    _loops.append(1)
    try:
        tried = _try(once)
    finally:
        _loops.pop()
    set_state(before)
    moving, initial = [], []
    for i, (name, old, new) in enumerate(zip(symbol_names, before, tried, strict=True)):
        if old is new and old is not None and not _varies(old):
            continue
        if old is None and new is None:
            raise ValueError(f"'{name}' is not allowed to be None before the loop")
        if _undefined(old) or (old is None and not name.startswith("retval")):
            if _undefined(new):
                continue
            if isinstance(new, (_variables.UndefinedReturnValue,)) or name.startswith("retval"):
                raise NotImplementedError(_RETURN)
            old = _zeros_like(name, new)
        if old is None:
            raise NotImplementedError(_RETURN)
        _check_step(name, old, new)
        moving.append(i)
        initial.append(nest.map_structure(_leaf, old))
    return moving, initial, tried


def _leaf(value: Any) -> Any:
    return value if isinstance(value, TensorArray) or value is None else convert(value)


def _zeros_like(name: str, value: Any) -> Any:
    """What stands for a variable that only the loop's body defines."""

    def one(x):
        if isinstance(x, TensorArray):
            raise ValueError(f"'{name}' must be defined before the loop.")
        aval = convert(x).aval
        return convert(np.zeros(aval.shape, aval.dtype.np))

    if not _varies(value):
        raise ValueError(f"'{name}' must be defined before the loop.")
    return nest.map_structure(one, value)


def _check_step(name: str, old: Any, new: Any) -> None:
    if new is None:
        raise ValueError(f"'{name}' is None at the end of the iteration.")
    if isinstance(new, (str, bytes)) and isinstance(old, (str, bytes)):
        raise NeedsValue("strings are not part of a compiled program")
    if not _varies(old) or not _varies(new):
        raise TypeError(
            f"'{name}' must be a tensor, or keep its value, in a loop of tensors: found "
            f"{new!r} of type {type(new).__name__}"
        )
    try:
        nest.assert_same_structure(old, new)
    except (TypeError, ValueError) as e:
        raise TypeError(
            f"'{name}' does not have the same nested structure after one iteration.\n\n{e}"
        ) from None
    for a, b in zip(nest.flatten(old), nest.flatten(new), strict=True):
        if isinstance(a, TensorArray):
            continue
        first, second = _dtype_of(a), _dtype_of(b)
        if first is not second:
            raise TypeError(
                f"'{name}' has dtype {first.name} before the loop, but dtype {second.name} after "
                "one iteration"
            )


def _check_shapes(moving, names, initial, tried, invariants) -> None:
    for i, old in zip(moving, initial, strict=True):
        for a, b in zip(nest.flatten(old), nest.flatten(tried[i]), strict=True):
            if isinstance(a, TensorArray):
                continue
            before, after = convert(a).aval.shape, convert(b).aval.shape
            if before == after:
                continue
            if i in invariants:
                raise NeedsValue(f"'{names[i]}' changes its shape in a loop")
            raise ValueError(
                f"'{names[i]}' has shape {a.shape} before the loop, but shape "
                f"{convert(b).shape} after one iteration. Use "
                "tf.autograph.experimental.set_loop_options to set shape invariants."
            )


def _invariants(pairs: Any, before: Sequence[Any], moving: Sequence[int]) -> set[int]:
    if not pairs:
        return set()
    return {i for value, _ in pairs for i in moving if before[i] is value}


# -- expressions --


def if_exp(cond, if_true, if_false, expr_repr) -> Any:
    """The conditional expression."""
    if is_symbolic(cond):
        return cond_for_tf_v2(cond, if_true, if_false)
    if isinstance(cond, Tensor):
        if_true, if_false = as_parts(if_true, if_false)
    return if_true() if cond else if_false()


def not_(a) -> Any:
    """`not`."""
    if is_symbolic(a):
        from tfshim._src.ops import logical

        return logical.logical_not(a)
    return not a


def and_(a, b) -> Any:
    """`and`, whose second operand runs only if the first one holds."""
    first = a()
    if is_symbolic(first):
        return cond_for_tf_v2(first, b, lambda: first)
    return first and b()


def or_(a, b) -> Any:
    """`or`, whose second operand runs only if the first one does not hold."""
    first = a()
    if is_symbolic(first):
        return cond_for_tf_v2(first, lambda: first, b)
    return first or b()


def eq(a, b) -> Any:
    """`==`."""
    return a == b


def not_eq(a, b) -> Any:
    """`!=`."""
    return a != b


def assert_stmt(expression1, expression2) -> None:
    """`assert`: checked each time that the program runs."""
    if is_symbolic(expression1):
        from tfshim._src.ops import checks

        checks.Assert(expression1, [convert(str(expression2()))])
        return
    assert expression1, expression2()


# -- calls --


def converted_call(f, args, kwargs, caller_fn_scope=None, options=None) -> Any:
    """A call in converted code: builtins on tensors, our own functions as they are, all else
    converted."""
    replaced = BUILTINS.get(f) if _hashable(f) else None
    counted = replaced is len_ and any(isinstance(a, (RaggedTensor, TensorArray)) for a in args)
    if replaced is not None and (counted or any(map(_in_program, args))):
        return replaced(*args, **(kwargs or {}))
    if isinstance(f, Function) or _module(f).split(".")[0] in _OURS:
        if getattr(f, "__name__", "") == "range" and any(map(is_symbolic, args)):
            return lazy_range(f, args, kwargs or {})
        try:
            return f(*args, **(kwargs or {}))
        except NeedsValue as e:
            if not hasattr(e, "op_name"):
                e.op_name = getattr(f, "__name__", None)  # type: ignore[attr-defined]
            raise
    return API.converted_call(f, args, kwargs, caller_fn_scope=caller_fn_scope, options=options)


def _in_program(value: Any) -> bool:
    """`is_symbolic`, also of tensors of a function that runs op by op."""
    return is_symbolic(value) or (OP_BY_OP.depth > 0 and isinstance(value, Tensor))


def _hashable(f: Any) -> bool:
    try:
        hash(f)
    except TypeError:
        return False
    return True


def _module(f: Any) -> str:
    module = getattr(f, "__module__", None)
    if isinstance(f, EagerTensor) or not isinstance(module, str):
        return ""
    owner = getattr(f, "__self__", None)
    if owner is not None and not isinstance(owner, type(builtins)) and module is None:
        module = type(owner).__module__
    return "tfshim" if module.startswith("tensorflow") else module


OPERATORS = {
    f.__name__: f
    for f in (
        if_stmt, while_stmt, for_stmt, if_exp, not_, and_, or_, eq, not_eq, assert_stmt,
        converted_call,
    )
}  # fmt: skip
TRANSPILER = Transpiler(OPERATORS)
