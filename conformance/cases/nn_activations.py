"""tf.nn: activation functions, softmax and the losses upon them."""

from conformance.cases.row import draw, f32, f64, i32, i64, row, s, special, u8

_ACTIVATIONS = (
    "tf.nn.relu", "tf.nn.relu6", "tf.nn.leaky_relu", "tf.nn.elu", "tf.nn.selu", "tf.nn.gelu",
    "tf.nn.silu",
)  # fmt: skip
_KINKS = [-100.0, -3.5, -1.0, -1e-3, 0.0, 1e-3, 1.0, 5.999, 6.0, 7.0, 100.0]
_SOFTMAX = ("tf.nn.softmax", "tf.nn.log_softmax")
_EDGES = (
    [[-float("inf"), 0.0, 1.0]],
    [[-float("inf")] * 3],
    [[float("inf"), 0.0, 1.0]],
    [[float("nan"), 0.0, 1.0]],
    [[1e30, 1e30, -1e30]],
    [[1000.0, 0.0, -1000.0]],
)
_XENT = "tf.nn.softmax_cross_entropy_with_logits"
_SPARSE = "tf.nn.sparse_softmax_cross_entropy_with_logits"
_SIGMOID = "tf.nn.sigmoid_cross_entropy_with_logits"
_WEIGHTED = "tf.nn.weighted_cross_entropy_with_logits"
_POISSON = "tf.nn.log_poisson_loss"


def _p(shape, dtype="float32", seed=0):
    return draw(shape, dtype, seed, 0.05, 0.95)


ROWS = [
    *(row(a, draw((3, 4), "float32", 1), second=True) for a in _ACTIVATIONS),
    *(row(a, draw((3, 4), "float64", 2), second=True) for a in _ACTIVATIONS),
    *(row(a, f32(_KINKS), kind="boundary", second=True) for a in _ACTIVATIONS),
    *(row(a, special("float32", denormals=False), kind="boundary") for a in _ACTIVATIONS[:5]),
    *(row(a, f32([]), kind="boundary") for a in _ACTIVATIONS),
    *(row(a, s("a"), kind="error") for a in _ACTIVATIONS),
    *(row(a, i32([-2, 0, 9]), kind="boundary") for a in _ACTIVATIONS[:3]),
    *(row(a, i32([1]), kind="error") for a in _ACTIVATIONS[3:]),
    row("tf.nn.relu", u8([0, 200])),
    row("tf.nn.leaky_relu", f32(_KINKS), alpha=-0.5, second=True),
    row("tf.nn.leaky_relu", f32(_KINKS), 1.5),
    row("tf.nn.leaky_relu", f32(_KINKS), alpha="a", kind="error"),
    row("tf.nn.gelu", f64(_KINKS), approximate=True, second=True),
    row("tf.nn.silu", draw((3, 4)), 2.0, second=True),
    row("tf.nn.silu", draw((3, 4)), f32(1.5), second=True),
    row("tf.nn.crelu", draw((2, 3)), second=True),
    row("tf.nn.crelu", draw((2, 3)), axis=0),
    row("tf.nn.crelu", f32([[]]), kind="boundary"),
    row("tf.nn.crelu", f32([1.0]), axis=3, kind="error"),
    *(
        row(a, draw((2, 3, 4), seed=3), axis=x, second=True)
        for a in _SOFTMAX
        for x in (None, 0, -2)
    ),
    *(row(a, draw((2, 3), "float64")) for a in _SOFTMAX),
    *(row(a, f32(x), kind="boundary") for a in _SOFTMAX for x in _EDGES),
    *(row(a, f32([[], []]), kind="boundary") for a in _SOFTMAX),
    *(row(a, f32(1.0), kind="error") for a in _SOFTMAX),
    *(row(a, draw((2, 3)), axis=2, kind="error") for a in _SOFTMAX),
    *(row(a, i32([1]), kind="error") for a in _SOFTMAX),
    row(_XENT, _p((3, 4)), draw((3, 4), seed=1), second=True),
    row(_XENT, _p((2, 3, 4), "float64"), draw((2, 3, 4), "float64", 1), second=True),
    row(_XENT, _p((2, 3, 4)), draw((2, 3, 4), seed=1), axis=1, second=True),
    row(_XENT, i32([[0, 1], [1, 0]]), draw((2, 2))),
    row(_XENT, f32([[0, 1, 0]]), f32([[1000.0, 0.0, -1000.0]]), kind="boundary"),
    row(_XENT, f32([[0, 1, 0]]), f32([[float("nan"), 0.0, 1.0]]), kind="boundary"),
    row(_XENT, f32([]), f32([]), kind="boundary", grad=()),
    row(_XENT, draw((2, 4)), draw((3, 4)), kind="error"),
    row(_XENT, draw((3, 3)), draw((3, 4)), kind="error"),
    row(_XENT, draw((3, 4)), draw((1, 4)), kind="error"),
    row(_XENT, draw((1, 4)), draw((3, 4)), kind="boundary", grad=()),
    row(_SPARSE, i64([0, 2, 1]), draw((3, 4)), second=True),
    row(_SPARSE, i32([[0, 1], [2, 3]]), draw((2, 2, 4), "float64"), second=True),
    row(_SPARSE, i32(1), draw((4,))),
    row(_SPARSE, i32([0]), f32([[1000.0, 0.0, -1000.0]]), kind="boundary"),
    row(_SPARSE, i32([1]), f32([[-float("inf"), 0.0, 1.0]]), kind="boundary"),
    row(_SPARSE, i32([0, 4, 1]), draw((3, 4)), kind="error"),
    row(_SPARSE, i32([0, 1]), draw((3, 4)), kind="error"),
    row(_SPARSE, f32([0.0]), draw((1, 4)), kind="error"),
    row(_SIGMOID, _p((3, 4)), draw((3, 4), seed=1), second=True),
    row(_SIGMOID, _p((11,)), f32(_KINKS), second=True, kind="boundary"),
    row(_SIGMOID, _p((1, 4)), draw((3, 4), seed=1), kind="error"),
    row(_SIGMOID, f64([0.5]), f32([0.5]), kind="error"),
    row(_WEIGHTED, _p((3, 4)), draw((3, 4), seed=1), 2.0, second=True),
    row(_WEIGHTED, _p((3, 4)), draw((3, 4), seed=1), draw((4,), seed=2), second=True),
    row(_WEIGHTED, _p((11,)), f32(_KINKS), 0.5, kind="boundary"),
    row(_WEIGHTED, _p((1, 4)), draw((3, 4), seed=1), 2.0, kind="error"),
    *(row(_POISSON, _p((5,)), draw((5,), seed=1), full, second=True) for full in (False, True)),
    row(_POISSON, f32([0, 0.5, 1, 1.5, 3, 10]), draw((6,)), True, kind="boundary"),
    row(_POISSON, draw((1, 2)), draw((2, 2)), kind="error"),
    row("tf.nn.l2_loss", draw((3, 4)), second=True),
    row("tf.nn.l2_loss", f32([]), kind="boundary"),
    row("tf.nn.l2_loss", i32([1]), kind="error"),
    row("tf.nn.scale_regularization_loss", draw((4,))),
    row("tf.nn.scale_regularization_loss", [1.0, 2.0]),
    row("tf.nn.scale_regularization_loss", f32([]), kind="boundary"),
    row("tf.nn.scale_regularization_loss", s("a"), kind="error"),
    row("tf.nn.compute_average_loss", draw((4,))),
    row("tf.nn.compute_average_loss", draw((4,)), draw((4,), seed=1), 8),
    row("tf.nn.compute_average_loss", draw((4, 2)), draw((4,), seed=1)),
    row("tf.nn.compute_average_loss", f32([]), kind="boundary"),
    row("tf.nn.compute_average_loss", draw((4,)), global_batch_size=0, kind="boundary"),
    row("tf.nn.compute_average_loss", f32(1.0), kind="error"),
    row("tf.nn.compute_average_loss", draw((4,)), global_batch_size=2.0, kind="error"),
    row("tf.nn.compute_average_loss", draw((4,)), global_batch_size=-2, kind="error"),
]
