"""Whether functions run as plain Python, and where code runs: eagerly, in a function, or lifted."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from tfshim._src.function.func_graph import FuncGraph
from tfshim._src.random_graph import numbered
from tfshim._src.registry import export
from tfshim._src.tensor import STATE


class _Mode:
    eagerly = False
    #: while a function is sampled (op_by_op.py): id of an iterator -> the one used in its place
    iterators: dict[int, Any] | None = None


MODE = _Mode()


class _OpByOp(threading.local):
    """How many functions that run op by op this thread is in."""

    depth = 0


OP_BY_OP = _OpByOp()


@export("tf.config.run_functions_eagerly")
def run_functions_eagerly(run_eagerly) -> None:
    """Makes every `tf.function` run as the plain Python function that it was made of, or not.

    Args:
      run_eagerly: a bool.
    """
    MODE.eagerly = bool(run_eagerly)


@export("tf.config.functions_run_eagerly")
def functions_run_eagerly() -> bool:
    """Whether functions run as plain Python."""
    return MODE.eagerly


@export("tf.config.experimental_run_functions_eagerly")
def experimental_run_functions_eagerly(run_eagerly) -> None:
    """The older name of `tf.config.run_functions_eagerly`."""
    run_functions_eagerly(run_eagerly)


@export("tf.config.experimental_functions_run_eagerly")
def experimental_functions_run_eagerly() -> bool:
    """The older name of `tf.config.functions_run_eagerly`."""
    return functions_run_eagerly()


@export("tf.executing_eagerly")
def executing_eagerly() -> bool:
    """False while a function is traced, True elsewhere."""
    return not STATE.trace.symbolic


@export("tf.inside_function")
def inside_function() -> bool:
    """Whether a function is being traced, also in a `tf.init_scope` there."""
    return isinstance(STATE.trace, FuncGraph) or STATE.lifted is not None


@export("tf.init_scope")
@contextlib.contextmanager
def init_scope():
    """Runs what is inside eagerly, out of all functions being traced; tapes do not see it."""
    state = STATE
    saved, around = (state.trace, state.recorders), state.lifted
    if isinstance(state.trace, FuncGraph):
        state.lifted = state.trace
    state.trace, state.recorders = state.pending, []
    try:
        with numbered(None):
            yield
    finally:
        state.trace, state.recorders = saved
        state.lifted = around
