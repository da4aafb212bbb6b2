"""What `get_concrete_function` gives: one signature of a function, callable on its own."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from tfshim._src import nest
from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError, runtime_name
from tfshim._src.function.described import (
    Describing,
    composites,
    flat_names,
    parameters_of,
    signature_text,
)
from tfshim._src.function.func_graph import FuncGraph, described
from tfshim._src.function.signature import (
    Arguments,
    FunctionType,
    Remembered,
    Signature,
    TensorKey,
    cast_to,
    rebuild,
    tensor_keys,
)
from tfshim._src.function.tracing import Trace
from tfshim._src.function.type_text import type_text
from tfshim._src.function.unknown_sizes import at_run_time, output_shapes
from tfshim._src.random_graph import Streams, current_seed
from tfshim._src.shapes import TensorShape
from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import EagerTensor, Tensor, pending, shown_shape
from tfshim._src.variable import Variable


class Logical:
    """A signature that was traced; one trace per combination of sizes, if some are unknown."""

    def __init__(self, signature: Signature, key: tuple, args: tuple, kwargs: dict):
        self.signature = signature
        self.key = key
        self.traces: dict[tuple, Trace] = {}
        self.structure: Any = None
        self.concrete: Any = None  # a weak reference to its concrete function
        self.op_by_op: Any = None  # what stands for its trace where none can be made
        self.number = 0  # in the order of tracing
        self.streams = Streams(current_seed())  # of its random ops
        self.output_shapes: list[TensorShape] | None = None  # see unknown_sizes.py
        #: the types of ragged tensors and the like among the arguments, in order
        self.composites = [
            t for a in (*args, *[kwargs[k] for k in sorted(kwargs)]) for t in composites(a)
        ]
        keys = iter(tensor_keys(key, []))
        specs = [rebuild(a, lambda _: next(keys).spec()) for a in args]
        self._args = [Remembered(a) for a in specs]
        self.kwargs = {k: rebuild(kwargs[k], lambda _: next(keys).spec()) for k in sorted(kwargs)}

    @property
    def args(self) -> tuple:
        """The positional arguments, with specs in place of tensors."""
        return tuple([a() for a in self._args])

    def described(self, named: bool = False) -> list[tuple[str, Any]]:
        """Name and type of each argument, with specs in place of tensors.

        Args:
          named: whether the specs have names.
        """
        describe = Describing(self.composites)
        return [(k, describe(v, k if named else None)) for k, v in self.named_arguments()]

    def parameters(self) -> list[inspect.Parameter]:
        """One per argument, without defaults."""
        return parameters_of(self.named_arguments(), self.signature.parameters, len(self._args))

    @property
    def tensors(self) -> list[TensorKey]:
        return tensor_keys(self.key, [])

    def tensor_names(self) -> list[str]:
        """A name per tensor argument, as placeholders have them."""
        return [n for n, variable in flat_names(self.named_arguments()) if not variable]

    def named_arguments(self) -> list[tuple[str, Any]]:
        """Name and value of each argument, those behind `*args` numbered."""
        named = []
        parameters = self.signature.parameters
        for i, value in enumerate(self.args):
            rest = next((p for p in parameters if p.kind is p.VAR_POSITIONAL), None)
            p = parameters[i] if i < len(parameters) else rest
            if p is None or p.kind not in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
                p = rest
            base = f"arg_{i}" if p is None else p.name
            if p is not None and p.kind is p.VAR_POSITIONAL:
                base = f"{p.name}_{i - parameters.index(p)}"
            named.append((base, value))
        return [*named, *self.kwargs.items()]


class ConcreteFunction:
    """One signature of a `tf.function`: callable, and open to inspection."""

    __module__ = "tensorflow.python.eager.polymorphic_function.concrete_function"

    def __init__(self, function: Any, logical: Logical):
        self._function = function
        self._logical = logical

    @property
    def _trace(self) -> Trace:
        for trace in self._logical.traces.values():
            return trace
        return self._function.specialize(self._logical, [], [])

    # -- calling --

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            args, kwargs = self._bind(args, kwargs)
        except TypeError as structured:
            try:
                tensors = self._flat(args, kwargs)
            except TypeError as flat:
                raise TypeError(
                    f"{structured}\nFallback to flat signature also failed due to: {flat}"
                ) from None
            variables = self._trace.arguments
        else:
            found = Arguments()
            for a in args:
                found.key(a)
            for k in sorted(kwargs):
                found.key(kwargs[k])
            tensors, variables = found.tensors, self._variables(args, kwargs)
        for i, (t, k) in enumerate(zip(tensors, self._logical.tensors, strict=True)):
            if t.aval.dtype is not k.dtype:
                raise InvalidArgumentError(
                    None,
                    None,
                    f"cannot compute {self.name.decode()} as input #{i}(zero-based) was "
                    "expected to "
                    f"be a {runtime_name(k.dtype)} tensor but is a {runtime_name(t.aval.dtype)} "
                    f"tensor [Op:{self.name.decode()}]",
                )
        pairs = zip(self._trace.arguments, variables, strict=True)
        if all(v.shape.is_subtype_of(t.shape) for t, v in pairs):
            with at_run_time(self._function, self._logical, tensors):
                trace = self._function.specialize(self._logical, tensors, variables)
        else:
            trace = self._function.reshaped(self._logical, args, kwargs, tensors, variables)
        return trace.call(tensors, variables)

    def _variables(self, args: tuple, kwargs: dict) -> list[Variable]:
        """Per distinct variable of the trace's arguments the one that now stands in its place."""
        traced = _variables_in(self._logical.args, self._logical.kwargs)
        given = _variables_in(args, kwargs)
        instead: dict[int, Variable] = {}
        for t, g in zip(traced, given, strict=True):
            instead.setdefault(id(t), g)
        return list(instead.values())

    def _bind(self, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        """Arguments by the signature of this trace, which has no defaults."""
        logical = self._logical
        try:
            bound = inspect.Signature(logical.parameters()).bind(*args, **kwargs)
        except TypeError as e:
            raise self._unfit(str(e), args, kwargs) from None
        n = len(logical.args)
        fitted = [
            self._fit(value, bound.arguments[name], args, kwargs)
            for name, value in logical.named_arguments()
        ]
        return tuple(fitted[:n]), dict(zip(logical.kwargs, fitted[n:], strict=True))

    def _fit(self, template: Any, value: Any, args: tuple, kwargs: dict) -> Any:
        if isinstance(template, TensorSpec):
            if isinstance(value, (Tensor, Variable)):
                return convert(value)  # of whatever dtype: that is an error of the call itself
            try:
                return cast_to(template, value)
            except (TypeError, ValueError) as e:
                raise self._unfit(str(e), args, kwargs) from None
        if isinstance(template, Variable):
            return self._fit_variable(template, value, args, kwargs)
        if _is_static(template):
            if not isinstance(template, (int, float)) and isinstance(value, (Tensor, Variable)):
                raise self._unfit(f"Can not cast {value!r} to Literal[{template!r}]", args, kwargs)
            if not bool(value == template):
                raise self._unfit(f"Can not cast {value!r} to Literal[{template!r}]", args, kwargs)
            return template
        if nest.is_nested(template) and not hasattr(template, "_flatten_components"):
            return self._fit_structure(template, value, args, kwargs)
        return value

    def _fit_structure(self, template: Any, value: Any, args: tuple, kwargs: dict) -> Any:
        """A list, dict and the like whose parts fit."""
        kind = "a Dict" if isinstance(template, Mapping) else type(template).__name__
        same_kind = isinstance(value, Mapping if isinstance(template, Mapping) else type(template))
        if not same_kind:
            raise self._unfit(f"Can not cast {value!r} to {kind} type.", args, kwargs)
        if isinstance(template, Mapping) and set(value) != set(template):
            message = f"{value!r} has different keys with the TraceType {type_text(template)}."
            raise self._unfit(message, args, kwargs)
        parts, given = nest.parts(template), nest.parts(value)
        if len(parts) != len(given):
            message = f"Expected {value!r} to have length of {len(parts)}"
            raise self._unfit(message, args, kwargs)
        fitted = [self._fit(t, v, args, kwargs) for t, v in zip(parts, given, strict=True)]
        return nest.rebuilt(value, fitted)

    def _fit_variable(self, template: Variable, value: Any, args: tuple, kwargs: dict) -> Variable:
        """A variable to read and write instead of the one that was traced."""
        if isinstance(value, Tensor):
            name = self.name.decode()
            at = next((i for i, a in enumerate(args) if a is value), 0)
            raise InvalidArgumentError(
                None,
                None,
                f"cannot compute {name} as input #{at}(zero-based) was expected to be a resource "
                f"tensor but is a {runtime_name(value.dtype)} tensor [Op:{name}]",
            )
        if not isinstance(value, Variable):
            raise self._unfit("", args, kwargs)
        if value.dtype is not template.dtype:
            raise InvalidArgumentError(
                None,
                None,
                "Trying to read variable with wrong dtype. Expected "
                f"{runtime_name(template.dtype)} got {runtime_name(value.dtype)}",
            )
        return value

    def _unfit(self, message: str, args: tuple, kwargs: dict) -> TypeError:
        return TypeError(
            f"Binding inputs to tf.function failed due to `{message}`. Received args: {args} and "
            f"kwargs: {kwargs} for signature: {self._text()}."
        )

    def _flat(self, args: tuple, kwargs: dict) -> list[EagerTensor]:
        named = flat_names(self._logical.named_arguments())
        names = [n for n, _ in named]
        shown = f"{self._function.name}({', '.join(names)})"
        if len(args) > len(names):
            raise TypeError(f"{shown} takes {len(names)} positional arguments, got {len(args)}.")
        values = list(args)
        kwargs = dict(kwargs)
        missing = [n for n in names[len(args) :] if n not in kwargs]
        if missing:
            raise TypeError(f"{shown} missing required arguments: {', '.join(missing)}.")
        values += [kwargs.pop(n) for n in names[len(args) :]]
        if kwargs:
            raise TypeError(f"{shown} got unexpected keyword arguments: {', '.join(kwargs)}.")
        for i, v in enumerate(values):
            if not isinstance(v, (Tensor, Variable, np.ndarray)):
                raise TypeError(
                    f"{shown}: expected argument #{i}(zero-based) to be a Tensor; got "
                    f"{type(v).__name__} ({v})."
                )
        for i, (v, (_, variable)) in enumerate(zip(values, named, strict=True)):
            if variable:  # flat arguments are tensors, and a variable's resource is none here
                raise TypeError(
                    "provided list of inputs contains objects other than 'EagerTensor'. Item "
                    f"{i} is type: {type(v).__name__}"
                )
        return [convert(v) for v in values]

    # -- facts --

    @property
    def name(self) -> bytes:
        return f"__inference_{self._function.name}_{id(self._logical) % 100000}".encode()

    @property
    def graph(self) -> Any:
        """The graph; of a function that runs op by op one without nodes."""
        graph = self._trace.inner.graph
        graph.concrete = self
        return graph

    @property
    def inputs(self) -> list:
        graph = self.graph
        captured = graph.ext[len(graph.placeholders) :]
        own = [t for t in captured if not t._literal and id(t) not in graph.constants]
        return [described(t) for t in (*graph.placeholders, *own)]

    @property
    def outputs(self) -> list:
        return [described(t) for t in self._trace.inner.outputs]

    @property
    def structured_input_signature(self) -> tuple:
        """Specs and Python values of the positional and of the keyword arguments."""
        described = [value for _, value in self._logical.described(named=True)]
        n = len(self._logical.args)
        kwargs = dict(zip(self._logical.kwargs, described[n:], strict=True))
        kinds = [p for p in self._logical.signature.parameters if p.kind is p.KEYWORD_ONLY]
        ordered = {p.name: kwargs[p.name] for p in kinds if p.name in kwargs}
        return tuple(described[:n]), {**ordered, **kwargs}

    @property
    def structured_outputs(self) -> Any:
        structure = self._trace.structure  # before the shapes, which it may find
        graph = FuncGraph(self._function.name, None)
        shapes = iter(output_shapes(self._function, self._logical) or ())

        def named(value: Any) -> Any:
            if not isinstance(value, Tensor):
                return value
            t = pending(value.aval, graph, 0)
            t._name = f"{graph.unique_name('Identity')}:0"  # as TensorFlow names results
            shape = next(shapes, None)
            if shape is not None and not shape.is_fully_defined():
                t._shown_shape = shape  # type: ignore[attr-defined]
            return described(t)

        return nest.map_structure(named, structure, expand_composites=True)

    @property
    def captured_inputs(self) -> list:
        graph = self.graph
        return [
            graph.variable_of[id(t)].handle if id(t) in graph.variable_of else t
            for t in graph.ext[len(graph.placeholders) :]
            if not t._literal and id(t) not in self.graph.constants
        ]

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self.graph.variables

    @property
    def trainable_variables(self) -> tuple[Variable, ...]:
        return self.graph.trainable_variables

    @property
    def output_shapes(self) -> Any:
        return nest.map_structure(
            lambda t: shown_shape(t) if isinstance(t, Tensor) else getattr(t, "shape", None),
            self.structured_outputs,
        )

    @property
    def output_dtypes(self) -> Any:
        return nest.map_structure(lambda t: getattr(t, "dtype", None), self.structured_outputs)

    @property
    def function_type(self) -> FunctionType:
        """The signature with types, which `str` shows."""
        long = self.pretty_printed_signature()
        return FunctionType(self._logical.parameters(), self._text(), long)

    def _text(self) -> str:
        values = [value for _, value in self._logical.described()]
        text = signature_text(self._logical.parameters(), values)
        return f"{text} -> {type_text(self.structured_outputs)}"

    def __repr__(self) -> str:
        return f"<ConcreteFunction {self._text()} at 0x{id(self):X}>"

    def __str__(self) -> str:
        return f"ConcreteFunction {self.pretty_printed_signature()}"

    def pretty_printed_signature(self, verbose: bool = True) -> str:
        """The signature as several lines of text.

        Args:
          verbose: False gives one line.
        """
        if not verbose:
            return self._text()
        lines = ["Input Parameters:"]
        described = self._logical.described()
        for p, (_, value) in zip(self._logical.parameters(), described, strict=True):
            lines.append(f"  {p.name} ({p.kind.name}): {type_text(value)}")
        lines += ["Output Type:", f"  {type_text(self.structured_outputs)}", "Captures:"]
        captures = [
            f"  {id(t)}: {TensorSpec([], 'resource')!r}"
            if id(t) in self.graph.variable_of
            else f"  {id(t)}: {TensorSpec(t.shape, t.dtype)!r}"
            for t in (
                self.graph.ext[len(self.graph.placeholders) :] if self._logical.traces else ()
            )
            if not t._literal and id(t) not in self.graph.constants
        ]
        return "\n".join(lines + (captures or ["  None"]))


def _variables_in(args: tuple, kwargs: dict) -> list[Variable]:
    """All variables in arguments, repeated ones as well, in the order of a trace's key."""
    leaves = nest.flatten([*args, *[kwargs[k] for k in sorted(kwargs)]])
    return [v for v in leaves if isinstance(v, Variable)]


def _is_static(template: Any) -> bool:
    leaves: list[Any] = nest.flatten(template)
    for leaf in leaves:
        if hasattr(leaf, "_flatten_components") and not isinstance(leaf, TensorSpec):
            leaves.extend(leaf._flatten_components())
    return not any(isinstance(leaf, (TensorSpec, Variable)) for leaf in leaves)
