"""What random calls found (python -m conformance.fuzz), of all families: rows for each defect."""

import numpy as np

from conformance.cases.row import (
    array,
    code,
    draw,
    f16,
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
    s,
    var,
)

_NAN, _INF = float("nan"), float("inf")
_NOTHING = f64([], (0, 2, 2))
_NO_TAPS = ([1, 2, 1, 1], "VALID", "NHWC", [1, 1, 2, 1])
_EDGES = f64([0, 0, -1, 1, _INF, 0.5, _NAN, 1, 1])


def strings():
    """RE2's rule for empty matches; positions in empty strings."""
    words = s(["ab", "baab", "", "aé b\n"])
    for pattern in (".*", "a*", "x*?", "a*?", "b*$", "(a|)", r"\b"):
        yield row("tf.strings.regex_replace", words, pattern, r"<\0>", kind="boundary")
    yield row("tf.strings.substr", s([""]), i32([1]), i32([1]), "UTF8_CHAR", kind="error")
    yield row("tf.strings.as_string", f32([_INF, -_INF, _NAN, 2.5]), width=7, fill="0")
    yield row("tf.strings.substr", s([""]), i32([0]), i32([1]), "UTF8_CHAR", kind="boundary")


def gathers():
    """What is gathered from nothing; gradients that are dense in TensorFlow."""
    yield row("tf.gather", f32([], (0, 1, 2)), i32([], (0, 3)), kind="boundary", grad=())
    yield row("tf.gather", draw((3, 2)), i32([0, 2]), axis=-2)
    yield row("tf.gather", draw((3, 2)), i32([0, 1]), axis=-1)
    yield row("tf.gather_nd", draw((3, 2)), i32([[[0], [2]]]))
    yield row("tf.gather_nd", draw((3, 2)), i32([[0], [2]]))


def images():
    """Windows larger than an image, and images without pixels."""
    yield row("tf.nn.conv2d", f32([], (0, 2, 2, 4)), draw((1, 1, 2, 3)), 1, "SAME", grad=())
    yield row("tf.nn.conv2d", draw((1, 2, 2, 4)), draw((1, 1, 2, 3)), 1, "SAME", kind="error")
    yield row(
        "tf.nn.separable_conv2d",
        *(draw((1, 2, 2, 2)), draw((1, 1, 2, 2)), draw((1, 1, 2, 1)), [1] * 4, "SAME"),
        kind="error",
    )
    for padding in ("VALID", "SAME"):
        yield row("tf.nn.max_pool_with_argmax", draw((1, 1, 3, 1)), 2, 2, padding, kind="boundary")
    ties = f32([0, 0, 2, 2, 2, 1, -1, 0, 0, 1e-6, 5, 0], (1, 3, 2, 2, 1))
    for size, step, padding in ((2, 1, "SAME"), (2, 2, "SAME"), ([3, 1, 2], 1, "VALID")):
        yield row("tf.nn.max_pool3d", ties, size, step, padding)
    yield row("tf.nn.max_pool3d", draw((2, 5, 4, 3, 2)), 3, 2, "SAME", second=True)
    for op in ("tf.nn.dilation2d", "tf.nn.erosion2d"):
        yield row(op, draw((1, 2, 2, 1)), draw((3, 1, 1)), *_NO_TAPS, kind="boundary", grad=())
        yield row(op, draw((1, 2, 2, 1)), f32([], (0, 1, 1)), *_NO_TAPS, kind="boundary", grad=())
        yield row(op, f32([[[[_NAN], [1]]]]), f32([[[0], [0]]]), [1] * 4, "SAME", "NHWC", [1] * 4)


def matrices():
    """Gradients of empty matrices, and norms of them."""
    yield row("tf.linalg.qr", _NOTHING, kind="boundary")
    yield row("tf.linalg.eigh", _NOTHING, kind="boundary")
    yield row("tf.linalg.eig", _NOTHING, kind="boundary")
    yield row("tf.linalg.svd", f64([], (0, 3)), kind="boundary")
    for order, axis in ((2, [0, 1]), (1, [0, 1]), (np.inf, [-2, -1]), (np.inf, None), (np.inf, 0)):
        yield row("tf.norm", f32([], (0, 3)), order, axis, kind="boundary", grad=())


def numbers():
    """Edges of functions and reductions."""
    ones = np.ones_like(_EDGES.value)
    for x in (0.0, 0.5, 1.0, _NAN):
        at = array(ones * x, "float64")
        yield row("tf.math.betainc", _EDGES, _EDGES[::-1], at, kind="boundary", grad=())
    below = f64([-0.5, -5.5, -8.4, -9.6, -20.7, -51.4, -200.3])
    yield row("tf.math.digamma", below, second=True)
    yield row("tf.math.lgamma", below, second=True)
    for order in (2.0, 3.0, 4.0):
        yield row("tf.math.zeta", f64(order), below, grad=())
        yield row("tf.math.polygamma", f64(order), below)
    yield row("tf.math.special.bessel_i0", f16([13.2, 14.0, -11.0]), kind="boundary")
    yield row("tf.math.special.bessel_i1", f16([13.2, 14.0, -11.0]), kind="boundary")
    yield row("tf.math.pow", i32([]), i32([-1]), kind="boundary")
    for op in ("tf.math.reduce_max", "tf.math.reduce_min"):
        yield row(op, f64([1.5, _NAN]), kind="boundary")
        yield row(op, f32([[_NAN, _NAN], [1, 1]]), axis=1, keepdims=True, kind="boundary")
    yield row("tf.norm", f32([[0.0], [_NAN]]), np.inf, kind="boundary")
    yield row("tf.norm", f32([[2.0, -2.0], [1.0, 2.0]]), np.inf, axis=0, kind="boundary")
    yield row("tf.math.argmin", f32([], (0, 0)), kind="error")
    yield row("tf.math.argmax", f32([], (3, 0)), axis=-1, kind="error")
    for name in ("sum", "mean", "sqrt_n"):
        yield row(f"tf.math.unsorted_segment_{name}", draw((3, 2)), i16([0, 1, 0]), 2)


def cuts():
    """Complex functions on their cuts, where the sign of a zero says on which side."""
    line = [complex(a, b) for a in (-2.0, -0.5, 0.5, 2.0) for b in (0.0, -0.0)]
    up = [complex(b, a) for a in (-2.0, -0.5, 0.5, 2.0) for b in (0.0, -0.0)]
    for dtype in ("complex64", "complex128"):
        for name in "sqrt rsqrt asin acos acosh atanh log".split():
            yield row(f"tf.math.{name}", array(line, dtype), kind="boundary")
        for name in ("asinh", "atan"):
            yield row(f"tf.math.{name}", array(up, dtype), kind="boundary")
        powers = array([0.5 - 1.5j, 1.5, 2.0, 1j], dtype)
        yield row("tf.math.pow", array([0.0] * 4, dtype), powers, kind="boundary")


def shapes():
    """Scalars and tensors of no elements."""
    for mode in ("CONSTANT", "REFLECT", "SYMMETRIC"):
        yield row("tf.pad", f32(1.0), i32([], (0, 2)), mode, kind="boundary")
    yield row("tf.reverse", f32(1.0), i32([0]), kind="boundary")
    yield row("tf.reverse", f32([]), i32([3, 3]), kind="boundary")
    yield row("tf.signal.inverse_mdct", f64([], (2, 0)), kind="boundary", grad=())
    yield row("tf.ones", [[1, 2]], "string", kind="error")
    for lengths in ([0.5, 3.0], [-0.5, 1.9]):
        yield row("tf.sequence_mask", lengths, 2, kind="boundary", grad=())
        yield row("tf.sequence_mask", lengths, kind="boundary", grad=())
    yield row("tf.dynamic_stitch", [[0, 2], [1]], [[1.0, 2.0]], kind="error")
    yield row("tf.one_hot", i32([0]), 2, 1.5, 0, kind="error")
    yield row("tf.nn.fractional_max_pool", f32([], (0, 2, 2, 1)), 1.5, seed=3, kind="error")
    yield row(
        "tf.nn.depthwise_conv2d_backprop_input",
        *([1, 2, 2, 1], draw((1, 1, 1, 1)), draw((1, 2, 2, 1)), [2, 1, 1, 1], "SAME"),
        kind="error",
    )
    alpha = f32([0.0, 0.5, 2.0])
    yield row("tf.random.stateless_gamma", [3], [1, 2], alpha, kind="boundary")


def refusals():
    """Classes of errors."""
    x = draw((3, 3, 3))
    for index in ("i, j", "j, ..., None, i", "i:, :j", "i:j, ::i", "1, i, j"):
        source = f"lambda x, i, j: x[{index}]"
        yield code("tf.Tensor.__getitem__", source, x, i32(1), i64(2), kind="error")
    yield code("tf.Tensor.__getitem__", "lambda x, i, j: x[i:j]", x, i32(1), i64(2))
    yield code("tf.Tensor.__getitem__", "lambda x, i: x[i, np.int64(1)]", x, i32(1))
    yield row("tf.debugging.assert_near", f64([1.0]), f32([1.0]), kind="error")
    yield row("tf.nn.ctc_greedy_decoder", draw((2, 1, 3)), i16([1]), kind="error")
    yield row("tf.nn.ctc_unique_labels", i8([], (0, 1, 1)), kind="boundary")
    yield row("tf.nn.collapse_repeated", i32([[1, 1]]), i32([1, 1]), kind="error")
    yield row("tf.nn.collapse_repeated", i32([[[1, 1]], [[1, 2]]]), i32([1, 1]), kind="error")


def variables():
    """Equal rows, one after another."""
    for dtype in ("uint32", "int32", "int8"):
        values, by = array([[20, 7], [-9 % 90, 5]], dtype), array([[3, 2], [2, 2], [2, 1]], dtype)
        slices = make("tf.IndexedSlices", by, i32([0, 1, 0]))
        yield method("tf.Variable.scatter_div", var(values), slices, grad=())


def again():
    """What later runs found."""
    for size in ((0, 1), (0, 3), (2, 0), (0, 2, 3), (0, 1, 1), (1, 0, 2), (1, 0)):
        yield row("tf.strings.ngrams", array(np.empty(size, object), "string"), 2, kind="boundary")
    for number in ("0x10", "-0x1.8p1", "0X1f", "0xg", "+5"):
        for dtype in ("float32", "float64", "int64"):
            wrong = number == "0xg" or (dtype == "int64" and number != "+5")
            kind = "error" if wrong else "ordinary"
            yield row("tf.strings.to_number", number, make("tf.as_dtype", dtype), kind=kind)
    for size in ((2, 0), (1, 0), (2, 0, 3), (0, 2), (2, 2, 0)):
        yield row("tf.strings.format", "<{}>", f32(np.zeros(size)), kind="boundary")
    for size, axis in (((0,), -1), ((2, 0), -1), ((3,), -1), ((0, 5), 0)):
        yield row("tf.signal.frame", f32(np.zeros(size)), 4, 2, axis=axis, kind="boundary", grad=())
    yield row("tf.signal.frame", [True, False, True], 2, 2)
    for height in (2, 4, 6):
        for ratio in ([1.0, 1.5, 1.5, 1.0], [1.0, 2.0, 1.5, 1.0]):
            for k in ("max", "avg"):
                image = draw((1, height, 8, 1))
                yield row(f"tf.nn.fractional_{k}_pool", image, ratio, seed=3)
                yield row(f"tf.nn.fractional_{k}_pool", image, ratio, True, seed=7)
    yield row("tf.math.confusion_matrix", [[1, 0]], [[1, 1]], kind="boundary")
    yield row("tf.math.confusion_matrix", [[1]], [[[2]]], kind="error")
    yield row("tf.math.reciprocal_no_nan", [True], kind="error")
    huge = f32([1e3, 1e10, 3e37, 3e38, _INF])
    for name in ("expint", "spence", "dawsn"):
        yield row(f"tf.math.special.{name}", huge, kind="boundary", grad=())
    small = f32([1e-40, -1e-40, 1e-38, 1e-37, 1.0])
    for name in "abs negative sqrt square sign exp log1p sinh reciprocal floor is_finite".split():
        yield row(f"tf.math.{name}", small, kind="boundary", grad=())
    for name in ("add", "multiply", "divide", "maximum", "equal", "less", "pow", "floordiv"):
        yield row(
            f"tf.math.{name}", small, f32([0.0, 1.0, 0.5, 0.01, 1e-39]), kind="boundary", grad=()
        )
    yield row("tf.math.reduce_sum", small, kind="boundary", grad=())
    yield row(
        "tf.cast",
        f64([1e-40, 1e-38, 1e-310]),
        make("tf.as_dtype", "float32"),
        kind="boundary",
        grad=(),
    )
    yield row(
        "tf.linalg.matmul", f32([[1e-20, 1.0]]), f32([[1e-20], [1e-39]]), kind="boundary", grad=()
    )


def bounds():
    """Powers beyond six bits of exponent, saturation, sizes that cannot be, ranges of NaN."""
    for dtype in ("int32", "int64", "int8"):
        for exponent in (63, 64, 100, 127):
            bases = array([1, 2, 3, -3, -1, 0], dtype)
            yield row("tf.math.pow", bases, array(exponent, dtype), kind="boundary")
    yield row("tf.math.pow", i64([3, -5]), i64([300, 2**40 + 1]), kind="boundary")
    edges = [_INF, -_INF, _NAN, 1.5]
    for source in ("float16", "bfloat16", "float32", "float64"):
        for target in ("int32", "uint16", "float32", "float64", "complex64"):
            wanted = make("tf.as_dtype", target)
            yield row("tf.saturate_cast", array(edges, source), wanted, kind="boundary")
    for target in ("int64", "uint64", "float32", "int32"):
        yield row("tf.saturate_cast", i64([1, -1, 2**40]), make("tf.as_dtype", target))
    yield row("tf.saturate_cast", [True], ref("tf.bool"), kind="error")
    yield row("tf.sequence_mask", i32([1, 2]), -1, kind="error")
    mixed = [1.0, -1e-3, -1.0, 2.0, -3.0, 30.0, _INF, _NAN, 0.0]
    for dtype in ("float32", "float64"):
        yield row("tf.math.special.expint", array(mixed, dtype), kind="boundary")
    for index in ("None, True", "0, True", "None, 1, False"):
        source = f"lambda x: x[{index}]"
        yield code("tf.Tensor.__getitem__", source, i32([[1, 2], [3, 4]]), kind="boundary")
    for index in ("np.True_", "True:", "9, 'a'", "9, 1.5", "..., None, ..., [1]"):
        source = f"lambda x: x[{index}]"
        yield code("tf.Tensor.__getitem__", source, i32([[1, 2], [3, 4]]), kind="error")
    for low, high in ((_NAN, 2.0), (0.0, _NAN)):
        name = "tf.quantization.quantize_and_dequantize_v2"
        yield row(name, f32([1.0, 2.0]), low, high, range_given=True, kind="error")


def in_functions():
    """What only functions refuse, or take; the class of error that a function raises."""
    for op, call in (
        ("tf.broadcast_to", "tf.broadcast_to(x, [1, -1])"),
        ("tf.broadcast_to", "tf.broadcast_to(x, [1, -2])"),
        ("tf.zeros", "tf.zeros([-1])"),
        ("tf.reshape", "tf.reshape(x, [-1, -1])"),
        ("tf.slice", "tf.slice(x, [4], [1])"),
        ("tf.slice", "tf.slice(x, [0], [-2])"),
        ("tf.tile", "tf.tile(x, [-1])"),
        ("tf.cumsum", "tf.cumsum(x, 3)"),
        ("tf.transpose", "tf.transpose([x], [0, 0])"),
        ("tf.argmax", "tf.argmax(x, 3)"),
        ("tf.pad", "tf.pad(x, [[1, 5]], 'REFLECT')"),
        ("tf.reduce_sum", "tf.reduce_sum(x, [0, 0])"),
        ("tf.math.segment_sum", "tf.math.segment_sum(x, [0, 2, 1])"),
        ("tf.tuple", "tf.tuple([])"),
        ("tf.constant", "tf.constant(x + 1)"),
        ("tf.constant", "tf.constant([1, 2], shape=[-1, 2])"),
    ):
        source = f"lambda x: tf.function(lambda: {call}, autograph=False)()"
        reason = "the class; what a function's error says beyond it is the node's"
        yield code(op, source, f32([1, 2, 3]), kind="error", grad=(), text="", reason=reason)
    for op, call, rows in (
        ("tf.strings.unicode_encode", "x, 'UTF-8'", "[[72, 105], [], [33]]"),
        ("tf.strings.ngrams", "x, 2", "[['ab', 'c d'], [], ['e f', 'g', '']]"),
    ):
        source = f"lambda: tf.function(lambda x: {op}({call}))(tf.ragged.constant({rows}))"
        yield code(op, source)
    yield code("tf.zeros", "lambda: tf.function(lambda: tf.zeros([2.0, 1]))()", kind="boundary")
    for name, quantized, dtype in (("zeros", "qint32", "int32"), ("ones", "quint8", "uint8")):
        call = f"tf.{name}_like(tf.bitcast(x, tf.{quantized}))"
        source = f"lambda x: tf.bitcast(tf.function(lambda: {call})(), x.dtype)"
        yield code(f"tf.{name}_like", source, array([3, 4], dtype))


ROWS = [
    *again(),
    *bounds(),
    *in_functions(),
    *strings(),
    *gathers(),
    *images(),
    *matrices(),
    *numbers(),
    *cuts(),
    *shapes(),
    *refusals(),
    *variables(),
]
