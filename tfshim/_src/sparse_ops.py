"""`tf.sparse`: ops on sparse tensors; coordinates on the host, values by gathers and sums."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import op_error
from tfshim._src.movement import moves
from tfshim._src.ops.common import brackets
from tfshim._src.ragged import public
from tfshim._src.registry import export, op
from tfshim._src.rules import each
from tfshim._src.sparse import SparseTensor, host_indices, host_shape
from tfshim._src.tensor import EagerTensor, Tensor


def _sparse(value: Any, what: str = "sp_input") -> SparseTensor:
    if isinstance(value, SparseTensor):
        return value
    if all(hasattr(value, a) for a in ("indices", "values", "dense_shape")):
        return SparseTensor.from_value(value)
    raise TypeError("Input must be a SparseTensor.")


def _made(indices: np.ndarray, values: Any, shape: Any) -> SparseTensor:
    rank = len(shape)
    table = np.asarray(indices, np.int64).reshape(-1, rank)
    return SparseTensor(from_array(table), values, from_array(np.array(shape, np.int64)))


def _order(indices: np.ndarray) -> np.ndarray:
    """Positions in row-major order of the coordinates."""
    return np.lexsort(indices.T[::-1]) if indices.shape[1] else np.arange(len(indices))


@moves
@op(kernel="GatherV2", inputs=each("x") + each("index"))
def _rows(x, index):
    """Rows of x; unlike that of `tf.gather` the gradient is dense."""
    return jnp.take(x, index, axis=0)


def _take(values: EagerTensor, positions: np.ndarray) -> EagerTensor:
    return _rows(values, np.asarray(positions, np.int64))


def _flat(indices: np.ndarray, shape: list[int]) -> np.ndarray:
    """Row-major positions of coordinates."""
    found = np.zeros(len(indices), np.int64)
    for column, n in zip(indices.T, shape, strict=True):
        found = found * n + column
    return found


@export("tf.sparse.from_dense")
def from_dense(tensor, name=None) -> SparseTensor:
    """The elements that are not zero, or not "".

    Args:
      tensor: dense tensor.
      name: ignored.
    """
    t = convert(tensor)
    if not t.ndim:
        raise op_error("Where", "WhereOp : Unhandled input dimensions: 0")
    host = static.host(t)
    where = np.argwhere(host != (b"" if t.aval.dtype.kind == "s" else 0))
    positions = _flat(where, list(host.shape))
    return _made(where, _take(public("reshape")(t, [-1]), positions), host.shape)


def _check_indices(kernel: str, where: np.ndarray, shape: list[int]) -> None:
    bounds = np.array(shape)
    for i, row in enumerate(where):
        text = f"indices[{i}] = {brackets(row)} is"
        if ((row < 0) | (row >= bounds)).any():
            raise op_error(kernel, f"{text} out of bounds: need 0 <= index < {brackets(shape)}")
        if i and (before := tuple(where[i - 1])) >= tuple(row):
            if before == tuple(row):
                raise op_error(kernel, f"{text} repeated")
            raise op_error(
                kernel,
                f"{text} out of order. Many sparse ops require sorted indices.\n    Use "
                "`tf.sparse.reorder` to create a correctly ordered copy.\n\n",
            )


@export("tf.sparse.to_dense")
def to_dense(sp_input, default_value=None, validate_indices=True, name=None) -> Tensor:
    """The dense tensor.

    Args:
      sp_input: sparse tensor.
      default_value: scalar for the other elements; 0 or "" by default.
      validate_indices: whether coordinates must be in order, inside and not repeated.
      name: ignored.

    Raises:
      InvalidArgumentError: if they are not.
    """
    st = _sparse(sp_input)
    where, shape = host_indices(st), host_shape(st)
    _validate_or_bound(where, shape, bool(validate_indices))
    size = int(np.prod(shape))
    values = st.values
    if default_value is None:
        filler = public("zeros")([1], values.aval.dtype)
    else:
        filler = public("reshape")(convert(default_value, values.aval.dtype), [1])
    places = np.zeros(size, np.int64)
    places[_flat(where, shape)] = np.arange(len(where)) + 1
    table = public("concat")([filler, values], 0)
    return public("gather")(table, places.reshape(shape))


def _validate_or_bound(where: np.ndarray, shape: list[int], validate: bool) -> None:
    if validate:
        _check_indices("SparseToDense", where, shape)
        return
    outside = np.flatnonzero(((where < 0) | (where >= np.array(shape))).any(1))
    if outside.size:
        i = int(outside[0])
        raise op_error(
            "SparseToDense",
            f"indices[{i}] = {brackets(where[i])} is out of bounds: need 0 <= index < "
            f"{brackets(shape)}",
        )


@export("tf.sparse.reorder")
def reorder(sp_input, name=None) -> SparseTensor:
    """The same with coordinates in row-major order.

    Args:
      sp_input: sparse tensor.
      name: ignored.
    """
    st = _sparse(sp_input)
    where = host_indices(st)
    order = _order(where)
    return _made(where[order], _take(st.values, order), host_shape(st))


def _combined(kernel: str, a: SparseTensor, b: SparseTensor) -> tuple[np.ndarray, np.ndarray, int]:
    """All coordinates of both in order, and for each stored value its place among them."""
    sa, sb = host_shape(a), host_shape(b)
    if len(sa) != len(sb):
        raise op_error(
            kernel, f"Operands' ranks do not match, got shapes: {brackets(sa)} vs. {brackets(sb)}"
        )
    for i, (m, n) in enumerate(zip(sa, sb, strict=True)):
        if m != n:
            raise op_error(
                kernel, f"Operands' shapes do not match: got {m} and {n} for dimension {i}"
            )
    both = np.concatenate([host_indices(a), host_indices(b)])
    flat = _flat(both, sa)
    _, first, place = np.unique(flat, return_index=True, return_inverse=True)
    return both[first], place.reshape(-1), len(first)


@export("tf.sparse.add")
def sparse_add(a, b, threshold=0) -> Any:
    """The sum of two tensors, at least one of them sparse; dense if one is dense.

    Args:
      a, b: sparse or dense tensors of one shape and dtype.
      threshold: elements of a sparse sum whose magnitude is below it are dropped.

    Raises:
      TypeError: if both are dense.
      InvalidArgumentError: for shapes that differ.
    """
    sparse_a, sparse_b = isinstance(a, SparseTensor), isinstance(b, SparseTensor)
    if not sparse_a and not sparse_b:
        raise TypeError("At least one input should be SparseTensor; do you mean to use tf.add()?")
    if not (sparse_a and sparse_b):
        st, dense = (a, convert(b)) if sparse_a else (b, convert(a))
        return public("tensor_scatter_nd_add")(dense, st.indices, st.values)
    where, place, n = _combined("SparseAdd", a, b)
    values = public("concat")([a.values, b.values], 0)
    total = public("math.unsorted_segment_sum")(values, place, n)
    limit = static.plain(threshold)
    if limit:
        keep = np.flatnonzero(np.abs(static.host(total)) >= limit)
        where, total = where[keep], _take(total, keep)
    return _made(where, total, host_shape(a))


def _pairwise(kernel: str, how: str):
    def combine(sp_a, sp_b, name=None) -> SparseTensor:
        a, b = _sparse(sp_a), _sparse(sp_b)
        where, place, n = _combined(kernel, a, b)
        left = public("math.unsorted_segment_sum")(a.values, place[: len(host_indices(a))], n)
        right = public("math.unsorted_segment_sum")(b.values, place[len(host_indices(a)) :], n)
        return _made(where, public(how)(left, right), host_shape(a))

    return combine


_maximum = _pairwise("SparseSparseMaximum", "maximum")
_minimum = _pairwise("SparseSparseMinimum", "minimum")


@export("tf.sparse.maximum")
def sparse_maximum(sp_a, sp_b, name=None) -> SparseTensor:
    """The larger elements of two sparse tensors; elements not stored count as 0.

    Args:
      sp_a, sp_b: sparse tensors of one shape.
      name: ignored.
    """
    return _maximum(sp_a, sp_b)


@export("tf.sparse.minimum")
def sparse_minimum(sp_a, sp_b, name=None) -> SparseTensor:
    """The smaller elements of two sparse tensors; elements not stored count as 0.

    Args:
      sp_a, sp_b: sparse tensors of one shape.
      name: ignored.
    """
    return _minimum(sp_a, sp_b)


@export("tf.sparse.sparse_dense_matmul")
def sparse_dense_matmul(sp_a, b, adjoint_a=False, adjoint_b=False, name=None) -> Any:
    """The product of a sparse and a dense matrix, in either order; dense.

    Args:
      sp_a, b: matrices, one of them sparse.
      adjoint_a, adjoint_b: whether a factor is transposed and conjugated first.
      name: ignored.

    Raises:
      InvalidArgumentError: for inner sizes that differ.
    """
    if isinstance(b, SparseTensor) and not isinstance(sp_a, SparseTensor):
        # (A B)^H = B^H A^H turns a product by a sparse matrix at the right round
        product = sparse_dense_matmul(b, sp_a, not adjoint_b, not adjoint_a)
        return public("linalg.adjoint")(product)
    st, dense = _sparse(sp_a), convert(b)
    where, shape, values = host_indices(st), host_shape(st), st.values
    if adjoint_a:
        where, shape = where[:, ::-1], shape[::-1]
        values = public("math.conj")(values)
    inner = dense.aval.shape[1 if adjoint_b else 0]
    if shape[1] != inner:
        raise op_error(
            "SparseTensorDenseMatMul",
            "Cannot multiply A and B because inner dimension does not match: "
            f"{shape[1]} vs. {inner}.  Did you forget a transpose?  Dimensions of A: "
            f"[{shape[0]}, {shape[1]}).  Dimensions of B: {brackets(dense.aval.shape)}",
        )
    if adjoint_b:
        dense = public("linalg.adjoint")(dense)
    rows = _take(dense, where[:, 1]) * public("expand_dims")(values, -1)
    return public("math.unsorted_segment_sum")(rows, where[:, 0].copy(), shape[0])


@export("tf.sparse.concat")
def sparse_concat(axis, sp_inputs, expand_nonconcat_dims=False, name=None) -> SparseTensor:
    """Sparse tensors joined along an axis.

    Args:
      axis: may be negative.
      sp_inputs: list of sparse tensors of one rank.
      expand_nonconcat_dims: whether other axes may differ, the largest size being taken.
      name: ignored.

    Raises:
      InvalidArgumentError: for shapes that do not fit.
    """
    inputs = [_sparse(s) for s in sp_inputs]
    if len(inputs) == 1:
        return inputs[0]
    shapes = [host_shape(s) for s in inputs]
    rank, at = len(shapes[0]), static.integer(axis)
    attrs = f"N_{len(inputs)}"
    if not -rank <= at < rank:
        raise op_error(
            "SparseConcat",
            f"Concat dimension must be in range [{-rank}, {rank}), got {at}",
            attrs=attrs,
        )
    at %= rank
    for i, shape in enumerate(shapes[1:], 1):
        if len(shape) != rank:
            raise op_error(
                "SparseConcat",
                f"Ranks of all input tensors must match: expected {rank} but got {len(shape)} at "
                f"position {i}",
                attrs=attrs,
            )
        for d in range(rank):
            if d != at and shape[d] != shapes[0][d] and not expand_nonconcat_dims:
                raise op_error(
                    "SparseConcat",
                    f"Input shapes must match: expected {shapes[0][d]} for dimension {d} but got "
                    f"{shape[d]} at position {i}",
                    attrs=attrs,
                )
    result = [max(s[d] for s in shapes) for d in range(rank)]
    result[at] = sum(s[at] for s in shapes)
    parts, offset = [], 0
    for st, shape in zip(inputs, shapes, strict=True):
        where = host_indices(st).copy()
        where[:, at] += offset
        parts.append(where)
        offset += shape[at]
    where = np.concatenate(parts)
    order = _order(where)
    values = public("concat")([s.values for s in inputs], 0)
    return _made(where[order], _take(values, order), result)


def _window(st: SparseTensor, start: np.ndarray, size: np.ndarray) -> SparseTensor:
    where, shape = host_indices(st), np.array(host_shape(st))
    end = np.minimum(start + size, shape)
    keep = np.flatnonzero(((where >= start) & (where < end)).all(1))
    sizes = np.maximum(end - start, 0)
    return _made(where[keep] - start, _take(st.values, keep), sizes.tolist())


@export("tf.sparse.slice")
def sparse_slice(sp_input, start, size, name=None) -> SparseTensor:
    """A window of a sparse tensor.

    Args:
      sp_input: sparse tensor.
      start, size: int64 vectors of length rank.
      name: ignored.
    """
    first, sizes = (static.host(convert(v, dtypes.int64)) for v in (start, size))
    return _window(_sparse(sp_input), first, sizes)


@export("tf.sparse.split")
def sparse_split(sp_input=None, num_split=None, axis=None, name=None) -> list[SparseTensor]:
    """A sparse tensor cut along an axis; the first pieces are one larger if it does not divide.

    Args:
      sp_input: sparse tensor.
      num_split: number of pieces.
      axis: may be negative.
      name: ignored.

    Raises:
      ValueError: without an argument.
    """
    for what, value in (("sp_input", sp_input), ("num_split", num_split), ("axis", axis)):
        if value is None:
            raise ValueError(f"{what} is required")
    st = _sparse(sp_input)
    shape = host_shape(st)
    at, n = static.integer(axis) % len(shape), static.integer(num_split)
    if not 1 <= n <= shape[at]:
        raise op_error(
            "SparseSplit",
            f"Input num_split should be between 1 and the splitting dimension size ({shape[at]}), "
            f"got {n}",
        )
    small, larger = divmod(shape[at], n)
    pieces, offset = [], 0
    for i in range(n):
        start, size = np.zeros(len(shape), np.int64), np.array(shape)
        start[at], size[at] = offset, small + (i < larger)
        offset += int(size[at])
        pieces.append(_window(st, start, size))
    return pieces


@export("tf.sparse.transpose")
def sparse_transpose(sp_input, perm=None, name=None) -> SparseTensor:
    """A sparse tensor with its axes in another order.

    Args:
      sp_input: sparse tensor.
      perm: the new order; reversed by default.
      name: ignored.
    """
    st = _sparse(sp_input)
    shape, where = host_shape(st), host_indices(st)
    order = list(range(len(shape)))[::-1] if perm is None else list(static.integers(perm))
    if len(order) != len(shape):
        raise ValueError(f"Dimensions {len(order)} and {len(shape)} are not compatible")
    moved = where[:, order]
    sort = _order(moved)
    return _made(moved[sort], _take(st.values, sort), [shape[i] for i in order])


@export("tf.sparse.reshape")
def sparse_reshape(sp_input, shape, name=None) -> SparseTensor:
    """A sparse tensor in another shape.

    Args:
      sp_input: sparse tensor.
      shape: the new shape; -1 once for what is left.
      name: ignored.

    Raises:
      InvalidArgumentError: for a shape of another size.
    """
    st = _sparse(sp_input)
    old, wanted = host_shape(st), list(static.shape(shape))
    size = int(np.prod(old))
    if wanted.count(-1) > 1:
        raise op_error("SparseReshape", "only one output dimension may be -1")
    if -1 in wanted:
        rest = int(np.prod([n for n in wanted if n != -1]))
        if rest == 0 or size % rest:
            shown = [1 if n == -1 else n for n in wanted]
            raise op_error(
                "SparseReshape",
                f"Input to reshape is a SparseTensor with {size} dense values, but the requested "
                f"shape requires a multiple of {rest}. input_shape={brackets(old)} "
                f"output_shape={brackets(shown)}",
            )
        wanted = [size // rest if n == -1 else n for n in wanted]
    if int(np.prod(wanted)) != size:
        raise op_error(
            "SparseReshape",
            f"Input to reshape is a tensor with {size} dense values, but the requested shape has "
            f"{int(np.prod(wanted))}. input_shape={brackets(old)} output_shape={brackets(wanted)}",
        )
    if wanted == list(old):  # elements outside of the shape stay where they are
        return _made(host_indices(st), st.values, wanted)
    flat = _flat(host_indices(st), old)
    where = np.stack(np.unravel_index(flat, wanted), 1) if wanted else flat[:, None][:, :0]
    return _made(where, st.values, wanted)


@export("tf.sparse.expand_dims")
def sparse_expand_dims(sp_input, axis=None, name=None) -> SparseTensor:
    """A sparse tensor with a new axis of size 1.

    Args:
      sp_input: sparse tensor.
      axis: where; the last by default, may be negative.
      name: ignored.
    """
    st = _sparse(sp_input)
    shape = host_shape(st)
    at = -1 if axis is None else static.integer(axis)
    at = at + len(shape) + 1 if at < 0 else at
    if not 0 <= at <= len(shape):
        raise op_error(
            "Slice",
            f"Expected size[{len(shape) - 1}] in [0, {len(shape)}], but got {at}",
            name=None,
        )
    where = np.insert(host_indices(st), at, 0, axis=1)
    return _made(where, st.values, [*shape[:at], 1, *shape[at:]])


@export("tf.sparse.eye")
def sparse_eye(num_rows, num_columns=None, dtype=dtypes.float32, name=None) -> SparseTensor:
    """Ones on the diagonal.

    Args:
      num_rows, num_columns: sizes; square by default.
      dtype: of the ones.
      name: ignored.
    """
    rows = static.integer(num_rows)
    columns = rows if num_columns is None else static.integer(num_columns)
    n = min(rows, columns)
    where = np.repeat(np.arange(n)[:, None], 2, 1)
    return _made(where, public("ones")([n], dtype), [rows, columns])


@export("tf.sparse.retain")
def sparse_retain(sp_input, to_retain) -> SparseTensor:
    """The stored elements where a mask holds.

    Args:
      sp_input: sparse tensor of n stored elements.
      to_retain: bool vector of length n.
    """
    st = _sparse(sp_input)
    keep = static.host(convert(to_retain))
    n = len(host_indices(st))
    if len(keep) != n:
        raise ValueError(f"Dimensions {n} and {len(keep)} are not compatible")
    at = np.flatnonzero(keep)
    kept = public("gather")(st.values, at)  # whose gradient is slices, as in TensorFlow
    return _made(host_indices(st)[at], kept, host_shape(st))


@export("tf.sparse.fill_empty_rows")
def sparse_fill_empty_rows(sp_input, default_value, name=None) -> tuple[SparseTensor, Tensor]:
    """A sparse matrix with one element in each row that had none, and which rows those are.

    Args:
      sp_input: sparse matrix.
      default_value: scalar, the element at column 0.
      name: ignored.
    """
    st = _sparse(sp_input)
    shape, where = host_shape(st), host_indices(st)
    kernel = "SparseFillEmptyRows"
    if not shape[0] and len(where):
        text = "Received SparseTensor with dense_shape[0] = 0 but indices.shape[0] = "
        raise op_error(kernel, f"{text}{len(where)}")
    bad = np.flatnonzero((where[:, 0] < 0) | (where[:, 0] >= shape[0]))
    if len(bad):
        row = where[bad[0], 0]
        raise op_error(kernel, f"indices({bad[0]}, 0) is invalid: {row} >= {shape[0]}")
    empty = np.ones(shape[0], bool)
    empty[where[:, 0]] = False
    new = np.flatnonzero(empty)
    every = np.concatenate([where, np.stack([new, np.zeros_like(new)], 1)])
    default = convert(default_value, st.dtype)
    values = public("concat")([st.values, public("fill")([len(new)], default)], 0)
    order = np.argsort(every[:, 0], kind="stable")
    return _made(every[order], _take(values, order), shape), from_array(empty)


@export("tf.sparse.reset_shape")
def sparse_reset_shape(sp_input, new_shape=None) -> SparseTensor:
    """The same elements in a larger shape, or in the smallest one that holds them.

    Args:
      sp_input: sparse tensor.
      new_shape: at least as large in each axis; None for the smallest.

    Raises:
      ValueError: for one that is smaller.
    """
    st = _sparse(sp_input)
    old, where = host_shape(st), host_indices(st)
    if new_shape is None:
        sizes = (where.max(0) + 1 if len(where) else np.zeros(len(old), np.int64)).tolist()
        return _made(where, st.values, sizes)
    sizes = list(static.shape(new_shape))
    if len(sizes) != len(old):
        raise ValueError(f"Dimensions {len(old)} and {len(sizes)} are not compatible")
    if any(n < m for n, m in zip(sizes, old, strict=True)):
        raise ValueError(
            "Requested new_shape should have dimension sizes >= sp_input.shape.  Found new_shape "
            f"({np.array(old)}), sp_input.shape ({np.array(sizes)})."
        )
    return _made(where, st.values, sizes)


@export("tf.sparse.to_indicator")
def sparse_to_indicator(sp_input, vocab_size, name=None) -> Tensor:
    """A dense bool tensor: which ids occur in each row.

    Args:
      sp_input: sparse tensor of int32 or int64 ids.
      vocab_size: number of ids.
      name: ignored.
    """
    st = _sparse(sp_input)
    size = static.integer(vocab_size)
    ids, shape = static.host(st.values), host_shape(st)
    out = np.zeros([*shape[:-1], size], bool)
    out[(*host_indices(st)[:, :-1].T, ids)] = True
    return from_array(out)


@export("tf.sparse.map_values")
def sparse_map_values(op, *args, **kwargs) -> Any:
    """Applies a function to the values of sparse arguments of the same coordinates.

    Args:
      op: gets tensors in place of sparse tensors.
      *args, **kwargs: its arguments, at least one of them sparse.

    Raises:
      ValueError: without a sparse argument, or if coordinates differ.
    """
    found = [v for v in (*args, *kwargs.values()) if isinstance(v, SparseTensor)]
    if not found:
        raise ValueError("No SparseTensor in argument list of map_values")
    for other in found[1:]:
        if other.indices is not found[0].indices and not np.array_equal(
            host_indices(other), host_indices(found[0])
        ):
            public("debugging.assert_equal")(found[0].indices, other.indices)

    def plain(v: Any) -> Any:
        return v.values if isinstance(v, SparseTensor) else v

    result = op(*map(plain, args), **{k: plain(v) for k, v in kwargs.items()})
    return found[0].with_values(result)


@export("tf.sparse.mask")
def sparse_mask(a, mask_indices, name=None) -> Any:
    """The rows of a `tf.IndexedSlices` whose index is not among some.

    Args:
      a: `tf.IndexedSlices`.
      mask_indices: the indices to drop.
      name: ignored.
    """
    from tfshim._src.indexed_slices import IndexedSlices

    ids, drop = static.host(convert(a.indices)), static.host(convert(mask_indices))
    keep = np.flatnonzero(~np.isin(ids, drop))
    return IndexedSlices(_take(convert(a.values), keep), from_array(ids[keep]), a.dense_shape)
