"""What random calls found in the numeric core: rows for each defect."""

from conformance.cases.row import array, code, f16, f32, i16, i32, i64, method, row, s, u8, u64, var

_CUBE = i32(range(24), (2, 3, 4))
_LARGE = [18446744073709551614, 0, 3]


def values():
    """Shapes, dtypes and values that differed."""
    for limit in range(5):
        for text in ("A b", "a b c", " a b ", "abc", "", "a  "):
            yield row("tf.strings.split", s([text]), maxsplit=limit, kind="boundary")
    for name in ("==", "!=", "<", "+"):
        source = f"lambda x, y: (x {name} y, y {name} x)"
        yield code("tf.Tensor.__eq__", source, u64(0), _LARGE, kind="boundary")
    for dtype in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"):
        yield row("tf.linspace", array(1, dtype), array([9, 3], dtype), 4, kind="boundary")
    for repeats in ([], array([1.0, 2.0], "float64").value):
        yield row("tf.repeat", f32([], (0, 1, 1)) if len(repeats) < 1 else f32([1, 2]), repeats)
    yield row("tf.repeat", f32([], (0, 2)), [], axis=0, kind="boundary")


def gradients():
    """A fill by a vector of one has a scalar gradient; what is taken from nothing is connected."""
    yield row("tf.fill", [2, 3], f16([1]), kind="boundary")
    yield row("tf.fill", [2, 3], f32([2]), second=True, kind="boundary")
    yield row("tf.approx_top_k", f32([]), 0, kind="boundary")
    yield row("tf.approx_top_k", f32([], (2, 0)), 0, kind="boundary")
    yield row("tf.approx_top_k", f32([1, 2, 3]), 0, kind="boundary")


def errors():
    """Calls that must not pass, or fail in another way."""
    yield row("tf.fill", [2, 3], f32([[1]]), kind="error")
    for n in (i32([0]), i32([2]), [2], [[2]]):
        yield row("tf.eye", n, kind="error")
    yield row("tf.eye", 3, i32([2]), kind="error")
    yield row("tf.eye", i32([2]), batch_shape=[4], kind="error")
    yield row("tf.repeat", f32([1, 2]), [1.0, 2.0], kind="error")
    yield row("tf.repeat", f32([1, 2, 3]), [], kind="error")
    slices = "lambda v, i: v.scatter_{}(tf.IndexedSlices(tf.constant([1.0]), i))"
    for how in ("add", "sub", "update", "mul", "div", "min", "max"):
        for at in (array([0], "uint16"), i16([0])):
            source = slices.format(how)
            yield code(f"tf.Variable.scatter_{how}", source, var(f32([1, 2])), at, kind="error")
    for how in ("add", "sub", "update"):
        name = f"tf.Variable.scatter_nd_{how}"
        yield method(name, var(f32([1, 2])), i16([[0]]), f32([1]), kind="error")
    batch = "lambda v, i: v.batch_scatter_update(tf.IndexedSlices(tf.constant([1.0]), i))"
    name = "tf.Variable.batch_scatter_update"
    yield code(name, batch, var(f32([1, 2])), u8([0]), kind="error")


def indices():
    """Which error tells of an index that is none."""
    reason = "TensorFlow names the slice, and goes on with the op's definition"
    for source, at in (
        ("x[i]", i32([[0]])),
        ("x[i, 0]", i32([[0]])),
        ("x[i]", i32([0, 1])),
        ("x[i, i]", i32([0, 1])),
        ("x[i, tf.cast(i, tf.int64)]", i32([0, 1])),
        ("x[:, i]", i64([0])),
        ("x[..., i]", i64([0])),
        ("x[[True, False]]", i32(0)),
        ("x[[0, 1], [1, 2]]", i32(0)),
        ("x[[[0, 1], [1, 0]]]", i32(0)),
        ("x[0.5]", i32(0)),
    ):
        yield code(
            "tf.Tensor.__getitem__", f"lambda x, i: {source}", _CUBE, at, kind="error", text="",
            reason=reason,
        )  # fmt: skip


def assertions():
    """`Assert` looks at its condition as Python does."""
    for condition in ("[False]", "[True, False]", "[tf.constant(True), tf.constant(False)]"):
        source = f"lambda: tf.debugging.Assert({condition}, ['no', tf.constant([1, 2, 3, 4])])"
        yield code("tf.debugging.Assert", source, kind="boundary")
    for condition, data in (("[]", "['no']"), ("None", "[]"), ("False", "'abc'"), ("''", "[1.5]")):
        source = f"lambda: tf.debugging.Assert({condition}, {data})"
        yield code("tf.debugging.Assert", source, kind="error")


def orders():
    """Which of two mistakes is told: Python values are converted before dtypes are looked at."""
    for name in ("logical_and", "logical_or"):
        for other in (0, 2.5, [True, False], True):
            yield row(f"tf.math.{name}", f32([1, 2]), other, kind="error")
            yield row(f"tf.math.{name}", other, f32([1, 2]), kind="error")
    for name in ("reduce_all", "reduce_any"):
        for axis in (None, 0, 5):
            yield row(f"tf.math.{name}", f32([1, 2]), axis, kind="error")
    for number in (2, 2.5, True):
        yield row("tf.math.multiply_no_nan", number, f16([1, 2]), kind="error")
    for name in ("mean", "sqrt_n"):
        op = f"tf.math.unsorted_segment_{name}"
        yield row(op, f32([], (1, 0)), i32([3]), 1, kind="error")
        yield row(op, f32([], (1, 0)), i32([0]), 1, kind="boundary")
    for name, more in (("", {}), ("_fast", {}), ("_strong", {"key": [1, 2]})):
        op = f"tf.strings.to_hash_bucket{name}"
        for given in ([1.0], i32([1]), array([1.5], "float64").value):
            for count in (0, "a", None, 3):
                yield row(op, given, count, kind="error", **more)
    for given, count in ((s(["a"]), 0), (s(["a"]), 3), (i32([1]), 3)):
        yield row("tf.strings.to_hash_bucket_strong", given, count, key=3, kind="error")
    yield row("tf.nn.relu6", f16([-0.0, 0.0, 7.0, -2.0]), signed_zeros=True, kind="boundary")
    yield row("tf.nn.relu6", array([-0.0, 3.0], "bfloat16"), signed_zeros=True, kind="boundary")


def functions():
    """Dtypes that are refused while a function is traced; Python values that a function returns."""
    for op, x in (
        ("tf.math.is_nan", i32([1])),
        ("tf.math.log1p", u8([1])),
        ("tf.math.abs", u64([1])),
        ("tf.math.unsorted_segment_sum", f32([1])),
    ):
        rest = "" if op != "tf.math.unsorted_segment_sum" else ", tf.constant([0], tf.uint8), 1"
        yield code(op, f"lambda x: tf.function(lambda x: {op}(x{rest}))(x)", x, kind="error")
    for value in ("False", "3", "[1.5, 'a']", "{'a': True}"):
        yield code("tf.function", f"lambda x: tf.function(lambda x: {value})(x)", s("a"))


ROWS = [*values(), *gradients(), *errors(), *indices(), *assertions(), *orders(), *functions()]
