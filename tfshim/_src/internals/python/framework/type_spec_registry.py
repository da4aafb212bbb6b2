"""Classes of type specs by name."""

from __future__ import annotations

import re
from collections.abc import Callable

from tfshim._src.control_flow.tensor_array import TensorArraySpec
from tfshim._src.ragged_spec import RaggedTensorSpec
from tfshim._src.sparse import SparseTensorSpec
from tfshim._src.spec import TensorSpec, TypeSpec

__all__ = ["_NAME_TO_TYPE_SPEC", "_TYPE_SPEC_TO_NAME", "get_name", "lookup", "register"]

_NAME = re.compile(r"^(\w+\.)+\w+$")
_NAME_TO_TYPE_SPEC: dict[str, type] = {
    "tf.TensorSpec": TensorSpec,
    "tf.SparseTensorSpec": SparseTensorSpec,
    "tf.RaggedTensorSpec": RaggedTensorSpec,
    "tf.TensorArraySpec": TensorArraySpec,
}
_TYPE_SPEC_TO_NAME: dict[type, str] = {cls: name for name, cls in _NAME_TO_TYPE_SPEC.items()}


def register(name: str) -> Callable[[type], type]:
    """A decorator that gives a subclass of `tf.TypeSpec` a name.

    Args:
      name: two or more words with dots between them; a word has letters, digits and "_".

    Raises:
      TypeError: for what is no text, or no such class.
      ValueError: for another name, or if the name or the class was registered before.
    """
    if not isinstance(name, str):
        raise TypeError(f"Expected `name` to be a string; got {name!r}")
    if not _NAME.match(name):
        raise ValueError(
            "Registered name must have the form '{project_name}.{type_name}' "
            f"(e.g. 'my_project.MyTypeSpec'); got {name!r}."
        )

    def decorate(cls: type) -> type:
        if not (isinstance(cls, type) and issubclass(cls, TypeSpec)):
            raise TypeError(f"Expected `cls` to be a TypeSpec; got {cls!r}")
        if cls in _TYPE_SPEC_TO_NAME:
            raise ValueError(
                f"Class {cls.__module__}.{cls.__name__} has already been registered with name "
                f"{_TYPE_SPEC_TO_NAME[cls]}."
            )
        if name in _NAME_TO_TYPE_SPEC:
            known = _NAME_TO_TYPE_SPEC[name]
            raise ValueError(
                f"Name {name} has already been registered for class "
                f"{known.__module__}.{known.__name__}."
            )
        _TYPE_SPEC_TO_NAME[cls] = name
        _NAME_TO_TYPE_SPEC[name] = cls
        return cls

    return decorate


def get_name(cls: type) -> str:
    """The name of a registered class.

    Raises:
      TypeError: for what is no such class.
      ValueError: for a class without a name.
    """
    if not (isinstance(cls, type) and issubclass(cls, TypeSpec)):
        raise TypeError(f"Expected `cls` to be a TypeSpec; got {cls!r}")
    if cls not in _TYPE_SPEC_TO_NAME:
        raise ValueError(f"TypeSpec {cls.__module__}.{cls.__name__} has not been registered.")
    return _TYPE_SPEC_TO_NAME[cls]


def lookup(name: str) -> type:
    """The class of a name.

    Raises:
      TypeError: for what is no text.
      ValueError: for a name that no class has.
    """
    if not isinstance(name, str):
        raise TypeError(f"Expected `name` to be a string; got {name!r}")
    if name not in _NAME_TO_TYPE_SPEC:
        raise ValueError(f"No TypeSpec has been registered with name {name!r}")
    return _NAME_TO_TYPE_SPEC[name]
