"""Reverse mode on a list of nodes: each node's pullback, dispatched as a node of its own.

An entry is `(kernel, inputs, outputs)`. The gradient of a node is the kernel's pullback, or the
kernel's rule on tensors where TensorFlow gives something that is no plain array.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from tfshim._src import derive
from tfshim._src.connection import connected
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.aval import Aval
from tfshim._src.engine.kernel import Kernel
from tfshim._src.indexed_slices import aggregate, densify
from tfshim._src.tensor import STATE, EagerTensor, concrete

Entry = tuple[Kernel, tuple, tuple]


class Call:
    """What a gradient rule sees of one node.

    Attributes:
      kernel, attrs: what was called.
      inputs, outputs: its tensors.
      cotangents: one per output, None where nothing depends on it.
      needed: which inputs a gradient is wanted for.
    """

    __slots__ = ("kernel", "inputs", "outputs", "cotangents", "needed")

    def __init__(self, kernel, inputs, outputs, cotangents, needed):
        self.kernel = kernel
        self.inputs = inputs
        self.outputs = outputs
        self.cotangents = cotangents
        self.needed = needed

    @property
    def attrs(self) -> dict[str, Any]:
        return self.kernel.attrs

    def dense_cotangents(self) -> list[EagerTensor]:
        """Cotangents with zeros in place of None."""
        return [
            zeros(o.aval) if c is None else densify(c)
            for o, c in zip(self.outputs, self.cotangents, strict=True)
        ]


def _fill_kernel(value: int, aval: Aval) -> Kernel:
    def fn():
        import jax.numpy as jnp

        return jnp.full(aval.shape, value, aval.dtype.np)

    def form(kernel: Kernel):
        from tfshim._src.forms.shaping import Filled

        return Filled(kernel, aval)

    return Kernel("Fill", fn, {"value": value}, form=form)


_fills: dict[tuple[int, Aval], Kernel] = {}


def _filled(value: int, aval: Aval) -> EagerTensor:
    kernel = _fills.get((value, aval))
    if kernel is None:
        if len(_fills) > 4096:
            _fills.clear()
        kernel = _fills[value, aval] = _fill_kernel(value, aval)
    return dispatch(kernel, ())


def ones(aval: Aval) -> EagerTensor:
    if not aval.shape and STATE.trace is STATE.pending:
        t = concrete(_one(aval), aval)  # a loss's seed: an input like any number, not a node
        t._literal = True
        return t
    return _filled(1, aval)


@functools.cache
def _one(aval: Aval) -> np.ndarray:
    return np.ones((), aval.dtype.np)


def is_seed(t: EagerTensor) -> bool:
    """Whether a tensor is the cotangent that `ones` gives a loss."""
    return t._literal and t._value is _one(t.aval)


def zeros(aval: Aval) -> EagerTensor:
    return _filled(0, aval)


def node_gradients(call: Call) -> list[Any]:
    """Gradients of one node's inputs: a list with None where there is none."""
    rule = call.kernel.rule
    return derived_gradients(call) if rule is None else list(rule(call))


def derived_gradients(call: Call) -> list[Any]:
    """The same by the kernel's pullback, whether or not it has a rule."""
    kernel = call.kernel
    inputs, outputs, cotangents, needed = call.inputs, call.outputs, call.cotangents, call.needed
    allowed = kernel.diff_inputs
    diff = []
    for i, t in enumerate(inputs):
        if needed[i] and t.aval.trainable and (allowed is None or i in allowed):
            diff.append(i)
    which, cts = [], []
    for i, c in enumerate(cotangents):
        if c is not None:
            o = outputs[i]
            if o.aval.trainable:
                which.append(i)
                # the common case first: a dense cotangent of the right shape and dtype
                cts.append(c if getattr(c, "aval", None) is o.aval else _fit(densify(c), o))
    result: list[Any] = [None] * len(inputs)
    if diff and which and (kernel.parent is not None or len(outputs) > 1):
        read = connected(kernel, tuple([t.aval for t in inputs]), which)
        carried = kernel.attrs.get("carried", 0)
        diff = [i for i in diff if i in read or i < carried]  # None, not zeros: see connection.py
    if diff and which:
        first = inputs[diff[0]]
        if len(diff) > 1 and all(inputs[i] is first for i in diff):
            pull = derive.pullback(kernel, tuple(diff), tuple(which), len(inputs), summed=True)
            diff = diff[:1]
        else:
            pull = derive.pullback(kernel, tuple(diff), tuple(which), len(inputs))
        grads = dispatch(pull, (*inputs, *cts))
        for i, g in zip(diff, grads, strict=True):
            result[i] = g
    return result


def _fit(cotangent: EagerTensor, output: EagerTensor) -> EagerTensor:
    """A cotangent of the output's dtype and shape (a rule may give one that only broadcasts)."""
    if cotangent.aval is output.aval:
        return cotangent
    from tfshim._src.ops import array

    if cotangent.aval.dtype is not output.aval.dtype:
        cotangent = array.cast(cotangent, output.aval.dtype)
    if cotangent.aval.shape != output.aval.shape:
        cotangent = array.broadcast_to(cotangent, output.aval.shape)
    return cotangent


def backprop(
    entries: Sequence[Entry],
    targets: Sequence[Any],
    source_ids: set[int],
    seeds: Sequence[Any],
) -> dict[int, Any]:
    """Replays entries backwards.

    Args:
      entries: nodes in the order of execution.
      targets: tensors.
      source_ids: ids of the tensors whose gradients are wanted.
      seeds: a cotangent per target; None for ones.

    Returns:
      Gradients by id of the source tensor; a source that is unconnected is missing.
    """
    reach = set(source_ids)
    on_path = []
    for entry in entries:
        kernel, inputs, outputs = entry
        if not kernel.differentiable:  # graphs keep all their nodes
            continue
        allowed = kernel.diff_inputs
        for i, t in enumerate(inputs):
            if id(t) in reach and (allowed is None or i in allowed):
                on_path.append(entry)
                for o in outputs:
                    if o.aval.trainable:
                        reach.add(id(o))
                break
    #: id of a tensor -> its cotangent, or a list of several that are yet to be added
    cotangents: dict[int, Any] = {}
    for target, seed in zip(targets, seeds, strict=True):
        if id(target) in reach:
            _accumulate(cotangents, id(target), ones(target.aval) if seed is None else seed)
    for kernel, inputs, outputs in reversed(on_path):
        cts: list[Any] = []
        found = False
        for o in outputs:
            ct = cotangents.get(id(o))
            if ct is not None:
                found = True
                if type(ct) is list:
                    ct = cotangents[id(o)] = aggregate(ct)
                if id(o) not in source_ids:
                    del cotangents[id(o)]
            cts.append(ct)
        if not found:
            continue
        needed = [id(t) in reach for t in inputs]
        grads = node_gradients(Call(kernel, inputs, outputs, cts, needed))
        for i, grad in enumerate(grads):
            if grad is not None and needed[i]:
                _accumulate(cotangents, id(inputs[i]), grad)
    return {
        i: aggregate(ct) if type(ct) is list else ct
        for i, ct in cotangents.items()
        if i in source_ids
    }


def _accumulate(cotangents: dict[int, Any], key: int, value: Any) -> None:
    """Adds a cotangent to those of a tensor; they are summed when they are used."""
    known = cotangents.get(key)
    if known is None:
        cotangents[key] = value
    elif type(known) is list:
        known.append(value)
    else:
        cotangents[key] = [known, value]
