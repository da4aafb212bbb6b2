"""Segments, sorted, unsorted and sparse."""

from conformance.cases.row import draw, f32, f64, i32, i64, row

_KINDS = ("sum", "mean", "prod", "max", "min")
_SORTED = tuple(f"tf.math.segment_{k}" for k in _KINDS)
_UNSORTED = tuple(f"tf.math.unsorted_segment_{k}" for k in (*_KINDS, "sqrt_n"))
_SPARSE = ("tf.sparse.segment_sum", "tf.sparse.segment_mean", "tf.sparse.segment_sqrt_n")
_BAD_IDS = ([0, 1, 0], [-1, 0, 1], [0, 5, 6, 1], [1, 0, -1], [0, 0], [[0, 0, 1]])

ROWS = [
    *(row(op, draw((4, 2), "float64"), i32([0, 0, 1, 3]), second=True) for op in _SORTED),
    *(row(op, draw((3,)), i64([0, 1, 1])) for op in _SORTED),
    *(row(op, i32([[1, 2], [3, 5], [7, 9]]), i32([0, 0, 2])) for op in _SORTED),
    *(row(op, f32([1.0, 2.0, 2.0, 0.0]), i32([0, 0, 0, 1]), kind="boundary") for op in _SORTED),
    *(row(op, f32([0.0, 2.0, 0.0, 0.0]), i32([0, 0, 2, 2]), kind="boundary") for op in _SORTED),
    *(row(op, draw((0, 2)), i32([]), kind="boundary") for op in _SORTED),
    *(
        row(
            op, f32([1, 2, 3, 4][: len(ids)] if len(ids) > 3 else [1, 2, 3]), i32(ids), kind="error"
        )
        for op in _SORTED
        for ids in _BAD_IDS
    ),
    *(row(op, f32([1.0]), f32([0.0]), kind="error") for op in _SORTED),
    *(row(op, draw((4, 2), "float64"), i32([2, 0, 2, -1]), 4, second=True) for op in _UNSORTED),
    *(row(op, draw((2, 2, 2)), i64([[0, 1], [1, 0]]), 3) for op in _UNSORTED),
    *(row(op, i32([[1, 2], [3, 5], [7, 9]]), i32([1, 0, 1]), 3) for op in _UNSORTED[:-1]),
    row(_UNSORTED[-1], i32([[1, 2], [3, 5], [7, 9]]), i32([1, 0, 1]), 3, kind="error"),
    *(
        row(op, f32([1.0, 2.0, 2.0, 0.0]), i32([0, 0, 0, 1]), 2, kind="boundary")
        for op in _UNSORTED
    ),
    *(
        row(op, f64([0.0, 2.0, 0.0, 0.0]), i32([0, 0, 2, 2]), 3, kind="boundary")
        for op in _UNSORTED
    ),
    *(row(op, draw((0, 2)), i32([]), 2, kind="boundary") for op in _UNSORTED),
    *(row(op, f32([1.0, 2.0]), i32([-1, -1]), 1, kind="boundary") for op in _UNSORTED),
    *(row(op, f32([1.0, 2.0]), i32([0, 2]), 2, kind="error") for op in _UNSORTED),
    *(row(op, f32([1.0, 2.0]), i32([0, 1, 1]), 2, kind="error") for op in _UNSORTED),
    *(row(op, f32([1.0, 2.0]), i32([0, 1]), -2, kind="error") for op in _UNSORTED),
    *(row(op, draw((4, 2), "float64"), i32([0, 3, 3]), i32([0, 0, 2])) for op in _SPARSE),
    *(row(op, draw((4, 2)), i64([0, 3, 3]), i32([0, 0, 2]), num_segments=4) for op in _SPARSE),
    *(
        row(op, draw((4, 2)), i32([3, 0, 3]), i32([0, 0, 1]), sparse_gradient=True)
        for op in _SPARSE
    ),
    # TensorFlow 2.21 leaves the gradient of no rows at all uninitialised
    *(
        row(op, draw((4, 2)), i32([]), i32([]), num_segments=2, kind="boundary", grad=())
        for op in _SPARSE
    ),
    *(row(op, draw((4, 2)), i32([0, 4]), i32([0, 0]), kind="error") for op in _SPARSE),
    *(row(op, draw((4, 2)), i32([0, 1]), i32([1, 0]), kind="error") for op in _SPARSE),
    *(
        row(op, draw((4, 2)), i32([0, 1]), i32([0, 2]), num_segments=2, kind="error")
        for op in _SPARSE
    ),
]
