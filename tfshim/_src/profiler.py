"""`tf.profiler.experimental`: profiles taken by `jax.profiler`, which TensorBoard shows."""

from __future__ import annotations

import collections
import threading
from typing import Any

import jax

from tfshim._src.errors import AlreadyExistsError, UnavailableError
from tfshim._src.registry import export

_lock = threading.Lock()
_running = False


@export("tf.profiler.experimental.ProfilerOptions")
class ProfilerOptions(
    collections.namedtuple(
        "ProfilerOptions",
        ["host_tracer_level", "python_tracer_level", "device_tracer_level", "delay_ms"],
        defaults=(2, 0, 1, None),
    )
):
    """What is looked at.

    Args:
      host_tracer_level: 0 for nothing of the host, 1 for the user's marks, 2 and 3 for more.
      python_tracer_level: 1 for the calls of Python functions, 0 for none.
      device_tracer_level: 1 for what runs on devices, 0 for none.
      delay_ms: only None: a profile starts at once.
    """


def _translated(options: Any) -> Any:
    made = jax.profiler.ProfileOptions()
    made.host_tracer_level = options.host_tracer_level
    made.python_tracer_level = options.python_tracer_level
    made.device_tracer_level = options.device_tracer_level
    return made


@export("tf.profiler.experimental.start")
def start(logdir, options=None) -> None:
    """Starts a profile.

    Args:
      logdir: the folder for it.
      options: a `ProfilerOptions`.

    Raises:
      AlreadyExistsError: if one is running.
      ValueError: for a delay.
    """
    global _running
    if options is not None and options.delay_ms:
        raise ValueError(f"delay_ms={options.delay_ms}: a profile starts at once")
    with _lock:
        if _running:
            raise AlreadyExistsError(None, None, "Another profiler is running.")
        kwargs = {} if options is None else {"profiler_options": _translated(options)}
        jax.profiler.start_trace(str(logdir), **kwargs)
        _running = True


@export("tf.profiler.experimental.stop")
def stop(save=True) -> None:
    """Ends the profile, and writes it.

    Args:
      save: only True.

    Raises:
      UnavailableError: if none is running.
      ValueError: for False.
    """
    global _running
    if not save:
        raise ValueError("save=False: a profile is written when it ends")
    with _lock:
        if not _running:
            raise UnavailableError(
                None, None, "Cannot export profiling results. No profiler is running."
            )
        _running = False
        jax.profiler.stop_trace()


@export("tf.profiler.experimental.Profile")
class Profile:
    """A context that is profiled.

    Args:
      logdir: the folder for the profile.
      options: a `ProfilerOptions`.
    """

    def __init__(self, logdir, options=None):
        self._logdir, self._options = logdir, options

    def __enter__(self) -> None:
        start(self._logdir, self._options)

    def __exit__(self, *exc) -> None:
        stop()


@export("tf.profiler.experimental.Trace")
class Trace:
    """A context that the profile shows under a name, `step_num=` for a training step.

    Args:
      name: what it is called.
      **kwargs: details that are shown.
    """

    def __init__(self, name, **kwargs):
        self._name, self._details = name, dict(kwargs)
        self._mark: Any = None

    def __enter__(self) -> Trace:
        kind = jax.profiler.TraceAnnotation
        if "step_num" in self._details:
            kind = jax.profiler.StepTraceAnnotation
        self._mark = kind(self._name, **{k: v for k, v in self._details.items() if k != "_r"})
        self._mark.__enter__()
        return self

    def set_metadata(self, **kwargs) -> None:
        """Adds details."""
        add = getattr(self._mark, "set_metadata", None)
        if add is not None:
            add(**kwargs)

    def __exit__(self, *exc) -> None:
        self._mark.__exit__(*exc)


@export("tf.profiler.experimental.server.start")
def start_server(port) -> None:
    """Starts a server that TensorBoard can ask for profiles.

    Args:
      port: where it listens.
    """
    jax.profiler.start_server(port)
