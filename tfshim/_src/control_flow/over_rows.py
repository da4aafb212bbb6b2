"""Loops over the rows of tensors inside functions: one node, whose program is `lax.scan`.

What a step reads is a row and what it gives becomes one, so that neither the tensors nor the
results are carried from step to step, and the pullback keeps what a step needs, once per step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import reports
from tfshim._src.control_flow.captured import Captured, Inputs, assign, node, union
from tfshim._src.convert import convert
from tfshim._src.engine.aval import make_aval
from tfshim._src.function import effects
from tfshim._src.tensor import EagerTensor, NeedsValue
from tfshim._src.variable import Variable

#: Takes what is carried and the rows of one step; gives what is carried on, and rows of results.
Step = Callable[[list[EagerTensor], list[EagerTensor]], tuple[list[EagerTensor], list[EagerTensor]]]


def over_rows(
    step: Step,
    carry: Sequence[EagerTensor],
    rows: Sequence[EagerTensor],
    reverse: bool = False,
) -> tuple[list[EagerTensor], list[EagerTensor]] | None:
    """One node for a loop over the rows of tensors, in the function being traced.

    Args:
      step: is traced once.
      carry: its first arguments at the first step.
      rows: tensors `[n, ...]`.
      reverse: whether the last rows come first.

    Returns:
      What is carried at the end, and the stacked results; None if a step changes the shape or dtype
      of what is carried.
    """
    if any(t.aval.dtype.kind == "s" for t in (*carry, *rows)):
        raise NeedsValue("strings are not part of a compiled program")
    n = len(carry)
    row_avals = [make_aval(t.aval.shape[1:], t.aval.dtype) for t in rows]

    def body(*tensors):
        return step(list(tensors[:n]), list(tensors[n:]))

    work = Captured("while_body", body, [*[t.aval for t in carry], *row_avals])
    later, results = work.result
    if any(a.aval is not b.aval for a, b in zip(carry, later, strict=True)):
        return None
    outs = [*later, *results]
    if any(t.aval.dtype.kind == "s" for t in outs):
        raise NeedsValue("strings are not part of a compiled program")
    return _node(work, list(carry), list(rows), outs, reverse)


def _node(work: Captured, carry: list, rows: list, outs: list, reverse: bool) -> tuple[list, list]:
    n, k = len(carry), len(outs) - len(carry)
    written = union([work])
    has_effects = bool(work.graph.effects)
    checks = work.needed(outs, written)
    size = reports.width(checks)
    final = [work.value_of(v, checks) for v in written]
    report = [work.report(checks, size)] if checks else []
    work.finish([*outs, *final, *([work.token()] if has_effects else []), *report])
    tensors = [*carry, *[v._read() for v in written]]
    if has_effects:
        tensors.append(convert(np.int32(0)))
    if checks:
        tensors.append(convert(np.zeros(size, np.int64)))
    m, w = len(tensors), len(written)
    inputs = Inputs()
    own = {id(v): n + i for i, v in enumerate(written)}

    def place(thing: Any) -> int:
        """Where an input of the body stands: in the carry (< 0), or among the constants."""
        if isinstance(thing, Variable) and id(thing._root) in own:
            return -1 - own[id(thing._root)]
        return inputs.add(thing)

    at = [place(c) for c in work.captures]

    def scan(run: Callable) -> Callable:
        def fn(*values):
            consts = values[m + len(rows) :]

            def step(carried, xs):
                found = run(
                    *carried[:n], *xs, *[carried[-1 - i] if i < 0 else consts[i] for i in at]
                )
                now, stacked = [*found[:n], *found[n + k :]], found[n : n + k]
                if checks:  # from the first failure on, report and variables stay as they are
                    failed = carried[-1][0] != 0
                    for i in (*range(n, n + w), len(now) - 1):
                        now[i] = jnp.where(failed, carried[i], now[i])
                return tuple(now), tuple(stacked)

            last, stacked = lax.scan(
                step, tuple(values[:m]), tuple(values[m : m + len(rows)]), reverse=reverse
            )
            return (*last[:n], *stacked, *last[n:])

        return fn

    run, plain = work.raw(), work.function.kernel.fn
    length = rows[0].aval.shape[0]
    stacked = [make_aval((length, *t.aval.shape), t.aval.dtype) for t in outs[n:]]
    avals = [t.aval for t in tensors]
    made = [*avals[:n], *stacked, *avals[n:]]
    found = node("While", scan(run), scan(plain), [*tensors, *rows, *inputs.tensors], made)
    assign(written, found[n + k : n + k + w])
    if has_effects:
        effects.happen(found[n + k + w : n + k + w + 1])
    if checks:
        reports.hand_on(found[-1], reports.Explaining(checks), n + k)
    return found[:n], found[n : n + k]
