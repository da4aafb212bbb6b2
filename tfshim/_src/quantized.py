"""Tensors of the quantized dtypes: qint8, quint8, qint16, quint16, qint32.

XLA has no such types. The value of a quantized tensor is an array of plain integers (the dtype's
`carrier`), and its aval says what they are. Ops that TensorFlow has a kernel for run on the
integers, under another name, and what they move is quantized again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tfshim._src import dtypes
from tfshim._src.dtypes import DType
from tfshim._src.engine.aval import make_aval
from tfshim._src.engine.kernel import Kernel
from tfshim._src.errors import NotFoundError, OpError, UnimplementedError, op_error
from tfshim._src.rules import c_name
from tfshim._src.tensor import INLINE, EagerTensor, concrete

#: Kernels of TensorFlow on the CPU that give elements of the quantized tensors they take.
MOVES = frozenset(
    """AssignVariableOp ConcatV2 EnsureShape ExpandDims Fill GatherNd GatherV2 Identity IdentityN
    Pack Pad PadV2 PreventGradient ReadVariableOp Reshape Slice Squeeze StopGradient StridedSlice
    Take ResourceGather ResourceGatherNd""".split()
)
#: Those of them that there are for 8 and 32 bits only.
_NOT_OF_16_BITS = frozenset("Fill GatherNd Pad PadV2 Slice StridedSlice".split())
#: Kernels that read them, and give something else.
READS = frozenset("Equal NotEqual Rank Shape Size".split())
#: Kernels whose definition does not allow them.
NOT_ALLOWED = frozenset("AsString Meshgrid ReverseV2".split())
#: Kernels that are there for every dtype, and refuse them when they run.
UNIMPLEMENTED = frozenset("Repeat Tile".split())


def _relabel(dtype: DType) -> Kernel:
    return Kernel("Bitcast", lambda x: x, {"quantized": (dtype,)}, differentiable=False)


_TO_QUANTIZED = {d: _relabel(d) for d in dtypes.QUANTIZED}
_TO_PLAIN = Kernel("Bitcast", lambda x: x, differentiable=False)
PLAIN = {d: dtypes.from_np(d.carrier) for d in dtypes.QUANTIZED}


def relabel(t: EagerTensor, dtype: DType, dispatch: Callable) -> EagerTensor:
    """The same integers as another dtype with this carrier, quantized or plain."""
    if t._trace is None or t._trace is INLINE:
        made = concrete(t._value, make_aval(t.aval.shape, dtype))
        made._trace = t._trace
        return made
    return dispatch(_TO_QUANTIZED.get(dtype, _TO_PLAIN), (t,))


def plain(t: EagerTensor, dispatch: Callable) -> EagerTensor:
    """The integers that hold a quantized tensor; any other tensor itself."""
    found = PLAIN.get(t.aval.dtype)
    return t if found is None else relabel(t, found, dispatch)


def concerns(kernel: Kernel) -> bool:
    """Whether a kernel is one of TensorFlow's, and no relabelling, captured program or pullback."""
    return kernel.op is not None or kernel.name in MOVES


def refuse(kernel: Kernel, inputs: tuple) -> None:
    """Raises NotFoundError if an input is quantized."""
    for t in inputs:
        if t.aval.dtype.kind == "q":
            raise missing(kernel.name, t.aval.dtype)


def run(kernel: Kernel, inputs: tuple, dispatch: Callable) -> Any:
    """The result of a kernel some of whose inputs are quantized.

    Raises:
      NotFoundError: where TensorFlow has no kernel for them on the CPU.
    """
    dtype = next(t.aval.dtype for t in inputs if t.aval.dtype.kind == "q")
    name = kernel.name
    known = name in MOVES or name in READS or (name == "Split" and dtype is dtypes.quint8)
    if not known or (name in _NOT_OF_16_BITS and dtype.carrier.itemsize == 2):
        raise missing(kernel.name, dtype)
    out = dispatch(kernel, tuple([plain(t, dispatch) for t in inputs]))
    if name in READS:
        return out
    if isinstance(out, list):
        return [relabel(t, dtype, dispatch) for t in out]
    return relabel(out, dtype, dispatch)


def missing(name: str, dtype: DType) -> OpError:
    """TensorFlow's error where it has no kernel of this name for the dtype."""
    if name in NOT_ALLOWED:
        text = f"Value for attr 'T' of {dtype.name} is not in the list of allowed values"
        return op_error(name, text, ran=False)
    if name in UNIMPLEMENTED:
        text = f"TileOp : The input data type is not supported, DataType : {dtype.name}"
        return op_error("Tile", text, UnimplementedError)
    return NotFoundError(
        None,
        None,
        f"Could not find device for node: {{{{node {name}}}}} = "
        f"{name}[T=DT_{c_name(dtype).upper()}]",
    )
