"""The axis arguments of reductions and scans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.errors import fail, op_error, require
from tfshim._src.rules import c_name
from tfshim._src.tensor import Tensor

Axis = int | tuple[int, ...] | None


def axis_of(kernel: str) -> Callable[[Any], Axis]:
    """A converter for the `axis` of a kernel: None, an int or several, int32 or int64."""

    def converted(value: Any) -> Axis:
        if type(value) is int or value is None:
            return value
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, (list, tuple)):
            value = [int(v) if isinstance(v, bool) else v for v in value]
        if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biuf":
            value = value.astype(np.int64)
        found = _index_dtype(value)
        if found is not None and found.name not in ("int32", "int64"):
            raise op_error(
                kernel,
                f"Value for attr 'Tidx' of {c_name(found)} is not in the list of allowed values: "
                f"int32, int64\n\t; NodeDef: {{{{node {kernel}}}}}",
                ran=False,
            )
        return static.axis(value)

    return converted


def _index_dtype(value: Any) -> Any:
    """The dtype that an axis would have as a tensor, None where that is an index type anyway."""
    if isinstance(value, Tensor):
        return value.aval.dtype
    if isinstance(value, (np.ndarray, np.generic)):
        return dtypes.from_np(value.dtype)
    return dtypes.string if isinstance(value, str) else None


def reduced_axes(x, axis: Axis) -> tuple[int, ...]:
    """The axes to reduce, from the front; raises as TensorFlow's reductions do."""
    if axis is None:
        return tuple(range(x.ndim))
    found = []
    for a in axis if isinstance(axis, tuple) else (axis,):
        require(
            -x.ndim <= a < x.ndim,
            f"Invalid reduction dimension ({a} for input with {x.ndim} dimension(s)",
        )
        a %= x.ndim
        require(
            a not in found,
            f"Invalid reduction arguments: Axes contains duplicate dimension: {a}",
        )
        found.append(a)
    return tuple(found)


def scanned_axis(x, axis: Any) -> int:
    """The axis of a scan, from the front; raises as TensorFlow's scans do."""
    if isinstance(axis, tuple):
        fail(f"ScanOp: axis must be a scalar, not [{len(axis)}]")
    found = axis + x.ndim if axis < 0 else axis
    require(
        0 <= found < x.ndim,
        f"ScanOp: Expected scan axis in the range [{-x.ndim}, {x.ndim}), but got {found}",
    )
    return found
