"""Functions that cannot be traced whole, errors of the user's own classes, trace types, rows.

Each of these holds in TensorFlow too: `python tests/as_tensorflow.py tests/test_function_facts.py`.
"""

import collections

import pytest

import tfshim as tf


class Plain(Exception):
    pass


class Two(Exception):
    def __init__(self, a, b):
        super().__init__(a)
        self.b = b


class OfValue(ValueError):
    pass


def raised(make):
    @tf.function
    def f(x):
        raise make()

    with pytest.raises(Exception) as info:
        f(tf.constant(1.0))
    return info.value


@pytest.mark.parametrize(
    ("make", "name", "last"),
    [
        (lambda: Plain("a"), "Plain", "Plain: a"),
        (lambda: Plain(), "Plain", "Plain: "),
        (lambda: Two("a", 2), "StagingError", "Two: a"),
        (lambda: OfValue("a"), "StagingError", "OfValue: a"),
        (lambda: OSError("a"), "StagingError", "OSError: a"),
        (lambda: IndexError("a"), "StagingError", "IndexError: a"),
        (lambda: ValueError("a"), "ValueError", "ValueError: a"),
        (lambda: NotImplementedError(), "NotImplementedError", "NotImplementedError: "),
        (lambda: tf.errors.NotFoundError(None, None, "a"), "NotFoundError", "NotFoundError: a"),
        (lambda: tf.errors.OpError(None, None, "a", 3), "StagingError", "OpError: a"),
    ],
)
def test_errors_of_converted_code_are_told_with_its_lines(make, name, last):
    error = raised(make)
    assert type(error).__name__ == name
    lines = str(error).split("\n")
    assert lines[0] == "in user code:"
    assert "        raise make()" in lines
    assert lines[-2] == f"    {last}"


def test_each_function_on_the_way_adds_its_line():
    @tf.function
    def inner(x):
        raise Plain("a")

    def between(x):
        return inner(x)

    @tf.function
    def outer(x):
        return between(x)

    with pytest.raises(Plain) as info:
        outer(tf.constant(1))
    lines = [line.strip() for line in str(info.value).split("\n")]
    assert [i for i in lines if i.startswith(("return", "raise"))] == [
        "return between(x)",
        "return inner(x)",
        'raise Plain("a")',
    ]
    assert str(info.value).count("in user code") == 1


def test_a_caught_error_keeps_its_class_in_converted_code():
    def fails():
        raise Two("a", 3)

    @tf.function
    def f(x):
        try:
            fails()
        except Two as e:
            return x * float(e.b)

    assert float(f(tf.constant(2.0))) == 6.0


def test_tensors_of_a_branch_are_inaccessible_outside():
    kept = []

    @tf.function
    def f(x):
        if x > 0:
            kept.append(x + 1)
            y = x
        else:
            y = x
        return kept[0] + y

    with pytest.raises(ValueError, match="which is out of scope") as info:
        f(tf.constant(1.0))
    assert type(info.value).__name__ == "InaccessibleTensorError"


def test_a_leaked_tensor_is_told_without_lines():
    kept = []

    @tf.function
    def f(x):
        kept.append(x + 1)
        return x

    f(tf.constant(1.0))

    @tf.function
    def g():
        return kept[0] + 1

    with pytest.raises(TypeError, match=r"^<tf.Tensor 'add:0' .*> is out of scope and cannot"):
        g()


# -- concrete functions of what is not traced --


def test_concrete_functions_of_datasets():
    data = tf.data.Dataset.range(5)

    @tf.function
    def f(d):
        total = tf.constant(0, tf.int64)
        for x in d:
            total += x
        return total

    concrete = f.get_concrete_function(data)
    assert int(concrete(data)) == int(f(data)) == 10
    assert f.experimental_get_tracing_count() == 1
    assert concrete.output_shapes == tf.TensorShape([])
    assert concrete.output_dtypes == tf.int64
    assert "(d: DatasetSpec(TensorSpec(shape=(), dtype=tf.int64" in str(concrete.function_type)


def test_graphs_of_shapes_that_depend_on_data():
    v, count = tf.Variable(2.0), tf.Variable(0)

    @tf.function
    def f(x):
        count.assign_add(1)
        return tf.boolean_mask(x, x > 0) * v

    concrete = f.get_concrete_function(tf.TensorSpec([None], tf.float32))
    graph = concrete.graph
    assert str(graph.inputs[0].shape) == "(None,)"
    assert [str(t.shape) for t in graph.outputs] == ["(None,)"]
    assert str(concrete.structured_outputs.shape) == "(None,)"
    assert {t.name for t in graph.variables} == {v.name, count.name}
    assert int(count) == 0  # looking at the graph changes nothing
    assert concrete(tf.constant([1.0, -1.0])).numpy().tolist() == [2.0]
    assert int(count) == 1


def test_graphs_of_strings():
    f = tf.function(lambda s: tf.strings.join([s, "!"]))
    concrete = f.get_concrete_function(tf.TensorSpec([], tf.string))
    assert len(concrete.inputs) == len(concrete.outputs) == 1
    assert concrete(tf.constant("a")).numpy() == b"a!"


def test_graphs_know_what_they_take_and_give():
    def f(x):
        return x + 1.0

    graph = tf.function(f).get_concrete_function(tf.constant(1.0)).graph
    assert [t.dtype for t in graph.inputs + graph.outputs] == [tf.float32] * 2
    assert graph.structured_input_signature == ((tf.TensorSpec([], name="x"),), {})
    assert graph.structured_outputs.shape == []


# -- trace types --


class FruitType(tf.types.experimental.TraceType):
    def __init__(self, name):
        self.name = name

    def is_subtype_of(self, other):
        return type(other) is FruitType and other.name == self.name

    def most_specific_common_supertype(self, others):
        return self if all(o == self for o in others) else None

    def placeholder_value(self, placeholder_context=None):
        return Fruit(f"any {self.name}")

    def __eq__(self, other):
        return type(other) is FruitType and other.name == self.name

    def __hash__(self):
        return hash(self.name)


class Fruit(tf.types.experimental.SupportsTracingProtocol):
    def __init__(self, name):
        self.name = name

    def __tf_tracing_type__(self, context):
        return FruitType(self.name)


def test_the_traced_function_sees_placeholders_of_trace_types():
    seen = []

    @tf.function
    def f(pair, y):
        seen.append(pair[0].name)
        return y

    for fruit in (Fruit("apple"), Fruit("apple"), Fruit("pear")):
        f([fruit], tf.constant(1))
    assert seen == ["any apple", "any pear"]


# -- tf.map_fn over ragged and sparse rows --

RAGGED = [[1, 2], [], [3]]


def ragged(values=RAGGED):
    return tf.ragged.constant(values)


def rows(shape, **kwargs):
    return tf.RaggedTensorSpec(shape, tf.int32, **kwargs)


@pytest.mark.parametrize("compiled", [False, True])
def test_ragged_results(compiled):
    def f(n):
        return tf.map_fn(tf.range, n, fn_output_signature=rows([None]))

    found = (tf.function(f) if compiled else f)(tf.constant([1, 0, 3]))
    assert found.to_list() == [[0], [], [0, 1, 2]]
    assert str(found.shape) == "(3, None)"


def test_ragged_rows():
    sums = tf.map_fn(tf.reduce_sum, ragged(), fn_output_signature=tf.int32)
    assert sums.numpy().tolist() == [3, 0, 3]
    assert tf.map_fn(lambda x: x * 2, ragged()).to_list() == [[2, 4], [], [6]]
    deep = ragged([[[1, 2], [3]], [], [[4]]])
    inner = tf.map_fn(lambda x: tf.reduce_sum(x, 1), deep, fn_output_signature=rows([None]))
    assert inner.to_list() == [[3, 3], [], [4]]
    same = tf.map_fn(lambda x: x + 1, deep, fn_output_signature=rows([None, None]))
    assert same.to_list() == [[[2, 3], [4]], [], [[5]]]


def test_ragged_rows_beside_others_and_nested_results():
    both = tf.map_fn(
        lambda p: {"a": tf.range(p[1]), "b": tf.reduce_sum(p[0]) + p[1]},
        (ragged(), tf.constant([1, 2, 0])),
        fn_output_signature={"a": rows([None]), "b": tf.int32},
    )
    assert both["a"].to_list() == [[0], [0, 1], []]
    assert both["b"].numpy().tolist() == [4, 2, 3]


def test_uniform_and_empty_ragged_results():
    def make(x):
        return tf.RaggedTensor.from_row_lengths(tf.range(x * 2), [x, x])

    found = tf.map_fn(make, tf.constant([1, 2]), fn_output_signature=rows([2, None]))
    assert str(found.shape) == "(2, 2, None)"
    assert found.to_list() == [[[0], [1]], [[0, 1], [2, 3]]]
    none = tf.map_fn(tf.range, tf.zeros([0], tf.int32), fn_output_signature=rows([None]))
    assert none.to_list() == [] and str(none.shape) == "(0, None)"


def test_sparse_rows_and_results():
    s = tf.sparse.from_dense([[1, 0, 2], [0, 0, 3]])
    sums = tf.map_fn(tf.sparse.reduce_sum, s, fn_output_signature=tf.int32)
    assert sums.numpy().tolist() == [3, 3]
    twice = tf.map_fn(lambda x: x * 2, s)
    assert tf.sparse.to_dense(twice).numpy().tolist() == [[2, 0, 4], [0, 0, 6]]
    made = tf.map_fn(
        lambda x: tf.sparse.from_dense([x, 0, x]),
        tf.constant([1, 0, 3]),
        fn_output_signature=tf.SparseTensorSpec([None], tf.int32),
    )
    assert tf.sparse.to_dense(made).numpy().tolist() == [[1, 0, 1], [0, 0, 0], [3, 0, 3]]


def test_gradients_of_ragged_rows():
    v = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(v)
        r = tf.RaggedTensor.from_row_lengths(v, [2, 0, 1])
        y = tf.map_fn(lambda x: tf.reduce_sum(x * x), r, fn_output_signature=tf.float32)
        y = tf.reduce_sum(y)
    assert tape.gradient(y, v).numpy().tolist() == [2.0, 4.0, 6.0]


def test_results_of_another_kind_than_the_signature_are_refused():
    wrong = tf.RaggedTensorSpec([None], tf.float32)
    with pytest.raises(ValueError, match="Error in map_fn:\n  Expected `fn` to return a:\n    Rag"):
        tf.map_fn(tf.range, tf.constant([1, 2]), fn_output_signature=wrong)
    with pytest.raises(ValueError, match="Dimensions 3 and 2 are not compatible"):
        tf.map_fn(lambda p: p[1], (ragged(), tf.constant([1, 2])), fn_output_signature=tf.int32)


@pytest.mark.parametrize("of", ["foldl", "foldr", "scan"])
def test_folds_take_no_composites(of):
    s = tf.sparse.from_dense([[1, 0, 2], [0, 0, 3]])
    for elems in (s, ragged()):
        with pytest.raises(ValueError):
            getattr(tf, of)(lambda a, x: a, elems, initializer=0)


# -- the order of effects, and host functions --


def printed(tmp_path, body, *calls):
    path = tmp_path / "printed.txt"

    def say(*args):
        tf.print(*args, output_stream=f"file://{path}")

    @tf.function
    def f(x):
        body(x, say)

    for x in calls:
        f(tf.constant(x))
    return path.read_text().split("\n")[:-1]


def test_prints_come_in_the_order_of_the_program(tmp_path):
    def body(x, say):
        say("a", x)
        for i in tf.range(2):
            say("i", i)
        if x > 0:
            say("positive")
        say("end")

    rest = ["i 0", "i 1"]
    assert printed(tmp_path, body, 1, -1) == [
        *["a 1", *rest, "positive", "end"],
        *["a -1", *rest, "end"],
    ]


def test_prints_of_called_functions_come_in_the_order_of_the_program(tmp_path):
    def body(x, say):
        @tf.function
        def inner(y):
            say("inner", y)

        say("a")
        inner(x)
        if x > 0:
            say("positive")
            inner(x + 1)
        say("b")
        inner(x + 2)

    first = ["a", "inner 1", "positive", "inner 2", "b", "inner 3"]
    assert printed(tmp_path, body, 1, -1) == [*first, "a", "inner -1", "b", "inner 1"]


def test_a_printed_variable_is_as_it_is_at_that_place(tmp_path):
    v = tf.Variable(0)

    def body(x, say):
        say("v", v + 0)
        v.assign_add(x)
        say("v", v.read_value())
        v.assign(10)
        say(v)

    assert printed(tmp_path, body, 1, 2) == ["v 0", "v 1", "10", "v 10", "v 12", "10"]


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (ValueError, tf.errors.InvalidArgumentError),
        (TypeError, tf.errors.InvalidArgumentError),
        (StopIteration, tf.errors.OutOfRangeError),
        (NotImplementedError, tf.errors.UnimplementedError),
        (KeyError, tf.errors.UnknownError),
        (OSError, tf.errors.UnknownError),
    ],
)
def test_errors_of_host_functions(raised, kind):
    def fails(a):
        raise raised("bad")

    with pytest.raises(kind, match=f"{raised.__name__}: .?bad"):
        tf.py_function(fails, [1.0], tf.float32)
    with pytest.raises(kind, match=f"{raised.__name__}: .?bad"):
        tf.function(lambda x: tf.numpy_function(fails, [x], tf.float32))(tf.constant(1.0))
    with pytest.raises(raised, match="bad"):
        tf.numpy_function(fails, [1.0], tf.float32)


def test_results_of_host_functions():
    two = tf.numpy_function(lambda a: (a, a), [1.0], [tf.float32])
    assert [t.dtype for t in two] == [tf.float64] * 2
    assert tf.numpy_function(lambda a: None, [1.0], []) is None
    assert tf.py_function(lambda a: None, [1.0], []) == []
    with pytest.raises(tf.errors.InvalidArgumentError, match="returns 0 values, but expects"):
        tf.py_function(lambda a: None, [1.0], tf.float32)
    with pytest.raises(tf.errors.InvalidArgumentError, match="requested dtype int32 for Tensor"):
        tf.py_function(lambda a: a, [1.0], tf.int32)
    row = tf.ragged.constant([[1, 2], [3]])
    spec = tf.RaggedTensorSpec([None, None], tf.int32)
    assert tf.py_function(lambda r: r * 2, [row], spec).to_list() == [[2, 4], [6]]

    @tf.numpy_function(Tout=tf.float32)
    def twice(a):
        return a * 2

    assert float(twice(tf.constant(2.0))) == 4.0


def test_host_functions_of_functions_keep_to_their_types():
    @tf.function
    def f(x):
        return tf.numpy_function(lambda a: (a, a), [x], [tf.float32])

    with pytest.raises(tf.errors.InvalidArgumentError, match="returns 2 values, but expects"):
        f(tf.constant(1.0))


def test_a_critical_section_is_not_entered_twice():
    section = tf.CriticalSection()
    with pytest.raises(ValueError, match="in which we are already running"):
        section.execute(lambda: section.execute(lambda: 1))
    assert section.execute(lambda: 1) == 1


def test_attributes_must_be_known():
    with pytest.raises(ValueError, match="`mine is not supported by tf.function as an attribute"):
        tf.function(lambda x: x, experimental_attributes={"mine": True})(1)


def test_vectorized_map_of_strings():
    found = tf.vectorized_map(tf.strings.as_string, tf.constant([1, 2, 3]))
    assert found.numpy().tolist() == [b"1", b"2", b"3"]


def test_sizes_of_ragged_rows_do_not_count_as_traces():
    f = tf.function(lambda x: x)
    counts = []
    for rows in ([[1], [2, 3]], [[1], [2]], [[1, 2]], [[[1]]]):
        f(tf.ragged.constant(rows))
        counts.append(f.experimental_get_tracing_count())
    assert counts == [1, 1, 2, 3]


def test_numbers_of_nonzeros_do_not_count_as_traces():
    f = tf.function(lambda x: x)
    counts = []
    for dense in ([1, 0], [1, 1], [[1]]):
        f(tf.sparse.from_dense(dense))
        counts.append(f.experimental_get_tracing_count())
    assert counts == [1, 1, 2]


def test_an_input_signature_holds_lists_and_tuples_apart():
    f = tf.function(lambda p: p[0], input_signature=[[tf.TensorSpec([]), tf.TensorSpec([])]])
    assert f([1.0, 2.0]).numpy() == 1
    with pytest.raises(TypeError, match="Can not cast \\(1.0, 2.0\\) to list type"):
        f((1.0, 2.0))
    assert f.experimental_get_tracing_count() == 1


def test_equal_arguments_have_one_concrete_function():
    f = tf.function(lambda x, y: x * y)
    g = f.get_concrete_function(tf.constant(1.0), 2)
    assert f.get_concrete_function(tf.constant(4.0), 2) is g
    assert f.get_concrete_function(tf.constant(4.0), 3) is not g


def test_a_class_is_an_argument_and_no_result():
    import numpy as np

    f = tf.function(lambda kind: tf.constant(1))
    assert f(np.float32).numpy() == 1
    with pytest.raises(TypeError, match="must return zero or more Tensors"):
        tf.function(lambda: tf.Variable)()


def test_results_of_functions_of_strings_are_tensors():
    @tf.function
    def f(s):
        tf.strings.upper(s)
        return 3, [None, "x"]

    three, (none, x) = f(tf.constant("a"))
    assert three.dtype == tf.int32 and none is None and x.dtype == tf.string


def test_a_loop_that_defines_a_variable_must_run():
    @tf.function
    def f(n):
        for i in tf.range(n):
            z = i * 2
        return z

    assert f(tf.constant(3)).numpy() == 4
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="loop must iterate at least once to initialize z"
    ):
        f(tf.constant(0))
    assert f(tf.constant(2)).numpy() == 2


def test_branches_may_name_different_strings():
    @tf.function
    def f(x):
        if x > 5:
            size = "big"
        else:
            size = "small"
        return size

    assert [f(tf.constant(v)).numpy() for v in (7, 1)] == [b"big", b"small"]


def test_loops_outside_of_functions_keep_composites():
    def twice(i, x):
        return i + 1, tf.sparse.map_values(tf.add, x, x)

    _, s = tf.while_loop(lambda i, x: i < 2, twice, (0, tf.sparse.from_dense([1, 0, 2])))
    assert s.values.numpy().tolist() == [4, 8]
    _, r = tf.while_loop(
        lambda i, r: i < 3, lambda i, r: (i + 1, r + 1), (0, tf.ragged.constant([[1], [2, 3]]))
    )
    assert r.to_list() == [[4], [5, 6]]


def test_a_concrete_function_takes_another_variable():
    @tf.function
    def f(x, y):
        x.assign_add(y)
        return x * y

    v, w = tf.Variable(2.0), tf.Variable(5.0)
    concrete = f.get_concrete_function(v, tf.TensorSpec([], tf.float32))
    three = tf.constant(3.0)
    assert concrete(v, three).numpy() == 15.0
    assert concrete(w, three).numpy() == 24.0
    assert concrete(x=w, y=three).numpy() == 33.0
    assert (v.numpy(), w.numpy()) == (5.0, 11.0)
    with tf.GradientTape() as tape:
        y = concrete(w, three)
    of_v, of_w = tape.gradient(y, [v, w])
    assert of_v is None
    assert of_w.numpy() == 3.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected to be a resource tensor"):
        concrete(tf.constant(1.0), three)
    with pytest.raises(tf.errors.InvalidArgumentError, match="ariable"):
        concrete(tf.Variable(1), three)
    with pytest.raises(TypeError, match="Binding inputs to tf.function failed"):
        concrete(3.0, three)
    left_out = r"missing a required argument: 'x'(.|\n)*f\(x, y\) missing required arguments: x"
    with pytest.raises(TypeError, match=left_out):
        concrete(y=three)
    double = tf.function(lambda v: 2.0 * v).get_concrete_function(tf.Variable([1.0]))
    assert double(tf.Variable([1.0, 2.0])).numpy().tolist() == [2.0, 4.0]


def test_names_of_nested_arguments():
    @tf.function
    def f(x, y=None, *rest, k=1, **others):
        return tf.constant(1)

    Pair = collections.namedtuple("Pair", "first second")
    one, two, v = tf.TensorSpec([1]), tf.TensorSpec([2], name="n"), tf.Variable(1.0)
    concrete = f.get_concrete_function([one, {"a": two}], Pair(one, v), one, z={"b": [one]})
    args, kwargs = concrete.structured_input_signature
    names = [t.name for t in tf.nest.flatten([args, kwargs]) if isinstance(t, tf.TensorSpec)]
    assert names == ["x_0", "n", "y_first", "rest_0", "z_b_0"]
    assert str(args[1].second) == (
        "VariableSpec(shape=(), dtype=tf.float32, trainable=True, alias_id=0)"
    )
    text = "(x: List[{0}, Dict[['a', {1}]]], y: Pair[['first', {0}], ['second', {2}]], rest_0: {0}"
    assert str(concrete.function_type).startswith(
        text.format(one, two, args[1].second) + ", /, *, k: Literal[1], z: Dict[['b', List["
    )
    assert concrete.pretty_printed_signature(verbose=False) == str(concrete.function_type)
    assert f._list_all_concrete_functions() == [concrete]


def test_one_variable_for_two_and_two_for_one():
    @tf.function
    def f(a, b, c):
        return 100.0 * a + 10.0 * b + c

    u, v, w = tf.Variable(1.0), tf.Variable(2.0), tf.Variable(3.0)
    apart = f.get_concrete_function(u, v, w)
    assert apart(w, w, u).numpy() == 331.0
    alike = f.get_concrete_function(u, u, v)
    assert alike(v, v, w).numpy() == 223.0
    assert alike(u, v, w).numpy() == 113.0


@pytest.mark.parametrize("rows", [0, 2])
@pytest.mark.parametrize("dynamic", [False, True])
def test_an_eager_array_is_as_short_as_the_rows_it_is_filled_with(rows, dynamic):
    array = tf.TensorArray(tf.int32, 3, dynamic_size=dynamic).unstack(tf.range(rows))
    assert array.size().numpy() == rows
    if not dynamic:
        with pytest.raises(tf.errors.OutOfRangeError, match=f"size is: {rows}"):
            array.write(rows, 5)


def test_compiler_ir():
    v = tf.Variable(3.0)
    f = tf.function(lambda x, n: (x + v) * n, jit_compile=True)
    at_stage = f.experimental_get_compiler_ir(tf.TensorSpec([2]), 2)
    assert "ENTRY" in at_stage() and "f32[2]" in at_stage("optimized_hlo", device_name="/CPU:0")
    assert "stablehlo" in at_stage("stablehlo")
    assert isinstance(at_stage("hlo_serialized"), bytes)
    assert isinstance(at_stage("optimized_hlo_serialized"), bytes)
    with pytest.raises(ValueError, match="Invalid stage selected: 'x'. Valid values are: 'hlo'"):
        at_stage("x")
    with pytest.raises(ValueError, match="No matching device found for 'tpu'"):
        at_stage(platform_name="tpu")
    with pytest.raises(ValueError, match="marked with 'jit_compile=True'"):
        tf.function(lambda: 1).experimental_get_compiler_ir()


def test_operations_of_symbolic_tensors():
    seen = []

    @tf.function
    def f(x, y):
        z = tf.matmul(x, y) + 1.0
        seen.append((repr(x.op), repr(z.op), z.op.inputs[0].op.type, z.op == z.op, z.op == x.op))
        assert z.op.outputs[0] is z and z.op.graph is z.graph and z.op.device == ""
        return tf.nn.relu(z)

    spec = tf.TensorSpec([2, 2])
    graph = f.get_concrete_function(spec, spec).graph
    names = ("<tf.Operation 'x' type=Placeholder>", "<tf.Operation 'add' type=AddV2>")
    assert seen == [(*names, "MatMul", True, False)]
    assert [(o.name, o.type) for o in graph.get_operations()] == [
        ("x", "Placeholder"),
        ("y", "Placeholder"),
        ("MatMul", "MatMul"),
        ("add", "AddV2"),
        ("Relu", "Relu"),
    ]
