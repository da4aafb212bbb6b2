"""Dispatch: the one place that makes nodes.

Every op call arrives here with its kernel and its tensors. The node goes to the current trace;
what is active in this thread (tapes, accumulators) sees it; nothing is computed yet.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from tfshim._src import config, movement, quantized, registry
from tfshim._src.engine import flush as engine, speed
from tfshim._src.engine.kernel import Kernel
from tfshim._src.engine.trace import Failed, Pending
from tfshim._src.errors import OpError
from tfshim._src.tensor import INLINE, STATE, EagerTensor, from_value, pending

_HERE = str(Path(__file__).parent)
#: File name -> whether it is ours, so that most frames cost one look-up.
OURS: dict[str, bool] = {}


def dispatch_in_python(kernel: Kernel, inputs: tuple[EagerTensor, ...]) -> Any:
    """Records one node.

    Args:
      kernel: what to call.
      inputs: its tensors; variables and Python values are converted before.

    Returns:
      One tensor, or a list of tensors where the kernel has several outputs.

    Raises:
      OpError: for shapes, dtypes and attributes that do not fit, at once.
    """
    if kernel.host_only:
        quantized.refuse(kernel, inputs)
        return run_on_host(kernel, inputs)
    avals = tuple([t.aval for t in inputs])
    spec = kernel.memo.get(avals)
    if spec is None:
        kinds = [a.dtype.kind for a in avals]
        if "s" in kinds and movement.moves_strings(kernel):
            return movement.run_on_strings(kernel, inputs)
        if "q" in kinds and quantized.concerns(kernel):
            return quantized.run(kernel, inputs, dispatch)
        spec = kernel.spec(avals)
    state = STATE
    trace = state.trace
    outs = trace.record(kernel, inputs, spec, pending, call_site())  # type: ignore[attr-defined]
    if outs is None:
        outs = _dispatch_foreign(kernel, inputs, spec)
    for recorder in state.listeners:
        recorder.record(kernel, inputs, outs)
    if trace.nslots >= config.limit or trace.held_bytes >= engine.MAX_BYTES:
        if trace is state.pending:
            engine.flush(trace)
    return outs[0] if spec.single else list(outs)


def _dispatch_foreign(kernel: Kernel, inputs, spec) -> tuple:
    """Inputs that come from elsewhere: a JAX tracer, another thread, a function being traced."""
    if any(t._trace is INLINE for t in inputs):
        outs = tuple([from_value(o) for o in kernel.call([t._raw() for t in inputs])])
        for recorder in STATE.recorders:
            if recorder.follows:  # it does not find this call in the trace
                recorder.record(kernel, inputs, outs)
        return outs
    trace = STATE.trace
    for t in inputs:
        source = t._trace
        if source is None or source is trace:
            continue
        if isinstance(source, (Pending, Failed)):
            t._force()
        else:
            from tfshim._src.function.func_graph import out_of_scope

            raise out_of_scope(t)
    return trace.record(kernel, inputs, spec, pending, call_site())  # type: ignore[attr-defined]


def run_on_host(kernel: Kernel, inputs) -> Any:
    """Ops that run at once on NumPy arrays: strings, and shapes that depend on data."""
    try:
        out = kernel.fn(*[t._host_value() for t in inputs])
    except OpError as e:
        raise e.with_kernel(kernel.name) from None
    single = not isinstance(out, (tuple, list))
    outs = tuple([_from_host(o) for o in ((out,) if single else out)])
    for recorder in STATE.listeners:
        recorder.record(kernel, inputs, outs)
    return outs[0] if single else list(outs)


def _from_host(value: Any) -> EagerTensor:
    if type(value) is bytes:  # NumPy makes one of a 0-d array of objects
        array = np.empty((), object)
        array[()] = value
        return from_value(array)
    return from_value(value)


#: `dispatch(kernel, inputs)`: the C core's, which calls the other one in all but the plain case.
dispatch = dispatch_in_python if speed.core is None else speed.core.dispatch


def is_ours(filename: str) -> bool:
    """Whether a source file is tfshim's own."""
    ours = OURS[filename] = filename.startswith((_HERE, "<tfshim"))
    return ours


def call_site() -> Any:
    """The user's code object and instruction of the call that is being dispatched."""
    frame = sys._getframe(2)
    while frame is not None:
        code = frame.f_code
        filename = code.co_filename
        ours = OURS.get(filename)
        if ours is None:
            ours = is_ours(filename)
        if not ours:
            return code, frame.f_lasti
        frame = frame.f_back
    return None


registry.provide(DISPATCH=dispatch)
