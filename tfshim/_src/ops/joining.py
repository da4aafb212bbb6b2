"""Several tensors into one and one into several: concat, stack, unstack, split."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import convert as conversion, static
from tfshim._src.convert import convert
from tfshim._src.dtypes import DType
from tfshim._src.errors import InvalidArgumentError, OpError, fail, op_error, require
from tfshim._src.movement import moves
from tfshim._src.ops.common import brackets
from tfshim._src.ops.vectors import index_array, refuse_float
from tfshim._src.registry import export, op
from tfshim._src.rules import each, same
from tfshim._src.tensor import STATE, EagerTensor, Tensor


@moves
@op(inputs=each("input"), kernel="Identity")
def copy(input):
    """The same value as a tensor of its own."""
    return input


@moves
@op(kernel="ConcatV2", inputs=same("*values"), static={"axis": static.integer})
def _concat(values, axis):
    n = values[0].ndim
    require(n > 0 or axis != 0, "ConcatOp : Can't concatenate scalars (use tf.stack instead)")
    require(
        -n <= axis < n,
        f"ConcatOp : Expected concatenating dimensions in the range [{-n}, {n}), but got {axis}",
    )
    axis %= n
    first = values[0].shape
    for i, v in enumerate(values):
        if v.ndim != n:
            fail(
                "ConcatOp : Ranks of all input tensors should match: shape[0] = "
                f"{brackets(first)} vs. shape[{i}] = {brackets(v.shape)}"
            )
        for d, (a, b) in enumerate(zip(first, v.shape, strict=True)):
            if d != axis and a != b:
                fail(
                    f"ConcatOp : Dimension {d} in both shapes must be equal: shape[0] = "
                    f"{brackets(first)} vs. shape[{i}] = {brackets(v.shape)}"
                )
    return lax.concatenate(values, axis)


@export("tf.concat")
def concat(values, axis, name="concat") -> Tensor:
    """Joins tensors along an axis that they have.

    Args:
      values: list of tensors of one dtype whose shapes agree but for `axis`; a single tensor is
        returned as it is.
      axis: may be negative.
      name: told by errors.

    Raises:
      InvalidArgumentError: for ranks, shapes, dtypes or an axis that do not fit.
    """
    if not isinstance(values, (list, tuple)):
        values = [values]
    try:
        return _concat_along(values, axis)
    except OpError as e:
        raise e.named(name, f"N_{len(values)}") from None


def _concat_along(values, axis) -> Tensor:
    if type(axis) is int and len(values) > 1:
        return _concat(values, axis)
    refuse_float(axis)
    at = index_array(axis, "ConcatV2", "Tidx")
    if len(values) == 1:  # an axis that is not there is no error then
        if at.ndim:
            raise ValueError(f"Shape ({', '.join(map(str, at.shape))},) must have rank 0")
        return copy(values[0])
    if not values:
        raise InvalidArgumentError(
            None,
            None,
            "OpKernel 'ConcatV2' has constraint on attr 'T' not in NodeDef "
            "'[N=0, Tidx=DT_INT32]' [Op:ConcatV2] name: ",
        )
    if at.size != 1:
        raise op_error(
            "ConcatV2",
            f"axis tensor should be a scalar integer, but got shape {brackets(at.shape)}",
        )
    return _concat(values, int(at.reshape(())))


@moves
@op(kernel="Pack", inputs=same("*values"), static={"axis": static.integer})
def _pack(values, axis):
    first = values[0].shape
    for i, v in enumerate(values):
        if v.shape != first:
            fail(
                f"Shapes of all inputs must match: values[0].shape = {brackets(first)} != "
                f"values[{i}].shape = {brackets(v.shape)}"
            )
    return jnp.stack(values, axis)


def pack(value: Any, dtype: DType | None = None) -> EagerTensor:
    """A tensor of nested lists with tensors in them; their dtype is that of the first tensor.

    Args:
      value: list or tuple.
      dtype: what to cast to, if given.
    """
    found = _first_dtype(value)
    if dtype is not None and found is not None and dtype is not found:
        value = _cast_all(value, dtype)
        found = dtype
    return _pack_nested(value, found or dtype)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor) or getattr(value, "_operand_dtype", None) is not None


def _first_dtype(value: Any) -> DType | None:
    for item in value:
        if _is_tensor(item):
            return item.dtype
        if isinstance(item, (list, tuple)):
            found = _first_dtype(item)
            if found is not None:
                return found
        elif hasattr(item, "_as_operand") or hasattr(item, "__jax_array__"):
            return convert(item).dtype
    return None


def _cast_all(value: Any, dtype: DType) -> Any:
    from tfshim._src.ops.casting import cast

    if isinstance(value, (list, tuple)):
        return [_cast_all(v, dtype) for v in value]
    return cast(value, dtype) if _is_tensor(value) else value


def _pack_nested(value: Any, dtype: DType | None) -> EagerTensor:
    parts = []
    alike = all(map(_is_tensor, value))  # then the kernel compares the dtypes
    for item in value:
        if _is_tensor(item):
            if not alike and dtype is not None and item.dtype is not dtype:
                raise TypeError(
                    f"Cannot convert a list containing a tensor of dtype {item.dtype} to "
                    f"{dtype} (Tensor is: {item!r})"
                )
            parts.append(convert(item))
        elif isinstance(item, (list, tuple)) and conversion._has_tensor(item):
            parts.append(_pack_nested(item, dtype))
        else:
            parts.append(convert(item, dtype))
    return _pack(parts, 0)


conversion.PACK.append(pack)


@export("tf.stack")
def stack(values, axis=0, name="stack") -> Tensor:
    """Joins tensors of one shape along a new axis.

    Args:
      values: list of tensors of one shape and dtype.
      axis: where the new axis stands in the result; may be negative.
      name: told by errors.

    Raises:
      ValueError: for an axis outside of [-rank - 1, rank].
      InvalidArgumentError: for shapes that differ.
    """
    axis = static.integer(axis)
    if axis == 0:
        try:
            return convert(values)
        except (TypeError, ValueError, InvalidArgumentError) as e:
            if isinstance(values, (list, tuple)) and any(_is_tensor(v) for v in values):
                raise _named(e, name, values) from None
    if isinstance(values, Tensor):
        values = unstack(values)
    rank = convert(values[0]).ndim + 1
    if not -rank <= axis < rank:
        raise ValueError(f"Argument `axis` = {axis} not in range [{-rank}, {rank})")
    try:
        return _pack(values, axis)
    except OpError as e:
        raise _named(e, name, values) from None


def _named(error: Exception, name: str, values: Any) -> Exception:
    return error.named(name, f"N_{len(values)}") if isinstance(error, OpError) else error


@export("tf.parallel_stack")
def parallel_stack(values, name="parallel_stack") -> Tensor:
    """`tf.stack` along a new first axis.

    Args:
      values: list of tensors of one shape and dtype.
      name: ignored.

    Raises:
      RuntimeError: outside of `tf.function`, as TensorFlow does.
    """
    if STATE.trace is STATE.pending:
        raise RuntimeError("tf.parallel_stack() is not compatible with eager execution.")
    return _pack(values, 0)


@moves
@op(kernel="Unpack", inputs=each("value"))
def _unpack(value, num, axis):
    if value.shape[axis] != num:
        fail(f"Input shape axis {axis} must equal {num}, got shape {brackets(value.shape)}")
    return tuple(lax.index_in_dim(value, i, axis, keepdims=False) for i in range(num))


@export("tf.unstack")
def unstack(value, num=None, axis=0, name="unstack") -> list[Tensor]:
    """The slices along an axis, without that axis.

    Args:
      value: tensor of rank 1 or more.
      num: how many slices there are, if the caller wants that checked.
      axis: may be negative.
      name: told by errors.

    Raises:
      ValueError: for an axis that is not there.
      InvalidArgumentError: if `num` is not the size of the axis.
    """
    x = convert(value)
    axis = static.integer(axis)
    rank = x.ndim
    if not -rank <= axis < rank:
        raise ValueError(f"Argument `axis` = {axis} not in range [{-rank}, {rank})")
    axis %= rank
    if num is None:
        num = x.aval.shape[axis]
    if num == 0 and (x.aval.shape[axis] == 0 or not STATE.trace.symbolic):
        return []
    num = static.integer(num)
    try:
        return list(_unpack(x, num, axis))
    except OpError as e:
        raise e.named(name, f"num_{num}") from None


@moves
@op(kernel="Split", inputs=each("value"))
def _split(value, num, axis):
    n = value.ndim
    require(
        -n <= axis < n,
        f"-input rank(-{n}) <= split_dim < input rank ({n}), but got {axis}",
    )
    axis %= n
    size = value.shape[axis]
    require(
        size % num == 0,
        "Number of ways to split should evenly divide the split dimension, but got split_dim "
        f"{axis} (size = {size}) and num_split {num}",
    )
    return tuple(lax.split(value, [size // num] * num, axis))


@moves
@op(kernel="SplitV", inputs=each("value"))
def _split_sizes(value, sizes, axis):
    n = value.ndim
    require(
        -n <= axis < n,
        f"-input rank(-{n}) <= split_dim < input rank ({n}), but got {axis}",
    )
    axis %= n
    size = value.shape[axis]
    unknown = [i for i, s in enumerate(sizes) if s == -1]
    require(len(unknown) <= 1, "There can only be one -1 in the input.")
    for i, s in enumerate(sizes):
        require(s >= -1, f"Split size at index {i} must be >= 0. Got: {s}")
    total = sum([s for s in sizes if s != -1])
    if total > size or (total != size and not unknown):
        fail(
            "Determined shape must either match input shape along split_dim exactly if fully "
            "specified, or be less than the size of the input along split_dim if not fully "
            f"specified.  Got: {total}"
        )
    full = [size - total if s == -1 else s for s in sizes]
    return tuple(lax.split(value, full, axis))


@export("tf.split")
def split(value, num_or_size_splits, axis=0, num=None, name="split") -> list[Tensor]:
    """Cuts a tensor into pieces along an axis.

    Args:
      value: tensor of rank 1 or more.
      num_or_size_splits: the number of equal pieces, or the size of each piece; one size may be -1.
      axis: may be negative.
      num: how many pieces there are, if the caller wants that checked.
      name: told by errors.

    Returns:
      A list of tensors.

    Raises:
      InvalidArgumentError: for sizes or an axis that do not fit.
    """
    counted = isinstance(num_or_size_splits, (int, np.integer))
    try:
        return _split_along(value, num_or_size_splits, axis, num)
    except OpError as e:
        pieces = num_or_size_splits if counted else num or len(num_or_size_splits)
        raise e.named(name, f"num_split_{pieces}") from None


def _split_along(value, num_or_size_splits, axis, num) -> list[Tensor]:
    x = convert(value)
    at = index_array(axis, "Split", "split_dim")
    if at.ndim:
        raise op_error("Split", f"split_dim must be a scalar but has rank {at.ndim}")
    along = int(at)
    if isinstance(num_or_size_splits, (int, np.integer)):
        count = int(num_or_size_splits)
        if count < 1:
            raise op_error(
                "Split",
                f"Value for attr 'num_split' of {count} must be at least minimum 1\n\t; NodeDef: "
                "{{node Split}}",
                ran=False,
            )
        return _split(x, count, along)
    given = convert(num_or_size_splits)
    if given.ndim == 0:
        raise ValueError(
            "Rank-0 tensors are not supported as the num_or_size_splits argument to split. "
            f"Argument provided: {num_or_size_splits}"
        )
    sizes = index_array(given, "SplitV", "Tlen", ("int8", "int32", "int64"))
    pieces = sizes.shape[0] if num is None else static.integer(num)
    if sizes.ndim != 1 or sizes.size != pieces:
        raise op_error(
            "SplitV",
            "size of the split_tensor must be 1-D and have the same elements as outputs got "
            f"{sizes.ndim} -D and {sizes.size} elements",
        )
    return _split_sizes(x, tuple(sizes.tolist()), along)
