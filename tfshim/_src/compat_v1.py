"""`tf.compat.v1`, as far as code for TensorFlow 2 uses it: nothing that needs a graph."""

from __future__ import annotations

from typing import Any

from tfshim._src import dtypes
from tfshim._src.ops.casting import cast
from tfshim._src.random_state import set_seed
from tfshim._src.registry import export
from tfshim._src.tensor import STATE


@export("tf.compat.v1.set_random_seed", "tf.compat.v1.random.set_random_seed")
def set_random_seed(seed) -> None:
    """Sets the global seed; see `tf.random.set_seed`."""
    set_seed(seed)


# -- behaviours of TensorFlow 2, which are all there is --------------------------------------------


@export("tf.compat.v1.enable_eager_execution")
def enable_eager_execution(config=None, device_policy=None, execution_mode=None) -> None:
    """Does nothing: code runs eagerly.

    Raises:
      ValueError: for an argument; there is no session to configure.
    """
    for name, value in (
        ("config", config),
        ("device_policy", device_policy),
        ("execution_mode", execution_mode),
    ):
        if value is not None:
            raise ValueError(f"{name}={value!r}: there is no TensorFlow runtime to configure.")


@export("tf.compat.v1.enable_v2_behavior")
def enable_v2_behavior() -> None:
    """Does nothing: TensorFlow 2's behaviour is the only one."""


@export("tf.compat.v1.enable_v2_tensorshape")
def enable_v2_tensorshape() -> None:
    """Does nothing: sizes are ints."""


@export("tf.compat.v1.enable_resource_variables")
def enable_resource_variables() -> None:
    """Does nothing: there is one kind of variable."""


@export("tf.compat.v1.enable_control_flow_v2")
def enable_control_flow_v2() -> None:
    """Does nothing: there is one kind of control flow."""


@export("tf.compat.v1.enable_tensor_equality")
def enable_tensor_equality() -> None:
    """Does nothing: `==` compares element by element."""


@export("tf.compat.v1.reset_default_graph")
def reset_default_graph() -> None:
    """Does nothing: there is no default graph."""


@export("tf.compat.v1.resource_variables_enabled")
def resource_variables_enabled() -> bool:
    """True."""
    return True


@export("tf.compat.v1.control_flow_v2_enabled")
def control_flow_v2_enabled() -> bool:
    """True."""
    return True


@export("tf.compat.v1.executing_eagerly")
def executing_eagerly() -> bool:
    """Whether code runs at once rather than in a function being traced."""
    return not STATE.trace.symbolic


@export("tf.compat.v1.executing_eagerly_outside_functions")
def executing_eagerly_outside_functions() -> bool:
    """True: outside of functions code always runs eagerly."""
    return True


def _no_graphs(name: str) -> NotImplementedError:
    return NotImplementedError(
        f"tf.compat.v1.{name}: this is TensorFlow 2 on JAX, without the graphs, sessions and "
        "reference variables of TensorFlow 1."
    )


@export("tf.compat.v1.disable_eager_execution")
def disable_eager_execution() -> None:
    """Raises: there are no graphs to build instead.

    Raises:
      NotImplementedError: always.
    """
    raise _no_graphs("disable_eager_execution")


@export("tf.compat.v1.disable_v2_behavior")
def disable_v2_behavior() -> None:
    """Raises: TensorFlow 1's behaviour does not exist here.

    Raises:
      NotImplementedError: always.
    """
    raise _no_graphs("disable_v2_behavior")


# -- casts -----------------------------------------------------------------------------------------


@export("tf.compat.v1.to_float")
def to_float(x, name="ToFloat") -> Any:
    """`tf.cast` to float32."""
    return cast(x, dtypes.float32)


@export("tf.compat.v1.to_double")
def to_double(x, name="ToDouble") -> Any:
    """`tf.cast` to float64."""
    return cast(x, dtypes.float64)


@export("tf.compat.v1.to_int32")
def to_int32(x, name="ToInt32") -> Any:
    """`tf.cast` to int32."""
    return cast(x, dtypes.int32)


@export("tf.compat.v1.to_int64")
def to_int64(x, name="ToInt64") -> Any:
    """`tf.cast` to int64."""
    return cast(x, dtypes.int64)


@export("tf.compat.v1.to_bfloat16")
def to_bfloat16(x, name="ToBFloat16") -> Any:
    """`tf.cast` to bfloat16."""
    return cast(x, dtypes.bfloat16)


@export("tf.compat.v1.to_complex64")
def to_complex64(x, name="ToComplex64") -> Any:
    """`tf.cast` to complex64."""
    return cast(x, dtypes.complex64)


@export("tf.compat.v1.to_complex128")
def to_complex128(x, name="ToComplex128") -> Any:
    """`tf.cast` to complex128."""
    return cast(x, dtypes.complex128)
