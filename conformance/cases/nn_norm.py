"""tf.nn: moments, normalization, biases, dropout, embeddings."""

from conformance.cases.row import draw, expr, f32, i32, i64, row, var

_BN = "tf.nn.batch_normalization"
_DROP = "tf.nn.dropout"
_FREE = "tf.nn.experimental.stateless_dropout"
_LOOK = "tf.nn.embedding_lookup"

_half = expr("lambda shape, dtype: tf.fill(shape, tf.constant(0.5, dtype))")


def _pos(shape, dtype="float32", seed=0):
    return draw(shape, dtype, seed, 0.2, 2.0)


ROWS = [
    *(row("tf.nn.moments", draw((2, 3, 4)), axes, keepdims=k, second=True)
      for axes in ([0], [0, 2], -1) for k in (False, True)),
    row("tf.nn.moments", draw((2, 3), "complex64"), [0]),
    row("tf.nn.moments", draw((2, 1, 3)), [], kind="boundary"),
    row("tf.nn.moments", f32([[], []]), [0], kind="boundary"),
    row("tf.nn.moments", i32([[1, 2], [4, 8]]), [0]),
    row("tf.nn.moments", draw((2, 3)), [2], kind="error"),
    row("tf.nn.moments", draw((2, 3)), [0, 0], kind="error"),
    row("tf.nn.weighted_moments", draw((2, 3)), [0], _pos((2, 3)), second=True),
    row("tf.nn.weighted_moments", draw((2, 3), "float64"), [1], _pos((3,), "float64"), True),
    row("tf.nn.weighted_moments", draw((2, 3)), [0], f32([[0, 0, 0], [0, 0, 0]]), kind="boundary"),
    row("tf.nn.weighted_moments", draw((2, 3)), [0], i32([[1], [2]])),
    row("tf.nn.weighted_moments", draw((2, 3)), [0], f32([1, 2]), kind="error"),
    row("tf.nn.sufficient_statistics", draw((2, 3)), [0]),
    row("tf.nn.sufficient_statistics", draw((2, 3)), [0, 1], f32(0.3), True),
    row("tf.nn.sufficient_statistics", f32([[]]), [1], kind="boundary"),
    row("tf.nn.sufficient_statistics", draw((2, 3)), [2], kind="error"),
    row("tf.nn.normalize_moments", f32(4), draw((3,)), _pos((3,)), None, second=True),
    row("tf.nn.normalize_moments", f32(4), draw((3,)), _pos((3,)), f32(0.2)),
    row("tf.nn.normalize_moments", f32(0), draw((3,)), _pos((3,)), None, kind="boundary"),
    row("tf.nn.normalize_moments", f32(4), draw((3,)), draw((2,)), None, kind="error"),
    row(_BN, draw((4, 3)), draw((3,), seed=1), _pos((3,)), draw((3,), seed=2), _pos((3,), seed=3),
        1e-3, second=True),
    row(_BN, draw((2, 2, 2, 3), "float64"), draw((3,), "float64"), _pos((3,), "float64"), None,
        None, 1e-3),
    row(_BN, draw((4, 3)), draw((3,)), f32([0, 0, 0]), None, draw((3,)), 1e-3, kind="boundary"),
    row(_BN, draw((4, 3)), draw((2,)), _pos((3,)), None, None, 1e-3, kind="error"),
    row("tf.nn.batch_norm_with_global_normalization", draw((2, 2, 2, 3)), draw((3,)), _pos((3,)),
        draw((3,)), _pos((3,)), 1e-3, True),
    row("tf.nn.batch_norm_with_global_normalization", draw((2, 2, 2, 3)), draw((3,)), _pos((3,)),
        draw((3,)), _pos((3,)), 1e-3, False, kind="boundary"),
    row("tf.nn.batch_norm_with_global_normalization", draw((2, 2, 2, 3)), draw((3,)), _pos((3,)),
        draw((2,)), _pos((3,)), 1e-3, False, kind="error"),
    row("tf.nn.bias_add", draw((2, 3)), draw((3,)), second=True),
    row("tf.nn.bias_add", draw((2, 3, 4)), draw((3,)), data_format="NCW"),
    row("tf.nn.bias_add", draw((2, 2, 4, 3)), draw((3,)), data_format="NHWC"),
    row("tf.nn.bias_add", f32([[], []]), f32([]), kind="boundary"),
    row("tf.nn.bias_add", draw((3,)), draw((3,)), kind="error"),
    row("tf.nn.bias_add", draw((2, 3)), draw((2,)), kind="error"),
    row("tf.nn.bias_add", draw((2, 3)), draw((3,)), data_format="HW", kind="error"),
    *(row(_DROP, draw((3, 4)), rate, set_seed=7) for rate in (0.5, 0.1, f32(0.4))),
    row(_DROP, draw((3, 4)), 0.5, seed=3, set_seed=7),
    row(_DROP, draw((3, 4), "float64"), 0.3, [3, 1], set_seed=7),
    row(_DROP, draw((3, 4)), 0, set_seed=7, kind="boundary"),
    row(_DROP, f32([]), 0.5, set_seed=7, kind="boundary"),
    row(_DROP, draw((3, 4)), 1.0, kind="error"),
    row(_DROP, i32([1]), 0.5, kind="error"),
    row(_DROP, draw((3, 4)), f32([0.5]), kind="error"),
    row(_FREE, draw((3, 4)), 0.5, [1, 2]),
    row(_FREE, draw((3, 4)), 0.5, i32([1, 2]), rng_alg="philox", noise_shape=[3, 1]),
    row(_FREE, draw((3, 4)), 0.0, i32([1, 2]), kind="boundary"),
    row(_FREE, draw((3, 4)), 2.0, i32([1, 2]), kind="error"),
    row(_LOOK, draw((4, 3)), i64([0, 2, 2])),
    row(_LOOK, draw((4, 3)), i32([[0, 2], [2, 1]]), max_norm=0.5),
    row(_LOOK, var(draw((4, 3))), i32([3, 0, 3])),
    row(_LOOK, [draw((3, 2)), draw((2, 2), seed=1)], i32([0, 4, 3, 3])),
    row(_LOOK, draw((4, 3)), i32([]), kind="boundary"),
    row(_LOOK, draw((4, 3)), i32([4]), kind="error"),
    row(_LOOK, None, i32([0]), kind="error"),
    row("tf.image.adjust_contrast", draw((4, 5, 3)), 2.0, grad=()),
    row("tf.image.adjust_contrast", i32([[[7], [2**30]]]), 0.5),
    row("tf.image.adjust_contrast", f32([[[]]]), 0.5, grad=(), kind="boundary"),
    row("tf.image.adjust_contrast", draw((4, 5)), 2.0, kind="error"),
    row("tf.nn.experimental.general_dropout", draw((5,)), 0.5, _half),
    row("tf.nn.experimental.general_dropout", draw((3, 4)), f32(0.6), _half, [3, 1]),
    row("tf.nn.experimental.general_dropout", draw((5,)), 0.0, _half, kind="boundary"),
    row("tf.nn.experimental.general_dropout", draw((5,)), 1.5, _half, kind="error"),
]  # fmt: skip
