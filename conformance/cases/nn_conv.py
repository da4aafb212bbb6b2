"""tf.nn: convolutions, their transposes, depthwise ones, morphology."""

from conformance.cases.row import draw, f32, i32, row

_DW = "tf.nn.depthwise_conv2d"
_T2 = "tf.nn.conv2d_transpose"
_PADS = [[0, 0], [1, 2], [0, 1], [0, 0]]
_ONES = [1, 1, 1, 1]


def _x(dtype="float32"):
    return draw((2, 6, 5, 3), dtype)


def _w(dtype="float32"):
    return draw((3, 2, 3, 4), dtype, 1)


_CANCELS = "products of size 1 sum up to 0.04, and BLAS adds them in an order of each machine"

ROWS = [
    row("tf.nn.conv2d", _x(), _w(), 1, "SAME", second=True, tol=1e-4, reason=_CANCELS),
    *(row("tf.nn.conv2d", _x(), _w(), 1, p, second=True) for p in ("VALID", _PADS)),
    *(row("tf.nn.conv2d", _x(), _w(), [2, 1], p, second=True) for p in ("SAME", "VALID", _PADS)),
    row("tf.nn.conv2d", _x("float64"), _w("float64"), 2, "SAME"),
    row("tf.nn.conv2d", _x(), _w(), [1, 2, 2, 1], "SAME", dilations=2, grad=()),
    row("tf.nn.conv2d", draw((2, 6, 5, 6)), _w(), 1, "SAME", grad=()),
    row("tf.nn.conv2d", draw((3, 2, 6, 5, 3)), _w(), 1, "VALID"),
    row("tf.nn.conv2d", i32([[[[1], [2]], [[3], [4]]]]), i32([[[[5]]]]), 1, "SAME"),
    row("tf.nn.conv2d", draw((1, 1, 1, 1)), draw((1, 1, 1, 1)), 1, "VALID", kind="boundary"),
    row("tf.nn.conv2d", _x(), _w(), 0, "SAME", kind="error"),
    row("tf.nn.conv2d", _x(), _w(), [1, 1, 1], "SAME", kind="error"),
    row("tf.nn.conv2d", _x(), _w(), 1, "same", kind="error"),
    row("tf.nn.conv2d", _x(), _w(), 1, [[1, 1], [1, 1]], kind="error"),
    row("tf.nn.conv2d", _x(), _w(), 1, "VALID", dilations=9, kind="error"),
    row("tf.nn.conv2d", draw((2, 6, 5, 2)), _w(), 1, "SAME", kind="error"),
    row("tf.nn.conv2d", draw((6, 5, 3)), _w(), 1, "SAME", kind="error"),
    row("tf.nn.conv2d", _x("float64"), _w(), 1, "SAME", kind="error"),
    *(row("tf.nn.conv1d", draw((2, 7, 3)), draw((3, 3, 4)), st, pad, second=True)
      for st in (1, 2) for pad in ("SAME", "VALID")),
    row("tf.nn.conv1d", draw((2, 1, 3)), draw((1, 3, 4)), 1, "SAME", kind="boundary"),
    row("tf.nn.conv1d", draw((2, 7, 2)), draw((3, 3, 4)), 1, "SAME", kind="error"),
    row("tf.nn.conv1d", draw((2, 1, 3)), draw((3, 3, 4)), 1, "VALID", kind="error"),
    *(row("tf.nn.conv3d", draw((1, 4, 5, 3, 2)), draw((2, 3, 2, 2, 3)), [1, 2, 1, 2, 1], pad)
      for pad in ("SAME", "VALID")),
    row("tf.nn.conv3d", draw((1, 1, 1, 1, 2)), draw((1, 1, 1, 2, 3)), [1] * 5, "SAME",
        kind="boundary"),
    row("tf.nn.conv3d", draw((4, 5, 3, 2)), draw((2, 3, 2, 2, 3)), [1] * 5, "SAME", kind="error"),
    row("tf.nn.conv3d", draw((1, 4, 5, 3, 2)), draw((2, 3, 2, 2, 3)), 1, "SAME", kind="error"),
    row("tf.nn.convolution", _x(), _w(), 2, "SAME", "NHWC"),
    row("tf.nn.convolution", _x("float64"), _w("float64"), 1, "SAME", dilations=2),
    row("tf.nn.convolution", draw((2, 7, 3)), draw((3, 3, 4)), dilations=[2]),
    row("tf.nn.convolution", draw((1, 1, 1, 1)), draw((1, 1, 1, 1)), kind="boundary"),
    row("tf.nn.convolution", draw((2, 3)), draw((3, 4)), kind="error"),
    row("tf.nn.convolution", _x(), _w(), 2, "SAME", dilations=2, kind="error"),
    row("tf.nn.atrous_conv2d", _x("float64"), _w("float64"), 2, "SAME", second=True),
    row("tf.nn.atrous_conv2d", _x(), _w(), 1, "VALID", kind="boundary"),
    row("tf.nn.atrous_conv2d", _x(), _w(), 0, "SAME", kind="error"),
    *(row(_T2, draw((2, 3, 4, 3)), draw((3, 2, 5, 3), seed=1), *a, second=True)
      for a in (([2, 6, 8, 5], 2), ([2, 5, 5, 5], 1, "VALID"), ([2, 7, 8, 5], 2, "VALID"))),
    row(_T2, draw((1, 1, 1, 1)), draw((1, 1, 1, 1)), [1, 1, 1, 1], 1, kind="boundary"),
    row(_T2, draw((2, 3, 4, 3)), draw((3, 2, 5, 3)), [2, 20, 8, 5], 2, kind="error"),
    row(_T2, draw((2, 3, 4, 3)), draw((3, 2, 5, 3)), [1, 6, 8, 5], 2, kind="error"),
    row(_T2, draw((2, 3, 4, 3)), draw((3, 2, 5, 3)), [6, 8, 5], 2, kind="error"),
    row("tf.nn.conv1d_transpose", draw((2, 3, 3)), draw((3, 5, 3)), [2, 6, 5], 2),
    row("tf.nn.conv1d_transpose", draw((2, 1, 3)), draw((1, 5, 3)), [2, 1, 5], 1, kind="boundary"),
    row("tf.nn.conv1d_transpose", draw((2, 3, 3)), draw((3, 5, 3)), [2, 9, 5], 2, kind="error"),
    row("tf.nn.conv3d_transpose", draw((1, 2, 3, 2, 2)), draw((2, 3, 2, 3, 2)), [1, 4, 6, 4, 3], 2),
    row("tf.nn.conv3d_transpose", draw((1, 1, 1, 1, 2)), draw((1, 1, 1, 3, 2)), [1, 1, 1, 1, 3], 1,
        kind="boundary"),
    row("tf.nn.conv3d_transpose", draw((1, 2, 3, 2, 2)), draw((2, 3, 2, 3, 2)), [1, 9, 6, 4, 3], 2,
        kind="error"),
    row("tf.nn.conv_transpose", draw((2, 3, 4, 3)), draw((3, 2, 5, 3)), [2, 6, 8, 5], 2),
    row("tf.nn.conv_transpose", draw((2, 1, 3)), draw((1, 5, 3)), [2, 1, 5], 1, kind="boundary"),
    row("tf.nn.conv_transpose", draw((2, 3, 4, 3)), draw((3, 2, 5, 3)), [1, 2], 2, kind="error"),
    row("tf.nn.atrous_conv2d_transpose", draw((2, 6, 5, 3), "float64"),
        draw((3, 2, 4, 3), "float64"), [2, 6, 5, 4], 2, "SAME"),
    row("tf.nn.atrous_conv2d_transpose", draw((2, 6, 5, 3)), draw((3, 2, 4, 3)), [2, 8, 6, 4], 1,
        "VALID", kind="boundary"),
    row("tf.nn.atrous_conv2d_transpose", draw((2, 6, 5, 3)), draw((3, 2, 4, 3)), [2, 6, 5, 4], 0,
        "SAME", kind="error"),
    *(row(_DW, _x(), draw((3, 2, 3, 2)), *a, second=True)
      for a in ((_ONES, "SAME"), ([1, 2, 2, 1], "VALID"), (_ONES, _PADS))),
    row(_DW, _x("float64"), draw((3, 2, 3, 2), "float64"), _ONES, "SAME", dilations=[2, 2]),
    row(_DW, _x(), draw((3, 2, 3, 1)), _ONES, "VALID", kind="boundary"),
    row(_DW, _x(), draw((3, 2, 3, 2)), [1, 2, 1, 1], "SAME", kind="error"),
    row(_DW, draw((2, 6, 5, 2)), draw((3, 2, 3, 2)), _ONES, "SAME", kind="error"),
    row("tf.nn.separable_conv2d", _x("float64"), draw((3, 2, 3, 2), "float64"),
        draw((1, 1, 6, 4), "float64"), _ONES, "SAME", second=True),
    row("tf.nn.separable_conv2d", draw((1, 1, 1, 1)), draw((1, 1, 1, 1)), draw((1, 1, 1, 1)), _ONES,
        "SAME", kind="boundary"),
    row("tf.nn.separable_conv2d", _x(), draw((3, 2, 3, 2)), draw((1, 1, 5, 4)), _ONES, "SAME",
        kind="error"),
    row("tf.nn.separable_conv2d", _x(), draw((3, 2, 3, 2)), draw((6, 4)), _ONES, "SAME",
        kind="error"),
    row("tf.nn.depthwise_conv2d_backprop_input", [2, 6, 5, 3], draw((3, 2, 3, 2)),
        draw((2, 6, 5, 6)), _ONES, "SAME"),
    row("tf.nn.depthwise_conv2d_backprop_input", [1, 1, 1, 1], draw((1, 1, 1, 1)),
        draw((1, 1, 1, 1)), _ONES, "SAME", kind="boundary"),
    row("tf.nn.depthwise_conv2d_backprop_input", [2, 6, 5, 3], draw((3, 2, 3, 2)),
        draw((2, 6, 5, 6)), _ONES, "VALID", kind="error"),
    row("tf.nn.depthwise_conv2d_backprop_filter", _x(), [3, 2, 3, 2], draw((2, 6, 5, 6)), _ONES,
        "SAME"),
    row("tf.nn.depthwise_conv2d_backprop_filter", draw((1, 1, 1, 1)), [1, 1, 1, 1],
        draw((1, 1, 1, 1)), _ONES, "SAME", kind="boundary"),
    row("tf.nn.depthwise_conv2d_backprop_filter", _x(), [3, 2, 3, 2], draw((2, 6, 5, 6)), _ONES,
        "VALID", kind="error"),
    *(row(f"tf.nn.{n}", _x(), draw((3, 2, 3)), [1, 2, 1, 1], "VALID", "NHWC", [1, 1, 2, 1])
      for n in ("dilation2d", "erosion2d")),
    *(row(f"tf.nn.{n}", f32([[[[0], [0]], [[0], [0]]]]), f32([[[0], [0]]]), _ONES, "SAME", "NHWC",
          _ONES, kind="boundary") for n in ("dilation2d", "erosion2d")),
    *(row(f"tf.nn.{n}", _x(), draw((3, 2, 2)), _ONES, "SAME", "NHWC", _ONES, kind="error")
      for n in ("dilation2d", "erosion2d")),
]  # fmt: skip
