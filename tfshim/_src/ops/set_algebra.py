"""Sets along the last axis, on the host: unions, intersections, differences, sizes; fingerprints;
distances between sequences.

Groups are the rows of all other axes. A sparse result lists the sorted members of each group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tfshim._src.errors import InternalError, fail, require
from tfshim._src.ops.common import brackets
from tfshim._src.ops.farmhash import fingerprint64
from tfshim._src.registry import op
from tfshim._src.rules import each, fixed, same

Group = tuple[tuple[int, ...], set]

OPERATIONS: dict[str, Callable[[set, set], set]] = {
    "a-b": set.difference,
    "b-a": lambda a, b: b - a,
    "intersection": set.intersection,
    "union": set.union,
}


def check_indices(indices: np.ndarray, shape: np.ndarray) -> None:
    """Coordinates are inside of the shape, in order, and not repeated."""
    before: tuple | None = None
    for i, row in enumerate(indices):
        text = f"indices[{i}] = {brackets(row)} is"
        if ((row < 0) | (row >= shape)).any():
            fail(f"{text} out of bounds: need 0 <= index < {brackets(shape)}")
        now = tuple(row)
        if before is not None and now <= before:
            if now == before:
                fail(f"{text} repeated")
            fail(
                f"{text} out of order. Many sparse ops require sorted indices.\n    Use "
                "`tf.sparse.reorder` to create a correctly ordered copy.\n\n"
            )
        before = now


def _dense_groups(x: np.ndarray) -> Iterator[Group]:
    rows = x.reshape(-1, x.shape[-1]) if x.shape[-1] else [()] * int(np.prod(x.shape[:-1]))
    for key, row in zip(np.ndindex(x.shape[:-1]), rows, strict=True):
        yield key, set(np.asarray(row, x.dtype).tolist())


def _runs(indices: np.ndarray, values: np.ndarray) -> Iterator[tuple[tuple, np.ndarray]]:
    """The values of runs of equal coordinates but for the last one."""
    keys = [tuple(k) for k in indices[:, :-1].tolist()]
    start = 0
    for i in range(1, len(keys) + 1):
        if i == len(keys) or keys[i] != keys[start]:
            yield keys[start], values[start:i]
            start = i


def _sparse_groups(indices: np.ndarray, values: np.ndarray) -> Iterator[Group]:
    for key, members in _runs(indices, values):
        yield key, set(members.tolist())


def _merge(a: Iterator[Any], b: Iterator[Any], nothing: Any) -> Iterator[tuple[tuple, Any, Any]]:
    """Groups of both in step; where one has none the other meets `nothing`."""
    x, y = next(a, None), next(b, None)
    while x is not None or y is not None:
        first = y is None or (x is not None and x[0] <= y[0])
        second = x is None or (y is not None and y[0] <= x[0])
        key: Any = x[0] if first and x else y[0] if y else ()
        yield key, x[1] if first and x else nothing, y[1] if second and y else nothing
        x, y = next(a, None) if first else x, next(b, None) if second else y


def _beside(dense: Iterator[Group], sparse: Iterator[Group]) -> Iterator[tuple[tuple, set, set]]:
    """Every dense group, with the sparse one of its place if that is next: without validation
    groups may be out of order, and are then passed over."""
    waiting = next(sparse, None)
    for key, members in dense:
        if waiting is not None and waiting[0] == key:
            yield key, members, waiting[1]
            waiting = next(sparse, None)
        else:
            yield key, members, set()


def _sparse(groups: Iterator[tuple[tuple, set, set]], operation: str, shape, dtype):
    combine = OPERATIONS[operation]
    indices: list[tuple[int, ...]] = []
    values: list[Any] = []
    longest = 0
    for key, a, b in groups:
        members = sorted(combine(a, b))
        indices += [(*key, i) for i in range(len(members))]
        values += members
        longest = max(longest, len(members))
    rank = len(shape) + 1
    out = np.empty(len(values), dtype)
    out[:] = values
    where = np.array(indices, np.int64).reshape(len(values), rank)
    return where, out, np.array([*shape, longest], np.int64)


def _same_groups(a, b) -> None:
    a, b = tuple(map(int, a)), tuple(map(int, b))
    require(a == b, f"Mismatched shapes {brackets(a)} vs {brackets(b)}")


@op(kernel="DenseToDenseSetOperation", inputs=same("a", "b"), host=True)
def dense_to_dense(a, b, operation):
    for x in (a, b):
        require(x.ndim >= 2, f"Shape {brackets(x.shape)} has rank {x.ndim} < 2")
    _same_groups(a.shape[:-1], b.shape[:-1])
    pairs = _merge(_dense_groups(a), _dense_groups(b), set())
    return _sparse(pairs, operation, a.shape[:-1], a.dtype)


_INDICES = fixed("int64", "indices", "shape")


@op(kernel="DenseToSparseSetOperation", inputs=same("a", "values") + _INDICES, host=True)
def dense_to_sparse(a, indices, values, shape, operation, validate):
    require(a.ndim >= 2, f"Shape {brackets(a.shape)} has rank {a.ndim} < 2")
    require(shape.size >= 2, f"Invalid rank {shape.size}.")
    if validate:
        check_indices(indices, shape)
    _same_groups(a.shape[:-1], shape[:-1])
    pairs = _beside(_dense_groups(a), _sparse_groups(indices, values))
    return _sparse(pairs, operation, a.shape[:-1], a.dtype)


@op(
    kernel="SparseToSparseSetOperation",
    inputs=fixed("int64", "indices", "shape", "indices2", "shape2") + same("values", "values2"),
    host=True,
)
def sparse_to_sparse(
    indices, values, shape, indices2, values2, shape2, operation, validate
):  # fmt: skip
    for sizes, where in ((shape, indices), (shape2, indices2)):
        require(sizes.size >= 2, f"Invalid rank {sizes.size}.")
        if validate:
            check_indices(where, sizes)
    _same_groups(shape[:-1], shape2[:-1])
    pairs = _merge(_sparse_groups(indices, values), _sparse_groups(indices2, values2), set())
    return _sparse(pairs, operation, [int(n) for n in shape[:-1]], values.dtype)


@op(kernel="SetSize", inputs=_INDICES + each("values"), host=True)
def set_size(indices, values, shape, validate):
    require(shape.size >= 2, f"Invalid rank {shape.size}.")
    if validate:
        check_indices(indices, shape)
    out = np.zeros(shape[:-1], np.int32)
    for key, members in _sparse_groups(indices, values):
        out[key] = len(members)
    return out


# -- distances -------------------------------------------------------------------------------------


def levenshtein(a: np.ndarray, b: np.ndarray) -> int:
    """How many insertions, deletions and substitutions turn one sequence into the other.

    Source: R. Wagner, M. Fischer, The String-to-String Correction Problem, 1974; a row at a time.
    """
    steps = np.arange(len(b) + 1)
    row = steps
    for i, item in enumerate(a, 1):
        below = np.minimum(row[1:] + 1, row[:-1] + (b != item))
        # an insertion costs one for each step to the right of the cheapest entry
        row = np.minimum.accumulate(np.concatenate([[i], below]) - steps) + steps
    return int(row[-1])


@op(
    kernel="EditDistance",
    inputs=fixed("int64", "hypothesis_indices", "hypothesis_shape", "truth_indices", "truth_shape")
    + same("hypothesis_values", "truth_values"),
    grad=None,
    host=True,
)
def edit_distance(
    hypothesis_indices,
    hypothesis_values,
    hypothesis_shape,
    truth_indices,
    truth_values,
    truth_shape,
    normalize,
):
    rank = truth_shape.size
    require(
        rank == hypothesis_shape.size,
        "Expected truth and hypothesis to have matching ranks, but their shapes are: "
        f"{brackets([rank])} and {brackets([hypothesis_shape.size])}",
    )
    require(
        rank >= 2,
        f"Input SparseTensors must have rank at least 2, but truth_shape rank is: {rank}",
    )
    sizes = np.maximum(hypothesis_shape, truth_shape)[:-1]
    out = np.zeros(int(np.prod(sizes)), np.float32)
    strides = np.array([int(np.prod(sizes[i + 1 :])) for i in range(len(sizes))])
    truths = _runs(truth_indices, truth_values)
    for key, truth, guess in _merge(truths, _runs(hypothesis_indices, hypothesis_values), ()):
        at = int(np.dot(key, strides))
        if not 0 <= at < out.size:
            fail(
                f"Got an inner product {at} which would require writing to outside of the buffer "
                f"for the output tensor (max elements {out.size})",
                InternalError,
            )
        if len(guess) and len(truth):
            distance: float = levenshtein(truth, guess)
        else:
            distance = max(len(guess), len(truth))
        if normalize:
            distance = distance / len(truth) if len(truth) else np.inf
        out[at] = distance
    return out.reshape(sizes)


# -- fingerprints ----------------------------------------------------------------------------------


@op(kernel="Fingerprint", inputs=each("data") + fixed("string", "method"), grad=None, host=True)
def fingerprint(data, method):
    require(data.ndim >= 1, f"`data` should have at least one dimension: {brackets(data.shape)}")
    require(method.ndim == 0, f"`method` should be a scalar string: {brackets(method.shape)}")
    name = bytes(method[()])
    if name != b"farmhash64":
        fail(f"Unsupported fingerprint method: {name.decode()}")
    if data.dtype == object:
        prints = [fingerprint64(bytes(item)).to_bytes(8, "little") for item in data.reshape(-1)]
        n = len(prints) // len(data) if len(data) else 0
        rows = [b"".join(prints[i * n : (i + 1) * n]) for i in range(len(data))]
        if data.ndim > 1 and n != 1:  # rows of several strings: of their fingerprints once more
            rows = [fingerprint64(row).to_bytes(8, "little") for row in rows]
    else:
        rows = [fingerprint64(row.tobytes()).to_bytes(8, "little") for row in data]
    return np.frombuffer(b"".join(rows), np.uint8).reshape(len(data), 8).copy()
