"""Run one row on a library and say what came out: result, variables, gradients, or the error.

In two steps, `start` and `Started.finish`: with deferred execution the values are wanted only when
all rows have been called, so that many rows become one compiled program.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from conformance.cases.arrays import Array, Var, array
from conformance.cases.harness.libraries import Absent, Library
from conformance.cases.harness.plain import error, plain
from conformance.cases.row import Row

Outcome = dict[str, Any]


class Started:
    """A row whose calls were made; `finish` looks at the values."""

    def __init__(self, parts: dict[str, Any]) -> None:
        self.parts = parts

    def finish(self) -> Outcome:
        """result, vars, taped, grads, second: in plain form, or an error in place of one."""
        done: Outcome = {}
        for key, value in self.parts.items():
            if isinstance(value, BaseException):
                done[key] = {"error": error(value)}
                continue
            try:
                done[key] = plain(value)
            except Exception as problem:
                done[key] = {"error": error(problem)}
        return done


def start(library: Library, row: Row, tape: bool = True) -> Started:
    """Makes a row's call, and again under a tape where it has something to differentiate.

    Args:
      library: where.
      row: what.
      tape: whether to take gradients.

    Raises:
      Absent: if the library has no such name.
    """
    parts: dict[str, Any] = {}
    try:
        args, kwargs = library.build(row.args), library.build(row.kwargs)
        parts["result"] = _call(library, row, args, kwargs)
        if found := [v for v in _flat([args, kwargs]) if _is_variable(v)]:
            parts["vars"] = [_current(v) for v in found]
    except Absent:
        raise
    except Exception as problem:
        parts["result"] = problem
        return Started(parts)
    if tape and row.kind != "error" and _sources(row, row.args, row.kwargs):
        parts.update(_taped(library, row))
    return Started(parts)


def _call(library: Library, row: Row, args: Any, kwargs: Any) -> Any:
    if row.set_seed is not None:
        library.find("tf.random.set_seed")(row.set_seed)
    if row.how == "code":
        return library.evaluate(row.source)(*args, **kwargs)
    if row.how == "call":
        return library.find(row.op)(*args, **kwargs)
    name = row.op.rpartition(".")[2]
    try:
        found = getattr(args[0], name)
    except AttributeError:
        raise Absent(f"{type(args[0]).__name__} of {library.name} has no {name}") from None
    return found(*args[1:], **kwargs) if inspect.isroutine(found) else found


def _taped(library: Library, row: Row) -> dict[str, Any]:
    """Gradients of all float outputs, each with weights of its own, and gradients of those."""
    tf, parts = library.tf, {}
    try:
        args, kwargs = library.build(row.args), library.build(row.kwargs)
        sources = _leaves(_sources(row, args, kwargs))
        outer, inner = tf.GradientTape(), tf.GradientTape()
        with outer if row.second else contextlib.nullcontext():
            for x in sources if row.second else ():
                outer.watch(x)
            with inner:
                for x in sources:
                    inner.watch(x)
                parts["taped"] = result = _call(library, row, args, kwargs)
                targets = [t for t in _leaves(result) if _is_float(t) and not _is_variable(t)]
            if not targets:
                return parts
            grads = inner.gradient(targets, sources, output_gradients=_weights(library, targets, 0))
            parts["grads"] = grads
            dense = [library.dense(g) for g in grads if g is not None] if row.second else []
        if dense:
            parts["second"] = outer.gradient(
                dense, sources, output_gradients=_weights(library, dense, 100)
            )
    except Absent:
        raise
    except Exception as problem:
        parts["second" if "grads" in parts else "grads"] = problem
    return parts


def _weights(library: Library, tensors: list[Any], seed: int) -> list[Any]:
    """A cotangent for each tensor: no two elements weigh the same."""
    made = []
    for i, t in enumerate(tensors):
        state = np.random.RandomState(seed + i)
        shape, dtype = tuple(t.shape), t.dtype.name
        values = np.asarray(state.uniform(0.5, 1.5, shape) * state.choice([-1.0, 1.0], shape))
        if dtype.startswith("complex"):
            values = values + 1j * np.asarray(state.uniform(-1, 1, shape))
        made.append(library.tensor(array(values, dtype)))
    return made


def _sources(row: Row, args: Any, kwargs: Any) -> list[Any]:
    """The arguments whose gradients are compared; their descriptions give the automatic choice."""
    given = {**dict(enumerate(row.args)), **row.kwargs}
    built = {**dict(enumerate(args)), **kwargs}
    if row.grad != "auto":
        return [built[key] for key in row.grad]
    return [built[k] for k, v in given.items() if _flat(v) and all(map(_float_argument, _flat(v)))]


def _float_argument(value: Any) -> bool:
    if isinstance(value, Var):
        value = value.value
    return isinstance(value, Array) and value.dtype.startswith(("float", "bfloat", "complex"))


def _flat(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _flat(item)]
    return [value]


def _leaves(value: Any) -> list[Any]:
    """The tensors and variables in a result or an argument, those of composites too."""
    found = []
    for leaf in _flat(value):
        kind = type(leaf).__name__
        if kind in ("IndexedSlices", "SparseTensor"):
            leaf = leaf.values
        elif kind == "RaggedTensor":
            leaf = leaf.flat_values
        if hasattr(leaf, "dtype") and hasattr(leaf, "numpy"):
            found.append(leaf)
    return found


def _is_float(tensor: Any) -> bool:
    return tensor.dtype.name.startswith(("float", "bfloat", "complex"))


def _is_variable(value: Any) -> bool:
    return "Variable" in type(value).__name__ and hasattr(value, "assign")


def _current(variable: Any) -> Any:
    """The value as it is now: the row's later calls may assign again."""
    return variable.read_value()
