"""Ops that give the elements of one tensor another arrangement."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, reports, static
from tfshim._src.convert import convert, from_array, towards
from tfshim._src.errors import InvalidArgumentError, fail, op_error, require
from tfshim._src.movement import moves
from tfshim._src.ops.common import brackets
from tfshim._src.ops.value_checks import check_lengths
from tfshim._src.ops.vectors import index_array, loose_vector, refuse_float, vector
from tfshim._src.registry import export, op
from tfshim._src.rules import INDEX, each
from tfshim._src.tensor import STATE, Tensor

_RESHAPE = loose_vector("Reshape", "Tshape", "sizes input must be 1-D, not {shape}")


@moves
@op("tf.reshape", inputs=each("tensor"), static={"shape": _RESHAPE})
def reshape(tensor, shape):
    """The same elements in the same order, in another shape.

    Args:
      tensor: of any shape.
      shape: 1-D integers; one of them may be -1 and is then worked out.

    Raises:
      InvalidArgumentError: if the number of elements does not fit.
    """
    return lax.reshape(tensor, target_shape(tensor.shape, shape))


def target_shape(have: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """A reshape's target with -1 worked out; raises where it does not fit."""
    unknown = [i for i, n in enumerate(shape) if n == -1]
    for i, n in enumerate(shape):
        require(n >= -1, f"Size {i} must be non-negative, not {n}")
    if len(unknown) > 1:
        fail(f"Only one input size may be -1, not both {unknown[0]} and {unknown[1]}")
    size = math.prod(have)
    if unknown:
        shape = _worked_out(have, shape)
    wanted = math.prod(shape)
    require(
        wanted == size,
        f"Input to reshape is a tensor with {size} values, but the requested shape has {wanted}",
    )
    return shape


def _worked_out(have: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape with its -1 replaced. Where sizes of 0 are asked for, those of 0 that the tensor has
    do not count."""
    known = math.prod([n for n in shape if n > 0])
    asked_empty = 0 in shape
    given = math.prod([n for n in have if n > 0 or not asked_empty])
    missing = given // known
    if not (asked_empty and 0 in have):
        require(
            missing * known == given,
            f"Input to reshape is a tensor with {math.prod(have)} values, but the requested shape "
            f"requires a multiple of {known}",
        )
    return tuple([missing if n == -1 else n for n in shape])


def _permutation(value: Any) -> tuple[int, ...] | None:
    return None if value is None else _PERMUTATION(value)


_PERMUTATION = vector("Transpose", "Tperm", "perm must be rank 1, got shape {shape}")


@moves
@op(kernel="Transpose", inputs=each("a"), static={"perm": _permutation, "conjugate": static.flag})
def _transpose(a, perm, conjugate):
    if perm is None:
        perm = tuple(range(a.ndim))[::-1]
    if len(perm) != a.ndim:
        fail(
            f"transpose expects a vector of size {a.ndim}. But input(1) is a vector of size "
            f"{len(perm)}"
        )
    axes = []
    for p in perm:
        require(-a.ndim <= p < a.ndim, f"{p} is out of range [0 .. {a.ndim})")
        axes.append(p % a.ndim)
    for i in range(a.ndim):
        if i not in axes:
            fail(f"{i} is missing from {{{','.join(map(str, axes))}}}.")
    result = lax.transpose(a, axes)
    return jnp.conj(result) if conjugate and jnp.iscomplexobj(result) else result


@export("tf.transpose")
def transpose(a, perm=None, conjugate=False, name="transpose") -> Tensor:
    """Permutes the axes.

    Args:
      a: tensor of any shape.
      perm: for each axis of the result, the axis of `a`; by default all in reverse.
      conjugate: whether to conjugate complex elements as well.
      name: ignored.

    Raises:
      InvalidArgumentError: if `perm` is no permutation of the axes.
    """
    return _transpose(a, perm, conjugate)


def _one_axis(value: Any) -> int:
    refuse_float(value)
    array = index_array(value, "ExpandDims", "Tdim")
    if array.size != 1:
        raise op_error("ExpandDims", "'dim' must be a tensor with a single value")
    return int(array.reshape(()))


@moves
@op("tf.expand_dims", inputs=each("input"), static={"axis": _one_axis})
def expand_dims(input, axis):
    """Inserts an axis of size 1.

    Args:
      input: tensor of any shape.
      axis: where the new axis stands in the result; may be negative.

    Raises:
      InvalidArgumentError: if `axis` is outside [-rank - 1, rank].
    """
    n = input.ndim
    require(
        -n - 1 <= axis <= n,
        f"Tried to expand dim index {axis} for tensor with {n} dimensions.",
    )
    return lax.expand_dims(input, (axis % (n + 1),))


def _some_axes(value: Any) -> tuple[int, ...]:
    axes = static.axis(value)
    if axes is None:
        return ()
    return axes if isinstance(axes, tuple) else (axes,)


@moves
@op("tf.squeeze", inputs=each("input"), static={"axis": _some_axes})
def squeeze(input, axis=None):
    """Removes axes of size 1.

    Args:
      input: tensor of any shape.
      axis: which axes; all of size 1 by default.

    Raises:
      InvalidArgumentError: for an axis that is not there or is not of size 1.
    """
    n = input.ndim
    axes = set()
    for a in axis or ():
        require(-n <= a < n, f"Tried to squeeze dim index {a} for tensor with {n} dimensions.")
        axes.add(a % n)
    if not axes:
        axes = {i for i, size in enumerate(input.shape) if size == 1}
    for a in sorted(axes):
        size = input.shape[a]
        require(size == 1, f"Can not squeeze dim[{a}], expected a dimension of 1, got {size}")
    return lax.squeeze(input, sorted(axes))


_BROADCAST = vector(
    "BroadcastTo", "Tidx", "shape must be a vector of {{int32,int64}}, got shape {shape}"
)


@moves
@op("tf.broadcast_to", inputs=each("input"), static={"shape": _BROADCAST})
def broadcast_to(input, shape):
    """Repeats a tensor along axes of size 1 and new leading axes.

    Args:
      input: tensor of any shape that broadcasts to `shape`.
      shape: 1-D integers.

    Raises:
      InvalidArgumentError: if it does not.
    """
    for n in shape:
        require(n >= 0, f"Dimension {n} must be >= 0")
    require(
        input.ndim <= len(shape),
        f"Rank of input ({input.ndim}) must be no greater than rank of output shape "
        f"({len(shape)}).",
    )
    for have, want in zip(input.shape[::-1], shape[::-1], strict=False):
        if have != want and have != 1:
            if want == 1:
                fail(
                    f"Unable to broadcast tensor of shape {brackets(input.shape)} to tensor of "
                    f"shape {brackets(shape)}"
                )
            fail(f"Incompatible shapes: {brackets(input.shape)} vs. {brackets(shape)}")
    return jnp.broadcast_to(input, shape)


_MULTIPLES = vector("Tile", "Tmultiples", "Expected multiples to be 1-D, but got shape {shape}")


@moves
@op("tf.tile", inputs=each("input"), static={"multiples": _MULTIPLES})
def tile(input, multiples):
    """Repeats a whole tensor along its axes.

    Args:
      input: tensor of any shape.
      multiples: how often along each axis.

    Raises:
      InvalidArgumentError: for a wrong number of multiples or a negative one.
    """
    if len(multiples) != input.ndim:
        fail(
            f"Expected multiples argument to be a vector of length {input.ndim} but got length "
            f"{len(multiples)}"
        )
    for i, m in enumerate(multiples):
        require(m >= 0, f"Expected multiples[{i}] >= 0, but got {m}")
    return jnp.tile(input, multiples)


_REVERSE = vector("ReverseV2", "Tidx", "'dims' must be 1-dimension, not {ndim}")


@moves
@op("tf.reverse", kernel="ReverseV2", inputs=each("tensor"), static={"axis": _REVERSE})
def reverse(tensor, axis):
    """Reverses the order along the given axes.

    Args:
      tensor: of any shape.
      axis: 1-D integers, each axis once.

    Raises:
      InvalidArgumentError: for an axis that is not there or is named twice.
    """
    n = tensor.ndim
    axes: list[int] = []
    if not n or not tensor.size:
        return tensor  # TensorFlow does not look at the axes then
    for i, a in enumerate(axis):
        require(-n <= a < n, f"'axis'[{i}] = {a} is out of valid range [0, {n - 1}")
        require(a % n not in axes, f"axis {a % n} specified more than once.")
        axes.append(a % n)
    return lax.rev(tensor, axes)


@moves
@op(kernel="Roll", inputs=each("input"))
def _roll(input, shift, axis):
    total = [0] * input.ndim
    for s, a in zip(shift, axis, strict=True):
        require(-input.ndim <= a < input.ndim, f"axis {a} is out of range")
        total[a % input.ndim] += s
    return jnp.roll(input, total, tuple(range(input.ndim)))


@export("tf.roll")
def roll(input, shift, axis, name=None) -> Tensor:
    """Moves elements along axes; what falls off one end comes back at the other.

    Args:
      input: tensor of rank 1 or more.
      shift: by how many places, one number or one per axis.
      axis: along which axes; a repeated axis adds its shifts up.
      name: ignored.

    Raises:
      InvalidArgumentError: for a scalar input, an axis that is not there, or lengths that differ.
    """
    x = convert(input)
    axes = index_array(axis, "Roll", "Taxis")
    shifts = index_array(shift, "Roll", "Tshift")
    if x.ndim < 1:
        raise op_error("Roll", "input must be 1-D or higher")
    for label, found in (("shift", shifts), ("axis", axes)):
        if found.ndim > 1:
            text = f"{label} must be a scalar or a 1-D vector. Found: {brackets(found.shape)}"
            raise op_error("Roll", text)
    if shifts.shape != axes.shape:
        raise op_error("Roll", "shift and axis must have the same size")
    return _roll(x, tuple(shifts.reshape(-1).tolist()), tuple(axes.reshape(-1).tolist()))


@moves
@op(kernel="Take", inputs=each("params", "indices"), static={"axis": static.integer})
def take(params, indices, axis):
    """params[..., indices, ...]: for indices that are known to be in range."""
    return jnp.take(params, indices, axis=axis, mode="clip")


@op(kernel="Repeat", inputs=each("input"), static={"repeats": static.integer})
def _repeat(input, repeats, axis):
    return jnp.repeat(input, repeats, axis=axis)


moves(_repeat)


@export("tf.repeat")
def repeat(input, repeats, axis=None, name=None) -> Tensor:
    """Repeats elements.

    Args:
      input: tensor of any shape.
      repeats: how often: one number, or one for each position along `axis`.
      axis: along which axis; by default the flattened input.
      name: ignored.

    Raises:
      TypeError: if `repeats` is not of an integer dtype.
      ValueError: for an axis or a number of repeats that does not fit.
    """
    x = convert(input)
    counts_t = convert(repeats, hint=dtypes.int32)
    if counts_t.aval.dtype.kind not in "iu":
        raise TypeError(
            "Argument `tensor` (name: repeats) must be of type integer. Received `tensor` = "
            f"{static.host(counts_t)} of dtype: {counts_t.dtype}"
        )
    given = static.host(counts_t)
    counts = np.maximum(given, 0)
    if counts.ndim > 1:
        raise ValueError(f"Shape {counts_t.shape} must have rank at most 1")
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    axis = static.integer(axis)
    rank = x.ndim
    if not -rank <= axis < rank:
        raise ValueError(f"axis={axis} out of bounds: expected {-rank}<=axis<{rank}")
    axis %= rank
    if counts.ndim == 0 or counts.size == 1:
        if given.min() < 0:
            text = f"Expected multiples[{axis + 1}] >= 0, but got {given.item()}"
            if STATE.trace.symbolic:  # a size that is computed, found when the graph runs
                raise InvalidArgumentError(None, None, text)
            raise op_error("Tile", text)
        return _repeat(x, int(counts.reshape(())), axis)
    size = x.aval.shape[axis]
    if counts.size != size:
        raise ValueError(f"Dimensions {size} and {counts.size} are not compatible")
    index = np.repeat(np.arange(size, dtype=np.int32), counts)
    return take(x, from_array(index), axis)


@moves
@op(
    kernel="ReverseSequence",
    inputs=each("input") + each("seq_lengths", of=INDEX, attr="Tlen"),
    diff=("input",),
)
def _reverse_sequence(input, seq_lengths, seq_axis, batch_axis):
    n = input.ndim
    require(seq_axis >= 0, f"Invalid seq_dim {seq_axis}")
    require(batch_axis >= 0, f"Invalid batch_dim {batch_axis}")
    require(seq_axis != batch_axis, f"batch_dim == seq_dim == {seq_axis}")
    require(seq_axis < n, f"seq_dim must be < input rank ( {seq_axis} vs. {n})")
    require(batch_axis < n, f"batch_dim must be < input rank ( {batch_axis} vs. {n})")
    require(seq_lengths.ndim == 1, f"seq_lengths must be 1-dim, not {seq_lengths.ndim}")
    batch = input.shape[batch_axis]
    require(
        seq_lengths.shape[0] == batch,
        f"Length of seq_lengths != input.dims({batch_axis}), ({seq_lengths.shape[0]} vs. {batch})",
    )
    place = lax.broadcasted_iota(np.int64, input.shape, seq_axis)
    shape = [1] * n
    shape[batch_axis] = batch
    lengths = seq_lengths.astype(np.int64).reshape(shape)
    index = jnp.where(place < lengths, lengths - 1 - place, place)
    return jnp.take_along_axis(input, index, axis=seq_axis, mode="clip")


@export("tf.reverse_sequence")
def reverse_sequence(input, seq_lengths, seq_axis=None, batch_axis=None, name=None) -> Tensor:
    """Reverses the first `seq_lengths[i]` elements of each row i.

    Args:
      input: tensor of rank 2 or more.
      seq_lengths: 1-D integers, one for each row along `batch_axis`.
      seq_axis: the axis that is reversed.
      batch_axis: the axis of the rows; 0 by default.
      name: ignored.

    Raises:
      InvalidArgumentError: for axes or lengths that do not fit.
    """
    lengths = towards(seq_lengths, dtypes.int64)
    x = convert(input)
    if seq_axis is None:
        raise TypeError("Expected int for argument 'seq_dim' not None.")
    seq = static.integer(seq_axis)
    batch = 0 if batch_axis is None else static.integer(batch_axis)
    fits = 0 <= seq < x.ndim and 0 <= batch < x.ndim and seq != batch
    fits = fits and lengths.shape == x.aval.shape[batch : batch + 1]
    if fits and reports.collected():
        check_lengths(lengths, x.aval.shape[seq], seq)
    elif fits and not lengths._is_symbolic():
        size = x.aval.shape[seq]
        for d, n in enumerate(lengths._host_value().tolist()):
            if n < 0:
                raise op_error("ReverseSequence", f"seq_lens({d}) < 0")
            if n > size:
                raise op_error("ReverseSequence", f"seq_lens({d}) > input.dims({seq})")
    return _reverse_sequence(x, lengths, seq, batch)
