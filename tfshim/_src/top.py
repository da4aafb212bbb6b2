"""What `import tfshim` needs besides ops: a JAX setting, operators, names of its own."""

from __future__ import annotations

import jax

from tfshim._src import disk_cache

# TensorFlow's int64 and float64 are ordinary dtypes; JAX has them only with this global switch.
jax.config.update("jax_enable_x64", True)
disk_cache.enable()

from tfshim._src import (  # noqa: E402, F401
    accelerate,
    codecache,
    compat,
    compat_v1,
    compat_v1_logging,
    convert,
    custom_gradient,
    debug,
    device,
    device_config,
    dlpack,
    forward,
    jaxbridge,
    module,
    operators,
    profiler,
    ragged_ops,
    rnn_wrappers,
    sparse_embedding,
    sparse_operators,
    spec,
    tape,
    tensor,
)
from tfshim._src.config import execution, set_execution  # noqa: E402
from tfshim._src.control_flow import (  # noqa: E402, F401
    cond,
    functional,
    host_calls,
    ordering,
    tensor_array,
    vectorized_map,
    while_loop,
)
from tfshim._src.function import autograph, concrete_function, gradients, mode, polymorphic  # noqa: E402, F401
from tfshim._src.install import install, installed, uninstall  # noqa: E402
from tfshim._src.registry import publish  # noqa: E402
from tfshim._src.summary import plugins, tracing, writer  # noqa: E402, F401

__version__ = "2.21.0"
newaxis = None

spec.connect(tensor.Tensor, convert.convert)
codecache.save()
publish("tf.config.set_execution", set_execution, set_execution.__module__, "set_execution")
publish("tf.autodiff.GradientTape", tape.GradientTape, tape.__name__, "GradientTape")
publish("tf.config.execution", execution, execution.__module__, "execution")

__all__ = ["__version__", "install", "installed", "newaxis", "uninstall"]
