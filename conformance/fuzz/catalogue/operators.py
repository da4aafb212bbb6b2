"""Operators between operands of every kind: tensor, variable, NumPy array and scalar, number."""

from __future__ import annotations

from typing import Any

from conformance.cases.arrays import var
from conformance.cases.row import Row, code
from conformance.fuzz.draws import ALL, FLOATS, INTS, NUMBERS, Draw

SYMBOLS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "matmul": "@",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
    "and": "&",
    "or": "|",
    "xor": "^",
}


def _second(d: Draw, shape: tuple, dtype: str) -> Any:
    kind = d.whole(0, 9)
    if kind <= 3:
        return d.array(shape, dtype)
    if kind == 4:
        return var(d.array(shape, dtype))
    if kind == 5:
        return d.pick([0, 1, 2, -1, 3, 2.5, -0.5, True, 1e10, 2**31, float("nan")])
    if kind == 6:
        x = d.array((), dtype if dtype != "bfloat16" else "float32").value
        return x[()]
    if kind == 7:
        return d.array(shape, d.pick(ALL))
    x = d.array(shape, dtype if dtype != "bfloat16" else "float32").value
    return x if kind == 8 else x.tolist()


def operator(d: Draw, op: str) -> Row:
    name = op.removeprefix("tf.Tensor.__").removesuffix("__")
    if name == "matmul":
        n, k, m = (d.whole(0, 3) for _ in range(3))
        dtype = d.dtype((*FLOATS, "int32"))
        left, right = (n, k), (k, m)
        first = d.array(left, dtype, specials=False)
        second = d.array(right, dtype, specials=False)
    else:
        dtype = d.pick(INTS + ("bool",)) if name in ("and", "or", "xor") else d.pick(NUMBERS)
        left, right = d.broadcastable()
        if name == "pow":
            first = d.array(left, dtype, 0, 3)
            second = d.array(right, dtype, 0, 3)
            second = second if d.chance(0.5) else d.pick([0, 1, 2, 3, -1, 0.5, 2.0])
        else:
            first, second = d.array(left, dtype), _second(d, right, dtype)
    first = var(first) if d.chance(0.15) else first
    args = (second, first) if d.chance(0.3) else (first, second)
    return code(op, f"lambda a, b: a {SYMBOLS[name]} b", *args)


def alone(d: Draw, op: str) -> Row:
    source = {"neg": "-a", "abs": "abs(a)", "invert": "~a"}[op.split("__")[1]]
    x = d.array(d.shape(), d.pick(ALL))
    return code(op, f"lambda a: {source}", var(x) if d.chance(0.2) else x)


CALLS = {
    **{f"tf.Tensor.__{n}__": operator for n in SYMBOLS},
    **{f"tf.Tensor.__{n}__": alone for n in ("neg", "abs", "invert")},
}
