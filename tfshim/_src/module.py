"""`tf.Module`: objects that find their variables and sub-modules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tfshim._src.name_scope import name_scope
from tfshim._src.registry import export
from tfshim._src.variable import Variable

#: Called with a module, a name and a value for each attribute, once a checkpoint has values for
#: objects that are not there yet.
on_attribute: Callable[[Any, str, Any], None] | None = None

_VALID = re.compile(r"^[a-zA-Z_]([a-zA-Z0-9_])*$")


def camel_to_snake(name: str) -> str:
    """`MyLayer2D` -> `my_layer2d`, as TensorFlow names modules."""
    name = re.sub(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", name)
    return name.lower()


@export("tf.Module")
class Module:
    """Base of objects that hold variables and other modules.

    Args:
      name: a Python identifier; by default the class's name in snake case.

    Raises:
      ValueError: for a name that is no identifier.
    """

    __module__ = "tensorflow"

    #: Attributes that are not searched for variables and sub-modules.
    _TF_MODULE_IGNORED_PROPERTIES: frozenset[str] = frozenset(
        ("_self_unconditional_checkpoint_dependencies", "_self_unconditional_dependency_names")
    )

    def __init__(self, name: str | None = None):
        if name is None:
            name = camel_to_snake(type(self).__name__)
        elif not _VALID.match(name):
            raise ValueError(
                f"{name!r} is not a valid module name. Module names must be valid Python "
                "identifiers (e.g. a valid class name)."
            )
        self._name = name
        from tfshim._src.name_scope import current_prefix

        self._scope_name = f"{current_prefix()}{name}/"
        self._name_scope = name_scope(self._scope_name)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if on_attribute is not None:
            on_attribute(self, name, value)

    def _no_dependency(self, value: Any) -> Any:
        """The value: what packages call where a checkpoint should not save an attribute."""
        return value

    @property
    def name(self) -> str:
        return self._name

    @property
    def name_scope(self) -> name_scope:
        """The scope that `with_name_scope` methods enter."""
        return self._name_scope

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All variables of this module and those inside, by sorted attribute, each once."""
        return tuple(self._flatten(predicate=_is_variable, expand_composites=True))

    @property
    def trainable_variables(self) -> tuple[Variable, ...]:
        """Those that are trainable."""
        return tuple(self._flatten(predicate=_is_trainable, expand_composites=True))

    @property
    def non_trainable_variables(self) -> tuple[Variable, ...]:
        """Those that are not trainable."""
        return tuple(self._flatten(predicate=lambda v: _is_variable(v) and not v.trainable))

    @property
    def submodules(self) -> tuple[Module, ...]:
        """All modules inside this one, breadth of attributes first."""
        return tuple(self._flatten(predicate=lambda m: isinstance(m, Module)))

    def _flatten(
        self,
        recursive: bool = True,
        predicate: Callable[[Any], bool] | None = None,
        attribute_traversal_key: Callable | None = None,
        with_path: bool = False,
        expand_composites: bool = False,
    ) -> Iterator:
        """Walks attributes in sorted order; what is found in sub-modules comes after.

        Args:
          recursive: whether to go into what was found, if it is a module.
          predicate: what to yield; all leaves by default.
          attribute_traversal_key: sort key of attribute names.
          with_path: yield `(path, leaf)` instead.
          expand_composites: accepted; a composite's variables are attributes of it here.
        """
        seen: set[int] = {id(self)}
        keep = predicate or (lambda _: True)
        return _walk(self, (), seen, recursive, keep, attribute_traversal_key, with_path)

    @classmethod
    def with_name_scope(cls, method: Callable) -> Callable:
        """Decorates a method: it runs in the module's name scope."""
        import functools

        @functools.wraps(method)
        def entered(self, *args, **kwargs):
            with self.name_scope:
                return method(self, *args, **kwargs)

        return entered


def _walk(module, path, seen, recursive, keep, key, with_path) -> Iterator:
    ignored = type(module)._TF_MODULE_IGNORED_PROPERTIES
    later = []
    attributes = dict(vars(module))
    for name in sorted(attributes, key=key):
        if name in ignored:
            continue
        for sub, leaf in _leaves(attributes[name], (name,)):
            if isinstance(leaf, (str, int, float, bool, type(None))):
                if not with_path and not keep(leaf):
                    continue
            elif id(_identity(leaf)) in seen:
                continue
            else:
                seen.add(id(_identity(leaf)))
            if keep(leaf):
                yield (path + sub, leaf) if with_path else leaf
            if recursive and isinstance(leaf, Module):
                later.append((path + sub, leaf))
    for sub, child in later:
        yield from _walk(child, sub, seen, recursive, keep, key, with_path)


def _identity(leaf: Any) -> Any:
    return leaf._root if isinstance(leaf, Variable) else leaf


def _leaves(value: Any, path: tuple) -> Iterator[tuple[tuple, Any]]:
    if isinstance(value, Mapping):
        keys = list(value)
        try:
            keys.sort()
        except TypeError:
            pass
        for k in keys:
            yield from _leaves(value[k], (*path, k))
    elif isinstance(value, (list, tuple)):
        for i, v in enumerate(value):
            yield from _leaves(v, (*path, i))
    else:
        yield path, value


def _is_variable(value: Any) -> bool:
    return isinstance(value, Variable)


def _is_trainable(value: Any) -> bool:
    return isinstance(value, Variable) and value.trainable
