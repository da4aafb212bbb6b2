"""Writing by index."""

import numpy as np

from conformance.cases.row import draw, f32, i32, row

_X = f32([[0, 1, 2], [3, 4, 5]])

ROWS = [
    row("tf.scatter_nd", [[0], [2], [0]], [1.0, 2, 3], [4], kind="boundary"),
    row("tf.scatter_nd", [[5]], [1.0], [4], kind="error"),
    row("tf.scatter_nd", [[5]], [1.0], [4], bad_indices_policy="IGNORE"),
    row("tf.scatter_nd", [[0, 0, 0]], [1.0], [4], kind="error"),
    row("tf.scatter_nd", [[0]], [1.0, 2.0], [4], kind="error"),
    row("tf.scatter_nd", [[0]], [[1.0, 2.0]], [4, 3], kind="error"),
    row("tf.scatter_nd", [0], [1.0], [4], kind="error"),
    row("tf.scatter_nd", 0, 1.0, [4], kind="error"),
    row("tf.scatter_nd", [[0]], ["a"], [2], kind="boundary"),
    row("tf.scatter_nd", [[0], [0]], ["a", "b"], [2], kind="boundary"),
    row("tf.scatter_nd", [[0]], [True], [2], kind="boundary"),
    row("tf.scatter_nd", [[-1]], [1.0], [2], kind="error"),
    row("tf.scatter_nd", [[0]], [1.0], [-2], kind="error"),
    row("tf.scatter_nd", [[0]], [1.0], [[2]], kind="error"),
    row(
        "tf.scatter_nd", np.zeros([0, 1], np.int32), np.zeros([0], np.float32), [0], kind="boundary"
    ),
    row("tf.scatter_nd", [[0]], [1.0], [4], bad_indices_policy="foo", kind="error"),
    row(
        "tf.tensor_scatter_nd_add",
        f32([1.0, 2, 3]),
        [[0], [0], [2]],
        [5.0, -6.0, 7.0],
        kind="boundary",
    ),
    row(
        "tf.tensor_scatter_nd_sub",
        f32([1.0, 2, 3]),
        [[0], [0], [2]],
        [5.0, -6.0, 7.0],
        kind="boundary",
    ),
    row(
        "tf.tensor_scatter_nd_min",
        f32([1.0, 2, 3]),
        [[0], [0], [2]],
        [5.0, -6.0, 7.0],
        kind="boundary",
    ),
    row(
        "tf.tensor_scatter_nd_max",
        f32([1.0, 2, 3]),
        [[0], [0], [2]],
        [5.0, -6.0, 7.0],
        kind="boundary",
    ),
    row(
        "tf.tensor_scatter_nd_update",
        f32([1.0, 2, 3]),
        [[0], [0], [2]],
        [5.0, -6.0, 7.0],
        kind="boundary",
    ),
    row("tf.tensor_scatter_nd_add", f32([1.0, 2, 3]), [[4]], [5.0], kind="error"),
    row("tf.tensor_scatter_nd_update", f32([1.0, 2, 3]), [[0]], [5.0, 6.0], kind="error"),
    row("tf.tensor_scatter_nd_update", f32([1.0, 2, 3]), [0], [5.0], kind="error"),
    row("tf.tensor_scatter_nd_update", f32([1.0, 2, 3]), [[0, 0]], [5.0], kind="error"),
    row("tf.tensor_scatter_nd_update", f32(1.0), [[0]], [5.0], kind="error"),
    row("tf.tensor_scatter_nd_update", _X, [[0]], [[1.0, 2.0]], kind="error"),
    row("tf.tensor_scatter_nd_update", _X, [[0, 1], [1, 2]], [10.0, 20.0]),
    row("tf.tensor_scatter_nd_update", i32([1, 2]), [[0]], [1.5], kind="error"),
    row("tf.tensor_scatter_nd_update", ["a", "b"], [[0]], ["c"], kind="boundary"),
    row("tf.tensor_scatter_nd_add", [1.0, 2.0], [[9]], [1.0], bad_indices_policy="IGNORE"),
    row("tf.scatter_nd", i32([[1], [0], [1]]), draw((3, 2)), [3, 2], second=True),
    *(
        row(f"tf.tensor_scatter_nd_{how}", draw((4, 2)), i32([[1], [3], [1]]), draw((3, 2), seed=1))
        for how in ("add", "sub", "min", "max", "update")
    ),
    *(
        row(
            f"tf.tensor_scatter_nd_{how}",
            f32([1, 2, 3]),
            i32([[0], [0]]),
            f32([1, 1]),
            kind="boundary",
        )
        for how in ("add", "sub", "min", "max", "update")
    ),
    *(
        row(f"tf.tensor_scatter_nd_{how}", f32([1, 2, 3]), i32([[3]]), f32([1]), kind="error")
        for how in ("add", "sub", "min", "max", "update")
    ),
]
