"""What random calls found in the numeric core: rows for each defect."""

from conformance.cases.row import array, code, f16, f32, i16, i32, i64, method, row, s, u8, u64, var

_CUBE = i32(range(24), (2, 3, 4))
_ROOT = "the kernel that TensorFlow names is one of four"
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


def constants():
    """Python values in functions: NumPy converts them, and any number takes True."""
    half = "__import__('fractions').Fraction(1, 2)"
    for source, x in (
        ("(True * x, x + True, x == True)", array([1, 2], "uint32")),
        ("(True * x, x + True)", array([1, 2], "complex64")),
        ("(x + 2**63, 2**63 < x)", i32([1, 2])),
        (f"(x + {half}, {half} * x)", f32([1, 2])),
        ("(tf.constant([True, 1]), tf.constant([1, 2j]), tf.constant(2**63))", f32(0)),
        ("(tf.constant([2**63, 1]), tf.constant(1e39), tf.constant([300, -1], tf.uint8))", f32(0)),
        ("tf.constant([np.float64(1.5), 2]) + tf.constant([np.float16(1)])[0].dtype.size", f32(0)),
    ):
        yield code("tf.function", f"lambda x: tf.function(lambda x: {source})(x)", x, grad=())
    for source, x in (
        ("x + 2**64", i32([1, 2])),
        (f"x + {half}", i32([1, 2])),
        ("x & None", f32([1, 2])),
        ("tf.constant([1, 'a'])", f32(0)),
        ("tf.constant([np.True_], tf.int8)", f32(0)),
        ("tf.constant([np.array([1, 2])])", f32(0)),
        ("tf.constant([1.5], tf.int32)", f32(0)),
        ("tf.constant(np.array([1]), tf.string)", f32(0)),
        ("tf.constant([[1], [1, 2]])", f32(0)),
        ("tf.constant(None)", f32(0)),
        ("x[np.uint8(1):]", f32([1, 2])),
        ("x[2**63:]", f32([1, 2])),
    ):
        source = f"lambda x: tf.function(lambda x: {source})(x)"
        yield code("tf.function", source, x, kind="error")
    for count in ([], [3], 2.5):
        yield row("tf.strings.unsorted_segment_join", s(["a"]), i32([0]), count, kind="error")
    for axis in (0, -3, [0]):
        yield row("tf.clip_by_norm", i32([1, 2]), 1.0, axis, kind="error", text="", reason=_ROOT)
    yield row("tf.clip_by_norm", array([True], "bool"), 1.0, kind="error", text="", reason=_ROOT)
    for name in ("std", "variance"):
        yield row(f"tf.math.reduce_{name}", i32(0), -1, kind="error")
        yield row(f"tf.math.reduce_{name}", i32([0]), 0, kind="error")
    for shape, kind in (("[[3]]", "error"), ("[-1]", "boundary")):
        slices = f"tf.IndexedSlices(x, tf.constant([1]), tf.constant({shape}))"
        yield code("tf.IndexedSlices", f"lambda x: {slices}.shape", f32([1]), kind=kind)
    source = "lambda x: tf.function(lambda x: tf.math.in_top_k([0], x, 1))(x)"
    yield code("tf.math.in_top_k", source, u8([[1]]), kind="error")
    source = "lambda x: tf.function(lambda x: tf.math.bincount(x))(x)"
    yield code("tf.math.bincount", source, u8([1]), kind="error")
    source = "lambda x: tf.function(lambda x: tf.sparse.segment_mean(x, [0], [0]))(x)"
    yield code("tf.sparse.segment_mean", source, array([1], "uint16"), kind="error")
    for most in (2, 99999):
        yield row("tf.math.sobol_sample", most, 3, 2**31 - 1, kind="error")
    yield row("tf.sparse.from_dense", f32(1), kind="error")
    for dtype in ("bool", "complex64", "bfloat16", "string"):
        x = s(["a"]) if dtype == "string" else array([1], dtype)
        yield code("tf.Tensor.__mul__", "lambda x: x * 2**63", x, kind="error")
    yield code("tf.Tensor.__getitem__", "lambda x: x[2**63:]", f32([1, 2]), kind="error")


def places():
    """Mistakes that a function meets when it is traced, and those of a kernel that runs."""
    reason = "TensorFlow goes on with the node and the function that it stands in"
    for op, arguments, text in (
        ("tf.searchsorted", "[[1, 3]], [[0, 3], [1, 9]]", "Leading dim_size of both tensors must"),
        ("tf.unravel_index", "[[1]], [2, 3]", 'indices can only be scalar or vector, got "[1,1]"'),
        ("tf.math.argmax", "tf.zeros([2, 0]), 1", "Reduction axis 1 is empty in shape [2,0]"),
        ("tf.math.argmin", "tf.zeros([2, 3]), 4", "Dimension (4) must be in the range [-2, 2), w"),
        ("tf.math.argmax", "1.0", "Expected dimension in the range [0, 0), but got 0"),
        ("tf.repeat", "[1.0, 2.0], -2", "Expected multiples[1] >= 0, but got -2"),
        ("tf.ragged_fill_empty_rows", "[0], [1], 0, 7", "Received SparseTensor with dense_shape"),
        ("tf.dynamic_stitch", "[[0, -1]], [[1.0, 2.0]]", "indices[1] is out of range"),
        ("tf.tensor_scatter_nd_update", "tf.zeros([3]), [[0, 0]], [1.0]", "Inner dimensions of"),
        ("tf.histogram_fixed_width", "[1.0], [1.0, 0.0]", "value_range should satisfy value_r"),
        ("tf.strings.substr", "'abc', 5, 1", "pos 5 out of range for string b'abc' at index 0"),
        ("tf.strings.to_hash_bucket", "tf.constant(0), 0", "does not match expected type of str"),
        ("tf.strings.to_hash_bucket_strong", "'a', 1, [1]", "Key must have 2 elements"),
        ("tf.math.sobol_sample", "2, 3, -1", "skip must be non-negative"),
        ("tf.math.segment_sum", "[1.0, 2.0], [-1, 0]", "Segment id -1 out of range [0, 1)"),
        ("tf.math.segment_sum", "[1.0], [[0]]", ""),
        ("tf.unique", "[[1]]", ""),
        ("tf.unique_with_counts", "1", "unique expects a 1D vector"),
        ("tf.where", "tf.constant(True)", "WhereOp : Unhandled input dimensions: 0"),
        ("tf.math.bincount", "[1], [1, 2]", "`weights` must be the same shape as `arr` or a len"),
        ("tf.strings.as_string", "1, precision=3", "precision not supported for datatype int32"),
        ("tf.strings.bytes_split", "tf.constant(1)", "Op has type int32 that does not match expe"),
        ("tf.strings.reduce_join", "'a', 0", "Invalid reduction dimension 0 for input with 0 dim"),
        ("tf.strings.unsorted_segment_join", "['a'], [0], [3]", ""),
        ("tf.strings.unicode_transcode", "'a', 'UTF-8', 'LATIN1'", "Attr 'output_encoding' of 'U"),
        ("tf.ragged_fill_empty_rows", "[0], [1], -3, 7", "Expected shape dimensions to be non-neg"),
        (
            "tf.gather",
            "tf.ones([1, 2]), [[0], [1]], batch_dims=1",
            "params.shape[0]: 1 should be eq",
        ),
        ("__import__('copy').deepcopy", "tf.Variable([1.0, 2.0])", "__deepcopy__() is only avail"),
        (
            "tf.io.decode_raw",
            "'abc', tf.int32",
            "Input to DecodeRaw has length 3 that is not a mul",
        ),
        ("tf.io.decode_base64", "'%'", "Base64 string length cannot be 1 modulo 4"),
    ):
        source = f"lambda: tf.function(lambda: {op}({arguments}))()"
        op = op if op.startswith("tf.") else "tf.Variable"
        yield code(op, source, kind="error", text=text, reason=reason)


ROWS = [
    *(*values(), *gradients(), *errors(), *indices(), *assertions(), *orders(), *functions()),
    *(*constants(), *places()),
]
