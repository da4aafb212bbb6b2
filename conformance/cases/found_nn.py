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
    ref,
    row,
    u8,
    var,
)

_INF = float("inf")
_INT64 = ref("tf.int64")
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
            yield row("tf.nn.fractional_avg_pool", x, ratio, seed=3, set_seed=1)
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


def activations():
    """A slope with axes; the polynomial of gelu twice; lengths in 16 bits."""
    x = draw((2, 3), seed=6)
    for slope in (f32([1.3]), f32([[0.7], [2.0]]), f32([1.0, -0.5, 2.0]), f32(1.3)):
        yield row("tf.nn.silu", x, slope, second=True, kind="boundary")
        yield row("tf.nn.silu", f32([0.4]), slope, second=True, kind="boundary")
    for dtype in ("float32", "float64"):
        y = array(np.linspace(-3, 3, 9), dtype)
        yield row("tf.nn.gelu", y, True, second=True)
    for dtype in ("float16", "bfloat16"):
        for values in ([2.0, 0.3], [0.0, 0.0], [1.5, -0.25], [300.0, 200.0]):
            y = array(values, dtype)
            yield row("tf.nn.l2_normalize", y, 0, kind="boundary", grad=())
    yield row("tf.nn.dropout", x, float("nan"), set_seed=3, kind="boundary", grad=())
    response = draw((1, 2, 2, 6), seed=2)
    yield row("tf.nn.local_response_normalization", response, 2**31, kind="error")
    for dtype in ("int8", "int16", "int32", "int64", "uint8"):
        y, w = array([[1, 2], [3, 5]], dtype), array([[1, 2], [3, 1]], dtype)
        yield row("tf.nn.weighted_moments", y, [0], w, kind="error")


def emptied():
    """Decoders of nothing; determinants that have no gradient; labels of no class."""
    for shape, lengths in (((3, 0, 4), []), ((0, 2, 4), [0, 0]), ((3, 2, 0), [0, 0])):
        x, n = f32(np.zeros(shape)), i32(np.array(lengths, np.int32))
        yield row("tf.nn.ctc_greedy_decoder", x, n, kind="error")
        yield row("tf.nn.ctc_beam_search_decoder", x, n, kind="error")
    gradient = (
        "lambda x: tf.gradients(tf.linalg.{0}(x){1}, x)"
        " if not tf.executing_eagerly() else tf.function(lambda y: tf.gradients("
        "tf.linalg.{0}(y){1}, y))(x)"
    )
    part = {"text": "Input is not invertible.", "reason": "a function's error, with its lines"}
    for x in (f32([[1, 2], [2, 4]]), f32([[[1, 2], [2, 4]], [[1, 0], [0, 1]]])):
        for name, which in (("det", ""), ("slogdet", "[1]")):
            source = gradient.format(name, which)
            yield code(f"tf.linalg.{name}", source, x, kind="error", **part)
    logits = draw((4, 3), seed=1)
    for labels in ([4, -1, 0, 0], [0, 1, 2, 3], [-1, 0, 1, 2]):
        yield row(
            "tf.nn.sparse_softmax_cross_entropy_with_logits", i32(labels), logits, kind="error"
        )
        unchecked = (
            "lambda y, x: tf.function(lambda l, z: tf.nn.sparse_softmax_cross_entropy_with_logits("
            "l, z), jit_compile=True)(y, x)"
        )
        yield code(
            "tf.nn.sparse_softmax_cross_entropy_with_logits",
            unchecked,
            i32(labels),
            logits,
            kind="boundary",
            skip_modes="compiled",
            reason="it is a compiled function itself",
        )


_CELL = (
    "type('Cell', (), dict(state_size=3, output_size=3, build=lambda self, shape: None,"
    " call=lambda self, x, s: (tf.tanh(x + s), x - s),"
    " zero_state=lambda self, n, dtype: tf.zeros([n, 3], dtype),"
    " get_config=lambda self: {'units': 3}))()"
)
_PAIR = (
    "type('Cell', (), dict(state_size=(3, 2), output_size=3, build=lambda self, shape: None,"
    " call=lambda self, x, s: (x, (x + s[0], 2 * s[1]))))()"
)


def cells():
    """Wrappers of recurrent cells: values, states, masks, configurations."""
    x, s = draw((2, 3), seed=1), draw((2, 3), seed=2)
    wide = draw((2, 2), seed=3)
    made = {
        "Device": f"tf.nn.RNNCellDeviceWrapper({_CELL}, '/cpu:0')",
        "Residual": f"tf.nn.RNNCellResidualWrapper({_CELL})",
        "Dropout": f"tf.nn.RNNCellDropoutWrapper({_CELL})",
    }
    for name, source in made.items():
        op = f"tf.nn.RNNCell{name}Wrapper"
        yield code(op, f"lambda x, s: {source}(x, s)", x, s)
        yield code(op, f"lambda x, s: {source}.call(x, s)", x, s)
        yield code(op, f"lambda x, s: tf.function({source})(x, s)", x, s, grad=())
        loose = {"tol": (1e-5, 1e-6), "reason": "it is computed in float32"}
        yield code(op, f"lambda x, s: {source}(x, s)", draw((2, 3), "float64", seed=1), s, **loose)
        yield code(op, f"lambda: {source}.zero_state(2, tf.float64)")
        yield code(op, f"lambda: {source}.get_initial_state(batch_size=2, dtype=tf.float16)")
        yield code(op, f"lambda x: {source}.get_initial_state(x)", wide, grad=(), kind="boundary")
        told = "w.state_size, w.output_size, w.built, w.dtype, w.trainable, len(w.weights)"
        yield code(op, f"lambda: (lambda w: [{told}])({source})")
        config = f"{{k: v for k, v in {source}.get_config().items() if k != 'name'}}"
        yield code(op, f"lambda: {config}")
        again = f"tf.nn.RNNCell{name}Wrapper.from_config({source}.get_config(), {{'Cell': lambda "
        yield code(op, f"lambda x, s: {again}units: {_CELL}}})(x, s)", x, s)
        yield code(op, f"lambda: {source}.get_initial_state()", kind="error")
        yield code(
            op,
            f"lambda: tf.nn.RNNCell{name}Wrapper.from_config({source}.get_config())",
            kind="error",
        )
        yield code(op, f"lambda: {source[:-1]}, units=3)", kind="error")
    op = "tf.nn.RNNCellResidualWrapper"
    named = f"tf.nn.RNNCellResidualWrapper({_CELL}, lambda i, o: 10 * i - o)"
    yield code(op, f"lambda x, s: {named}(x, s)", x, s)
    again = f"tf.nn.RNNCellResidualWrapper.from_config({named}.get_config(), {{'Cell': lambda "
    yield code(op, f"lambda x, s: {again}units: {_CELL}}})(x, s)", x, s)
    doubled = _CELL.replace("tf.tanh(x + s)", "tf.concat([x, x], 1)")
    yield code(
        op, f"lambda x, s: tf.nn.RNNCellResidualWrapper({doubled})(x, s)", x, s, kind="error"
    )
    op = "tf.nn.RNNCellDropoutWrapper"
    for given in (
        "0.5, seed=3",
        "0.5",
        "output_keep_prob=0.5, seed=4",
        "state_keep_prob=0.25, seed=5",
        "0.6, 0.7, 0.8, seed=6",
        "0.6, 0.7, 0.8, True, tf.TensorShape([3]), tf.float32, 7",
        "output_keep_prob=0.7, variational_recurrent=True, dtype=tf.float32",
        "state_keep_prob=0.5, dropout_state_filter_visitor=lambda s: False",
    ):
        source = f"lambda x, s: tf.nn.RNNCellDropoutWrapper({_CELL}, {given})(x, s)"
        yield code(op, source, x, s, set_seed=11)
    nested = f"tf.nn.RNNCellDropoutWrapper({_PAIR}, state_keep_prob=0.5, seed=5"
    yield code(op, f"lambda x, s, t: {nested})(x, (s, t))", x, s, wide, set_seed=1)
    some = "dropout_state_filter_visitor=lambda s: (False, True) if isinstance(s, tuple) else True"
    yield code(op, f"lambda x, s, t: {nested}, {some})(x, (s, t))", x, s, wide, set_seed=1)
    for given in (
        "1.5",
        "output_keep_prob=-0.5",
        "0.0",
        "variational_recurrent=True",
        "0.5, variational_recurrent=True, dtype=tf.float32",
        "dropout_state_filter_visitor=3",
    ):
        source = f"lambda x, s: tf.nn.RNNCellDropoutWrapper({_CELL}, {given})(x, s)"
        yield code(op, source, x, s, kind="error")


def sliding():
    """Strides of channels, which pooling ignores; in functions, windows larger than the image."""
    x = draw((1, 3, 4, 4))
    for strides in ([1, 2, 1, 2], [1, 1, 1, 4]):
        yield row("tf.nn.max_pool2d", x, 2, strides, "SAME", grad=())
        yield row("tf.nn.avg_pool2d", x, 2, strides, "VALID")
        yield row("tf.nn.depthwise_conv2d", x, draw((2, 2, 4, 1)), strides, "SAME", kind="error")
    yield row("tf.linalg.lu_solve", f64([[1.0]]), i32([1]), draw((1, 0), "float64"), grad=())
    image, volume = draw((1, 2, 4, 2)), draw((1, 2, 2, 2, 1))
    for op, arguments, first in (
        ("conv2d", "tf.ones([3, 1, 2, 1]), 1, 'VALID'", image),
        ("conv2d", "tf.ones([5, 1, 2, 1]), 2, [[0, 0], [1, 0], [0, 0], [0, 0]]", image),
        ("conv2d", "tf.ones([2, 1, 2, 1]), 1, 'VALID', dilations=[2, 1]", image),
        ("depthwise_conv2d", "tf.ones([3, 1, 2, 1]), [1, 3, 3, 1], 'VALID'", image),
        ("max_pool2d", "[3, 1], 1, 'VALID'", image),
        ("avg_pool2d", "[4, 1], 1, 'VALID'", image),
        ("max_pool_with_argmax", "[3, 1], 1, 'VALID'", image),
        ("conv3d", "tf.ones([3, 1, 1, 1, 1]), [1] * 5, 'VALID'", volume),
        ("avg_pool3d", "[1, 3, 1], 1, 'VALID'", volume),
    ):
        source = f"lambda x: tf.function(lambda y: tf.nn.{op}(y, {arguments}))(x)"
        part = {"text": "Negative dimension size caused by", "reason": "then the node"}
        yield code(f"tf.nn.{op}", source, first, kind="error", **part)


def parts_of_depthwise():
    """The gradients of depthwise convolutions: shapes that do not fit, in functions too."""
    image, weights = draw((1, 3, 3, 2)), draw((2, 2, 2, 1))
    of_image, of_weights = (f"tf.nn.depthwise_conv2d_backprop_{n}" for n in ("input", "filter"))
    shape, small = [1, 3, 3, 2], [2, 2, 2, 1]
    how = [[1, 1, 1, 1], "SAME"]
    wide, deep = draw((2, 2, 2, 1, 1)), draw((1, 3, 3, 2, 1))
    calls = [
        (of_image, shape, wide, image, *how),
        (of_image, shape, weights, deep, *how),
        (of_image, [2, 3, 3, 2], weights, image, *how),
        (of_image, [1, 3, 3, 3], weights, image, *how),
        (of_image, shape, draw((2, 2, 2, 2)), image, *how),
        (of_image, shape, weights, image, [1, 1, 2, 1], "SAME"),
        (of_image, shape, weights, image, [1, 1, 1], "SAME"),
        (of_image, i32([shape]), weights, image, *how),
        (of_image, i64(shape), weights, image, *how),
        (of_weights, deep, small, image, *how),
        (of_weights, image, small, deep, *how),
        (of_weights, draw((2, 3, 3, 2)), small, image, *how),
        (of_weights, image, [2, 2, 2, 2], image, *how),
        (of_weights, image, i32([small]), image, *how),
    ]
    for op, *args in calls:
        yield row(op, *args, kind="error")
        source = f"lambda *a: tf.function({op})(*a)"
        yield code(op, source, *args, kind="error", text="", reason="then the node")
    yield row(of_image, shape, draw((0, 2, 2, 1)), image, *how, kind="boundary")
    yield row(of_weights, image, [0, 2, 2, 1], image, *how, kind="boundary")
    yield row("tf.nn.depthwise_conv2d", image, draw((0, 2, 2, 1)), *how, kind="boundary")
    for x, strides in ((image, [1, 1, 2, 1]), (image[0], [1, 1, 2, 1]), (image, [2, 1, 1, 1])):
        call = f"tf.nn.depthwise_conv2d(y, tf.ones([2, 2, 2, 1]), {strides}, 'SAME')"
        source, part = f"lambda x: tf.function(lambda y: {call})(x)", {"reason": "then the node"}
        yield code("tf.nn.depthwise_conv2d", source, x, kind="error", text="", **part)


def pivots():
    """Complex pivots are the largest by modulus: 3 + 3j comes before 4 + 1j, 4j after."""
    for dtype in ("complex64", "complex128"):
        x = array([[4 + 1j, 1, 0], [3 + 3j, 2, 1j], [4j, 1, 3]], dtype)
        yield row("tf.linalg.lu", x, kind="boundary")
        for seed in range(3):
            yield row("tf.linalg.lu", draw((2, 5, 5), dtype, seed=seed), output_idx_type=_INT64)
        yield row("tf.linalg.lu", array([[0, 0], [1, 1j]], dtype), kind="error")


def fractions():
    """The number of windows is a quotient in float32: 11 / 1.1 is 10."""
    yield row("tf.nn.fractional_avg_pool", draw((1, 4, 4, 1)), [1.0] * 5, kind="error")
    for op in ("tf.nn.fractional_avg_pool", "tf.nn.fractional_max_pool"):
        for size, ratio in ((11, 1.1), (6, 1.2), (8, 1.6), (12, 1.2)):
            x = draw((1, size, 4, 1))
            yield row(op, x, [1.0, ratio, 1.5, 1.0], True, False, kw={"seed": 5}, set_seed=1)
            yield row(op, x, [1.0, ratio, 1.5, 1.0], False, True, kw={"seed": 5}, set_seed=1)


def lengths():
    """The lengths of a transform that are no vector of int32, or below 0; in functions too."""
    part = {"kind": "error", "text": "", "reason": "then the node"}
    real, half = draw((3, 3)), draw((3, 3), "complex64")
    for op, x in (("rfft", real), ("irfft2d", half)):
        for given in ("4", "tf.constant(4)", "[[4]]", "-1", "[-4, 4]", "[-1]", "[-1, -1]"):
            call = f"tf.signal.{op}(x, {given})"
            yield code(f"tf.signal.{op}", f"lambda x: {call}", x, **part)
            yield code(f"tf.signal.{op}", f"lambda x: tf.function(lambda: {call})()", x, **part)
        for given in (i64([4]), i64([4, 4]), [4.0]):
            yield row(f"tf.signal.{op}", x, given, **part)


def permutations():
    """Rows of factors and labels of dtypes that TensorFlow refuses, for one matrix or many."""
    part = {"kind": "error", "text": "", "reason": "then the node"}
    for shape in ((2, 2), (2, 2, 2)):
        factors, columns = f"tf.ones({shape})", f"tf.ones({(*shape[:-1], 1)})"
        for dtype in ("int16", "int32", "int64", "uint8", "float32"):
            x = array(np.broadcast_to([1, 0], shape[:-1]), dtype)
            for op, rest in (("lu_reconstruct", ""), ("lu_solve", f", {columns}")):
                call = f"tf.linalg.{op}({factors}, p{rest})"
                single = {"int64", "int16"} if rest else {"int64"}
                right = dtype in ({"int32"} | single if len(shape) == 2 else {"int32"})
                told = {} if right else part
                yield code(f"tf.linalg.{op}", f"lambda p: {call}", x, grad=(), **told)
                if not right:
                    source = f"lambda p: tf.function(lambda: {call})()"
                    yield code(f"tf.linalg.{op}", source, x, **part)
    many = draw((2, 2, 2))
    yield row("tf.linalg.lu_solve", many, i32([[1, 0], [0, 1]]), draw((2, 2, 0)), kind="error")
    yield row("tf.linalg.lu_reconstruct", many, i32([[1, 0]]), kind="error")
    yield row("tf.linalg.lu_reconstruct", many[:1], i32([[1, 0], [0, 1]]), kind="error")
    for labels, length in ((i16([[1]]), i32([1])), (f32([[1]]), i32([1])), (i32([[1]]), f32([1]))):
        args = [labels, draw((3, 1, 3)), length, i32([3])]
        yield row("tf.nn.ctc_loss", *args, blank_index=0, **part)
        source = "lambda *a: tf.function(lambda: tf.nn.ctc_loss(*a, blank_index=0))()"
        yield code("tf.nn.ctc_loss", source, *args, **part)


def counts():
    """Losses of samples: the counts, float32 by default, have the dtype of the inputs."""
    part = {"kind": "error", "text": "", "reason": "then the node"}
    for op in ("tf.nn.nce_loss", "tf.nn.sampled_softmax_loss"):
        for dtype in ("float64", "float16"):
            x, w, b = draw((1, 2), dtype), draw((5, 2), dtype), draw((5,), dtype)
            args = [w, b, i64([[3]]), x, 2, 5, 1]
            yield row(op, *args, **part)
            given = (i64([1, 2]), array([[1]], dtype), array([1, 1], dtype))
            yield row(op, *args, sampled_values=given)
            yield code(op, f"lambda *a: tf.function({op})(*a)", *args, **part)
    call = "tf.linalg.banded_triangular_solve"
    for lower, bands in ((True, [[1, 0], [0, 1]]), (False, [[0, 1], [1, 0]])):
        source = f"lambda x: tf.function(lambda x: {call}(x, tf.ones([2, 1]), lower={lower}))(x)"
        yield code(call, source, f32(bands), **part)
        yield code(call, source, f32([[1, 2], [3, 4]]), grad=())


def order_of_checks():
    """In functions the dtypes of inputs come before attributes, and values when they are run."""
    part = {"kind": "error", "text": "", "reason": "then the node"}
    for op, rest in (
        ("tf.random.all_candidate_sampler", "0, 4, True"),
        ("tf.random.uniform_candidate_sampler", "0, 4, True, 9"),
        ("tf.random.log_uniform_candidate_sampler", "1, 0, True, 9"),
        ("tf.random.fixed_unigram_candidate_sampler", "1, 1, True, 2, unigrams=[1., 1.], shard=-1"),
    ):
        for x in (i16([[1]]), i64([[1]])):
            yield code(op, f"lambda x: {op}(x, {rest})", x, **part)
            yield code(op, f"lambda x: tf.function(lambda x: {op}(x, {rest}))(x)", x, **part)
        yield code(op, f"lambda: {op}([[1.5]], {rest})", kind="error")
    for op, rest, x in (
        ("tf.linalg.band_part", "3, 3", draw((0, 1))),
        ("tf.nn.local_response_normalization", "2**31", draw((1, 1, 1, 1))),
        ("tf.nn.ctc_greedy_decoder", "tf.zeros([0], tf.int32)", draw((1, 0, 1))),
        ("tf.random.uniform_candidate_sampler", "2, 1, True, 9", i64([[1]])),
        ("tf.random.fixed_unigram_candidate_sampler", "1, 1, True, 2", i64([[1]])),
        ("tf.nn.fractional_max_pool", "[1., 1.5, 1.5, 1.]", draw((1, 1, 3, 1))),
    ):
        yield code(op, f"lambda x: tf.function(lambda x: {op}(x, {rest}))(x)", x, **part)


ROWS = [
    *identities(),
    *sliding(),
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
    *activations(),
    *emptied(),
    *cells(),
    *parts_of_depthwise(),
    *pivots(),
    *fractions(),
    *order_of_checks(),
    *lengths(),
    *permutations(),
    *counts(),
]
