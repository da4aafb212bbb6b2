"""Tracing: running a Python function once, on placeholders, into a graph function."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from tfshim._src import nest
from tfshim._src.convert import convert
from tfshim._src.engine.aval import Aval
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.function.concrete import GraphFunction
from tfshim._src.function.func_graph import FuncGraph
from tfshim._src.function.graph_errors import in_graph
from tfshim._src.function.running import Runner
from tfshim._src.function.signature import rebuild, stand_in
from tfshim._src.function.static_shapes import StaticShapes
from tfshim._src.indexed_slices import IndexedSlices
from tfshim._src.jacobian import capturing
from tfshim._src.name_scope import no_name_scope
from tfshim._src.random_graph import Streams, current_seed, traced
from tfshim._src.shapes import TensorShape
from tfshim._src.tensor import STATE, EagerTensor, NeedsValue, Tensor, pending
from tfshim._src.variable import Variable

#: Functions that are told of each finished graph (`tf.summary.trace_on`).
OBSERVERS: list[Callable[[FuncGraph], None]] = []

#: References to a captured tensor by the graph's list, its slice, the loop and the call.
_HELD = 4


class Trace:
    """One trace of a Python function for given shapes.

    Attributes:
      inner: the graph function.
      structure: the structure of the result, with tensors where tensors are.
      arguments: the variables that were passed as arguments.
    """

    def __init__(self, inner: GraphFunction, structure: Any, constants: dict[int, Any], arguments):
        self.inner = inner
        self.structure = structure
        self.arguments: list[Variable] = arguments
        #: position among the leaves of the result -> a string tensor, which no program can carry
        self.constants = constants
        self.simple = isinstance(structure, EagerTensor) and not constants
        kind = type(structure)
        self.flat = (
            kind
            if kind in (list, tuple)
            and structure
            and not constants
            and all(isinstance(s, EagerTensor) for s in structure)
            else None
        )

        #: runs a function that is nothing but its one result for its arguments
        self.direct: Runner | None = None
        if self.simple and not arguments and inner.pure and not inner.captured:
            self.direct = inner.runner if inner.explain is None else None

    def call(self, tensors: list[EagerTensor], variables: list[Variable]) -> Any:
        """The function's result for these inputs."""
        given = None
        if self.arguments:
            pairs = zip(self.arguments, variables, strict=True)
            given = {id(old): new for old, new in pairs if old is not new}
        outs = self.inner.call(tensors, given)
        if self.simple:
            (out,) = outs
            return out
        if self.flat is not None:
            return outs if self.flat is list else tuple(outs)
        return self.pack(outs)

    def pack(self, outs: list[EagerTensor]) -> Any:
        """The result's structure with these tensors in it."""
        rest = iter(outs)
        leaves = []
        for i, leaf in enumerate(nest.flatten(self.structure, expand_composites=True)):
            if i in self.constants:
                leaves.append(self.constants[i])
            else:
                leaves.append(None if leaf is None else next(rest))
        return nest.pack_sequence_as(self.structure, leaves, expand_composites=True)


def trace(
    function: Callable,
    name: str,
    args: tuple,
    kwargs: dict,
    avals: list[Aval],
    names: list[str],
    variables: list[Variable],
    may_create: bool = False,
    actual: list[Any] | None = None,
    describe: str = "",
    late: bool = False,
    shapes: list[tuple | None] | None = None,
    checked: bool = True,
    streams: Streams | None = None,
) -> Trace:
    """Runs a function on placeholders.

    Args:
      function: what to run.
      name: for tables and text.
      args, kwargs: its arguments; tensors in them are replaced by placeholders, in key order.
      avals, names: of these placeholders.
      variables: those among the arguments.
      may_create: whether it may create variables.
      actual: the tensors of the call, if there are any, for the initial values of variables.
      describe: the function as errors name it.
      late: whether it was traced before and created no variables then, for errors.
      shapes: of the placeholders as the signature has them, with None for unknown sizes, for text.
      checked: whether its program looks at checks of values.
      streams: of its random ops, if the same code was traced before.

    Raises:
      TypeError: if it returns what is no tensor.
      ValueError: if it changes its arguments.
    """
    graph = FuncGraph(name, STATE.trace)
    graph.may_create = may_create
    graph.late = late
    graph.checked = graph.checked and checked
    traced(graph, Streams(current_seed()) if streams is None else streams)
    placeholders = []
    for aval, label in zip(avals, names, strict=True):
        t = graph.placeholder(aval, pending)
        t._name = f"{graph.unique_name(label)}:0"
        placeholders.append(t)
    if any(s is None or None in s for s in shapes or []):
        graph.sizes = StaticShapes()
        for t, shape in zip(placeholders, shapes or []):
            graph.sizes.settle(t, TensorShape(shape))
    if actual is not None and len(actual) == len(placeholders):
        pairs = zip(placeholders, actual, strict=True)
        graph.actual = {id(p): t for p, t in pairs if isinstance(t, EagerTensor)}
    rest = iter(placeholders)
    inner_args = tuple([stand_in(rebuild(a, lambda _: next(rest))) for a in args])
    inner_kwargs = {
        k: stand_in(rebuild(v, lambda _: next(rest))) for k, v in sorted(kwargs.items())
    }
    before = nest.flatten((inner_args, inner_kwargs))
    shallow = [_outline(a) for a in inner_args], {k: _outline(v) for k, v in inner_kwargs.items()}
    with capturing(graph), no_name_scope():
        try:
            result = function(*inner_args, **inner_kwargs)
        except InvalidArgumentError as e:
            raised = in_graph(e)
            if raised is e:
                raise
            raise raised.with_traceback(e.__traceback__) from None
        _check_unchanged(shallow, before, inner_args, inner_kwargs, describe or name)
        if any(a.dtype.kind == "s" for a in avals):
            raise NeedsValue("strings are not part of a compiled program")
        structure, outputs, constants = _outputs(result, graph, describe or name)
    graph.actual = {}
    del result
    graph.constants = _constants(graph, outputs) | {id(graph.start)}
    graph.results = outputs
    inner = GraphFunction(graph, outputs)
    for observe in OBSERVERS:
        observe(graph)
    return Trace(inner, structure, constants, list(variables))


def _constants(graph: FuncGraph, outputs: list[EagerTensor]) -> set[int]:
    """Ids of captured tensors that nobody else holds: the traced code made them.

    Args:
      graph: what was traced.
      outputs: its results, which their structure holds as well.
    """
    uses = Counter(id(t) for _, inputs, _ in graph.entries for t in inputs)
    uses.update([id(t) for t in outputs for _ in range(2)])
    found = set()
    for t in graph.ext[len(graph.placeholders) :]:
        if t._trace is None and sys.getrefcount(t) <= uses[id(t)] + _HELD:
            found.add(id(t))
    return found


def _outline(value: Any) -> Any:
    return nest.map_structure(lambda _: 0, value)


def _check_unchanged(shallow, before, args, kwargs, describe: str) -> None:
    after = nest.flatten((args, kwargs))
    same = len(before) == len(after) and all(x is y for x, y in zip(before, after, strict=True))
    if same and shallow == (
        [_outline(a) for a in args],
        {k: _outline(v) for k, v in kwargs.items()},
    ):
        return
    changed = [i for i, (s, a) in enumerate(zip(shallow[0], args, strict=True)) if s != _outline(a)]
    changed += [k for k, s in shallow[1].items() if s != _outline(kwargs[k])]
    raise ModifiedArguments(describe, changed)


class ModifiedArguments(ValueError):
    """A function changed a list or dict that was passed to it."""

    def __init__(self, name: str, changed: list):
        super().__init__(
            f"{name} should not modify its Python input arguments. Modifying a copy is allowed. "
            f"The following parameter(s) were modified: {', '.join(map(str, changed))}"
        )
        self.changed = changed


def as_results(result: Any, describe: str) -> Any:
    """What a function returned, with tensors as leaves.

    Raises:
      TypeError: for a leaf that is none and cannot become one.
    """

    def leaf(value: Any) -> Any:
        if value is None or isinstance(value, Tensor):
            return value
        if isinstance(value, Variable):
            return value.value()
        if not isinstance(value, type):
            if isinstance(value, IndexedSlices) or hasattr(value, "_flatten_components"):
                return value
            finish = getattr(value, "_graph_output", None)
            if finish is not None:
                return finish()
        try:
            if isinstance(value, type):
                raise TypeError
            return convert(value)
        except (TypeError, ValueError):
            raise TypeError(
                "To be compatible with tf.function, Python functions must return zero or more "
                "Tensors or ExtensionTypes or None values; in compilation of "
                f"{describe}, found return value of type {type(value).__name__}, which is not a "
                "Tensor or ExtensionType."
            ) from None

    return nest.map_structure(leaf, result)


def _outputs(result: Any, graph: FuncGraph, describe: str) -> tuple[Any, list, dict[int, Any]]:
    """The result with tensors as leaves, the flat tensors, and constants that stay outside."""

    structure = as_results(result, describe)
    outputs: list[EagerTensor] = []
    constants: dict[int, Any] = {}
    for i, t in enumerate(nest.flatten(structure, expand_composites=True)):
        if t is None:
            continue
        if t.aval.dtype.kind == "s":
            constants[i] = t
            continue
        graph.ref_of(t)  # captured here, while it is known where it may come from
        outputs.append(t)
    return structure, outputs, constants
