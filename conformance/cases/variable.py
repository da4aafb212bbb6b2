"""`tf.Variable`: assignment, scatters, reads, what it says of itself, and gradients through it."""

from conformance.cases.row import b, code, draw, f32, f64, i32, i64, make, method, ref, row, s, var


def _slices(values, indices):
    return make("tf.IndexedSlices", values, indices)


_V = var(f32([1, 2, 3, 4]))
_M = var(draw((4, 3)))
_SPARSE = ("add", "sub", "update", "min", "max", "mul", "div")
_ND = ("add", "sub", "update")

_SAID = (
    *("v.shape", "v.dtype", "v.name", "v.trainable", "v.get_shape()", "v.numpy()", "v.value()"),
    *("v.read_value()", "repr(v)", "str(v)", "v.device.split('/')[-1][:3]", "v.constraint"),
    *("v.synchronization", "v.aggregation", "v.ref().deref()", "v.shape.rank", "tf.is_tensor(v)"),
    *("isinstance(v, tf.Tensor)", "tf.identity(v)", "v[1]", "v + 1", "[x.numpy() for x in v]"),
    *("v == v.read_value()", "tf.convert_to_tensor(v)", "np.asarray(v)"),
    *("v.experimental_ref().deref()", "v.is_initialized()", "-v", "2.0 / v", "v ** 2", "v > 2.0"),
)


def _gradients():
    """Expressions of a variable v and a tensor x, and of what a tape makes of reads."""
    for source in (
        "v * x",
        "v.read_value() * x",
        "tf.gather(v, [0, 0, 2])",
        "tf.gather(v, [0, 2]) * 2.0 + v[0] * v[1]",
        "tf.reduce_sum(v * v) + tf.reduce_sum(tf.gather(v, [1, 1]))",
        "v.sparse_read([1, 1, 0])",
        "v.gather_nd([[1], [0]])",
        "(v.assign_add(x), v * v)[1]",
        "v.assign(x) * v",
        "[v * 2.0, v.assign(x), v * 3.0][::2]",
        "tf.stop_gradient(v) * v",
    ):
        yield code("tf.Variable.read_value", f"lambda v, x: {source}", _V, f32([2, 3, 4, 5]))


def _refusals():
    for source in (
        "v.assign([1.0, 2.0])",
        "v.assign_add([1.0])",
        "v.assign_sub(tf.ones([5]))",
        "v.assign('a')",
        "v.assign(tf.constant([1, 2, 3, 4]))",
        "v.scatter_update(tf.constant(1.0))",
        "v.scatter_add(tf.IndexedSlices([1.0], [7]))",
        "v.scatter_nd_update([[9]], [1.0])",
        "v.gather_nd([[9]])",
        "v.set_shape([5])",
        "v.no_such_name",
        "v.ndim",
        "v.initial_value",
        "v.count_up_to(3)",
        "hash(v)",
        "bool(v)",
        "int(v)",
        "tf.Variable()",
        "tf.Variable('a', dtype=tf.float32)",
        "tf.Variable([1.0, 2.0], shape=[3])",
        "tf.Variable([[1.0], [1.0, 2.0]])",
        "tf.Variable(1.0, dtype='no')",
        "v + tf.constant([1, 2, 3, 4])",
        "v.__setitem__(0, 1.0)",
    ):
        yield code("tf.Variable.assign", f"lambda v: {source}", _V, kind="error")
    yield code("tf.Variable", "lambda: list(tf.Variable(1.0))", kind="error")
    yield code("tf.Variable.count_up_to", "lambda v: v.count_up_to(3)", var(i32(3)), kind="error")


ROWS = [
    *(code("tf.Variable.value", f"lambda v: {source}", _V, grad=()) for source in _SAID),
    *(method(f"tf.Variable.assign{k}", _V, f32([5, 6, 7, 8])) for k in ("", "_add", "_sub")),
    *(method(f"tf.Variable.assign{k}", _V, [5, 6, 7, 8]) for k in ("", "_add", "_sub")),
    *(method(f"tf.Variable.assign{k}", var(f32(1)), 2) for k in ("", "_add", "_sub")),
    *(method(f"tf.Variable.assign{k}", _V, 0.5, kind="error") for k in ("", "_add", "_sub")),
    *(method(f"tf.Variable.assign{k}", var(f32([])), [], kind="boundary") for k in ("", "_add")),
    method("tf.Variable.assign", _V, f32([5, 6, 7, 8]), read_value=False),
    method("tf.Variable.assign", var(i64([1, 2])), [3, 4]),
    method("tf.Variable.assign", var(s(["a", "b"])), ["c", "d"]),
    method("tf.Variable.assign", var(b([True])), [False]),
    code("tf.Variable.assign", "lambda v: v.assign_add(v).assign_add(v)", _V),
    code("tf.Variable.assign", "lambda v: v[1].assign(9.0)", _V),
    code("tf.Variable.assign", "lambda v: v[1:3].assign([8.0, 9.0])", _V),
    code("tf.Variable.assign", "lambda v: v[1:, ::2].assign(tf.ones([3, 2]))", _M),
    code("tf.Variable.assign", "lambda v: [v.assign_add(v * 2.0), v * 3.0, v.assign(v - 1.0)]", _V),
    *(
        method(f"tf.Variable.scatter_{k}", _V, _slices(f32([5, 6]), i32([0, 2])), grad=())
        for k in _SPARSE
    ),
    *(
        method(f"tf.Variable.scatter_{k}", _M, _slices(draw((2, 3), seed=2), i64([3, 0])), grad=())
        for k in _SPARSE
    ),
    *(
        method(f"tf.Variable.scatter_{k}", _V, _slices(f32([5, 6, 7]), i32([1, 1, 1])), grad=())
        for k in ("add", "sub", "min", "max", "mul")
    ),
    *(
        method(f"tf.Variable.scatter_{k}", _V, _slices(f32([5]), i32([4])), kind="error")
        for k in _SPARSE
    ),
    *(method(f"tf.Variable.scatter_nd_{k}", _V, [[0], [2]], f32([5, 6]), grad=()) for k in _ND),
    *(method(f"tf.Variable.scatter_nd_{k}", _M, [[0, 1]], f32([5]), grad=()) for k in _ND),
    *(method(f"tf.Variable.scatter_nd_{k}", _V, [[4]], f32([5]), kind="error") for k in _ND),
    method(
        "tf.Variable.batch_scatter_update", _M, _slices(draw((4, 1)), i32([[0], [1], [2], [0]]))
    ),
    method("tf.Variable.sparse_read", _M, i32([0, 0, 2])),
    method("tf.Variable.gather_nd", _M, i32([[0, 1], [3, 2]])),
    method("tf.Variable.gather_nd", _M, i32([[0], [3]])),
    method("tf.Variable.count_up_to", var(i32(1)), 3),
    row("tf.Variable", [1.0, 2.0]),
    row("tf.Variable", 3),
    row("tf.Variable", draw((2, 3), "float64")),
    row("tf.Variable", [1, 2], dtype=ref("tf.float32")),
    row("tf.Variable", f64([1, 2]), trainable=False),
    row("tf.Variable", ["a", "b"]),
    row("tf.Variable", [], kind="boundary"),
    code("tf.Variable", "lambda: tf.Variable(lambda: tf.ones([2]))"),
    code("tf.Variable", "lambda: tf.Variable(1.0, name='weight').name"),
    code("tf.Variable", "lambda: repr(tf.Variable(1, name='n'))"),
    code("tf.Variable", "lambda: repr(tf.Variable([[1.0, 2.0]]))"),
    code("tf.Variable", "lambda: tf.Variable([1.0], shape=[None]).shape", kind="boundary"),
    code("tf.Variable", "lambda: tf.Variable([1.0], shape=tf.TensorShape(None)).assign([[2.0]])"),
    code("tf.Variable", "lambda x: tf.Variable(x, dtype='float32') * x", f32([1, 2])),
    code("tf.Variable", "lambda: tf.Variable(tf.Variable(2.0))"),
    code("tf.Variable", "lambda: tf.Variable(1.0) + tf.Variable(2.0)"),
    code("tf.Variable", "lambda: __import__('copy').deepcopy(tf.Variable([1.0, 2.0]))"),
    *_gradients(),
    *_refusals(),
]
