"""Hands the C core (speed.py), where there is one, the classes and objects that it works on, and
has the C library keep the memory of large arrays (heap.py)."""

from __future__ import annotations

from tfshim._src import config, convert, dispatch
from tfshim._src.engine import ahead, flush, heap, speed
from tfshim._src.engine.aval import Aval
from tfshim._src.engine.kernel import Kernel, Spec
from tfshim._src.engine.trace import Pending
from tfshim._src.plans import Plan
from tfshim._src.recording import OPEN, Recording, Span
from tfshim._src.tensor import EagerTensor
from tfshim._src.variable import ResourceVariable, UnreadVariable

heap.keep_memory()

if speed.core is not None:
    speed.core.setup(
        tensor=EagerTensor,
        variable=ResourceVariable,
        unread=UnreadVariable,
        pending=Pending,
        kernel=Kernel,
        spec=Spec,
        aval=Aval,
        dispatch=dispatch.dispatch_in_python,
        launch=ahead.launch,
        is_ours=dispatch.is_ours,
        ours=dispatch.OURS,
        config=config.__dict__,
        literals=convert.LITERALS,
        flush=flush.__dict__,
        recording=Recording,
        span=Span,
        plan=Plan,
        open_end=OPEN,
    )
