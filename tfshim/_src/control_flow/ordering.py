"""Order of execution: everything here runs in the order of the program, so these do little."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

from tfshim._src.registry import export
from tfshim._src.tensor import STATE


class NullContextmanager(contextlib.AbstractContextManager):
    """A context that does nothing."""

    __module__ = "tensorflow.python.framework.ops"

    def __exit__(self, *exc) -> None:
        return None


@export("tf.control_dependencies")
def control_dependencies(control_inputs) -> Any:
    """A context in which operations run after others: they always run in the order of the program.

    Args:
      control_inputs: tensors and operations; outside of functions, functions in it are called.
    """
    if not STATE.trace.symbolic:
        if callable(control_inputs):
            control_inputs()
        else:
            for control in control_inputs or ():
                if callable(control):
                    control()
    return NullContextmanager()


@export("tf.CriticalSection")
class CriticalSection:
    """Runs functions one at a time.

    Args:
      name, shared_name: of the section.
      critical_section_def, import_scope: TensorFlow 1 arguments; only None.
    """

    def __init__(self, name=None, shared_name=None, critical_section_def=None, import_scope=None):
        for arg, value in (
            ("critical_section_def", critical_section_def),
            ("import_scope", import_scope),
        ):
            if value is not None:
                raise ValueError(f"Argument `{arg}` is not supported, got {value!r}.")
        self._name = name or shared_name or "critical_section"
        self._lock = threading.RLock()
        self._running = False
        self._signature = ("", id(self), "/job:localhost/replica:0/task:0/device:CPU:0")

    @property
    def name(self) -> str:
        """The section's name."""
        return self._name

    def execute(self, fn: Callable, exclusive_resource_access=True, name=None) -> Any:
        """Calls `fn()` while nobody else is inside.

        Args:
          fn: a function without arguments.
          exclusive_resource_access: whether the same resources may be used by no other section;
            one thread runs a program here, so either holds.
          name: ignored.

        Raises:
          ValueError: inside of itself.
        """
        with self._lock:
            if self._running:
                raise ValueError(
                    f"Attempting to lock a CriticalSection (signature={self._signature}) in which "
                    "we are already running. This is illegal and may cause deadlocks."
                )
            self._running = True
            try:
                return fn()
            finally:
                self._running = False
