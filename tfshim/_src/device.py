"""Devices as TensorFlow names them: `tf.device`, `tf.config.list_*_devices`, `tf.version`.

JAX places values: everything runs on its default device. `tf.device` checks that the device named
exists, and is otherwise accepted without moving anything.
"""

from __future__ import annotations

import functools
import re
import threading
from collections import namedtuple
from typing import Any

import jax

from tfshim._src.engine.trace import Trace
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.registry import export, publish
from tfshim._src.tensor import STATE

PhysicalDevice = namedtuple("PhysicalDevice", ["name", "device_type"])
LogicalDevice = namedtuple("LogicalDevice", ["name", "device_type"])
LogicalDeviceConfiguration = namedtuple(
    "LogicalDeviceConfiguration",
    ["memory_limit", "experimental_priority", "experimental_device_ordinal"],
    defaults=(None, None, None),
)
for _cls in (PhysicalDevice, LogicalDevice, LogicalDeviceConfiguration):
    publish(f"tf.config.{_cls.__name__}", _cls, __name__, _cls.__name__)

_HOST = "/job:localhost/replica:0/task:0"
_TYPES = {"cuda": "GPU", "rocm": "GPU", "gpu": "GPU", "tpu": "TPU"}


@functools.cache
def _devices() -> tuple[tuple[str, int], ...]:
    """(type, index) of every device: one CPU, then JAX's accelerators."""
    found = [("CPU", 0)]
    for d in jax.devices():
        kind = _TYPES.get(d.platform, d.platform.upper())
        if kind != "CPU":
            found.append((kind, d.id))
    return tuple(found)


@export("tf.config.list_physical_devices", "tf.config.experimental.list_physical_devices")
def list_physical_devices(device_type=None) -> list[Any]:
    """The devices of this machine, of one type ("CPU", "GPU", "TPU") or of all."""
    return [
        PhysicalDevice(f"/physical_device:{kind}:{i}", kind)
        for kind, i in _devices()
        if device_type in (None, kind)
    ]


@export("tf.config.list_logical_devices", "tf.config.experimental.list_logical_devices")
def list_logical_devices(device_type=None) -> list[Any]:
    """The devices that ops can be placed on; each physical device is one."""
    return [
        LogicalDevice(f"/device:{kind}:{i}", kind)
        for kind, i in _devices()
        if device_type in (None, kind)
    ]


@export("tf.config.get_visible_devices", "tf.config.experimental.get_visible_devices")
def get_visible_devices(device_type=None) -> list[Any]:
    """The same as `list_physical_devices`: no device is hidden."""
    return list_physical_devices(device_type)


@export("tf.config.get_logical_device_configuration")
def get_logical_device_configuration(device) -> None:
    """None: physical devices are not divided."""
    _known(device)


@export("tf.config.experimental.get_device_details")
def get_device_details(device) -> dict[str, Any]:
    """What JAX tells of a GPU: its name; nothing of a CPU."""
    _known(device)
    if device.device_type == "CPU":
        return {}
    index = int(device.name.rsplit(":", 1)[1])
    return {"device_name": next(d.device_kind for d in jax.devices() if d.id == index)}


def _known(device: Any) -> None:
    if device not in list_physical_devices():
        raise ValueError(f"Unrecognized device: {device!r}")


@export("tf.config.experimental.set_memory_growth")
def set_memory_growth(device, enable) -> None:
    """Checks the device; JAX's allocator is configured by its own environment variables.

    Raises:
      ValueError: for an unknown device, or one that is no GPU.
    """
    _known(device)
    if device.device_type != "GPU":
        raise ValueError("Cannot set memory growth on non-GPU and non-Pluggable devices")


_DEVICE_PART = re.compile(r"^(job|replica|task|device|cpu|gpu|tpu)(:.*)?$", re.I)


def parse(name: str) -> tuple[str, int] | None:
    """(type, index) of a device name such as "/job:localhost/device:GPU:1" or "cpu:0".

    Raises:
      ValueError: for an attribute that device names do not have.
    """
    found = None
    for part in name.strip("/").split("/"):
        if not part:
            continue
        if not _DEVICE_PART.match(part):
            raise ValueError(
                f"Unknown attribute '{part.split(':')[0]}' is encountered while parsing the "
                f"device spec: '{name}'."
            )
        pieces = part.split(":")
        if pieces[0].lower() == "device":
            pieces = pieces[1:]
        if pieces and pieces[0].upper() in ("CPU", "GPU", "TPU"):
            index = pieces[1] if len(pieces) > 1 and pieces[1] != "*" else "0"
            found = pieces[0].upper(), int(index)
    return found


class _Unsatisfied(Trace):
    """Where ops go inside `tf.device` of a device that is not there: each of them raises."""

    symbolic = False
    __slots__ = ("message",)

    def __init__(self, kind: str, index: int) -> None:
        super().__init__()
        types = ", ".join(dict.fromkeys(k for k, _ in _devices()))
        every = ", ".join(f"{_HOST}/device:{k}:{i}" for k, i in _devices())
        self.message = (
            f"Could not satisfy device specification '{_HOST}/device:{kind}:{index}'. "
            f"enable_soft_placement=0. Supported device types [{types}]. All available devices "
            f"[{every}]."
        )

    def record(self, *args):
        raise InvalidArgumentError(None, None, self.message)


@export("tf.device")
class device:
    """A context in which ops are placed on a device, as far as it exists; values do not move.

    Args:
      device_name: such as "CPU:0", "/GPU:0", or None for no wish.

    Raises:
      ValueError: on entering, for what is no device name.
      InvalidArgumentError: from ops inside, if there is no such device and soft placement is off.
    """

    def __init__(self, device_name):
        self._name = device_name
        self._saved: list[Any] = []

    def __enter__(self) -> None:
        name = getattr(self._name, "to_string", lambda: self._name)()
        if not (name is None or isinstance(name, str)):
            raise ValueError(f"Expecting a string device name. Got {type(name)}({name})")
        state = STATE
        self._saved.append(state.trace)
        wanted = parse(name) if name else None
        if wanted and wanted not in _devices() and not _switches.soft and not state.trace.symbolic:
            state.trace = _Unsatisfied(*wanted)

    def __exit__(self, *exc) -> None:
        STATE.trace = self._saved.pop()


class _Switches(threading.local):
    soft = False
    reported_soft = True
    log_placement = False


_switches = _Switches()


@export("tf.config.set_soft_device_placement")
def set_soft_device_placement(enabled) -> None:
    """Whether ops run elsewhere when the device of `tf.device` is not there."""
    _switches.soft = _switches.reported_soft = bool(enabled)


@export("tf.config.get_soft_device_placement")
def get_soft_device_placement() -> bool:
    """What was set; True at the start, as TensorFlow reports it."""
    return _switches.reported_soft


@export("tf.debugging.set_log_device_placement")
def set_log_device_placement(enabled) -> None:
    """Kept; `tfshim.debug.explain()` tells what ran."""
    _switches.log_placement = bool(enabled)


@export("tf.debugging.get_log_device_placement")
def get_log_device_placement() -> bool:
    """What was set."""
    return _switches.log_placement


@export("tf.test.is_gpu_available")
def is_gpu_available(cuda_only=False, min_cuda_compute_capability=None) -> bool:
    """Whether JAX has a GPU."""
    return bool(list_physical_devices("GPU"))


@export("tf.test.is_built_with_cuda")
def is_built_with_cuda() -> bool:
    """Whether JAX has a GPU."""
    return is_gpu_available()


@export("tf.test.gpu_device_name")
def gpu_device_name() -> str:
    """The name of the first GPU, or ""."""
    found = list_logical_devices("GPU")
    return found[0].name if found else ""


VERSION = "2.21.0"
GIT_VERSION = "tfshim"
COMPILER_VERSION = f"XLA of jax {jax.__version__}"
GRAPH_DEF_VERSION = 2474
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0
for _name in [n for n in globals() if n.endswith("VERSION") or n.startswith("GRAPH_DEF")]:
    publish(f"tf.version.{_name}", globals()[_name], __name__, _name)
