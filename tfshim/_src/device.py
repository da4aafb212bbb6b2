"""Devices: their names, `tf.device`, lists of what there is, `tf.version`.

Placement is soft, as it is in TensorFlow by default: a device that does not exist is served by the
default one. Where JAX has several devices a scope chooses JAX's default device; what is pending
runs when a scope is entered or left, so that every op runs where it was called.
"""

from __future__ import annotations

import collections
import importlib.util
import threading
from typing import Any

import jax

from tfshim._src.engine import flush as engine
from tfshim._src.engine.stats import stats
from tfshim._src.engine.trace import Trace
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.registry import export, publish
from tfshim._src.tensor import STATE

_KINDS = {"gpu": "GPU", "cuda": "GPU", "rocm": "GPU", "cpu": "CPU", "tpu": "TPU"}
_GPU_PLUGINS = ("jax_cuda13_plugin", "jax_cuda12_plugin", "jax_rocm7_plugin", "jax_rocm60_plugin")
_LOCAL = "/job:localhost/replica:0/task:0"


class PhysicalDevice(collections.namedtuple("PhysicalDevice", ["name", "device_type"])):
    """A device of this machine: `name` and `device_type`, "CPU", "GPU" or "TPU"."""

    __slots__ = ()


class LogicalDevice(collections.namedtuple("LogicalDevice", ["name", "device_type"])):
    """A device that ops can be placed on: `name` for `tf.device`, and `device_type`."""

    __slots__ = ()


export("tf.config.PhysicalDevice")(PhysicalDevice)
export("tf.config.LogicalDevice")(LogicalDevice)


def accelerators() -> list[Any]:
    """JAX's GPUs and TPUs; JAX starts only where a plugin for them is installed."""
    if not any(map(importlib.util.find_spec, _GPU_PLUGINS)) and not importlib.util.find_spec(
        "libtpu"
    ):
        return []
    return [d for d in jax.devices() if _KINDS.get(d.platform, d.platform) != "CPU"]


def kind_of(device: Any) -> str:
    """TensorFlow's device type of a JAX device."""
    return _KINDS.get(device.platform) or str(device.platform).upper()


def _numbered(devices: list[Any]) -> list[tuple[str, int]]:
    counts: collections.Counter = collections.Counter()
    found = []
    for d in devices:
        found.append((kind_of(d), counts[kind_of(d)]))
        counts[kind_of(d)] += 1
    return found


@export("tf.config.list_physical_devices", "tf.config.experimental.list_physical_devices")
def list_physical_devices(device_type=None) -> list[PhysicalDevice]:
    """The devices of this machine.

    Args:
      device_type: "CPU", "GPU" or "TPU"; None for all.
    """
    found = [PhysicalDevice("/physical_device:CPU:0", "CPU")]
    if device_type != "CPU":
        found += [
            PhysicalDevice(f"/physical_device:{k}:{i}", k) for k, i in _numbered(accelerators())
        ]
    return [d for d in found if device_type in (None, d.device_type)]


@export("tf.config.list_logical_devices", "tf.config.experimental.list_logical_devices")
def list_logical_devices(device_type=None) -> list[LogicalDevice]:
    """The devices that ops can be placed on.

    Args:
      device_type: "CPU", "GPU" or "TPU"; None for all.
    """
    devices = [*jax.devices("cpu"), *accelerators()]
    found = [LogicalDevice(f"/device:{k}:{i}", k) for k, i in _numbered(devices)]
    return [d for d in found if device_type in (None, d.device_type)]


# -- names -----------------------------------------------------------------------------------------


@export("tf.DeviceSpec")
class DeviceSpec:
    """A device, perhaps only in part: job, replica, task, type and index.

    Args:
      job: name of a job.
      replica, task: ints.
      device_type: "CPU", "GPU" or "TPU".
      device_index: int.
    """

    __module__ = "tensorflow.python.framework.device_spec"
    __slots__ = ("_job", "_replica", "_task", "_type", "_index")

    def __init__(self, job=None, replica=None, task=None, device_type=None, device_index=None):
        self._job = None if job is None else str(job)
        self._replica = None if replica is None else int(replica)
        self._task = None if task is None else int(task)
        self._type = None if device_type is None else str(device_type).upper()
        self._index = None if device_index is None else int(device_index)

    @property
    def job(self):
        return self._job

    @property
    def replica(self):
        return self._replica

    @property
    def task(self):
        return self._task

    @property
    def device_type(self):
        return self._type

    @property
    def device_index(self):
        return self._index

    def _parts(self) -> dict[str, Any]:
        return {
            "job": self._job,
            "replica": self._replica,
            "task": self._task,
            "device_type": self._type,
            "device_index": self._index,
        }

    @classmethod
    def from_string(cls, spec) -> DeviceSpec:
        """The device of a text such as "/job:worker/task:1/device:GPU:0", "/gpu:0" or "GPU:0".

        Raises:
          ValueError: for a part that is none.
        """
        found: dict[str, Any] = {}
        for part in str(spec).split("/"):
            words = part.split(":")
            head = words[0]
            if not part:
                continue
            if head in ("job", "replica", "task") and len(words) == 2:
                found[head] = words[1]
                continue
            if head == "device":
                words = words[1:]
            kind = words[0].upper() if words else ""
            if (
                kind not in ("CPU", "GPU", "TPU", "*")
                and not kind.isupper()
                or (head != "device" and kind not in ("CPU", "GPU", "TPU"))
            ):
                raise ValueError(
                    f"Unknown attribute '{head}' is encountered while parsing the device spec: "
                    f"'{spec}'."
                )
            if "device_type" in found:
                raise ValueError(
                    f"Multiple device types are not allowed while parsing the device spec: {spec}."
                )
            found["device_type"] = None if kind == "*" else kind
            if len(words) > 1 and words[1] != "*":
                found["device_index"] = words[1]
        return cls(**found)

    def parse_from_string(self, spec) -> DeviceSpec:
        """`from_string`; this spec is left as it is."""
        return self.from_string(spec)

    def to_string(self) -> str:
        """The text of the device."""
        text = "" if self._job is None else f"/job:{self._job}"
        text += "" if self._replica is None else f"/replica:{self._replica}"
        text += "" if self._task is None else f"/task:{self._task}"
        if self._type is not None:
            index = "*" if self._index is None else self._index
            text += f"/device:{self._type}:{index}"
        return text

    def make_merged_spec(self, dev) -> DeviceSpec:
        """This spec with the parts that `dev` has in their place."""
        theirs = {k: v for k, v in dev._parts().items() if v is not None}
        return DeviceSpec(**{**self._parts(), **theirs})

    def replace(self, **kwargs) -> DeviceSpec:
        """This spec with other parts, by keyword."""
        return DeviceSpec(**{**self._parts(), **kwargs})

    def __eq__(self, other):
        return isinstance(other, DeviceSpec) and self._parts() == other._parts()

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(tuple(self._parts().values()))

    def __repr__(self):
        return "<DeviceSpec(" + ", ".join(f"{k}={v}" for k, v in self._parts().items()) + ")>"


# -- scopes ----------------------------------------------------------------------------------------


class Placement(threading.local):
    """What each thread's device scopes say."""

    current: DeviceSpec | None = None
    soft = True
    log = False


PLACEMENT = Placement()


class _Unsatisfied(Trace):
    """Where ops go in a scope of a device that is not there, if placement is not soft: each raises.

    Args:
      wanted: the full name of the device.
    """

    symbolic = False
    __slots__ = ("message",)

    def __init__(self, wanted: str) -> None:
        super().__init__()
        devices = list_logical_devices()
        types = ", ".join(dict.fromkeys(d.device_type for d in devices))
        every = ", ".join(_LOCAL + d.name for d in devices)
        self.message = (
            f"Could not satisfy device specification '{wanted}'. enable_soft_placement=0. "
            f"Supported device types [{types}]. All available devices [{every}]."
        )

    def record(self, *args):
        raise InvalidArgumentError(None, None, self.message)


def _find(spec: DeviceSpec) -> Any:
    """The JAX device of a spec; None for the default one; an `_Unsatisfied` if there is none."""
    if spec.job not in (None, "localhost") or (spec.task or 0) != 0:
        raise InvalidArgumentError(
            None,
            None,
            f"/job:{spec.job or 'localhost'}/replica:{spec.replica or 0}/task:{spec.task or 0}/"
            f"device:{spec.device_type or 'CPU'}:{spec.device_index or 0} unknown device.",
        )
    if spec.device_type is None:
        return None
    index = spec.device_index or 0
    if spec.device_type == "CPU":
        if not index and not accelerators():
            return None  # the default device in any case
        devices = list(jax.devices("cpu"))
    else:
        devices = [d for d in accelerators() if kind_of(d) == spec.device_type]
    if index < len(devices):
        return devices[index]
    if PLACEMENT.soft:
        return None
    return _Unsatisfied(f"{_LOCAL}/device:{spec.device_type}:{index}")


class _DeviceScope:
    """What `tf.device` returns: a context in which ops run on a device."""

    __module__ = "tensorflow.python.eager.context"

    def __init__(self, name: Any):
        self._name = name
        self._saved: list[Any] = []

    def __enter__(self):
        name = self._name
        if isinstance(name, LogicalDevice):
            name = name.name
        if name is not None and not isinstance(name, (str, DeviceSpec)):
            raise ValueError(f"Expecting a string device name. Got {type(name)}({name})")
        old = PLACEMENT.current
        if name is None:
            new = None
        else:
            spec = DeviceSpec.from_string(name) if isinstance(name, str) else name
            new = spec if old is None else old.make_merged_spec(spec)
        found = None if new is None else _find(new)
        trace, chosen = STATE.trace, None
        if isinstance(found, _Unsatisfied):
            if not trace.symbolic:
                STATE.trace = found
        elif found is not None or (name is None and old is not None):
            engine.flush(STATE.pending)
            chosen = jax.default_device(found)
            chosen.__enter__()
        self._saved.append((old, trace, chosen))
        PLACEMENT.current = new

    def __exit__(self, *exc):
        old, trace, chosen = self._saved.pop()
        PLACEMENT.current = old
        STATE.trace = trace
        if chosen is not None:
            engine.flush(STATE.pending)
            chosen.__exit__(*exc)
        return False


_DeviceScope.__name__ = _DeviceScope.__qualname__ = "_EagerDeviceContext"


@export("tf.device")
def device(device_name) -> Any:
    """A context in which ops run on a device; a device that is not there is the default one.

    Args:
      device_name: "CPU:0", "/GPU:1", a `tf.config.LogicalDevice`, or None to leave all scopes.

    Raises:
      ValueError: on entering, for what is no device's name.
    """
    return _DeviceScope(device_name)


@export("tf.config.get_soft_device_placement")
def get_soft_device_placement() -> bool:
    """Whether a device that is not there is replaced by the default one; True at first."""
    return PLACEMENT.soft


@export("tf.config.set_soft_device_placement")
def set_soft_device_placement(enabled) -> None:
    """Sets whether a device that is not there is replaced; if not, ops in its scope raise.

    Args:
      enabled: bool.
    """
    PLACEMENT.soft = bool(enabled)


@export("tf.debugging.get_log_device_placement")
def get_log_device_placement() -> bool:
    """Whether device placement was asked to be logged."""
    return PLACEMENT.log


@export("tf.debugging.set_log_device_placement")
def set_log_device_placement(enabled) -> None:
    """Remembers the wish. Nothing is logged: ops run in compiled programs, not one by one.

    Once something has run, this also turns soft placement off until it is set, as in TensorFlow.

    Args:
      enabled: bool.
    """
    PLACEMENT.log = bool(enabled)
    if STATE.pending.nodes or stats.flushes:
        PLACEMENT.soft = False


VERSION = "2.21.0"
GIT_VERSION = "tfshim"
COMPILER_VERSION = "XLA"
GRAPH_DEF_VERSION = 2474
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0
for _name in [n for n in globals() if n.endswith("VERSION") or n.startswith("GRAPH_DEF")]:
    publish(f"tf.version.{_name}", globals()[_name], __name__, _name)
