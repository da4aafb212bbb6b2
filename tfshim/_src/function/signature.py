"""The arguments of a traced function: binding them, and the key that says which trace serves them.

A key is a nested tuple of structure, Python values and leaf types; the tensors beside it are the
function's inputs. Values that TensorFlow compares with `==` are compared so here: 1, 1.0 and True
are one key.
"""

from __future__ import annotations

import inspect
import types
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from tfshim._src import dtypes, nest
from tfshim._src.convert import convert
from tfshim._src.engine.aval import Aval, make_aval
from tfshim._src.function.type_text import type_text
from tfshim._src.spec import (
    PlaceholderContext,
    TensorSpec,
    TraceType,
    TypeSpec,
    _type_spec_or_none,
)
from tfshim._src.tensor import EagerTensor, Tensor
from tfshim._src.variable import ResourceVariable, Variable

_LITERALS = frozenset({int, float, bool, str, bytes, type(None), complex})


class TensorKey:
    """A tensor argument in a key: dtype and static dimensions, which may be None."""

    __slots__ = ("dtype", "shape", "name")

    def __init__(self, dtype: Any, shape: tuple | None, name: str | None = None):
        self.dtype, self.shape, self.name = dtype, shape, name

    def __eq__(self, other: Any) -> bool:
        return type(other) is TensorKey and self.dtype is other.dtype and self.shape == other.shape

    def __hash__(self) -> int:
        return hash((self.dtype, self.shape))

    def __repr__(self) -> str:
        return repr(self.spec())

    def spec(self) -> TensorSpec:
        return TensorSpec(None if self.shape is None else list(self.shape), self.dtype, self.name)

    def takes(self, other: TensorKey) -> bool:
        """Whether a trace made for this type serves tensors of the other."""
        if self.dtype is not other.dtype:
            return False
        if self.shape is None:
            return True
        if other.shape is None or len(self.shape) != len(other.shape):
            return False
        return all(a is None or a == b for a, b in zip(self.shape, other.shape, strict=True))

    def join(self, other: TensorKey) -> TensorKey | None:
        """The closest type that takes both."""
        if self.dtype is not other.dtype:
            return None
        if self.shape is None or other.shape is None or len(self.shape) != len(other.shape):
            return TensorKey(self.dtype, None)
        dims = [a if a == b else None for a, b in zip(self.shape, other.shape, strict=True)]
        return TensorKey(self.dtype, tuple(dims))

    @property
    def known(self) -> bool:
        return self.shape is not None and None not in self.shape


_tensor_keys: dict[Aval, TensorKey] = {}


def tensor_key(aval: Aval) -> TensorKey:
    found = _tensor_keys.get(aval)
    if found is None:
        if len(_tensor_keys) > 4096:
            _tensor_keys.clear()
        found = _tensor_keys[aval] = TensorKey(aval.dtype, aval.shape)
    return found


class Literal:
    """A Python value in a key."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value

    def __eq__(self, other: Any) -> bool:
        if type(other) is not Literal:
            return False
        a, b = self.value, other.value
        return bool(a == b) or (a != a and b != b)

    def __hash__(self) -> int:
        return hash(self.value) if self.value == self.value else 0

    def __repr__(self) -> str:
        return f"Literal[{self.value!r}]"


class WeakKey:
    """An object in a key, held weakly; equal objects are one key."""

    __slots__ = ("ref", "hash")

    def __init__(self, value: Any):
        self.ref = weakref.ref(value)
        self.hash = hash(value)

    def __eq__(self, other: Any) -> bool:
        if type(other) is not WeakKey:
            return False
        mine, theirs = self.ref(), other.ref()
        if mine is None or theirs is None:
            return self is other
        return mine is theirs or bool(mine == theirs)

    def __hash__(self) -> int:
        return self.hash

    def __repr__(self) -> str:
        return f"WeakKey[{self.ref()!r}]"


class Arguments:
    """The flat inputs found in a call's arguments.

    Attributes:
      tensors: in the order of the key.
      origins: what they were made of: tensors, arrays.
      variables: distinct variables, in the order of first appearance.
    """

    __slots__ = ("tensors", "origins", "variables", "seen")

    def __init__(self) -> None:
        self.tensors: list[EagerTensor] = []
        self.origins: list[Any] = []
        self.variables: list[Variable] = []
        self.seen: dict[int, int] = {}

    def key(self, value: Any) -> Any:
        """The key of one argument; collects its tensors and variables."""
        kind = type(value)
        if kind is EagerTensor:
            self.tensors.append(value)
            self.origins.append(value)
            return tensor_key(value.aval)
        if kind in _LITERALS:
            return Literal(value)
        if kind is list or kind is tuple:
            return (kind, *[self.key(v) for v in value])
        if kind is dict:
            return (dict, *[(k, self.key(value[k])) for k in _sorted(value)])
        if isinstance(value, Variable):
            return self._variable(value._root)
        if isinstance(value, (np.ndarray, np.generic, jax.Array)):
            t = convert(value)
            self.tensors.append(t)
            self.origins.append(value)
            return tensor_key(t.aval)
        return self._other(value)

    def _variable(self, variable: Variable) -> tuple:
        alias = self.seen.get(id(variable))
        if alias is None:
            alias = self.seen[id(variable)] = len(self.variables)
            self.variables.append(variable)
        aval = variable._handle.aval
        return ("variable", aval.dtype, aval.shape, variable.trainable, alias)

    def _other(self, value: Any) -> Any:
        if isinstance(value, TypeSpec):
            if isinstance(value, TensorSpec):
                dims = value.shape.rank
                shape = None if dims is None else tuple(value.shape.as_list())
                self.tensors.append(value)  # type: ignore[arg-type]
                return TensorKey(value.dtype, shape, value.name)
            whole = expanded(value)
            return ("spec", value) if whole is None else self.key(whole)
        wrapped = getattr(value, "__wrapped__", None)
        if wrapped is not None and isinstance(value, (Mapping, list, tuple)):
            return self.key(wrapped)
        if nest.is_nested(value):
            if isinstance(value, Mapping):
                return (dict, *[(k, self.key(value[k])) for k in _sorted(value)])
            parts = nest._children(value, nest._kind(value))
            return (type(value), *[self.key(v) for v in parts])
        if hasattr(value, "_flatten_components"):
            parts = value._flatten_components()
            static = getattr(value, "_static_key", None)
            return (type(value), None if static is None else static(), *map(self.key, parts))
        if hasattr(value, "__array__") and not isinstance(value, type):
            t = convert(value)
            self.tensors.append(t)
            self.origins.append(value)
            return tensor_key(t.aval)
        protocol = getattr(value, "__tf_tracing_type__", None)
        if protocol is not None and not isinstance(value, type):
            return ("protocol", protocol(None))
        try:
            hash(value)
        except TypeError:
            raise TypeError(
                f"Could not generate a generic TraceType for {value!r}.Please verify that it is "
                "immutable/hashable. Otherwise, consider implementing the Tracing Protocol for it."
            ) from None
        try:
            return WeakKey(value)
        except TypeError:
            return Literal(value)


#: What `__module__` of our own classes starts with: some say where TensorFlow has them.
_OURS = frozenset({__name__.partition(".")[0], "tensorflow"})


def _of_others(spec: TypeSpec) -> bool:
    """Whether another package has defined a spec's class."""
    return type(spec).__module__.partition(".")[0] not in _OURS


def expanded(spec: TypeSpec) -> Any:
    """The composite that a spec describes, with specs for its tensors; None if it has none."""
    if _of_others(spec):  # which takes tensors only
        return None
    parts = spec._component_specs
    if isinstance(parts, TensorSpec) or any(
        not isinstance(p, TensorSpec) for p in nest.flatten(parts)
    ):
        return None
    made = spec._from_components(parts)
    return made if hasattr(made, "_flatten_components") else None


def composite_type(value: Any) -> TypeSpec | None:
    """The spec of an argument that is a composite, or the spec of one; else None."""
    if isinstance(value, TypeSpec):
        return None if isinstance(value, TensorSpec) else value
    if isinstance(value, (Tensor, Variable, np.ndarray)):
        return None
    return _type_spec_or_none(value)


_PLAIN = _LITERALS - {float, complex}


def plain_key(value: Any, parts: list, tensors: list, variables: list) -> bool:
    """Adds an argument, as it came, to the key under which a function finds the trace at once.

    Args:
      value: the argument.
      parts: the key so far.
      tensors: the tensors and arrays in it.
      variables: the distinct variables in it.

    Returns:
      Whether it is of a kind that can be looked up so.
    """
    kind = type(value)
    if kind is EagerTensor:
        parts.append(value.aval)
        tensors.append(value)
    elif kind in _PLAIN:
        parts.append(value)
    elif kind is float:
        parts.append(value)
        return value == value  # NaN is equal to nothing
    elif kind is ResourceVariable:
        place = len(variables)
        for i, v in enumerate(variables):
            if v is value:
                place = i
        if place == len(variables):
            variables.append(value)
        parts.append((ResourceVariable, value._handle.aval, value._trainable, place))
    elif kind is list or kind is tuple:
        parts.append((kind, len(value)))
        for v in value:
            if not plain_key(v, parts, tensors, variables):
                return False
    elif kind is dict:
        return plain_keywords(value, parts, tensors, variables, sorted)
    elif kind is np.ndarray and value.dtype.kind in "fiub" and value.dtype.isnative:
        parts.append((np.ndarray, make_aval(value.shape, dtypes.from_np(value.dtype))))
        tensors.append(value)
    else:
        return False
    return True


def plain_keywords(
    values: dict, parts: list, tensors: list, variables: list, order: Any = list
) -> bool:
    """The same for the values of a dict whose keys are strings."""
    names = list(values)
    if not all(type(n) is str for n in names):
        return False
    parts.append((dict, *names))
    for n in order(names):
        if not plain_key(values[n], parts, tensors, variables):
            return False
    return True


def same(a: Sequence, b: Sequence) -> bool:
    """Whether two lists hold the same objects."""
    return len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))


def _sorted(mapping: Mapping) -> list:
    try:
        return sorted(mapping)
    except TypeError:
        return list(mapping)


def takes(general: Any, key: Any) -> bool:
    """Whether a trace with the first key serves arguments with the second."""
    if type(general) is TensorKey:
        return type(key) is TensorKey and general.takes(key)
    if type(general) is tuple and type(key) is tuple:
        return len(general) == len(key) and all(map(takes, general, key))
    if isinstance(general, TraceType) and isinstance(key, TraceType):
        return bool(key == general) or bool(key.is_subtype_of(general))
    return type(general) is type(key) and general == key


def join(a: Any, b: Any) -> Any:
    """The closest key that takes both, or None."""
    if type(a) is TensorKey and type(b) is TensorKey:
        return a.join(b)
    if type(a) is tuple and type(b) is tuple and len(a) == len(b):
        parts = [join(x, y) for x, y in zip(a, b, strict=True)]
        if any(p is None and not (x is None and y is None) for p, x, y in zip(parts, a, b)):
            return None
        return tuple(parts)
    return a if type(a) is type(b) and a == b else None


def tensor_keys(key: Any, out: list[TensorKey]) -> list[TensorKey]:
    """The tensor types in a key, in order."""
    if type(key) is TensorKey:
        out.append(key)
    elif type(key) is tuple:
        for part in key:
            tensor_keys(part, out)
    return out


class FunctionType(inspect.Signature):
    """A function's parameters, and their types as text."""

    __module__ = "tensorflow.core.function.polymorphism.function_type"
    __slots__ = ("_long", "_text")

    def __init__(self, parameters: Sequence[inspect.Parameter], text: str, long: str):
        super().__init__(parameters)
        self._text, self._long = text, long

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return self._long


class Signature:
    """The Python signature of a function, and the `input_signature` it was given.

    Args:
      function: the Python function.
      input_signature: None, or specs of its first arguments.
      bound: whether the first parameter is the instance and not an argument.
    """

    def __init__(self, function: Callable, input_signature: Any, name: str):
        self.name = name
        try:
            self.python = inspect.signature(function)
        except (TypeError, ValueError):
            self.python = inspect.signature(lambda *args, **kwargs: None)
        self.parameters = list(self.python.parameters.values())
        kinds = [p.kind for p in self.parameters]
        positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        #: plain parameters that can be passed by position, if there are no others
        self.simple = all(k in positional for k in kinds)
        self.count = len(kinds)
        self.has_defaults = any(p.default is not p.empty for p in self.parameters)
        self.input_signature = input_signature
        if input_signature is not None:
            self._check_input_signature(input_signature)

    def _check_input_signature(self, specs: Any) -> None:
        if not isinstance(specs, (tuple, list)):
            raise TypeError(f"input_signature must be either a tuple or a list, got {type(specs)}.")
        if any(not isinstance(s, TypeSpec) for s in nest.flatten(specs)):
            bad = [s for s in nest.flatten(specs) if not isinstance(s, TypeSpec)]
            raise TypeError(
                "input_signature must be a possibly nested sequence of TensorSpec objects, got "
                f"invalid args {bad} with types {[type(b) for b in bad]}."
            )
        variadic = any(p.kind is p.VAR_POSITIONAL for p in self.parameters)
        positional = [
            p for p in self.parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        if len(specs) > len(positional) and not variadic:
            extra = len(specs) - len(positional)
            raise TypeError(f"input_signature contains {extra} extra type constraints.")
        if positional and positional[0].name == "self":  # of a method; it takes no spec
            positional = positional[1:]
        for p in positional[len(specs) :]:
            if p.default is p.empty:
                raise TypeError(f"input_signature missing type constraint for {p.name}")
        needing = [
            p.name
            for i, p in enumerate(self.parameters)
            if p.kind is p.KEYWORD_ONLY and p.default is p.empty
        ]
        if needing:
            raise TypeError(
                f"Since input_signature is defined, keyword-only parameter `{needing[0]}` must "
                "have a default value"
            )

    @property
    def fullargspec(self) -> inspect.FullArgSpec:
        """The parameters, as Python's older description of them."""
        function = types.FunctionType((lambda: None).__code__, {})
        function.__signature__ = self.python  # type: ignore[attr-defined]
        return inspect.getfullargspec(function)

    def bind(self, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        """Arguments in canonical form: by position where possible, defaults filled in.

        Raises:
          TypeError: for arguments that do not fit the signature.
        """
        if self.simple and not kwargs and len(args) == self.count:
            return args, kwargs
        try:
            bound = self.python.bind(*args, **kwargs)
        except TypeError as e:
            raise self.unfit(str(e), args, kwargs) from None
        bound.apply_defaults()
        return bound.args, bound.kwargs

    def cast(self, args: tuple, kwargs: dict) -> tuple:
        """Positional arguments converted to what `input_signature` says.

        Raises:
          TypeError: for one that does not fit.
        """
        specs = self.input_signature
        out = list(args)
        for i, spec in enumerate(specs):
            if i < len(out):
                try:
                    out[i] = cast_to(spec, out[i])
                except (TypeError, ValueError) as e:
                    raise self.unfit(str(e), args, kwargs) from None
        for p, value in zip(self.parameters[len(specs) :], out[len(specs) :], strict=False):
            if p.kind is p.VAR_POSITIONAL or p.default is p.empty:
                continue
            if isinstance(value, EagerTensor) and not isinstance(p.default, EagerTensor):
                raise TypeError(
                    f"Parameter `{p.name}` was expected to be of type Literal[{p.default!r}] but "
                    f"is {TensorSpec(value.shape, value.dtype)!r}"
                )
            if value != p.default:
                message = f"Can not cast {value!r} to Literal[{p.default!r}]"
                raise self.unfit(message, args, kwargs)
        return tuple(out)

    def unfit(self, message: str, args: tuple, kwargs: dict) -> TypeError:
        return TypeError(
            f"Binding inputs to tf.function failed due to `{message}`. Received args: {args} and "
            f"kwargs: {kwargs} for signature: {self.text()}."
        )

    def text(self, key: Any = None) -> str:
        """The signature as TensorFlow's errors show it."""
        specs = list(self.input_signature or ())
        parts = []
        star = False
        for i, p in enumerate(self.parameters):
            if p.kind is p.KEYWORD_ONLY and not star:
                parts.append("*")
                star = True
            star = star or p.kind is p.VAR_POSITIONAL
            text = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "") + p.name
            if self.input_signature is not None and p.kind is not p.VAR_POSITIONAL:
                if i < len(specs):
                    text += f": {type_text(specs[i])}"
                elif p.default is not p.empty:
                    text += f": Literal[{p.default!r}]"
                if p.default is not p.empty:
                    text += " = <captured_default_value>"
            elif p.default is not p.empty:
                text += "=<captured_default_value>"
            parts.append(text)
        return f"({', '.join(parts)})"

    def long_text(self) -> str:
        """The same in several lines, as a function type shows it."""
        specs = list(self.input_signature or ())
        lines = ["Input Parameters:"]
        for i, p in enumerate(self.parameters):
            lines.append(f"  {p.name} ({p.kind.name}): {specs[i] if i < len(specs) else None!r}")
        return "\n".join([*lines, "Output Type:", "  None", "Captures:", "  None"])


def cast_to(spec: Any, value: Any) -> Any:
    """A value as what a spec, or a structure of specs, describes."""
    if not isinstance(spec, TensorSpec):
        if isinstance(spec, TypeSpec):
            return _cast_composite(spec, value)
        if not nest.is_nested(spec):
            return value
        specs = nest._children(spec, nest._kind(spec))
        _check_kind(spec, value)
        values = list(nest._children(value, nest._kind(value)))
        if len(values) != len(specs):
            raise TypeError(f"Expected {value!r} to have length of {len(specs)}")
        parts = [cast_to(s, v) for s, v in zip(specs, values, strict=True)]
        return nest._rebuild(value, nest._kind(value), parts)
    if isinstance(value, Variable):
        value = value.value()
    if isinstance(value, TensorSpec):
        if not value.shape.is_subtype_of(spec.shape) or value.dtype is not spec.dtype:
            raise TypeError(f"Can not cast {value!r} to {spec!r}")
        return value
    if isinstance(value, EagerTensor) and value.aval.dtype is not spec.dtype:
        raise TypeError(f"Can not cast {TensorSpec(value.shape, value.dtype)!r} to {spec!r}")
    t = convert(value, spec.dtype)
    if not t.shape.is_subtype_of(spec.shape):
        raise TypeError(f"Can not cast {TensorSpec(t.shape, t.dtype)!r} to {spec!r}")
    return t


def _check_kind(spec: Any, value: Any) -> None:
    """Raises TypeError for a value of another kind than a structure of specs."""
    if isinstance(spec, tuple) and hasattr(spec, "_fields"):
        if not isinstance(value, type(spec)):
            raise TypeError(f"Cannot cast {value!r} to type {type(spec)}.")
    elif isinstance(spec, (list, tuple)):
        kind = list if isinstance(spec, list) else tuple
        if not isinstance(value, kind):
            raise TypeError(f"Can not cast {value!r} to {kind.__name__} type.")
    elif isinstance(spec, Mapping):
        if not isinstance(value, Mapping):
            raise TypeError(f"Can not cast {value!r} to a Dict type.")
        if set(value) != set(spec):
            raise TypeError(f"{value!r} has different keys with the TraceType {type_text(spec)}.")
    elif not nest.is_nested(value):
        raise TypeError(f"Can not cast {value!r} to {spec!r}")


def _cast_composite(spec: TypeSpec, value: Any) -> Any:
    """A composite whose tensors are what its spec says; what has no tensors as it is."""
    whole = expanded(spec)
    if whole is None or isinstance(value, TypeSpec):
        return value
    if type(value) is not type(whole):
        raise TypeError(f"Can not cast {value!r} to {spec!r}")
    parts = [
        cast_to(s, v)
        for s, v in zip(whole._flatten_components(), value._flatten_components(), strict=True)
    ]
    return value._unflatten_components(parts)


class Remembered:
    """An argument that is no tensor, as a function remembers it, without keeping objects alive."""

    __slots__ = ("ref", "value")

    def __init__(self, value: Any):
        self.ref = self.value = None
        plain = type(value) in _LITERALS or isinstance(value, (TypeSpec, Variable))
        if not plain and not nest.is_nested(value) and not hasattr(value, "_flatten_components"):
            try:
                self.ref = weakref.ref(value)
                return
            except TypeError:
                pass
        self.value = value

    def __call__(self) -> Any:
        """The argument; None when it is gone."""
        return self.value if self.ref is None else self.ref()


def rebuild(value: Any, leaf: Callable[[Any], Any]) -> Any:
    """A copy of an argument's structure with `leaf(x)` in place of each tensor, in key order."""
    kind = type(value)
    if kind is EagerTensor or isinstance(value, TensorSpec):
        return leaf(value)
    if kind in _LITERALS or isinstance(value, Variable):
        return value
    if isinstance(value, TypeSpec):
        if _of_others(value):
            rebuild(value._component_specs, leaf)
            return value
        whole = expanded(value)
        return value if whole is None else rebuild(whole, leaf)
    if isinstance(value, (np.ndarray, np.generic, jax.Array)):
        return leaf(value)
    if kind is list or kind is tuple:
        return kind([rebuild(v, leaf) for v in value])
    wrapped = getattr(value, "__wrapped__", None)
    if wrapped is not None and isinstance(value, (Mapping, list, tuple)):
        return rebuild(wrapped, leaf)
    if nest.is_nested(value):
        if isinstance(value, Mapping):
            made = {k: rebuild(value[k], leaf) for k in _sorted(value)}
            if kind is dict:
                return {k: made[k] for k in value}
            return nest._rebuild(value, nest._kind(value), [made[k] for k in _sorted(value)])
        parts = nest._children(value, nest._kind(value))
        return nest._rebuild(value, nest._kind(value), [rebuild(v, leaf) for v in parts])
    if hasattr(value, "_flatten_components"):
        return value._unflatten_components([rebuild(v, leaf) for v in value._flatten_components()])
    if hasattr(value, "__array__") and not isinstance(value, type):
        return leaf(value)
    return value


class _NoTensors(PlaceholderContext):
    """For objects with a trace type of their own, which TensorFlow gives no tensors either."""

    def placeholder(self, spec: TensorSpec):
        raise ValueError(
            "Signature specifies 0 arguments, got: 1. An object with a trace type of its own has "
            f"no tensors, but its placeholder asks for {spec!r}."
        )


def stand_in(value: Any) -> Any:
    """An argument as the traced function sees it: objects as their own trace types have them."""
    if not any(map(_has_trace_type, nest.flatten(value))):
        return value

    def leaf(v: Any) -> Any:
        if not _has_trace_type(v):
            return v
        return v.__tf_tracing_type__(None).placeholder_value(_NoTensors())

    return nest.map_structure(leaf, value)


def _has_trace_type(value: Any) -> bool:
    return (
        hasattr(value, "__tf_tracing_type__")
        and not isinstance(value, (type, Tensor, Variable, TypeSpec, np.ndarray))
        and not hasattr(value, "_flatten_components")
        and not hasattr(value, "__array__")
    )
