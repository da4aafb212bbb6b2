"""tf.slice and tf.strided_slice."""

from __future__ import annotations

from typing import Any

import numpy as np
from jax import lax

from tfshim._src import static
from tfshim._src.convert import convert
from tfshim._src.errors import op_error
from tfshim._src.fold import static_value
from tfshim._src.movement import moves
from tfshim._src.ops.common import brackets
from tfshim._src.ops.value_checks import check_box
from tfshim._src.ops.vectors import index_array
from tfshim._src.registry import export, op
from tfshim._src.rules import each
from tfshim._src.tensor import EagerTensor, Tensor

#: What a strided slice takes as indices.
_INDEX = ("int16", "int32", "int64")


@moves
@op(kernel="Slice", inputs=each("input", "begin"), diff=("input",))
def _slice(input, begin, size):
    starts = [begin[i] for i in range(input.ndim)]
    return lax.dynamic_slice(input, starts, size)


@moves
@op(kernel="Slice", inputs=each("input"))
def _slice_at(input, begin, size):
    ends = [b + s for b, s in zip(begin, size, strict=True)]
    return lax.slice(input, begin, ends)


@export("tf.slice")
def slice(input_, begin, size, name=None) -> Tensor:
    """A box of a tensor.

    Args:
      input_: tensor of any shape.
      begin: where it starts, one integer per axis.
      size: its shape; -1 reaches to the end of an axis.
      name: ignored.

    Raises:
      InvalidArgumentError: for a box that is not inside the tensor.
    """
    x = convert(input_)
    shape = x.aval.shape
    start: Any = convert(begin) if isinstance(begin, Tensor) else x
    unknown = start is not x and start._is_symbolic() and static_value(start) is None
    sizes = index_array(size, "Slice", "Index")
    begins = np.zeros(x.ndim, np.int64) if unknown else index_array(begin, "Slice", "Index")
    wrong = (start.aval.shape if unknown else begins.shape) != (x.ndim,)
    if wrong or sizes.shape != (x.ndim,):
        raise op_error(
            "Slice",
            f"Expected begin and size arguments to be 1-D tensors of size {x.ndim}, but got shapes "
            f"{brackets(start.aval.shape if unknown else begins.shape)} and "
            f"{brackets(sizes.shape)} instead.",
        )
    box = []
    for i, (b, s, n) in enumerate(zip(begins.tolist(), sizes.tolist(), shape, strict=True)):
        if unknown:
            if s == -1:
                static.host(start)  # the shape of the result would depend on data
            box.append(s)
            continue
        if not 0 <= b <= n:
            raise op_error("Slice", f"Expected begin[{i}] in [0, {n}], but got {b}")
        s = n - b if s == -1 else s
        if not 0 <= s <= n - b:
            raise op_error("Slice", f"Expected size[{i}] in [0, {n - b}], but got {s}")
        box.append(s)
    if unknown:
        check_box(start, tuple(box), shape)
        return _slice(x, start, tuple(box))
    if isinstance(begin, EagerTensor) or begins.any():
        out = _slice(x, convert(begins), tuple(box))
    else:
        out = _slice_at(x, tuple(begins.tolist()), tuple(box))
    if out._trace is not None and out._trace.sizes is not None:
        out._trace.sizes.ruled(out, lambda change: _box_of(x, begin, size, change))
    return out


def _box_of(x: Tensor, begin: Any, size: Any, change: Any) -> tuple[int, ...]:
    """The shape of a box for other sizes of what is unknown."""
    from tfshim._src.function.static_shapes import reread, sizes_of

    begins, wanted = (np.asarray(static.plain(reread(v, change))).tolist() for v in (begin, size))
    parts = zip(sizes_of(x, change), begins, wanted, strict=True)
    return tuple([n - b if s == -1 else s for n, b, s in parts])


@export("tf.strided_slice")
def strided_slice(
    input_,
    begin,
    end,
    strides=None,
    begin_mask=0,
    end_mask=0,
    ellipsis_mask=0,
    new_axis_mask=0,
    shrink_axis_mask=0,
    var=None,
    name=None,
) -> Tensor:
    """Slicing with its parts spelled out: `t[begin:end:strides]`, one entry per subscript.

    Args:
      input_: tensor of any shape.
      begin, end, strides: 1-D integers; strides of 1 by default.
      begin_mask, end_mask: bit i: that bound of subscript i is left out.
      ellipsis_mask: bit i: subscript i is an ellipsis.
      new_axis_mask: bit i: subscript i is a new axis.
      shrink_axis_mask: bit i: subscript i is the single index begin[i].
      var: only None; a variable is written to by slicing it.
      name: ignored.

    Raises:
      InvalidArgumentError: for parts of different lengths, a stride of 0, or an index out of range.
    """
    if var is not None:
        raise ValueError(f"var={var!r}: only None is supported.")
    kernel = "StridedSlice"
    x = convert(input_)
    first, last = (index_array(v, kernel, "Index", _INDEX) for v in (begin, end))
    step = np.ones_like(first) if strides is None else index_array(strides, kernel, "Index", _INDEX)
    if not first.shape == last.shape == step.shape or first.ndim != 1:
        raise op_error(
            kernel,
            "Expected begin, end, and strides to be 1D equal size tensors, but got shapes "
            f"{brackets(first.shape)}, {brackets(last.shape)}, and {brackets(step.shape)} instead.",
        )
    key: list[Any] = []
    bounds = zip(first.tolist(), last.tolist(), step.tolist(), strict=True)
    for i, (b, e, s) in enumerate(bounds):
        bit = 1 << i
        if ellipsis_mask & bit:
            key.append(Ellipsis)
        elif new_axis_mask & bit:
            key.append(None)
        elif shrink_axis_mask & bit:
            if s <= 0:
                raise op_error(kernel, "only stride 1 allowed on non-range indexing.")
            key.append(b)
        else:
            if s == 0:
                raise op_error(kernel, f"strides[{i}] must be non-zero")
            low = None if begin_mask & bit else b
            high = None if end_mask & bit else e
            key.append(_slice_key(low, high, s))
    return x[tuple(key)]  # pyright: ignore[reportIndexIssue]


#: `slice` is the op's name in this module.
_slice_key = type(np.s_[:])
