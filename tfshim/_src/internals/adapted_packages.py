"""What of packages is replaced, because it talks to a part of TensorFlow that is not here.

TensorFlow rewrites a graph when it knows the device: of two functions that a package marks as one
API, it keeps the one for that device. Here the device is known when the function is called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tfshim._src.device import PLACEMENT, accelerators, kind_of
from tfshim._src.registry import PUBLIC


def _device() -> str:
    """The kind of device on which ops run: CPU, GPU or TPU."""
    spec = PLACEMENT.current
    if spec is not None and spec.device_type is not None:
        return spec.device_type
    devices = accelerators()
    return kind_of(devices[0]) if devices else "CPU"


def _by_device(module: Any) -> None:
    """TensorFlow Probability's samplers: one for CPUs, another for other devices."""

    def implementation_selecting(fn_name: str, default_fn: Callable, cpu_fn: Callable) -> Callable:
        def selected(**kwargs: Any) -> tuple:
            on_cpu = _device() == "CPU"
            found = (cpu_fn if on_cpu else default_fn)(**kwargs)
            runtime = module._RUNTIME_CPU if on_cpu else module._RUNTIME_DEFAULT
            return found, PUBLIC["tf.constant"](runtime, "float32")

        return selected

    module.implementation_selecting = implementation_selecting


def _unrolled(module: Any) -> None:
    """Sonnet's unrolled LSTM: by kernels that are not here, or by ops, which are."""

    def specialized(*args: Any) -> Any:
        return module._fallback_unrolled_lstm(*args)

    module._specialized_unrolled_lstm = specialized


#: Module -> what is done once it is loaded.
ADAPTED = {
    "sonnet.src.recurrent": _unrolled,
    "tensorflow_probability.python.internal.implementation_selection": _by_device,
}
