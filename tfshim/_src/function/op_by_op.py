"""What is known of a signature that runs op by op: its graph without nodes, and its results' types.

TensorFlow knows the types of results from tracing. Where a trace cannot be made here, the Python
function is run on sample arguments, when somebody asks, and what it changed is put back.
"""

from __future__ import annotations

import contextlib
import functools
import gc
from collections.abc import Iterator
from typing import Any

import numpy as np

from tfshim._src import nest
from tfshim._src.convert import convert
from tfshim._src.function.func_graph import FuncGraph
from tfshim._src.function.hush import hushed
from tfshim._src.function.mode import MODE
from tfshim._src.function.signature import rebuild
from tfshim._src.function.unknown_sizes import common_shape
from tfshim._src.random_graph import Streams, numbered
from tfshim._src.shapes import TensorShape
from tfshim._src.spec import TensorSpec
from tfshim._src.tape import GradientTape
from tfshim._src.tensor import STATE, Tensor, pending
from tfshim._src.variable import ResourceVariable, Variable


class OpByOp:
    """What stands for the trace of a signature that runs op by op.

    Args:
      function: the `tf.function`.
      logical: the signature.
    """

    arguments: list = []

    def __init__(self, function: Any, logical: Any):
        self.function, self.logical = function, logical

    def call(self, tensors: list, variables: list) -> Any:
        """Runs the Python function."""
        rest = iter(tensors)
        args = tuple([rebuild(a, lambda _: next(rest)) for a in self.logical.args])
        kwargs = {k: rebuild(v, lambda _: next(rest)) for k, v in self.logical.kwargs.items()}
        return self.function._run_as_python(self.logical.key, args, kwargs)

    @functools.cached_property
    def inner(self) -> _Inner:
        """The graph, made when it is first asked for."""
        function, logical = self.function, self.logical
        results, variables = [], []
        for sample in range(2):
            try:
                results.append(_sampled(function, logical, sample, variables))
            except Exception:  # a sample that the function refuses; one of the two will do
                if sample and not results:
                    raise
        structure = _traced(results[0])
        shapes = [_shapes(r) for r in results]
        if len(shapes) < 2 or len(shapes[0]) != len(shapes[1]):
            logical.output_shapes = [TensorShape([None] * len(s)) for s in shapes[0]]
        else:
            logical.output_shapes = [common_shape(a, b) for a, b in zip(*shapes, strict=True)]
        graph = FuncGraph(function.name, STATE.trace)
        for key, label in zip(logical.tensors, logical.tensor_names(), strict=True):
            t = graph.placeholder(_sample_aval(key), pending)
            t._name = f"{graph.unique_name(label)}:0"
            t._shown_shape = TensorShape(key.shape)
        for variable in variables:
            graph._state(variable)
        return _Inner(graph, structure, logical.output_shapes)

    @property
    def structure(self) -> Any:
        """The result's structure, with sample tensors in it."""
        return self.inner.structure


class _Inner:
    """A graph without nodes, and what it gives."""

    def __init__(self, graph: FuncGraph, structure: Any, shapes: list[TensorShape]):
        self.graph = graph
        self.structure = structure
        self.outputs = []
        flat = [t for t in nest.flatten(structure, expand_composites=True) if _is_tensor(t)]
        for i, (t, shape) in enumerate(zip(flat, shapes, strict=True)):
            out = pending(t.aval, graph, i)
            out._name = f"{graph.unique_name('Identity')}:0"
            out._shown_shape = shape
            self.outputs.append(out)
        graph.results = self.outputs


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor)


def _traced(result: Any) -> Any:
    """A result as a trace would give it: with tensors in place of numbers and variables."""

    def leaf(value: Any) -> Any:
        if value is None or hasattr(value, "_flatten_components") or _is_tensor(value):
            return value
        if isinstance(value, Variable):
            return value.value()
        return convert(value)

    return nest.map_structure(leaf, result)


def _shapes(result: Any) -> list[tuple]:
    leaves = nest.flatten(_traced(result), expand_composites=True)
    return [t.aval.shape for t in leaves if _is_tensor(t)]


def _sample_aval(key: Any) -> Any:
    from tfshim._src.engine.aval import make_aval

    return make_aval(tuple([2 if d is None else d for d in key.shape or ()]), key.dtype)


def _sampled(function: Any, logical: Any, sample: int, variables: list) -> Any:
    """What the Python function gives for sample arguments; adds variables that it uses."""

    def leaf(spec: Any) -> Any:
        if not isinstance(spec, TensorSpec):
            return convert(spec)
        dims = [] if spec.shape.rank is None else spec.shape.as_list()
        shape = [2 + sample if d is None else d for d in dims]
        size = int(np.prod(shape))
        if spec.dtype.kind == "s":
            return convert(np.full(shape, b"a" * sample), spec.dtype)
        values = np.arange(1, size + 1) * sample
        return convert(
            (values % 2 if spec.dtype.kind == "b" else values).reshape(shape), spec.dtype
        )

    args = [rebuild(a, leaf) for a in logical.args]
    kwargs = {k: rebuild(v, leaf) for k, v in logical.kwargs.items()}
    with hushed(), numbered(Streams(None)), _put_back(variables), GradientTape() as tape:
        result = function._python_function(*args, **kwargs)
        read = tape.watched_variables()
    variables += [v for v in read if not any(v is known for known in variables)]
    return result


@contextlib.contextmanager
def _put_back(changed: list) -> Iterator[None]:
    """Gives variables their values back, and lets iterators start anew, inside."""
    before = [
        (v, v._handle)
        for v in gc.get_objects()
        if type(v) is ResourceVariable and v._root is v and hasattr(v, "_handle")  # is made
    ]
    MODE.iterators = {}
    try:
        yield
    finally:
        MODE.iterators = None
        for variable, handle in before:
            if variable._handle is not handle:
                variable._handle = handle
                if not any(variable is known for known in changed):
                    changed.append(variable)
