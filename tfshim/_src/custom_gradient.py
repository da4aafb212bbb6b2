"""Gradients that users define: `tf.custom_gradient` and the functions around it."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from tfshim._src import derive, nest
from tfshim._src.backprop import Call
from tfshim._src.convert import convert
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.capture import Graph
from tfshim._src.engine.kernel import Kernel
from tfshim._src.forward import ForwardAccumulator
from tfshim._src.function import inline
from tfshim._src.indexed_slices import IndexedSlices, densify
from tfshim._src.jacobian import capturing
from tfshim._src.recompute import gated
from tfshim._src.registry import export
from tfshim._src.tape import GradientTape, differentiated, with_component
from tfshim._src.tensor import STATE, from_value, pending
from tfshim._src.variable import Variable

_IDENTITY = Kernel("IdentityN", lambda x: x)


class VariableWatcher:
    """A recorder that only notes which trainable variables are read."""

    eager = False
    follows = True  # nodes are no concern of it
    reads_trace = False

    def __init__(self) -> None:
        self.seen: dict[int, tuple[Variable, Any]] = {}

    def pause(self) -> None:
        """Nothing to do."""

    def resume(self, trace: Any, told: bool) -> None:
        """Nothing to do."""

    def record(self, kernel, inputs, outputs) -> None:
        pass

    def variable_accessed(self, variable, handle) -> None:
        if variable.trainable:
            self.seen.setdefault(id(variable._root), (variable._root, handle))


class _Watching:
    """Notes variable reads inside, beside what is recording."""

    def __enter__(self) -> VariableWatcher:
        self.watcher = VariableWatcher()
        STATE.recorders = [*STATE.recorders, self.watcher]
        return self.watcher

    def __exit__(self, *exc) -> None:
        STATE.recorders = [r for r in STATE.recorders if r is not self.watcher]


@contextlib.contextmanager
def _only_watching():
    """Nothing inside is recorded; variable reads are still noted."""
    saved = STATE.recorders
    STATE.recorders = [r for r in saved if isinstance(r, VariableWatcher)]
    try:
        yield
    finally:
        STATE.recorders = saved


def record_custom(
    name: str,
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    backward: Callable[[list], list],
    pushable: Callable[[], None] | None = None,
) -> None:
    """Tells tapes and accumulators of a computation with its own backward function.

    Args:
      name: for tables and errors.
      inputs, outputs: its tensors.
      backward: from one cotangent per output to one gradient (or None) per input.
      pushable: called before forward mode transposes `backward`; may refuse by raising.
    """

    def rule(call: Call) -> list:
        return backward(call.dense_cotangents())

    def pushforward(ins, outs, moving, tangents):
        if pushable is not None:
            pushable()
        return _push(backward, outs, moving, tangents)

    kernel = Kernel(name, _no_body, {"pushforward": pushforward, "custom": True}, rule=rule)
    ins, outs = tuple(inputs), tuple(outputs)
    trace = STATE.trace
    if trace.symbolic and hasattr(trace, "entries"):
        trace.entries.append((kernel, ins, outs))  # type: ignore[attr-defined]
    for recorder in STATE.recorders:
        recorder.record(kernel, ins, outs)


def _no_body(*values):
    raise NotImplementedError("a custom gradient has no body of its own")


def _push(backward, outputs, moving, tangents) -> list:
    """Pushes tangents through a custom gradient by transposing its backward function."""
    graph = Graph()
    floats = [o for o in outputs if o.aval.trainable]
    cts = [graph.placeholder(o.aval, pending) for o in floats]
    with capturing(graph):
        rest = iter(cts)
        full = [next(rest) if o.aval.trainable else o for o in outputs]
        grads = backward(full)
        present = [
            (densify(grads[i]), t)
            for i, t in zip(moving, tangents, strict=True)
            if grads[i] is not None
        ]
    if not present:
        return [None] * len(floats)
    kernel, captured = graph.finish([g for g, _ in present])
    flipped = derive.transposed(kernel, tuple(c.aval for c in cts), len(present))
    return dispatch(flipped, (*captured, *[t for _, t in present]))


class Bind:
    """A decorated function that also works as a method."""

    def __init__(self, f: Callable, decorator: Callable):
        self._f = f
        self._d = decorator
        functools.update_wrapper(self, f)

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        bound = self._f.__get__(instance, owner)
        return functools.update_wrapper(Bind(bound, self._d), self._f)

    def __call__(self, *args, **kwargs):
        return self._d(self._f, args, kwargs)


@export("tf.custom_gradient")
def custom_gradient(f: Callable | None = None) -> Any:
    """Decorates a function that returns its result and a function for its gradient.

    Args:
      f: `f(*args) -> (result, grad_fn)`; `grad_fn(*cotangents) -> gradients of args`, one per
        tensor. If f reads trainable variables, `grad_fn` takes `variables=` as well and returns
        `(gradients of args, gradients of variables)`.

    Returns:
      The function, returning the result only.

    Raises:
      TypeError: if variables are read and grad_fn does not take them.
      ValueError: if grad_fn returns another number of gradients.
    """
    if f is None:
        return lambda f: custom_gradient(f)
    return Bind(f, _custom)


def _custom(f: Callable, args: tuple, kwargs: dict) -> Any:
    """Calls a function with its own gradient and tells the active tapes."""
    if STATE.trace.symbolic:
        if kwargs:
            raise ValueError(
                "The custom_gradient decorator currently supports keywords arguments only when "
                "eager execution is enabled."
            )
        args = nest.map_structure(convert, args, expand_composites=True)  # pyright: ignore
    elif inline.on_tracers(inline.current(_components((args, kwargs)))):
        return _on_tracers(f, args, kwargs)
    with _Watching() as watcher:
        result, grad_fn = f(*args, **kwargs)
    flat_args = _components(args)
    given = {id(a._root) for a in [*flat_args, *_components(kwargs)] if isinstance(a, Variable)}
    used = [(v, h) for v, h in watcher.seen.values() if id(v) not in given]
    takes_variables = _takes_variables(grad_fn)
    if used and not takes_variables:
        raise TypeError(
            "@tf.custom_gradient grad_fn must accept keyword argument 'variables', since function "
            f"uses variables: {[v for v, _ in used]}"
        )
    if not STATE.trace.symbolic and inline.on_tracers([h for _, h in used]):
        return _on_tracers(f, args, kwargs)
    for v, handle in used:  # also those that were read while nothing was recorded
        for recorder in STATE.recorders:
            recorder.variable_accessed(v, handle)
    inputs = [convert(a) for a in flat_args]
    whole = nest.flatten(result)
    outputs = [_identity(t, recorded=not inputs and not used) for t in _components(result)]

    def backward(cotangents: list) -> list:
        cts = [with_component(r, c) for r, c in zip(whole, cotangents, strict=True)]
        theirs: list = []
        if used:
            mine, theirs = grad_fn(*cts, variables=[v for v, _ in used])
            theirs = list(theirs)
            if len(theirs) != len(used):
                raise ValueError(
                    "Must return gradient for each variable from @custom_gradient grad_fn."
                )
        else:
            mine = grad_fn(*cts)
        flat = _components(mine)
        if len(flat) != len(flat_args):
            raise ValueError(
                f"custom_gradient function expected to return {len(flat_args)} gradients, but "
                f"returned {len(flat)} instead."
            )
        return [None if g is None else _gradient(g) for g in [*flat, *theirs]]

    if inputs or used:
        record_custom(
            getattr(f, "__name__", "custom_gradient"),
            [*inputs, *[h for _, h in used]],
            outputs,
            backward,
            getattr(grad_fn, "_refuse_transpose", None),
        )
    rebuilt = [with_component(r, o) for r, o in zip(whole, outputs, strict=True)]
    return nest.pack_sequence_as(result, rebuilt)


def _on_tracers(f: Callable, args: tuple, kwargs: dict) -> Any:
    """The same in the user's own JAX transformation, with the gradient told to JAX."""
    return inline.call_on_tracers(
        lambda *inner: _custom(functools.partial(f, **kwargs) if kwargs else f, inner, {}), args
    )


def _components(structure: Any) -> list[Any]:
    return differentiated(structure, check=False)


def _gradient(value: Any) -> Any:
    return value if isinstance(value, IndexedSlices) else convert(value)


def _identity(value: Any, recorded: bool) -> Any:
    """A tensor of its own for a result.

    Accumulators push tangents through it; tapes do not see it, unless told to, since to them the
    custom gradient is what leads to the result.
    """
    t = convert(value)
    if t.aval.dtype.kind == "s":
        return from_value(t._raw())
    if recorded:
        return dispatch(_IDENTITY, (t,))
    state = STATE
    saved, state.recorders = state.recorders, []
    try:
        out = dispatch(_IDENTITY, (t,))
    finally:
        state.recorders = saved
    entries = getattr(state.trace, "entries", None)
    if entries and state.trace.symbolic:
        entries.pop()
    for recorder in saved:
        if isinstance(recorder, ForwardAccumulator):
            recorder.record(_IDENTITY, (t,), (out,))
    return out


def _takes_variables(grad_fn: Callable) -> bool:
    spec = inspect.getfullargspec(inspect.unwrap(grad_fn))
    return "variables" in spec.args or "variables" in spec.kwonlyargs or spec.varkw is not None


@export("tf.recompute_grad")
def recompute_grad(f: Callable) -> Callable:
    """Wraps a function so that its intermediate values are computed again for the gradient.

    Args:
      f: a function of tensors, which may read variables.

    Returns:
      The same function; between the forward and the backward pass only its arguments are kept.
      Forward mode through it raises NotImplementedError, as in TensorFlow.
    """

    @custom_gradient
    def inner(*args, **kwargs):
        with _only_watching():
            result = f(*args, **kwargs)

        def grad(*cotangents, variables=None):
            variables = list(variables or ())
            fresh = gated(args, cotangents)
            with GradientTape() as tape:
                tape.watch([t for t in nest.flatten(fresh, expand_composites=True) if _float(t)])
                tape.watch(variables)
                again = f(*fresh, **kwargs)  # pyright: ignore[reportOptionalIterable]
            flat = nest.flatten(fresh, expand_composites=True)
            seeds = nest.pack_sequence_as(again, list(cotangents))
            grads = tape.gradient(again, [*flat, *variables], output_gradients=seeds)
            grads = [None if g is None else densify(g) for g in grads]  # as TensorFlow's are
            mine, theirs = grads[: len(flat)], grads[len(flat) :]
            return (mine, theirs) if variables else mine

        def refuse():
            raise NotImplementedError(
                f"recompute_grad tried to transpose grad of {getattr(f, '__name__', f)}. Consider "
                "not using recompute_grad in forward mode autodiff"
            )

        grad._refuse_transpose = refuse  # type: ignore[attr-defined]
        return result, grad

    wrapped = functools.wraps(f)(lambda *args, **kwargs: inner(*args, **kwargs))
    wrapped.__wrapped__ = f  # type: ignore[attr-defined]
    return wrapped


def _float(t: Any) -> bool:
    return t.dtype.trainable


@export("tf.grad_pass_through")
def grad_pass_through(f: Callable) -> Callable:
    """Wraps a function so that gradients pass through it as if it were the identity.

    Args:
      f: a function whose result has the shape of its argument.
    """

    @custom_gradient
    def inner(*args, **kwargs):
        def grad(*cotangents, **kwargs):
            variables = kwargs.get("variables")
            if variables is not None:
                return cotangents, [None] * len(variables)
            return cotangents

        return f(*args, **kwargs), grad

    return functools.wraps(f)(lambda *args, **kwargs: inner(*args, **kwargs))


_REGISTERED: dict[str, Any] = {}


@export("tf.RegisterGradient")
class RegisterGradient:
    """Registers a gradient function under the name of a new op type.

    Ops of this package have their gradients already; a name can be registered once, as in
    TensorFlow, and serves code that looks it up.

    Args:
      op_type: a string.

    Raises:
      TypeError: if it is no string.
      KeyError: when the name is registered already.
    """

    def __init__(self, op_type: str):
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string")
        self._op_type = op_type

    def __call__(self, f: Callable) -> Callable:
        _register(self._op_type, f)
        return f


def _register(op_type: str, f: Any) -> None:
    from tfshim._src.registry import OPS

    if op_type in _REGISTERED or any(o.kernel == op_type for o in OPS.values()):
        raise KeyError(f"Registering two gradient with name '{op_type}'!")
    _REGISTERED[op_type] = f


@export("tf.no_gradient")
def no_gradient(op_type: str) -> None:
    """Registers a new op type as having no gradient.

    Raises:
      TypeError: if it is no string.
      KeyError: when the name is registered already.
    """
    if not isinstance(op_type, str):
        raise TypeError("op_type must be a string")
    _register(op_type, None)
