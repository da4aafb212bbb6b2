"""Dtypes that an op's definition allows but for which TensorFlow has no CPU kernel."""

from __future__ import annotations

import numpy as np

from tfshim._src import dtypes
from tfshim._src.errors import NotFoundError


def require_float(kernel: str, x) -> None:
    """Raises NotFoundError for integers, as TensorFlow does where only floats have a kernel.

    Args:
      kernel: TensorFlow's name of the op.
      x: raw array.
    """
    dtype = dtypes.from_np(np.dtype(x.dtype))
    if dtype.kind not in "fc":
        raise NotFoundError(
            None,
            None,
            f"Could not find device for node: {{{{node {kernel}}}}} = "
            f"{kernel}[T=DT_{dtype.name.upper()}]",
        )
