"""`tf.config` and `tf.test`: settings of devices, and what this build has.

What XLA decides for itself (thread pools, graph rewriting) has getters that tell how it is, and
setters that raise, or that remember a mere hint.
"""

from __future__ import annotations

import collections
import contextlib
import os
from collections.abc import Iterator
from typing import Any

import jax

from tfshim._src import device
from tfshim._src.device import PhysicalDevice, accelerators, kind_of, list_physical_devices
from tfshim._src.engine.flush import flush
from tfshim._src.registry import export
from tfshim._src.tensor import STATE

_defaults = (None, None, None)
_Configuration = collections.namedtuple(
    "LogicalDeviceConfiguration",
    ["memory_limit", "experimental_priority", "experimental_device_ordinal"],
    defaults=_defaults,
)


@export("tf.config.LogicalDeviceConfiguration", "tf.config.experimental.VirtualDeviceConfiguration")
class LogicalDeviceConfiguration(_Configuration):
    """One logical device of a physical one.

    Args:
      memory_limit: in MB; for accelerators only, where it cannot be honoured.
      experimental_priority, experimental_device_ordinal: None.
    """

    __slots__ = ()


_logical: dict[PhysicalDevice, list[LogicalDeviceConfiguration]] = {}
_growth: dict[PhysicalDevice, bool] = {}
_optimizer: dict[str, Any] = {}
_jit = ""


def _is_known(physical: Any) -> None:
    if physical not in list_physical_devices():
        raise ValueError(f"Unrecognized device: {physical!r}")


@export("tf.config.get_visible_devices", "tf.config.experimental.get_visible_devices")
def get_visible_devices(device_type=None) -> list[PhysicalDevice]:
    """The devices that are used: all.

    Args:
      device_type: "CPU", "GPU" or "TPU"; None for all.
    """
    return list_physical_devices(device_type)


@export("tf.config.set_visible_devices", "tf.config.experimental.set_visible_devices")
def set_visible_devices(devices, device_type=None) -> None:
    """Checks that the devices are those that there are; JAX chooses them when it starts.

    Args:
      devices: list of physical devices.
      device_type: of those that are meant; None for all.

    Raises:
      ValueError: for a device that is not there.
      RuntimeError: for other devices than there are; use CUDA_VISIBLE_DEVICES or JAX_PLATFORMS.
    """
    if not isinstance(devices, (list, tuple)):
        devices = [devices]
    for d in devices:
        _is_known(d)
        if device_type is not None and d.device_type != device_type:
            raise ValueError(f"Unrecognized device: {d!r}")
    if sorted(devices) == sorted(list_physical_devices(device_type)):
        return
    if device_type == "GPU" and not devices:
        jax.config.update("jax_platforms", "cpu")  # counts if JAX has not started
        if jax.default_backend() == "cpu":
            return
    raise RuntimeError("Visible devices cannot be modified after being initialized")


@export(
    "tf.config.set_logical_device_configuration",
    "tf.config.experimental.set_virtual_device_configuration",
)
def set_logical_device_configuration(device, logical_devices) -> None:
    """Splits the CPU into several devices, before JAX has started.

    Args:
      device: a physical device.
      logical_devices: list of `LogicalDeviceConfiguration`, one for each.

    Raises:
      RuntimeError: after JAX has started, or for a device that cannot be split.
      ValueError: for a device that is not there, or a memory limit of a CPU.
    """
    _is_known(device)
    if device.device_type == "CPU":
        for c in logical_devices:
            if c.memory_limit is not None:
                raise ValueError(
                    "Setting memory limit on CPU virtual devices is currently not supported"
                )
    elif len(logical_devices) != 1 or logical_devices[0].memory_limit is not None:
        raise RuntimeError(f"JAX cannot split {device.name} or limit its memory")
    if _logical.get(device) == list(logical_devices):
        return
    try:
        jax.config.update("jax_num_cpu_devices", len(logical_devices))
    except RuntimeError:
        raise RuntimeError("Virtual devices cannot be modified after being initialized") from None
    _logical[device] = list(logical_devices)


@export(
    "tf.config.get_logical_device_configuration",
    "tf.config.experimental.get_virtual_device_configuration",
)
def get_logical_device_configuration(device) -> list[LogicalDeviceConfiguration] | None:
    """What `set_logical_device_configuration` was given, or None.

    Args:
      device: a physical device.
    """
    _is_known(device)
    return _logical.get(device)


@export("tf.config.experimental.set_memory_growth")
def set_memory_growth(device, enable) -> None:
    """Whether a GPU's memory is taken as needed; counts if JAX has not started.

    Args:
      device: a physical GPU.
      enable: bool.

    Raises:
      ValueError: for a CPU, or a device that is not there.
    """
    _is_known(device)
    if device.device_type == "CPU":
        raise ValueError("Cannot set memory growth on non-GPU and non-Pluggable devices")
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false" if enable else "true"
    _growth[device] = bool(enable)


@export("tf.config.experimental.get_memory_growth")
def get_memory_growth(device) -> Any:
    """What `set_memory_growth` was given, None if nothing.

    Raises:
      ValueError: for a device that is not there.
      KeyError: for a CPU.
    """
    _is_known(device)
    if device.device_type == "CPU":
        raise KeyError(device)
    return _growth.get(device)


@export("tf.config.experimental.get_device_details")
def get_device_details(device) -> dict[str, Any]:
    """The name of a GPU; nothing of a CPU.

    Args:
      device: a physical device.
    """
    if not isinstance(device, PhysicalDevice):
        raise ValueError(f"device must be a tf.config.PhysicalDevice, but got: {device}")
    if device.device_type == "CPU":
        return {}
    index = int(device.name.rsplit(":", 1)[1])
    mine = [d for d in accelerators() if kind_of(d) == device.device_type]
    details: dict[str, Any] = {"device_name": mine[index].device_kind}
    capability = getattr(mine[index], "compute_capability", None)
    if capability:
        details["compute_capability"] = tuple(int(p) for p in str(capability).split("."))
    return details


def _stats(name: Any) -> dict[str, int]:
    spec = device.DeviceSpec.from_string(name)
    devices = [d for d in accelerators() if kind_of(d) == spec.device_type]
    if spec.device_type == "CPU":
        raise ValueError(f"Allocator stats not available for device '{name}'")
    index = spec.device_index or 0
    if index >= len(devices):
        raise ValueError(f"No matching devices found for '{name}'")
    stats = devices[index].memory_stats()
    if not stats:
        raise ValueError(f"Allocator stats not available for device '{name}'")
    return stats


@export("tf.config.experimental.get_memory_info")
def get_memory_info(device) -> dict[str, int]:
    """Bytes in use on an accelerator, now and at most: `current` and `peak`.

    Args:
      device: its name, such as "GPU:0".

    Raises:
      ValueError: for a CPU, or a device that is not there.
    """
    stats = _stats(device)
    return {"current": stats["bytes_in_use"], "peak": stats["peak_bytes_in_use"]}


@export("tf.config.experimental.get_memory_usage")
def get_memory_usage(device) -> int:
    """Bytes in use on an accelerator.

    Args:
      device: its name, such as "GPU:0".
    """
    return get_memory_info(device)["current"]


@export("tf.config.experimental.enable_op_determinism")
def enable_op_determinism() -> None:
    """Equal programs give equal results, as they do on CPU anyway; for GPUs XLA is told so."""
    flags = os.environ.get("XLA_FLAGS", "")
    if "xla_gpu_deterministic_ops" not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} --xla_gpu_deterministic_ops=true".strip()


@export("tf.config.experimental.tensor_float_32_execution_enabled")
def tensor_float_32_execution_enabled() -> bool:
    """Whether float32 products may run in TensorFloat-32 on GPUs that have it."""
    return jax.config.jax_default_matmul_precision != "float32"  # pyright: ignore


@export("tf.config.experimental.enable_tensor_float_32_execution")
def enable_tensor_float_32_execution(enabled) -> None:
    """Sets whether float32 products may run in TensorFloat-32 on GPUs that have it.

    Args:
      enabled: bool.
    """
    jax.config.update("jax_default_matmul_precision", None if enabled else "float32")


@export("tf.config.experimental.get_device_policy")
def get_device_policy() -> str:
    """How ops on inputs of several devices behave: "silent", they copy."""
    return "silent"


@export("tf.config.experimental.set_device_policy")
def set_device_policy(device_policy) -> None:
    """Checks a policy for ops on inputs of several devices: they always copy silently.

    Args:
      device_policy: "silent", or None for the same.

    Raises:
      ValueError: for another one.
    """
    if device_policy in (None, "silent"):
        return
    if device_policy in ("warn", "explicit", "silent_for_int32"):
        raise ValueError(f"device_policy={device_policy!r}: inputs are always copied silently.")
    raise ValueError(f"Invalid argument `device_policy`: {device_policy!r}.")


_synchronous = True


@export("tf.config.experimental.set_synchronous_execution")
def set_synchronous_execution(enable) -> None:
    """What `get_synchronous_execution` tells.

    Calls look synchronous either way, and none waits for its result before somebody looks at it:
    `tf.config.set_execution` changes that.

    Args:
      enable: bool; None for True.
    """
    global _synchronous
    _synchronous = True if enable is None else bool(enable)


@export("tf.config.experimental.get_synchronous_execution")
def get_synchronous_execution() -> bool:
    """What `set_synchronous_execution` was given, True at first."""
    return _synchronous


@export("tf.experimental.async_scope")
@contextlib.contextmanager
def async_scope() -> Iterator[None]:
    """A context at whose end everything pending has run, so that what fails is raised there."""
    yield
    flush(STATE.pending)


@export("tf.experimental.async_clear_error")
def async_clear_error() -> None:
    """Does nothing: an error is raised once, and does not stop later calls."""


def _set_threads(what: str, wanted: Any) -> None:
    if wanted != 0:
        raise RuntimeError(f"{what} op parallelism cannot be modified after initialization.")


@export("tf.config.threading.get_inter_op_parallelism_threads")
def get_inter_op_parallelism_threads() -> int:
    """0: XLA chooses."""
    return 0


@export("tf.config.threading.get_intra_op_parallelism_threads")
def get_intra_op_parallelism_threads() -> int:
    """0: XLA chooses."""
    return 0


@export("tf.config.threading.set_inter_op_parallelism_threads")
def set_inter_op_parallelism_threads(num_threads) -> None:
    """Accepts 0 only: XLA's thread pool has a size of its own.

    Raises:
      RuntimeError: for another number.
    """
    _set_threads("Inter", num_threads)


@export("tf.config.threading.set_intra_op_parallelism_threads")
def set_intra_op_parallelism_threads(num_threads) -> None:
    """Accepts 0 only: XLA's thread pool has a size of its own.

    Raises:
      RuntimeError: for another number.
    """
    _set_threads("Intra", num_threads)


@export("tf.config.optimizer.get_jit")
def get_jit() -> str:
    """What `set_jit` was given, as a word."""
    return _jit


@export("tf.config.optimizer.set_jit")
def set_jit(enabled) -> None:
    """Remembers the wish; programs are compiled by XLA in any case.

    Args:
      enabled: bool, "autoclustering" or "".
    """
    global _jit
    _jit = ("autoclustering" if enabled else "") if isinstance(enabled, bool) else enabled


@export("tf.config.optimizer.get_experimental_options")
def get_experimental_options() -> dict[str, Any]:
    """What `set_experimental_options` was given."""
    return {**_optimizer, "disable_model_pruning": False, "disable_meta_optimizer": False} | {
        k: v for k, v in _optimizer.items() if k.startswith("disable")
    }


@export("tf.config.optimizer.set_experimental_options")
def set_experimental_options(options) -> None:
    """Remembers switches of TensorFlow's graph rewriter, which change no results; XLA has its own.

    Args:
      options: dict of bools.
    """
    _optimizer.update(options)


# -- what this build has ---------------------------------------------------------------------------


@export("tf.test.is_gpu_available")
def is_gpu_available(cuda_only=False, min_cuda_compute_capability=None) -> bool:
    """Whether there is a GPU.

    Args:
      cuda_only: whether only NVIDIA's count.
      min_cuda_compute_capability: (major, minor), or None.
    """
    for d in list_physical_devices("GPU"):
        details = get_device_details(d)
        if cuda_only and "compute_capability" not in details:
            continue
        wanted = min_cuda_compute_capability
        if wanted is None or details.get("compute_capability", (0, 0)) >= tuple(wanted):
            return True
    return False


@export("tf.test.gpu_device_name")
def gpu_device_name() -> str:
    """The name of a GPU, or an empty string."""
    return "/device:GPU:0" if list_physical_devices("GPU") else ""


@export("tf.test.is_built_with_cuda")
def is_built_with_cuda() -> bool:
    """Whether JAX can use NVIDIA's GPUs here."""
    return any(d.platform in ("gpu", "cuda") for d in accelerators())


@export("tf.test.is_built_with_rocm")
def is_built_with_rocm() -> bool:
    """Whether JAX can use AMD's GPUs here."""
    return any(d.platform == "rocm" for d in accelerators())


@export("tf.test.is_built_with_gpu_support")
def is_built_with_gpu_support() -> bool:
    """Whether JAX can use a GPU here."""
    return is_built_with_cuda() or is_built_with_rocm()


@export("tf.test.is_built_with_xla")
def is_built_with_xla() -> bool:
    """True: everything runs in XLA."""
    return True
