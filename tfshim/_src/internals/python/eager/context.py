"""The eager context."""

from __future__ import annotations

import contextlib
from typing import Any

from tfshim._src.device import PLACEMENT, DeviceSpec, device as _device
from tfshim._src.engine import flush
from tfshim._src.internals.graphs import no_graph
from tfshim._src.registry import PUBLIC
from tfshim._src.tensor import STATE

__all__ = [
    "ASYNC", "EAGER_MODE", "GRAPH_MODE", "SYNC", "async_wait", "context", "device", "eager_mode",
    "ensure_initialized", "executing_eagerly", "get_config", "get_device_name", "graph_mode",
    "in_eager_mode", "is_async", "num_gpus", "set_global_seed",
]  # fmt: skip

GRAPH_MODE, EAGER_MODE = 0, 1
SYNC, ASYNC = 0, 1


class _Context:
    """What there is of TensorFlow's context."""

    @property
    def device_name(self) -> str:
        """The name of the device that the scopes say, or "" outside of them."""
        return self.device_spec.to_string()

    @property
    def device_spec(self) -> DeviceSpec:
        """What the device scopes say: with all its parts, or with none outside of them."""
        spec = PLACEMENT.current
        if spec is None or spec.device_type is None:
            return DeviceSpec()
        return DeviceSpec("localhost", 0, 0, spec.device_type, spec.device_index or 0)

    @property
    def scope_name(self) -> str:
        return PUBLIC["tf.get_current_name_scope"]()

    def executing_eagerly(self) -> bool:
        return executing_eagerly()

    def num_gpus(self) -> int:
        return num_gpus()

    def ensure_initialized(self) -> None:
        """Does nothing: there is nothing to initialize."""

    def clear_kernel_cache(self) -> None:
        """Does nothing: compiled programs carry no state, and the cache has a bound."""


_CONTEXT = _Context()


def context() -> _Context:
    """The one context."""
    return _CONTEXT


def ensure_initialized() -> None:
    """Does nothing: there is nothing to initialize."""


def executing_eagerly() -> bool:
    """Whether code runs at once rather than in a function being traced."""
    return not STATE.trace.symbolic


in_eager_mode = executing_eagerly


def eager_mode() -> contextlib.AbstractContextManager:
    """A context in which code runs eagerly: as it does, or outside of the function traced."""
    if STATE.trace.symbolic:
        return PUBLIC["tf.init_scope"]()
    return contextlib.nullcontext()


def graph_mode() -> contextlib.AbstractContextManager:
    """Raises: there are no graphs.

    Raises:
      NotImplementedError: always.
    """
    raise no_graph("context.graph_mode")


def device(name: Any) -> Any:
    """`tf.device`."""
    return _device(name)


def get_device_name() -> str:
    """The name of the device that the device scopes say, or ""."""
    return _CONTEXT.device_name


def get_config() -> Any:
    """Raises: there is no session to configure.

    Raises:
      NotImplementedError: always.
    """
    raise no_graph("context.get_config")


def num_gpus() -> int:
    """How many GPUs there are."""
    return len(PUBLIC["tf.config.list_physical_devices"]("GPU"))


def is_async() -> bool:
    """False: what is deferred shows in no result."""
    return False


def set_global_seed(seed: int) -> None:
    """`tf.random.set_seed`."""
    PUBLIC["tf.random.set_seed"](seed)


def async_wait() -> None:
    """Runs what is pending in this thread."""
    flush.flush(STATE.pending)
