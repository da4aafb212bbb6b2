"""Assertions inside functions: a report whose evidence is the data of the assertion.

TensorFlow prints the first elements of each item. They travel in the report as int64: integers as
they are, floats by their bits.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import reports
from tfshim._src.convert import convert
from tfshim._src.engine.aval import Aval
from tfshim._src.tensor import EagerTensor

#: No report carries more elements of one item.
_MOST = 1024


def assert_later(condition: EagerTensor, data: Sequence[Any], summarize: int | None) -> None:
    """Raises with this data whenever the function being traced runs and a condition does not hold.

    In a function for which the user asked for XLA assertions are left out, there as here.

    Args:
      condition: bool tensor; all of it must hold.
      data: texts and tensors.
      summarize: how many elements of each tensor to show; 3 by default, -1 for all.
    """
    if not reports.collected():
        return
    limit = 3 if summarize is None else _MOST if summarize < 0 else min(summarize, _MOST)
    items: list[Any] = []  # a text, or the aval of a tensor that comes with the report
    inputs = [condition]
    for item in data:
        if isinstance(item, str):
            items.append(_escaped(item))
            continue
        t = convert(item)
        if t._is_symbolic():
            items.append(t.aval)
            inputs.append(t)
        else:
            value = t._host_value()
            items.append(_summary(value.shape, value.reshape(-1)[:limit].tolist(), value.dtype))

    def explain(report: np.ndarray) -> Exception:
        shown, at = [], 1
        for item in items:
            if isinstance(item, Aval):
                count = min(item.size, limit)
                values = _decoded(report[at : at + count], item)
                item, at = _summary(item.shape, values, item.dtype.np), at + count
            shown.append(f"[{item}]")
        return reports.failure("Assert", f"assertion failed: {' '.join(shown)}")

    reports.check(_kernel(limit, len(inputs)), inputs, explain, always=True)


@functools.lru_cache(256)
def _kernel(limit: int, count: int):
    def body(condition, *items):
        code = jnp.logical_not(jnp.all(condition))
        return code, *[_encoded(jnp.reshape(v, -1)[:limit]) for v in items]

    return reports.checking("Assert", body, lambda condition: condition.all())


def _encoded(values):
    """Elements as integers."""
    if jnp.issubdtype(values.dtype, jnp.complexfloating):
        return jnp.zeros(values.shape, np.int64)  # TensorFlow shows none
    if jnp.issubdtype(values.dtype, jnp.floating):
        bits = values.dtype.itemsize * 8
        return lax.bitcast_convert_type(values, np.dtype(f"int{bits}"))
    return values


def _decoded(values: np.ndarray, aval: Aval) -> list:
    """The elements again."""
    dtype = aval.dtype.np
    if aval.dtype.kind == "f":
        return values.astype(f"int{dtype.itemsize * 8}").view(dtype).tolist()
    return values.astype(dtype).tolist()


# -- text ------------------------------------------------------------------------------------------


def _escaped(text: str) -> str:
    for plain in ("\\", '"', "'"):
        text = text.replace(plain, f"\\{plain}")
    return text.replace("\n", "\\n")


def _number(value: Any, dtype: np.dtype) -> str:
    """One element as TensorFlow's kernels print it."""
    if isinstance(value, bytes):
        return _escaped(value.decode(errors="replace"))
    if dtype.kind == "c":
        return "?"
    if isinstance(value, bool):
        return str(int(value))
    if not isinstance(value, float) or not math.isfinite(value):
        return str(value)
    double = dtype == np.float64
    short = f"{value:.15g}" if double else f"{value:.6g}"
    same = float(short) == value if double else np.float32(short) == np.float32(value)
    return short if same else f"{value:.17g}" if double else f"{value:.9g}"


def _summary(shape: Sequence[int], values: list, dtype: Any) -> str:
    """The first elements of an array, rows in brackets."""
    dtype = np.dtype(dtype)
    shown = [_number(v, dtype) for v in values]
    size = math.prod(shape)
    rest = "..." if size > len(shown) else ""
    if len(shape) < 2:
        return " ".join(shown) + rest
    if not size:
        return ""
    left = iter(shown)
    taken, last = 0, len(shape) - 1

    def block(axis: int) -> str:
        nonlocal taken
        parts = []
        for _ in range(shape[axis]):
            if taken >= len(shown):
                if axis == last and parts:
                    parts[-1] += "..."
                break
            if axis == last:
                parts.append(next(left))
                taken += 1
            else:
                parts.append(f"[{block(axis + 1)}]")
        return (" " if axis == last else "").join(parts)

    return block(0) + rest


def name_of(t: Any) -> str:
    """A tensor's name in the text of an assertion."""
    return t._graph_name() if t._is_symbolic() else "Const:0"
