"""Small straight-line programs as data: ops with reuse, dead values, reads on the way, assignments.

The same program runs on both libraries and in every mode. What it looks at must be equal.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any

from conformance.cases.arrays import Array
from conformance.cases.harness.libraries import Library
from conformance.cases.harness.plain import error, plain


@dataclasses.dataclass(frozen=True)
class Step:
    """One step of a program.

    Attributes:
      do: "op" (call `name` with the values `args`, keep the result or results), "list" (the same
        with the values as one list), "fail" (the same, and an error is expected), "read" (look at
        a value), "drop" (forget it), "assign" and "assign_add" (a value to a variable), "value"
        (read a variable), "gather" (rows of a variable), "bool" (look at the sign of a sum, as
        Python control flow does).
      name: public name of the op.
      args: indices of values; where a variable is meant it comes first. A float, list or tuple is
        passed as it is.
      kwargs: keyword arguments of the op.
    """

    do: str
    name: str = ""
    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()


@dataclasses.dataclass(frozen=True)
class Program:
    """A program.

    Attributes:
      inputs: its tensors; the first values.
      variables: initial values of its variables.
      steps: what it does; each result of an op and each read of a variable is a new value.
      outputs: values that are looked at in the end.
      order: how many derivatives of the outputs are taken, by inputs and variables: 0 to 2.
    """

    inputs: tuple[Array, ...]
    variables: tuple[Array, ...]
    steps: tuple[Step, ...]
    outputs: tuple[int, ...]
    order: int = 0


def run_program(library: Library, program: Program) -> dict[str, Any]:
    """Runs a program; what it read, its outputs, variables and derivatives in plain form."""
    tf = library.tf
    values: list[Any] = [library.tensor(x) for x in program.inputs]
    sources = list(values)
    variables = [tf.Variable(library.tensor(x)) for x in program.variables]
    seen: list[Any] = []
    with contextlib.ExitStack() as stack:
        tapes = [stack.enter_context(tf.GradientTape()) for _ in range(program.order)]
        for tape in tapes:
            for x in sources:
                tape.watch(x)
        for step in program.steps:
            _take(library, step, values, variables, seen)
        targets = [values[i] for i in program.outputs]
        found = {"outputs": list(targets)}
        for order in range(1, program.order + 1):
            grads = tapes.pop().gradient(targets, sources + variables)
            found[f"order {order}"] = grads
            targets = [library.dense(g) for g in grads if g is not None]
            if not targets:
                break
    values.clear()
    found["variables"] = [v.read_value() for v in variables]
    result = {key: plain(value) for key, value in found.items()}
    result["seen"] = plain(seen)
    return result


def _take(library: Library, step: Step, values: list, variables: list, seen: list) -> None:
    if step.do in ("value", "gather", "assign", "assign_add"):
        args = [variables[step.args[0]], *_values(step.args[1:], values)]
    else:
        args = _values(step.args, values)
    if step.do in ("op", "list"):
        args = [args] if step.do == "list" else args
        result = library.find(step.name)(*args, **dict(step.kwargs))
        values.extend(result if isinstance(result, (list, tuple)) else [result])
    elif step.do == "fail":
        try:
            library.find(step.name)(*args)
        except Exception as problem:
            seen.append(error(problem)["text"])
    elif step.do == "value":
        values.append(args[0].read_value())
    elif step.do == "gather":
        values.append(library.find("tf.gather")(*args))
    elif step.do in ("assign", "assign_add"):
        getattr(args[0], step.do)(args[1])
    elif step.do == "read":
        seen.append(args[0].numpy())
    elif step.do == "bool":
        total = library.find("tf.reduce_sum")(args[0])
        seen.append(bool(library.find("tf.greater")(total, 0.0)))
    elif step.do == "drop":
        values[step.args[0]] = None
    else:
        raise ValueError(f"unknown step {step.do!r}")


def _values(args: tuple[Any, ...], values: list) -> list:
    return [values[a] if isinstance(a, int) else a for a in args]
