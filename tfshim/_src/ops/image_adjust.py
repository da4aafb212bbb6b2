"""Image ops: `tf.image.adjust_contrast`."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.errors import require
from tfshim._src.ops.arithmetic import multiply
from tfshim._src.ops.array import identity
from tfshim._src.ops.casting import cast, saturate_cast
from tfshim._src.ops.common import brackets
from tfshim._src.ops.missing_kernels import require_kernel
from tfshim._src.registry import export, op
from tfshim._src.rules import fixed, same
from tfshim._src.tensor import Tensor


def _no_gradient(call) -> list[Any]:
    raise LookupError("gradient registry has no entry for: AdjustContrastv2")


@op(
    kernel="AdjustContrastv2",
    inputs=same("images", of=("half", "float")) + fixed("float32", "contrast_factor"),
    grad=_no_gradient,
)
def _adjust_contrast(images, contrast_factor):
    if images.dtype == np.float16:
        require_kernel("AdjustContrastv2", images, "")
    require(images.ndim >= 3, f"input must be at least 3-D, got shape{brackets(images.shape)}")
    require(
        contrast_factor.ndim == 0,
        f"contrast_factor must be scalar: {brackets(contrast_factor.shape)}",
    )
    if not images.size:
        return images
    mean = jnp.mean(images, axis=(-3, -2), keepdims=True)
    return (images - mean) * contrast_factor + mean


def _to_float(image: Any) -> Any:
    dtype = image.aval.dtype
    if dtype.kind not in "fiu":
        raise AttributeError("image dtype must be either floating point or integer")
    if dtype.kind == "f":
        return cast(image, dtypes.float32)
    return multiply(cast(image, dtypes.float32), 1.0 / dtype.max)


def _from_float(image: Any, dtype: Any) -> Any:
    if image.aval.dtype is dtype:
        return identity(image)
    if dtype.kind == "f":
        return cast(image, dtype)
    return saturate_cast(multiply(image, dtype.max + 0.5), dtype)


@export("tf.image.adjust_contrast")
def adjust_contrast(images, contrast_factor) -> Tensor:
    """The distance of each pixel from its channel's mean, multiplied by a factor.

    Args:
      images: tensor [..., height, width, channels]; integers are computed as floats in [0, 1].
      contrast_factor: float scalar.

    Returns:
      A tensor of the images' shape and dtype, without a gradient: asking for one raises
      LookupError.
    """
    images = convert(images)
    dtype = images.aval.dtype
    half_or_single = dtype in (dtypes.float16, dtypes.float32)
    values = images if half_or_single else _to_float(images)
    return _from_float(_adjust_contrast(values, contrast_factor), dtype)
