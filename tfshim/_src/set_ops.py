"""`tf.sets`, `tf.edit_distance` and `tf.fingerprint`: the public functions of set_algebra.py."""

from __future__ import annotations

from typing import Any

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.ops import set_algebra
from tfshim._src.registry import export
from tfshim._src.sparse import SparseTensor
from tfshim._src.tensor import EagerTensor

_DTYPES = frozenset(
    [
        dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64,
        dtypes.uint8, dtypes.uint16, dtypes.string,
    ]
)  # fmt: skip


def _operand(value: Any) -> Any:
    return value if isinstance(value, SparseTensor) else convert(value)


def _combined(a: Any, b: Any, operation: str, validate_indices: Any) -> SparseTensor:
    a = _operand(a)
    if a.dtype not in _DTYPES:
        raise TypeError(f"'a' has invalid dtype `{a.dtype}` not in supported dtypes: `{_DTYPES}`.")
    b = _operand(b)
    if a.dtype is not b.dtype:
        raise TypeError(f"Types don't match, {a.dtype} vs {b.dtype}.")
    validate = static.flag(validate_indices)
    if isinstance(a, SparseTensor) and not isinstance(b, SparseTensor):
        a, b = b, a
        operation = {"a-b": "b-a", "b-a": "a-b"}.get(operation, operation)
    parts = _parts(b)
    if isinstance(a, SparseTensor):
        made = set_algebra.sparse_to_sparse(*_parts(a), *parts, operation, validate)
    elif isinstance(b, SparseTensor):
        made = set_algebra.dense_to_sparse(a, *parts, operation, validate)
    else:
        made = set_algebra.dense_to_dense(a, b, operation)
    return SparseTensor(*made)


def _parts(x: Any) -> tuple:
    return (x.indices, x.values, x.dense_shape) if isinstance(x, SparseTensor) else ()


@export("tf.sets.intersection")
def intersection(a, b, validate_indices=True) -> SparseTensor:
    """The members that are in both sets, for each pair of rows.

    Args:
      a, b: tensors or sparse tensors of integers or strings and of one dtype; of one shape but for
        the last axis, along which the members of a set lie.
      validate_indices: whether coordinates of sparse ones must be in order, inside, not repeated.

    Returns:
      A sparse tensor: the members of each set in order, without repetition.

    Raises:
      TypeError, InvalidArgumentError: for dtypes, shapes and coordinates that do not fit.
    """
    return _combined(a, b, "intersection", validate_indices)


@export("tf.sets.difference")
def difference(a, b, aminusb=True, validate_indices=True) -> SparseTensor:
    """The members of one set that are not in the other, for each pair of rows.

    Args:
      a, b, validate_indices: as in `tf.sets.intersection`.
      aminusb: whether those of `b` are taken out of `a`, or the other way round.
    """
    return _combined(a, b, "a-b" if aminusb else "b-a", validate_indices)


@export("tf.sets.union")
def union(a, b, validate_indices=True) -> SparseTensor:
    """The members that are in one of the sets at least, for each pair of rows.

    Args:
      a, b, validate_indices: as in `tf.sets.intersection`.
    """
    return _combined(a, b, "union", validate_indices)


@export("tf.sets.size")
def size(a, validate_indices=True) -> EagerTensor:
    """The number of different members of each set, int32.

    Args:
      a: sparse tensor of integers or strings.
      validate_indices: as in `tf.sets.intersection`.

    Raises:
      TypeError: for a dense tensor and other dtypes.
      InvalidArgumentError: for coordinates that do not fit.
    """
    a = _operand(a)
    if not isinstance(a, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {a!s}.")
    if a.dtype not in _DTYPES:
        raise TypeError(f"Invalid dtype `{a.dtype}` not in supported dtypes: `{_DTYPES}`.")
    return set_algebra.set_size(*_parts(a), static.flag(validate_indices))


@export("tf.edit_distance")
def edit_distance(hypothesis, truth, normalize=True, name="edit_distance") -> EagerTensor:
    """The Levenshtein distance of sequences, float32.

    Args:
      hypothesis, truth: sparse tensors of one dtype and rank; sequences lie along the last axis.
      normalize: whether to divide by the length of the true sequence; infinite where that is 0
        and the other is not.
      name: put at the end of error messages.

    Returns:
      A tensor of one rank less.

    Raises:
      TypeError: for what is no sparse tensor.
      InvalidArgumentError: for other ranks and dtypes.
    """
    if not isinstance(hypothesis, SparseTensor):
        raise TypeError("Hypothesis must be a SparseTensor.")
    if not isinstance(truth, SparseTensor):
        raise TypeError("Truth must be a SparseTensor.")
    if isinstance(normalize, (str, bytes)):
        raise TypeError(f"Expected bool for argument 'normalize' not {normalize!r}.")
    return set_algebra.edit_distance(
        *_parts(hypothesis), *_parts(truth), static.flag(normalize), name=name
    )


@export("tf.fingerprint")
def fingerprint(data, method="farmhash64", name=None) -> EagerTensor:
    """The fingerprint of the bytes of each row, uint8 of shape [rows, 8].

    Args:
      data: tensor of rank 1 or more; rows run along the first axis.
      method: only "farmhash64".
      name: ignored.

    Raises:
      InvalidArgumentError: for a scalar and for another method.
    """
    return set_algebra.fingerprint(data, method)
