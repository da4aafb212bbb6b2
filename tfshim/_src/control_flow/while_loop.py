"""`tf.while_loop`: a Python loop eagerly, one node in a traced function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import fold, nest, reports
from tfshim._src.control_flow import raw_loops
from tfshim._src.control_flow.captured import Captured, Inputs, assign, node, union
from tfshim._src.control_flow.tensor_array import TensorArray
from tfshim._src.convert import convert
from tfshim._src.engine.program import live_nodes
from tfshim._src.errors import InvalidArgumentError, runtime_name
from tfshim._src.function import effects
from tfshim._src.function.mode import OP_BY_OP
from tfshim._src.indexed_slices import IndexedSlices
from tfshim._src.random_graph import as_parts
from tfshim._src.registry import export
from tfshim._src.shapes import TensorShape
from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import STATE, EagerTensor, NeedsValue, Tensor
from tfshim._src.variable import Variable

#: A loop whose number of steps is found by running its counter while tracing, up to so many.
MAX_COUNTED = 4096
#: Larger loop variables are no counters.
MAX_ELEMENTS = 64


@export("tf.while_loop")
def while_loop_v2(
    cond,
    body,
    loop_vars,
    shape_invariants=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    maximum_iterations=None,
    name=None,
) -> Any:
    """Repeats `body` while `cond` holds.

    Args:
      cond: takes the loop variables, gives a scalar bool.
      body: takes the loop variables, gives their next values in the same structure.
      loop_vars: a list or tuple of tensors or nests of them.
      shape_invariants: shapes that loop variables keep; others may change from step to step, which
        makes the function around run un-captured, since XLA's shapes are fixed.
      parallel_iterations: a positive number; steps depend on each other and run in turn.
      back_prop: False stops gradients in a function, and outside nothing, as in TensorFlow.
      swap_memory: where TensorFlow keeps states for the pullback; here few are kept in any case.
      maximum_iterations: at most so many steps.
      name: ignored.

    Returns:
      The last values, in the structure of `loop_vars`.

    Raises:
      TypeError, ValueError: for functions, structures, shapes or dtypes that do not fit.
    """
    if not callable(cond):
        raise TypeError("'cond' must be callable.")
    if not callable(body):
        raise TypeError("'body' must be callable.")
    if parallel_iterations is not None and parallel_iterations < 1:
        raise TypeError("'parallel_iterations' must be a positive integer.")
    if not STATE.trace.symbolic:
        return _run_now(cond, body, loop_vars, maximum_iterations)
    result = _traced(cond, body, loop_vars, shape_invariants, maximum_iterations)
    if not back_prop:
        from tfshim._src.ops import array

        result = nest.map_structure(
            lambda t: array.stop_gradient(t) if isinstance(t, Tensor) else t, result
        )
    return result


def _run_now(cond, body, loop_vars, maximum_iterations) -> Any:
    if not loop_vars:
        raise ValueError("'loop_vars' must be provided.")
    cond, body = as_parts(cond, body)
    bounded = maximum_iterations is not None
    if bounded:
        limit = convert(maximum_iterations)
        if limit.aval.shape:
            raise ValueError(
                f"'maximum_iterations' must be a scalar. Received shape: {limit.shape}"
            )
        limit = limit.numpy()
        loop_vars = (0, loop_vars)

        def test(i, values):
            return i < limit and cond(*values)

        def step(i, values):
            return i + 1, body(*values)

    else:
        test, step = cond, body
    structure = nest.map_structure(_described, list(loop_vars))
    first = loop_vars
    while test(*loop_vars):
        loop_vars = step(*loop_vars)
        nest.assert_same_structure(structure, list(loop_vars))
    if OP_BY_OP.depth:  # in a function, lists and tuples are those that the loop started with
        loop_vars = nest.pack_sequence_as(first, nest.flatten(loop_vars))
    result: Any = nest.map_structure(_settled, loop_vars)
    return result[1] if bounded else result


def _described(value: Any) -> Any:
    if _whole(value):
        return value
    t = convert(value)
    return TensorSpec(t.shape, t.dtype)


def _settled(value: Any) -> Any:
    if _whole(value) or isinstance(value, Variable) or value is None:
        return value
    return convert(value)


def _whole(value: Any) -> bool:
    """Whether a loop variable is more than one tensor."""
    return isinstance(value, (TensorArray, IndexedSlices)) or hasattr(value, "_flatten_components")


class State:
    """Loop variables as flat tensors: the structure, and how tensor arrays unfold."""

    def __init__(self, structure: Any):
        self.structure = structure
        self.leaves = nest.flatten(structure)

    def tensors(self, value: Any) -> list[EagerTensor]:
        """The flat tensors of loop variables."""
        flat: list[EagerTensor] = []
        for leaf in nest.flatten(value):
            if leaf is None:
                continue
            if isinstance(leaf, TensorArray):
                flat.extend(leaf._pack())
            elif hasattr(leaf, "_flatten_components"):
                flat.extend(nest.flatten(leaf, expand_composites=True))
            else:
                flat.append(convert(leaf))
        return flat

    def values(self, flat: Sequence[EagerTensor]) -> Any:
        """The inverse: loop variables in their structure."""
        rest = iter(flat)
        out = []
        for leaf in self.leaves:
            if leaf is None:
                out.append(None)
            elif isinstance(leaf, TensorArray):
                out.append(leaf._unpack(rest))
            elif hasattr(leaf, "_flatten_components"):
                parts = nest.flatten(leaf, expand_composites=True)
                inner = [next(rest) for _ in parts]
                out.append(nest.pack_sequence_as(leaf, inner, expand_composites=True))
            else:
                out.append(next(rest))
        return nest.pack_sequence_as(self.structure, out)


def _traced(cond, body, loop_vars, shape_invariants, maximum_iterations) -> Any:
    if not isinstance(loop_vars, (list, tuple)):
        len(loop_vars)
    if any(v is None for v in nest.flatten(loop_vars)):
        raise ValueError("None values not supported.")
    if shape_invariants is not None:
        nest.assert_same_structure(loop_vars, shape_invariants)
    bounded = maximum_iterations is not None
    limit = None
    if bounded:
        if isinstance(maximum_iterations, float):
            raise TypeError(f"Expected int32, but got {maximum_iterations} of type 'float'.")
        limit = convert(maximum_iterations)
        if limit.aval.shape:
            text = f"The second input must be a scalar, but it has shape {list(limit.aval.shape)}"
            raise InvalidArgumentError(None, None, text)

    def test(variables: Any) -> Any:
        return cond(*variables)

    def step(variables: Any) -> Any:
        result = body(*variables)
        if len(loop_vars) == 1 and not isinstance(result, (list, tuple)):
            return [result]
        if len(loop_vars) == 1 and nest.is_nested(result) and not isinstance(result, (list, tuple)):
            return [result]
        return result

    return loop(test, step, loop_vars, limit, shape_invariants)


def loop(
    test: Callable[[Any], Any],
    step: Callable[[Any], Any],
    initial: Any,
    limit: EagerTensor | None = None,
    shape_invariants: Any = None,
    names: Sequence[str] | None = None,
) -> Any:
    """One node for a loop.

    Args:
      test, step: functions of the loop variables in their structure.
      initial: the loop variables.
      limit: the largest number of steps, or None.
      shape_invariants: as in `tf.while_loop`.
      names: of the flat variables, for errors.
    """
    counted = limit is not None
    whole = (convert(np.int32(0)), initial) if counted else (initial,)
    state = State(whole)
    flat = state.tensors(whole)
    if any(t.aval.dtype.kind == "s" for t in flat):
        raise NeedsValue("strings are not part of a compiled program")

    def run_step(*tensors):
        values = state.values(tensors)
        result = step(values[-1])
        if result is not values[-1]:
            _same(result, initial)
        return (values[0] + 1, result) if counted else (result,)

    def run_test(*tensors):
        values = state.values(tensors)
        going = convert(test(values[-1]))
        if going.dtype.name != "bool":
            passed = runtime_name(going.dtype)
            raise InvalidArgumentError(None, None, f"Input 'input' passed {passed} expected bool")
        if going.aval.size != 1:
            shape = list(going.aval.shape)
            raise InvalidArgumentError(
                None, None, f"The second input must be a scalar, but it has shape {shape}"
            )
        if going.aval.shape:
            from tfshim._src.ops import array

            going = array.reshape(going, [])
        return (going & (values[0] < limit)) if counted else going

    from tfshim._src.jacobian import capturing

    arrays = [leaf for leaf in state.leaves if isinstance(leaf, TensorArray)]
    for i, array_ in enumerate(arrays):  # what is learned must not change the user's own
        arrays[i] = array_._version()
        arrays[i]._written_at = []
    if arrays:
        rest_ = iter(arrays)
        leaves = [next(rest_) if isinstance(x, TensorArray) else x for x in state.leaves]
        whole = nest.pack_sequence_as(whole, leaves)
        state = State(whole)
    while True:
        flat = state.tensors(whole)
        for a in arrays:
            a._written_at.clear()
        work = Captured("while_body", run_step, [t.aval for t in flat])
        with capturing(work.graph):
            outs = state.tensors(work.result)
        results = [leaf for leaf in nest.flatten(work.result) if isinstance(leaf, TensorArray)]
        learned = [a._learn(b) for a, b in zip(arrays, results, strict=True)]
        if any(learned):
            continue
        growing = [a for a in arrays if a._dynamic and a._written_at]
        if not growing:
            break
        check = Captured("while_cond", run_test, [t.aval for t in flat])
        sizes = _sizes(flat, outs, work, check, growing)
        if not any(a._grow(n) for a, n in zip(growing, sizes, strict=True)):
            break
    invariants = _invariants(shape_invariants, initial)
    if len(outs) != len(flat):
        raise AssertionError(f"body_graph has {len(outs) + 2} outputs; Expected: {len(flat) + 2}")
    _check(flat, outs, counted, invariants, names)
    written = union([work])
    check = Captured("while_cond", run_test, [t.aval for t in flat])
    if check.written:
        raise NeedsValue("the condition of a loop assigns a variable")
    return _node(state, flat, outs, work, check, written)


def _same(result: Any, initial: Any) -> None:
    if isinstance(initial, (list, tuple)) and isinstance(result, (list, tuple)):
        kind = tuple if isinstance(initial, tuple) else list
        nest.assert_same_structure(kind(result), kind(initial), check_types=False)
    else:
        nest.assert_same_structure(result, initial)


def _invariants(shape_invariants: Any, initial: Any) -> list | None:
    if shape_invariants is None:
        return None
    flat: list[Any] = []

    def add(value: Any) -> None:
        if isinstance(value, TensorShape) or hasattr(value, "shape") or value is None:
            flat.append(value)
        elif nest.is_nested(value):
            for v in nest._children(value, nest._kind(value)):
                add(v)
        else:
            flat.append(value)

    add(shape_invariants)
    return flat


def _check(flat, outs, counted, invariants, names) -> None:
    for i, (a, b) in enumerate(zip(flat, outs, strict=True)):
        if a.aval is b.aval:
            continue
        name = names[i] if names and i < len(names) else _name_of(a)
        check_dtypes([a], [b], [name])
        own = i - 1 if counted else i
        if invariants is not None and own < len(invariants):
            wanted = invariants[own]
            wanted = TensorShape(getattr(wanted, "shape", wanted))
            if not wanted.is_fully_defined() and wanted.is_compatible_with(b.aval.shape):
                raise NeedsValue(f"a loop variable changes its shape from {a.shape} to {b.shape}")
        raise ValueError(
            f"Input tensor `{name}` enters the loop with shape {a.shape}, but has shape {b.shape} "
            "after one iteration. To allow the shape to vary across iterations, use the "
            "`shape_invariants` argument of tf.while_loop to specify a less-specific shape."
        )


def check_dtypes(
    before: Sequence[EagerTensor], after: Sequence[EagerTensor], names: Sequence[str] | None = None
) -> None:
    """Raises TypeError for a loop variable whose dtype a step changes."""
    for i, (a, b) in enumerate(zip(before, after, strict=True)):
        if a.aval.dtype is not b.aval.dtype:
            name = _name_of(a) if names is None else names[i]
            raise TypeError(
                f"Loop var {name} enters the loop with type {a.dtype} but has type {b.dtype} after "
                f"1 iteration. {name} type should remain constant."
            )


def _name_of(t: EagerTensor) -> str:
    return t._graph_name() if t._is_symbolic() else "Const:0"


def _node(state, flat, outs, work: Captured, check: Captured, written: list[Variable]) -> Any:
    has_effects = bool(work.graph.effects)
    first = check.needed([check.result])
    steps, rest = _count_steps(flat, outs, work, check, work.needed(outs, written))
    checks = [*first, *rest]
    size = reports.width(checks)
    final = [work.value_of(v, rest) for v in written]
    report = [work.report(rest, size, len(first))] if checks else []
    work.finish([*outs, *final, *([work.token()] if has_effects else []), *report])
    check.finish([check.result, *([check.report(first, size)] if first else [])])
    n, w = len(flat), len(written)
    inputs = Inputs()
    tensors = [*flat, *[v._read() for v in written]]
    if has_effects:
        tensors.append(convert(np.int32(0)))
    if checks:
        tensors.append(convert(np.zeros(size, np.int64)))
    own = {id(v): n + i for i, v in enumerate(written)}

    def place(thing: Any) -> int:
        """Where an input of a body stands: in the carry (< 0), or among the constants."""
        if isinstance(thing, Variable) and id(thing._root) in own:
            return -1 - own[id(thing._root)]
        return inputs.add(thing)

    work_at = [place(c) for c in work.captures]
    check_at = [place(c) for c in check.captures]
    m = len(tensors)

    def pick(at, carry, consts):
        return [carry[-1 - i] if i < 0 else consts[i] for i in at]

    def bodies(work_fn, check_fn):
        def go(carry, consts):
            out = list(work_fn(*carry[:n], *pick(work_at, carry, consts)))
            if checks:  # from the first failure on, report and variables stay as they are
                before = _first(carry[-1], tested(carry, consts))
                for i in range(n, n + w) if first or steps is not None else ():
                    out[i] = jnp.where(before[0] != 0, carry[i], out[i])
                out[-1] = _first(before, out[-1])
            return tuple(out)

        def tested(carry, consts):
            if not first:
                return None
            return check_fn(*carry[:n], *pick(check_at, carry, consts))[1]

        def more(carry, consts):
            out = check_fn(*carry[:n], *pick(check_at, carry, consts))[0]
            return out & (carry[-1][0] == 0) if checks else out

        def end(values, consts):
            if not first:
                return values
            return (*values[:-1], _first(values[-1], tested(values, consts)))

        return more, go, end

    plain = bodies(work.function.kernel.fn, check.function.kernel.fn)
    more, go, end = bodies(work.raw(), check.function.kernel.fn)
    if steps is not None:

        def fn(*values):
            return end(raw_loops.repeat(steps, go, values[:m], values[m:]), values[m:])

    else:

        def fn(*values):
            return end(raw_loops.while_loop(more, go, values[:m], values[m:]), values[m:])

    def forward(*values):
        if steps is not None:
            return end(raw_loops.repeat(steps, plain[1], values[:m], values[m:]), values[m:])
        return end(raw_loops.plain_while(*plain[:2], values[:m], values[m:]), values[m:])

    avals = [t.aval for t in tensors]
    results: list[EagerTensor] = []
    if m:
        results = node("While", fn, forward, [*tensors, *inputs.tensors], avals, carried=n)
    assign(written, results[n : n + w])
    if has_effects:
        effects.happen(results[n + w : n + w + 1])
    if checks:
        reports.hand_on(results[-1], reports.Explaining(checks), n)
    return state.values(results[:n])[-1]


def _first(report: Any, later: Any) -> Any:
    """The first of two reports that is not all well."""
    return report if later is None else jnp.where(report[0] != 0, report, later)


def _count_steps(
    flat, outs, work: Captured, check: Captured, checks: list[reports.Check]
) -> tuple[int | None, list[reports.Check]]:
    """The number of steps, where it follows from constants, else None; and the checks of the body
    that may fail. That of `x[i]` cannot, if i only counts within x."""
    found = None
    known = [c for c in checks if _slots_read(work, [c.report], len(flat)) is not None]
    if known:
        found = _simulate(flat, outs, work, check, [c.report for c in known])
    if found is None:
        known = []
        found = _simulate(flat, outs, work, check, [])
    if found is None:
        return None, checks
    passed = {id(c) for i, c in enumerate(known) if not any(step[i][0] for step in found)}
    return len(found), [c for c in checks if id(c) not in passed]


def _sizes(flat, outs, work: Captured, check: Captured, arrays: list[TensorArray]) -> list[int]:
    """How long arrays become, where that follows from constants."""
    indices = [at for a in arrays for at in a._written_at]
    steps = _simulate(flat, outs, work, check, indices)
    if steps is None:
        raise NeedsValue("how long a TensorArray becomes is not known")
    sizes = []
    start = 0
    for a in arrays:
        stop = start + len(a._written_at)
        found = [int(np.asarray(v)) for step in steps for v in step[start:stop]]
        sizes.append(max(found, default=-1) + 1)
        start = stop
    return sizes


def _simulate(flat, outs, work: Captured, check: Captured, extra: list) -> list[list] | None:
    """Runs the part of a loop that follows from constants.

    Args:
      flat: initial loop variables.
      outs: what the body makes of them.
      work, check: the body and the condition.
      extra: tensors of the body's graph that are wanted.

    Returns:
      The values of `extra` at each step, or None where the loop depends on what is not known.
    """
    n = len(flat)
    needed = _slots_read(check, [check.result], n)
    reads = _slots_read(work, extra, n)
    if needed is None or reads is None:
        return None
    needed |= reads
    while True:
        more = _slots_read(work, [outs[i] for i in sorted(needed)], n)
        if more is None:
            return None
        if more <= needed:
            break
        needed |= more
    order = sorted(needed)
    current = []
    for i in order:
        known = fold.static_value(flat[i])
        if known is None or known.size > MAX_ELEMENTS:
            return None
        current.append(known)
    test = _small(check, [check.result], order)
    step = _small(work, [*[outs[i] for i in order], *extra], order)
    found: list[list] = []
    for _ in range(MAX_COUNTED + 1):
        if not bool(np.asarray(test(current)[0])):
            return found
        values = [np.asarray(v) for v in step(current)]
        current = values[: len(order)]
        found.append(values[len(order) :])
    return None


def _slots_read(part: Captured, outputs: list[EagerTensor], n: int) -> set[int] | None:
    """Which loop variables these outputs depend on; None if on anything else that is not known."""
    graph = part.graph
    refs = [graph.ref_of(o) for o in outputs]
    widths = [len(s.outputs) for s in graph.specs]
    live = live_nodes(graph.nodes, widths, refs)
    used = {r for r in refs if r < 0}
    for (kernel, reads), alive in zip(graph.nodes, live, strict=True):
        if alive:
            if kernel.host_only or kernel.attrs.get("function") is not None:
                return None
            used |= {r for r in reads if r < 0}
    slots = set()
    for r in used:
        t = graph.ext[-1 - r]
        if -1 - r < n:
            slots.add(-1 - r)
        elif id(t) in graph.variable_of or fold.static_value(t) is None:
            return None
    return slots


def _small(part: Captured, outputs: list[EagerTensor], order: list[int]) -> Callable:
    """The part of a body that computes these outputs, as a function of NumPy values."""
    graph = part.graph
    refs = [graph.ref_of(o) for o in outputs]
    widths = [len(s.outputs) for s in graph.specs]
    live = live_nodes(graph.nodes, widths, refs)
    fixed: dict[int, Any] = {}
    for i, t in enumerate(graph.ext):
        if i not in order:
            try:
                fixed[i] = fold.static_value(t) if id(t) not in graph.variable_of else None
            except NeedsValue:
                fixed[i] = None

    def run(values: list) -> list:
        env: list[Any] = []
        given = dict(zip(order, values, strict=True))

        def get(r: int) -> Any:
            if r >= 0:
                return env[r]
            i = -1 - r
            return given[i] if i in given else fixed[i]

        for (kernel, reads), spec, alive in zip(graph.nodes, graph.specs, live, strict=True):
            if alive:
                env.extend(kernel.execute([np.asarray(get(r)) for r in reads], spec))
            else:
                env.extend([None] * len(spec.outputs))
        return [get(r) for r in refs]

    return run
