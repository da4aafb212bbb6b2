"""Dtypes that an op's definition allows but for which TensorFlow has no CPU kernel."""

from __future__ import annotations

import numpy as np

from tfshim._src import dtypes
from tfshim._src.errors import NotFoundError
from tfshim._src.rules import c_name


def require_kernel(kernel: str, x, have: str = "fc") -> None:
    """Raises NotFoundError for a kind of dtype for which there is no kernel.

    Args:
      kernel: TensorFlow's name of the op.
      x: raw array.
      have: kinds of dtype that have one, as in `DType.kind`.
    """
    dtype = dtypes.from_np(np.dtype(x.dtype))
    if dtype.kind not in have:
        raise NotFoundError(
            None,
            None,
            f"Could not find device for node: {{{{node {kernel}}}}} = "
            f"{kernel}[T=DT_{c_name(dtype).upper()}]",
        )
