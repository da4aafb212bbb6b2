"""What a concrete function says of its arguments: their names, and their types with specs."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tfshim._src import nest
from tfshim._src.function.signature import composite_type, rebuild
from tfshim._src.function.type_text import VariableSpec, type_text
from tfshim._src.spec import TensorSpec, TypeSpec
from tfshim._src.variable import Variable


def composites(value: Any) -> list[TypeSpec | None]:
    """Per leaf of an argument its type, if it is a ragged tensor or the like."""
    return [None if leaf is None else composite_type(leaf) for leaf in nest.flatten(value)]


class Describing:
    """Goes through the arguments of a signature, in order.

    Args:
      types: what `composites` says of them.
    """

    def __init__(self, types: Sequence[TypeSpec | None]):
        self._types: Iterator[TypeSpec | None] = iter(types)
        self._variables: dict[int, int] = {}

    def __call__(self, value: Any, name: str | None = None) -> Any:
        """The argument with specs in place of tensors.

        Args:
          value: it, with `tf.TensorSpec` for tensors.
          name: what to call it: a tensor inside is called by its path. None keeps names as they
            are.
        """
        if not nest.is_nested(value):
            whole = next(self._types)
            return self._leaf(value, name) if whole is None else whole
        if isinstance(value, Mapping):
            ordered = dict(zip(sorted(value), nest.parts(value), strict=True))
            made = {k: self(v, _joined(name, k)) for k, v in ordered.items()}
            if type(value) is dict:
                return {k: made[k] for k in value}
            return nest.rebuilt(value, list(made.values()))
        keys = getattr(value, "_fields", range(len(nest.parts(value))))
        parts = zip(keys, nest.parts(value), strict=True)
        return nest.rebuilt(value, [self(v, _joined(name, k)) for k, v in parts])

    def _leaf(self, value: Any, name: str | None) -> Any:
        if isinstance(value, TensorSpec):
            own = value.name
            return TensorSpec(value.shape, value.dtype, name if own is None else own)
        if isinstance(value, Variable):
            root = value._root
            return VariableSpec(root, self._variables.setdefault(id(root), len(self._variables)))
        return value


def _joined(name: str | None, key: Any) -> str | None:
    return None if name is None else f"{name}_{key}"


def flat_names(arguments: Sequence[tuple[str, Any]]) -> list[tuple[str, bool]]:
    """The name of each tensor and variable among arguments, and whether it is a variable.

    Args:
      arguments: name and value of each argument; its tensors have its name, numbered.
    """
    taken: dict[str, int] = {}
    names: list[tuple[str, bool]] = []

    def add(base: str, variable: bool) -> None:
        count = taken.get(base.lower(), 0)
        taken[base.lower()] = count + 1
        names.append((f"{base}_{count}" if count else base, variable))

    def visit(base: str, value: Any) -> None:
        if isinstance(value, Variable):
            add(base, True)
        elif nest.is_nested(value):
            for part in nest.parts(value):
                visit(base, part)
        else:
            rebuild(value, lambda spec: add(getattr(spec, "name", None) or base, False))

    for base, value in arguments:
        visit(base, value)
    return names


def parameters_of(
    arguments: Sequence[tuple[str, Any]], declared: Sequence[inspect.Parameter], positional: int
) -> list[inspect.Parameter]:
    """The parameters of one signature: each must be given, those behind `*args` by position.

    Args:
      arguments: name and value of each argument.
      declared: the parameters of the Python function.
      positional: so many of the arguments are passed by position.
    """
    found = []
    variadic = any(p.kind is p.VAR_POSITIONAL for p in declared)
    for i, (name, _) in enumerate(arguments):
        if i >= positional:
            kind = inspect.Parameter.KEYWORD_ONLY
        elif variadic or i >= len(declared):
            kind = inspect.Parameter.POSITIONAL_ONLY
        else:
            kind = declared[i].kind
        found.append(inspect.Parameter(name, kind))
    return found


def signature_text(parameters: Sequence[inspect.Parameter], values: Sequence[Any]) -> str:
    """Parameters with their types, as in the text of a Python signature."""
    parts: list[str] = []
    last = None
    for p, value in zip(parameters, values, strict=True):
        if last is p.POSITIONAL_ONLY and p.kind is not last:
            parts.append("/")
        if p.kind is p.KEYWORD_ONLY and last is not p.kind:
            parts.append("*")
        parts.append(f"{p.name}: {type_text(value)}")
        last = p.kind
    if last is inspect.Parameter.POSITIONAL_ONLY:
        parts.append("/")
    return f"({', '.join(parts)})"
