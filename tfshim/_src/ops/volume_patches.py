"""`tf.extract_volume_patches`: the windows of volumes, each as a vector."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from tfshim._src.errors import OutOfRangeError, UnimplementedError, require
from tfshim._src.ops import nn_windows as nw
from tfshim._src.ops.common import brackets
from tfshim._src.registry import export, op
from tfshim._src.rules import same
from tfshim._src.tensor import Tensor

_KERNEL = "ExtractVolumePatches"
_TYPES = (
    "float", "double", "int32", "uint8", "int16", "int8", "int64", "bfloat16", "uint16", "half",
    "uint32", "uint64",
)  # fmt: skip


@op(kernel=_KERNEL, inputs=same("input", of=_TYPES))
def _extract_volume_patches(input, ksizes, strides, padding):
    x = input
    for what, values in (("ksizes", ksizes), ("strides", strides)):
        require(
            values[0] == values[4] == 1, f"Only support {what} across space.", UnimplementedError
        )
        require(min(values) > 0, f"{what} is out of range.", OutOfRangeError)
    require(x.ndim == 5, f"input must be 5-dimensional{brackets(x.shape)}")
    ks, steps = ksizes[1:4], strides[1:4]
    outs, pads = nw.windows(x.shape[1:4], ks, steps, (1, 1, 1), padding)
    shape = (x.shape[0], *outs, int(np.prod(ks)) * x.shape[4])
    if 0 in (*shape, *x.shape):
        return jnp.zeros(shape, x.dtype)
    sizes = x.shape[1:4]
    x = jnp.pad(x, [(0, 0), *pads, (0, 0)])
    for i in range(3):  # each spatial axis becomes two: of the window, and within it
        # windows that do not touch are centred too: half of what they leave out comes first
        spare = sizes[i] - (outs[i] - 1) * steps[i] - ks[i] if padding == "SAME" else 0
        at = np.arange(outs[i])[:, None] * steps[i] + np.arange(ks[i]) + max(spare, 0) // 2
        x = jnp.take(x, at, axis=1 + 2 * i, mode="clip")
    return jnp.transpose(x, (0, 1, 3, 5, 2, 4, 6, 7)).reshape(shape)


@export("tf.extract_volume_patches")
def extract_volume_patches(input, ksizes, strides, padding, name=None) -> Tensor:
    """The windows of volumes, each as one vector in place of the channels.

    Args:
      input: real tensor of shape [batch, planes, rows, columns, channels].
      ksizes: a list of 5 ints: 1, the size of the window along the spatial axes, 1.
      strides: a list of 5 ints: 1, the distance of windows, 1.
      padding: "SAME" or "VALID".
      name: ignored.

    Returns:
      A tensor of shape [batch, planes', rows', columns', window size * channels].

    Raises:
      InvalidArgumentError, OutOfRangeError, UnimplementedError: for arguments that do not fit.
    """
    sizes = nw.ints(ksizes, "ksizes", "extract_volume_patches", 5, _KERNEL)
    steps = nw.ints(strides, "strides", "extract_volume_patches", 5, _KERNEL)
    padding = nw.choice(_KERNEL, "padding", padding, ("SAME", "VALID"))
    return _extract_volume_patches(input, sizes, steps, padding)
