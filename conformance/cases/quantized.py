"""Tensors of the quantized dtypes: to and from floats, joined, and in ops that move elements."""

from conformance.cases.row import code, f32, f64, i8, i32, ref, row

_Q, _DQ, _QC = (f"tf.quantization.{n}" for n in ("quantize", "dequantize", "quantized_concat"))
_REALS = f32([-3, -1.5, -0.25, 0, 0.3, 0.5, 2.7, 9])
_QUANTIZED = ("qint8", "quint8", "qint32", "qint16", "quint16")
_LONG = "TensorFlow lists the kernels that it has"
_FUSED = "float32 does not hold 32 bits, and XLA's fused multiply-add rounds once"
_MODES = ("MIN_COMBINED", "MIN_FIRST", "SCALED")


def quantize():
    """All dtypes and modes, a range for each index of an axis, ranges without 0 or width."""
    for name in _QUANTIZED:
        for mode in _MODES:
            options = {"skip_modes": "compiled", "reason": _FUSED} if name == "qint32" else {}
            yield row(_Q, _REALS, -2.0, 3.0, ref(f"tf.{name}"), mode, **options, grad=())
    eight = ref("tf.qint8")
    for more in ({"narrow_range": True}, {"round_mode": "HALF_TO_EVEN"}):
        yield row(_Q, _REALS, -2.0, 3.0, eight, "SCALED", **more, grad=())
    for ends in ((1.0, 2.0), (0.0, 0.0), (-1.0, -1.0), (float("nan"), 3.0)):
        yield row(_Q, f32([0.25, 0.5, 1, 1.5]), *ends, eight, kind="boundary", grad=())
    yield row(_Q, f32([0.5]), 1.0, 2.0, eight, ensure_minimum_range=2.5, kind="boundary", grad=())
    yield row(_Q, f32([float("nan"), 9e9, -9e9]), -1.0, 3.0, eight, kind="boundary", grad=())
    yield row(_Q, f32([]), -1.0, 3.0, eight, kind="boundary", grad=())
    yield row(_Q, 5, [-1.0], [3.0], ref("tf.quint8"), grad=())
    two = f32([[1, 2], [3, 4]])
    yield row(_Q, two, [-1.0, -2.0], [3.0, 4.0], eight, axis=1, grad=())
    yield row(_Q, two, [-1.0, -2.0], [3.0, 4.0], eight, "SCALED", axis=0, grad=())
    yield row(_Q, _REALS, 3.0, -2.0, eight, kind="error")
    yield row(_Q, two, [-1.0, -2.0], [3.0, 4.0], eight, kind="error")
    yield row(_Q, two, [-1.0], [3.0], eight, axis=1, kind="error")
    yield row(_Q, two, [-1.0], [3.0], eight, axis=5, kind="error")
    yield row(_Q, two, [-1.0, -2.0], [3.0, 4.0], eight, "MIN_FIRST", axis=0, kind="error")
    yield row(_Q, two, -1.0, 3.0, ref("tf.int8"), kind="error")
    yield row(_Q, two, -1.0, 3.0, eight, "X", kind="error")
    yield row(_Q, two, -1.0, 3.0, eight, round_mode="HALF_TO_EVEN", kind="error")
    yield row(_Q, f64([1, 2]), -1.0, 3.0, eight, kind="error")


def dequantize():
    """The same back."""
    numbers = i32([-100, -3, 0, 1, 77, 127])
    for name in _QUANTIZED:
        for mode in _MODES:
            source = (
                f"lambda x: tf.quantization.dequantize(tf.cast(x, tf.{name}), -2.0, 3.0, {mode!r})"
            )
            yield code(_DQ, source, numbers)
    for options in (
        "-2.0, 3.0, 'SCALED', narrow_range=True",
        "-2.0, 3.0, dtype=tf.bfloat16",
        "3.0, -2.0",
        "[-2.0] * 6, [3.0, 1, 1, 1, 1, 1], axis=0",
        "[-2.0] * 6, [3.0, 1, 1, 1, 1, 1], 'SCALED', axis=0",
        "0.0, 0.0, 'MIN_FIRST'",
    ):
        source = f"lambda x: tf.quantization.dequantize(tf.cast(x, tf.qint8), {options})"
        yield code(_DQ, source, numbers, kind="boundary")
    for options in (
        "[-2.0, 1], [3.0, 4]",
        "[-2.0, 1], [3.0, 4], axis=0",
        "-2.0, 3.0, 'Z'",
        "-2.0, 3.0, dtype=tf.float64",
        "[-2.0] * 6, [3.0] * 6, 'MIN_FIRST', axis=0",
    ):
        source = f"lambda x: tf.quantization.dequantize(tf.cast(x, tf.qint8), {options})"
        yield code(_DQ, source, numbers, kind="error")
    yield row(_DQ, i8([1]), -1.0, 1.0, kind="error")


def quantized_concat():
    """One range for all of them."""
    concat = "tf.quantization.quantized_concat"
    parts = "[tf.cast(a, tf.quint8), tf.cast(b, tf.quint8)]"
    a, b = i32([[1, 128], [0, 255]]), i32([[102, 230], [7, 0]])
    for axis in (0, 1):
        source = f"lambda a, b: {concat}({axis}, {parts}, [-1.0, -4.0], [3.0, 6.0])"
        yield code(_QC, source, a, b)
    yield code(_QC, f"lambda a, b: {concat}(0, {parts}, [-1.0, -1.0], [3.0, 3.0])", a, b)
    yield code(_QC, f"lambda a, b: {concat}(0, {parts}, [-1, 0], [3, 9])", a, b, kind="boundary")
    yield code(_QC, f"lambda a, b: {concat}(3, {parts}, [-1, 0], [3, 9])", a, b, kind="error")
    yield code(_QC, f"lambda a, b: {concat}(0, {parts}[:1], [-1], [3])", a, b, kind="error")
    yield code(
        _QC,
        f"lambda a, b: {concat}(0, {parts}, [-1], [3])",
        a,
        b,
        kind="error",
        text="NodeDef expected inputs",
        reason=_LONG,
    )


def tensors():
    """What there is for tensors of these dtypes, and what there is not."""
    x = i32([1, 100, 0, 7])
    for name in _QUANTIZED:
        for target in (*_QUANTIZED, "int8", "uint16", "float32", "bfloat16", "bool", "complex64"):
            yield code("tf.cast", f"lambda x: tf.cast(tf.cast(x, tf.{name}), tf.{target})", x)
        q = f"tf.cast(x, tf.{name})"
        for op, call in (
            ("tf.reshape", "tf.reshape(q, [2, 2])"),
            ("tf.concat", "tf.concat([q, q], 0)"),
            ("tf.stack", "tf.stack([q, q])"),
            ("tf.gather", "tf.gather(q, [3, 1])"),
            ("tf.expand_dims", "tf.squeeze(tf.expand_dims(q, 0))"),
            ("tf.equal", "(tf.equal(q, q), q != q)"),
            ("tf.shape", "(tf.shape(q), tf.size(q), tf.rank(q))"),
            ("tf.identity", "(tf.identity(q), tf.stop_gradient(q), tf.ensure_shape(q, [4]))"),
            ("tf.bitcast", "tf.bitcast(q, {1: tf.uint8, 2: tf.int16, 4: tf.int32}[q.dtype.size])"),
            ("tf.Tensor.numpy", "(q.numpy(), repr(q), str(q))"),
        ):
            yield code(op, f"lambda x: (lambda q: {call})({q})", x)
        for op, call in (
            ("tf.add", "q + q"),
            ("tf.transpose", "tf.transpose(q)"),
            ("tf.reverse", "tf.reverse(q, [0])"),
            ("tf.tile", "tf.tile(q, [2])"),
            ("tf.reduce_sum", "tf.reduce_sum(q)"),
            ("tf.where", "tf.where(q == q, q, q)"),
            ("tf.unique", "tf.unique(q)"),
            ("tf.ones_like", "tf.ones_like(q)"),
            ("tf.zeros_like", "tf.zeros_like(q)"),
            ("tf.io.serialize_tensor", "tf.io.serialize_tensor(q)"),
        ):
            yield code(
                op, f"lambda x: (lambda q: {call})({q})", x, kind="error", text="", reason=_LONG
            )
    for name in ("qint8", "quint8", "qint32"):
        q = f"tf.cast(x, tf.{name})"
        for op, call in (
            ("tf.Tensor.__getitem__", "(q[0], q[1:3], q[::2], q[..., tf.newaxis])"),
            ("tf.fill", "tf.fill([2], q[1])"),
            ("tf.pad", "tf.pad(q, [[1, 1]])"),
            ("tf.gather_nd", "tf.gather_nd(q, [[3]])"),
            ("tf.slice", "tf.slice(q, [1], [2])"),
            ("tf.boolean_mask", "tf.boolean_mask(q, [True, False, True, False])"),
            ("tf.Variable.assign", "tf.Variable(q).assign(q).numpy()"),
        ):
            yield code(op, f"lambda x: (lambda q: {call})({q})", x)
        make = (
            f"(tf.zeros([2], tf.{name}), tf.ones([2], tf.{name}), tf.constant([1, 2], tf.{name}))"
        )
        yield code("tf.zeros", f"lambda: {make}")
        back = f"lambda x: tf.function(lambda q: (tf.reshape(q, [2, 2]), q))(tf.cast(x, tf.{name}))"
        yield code("tf.reshape", back, x)


ROWS = [*quantize(), *dequantize(), *quantized_concat(), *tensors()]
