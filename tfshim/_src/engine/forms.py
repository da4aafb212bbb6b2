"""Closed forms: what a kernel does for given input avals, known without tracing it.

JAX needs a millisecond to trace one op for new shapes and three for its pullback. A program whose
shapes never come back pays that at every step. So the commonest ops have a form, which knows the
output avals, a NumPy function that computes them, and one that computes the pullback. A form may
decline by giving None: then the kernel is traced as any other, which also raises what is wrong
with a call. A form that speaks agrees with the trace; `tests/test_forms.py` holds each to it.

Forms of ops stand in `tfshim/_src/forms/`, registered by the op's name. Those of element-by-element
ops need no rule: they are made from one trace for all shapes (`elementwise.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tfshim._src.engine.aval import Aval
from tfshim._src.engine.host_cost import Cost
from tfshim._src.engine.host_rules import RULES, Equation, HostAval, widened

Avals = tuple[Aval, ...]
#: From the list of values to the list of results.
Run = Callable[[list], Sequence[Any]]
#: `pull(i, values, cotangents)`: the gradient of input i.
Pull = Callable[[int, Sequence[Any], Sequence[Any]], Any]


class Form:
    """The form of one kernel; subclasses say what the ops do.

    Attributes:
      single: whether the op has one result that is no list.
      connects: whether each result depends on each input, as TensorFlow sees it.
      weight: roughly the flops that an element of the result takes.
    """

    single = True
    connects = False
    weight = 1

    def __init__(self, kernel: Any):
        self.kernel = kernel
        self.attrs: dict[str, Any] = kernel.attrs

    def outputs(self, avals: Avals) -> Avals | None:
        """The output avals."""
        raise NotImplementedError

    def result(self, avals: Avals) -> Aval:
        """The first of them, for avals that `outputs` accepted."""
        found = self.outputs(avals)
        assert found is not None
        return found[0]

    def host(self, avals: Avals) -> Run | None:
        """The NumPy function, for avals that `outputs` accepted."""
        return None

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        """The NumPy pullback for cotangents of the outputs `which`, for accepted avals."""
        return None

    def jaxpr(self, avals: Avals) -> Any:
        """A trace that it was made from, which reads the same inputs; None if there is none."""
        return None

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        """Roughly how much work a call is."""
        flops = self.weight * sum([a.size for a in outputs])
        return Cost(flops, sum([a.nbytes for a in (*avals, *outputs)]))

    def pullback(self, kernel: Any) -> Form | None:
        """The form of `kernel`, which is a pullback of this form's."""
        return Pullback(kernel, self)


class Pullback(Form):
    """The form of a pullback of a kernel that has one."""

    single = False

    def __init__(self, kernel: Any, forward: Form):
        super().__init__(kernel)
        self.forward = forward
        _, _, self.diff, self.which, self.n_in = kernel.parent
        self.summed = "summed" in kernel.attrs

    def outputs(self, avals: Avals) -> Avals | None:
        n = self.n_in
        made = self.forward.outputs(avals[:n])
        if made is None or any(
            made[w] is not c for w, c in zip(self.which, avals[n:], strict=True)
        ):
            return None
        if self.forward.pull(avals[:n], self.which) is None:
            return None
        diff = self.diff[:1] if self.summed else self.diff
        return tuple([avals[i] for i in diff])

    def host(self, avals: Avals) -> Run | None:
        n, diff, summed = self.n_in, self.diff, self.summed
        pull = self.forward.pull(avals[:n], self.which)
        if pull is None:
            return None

        def run(values: list) -> list:
            given, cotangents = values[:n], values[n:]
            grads = [pull(i, given, cotangents) for i in diff]
            if summed:
                total = grads[0]
                for g in grads[1:]:
                    total = np.add(total, g)
                return [total]
            return grads

        return run

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        made = self.forward.outputs(avals[: self.n_in]) or ()
        return 2 * self.forward.cost(avals[: self.n_in], made)

    def pullback(self, kernel: Any) -> Form | None:
        return None


#: Op name -> maker of the form of one of its kernels, or None for a kernel that has none.
FORMS: dict[str, Callable[[Any], Form | None]] = {}


def form(*ops: str) -> Callable[[Any], Any]:
    """Registers a form, or a function that finds one, for the kernels of these ops."""

    def register(make: Any) -> Any:
        for name in ops:
            if name in FORMS:
                raise ValueError(f"two forms of {name}")
            FORMS[name] = make
        return make

    return register


def find(kernel: Any) -> Form | None:
    """The form of a kernel, if it has one."""
    parent = kernel.parent
    if parent is not None:
        if parent[0] != "pullback":
            return None
        forward = parent[1].form
        return None if forward is None else forward.pullback(kernel)
    make = kernel.op.form if kernel.op is not None else None
    return None if make is None else make(kernel)


def host_aval(aval: Aval) -> HostAval:
    """The same as host rules see it."""
    return HostAval(aval.shape, aval.dtype.np)  # pyright: ignore[reportArgumentType]


def primitive(
    name: str, params: dict[str, Any], inputs: Sequence[HostAval], *outputs: HostAval
) -> Callable | None:
    """The NumPy function of one JAX primitive, by the rule that jaxprs are evaluated with."""
    from tfshim._src.engine import host  # noqa: F401  (fills the table)

    rule = RULES[name]
    eqn = Equation(name, params, tuple(inputs), outputs, _no_nesting)
    return widened(rule.build, eqn) if rule.widen else rule.build(eqn)


def _no_nesting(jaxpr: Any) -> Any:
    raise NotImplementedError


def summer(aval: Aval, axes: tuple[int, ...], shape: tuple[int, ...]) -> Callable:
    """A function that sums a value of `aval` over axes, into `shape`."""
    have = host_aval(aval)
    left = tuple([n for i, n in enumerate(aval.shape) if i not in axes])
    reduce: Any = primitive("reduce_sum", {"axes": axes}, [have], HostAval(left, have.dtype))
    if left == shape:
        return reduce
    return lambda x: reduce(x).reshape(shape)


def unbroadcast(aval: Aval, shape: tuple[int, ...]) -> Callable | None:
    """A function that sums a value of `aval` to what was broadcast to it; None for the identity."""
    if shape == aval.shape:
        return None
    extra = len(aval.shape) - len(shape)
    axes = tuple(
        [i for i, n in enumerate(aval.shape) if i < extra or (shape[i - extra] == 1 and n != 1)]
    )
    if not axes:
        return lambda x: x.reshape(shape)
    return summer(aval, axes, shape)


def broadcast_shape(avals: Avals) -> tuple[int, ...] | None:
    """The shape that avals broadcast to, by NumPy's rule; None if they do not."""
    shape = avals[0].shape
    for a in avals[1:]:
        other = a.shape
        if other == shape or not other:
            continue
        if not shape:
            shape = other
            continue
        if len(other) > len(shape):
            shape, other = other, shape
        merged = list(shape)
        offset = len(shape) - len(other)
        for i, n in enumerate(other):
            m = merged[offset + i]
            if m == 1:
                merged[offset + i] = n
            elif n != m and n != 1:
                return None
        shape = tuple(merged)
    return shape
