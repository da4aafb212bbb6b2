"""Python's `range`, `len`, `int`, `float` and `abs` as converted code calls them with tensors."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from tfshim._src import dtypes
from tfshim._src.control_flow.tensor_array import TensorArray
from tfshim._src.convert import convert
from tfshim._src.ops import sizes
from tfshim._src.ragged import RaggedTensor
from tfshim._src.tensor import NeedsValue, not_iterable


class LazyRange:
    """`tf.range` with bounds that are known only when the program runs; loops take it."""

    def __init__(self, start: Any, limit: Any, delta: Any):
        from tfshim._src.ops import array

        parts = [convert(x) for x in (start, limit, delta)]
        dtype = next((p.dtype for p in parts if p.dtype.name != "int32"), parts[0].dtype)
        self.start, self.limit, self.delta = [array.cast(p, dtype) for p in parts]

    def _as_operand(self, dtype=None):
        raise NeedsValue("tf.range: its length is not known")

    def __iter__(self):
        raise not_iterable()

    def __getattr__(self, name):
        raise NeedsValue("tf.range: its length is not known")


def range_of(f: Callable, args: tuple, kwargs: dict) -> Any:
    """`tf.range`, which a loop can take also where its bounds are not known yet."""
    try:
        return f(*args, **kwargs)
    except NeedsValue:
        values = dict(zip(("start", "limit", "delta"), args, strict=False))
        if len(args) == 1:
            values = {"start": 0, "limit": args[0]}
        if set(kwargs) - {"limit", "delta", "start", "name"}:
            raise
        values.update({k: v for k, v in kwargs.items() if k != "name"})
        if values.get("limit") is None:
            values["limit"] = values.pop("start")
            values["start"] = 0
        return LazyRange(values.get("start", 0), values["limit"], values.get("delta", 1))


def _range(*args) -> Any:
    from tfshim._src.ops import array

    return range_of(array.range, args, {})


def no_shape() -> ValueError:
    """The error for a scalar where rows are wanted."""
    return ValueError(
        "len requires a non-scalar tensor, got one of shape "
        'Tensor("Shape:0", shape=(0,), dtype=int32)'
    )


def len_(x) -> Any:
    """`len`: of a tensor, a ragged tensor or an array of tensors."""
    if isinstance(x, TensorArray):
        return x.size()
    if isinstance(x, RaggedTensor):
        from tfshim._src.ops import array

        return array.cast(x.nrows(), "int32")
    if not x.shape.rank:
        raise no_shape()
    known = x.shape[0]
    return sizes.shape(x)[0] if known is None else known


def _number(x: Any, dtype: Any) -> Any:
    from tfshim._src.ops import array, strings

    x = convert(x)
    if x.dtype is dtypes.string:
        return strings.string_to_number(x, dtype)
    return array.cast(x, dtype)


def _int(x=0, base=10) -> Any:
    if base != 10:
        raise NotImplementedError(f"base {base} not supported.")
    return _number(x, dtypes.int32)


def _float(x=0) -> Any:
    return _number(x, dtypes.float32)


BUILTINS: dict[Any, Callable] = {
    builtins.range: _range,
    builtins.len: len_,
    builtins.int: _int,
    builtins.float: _float,
    builtins.abs: lambda x: abs(x),
}
