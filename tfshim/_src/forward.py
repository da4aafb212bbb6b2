"""Forward mode: `tf.autodiff.ForwardAccumulator` pushes tangents along as nodes are dispatched."""

from __future__ import annotations

import sys
import weakref
from typing import Any

from tfshim._src import derive, logs, nest
from tfshim._src.convert import convert
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.capture import vmapped
from tfshim._src.engine.kernel import Kernel
from tfshim._src.engine.trace import LISTED
from tfshim._src.jacobian import vectorize
from tfshim._src.registry import export
from tfshim._src.shapes import TensorShape
from tfshim._src.tensor import STATE, EagerTensor, Tensor
from tfshim._src.unconnected import UnconnectedGradients
from tfshim._src.variable import Variable, held


@export("tf.autodiff.ForwardAccumulator")
class ForwardAccumulator:
    """Computes Jacobian-vector products while the function runs.

    Args:
      primals: tensors or variables to differentiate with respect to, in any nest.
      tangents: the vector, in the same structure, shapes and dtypes.

    Raises:
      ValueError: if the structures differ or a primal is given twice.
    """

    __module__ = "tensorflow"
    eager = True
    follows = False
    reads_trace = False
    _batched = False

    def __init__(self, primals, tangents):
        nest.assert_same_structure(primals, tangents)
        self._recording = False
        #: id of a tensor -> (weak reference to it, tangent)
        self._tangents: dict[int, tuple[Any, EagerTensor]] = {}
        self._followed: tuple[Any, int] = (None, 0)  # the run of a trace that it will be told of
        self._variables: dict[int, tuple[Variable, EagerTensor]] = {}
        seen = set()
        flat = [held(p) for p in nest.flatten(primals)]
        for primal, tangent in zip(flat, nest.flatten(tangents), strict=True):
            key = id(primal._root) if isinstance(primal, Variable) else id(primal)
            if key in seen:
                raise ValueError(
                    "Tensor {} was specified as a primal multiple times. This may indicate an "
                    "error. If it was intended, please sum the corresponding tangents."
                )
            seen.add(key)
            self._watch(primal, tangent)

    @classmethod
    def _batch_accumulator(cls, primals, tangents) -> ForwardAccumulator:
        """An accumulator of several tangents at once, one along the first axis of `tangents`.

        Raises:
          ValueError: if a tangent is not `[n, *shape of its primal]`.
        """
        nest.assert_same_structure(primals, tangents)
        flat = [convert(t) for t in nest.flatten(tangents)]
        for primal, tangent in zip(nest.flatten(primals), flat, strict=True):
            tangent.shape.assert_is_compatible_with(TensorShape([None, *held(primal).shape]))
        self = cls(primals, nest.pack_sequence_as(tangents, flat))
        self._batched = True
        return self

    def _watch(self, primal: Any, tangent: Any) -> None:
        dtype = primal.dtype
        if not dtype.trainable:
            logs.warn_first(
                "The dtype of the watched primal must be floating (e.g. tf.float32), got %r", dtype
            )
        tangent = convert(tangent, dtype)
        if isinstance(primal, Variable):
            self._variables[id(primal._root)] = (primal._root, tangent)
            tangent_of = primal._current()
            self._set(tangent_of, tangent)
        else:
            if not isinstance(primal, Tensor):
                primal = convert(primal)
            self._set(primal, tangent)

    def _set(self, tensor: EagerTensor, tangent: EagerTensor) -> None:
        key = id(tensor)
        table = self._tangents

        def forget(_, key=key, table=table):
            table.pop(key, None)

        table[key] = (weakref.ref(tensor, forget), tangent)
        trace = STATE.pending
        if self._followed != (trace, trace.epoch):
            self._followed = trace, trace.epoch
            trace.followers.insert(0, weakref.ref(self))  # inner ones let go first

    def before_run(self, trace: Any) -> None:
        """Called when a trace is about to run: the tangent of what nobody can see any more need not
        be computed."""
        self._followed = (None, 0)
        for key, (reference, _) in list(self._tangents.items()):
            t = reference()
            if t is not None and t._trace is trace and sys.getrefcount(t) == LISTED:
                del self._tangents[key]

    def _tangent(self, tensor: Any) -> EagerTensor | None:
        found = self._tangents.get(id(tensor))
        return None if found is None else found[1]

    def __enter__(self) -> ForwardAccumulator:
        if self._recording:
            raise ValueError("Accumulator is already recording.")
        STATE.recorders = [*STATE.recorders, self]
        self._recording = True
        return self

    def __exit__(self, *exc) -> None:
        if self._recording:
            STATE.recorders = [r for r in STATE.recorders if r is not self]
            self._recording = False

    def pause(self) -> None:
        """Nothing to do: it is told of every node while it is active."""

    def resume(self, trace: Any, told: bool) -> None:
        """See `pause`."""

    def variable_accessed(self, variable: Variable, handle: EagerTensor) -> None:
        """A read of a variable with a tangent gets that tangent, also after an assignment."""
        known = self._variables.get(id(variable._root))
        if known is not None and id(handle) not in self._tangents:
            self._set(handle, known[1])

    def record(self, kernel: Kernel, inputs: tuple, outputs: tuple) -> None:
        """Called by dispatch with every node made while this accumulator is active."""
        if not kernel.differentiable:
            return
        table = self._tangents
        moving = tuple(
            [
                i
                for i, t in enumerate(inputs)
                if id(t) in table
                and t.aval.trainable
                and (kernel.diff_inputs is None or i in kernel.diff_inputs)
            ]
        )
        if not moving:
            return
        tangents = [table[id(inputs[i])][1] for i in moving]
        floats = [o for o in outputs if o.aval.trainable]
        if not floats:
            return
        state = STATE
        saved = state.recorders
        position = next((i for i, r in enumerate(saved) if r is self), len(saved))
        state.recorders = saved[:position]  # what is outside of this one sees its arithmetic
        try:
            push = kernel.attrs.get("pushforward")
            if push is not None and self._batched:
                outs = vectorize(lambda *ts: push(inputs, outputs, moving, list(ts)), *tangents)
            elif push is not None:
                outs = push(inputs, outputs, moving, tangents)
            else:
                derived = derive.pushforward(kernel, moving, len(inputs))
                if self._batched:
                    mapped = (*[False] * len(inputs), *[True] * len(tangents))
                    derived = vmapped(derived, mapped)
                outs = dispatch(derived, (*inputs, *tangents))
        finally:
            state.recorders = saved
        for o, tangent in zip(floats, outs, strict=True):
            # a result of a custom gradient keeps the tangent that its own ops gave it
            if tangent is not None and id(o) not in table:
                self._set(o, tangent)

    def jvp(self, primals, unconnected_gradients=UnconnectedGradients.NONE):
        """The tangents of tensors that were computed from the primals.

        Args:
          primals: a tensor or variable, or a nest of them.
          unconnected_gradients: "none" or "zero": what a tensor without a tangent gets.

        Raises:
          ValueError: for an unknown `unconnected_gradients`.
        """
        unconnected = UnconnectedGradients(unconnected_gradients)

        def one(t):
            t = held(t)
            if isinstance(t, Variable):
                known = self._variables.get(id(t._root))
                tangent = None if known is None else known[1]
            else:
                tangent = self._tangent(t)
            if tangent is None and unconnected is UnconnectedGradients.ZERO:
                from tfshim._src.tape import zeros_like_source

                return zeros_like_source(t)
            if tangent is None:
                _ = t.dtype
            return tangent

        return nest.map_structure(one, primals)
