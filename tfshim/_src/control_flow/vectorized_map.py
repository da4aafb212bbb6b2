"""`tf.vectorized_map`: a function of one row, run on all rows at once by `jax.vmap`."""

from __future__ import annotations

from typing import Any

from tfshim._src import logs, nest, reports
from tfshim._src.control_flow.array_checks import check_alike
from tfshim._src.control_flow.captured import Captured
from tfshim._src.convert import convert
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.aval import make_aval
from tfshim._src.engine.capture import vmapped
from tfshim._src.errors import InvalidArgumentError, OpError
from tfshim._src.function.graph_errors import in_graph
from tfshim._src.function.needs_value import describe
from tfshim._src.registry import export
from tfshim._src.tensor import STATE, NeedsValue
from tfshim._src.variable import Variable


@export("tf.vectorized_map")
def vectorized_map(fn, elems, fallback_to_while_loop=True, warn=True) -> Any:
    """Applies a function to each row, all rows at once.

    Args:
      fn: takes one row (of each tensor of `elems`, in its structure); rows must not depend on each
        other.
      elems: a tensor `[n, ...]` or a nest of them; a first axis of 1 serves all rows.
      fallback_to_while_loop: whether a function that needs values runs row by row instead.
      warn: whether to say so when it does.

    Returns:
      What fn returns, with a first axis.

    Raises:
      IndexError: for a scalar.
      InvalidArgumentError: for tensors whose first axes differ, and for results that do.
      ValueError: without fallback for a function that needs values.
    """
    flat = [convert(e) for e in nest.flatten(elems, expand_composites=True)]
    sizes = {t.aval.shape[0] for t in flat if t.aval.shape}
    n = max(sizes | {1}) if len(sizes) > 1 else next(iter(sizes), 1)
    for t in flat:
        if not t.aval.shape:
            raise IndexError("list index out of range")
        size = t.aval.shape[0]
        if size not in (1, n):  # TensorFlow takes the rows by their index
            text = f"indices[{size}] = {size} is not in [0, {size})"
            raise InvalidArgumentError(None, None, text)
    avals = [make_aval(t.aval.shape[1:], t.aval.dtype) for t in flat]

    def run(*row):
        result = fn(nest.pack_sequence_as(elems, list(row), expand_composites=True))

        def leaf(v):
            return None if v is None else (v.value() if isinstance(v, Variable) else convert(v))

        return nest.map_structure(leaf, result, expand_composites=True)

    try:
        part = Captured("vectorized_map", run, avals)
        if part.written or part.graph.effects:
            raise NeedsValue("a function with side effects on each row")
    except NeedsValue as e:
        if not fallback_to_while_loop:
            raise ValueError(
                f"No pfor vectorization defined for {describe(e)[0]}: {e} Consider enabling the "
                "fallback_to_while_loop option to pfor, which may run slower."
            ) from e
        if warn:
            logs.warn("vectorized_map runs row by row: %s", e)
        return _row_by_row(fn, elems, flat, n)
    except OpError as e:
        raise (e if STATE.trace.symbolic else in_graph(e)) from None
    outs = [t for t in nest.flatten(part.result, expand_composites=True) if t is not None]
    checks = part.needed(outs)
    part.finish([*outs, *([part.report(checks, reports.width(checks))] if checks else [])])
    inputs = [
        *[t if t.aval.shape[0] == n else t[0] for t in flat],
        *[c._read() if isinstance(c, Variable) else c for c in part.captures],
    ]
    mapped = [t.aval.shape[0] == n for t in flat] + [False] * len(part.captures)
    if not any(mapped) or not outs:
        return part.result
    kernel = vmapped(part.function.kernel, tuple(mapped))
    if checks:
        kernel = kernel.derived("reported", lambda: reports.of_rows(kernel))
    results = dispatch(kernel, tuple(inputs))
    if checks:
        reports.hand_on(results[-1], reports.Explaining(checks), len(outs))
    rest = iter(results)
    leaves = [
        None if t is None else next(rest) for t in nest.flatten(part.result, expand_composites=True)
    ]
    return nest.pack_sequence_as(part.result, leaves, expand_composites=True)


def _row_by_row(fn, elems, flat, n) -> Any:
    from tfshim._src.ops import array

    if STATE.trace.symbolic:
        raise NeedsValue("vectorized_map: a function that cannot be vectorized")
    results = [
        fn(
            nest.pack_sequence_as(
                elems, [t[i if t.aval.shape[0] == n else 0] for t in flat], expand_composites=True
            )
        )
        for i in range(n)
    ]

    def stacked(*rows: Any) -> Any:
        tensors = [convert(r) for r in rows]
        check_alike([t.aval.shape for t in tensors])
        return array.stack(tensors)

    return nest.map_structure(stacked, *results)
