"""`tfshim.jax`: TensorFlow-style code inside JAX, and JAX code inside tapes and functions.

    pure = tf.jax.to_jax(model, variables)    pure(values, *inputs) for jax.jit, grad, export
    op = tf.jax.from_jax(function)            op(*tensors) for tapes, functions, vectorized_map

Tensors and variables are pytrees with one leaf, so JAX's functions take and give them. Arrays pass
both ways without a copy.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from tfshim._src import nest
from tfshim._src.convert import convert
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.kernel import Kernel
from tfshim._src.reachable import variables_of
from tfshim._src.registry import export
from tfshim._src.tensor import EagerTensor, Tensor, concrete, from_value
from tfshim._src.variable import ResourceVariable, Variable


def _is_array(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.generic, jax.Array))


# -- pytrees --


def _flatten_tensor(t: EagerTensor) -> tuple[tuple, None]:
    return (t._raw(),), None


def _unflatten_tensor(_: None, leaves: tuple) -> EagerTensor:
    (leaf,) = leaves
    if _is_array(leaf):
        return from_value(np.asarray(leaf) if isinstance(leaf, np.generic) else leaf)
    return concrete(leaf, None)  # type: ignore[arg-type]  # JAX puts marks of its own in trees


class _VariableFacts:
    """What a variable is besides its value; equal facts make equal trees."""

    __slots__ = ("facts", "kind")

    def __init__(self, v: Variable):
        self.kind = type(v)
        self.facts = (
            v._shape, v._dtype, v._constraint, v._synchronization, v._aggregation, v._trainable,
            v._handle_name,
        )  # fmt: skip

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, _VariableFacts) and self.facts == other.facts

    def __hash__(self) -> int:
        return hash(self.facts[1:])


def _flatten_variable(v: Variable) -> tuple[tuple, _VariableFacts]:
    return (v._current()._raw(),), _VariableFacts(v)


def _unflatten_variable(facts: _VariableFacts, leaves: tuple) -> Variable:
    v = object.__new__(facts.kind)
    (
        v._shape, v._dtype, v._constraint, v._synchronization, v._aggregation, v._trainable,
        v._handle_name,
    ) = facts.facts  # fmt: skip
    v._serial = 0
    v._handle = _unflatten_tensor(None, leaves)
    return v


jax.tree_util.register_pytree_node(EagerTensor, _flatten_tensor, _unflatten_tensor)
jax.tree_util.register_pytree_node(ResourceVariable, _flatten_variable, _unflatten_variable)


# -- TensorFlow to JAX --


class PureFunction:
    """A TensorFlow-style function as a pure function of its variables' values and its inputs.

    Attributes:
      variables: the variables whose values are the first argument.
    """

    def __init__(self, function: Callable, variables: Sequence[Variable]):
        self._function = function
        self.variables = tuple(variables)
        functools.update_wrapper(self, function, updated=())

    @property
    def values(self) -> list[jax.Array]:
        """The variables' values now, as arrays."""
        return [jax.numpy.asarray(v._current()._raw()) for v in self.variables]

    def assign(self, values: Sequence[Any]) -> None:
        """Gives the variables new values, for instance trained ones."""
        for v, value in zip(self.variables, values, strict=True):
            v.assign(convert(value))

    def __call__(self, values: Sequence[Any], *args: Any, **kwargs: Any) -> Any:
        """The result as arrays; what the function assigns to its variables is dropped."""
        return self.with_values(values, *args, **kwargs)[0]

    def with_values(self, values: Sequence[Any], *args: Any, **kwargs: Any) -> tuple[Any, list]:
        """The result, and the variables' values after the call."""
        roots = [v._root for v in self.variables]
        if len(values) != len(roots):
            raise ValueError(f"expected {len(roots)} values of variables, got {len(values)}")
        saved = [v._handle for v in roots]
        try:
            for v, value in zip(roots, values, strict=True):
                v._handle = convert(value)
            args, kwargs = jax.tree_util.tree_map(_tensor, (args, kwargs))
            result = self._function(*args, **kwargs)
            outputs = nest.map_structure(_array, result)
            after = [_array(v._handle) for v in roots]
        finally:
            for v, handle in zip(roots, saved, strict=True):
                v._handle = handle
        return outputs, after


def _tensor(value: Any) -> Any:
    return from_value(value) if isinstance(value, (np.ndarray, jax.Array)) else value


def _array(value: Any) -> Any:
    if isinstance(value, Variable):
        value = value._current()
    return jax.numpy.asarray(value._raw()) if isinstance(value, Tensor) else value


@export("tf.jax.to_jax")
def to_jax(function: Callable, variables: Sequence[Variable] | None = None) -> PureFunction:
    """A pure JAX function of a TensorFlow-style one.

    Gradients are JAX's there; a `tf.custom_gradient` inside is honoured, in reverse mode.

    Args:
      function: takes tensors; may read and assign variables, and may be a `tf.function`.
      variables: those that become the first argument. By default all of the module that the
        function is, or is a method of; of another function those that its closure, its defaults
        and the globals that it names hold, modules' and inner functions' included. Others are
        constants.

    Returns:
      A function `pure(values, *inputs)` of arrays, for `jax.jit`, `jax.grad`, `jax.vmap` and
      `jax.export`. `pure.values` are the values now, `pure.with_values(values, *inputs)` gives
      `(result, values after the call)`, `pure.assign(values)` writes values back.
    """
    return PureFunction(function, variables_of(function) if variables is None else variables)


# -- JAX to TensorFlow --


@export("tf.jax.from_jax")
def from_jax(function: Callable) -> Callable:
    """A JAX function as a differentiable op on tensors.

    Args:
      function: a pure function of arrays and pytrees of them (with `jax.custom_vjp` or without).
        Arguments and leaves that are no numbers, arrays, tensors or variables are static.

    Returns:
      The function on tensors: one node for tapes, accumulators, `tf.function` and `jax.vmap`.
    """
    kernels: dict[Any, tuple[Kernel, Any]] = {}

    @functools.wraps(function)
    def op(*args: Any, **kwargs: Any) -> Any:
        leaves, tree = jax.tree_util.tree_flatten((args, kwargs), is_leaf=_is_handle)
        moving, static = [], []
        for leaf in leaves:
            if isinstance(leaf, (Tensor, Variable, float, int, complex)) or _is_array(leaf):
                moving.append(leaf._read() if isinstance(leaf, Variable) else convert(leaf))
                static.append(_MOVING)
            else:
                static.append(leaf)
        key = (tree, tuple(static), tuple([t.aval for t in moving]))
        found = kernels.get(key)
        if found is None:
            found = kernels[key] = _kernel(function, tree, static, moving)
        kernel, out_tree = found
        if out_tree.num_leaves == 0:
            return jax.tree_util.tree_unflatten(out_tree, [])
        outs = dispatch(kernel, tuple(moving))
        return jax.tree_util.tree_unflatten(out_tree, outs)

    return op


_MOVING = object()


def _is_handle(value: Any) -> bool:
    return isinstance(value, (Tensor, Variable))


def _kernel(function: Callable, tree: Any, static: list, moving: list) -> tuple[Kernel, Any]:
    """The node's kernel, and the tree of the function's result."""

    def call(*values):
        rest = iter(values)
        full = [next(rest) if s is _MOVING else s for s in static]
        args, kwargs = jax.tree_util.tree_unflatten(tree, full)
        return function(*args, **kwargs)

    shapes = jax.eval_shape(call, *[t.aval.struct for t in moving])
    out_tree = jax.tree_util.tree_structure(shapes)

    def body(*values):
        return tuple(jax.numpy.asarray(x) for x in jax.tree_util.tree_leaves(call(*values)))

    return Kernel(getattr(function, "__name__", "jax"), body), out_tree
