"""Range checks of indices that do not run the step in which the indices stand.

TensorFlow checks indices and labels at the call. A minibatch of labels is a slice of a larger
tensor, and the indices of `tf.IndexedSlices` are a reshape of what the user gathered by; both are
still pending. If all of what they were taken from is in range, so are they, and nothing has to run.
"""

from __future__ import annotations

from typing import Any

from tfshim._src.engine.trace import Pending
from tfshim._src.ops.casting import _cast
from tfshim._src.ops.joining import _split, _split_sizes, _unpack, copy
from tfshim._src.ops.shaping import _transpose, broadcast_to, expand_dims, reshape, squeeze
from tfshim._src.tensor import EagerTensor

#: Ops whose outputs have no element that their first input does not have. Casts are looked at.
_TAKERS: set[Any] = set()


def takes_elements(public: Any) -> Any:
    """Marks an op all of whose outputs' elements are elements of its first input."""
    _TAKERS.add(public.op)
    return public


for _public in (_cast, _split, _split_sizes, _transpose, _unpack, broadcast_to, copy, expand_dims):
    takes_elements(_public)
takes_elements(reshape)
takes_elements(squeeze)


def within(t: EagerTensor, size: int) -> bool:
    """Whether all elements of an integer tensor, which is not symbolic, are in [0, size)."""
    source = _origin(t)
    if source is not t and _in(source._extent(), size):
        return True
    return _in(t._extent(), size)  # a tensor may well be in range where its source is not


def _in(extent: tuple[int, int], size: int) -> bool:
    least, most = extent
    return least >= 0 and most < size


def _origin(t: EagerTensor) -> EagerTensor:
    """The known tensor that a pending one was taken from, or else the tensor itself."""
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
            if not _takes(kernel):
                return t
            passed.append(spec.outputs[slot - first].dtype)
            slot = refs[0]
            if slot < 0:
                source = trace.ext[-1 - slot]
                return source if all(_keeps(source.aval.dtype, d) for d in passed) else t
    return t


def _takes(kernel: Any) -> bool:
    if kernel.op is None:
        return kernel.name == "StridedSlice"  # x[...]: its kernels are made without an op
    return kernel.op in _TAKERS


def _keeps(source: Any, dtype: Any) -> bool:
    """Whether a cast between these dtypes keeps every element."""
    return source is dtype or (source.kind == dtype.kind == "i" and source.size <= dtype.size)
