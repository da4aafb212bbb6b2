"""Ops that TensorFlow publishes without a namespace of their own, as their kernels are."""

import numpy as np

from conformance.cases.row import array, bf16, draw, f32, f64, i32, i64, row, s

_VOLUME = draw((2, 3, 4, 4, 2))
_X, _W = draw((2, 5, 6, 3)), draw((2, 3, 3, 4), seed=1)
_X3, _W3 = draw((1, 3, 4, 5, 2)), draw((2, 2, 2, 2, 3), seed=1)

_ONES4, _ONES5 = [1, 1, 1, 1], [1, 1, 1, 1, 1]
_PATCH = "tf.extract_volume_patches"


def _nodes(name, *args, text, **kwargs):
    return row(name, *args, kind="error", text=text, reason="without the op's definition", **kwargs)


ROWS = [
    row(_PATCH, _VOLUME, [1, 2, 2, 2, 1], _ONES5, "VALID"),
    row(_PATCH, _VOLUME, [1, 2, 3, 2, 1], [1, 2, 2, 3, 1], "SAME", second=True),
    row(_PATCH, draw((2, 3, 4, 4, 2), "int64", low=-9, high=9), [1, 2, 2, 2, 1], [1, 1, 2, 1, 1],
        "VALID"),
    row(_PATCH, draw((1, 3, 4, 4, 1), "float64"), [1, 1, 3, 1, 1], [1, 1, 1, 2, 1], "SAME"),
    row(_PATCH, draw((1, 2, 2, 2, 1)), [1, 3, 1, 1, 1], _ONES5, "VALID", kind="boundary"),
    row(_PATCH, draw((1, 2, 2, 2, 1)), [1, 3, 1, 1, 1], _ONES5, "SAME", kind="boundary"),
    row(_PATCH, array(np.zeros((0, 2, 2, 2, 1)), "float32"), _ONES5, _ONES5, "SAME",
        kind="boundary"),
    row(_PATCH, _VOLUME, [2, 1, 1, 1, 1], _ONES5, "SAME", kind="error"),
    row(_PATCH, _VOLUME, _ONES5, [2, 1, 1, 1, 1], "SAME", kind="error"),
    row(_PATCH, _VOLUME, _ONES5, [1, 0, 1, 1, 1], "SAME", kind="error"),
    row(_PATCH, _VOLUME, [1, 0, 1, 1, 1], _ONES5, "SAME", kind="error"),
    row(_PATCH, _X, _ONES5, _ONES5, "SAME", kind="error"),
    row(_PATCH, _VOLUME, 3, _ONES5, "SAME", kind="error"),
    row(_PATCH, draw((1, 2, 2, 2, 1)), [1, 4, 1, 1, 1], _ONES5, "VALID", kind="error"),
    _nodes(_PATCH, _VOLUME, _ONES4, _ONES5, "SAME",
           text="Length for attr 'ksizes' of 4 must be at least minimum 5"),
    _nodes(_PATCH, _VOLUME, _ONES5, _ONES5, "FOO",
           text="Value for attr 'padding' of \"FOO\" is not in the list of allowed values"),
    row("tf.conv", _X, _W, _ONES4, "VALID", grad=()),
    row("tf.conv", _X, _W, [1, 2, 2, 1], "SAME", dilations=[1, 2, 1, 1], grad=()),
    row("tf.conv", _X, _W, _ONES4, "EXPLICIT", [0, 0, 1, 2, 0, 1, 0, 0], grad=()),
    row("tf.conv", draw((2, 2, 5, 6, 3)), _W, [1, 1, 2, 1], "SAME", batch_dims=2, grad=()),
    row("tf.conv", draw((5, 6, 3)), _W, _ONES4, "VALID", batch_dims=0, grad=()),
    row("tf.conv", _X3, _W3, [1, 1, 2, 1, 1], "VALID", grad=()),
    row("tf.conv", i32(np.arange(24).reshape(1, 2, 4, 3)), i32(np.arange(6).reshape(1, 2, 3, 1)),
        _ONES4, "VALID"),
    row("tf.conv", draw((2, 5, 6, 3), "float64"), draw((2, 3, 3, 4), "float64"), _ONES4, "SAME",
        grad=()),
    row("tf.conv", array(np.zeros((0, 5, 6, 3)), "float32"), _W, _ONES4, "VALID", grad=(),
        kind="boundary"),
    row("tf.conv", draw((2, 1, 6, 3)), _W, _ONES4, "VALID", grad=(), kind="boundary"),
    row("tf.conv", _X, _W, [1, 1], "VALID", kind="error"),
    row("tf.conv", _X, _W, [2, 1, 1, 1], "VALID", kind="error"),
    row("tf.conv", _X, _W, [1, 0, 1, 1], "VALID", kind="error"),
    row("tf.conv", _X, _W, 3, "VALID", kind="error"),
    row("tf.conv", _X, _W, _ONES4, "EXPLICIT", kind="error"),
    row("tf.conv", _X, _W, _ONES4, "VALID", [0, 0, 1, 1, 1, 1, 0, 0], kind="error"),
    row("tf.conv", _X, _W, _ONES4, "EXPLICIT", [1, 0, 1, 1, 1, 1, 0, 0], kind="error"),
    row("tf.conv", _X, _W, _ONES4, "EXPLICIT", [0, 0, -1, 1, 1, 1, 0, 0], kind="error"),
    row("tf.conv", _X, _W, _ONES4, "VALID", dilations=[1, 1], kind="error"),
    row("tf.conv", _X, _W, _ONES4, "VALID", dilations=[2, 1, 1, 1], kind="error"),
    row("tf.conv", _X, _W, _ONES4, "VALID", dilations=[1, 0, 1, 1], kind="error"),
    row("tf.conv", _X, _W, _ONES4, "VALID", groups=3, kind="error"),
    row("tf.conv", _X, draw((2, 3, 2, 4)), _ONES4, "VALID", kind="error"),
    row("tf.conv", _X, draw((3, 3, 4)), _ONES4, "VALID", kind="error"),
    row("tf.conv", draw((5, 6, 3)), _W, _ONES4, "VALID", kind="error"),
    row("tf.conv", _X, array(np.zeros((0, 3, 3, 4)), "float32"), _ONES4, "VALID", kind="error"),
    _nodes("tf.conv", _X, _W, _ONES4, "FOO",
           text="Value for attr 'padding' of \"FOO\" is not in the list of allowed values"),
    row("tf.approx_top_k", f32([1, 4, 2, 8, 5, 7, 3]), 3),
    row("tf.approx_top_k", draw((3, 40)), 5, recall_target=0.5),
    row("tf.approx_top_k", bf16([1, 3, 2]), 2, grad=()),
    row("tf.approx_top_k", draw((3, 40)), 5, aggregate_to_topk=False),
    row("tf.approx_top_k", f32([1, 2]), 0, kind="boundary"),
    row("tf.approx_top_k", f32([[2, 2, 1], [0, -0.0, 0]]), 2, kind="boundary"),
    row("tf.approx_top_k", f32([1, 2]), 3, kind="error"),
    row("tf.approx_top_k", f32(1), 1, kind="error"),
    _nodes("tf.approx_top_k", f64([1, 2]), 1,
           text="Value for attr 'T' of double is not in the list of allowed values"),
    row("tf.ragged_fill_empty_rows", [0, 0, 2, 2, 3], draw((5,)), 5, f32(-1.0), second=True),
    row("tf.ragged_fill_empty_rows", [0, 1], s(["a", "b"]), 3, s("c")),
    row("tf.ragged_fill_empty_rows", i64([2, 1]), i32([1, 2]), i64(3), 7),
    row("tf.ragged_fill_empty_rows", [], i32([]), 3, 7, kind="boundary"),
    row("tf.ragged_fill_empty_rows", [], i32([]), 0, 7, kind="boundary"),
    row("tf.ragged_fill_empty_rows", [0, 5], [1, 2], 3, 7, kind="error"),
    row("tf.ragged_fill_empty_rows", [0, -1], [1, 2], 3, 7, kind="error"),
    row("tf.ragged_fill_empty_rows", [2, 1, 2], [1, 2], 3, 7, kind="error"),
    row("tf.ragged_fill_empty_rows", [[0, 1]], [1, 2], 3, 7, kind="error"),
    row("tf.ragged_fill_empty_rows", [0, 1], [[1, 2]], 3, 7, kind="error"),
    row("tf.ragged_fill_empty_rows", [0, 1], [1, 2], [3], 7, kind="error"),
    row("tf.ragged_fill_empty_rows", [0, 1], [1, 2], 3, [7], kind="error"),
    row("tf.ragged_fill_empty_rows", [0, 1], [1, 2], 3, 7.0, kind="error"),
    row("tf.ragged_fill_empty_rows", [0, 1], [1, 2], -3, 7, kind="error"),
    row("tf.ragged_fill_empty_rows", [0], [1], 0, 7, kind="error"),
    row("tf.ragged_fill_empty_rows_grad", [0, 1, 3], f32([1, 2, 3, 4]), grad=()),
    row("tf.ragged_fill_empty_rows_grad", [0, 1, 3], [1, 2, 3, 4]),
    row("tf.ragged_fill_empty_rows_grad", [0, 0], f32([1, 2, 3, 4]), grad=(), kind="boundary"),
    row("tf.ragged_fill_empty_rows_grad", i64([]), f32([1, 2]), grad=(), kind="boundary"),
    row("tf.ragged_fill_empty_rows_grad", [0, 1, 9], f32([1, 2, 3, 4]), kind="error"),
    row("tf.ragged_fill_empty_rows_grad", [0, -1], f32([1, 2, 3, 4]), kind="error"),
    row("tf.ragged_fill_empty_rows_grad", [[0]], f32([1, 2, 3, 4]), kind="error"),
    row("tf.ragged_fill_empty_rows_grad", [0], f32([[1, 2]]), kind="error"),
]  # fmt: skip
