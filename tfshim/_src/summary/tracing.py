"""Graphs of functions as summaries: `tf.summary.graph`, and what was traced between two calls."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import numpy as np

from tfshim._src import logs
from tfshim._src.function import tracing
from tfshim._src.protos.messages import message
from tfshim._src.registry import export
from tfshim._src.summary import values
from tfshim._src.summary.writer import CURRENT, record

_lock = threading.Lock()


class _Traced:
    """The graphs of functions traced since `trace_on`.

    Attributes:
      graphs: the graphs; None while nothing is recorded.
      profiler: whether JAX's profiler was started as well.
    """

    graphs: list[Any] | None = None
    profiler = False


@export("tf.summary.trace_on")
def trace_on(graph=True, profiler=False, profiler_outdir=None) -> None:
    """From now on, the graphs of functions that are traced are kept for `trace_export`.

    Args:
      graph: whether graphs are kept.
      profiler: whether a profile is taken, by `jax.profiler`.
      profiler_outdir: the folder for it; without one none is taken.
    """
    if profiler and profiler_outdir is None:
        logs.warn("No `profiler_outdir` passed to trace_on(). Profiler won't be enabled.")
        profiler = False
    with _lock:
        if _Traced.graphs is not None:
            logs.warn("Trace already enabled")
            return
        _Traced.graphs = []
        if graph:
            tracing.OBSERVERS.append(_keep)
        if profiler:
            from tfshim._src.profiler import start

            start(profiler_outdir)
            _Traced.profiler = True


def _keep(graph: Any) -> None:
    if _Traced.graphs is not None:
        _Traced.graphs.append(graph)


@export("tf.summary.trace_off")
def trace_off() -> None:
    """Ends what `trace_on` began; what was kept is forgotten."""
    with _lock:
        _stop()


def _stop() -> list[Any] | None:
    graphs, _Traced.graphs = _Traced.graphs, None
    if graphs is not None:
        with contextlib.suppress(ValueError):  # without graphs
            tracing.OBSERVERS.remove(_keep)
    if _Traced.profiler:
        from tfshim._src.profiler import stop

        _Traced.profiler = False
        stop()
    return graphs


@export("tf.summary.trace_export")
def trace_export(name, step=None, profiler_outdir=None) -> None:
    """Writes what was traced since `trace_on`, and ends it.

    Args:
      name: the tag.
      step: an int64 step; the default one if None.
      profiler_outdir: has no meaning any more: see `trace_on`.

    Raises:
      ValueError: if nothing is recorded, or without any step.
    """
    with _lock:
        if _Traced.graphs is None:
            raise ValueError("Must enable trace before export through tf.summary.trace_on.")
        run = message("RunMetadata")()
        for graph in _Traced.graphs:
            functions = run.function_graphs.add()
            functions.pre_optimization_graph.CopyFrom(graph.as_graph_def())
            run.partition_graphs.add().CopyFrom(graph.as_graph_def())
        data = run.SerializeToString()

        def write(writer: Any, step: int) -> None:
            summary = message("Summary")()
            value = summary.value.add(tag=name)
            value.tensor.CopyFrom(values.tensor_proto(_scalar(data)))
            value.metadata.CopyFrom(values.metadata("graph_run_metadata_graph", content=b"1"))
            writer.add(step, summary=summary)

        if CURRENT.writer is not None:
            record([], step, write)
        _stop()


def _scalar(data: bytes) -> Any:
    made = np.empty((), object)
    made[()] = data
    return made


@export("tf.summary.graph")
def graph(graph_data) -> Any:
    """Writes a graph.

    Args:
      graph_data: the graph of a concrete function, or a `GraphDef` message.

    Returns:
      Whether it was written, a bool tensor.

    Raises:
      ValueError: for anything else.
    """
    if isinstance(graph_data, message("GraphDef")):
        made = graph_data
    elif hasattr(graph_data, "as_graph_def"):
        made = graph_data.as_graph_def()
    else:
        raise ValueError(
            "Argument 'graph_data' is not tf.Graph or tf.compat.v1.GraphDef. Received "
            f"graph_data={graph_data} of type {type(graph_data).__name__}."
        )
    data = made.SerializeToString()
    return record([], 0, lambda writer, step: writer.add(step, graph_def=data))
