"""What random calls found in tf.nn, tf.linalg, tf.random and among segments and scatters."""

import numpy as np

from conformance.cases.row import (
    array,
    b,
    code,
    draw,
    f32,
    f64,
    i8,
    i16,
    i32,
    i64,
    make,
    method,
    row,
    u8,
    var,
)

_INF = float("inf")
_LOWEST = -3.4028235e38
_TIGHT = {"tol": (1e-8, 1e-9), "reason": "the second derivative of a decomposition"}


def identities():
    """tf.eye where sizes are tensors: they are compared, packed and joined like any tensors."""
    for rows in (i32([2]), i32([[2]]), i32([2, 3])):
        yield row("tf.eye", rows, rows, kind="error")
        yield row("tf.eye", rows, 2, [1], kind="error")
    yield row("tf.eye", 2, i32([3]), kind="error")
    yield row("tf.eye", i32([2]), 2, [[1]], kind="error")
    for batch in (2, i32(2), i32([[2]]), [[2]], "a"):
        yield row("tf.eye", 2, 2, batch, kind="error")
    for batch in (i64([2]), f32([2.0])):
        part = {
            "text": "Tensor conversion requested dtype int32",
            "reason": "then the tensor's text",
        }
        yield row("tf.eye", 2, 2, batch, kind="error", **part)
    yield row("tf.eye", i32(2), 2, 2, kind="error")
    yield row("tf.eye", i64(2), i32(2), kind="error")
    yield row("tf.eye", b(True), kind="error")
    yield row("tf.eye", [2, 3], 2, kind="error")
    yield row("tf.eye", f32(2.0), kind="boundary", grad=())
    yield row("tf.eye", f64(2.0), 3, [2], kind="boundary", grad=())
    yield row("tf.eye", i8(2), i8(3), [1], kind="boundary")
    yield row("tf.eye", 2, 2, {}, kind="boundary")


def segments():
    """A sorted segment of nothing but infinities; one without rows has 0."""
    rows = [[-_INF, -_INF, -_INF], [-_INF, _LOWEST, -_INF], [-_INF, 1, -_INF]]
    for dtype in ("float32", "float64", "float16", "bfloat16"):
        for ids in ([0, 0, 0], [0, 0, 3], [1, 3, 3]):
            for values in rows[::2] if "16" in dtype else rows:
                x = array(values, dtype)
                yield row("tf.math.segment_max", x, i32(ids), kind="boundary")
                below = array([-v for v in values], dtype)
                yield row("tf.math.segment_min", below, i32(ids), kind="boundary")
    x = f32([-_INF, -_INF, 1.0])
    for how in ("max", "min"):
        yield row(f"tf.math.unsorted_segment_{how}", x, i32([0, 0, 2]), 4, kind="boundary")


def windows():
    """Windows that are larger than what they slide over."""
    for n in (1, 2, 3):
        for k in ("avg", "max"):
            for size, stride in ((2, 3), (3, 1), (5, 7)):
                x = draw((2, *[1] * n, 2))
                bad = {"kind": "boundary", "grad": ()}
                if size - 1 > stride:
                    bad["kind"] = "error"
                yield row(f"tf.nn.{k}_pool{n}d", x, size, stride, "VALID", **bad)
    for dtype in ("int32", "int64"):
        x = array(np.arange(32).reshape(1, 4, 8, 1) % 7 - 5, dtype)
        for ratio in ([1.0, 1.5, 1.5, 1.0], [1.0, 1.3, 1.9, 1.0]):
            yield row("tf.nn.fractional_avg_pool", x, ratio, seed=3)
    for dtype in ("int8", "uint8"):
        x = array(np.arange(32).reshape(1, 4, 8, 1), dtype)
        yield row("tf.nn.fractional_avg_pool", x, [1.0, 1.5, 1.5, 1.0], kind="error", seed=3)
    for strides in ([1, 2, 1, 1], [1, 1, 2, 1], [2, 1, 1, 1]):
        for channels in (1, 2):
            x, w = draw((1, 5, 6, channels)), draw((2, 3, channels, 2))
            yield row("tf.nn.depthwise_conv2d", x, w, strides, "SAME", kind="error")
    yield row("tf.nn.max_pool3d", f32([], (0, 2, 2, 2)), 2, 1, "SAME", kind="error")


def norms():
    """Batch normalisation of what has no root."""
    for dtype in ("int32", "int8", "bool"):
        x, m = array(np.ones((2, 3)), dtype), array(np.ones(3), dtype)
        for epsilon in (1e-3, 1):
            yield row("tf.nn.batch_normalization", x, m, m, m, None, epsilon, kind="error")


def indices():
    """Variables take indices of two dtypes."""
    x = f32([[1, 2], [3, 4], [5, 6]])
    rows = f32([[1, 2], [3, 4]])
    for dtype in ("int8", "int16", "uint8", "uint32", "bool", "float32"):
        at, pairs = array([0, 1], dtype), array([[0], [1]], dtype)
        delta = make("tf.IndexedSlices", rows, at)
        for how in ("add", "update", "min", "div"):
            yield method(f"tf.Variable.scatter_{how}", var(x), delta, kind="error")
        yield method("tf.Variable.scatter_nd_add", var(x), pairs, rows, kind="error")
        each = make("tf.IndexedSlices", f32([[7], [8], [9]]), array([[0], [1], [0]], dtype))
        yield method("tf.Variable.batch_scatter_update", var(x), each, kind="error")
        if dtype != "float32":
            yield method("tf.Variable.sparse_read", var(x), at, kind="error")
            yield method("tf.Variable.gather_nd", var(x), pairs, kind="error")


def randoms():
    """The shape of no numbers need not end with that of their parameters."""
    for shape in ([3, 0], [0], [2, 0, 3]):
        for name in ("poisson", "gamma"):
            yield row(
                f"tf.random.stateless_{name}", shape, [7, 42], f32([1, 2]), kind="boundary", grad=()
            )
    for name in ("stateless_fold_in", "stateless_split"):
        for dtype in ("int8", "uint8", "int16", "uint32"):
            seed, n = array([1, 2], dtype), 2
            yield row(f"tf.random.experimental.{name}", seed, n, kind="error")


def named():
    """Philox by name takes seeds of any dtype."""
    for dtype in ("int8", "uint16", "float32"):
        seed, given = array([3, 7], dtype), {"alg": "philox", "kind": "boundary"}
        yield row("tf.random.stateless_uniform", [2], seed, grad=(), **given)
        yield row("tf.random.stateless_normal", [2], seed, grad=(), **given)
        yield row("tf.random.experimental.stateless_shuffle", i32([1, 2, 3]), seed, **given)
        if dtype != "float32":
            yield row("tf.random.experimental.stateless_fold_in", seed, 5, **given)
    yield row("tf.random.stateless_uniform", [2], i8([-3, 7]), grad=(), **given)


def tops():
    """in_top_k converts its predictions itself."""
    for dtype in ("bfloat16", "int16"):
        part = {"text": "Tensor conversion requested dtype float32", "reason": "then the tensor"}
        yield row(
            "tf.math.in_top_k", [0, 1], array([[0, 1], [2, 3]], dtype), 1, kind="error", **part
        )


def channels():
    """Windows over channels stand at every pixel, whatever the strides."""
    for strides in ([1, 2, 2, 3], [1, 1, 2, 3], [1, 2, 1, 2]):
        for padding in ("VALID", "SAME"):
            size = [1, 1, 1, strides[3]]
            bad = {"kind": "boundary", "grad": ()}
            yield row("tf.nn.max_pool2d", draw((1, 3, 4, 6)), size, strides, padding, **bad)


def samples():
    """Sampled classes of another number; isotonic regression of negatives of integers."""
    values = (i64([1, 3, 5]), f32([[0.3], [0.2]]), f32([0.5, 0.3, 0.2]))
    args = draw((6, 4)), draw((6,)), i64([[1], [0]]), draw((2, 4)), 2, 6
    yield row("tf.nn.sampled_softmax_loss", *args, sampled_values=values, kind="error")
    for ids in ([1, 1, 0], [0, 2, 0], [1, 0, 1]):
        values = i64(ids), f32([[0.7], [0.8]]), f32([0.3, 0.2, 0.1])
        for name in ("sampled_softmax_loss", "nce_loss"):
            hits = {"remove_accidental_hits": True, "sampled_values": values}
            yield row(f"tf.nn.{name}", *args[:4], 3, 6, **hits)
    yield row("tf.nn.isotonic_regression", u8([1, 3, 2]), decreasing=False, kind="error")
    yield row("tf.nn.isotonic_regression", i8([-128, 3, -128]), decreasing=False, kind="boundary")
    yield row("tf.nn.isotonic_regression", i16([-9, 3, 2]), decreasing=False)


def lookups():
    """Elements of sparse tensors outside of their shape."""
    table = draw((4, 2))
    for places, shape in (
        ([[0, 0], [4, 0]], [3, 2]),
        ([[0, 0], [-1, 0]], [3, 2]),
        ([[0, 0], [1, 0]], [0, 2]),
        ([[0, 5], [1, 0]], [3, 2]),
    ):
        kind = "boundary" if [0, 5] in places else "error"
        ids = make("tf.SparseTensor", i64(places), i64([1, 2]), i64(shape))
        weights = make("tf.SparseTensor", i64(places), f32([1, 2]), i64(shape))
        for w in (None, weights):
            yield row("tf.nn.safe_embedding_lookup_sparse", table, ids, w, kind=kind)


def derivatives():
    """Second derivatives of what is unique in decompositions; equal eigenvalues, lost ranks."""
    wide, tall, square = (draw(s, "float64", seed=4) for s in ((2, 3), (3, 2), (3, 3)))
    for x in (wide, tall, square):
        for which in (0, 1, 2):
            source = f"lambda x: tf.abs(tf.linalg.svd(x)[{which}]) ** 2"
            yield code("tf.linalg.svd", source, x, second=True, **_TIGHT)
        for which in (0, 1):
            source = f"lambda x: tf.abs(tf.linalg.qr(x)[{which}]) ** 2"
            yield code("tf.linalg.qr", source, x, second=True, **_TIGHT)
        for rest in ("", ", l2_regularizer=0.5", ", fast=False"):
            source = f"lambda x, y: tf.linalg.lstsq(x, y{rest})"
            rhs = draw((x.value.shape[0], 2), "float64", seed=5)
            yield code("tf.linalg.lstsq", source, x, rhs, second=True, **_TIGHT)
    symmetric = "lambda x: (lambda x: {})(x + tf.transpose(x))"
    for body in ("tf.linalg.eigh(x)[0]", "tf.abs(tf.linalg.eigh(x)[1]) ** 2"):
        yield code("tf.linalg.eigh", symmetric.format(body), square, second=True, **_TIGHT)
    for body in ("expm", "inv", "det", "slogdet"):
        source = f"lambda x: tf.linalg.{body}(x)"
        yield code(f"tf.linalg.{body}", source, square, second=True, **_TIGHT)
    positive = "lambda x: tf.linalg.{}(x @ tf.transpose(x) + tf.eye(3, dtype=tf.float64))"
    for name in ("cholesky", "logdet", "sqrtm"):
        yield code(f"tf.linalg.{name}", positive.format(name), square, second=True, **_TIGHT)
    single = {"second": True, "tol": (1e-3, 1e-4), "reason": "second derivatives in float32"}
    small = draw((2, 2), seed=4)
    for body in ("tf.linalg.eigh(x)[1]", "tf.linalg.svd(x)[1]", "tf.linalg.eig(x)[1]"):
        name = body[: body.index("(")]
        yield code(name, f"lambda x: tf.abs({body}) ** 2", small, **single)
        yield code(name, f"lambda x: tf.abs({body}) ** 2", f32([[1]]), **single, kind="boundary")
    equal = f64([[2, 0, 0], [0, 2, 0], [0, 0, 5]])
    lost = f64([[1, 0, 0], [0, 0, 0]])
    for x in (equal, f64(np.eye(3))):
        for source in (
            "lambda x: tf.linalg.eigh(x)[0]",
            "lambda x: tf.abs(tf.linalg.eigh(x)[1]) ** 2",
            "lambda x: tf.linalg.eigvalsh(x)",
        ):
            name = "tf.linalg.eigvalsh" if "vals" in source else "tf.linalg.eigh"
            yield code(name, source, x, kind="boundary")
        yield row("tf.linalg.svd", x, compute_uv=False, kind="boundary")
    yield row("tf.linalg.svd", lost, compute_uv=False, kind="boundary")
    for x in (tall, wide):
        source = "lambda x: [tf.abs(v) ** 2 for v in tf.linalg.svd(x, full_matrices=True)]"
        yield code("tf.linalg.svd", source, x)
    yield row("tf.linalg.pinv", lost, kind="boundary")


ROWS = [
    *identities(),
    *segments(),
    *windows(),
    *norms(),
    *indices(),
    *randoms(),
    *named(),
    *tops(),
    *channels(),
    *samples(),
    *lookups(),
    *derivatives(),
]
