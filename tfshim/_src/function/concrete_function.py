"""What `get_concrete_function` gives: one signature of a function, callable on its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import nest
from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError, runtime_name
from tfshim._src.function.func_graph import FuncGraph, described
from tfshim._src.function.signature import (
    Arguments,
    FunctionType,
    Remembered,
    Signature,
    TensorKey,
    cast_to,
    composite_type,
    rebuild,
    tensor_keys,
)
from tfshim._src.function.tracing import Trace
from tfshim._src.function.unknown_sizes import output_shapes
from tfshim._src.registry import export
from tfshim._src.shapes import TensorShape
from tfshim._src.spec import TensorSpec, TypeSpec
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
        self.output_shapes: list[TensorShape] | None = None  # see unknown_sizes.py
        #: by position and by name, what arguments with a type of their own are: see `described`
        self.types = {i: t for i, a in enumerate(args) if (t := composite_type(a))}
        self.types |= {k: t for k, a in kwargs.items() if (t := composite_type(a))}
        keys = iter(tensor_keys(key, []))
        specs = [rebuild(a, lambda _: next(keys).spec()) for a in args]
        self._args = [Remembered(a) for a in specs]
        self.kwargs = {k: rebuild(kwargs[k], lambda _: next(keys).spec()) for k in sorted(kwargs)}

    @property
    def args(self) -> tuple:
        """The positional arguments, with specs in place of tensors."""
        return tuple([a() for a in self._args])

    def described(self) -> tuple[tuple, dict]:
        """The arguments with specs in place of tensors and of composites."""
        args = tuple([self.types.get(i, a) for i, a in enumerate(self.args)])
        return args, {k: self.types.get(k, v) for k, v in self.kwargs.items()}

    @property
    def tensors(self) -> list[TensorKey]:
        return tensor_keys(self.key, [])

    def tensor_names(self) -> list[str]:
        """A name per tensor argument, as placeholders have them."""
        names: list[str] = []

        def add(base: str, value: Any) -> None:
            def leaf(spec: Any) -> Any:
                names.append(getattr(spec, "name", None) or base)
                return spec

            rebuild(value, leaf)

        parameters = self.signature.parameters
        for i, value in enumerate(self.args):
            p = parameters[min(i, len(parameters) - 1)] if parameters else None
            base = f"arg_{i}" if p is None else p.name
            if p is not None and p.kind is p.VAR_POSITIONAL:
                base = f"{p.name}_{i - parameters.index(p)}"
            add(base, value)
        for k, value in self.kwargs.items():
            add(k, value)
        return names


@export("tf.types.experimental.ConcreteFunction")
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
            args_, kwargs_ = self._bind(args, kwargs)
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
            for a in args_:
                found.key(a)
            for k in sorted(kwargs_):
                found.key(kwargs_[k])
            tensors, variables = found.tensors, self._variables(args_, kwargs_)
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
        trace = self._function.specialize(self._logical, tensors, variables)
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
        """Arguments by the Python signature; Python values may be left out, or must be the same."""
        logical = self._logical
        parameters = logical.signature.parameters
        full = dict(kwargs)
        try:
            bound = logical.signature.python.bind_partial(*args, **kwargs)
        except TypeError as e:
            raise self._unfit(str(e), args, kwargs) from None
        names = [
            p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        out = []
        for i, value in enumerate(logical.args):
            if i < len(names) and names[i] in bound.arguments:
                given = bound.arguments[names[i]]
            elif i >= len(names) and i < len(args):
                given = args[i]
            elif _is_static(value):
                given = value
            else:
                raise self._unfit(f"missing a required argument: '{names[i]}'", args, kwargs)
            out.append((value, given))
        rest = {}
        for k, value in logical.kwargs.items():
            if k in full:
                rest[k] = value, full[k]
            elif _is_static(value):
                rest[k] = value, value
            else:
                raise self._unfit(f"missing a required argument: '{k}'", args, kwargs)
        return (
            tuple([self._fit(value, given, args, kwargs) for value, given in out]),
            {k: self._fit(value, given, args, kwargs) for k, (value, given) in rest.items()},
        )

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
        return value

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
        if not value.shape.is_subtype_of(template.shape):
            message = f"Can not cast a variable of shape {value.shape} to one of {template.shape}"
            raise self._unfit(message, args, kwargs)
        return value

    def _unfit(self, message: str, args: tuple, kwargs: dict) -> TypeError:
        return TypeError(
            f"Binding inputs to tf.function failed due to `{message}`. Received args: {args} and "
            f"kwargs: {kwargs} for signature: {self._text()}."
        )

    def _flat(self, args: tuple, kwargs: dict) -> list[EagerTensor]:
        names = self._logical.tensor_names()
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
        return [described(t) for t in self.graph.ext]

    @property
    def outputs(self) -> list:
        return [described(t) for t in self._trace.inner.outputs]

    @property
    def structured_input_signature(self) -> tuple:
        """Specs and Python values of the positional and of the keyword arguments."""
        names = iter(self._logical.tensor_names())

        def named(spec: Any) -> TensorSpec:
            return TensorSpec(spec.shape, spec.dtype, next(names))

        types = self._logical.types
        args = tuple([rebuild(a, named) for a in self._logical.args])
        args = tuple([types.get(i, a) for i, a in enumerate(args)])
        kwargs = {k: rebuild(v, named) for k, v in self._logical.kwargs.items()}
        kwargs = {k: types.get(k, v) for k, v in kwargs.items()}
        kinds = [p for p in self._logical.signature.parameters if p.kind is p.KEYWORD_ONLY]
        return args, {**{p.name: kwargs[p.name] for p in kinds if p.name in kwargs}, **kwargs}

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
        return FunctionType(self._logical.signature.parameters, self._text())

    def _text(self) -> str:
        parts, star = [], False
        args, kwargs = self._logical.described()
        values = dict(enumerate(args))
        for i, p in enumerate(self._logical.signature.parameters):
            if p.kind is p.KEYWORD_ONLY and not star:
                parts.append("*")
                star = True
            if i in values:
                parts.append(f"{p.name}: {_type_text(values[i])}")
            elif p.name in kwargs:
                parts.append(f"{p.name}: {_type_text(kwargs[p.name])}")
        return f"({', '.join(parts)}) -> {_output_text(self.structured_outputs)}"

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
        args, kwargs = self._logical.described()
        for i, p in enumerate(self._logical.signature.parameters):
            if i < len(args):
                value = args[i]
            elif p.name in kwargs:
                value = kwargs[p.name]
            else:
                continue
            lines.append(f"  {p.name} ({p.kind.name}): {_type_text(value)}")
        lines += ["Output Type:", f"  {_output_text(self.structured_outputs)}", "Captures:"]
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
    return not any(isinstance(leaf, TensorSpec) for leaf in leaves)


def _type_text(value: Any) -> str:
    if isinstance(value, TypeSpec):
        return repr(value)
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(_type_text, value))
        return f"{'List' if isinstance(value, list) else 'Tuple'}[{inner}]"
    if isinstance(value, dict):
        return "Dict[" + ", ".join(f"[{k!r}, {_type_text(v)}]" for k, v in value.items()) + "]"
    return f"Literal[{value!r}]"


def _output_text(value: Any) -> str:
    if isinstance(value, Tensor):
        return repr(TensorSpec(shown_shape(value), value.dtype))
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(_output_text, value))
        return f"{'List' if isinstance(value, list) else 'Tuple'}[{inner}]"
    if isinstance(value, dict):
        return "Dict[" + ", ".join(f"[{k!r}, {_output_text(v)}]" for k, v in value.items()) + "]"
    return f"Literal[{value!r}]"
