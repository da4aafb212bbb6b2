"""Order: sort, argsort, top_k, in_top_k, searchsorted, invert_permutation."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, reports, static
from tfshim._src.convert import convert, towards
from tfshim._src.errors import op_error, require
from tfshim._src.ops import ordering
from tfshim._src.ops.common import brackets
from tfshim._src.ops.value_checks import check_permutations
from tfshim._src.ops.vectors import index_array, refuse_float
from tfshim._src.registry import export, op
from tfshim._src.rules import INDEX, c_name, each, fixed, same
from tfshim._src.tensor import STATE, Tensor

_NEG = ("bfloat16", "half", "float", "double", "int8", "int16", "int32", "int64", "complex64",
        "complex128")  # fmt: skip
_TOP_K = ("float", "double", "int32", "uint8", "int16", "int8", "int64", "bfloat16", "uint16",
          "half", "uint32", "uint64")  # fmt: skip


def _flip(x):
    """A key that orders in reverse; its own inverse, without overflow."""
    return -x if jnp.issubdtype(x.dtype, jnp.floating) else ~x


@op(kernel="TopKV2", inputs=each("values", of=_TOP_K))
def _sort(values, axis, descending):
    if descending:
        return _flip(ordering.sort(_flip(values), axis))
    return ordering.sort(values, axis)


@op(kernel="TopKV2", inputs=each("values", of=_TOP_K), grad=None)
def _argsort(values, axis, descending):
    return ordering.places(_flip(values) if descending else values, axis)


def _sort_arguments(values: Any, axis: Any, direction: str) -> tuple[Any, int, bool]:
    x = convert(values)
    at = static.host(axis)
    if np.ndim(at) or not isinstance(at, (int, np.integer, np.ndarray)):
        raise ValueError(f"Argument `axis` must be a constant scalar. Received: axis={axis}.")
    at = int(at)
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(
            "Argument `direction` should be one of ASCENDING, DESCENDING. Received: "
            f"direction={direction}"
        )
    descending = direction == "DESCENDING"
    if not descending and x.aval.dtype.kind in "bsc" and c_name(x.aval.dtype) not in _NEG:
        raise op_error(
            "Neg",
            f"Value for attr 'T' of {c_name(x.aval.dtype)} is not in the list of allowed values: "
            f"{', '.join(_NEG)}\n\t; NodeDef: {{{{node Neg}}}}",
            ran=False,
        )
    if not -x.ndim <= at < x.ndim:
        raise op_error(
            "StridedSlice", f"slice index {at} of dimension 0 out of bounds.", name="strided_slice/"
        )
    return x, at % x.ndim, descending


@export("tf.sort")
def sort(values, axis=-1, direction="ASCENDING", name=None) -> Tensor:
    """The values in order along an axis.

    Args:
      values: real tensor of rank 1 or more.
      axis: may be negative.
      direction: "ASCENDING" or "DESCENDING".
      name: ignored.

    Raises:
      ValueError: for another direction.
      InvalidArgumentError: for an axis that is not there.
    """
    return _sort(*_sort_arguments(values, axis, direction))


@export("tf.argsort")
def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None) -> Tensor:
    """The int32 indices that put the values in order along an axis; equal ones keep their order.

    Args:
      values: real tensor of rank 1 or more.
      axis: may be negative.
      direction: "ASCENDING" or "DESCENDING".
      stable: the order is stable either way.
      name: ignored.

    Raises:
      ValueError: for another direction.
      InvalidArgumentError: for an axis that is not there.
    """
    del stable
    return _argsort(*_sort_arguments(values, axis, direction))


class TopKV2(NamedTuple):
    """The result of `tf.math.top_k`."""

    values: Any
    indices: Any


def _by_key(x, k: int) -> bool:
    """Whether sorting all of a large array's rows is quicker than XLA's own top-k: it has one for
    float32, which costs a comparison for each of the k as well."""
    if x.size < ordering.SMALL or x.dtype.itemsize > 4:
        return False
    return x.dtype != np.float32 or 8 * k > x.shape[-1]


@op(kernel="TopKV2", inputs=each("input", of=_TOP_K))
def _top_k(input, k, index_type):
    require(input.ndim >= 1, f"input must be >= 1-D, got shape {brackets(input.shape)}")
    require(k >= 0, f"Need k >= 0, got {k}")
    size = input.shape[-1]
    require(size >= k, f"input must have at least k columns. Had {size}, needed {k}")
    if _by_key(input, k):
        key = input
        if jnp.issubdtype(input.dtype, jnp.floating):
            key = jnp.where(input == 0, jnp.zeros((), input.dtype), input)  # -0 ties with 0
        indices = ordering.largest(key, k)
        values = jnp.take_along_axis(input, indices, axis=-1, mode="clip")
    elif input.dtype in (np.uint32, np.uint64, np.uint16, np.uint8):
        # XLA's top-k orders by the sign bit; ordering all of the row is exact for every dtype.
        places = lax.broadcasted_iota(np.int32, input.shape, input.ndim - 1)
        key, order = lax.sort((~input, places), dimension=input.ndim - 1, num_keys=1)
        values, indices = ~key[..., :k], order[..., :k]
    else:
        key = input
        if jnp.issubdtype(input.dtype, jnp.floating):
            key = jnp.where(input == 0, jnp.zeros((), input.dtype), input)  # -0 ties with 0
        indices = lax.top_k(key, k)[1]
        values = jnp.take_along_axis(input, indices, axis=-1, mode="clip")
    return values, lax.convert_element_type(indices, index_type.np)


@export("tf.math.top_k", "tf.nn.top_k")
def top_k(input, k=1, sorted=True, index_type=dtypes.int32, name=None) -> TopKV2:
    """The k largest entries of the last axis and where they are; of equal ones the first.

    Args:
      input: real tensor of rank 1 or more.
      k: how many.
      sorted: if false any order will do; they come in descending order all the same.
      index_type: int16, int32 or int64.
      name: ignored.

    Returns:
      A named tuple of `values` and `indices`, both of shape input.shape[:-1] + [k].

    Raises:
      InvalidArgumentError: if the last axis is shorter than k, or k is negative.
    """
    del sorted
    refuse_float(k)
    count = index_array(k, "TopKV2", "Tk", ("int16", *INDEX))
    if count.ndim:
        raise op_error("TopKV2", f"k must be scalar, got shape {brackets(count.shape)}")
    wanted = dtypes.as_dtype(index_type)
    if wanted.name not in ("int16", "int32", "int64"):
        raise op_error(
            "TopKV2",
            f"Value for attr 'index_type' of {c_name(wanted)} is not in the list of allowed "
            "values: int16, int32, int64\n\t; NodeDef: {{node TopKV2}}",
            ran=False,
        )
    return TopKV2(*_top_k(input, int(count), wanted))


class ApproxTopK(NamedTuple):
    """The result of `tf.math.approx_max_k` and `tf.math.approx_min_k`."""

    values: Any
    indices: Any


@op(
    kernel="ApproxTopK",
    inputs=each("operand", of=("half", "bfloat16", "float")),
)
def _approx_top_k(operand, k, axis, largest):
    require(operand.ndim >= 1, f"input must be >= 1-D, got shape {brackets(operand.shape)}")
    require(
        -operand.ndim <= axis < operand.ndim,
        f"reduction_dimension must be in [-{operand.ndim}, {operand.ndim}), got {axis}",
    )
    size = operand.shape[axis]
    require(size >= k, f"input must have at least k columns. Had {size}, needed {k}")
    rows = jnp.moveaxis(operand, axis, -1)
    if not operand.size:  # what is taken from nothing would not be connected to it
        values = jnp.moveaxis(rows[..., :k], -1, axis)
        return values, jnp.zeros(values.shape, np.int32)
    key = rows if largest else -rows
    key = jnp.where(key == 0, jnp.zeros((), key.dtype), key)  # -0 ties with 0
    indices = lax.top_k(key, k)[1]
    values = jnp.take_along_axis(rows, indices, axis=-1, mode="clip")
    return jnp.moveaxis(values, -1, axis), jnp.moveaxis(indices.astype(np.int32), -1, axis)


def _attribute(kind: type, name: str, value: Any) -> Any:
    """A number as TensorFlow takes one for an attribute: 2.5 is 2 where an int is wanted."""
    try:
        if not isinstance(value, (str, bytes)):
            return kind(static.host(value))
    except (TypeError, ValueError):
        pass
    raise TypeError(f"Expected {kind.__name__} for argument '{name}' not {value!r}.")


def _approximate(
    operand, k, axis, recall_target, size_override, aggregate: Any, largest: bool
) -> ApproxTopK:
    wanted = (
        (int, "k", k),
        (int, "reduction_dimension", axis),
        (float, "recall_target", recall_target),
        (int, "reduction_input_size_override", size_override),
    )
    k, axis, _, _ = (_attribute(*each) for each in wanted)
    if isinstance(aggregate, (str, bytes)):
        raise TypeError(f"Expected bool for argument 'aggregate_to_topk' not {aggregate!r}.")
    if k < 0:
        raise op_error(
            "ApproxTopK",
            f"Value for attr 'k' of {k} must be at least minimum 0\n\t; NodeDef: "
            "{{node ApproxTopK}}",
            ran=False,
        )
    return ApproxTopK(*_approx_top_k(operand, k, axis, largest))


@export("tf.math.approx_max_k", "tf.nn.approx_max_k")
def approx_max_k(
    operand,
    k,
    reduction_dimension=-1,
    recall_target=0.95,
    reduction_input_size_override=-1,
    aggregate_to_topk=True,
    name=None,
) -> ApproxTopK:
    """The k largest entries of one axis and where they are, in descending order.

    All entries are looked at, as TensorFlow does on the CPU: the result is exact, whatever recall
    is asked for.

    Args:
      operand: float16, bfloat16 or float32 tensor of rank 1 or more.
      k: how many.
      reduction_dimension: the axis.
      recall_target: the share of the true ones that must be among the found; always 1 here.
      reduction_input_size_override: what a search of less than all would go by.
      aggregate_to_topk: whether exactly k are wanted; there are never more.
      name: ignored.

    Returns:
      A named tuple of `values` and int32 `indices`, of the shape of `operand` with k in place of
      the size of the axis. The values have a gradient.

    Raises:
      InvalidArgumentError: if the axis is shorter than k, or k is negative.
    """
    return _approximate(
        operand, k, reduction_dimension, recall_target, reduction_input_size_override,
        aggregate_to_topk, True,
    )  # fmt: skip


@export("tf.math.approx_min_k", "tf.nn.approx_min_k")
def approx_min_k(
    operand,
    k,
    reduction_dimension=-1,
    recall_target=0.95,
    reduction_input_size_override=-1,
    aggregate_to_topk=True,
    name=None,
) -> ApproxTopK:
    """The k smallest entries of one axis and where they are, in ascending order.

    All entries are looked at: the result is exact, whatever recall is asked for.

    Args:
      operand: float16, bfloat16 or float32 tensor of rank 1 or more.
      k: how many.
      reduction_dimension: the axis.
      recall_target: the share of the true ones that must be among the found; always 1 here.
      reduction_input_size_override: what a search of less than all would go by.
      aggregate_to_topk: whether exactly k are wanted; there are never more.
      name: ignored.

    Returns:
      A named tuple of `values` and int32 `indices`, of the shape of `operand` with k in place of
      the size of the axis. The values have a gradient.

    Raises:
      InvalidArgumentError: if the axis is shorter than k, or k is negative.
    """
    return _approximate(
        operand, k, reduction_dimension, recall_target, reduction_input_size_override,
        aggregate_to_topk, False,
    )  # fmt: skip


@op(
    kernel="InTopKV2",
    inputs=same("targets", of=INDEX) + fixed("float32", "predictions"),
    grad=None,
)
def _in_top_k(targets, predictions, k):
    require(predictions.ndim == 2, "predictions must be 2-dimensional")
    require(targets.ndim == 1, "targets must be 1-dimensional")
    rows, classes = predictions.shape
    require(
        rows == targets.shape[0],
        f"First dimension of predictions {rows} must match length of targets {targets.shape[0]}",
    )
    known = (targets >= 0) & (targets < classes)
    index = jnp.where(known, targets, 0)[:, None]
    if not classes:
        return jnp.zeros(targets.shape, bool)
    score = jnp.take_along_axis(predictions, index, axis=1, mode="clip")
    better = jnp.sum(predictions > score, axis=1)
    return known & jnp.all(jnp.isfinite(predictions), axis=1) & (better < k)


@export("tf.math.in_top_k", "tf.nn.in_top_k")
def in_top_k(targets, predictions, k, name=None) -> Tensor:
    """Whether each target is among the k highest predictions; ties at the border count.

    Args:
      targets: class indices, int32 or int64, shape [batch].
      predictions: float32, shape [batch, classes].
      k: how many.
      name: ignored.

    Returns:
      A bool tensor of shape [batch]; False for a target out of range or a row that is not finite.

    Raises:
      InvalidArgumentError: for shapes that do not fit.
    """
    known = STATE.trace.symbolic and isinstance(predictions, Tensor)
    if not known:  # a graph tells of a tensor's dtype with the name of the input
        predictions = convert(predictions, dtypes.float32)
    return _in_top_k(targets, predictions, static.integer(k))


@op(kernel="InvertPermutation", inputs=each("x", of=INDEX), grad=None)
def _invert(x):
    return jnp.zeros_like(x).at[x].set(jnp.arange(x.shape[0], dtype=x.dtype), mode="drop")


@export("tf.math.invert_permutation")
def invert_permutation(x, name=None) -> Tensor:
    """The permutation y with y[x[i]] = i.

    Args:
      x: a permutation of 0 ... n - 1, int32 or int64.
      name: ignored.

    Raises:
      InvalidArgumentError: if x is none.
    """
    t = towards(x, dtypes.int32)
    if t.ndim != 1:
        raise op_error("InvertPermutation", "invert_permutation expects a 1D vector.")
    if reports.collected() and t.aval.dtype.kind == "i":
        check_permutations(t)
    elif not t._is_symbolic() and t.aval.dtype.kind == "i":
        seen = set()
        for v in t._host_value().tolist():
            if not 0 <= v < t.aval.size:
                raise op_error("InvertPermutation", f"{v} is not between 0 and {t.aval.size}")
            if v in seen:
                raise op_error("InvertPermutation", f"{v} is duplicated in the input.")
            seen.add(v)
    return _invert(t)


# -- searchsorted ----------------------------------------------------------------------

#: Up to this many pairs, comparing all of them beats a search in steps.
_ALL_PAIRS = 1 << 20
#: Of sequences and numbers of values from here on XLA searches quicker by a loop over the steps.
_LONG, _MANY = 1 << 12, 1 << 19


def _bounds(sequence, values, side: str, out_type):
    n, m = sequence.shape[-1], values.shape[-1]
    count, value_count = math.prod(sequence.shape[:-1]), math.prod(values.shape[:-1])
    if not n or not values.size:
        return jnp.zeros(values.shape, out_type.np)
    require(count == value_count, "Leading dim_size of both tensors must match.")
    rows, value_rows = sequence.reshape(count, n), values.reshape(count, m)
    if n * m <= _ALL_PAIRS:
        pairs, wanted = rows[:, None, :], value_rows[:, :, None]
        if side == "left":
            found = jnp.sum(pairs < wanted, -1, dtype=out_type.np)
        else:
            found = n - jnp.sum(wanted < pairs, -1, dtype=out_type.np)
    else:
        method = "scan" if n >= _LONG and values.size >= _MANY else "scan_unrolled"
        search = jax.vmap(lambda s, v: jnp.searchsorted(s, v, side=side, method=method))
        found = search(rows, value_rows)
    return lax.convert_element_type(found.reshape(values.shape), out_type.np)


@op(kernel="LowerBound", inputs=same("sequence", "values"), grad=None)
def _lower_bound(sequence, values, out_type):
    return _bounds(sequence, values, "left", out_type)


@op(kernel="UpperBound", inputs=same("sequence", "values"), grad=None)
def _upper_bound(sequence, values, out_type):
    return _bounds(sequence, values, "right", out_type)


@export("tf.searchsorted")
def searchsorted(sorted_sequence, values, side="left", out_type=dtypes.int32, name=None) -> Tensor:
    """Where values would have to be inserted to keep a sequence in order.

    Args:
      sorted_sequence: ascending along its last axis, of the dtype of `values`.
      values: of the same leading axes.
      side: "left" gives the first such place, "right" the last.
      out_type: int32 or int64.
      name: ignored.

    Raises:
      ValueError: for another side.
      InvalidArgumentError: for dtypes or leading axes that differ.
    """
    sequence, wanted = convert(sorted_sequence), convert(values)
    for t in (sequence, wanted):
        if not t.ndim:
            raise op_error(
                "StridedSlice",
                "slice index -1 of dimension 0 out of bounds.",
                name="strided_slice/",
            )
    if side not in ("left", "right"):
        raise ValueError(
            f"Argument `side` must be either 'right' or 'left'. Received: `side` = '{side}'."
        )
    search = _lower_bound if side == "left" else _upper_bound
    return search(sequence, wanted, dtypes.as_dtype(out_type))
