"""Sets along the last axis, distances of sequences, fingerprints."""

import numpy as np

from conformance.cases.row import array, b, draw, f32, i8, i16, i32, i64, make, row, s, u8, u32

_DENSE = i32([[1, 2, 3], [4, 5, 6]])
_OTHER = i32([[1, 2, 9], [6, 5, 5]])


def _sparse(indices, values, shape):
    return make("tf.SparseTensor", indices, values, shape)


_A = _sparse([[0, 0], [0, 1], [1, 0]], [1, 2, 3], [2, 2])
_B = _sparse([[0, 0], [1, 0], [1, 1]], [2, 3, 4], [2, 2])
_UNORDERED = _sparse([[1, 0], [0, 0]], [1, 2], [2, 2])
_OUTSIDE = _sparse([[0, 0], [2, 0]], [1, 2], [2, 2])
_REPEATED = _sparse([[0, 0], [0, 0]], [1, 2], [2, 2])
_VECTOR = _sparse([[0]], [1], [3])
_EMPTY = _sparse(i64(np.zeros((0, 2), np.int64)), i32([]), [2, 3])


def _pairs(name):
    return [
        row(name, _DENSE, _OTHER),
        row(name, s([["b", "a"], ["d", "c"]]), s([["b", "b"], ["x", "c"]])),
        row(name, _A, _B),
        row(name, [[1, 2], [3, 4]], _B),
        row(name, _A, [[1, 7], [3, 4]]),
        row(name, i8([[3, 1]]), i8([[2, 1]])),
        row(name, i16([[3, 1]]), i16([[2, 1]])),
        row(name, u8([[200, 1]]), u8([[2, 200]])),
        row(name, i64([[3, 1]]), i64([[2, 1]])),
        row(name, array(np.zeros((2, 2, 0)), "int32"), array(np.zeros((2, 2, 3)), "int32"),
            kind="boundary"),
        row(name, array(np.zeros((0, 2)), "int32"), array(np.zeros((0, 2)), "int32"),
            kind="boundary"),
        row(name, _EMPTY, _EMPTY, kind="boundary"),
        row(name, [[1], [2]], _EMPTY, kind="boundary"),
        row(name, _UNORDERED, _UNORDERED, validate_indices=False, kind="boundary"),
        row(name, _UNORDERED, _B, validate_indices=False, kind="boundary"),
        row(name, [1, 2, 3], [3, 4, 3], kind="error"),
        row(name, 1, 2, kind="error"),
        row(name, [[1, 2]], [[1, 2], [3, 4]], kind="error"),
        row(name, [[1, 2]], [1, 2], kind="error"),
        row(name, f32([[1]]), f32([[1]]), kind="error"),
        row(name, u32([[1]]), u32([[1]]), kind="error"),
        row(name, b([[True]]), b([[True]]), kind="error"),
        row(name, [[1]], i64([[1]]), kind="error"),
        row(name, _UNORDERED, _UNORDERED, kind="error"),
        row(name, [[1], [2]], _UNORDERED, kind="error"),
        row(name, [[1], [2]], _OUTSIDE, kind="error"),
        row(name, _REPEATED, _A, kind="error"),
        row(name, _VECTOR, _VECTOR, kind="error"),
        row(name, [[1, 2]], _VECTOR, kind="error"),
        row(name, _A, _sparse([[0, 0]], [1], [3, 2]), kind="error"),
        row(name, [[1], [2]], _sparse([[0, 0, 0]], [1], [2, 2, 2]), kind="error"),
    ]  # fmt: skip


_WORDS = _sparse([[0, 0], [0, 1], [1, 0]], s(["a", "b", "c"]), [2, 3])
_TRUTH = _sparse([[0, 0], [0, 1], [1, 0]], s(["a", "c", "c"]), [2, 3])
_DEEP = _sparse([[0, 0, 0], [1, 0, 0]], s(["a", "b"]), [2, 1, 1])
_DEEPER = _sparse([[0, 1, 0], [1, 0, 0], [1, 0, 1], [1, 1, 0]], s(["a", "b", "c", "a"]), [2, 2, 2])
_ONE = _sparse([[0, 0]], [1], [1, 1])
_FLOAT = _sparse([[0, 0]], f32([1]), [1, 1])
_LONG = _sparse(
    [[0, i] for i in range(9)] + [[2, i] for i in range(4)],
    [1, 5, 2, 2, 7, 1, 3, 3, 0, 4, 4, 1, 2],
    [3, 9],
)
_SHORT = _sparse(
    [[0, i] for i in range(6)] + [[1, 0], [2, 0], [2, 1]], [5, 2, 7, 7, 3, 0, 6, 1, 4], [3, 6]
)

ROWS = [
    *_pairs("tf.sets.union"),
    *_pairs("tf.sets.intersection"),
    *_pairs("tf.sets.difference"),
    row("tf.sets.difference", _DENSE, _OTHER, aminusb=False),
    row("tf.sets.difference", _A, _B, False),
    row("tf.sets.difference", _A, [[1, 7], [3, 4]], False),
    row("tf.sets.difference", [[1, 7], [3, 4]], _A, False),
    row("tf.sets.size", _A),
    row("tf.sets.size", _sparse([[0, 0, 0], [0, 0, 1], [1, 1, 0]], [1, 1, 3], [2, 2, 2])),
    row("tf.sets.size", _sparse([[0, 0], [0, 1]], s(["x", "x"]), [1, 2])),
    row("tf.sets.size", _EMPTY, kind="boundary"),
    row("tf.sets.size", _UNORDERED, validate_indices=False, kind="boundary"),
    row("tf.sets.size", [[1, 2]], kind="error"),
    row("tf.sets.size", _UNORDERED, kind="error"),
    row("tf.sets.size", _REPEATED, kind="error"),
    row("tf.sets.size", _OUTSIDE, kind="error"),
    row("tf.sets.size", _VECTOR, kind="error"),
    row("tf.sets.size", _sparse([[0, 0]], f32([1]), [1, 3]), kind="error"),
    row("tf.edit_distance", _WORDS, _TRUTH),
    row("tf.edit_distance", _WORDS, _TRUTH, normalize=False),
    row("tf.edit_distance", _DEEP, _DEEPER),
    row("tf.edit_distance", _DEEPER, _DEEP),
    row("tf.edit_distance", _LONG, _SHORT),
    row("tf.edit_distance", _SHORT, _LONG, False),
    row("tf.edit_distance", _FLOAT, _FLOAT),
    row("tf.edit_distance", _EMPTY, _EMPTY, kind="boundary"),
    row("tf.edit_distance", _EMPTY, _A, kind="boundary"),
    row("tf.edit_distance", _A, _EMPTY, kind="boundary"),
    row("tf.edit_distance", _A, _EMPTY, normalize=False, kind="boundary"),
    row("tf.edit_distance", _UNORDERED, _A, kind="boundary"),
    row("tf.edit_distance", [[1]], _ONE, kind="error"),
    row("tf.edit_distance", _ONE, [[1]], kind="error"),
    row("tf.edit_distance", _ONE, _sparse([[0, 0, 0]], [1], [1, 1, 1]), kind="error"),
    row("tf.edit_distance", _VECTOR, _VECTOR, kind="error"),
    row("tf.edit_distance", _sparse([[5, 0]], [1], [1, 1]), _ONE, kind="error"),
    row("tf.edit_distance", _ONE, _ONE, normalize="a", kind="error"),
    row("tf.edit_distance", _ONE, _FLOAT, kind="error",
        text="input #4(zero-based) was expected to be a int32 tensor but is a float tensor",
        reason="without the default name at the end"),
    row("tf.fingerprint", s(["a", "b", "hello"])),
    row("tf.fingerprint", s([["a", "b"], ["ab", ""]])),
    row("tf.fingerprint", s([[["a", "b"], ["c", ""]]])),
    row("tf.fingerprint", s([["x" * n] for n in range(0, 200, 7)])),
    row("tf.fingerprint", draw((10, 100), "int32", low=-9999, high=9999), grad=()),
    row("tf.fingerprint", draw((3, 7)), grad=()),
    row("tf.fingerprint", b([True, False]), "farmhash64"),
    row("tf.fingerprint", i8([[1, 2, 3]]), method=s("farmhash64")),
    row("tf.fingerprint", array(np.zeros((0, 3)), "float32"), kind="boundary", grad=()),
    row("tf.fingerprint", array(np.zeros((3, 0)), "float32"), kind="boundary", grad=()),
    row("tf.fingerprint", 3, kind="error"),
    row("tf.fingerprint", [1.0], method="sha", kind="error"),
    row("tf.fingerprint", [1.0], method=3, kind="error"),
    row("tf.fingerprint", [1.0], method=s(["farmhash64"]), kind="error"),
]  # fmt: skip
