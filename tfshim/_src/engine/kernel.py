"""A kernel: an op with its static attributes filled in. It is what a node calls.

Its `fn` is a pure function of raw arrays. Everything derived from it is found here and cached:
output avals for given input avals, the NumPy version, the compiled single call, and the derived
kernels (pullback, pushforward) that tapes and accumulators dispatch.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from tfshim._src import dtypes
from tfshim._src.engine import forms, speed
from tfshim._src.engine.aval import Aval, make_aval
from tfshim._src.engine.forms import Form
from tfshim._src.engine.host_cost import Cost
from tfshim._src.engine.stats import stats
from tfshim._src.errors import (
    InvalidArgumentError,
    OpError,
    ResourceExhaustedError,
    op_error,
    runtime_name,
)

#: What NumPy does in less time than XLA needs to compile one op (microseconds, as estimated by
#: `host_cost.py`) is evaluated on the host while cold; anything larger goes to XLA at once.
HOST_US = 25_000
#: More bytes than these are worth being moved to a device that is not the host.
HOST_BYTES = 1 << 24
#: Bytes that no array can have; XLA would end the process over some.
TOO_LARGE = 1 << 40

_UNSET: Any = object()
#: NumPy keeps subnormal numbers, TensorFlow and XLA do not.
_flushed: Callable | None = None if speed.core is None else speed.core.flushed


class Spec:
    """What a kernel does for one combination of input avals.

    Args:
      outputs: its output avals.
      single: whether the output is no list.
      source: the jaxpr of a kernel that was traced; of one with a form, the kernel and the avals.
    """

    __slots__ = ("outputs", "single", "_source", "_host", "alone")

    def __init__(self, outputs: tuple[Aval, ...], single: bool, source: Any):
        self.outputs = outputs
        self.single = single
        self._source = source
        self._host = _UNSET
        self.alone: Any = None  # the program of such a node and nothing else, once it ran (flush)

    @property
    def host(self) -> Callable | None:
        """The NumPy version, or None where a primitive has no rule or the work is large."""
        if self._host is _UNSET:
            source, self._source = self._source, None
            self._host = self._of_form(*source) if type(source) is tuple else _of_jaxpr(source)
        return self._host

    def _of_form(self, kernel: Kernel, avals: tuple[Aval, ...]) -> Callable | None:
        form = kernel.form
        assert form is not None
        if not _quick(form.cost(avals, self.outputs)):
            return None
        run = form.host(avals)
        if run is not None:
            from tfshim._src.engine import host

            return host.silently(run)
        return _of_jaxpr(kernel.trace(avals)[0])


def _of_jaxpr(jaxpr: Any) -> Callable | None:
    from tfshim._src.engine import host

    return host.host_function(jaxpr) if _quick(host.cost_hint(jaxpr)) else None


def _quick(cost: Cost) -> bool:
    """Whether the host is done before XLA would be."""
    return cost.us <= HOST_US and (cost.nbytes <= HOST_BYTES or _host_reads_are_free())


class Kernel:
    """An op with its attributes: name, pure function and everything cached about it.

    Args:
      name: TensorFlow's kernel name, for error text and tables.
      fn: pure function of raw arrays, returning an array or a tuple/list of arrays.
      attrs: the static attributes, for rules and tables.
      rule: Tensor-level gradient rule `rule(call) -> input gradients`, or None for the derived one.
      differentiable: False where TensorFlow gives None (the output is not connected to the inputs).
      diff_inputs: indices of the inputs that can get a gradient; None for all.
      form: makes what is known of this kernel without tracing; by default that of its op.
      settle: `settle(attrs, inputs, outputs, cotangents, gradients)` gives TensorFlow's
        gradients, of those that the chain rule gives for these inputs.
    """

    __slots__ = (
        "name", "fn", "attrs", "rule", "differentiable", "diff_inputs", "host_only",
        "memo", "_jit", "_derived", "parent", "op", "entry", "_form", "_make_form", "settle",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        fn: Callable,
        attrs: dict[str, Any] | None = None,
        *,
        rule: Callable | None = None,
        differentiable: bool = True,
        diff_inputs: frozenset[int] | None = None,
        host_only: bool = False,
        parent: tuple | None = None,
        op: Any = None,
        form: Callable[[Kernel], Form | None] | None = None,
        settle: Callable | None = None,
    ):
        self.settle = settle
        self.name = name
        self.fn = fn
        self.attrs = attrs or {}
        self.rule = rule
        self.differentiable = differentiable
        self.diff_inputs = diff_inputs
        self.host_only = host_only
        self.parent = parent
        self.op = op
        self.entry: Any = None  # the C core's way in, for kernels of public ops (registry)
        self.memo: dict[tuple[Aval, ...], Spec] = {}
        self._jit: Callable | None = None
        self._derived: dict[Any, Kernel] = {}
        self._form: Any = _UNSET
        self._make_form = form

    def __repr__(self) -> str:
        return f"<kernel {self.name} {self.attrs}>"

    def with_attrs(self, attrs: dict[str, Any]) -> Kernel:
        """A kernel of the same op with other static attributes; this one, if it is of none."""
        if self.op is None:
            return self
        return self.op._make(attrs, getattr(self.fn, "layout", None))

    def spec(self, avals: tuple[Aval, ...]) -> Spec:
        """Output avals for these input avals; bad shapes and dtypes raise here, at the call."""
        found = self.memo.get(avals)
        if found is None:
            found = self._infer(avals)
            if len(self.memo) > 4096:
                self.memo.clear()
            self.memo[avals] = found
        return found

    @property
    def form(self) -> Form | None:
        """What is known of this kernel without tracing it; None if nothing is."""
        if self._form is _UNSET:
            make = self._make_form
            self._form = forms.find(self) if make is None else make(self)
        return self._form

    def _infer(self, avals: tuple[Aval, ...]) -> Spec:
        form = self.form
        outputs = None if form is None else form.outputs(avals)
        if form is not None and outputs is not None:
            spec = Spec(outputs, form.single, (self, avals))
        else:
            jaxpr, out = self.trace(avals)
            single = not isinstance(out, (tuple, list))
            outs = (out,) if single else tuple(out)
            avals = tuple([_aval(o) for o in outs])
            kinds = self.attrs.get("quantized")  # arrays of integers that are to be quantized ones
            if kinds is not None:
                pairs = zip(avals, kinds, strict=True)
                avals = tuple([a if k is None else make_aval(a.shape, k) for a, k in pairs])
            spec = Spec(avals, single, jaxpr)
        for o in spec.outputs:
            if type(o.nbytes) is int and o.nbytes >= TOO_LARGE:  # a symbol of jax.export is none
                text = (
                    f"OOM when allocating tensor with shape[{','.join(map(str, o.shape))}] and "
                    f"type {runtime_name(o.dtype)} on "
                    "/job:localhost/replica:0/task:0/device:CPU:0 by allocator cpu"
                )
                raise op_error(self.name, text, ResourceExhaustedError)
        return spec

    def trace(self, avals: tuple[Aval, ...]) -> tuple[Any, Any]:
        """The jaxpr for these input avals, and the shapes and dtypes of what `fn` returns."""
        stats.kernel_traces += 1
        try:
            return jax.make_jaxpr(self.fn, return_shape=True)(*[a.struct for a in avals])
        except OpError as e:
            e.__notes__ = []  # JAX adds a note on its own frames, which are not the user's concern
            raise e.with_kernel(self.name) from None
        except (TypeError, ValueError, IndexError, NotImplementedError, ZeroDivisionError) as e:
            if isinstance(e, jax.errors.JAXTypeError):
                raise  # a body that reads values while tracing: a defect of ours, not of the caller
            raise op_error(self.name, str(e), InvalidArgumentError) from e

    def call(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """The outputs for raw arrays or tracers, always as a tuple."""
        out = self.fn(*values)
        return tuple(out) if isinstance(out, (tuple, list)) else (out,)

    def execute(self, values: list[Any], spec: Spec) -> Sequence[Any]:
        """Runs this kernel alone (the cold tier): on the host if small, else one compiled call."""
        host = spec._host
        if host is _UNSET:
            host = spec.host
        if host is not None and on_host(values):
            stats.host_nodes += 1
            for i, v in enumerate(values):
                if type(v) is not np.ndarray:
                    values[i] = np.asarray(v)
            return host(values) if _flushed is None else _flushed(host, values)
        stats.xla_nodes += 1
        return self.run_xla(values)

    def run_xla(self, values: Sequence[Any]) -> tuple[Any, ...]:
        jitted = self._jit
        if jitted is None:
            stats.kernel_compiles += 1
            jitted = self._jit = jax.jit(self.call_flat)
        for v in values:
            if type(v) is np.ndarray:
                stats.to_device += 1
                stats.to_device_bytes += v.nbytes
        return jitted(*values)

    def call_flat(self, *values):
        return self.call(values)

    def derived(self, key: Any, make: Callable[[], Kernel]) -> Kernel:
        """The kernel derived from this one under `key`, made once."""
        found = self._derived.get(key)
        if found is None:
            found = self._derived[key] = make()
        return found


def _aval(struct) -> Aval:
    return make_aval(tuple(struct.shape), dtypes.from_np(np.dtype(struct.dtype)))


def on_host(values: Sequence[Any]) -> bool:
    """Whether all values are host arrays, or can be read by the host without a transfer."""
    for v in values:
        if on_accelerator(v):
            return False
    return True


def on_accelerator(value: Any) -> bool:
    """Whether the host can read an array only by a transfer."""
    return type(value) is not np.ndarray and not _host_reads_are_free()


@functools.cache
def _host_reads_are_free() -> bool:
    """Whether JAX's default device is the CPU; asked late, since asking starts the backends."""
    return jax.default_backend() == "cpu"
