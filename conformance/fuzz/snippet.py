"""A row as a program that runs on either library."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.cases.arrays import Array, Expr, Made, Ref, Var
from conformance.cases.harness.execute import _flat, _sources
from conformance.cases.row import Row


def snippet(row: Row) -> str:
    """Source text; change the import to run it on TensorFlow."""
    names: dict[int, str] = {}
    lines = ["import numpy as np", "import tfshim as tf  # or: import tensorflow as tf", ""]
    lines += ["inf, nan = np.inf, np.nan"]

    def bind(value: Any) -> str:
        if isinstance(value, (Array, Var)):
            if id(value) not in names:
                names[id(value)] = f"x{len(names)}"
                lines.append(f"{names[id(value)]} = {_source(value)}")
            return names[id(value)]
        if isinstance(value, tuple) and not hasattr(value, "_fields"):
            return "(" + "".join(f"{bind(v)}, " for v in value) + ")"
        if isinstance(value, list):
            return "[" + ", ".join(map(bind, value)) + "]"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{k!r}: {bind(v)}" for k, v in value.items()) + "}"
        if isinstance(value, Made):
            return f"{value.name}({_arguments(value.args, value.kwargs, bind)})"
        return _source(value)

    args, kwargs = [bind(v) for v in row.args], {k: bind(v) for k, v in row.kwargs.items()}
    inside = ", ".join([*args, *(f"{k}={v}" for k, v in kwargs.items())])
    if row.how == "code":
        call = f"({row.source})({inside})"
    elif row.how == "method":
        rest = ", ".join([*args[1:], *(f"{k}={v}" for k, v in kwargs.items())])
        call = f"{args[0]}.{row.op.rpartition('.')[2]}({rest})"
    else:
        call = f"{row.op}({inside})"
    if row.set_seed is not None:
        lines.append(f"tf.random.set_seed({row.set_seed})")
    sources = [names[id(v)] for v in _flat(_sources(row, row.args, row.kwargs)) if id(v) in names]
    if not sources:
        return "\n".join([*lines, f"print({call})"])
    return "\n".join(
        [
            *lines,
            "with tf.GradientTape() as tape:",
            f"    tape.watch([{', '.join(sources)}])",
            f"    y = {call}",
            "print(y)",
            f"print(tape.gradient(y, [{', '.join(sources)}]))",
        ]
    )


def _arguments(args: Any, kwargs: dict[str, Any], bind: Any) -> str:
    return ", ".join([*map(bind, args), *(f"{k}={bind(v)}" for k, v in kwargs.items())])


def _source(value: Any) -> str:
    if isinstance(value, Var):
        return f"tf.Variable({_source(value.value)})"
    if isinstance(value, Array):
        shape = list(value.value.shape)
        flat = value.value.reshape(-1)
        numbers = flat.tolist() if flat.size <= 64 else None
        if numbers is None:
            numbers = flat[:64].tolist()
            return f"tf.constant({numbers!r})  # and so on, of shape {shape}, {value.dtype}"
        if value.dtype == "bfloat16":
            numbers = [float(v) for v in numbers]
        return f"tf.constant({numbers!r}, shape={shape}, dtype={value.dtype!r})"
    if isinstance(value, Ref):
        return value.name
    if isinstance(value, Expr):
        return f"({value.source})"
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()!r}, {value.dtype.name!r}).reshape({list(value.shape)})"
    if isinstance(value, np.generic):
        return f"np.{value.dtype.name}({value.item()!r})"
    return repr(value)
