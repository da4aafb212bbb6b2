"""tf.nn: pooling, local response normalization, isotonic regression."""

from conformance.cases.row import draw, expr, f32, i32, i64, row

_TIES = f32([[[[1], [2], [2]], [[1], [2], [2]], [[0], [0], [5]]]])
_KINDS = ("max", "avg")


def _x(dtype="float32"):
    return draw((2, 6, 5, 3), dtype)


ROWS = [
    *(row(f"tf.nn.{k}_pool2d", _x(), *a, second=True) for k in _KINDS
      for a in ((2, 2, "SAME"), ([2, 3], [1, 2], "VALID"), (3, 1, "SAME"))),
    *(row(f"tf.nn.{k}_pool2d", _TIES, 2, 1, "SAME", kind="boundary") for k in _KINDS),
    *(row(f"tf.nn.{k}_pool2d", _x("float64"), 1, 1, "SAME", kind="boundary") for k in _KINDS),
    row("tf.nn.max_pool2d", f32([[[[-float("inf")], [float("nan")]]]]), 1, 1, "SAME",
        kind="boundary", grad=()),
    row("tf.nn.max_pool2d", _x(), 2, 2, [[0, 0], [1, 1], [1, 0], [0, 0]]),
    row("tf.nn.max_pool2d", _x(), [1, 1, 1, 3], [1, 1, 1, 3], "VALID", grad=()),
    row("tf.nn.max_pool2d", i32([[[[3], [1]], [[5], [2]]]]), 2, 1, "SAME"),
    *(row(f"tf.nn.{k}_pool2d", _x(), *a, kind="error") for k in _KINDS
      for a in ((0, 2, "SAME"), (2, 0, "SAME"), (9, 2, "VALID"), (2, 2, "same"),
                ([1, 2, 2, 2], 1, "SAME"))),
    *(row(f"tf.nn.{k}_pool", _x(), 2, 2, "SAME") for k in _KINDS),
    *(row(f"tf.nn.{k}_pool", draw((2, 7, 3)), 3, 2, "VALID") for k in _KINDS),
    *(row(f"tf.nn.{k}_pool", _x(), 1, 1, "VALID", kind="boundary") for k in _KINDS),
    *(row(f"tf.nn.{k}_pool", draw((6, 5)), 2, 2, "SAME", kind="error") for k in _KINDS),
    *(row(f"tf.nn.{k}_pool1d", draw((2, 7, 3)), 3, 2, "SAME", second=True) for k in _KINDS),
    *(row(f"tf.nn.{k}_pool1d", f32([[[1], [2], [2]]]), 2, 1, "VALID", kind="boundary")
      for k in _KINDS),
    *(row(f"tf.nn.{k}_pool1d", draw((2, 7, 3)), 9, 1, "VALID", kind="error") for k in _KINDS),
    *(row(f"tf.nn.{k}_pool3d", draw((1, 4, 5, 3, 2)), 2, 2, p) for k in _KINDS
      for p in ("SAME", "VALID")),
    *(row(f"tf.nn.{k}_pool3d", draw((1, 1, 1, 1, 2)), 1, 1, "SAME", kind="boundary")
      for k in _KINDS),
    *(row(f"tf.nn.{k}_pool3d", draw((4, 5, 3, 2)), 2, 2, "SAME", kind="error") for k in _KINDS),
    *(row("tf.nn.pool", _x(), [2, 2], k, [2, 1]) for k in ("MAX", "AVG")),
    row("tf.nn.pool", _x(), [2, 2], "AVG", dilations=[2, 1]),
    row("tf.nn.pool", draw((2, 7, 3)), [1], "MAX", kind="boundary"),
    row("tf.nn.pool", _x(), [2], "MAX", kind="error"),
    row("tf.nn.pool", _x(), [2, 2], "MAX", [3, 1], kind="error"),
    row("tf.nn.max_pool_with_argmax", _x(), 2, 2, "SAME"),
    row("tf.nn.max_pool_with_argmax", _x(), [2, 3], [1, 2], "VALID", include_batch_in_index=True),
    row("tf.nn.max_pool_with_argmax", _TIES, 2, 1, "SAME", kind="boundary"),
    row("tf.nn.max_pool_with_argmax", draw((6, 5, 3)), 2, 1, "SAME", kind="error"),
    row("tf.nn.local_response_normalization", draw((1, 2, 2, 7))),
    row("tf.nn.local_response_normalization", draw((1, 2, 2, 7)), 1, 2.0, 0.5, 0.75),
    row("tf.nn.local_response_normalization", draw((1, 2, 2, 3)), depth_radius=0, kind="boundary"),
    row("tf.nn.local_response_normalization", draw((2, 2, 7)), kind="error"),
    row("tf.nn.isotonic_regression", draw((3, 5))),
    row("tf.nn.isotonic_regression", draw((3, 5), "float64"), decreasing=False, axis=0),
    row("tf.nn.isotonic_regression", i64([3, 1, 2])),
    row("tf.nn.isotonic_regression", f32([[1, 1, 1]]), kind="boundary"),
    row("tf.nn.isotonic_regression", draw((3, 5)), axis=3, kind="error"),
    row("tf.nn.with_space_to_batch", _x(), [2, 1], "VALID",
        expr("lambda x, n, padding: tf.nn.max_pool2d(x, 2, 1, padding)")),
    row("tf.nn.with_space_to_batch", _x(), [1, 1], "SAME",
        expr("lambda x, n, padding: tf.nn.avg_pool2d(x, 2, 1, padding)"), kind="boundary"),
    row("tf.nn.with_space_to_batch", _x(), [0, 1], "VALID", expr("lambda x, n, padding: x"),
        kind="error"),
    *(row(f"tf.nn.fractional_{k}_pool", draw((2, 7, 8, 3)), [1.0, 1.44, 1.73, 1.0], p, o, 5,
          set_seed=1) for k in _KINDS for p in (False, True) for o in (False, True)),
    *(row(f"tf.nn.fractional_{k}_pool", f32([[[[0]] * 4] * 4]), [1.0, 2.0, 2.0, 1.0], seed=3,
          kind="boundary") for k in _KINDS),
    row("tf.nn.fractional_max_pool", draw((2, 7, 8, 3)), 1.5, seed=3),
    row("tf.nn.fractional_max_pool", draw((2, 7, 8, 3)), 0.5, kind="error"),
    row("tf.nn.fractional_max_pool", draw((2, 7, 8, 3)), 9.0, seed=3, kind="error"),
    row("tf.nn.fractional_avg_pool", draw((2, 7, 8, 3)), 1.5, seed=3, kind="error"),
    row("tf.nn.fractional_avg_pool", draw((2, 7, 8, 3)), [1.0, 0.5, 1.5, 1.0], kind="error"),
]  # fmt: skip
