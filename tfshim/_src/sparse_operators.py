"""Public ops and Python operators that take sparse tensors besides dense ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes, sparse_reduce  # noqa: F401
from tfshim._src.composite import handles
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import op_error
from tfshim._src.ops.common import brackets
from tfshim._src.ragged import public
from tfshim._src.sparse import SparseTensor, host_indices, host_shape
from tfshim._src.sparse_ops import _flat, _take
from tfshim._src.tensor import Tensor


@handles(
    "sparse",
    *[f"tf.math.{n}" for n in ("abs", "negative", "sign", "square", "sqrt", "sin", "tanh", "erf")],
)
def _unary(fn: Any, args: dict[str, Any]) -> Any:
    return args["x"].with_values(fn(args["x"].values))


@handles("sparse", "tf.size")
def _size(fn: Any, args: dict[str, Any]) -> Any:
    dtype = dtypes.as_dtype(args.get("out_type") or dtypes.int32)
    return from_array(np.array(int(np.prod(host_shape(args["input"]))), dtype.np))


@handles("sparse", "tf.shape")
def _shape(fn: Any, args: dict[str, Any]) -> Any:
    dtype = dtypes.as_dtype(args.get("out_type") or dtypes.int32)
    return from_array(np.array(host_shape(args["input"]), dtype.np))


@handles("sparse", "tf.rank")
def _rank(fn: Any, args: dict[str, Any]) -> Any:
    return from_array(np.array(len(host_shape(args["input"])), np.int32))


def _scaled(kernel: str, name: str, st: SparseTensor, other: Any) -> SparseTensor:
    """An op of a sparse tensor with a dense one that broadcasts to it."""
    dense = convert(other, st.dtype if not isinstance(other, Tensor) else None)
    shape, where = host_shape(st), host_indices(st)
    mine = dense.aval.shape
    pad = len(shape) - len(mine)
    lined = [1] * pad + list(mine)
    if pad < 0 or any(m not in (1, n) for m, n in zip(lined, shape, strict=False)):
        raise op_error(
            kernel,
            "SparseDenseBinaryOpShared broadcasts dense to sparse only; got incompatible shapes: "
            f"{brackets(shape)} vs. {brackets(mine)}",
        )
    columns = np.where(np.array(lined) == 1, 0, where)
    picked = _take(public("reshape")(dense, [-1]), _flat(columns, lined))
    return st.with_values(public(name)(st.values, picked))


@handles("sparse", "tf.math.truediv", "tf.math.divide")
def _divide(fn: Any, args: dict[str, Any]) -> Any:
    x, y = list(args.values())[:2]
    if not isinstance(x, SparseTensor):
        return convert(y)  # refuses, as TensorFlow does
    return x / y


def _times(self: SparseTensor, other: Any) -> SparseTensor:
    return _scaled("SparseDenseCwiseMul", "math.multiply", self, other)


def _over(self: SparseTensor, other: Any) -> SparseTensor:
    wide = {"i": dtypes.float64, "u": dtypes.float64}.get(self.dtype.kind)
    if wide is not None:
        self = self.with_values(public("cast")(self.values, wide))
        other = public("cast")(other, wide)
    return _scaled("SparseDenseCwiseDiv", "math.truediv", self, other)


def _times_reversed(self: SparseTensor, other: Any) -> Any:
    return _times(self, other) if isinstance(other, Tensor) else NotImplemented


SparseTensor.__mul__ = _times  # type: ignore[attr-defined]
SparseTensor.__truediv__ = _over  # type: ignore[attr-defined]
SparseTensor.__div__ = _over  # type: ignore[attr-defined]
SparseTensor.__rmul__ = _times_reversed  # type: ignore[attr-defined]
