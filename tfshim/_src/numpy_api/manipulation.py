"""Functions that move elements: shapes, axes, joining and splitting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tfshim._src.numpy_api.elementwise import broadcast
from tfshim._src.numpy_api.promotion import array, asarray, promoted, result_type
from tfshim._src.numpy_api.public import named, public
from tfshim._src.ops import creation, joining, padding, scatter, shaping, sizes
from tfshim._src.tensor import Tensor

# -- shapes --


@public
def shape(a):
    """The shape, a `tf.TensorShape`."""
    return asarray(a).shape


@public
def ndim(a):
    """The rank, an int."""
    return asarray(a).ndim


@public
def isscalar(num):
    """Whether the rank is 0."""
    return ndim(num) == 0


@public
def reshape(a, newshape, order="C"):
    """The elements in another shape.

    Args:
      newshape: an int, or ints of which one may be -1.
      order: "C" where the last axis changes fastest, "F" where the first does.

    Raises:
      ValueError: for another order.
      InvalidArgumentError: where the sizes differ.
    """
    if order not in {"C", "F"}:
        raise ValueError(f"Unsupported order argument {order}")
    a = asarray(a)
    if isinstance(newshape, int):
        newshape = [newshape]
    if order == "C":
        return shaping.reshape(a, newshape)
    return shaping.transpose(shaping.reshape(shaping.transpose(a), newshape[::-1]))


@public
def ravel(a):
    """The elements as a vector."""
    return shaping.reshape(asarray(a), [-1])


@public
def flatten(a, order="C"):
    """The elements as a vector; with order "F" the first axis changes fastest.

    Raises:
      ValueError: for an order other than C, A, K and F.
    """
    a = asarray(a)
    if order not in ("C", "A", "K", "F"):
        raise ValueError("order can only be C, A, K (all row major) or F (column major).")
    return shaping.reshape(shaping.transpose(a) if order == "F" else a, [-1])


@public
def expand_dims(a, axis):
    """A new axis of size 1."""
    return shaping.expand_dims(asarray(a), axis=axis)


@public
def squeeze(a, axis=None):
    """Without axes of size 1."""
    return shaping.squeeze(asarray(a), axis)


def _at_least(rank: int, name: str, widen: Callable[[list[int]], list[int]], doc: str) -> Callable:
    def fn(*arys):
        out = []
        for a in map(asarray, arys):
            sizes = list(a.aval.shape)
            out.append(reshape(a, widen(sizes)) if len(sizes) < rank else a)
        return out[0] if len(out) == 1 else out

    return named(name, __name__, fn, doc)


def _around(sizes: list[int]) -> list[int]:
    """NumPy puts a vector into the middle of three axes, and a matrix into the first two."""
    return [1, *sizes, 1] if len(sizes) == 1 else [*sizes, *[1] * (3 - len(sizes))]


atleast_1d = _at_least(1, "atleast_1d", lambda s: [1], "Arrays with at least one axis.")
atleast_2d = _at_least(
    2, "atleast_2d", lambda s: [1] * (2 - len(s)) + s, "Arrays with at least two axes."
)
atleast_3d = _at_least(3, "atleast_3d", _around, "Arrays with at least three axes.")


@public
def broadcast_arrays(*args, **kwargs):
    """Arrays broadcast to their common shape.

    Raises:
      ValueError: for any keyword argument.
    """
    if kwargs.pop("subok", False):
        raise ValueError("subok=True is not supported.")
    if kwargs:
        raise ValueError(f"Received unsupported arguments {kwargs.keys()}")
    return broadcast(*[asarray(a) for a in args])


@public
def broadcast_to(array, shape):
    """An array repeated along axes until it has a shape."""
    if not isinstance(shape, Tensor):
        shape = asarray(creation.convert_to_tensor(shape, dtype_hint="int32"))
    return shaping.broadcast_to(asarray(array), atleast_1d(shape))


# -- axes --


@public
def transpose(a, axes=None):
    """The axes in another order, reversed where none is given."""
    return shaping.transpose(a=asarray(a), perm=None if axes is None else asarray(axes))


@public
def swapaxes(a, axis1, axis2):
    """Two axes in each other's place."""
    a = asarray(a)
    order = list(range(len(a.shape)))
    axis1, axis2 = (axis + len(order) if axis < 0 else axis for axis in (axis1, axis2))
    order[axis1] = axis2
    order[axis2] = axis1
    return shaping.transpose(a, order)


@public
def moveaxis(a, source, destination):
    """Axes moved to other places; the others keep their order.

    Args:
      source: an axis, or several.
      destination: as many.

    Raises:
      ValueError: where their numbers differ.
    """
    if not source and not destination:
        return a
    a = asarray(a)
    source = (source,) if isinstance(source, int) else source
    destination = (destination,) if isinstance(destination, int) else destination
    if len(source) != len(destination):
        raise ValueError("The lengths of source and destination must equal")
    rank = len(a.shape)
    source, destination = (
        tuple(axis + rank if axis < 0 else axis for axis in axes) for axes in (source, destination)
    )
    order = [i for i in range(rank) if i not in source]
    for to, axis in sorted(zip(destination, source, strict=True)):
        assert to <= len(order)
        order.insert(to, axis)
    return shaping.transpose(a, order)


@public
def flip(m, axis=None):
    """The elements in reverse order along an axis, along all where none is given."""
    m = asarray(m)
    rank = len(m.shape)
    if axis is None:
        return shaping.reverse(m, creation.range(rank))
    return shaping.reverse(m, [axis + rank if axis < 0 else axis])


@public
def flipud(m):
    """The rows in reverse order."""
    return flip(m, 0)


@public
def fliplr(m):
    """The columns in reverse order."""
    return flip(m, 1)


@public
def rot90(m, k=1, axes=(0, 1)):
    """Turned k times by a right angle, from the first towards the second of two axes."""
    rank = len(creation.convert_to_tensor(m).shape)
    first, second = (axis + rank if axis < 0 else axis for axis in axes)
    k = k % 4
    if k == 0:
        return m
    if k == 2:
        return flip(flip(m, first), second)
    order = list(range(rank))
    if max(first, second) >= rank:  # TensorFlow notices where it swaps them
        scatter.tensor_scatter_nd_update(order, [[first], [second]], [second, first])
    order[first], order[second] = second, first
    return transpose(flip(m, second), order) if k == 1 else flip(transpose(m, order), second)


@public
def roll(a, shift, axis=None):
    """The elements moved along axes, round the end; along the flat array where none is given."""
    a = asarray(a)
    if axis is not None:
        return shaping.roll(a, shift, axis)
    return shaping.reshape(shaping.roll(shaping.reshape(a, [-1]), shift, 0), sizes.shape(a))


# -- repetition --


@public
def repeat(a, repeats, axis=None):
    """Each element several times, along an axis or in the flat array."""
    return shaping.repeat(asarray(a), asarray(repeats), axis)


@public
def tile(a, reps):
    """The whole array several times along its axes.

    Args:
      reps: a number for each axis; where one of `a` and `reps` is shorter, ones are put in front.
    """
    a, reps = array(a), shaping.reshape(array(reps, dtype="int32"), [-1])
    rank, given = len(a.shape), reps.aval.shape[0]
    if rank > given:
        reps = joining.concat([creation.ones([rank - given], "int32"), reps], 0)
    return shaping.tile(shaping.reshape(a, [1] * max(given - rank, 0) + list(a.aval.shape)), reps)


@public
def pad(array, pad_width, mode, **kwargs):
    """More elements before and after, along each axis.

    Args:
      pad_width: how many, pairs of ints for each axis.
      mode: "constant", "reflect" or "symmetric".
      **kwargs: `constant_values`, 0 unless given.

    Raises:
      ValueError: for another mode.
    """
    if mode not in ("constant", "reflect", "symmetric"):
        raise ValueError("Unsupported padding mode: " + mode)
    return padding.pad(
        tensor=asarray(array),
        paddings=asarray(pad_width, dtype="int32"),
        mode=mode.upper(),
        constant_values=kwargs.get("constant_values", 0),
    )


# -- joining --


@public
def concatenate(arys, axis=0):
    """Arrays one after the other along an axis that is there.

    Raises:
      ValueError: without arrays.
    """
    if not isinstance(arys, (list, tuple)):
        arys = [arys]
    if not arys:
        raise ValueError(
            f"Need at least one array to concatenate. Received empty input: arys={arys}"
        )
    dtype = result_type(*arys)
    return joining.concat([array(a, dtype=dtype) for a in arys], axis)


@public
def append(arr, values, axis=None):
    """Values after an array along an axis, after the flat array without one."""
    if axis is None:
        return concatenate([ravel(arr), ravel(values)], 0)
    return concatenate([arr, values], axis=axis)


@public
def stack(arrays, axis=0):
    """Arrays of one shape along a new axis."""
    if isinstance(arrays, Tensor):
        return arrays if axis == 0 else swapaxes(arrays, 0, axis)
    return joining.stack(promoted(*arrays), axis)


def _stacked(name: str, widen: Callable, axis: Callable[[Any], int], doc: str) -> Callable:
    def fn(tup):
        arrays = promoted(*[widen(a) for a in tup])
        return joining.concat(arrays, axis=axis(arrays[0]))

    return named(name, __name__, fn, doc)


hstack = _stacked(
    "hstack",
    atleast_1d,
    lambda first: 0 if len(first.shape) == 1 else 1,
    "Arrays side by side: along the second axis, vectors along their only one.",
)
vstack = _stacked(
    "vstack", atleast_2d, lambda first: 0, "Arrays one below the other; vectors are rows."
)
dstack = _stacked("dstack", atleast_3d, lambda first: 2, "Arrays along the third axis.")

# -- splitting --


def _sizes(a: Tensor, boundaries: Sequence[int], axis: int) -> list[int]:
    """The sizes of the parts between boundaries; those beyond the end are empty."""
    if axis >= len(a.shape):
        raise ValueError(f"axis {axis} is out of bound for shape {a.shape}")
    total, sizes, before = a.aval.shape[axis], [], 0
    for i, b in enumerate(boundaries):
        if b < before:
            raise ValueError(
                f"The {i}-th boundary {b} is smaller than the previous boundary {before}"
            )
        sizes.append(min(b - before, max(0, total - sum(sizes))))
        before = b
    return [*sizes, max(0, total - sum(sizes))]


@public
def split(ary, indices_or_sections, axis=0):
    """Parts along an axis.

    Args:
      indices_or_sections: the number of equal parts, or where the second, third... begins.

    Returns:
      A list of tensors.
    """
    ary = asarray(ary)
    if not isinstance(indices_or_sections, int):
        indices_or_sections = _sizes(ary, indices_or_sections, axis)
    return joining.split(ary, indices_or_sections, axis=axis)


def _splitting(name: str, axis: int, doc: str) -> Callable:
    def fn(ary, indices_or_sections):
        along = 0 if axis == 1 and ndim(ary) == 1 else axis
        if isinstance(indices_or_sections, int):
            size = ary.shape[along]
            if size is not None and size % indices_or_sections:
                raise ValueError("array split does not result in an equal division")
        return split(ary, indices_or_sections, axis=along)

    return named(name, __name__, fn, doc)


vsplit = _splitting("vsplit", 0, "Parts along the first axis.")
hsplit = _splitting("hsplit", 1, "Parts along the second axis, of a vector along its only one.")
dsplit = _splitting("dsplit", 2, "Parts along the third axis.")
