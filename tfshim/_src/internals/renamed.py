"""Functions that are a public op with other parameters, made from a recorded signature."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from tfshim._api.signatures import parts
from tfshim._src.dtypes import as_dtype
from tfshim._src.errors import NotFoundError
from tfshim._src.internals.table import public_object


def signature(text: str) -> inspect.Signature:
    """The signature of a canonical text, such as `x, axis=None, out_type=tf.int32`."""
    parameters = []
    for part in parts(text):
        name, equals, default = part.partition("=")
        value = _value(default) if equals else inspect.Parameter.empty
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters.append(inspect.Parameter(name, kind, default=value))
    # The facts may have a parameter without a default behind one with: it is optional, too.
    seen_default = False
    for i, p in enumerate(parameters):
        if seen_default and p.default is p.empty:
            parameters[i] = p.replace(default=None)
        seen_default = seen_default or p.default is not p.empty
    return inspect.Signature(parameters)


def _value(text: str) -> Any:
    if text.startswith("tf."):
        return public_object(text)
    if text.startswith("<"):  # a member of an enumeration, printed
        return None
    return ast.literal_eval(text)


def renamed(
    name: str,
    text: str,
    public: str,
    renames: Mapping[str, str] = {},
    ignored: tuple[str, ...] = (),
    without: Mapping[str, Any] = {},
    of_result: str | None = None,
) -> Callable:
    """The function `name` with the signature `text`, which calls a public op.

    Args:
      name: its name, for error text.
      text: its recorded signature.
      public: the public name of what it calls.
      renames: parameter here -> parameter there. Two parameters that go to one are aliases, of
        which a call may give one.
      ignored: parameters that change no value, only speed or the text of an error.
      without: parameter -> the only value for which there is a public counterpart.
      of_result: the parameter that is the dtype of the result, and can only be the one that the
        inputs give.

    Raises (when called):
      TypeError: for arguments that do not fit the signature.
      ValueError: for two aliases of one parameter.
      NotImplementedError: for a value that has no counterpart.
      NotFoundError: if no kernel makes a result of the dtype asked for.
    """
    shape = signature(text)

    def call(*args: Any, **kwargs: Any) -> Any:
        target = public_object(public)
        given: dict[str, Any] = {}
        origin: dict[str, str] = {}
        bound = _bind(shape, name, args, kwargs)
        for parameter, value in bound.items():
            if parameter in ignored or parameter == of_result:
                continue
            if parameter in without:
                if value != without[parameter]:
                    raise NotImplementedError(
                        f"tfshim does not have {name} with {parameter}={value!r}"
                    )
                continue
            there = renames.get(parameter, parameter)
            if there in origin and value is not None and given[there] is not None:
                raise ValueError(f"Cannot specify both '{parameter}' and '{origin[there]}'.")
            if there not in given or value is not None:
                given[there] = value
                origin[there] = parameter
        result = target(**given)
        if of_result is not None:
            wanted = as_dtype(bound.get(of_result, shape.parameters[of_result].default))
            if result.dtype != wanted:
                raise NotFoundError(
                    None,
                    None,
                    f"Could not find device for node: {{{{node {name}}}}} with "
                    f"{of_result}={wanted.name}: the inputs give {result.dtype.name}",
                )
        return result

    call.__name__ = call.__qualname__ = name
    call.__signature__ = shape  # type: ignore[attr-defined]
    call.__doc__ = f"`{public}` with the parameters of TensorFlow's {name}."
    if ignored:
        call.__doc__ += f"\n\nIgnored, as they change no value: {', '.join(ignored)}."
    return call


def _bind(shape: inspect.Signature, name: str, args: tuple, kwargs: dict) -> dict[str, Any]:
    try:
        return dict(shape.bind(*args, **kwargs).arguments)
    except TypeError as error:
        raise TypeError(f"{name}() {error}") from None
