"""`tf.gradients` and `tf.hessians`: derivatives of what a function being traced has computed."""

from __future__ import annotations

from typing import Any

from tfshim._src import jacobian, nest
from tfshim._src.backprop import backprop
from tfshim._src.convert import convert
from tfshim._src.function.func_graph import FuncGraph
from tfshim._src.registry import export
from tfshim._src.tape import zeros_like_source
from tfshim._src.tensor import STATE, EagerTensor
from tfshim._src.unconnected import UnconnectedGradients
from tfshim._src.variable import Variable


def _graph() -> FuncGraph:
    trace = STATE.trace
    if not isinstance(trace, FuncGraph):
        raise RuntimeError(
            "tf.gradients is not supported when eager execution is enabled. Use tf.GradientTape "
            "instead."
        )
    return trace


def _flat(values: Any) -> list:
    return nest.flatten(values, expand_composites=True)


def _tensor(value: Any) -> EagerTensor:
    return value._current() if isinstance(value, Variable) else convert(value)


@export("tf.gradients")
def gradients_v2(
    ys,
    xs,
    grad_ys=None,
    name="gradients",
    gate_gradients=False,
    aggregation_method=None,
    stop_gradients=None,
    unconnected_gradients=UnconnectedGradients.NONE,
):
    """The gradients of the sum of `ys` with respect to each of `xs`, inside a function.

    Args:
      ys, xs: tensors or lists of tensors of the function being traced.
      grad_ys: cotangents of `ys`; ones by default.
      name: ignored.
      gate_gradients, aggregation_method: how TensorFlow schedules and sums; the result is the same.
      stop_gradients: tensors that are taken as constants.
      unconnected_gradients: "none" or "zero".

    Returns:
      A list with one gradient per x.

    Raises:
      RuntimeError: outside of functions.
    """
    graph = _graph()
    unconnected = UnconnectedGradients.parse(unconnected_gradients)
    targets = [_tensor(y) for y in _flat(ys)]
    sources = [_tensor(x) for x in _flat(xs)]
    seeds: list[Any] = [None] * len(targets)
    if grad_ys is not None:
        seeds = [None if g is None else convert(g) for g in _flat(grad_ys)]
        if len(seeds) != len(targets):
            raise ValueError(
                f"Passed {len(seeds)} grad_ys for {len(targets)} ys. Number of elements must match."
            )
    entries = list(graph.entries)
    if stop_gradients is not None:
        stopped = {id(_tensor(t)) for t in _flat(stop_gradients)} - {id(t) for t in sources}
        fixed = stopped | {id(_tensor(t)) for t in _flat(stop_gradients)}
        entries = [e for e in entries if not any(id(o) in fixed for o in e[2])]
    found = backprop(entries, targets, {id(s) for s in sources}, seeds)
    result = []
    for source in sources:
        grad = found.get(id(source))
        if grad is None and unconnected is UnconnectedGradients.ZERO:
            grad = zeros_like_source(source)
        result.append(grad)
    return result


@export("tf.hessians")
def hessians(ys, xs, gate_gradients=False, aggregation_method=None, name="hessians"):
    """The Hessian of the sum of `ys` with respect to each of `xs`, inside a function.

    Args:
      ys, xs: tensors or lists of tensors of the function being traced.
      gate_gradients, aggregation_method: as in `tf.gradients`.
      name: ignored.

    Returns:
      A list of tensors of shape `x.shape + x.shape`.

    Raises:
      RuntimeError: outside of functions.
      ValueError: where the first or second derivative is unconnected, as in TensorFlow.
    """
    graph = _graph()
    result = []
    for x in [_tensor(x) for x in _flat(xs)]:
        (gradient,) = gradients_v2(ys, x)
        if gradient is None:
            raise ValueError("None values not supported.")
        entries = list(graph.entries)

        def row(seed, x=x, gradient=gradient, entries=entries):
            return [backprop(entries, [gradient], {id(x)}, [seed]).get(id(x))]

        (found,) = jacobian.vectorize(row, jacobian._rows(gradient.aval))
        if found is None:
            raise ValueError("None values not supported.")
        result.append(jacobian._reshape(found, (*x.aval.shape, *x.aval.shape)))
    return result
