"""The least and the largest index of a tensor, without running the step that it stands in.

Indices are checked at the call. Those of `tf.IndexedSlices` are a reshape of what the user gathered
by, still pending; its range is that of the tensor it was made from, so nothing has to run.
"""

from __future__ import annotations

from tfshim._src.engine.trace import Pending
from tfshim._src.ops.casting import _cast
from tfshim._src.ops.shaping import expand_dims, reshape, squeeze
from tfshim._src.tensor import EagerTensor

_KEEP = {f.op for f in (reshape, squeeze, expand_dims, _cast)}  # type: ignore[attr-defined]


def extent(t: EagerTensor) -> tuple[int, int]:
    """The least and the largest element of an integer tensor; (0, -1) if it is empty."""
    return _origin(t)._extent()


def _origin(t: EagerTensor) -> EagerTensor:
    """The tensor that a pending one has its elements from, or the tensor itself."""
    trace = t._trace
    if type(trace) is not Pending:
        return t
    with trace.lock:
        if t._trace is not trace:  # it ran meanwhile
            return t
        slot, first, passed = t._slot, trace.nslots, []
        for (kernel, refs), spec in zip(reversed(trace.nodes), reversed(trace.specs)):
            first -= len(spec.outputs)
            if first > slot:
                continue
            if kernel.op not in _KEEP or len(refs) != 1:
                return t
            passed.append(spec.outputs[0].dtype)
            if refs[0] < 0:
                source = trace.ext[-1 - refs[0]]
                return source if all(_keeps(source.aval.dtype, d) for d in passed) else t
            slot = refs[0]
    return t


def _keeps(source, dtype) -> bool:
    """Whether a cast between these dtypes keeps every element."""
    return source is dtype or (source.kind == dtype.kind == "i" and source.size <= dtype.size)
