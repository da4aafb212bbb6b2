"""Tensors, conversion and scopes."""

from __future__ import annotations

import contextlib
import itertools
from typing import Any

from tfshim._src.control_flow.ordering import control_dependencies
from tfshim._src.conversions import register_tensor_conversion_function
from tfshim._src.convert import convert
from tfshim._src.device import device
from tfshim._src.function.func_graph import FuncGraph
from tfshim._src.internals.graphs import Graph, Operation, no_graph
from tfshim._src.internals.python.framework.tensor_conversion import convert_to_tensor
from tfshim._src.name_scope import name_scope as _name_scope
from tfshim._src.registry import PUBLIC
from tfshim._src.tensor import STATE, EagerTensor, Tensor

__all__ = [
    "EagerTensor", "Graph", "Operation", "Tensor", "colocate_with", "control_dependencies",
    "convert_n_to_tensor", "convert_to_tensor", "convert_to_tensor_or_composite", "device",
    "enable_eager_execution_internal", "get_default_graph", "get_name_scope", "has_default_graph",
    "is_dense_tensor_like", "name_from_scope_name", "name_scope", "name_scope_v1",
    "register_tensor_conversion_function", "tensor_id", "uid",
]  # fmt: skip

_UIDS = itertools.count(1)


def uid() -> int:
    """A number that no call before has given."""
    return next(_UIDS)


def tensor_id(tensor: Any) -> int:
    """A number that no other object has while this one lives."""
    return id(tensor)


def convert_n_to_tensor(values, dtype=None, name=None, preferred_dtype=None) -> list:
    """`convert_to_tensor` of each; None stays None."""
    return [
        None if v is None else convert_to_tensor(v, dtype, preferred_dtype=preferred_dtype)
        for v in values
    ]


def convert_to_tensor_or_composite(value, dtype=None, name=None) -> Any:
    """A composite tensor as it is, anything else as a tensor."""
    if hasattr(type(value), "_flatten_components"):
        return value
    return convert(value, dtype)


def is_dense_tensor_like(t: Any) -> bool:
    """Whether something is a tensor or a variable."""
    return isinstance(t, (Tensor, PUBLIC["tf.Variable"]))


def colocate_with(op, ignore_existing=False) -> contextlib.AbstractContextManager:
    """A context in which new ops go where `op` is: where they go anyway."""
    return contextlib.nullcontext()


def get_default_graph() -> Any:
    """The graph of the function being traced.

    Raises:
      NotImplementedError: outside of one.
    """
    trace: Any = STATE.trace
    while trace is not None and trace.symbolic:
        if isinstance(trace, FuncGraph):
            return trace
        trace = getattr(trace, "outer", None)
    raise no_graph("get_default_graph")


def has_default_graph() -> bool:
    """False: there is no graph outside of functions."""
    return STATE.trace.symbolic


def get_name_scope() -> str:
    """The name scope, without the slash at its end."""
    return PUBLIC["tf.get_current_name_scope"]()


def name_from_scope_name(name: str) -> str:
    """A scope's name without the slash at its end."""
    return name.removesuffix("/")


class name_scope_v1(_name_scope):
    """`tf.name_scope` with TensorFlow 1's parameters.

    Args:
      name: the scope's name, or None for `default_name`.
      default_name: the name where there is none.
      values: tensors, which say nothing here.
    """

    def __init__(self, name, default_name=None, values=None):
        super().__init__(default_name if name is None else name)


def name_scope(name, default_name=None, values=None, skip_on_eager=True) -> Any:
    """A context in which names begin with `name`."""
    chosen = default_name if name is None else name
    if chosen is None or (skip_on_eager and not STATE.trace.symbolic):
        return contextlib.nullcontext("")
    return _name_scope(chosen)


def enable_eager_execution_internal(**kwargs: Any) -> None:
    """Does nothing: code runs eagerly."""
