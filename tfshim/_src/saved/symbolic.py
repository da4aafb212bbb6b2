"""Programs for any size: signatures with unknown sizes are saved once, with symbols for them.

If a function gives the same nodes and captures the same values when it is traced for two sizes, the
program is the same for all, and JAX exports it with a symbol in place of each size.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from tfshim._src import reports
from tfshim._src.function.concrete import GraphFunction
from tfshim._src.function.concrete_function import Logical
from tfshim._src.function.inline import has_custom_gradient
from tfshim._src.function.tracing import Trace
from tfshim._src.function.unknown_sizes import SIZES, fitted, trace_at


def trace(function: Any, logical: Logical) -> tuple[Any, tuple[int | None, ...]] | None:
    """The trace of a signature with unknown sizes, if it is the same for all sizes; else None.

    And by axis the size that the function's own tensors ask for, if there is one.
    """
    keys = logical.tensors
    if any(k.shape is None or k.dtype.kind == "s" for k in keys):
        return None
    if all(k.known for k in keys):
        return None
    try:
        with reports.left_out():  # checks need to know sizes
            (first, one), (second, other) = [
                fitted(functools.partial(trace_at, function, logical), sizes) for sizes in SIZES
            ]
    except Exception:  # sizes that do not fit together; the user's code says so in a call
        return None
    if not isinstance(first, Trace) or not isinstance(second, Trace):  # runs op by op
        return None
    if has_custom_gradient(first.inner.graph):  # its pullback was traced for one size as well
        return None
    if not _same(first.inner, second.inner):
        return None
    return first, tuple([a if a == b else None for a, b in zip(one, other, strict=True)])


def _same(a: Any, b: Any) -> bool:
    """Whether two graph functions are one program, whatever the sizes of their arguments."""
    mine, theirs = a.graph, b.graph
    if a.effects or b.effects or a.open != b.open or len(mine.nodes) != len(theirs.nodes):
        return False
    for (kernel, refs), (other, others) in zip(mine.nodes, theirs.nodes, strict=True):
        if refs != others or not _same_kernel(kernel, other):
            return False
    if [mine.ref_of(t) for t in a.all_outputs] != [theirs.ref_of(t) for t in b.all_outputs]:
        return False
    n = len(mine.placeholders)
    if n != len(theirs.placeholders) or len(mine.ext) != len(theirs.ext):
        return False
    for t, u in zip(mine.ext[n:], theirs.ext[n:], strict=True):
        if mine.variable_of.get(id(t)) is not theirs.variable_of.get(id(u)):
            return False
        if id(t) not in mine.variable_of and not _same_value(t, u):
            return False
    return True


def _same_kernel(a: Any, b: Any) -> bool:
    if a is b:
        return True
    f, g = a.attrs.get("function"), b.attrs.get("function")
    return isinstance(f, GraphFunction) and isinstance(g, GraphFunction) and _same(f, g)


def _same_value(t: Any, u: Any) -> bool:
    """Whether two captured tensors are the same; of an outer graph's tensor the node tells."""
    if t is u or (_of_a_graph(t) and _of_a_graph(u)):
        return True
    if _of_a_graph(t) or _of_a_graph(u) or t.aval is not u.aval:
        return False
    return np.array_equal(t._host_value(), u._host_value())


def _of_a_graph(t: Any) -> bool:
    """Whether a tensor belongs to a graph."""
    return t._trace is not None and t._trace.symbolic


def shapes(logical: Logical, asked: Sequence[int | None]) -> list[list[int | str]]:
    """The shapes of the tensor arguments, with the symbol of its axis for each unknown size.

    Args:
      logical: the signature.
      asked: of `trace`.
    """
    return [
        [asked[i] or f"n{i}" if d is None else d for i, d in enumerate(k.shape or ())]
        for k in logical.tensors
    ]


def structs(symbols: list[list[int | str]], avals: list[Any]) -> list[jax.ShapeDtypeStruct]:
    """The arguments of an export: symbolic ones, then the captured ones as they are."""
    scope = jax.export.SymbolicScope()
    out = []
    for shape, aval in zip(symbols, avals):
        text = ", ".join(map(str, shape))
        dims = jax.export.symbolic_shape(f"({text},)" if shape else "()", scope=scope)
        out.append(jax.ShapeDtypeStruct(dims, aval.dtype.np))
    rest = avals[len(symbols) :]
    return out + [jax.ShapeDtypeStruct(a.shape, a.dtype.np) for a in rest]


def fits(symbols: Sequence[int | str], shape: tuple[int, ...], sizes: dict[str, int]) -> bool:
    """Whether a shape is one of those that `symbols` stands for; `sizes` is what they are so far.

    A size of 0 is none: JAX's symbols stand for positive sizes.
    """
    if len(symbols) != len(shape):
        return False
    for want, have in zip(symbols, shape, strict=True):
        if isinstance(want, str):
            want = sizes.setdefault(want, have)
            if have < 1:
                return False
        if want != have:
            return False
    return True
